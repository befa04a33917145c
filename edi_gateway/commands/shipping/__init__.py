"""Goods released to a warehouse or a dock, confirmed, packed and taken back."""

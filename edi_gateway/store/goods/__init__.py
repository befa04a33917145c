"""Goods: stock, what is reserved and released, shipments, and how often a paper was drawn."""

"""Readings about partners: how they do, which versions of their files went live and what changed."""

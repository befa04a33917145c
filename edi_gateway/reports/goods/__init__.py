"""Readings of stock, releases and shipments."""

"""Readings of the order book: orders, holds, cases, the story of an order."""

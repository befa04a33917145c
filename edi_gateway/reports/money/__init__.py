"""Readings of invoices and payments."""

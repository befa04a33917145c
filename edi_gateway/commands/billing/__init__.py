"""Invoices, credits and payments."""

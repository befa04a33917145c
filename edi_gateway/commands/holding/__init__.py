"""Holds put, released and settled; the gate before documents."""

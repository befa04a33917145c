"""Readings of what came and went: documents, raw bytes, AS2 messages."""

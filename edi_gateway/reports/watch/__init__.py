"""Readings of incidents, switches, alerts and messages."""

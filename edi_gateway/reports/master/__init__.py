"""Readings of master data: lists with search, the history of a row, what partners name that we do not know."""

"""Traces of people in the database, and their erasing."""

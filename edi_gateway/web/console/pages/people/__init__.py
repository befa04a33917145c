"""Signing in, the own account, users and machines."""

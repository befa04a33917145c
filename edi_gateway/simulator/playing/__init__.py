"""Scenarios: files that say who orders what and what goes wrong, and the play of them against a real gateway."""

"""Fixes of a case, their previews, corrected copies, and the replay of a cause."""

"""Lists of codes, written as a line of text so that they can be read and compared with the standard."""

from __future__ import annotations


def codes(text: str) -> frozenset[str]:
    """The codes of a text, parted by blanks."""
    return frozenset(text.split())

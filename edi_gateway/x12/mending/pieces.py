"""What a mend gives: bytes, changes of bytes, and findings that are left to people.

Plain records; made by x12.mending.mend, told by the CLI and by triage.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi_gateway.model.finding import Code, Finding


@dataclass(frozen=True, slots=True)
class Change:
    """`was` and `now`: the bytes at `offset` of the file before and after. `code`: the finding that it cures."""

    code: Code
    offset: int
    was: bytes
    now: bytes
    why: str

    def as_json(self) -> dict[str, object]:
        """Bytes as Latin-1, so that one character is one byte."""
        return {
            "code": self.code.value,
            "offset": self.offset,
            "was": self.was.decode("latin-1"),
            "now": self.now.decode("latin-1"),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that stays as it is, and why a machine does not decide it ("" where that is plain)."""

    finding: Finding
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """A whole file after its mend."""

    content: bytes
    changes: tuple[Change, ...]
    left: tuple[Left, ...]


Piece = bytes | Change | Left

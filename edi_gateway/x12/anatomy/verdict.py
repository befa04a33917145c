"""What a 997 or 999 says of one set and its group, in words.

Takes the segments of an acknowledgment, AK1 to AK9; gives sentences, each with the segment that it puts into words.
Called by reports/triage/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_gateway.x12.anatomy.painting import visible
from edi_gateway.x12.anatomy.segments import meaning
from edi_gateway.x12.dictionary import Dictionary

_SET = {"A": "accepted", "E": "accepted, errors noted", "R": "rejected", "M": "rejected, message check failed",
        "W": "rejected, assurance failed", "X": "rejected, cannot be decrypted"}  # fmt: skip
_GROUP = {**_SET, "P": "partially accepted"}


@dataclass(frozen=True, slots=True)
class Sentence:
    segment: str
    says: str


def sentences(
    known: Dictionary, segments: Sequence[Sequence[str]], control: str, separator: str = "*"
) -> list[Sentence]:
    """What is said of the set with this ST02 and of its group; the other sets are left out."""
    return [
        Sentence(visible(separator.join(segment).encode("latin-1", "replace")), said)
        for segment, said in _said(known, segments, control)
    ]


def _said(
    known: Dictionary, segments: Sequence[Sequence[str]], control: str
) -> Iterator[tuple[Sequence[str], str]]:
    inside = False
    for segment in segments:
        tag = segment[0]
        if tag == "AK1":
            yield segment, f"It answers group {_at(segment, 2)} ({_at(segment, 1)})."
        elif tag == "AK2":
            inside = plain(_at(segment, 2)) == plain(control)
            if inside:
                yield segment, f"Set {_at(segment, 1)} {_at(segment, 2)}:"
        elif tag in ("AK3", "IK3") and inside:
            loop = f" in loop {_at(segment, 3)}" if _at(segment, 3) else ""
            why = _meaning(known, "720" if tag == "AK3" else "620", _at(segment, 4))
            yield (
                segment,
                f"Segment {_at(segment, 2)}, {_at(segment, 1)}{loop}: {why or 'something is wrong in it'}.",
            )
        elif tag in ("AK4", "IK4") and inside:
            spot = _at(segment, 1)
            why = _meaning(known, "723" if tag == "AK4" else "621", _at(segment, 3))
            bad = f", they read {_at(segment, 4)!r}" if _at(segment, 4) else ""
            yield segment, f"Element {spot.split(':')[0]}: {why or 'something is wrong with it'}{bad}."
        elif tag in ("AK5", "IK5") and inside:
            notes = "; ".join(
                filter(
                    None, (_meaning(known, "718" if tag == "AK5" else "618", code) for code in segment[2:])
                )
            )
            yield (
                segment,
                f"The set is {_SET.get(_at(segment, 1), _at(segment, 1))}{f': {notes}' if notes else ''}.",
            )
            inside = False
        elif tag == "AK9":
            notes = "; ".join(filter(None, (_meaning(known, "716", code) for code in segment[5:])))
            counts = f"{_at(segment, 4)} of {_at(segment, 3)} sets accepted"
            letter = _GROUP.get(_at(segment, 1), _at(segment, 1))
            yield segment, f"The group is {letter} ({counts}){f': {notes}' if notes else ''}."


def _at(segment: Sequence[str], number: int) -> str:
    return visible(segment[number].encode("latin-1", "replace")) if len(segment) > number else ""


def _meaning(known: Dictionary, element: str, code: str) -> str | None:
    if not code:
        return None
    found = meaning(known, element, code) if element in known.elements else None
    return (found or f"code {code}").rstrip(".")


def plain(control: str) -> str:
    """A control number without what does not count: blanks and leading zeros."""
    return control.strip().lstrip("0") or "0"

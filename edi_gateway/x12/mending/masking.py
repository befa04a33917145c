"""People's data in X12 masked in place: names, addresses, cities, postal codes, telephones, free text.

Takes the bytes of sets (or of whole interchanges), gives as many bytes, in which each such character is an x: places
and counts stay. Pure; called by commands/privacy/erasing.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

# segment -> its elements that name people, or where they live and how they are reached
PERSONAL: Final[Mapping[bytes, tuple[int, ...]]] = {
    b"N1": (2,),
    b"N2": (1, 2),
    b"N3": (1, 2),
    b"N4": (1, 3),
    b"NM1": (3, 4, 5, 6, 7),
    b"PER": (2, 4, 6, 8),
    b"G61": (2, 4, 6),
    b"IN2": (2, 4),
    b"IN1": (2,),
    b"MSG": (1,),
    b"MTX": (2, 3),
    b"NTE": (2,),
}
_ST = re.compile(
    rb"[Ss][Tt](?P<element>[^0-9A-Za-z ])[0-9]{3}(?P=element)[0-9A-Za-z ]+(?P<rest>.{0,60})", re.DOTALL
)
_MASK: Final = re.compile(rb"[^ \r\n]")
_SHORTEST: Final = 4  # characters of a value that is looked for elsewhere


@dataclass(frozen=True, slots=True)
class Masked:
    """`content`: as long as before. `values`: what stood there, for its traces elsewhere; `segments`: how many."""

    content: bytes
    values: frozenset[str]
    segments: int


def mask(content: bytes, sets: Collection[tuple[str, str]] | None = None) -> Masked | None:
    """Mask one set, or of an interchange those `sets` (GS06, ST02) only; None where no ST can be found, so that the
    delimiters are not known."""
    delimiters = _delimiters(content)
    if delimiters is None:
        return None
    return _masked(content, *delimiters, sets)


def mask_body(body: str, delimiters: str) -> Masked:
    """Mask the segments of a set of ours. `delimiters`: element, component, segment ... as they were written."""
    element, segment = delimiters[0].encode("latin-1"), delimiters[2].encode("latin-1")
    return _masked(body.encode("utf-8"), element, segment, None)


def _masked(
    content: bytes, element: bytes, segment: bytes, sets: Collection[tuple[str, str]] | None
) -> Masked:
    made: list[bytes] = []
    values: set[str] = set()
    count = 0
    group, inside = "", sets is None
    for part in content.split(segment):
        body = part.lstrip(b"\r\n ")
        before = part[: len(part) - len(body)]
        pieces = body.split(element)
        tag = pieces[0].upper()
        if sets is not None:
            if tag == b"GS" and len(pieces) > 6:
                group = pieces[6].decode("latin-1").strip()
            elif tag == b"ST" and len(pieces) > 2:
                inside = (group, pieces[2].decode("latin-1").strip()) in sets
            elif tag in (b"SE", b"GE", b"IEA"):
                inside = False
        wanted = PERSONAL.get(tag, ()) if inside else ()
        touched = False
        for place in wanted:
            if place < len(pieces) and pieces[place].strip():
                value = pieces[place].decode("latin-1").strip()
                if len(value) >= _SHORTEST:
                    values.add(value)
                pieces[place] = _MASK.sub(b"x", pieces[place])
                touched = True
        count += touched
        made.append(before + element.join(pieces))
    return Masked(segment.join(made), frozenset(values), count)


def _delimiters(content: bytes) -> tuple[bytes, bytes] | None:
    """Element separator and segment terminator, by the first ST."""
    found = _ST.search(content)
    if found is None:
        return None
    element = found["element"]
    end = re.search(rb"[^0-9A-Za-z ]", found["rest"].replace(element, b"0"))
    return None if end is None else (element, end.group())

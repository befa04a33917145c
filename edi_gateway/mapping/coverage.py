"""How much of what partners send the mapping reads: elements present and read, and the places that nobody reads.

Takes a set and its Reading, gives a Coverage; Coverages add up over sets and partners. Called by `map` and reports.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from edi_gateway.mapping.files.tree import LOOP
from edi_gateway.mapping.read import Reading, Unmapped
from edi_gateway.x12.parsing.rawset import RawSet


@dataclass(frozen=True, slots=True)
class Coverage:
    """Elements that hold something (ST and SE apart), how many of them a row read, and the others by place.

    A place is `PO1/N1/N4:05`, or `SPI` for a segment of which nothing was read; in a set of HL levels `P/LIN`, as its
    mapping names it.
    """

    sets: int = 0
    present: int = 0
    read: int = 0
    unmapped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.sets + other.sets,
            self.present + other.present,
            self.read + other.read,
            Counter(self.unmapped) + Counter(other.unmapped),
        )

    @property
    def share(self) -> Decimal:
        """Read of present, from 0 to 1; 1 for nothing at all."""
        return Decimal(self.read) / Decimal(self.present) if self.present else Decimal(1)


def coverage(raw: RawSet, reading: Reading) -> Coverage:
    """The coverage of one set. An element of which a component was read counts as read."""
    body = [s for s in raw.segments if s[0] not in ("ST", "SE")]
    present = sum(_filled(segment) for segment in body)
    levels = [(at, s[3]) for at, s in enumerate(raw.segments, 1) if s[0] == LOOP and len(s) > 3]
    places = Counter(_in_level(place(found), found, levels) for found in reading.unmapped)
    lost = {
        (u.position, u.element) for u in reading.unmapped if u.element is not None and u.component is None
    }
    whole = {u.position for u in reading.unmapped if u.element is None}
    unread = len(lost) + sum(_filled(raw.segments[position - 1]) for position in whole)
    return Coverage(1, present, present - unread, places)


def place(found: Unmapped) -> str:
    """Where in the set something unmapped stands, as a selector: `PO1/PID:08`, `REF:04.7`, `SPI`."""
    loops = found.loop.split("/") if found.loop else []
    where = found.loop if loops and loops[-1] == found.segment else "/".join([*loops, found.segment])
    if found.element is None:
        return where
    return f"{where}:{found.element:02d}" + (f".{found.component}" if found.component else "")


def _in_level(where: str, found: Unmapped, levels: Sequence[tuple[int, str]]) -> str:
    """HL/LIN of a level P as P/LIN; `levels` are the positions of the HLs, in order, and their codes."""
    before = bisect_right(levels, found.position, key=itemgetter(0)) - 1
    beneath = where.removeprefix(f"{LOOP}/")
    return where if beneath == where or before < 0 else f"{levels[before][1]}/{beneath}"


def _filled(segment: list[str]) -> int:
    return sum(1 for text in segment[1:] if text)

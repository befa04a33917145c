"""Do the totals at the end of a set (CTT) fit what stands in it? Only a warning: the 997 does not mention them.

Takes a set as it was checked, gives findings; called by x12.reading for those who ask, which is `check`. The road of
an order asks its canonical totals instead (orders/checks/totals.py), so that nothing is said twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.checking.checker import Walk
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.rawset import RawSet

_NUMBER = re.compile(r" *-?(?=[\d.]{1,20} *\Z)(?:\d+\.?\d*|\.\d+) *", re.ASCII)
_COUNT = re.compile(r"\d{1,20}", re.ASCII)
_MODULUS = 10**10  # a hash total has at most ten digits; those in front are cut off


class Counted(NamedTuple):
    """What CTT01 counts, and which element of which segment CTT02 adds up."""

    lines: str
    summed: str
    element: int


#: By the notes on CTT of each set (spec B5.6, C3, C6). What a partner counts otherwise is a warning, no more.
COUNTED: Mapping[str, Counted] = {
    "810": Counted("IT1", "IT1", 2),
    "846": Counted("LIN", "LIN/QTY", 2),
    "850": Counted("PO1", "PO1", 2),
    "855": Counted("PO1", "PO1", 2),
    "856": Counted("HL", "HL/SN1", 2),
    "860": Counted("POC", "POC", 3),
    "861": Counted("RCD", "RCD", 2),
    "865": Counted("POC", "POC", 3),
}


#: Findings that say of a segment that it was lost, or was not taken for what it was meant to be.
_LOST = frozenset(
    {
        Code.SEGMENT_UNKNOWN,
        Code.SEGMENT_NOT_IN_SET,
        Code.SEGMENT_UNEXPECTED,
        Code.SEGMENT_OUT_OF_SEQUENCE,
        Code.SEGMENT_MISSING,
    }
)


def differing(raw: RawSet, walk: Walk, guide: Guide) -> Iterator[Finding]:
    """CTT01 is not the number of lines, or CTT02 not the sum of their quantities.

    What differs because of a fault that is said already is not said again: of a misspelt PO1 it is known that it
    is unknown, and where a line is missing its quantity is missing, too.
    """
    counted = COUNTED.get(guide.set_code)
    if counted is None:
        return
    total, lines, summed = _nodes(guide)
    found = [at for at, node in enumerate(walk.nodes) if node == total]
    if len(found) != 1:
        return
    ctt = raw.segments[found[0]]
    lost = sum(finding.code in _LOST for finding in walk.findings)
    quantities = {at + 1 for at, node in enumerate(walk.nodes) if node == summed}
    stated = ctt[1] if len(ctt) > 1 else ""
    count = walk.nodes.count(lines)
    if _COUNT.fullmatch(stated) and int(stated) != count:
        if not count < int(stated) <= count + lost:
            yield _finding(
                Code.LINE_COUNT_DIFFERS,
                f"CTT01 says {stated} lines, the number of {counted.lines} is {count}.",
                raw,
                found[0],
                guide.nodes[total].loop,
                1,
            )
        return
    if len(ctt) > 2 and (wanted := _number(ctt[2])) is not None:
        texts = [
            segment[counted.element]
            for node, segment in zip(walk.nodes, raw.segments, strict=True)
            if node == summed and len(segment) > counted.element and segment[counted.element]
        ]
        numbers = [_number(text) for text in texts]
        if None not in numbers and wanted not in _hashes(
            texts, [each for each in numbers if each is not None]
        ):
            real = sum((each for each in numbers if each is not None), Decimal(0))
            known = lost or any(_at(finding, quantities, counted.element) for finding in walk.findings)
            more = any(finding.code is Code.SEGMENT_OVER_MAXIMUM for finding in walk.findings)
            if (known and real < wanted) or (more and real > wanted):
                return
            yield _finding(
                Code.HASH_TOTAL_DIFFERS,
                f"CTT02 says {ctt[2]}, the sum of {counted.summed}{counted.element:02} is {real}.",
                raw,
                found[0],
                guide.nodes[total].loop,
                2,
            )


def _at(finding: Finding, positions: Collection[int], element: int) -> bool:
    at = finding.at
    return isinstance(at, Location) and at.position in positions and at.element == element


def _hashes(texts: Sequence[str], numbers: Sequence[Decimal]) -> set[Decimal]:
    """The sum as people make it, and as the standard says: without regard to points and signs."""
    digits = sum(int("".join(filter(str.isdigit, text)) or "0") for text in texts)
    return {sum(numbers, Decimal(0)) % _MODULUS, Decimal(digits % _MODULUS)}


def _number(text: str) -> Decimal | None:
    """None for what is no number, or longer than any element allows: that is said elsewhere."""
    return Decimal(text.strip(" ")) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=64)
def _nodes(guide: Guide) -> tuple[int, int, int]:
    """The nodes of CTT, of the lines and of what is added up; -2 for one that this release does not have."""
    counted = COUNTED[guide.set_code]
    nodes = [guide.node(selector) for selector in ("CTT", counted.lines, counted.summed)]
    total, lines, summed = (-2 if node is None else node.index for node in nodes)
    return total, lines, summed


def _finding(code: Code, message: str, raw: RawSet, index: int, loop: str, element: int) -> Finding:
    offset, length = raw.place(index, element)
    return Finding(
        code,
        Severity.WARNING,
        message,
        "Ask the sender whether something of the document was lost.",
        Location("CTT", index + 1, loop or None, element, offset=offset, length=length),
        value=raw.segments[index][element],
    )

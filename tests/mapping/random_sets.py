"""Random transaction sets for the laws: any segment that the standard allows in its place, filled by type.

Relational notes are obeyed, so most sets are clean and the fast reader is the one that is tried. One number makes a
set: drawing thousands of values from hypothesis one by one would take minutes.
"""

from __future__ import annotations

import string
from decimal import Decimal
from random import Random

from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import Dictionary, ElementDef, SegmentDef, Use
from edi_gateway.x12.structure.machine import Loop

_LETTERS = string.ascii_uppercase + string.digits
_DATES = ("20260115", "20251231", "20280229", "19991130")
#: Sets whose totals are counted: the segment of the totals, that of a line, and what stands in 01, 02 ... of the
#: totals: the number of lines (0), or the sum of an element of them.
_COUNTED: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "810": ("CTT", "IT1", (0, 2)),
    "846": ("CTT", "LIN", (0,)),
    "855": ("CTT", "PO1", (0, 2)),
    "940": ("W76", "W01", (1,)),
}
_LIKELY = 4  # one optional element or segment in so many is there


def random_set(seed: int, guide: Guide) -> list[list[str]]:
    """Body segments of a set, BEG or BAK to CTT. Totals that are counted on writing are right, as ours always are."""
    draw = Random(seed)
    body: list[list[str]] = []
    _loop(draw, guide, guide.root, body, depth=0)
    body = [s for s in body if s[0] not in ("ST", "SE")]
    if guide.set_code in _COUNTED:
        _right_totals(body, *_COUNTED[guide.set_code])
    if guide.set_code == "856":
        _right_tree(draw, body)
    return body


def _loop(draw: Random, guide: Guide, loop: Loop, body: list[list[str]], depth: int) -> None:
    for ordinal, child in enumerate(loop.children):
        if depth and not ordinal:  # the segment that opened the loop stands already
            continue
        mandatory = child.requirement == "M"
        top = 1 if child.max == 1 else 2
        if child.tag == "HL":
            mandatory, top = True, 6
        times = (
            draw.randint(1, 6)
            if child.tag == "HL"
            else draw.randint(0, _LIKELY + 1) - _LIKELY + (1 if mandatory else 0)
        )
        for _ in range(max(1 if mandatory else 0, min(times, top))):
            body.append(_segment(draw, guide.dictionary, guide.dictionary.segments.get(child.tag), child.tag))
            if child.loop is not None:
                _loop(draw, guide, child.loop, body, depth + 1)


def _segment(draw: Random, known: Dictionary, definition: SegmentDef | None, tag: str) -> list[str]:
    if definition is None:
        return [tag]
    wanted = {u.position for u in definition.uses if u.requirement == "M" or not draw.randint(0, _LIKELY)}
    for _ in range(3):
        for note in definition.notes:
            _obey(note, wanted)
    texts = [_element(draw, known, u) if u.position in wanted else "" for u in definition.uses]
    while texts and not texts[-1]:
        texts.pop()
    return [tag, *texts]


def _obey(note: str, wanted: set[int]) -> None:
    places = [int(note[i : i + 2]) for i in range(1, len(note), 2)]
    there = wanted.intersection(places)
    match note[0]:
        case "P" if there:
            wanted.update(places)
        case "R" if not there:
            wanted.add(places[0])
        case "E":
            wanted.difference_update(sorted(there)[1:])
        case "C" if places[0] in wanted:
            wanted.update(places)
        case "L" if places[0] in wanted and len(there) < 2:
            wanted.add(places[1])
        case _:
            pass


def _element(draw: Random, known: Dictionary, use: Use) -> str:
    composite = known.composites.get(use.element)
    if composite is None:
        return _value(draw, known.elements[use.element])
    first = [_value(draw, known.elements[u.element]) for u in composite.uses if u.requirement == "M"]
    return ">".join(first or [_value(draw, known.elements[composite.uses[0].element])])


def _value(draw: Random, element: ElementDef) -> str:
    if element.type == "DT":
        return draw.choice(_DATES)
    if element.type == "TM":
        return draw.choice(("0000", "2359", "123456"))
    if element.codes:
        return draw.choice(sorted(element.codes))
    if element.type == "R" or element.type.startswith("N"):
        digits = draw.randint(
            10 ** (element.min - 1) if element.min > 1 else 0, 10 ** min(element.max, 6) - 1
        )
        text = str(digits)
        if element.type == "R" and len(text) > 2 and draw.randint(0, 1):
            text = f"{text[:-2]}.{text[-2:]}"
        numbered = element.min == element.max  # no quantity, as DE472; and text to us
        return f"-{text}" if draw.randint(0, 9) == 0 and not numbered else text
    size = draw.randint(element.min, max(element.min, min(element.max, 6)))
    return "".join(draw.choices(_LETTERS, k=size))


def _right_totals(body: list[list[str]], totals: str, line: str, counted: tuple[int, ...]) -> None:
    """The totals that we would write; an AMT after a wrong CTT goes with it."""
    at = next((i for i, s in enumerate(body) if s[0] == totals), len(body))
    del body[at:]
    lines = [s for s in body if s[0] == line]
    if lines:
        body.append([totals, *(str(_total(lines, element)) for element in counted)])


def _total(lines: list[list[str]], element: int) -> Decimal | int:
    if not element:
        return len(lines)
    return sum((Decimal(s[element]) for s in lines if len(s) > element and s[element]), Decimal(0))


def _right_tree(draw: Random, body: list[list[str]]) -> None:
    """One shipment, and beneath it levels in any order; no SN1 where no row takes one, and the CTT that we would write.

    No level is S but the first: what stands in a second one has no home.
    """
    number, total, level = 0, Decimal(0), ""
    kept: list[list[str]] = []
    parents: set[str] = set()
    for segment in body:
        if segment[0] == "HL":
            number += 1
            level = draw.choice("OTPQIF") if number > 1 else "S"
            parent = str(draw.randint(1, number - 1)) if number > 1 else ""
            parents.add(parent)
            segment = ["HL", str(number), parent, level]
        if segment[0] == "SN1":
            if level not in "IF":
                continue
            total += Decimal(segment[2])
        if segment[0] != "CTT":
            kept.append(segment)
    for segment in kept:
        if segment[0] == "HL" and draw.randint(0, 3):
            segment.append("1" if segment[1] in parents else "0")
    body[:] = [*kept, ["CTT", str(number), str(total)]]

"""What a buyer holds against the levels of an 856 (spec C3): their numbers, parents, order, and what CTT counts.

Takes the segments as they came, so that nothing is believed of what our own reader makes of them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from edi_gateway.partners.profile import Shipping
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.numbers import ZERO, shown, total

Segments = Sequence[Sequence[str]]
# what stands above what, packages of any kind as P (DE1005)
_STRUCTURES: Final = {"0001": "SOPI", "0002": "SOIP", "0003": "SPOI", "0004": "SOI"}


#: With one of these the levels hang nowhere, and what stands in them cannot be judged.
BROKEN: Final = frozenset({Rule.NOTICE_LEVEL_NUMBER, Rule.NOTICE_LEVEL_PARENT})


def judge(
    segments: Segments, agreed: Shipping, counted: Mapping[str, str] | None = None
) -> Iterator[Disagreement]:
    """All that is wrong with the tree. `counted`: what CTT01 counts, `HL` or `HL*I`."""
    levels = [_padded(segment) for segment in segments if segment[0] == "HL"]
    shipment = next((segment[2] for segment in segments if segment[0] == "BSN" and len(segment) > 2), "")
    found = [*_numbers(levels), *_children(levels)]
    if not found:
        found += _structure(levels, segments, agreed)
    found += _totals(levels, segments, (counted or {}).get("CTT01", "HL"))
    for rule, reason in found:
        yield Disagreement(rule, "856", shipment, reason)


def _padded(segment: Sequence[str]) -> tuple[str, str, str, str]:
    """Number, parent, level and child code of an HL."""
    _, number, parent, level, child = (*segment, "", "", "", "")[:5]
    return number, parent, level, child


Found = Iterator[tuple[Rule, str]]


def _numbers(levels: Sequence[tuple[str, str, str, str]]) -> Found:
    seen: set[str] = set()
    for place, (number, parent, level, _) in enumerate(levels, 1):
        if number != str(place):
            yield Rule.NOTICE_LEVEL_NUMBER, f"The {place}. HL has number {number or 'none'}."
        if place == 1:
            if parent or level != "S":
                yield (
                    Rule.NOTICE_LEVEL_PARENT,
                    f"The first HL is {level} under {parent or 'none'}, not the shipment.",
                )
        elif parent not in seen:
            yield (
                Rule.NOTICE_LEVEL_PARENT,
                f"HL {number} ({level}) hangs under {parent or 'none'}, which is not before it.",
            )
        seen.add(number)


def _children(levels: Sequence[tuple[str, str, str, str]]) -> Found:
    parents = {parent for _, parent, _, _ in levels}
    for number, _, level, child in levels:
        real = "1" if number in parents else "0"
        if child and child != real:
            yield Rule.NOTICE_LEVEL_CHILDREN, f"HL {number} ({level}) says {child}, {real} is right."


def _structure(levels: Sequence[tuple[str, str, str, str]], segments: Segments, agreed: Shipping) -> Found:
    said = next((s[5] for s in segments if s[0] == "BSN" and len(s) > 5), "")
    optional = agreed.carton_numbers == "if known"
    if said != agreed.structure and not (said == "0004" and optional):
        yield Rule.NOTICE_STRUCTURE_NOT_AGREED, f"BSN05 is {said or 'empty'}, agreed is {agreed.structure}."
    wanted = _STRUCTURES.get(said)
    if wanted is None:
        return
    above: dict[str, str] = {}
    parents = {parent for _, parent, _, _ in levels}
    wrong: dict[str, str] = {}
    for number, parent, level, _ in levels:
        path = above.get(parent, "") + ("P" if level in "TPQ" else level)
        above[number] = path
        if number in parents or level == "F":
            continue
        kinds = "".join(kind for n, kind in enumerate(path) if kind != "F" and path[n - 1 : n] != kind)
        loose = optional and kinds == "SOI"
        if kinds != wanted and not loose:
            wrong.setdefault(kinds, number)
    for kinds, number in wrong.items():
        yield (
            Rule.NOTICE_STRUCTURE,
            f"BSN05 {said} is {'-'.join(wanted)}; HL {number} stands in {'-'.join(kinds)}.",
        )


def _totals(levels: Sequence[tuple[str, str, str, str]], segments: Segments, counted: str) -> Found:
    ctt = next((segment for segment in segments if segment[0] == "CTT"), None)
    if ctt is None:
        return
    kind = counted.partition("*")[2]
    real = sum(1 for _, _, level, _ in levels if not kind or level == kind)
    if _number(ctt, 1) != real:
        yield Rule.NOTICE_TOTALS, f"CTT01 is {ctt[1]}; there are {real} {counted}."
    summed = total(_number(s, 2) or ZERO for s in segments if s[0] == "SN1")
    stated = _number(ctt, 2)
    if stated is not None and stated != summed % 10**10:
        yield Rule.NOTICE_TOTALS, f"CTT02 is {shown(stated)}; the quantities add up to {shown(summed)}."


def _number(segment: Sequence[str], element: int) -> Decimal | None:
    try:
        return Decimal(segment[element])
    except (IndexError, InvalidOperation):
        return None

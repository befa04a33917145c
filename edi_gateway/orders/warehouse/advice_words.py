"""What does not agree between a 945 and what was asked for, in words (spec B9, D27).

Gives findings for a person of the warehouse's desk. Pure. Called by advice.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from edi_gateway.model.documents.shipping_advice import AdviceItem
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part, Release
from edi_gateway.orders.meaning.numbers import ZERO, show


def _finding(
    code: Code, message: str, hint: str, *, at: str | None = None, value: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:  # fmt: skip
    return Finding(code, severity, message=message, hint=hint, at=at, value=value, family=Family.WAREHOUSE)


def _called(item: AdviceItem) -> str:
    key = item.reference("LI")
    ids = ", ".join(f"{each.qualifier} {each.value}" for each in item.ids)
    return (
        " ".join(filter(None, (f"LI {key}" if key else "", ids or item.upc_case or ""))) or "without number"
    )


def line_unknown(item: AdviceItem, n: int) -> Finding:
    shipped = "some" if item.shipped is None else f"{show(item.shipped)} {item.unit or ''}".strip()
    return _finding(
        Code.CONFIRM_LINE_UNKNOWN,
        f"The warehouse says that it shipped {shipped} of {_called(item)}, which it was not asked for.",
        "Ask the warehouse what left; what it was asked for is booked, this is not."
        if item.reference("LI") is None
        else "Ask the warehouse what left. The line that it names counts as not shipped, and this is not booked: have "
        "both items counted, and tell the buyer what comes.",
        at=f"items[{n}]",
    )


def negative(item: AdviceItem, n: int) -> Finding:
    return _finding(
        Code.CONFIRM_NUMBER_INVALID,
        f"The warehouse says that {show(item.shipped)} of {_called(item)} shipped.",
        "Ask the warehouse; the line counts as not shipped.",
        at=f"items[{n}].shipped",
    )


def too_many(item: AdviceItem, n: int, found: Sequence[Part]) -> Finding:
    asked = sum((part.quantity for part in found), ZERO)
    return _finding(
        Code.CONFIRM_NUMBER_INVALID,
        f"The warehouse says that {show(item.shipped)} {item.unit or ''} of {_called(item)} shipped, where "
        f"{show(asked)} {found[0].unit} were asked for.",
        "Ask the warehouse, and in which unit it counts; the line counts as not shipped.",
        at=f"items[{n}].shipped",
        value=str(item.shipped),
    )


def unit_differs(item: AdviceItem, n: int, part: Part) -> Finding:
    return _finding(
        Code.CONFIRM_UNIT_DIFFERS,
        f"{show(item.shipped)} {item.unit} of {part.sku} shipped; it was asked for in {part.unit}, and no whole "
        "quantity of that is the same.",
        f"Add the unit {item.unit} to the item, or ask the warehouse; the line counts as not shipped.",
        at=f"items[{n}].unit",
        value=item.unit,
    )


def guessed(item: AdviceItem, n: int, found: Sequence[Part]) -> Finding:
    lines = ", ".join(str(part.line) for part in found)
    return _finding(
        Code.CONFIRM_LINE_UNKNOWN,
        f"{_called(item)} is on lines {lines}, and the warehouse does not say of which (N9 LI): they are filled in "
        "turn.",
        "Ask the warehouse to send our line id back.",
        at=f"items[{n}]",
        severity=Severity.WARNING,
    )


def difference(item: AdviceItem, n: int) -> Finding:
    return _finding(
        Code.CONFIRM_ORDERED_DIFFERS,
        f"{_called(item)}: {show(item.ordered)} ordered, {show(item.shipped)} shipped, and the difference is said to "
        f"be {show(item.difference)}.",
        "What is said to have shipped is booked; ask the warehouse whether it is so.",
        at=f"items[{n}].difference",
        severity=Severity.WARNING,
    )


def ordered_differs(part: Part, said: Sequence[Decimal]) -> Finding:
    return _finding(
        Code.CONFIRM_ORDERED_DIFFERS,
        f"Line {part.line} ({part.sku}): the warehouse says that {' + '.join(show(q) for q in said)} were ordered, we "
        f"asked for {show(part.quantity)} {part.unit}.",
        "What is said to have shipped is booked; see whether the warehouse has our last 940.",
        at="items[].ordered",
        severity=Severity.WARNING,
    )


def short(part: Part, shipped: Decimal) -> Finding:
    return _finding(
        Code.CONFIRM_SHORT,
        f"Line {part.line} ({part.sku}): {show(shipped)} of {show(part.quantity)} {part.unit} shipped, and the "
        "warehouse gives no reason.",
        "Ask why, and have the item counted; the rest waits or is cancelled as the order wishes.",
        at="items[].shipped",
        severity=Severity.WARNING,
    )


def totals_differ(stated: Decimal, counted: Decimal) -> Finding:
    return _finding(
        Code.CONFIRM_TOTALS_DIFFER,
        f"The warehouse states {show(stated)} units in all (W03), its lines come to {show(counted)}.",
        "The lines are booked; ask the warehouse which of the two is right.",
        at="stated_totals.units",
        severity=Severity.WARNING,
    )


def site_differs(said: str, release: Release) -> Finding:
    return _finding(
        Code.CONFIRM_SITE_DIFFERS,
        f"The warehouse says that it shipped from {said}; release {release.number} is for {release.site}.",
        "Stock is taken from the site that was asked; move it if the goods left elsewhere.",
        at="parties[].id",
        value=said,
        severity=Severity.WARNING,
    )

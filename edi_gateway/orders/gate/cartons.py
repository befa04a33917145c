"""The 856: numbers of cartons and pallets, how many there are, and what they weigh (spec B9, B10, C3)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from edi_gateway.model.documents.shared import Package
from edi_gateway.model.finding import Finding
from edi_gateway.model.gs1 import sscc_problem
from edi_gateway.orders.gate.before import breach
from edi_gateway.orders.gate.records import Notice, NoticeUnit
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show

_PART_LOST: Final = Decimal("0.01")  # of the weight: scales differ by so much


def carton_number_valid(notice: Notice) -> Iterator[Finding]:
    """The number of a carton or pallet is no SSCC: not 18 digits, or its check digit is wrong."""
    for unit in notice.units:
        problem = None if unit.number is None else sscc_problem(unit.number)
        if problem is not None:
            yield breach(
                f"{unit.at}.marks",
                f"The 856 numbers {_kind(unit)} {unit.number}, which {problem}.",
                "Give it the number that stands on its label.",
                unit.number,
            )


def carton_number_new(notice: Notice) -> Iterator[Finding]:
    """An SSCC is told twice: in this 856, or in one of another shipment of its orders (over all
    orders the book itself keeps each number once)."""
    seen: dict[str, str] = {}
    counted = notice.said.structure != "0002"  # there a carton stands beneath each item that it holds
    for unit in notice.units:
        number = unit.number
        if number is None:
            continue
        shipment = notice.units_before.get(number)
        other = f"that of shipment {shipment}" if shipment else seen.get(number) if counted else None
        if other is not None:
            yield breach(
                f"{unit.at}.marks",
                f"The 856 numbers {_kind(unit)} {number}, and so does {other}.",
                "A number is given once: relabel the carton, or correct which one left.",
                number,
            )
        seen.setdefault(number, "another level of it")


def carton_count_right(notice: Notice) -> Iterator[Finding]:
    """TD1 of the shipment or of an order counts other cartons than the levels beneath it."""
    cartons = {unit.number or unit.at for unit in notice.units if unit.kind == "P"}
    told = _count(notice.said.packages)
    if cartons and told is not None and told != len(cartons):
        yield breach(
            "packages[0].count",
            f"TD1 of the 856 says {told} cartons, its levels tell {len(cartons)}.",
            "Correct how it was packed, or how many packages left.",
            told,
        )


def weight_fits_cartons(notice: Notice) -> Iterator[Finding]:
    """The weight of the shipment is not above 0, or is not what its cartons weigh (pallets may add to it)."""
    told = next((p for p in notice.said.packages if p.weight is not None), None)
    if told is None or told.weight is None:
        return
    if told.weight <= 0:
        yield breach(
            "packages[0].weight",
            f"TD1 of the 856 says {show(told.weight)} {told.weight_unit or ''}, goods weigh something.",
            "Enter the weight of the shipment.",
            show(told.weight),
        )
        return
    cartons = {unit.number or unit.at: unit for unit in notice.units if unit.kind == "P"}
    weights = [_weight(unit) for unit in cartons.values()]
    if not weights or any(w is None or w.weight_unit != told.weight_unit for w in weights):
        return
    total = sum((w.weight for w in weights if w is not None and w.weight is not None), ZERO)
    slack = EXACT.multiply(total, _PART_LOST)
    on_pallets = any(unit.kind == "T" for unit in notice.units)
    if told.weight < total - slack or (told.weight > total + slack and not on_pallets):
        yield breach(
            "packages[0].weight",
            f"TD1 of the 856 says {show(told.weight)} {told.weight_unit or ''}, the cartons weigh {show(total)}.",
            "Correct the weight of the shipment or of the cartons.",
            show(told.weight),
        )


RULES = (carton_number_valid, carton_number_new, carton_count_right, weight_fits_cartons)


def _kind(unit: NoticeUnit) -> str:
    return "a pallet" if unit.kind == "T" else "a carton"


def _count(packages: tuple[Package, ...]) -> int | None:
    found = [p.count for p in packages if p.count is not None and (p.packaging or "CTN")[:3] == "CTN"]
    return sum(found) if found else None


def _weight(unit: NoticeUnit) -> Package | None:
    return next((package for package in unit.said.packages if package.weight is not None), None)

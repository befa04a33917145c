"""Bills of lading in the retail industry's form (VICS): what they must have, and the PDF (spec B10).

Takes a frozen bill, gives a Paper on letter paper: the form, and supplement pages for what it cannot hold. Dangerous
goods come first among the commodities. The sums of orders and commodities must agree: a carrier signs for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from edi_gateway.model import gs1
from edi_gateway.papers import bill_form, completeness, words
from edi_gateway.papers.completeness import Incomplete, said
from edi_gateway.papers.drawing import flow
from edi_gateway.papers.drawing.flow import Column, Part, Row, Table
from edi_gateway.papers.drawing.lettering import Lettering
from edi_gateway.papers.drawing.sheet import LETTER, Paper, Sheet
from edi_gateway.papers.records import BillOfLading, Commodity, CustomerOrder, Hazard

_UN: Final = re.compile(r"(UN|NA)[0-9]{4}")
# 49 CFR 172.202(a)(4): explosives, gases, organic peroxides, infectious and radioactive material have none, nor
# have lithium batteries.
_UNGROUPED_CLASSES: Final = ("1", "2", "5.2", "6.2", "7")
_UNGROUPED: Final = frozenset({"UN3090", "UN3091", "UN3480", "UN3481"})
_SUPPLEMENT_TOP: Final = 72.0


def missing(bill: BillOfLading) -> list[str]:
    """Everything that this bill must have and has not, in plain words; sums that disagree are among it."""
    return [*_missing(bill)]


def draw(bill: BillOfLading, fallbacks: Sequence[Path] = ()) -> Paper:
    """The bill as PDF. Raises Incomplete, DoesNotFit, FontUnreadable."""
    lacks = missing(bill)
    if lacks:
        raise Incomplete("The bill of lading", bill.edition.number, lacks)
    letters = Lettering(fallbacks)
    orders, more_orders = flow.part_and_rest(
        _orders(bill), _orders_total(bill), _continued(4), letters, bill_form.ORDERS_HEIGHT
    )
    goods, more_goods = flow.part_and_rest(
        _commodities(bill), _commodities_total(bill), _continued(8, at=6), letters, bill_form.GOODS_HEIGHT
    )
    rest = [table for table in (_underlying(bill), more_orders, more_goods) if table.rows]
    room = bill_form.BOTTOM - _SUPPLEMENT_TOP
    supplement = flow.plan(rest, letters, room, room) if rest else []
    count = 1 + len(supplement)
    sheet = Sheet(LETTER, f"Bill of lading {bill.edition.number}", letters)
    bill_form.draw(sheet, bill, orders, goods, count)
    for n, parts in enumerate(supplement, 2):
        sheet.new_page()
        _supplement(sheet, bill, parts, n, count)
    return sheet.done()


def _missing(bill: BillOfLading) -> Iterator[str]:
    yield from completeness.edition(bill.edition)
    if said(bill.edition.number) and (problem := gs1.bol_problem(bill.edition.number)) is not None:
        yield f"the bill's number: {bill.edition.number!r} {problem}"
    if bill.issued is None:
        yield "date"
    yield from completeness.place("ship-from", bill.ship_from)
    yield from completeness.place("ship-to", bill.ship_to)
    if bill.fob_from and bill.fob_to:
        yield "FOB: one point, ship-from or ship-to"
    if not said(bill.carrier.name):
        yield "carrier: name"
    if not said(bill.carrier.scac):
        yield "carrier: SCAC"
    yield from completeness.scac(bill.carrier)
    if bill.terms is None:
        yield "freight charge terms: prepaid, collect or third party"
    if bill.terms == "third party" or bill.bill_to is not None:
        yield from completeness.place("third party freight charges bill-to", bill.bill_to)
    if bill.weight_unit not in ("LB", "KG"):
        yield "unit of the weights, LB or KG"
    yield from _master(bill)
    if not bill.orders:
        yield "customer orders"
    for n, order in enumerate(bill.orders, 1):
        yield from _of_order(order, n)
    if not bill.commodities:
        yield "commodities"
    for n, commodity in enumerate(bill.commodities, 1):
        yield from _of_commodity(bill, commodity, n)
    yield from _sums(bill)
    yield from _money(bill)


def _master(bill: BillOfLading) -> Iterator[str]:
    if bill.master and not bill.underlying:
        yield "master bill: the numbers of the underlying bills"
    if bill.underlying and not bill.master:
        yield "master bill: its mark, since there are underlying bills"
    for n, number in enumerate(bill.underlying, 1):
        if not said(number):
            yield f"underlying bill {n}: number"
        elif number in bill.underlying[: n - 1] or number == bill.edition.number:
            yield f"underlying bill {n}: a number of its own, {number} is there already"


def _of_order(order: CustomerOrder, n: int) -> Iterator[str]:
    who = f"customer order {order.number}" if said(order.number) else f"customer order at place {n}"
    if not said(order.number):
        yield f"{who}: number"
    yield from _count(f"{who}: packages", order.packages)
    yield from completeness.quantity(f"{who}: weight", order.weight)
    if order.palletized is None:
        yield f"{who}: pallet or slip, yes or no"


def _of_commodity(bill: BillOfLading, commodity: Commodity, n: int) -> Iterator[str]:
    who = f"commodity {n}"
    yield from _count(
        f"{who}: handling units", commodity.handling_units, zero=True
    )  # 0: on one counted above
    if commodity.handling_units != 0 and not said(commodity.handling_type):
        yield f"{who}: type of handling unit"
    yield from _count(f"{who}: packages", commodity.packages)
    if not said(commodity.package_type):
        yield f"{who}: type of package"
    yield from completeness.quantity(f"{who}: weight", commodity.weight)
    if not said(commodity.description):
        yield f"{who}: description"
    if bill.less_than_truckload and not said(commodity.nmfc):
        yield f"{who}: NMFC number, a carrier of less than a truckload rates by it"
    if bill.less_than_truckload and not said(commodity.freight_class):
        yield f"{who}: freight class, a carrier of less than a truckload rates by it"
    if commodity.hazard is not None:
        yield from _of_hazard(f"{who}, dangerous goods", commodity.hazard)


def _of_hazard(who: str, hazard: Hazard) -> Iterator[str]:
    if not said(hazard.un):
        yield f"{who}: UN number"
    elif not _UN.fullmatch(hazard.un):
        yield f"{who}: UN number {hazard.un!r} is not UN or NA and four digits"
    if not said(hazard.proper_name):
        yield f"{who}: proper shipping name"
    if not said(hazard.hazard_class):
        yield f"{who}: hazard class"
    if said(hazard.packing_group):
        if hazard.packing_group not in ("I", "II", "III"):
            yield f"{who}: packing group {hazard.packing_group!r} is not I, II or III"
    elif not _has_no_group(hazard):
        yield f"{who}: packing group"
    if not said(hazard.phone):
        yield f"{who}: telephone that is answered 24 hours"


def _has_no_group(hazard: Hazard) -> bool:
    division = hazard.hazard_class.strip()
    return hazard.un in _UNGROUPED or any(
        division == each or (len(each) == 1 and division.startswith(f"{each}."))
        for each in _UNGROUPED_CLASSES
    )


def _sums(bill: BillOfLading) -> Iterator[str]:
    """Asked only of records that are whole: a missing weight is said as such."""
    parts: list[CustomerOrder | Commodity] = [*bill.orders, *bill.commodities]
    if (
        not bill.orders
        or not bill.commodities
        or any(each.packages is None or not each.weight for each in parts)
    ):
        return
    packages = _packages(bill.orders), _packages(bill.commodities)
    weights = _weight(bill.orders), _weight(bill.commodities)
    if packages[0] != packages[1]:
        yield f"sums that agree: orders have {packages[0]:,} packages, commodities {packages[1]:,}"
    if weights[0] != weights[1]:
        unit = bill.weight_unit
        yield (
            f"sums that agree: orders weigh {words.number(weights[0])} {unit}, "
            f"commodities {words.number(weights[1])} {unit}"
        )


def _money(bill: BillOfLading) -> Iterator[str]:
    if bill.cod is not None:
        yield from completeness.quantity("COD: amount", bill.cod.amount)
        if not said(bill.cod.currency):
            yield "COD: currency"
        if bill.cod.fee is None:
            yield "COD: who pays the fee, prepaid or collect"
    if bill.declared is not None:
        yield from completeness.quantity("declared value: amount", bill.declared.amount)
        if not said(bill.declared.currency):
            yield "declared value: currency"
        if not said(bill.declared.per):
            yield "declared value: per what"


def _count(who: str, value: int | None, *, zero: bool = False) -> Iterator[str]:
    yield from completeness.quantity(who, None if value is None else Decimal(value), zero=zero)


def _packages(parts: Sequence[CustomerOrder | Commodity]) -> int:
    return sum(each.packages or 0 for each in parts)


def _weight(parts: Sequence[CustomerOrder | Commodity]) -> Decimal:
    return sum((each.weight or Decimal(0) for each in parts), Decimal(0))


def _orders(bill: BillOfLading) -> Table:
    columns = (
        Column("CUSTOMER ORDER NUMBER", 170),
        Column("# PKGS", 60, "right"),
        Column(f"WEIGHT {bill.weight_unit}", 80, "right"),
        Column("PALLET/SLIP", 64, "centre"),
        Column("ADDITIONAL SHIPPER INFO", bill_form.WIDTH - 374),
    )
    rows = tuple(
        Row(
            (
                (order.number,),
                (f"{order.packages or 0:,}",),
                (words.number(order.weight or Decimal(0)),),
                ("Y" if order.palletized else "N",),
                (order.information,) if order.information else (),
            )
        )
        for order in bill.orders
    )
    return Table("Customer order information", columns, rows, size=7.5, pad=2.2)


def _orders_total(bill: BillOfLading) -> Row:
    return Row(
        (("Grand total",), (f"{_packages(bill.orders):,}",), (words.number(_weight(bill.orders)),), (), ()),
        strong=True,
    )


def _commodities(bill: BillOfLading) -> Table:
    columns = (
        Column("HANDLING UNIT", 72, "right"),
        Column("TYPE", 36, "centre"),
        Column("PACKAGE", 50, "right"),
        Column("TYPE", 36, "centre"),
        Column(f"WEIGHT {bill.weight_unit}", 62, "right"),
        Column("HM (X)", 36, "centre"),
        Column("COMMODITY DESCRIPTION", bill_form.WIDTH - 402),
        Column("NMFC #", 66),
        Column("CLASS", 44, "centre"),
    )
    first = sorted(
        bill.commodities, key=lambda each: each.hazard is None
    )  # dangerous goods; the rest as they came
    rows = tuple(
        Row(
            (
                (f"{each.handling_units:,}",) if each.handling_units else (),
                (each.handling_type,) if each.handling_type else (),
                (f"{each.packages or 0:,}",),
                (each.package_type or "",),
                (words.number(each.weight or Decimal(0)),),
                ("X",) if each.hazard else (),
                tuple(_described(each)),
                (each.nmfc,) if each.nmfc else (),
                (each.freight_class,) if each.freight_class else (),
            )
        )
        for each in first
    )
    return Table("Carrier information", columns, rows, size=7.5, pad=2.2)


def _described(commodity: Commodity) -> Iterator[str]:
    """Dangerous goods in the sequence that 49 CFR 172.202(b) prescribes, then our own words."""
    hazard = commodity.hazard
    if hazard is not None:
        group = [f"PG {hazard.packing_group}"] if hazard.packing_group else []
        yield ", ".join([hazard.un, hazard.proper_name, hazard.hazard_class, *group])
        yield f"24-hour emergency telephone {hazard.phone}"
    yield commodity.description


def _commodities_total(bill: BillOfLading) -> Row:
    units = sum(each.handling_units or 0 for each in bill.commodities)
    total = (
        (f"{units:,}",),
        (),
        (f"{_packages(bill.commodities):,}",),
        (),
        (words.number(_weight(bill.commodities)),),
    )
    return Row((*total, (), ("Grand total",), (), ()), strong=True)


def _underlying(bill: BillOfLading) -> Table:
    return Table(
        "Underlying bills of lading",
        (Column("NUMBER", bill_form.WIDTH),),
        tuple(Row(((number,),)) for number in bill.underlying),
        size=7.5,
        pad=2.2,
    )


def _continued(others: int, at: int = 0) -> Row:
    """The row that sends the reader on, with its words in column `at`."""
    cells: list[tuple[str, ...]] = [()] * (others + 1)
    cells[at] = ("More on the supplement page",)
    return Row(tuple(cells))


def _supplement(sheet: Sheet, bill: BillOfLading, parts: list[Part], n: int, count: int) -> None:
    top = bill_form.head(sheet, bill, "SUPPLEMENT TO THE BILL OF LADING", n, count)
    sheet.text(bill_form.LEFT, top + 12, f"Bill of lading number {bill.edition.number}", 9, bold=True)
    flow.draw(sheet, parts, bill_form.LEFT, _SUPPLEMENT_TOP)

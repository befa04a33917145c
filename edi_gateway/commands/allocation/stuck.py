"""Orders that ship as a whole and wait for what cannot come: found when stock is given, told to a person (D31).

Takes what stayed without stock; opens a case that names the lines, and ends it when they can come after all. Called by
allocating.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part
from edi_gateway.orders.fulfilment.allocation import SHIP_COMPLETE, Short
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show
from edi_gateway.store.book import cases
from edi_gateway.store.goods import stock

_HINT: Final = (
    "Agree with the buyer: drop the line (`orders cancel ORDER --line N --why TEXT`), or enter what is to come "
    "(`import supply`); the rest then ships by itself."
)


def watch(desk: Desk, whole: Mapping[int, str], looked_at: Collection[int], short: Sequence[Short]) -> None:
    """Look at the orders that ship as a whole, after stock was given. `whole`: their numbers by id; `looked_at`: all
    orders that stock was sought for."""
    mine = [each for each in short if each.part.order_id in whole and each.reason != SHIP_COMPLETE]
    skus = {each.part.sku for each in mine}
    levels, coming = stock.levels(desk.conn, skus), stock.supplies(desk.conn, skus)
    lacking: dict[int, list[tuple[Part, Decimal]]] = {}
    for each in mine:
        sku = each.part.sku
        free = sum((level.free for level in levels.get(sku, ())), ZERO)
        due = sum((supply.quantity for supply in coming.get(sku, ())), ZERO)
        gap = EXACT.subtract(each.part.base_quantity, EXACT.add(max(free, ZERO), due))
        if gap > 0:
            lacking.setdefault(each.part.order_id, []).append((each.part, gap))
    able = sorted(set(whole) & set(looked_at) - set(lacking))
    known = cases.open_of(desk.conn, order_id=able) if able else []
    over = [case.id for case in known if case.code == Code.SHIP_COMPLETE_STUCK]
    if over:
        resolve(desk, over, "What it waited for can come.")
    open_cases(
        desk, [_case(number, lacking[order_id]) for order_id, number in whole.items() if order_id in lacking]
    )


def _case(number: str, lacking: Sequence[tuple[Part, Decimal]]) -> NewCase:
    part = lacking[0][0]
    lines = ", ".join(f"line {each.line} ({each.sku}) lacks {show(gap)}" for each, gap in lacking)
    finding = Finding(
        Code.SHIP_COMPLETE_STUCK,
        Severity.ERROR,
        message=f"Order {number} ships as a whole, and {lines} in base units: neither in stock nor on its way.",
        hint=_HINT,
        at="lines[]",
        family=Family.STOCK,
    )
    return NewCase(finding, part.partner, About(order_id=part.order_id), test=part.test)

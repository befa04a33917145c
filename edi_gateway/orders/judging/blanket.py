"""What a release may draw on: the blanket order with its prices, quantities and dates (spec B5.8, D5).

Takes a release (BEG02 RL) and Facts, gives the Blanket that stands for it. Called by order_facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import Price
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.identity import BLANKET, blanket_key
from edi_gateway.orders.judging.standing import read
from edi_gateway.orders.meaning import pricing, units
from edi_gateway.orders.meaning.numbers import ZERO, is_sane, six_places


@dataclass(frozen=True, slots=True)
class Blanket:
    """Quantities in base units by SKU: agreed in the blanket, drawn by releases before this one."""

    number: str
    agreed: dict[str, Decimal] = field(default_factory=dict)
    drawn: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    since: date | None = None  # DTM 092
    until: date | None = None  # DTM 093


def blanket_of(order: PurchaseOrder, facts: Facts) -> Blanket | None:
    """The accepted or waiting blanket with this PO number; None when there is none."""
    key = blanket_key(order, facts.profile, test=facts.as_test)
    known = facts.data.known.get(key, ()) if key is not None else ()
    standing = next(
        (k for k in known if k.order_type in BLANKET and k.state in ("ACCEPTED", "ON_HOLD")), None
    )
    document = read(standing) if standing is not None else None
    if standing is None or document is None or key is None:
        return None
    agreed: dict[str, Decimal] = {}
    prices: dict[str, Price] = {}
    for line in document.lines:
        item = facts.item_of(line.ids, line.unit)
        row = facts.units_of(item).get(line.unit or "") if item is not None else None
        if item is None or row is None or line.quantity is None or not is_sane(line.quantity):
            continue
        base = units.in_base(line.quantity, row.factor)
        agreed[item.sku] = agreed.get(item.sku, ZERO) + (base or ZERO)
        basis = pricing.BASES.get(line.price_basis) if line.price_basis else pricing.Basis()
        if line.price and is_sane(line.price) and basis is not None:
            per = pricing.ordered_per_priced(basis, row, facts.units_of(item))
            if per is not None:
                price = six_places(Fraction(line.price) * per)
                currency = order.currency or document.currency or facts.profile.policies.currency
                prices[item.sku] = Price(item.sku, row.unit, price, currency, date.min)
    days = {other.qualifier: other.on for other in document.dates.others}
    return Blanket(
        standing.number, agreed, facts.data.drawn.get(key, {}), prices, days.get("092"), days.get("093")
    )

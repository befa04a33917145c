"""What billing must know: the parts that shipped, the order that they belong to, what was billed of it before.

Frozen records; filled by commands/, taken by the other modules of this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from edi_gateway.model.billing import IssuedInvoice
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Terms
from edi_gateway.model.fulfilment import Part, PartKind, PartState, Place
from edi_gateway.model.master_data import Customer, ItemUnit
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.meaning.numbers import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class Billable:
    """A part that shipped and that no invoice stands for. `quantity` in `unit`, the buyer's; `base_quantity` is what
    really left, in the item's base unit: of measured goods the actual weight."""

    part_id: int
    order_id: int
    line: int
    kind: PartKind
    sku: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    whole: bool = True
    store: str | None = None


@dataclass(frozen=True, slots=True)
class BilledOrder:
    """An order as far as bills go.

    to_come: by line, what of its goods will be billed later (buyer's unit); kept: by line, what of them ships at all,
    before, now or later. taken: what earlier invoices have taken of each allowance and charge, by its source;
    goods_before: what they have billed in goods. terms: those that hold, the order's or the customer's. tax_classes: by
    SKU.
    """

    id: int
    number: str
    document: PurchaseOrder
    lines: Mapping[int, OrderLine]
    currency: str
    customer: Customer | None = None
    units: Mapping[str, Mapping[str, ItemUnit]] = field(default_factory=dict)  # by SKU, by unit
    tax_classes: Mapping[str, str | None] = field(default_factory=dict)
    to_come: Mapping[int, Decimal] = field(default_factory=dict)
    kept: Mapping[int, Decimal] = field(default_factory=dict)
    taken: Mapping[str, Decimal] = field(default_factory=dict)
    goods_before: Decimal = ZERO
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """How the goods left that an invoice bills. `to`: where they went, which decides about tax."""

    shipped_on: date
    to: Place
    expected_on: date | None = None


def billables(parts: Iterable[Part]) -> list[Billable]:
    """What may be billed of these parts: what shipped and no invoice stands for, in the order of the lines."""
    open_ones = [part for part in parts if part.state is PartState.SHIPPED and part.invoice_id is None]
    return [
        Billable(
            part.id,
            part.order_id,
            part.line,
            part.kind,
            part.sku,
            part.quantity,
            part.unit,
            part.base_quantity,
            part.whole,
            part.store,
        )
        for part in sorted(open_ones, key=lambda part: part.rank)
    ]


def to_come(
    lines: Iterable[OrderLine], parts: Iterable[Part], billed_now: Iterable[int]
) -> dict[int, Decimal]:
    """By line, the goods that later invoices will bill: all that is not cancelled, not invoiced and not in this one."""
    now = set(billed_now)
    return _goods(lines, (part for part in parts if part.invoice_id is None and part.id not in now))


def kept(lines: Iterable[OrderLine], parts: Iterable[Part]) -> dict[int, Decimal]:
    """By line, the goods of the order that have shipped or are to: all that is not cancelled."""
    return _goods(lines, parts)


def has_amounts(document: PurchaseOrder) -> bool:
    """Whether anything of the order is for all of it, so that it matters how much of it ships."""
    whole = bool(document.allowances) or any(terms.discount_amount for terms in document.terms)
    return whole or any(line.allowances for line in document.lines)


def _goods(lines: Iterable[OrderLine], parts: Iterable[Part]) -> dict[int, Decimal]:
    """A line that is still on hold has no parts yet."""
    found: dict[int, Decimal] = {}
    for part in parts:
        if part.kind is PartKind.GOODS and part.state is not PartState.CANCELLED:
            found[part.line] = EXACT.add(found.get(part.line, ZERO), part.quantity)
    for line in lines:
        if line.state is LineState.HELD and line.line not in found and line.accepted_quantity > 0:
            found[line.line] = line.accepted_quantity
    return found


def taken_of(order_id: int, standing: Sequence[IssuedInvoice]) -> tuple[dict[str, Decimal], Decimal]:
    """What invoices have taken of an order's allowances and charges, by source, and their goods. `standing`: those
    that no other was issued in place of; credits are none."""
    taken: dict[str, Decimal] = {}
    goods = ZERO
    for each in standing:
        mine = [line for line in each.lines if line.order_id == order_id]
        goods = EXACT.add(goods, sum((line.amount for line in mine), ZERO))
        for charge in (*each.charges, *(charge for line in mine for charge in line.charges)):
            if charge.order_id == order_id and charge.source is not None:
                taken[charge.source] = EXACT.add(taken.get(charge.source, ZERO), charge.amount)
    return taken, goods

"""What bills need to know of orders: documents, prices, customers, units, what was billed before, rates of tax.

Takes orders that are locked and their parts; reads the facts of all of them in a few queries. Called by invoicing.py
and crediting.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from edi_gateway.commands.desk import Desk
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import Part, Place, Shipped, ShippedLine
from edi_gateway.model.master_data import ItemUnit, MasterData
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.billing.formerly import as_agreed
from edi_gateway.orders.billing.invoicing import TaxFacts
from edi_gateway.orders.billing.records import (
    Billable,
    BilledOrder,
    has_amounts,
    kept,
    taken_of,
    to_come,
)
from edi_gateway.orders.billing.terms import terms_of
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.warehouse.formerly import is_of_another_item
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import notices, orders
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.master import facts
from edi_gateway.store.money import invoices, taxes


@dataclass(frozen=True, slots=True)
class _Asked:
    """store.facts.Needs: of customers and items only."""

    customers: frozenset[str]
    skus: frozenset[str]
    business_keys: frozenset[str] = frozenset()
    xrefs: frozenset[tuple[str, str]] = frozenset()
    ship_tos: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Books:
    """The orders of one partner as far as bills go. `standing`: by order, the invoices that count; those that are
    issued in this transaction are added by `issued`."""

    profile: Profile
    orders: dict[int, StoredOrder]
    parts: dict[int, tuple[Part, ...]]
    lines: dict[int, dict[int, OrderLine]]
    data: MasterData
    standing: dict[int, list[invoices.StoredInvoice]]
    today: date
    formerly: dict[int, ShippedLine] = field(
        default_factory=dict
    )  # by part: goods whose line is for another item now
    _documents: dict[int, PurchaseOrder] = field(default_factory=dict)
    _units: dict[str, dict[str, ItemUnit]] = field(default_factory=dict)
    _taxes: dict[tuple[str | None, str | None, str | None], TaxFacts] = field(default_factory=dict)

    def document(self, order_id: int) -> PurchaseOrder:
        if order_id not in self._documents:
            self._documents[order_id] = self.orders[order_id].document
        return self._documents[order_id]

    def billed(self, order_id: int, now: Iterable[Billable] = (), told: Collection[int] = ()) -> BilledOrder:
        """The order, of which these parts are billed now. `told`: parts that its bill is about, billed before."""
        now = list(now)
        order, document = self.orders[order_id], self.document(order_id)
        customer = self.data.customers.get(order.customer or "")
        lines = self.lines[order_id]
        skus = {line.substitute or line.sku or "" for line in lines.values()}
        skus |= {part.sku for part in self.parts.get(order_id, ())}
        taken, goods = taken_of(order_id, [each.issued for each in self.standing.get(order_id, ())])
        of = {*told, *(part.part_id for part in now)}
        made = BilledOrder(
            id=order.id,
            number=order.number,
            document=document,
            lines=lines,
            currency=order.currency,
            customer=customer,
            units={sku: self._units_of(sku) for sku in skus},
            tax_classes={sku: self.data.items[sku].tax_class for sku in skus if sku in self.data.items},
            to_come=to_come(lines.values(), self.parts.get(order_id, ()), (part.part_id for part in now)),
            kept=kept(lines.values(), self.parts.get(order_id, ())) if has_amounts(document) else {},
            taken=taken,
            goods_before=goods,
            terms=terms_of(document.terms, customer),
        )
        left = [each for n, each in self.formerly.items() if n in of and each.order_id == order_id]
        return as_agreed(made, left) if left else made

    def _units_of(self, sku: str) -> dict[str, ItemUnit]:
        if not self._units:
            for (of, unit), each in self.data.units.items():
                self._units.setdefault(of, {})[unit] = each
        return self._units.get(sku, {})

    def taxes(self, desk: Desk, place: Place, customer: str | None) -> TaxFacts:
        """Rates at a place and a customer's certificates; none where the partner's goods are not taxed."""
        if not self.profile.invoicing.tax:
            return TaxFacts()
        key = (place.country, place.region, customer)
        if key not in self._taxes:
            self._taxes[key] = TaxFacts(
                taxes.rates(desk.conn, place.country, place.region, self.today),
                taxes.certificates(desk.conn, customer, self.today),
            )
        return self._taxes[key]


def open_books(
    desk: Desk, profile: Profile, found: Mapping[int, StoredOrder], parts: Mapping[int, Sequence[Part]]
) -> Books:
    """Read it all."""
    lines = orders.lines_of(desk.conn, sorted(found))
    skus = {line.substitute or line.sku for mine in lines.values() for line in mine}
    skus |= {part.sku for mine in parts.values() for part in mine}
    today = local_date(desk.clock(), profile.calendar)
    asked = _Asked(
        customers=frozenset(order.customer for order in found.values() if order.customer),
        skus=frozenset(sku for sku in skus if sku),
    )
    return Books(
        profile=profile,
        orders=dict(found),
        parts={order_id: tuple(mine) for order_id, mine in parts.items()},
        lines={order_id: {line.line: line for line in mine} for order_id, mine in lines.items()},
        data=facts.read(desk.conn, profile.key, asked, today),
        standing=invoices.standing(desk.conn, found),
        today=today,
        formerly=_formerly(desk, lines, parts),
    )


def _formerly(
    desk: Desk, lines: Mapping[int, Sequence[OrderLine]], parts: Mapping[int, Sequence[Part]]
) -> dict[int, ShippedLine]:
    """Goods that left although their line is for another item, as they were agreed on."""
    by_line = {(order_id, line.line): line for order_id, mine in lines.items() for line in mine}
    other = {
        part.id: part.shipment_id
        for mine in parts.values()
        for part in mine
        if part.shipment_id is not None and is_of_another_item(part, by_line[part.order_id, part.line])
    }
    if not other:
        return {}
    found = notices.load(desk.conn, sorted(set(other.values())))
    return {
        line.part_id: line for each in found.values() for line in each.shipped.lines if line.part_id in other
    }


def shipped_of(found: Iterable[invoices.Billed]) -> dict[int, Shipped]:
    """The frozen shipments, by id."""
    return {each.id: notices.thawed(each.snapshot) for each in found}

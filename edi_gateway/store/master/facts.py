"""The facts that judging a batch of orders may ask for, in a handful of queries whatever its size.

Takes the keys that orders/judging/facts.py says it needs; gives MasterData as it stands on a day. Called by commands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from edi_gateway.model.master_data import Customer, Item, ItemUnit, ItemXref, MasterData, Price, ShipTo
from edi_gateway.store.book import orders
from edi_gateway.store.chunks import chunks
from edi_gateway.store.goods import shelves
from edi_gateway.store.tables import customers, item_units, item_xrefs, items, prices, ship_tos

POSTAL = "POSTAL"  # kind of a ship-to key that is a postal code: orders.meaning.parties.POSTAL
_BLANKET = ("BK", "BE")  # BEG02: the orders that releases draw on
_PRICE_HISTORY = timedelta(days=400)  # a PO is judged by the price of its date, which may be past


class Needs(Protocol):
    """orders.judging.facts.Needs. Cross-reference keys are (qualifier, value), ship-to keys (qualifier, code) or
    ("POSTAL", code), `skus` values that may be our own numbers."""

    @property
    def business_keys(self) -> frozenset[str]: ...
    @property
    def xrefs(self) -> frozenset[tuple[str, str]]: ...
    @property
    def ship_tos(self) -> frozenset[tuple[str, str]]: ...
    @property
    def customers(self) -> frozenset[str]: ...
    @property
    def skus(self) -> frozenset[str]: ...


def read(
    conn: Connection,
    partner: str,
    needs: Needs,
    on: date,
    *,
    but: int | None = None,
    stocked: bool = False,
    own: Collection[int] = (),
    before: tuple[datetime, int] | None = None,
) -> MasterData:
    """What holds on `on`, and our orders with the same business keys.

    What is found brings its company: the DC of a store, the customer of a ship-to, the successors, units and
    prices of an item, and of a blanket order what was drawn already (by others than order `but`). `stocked`: also
    what availability is worked out from, and what the orders found, and `own`, have of it already;
    `before`: (received, order), only what orders that came earlier have spoken for counts.
    """
    data = MasterData()
    values = {value for _, value in needs.xrefs}
    for row in _in_force(conn, item_xrefs, item_xrefs.c.value, values, on, _of(item_xrefs, partner)):
        key = (row.qualifier, row.value)
        if key in needs.xrefs:
            xref = ItemXref(row.partner, row.qualifier, row.value, row.sku, row.unit)
            others = data.xrefs.get(key, ())
            data.xrefs[key] = (xref, *others) if xref.partner else (*others, xref)  # their own names first
    skus = {xref.sku for found in data.xrefs.values() for xref in found} | needs.skus
    _items(conn, skus, on, data)
    successors = {i.successor for i in data.items.values() if i.successor} - data.items.keys()
    if successors:
        _items(conn, successors, on, data)
    found_skus = set(data.items)
    for row in _in_force(conn, item_units, item_units.c.sku, found_skus, on):
        factor = Fraction(row.numerator, row.denominator)
        data.units[row.sku, row.unit] = ItemUnit(
            row.sku,
            row.unit,
            factor,
            row.minimum,
            row.multiple,
            row.inner,
            row.orderable,
            row.weight,
            row.weight_unit,
        )
    _prices(conn, found_skus, on, data)
    c = ship_tos.c
    _ship_tos(conn, partner, c.code, {code for kind, code in needs.ship_tos if kind != POSTAL}, on, data)
    postal = {code for kind, code in needs.ship_tos if kind == POSTAL}
    if postal:
        _ship_tos(conn, partner, _postal(c.postal_code), postal, on, data)
    dcs = {s.dc.rpartition(":")[2] for s in data.ship_tos.values() if s.dc} - {
        code for _, code in data.ship_tos
    }
    if dcs:
        _ship_tos(conn, partner, c.code, dcs, on, data)
    wanted = needs.customers | {s.customer for s in data.ship_tos.values() if s.customer}
    for row in _in_force(conn, customers, customers.c.number, wanted, on):
        data.customers[row.number] = Customer(
            number=row.number,
            name=row.name,
            currency=row.currency,
            price_group=row.price_group,
            terms_type=row.terms_type,
            discount_percent=row.discount_percent,
            discount_days=row.discount_days,
            net_days=row.net_days,
            freight_payment=row.freight_payment,
            minimum_order=row.minimum_order,
            ship_complete=row.ship_complete,
            backorder=row.backorder,
            stopped=row.stopped,
            priority=row.priority,
        )
    data.known = orders.known(conn, needs.business_keys)
    for business_key, known in data.known.items():
        if known[0].order_type in _BLANKET:
            data.drawn[business_key] = orders.drawn(conn, known[0].order_id, but)
    if stocked:
        found = {order.order_id for known in data.known.values() for order in known}
        data.shelves, data.own = shelves.read(conn, data.items, found | set(own), before)
    return data


def _items(conn: Connection, skus: Iterable[str], on: date, data: MasterData) -> None:
    for row in _in_force(conn, items, items.c.sku, skus, on):
        data.items[row.sku] = Item(
            sku=row.sku,
            description=row.description,
            status=row.status,
            base_unit=row.base_unit,
            not_before=row.not_before,
            successor=row.successor,
            measured=row.measured,
            free=row.free,
            item_class=row.item_class,
            tax_class=row.tax_class,
            nmfc=row.nmfc,
            freight_class=row.freight_class,
            hazmat=row.hazmat,
        )


def _prices(conn: Connection, skus: Iterable[str], on: date, data: MasterData) -> None:
    """Prices of the past year and of the future too: which date counts is the profile's to say (spec B1)."""
    c = prices.c
    recent = c.until.is_(None) | (c.until > on - _PRICE_HISTORY)
    found: dict[str, list[Price]] = {}
    for chunk in chunks(skus):
        query = select(prices).where(c.sku.in_(chunk), c.superseded.is_(False), recent)
        for row in conn.execute(query.order_by(c.sku, c.id)):
            found.setdefault(row.sku, []).append(
                Price(
                    sku=row.sku,
                    unit=row.unit,
                    price=row.price,
                    currency=row.currency,
                    since=row.since,
                    until=row.until,
                    customer=row.customer,
                    price_group=row.price_group,
                    from_quantity=row.from_quantity,
                    promotion=row.promotion,
                )
            )
    data.prices.update((sku, tuple(made)) for sku, made in found.items())


def _ship_tos(
    conn: Connection,
    partner: str,
    column: ColumnElement[Any],
    values: Iterable[str],
    on: date,
    data: MasterData,
) -> None:
    for row in _in_force(conn, ship_tos, column, values, on, ship_tos.c.partner == partner):
        data.ship_tos[row.qualifier, row.code] = ShipTo(
            partner=row.partner,
            qualifier=row.qualifier,
            code=row.code,
            name=row.name,
            customer=row.customer,
            address=tuple(part for part in (row.address_1, row.address_2) if part),
            city=row.city,
            region=row.region,
            postal_code=row.postal_code,
            country=row.country,
            kind=row.kind,
            dc=row.dc,
            transit_days=row.transit_days,
        )


def _postal(column: ColumnElement[str | None]) -> ColumnElement[str]:
    """Comparable as orders.meaning.parties.postal is: upper case, no blanks or dashes, the ZIP of a ZIP+4."""
    plain = func.upper(func.replace(func.replace(column, " ", ""), "-", ""))
    zip4 = (func.length(plain) == 9) & (plain >= "0") & (plain < ":")
    return case((zip4, func.substr(plain, 1, 5)), else_=plain)


def _of(table: Table, partner: str) -> ColumnElement[bool]:
    """The partner's own rows and everybody's."""
    return (table.c.partner == partner) | table.c.partner.is_(None)


def _in_force(
    conn: Connection,
    table: Table,
    column: ColumnElement[Any],
    values: Iterable[str],
    on: date,
    *conditions: ColumnElement[bool],
) -> Iterator[Any]:
    """Rows whose `column` is one of `values` and that hold on `on`, in the order of their ids."""
    c = table.c
    for chunk in chunks(values):
        query = (
            select(table)
            .where(column.in_(chunk), *conditions)
            .where(c.superseded.is_(False), c.since <= on, c.until.is_(None) | (c.until > on))
            .order_by(c.id)
        )
        yield from conn.execute(query)

"""Releases and shipments as lists and one by one: what a warehouse was asked, what left, in which cartons (spec B17).

Takes filters; gives rows. Called by cli/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import (
    documents,
    handling_units,
    line_parts,
    orders,
    releases,
    ship_confirms,
    shipments,
    unit_contents,
)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """`document`: state of the last 940; None: a pick list of our own."""

    number: str
    order: str
    po_number: str
    partner: str
    site: str
    warehouse: str | None
    store: str | None
    ship_on: date
    state: str
    version: int
    document: str | None
    confirm_due_at: datetime | None
    late: bool
    test: bool


@dataclass(frozen=True, slots=True)
class PartRow:
    """A piece of a line. Quantity in `unit`, the buyer's."""

    order: str
    line: int
    store: str | None
    sku: str
    kind: str
    quantity: Decimal
    unit: str
    state: str
    ship_until: date | None
    cancel_after: date | None


@dataclass(frozen=True, slots=True)
class ReleaseView:
    release: ReleaseRow
    parts: tuple[PartRow, ...]
    units: tuple[UnitRow, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    number: str
    partner: str
    orders: str  # PO numbers
    site: str
    ship_to: str | None
    store: str | None
    state: str
    shipped_at: datetime
    expected_on: date | None
    carrier: str | None
    pro: str | None
    bol: str | None
    packages: int | None
    notice_state: str
    notice_due_at: datetime | None
    invoice_state: str
    test: bool


@dataclass(frozen=True, slots=True)
class ContentRow:
    line: int
    sku: str
    quantity: Decimal
    unit: str
    lot: str | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    n: int
    kind: str
    on: int | None  # number of the pallet that it stands on
    sscc: str | None
    tracking: str | None
    weight: Decimal | None
    weight_unit: str | None
    store: str | None
    contents: tuple[ContentRow, ...]


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """`confirmed`: by which confirms, (key, at, by)."""

    shipment: ShipmentRow
    parts: tuple[PartRow, ...]
    units: tuple[UnitRow, ...]
    confirmed: tuple[tuple[str, datetime, str], ...]
    customer: str | None
    mode: str | None
    trailer: str | None
    seal: str | None
    master_bol: str | None
    weight: Decimal | None
    weight_unit: str | None
    pallets: int | None


def list_releases(
    conn: Connection,
    now: datetime,
    *,
    partner: str | None = None,
    warehouse: str | None = None,
    site: str | None = None,
    state: str | None = None,
    late: bool = False,
    number: str | None = None,
    limit: int = 50,
) -> list[ReleaseRow]:
    """The newest first. `late`: only those whose confirm is past its time."""
    r, o, d = releases.c, orders.c, documents.c
    query = (
        select(
            r.number, o.number, o.po_number, r.partner, r.site, r.warehouse, r.store, r.ship_on, r.state,
            r.version, d.state, r.confirm_due_at, r.test,
        )
        .join(orders, o.id == r.order_id)
        .join(documents, d.id == r.document_id, isouter=True)
    )  # fmt: skip
    wanted = _only((r.partner, partner), (r.warehouse, warehouse), (r.site, site), (r.state, state))
    wanted += _only((r.number, number))
    waiting = ("RELEASED", "CANCEL_ASKED")
    if late:
        wanted += [r.state.in_(waiting), r.confirm_due_at <= now]
    found: list[ReleaseRow] = []
    for row in rows(conn, query.where(*wanted).order_by(r.id.desc()).limit(limit)):
        said = dict(zip(_RELEASE, row, strict=True))
        due = said["confirm_due_at"]
        found.append(ReleaseRow(**said, late=said["state"] in waiting and due is not None and due <= now))
    return found


_RELEASE = (
    *("number", "order", "po_number", "partner", "site", "warehouse", "store", "ship_on", "state", "version"),
    *("document", "confirm_due_at", "test"),
)


def release(conn: Connection, now: datetime, number: str) -> ReleaseView | None:
    """One release with its parts and what is packed for it."""
    found = list_releases(conn, now, number=number)
    if not found:
        return None
    r = releases.c
    ((release_id, why),) = rows(conn, select(r.id, r.why).where(r.number == number))
    packed = (handling_units.c.release_id == release_id) & handling_units.c.shipment_id.is_(None)
    return ReleaseView(
        found[0], _parts(conn, line_parts.c.release_id == release_id), _units(conn, packed), why
    )


_SHIPMENT = (
    *(
        "number",
        "partner",
        "site",
        "ship_to",
        "store",
        "state",
        "shipped_at",
        "expected_on",
        "carrier",
        "pro",
    ),
    *("bol", "packages", "notice_state", "notice_due_at", "invoice_state", "test"),
)


def list_shipments(
    conn: Connection,
    *,
    partner: str | None = None,
    site: str | None = None,
    state: str | None = None,
    po: str | None = None,
    bol: str | None = None,
    since: date | None = None,
    until: date | None = None,
    number: str | None = None,
    limit: int = 50,
) -> list[ShipmentRow]:
    """The newest first. `po`: only those with goods of this PO number."""
    s = shipments.c
    wanted = _only((s.partner, partner), (s.site, site), (s.state, state), (s.bol, bol), (s.number, number))
    if po is not None:
        of = select(line_parts.c.shipment_id).join(orders, orders.c.id == line_parts.c.order_id)
        wanted.append(s.id.in_(of.where(orders.c.po_number == po)))
    if since is not None:
        wanted.append(s.shipped_on >= since)
    if until is not None:
        wanted.append(s.shipped_on <= until)
    query = select(s.id, *(s[name] for name in _SHIPMENT)).where(*wanted)
    found = rows(conn, query.order_by(s.id.desc()).limit(limit))
    names = _names(conn, [row[0] for row in found])
    return [
        ShipmentRow(orders=", ".join(names.get(number, ())), **dict(zip(_SHIPMENT, row, strict=True)))
        for number, *row in found
    ]


def shipment(conn: Connection, number: str) -> ShipmentView | None:
    """One shipment with what is in it."""
    found = list_shipments(conn, number=number)
    if not found:
        return None
    s, c = shipments.c, ship_confirms.c
    names = ("id", "customer", "mode", "trailer", "seal", "master_bol", "weight", "weight_unit", "pallets")
    ((shipment_id, *more),) = rows(conn, select(*(s[name] for name in names)).where(s.number == number))
    confirmed = rows(conn, select(c.key, c.at, c.by).where(c.shipment_id == shipment_id).order_by(c.id))
    return ShipmentView(
        found[0],
        _parts(conn, line_parts.c.shipment_id == shipment_id),
        _units(conn, handling_units.c.shipment_id == shipment_id),
        tuple((key, at, by) for key, at, by in confirmed),
        **dict(zip(names[1:], more, strict=True)),
    )


def _only(*wanted: tuple[ColumnElement[Any], Any]) -> list[ColumnElement[bool]]:
    """Conditions for what is asked."""
    return [column == value for column, value in wanted if value is not None]


def _names(conn: Connection, ids: list[int]) -> dict[int, list[str]]:
    """PO numbers of shipments."""
    found: dict[int, dict[str, None]] = {}
    p = line_parts.c
    for start in range(0, len(ids), 400):
        query = select(p.shipment_id, orders.c.po_number).join(orders, orders.c.id == p.order_id)
        for shipment_id, po in conn.execute(
            query.where(p.shipment_id.in_(ids[start : start + 400])).order_by(p.id)
        ):
            found.setdefault(shipment_id, {})[po] = None
    return {shipment_id: list(names) for shipment_id, names in found.items()}


def _parts(conn: Connection, condition: Any) -> tuple[PartRow, ...]:
    p, o = line_parts.c, orders.c
    query = (
        select(
            o.number,
            p.line,
            p.store,
            p.sku,
            p.kind,
            p.quantity,
            p.unit,
            p.state,
            p.ship_until,
            p.cancel_after,
        )
        .join(orders, o.id == p.order_id)
        .where(condition)
        .order_by(o.id, p.line, p.store, p.id)
    )
    return tuple(PartRow(*row) for row in rows(conn, query))


def _units(conn: Connection, condition: Any) -> tuple[UnitRow, ...]:
    h, u, p = handling_units.c, unit_contents.c, line_parts.c
    units = conn.execute(select(handling_units).where(condition).order_by(h.n)).all()
    numbers = {unit.id: unit.n for unit in units}
    inside: dict[int, list[ContentRow]] = {}
    ids = list(numbers)
    for start in range(0, len(ids), 400):
        query = (
            select(u.unit_id, p.line, p.sku, u.quantity, p.unit, u.lot)
            .join(line_parts, p.id == u.part_id)
            .where(u.unit_id.in_(ids[start : start + 400]))
            .order_by(u.id)
        )
        for unit_id, *content in rows(conn, query):
            inside.setdefault(unit_id, []).append(ContentRow(*content))
    return tuple(
        UnitRow(
            n=unit.n,
            kind="pallet" if unit.kind == "T" else "carton",
            on=None if unit.parent_id is None else numbers[unit.parent_id],
            sscc=unit.sscc,
            tracking=unit.tracking,
            weight=unit.weight,
            weight_unit=unit.weight_unit,
            store=unit.store,
            contents=tuple(inside.get(unit.id, ())),
        )
        for unit in units
    )

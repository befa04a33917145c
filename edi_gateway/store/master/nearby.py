"""What a code or a name may have meant: items, their other numbers, places and units, as they stand on a day.

Takes a partner and a day; gives short rows to be compared. Called by triage/suggestions/known.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Table, and_, select

from edi_gateway.store.tables import item_units, item_xrefs, items, ship_tos

MOST = 200_000  # rows that are compared; more take longer than somebody waits


@dataclass(frozen=True, slots=True)
class Place:
    """A row of ship_tos, as an import writes it."""

    qualifier: str
    code: str
    name: str
    customer: str | None
    address_1: str | None
    address_2: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    kind: str
    dc: str | None
    transit_days: int | None


_PLACE = [ship_tos.c[name] for name in Place.__dataclass_fields__]


def _stands(table: Table, on: date) -> ColumnElement[bool]:
    c = table.c
    return and_(c.superseded.is_(False), c.since <= on, c.until.is_(None) | (c.until > on))


def descriptions(conn: Connection, on: date) -> dict[str, str]:
    """SKU -> description of what is sold."""
    query = select(items.c.sku, items.c.description).where(
        _stands(items, on), items.c.status.in_(("active", "phase-out", "not yet"))
    )
    return {row.sku: row.description for row in conn.execute(query.limit(MOST))}


def numbers(conn: Connection, partner: str, on: date) -> list[tuple[str, str]]:
    """(number, SKU) of all cross-references that the partner may use."""
    c = item_xrefs.c
    query = select(c.value, c.sku).where(
        _stands(item_xrefs, on), c.partner.is_(None) | (c.partner == partner)
    )
    return [(row.value, row.sku) for row in conn.execute(query.limit(MOST))]


def places(conn: Connection, partner: str, on: date) -> list[Place]:
    """All ship-tos of a partner."""
    query = select(*_PLACE).where(_stands(ship_tos, on), ship_tos.c.partner == partner)
    return [Place(*row) for row in conn.execute(query.limit(MOST))]


def units(conn: Connection, sku: str, on: date) -> list[str]:
    """The units that an item may be ordered in, the smallest first."""
    c = item_units.c
    query = select(c.unit, c.numerator, c.denominator).where(
        _stands(item_units, on), c.sku == sku, c.orderable.is_(True)
    )
    rows = list(conn.execute(query))
    return [row.unit for row in sorted(rows, key=lambda row: (row.numerator / row.denominator, row.unit))]

"""Items, cross-references, prices, ship-tos and customers as they stand, with search; and the history of one row.

Takes a connection, a kind and what to look for; gives pages of rows, and every version of one key, newest first. Called
by cli/ and web/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, String, Table, and_, cast, func, or_, select

from edi_gateway.store.master.master_data import CUSTOMERS, ITEMS, PRICES, SHIP_TOS, UNITS, XREFS, Kind

#: What may be listed, and the columns that a search looks into.
KINDS: Final[Mapping[str, tuple[Kind, tuple[str, ...]]]] = {
    "items": (ITEMS, ("sku", "description", "item_class", "successor")),
    "units": (UNITS, ("sku", "unit")),
    "xrefs": (XREFS, ("value", "sku", "partner")),
    "prices": (PRICES, ("sku", "customer", "price_group")),
    "ship-tos": (SHIP_TOS, ("code", "name", "city", "postal_code", "customer", "dc")),
    "customers": (CUSTOMERS, ("number", "name", "price_group")),
}


@dataclass(frozen=True, slots=True)
class MasterRow:
    """A row: which (`key`), what it says (`values`), from when to when, and who said so from which file. `id` names
    it for its history."""

    id: int
    key: dict[str, Any]
    values: dict[str, Any]
    since: date
    until: date | None
    version: int
    superseded: bool
    changed_by: str
    changed_at: datetime
    source: str


def list_rows(
    conn: Connection,
    kind: str,
    *,
    search: str | None = None,
    partner: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[MasterRow]:
    """Rows that stand (or will), in the order of their keys. `search`: in numbers, names and descriptions."""
    of, searched = KINDS[kind]
    c = of.table.c
    chosen: list[ColumnElement[bool]] = [~c.superseded]
    if search is not None and search.strip():
        wanted = f"%{_escaped(search.strip().lower())}%"
        chosen.append(
            or_(*(func.lower(cast(c[name], String)).like(wanted, escape="\\") for name in searched))
        )
    if partner is not None and "partner" in c:
        chosen.append(
            or_(c.partner == partner, c.partner.is_(None)) if kind == "xrefs" else c.partner == partner
        )
    order = [c[of.by], *(c[name] for name in of.key if name != of.by), c.since, c.id]
    query = select(of.table).where(*chosen).order_by(*order).limit(limit).offset(offset)
    return [_row(of, row) for row in conn.execute(query).mappings()]


def history(conn: Connection, kind: str, row_id: int) -> list[MasterRow]:
    """Every version of the key that this row is of, what was said last at first; empty when there is no such row."""
    of, _ = KINDS[kind]
    c = of.table.c
    one = conn.execute(select(of.table).where(c.id == row_id)).mappings().first()
    if one is None:
        return []
    same = and_(*(c[name].is_(None) if one[name] is None else c[name] == one[name] for name in of.key))
    query = select(of.table).where(same).order_by(c.changed_at.desc(), c.since.desc(), c.id.desc()).limit(500)
    return [_row(of, row) for row in conn.execute(query).mappings()]


def counts(conn: Connection) -> dict[str, int]:
    """How many rows stand of each kind."""
    return {name: _standing(conn, of.table) for name, (of, _) in KINDS.items()}


def _standing(conn: Connection, table: Table) -> int:
    return conn.execute(select(func.count()).select_from(table).where(~table.c.superseded)).scalar_one()


def _escaped(text: str) -> str:
    for mark in ("\\", "%", "_"):
        text = text.replace(mark, f"\\{mark}")
    return text


def _row(of: Kind, row: RowMapping) -> MasterRow:
    return MasterRow(
        row["id"],
        {name: row[name] for name in of.key},
        {name: row[name] for name in of.values if row[name] is not None},
        row["since"],
        row["until"],
        row["version"],
        row["superseded"],
        row["changed_by"],
        row["changed_at"],
        row["source"],
    )

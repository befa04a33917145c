"""Stock as it lies at our sites, what is to come, and every change of it (spec B7.1, B7.6).

Takes and gives model.fulfilment records, in base units. Called by commands; when free stock may have grown they leave
work `restock` beside. `allocated` changes only by `reserve`, together with the parts that reserve (orders/allocation);
the other buckets only by `move`, which leaves a row of `stock_moves`. Sums are made here, in Decimal: SQLite keeps
quantities as text and would add them as floats.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, collate, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.fulfilment import Site, StockLevel, Supply
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import sites as site_rows
from edi_gateway.store.tables import stock, stock_moves, supply

BUCKETS = ("on_hand", "hold", "damaged", "safety")  # that `move` changes
CORRECTIONS = ("import", "count", "adjustment")  # kinds of moves that bring the ledger to what lies there
Key = tuple[str, str]  # (site, sku)


class AllocatedBelowNothing(GatewayError):
    """{sku} at {site} has {allocated} allocated, which cannot change by {change}: parts and stock disagree."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of one bucket: `quantity` signed. `kind`: import, count, adjustment, shipment, receipt, reversal."""

    site: str
    sku: str
    bucket: str
    quantity: Decimal
    kind: str
    reference: str
    document_id: int | None = None
    shipment_id: int | None = None


def levels(conn: Connection, skus: Iterable[str], *, lock: bool = False) -> dict[str, tuple[StockLevel, ...]]:
    """What lies where of these items, sites in the order of their codes; an item without a row is left out.

    `lock`: nobody else changes these rows until the transaction ends. They are locked by (sku, site), whoever asks,
    so that two who want the same rows wait for each other and never in a ring.
    """
    found: dict[str, list[StockLevel]] = {}
    columns = (stock.c.site, stock.c.sku, stock.c.on_hand, stock.c.hold, stock.c.damaged)
    for chunk in chunks(skus):
        query = select(*columns, stock.c.allocated, stock.c.safety).where(stock.c.sku.in_(chunk))
        query = query.order_by(_plain(conn, stock.c.sku), _plain(conn, stock.c.site))
        for row in conn.execute(query.with_for_update() if lock else query):
            found.setdefault(row.sku, []).append(StockLevel(*row))
    return {sku: tuple(rows) for sku, rows in found.items()}


def reserve(conn: Connection, changes: Mapping[Key, Decimal]) -> None:
    """Add to `allocated` of (site, sku), signed; locks the rows of these items."""
    wanted = {key: change for key, change in changes.items() if change}
    if not wanted:
        return
    standing = _locked(conn, {sku for _, sku in wanted})
    rows = []
    for (site, sku), change in wanted.items():
        level = standing.get((site, sku))
        after = None if level is None else level.allocated + change
        if after is None or after < 0:
            allocated = "no stock row and nothing" if level is None else level.allocated
            raise AllocatedBelowNothing(sku=sku, site=site, allocated=allocated, change=change)
        rows.append({"at_site": site, "of_sku": sku, "now": after})
    _set(conn, "allocated", rows)


def move(
    conn: Connection,
    ids: Ids,
    now: datetime,
    by: str,
    site: str,
    sku: str,
    bucket: str,
    quantity: Decimal,
    kind: str,
    reference: str,
    *,
    document_id: int | None = None,
    shipment_id: int | None = None,
) -> Decimal:
    """Change a bucket by a signed quantity and keep the move; its balance afterwards, which may be below zero (spec
    B7.6: goods may leave before their receipt is booked). A row that is not there is made."""
    one = Move(site, sku, bucket, quantity, kind, reference, document_id, shipment_id)
    return move_all(conn, ids, now, by, [one])[0]


def move_all(conn: Connection, ids: Ids, now: datetime, by: str, moves: Sequence[Move]) -> list[Decimal]:
    """`move` for many at once; the balances in their order."""
    if not moves:
        return []
    _make_rows(conn, moves)
    standing = _locked(conn, {each.sku for each in moves})
    balances: dict[tuple[str, str, str], Decimal] = {}
    source: dict[Key, str] = {}
    rows, after = [], []
    for number, each in zip(ids.block(len(moves)), moves, strict=True):
        key = (each.site, each.sku, each.bucket)
        before = balances.get(key)
        if before is None:
            before = _bucket(standing[each.site, each.sku], each.bucket)
        balances[key] = before + each.quantity
        source[each.site, each.sku] = each.reference
        after.append(balances[key])
        rows.append(
            (
                *(number, each.site, each.sku, each.bucket, each.quantity, balances[key], each.kind),
                *(each.reference, each.document_id, each.shipment_id, now, by),
            )
        )
    bulk.insert(conn, stock_moves, tuple(column.name for column in stock_moves.columns), rows)
    for bucket in BUCKETS:
        changed = [
            {"at_site": site, "of_sku": sku, "now": balance}
            for (site, sku, name), balance in balances.items()
            if name == bucket
        ]
        _set(conn, bucket, changed)
    _set(conn, "source", [{"at_site": at, "of_sku": of, "now": said} for (at, of), said in source.items()])
    return after


def moves_of(conn: Connection, shipment_id: int) -> list[Move]:
    """What a shipment has moved, in the order in which it did."""
    c = stock_moves.c
    query = select(
        c.site, c.sku, c.bucket, c.quantity, c.kind, c.reference, c.document_id, c.shipment_id
    ).where(c.shipment_id == shipment_id)
    return [Move(*row) for row in conn.execute(query.order_by(c.id))]


def counted(conn: Connection, at: datetime, keys: Iterable[Key]) -> None:
    """These rows were counted, whatever that changed."""
    _set(conn, "counted_at", [{"at_site": site, "of_sku": sku, "now": at} for site, sku in sorted(keys)])


def count_moments(conn: Connection, skus: Iterable[str]) -> dict[Key, datetime]:
    """When (site, sku) was counted last, where it was."""
    c = stock.c
    found: dict[Key, datetime] = {}
    for chunk in chunks(skus):
        query = select(c.site, c.sku, c.counted_at).where(c.sku.in_(chunk), c.counted_at.is_not(None))
        found.update({(row.site, row.sku): row.counted_at for row in conn.execute(query)})
    return found


def came_and_went(conn: Connection, skus: Iterable[str], since: datetime) -> dict[Key, dict[str, Decimal]]:
    """What goods have moved since a moment: (site, sku) -> bucket -> sum. What only corrects the ledger does not
    count: it was there, or was not, before."""
    c = stock_moves.c
    found: dict[Key, dict[str, Decimal]] = {}
    for chunk in chunks(skus):
        query = select(c.site, c.sku, c.bucket, c.quantity).where(
            c.sku.in_(chunk), c.at > since, c.kind.not_in(CORRECTIONS)
        )
        for row in conn.execute(query):
            sums = found.setdefault((row.site, row.sku), {})
            sums[row.bucket] = sums.get(row.bucket, Decimal(0)) + row.quantity
    return found


def supplies(conn: Connection, skus: Iterable[str]) -> dict[str, tuple[Supply, ...]]:
    """What is still to come of these items, the earliest first."""
    found: dict[str, list[Supply]] = {}
    c = supply.c
    columns = (c.site, c.sku, c.quantity, c.due_on, c.confirmed, c.reference)
    for chunk in chunks(skus):
        query = select(*columns).where(c.sku.in_(chunk), c.state == "OPEN").order_by(c.due_on, c.id)
        for row in conn.execute(query):
            found.setdefault(row.sku, []).append(Supply(*row))
    return {sku: tuple(rows) for sku, rows in found.items()}


def set_supplies(
    conn: Connection, ids: Ids, now: datetime, by: str, rows: Collection[Supply], state: str = "OPEN"
) -> None:
    """Supply as somebody says it now: by reference, site and item what stands is changed, else a row is made.
    `state`: OPEN, RECEIVED (nothing more is to come) or CANCELLED."""
    c = supply.c
    there: dict[tuple[str, str, str], int] = {}
    for chunk in chunks(row.sku for row in rows):
        query = select(c.reference, c.site, c.sku, c.id).where(c.sku.in_(chunk)).order_by(c.id)
        there.update({(row.reference, row.site, row.sku): row.id for row in conn.execute(query)})
    changed, new = [], []
    for row in rows:
        said = (row.quantity, row.due_on, row.confirmed, state, now, by)
        row_id = there.get((row.reference, row.site, row.sku))
        if row_id is None:
            new.append((ids.next(), row.reference, row.site, row.sku, *said))
            continue
        names = ("quantity", "due_on", "confirmed", "state", "changed_at", "changed_by")
        changed.append({"this": row_id, **dict(zip(names, said, strict=True))})
    if changed:
        conn.execute(update(supply).where(c.id == bindparam("this")), changed)
    bulk.insert(conn, supply, tuple(column.name for column in supply.columns), new)


def sites(conn: Connection, on: date) -> dict[str, Site]:
    """Our sites as they are on a day, by code."""
    c = site_rows.c
    query = select(site_rows).where(
        c.superseded.is_(False), c.since <= on, c.until.is_(None) | (c.until > on)
    )
    return {
        row.code: Site(
            code=row.code,
            name=row.name,
            warehouse=row.warehouse,
            gln=row.gln,
            address=tuple(part for part in (row.address_1, row.address_2) if part),
            city=row.city,
            region=row.region,
            postal_code=row.postal_code,
            country=row.country,
        )
        for row in conn.execute(query.order_by(c.code))
    }


def _make_rows(conn: Connection, moves: Sequence[Move]) -> None:
    """Rows of nothing, where there is none."""
    nothing = {"on_hand": Decimal(0), "hold": Decimal(0), "damaged": Decimal(0)}
    keys = {(each.sku, each.site): each.reference for each in moves}
    rows = [
        {"site": site, "sku": sku, **nothing, "allocated": Decimal(0), "safety": Decimal(0), "source": source}
        for (sku, site), source in sorted(keys.items())
    ]
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(stock).on_conflict_do_nothing(index_elements=["site", "sku"]), rows)


def _locked(conn: Connection, skus: Iterable[str]) -> dict[Key, StockLevel]:
    return {(row.site, row.sku): row for rows in levels(conn, skus, lock=True).values() for row in rows}


def _bucket(level: StockLevel, name: str) -> Decimal:
    if name not in BUCKETS:
        raise ValueError(f"{name} is none of the buckets that are moved: {', '.join(BUCKETS)}")
    value: Decimal = getattr(level, name)
    return value


def _set(conn: Connection, column: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        one = (stock.c.site == bindparam("at_site")) & (stock.c.sku == bindparam("of_sku"))
        conn.execute(update(stock).where(one).values({column: bindparam("now")}), list(rows))


def _plain(conn: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """Sorted as Python sorts, whatever the database's language: chunks must follow one another in one order."""
    return collate(column, "C") if conn.dialect.name == "postgresql" else column

"""The order book: orders, lines, revisions, events, edits, and the one live order a business key.

Takes and gives the records of model/order.py and rows; decides nothing. Called by commands, read by reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import Stage
from edi_gateway.model.master_data import KnownOrder
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import (
    holds,
    order_edits,
    order_events,
    order_keys,
    order_lines,
    order_revisions,
    orders,
)
from edi_gateway.store.traffic import canonical


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """A row of `orders`. `snapshot` is the canonical JSON of the PurchaseOrder that stands."""

    id: int
    number: str
    partner: str
    customer: str | None
    business_key: str
    po_number: str
    release_number: str | None
    revision: int
    state: OrderState
    type: str
    currency: str
    ordered_on: date | None
    ship_to: str | None
    ship_from: date | None
    ship_until: date | None
    cancel_after: date | None
    total: Decimal
    lines: int
    ship_complete: bool
    all_or_nothing: bool
    test: bool
    received_at: datetime
    updated_at: datetime
    document_id: int
    content_hash: str
    snapshot: str
    reject_code: str | None
    answer_due_at: datetime | None
    answer_state: str
    void_reason: str | None

    @property
    def document(self) -> PurchaseOrder:
        """The order that stands."""
        return canonical.read(PurchaseOrder, self.snapshot)


ORDER_COLUMNS = tuple(field.name for field in fields(StoredOrder))
_ORDER = [orders.c[name] for name in ORDER_COLUMNS]

_LINE_FIELDS = tuple(field.name for field in fields(OrderLine))
_LINE_COLUMNS = ("order_id", *_LINE_FIELDS, "acknowledged_price")
_LINE_VALUES = attrgetter(*_LINE_FIELDS)
_ANSWER_CODES = _LINE_FIELDS.index("answer_codes")
_CANCELLED_STORES = _LINE_FIELDS.index("cancelled_stores")
_PRICE = _LINE_FIELDS.index("price")
_STATE = _LINE_FIELDS.index("state")
_STATES = {state.value: state for state in LineState}
_LINE = [order_lines.c[name] for name in _LINE_FIELDS]


def add(conn: Connection, new: Sequence[tuple[Any, ...]]) -> None:
    """Insert orders: tuples in the order of ORDER_COLUMNS."""
    bulk.insert(conn, orders, ORDER_COLUMNS, new)


def add_lines(conn: Connection, new: Iterable[tuple[int, Sequence[OrderLine]]]) -> None:
    """Insert the lines of orders: (order id, lines)."""
    rows = []
    for order_id, lines in new:
        for line in lines:
            values = list(_LINE_VALUES(line))
            values[_ANSWER_CODES] = " ".join(line.answer_codes)
            values[_CANCELLED_STORES] = "\n".join(line.cancelled_stores) or None
            rows.append((order_id, *values, values[_PRICE]))
    bulk.insert(conn, order_lines, _LINE_COLUMNS, rows)


def replace_lines(conn: Connection, order_id: int, lines: Sequence[OrderLine]) -> None:
    """The lines of an order are these now (what they were stands in the revision)."""
    conn.execute(delete(order_lines).where(order_lines.c.order_id == order_id))
    add_lines(conn, [(order_id, lines)])


def load(conn: Connection, order_id: int, *, lock: bool = False) -> StoredOrder | None:
    """One order; `lock` keeps other commands from changing it until this transaction ends."""
    return load_many(conn, [order_id], lock=lock).get(order_id)


def load_many(conn: Connection, order_ids: Sequence[int], *, lock: bool = False) -> dict[int, StoredOrder]:
    """Orders by id; locked in the order of their ids, so that two commands cannot wait for each other."""
    found: dict[int, StoredOrder] = {}
    for some in chunks(order_ids):
        query = select(*_ORDER).where(orders.c.id.in_(some)).order_by(orders.c.id)
        for row in conn.execute(query.with_for_update() if lock else query).all():
            values = dict(row._mapping)
            values["state"] = OrderState(row.state)
            found[row.id] = StoredOrder(**values)
    return found


def lock(conn: Connection, order_ids: Sequence[int]) -> None:
    """Keep other commands from changing these orders until this transaction ends; in the order of their ids.

    On SQLite nothing is asked: whoever writes there writes alone.
    """
    if conn.dialect.name != "sqlite":
        for chunk in chunks(order_ids):
            query = select(orders.c.id).where(orders.c.id.in_(chunk)).order_by(orders.c.id)
            conn.execute(query.with_for_update()).all()


def find(conn: Connection, wanted: str) -> list[int]:
    """Ids of orders by our number, by id, or by PO number (then perhaps several), oldest first."""
    query = select(orders.c.id).where((orders.c.number == wanted) | (orders.c.po_number == wanted))
    found = list(conn.execute(query.order_by(orders.c.id)).scalars())
    if not found and wanted.isdecimal():
        found = list(conn.execute(select(orders.c.id).where(orders.c.id == int(wanted))).scalars())
    return found


def open_ids(conn: Connection) -> list[int]:
    """Orders on hold or accepted and not closed, the oldest first."""
    c = orders.c
    moving = c.state.in_((OrderState.ON_HOLD, OrderState.ACCEPTED)) & (
        c.stage.is_(None) | (c.stage != Stage.CLOSED)
    )
    return list(conn.execute(select(c.id).where(moving).order_by(c.id)).scalars())


def lines(conn: Connection, order_id: int) -> tuple[OrderLine, ...]:
    return lines_of(conn, [order_id]).get(order_id, ())


def lines_of(conn: Connection, order_ids: Sequence[int]) -> dict[int, tuple[OrderLine, ...]]:
    """The lines of orders, by order id, in their order."""
    found: dict[int, list[OrderLine]] = {}
    for some in chunks(order_ids):
        query = (
            select(order_lines.c.order_id, *_LINE)
            .where(order_lines.c.order_id.in_(some))
            .order_by(order_lines.c.order_id, order_lines.c.line)
        )
        for order_id, *values in conn.execute(query).all():
            values[_STATE] = _STATES[values[_STATE]]
            values[_ANSWER_CODES] = tuple((values[_ANSWER_CODES] or "").split())
            stores = values[_CANCELLED_STORES]
            values[_CANCELLED_STORES] = tuple(stores.split("\n")) if stores else ()
            found.setdefault(order_id, []).append(OrderLine(*values))
    return {order_id: tuple(made) for order_id, made in found.items()}


def change(conn: Connection, order_id: int, **values: object) -> None:
    """Set columns of an order. Commands only, which leave event and audit beside it."""
    conn.execute(update(orders).where(orders.c.id == order_id).values(**values))


def backordered(conn: Connection, skus: Iterable[str]) -> set[int]:
    """Orders of which some was promised for later, of these items."""
    found: set[int] = set()
    c = order_lines.c
    for some in chunks(skus):
        waits = c.backordered_quantity.is_not(None) & (c.sku.in_(some) | c.substitute.in_(some))
        found.update(conn.execute(select(c.order_id).where(waits)).scalars())
    return found


def set_stages(conn: Connection, stages: Mapping[int, str | None], at: datetime) -> None:
    """How far orders are (model.fulfilment.Stage), by order."""
    by_stage: dict[str | None, list[int]] = {}
    for order_id, stage in stages.items():
        by_stage.setdefault(stage, []).append(order_id)
    for stage, ids in by_stage.items():
        for chunk in chunks(ids):
            conn.execute(update(orders).where(orders.c.id.in_(chunk)).values(stage=stage, updated_at=at))


# ---------------------------------------------------------------- business keys

NOTHING_LEFT: Final = (None, Stage.IN_FULFILMENT.value)  # stages in which no goods have left


def claim(conn: Connection, keys: Mapping[str, int]) -> set[str]:
    """Claim business keys (key -> order id); the ones that are ours now. The others have an order already.

    On PostgreSQL this waits for a transaction that claims the same key, so two workers never both get it.
    """
    won: set[str] = set()
    ordered = sorted(keys.items())  # always in the same order: two workers cannot wait for each other
    row = "(%s, %s)" if conn.dialect.name == "postgresql" else "(?, ?)"
    for chunk in chunks(ordered):
        # written out: SQLAlchemy would compose 400 rows of parameters anew at every call
        statement = (
            f"INSERT INTO order_keys (business_key, order_id) VALUES {', '.join([row] * len(chunk))} "
            "ON CONFLICT DO NOTHING RETURNING business_key"
        )
        won.update(conn.exec_driver_sql(statement, tuple(chain.from_iterable(chunk))).scalars())
    return won


def release_key(conn: Connection, order_id: int) -> None:
    """The order gives its business key back (it is void); another may be booked under it."""
    conn.execute(delete(order_keys).where(order_keys.c.order_id == order_id))


def known(conn: Connection, keys: Iterable[str]) -> dict[str, tuple[KnownOrder, ...]]:
    """Our orders with these business keys, void ones left out, the oldest first."""
    rows: list[Any] = []
    c = orders.c
    columns = [c.business_key, c.id, c.number, c.revision, c.state, c.content_hash, c.snapshot, c.type]
    columns += [c.document_id, c.stage]
    for some in chunks(keys):
        query = select(*columns).where(c.business_key.in_(some))
        rows += conn.execute(query.where(c.state != "VOID").order_by(c.id))
    former = _replaced(conn, [row.id for row in rows if row.revision > 1])
    several = Counter(row.business_key for row in rows)
    disputed = _disputed(conn, [row.id for row in rows if several[row.business_key] > 1])
    found: dict[str, list[KnownOrder]] = {}
    for row in rows:
        order = KnownOrder(
            row.id,
            row.number,
            row.revision,
            row.state,
            row.content_hash,
            row.snapshot,
            any_fulfilment=row.stage not in NOTHING_LEFT,
            order_type=row.type,
            former=tuple(former.get(row.id, ())),
            document_id=row.document_id,
            disputed=row.id in disputed,
        )
        found.setdefault(row.business_key, []).append(order)
    return {key: tuple(made) for key, made in found.items()}


def _replaced(conn: Connection, order_ids: Sequence[int]) -> dict[int, list[str]]:
    """The documents that stood before the one that stands now, by order, the oldest first."""
    found: dict[int, list[str]] = {}
    c = order_revisions.c
    for some in chunks(order_ids):
        query = select(c.order_id, c.snapshot).where(c.order_id.in_(some))
        for row in conn.execute(query.where(c.snapshot.is_not(None)).order_by(c.order_id, c.revision)):
            found.setdefault(row.order_id, []).append(row.snapshot)
    return found


def _disputed(conn: Connection, order_ids: Sequence[int]) -> set[int]:
    """Those that wait for somebody to say whether they are orders of their own (hold DUP_PO)."""
    found: set[int] = set()
    c = holds.c
    for some in chunks(order_ids):
        query = select(c.order_id).where(c.order_id.in_(some))
        found.update(conn.execute(query.where(c.code == "DUP_PO", c.state == "ACTIVE")).scalars())
    return found


def drawn(conn: Connection, blanket_id: int, but: int | None = None) -> dict[str, Decimal]:
    """What releases (BEG02 RL), other than `but`, have drawn on a blanket order so far: SKU -> base units."""
    blanket = orders.alias()
    query = (
        select(order_lines.c.sku, order_lines.c.base_quantity)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .join(blanket, (blanket.c.partner == orders.c.partner) & (blanket.c.po_number == orders.c.po_number))
        .where(blanket.c.id == blanket_id, orders.c.type == "RL", orders.c.id != (but or 0))
        .where(orders.c.test == blanket.c.test)
        .where(orders.c.state.in_(("ACCEPTED", "ON_HOLD")), order_lines.c.state.in_(("ACCEPTED", "HELD")))
        .where(order_lines.c.sku.is_not(None), order_lines.c.base_quantity.is_not(None))
    )
    found: dict[str, Decimal] = {}
    for row in conn.execute(query):  # added here: SQLite would add text as floats
        found[row.sku] = found.get(row.sku, Decimal(0)) + row.base_quantity
    return found


# ---------------------------------------------------------------- what happened


def add_events(
    conn: Connection, rows: Sequence[tuple[int, int, datetime, str, str, str, int | None]]
) -> None:
    """(id, order id, at, by, kind, text, document id)."""
    bulk.insert(conn, order_events, ("id", "order_id", "at", "by", "kind", "text", "document_id"), rows)


def add_revisions(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, order_revisions, rows)


def close_revision(conn: Connection, order_id: int, revision: int, snapshot: str) -> None:
    """Keep the PurchaseOrder of a revision that another one replaces."""
    conn.execute(
        update(order_revisions)
        .where(order_revisions.c.order_id == order_id, order_revisions.c.revision == revision)
        .values(snapshot=snapshot)
    )


@dataclass(frozen=True, slots=True)
class Edit:
    """A value that somebody set. `line` from 1, None: the header; `field` dotted; `was` and `now` as text."""

    line: int | None
    field: str
    was: str | None
    now: str | None
    by: str
    at: datetime
    why: str | None


def edits(conn: Connection, order_id: int, revision: int) -> list[Edit]:
    """Values that people set in a revision of an order, in the order in which they did."""
    c = order_edits.c
    query = select(c.line, c.field, c.was, c.now, c.by, c.at, c.why)
    mine = query.where(c.order_id == order_id, c.revision == revision).order_by(c.id)
    return [Edit(*row) for row in conn.execute(mine)]


def add_edits(conn: Connection, ids: Ids, order_id: int, revision: int, new: Sequence[Edit]) -> None:
    """Lay these over a revision of an order."""
    rows = [
        {"id": number, "order_id": order_id, "revision": revision, **asdict(edit)}
        for number, edit in zip(ids.block(len(new)), new, strict=True)
    ]
    bulk.insert_rows(conn, order_edits, rows)

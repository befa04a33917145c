"""Shipments as far as their notices go: which 856 is due, which was made, what became of it (spec B3.5).

Takes and gives rows of `shipments`; `snapshot` is the frozen model.fulfilment.Shipped. Called by
commands/telling/notices.py and commands/telling/advices.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, select, update

from edi_gateway.model.fulfilment import Shipped
from edi_gateway.store import bulk
from edi_gateway.store.book import orders
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, handling_units, line_parts, shipments

# shipments.notice_state
NONE: Final = "NONE"  # the partner wants none
DUE: Final = "DUE"
HELD: Final = "HELD"  # a hold, or our own checker, keeps it
MADE: Final = "MADE"  # it waits to be sent
SENT: Final = "SENT"
ACKED: Final = "ACKED"
REJECTED: Final = "REJECTED"

_SHIPPED: Final = TypeAdapter(Shipped)


@dataclass(frozen=True, slots=True)
class Noticed:
    """A shipment and its notice. `version`: how many 856s have been made of it."""

    id: int
    number: str
    partner: str
    bol: str | None
    ship_to: str | None
    state: str
    notice_state: str
    notice_document_id: int | None
    version: int
    test: bool
    shipped: Shipped


_COLUMNS: Final = [
    shipments.c[name]
    for name in (
        *("id", "number", "partner", "bol", "ship_to", "state", "notice_state", "notice_document_id"),
        *("notice_version", "test", "snapshot"),
    )
]


def frozen(shipped: Shipped) -> str:
    """A shipment as `shipments.snapshot` keeps it."""
    return _SHIPPED.dump_json(shipped).decode()


def thawed(snapshot: str) -> Shipped:
    """What `frozen` has written."""
    return _SHIPPED.validate_json(snapshot)


def waits(conn: Connection, now: datetime) -> bool:
    """Whether any notice is to be made now."""
    return conn.execute(select(shipments.c.id).where(_due(now)).limit(1)).first() is not None


def due(conn: Connection, now: datetime, limit: int) -> list[Noticed]:
    """Shipments whose notice is to be made, the longest due first; locked, and their orders before them."""
    c = shipments.c
    query = select(c.id).where(_due(now)).order_by(c.notice_after, c.id).limit(limit)
    ids = list(conn.execute(query).scalars())
    lock_orders(conn, ids)
    found = {
        each.id: each for some in chunks(ids) for each in _rows(conn, c.id.in_(some) & _due(now), lock=True)
    }
    return [found[each] for each in ids if each in found]


def lock_orders(conn: Connection, shipment_ids: Collection[int]) -> None:
    """Lock the orders of these shipments: they come before the shipments, for everybody."""
    c = line_parts.c
    found: set[int] = set()
    for some in chunks(shipment_ids):
        found.update(conn.execute(select(c.order_id).distinct().where(c.shipment_id.in_(some))).scalars())
    orders.lock(conn, sorted(found))


def _due(now: datetime) -> ColumnElement[bool]:
    c = shipments.c
    return (
        (c.notice_state == DUE)
        & (c.state == "SHIPPED")
        & (c.notice_after.is_(None) | (c.notice_after <= now))
    )


def load(conn: Connection, shipment_ids: Iterable[int], *, lock: bool = False) -> dict[int, Noticed]:
    """Shipments by id, in the order of their ids."""
    return {each.id: each for each in _where(conn, shipments.c.id, shipment_ids, lock=lock)}


def of_documents(conn: Connection, document_ids: Iterable[int], *, lock: bool = False) -> list[Noticed]:
    """The shipments whose notice these documents are."""
    return _where(conn, shipments.c.notice_document_id, document_ids, lock=lock)


def numbered(conn: Connection, partner: str, numbers: Iterable[str], *, lock: bool = False) -> list[Noticed]:
    """A partner's shipments with these numbers."""
    return [one for one in _where(conn, shipments.c.number, numbers, lock=lock) if one.partner == partner]


def _where(
    conn: Connection, column: ColumnElement[Any], values: Iterable[Any], *, lock: bool
) -> list[Noticed]:
    return [each for some in chunks(values) for each in _rows(conn, column.in_(some), lock=lock)]


def _rows(conn: Connection, condition: ColumnElement[bool], *, lock: bool) -> list[Noticed]:
    query = select(*_COLUMNS).where(condition).order_by(shipments.c.id)
    return [_noticed(row) for row in conn.execute(query.with_for_update() if lock else query).all()]


def change(conn: Connection, shipment_ids: Sequence[int], **values: object) -> None:
    """Set columns of shipments. Commands only, which leave event and audit beside it."""
    for chunk in chunks(shipment_ids):
        some = shipments.c.id.in_(chunk)
        conn.execute(update(shipments).where(some).values(**values))


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the notice of a shipment: its state, the document, and how often it has been told."""

    shipment_id: int
    state: str
    document_id: int
    version: int


def tell(conn: Connection, told: Sequence[Told]) -> None:
    """Set it on shipments. Commands only, which leave event and audit beside it."""
    statement = (
        "UPDATE shipments SET notice_state = ?, notice_document_id = ?, notice_version = ? WHERE id = ?"
    )
    bulk.update(
        conn, statement, [(each.state, each.document_id, each.version, each.shipment_id) for each in told]
    )


def followed(conn: Connection) -> list[tuple[int, str, int, str]]:
    """(shipment, its notice state, document, the document's state) of notices whose document has moved on."""
    s, d = shipments.c, documents.c
    moved = (
        (s.notice_state == MADE)
        & d.state.in_(("SENT", "ACKED", "ACKED_WITH_ERRORS", "REJECTED", "ACK_OVERDUE"))
    ) | ((s.notice_state == SENT) & d.state.in_(("ACKED", "ACKED_WITH_ERRORS", "REJECTED")))
    query = (
        select(s.id, s.notice_state, d.id, d.state)
        .join(documents, d.id == s.notice_document_id)
        .where(s.notice_state.in_((MADE, SENT)), moved)
    )
    return [(row[0], row[1], row[2], row[3]) for row in conn.execute(query.order_by(s.id))]


def named(conn: Connection, number: str) -> list[int]:
    """Ids of shipments with this number."""
    query = select(shipments.c.id).where(shipments.c.number == number).order_by(shipments.c.id)
    return list(conn.execute(query).scalars())


def document_of_bill(conn: Connection, partner: str, bill: str) -> int | None:
    """The last notice of what left on a bill of lading."""
    c = shipments.c
    mine = (c.partner == partner) & (c.bol == bill) & c.notice_document_id.is_not(None)
    return conn.execute(select(c.notice_document_id).where(mine).order_by(c.id.desc()).limit(1)).scalar()


def on_bill(conn: Connection, partner: str, bill: str) -> list[Noticed]:
    """What left for a partner on one bill of lading, and was not taken back."""
    c = shipments.c
    query = select(*_COLUMNS).where(c.partner == partner, c.bol == bill, c.state == "SHIPPED").order_by(c.id)
    return [_noticed(row) for row in conn.execute(query)]


def wake(conn: Connection, order_ids: Iterable[int]) -> None:
    """Held notices of these orders are looked at again."""
    for some in chunks(order_ids):
        mine = select(line_parts.c.shipment_id).where(line_parts.c.order_id.in_(some))
        held = (shipments.c.notice_state == HELD) & shipments.c.id.in_(mine)
        conn.execute(update(shipments).where(held).values(notice_state=DUE))


def renumber(conn: Connection, shipment_id: int, n: int, sscc: str | None) -> None:
    """A unit of a shipment bears another number."""
    mine = (handling_units.c.shipment_id == shipment_id) & (handling_units.c.n == n)
    conn.execute(update(handling_units).where(mine).values(sscc=sscc))


def _noticed(row: Any) -> Noticed:
    values = dict(row._mapping)
    values["version"] = values.pop("notice_version")
    values["shipped"] = thawed(values.pop("snapshot"))
    return Noticed(**values)

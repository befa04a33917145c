"""Transaction sets, both ways: what was read, what waits to be bundled, what they have acknowledged.

Takes and gives rows of `documents`. Called by commands (answers) and flow (inbound, outbound, acknowledgments).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select, update

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents, moment_text

#: What a set can have come to, by its direction.
STATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "in": ("APPLIED", "REJECTED", "HELD", "ERROR", "QUARANTINED", "DUPLICATE", "IGNORED"),
        "out": (
            *("QUEUED", "BUNDLED", "SENT", "ACKED", "ACKED_WITH_ERRORS", "REJECTED", "ACK_OVERDUE"),
            *("CANCELLED", "INVALID"),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A set of ours. `body`: the segments between ST and SE in the partner's delimiters; `segments` counts them."""

    id: int
    partner: str
    set_code: str
    version: str
    gs_code: str
    test: bool
    state: str
    body: str
    segments: int
    delimiters: str | None
    order_id: int | None
    control: str | None
    group_control: str | None
    interchange_control: str | None
    transmission_id: int | None
    created_at: datetime


_COLUMNS = [
    documents.c[name]
    for name in (
        *(
            "id",
            "partner",
            "set_code",
            "version",
            "gs_code",
            "test",
            "state",
            "body",
            "segments",
            "delimiters",
        ),
        *("order_id", "control", "group_control", "interchange_control", "transmission_id", "created_at"),
    )
]


def add(conn: Connection, rows: Sequence[Row]) -> None:
    """Insert document rows; all with the same keys."""
    bulk.insert_rows(conn, documents, rows)


def partners_waiting(conn: Connection, now: datetime) -> list[str]:
    """Partners for whom something waits to be bundled."""
    query = select(documents.c.partner).distinct().where(_queued(now)).order_by(documents.c.partner)
    return list(conn.execute(query).scalars())


def waiting(
    conn: Connection, partner: str, now: datetime, limit: int = 10_000, but: Collection[str] = ()
) -> list[Outbound]:
    """Queued sets of a partner (`but` these set codes) in the order of their making; locked for this transaction on
    PostgreSQL."""
    query = select(*_COLUMNS).where(_queued(now), documents.c.partner == partner)
    if but:
        query = query.where(documents.c.set_code.not_in(sorted(but)))
    query = query.order_by(documents.c.id).limit(limit).with_for_update()
    return [Outbound(*row) for row in conn.execute(query)]


def _queued(now: datetime) -> ColumnElement[bool]:
    c = documents.c
    return (c.direction == "out") & (c.state == "QUEUED") & (c.send_after.is_(None) | (c.send_after <= now))


def bundled(
    conn: Connection,
    transmission_id: int,
    interchange_control: str,
    controls: Mapping[int, tuple[str, str]],
    ack_due_at: datetime | None,
) -> None:
    """Write the control numbers that the sets were given: document id -> (GS06, ST02)."""
    due = None if ack_due_at is None else moment_text(ack_due_at)
    bulk.update(
        conn,
        "UPDATE documents SET state = 'BUNDLED', transmission_id = ?, interchange_control = ?, group_control = ?, "
        "control = ?, ack_due_at = ? WHERE id = ?",
        [
            (transmission_id, interchange_control, group_control, control, due, document_id)
            for document_id, (group_control, control) in controls.items()
        ],
    )


def load_outbound(conn: Connection, document_id: int) -> Outbound | None:
    query = select(*_COLUMNS).where(documents.c.id == document_id, documents.c.direction == "out")
    row = conn.execute(query).first()
    return None if row is None else Outbound(*row)


def canonical(conn: Connection, document_id: int) -> str | None:
    """The JSON of a document as it was understood or made, as far as it is kept."""
    return conn.execute(select(documents.c.canonical).where(documents.c.id == document_id)).scalar()


def of_transmission(conn: Connection, transmission_id: int) -> list[Outbound]:
    query = select(*_COLUMNS).where(documents.c.transmission_id == transmission_id).order_by(documents.c.id)
    return [Outbound(*row) for row in conn.execute(query)]


def acknowledged_by(
    conn: Connection, partner: str, gs_code: str, group_control: str, lock: bool = True
) -> list[Outbound]:
    """Our sets that an AK1 with this group code and control number speaks of. Leading zeros do not count."""
    wanted = {group_control, group_control.lstrip("0") or "0", group_control.zfill(9)}
    query = select(*_COLUMNS).where(
        documents.c.direction == "out",
        documents.c.partner == partner,
        documents.c.gs_code == gs_code,
        documents.c.group_control.in_(wanted),
    )
    if lock:
        query = query.with_for_update()
    return [Outbound(*row) for row in conn.execute(query.order_by(documents.c.id))]


def set_state(
    conn: Connection,
    document_ids: Sequence[int],
    state: str,
    *,
    status: str | None = None,
    acked_at: datetime | None = None,
) -> None:
    """Of STATES; `status` is their AK5 letter on what we sent, `acked_at` when it came: the first time counts."""
    values: dict[str, Any] = {"state": state}
    if status is not None:
        values["status"] = status
    if acked_at is not None:
        values["acked_at"] = func.coalesce(documents.c.acked_at, moment_text(acked_at))
    for chunk in chunks(document_ids):
        conn.execute(update(documents).where(documents.c.id.in_(chunk)).values(values))


@dataclass(frozen=True, slots=True)
class Answer:
    """An 855 that an order has had: its body in the delimiters that it was written in. `canonical`: JSON of it."""

    id: int
    order_id: int
    body: str
    segments: int
    delimiters: str
    canonical: str


def sets_of(conn: Connection, document_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Document -> which set of its file it is: the control numbers of interchange, group and set."""
    c = documents.c
    found: dict[int, tuple[str, ...]] = {}
    for chunk in chunks(document_ids):
        query = select(c.id, c.interchange_control, c.group_control, c.control).where(c.id.in_(chunk))
        found.update((row[0], tuple(each or "" for each in row[1:])) for row in conn.execute(query))
    return found


def last_answers(conn: Connection, order_ids: Sequence[int]) -> dict[int, Answer]:
    """The last answer of each order that went out, or is about to."""
    c = documents.c
    found: dict[int, Answer] = {}
    for chunk in chunks(order_ids):
        query = (
            select(c.id, c.order_id, c.body, c.segments, c.delimiters, c.canonical)
            .where(c.order_id.in_(chunk), c.direction == "out", c.set_code == "855")
            .where(c.state.not_in(("INVALID", "CANCELLED")), c.canonical.is_not(None))
            .order_by(c.id)
        )
        for row in conn.execute(query):
            found[row.order_id] = Answer(*row)
    return found

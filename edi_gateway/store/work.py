"""Work that waits: what a command leaves for flow to do next, in the command's own commit.

A row is unique by kind and key, so leaving it twice does no harm. Called by commands (add) and flow
(ready, begin, done).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.model.clock import Clock
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import work


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]


def add(
    conn: Connection,
    ids: Ids,
    clock: Clock,
    kind: str,
    items: Mapping[str, Mapping[str, Any]],
    *,
    due_at: datetime | None = None,
) -> None:
    """Leave work of one kind: key -> payload (JSON values: ids, never documents). A key that is there stays."""
    if not items:
        return
    now = clock()
    rows = [
        {
            "id": number,
            "kind": kind,
            "key": key,
            "payload": json.dumps(payload),
            "state": "READY",
            "created_at": now,
            "due_at": due_at,
        }
        for number, (key, payload) in zip(ids.block(len(items)), items.items(), strict=True)
    ]
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(work).on_conflict_do_nothing(index_elements=["kind", "key"]), rows)


def ready(conn: Connection, kind: str, limit: int, now: datetime) -> list[Item]:
    """What waits of one kind, oldest first, without taking it; locked for this transaction on PostgreSQL."""
    query = (
        select(work.c.id, work.c.kind, work.c.key, work.c.payload)
        .where(work.c.state == "READY", work.c.kind == kind)
        .where(work.c.due_at.is_(None) | (work.c.due_at <= now))
        .order_by(work.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [Item(row.id, row.kind, row.key, json.loads(row.payload)) for row in conn.execute(query)]


def waits(conn: Connection, kind: str, now: datetime) -> bool:
    """Whether any work of this kind could be taken now."""
    query = (
        select(work.c.id)
        .where(work.c.state == "READY", work.c.kind == kind)
        .where(work.c.due_at.is_(None) | (work.c.due_at <= now))
        .limit(1)
    )
    return conn.execute(query).first() is not None


def pending(conn: Connection, kinds: Sequence[str], name: str) -> set[Any]:
    """What work of these kinds that is not done yet is about: `name` is the key of the payload."""
    query = select(work.c.payload).where(work.c.state.in_(("READY", "TAKEN")), work.c.kind.in_(kinds))
    return {json.loads(payload).get(name) for payload in conn.execute(query).scalars()}


def taken(conn: Connection, kinds: Sequence[str]) -> list[Item]:
    """What has been taken and is not finished, oldest first."""
    query = select(work.c.id, work.c.kind, work.c.key, work.c.payload).where(
        work.c.state == "TAKEN", work.c.kind.in_(kinds)
    )
    return [
        Item(row.id, row.kind, row.key, json.loads(row.payload))
        for row in conn.execute(query.order_by(work.c.id))
    ]


def begin(conn: Connection, ids: Ids, clock: Clock, kind: str, key: str, payload: Mapping[str, Any]) -> bool:
    """Leave work that is taken at once; False when there is such a row already, whatever became of it."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(work).values(
        id=ids.next(),
        kind=kind,
        key=key,
        payload=json.dumps(payload),
        state="TAKEN",
        created_at=clock(),
        due_at=None,
    )
    unless_there = statement.on_conflict_do_nothing(index_elements=["kind", "key"])
    return conn.execute(unless_there.returning(work.c.id)).first() is not None


def mark_taken(conn: Connection, items: Iterable[int]) -> None:
    """These rows, found `ready` in this transaction, are ours."""
    _set_state(conn, list(items), "TAKEN")


def done(conn: Connection, items: Iterable[int]) -> None:
    """These work rows are finished."""
    _set_state(conn, list(items), "DONE")


def done_keys(conn: Connection, kind: str, keys: Sequence[str]) -> None:
    """Work of one kind is finished, by its keys."""
    for chunk in chunks(keys):
        conn.execute(update(work).where(work.c.kind == kind, work.c.key.in_(chunk)).values(state="DONE"))


def put_off(conn: Connection, kind: str, keys: Sequence[str], due_at: datetime | None) -> None:
    """Work of one kind waits again, until `due_at` (None: until somebody takes it)."""
    for chunk in chunks(keys):
        conn.execute(
            update(work)
            .where(work.c.kind == kind, work.c.key.in_(chunk))
            .values(state="READY", due_at=due_at)
        )


def hurry(conn: Connection, kind: str) -> int:
    """All that waits of one kind may be taken at once; how much of it was put off."""
    c = work.c
    put_off = (c.state == "READY") & (c.kind == kind) & c.due_at.is_not(None)
    return conn.execute(update(work).where(put_off).values(due_at=None)).rowcount


def hand_back(conn: Connection, kind: str, key: str, payload: Mapping[str, Any]) -> None:
    """Work waits again, with more known about it."""
    values = {"state": "READY", "due_at": None, "payload": json.dumps(payload)}
    conn.execute(update(work).where(work.c.kind == kind, work.c.key == key).values(values))


def _set_state(conn: Connection, items: list[int], state: str) -> None:
    for chunk in chunks(items):
        conn.execute(update(work).where(work.c.id.in_(chunk)).values(state=state))

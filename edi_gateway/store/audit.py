"""The audit log: append-only, each row bearing the hash of the one before it (spec B16).

Takes entries while a transaction runs (`record`) and chains them on at its very end, because the head of the
chain is locked from then to the commit; gives, on verification, the first row that is not as it was written.
Called by commands and flow; `audit verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, event, select

from edi_gateway.store import bulk, control_numbers
from edi_gateway.store.tables import audit, moment_text
from edi_gateway.store.tables import control_numbers as counters

_SCOPE = "audit"
_NOTHING_BEFORE = "0" * 64
_UNBOUNDED = 1 << 62


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, when. `detail`: was, now, why, sha256 of the document ... (JSON values only)."""

    at: datetime
    by: str
    action: str
    subject: str  # "order 123", "hold 7", "partner acme"
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is wrong. `n` is its number; `problem` says what in words."""

    n: int
    problem: str


def attach(engine: Engine) -> None:
    """Make every commit on this engine write the entries recorded in its transaction. Called by `connect`."""
    event.listen(engine, "begin", _forget)
    event.listen(engine, "commit", _flush)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "savepoint", _mark)
    event.listen(engine, "rollback_savepoint", _back)
    event.listen(engine, "release_savepoint", _keep)


def record(conn: Connection, entry: Entry) -> None:
    """Note an entry; it is written with the commit, and falls with a rollback (of its savepoint too)."""
    if not conn.in_transaction():
        conn.begin()  # as the first statement would
    _pending(conn).entries.append(entry)


@dataclass(slots=True)
class _Pending:
    entries: list[Entry] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # how many there were at each open savepoint


_KEY = "gateway audit"


def _pending(conn: Connection) -> _Pending:
    found: _Pending = conn.info.setdefault(_KEY, _Pending())
    return found


def _forget(conn: Connection) -> None:
    conn.info.pop(_KEY, None)


def _flush(conn: Connection) -> None:
    waiting = conn.info.pop(_KEY, None)
    if waiting is not None:
        append(conn, waiting.entries)


def _mark(conn: Connection, _name: str | None) -> None:
    waiting = _pending(conn)
    waiting.marks.append(len(waiting.entries))


def _back(conn: Connection, _name: str, _context: None) -> None:
    waiting = _pending(conn)
    del waiting.entries[waiting.marks.pop() :]


def _keep(conn: Connection, _name: str, _context: None) -> None:
    _pending(conn).marks.pop()


def append(conn: Connection, entries: Sequence[Entry]) -> None:
    """Chain `entries` on, now: from here to the commit every other writer of the log waits."""
    if not entries:
        return
    numbers = control_numbers.draw(conn, _SCOPE, len(entries), wrap=_UNBOUNDED)
    previous = conn.execute(_HASH, {"number": numbers[0] - 1}).scalar() or _NOTHING_BEFORE
    rows = []
    for n, entry in zip(numbers, entries, strict=True):
        detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        this = _hash(n, moment_text(entry.at), entry.by, entry.action, entry.subject, detail, previous)
        rows.append((n, entry.at, entry.by, entry.action, entry.subject, detail, previous, this))
        previous = this
    bulk.insert(conn, audit, _COLUMNS, rows)


_COLUMNS = ("n", "at", "by", "action", "subject", "detail", "previous", "hash")
_HASH = select(audit.c.hash).where(audit.c.n == bindparam("number"))


def _hash(n: int, at: str, by: str, action: str, subject: str, detail: str, previous: str) -> str:
    content = json.dumps([n, at, by, action, subject, detail, previous], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def verify(conn: Connection) -> Broken | None:
    """None when every row is there and as it was written; else the first that is not.

    Finds a row that was changed, removed (at the end too) or put in. Whoever can rewrite the whole table and its
    counter can forge a new chain: keep the head's hash (`head`) elsewhere now and then.
    """
    query = select(audit).order_by(audit.c.n).execution_options(yield_per=1000)
    with conn.execute(query) as rows:
        count, broken = _walk(rows)
    if broken is not None:
        return broken
    drawn = conn.execute(select(counters.c.value).where(counters.c.scope == _SCOPE)).scalar() or 0
    if drawn > count:
        return Broken(count + 1, "it is missing")
    if drawn < count:
        return Broken(drawn + 1, "it does not belong here")
    return None


def _walk(rows: Iterable[Any]) -> tuple[int, Broken | None]:
    """How many rows follow each other well, and the first that does not."""
    expected, previous = 1, _NOTHING_BEFORE
    for row in rows:
        if row.n != expected:
            problem = "it is missing" if row.n > expected else "it does not belong here"
            return expected - 1, Broken(min(expected, row.n), problem)
        if row.previous != previous:
            return expected - 1, Broken(row.n, "it does not follow the row before it")
        made = _hash(row.n, moment_text(row.at), row.by, row.action, row.subject, row.detail, row.previous)
        if row.hash != made:
            return expected - 1, Broken(row.n, "its content is not what was written")
        expected, previous = row.n + 1, row.hash
    return expected - 1, None


def head(conn: Connection) -> tuple[int, str]:
    """Number and hash of the last row, to be kept outside; (0, zeros) when nothing has happened yet."""
    row = conn.execute(select(audit.c.n, audit.c.hash).order_by(audit.c.n.desc()).limit(1)).first()
    return (row.n, row.hash) if row is not None else (0, _NOTHING_BEFORE)

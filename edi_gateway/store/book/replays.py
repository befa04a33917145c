"""Replays of a cause as rows: what is still to be run again, what is under way, what became of each case.

Takes and gives rows of `replay_runs` and `replay_items`. Called by commands/triage/replaying.py, by flow, and by
reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import replay_items, replay_runs

DRY, REPLAY = "dry", "replay"  # kinds of a run


@dataclass(frozen=True, slots=True)
class Run:
    """A row of `replay_runs`. `fingerprint` is None when its cases have several causes. `incident_id`: its cases are
    those that an incident affects, opened at `since` or later."""

    id: int
    kind: str
    fingerprint: str | None
    cause: str
    state: str
    total: int
    skipped: int
    by: str
    started_at: datetime
    ended_at: datetime | None
    incident_id: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A case of a run. `result`: PASSED, CHANGED (to the cause `became`), STAYED or UNKNOWN."""

    run_id: int
    case_id: int
    kind: str
    subject: int
    state: str
    receipt_id: int | None
    result: str | None
    became: str | None
    became_cause: str | None
    said: str | None


_RUN = [replay_runs.c[field.name] for field in fields(Run)]
_ITEM = [replay_items.c[field.name] for field in fields(Item)]
_NEW = ("run_id", "case_id", "kind", "subject", "state")


def add(conn: Connection, run: Run, items: Sequence[tuple[int, str, int]]) -> None:
    """A run with its items: (case id, kind, subject)."""
    bulk.insert_rows(conn, replay_runs, [{field.name: getattr(run, field.name) for field in fields(Run)}])
    rows = [(run.id, case_id, kind, subject, "WAITING") for case_id, kind, subject in items]
    bulk.insert(conn, replay_items, _NEW, rows)


def load(conn: Connection, run_id: int, *, lock: bool = False) -> Run | None:
    """`lock`: nobody else carries the run on until this transaction ends."""
    query = select(*_RUN).where(replay_runs.c.id == run_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Run(*row)


def running(conn: Connection) -> list[Run]:
    """Runs that are not at their end, oldest first."""
    query = select(*_RUN).where(replay_runs.c.state == "RUNNING").order_by(replay_runs.c.id)
    return [Run(*row) for row in conn.execute(query)]


def in_hand(conn: Connection, case_ids: Sequence[int], but: int | None = None) -> set[int]:
    """Those of these cases that a replay which is not at its end has still to run, or has under way. `but`: those that
    another one than this has under way."""
    c = replay_items.c
    found: set[int] = set()
    for some in chunks(case_ids):
        query = (
            select(c.case_id)
            .join(replay_runs, replay_runs.c.id == c.run_id)
            .where(c.case_id.in_(some), c.state != "DONE" if but is None else c.state == "STARTED")
            .where(replay_runs.c.state == "RUNNING", replay_runs.c.kind == REPLAY)
        )
        found.update(conn.execute(query if but is None else query.where(c.run_id != but)).scalars())
    return found


def items(conn: Connection, run_id: int, state: str, limit: int | None = None) -> list[Item]:
    """Items in a state, by what they are about; of a `limit`, the last subject is whole."""
    c = replay_items.c
    query = select(*_ITEM).where(c.run_id == run_id, c.state == state).order_by(c.subject, c.case_id)
    found = [Item(*row) for row in conn.execute(query if limit is None else query.limit(limit))]
    if limit is None or len(found) < limit:
        return found
    have, last = {item.case_id for item in found}, found[-1].subject
    rest = conn.execute(query.where(c.subject == last))
    return found + [Item(*row) for row in rest if row.case_id not in have]


def all_items(conn: Connection, run_id: int) -> list[Item]:
    """Every item of a run, by case."""
    c = replay_items.c
    return [Item(*row) for row in conn.execute(select(*_ITEM).where(c.run_id == run_id).order_by(c.case_id))]


def started(conn: Connection, run_id: int, case_ids: Sequence[int], receipt_id: int | None) -> None:
    """These are under way; `receipt_id` repeats their document."""
    _change(conn, run_id, case_ids, {"state": "STARTED", "receipt_id": receipt_id})


def ended(
    conn: Connection,
    run_id: int,
    case_id: int,
    result: str,
    said: str,
    became: tuple[str, str] | None = None,
) -> None:
    """What became of a case; `became`: fingerprint and words of the other cause."""
    other, words = became or (None, None)
    values: dict[str, object] = {
        "state": "DONE",
        "result": result,
        "said": said,
        "became": other,
        "became_cause": words,
    }
    _change(conn, run_id, [case_id], values)


def _change(conn: Connection, run_id: int, case_ids: Sequence[int], values: dict[str, object]) -> None:
    c = replay_items.c
    for some in chunks(case_ids):
        conn.execute(update(replay_items).where(c.run_id == run_id, c.case_id.in_(some)).values(**values))


def pass_over(conn: Connection, run_id: int, said: str) -> None:
    """What waits is not run."""
    c = replay_items.c
    waiting = update(replay_items).where(c.run_id == run_id, c.state == "WAITING")
    conn.execute(waiting.values(state="DONE", result="UNKNOWN", said=said))


def end(conn: Connection, run_id: int, at: datetime) -> None:
    """Nothing of it is left to do."""
    conn.execute(update(replay_runs).where(replay_runs.c.id == run_id).values(state="DONE", ended_at=at))


def counts(conn: Connection, run_id: int) -> dict[tuple[str, str | None], int]:
    """How many items there are in each state with each result."""
    c = replay_items.c
    query = select(c.state, c.result, func.count()).where(c.run_id == run_id).group_by(c.state, c.result)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}

"""Accepted orders go to the system that ships them: the rows of `postings` through a posting adapter.

At least once under an idempotency key; whoever gets one twice can tell. Called by flow/gateway.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from edi_gateway import logs
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve_about
from edi_gateway.flow.steps import Steps
from edi_gateway.flow.telling.outbound import pause
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.posting.base import PostingError
from edi_gateway.store.tables import orders, postings
from edi_gateway.store.traffic import outbox

_COLUMNS = [postings.c[name] for name in ("id", "target", "key", "order_id", "payload", "attempts")]


def postable(conn: Connection, now: datetime, limit: int = 2000) -> list[int]:
    """Postings to be handed over now, in their order. One that has to wait for its next attempt holds up the
    later ones of its order: each says the whole order, so the last to arrive must be the last that was made."""
    c = postings.c
    query = select(c.id, c.order_id, c.next_attempt_at).where(c.state == "READY").order_by(c.id)
    found: list[int] = []
    held_up: set[int] = set()
    for row in conn.execute(query):
        if row.next_attempt_at is not None and row.next_attempt_at > now:
            held_up.add(row.order_id)
        if row.order_id not in held_up and len(found) < limit:
            found.append(row.id)
    return found


def post(works: Works, steps: Steps, posting_ids: Sequence[int], also: Also = nothing) -> dict[str, int]:
    """Post these. One that fails does not hold up the others: an order stands for itself."""
    with logs.unit("post", postings=len(posting_ids)) as line:
        outcome = steps.outside("post", lambda: _post(works, posting_ids))
        steps.transaction("posted", lambda conn: _told(works, conn, outcome, also))
        line.add(posted=len(outcome["posted"]), failed=len(outcome["failed"]))
    return {"posted": len(outcome["posted"])}


def _post(works: Works, posting_ids: Sequence[int]) -> dict[str, Any]:
    c = postings.c
    with works.writer.reading() as conn:
        rows = conn.execute(
            select(*_COLUMNS).where(c.id.in_(posting_ids), c.state == "READY").order_by(c.id)
        ).all()
        first = _first_waiting(conn, [row.order_id for row in rows])
    posted: list[tuple[int, str, int]] = []
    failed: list[tuple[int, str, bool, int]] = []
    while rows:
        # an earlier state of an order must have got through before the next one goes
        ready = [row for row in rows if row.id == first[row.order_id]]
        rows = [row for row in rows if row.id != first[row.order_id]]
        through = _round(works, ready, posted, failed)
        if not through:
            break
        first = {row.order_id: row.id for row in reversed(rows) if row.order_id in through}
        rows = [row for row in rows if row.order_id in first]
    return {"posted": posted, "failed": failed}


def _round(
    works: Works,
    ready: Sequence[Any],
    posted: list[tuple[int, str, int]],
    failed: list[tuple[int, str, bool, int]],
) -> set[int]:
    """One posting of each order, handed over together; the orders whose posting got through."""
    through: set[int] = set()
    by_target: dict[str, list[Any]] = {}
    for row in ready:
        by_target.setdefault(row.target, []).append(row)
    for target, waiting in by_target.items():
        adapter = works.postings.get(target)
        if adapter is None:
            failed += [
                (row.id, f"there is no way to post to {target}", True, row.attempts) for row in waiting
            ]
            continue
        results = adapter.post_all([(row.key, row.payload.encode("utf-8")) for row in waiting])
        for row, result in zip(waiting, results, strict=True):
            if isinstance(result, PostingError):
                failed.append((row.id, str(result), result.permanent, row.attempts))
            else:
                posted.append((row.id, result.external_id, row.attempts))
                through.add(row.order_id)
    return through


def _first_waiting(conn: Connection, order_ids: Sequence[int]) -> dict[int, int]:
    """Of each order the oldest posting that has not gone."""
    c = postings.c
    found: dict[int, int] = {}
    for start in range(0, len(order_ids), 500):
        query = select(c.order_id, func.min(c.id)).where(
            c.order_id.in_(order_ids[start : start + 500]), c.state == "READY"
        )
        found.update((order, oldest) for order, oldest in conn.execute(query.group_by(c.order_id)))
    return found


def _told(works: Works, conn: Connection, outcome: dict[str, Any], also: Also) -> None:
    also(conn)
    now = works.clock()
    outbox.posted(conn, [(posting_id, name) for posting_id, name, _ in outcome["posted"]], now)
    again = [posting_id for posting_id, _, attempts in outcome["posted"] if attempts]
    if again:
        resolve_about(works.desk(conn), "It was posted.", posting_id=again)
    cases = []
    for posting_id, error, permanent, attempts in outcome["failed"]:
        outbox.posting_failed(conn, posting_id, error, None if permanent else now + pause(attempts))
        if permanent or attempts + 1 >= works.options.attempts_before_case:
            cases.append(_case(conn, posting_id, error))
    open_cases(works.desk(conn), cases)


def _case(conn: Connection, posting_id: int, error: str) -> NewCase:
    row = conn.execute(
        select(postings.c.target, postings.c.order_id, orders.c.partner, orders.c.total, orders.c.currency)
        .join(orders, orders.c.id == postings.c.order_id)
        .where(postings.c.id == posting_id)
    ).one()
    finding = Finding(
        Code.POSTING_FAILED,
        Severity.ERROR,
        message=f"An accepted order could not be posted: {error}",
        hint="Mend what the message names, then replay this case: the same content goes out.",
        family=Family.ERP_POST,
        value=row.target,
    )
    about = About(posting_id=posting_id, order_id=row.order_id)
    return NewCase(finding, row.partner, about, amount=row.total, currency=row.currency)

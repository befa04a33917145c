"""Upkeep: the heartbeats of workers, the work of those that died, and what is old enough to be forgotten.

The engine does not take over a dead worker's work by itself, this does: it goes on from its last commit, and a
receipt whose workers keep dying is worked alone and then set aside. Called by flow/gateway.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from edi_gateway import logs
from edi_gateway.commands.privacy import erasing
from edi_gateway.commands.triage import improving
from edi_gateway.commands.triage.improving import Subject
from edi_gateway.flow import words
from edi_gateway.flow.pump import ALONE_FROM, BATCH, LARGE, ON_THE_WIRE
from edi_gateway.flow.works import Works
from edi_gateway.reports.causes.recurring import recurring
from edi_gateway.store.tables import heartbeats, work
from edi_gateway.store.traffic import as2, outbox, receipts

_KEEP_NOTES = timedelta(days=7)  # of work that ended
_AT_ONCE = 200  # files whose bytes are deleted in one commit
_ORDERS_AT_ONCE = 20  # orders whose personal data is erased in one commit


class Runner(Protocol):
    """The engine, as upkeep sees it."""

    worker: str

    def workers(self) -> set[str]: ...
    def begun_by(self, worker: str) -> dict[str, dict[str, Any]]: ...
    def resume(self, ids: list[str], on_the_wire: frozenset[str]) -> None: ...
    def cancel(self, ids: list[str]) -> None: ...
    def forget(self, before: datetime) -> int: ...
    def is_gone(self, worker: str) -> bool: ...


def beat(works: Works, conn: Connection, worker: str, *, stopped: bool = False) -> None:
    """The worker is alive, or ends as it should."""
    now = works.clock()
    mine = heartbeats.c.worker == worker
    done = conn.execute(update(heartbeats).where(mine).values(at=now, stopped=stopped, buried=False))
    if not done.rowcount:
        conn.execute(
            insert(heartbeats).values(
                worker=worker, started_at=now, at=now, doing=None, stopped=stopped, buried=False
            )
        )


def sweep(works: Works, runner: Runner) -> int:
    """Take up the work of dead workers; how many pieces. Two sweeps at once do no harm: a death is counted once,
    and a piece of work that has got a new owner refuses the commits of any other."""
    found = 0
    for worker in sorted(runner.workers() - {runner.worker}):
        if not _dead(works, runner, worker):
            continue
        begun = runner.begun_by(worker)
        with works.writer.begin() as conn:
            spent = _spent(conn, begun, count=_bury(conn, worker))
        runner.cancel(sorted(spent))  # its receipts go on one by one (flow/pump.py)
        runner.resume(sorted(set(begun) - spent), ON_THE_WIRE)
        found += len(begun)
        logs.say("warning", "worker died", worker=worker, resumed=len(begun) - len(spent), split=len(spent))
    return found


def _dead(works: Works, runner: Runner, worker: str) -> bool:
    if runner.is_gone(worker):
        return True
    with works.writer.reading() as conn:
        row = conn.execute(select(heartbeats).where(heartbeats.c.worker == worker)).first()
    patience = timedelta(seconds=works.options.patience_seconds)
    return row is None or row.stopped or row.at < works.clock() - patience


def _bury(conn: Connection, worker: str) -> bool:
    """Note that the worker is dead; whether nobody has before. (After a reboot all workers look at the same time.)"""
    mine = heartbeats.c.worker == worker
    row = conn.execute(select(heartbeats.c.buried).where(mine).with_for_update()).first()
    conn.execute(update(heartbeats).where(mine).values(stopped=True, buried=True))
    return row is None or not row.buried


def _spent(conn: Connection, begun: dict[str, dict[str, Any]], *, count: bool) -> set[str]:
    """The work not to be resumed, because two workers have died with one of its receipts. `count` the attempt that
    resuming is, for each receipt that is not at its end."""
    spent: set[str] = set()
    for work_id, payload in begun.items():
        if work_id.partition(":")[0] not in (BATCH, LARGE):
            continue
        waiting = receipts.lock(conn, payload["receipts"])
        if count:
            receipts.count_attempt(conn, [receipt.id for receipt in waiting])
        if any(receipt.attempts + count >= ALONE_FROM for receipt in waiting):
            spent.add(work_id)
    return spent


def tidy(works: Works, runner: Runner) -> None:
    """Forget the notes of work that ended long ago: the engine's, ours, and the beats of workers that stopped."""
    before = works.clock() - _KEEP_NOTES
    runner.forget(before)
    with works.writer.begin() as conn:
        conn.execute(delete(work).where(work.c.state == "DONE", work.c.created_at < before))
        conn.execute(delete(heartbeats).where(heartbeats.c.stopped.is_(True), heartbeats.c.at < before))
    purge(works)
    erase_personal(works)
    words.catch_up(works)
    propose_improvements(works)


def propose_improvements(works: Works) -> int:
    """An improvement record for what comes again and again and has none; how many were made (spec B14.4)."""
    options, now = works.options, works.clock()
    with works.writer.reading() as conn:
        found = recurring(conn, now, least=options.recurs, days=options.recurs_days)
    subjects = [
        Subject(each.kind, each.key, each.title, each.cases, options.recurs_days)
        for each in found
        if each.improvement_id is None
    ]
    with works.writer.begin() as conn:
        quiet = timedelta(days=options.recurs_days)
        return len(improving.propose(works.desk(conn), subjects, quiet=quiet))


def erase_personal(works: Works) -> int:
    """Erase the personal data of consumers whose orders ended long enough ago; of how many orders."""
    options = works.options
    if options.keep_personal_days is None:
        return 0
    before = works.clock() - timedelta(days=options.keep_personal_days)
    partners = erasing.consumer_partners(one.profile for one in works.live.all())
    keep, done = timedelta(days=options.keep_invoice_days), 0
    while partners:
        with works.writer.begin() as conn:
            count = erasing.erase_old(works.desk(conn), partners, before, keep, _ORDERS_AT_ONCE)
        done += count
        if count < _ORDERS_AT_ONCE:
            break
    return done


def purge(works: Works) -> int:
    """Delete the bytes received and sent that are older than is kept; how many files. Their rows, hashes and all
    that came of them stay, and the audit log says that they are gone."""
    before = works.clock() - timedelta(days=works.options.keep_bytes_days)
    gone = 0
    while True:
        with works.writer.begin() as conn:
            received = receipts.purge(conn, before, _AT_ONCE)
            sent = outbox.purge(conn, before, _AT_ONCE)
            posted = as2.purge(conn, before, _AT_ONCE)
            if received or sent or posted:
                works.desk(conn).record(
                    "bytes purged", "retention", received=received, sent=sent, posted=posted
                )
        gone += received + sent + posted
        if max(received, sent, posted) < _AT_ONCE:
            return gone

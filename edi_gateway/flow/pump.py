"""The pump: turns what waits in the database into pieces of work for the engine, and notes which of them ended.

Takes rows (work, receipts, transmissions, postings), leaves work whose ids are made of those rows, in the same
commit that takes them: pumping twice, or on two machines, does no harm. Called by flow/gateway.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, select, text

from edi_gateway.commands.triage.cases import NewCase, open_cases
from edi_gateway.flow.taking import inbound, verdicts
from edi_gateway.flow.telling import messages, outbound, posting
from edi_gateway.flow.windows import is_open
from edi_gateway.flow.works import Works
from edi_gateway.store import work
from edi_gateway.store.tables import postings, transmissions
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import as2, outbox, receipts
from edi_gateway.store.work import Item

POLL, BATCH, LARGE, SEND, POST, ANSWER, TELL = "poll", "batch", "large", "send", "post", "receipt", "tell"
KINDS = (
    POLL,
    BATCH,
    LARGE,
    SEND,
    POST,
    ANSWER,
    TELL,
)  # of the engine's work; each has a row in `work` while it goes on
ON_THE_WIRE = frozenset({POLL, SEND, POST, ANSWER, TELL})  # waits for somebody else's machine

ALONE_FROM = 3  # attempts: two workers have died with it
ASIDE_FROM = 5  # and one more that had nothing else in hand
_AFTER_FAILURE = timedelta(minutes=5)
_AT_ONCE = 2000  # rows looked at in one go
_ONE_PUMP = 7_346_291  # an arbitrary number for PostgreSQL's lock


class Runner(Protocol):
    """The engine, as the pump sees it."""

    def enqueue(
        self, conn: Connection, kind: str, key: str, payload: dict[str, Any], queue: str = ...
    ) -> str: ...

    def ended(self, ids: Iterable[str]) -> dict[str, str]: ...


def pump(works: Works, runner: Runner, conn: Connection) -> list[str]:
    """Start what can be started, in the caller's transaction; the ids of the new pieces of work."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_PUMP})
    return _Pump(works, runner, conn).all()


class _Pump:
    def __init__(self, works: Works, runner: Runner, conn: Connection) -> None:
        self._works = works
        self._runner = runner
        self._conn = conn
        self._started: list[str] = []

    def all(self) -> list[str]:
        self._works.live.refresh(self._conn)
        going_on = self._note_ended()
        self._polls({item.payload["partner"] for item in going_on if item.kind == POLL})
        self._inbound(
            {c for item in going_on if item.kind in (BATCH, LARGE) for c in item.payload["connections"]}
        )
        self._sends({item.payload["partner"] for item in going_on if item.kind == SEND})
        if not any(item.kind == POST for item in going_on):
            self._posts()
        self._answers({item.payload["partner"] for item in going_on if item.kind == ANSWER})
        if not any(item.kind == TELL for item in going_on):
            self._tells()
        return self._started

    def _start(self, kind: str, key: str, payload: dict[str, Any]) -> None:
        """One more piece of work; none when there was one of this key ever."""
        works = self._works
        payload = {**payload, "row": key}
        if work.begin(self._conn, works.ids, works.clock, kind, key, payload):
            queue = "wire" if kind in ON_THE_WIRE else "road"
            self._started.append(self._runner.enqueue(self._conn, kind, key, payload, queue))

    def _start_rows(self, kind: str, rows: list[int], payload: dict[str, Any]) -> None:
        """Work on rows that this commit takes, so that no other can: they may come again, each time anew."""
        self._start(kind, f"{rows[0]}-{rows[-1]}-{len(rows)}-{self._works.ids.next()}", payload)

    def _note_ended(self) -> list[Item]:
        """Rows whose work is at its end, well or not, are done; what a batch left unworked waits again."""
        taken = work.taken(self._conn, KINDS)
        states = self._runner.ended(_id(item) for item in taken)
        ended = [item for item in taken if _id(item) in states]
        work.done(self._conn, [item.id for item in ended])
        for item in ended:
            failed = states[_id(item)] == "ERROR"
            if item.kind in (BATCH, LARGE):
                self._give_back(item.payload["receipts"], failed=failed)
            elif failed and item.kind in (SEND, POST):
                self._put_off(item)
        return [item for item in taken if _id(item) not in states]

    def _give_back(self, receipt_ids: list[int], *, failed: bool) -> None:
        """What was not worked to its end waits again: for a while when the database or the program failed."""
        now = self._works.clock()
        for receipt in receipts.lock(self._conn, receipt_ids):
            if receipt.attempts >= ASIDE_FROM:
                problem = "the worker ended before it did, each time"
                inbound.set_aside(self._works, self._conn, [receipt.id], problem)
            elif receipt.attempts:  # else it was put off, and its row says until when
                after = now + timedelta(seconds=5 << receipt.attempts) if failed else None
                work.put_off(self._conn, "inbound", [str(receipt.id)], after)

    def _put_off(self, item: Item) -> None:
        """The program itself failed on what was to go out: not again at once, and a person is told."""
        works = self._works
        table, name = (transmissions, "transmissions") if item.kind == SEND else (postings, "postings")
        outbox.put_off(self._conn, table, item.payload[name], works.clock() + _AFTER_FAILURE)
        finding = verdicts.carrier_failed(item.kind)
        open_cases(works.desk(self._conn), [NewCase(finding, item.payload.get("partner"))])

    def _polls(self, busy: set[str]) -> None:
        """One look does for all that asked before it began; one that goes on may have looked already."""
        asked: dict[str, list[Item]] = {}
        for item in work.ready(self._conn, "look", _AT_ONCE, self._works.clock()):
            asked.setdefault(item.payload["partner"], []).append(item)
        for partner, items in asked.items():
            if partner not in busy:
                self._start(POLL, items[0].key, {"partner": partner})
                work.done(self._conn, [item.id for item in items])

    def _inbound(self, busy: set[str]) -> None:
        """Small receipts of several connections together, a large or doubtful one by itself. A connection has
        one piece of work at a time, so that its receipts are worked in the order in which they came."""
        works, options = self._works, self._works.options
        waiting = work.ready(self._conn, "inbound", _AT_ONCE, works.clock())
        attempts = self._attempts([item.payload["receipt"] for item in waiting])
        batch: list[Item] = []
        size = 0
        alone: list[Item] = []
        for item in waiting:
            connection, length = item.payload["connection"], item.payload["size"]
            if connection in busy:
                continue
            if self._is_large(item) or attempts.get(item.payload["receipt"], 0) >= ALONE_FROM:
                busy.add(connection)
                if not any(one.payload["connection"] == connection for one in batch):
                    alone.append(item)
            elif len(batch) < options.receipts_per_batch and size + length <= options.batch_bytes:
                batch.append(item)
                size += length
            else:
                busy.add(connection)
        for item in alone:
            self._take(LARGE if self._is_large(item) else BATCH, [item])
        if batch:
            self._take(BATCH, batch)

    def _is_large(self, item: Item) -> bool:
        """By its bytes, or by its sets, as somebody found who had it in hand."""
        return item.payload["size"] > self._works.options.large_bytes or "many" in item.payload

    def _attempts(self, receipt_ids: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        c = receipt_rows.c
        for start in range(0, len(receipt_ids), 500):
            query = select(c.id, c.attempts).where(c.id.in_(receipt_ids[start : start + 500]))
            found.update((row.id, row.attempts) for row in self._conn.execute(query))
        return found

    def _take(self, kind: str, items: list[Item]) -> None:
        """Count the attempt before it begins: a worker that dies cannot."""
        ids = [item.payload["receipt"] for item in items]
        receipts.count_attempt(self._conn, ids)
        work.mark_taken(self._conn, [item.id for item in items])
        connections = sorted({item.payload["connection"] for item in items})
        self._start_rows(kind, ids, {"receipts": ids, "connections": connections})

    def _sends(self, busy: set[str]) -> None:
        works = self._works
        now = works.clock()
        if works.live.stopped.sending:
            return
        for key, ready in outbound.sendable(self._conn, now, works.live.stopped).items():
            partner = works.live.get(key)
            if key in busy or partner is None or partner.paused or not is_open(partner.profile, now):
                continue
            ids = ready[: works.options.sending_per_commit]
            self._start_rows(SEND, ids, {"partner": key, "transmissions": ids})

    def _answers(self, busy: set[str]) -> None:
        """Asynchronous receipts of ours."""
        for key, ready in as2.due_receipts(self._conn, self._works.clock()).items():
            if key not in busy:
                ids = ready[: self._works.options.sending_per_commit]
                self._start_rows(ANSWER, ids, {"partner": key, "receipts": ids})

    def _posts(self) -> None:
        if self._works.live.stopped.posting:
            return
        ready = posting.postable(self._conn, self._works.clock())
        if ready:
            self._start_rows(POST, ready, {"postings": ready})

    def _tells(self) -> None:
        """Alerts and other messages."""
        ready = messages.sendable(self._works, self._conn)
        if ready:
            self._start_rows(TELL, ready, {"messages": ready})


def _id(item: Item) -> str:
    """The engine's name of a piece of work."""
    return f"{item.kind}:{item.key}"

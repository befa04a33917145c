"""Receipts become documents, orders and acknowledgments: many small ones in one commit, a large one in chunks.

Takes receipt ids and Steps; every commit holds all that its receipts (or sets) cause, or nothing (DESIGN section
8, promise 2). Called by flow/gateway.py as one piece of work.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from edi_gateway import logs
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.flow.collecting import not_collecting
from edi_gateway.flow.steps import Steps
from edi_gateway.flow.taking import history, verdicts
from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.taking.road import Paused, Road
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.store import work
from edi_gateway.store.traffic import findings, receipts
from edi_gateway.store.traffic.receipts import Waiting

ASK_AGAIN = timedelta(minutes=5)  # about a paused partner's receipt
_BATCHES = 4  # chunks of sets that one commit of several receipts may hold
# what may be an ST: behind a terminator and perhaps blanks, before a separator
_ST = re.compile(rb"[^A-Za-z0-9 *][ \r\n]{0,8}[Ss][Tt][^A-Za-z0-9 ]")
Counts = dict[str, int]


def work_small(works: Works, steps: Steps, receipt_ids: Sequence[int], also: Also = nothing) -> Counts:
    """Work small receipts in one commit. What this and a killed run before it left is the same."""
    with logs.unit("inbound", receipts=len(receipt_ids), first=min(receipt_ids, default=None)) as line:
        with not_collecting():
            counts = steps.transaction("inbound", lambda conn: _small(works, conn, receipt_ids, also))
        line.add(**counts)
    return counts


def work_large(works: Works, steps: Steps, receipt_id: int, also: Also = nothing) -> Counts:
    """Work one receipt in commits of so many sets each; a run after a kill goes on behind the last commit."""
    chunks = _Chunks(works, receipt_id, also)
    total: Counts = {}
    done = False
    while not done:
        with logs.unit("inbound chunk", receipt=receipt_id) as line:
            with not_collecting():
                result = steps.transaction("inbound chunk", chunks.next)
            done = bool(result.pop("done"))
            line.add(**result)
        for name, count in result.items():
            total[name] = total.get(name, 0) + count
    return total


def _small(works: Works, conn: Connection, receipt_ids: Sequence[int], also: Also) -> Counts:
    works.live.refresh(conn)
    waiting = receipts.lock(conn, receipt_ids)
    contents = receipts.read_many(conn, [receipt.id for receipt in waiting])
    batch = Batch()
    waiting = _not_too_many(works, conn, waiting, contents)
    for receipt in waiting:
        try:
            batch.add(_whole(works, conn, receipt, contents[receipt.id], batch))
        except Paused:
            _put_off(works, conn, receipt)
        except DBAPIError:
            raise
        except Exception as error:  # a bug of ours must not hold up its neighbours
            batch.add(_broken(works, receipt, error))
    try:
        with conn.begin_nested():
            counts = batch.flush(works, conn)
    except DBAPIError:
        raise
    except Exception:
        if len(waiting) == 1:
            raise
        logs.say("warning", "batch failed, each receipt by itself", receipts=len(waiting))
        counts = _one_by_one(works, conn, waiting, contents)
    _finish(conn, receipt_ids)
    also(conn)
    return {"receipts": len(waiting), **counts}


def _not_too_many(
    works: Works, conn: Connection, waiting: Sequence[Waiting], contents: dict[int, bytes]
) -> list[Waiting]:
    """Those that one commit can take: few bytes may hold very many sets. One with more than a chunk of them is
    worked as a large one is; what does not fit any more, and what came behind it on its connection, waits."""
    here: list[Waiting] = []
    held: set[str] = set()
    sets = 0
    for receipt in waiting:
        own = _sets_at_most(contents[receipt.id])
        if receipt.connection in held:
            _put_off(works, conn, receipt, timedelta())
        elif own > works.options.sets_per_commit:
            held.add(receipt.connection)
            receipts.set_state(conn, [receipt.id], "RECEIVED", attempts=0)
            many = {
                "receipt": receipt.id,
                "connection": receipt.connection,
                "size": receipt.size,
                "many": True,
            }
            work.hand_back(conn, "inbound", str(receipt.id), many)
        elif here and sets + own > _BATCHES * works.options.sets_per_commit:
            held.add(receipt.connection)
            _put_off(works, conn, receipt, timedelta())
        else:
            here.append(receipt)
            sets += own
    return here


def _sets_at_most(content: bytes) -> int:
    """As many as it holds, or more: with odd separators the ST of an N1 counts as well."""
    return len(_ST.findall(content))


def _one_by_one(
    works: Works, conn: Connection, waiting: Sequence[Waiting], contents: dict[int, bytes]
) -> Counts:
    """After a batch has failed: a savepoint a receipt, so that only the one with the fault falls out."""
    total: Counts = {}
    for receipt in waiting:
        try:
            with conn.begin_nested():
                counts = _whole(works, conn, receipt, contents[receipt.id], Batch()).flush(works, conn)
        except Paused:
            continue
        except DBAPIError:
            raise
        except Exception as error:
            counts = _broken(works, receipt, error).flush(works, conn)
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total


def _whole(works: Works, conn: Connection, receipt: Waiting, content: bytes, before: Batch) -> Batch:
    """All that one receipt causes."""
    batch = before.of_receipt()
    Road(works, receipt, history.of(conn, receipt), lambda: iter((content,))).run(conn, batch)
    return batch


def _broken(works: Works, receipt: Waiting, error: Exception) -> Batch:
    """A receipt on which the program itself failed: kept, set aside, and a case."""
    problem = f"{type(error).__name__}: {error}"[:300]
    logs.say("error", "receipt failed", receipt=receipt.id, error=problem)
    batch = Batch()
    finding = verdicts.worker_failed(problem)
    batch.findings += findings.rows(works.ids, [finding], receipt_id=receipt.id)
    batch.cases.append(NewCase(finding, receipt.partner, About(receipt_id=receipt.id)))
    batch.receipts.append((receipt.id, "QUARANTINED", receipt.worked_sets, receipt.partner))
    return batch


def set_aside(works: Works, conn: Connection, receipt_ids: Sequence[int], problem: str) -> None:
    """Receipts whose worker died again and again: a case each, and no further attempt."""
    batch = Batch()
    for receipt in receipts.lock(conn, receipt_ids):
        batch.add(_broken(works, receipt, RuntimeError(problem)))
    batch.flush(works, conn)
    _finish(conn, receipt_ids)


def _put_off(works: Works, conn: Connection, receipt: Waiting, time: timedelta = ASK_AGAIN) -> None:
    receipts.set_state(conn, [receipt.id], "RECEIVED", attempts=0)
    work.put_off(conn, "inbound", [str(receipt.id)], works.clock() + time)


def _finish(conn: Connection, receipt_ids: Sequence[int]) -> None:
    """The work rows of receipts that are at their end."""
    left = {receipt.id for receipt in receipts.lock(conn, receipt_ids)}
    work.done_keys(conn, "inbound", [str(i) for i in receipt_ids if i not in left])


class _Chunks:
    """A large receipt, chunk by chunk. What this remembers between two commits is only a short cut: when it does
    not fit what the database says (a kill, a rollback), it starts again from the bytes."""

    def __init__(self, works: Works, receipt_id: int, also: Also) -> None:
        self._works = works
        self._also = also
        self._receipt_id = receipt_id
        self._road: Road | None = None

    def next(self, conn: Connection) -> Counts:
        """Work the next sets and commit them; `done` is 1 when that was the end."""
        works = self._works
        works.live.refresh(conn)
        waiting = receipts.lock(conn, [self._receipt_id])
        if not waiting:
            self._also(conn)
            return {"done": 1}
        receipt = waiting[0]
        road, self._road = self._road, None  # put back only once this chunk is written
        batch = Batch()
        try:
            if road is None or road.sets != receipt.worked_sets:
                road = Road(works, receipt, history.of(conn, receipt), self._bytes)
                road.catch_up(conn)
            finished = road.run(conn, batch, works.options.sets_per_commit)
        except Paused:
            _put_off(works, conn, receipt)
            self._also(conn)
            return {"done": 1}
        counts = batch.flush(works, conn)
        if finished:
            _finish(conn, [receipt.id])
            self._also(conn)
        else:
            self._road = road
        return {"done": int(finished), **counts}

    def _bytes(self) -> Iterator[bytes]:
        """The receipt's chunks, each read in a transaction of its own: several commits go by meanwhile."""
        for n in itertools.count():
            with self._works.writer.reading() as conn:
                chunk = receipts.chunk(conn, self._receipt_id, n)
            if chunk is None:
                return
            yield chunk

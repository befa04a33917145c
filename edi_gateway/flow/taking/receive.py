"""The way in: looks at a partner's folder, commits what has stood still, and only then lets the source archive it.

Takes a partner's key, gives receipts and a work row for each. Called by flow/gateway.py, which runs a poll as one
piece of work; everything here may be run again at any point (spec D40).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway import logs
from edi_gateway.commands.triage.cases import NewCase, open_cases, resolve
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.outbound import pause
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store import work
from edi_gateway.store.book import cases
from edi_gateway.store.tables import polls
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import receipts
from edi_gateway.transport.base import CHUNK, Incoming, Transport, TransportError
from edi_gateway.transport.standstill import Standstill
from edi_gateway.transport.wire import Wire
from edi_gateway.triage.causes import cause

INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one look brought: files seen, files received, bytes; `next_look` when a second look is worth it."""

    partner: str
    seen: int
    received: int
    size: int
    error: str | None = None
    next_look: datetime | None = None


@dataclass(slots=True)
class _Fetched:
    file: Incoming
    body: IO[bytes]
    size: int

    def chunks(self) -> Iterator[bytes]:
        self.body.seek(0)
        while chunk := self.body.read(CHUNK):
            yield chunk


@dataclass(frozen=True, slots=True)
class _Turn:
    """A look that has begun, and what earlier ones left: what they saw, what the source has not heard of yet."""

    key: str
    number: int
    seen: str | None
    failures: int
    unsettled: dict[tuple[str, int, str], int]

    def hold(self, conn: Connection) -> None:
        """Nobody else begins a look until this transaction ends. Raises _Overtaken when somebody has."""
        query = select(polls.c.turn).where(polls.c.partner == self.key).with_for_update()
        if conn.execute(query).scalar() != self.number:
            raise _Overtaken


class _Overtaken(Exception):
    """Another look at the same folder has begun: a worker that was believed dead goes on, say. That one counts,
    for it would not see what this one is about to receive."""


def poll(works: Works, partner: LivePartner, also: Also = nothing) -> PollResult:
    """Look, fetch what has stood still, commit it, settle it at the source. Errors of the line are counted."""
    key = partner.profile.key
    transport = works.transports(partner.profile)
    if isinstance(transport, Wire):  # they post to our server (web/as2/): nothing lies anywhere
        with works.writer.begin() as conn:
            also(conn)
        return PollResult(key, 0, 0, 0)
    turn = _begin(works, key)
    with logs.unit("poll", partner=key) as line:
        try:
            try:
                result = _poll(works, turn, transport, also)
            except TransportError as error:
                result = PollResult(key, 0, 0, 0, error=str(error))
                _failed(works, turn, partner.hash, error, also)
        except _Overtaken:
            result = PollResult(key, 0, 0, 0)
            line.add(overtaken=True)
        finally:
            transport.close()
        line.add(seen=result.seen, received=result.received, bytes=result.size)
        if result.error:
            line.add(error=result.error)
        elif not result.received:
            line.skip()
    return result


def _begin(works: Works, key: str) -> _Turn:
    with works.writer.begin() as conn:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        begun = (
            insert(polls)
            .values(partner=key, turn=1, failures=0)
            .on_conflict_do_update(index_elements=["partner"], set_={"turn": polls.c.turn + 1})
            .returning(polls.c.turn, polls.c.seen, polls.c.failures)
        )
        row = conn.execute(begun).one()
        return _Turn(key, row.turn, row.seen, row.failures, _unsettled(conn, key))


def _poll(works: Works, turn: _Turn, transport: Transport, also: Also) -> PollResult:
    key, unsettled = turn.key, turn.unsettled
    standstill = Standstill.of(transport.connection, turn.seen)
    look = list(transport.look())
    now = works.clock()
    ready = standstill.ready(look, now)
    there = {file.name for file in look}
    settled = [row for (name, _, _), row in unsettled.items() if name not in there]
    received = size = 0
    lost: TransportError | None = None
    for batch in _batches(works, key, transport, ready):
        with ExitStack() as bodies:
            for fetched in batch:
                bodies.callback(fetched.body.close)
            with works.writer.begin() as conn:
                turn.hold(conn)
                receipts.settled(conn, settled)
                fresh = [f for f in batch if _known(f, unsettled) is None]
                made = _commit_fetched(works, conn, key, fresh)
            known = dict(zip((f.file.token for f in fresh), made, strict=True))
            received, size = received + len(fresh), size + sum(f.size for f in fresh)
            settled = []
            for fetched in batch:  # the bytes are ours now: the sender may hear so
                row = known.get(fetched.file.token) or _known(fetched, unsettled)
                try:
                    transport.settle(fetched.file)
                except TransportError as error:
                    lost = error
                else:
                    settled += [row] if row is not None else []
    with works.writer.begin() as conn:
        turn.hold(conn)
        if turn.failures:
            _recovered(works, conn, key)
        receipts.settled(conn, settled)
        _remember(conn, key, now, standstill.to_json(), received > 0)
        if lost is None:
            also(conn)
    if lost is not None:
        raise lost
    return PollResult(key, len(look), received, size, next_look=standstill.next_look(now))


def receive(works: Works, connection: str, name: str, chunks: Iterable[bytes]) -> int:
    """Take in a file that came another way (by hand, from the command line); its receipt id."""
    with works.writer.begin() as conn:
        (receipt,) = _commit(works, conn, connection, [(name, chunks)])
        receipts.settled(conn, [receipt])
    return receipt


def _commit(
    works: Works, conn: Connection, connection: str, files: Sequence[tuple[str, Iterable[bytes]]]
) -> list[int]:
    """The promise: bytes, hash, source and the work to be done, in one commit, before the source hears of it."""
    made = [
        receipts.add(conn, works.ids, works.clock, connection, name, chunks, partner=connection)
        for name, chunks in files
    ]
    leave_work(works, conn, [(receipt.id, connection, receipt.size) for receipt in made])
    return [receipt.id for receipt in made]


def _commit_fetched(
    works: Works, conn: Connection, connection: str, fetched: Sequence[_Fetched]
) -> list[int]:
    """`_commit` for what lies here already: small files, which are the many, go in a few statements."""
    if any(one.size > CHUNK for one in fetched):
        return _commit(works, conn, connection, [(one.file.name, one.chunks()) for one in fetched])
    files = [(one.file.name, b"".join(one.chunks())) for one in fetched]
    made = receipts.add_many(conn, works.ids, works.clock, connection, files, partner=connection)
    leave_work(works, conn, [(receipt.id, connection, receipt.size) for receipt in made])
    return [receipt.id for receipt in made]


def leave_work(works: Works, conn: Connection, made: Sequence[tuple[int, str, int]]) -> None:
    """The work rows of new receipts: (receipt id, connection, bytes)."""
    items = {
        str(receipt): {"receipt": receipt, "connection": connection, "size": size}
        for receipt, connection, size in made
    }
    work.add(conn, works.ids, works.clock, INBOUND, items)


def _batches(
    works: Works, key: str, transport: Transport, ready: Sequence[Incoming]
) -> Iterator[list[_Fetched]]:
    """Fetch files so that one commit takes many small ones. The line is not waited for inside a transaction."""
    batch: list[_Fetched] = []
    size = 0
    for file in ready:
        if file.size > works.options.file_bytes:
            _too_large(works, key, file)
            continue
        try:
            fetched = _fetch(transport, file)
        except TransportError as error:
            if error.permanent:
                raise
            logs.say("warning", "file not fetched", error=str(error))  # gone, or still written: the next look
            continue
        batch.append(fetched)
        size += fetched.size
        if len(batch) >= works.options.receipts_per_batch or size >= works.options.batch_bytes:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _fetch(transport: Transport, file: Incoming) -> _Fetched:
    body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=CHUNK)  # noqa: SIM115 - closed once committed
    size = 0
    for chunk in transport.fetch(file):
        body.write(chunk)
        size += len(chunk)
    return _Fetched(file, body, size)


def _unsettled(conn: Connection, connection: str) -> dict[tuple[str, int, str], int]:
    """Receipts that were committed but whose source may not have heard: we died in between."""
    c = receipt_rows.c
    query = select(c.name, c.size, c.sha256, c.id).where(
        c.connection == connection, c.settled.is_(False), c.replay_of.is_(None)
    )
    return {(row.name, row.size, row.sha256): row.id for row in conn.execute(query)}


def _known(fetched: _Fetched, unsettled: dict[tuple[str, int, str], int]) -> int | None:
    if not any(name == fetched.file.name and size == fetched.size for name, size, _ in unsettled):
        return None
    digest = hashlib.sha256()
    for chunk in fetched.chunks():
        digest.update(chunk)
    return unsettled.get((fetched.file.name, fetched.size, digest.hexdigest()))


def _remember(conn: Connection, key: str, now: datetime, seen: str, received: bool) -> None:
    values = {"at": now, "seen": seen, "failures": 0, "last_error": None, "retry_at": None, "refused": None}
    if received:
        values["last_received_at"] = now
    conn.execute(update(polls).where(polls.c.partner == key).values(values))


def _too_large(works: Works, key: str, file: Incoming) -> None:
    """A file over the limit stays where it is, and a person is told, once."""
    finding = Finding(
        Code.POLL_FAILED,
        Severity.ERROR,
        message=f"{file.name} has {file.size} bytes; more than {works.options.file_bytes} are not taken in.",
        hint="Ask the partner what it is; raise limits.file_bytes if it is an order.",
        family=Family.TRANSPORT,
        value=file.name,
    )
    with works.writer.begin() as conn:
        open_cases(works.desk(conn), [NewCase(finding, key)])


def posts_to_us(works: Works, partner: LivePartner) -> bool:
    """Whether there is no folder to look into: what this partner sends comes to our AS2 server."""
    if not isinstance(partner.profile.connection, As2Connection):
        return False
    return isinstance(works.transports(partner.profile), Wire)  # in a trial a pair of folders stands in


def is_due(conn: Connection, partner: LivePartner, now: datetime) -> bool:
    """Whether the schedule may look: not where our login was refused a moment ago by this very profile."""
    query = select(polls.c.retry_at, polls.c.refused).where(polls.c.partner == partner.profile.key)
    row = conn.execute(query).first()
    return row is None or row.retry_at is None or row.retry_at <= now or row.refused != partner.hash


def _failed(works: Works, turn: _Turn, profile: str, error: TransportError, also: Also) -> None:
    """Count the failure; a case once it is no passing one. A login that is refused is tried ever less often."""
    key, failures = turn.key, turn.failures + 1
    now = works.clock()
    with works.writer.begin() as conn:
        turn.hold(conn)
        values: dict[str, object] = {"at": now, "failures": failures, "last_error": str(error)}
        values["retry_at"] = now + pause(turn.failures) if error.at_login else None
        values["refused"] = profile if error.at_login else None
        conn.execute(update(polls).where(polls.c.partner == key).values(values))
        also(conn)
        if error.permanent or failures >= works.options.attempts_before_case:
            open_cases(works.desk(conn), [NewCase(_line_trouble(key, str(error)), key)])


def _recovered(works: Works, conn: Connection, key: str) -> None:
    """The line works again: nobody needs to look after it any more."""
    fingerprint = cause(_line_trouble(key, ""), key).fingerprint
    over = [case.id for case in cases.open_by_causes(conn, [fingerprint])]
    resolve(works.desk(conn), over, "Files can be fetched again.")


def _line_trouble(key: str, problem: str) -> Finding:
    """Always the same cause, whatever the line says this time: the case of a partner's connection is one."""
    return Finding(
        Code.POLL_FAILED,
        Severity.ERROR,
        message=f"Nothing can be fetched from {key}: {problem}",
        hint="See the partner's connection. We go on trying; once it works, this case ends by itself.",
        family=Family.TRANSPORT,
        value="connection",
    )

"""What came in, byte for byte: committed before the sender hears anything good (DESIGN section 8, promise 1).

Takes a file piece by piece; gives a receipt id and whether the same bytes came before. Called by flow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from edi_gateway.model.clock import Clock
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.pieces import Pieces, cut
from edi_gateway.store.tables import receipt_chunks, receipts

_PIECES = Pieces(receipt_chunks, "receipt_id")


@dataclass(frozen=True, slots=True)
class Receipt:
    """`verdict`: "new", "identical" (the same bytes are there already, as `duplicate_of`), or "replay"."""

    id: int
    verdict: str
    duplicate_of: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that is not worked yet, or not to its end. `read_by`: the snapshot by which its sender's sets are read
    this once, instead of the live one."""

    id: int
    partner: str | None
    connection: str
    name: str
    received_at: datetime
    size: int
    verdict: str | None
    duplicate_of: int | None
    replay_of: int | None
    attempts: int
    worked_sets: int
    read_by: str | None = None


def add(
    conn: Connection,
    ids: Ids,
    clock: Clock,
    connection: str,
    name: str,
    content: Iterable[bytes],
    *,
    partner: str | None = None,
    replay_of: int | None = None,
    read_by: str | None = None,
) -> Receipt:
    """Keep a file: its pieces of any size become rows of at most 1 MiB; one in memory at a time."""
    receipt_id = ids.next()
    made, size = hashlib.sha256(), 0
    row = {
        "id": receipt_id,
        "partner": partner,
        "connection": connection,
        "name": name,
        "received_at": clock(),
        "size": 0,
        "sha256": "",
        "state": "RECEIVED",
        "verdict": "new",
        "duplicate_of": None,
        "replay_of": replay_of,
        "read_by": read_by,
        "attempts": 0,
        "settled": False,
        "worked_sets": 0,
    }
    conn.execute(insert(receipts), row)
    for n, piece in enumerate(cut(content)):
        made.update(piece)
        size += len(piece)
        _PIECES.insert(conn, [(receipt_id, n, piece)])
    sha256 = made.hexdigest()
    earlier = None
    verdict = "new"
    if replay_of is not None:
        verdict = "replay"
    else:
        earlier = conn.execute(_EARLIER, {"hash": sha256, "length": size}).scalar()
        if earlier is not None:
            verdict = "identical"
    conn.execute(
        _COMPLETE,
        {"this": receipt_id, "size": size, "sha256": sha256, "verdict": verdict, "duplicate_of": earlier},
    )
    return Receipt(receipt_id, verdict, earlier, size, sha256)


def add_many(
    conn: Connection,
    ids: Ids,
    clock: Clock,
    connection: str,
    files: Sequence[tuple[str, bytes]],
    *,
    partner: str | None = None,
    settled: bool = False,
) -> list[Receipt]:
    """`add` for many whole files (name, bytes) at once, in their order, in a few statements. `settled`: there is no
    source that is to hear of it."""
    now = clock()
    digests = [hashlib.sha256(content).hexdigest() for _, content in files]
    seen = _first_with(conn, digests) if len(files) != 1 else _first(conn, digests[0], len(files[0][1]))
    made: list[Receipt] = []
    for receipt_id, (_, content), sha256 in zip(ids.block(len(files)), files, digests, strict=True):
        earlier = seen.setdefault((sha256, len(content)), receipt_id)
        again = earlier != receipt_id
        made.append(
            Receipt(
                receipt_id,
                "identical" if again else "new",
                earlier if again else None,
                len(content),
                sha256,
            )
        )
    columns = (
        *("id", "partner", "connection", "name", "received_at", "size", "sha256", "state", "verdict"),
        *("duplicate_of", "attempts", "settled", "worked_sets"),
    )
    rows = [
        (
            *(one.id, partner, connection, name, now, one.size, one.sha256, "RECEIVED", one.verdict),
            *(one.duplicate_of, 0, settled, 0),
        )
        for one, (name, _) in zip(made, files, strict=True)
    ]
    bulk.insert(conn, receipts, columns, rows)
    pieces = [
        (one.id, n, piece)
        for one, (_, content) in zip(made, files, strict=True)
        for n, piece in enumerate(cut((content,)))
    ]
    _PIECES.insert(conn, pieces)
    return made


def _first(conn: Connection, sha256: str, size: int) -> dict[tuple[str, int], int]:
    """`_first_with` of one."""
    earlier = conn.execute(_EARLIER, {"hash": sha256, "length": size}).scalar()
    return {} if earlier is None else {(sha256, size): earlier}


def _first_with(conn: Connection, digests: Sequence[str]) -> dict[tuple[str, int], int]:
    """The first receipt of each content that is there already: (SHA-256, size) -> id."""
    found: dict[tuple[str, int], int] = {}
    c = receipts.c
    for some in chunks(digests):
        query = select(c.sha256, c.size, c.id).where(c.sha256.in_(some), c.replay_of.is_(None))
        for row in conn.execute(query.order_by(c.id)):
            found.setdefault((row.sha256, row.size), row.id)
    return found


_EARLIER = (
    select(receipts.c.id)
    .where(receipts.c.sha256 == bindparam("hash"), receipts.c.size == bindparam("length"))
    .where(receipts.c.replay_of.is_(None))
    .order_by(receipts.c.id)
    .limit(1)
)
_COMPLETE = (
    update(receipts)
    .where(receipts.c.id == bindparam("this"))
    .values(
        size=bindparam("size"),
        sha256=bindparam("sha256"),
        verdict=bindparam("verdict"),
        duplicate_of=bindparam("duplicate_of"),
    )
)


def digest(content: Iterable[bytes]) -> str:
    """The hash that a receipt of these bytes has."""
    made = hashlib.sha256()
    for piece in content:
        made.update(piece)
    return made.hexdigest()


def read(conn: Connection, receipt_id: int) -> Iterator[bytes]:
    """The bytes, a piece at a time."""
    return _PIECES.read(conn, receipt_id)


def chunk(conn: Connection, receipt_id: int, number: int) -> bytes | None:
    """One piece, counted from 0; None behind the last."""
    return _PIECES.one(conn, receipt_id, number)


def read_many(conn: Connection, receipt_ids: Sequence[int]) -> dict[int, bytes]:
    """The whole bytes of several small receipts in one query."""
    found: dict[int, list[bytes]] = {receipt_id: [] for receipt_id in receipt_ids}
    query = select(receipt_chunks).where(receipt_chunks.c.receipt_id.in_(receipt_ids))
    for row in conn.execute(query.order_by(receipt_chunks.c.receipt_id, receipt_chunks.c.n)):
        found[row.receipt_id].append(row.bytes)
    return {receipt_id: b"".join(pieces) for receipt_id, pieces in found.items()}


def lock(conn: Connection, receipt_ids: Sequence[int]) -> list[Waiting]:
    """Those of the given receipts that still wait, oldest first, locked for this transaction.

    It waits for whoever has one in hand, and never passes over it: the session of a worker that was killed may
    live on for a moment, and a receipt that was skipped for that would look as if it were at its end.
    """
    c = receipts.c
    query = select(
        *(c.id, c.partner, c.connection, c.name, c.received_at, c.size, c.verdict, c.duplicate_of),
        *(c.replay_of, c.attempts, c.worked_sets, c.read_by),
    ).where(c.state.in_(("RECEIVED", "WORKING")), c.id.in_(receipt_ids))
    return [Waiting(*row) for row in conn.execute(query.order_by(c.id).with_for_update())]


def set_state(
    conn: Connection,
    receipt_ids: Sequence[int],
    state: str,
    *,
    at: datetime | None = None,
    worked_sets: int | None = None,
    attempts: int | None = None,
    partner: str | None = None,
) -> None:
    """RECEIVED, WORKING, DONE, QUARANTINED, DUPLICATE or IGNORED; `at` is when it was done."""
    values: dict[str, object] = {"state": state}
    if at is not None:
        values["done_at"] = at
    if worked_sets is not None:
        values["worked_sets"] = worked_sets
    if attempts is not None:
        values["attempts"] = attempts
    if partner is not None:
        values["partner"] = partner
    conn.execute(update(receipts).where(receipts.c.id.in_(receipt_ids)).values(values))


def count_attempt(conn: Connection, receipt_ids: Sequence[int]) -> None:
    """A worker takes these in hand, for the first time or once more."""
    for some in chunks(receipt_ids):
        chosen = receipts.c.id.in_(some)
        conn.execute(update(receipts).where(chosen).values(attempts=receipts.c.attempts + 1))


def settled(conn: Connection, receipt_ids: Sequence[int]) -> None:
    """The source has archived its copy: nothing of it is left to fetch again."""
    conn.execute(update(receipts).where(receipts.c.id.in_(receipt_ids)).values(settled=True))


def purge(conn: Connection, before: datetime, limit: int) -> int:
    """Delete the bytes of receipts that came before then and are at their end; of how many."""
    ended = receipts.c.state.not_in(("RECEIVED", "WORKING"))
    query = (
        select(receipts.c.id)
        .where(receipts.c.received_at < before, ended)
        .where(receipts.c.id.in_(select(receipt_chunks.c.receipt_id)))
        .order_by(receipts.c.id)
        .limit(limit)
    )
    old = list(conn.execute(query).scalars())
    conn.execute(delete(receipt_chunks).where(receipt_chunks.c.receipt_id.in_(old)))
    return len(old)

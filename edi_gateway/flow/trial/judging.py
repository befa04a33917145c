"""One subject of a dry run: the receipt goes along the road as a replay or as if it were new, the order is judged anew.

Writes as the real thing does; the caller rolls back. Takes a subject, gives Tried. Called by flow/trial/trial.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import Connection, delete, literal, select, update

from edi_gateway.commands.ordering.rejudge import rejudge
from edi_gateway.flow.taking import history
from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.taking.history import History
from edi_gateway.flow.taking.road import Road
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.trial import reading
from edi_gateway.flow.trial.records import Subject, Tried
from edi_gateway.flow.works import Works
from edi_gateway.model.errors import GatewayError
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import short
from edi_gateway.store.tables import documents, order_keys, order_revisions, orders, receipts
from edi_gateway.store.traffic import receipts as receipt_store
from edi_gateway.store.traffic.receipts import Waiting

SETS = 500  # of one receipt that are worked in one trial
_STEP = 50  # sets between two looks at how many those are


class CannotTry(GatewayError):
    """{what} cannot be tried: {why}."""


def order(works: Works, conn: Connection, subject: Subject, sent: Collection[int], *, copies: bool) -> Tried:
    """Judge an order again, by the facts of now. `sent`: the documents that were there before anything was changed."""
    desk = works.desk(conn)
    rejudge(desk, Published(works.live), [subject.id])
    found = reading.orders_of(conn, [subject.id], made_of=())
    if not found:
        raise CannotTry(what=f"Order {short(subject.id)}", why="there is no such order")
    return Tried(
        subject,
        found[0].state,
        orders=tuple(found),
        answers=reading.answers(conn, [subject.id], but=sent, copies=copies),
        cases=reading.cases_about(conn, order_ids=[subject.id]),
    )


def receipt(
    works: Works, conn: Connection, subject: Subject, *, afresh: bool, then: bool, copies: bool
) -> Tried:
    """Take a receipt in once more. `afresh`: what became of it the first time is out of the way."""
    c = receipts.c
    old = conn.execute(
        select(c.connection, c.name, c.partner, c.size, c.replay_of, c.received_at).where(c.id == subject.id)
    ).first()
    if old is None:
        raise CannotTry(what=f"Receipt {short(subject.id)}", why="there is no such receipt")
    kept = subject.content is not None or not old.size or receipt_store.chunk(conn, subject.id, 0) is not None
    if not kept:
        raise CannotTry(what=f"Receipt {short(subject.id)}", why="its bytes are not kept any more")
    root: int = old.replay_of or subject.id
    if then:
        came = old.received_at
        works = replace(works, clock=lambda: came)
    # its own row, for others refer to it; the bytes are read where they stand
    made = receipt_store.add(
        conn, works.ids, works.clock, old.connection, old.name, (), partner=old.partner, replay_of=root
    )
    waiting = Waiting(
        id=made.id,
        partner=old.partner,
        connection=old.connection,
        name=old.name,
        received_at=works.clock(),
        size=old.size if subject.content is None else len(subject.content),
        verdict=made.verdict,
        duplicate_of=None,
        replay_of=root,
        attempts=0,
        worked_sets=0,
        read_by=subject.read_by,
    )
    if afresh:
        _out_of_the_book(conn, root)
        past = History(is_replay=True)
    else:
        past = history.of(conn, waiting)

    def pieces() -> Iterator[bytes]:
        if subject.content is not None:
            return iter((subject.content,))
        return _pieces(conn, subject.id)

    road = Road(works, waiting, past, pieces)
    return _along(works, conn, subject, made.id, road, copies=copies)


def _along(
    works: Works, conn: Connection, subject: Subject, receipt_id: int, road: Road, *, copies: bool
) -> Tried:
    """To the end, or as far as a trial goes."""
    batches: list[Batch] = []
    worked, finished = 0, False
    while not finished and worked < SETS:
        batch = Batch()
        finished = road.run(conn, batch, _STEP)
        batch.flush(works, conn)
        worked += len(batch.documents)
        batches.append(batch)
    state = batches[-1].receipts[-1][1]
    return reading.receipt(conn, subject, receipt_id, state, batches, copies=copies, partial=not finished)


def _pieces(conn: Connection, receipt_id: int) -> Iterator[bytes]:
    for n in itertools.count():
        piece = receipt_store.chunk(conn, receipt_id, n)
        if piece is None:
            return
        yield piece


def _out_of_the_book(conn: Connection, root: int) -> None:
    """The orders that this receipt, or a replay of it, brought: as if they had never come. Those that it only changed
    stay."""
    family = select(receipts.c.id).where((receipts.c.id == root) | (receipts.c.replay_of == root))
    brought = (
        select(documents.c.order_id)
        .join(
            order_revisions,
            (order_revisions.c.document_id == documents.c.id) & (order_revisions.c.revision == 1),
        )
        .where(documents.c.receipt_id.in_(family), documents.c.direction == "in")
        .where(documents.c.order_id == order_revisions.c.order_id)
    )
    ids = sorted(set(conn.execute(brought).scalars()))
    for some in chunks(ids):
        conn.execute(delete(order_keys).where(order_keys.c.order_id.in_(some)))
        conn.execute(
            update(orders)
            .where(orders.c.id.in_(some))
            .values(state="CANCELLED", business_key=literal("tried|") + orders.c.number)
        )

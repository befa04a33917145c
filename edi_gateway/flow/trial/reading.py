"""What a dry run left in its transaction, read back before it is rolled back.

Takes the connection and ids; gives the records of flow/trial/records.py. Called by flow/trial/judging.py and trial.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.trial.records import (
    Subject,
    Tried,
    TriedAnswer,
    TriedCase,
    TriedHold,
    TriedLine,
    TriedOrder,
    TriedSet,
)
from edi_gateway.model.finding import Finding
from edi_gateway.orders.judging.identity import snapshot
from edi_gateway.store.book import cases, holds, orders
from edi_gateway.store.book.cases import Case
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import documents
from edi_gateway.store.traffic import documents as document_store
from edi_gateway.store.traffic import findings


def receipt(
    conn: Connection,
    subject: Subject,
    receipt_id: int,
    state: str,
    batches: Sequence[Batch],
    *,
    copies: bool,
    partial: bool,
) -> Tried:
    """All that one receipt brought."""
    rows = [row for batch in batches for row in batch.documents]
    ids = [row["id"] for row in rows]
    said = findings.of_documents(conn, ids)
    read = {n: text for batch in batches for n, text in _canonical(batch)} if copies else {}
    order_ids = sorted({row["order_id"] for row in rows if row["order_id"] is not None})
    direct = [row for batch in batches for row in batch.answers]
    return Tried(
        subject,
        state,
        sets=tuple(_set(row, said.get(row["id"], ()), read.get(row["id"])) for row in rows),
        orders=tuple(orders_of(conn, order_ids, made_of=ids)),
        answers=(
            *(TriedAnswer(row["set_code"], row["state"], row["body"] if copies else "") for row in direct),
            *answers(conn, order_ids, to=ids, copies=copies),
        ),
        cases=cases_about(conn, receipt_id=receipt_id, document_ids=ids, order_ids=order_ids),
        findings=tuple(findings.of_envelopes(conn, receipt_id)),
        partial=partial,
    )


def _set(row: Row, found: Sequence[Finding], canonical: str | None) -> TriedSet:
    return TriedSet(
        set_code=row["set_code"],
        control=row["control"],
        group_control=row["group_control"],
        offset=row["offset"],
        length=row["length"],
        partner=row["partner"],
        state=row["state"],
        status=row["status"],
        findings=tuple(found),
        canonical=canonical,
    )


def _canonical(batch: Batch) -> Iterator[tuple[int, str]]:
    """Document id and canonical JSON of each set that was read."""
    for came in batch.purchase_orders():
        yield came.incoming.document_id, snapshot(came.incoming.order)
    for arrival in batch.arrivals:
        yield arrival.arrived.document_id, arrival.arrived.document.model_dump_json(exclude_defaults=True)


def orders_of(conn: Connection, order_ids: Sequence[int], *, made_of: Collection[int]) -> list[TriedOrder]:
    """Orders as they stand. `made_of`: documents of the trial; what they made is in no book."""
    stored = orders.load_many(conn, order_ids)
    lines = orders.lines_of(conn, order_ids)
    held = holds.active_of(conn, order_ids)
    made = set(made_of)
    found = []
    for order_id, order in stored.items():
        new = order.revision == 1 and order.document_id in made
        found.append(
            TriedOrder(
                order_id=None if new else order_id,
                number=None if new else order.number,
                po_number=order.po_number,
                partner=order.partner,
                state=order.state.value,
                total=order.total,
                currency=order.currency,
                lines=tuple(
                    TriedLine(
                        line.line, line.state.value, line.sku, line.accepted_quantity, line.unit, line.price
                    )
                    for line in lines.get(order_id, ())
                ),
                holds=tuple(
                    TriedHold(hold.code.value, hold.blocks, hold.line, hold.message)
                    for hold in held.get(order_id, ())
                ),
            )
        )
    return found


def sent(conn: Connection, subjects: Iterable[Subject]) -> frozenset[int]:
    """The documents that have been made for the orders among these subjects."""
    c = documents.c
    found: set[int] = set()
    for some in chunks(subject.id for subject in subjects if subject.kind == "order"):
        query = select(c.id).where(c.order_id.in_(some), c.direction == "out")
        found.update(conn.execute(query).scalars())
    return frozenset(found)


def answers(
    conn: Connection,
    order_ids: Sequence[int],
    *,
    to: Sequence[int] | None = None,
    but: Collection[int] = (),
    copies: bool,
) -> tuple[TriedAnswer, ...]:
    """What was written for these orders, `to` these documents, leaving out what was there before."""
    c = documents.c
    wanted = None if to is None else set(to)
    found: list[TriedAnswer] = []
    for some in chunks(order_ids):
        query = select(c.id, c.set_code, c.state, c.body, c.answers_document_id).where(
            c.order_id.in_(some), c.direction == "out"
        )
        for row in conn.execute(query.order_by(c.id)):
            if row.id not in but and (wanted is None or row.answers_document_id in wanted):
                found.append(TriedAnswer(row.set_code, row.state, (row.body or "") if copies else ""))
    return tuple(found)


def cases_about(
    conn: Connection,
    *,
    receipt_id: int | None = None,
    document_ids: Sequence[int] = (),
    order_ids: Sequence[int] = (),
) -> tuple[TriedCase, ...]:
    """Open cases about any of these."""
    found: dict[int, Case] = {}
    if receipt_id is not None:
        found.update((case.id, case) for case in cases.open_of(conn, receipt_id=receipt_id))
    for some in chunks(document_ids):
        found.update((case.id, case) for case in cases.open_of(conn, document_id=some))
    for some in chunks(order_ids):
        found.update((case.id, case) for case in cases.open_of(conn, order_id=some))
    about = {case.document_id for case in found.values() if case.document_id is not None}
    places = document_store.sets_of(conn, about)
    return tuple(
        TriedCase(
            *(case.fingerprint, case.cause, case.code, case.family, case.message, case.partner),
            places.get(case.document_id or 0),
        )
        for _, case in sorted(found.items())
    )


def open_causes(conn: Connection, subjects: Iterable[Subject]) -> dict[tuple[str, int], frozenset[str]]:
    """The causes of the cases that are open about each subject now."""
    by_kind: dict[str, set[int]] = {"receipt": set(), "order": set()}
    for subject in subjects:
        by_kind[subject.kind].add(subject.id)
    found: dict[tuple[str, int], set[str]] = {}
    for kind, ids in by_kind.items():
        for some in chunks(sorted(ids)):
            for case in cases.open_of(conn, **{f"{kind}_id": some}):
                subject_id = case.receipt_id if kind == "receipt" else case.order_id
                assert subject_id is not None  # it was asked for
                found.setdefault((kind, subject_id), set()).add(case.fingerprint)
    return {key: frozenset(causes) for key, causes in found.items()}

"""All that one commit is going to write: gathered while interchanges are read, written together at the end.

Takes rows, purchase orders, other documents, acknowledgments and cases from flow/taking/road.py; gives them to the
rooms below in a few bulk statements. Called by flow/taking/inbound.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from edi_gateway.commands.ordering.take_orders import Incoming, take_orders
from edi_gateway.commands.triage.cases import NewCase, open_cases
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.taking import acks, applying
from edi_gateway.flow.taking.applying import Arrival
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.flow.works import Works
from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import interchanges as interchange_rows
from edi_gateway.store.traffic import documents, findings, interchanges, receipts

IsaKey = tuple[str, str, str, str, str]  # ISA05-08, ISA13
Like = tuple[int, int, str]  # interchange id, receipt id, SHA-256


@dataclass(slots=True)
class Order:
    """A purchase order on its way to judgement, and the document row that is to tell what became of it."""

    incoming: Incoming
    document: Row


@dataclass(slots=True)
class _Orders:
    partner: LivePartner
    received_at: datetime
    orders: list[Order] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Empty at the start of a transaction; `flush` writes all of it."""

    interchanges: list[Row] = field(default_factory=list)
    ended: list[tuple[int, Row]] = field(default_factory=list)  # interchanges begun in an earlier commit
    groups: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)  # what came in
    answers: list[Row] = field(default_factory=list)  # 997, 999, TA1
    findings: list[tuple[Any, ...]] = field(default_factory=list)
    cases: list[NewCase] = field(default_factory=list)
    acknowledgments: list[acks.Received] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)  # documents that are no orders
    receipts: list[tuple[int, str, int, str | None]] = field(default_factory=list)  # id, state, sets, partner
    sets: int = 0
    _seen: dict[IsaKey, list[Like]] = field(default_factory=dict)
    _whole: Batch | None = None
    _orders: dict[tuple[str, str, str], _Orders] = field(default_factory=dict)

    def order(self, partner: LivePartner, received_at: datetime, order: Order) -> None:
        """Orders of one partner are judged together; those that waited since another minute apart."""
        key = (partner.profile.key, partner.hash, received_at.strftime("%Y%m%d%H%M"))
        bundle = self._orders.get(key)
        if bundle is None:
            bundle = self._orders[key] = _Orders(partner, received_at)
        bundle.orders.append(order)

    def of_receipt(self) -> Batch:
        """An empty one for the next receipt, to be added once that is read to its end."""
        return Batch(_whole=self)

    def like(self, key: IsaKey) -> list[Like]:
        """Interchanges with these addresses and control number that this commit has already."""
        before = self._whole.like(key) if self._whole is not None else []
        return before + self._seen.get(key, [])

    def note(self, key: IsaKey, like: Like) -> None:
        """One more for `like`."""
        self._seen.setdefault(key, []).append(like)

    def add(self, other: Batch) -> None:
        """Take over all of another batch: that of one receipt."""
        for name in (
            *("interchanges", "ended", "groups", "documents", "answers", "findings", "cases"),
            *("acknowledgments", "arrivals", "receipts"),
        ):
            getattr(self, name).extend(getattr(other, name))
        self.sets += other.sets
        for key, noted in other._seen.items():
            self._seen.setdefault(key, []).extend(noted)
        for bundle in other._orders.values():
            for order in bundle.orders:
                self.order(bundle.partner, bundle.received_at, order)

    def answer(self, document_id: int, interchange_id: int, document: Row) -> None:
        """A 997, 999 or TA1 to an interchange, as flow/telling/answers.py makes its row."""
        self.answers.append({"id": document_id, "interchange_id": interchange_id, **document})

    def answered(self, interchange_id: int) -> list[Row]:
        """What this commit answers to an interchange so far."""
        before = self._whole.answered(interchange_id) if self._whole is not None else []
        return before + [row for row in self.answers if row["interchange_id"] == interchange_id]

    def purchase_orders(self) -> Iterator[Order]:
        """All purchase orders that go to judgement with this commit."""
        for bundle in self._orders.values():
            yield from bundle.orders

    def flush(self, works: Works, conn: Connection) -> dict[str, int]:
        """Write everything; how many of what, for the log."""
        orders = sum(self._take(works, conn, bundle) for bundle in self._orders.values())
        for arrival in self.arrivals:
            found, cases = applying.apply(works, conn, arrival)
            self.findings += found
            self.cases += cases
        interchanges.add(conn, self.interchanges)
        for interchange_id, values in self.ended:
            conn.execute(
                update(interchange_rows).where(interchange_rows.c.id == interchange_id).values(values)
            )
        interchanges.add_groups(conn, self.groups)
        documents.add(conn, self.documents)
        documents.add(conn, self.answers)
        findings.add(conn, self.findings)
        for received in self.acknowledgments:
            self.cases += acks.match(works, conn, received)
        now = works.clock()
        for state, sets, partner, ids in _alike(self.receipts):
            receipts.set_state(
                conn, ids, state, at=None if state == "WORKING" else now, worked_sets=sets, partner=partner
            )
        if self.cases:
            open_cases(works.desk(conn), self.cases)
        return {"sets": self.sets, "orders": orders, "cases": len(self.cases)}

    def _take(self, works: Works, conn: Connection, bundle: _Orders) -> int:
        partner = bundle.partner
        taken = take_orders(
            works.desk(conn),
            partner.profile,
            [order.incoming for order in bundle.orders],
            document_writer(partner, "855"),
            bundle.received_at,
        )
        for order, result in zip(bundle.orders, taken, strict=True):
            order.document["order_id"] = result.order_id
            order.document["business_key"] = result.business_key
            order.document["state"] = _state(result.verdict, result.state, result.order_id)
        return sum(1 for result in taken if result.verdict == "new")


def _state(verdict: str, state: str | None, order_id: int | None) -> str:
    """The state of an inbound document, by what judgement made of it."""
    if verdict == "repeat":
        return "DUPLICATE"
    if verdict == "copy":
        return "IGNORED"
    if state == "ON_HOLD" or order_id is None:
        return "HELD"
    return "APPLIED"


def _alike(
    rows: Sequence[tuple[int, str, int, str | None]],
) -> list[tuple[str, int, str | None, list[int]]]:
    """Receipts that end in the same way, so that many small ones take one statement."""
    groups: dict[tuple[str, int, str | None], list[int]] = {}
    for receipt, state, sets, partner in rows:
        groups.setdefault((state, sets, partner), []).append(receipt)
    return [(*key, ids) for key, ids in groups.items()]

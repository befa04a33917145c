"""All that one command, or one batch of orders, is going to write: gathered row by row, written in bulk at the end.

Takes orders, lines, holds, findings, events, documents and so on as they come up; gives them to the rooms of
store/ in the order in which rows refer to each other. Called by the modules of commands/ that change orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from edi_gateway.commands.desk import MACHINE, Desk
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.model.finding import Finding
from edi_gateway.model.order import LineState, NewHold, OrderLine
from edi_gateway.orders.hours.service import due_at
from edi_gateway.orders.meaning.numbers import ZERO, is_sane
from edi_gateway.store import deadlines, work
from edi_gateway.store.book import holds, orders
from edi_gateway.store.bulk import Row
from edi_gateway.store.traffic import documents, findings, outbox

_SETTLED: Final = (LineState.ACCEPTED, LineState.CANCELLED, LineState.INFORMATION)
_NUMBERS: Final = (
    *("quantity", "accepted_quantity", "base_quantity", "buyer_price", "contract_price", "price", "amount"),
    "free_quantity",
)


class Ledger:
    """Empty when a command begins; `write` writes everything once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.now: datetime = desk.clock()
        self._orders: list[tuple[Any, ...]] = []
        self._lines: list[tuple[int, Sequence[OrderLine]]] = []
        self._revisions: list[Row] = []
        self._holds: list[tuple[Any, ...]] = []
        self._findings: list[tuple[Any, ...]] = []
        self._events: list[tuple[int, datetime, str, str, str, int | None]] = []
        self._deadlines: list[tuple[str, int, datetime]] = []
        self._postings: list[Row] = []
        self._documents: list[Row] = []
        self._cases: list[NewCase] = []
        self._plans: list[int] = []

    def order(self, row: tuple[Any, ...], lines: Sequence[OrderLine]) -> None:
        """A new order (in the order of orders.ORDER_COLUMNS) and its lines."""
        self._orders.append(row)
        self._lines.append((row[0], [storable(line) for line in lines]))

    def revision(
        self,
        order_id: int,
        revision: int,
        document_id: int | None,
        reason: str | None = None,
        differences: str | None = None,
    ) -> None:
        """The revision of an order that stands from now on."""
        self._revisions.append(
            {
                "order_id": order_id,
                "revision": revision,
                "document_id": document_id,
                "at": self.now,
                "by": self.desk.actor.name,
                "reason": reason,
                "snapshot": None,
                "differences": differences,
            }
        )

    def event(self, order_id: int, kind: str, text: str, document_id: int | None = None) -> None:
        """Something that happened to an order, for its timeline."""
        self._events.append((order_id, self.now, self.desk.actor.name, kind, text, document_id))

    def findings(self, found: Sequence[Finding], document_id: int | None, order_id: int | None) -> None:
        if found:
            self._findings += findings.rows(self.desk.ids, found, document_id=document_id, order_id=order_id)

    def hold(
        self,
        new: NewHold,
        order_id: int,
        partner: str,
        document_id: int | None,
        currency: str,
        *,
        test: bool,
        by: str = MACHINE,
        until: datetime | None = None,
    ) -> int:
        """A hold that judgement raised (or somebody placed, `by`), and the case of it; its id."""
        hold_id = self.desk.ids.next()
        finding = new.finding
        self._holds.append(
            (
                *(hold_id, order_id, new.line, new.store, new.code.value, new.blocks, "ACTIVE"),
                *(finding.code.value, finding.message, finding.hint, new.fingerprint, new.family.value),
                *(new.amount, self.now, by, due_at(new.family, self.now, self.desk.hours), until),
            )
        )
        about = About(document_id=document_id, order_id=order_id, hold_id=hold_id)
        family = finding if finding.family is new.family else replace(finding, family=new.family)
        self.case(NewCase(family, partner, about, new.amount, currency, test))
        return hold_id

    def case(self, new: NewCase) -> None:
        self._cases.append(new)

    def deadline(self, kind: str, subject: int, due: datetime) -> None:
        """A deadline of a subject that has none of this kind yet."""
        self._deadlines.append((kind, subject, due))

    @property
    def answered(self) -> bool:
        """Whether a document is going out."""
        return bool(self._documents)

    def document(self, row: Row) -> None:
        """An outbound document; all with the same keys."""
        self._documents.append(row)

    def plan(self, order_id: int) -> None:
        """What is to ship of an order may have changed: its parts are to follow (commands/allocation/planning.py)."""
        self._plans.append(order_id)

    def posting(self, row: Row) -> None:
        self._postings.append(row)

    def write(self) -> None:
        """Write it all; once."""
        desk, conn = self.desk, self.desk.conn
        orders.add(conn, self._orders)
        orders.add_lines(conn, self._lines)
        orders.add_revisions(conn, self._revisions)
        holds.add(conn, self._holds)
        findings.add(conn, self._findings)
        ids = desk.ids.block(len(self._events))
        orders.add_events(conn, [(number, *event) for number, event in zip(ids, self._events, strict=True)])
        deadlines.add(conn, desk.ids, self._deadlines)
        documents.add(conn, self._documents)
        outbox.add_postings(conn, self._postings)
        open_cases(desk, self._cases)
        plans = {f"{order_id}-{desk.ids.next()}": {"order": order_id} for order_id in self._plans}
        work.add(conn, desk.ids, desk.clock, "plan", plans)


def storable(line: OrderLine) -> OrderLine:
    """The line with numbers that a table can hold: 1E+99999 is kept in the document, where it came from."""
    if line.state in _SETTLED:
        return line
    changed: dict[str, Any] = {}
    for name in _NUMBERS:
        value = getattr(line, name)
        if value is not None and not is_sane(value):
            changed[name] = ZERO if name in ("quantity", "accepted_quantity") else None
    return replace(line, **changed) if changed else line

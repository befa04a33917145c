"""A shop for the tests of order commands: master data imported, one partner, its answers noted, a look at the book.

The same invented books as tests/orders/build.py; the day is Monday, 3 March 2025.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Desk, WriteDocument
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering.take_orders import Incoming, Taken, take_orders
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.partners.profile import Profile
from edi_gateway.store.database import reading
from edi_gateway.store.tables import (
    cases,
    deadlines,
    documents,
    holds,
    order_events,
    order_lines,
    order_revisions,
    orders,
    postings,
)
from tests.commands.desks import SYSTEM, Office
from tests.orders import build

MASTER_DATA = {
    "items": "sku,description,base_unit,units,measured\n"
    "MUG,Blue mug,EA,CA=12,\nBOLT,Bolt M6,EA,,\nCHEESE,Cheese,LB,CA=20,yes\n",
    "customers": "number,name,currency\nC1,Corner Shop,USD\n",
    "xrefs": "qualifier,value,sku,unit\nGTIN,012345678905,MUG,EA\n",
    "prices": "sku,unit,price,currency,since\n"
    "MUG,EA,4.00,USD,2024-01-01\nBOLT,EA,0.062,USD,2024-01-01\nCHEESE,LB,5.25,USD,2024-01-01\n",
    "ship-tos": "partner,qualifier,code,name,address_1,city,region,postal_code,kind\n"
    "acme,92,0553,DC North,1 Dock Road,Fontana,CA,92336,dc\n",
}
DOCUMENTS = [{"set": "850", "direction": "in"}, {"set": "855", "direction": "out", "version": "005010"}]


@dataclass(slots=True)
class Partners:
    """The partner's live profile and a writer whose bodies are readable."""

    live: Profile
    wrong: bool = False
    marks: str = "*>~"

    def profile(self, partner: str) -> Profile | None:
        return self.live if partner == self.live.key else None

    def hash(self, partner: str) -> str | None:
        return None  # nothing is published here: the profile is given

    def write(self, partner: str, set_code: str) -> WriteDocument:
        assert set_code == "855"
        return self.write_answer

    def write_answer(self, answer: PurchaseOrderAcknowledgment) -> tuple[str, int, list[Finding], str]:
        if self.wrong:
            return "", 0, [Finding(Code.ELEMENT_TOO_LONG, Severity.ERROR, "BAK03 is too long.")], self.marks
        return f"BAK*{answer.purpose}*{answer.type}*{answer.po_number}~", 3, [], self.marks


def stock(engine: Engine) -> None:
    """Import the master data."""
    office = Office(engine, node=2)  # ids of its own: the book's clock stands at the same moment
    office.clock.now = build.NOW
    with office.desk() as desk:
        for kind, text in MASTER_DATA.items():
            assert not import_csv(desk, kind, text.encode(), f"{kind}.csv").problems


class Book(Office):
    """An order book on a stocked database."""

    def __init__(self, engine: Engine, policies: dict[str, Any] | None = None, **profile: Any) -> None:
        super().__init__(engine)
        self.clock.now = build.NOW
        self.partners = Partners(build.profile(policies, documents=DOCUMENTS, **profile))
        self.documents = 100

    def incoming(self, order: PurchaseOrder, *, test: bool = False) -> Incoming:
        self.documents += 1
        return Incoming(order, self.documents, test)

    def take(self, *came: PurchaseOrder, test: bool = False) -> list[Taken]:
        """Take orders in one batch."""
        with self.desk(actor=SYSTEM) as desk:
            return self.take_at(desk, came, test=test)

    def take_at(self, desk: Desk, came: Sequence[PurchaseOrder], *, test: bool = False) -> list[Taken]:
        incoming = [self.incoming(order, test=test) for order in came]
        profile, write = self.partners.live, self.partners.write("acme", "855")
        return take_orders(desk, profile, incoming, write, desk.clock())

    def one(self, came: PurchaseOrder, *, test: bool = False) -> int:
        """Take one order; its id."""
        (taken,) = self.take(came, test=test)
        assert taken.order_id is not None
        return taken.order_id

    # ------------------------------------------------------------ looks into the book

    def rows(self, query: Any) -> list[Any]:
        with reading(self.engine) as conn:
            return [tuple(row) if len(row) > 1 else row[0] for row in conn.execute(query)]

    def states(self) -> list[tuple[str, int, str, str]]:
        """Every order: PO number, revision, state, answer state."""
        c = orders.c
        return self.rows(select(c.po_number, c.revision, c.state, c.answer_state).order_by(c.id))

    def lines(self, order_id: int) -> list[tuple[int, str]]:
        c = order_lines.c
        return self.rows(select(c.line, c.state).where(c.order_id == order_id).order_by(c.line))

    def answers(self, order_id: int) -> list[tuple[str, str]]:
        """Every 855: its body and state."""
        c = documents.c
        return self.rows(select(c.body, c.state).where(c.order_id == order_id).order_by(c.id))

    def said(self, order_id: int) -> list[list[tuple[str, str]]]:
        """Of each 855, (status, quantity) of all its ACKs."""
        c = documents.c
        found = []
        for text in self.rows(select(c.canonical).where(c.order_id == order_id).order_by(c.id)):
            made = PurchaseOrderAcknowledgment.model_validate_json(text)
            found.append([(a.status, str(a.quantity)) for line in made.lines for a in line.answers])
        return found

    def holds(self, order_id: int) -> list[tuple[str, int | None, str]]:
        c = holds.c
        return self.rows(select(c.code, c.line, c.state).where(c.order_id == order_id).order_by(c.id))

    def hold(self, order_id: int) -> int:
        """The id of the one active hold."""
        c = holds.c
        (found,) = self.rows(select(c.id).where(c.order_id == order_id, c.state == "ACTIVE"))
        assert isinstance(found, int)
        return found

    def cases(self) -> list[tuple[str, str]]:
        c = cases.c
        return self.rows(select(c.code, c.state).order_by(c.id))

    def posted(self, order_id: int) -> list[dict[str, Any]]:
        """Payloads of the postings of an order."""
        c = postings.c
        return [
            json.loads(t) for t in self.rows(select(c.payload).where(c.order_id == order_id).order_by(c.id))
        ]

    def posting_keys(self) -> list[tuple[str, str]]:
        return self.rows(select(postings.c.key, postings.c.state).order_by(postings.c.id))

    def deadlines(self, subject: int) -> list[tuple[str, str, str]]:
        c = deadlines.c
        rows = self.rows(select(c.kind, c.due_at, c.state).where(c.subject == subject).order_by(c.kind))
        return [(kind, due.isoformat(), state) for kind, due, state in rows]

    def events(self, order_id: int) -> list[str]:
        c = order_events.c
        return self.rows(select(c.kind).where(c.order_id == order_id).order_by(c.id))

    def revisions(self, order_id: int) -> list[tuple[int, bool, str | None]]:
        """(revision, whether its document is kept, differences)."""
        c = order_revisions.c
        rows = self.rows(
            select(c.revision, c.snapshot, c.differences).where(c.order_id == order_id).order_by(c.revision)
        )
        return [(n, text is not None, differences) for n, text, differences in rows]

    def column(self, order_id: int, name: str) -> Any:
        return self.rows(select(orders.c[name]).where(orders.c.id == order_id))[0]

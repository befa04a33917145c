"""Documents at the gate: an 855 that would contradict what went before waits as a hold; what 856s and 810s are held
against is read here.

Takes a document about to go and the order that it is about; gives what it breaks. Called by answering.py, notices.py
and invoicing.py. The first 855 of an order has no past: for it nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from sqlalchemy import Connection

from edi_gateway.commands.holding.settling import settle_holds
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.model.order import HoldCode, HoldView, NewHold
from edi_gateway.model.story import Departed, OrderStory
from edi_gateway.orders.gate import before
from edi_gateway.orders.gate.judging import breaches_of_answer
from edi_gateway.orders.gate.records import Reply
from edi_gateway.orders.holds import RULES
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import holds, parts, story
from edi_gateway.store.book.orders import StoredOrder

_GOODS: Final = (PartKind.GOODS,)


@dataclass(frozen=True, slots=True)
class Past:
    """What the answer of an order in the book is held against: the one that went last, and what has left of each line.
    held: an answer of it has been held before."""

    order: StoredOrder
    last: PurchaseOrderAcknowledgment | None
    held: bool = False
    shipped: Mapping[int, Decimal] = field(default_factory=dict)


def past_of(
    conn: Connection,
    profile: Profile,
    order: StoredOrder,
    last: PurchaseOrderAcknowledgment | None,
    known: Iterable[HoldView],
) -> Past:
    """One more query where we ship ourselves, none elsewhere. known: the holds that the order ever had."""
    held = any(hold.code is HoldCode.ANSWER for hold in known)
    if last is None or not profile.fulfilment.ours:
        return Past(order, last, held)
    gone = before.shipped(parts.of_orders(conn, [order.id]).get(order.id, ()), _GOODS)
    return Past(order, last, held, gone)


class Answered(Protocol):
    """answering.Answerable, as far as a hold on its answer goes."""

    @property
    def order_id(self) -> int: ...
    @property
    def partner(self) -> str: ...
    @property
    def document_id(self) -> int: ...
    @property
    def test(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Passed:
    """Whether an answer may go, and what is to be noted with it."""

    goes: bool
    notes: list[Finding]


_CLEAN: Final = Passed(True, [])


def hold_answer(ledger: Ledger, reply: Reply, about: Answered, past: Past | None) -> Passed:
    """Bring the holds ANSWER of an order to what its answer breaks now; a release lets it go, and so does the cure.

    past: None for the first answer of an order that is not in the book yet.
    """
    found = breaches_of_answer(reply)
    if past is None and not found:
        return _CLEAN
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    raised = [
        NewHold(
            HoldCode.ANSWER,
            None,
            RULES[HoldCode.ANSWER].blocks,
            finding,
            f"855; rule={finding.rule}; at={finding.at}; value={finding.value}",
            finding.family,
            amount=reply.value,
        )
        for finding in wrong
    ]
    if past is None:
        for hold in raised:
            ledger.hold(
                hold, about.order_id, about.partner, about.document_id, reply.currency, test=about.test
            )
        fresh, stands = raised, bool(raised)
    else:
        every = holds.of_order(ledger.desk.conn, about.order_id) if raised or past.held else []
        mine = [hold for hold in every if hold.code is HoldCode.ANSWER]
        standing = settle_holds(ledger, past.order, mine, raised, reply.currency) if mine or raised else []
        fresh, stands = [hold for hold in standing if isinstance(hold, NewHold)], bool(standing)
    for hold in fresh[:1]:
        ledger.event(about.order_id, "answer held", f"The 855 waits: {hold.finding.message}")
    return Passed(not stands, [finding for finding in found if finding.severity is not Severity.ERROR])


class Stories:
    """Stories of orders, read for a batch of documents at once; what a document has changed is read anew."""

    def __init__(self, conn: Connection, *, notices: bool) -> None:
        self._conn = conn
        self._notices = notices
        self._known: dict[int, OrderStory] = {}
        self._bills: dict[tuple[str, str], tuple[Departed, ...]] = {}

    def of(self, order_ids: Iterable[int]) -> dict[int, OrderStory]:
        """The stories of these orders."""
        wanted = sorted(set(order_ids))
        self.read(wanted)
        return {order_id: self._known[order_id] for order_id in wanted if order_id in self._known}

    def read(self, order_ids: Iterable[int], known: story.Known | None = None) -> None:
        """Read those that are not known yet, together. known: what was read of all of them already."""
        missing = [order_id for order_id in order_ids if order_id not in self._known]
        if missing:
            self._known.update(story.read(self._conn, missing, notices=self._notices, known=known))

    def read_bills(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read what went to partners on bills of lading, together: (partner, number)."""
        missing: dict[str, list[str]] = {}
        for partner, bill in set(wanted) - self._bills.keys():
            missing.setdefault(partner, []).append(bill)
        for partner, bills in missing.items():
            found = story.on_bill(self._conn, partner, bills)
            self._bills.update({(partner, bill): tuple(found.get(bill, ())) for bill in bills})

    def knows(self, order_id: int) -> bool:
        """Whether the story of an order is read."""
        return order_id in self._known

    def on_bill(self, partner: str, bill: str) -> tuple[Departed, ...]:
        """The shipments that went to a partner on a bill of lading."""
        self.read_bills([(partner, bill)])
        return self._bills[partner, bill]

    def forget(self, order_ids: Iterable[int]) -> None:
        """Something about these orders has changed."""
        for order_id in order_ids:
            self._known.pop(order_id, None)

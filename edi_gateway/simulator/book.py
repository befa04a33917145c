"""What a buyer remembers: its orders as it placed them, and every answer, notice and invoice that it took in.

Kept by the simulator's buyer, read by judge/. A document is judged first and then kept, whatever was held against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.partners.profile import Profile
from edi_gateway.simulator.matching import Pairs, fits, line_of, match, pairs
from edi_gateway.simulator.numbers import ZERO

Key = tuple[str, str | None]  # PO number, release

#: ACK01 (DE668) of quantities that will come, now or later; all others are refused, deleted or on hold.
COMING = frozenset({"AA", "AC", "AR", "BP", "DR", "IA", "IB", "IC", "IE", "IP", "IQ", "IS", "SP"})


@dataclass(slots=True)
class Placed:
    """One sending of an order: the first, a repetition, a change, a cancellation. `due`: its answer, None: not
    awaited."""

    order: PurchaseOrder
    at: datetime
    test: bool = False
    due: datetime | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that came."""

    answer: PurchaseOrderAcknowledgment
    at: datetime


@dataclass(slots=True)
class Deal:
    """All about one order. `last_day`: an extension that the buyer has granted, in place of the order's own."""

    placed: list[Placed] = field(default_factory=list)
    answers: list[Told] = field(default_factory=list)
    last_day: date | None = None

    @property
    def order(self) -> PurchaseOrder:
        """As it was last placed with lines; a cancellation without lines leaves them as they were."""
        return next((p.order for p in reversed(self.placed) if p.order.lines), self.placed[-1].order)

    @property
    def cancelled(self) -> bool:
        return self.placed[-1].order.purpose == "01"

    @property
    def key(self) -> Key:
        return key_of(self.order.po_number, self.order.release_number)

    @property
    def test(self) -> bool:
        return self.placed[-1].test

    def last_answer(self) -> PurchaseOrderAcknowledgment | None:
        return self.answers[-1].answer if self.answers else None


@dataclass(slots=True)
class Notice:
    """A ship notice that stands. `rejected`: by an 824, and not corrected since."""

    document: ShipNotice
    at: datetime
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """So many of a line on a notice. `store` is None where no level names one."""

    key: Key
    line: str | None
    ids: tuple[tuple[str, str], ...]
    quantity: Decimal
    unit: str | None
    store: str | None
    ordered_on: date | None


@dataclass(slots=True)
class Book:
    """One buyer's memory. `cartons`: every SSCC ever told, with its shipment; `controls`: the last number of each
    range of control numbers; `arrived`: cartons that have come, by SSCC, and how many pieces
    they hold; `unnumbered`: others bear no number."""

    agreed: Profile
    deals: dict[Key, Deal] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    shipments: set[str] = field(default_factory=set)  # every number ever used
    cartons: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    shares: dict[str, tuple[Invoice, ...]] = field(default_factory=dict)  # of each order, by invoice number
    controls: dict[str, int] = field(default_factory=dict)
    arrived: dict[str, Decimal] = field(default_factory=dict)
    unnumbered: bool = False

    def deal(self, po_number: str | None, release: str | None = None) -> Deal | None:
        return self.deals.get(key_of(po_number or "", release))

    def place(self, placed: Placed) -> None:
        order = placed.order
        self.deals.setdefault(key_of(order.po_number, order.release_number), Deal()).placed.append(placed)

    def keep_answer(self, answer: PurchaseOrderAcknowledgment, at: datetime) -> None:
        deal = self.deal(answer.po_number, answer.release_number)
        if deal is None:
            return
        deal.answers.append(Told(answer, at))
        waiting = next((placed for placed in deal.placed if not placed.answered), None)
        if waiting is not None:
            waiting.answered = True

    def keep_notice(self, notice: ShipNotice, at: datetime) -> None:
        self.shipments.add(notice.shipment_id)
        if notice.purpose == "01":
            self.notices.pop(notice.shipment_id, None)
            return
        self.notices[notice.shipment_id] = Notice(notice, at)
        for around in notice.walk():
            for mark in getattr(around[-1], "marks", ()):
                if mark.qualifier in ("GM", "AA"):
                    self.cartons.setdefault(bare(mark.value), notice.shipment_id)

    def keep_invoice(self, invoice: Invoice, shares: Sequence[Invoice] = ()) -> None:
        """`shares`: what it bills of each order, where it is for several."""
        self.invoices.setdefault(invoice.invoice_number, invoice)
        self.shares.setdefault(invoice.invoice_number, tuple(shares) or (invoice,))

    def shipped(self, but: str | None = None) -> Iterator[Item]:
        """Items of all notices that stand; `but` leaves a shipment out, as when it is being replaced."""
        for number, notice in self.notices.items():
            if number != but:
                yield from items(notice.document)

    def invoices_of(self, key: Key) -> list[Invoice]:
        every = (share for number in self.invoices for share in self.shares[number])
        return [i for i in every if key_of(i.po_number or "", i.release_number) == key]


def key_of(po_number: str, release: str | None) -> Key:
    return po_number, release or None


def bare(sscc: str) -> str:
    """The 18 digits, without the AI 00 that a GM bears."""
    return sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc


def items(notice: ShipNotice) -> Iterator[Item]:
    """What a notice tells, item by item, with order and store from the levels around it."""
    ship_to = next((p.id for p in notice.parties if p.role == "ST"), None)
    for around in notice.walk():
        item = around[-1]
        if item.level != "I":
            continue
        order = next((o for o in reversed(around) if o.level == "O"), None)
        po, release, day = item.po_number, item.release_number, item.ordered_on
        if po is None and order is not None:
            po, release, day = order.po_number, order.release_number, order.ordered_on
        stores = [
            p.id for level in reversed(around) for p in level.parties if p.role in ("Z7", "BY") and p.id
        ]
        yield Item(
            key_of(po or "", release),
            item.line or item.line_reference,
            tuple((i.qualifier, i.value) for i in item.ids),
            item.shipped_quantity if item.shipped_quantity is not None else ZERO,
            item.unit,
            stores[0] if stores else ship_to,
            day,
        )


def acknowledged(deal: Deal, line: Line) -> tuple[Decimal, Decimal | None, str | None]:
    """What was promised of a line, at which price and basis: by the last answer, else as it was ordered."""
    ordered = line.quantity if line.quantity is not None else ZERO
    answer = deal.last_answer()
    if answer is None:
        return (ZERO if deal.cancelled else ordered), line.price, line.price_basis
    if not answer.lines:
        return (ZERO if answer.type.startswith("R") else ordered), line.price, line.price_basis
    told = next((told for told, mine in match(deal.order.lines, answer.lines) if mine is line), None)
    if told is None:
        return ZERO, line.price, line.price_basis
    coming = sum(
        (a.quantity if a.quantity is not None else ordered for a in told.answers if a.status in COMING), ZERO
    )
    if not told.answers:
        coming = ordered
    quoted = next((q.price for q in told.quoted_prices if q.price is not None and q.kind == "CON"), None)
    price = quoted if quoted is not None else told.price
    return coming, price if price is not None else line.price, told.price_basis or line.price_basis


def line_in(deal: Deal, said: str | None, ids: Pairs) -> Line | None:
    """The line of the order that an item of a notice or invoice means; where it bears no number of the buyer's, a
    substitute that an answer has told names its line, too."""
    found = line_of(deal.order.lines, said, ids)
    if found is not None or said is not None:
        return found
    instead = substitutes(deal)
    alike = [line for line in deal.order.lines if set(ids) & set(instead.get(id(line), ()))]
    return alike[0] if len(alike) == 1 else None


def may_be(deal: Deal, line: Line, ids: Pairs) -> bool:
    """Whether goods with these numbers may come for the line: those that were ordered; or, where the last answer told
    of a substitute, that, alone or beside the ordered numbers. Who was told of a substitute wants to read of it."""
    instead = set(substitutes(deal).get(id(line), ()))
    if not instead:
        return fits(line, ids)
    return bool(instead & set(ids)) and set(ids) <= instead | set(pairs(line.ids))


def substitutes(deal: Deal) -> dict[int, Pairs]:
    """By line (id of the record), the items that the last answer tells instead of it (ACK07 and on)."""
    answer = deal.last_answer()
    if answer is None or not any(ack.ids for told in answer.lines for ack in told.answers):
        return {}
    found: dict[int, Pairs] = {}
    for told, line in match(deal.order.lines, answer.lines):
        if line is not None:
            named = [pair for ack in told.answers if ack.status in COMING for pair in pairs(ack.ids)]
            found[id(line)] = tuple(pair for pair in named if pair not in pairs(line.ids))
    return found

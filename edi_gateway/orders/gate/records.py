"""What a rule of the gate is given: the document about to go, beside the story of its orders.

Made by commands/ of what store/book/story.py reads; frozen. What a document says is looked up by its own words (PO
number, line id, item ids), as the buyer does, not by our ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.acknowledgment import AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.invoice import Invoice, InvoicedLine
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.ship_notice import ItemLevel, OrderLevel, PackLevel, ShipNotice, TareLevel
from edi_gateway.model.fulfilment import Shipped
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.model.story import Departed, OrderStory
from edi_gateway.orders.gate.before import Acknowledged, acknowledged, line_numbers, worth
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.meaning.numbers import ZERO, is_sane
from edi_gateway.partners.profile import Profile

_AS_ORDERED: Final = frozenset({"IA", "AC", "AR"})
Around = tuple[OrderLevel | TareLevel | PackLevel | ItemLevel, ...]


# ---------------------------------------------------------------- 855


@dataclass(frozen=True, slots=True)
class AnsweredLineView:
    """A line of an 855 beside what was ordered and what our book says. `n` counts from 0."""

    n: int
    ordered: Line
    told: AnsweredLine
    mine: OrderLine | None

    def at(self, name: str) -> str:
        return f"lines[{self.n}].{name}"

    def called(self) -> str:
        return f"line {self.ordered.buyer_line or self.n + 1}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An 855 about to go. `before`: those that went; `shipped`: by line, what has left of it in the buyer's unit.

    odd: the lines that are not simply accepted as ordered, so that a clean answer is not looked at a dozen times.
    """

    said: PurchaseOrderAcknowledgment
    ordered: PurchaseOrder
    lines: Mapping[int, OrderLine]
    profile: Profile
    currency: str
    customer: str | None = None
    state: OrderState | None = None
    before: tuple[PurchaseOrderAcknowledgment, ...] = ()
    shipped: Mapping[int, Decimal] = field(default_factory=dict)
    now: datetime | None = None
    due_at: datetime | None = None
    odd: tuple[AnsweredLineView, ...] = ()

    @property
    def value(self) -> Decimal:
        amounts = (line.amount for line in self.lines.values() if line.state is LineState.ACCEPTED)
        return sum((amount for amount in amounts if amount is not None), ZERO)


def odd_lines(
    said: PurchaseOrderAcknowledgment,
    ordered: PurchaseOrder,
    lines: Mapping[int, OrderLine],
    shipped: Mapping[int, Decimal],
) -> tuple[AnsweredLineView, ...]:
    """The lines of an answer about which there may be something to say."""
    found = []
    for n, (told, line) in enumerate(zip(said.lines, ordered.lines, strict=False)):
        mine = lines.get(n + 1)
        if mine is not None and len(told.answers) == 1:
            (answer,) = told.answers
            quantity, price = line.quantity, line.price
            if (
                answer.status in _AS_ORDERED
                and answer.on is None
                and answer.quantity == quantity
                and told.quantity == quantity
                and told.price == price
                and mine.price == price
                and mine.state is LineState.ACCEPTED
                and answer.unit == line.unit
                and told.buyer_line == line.buyer_line
                and told.ids == line.ids
                and mine.promised_ship is None
                and mine.promised_delivery is None
                and not told.quoted_prices
                and n + 1 not in shipped
            ):
                continue
        found.append(AnsweredLineView(n, line, told, mine))
    return tuple(found)


# ---------------------------------------------------------------- 856


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """An item level of an 856. `lines`: numbers of the order's lines that it may mean (several where the buyer numbers
    none and orders an item twice); `store`: for which store of an SDQ, "qualifier:location"."""

    at: str
    said: ItemLevel
    po_number: str | None
    order: OrderStory | None
    lines: tuple[int, ...]
    store: str | None

    @property
    def quantity(self) -> Decimal:
        quantity = self.said.shipped_quantity
        return quantity if quantity is not None and is_sane(quantity) else ZERO

    def called(self) -> str:
        name = self.said.line or (self.said.ids[0].value if self.said.ids else "?")
        return f"line {name} of PO {self.po_number}"


@dataclass(frozen=True, slots=True)
class NoticeUnit:
    """A carton or pallet of an 856: `number` its SSCC as 18 digits or as it stands, None: it has none."""

    at: str
    kind: str
    said: TareLevel | PackLevel
    number: str | None


@dataclass(frozen=True)
class Notice:
    """An 856 about to go, of `shipments`. `today`: the partner's day.

    same_bill: other shipments on its bill of lading.
    """

    said: ShipNotice
    shipments: tuple[Shipped, ...]
    orders: Mapping[int, OrderStory]
    profile: Profile
    now: datetime
    today: date
    ship_to: str | None = None
    same_bill: tuple[Departed, ...] = ()

    @cached_property
    def acknowledged(self) -> dict[int, dict[int, Acknowledged]]:
        """By order and line, what the buyer was last told."""
        return {order_id: acknowledged(story) for order_id, story in self.orders.items()}

    @cached_property
    def items(self) -> tuple[NoticeItem, ...]:
        return tuple(items_of(self.said, self.orders.values()))

    @cached_property
    def notices_before(self) -> tuple[ShipNotice, ...]:
        """The notices that stand for other shipments of these orders."""
        mine = {each.shipment_id for each in self.shipments}
        others = {
            id(told.said): told.said
            for story in self.orders.values()
            for told in story.notices
            if not mine & told.shipment_ids
        }
        return tuple(others.values())

    @cached_property
    def items_before(self) -> tuple[NoticeItem, ...]:
        """Their items."""
        return tuple(item for said in self.notices_before for item in items_of(said, self.orders.values()))

    @cached_property
    def units_before(self) -> dict[str, str]:
        """The numbers of their cartons and pallets, each with the shipment that bears it."""
        return {u.number: said.shipment_id for said in self.notices_before for u in _units(said) if u.number}

    @cached_property
    def units(self) -> tuple[NoticeUnit, ...]:
        return tuple(_units(self.said))

    @property
    def currency(self) -> str:
        return next((story.currency for story in self.orders.values()), "USD")

    @property
    def value(self) -> Decimal:
        """What the goods come to at the acknowledged prices."""
        total = ZERO
        for item in self.items:
            if item.order is not None and item.lines:
                total += worth(item.order.line(item.lines[0]), item.quantity)
        return total


def levels(said: ShipNotice) -> Iterator[tuple[str, Around]]:
    """Each level below the shipment with its path and those around it, itself last."""
    waiting: list[tuple[str, Around]] = [
        (f"children[{n}]", (child,)) for n, child in reversed(list(enumerate(said.children)))
    ]
    while waiting:
        at, around = waiting.pop()
        yield at, around
        children = list(enumerate(around[-1].children))
        waiting.extend((f"{at}.children[{n}]", (*around, child)) for n, child in reversed(children))


def items_of(said: ShipNotice, orders: Collection[OrderStory]) -> Iterator[NoticeItem]:
    """The items of a notice, each beside the order and the lines that it means."""
    known = {(story.ordered.po_number, story.ordered.release_number): story for story in orders}
    told = {story.order_id: acknowledged(story) for story in orders}
    stores = {story.order_id: _stores(story.ordered) for story in orders}
    for at, around in levels(said):
        item = around[-1]
        if not isinstance(item, ItemLevel) or item.level != "I":
            continue
        named = next((lv for lv in reversed(around) if isinstance(lv, OrderLevel)), item)
        story = known.get((named.po_number or "", named.release_number))
        lines: tuple[int, ...] = ()
        store = None
        if story is not None:
            lines = line_numbers(story, item.line, item.ids, told[story.order_id])
            store = _store(around, stores[story.order_id])
        yield NoticeItem(at, item, named.po_number, story, lines, store)


def _stores(ordered: PurchaseOrder) -> frozenset[str]:
    return frozenset(share.key for line in ordered.lines for share in shares_of(line))


def _store(around: Around, stores: frozenset[str]) -> str | None:
    """The store that the levels around an item name, if the order is divided among stores."""
    if not stores:
        return None
    for level in reversed(around):
        for party in level.parties:
            key = f"{party.id_qualifier or '92'}:{party.id}"
            if key in stores:
                return key
    return None


def _units(said: ShipNotice) -> Iterator[NoticeUnit]:
    for at, around in levels(said):
        unit = around[-1]
        if isinstance(unit, TareLevel) or (isinstance(unit, PackLevel) and unit.level == "P"):
            mark = next((m.value for m in unit.marks if m.qualifier in ("GM", "AA")), None)
            if mark is not None and len(mark) == 20 and mark.startswith("00"):
                mark = mark[2:]
            yield NoticeUnit(at, unit.level, unit, mark)


# ---------------------------------------------------------------- 810


@dataclass(frozen=True, slots=True)
class BillItem:
    """A line of an 810. `n` counts from 0; `lines` as in NoticeItem."""

    n: int
    said: InvoicedLine
    order: OrderStory | None
    lines: tuple[int, ...]

    def at(self, name: str) -> str:
        return f"lines[{self.n}].{name}"

    def called(self) -> str:
        name = self.said.buyer_line or (self.said.ids[0].value if self.said.ids else str(self.n + 1))
        return f"line {name}" + (f" of PO {self.order.ordered.po_number}" if self.order is not None else "")


@dataclass(frozen=True)
class Bill:
    """An 810 about to go, and the invoice that it tells. `shipment_ids`: what it bills; `today`: the partner's day.

    number_used: an earlier invoice of ours bears its number.
    """

    said: Invoice
    issued: IssuedInvoice
    orders: Mapping[int, OrderStory]
    profile: Profile
    today: date
    shipment_ids: frozenset[int] = frozenset()
    number_used: bool = False

    @cached_property
    def acknowledged(self) -> dict[int, dict[int, Acknowledged]]:
        """By order and line, what the buyer was last told."""
        return {order_id: acknowledged(story) for order_id, story in self.orders.items()}

    @cached_property
    def items(self) -> tuple[BillItem, ...]:
        return tuple(_billed(self.said, tuple(self.orders.values())))

    @property
    def is_credit(self) -> bool:
        return self.issued.kind is InvoiceKind.CREDIT

    @property
    def value(self) -> Decimal:
        return abs(self.issued.total)

    @property
    def currency(self) -> str:
        return self.issued.currency

    @property
    def before(self) -> tuple[IssuedInvoice, ...]:
        """What was issued about these orders before, each once."""
        found = {each.number: each for story in self.orders.values() for each in story.invoices}
        return tuple(found.values())


def _billed(said: Invoice, orders: Sequence[OrderStory]) -> Iterator[BillItem]:
    told = {story.order_id: acknowledged(story) for story in orders}
    for n, line in enumerate(said.lines):
        number = said.po_number or next((r.value for r in line.references if r.qualifier == "PO"), None)
        mine = [story for story in orders if number is None or story.ordered.po_number == number]
        if said.po_number is not None and len(mine) > 1:
            mine = [story for story in mine if story.ordered.release_number == said.release_number]
        found: BillItem | None = None
        for story in mine:
            lines = line_numbers(story, line.buyer_line, line.ids, told[story.order_id])
            if lines:
                found = BillItem(n, line, story, lines)
                break
        yield found or BillItem(n, line, mine[0] if len(mine) == 1 else None, ())

"""The 810: which order and line, how many, at which price, of which shipment, which number (spec B11, C4, D29)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi_gateway.model.billing import BilledLine, InvoiceKind, IssuedInvoice
from edi_gateway.model.finding import Finding
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.before import breach, same_item, shipped
from edi_gateway.orders.gate.records import Bill
from edi_gateway.orders.meaning.dates import day
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show, show_price
from edi_gateway.orders.meaning.pricing import BASES


def invoice_names_order(bill: Bill) -> Iterator[Finding]:
    """The 810 names the order otherwise than the 850: PO number, release or date of it."""
    said = bill.said
    stories = list(bill.orders.values())
    if said.po_number is None and len(stories) > 1:
        return  # consolidated: each line names its own
    mine = next((s for s in stories if s.ordered.po_number == said.po_number), None)
    if mine is None:
        yield breach(
            "po_number",
            f"The 810 bills PO {said.po_number or 'without number'}, the goods were ordered with "
            f"{' and '.join(s.ordered.po_number for s in stories)}.",
            "Mend the mapping of the 810: BIG04 is the PO number as it came.",
            said.po_number,
        )
        return
    pairs = (
        ("release_number", said.release_number, mine.ordered.release_number),
        ("ordered_on", said.ordered_on, mine.ordered.ordered_on),
    )
    for name, told, theirs in pairs:
        if told is not None and told != theirs:
            yield breach(
                name,
                f"The 810 says {told} where the 850 says {theirs or 'nothing'}.",
                "Mend the mapping of the 810: the buyer must find its own words again.",
                told,
            )


def invoice_names_lines(bill: Bill) -> Iterator[Finding]:
    """A line of the 810 is no line of its PO: neither line id nor item number is one of the 850's."""
    for item in bill.items:
        if not item.lines:
            yield breach(
                item.at("buyer_line"),
                f"The 810 bills {item.called()}, and the 850 has no such line.",
                "Correct the line id and item.",
                item.said.buyer_line,
            )


def noticed_before_invoice(bill: Bill) -> Iterator[Finding]:
    """A shipment is billed whose 856 has not gone, though the partner gets 856s."""
    wants = bill.profile.shipping.notice and bill.profile.document("856", "out") is not None
    if not wants or bill.is_credit:
        return
    found = {
        each.shipment_id: each
        for story in bill.orders.values()
        for each in story.shipments
        if each.shipment_id in bill.shipment_ids and not each.noticed
    }
    for each in found.values():
        yield breach(
            "lines",
            f"The 810 bills shipment {each.number} of {day(each.shipped_on)}, and no 856 of it has gone.",
            "Send the ship notice first.",
            each.number,
        )


def billed_within_shipped(bill: Bill) -> Iterator[Finding]:
    """More of a line is billed, over all its invoices less credits, than has shipped."""
    if bill.is_credit:
        return
    now = _billed([bill.issued], bill)
    before = _billed(bill.before, bill)
    for (order_id, number), quantity in now.items():
        story = bill.orders.get(order_id)
        if story is None:
            continue
        gone = shipped(story.parts).get(number, ZERO)
        told = before.get((order_id, number), ZERO)
        if EXACT.add(told, quantity) > gone:
            yield breach(
                f"lines[{_place(bill, order_id, number)}].quantity",
                f"{show(gone)} of line {number} of PO {story.ordered.po_number} have shipped, {show(told)} are billed "
                f"already, the 810 bills {show(quantity)}.",
                "Bill what has shipped and is not billed yet.",
                show(quantity),
            )


def billed_price_as_acknowledged(bill: Bill) -> Iterator[Finding]:
    """A price is not the one that the last 855 acknowledged."""
    if bill.is_credit:
        return  # taken back as it was billed
    said = bill.acknowledged
    free = {(line.order_id, line.line) for line in bill.issued.lines if line.free}
    for item in bill.items:
        if item.order is None or not item.lines or item.said.price is None:
            continue
        if not item.said.price and any((item.order.order_id, n) in free for n in item.lines):
            continue  # on top at no charge
        told = [said[item.order.order_id].get(n) for n in item.lines]
        prices = {each.price for each in told if each is not None and each.price is not None}
        if prices and item.said.price not in prices:
            price = min(prices)
            yield breach(
                item.at("price"),
                f"The 855 acknowledges {show_price(price)} in {item.called()}, the 810 bills "
                f"{show_price(item.said.price)}.",
                "Bill at the acknowledged price; a change of it is told with an 855 first.",
                show_price(item.said.price),
            )


def billed_unit_as_ordered(bill: Bill) -> Iterator[Finding]:
    """A line is billed in another unit than it was ordered in, or with another price basis (weighed goods are billed in
    the unit of their price: D13)."""
    for item in bill.items:
        if item.order is None or not item.lines:
            continue
        line = item.order.ordered.lines[item.lines[0] - 1]
        basis = BASES.get(item.said.price_basis or "")
        weighed = basis is not None and basis.unit is not None and basis.unit == item.said.unit
        if line.unit is not None and item.said.unit != line.unit and not weighed:
            yield breach(
                item.at("unit"),
                f"The 850 orders {item.called()} in {line.unit}, the 810 bills in {item.said.unit or 'nothing'}.",
                "Bill in the unit of the order.",
                item.said.unit,
            )
        elif item.said.price and line.price_basis != item.said.price_basis:
            yield breach(
                item.at("price_basis"),
                f"The 850 prices {item.called()} per {line.price_basis or 'unit'}, the 810 per "
                f"{item.said.price_basis or 'unit'}.",
                "Bill with the price basis of the order.",
                item.said.price_basis,
            )


def billed_item_as_shipped(bill: Bill) -> Iterator[Finding]:
    """A line is billed under item numbers that neither the 850 nor the 855 (as a substitute) has for it."""
    for item in bill.items:
        if item.order is None or not item.lines or not item.said.ids:
            continue
        told = bill.acknowledged[item.order.order_id]
        if not any(
            same_item(item.said.ids, item.order.ordered.lines[n - 1], told.get(n)) for n in item.lines
        ):
            names = " ".join(i.value for i in item.said.ids)
            ordered = " ".join(i.value for i in item.order.ordered.lines[item.lines[0] - 1].ids)
            yield breach(
                item.at("ids"),
                f"The 850 orders {ordered or 'no item'} in {item.called()}, the 810 bills {names}.",
                "Bill under the item numbers of the order.",
                names,
            )


def invoice_not_before_shipment(bill: Bill) -> Iterator[Finding]:
    """The 810 is dated before the goods left, or ahead."""
    on = bill.said.issued_on
    if on > bill.today:
        yield breach(
            "issued_on", f"The 810 is dated {day(on)}, today is {day(bill.today)}.", "Date it today.", on
        )
    if bill.is_credit:
        return
    left = [
        each
        for story in bill.orders.values()
        for each in story.shipments
        if each.shipment_id in bill.shipment_ids and each.shipped_on > on
    ]
    for each in left[:1]:
        yield breach(
            "issued_on",
            f"Shipment {each.number} left on {day(each.shipped_on)}, the 810 is dated {day(on)}.",
            "An invoice is dated on the day of shipment or later.",
            on,
        )


def invoice_number_new(bill: Bill) -> Iterator[Finding]:
    """The number of the 810 is that of an earlier invoice."""
    number = bill.said.invoice_number
    if not number:
        return  # none is drawn before it may go
    if bill.number_used or any(each.number == number for each in bill.before):
        yield breach(
            "invoice_number",
            f"Invoice {bill.said.invoice_number} has been issued before.",
            "Draw a new number: [numbers] of config.toml.",
            bill.said.invoice_number,
        )


def invoice_in_order_currency(bill: Bill) -> Iterator[Finding]:
    """The 810 bills in another currency than the order was taken in."""
    told = bill.said.currency or bill.issued.currency
    for story in bill.orders.values():
        if told != story.currency:
            yield breach(
                "currency",
                f"PO {story.ordered.po_number} is in {story.currency}, the 810 bills in {told}.",
                "Bill in the currency of the order.",
                told,
            )


RULES = (
    *(invoice_names_order, invoice_names_lines, noticed_before_invoice, billed_within_shipped),
    *(
        billed_price_as_acknowledged,
        billed_unit_as_ordered,
        billed_item_as_shipped,
        invoice_not_before_shipment,
    ),
    *(invoice_number_new, invoice_in_order_currency),
)


def _billed(
    issued: list[IssuedInvoice] | tuple[IssuedInvoice, ...], bill: Bill
) -> dict[tuple[int, int], Decimal]:
    """By order and line, what invoices bill in the buyer's unit, less what credits take back."""
    found: dict[tuple[int, int], Decimal] = {}
    for each in issued:
        for line in each.lines:
            quantity = _units(line, bill.orders.get(line.order_id))
            if each.kind is InvoiceKind.CREDIT:
                quantity = -quantity
            key = (line.order_id, line.line)
            found[key] = EXACT.add(found.get(key, ZERO), quantity)
    return found


def _units(line: BilledLine, story: OrderStory | None) -> Decimal:
    """A billed quantity in the unit of the order; weighed goods bear it with their parts (D13)."""
    ordered = None if story is None else story.ordered.lines[line.line - 1].unit
    if line.unit == ordered or not line.parts:
        return line.quantity
    return sum((quantity for _, quantity in line.parts), ZERO)


def _place(bill: Bill, order_id: int, number: int) -> int:
    """Where the line stands in the 810, from 0."""
    return next(
        (
            item.n
            for item in bill.items
            if item.order is not None and item.order.order_id == order_id and number in item.lines
        ),
        0,
    )

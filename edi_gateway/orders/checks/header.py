"""Is the document whole, and of a kind that we take? (spec B4 INCOMPLETE, B5.2, B5.8; D5, D18)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.judging.standing import HANDLED
from edi_gateway.orders.meaning.dates import day
from edi_gateway.orders.meaning.numbers import ZERO, plain, show


def purpose_handled(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The purpose (BEG01) is one that we have no rule for.

    Hold TERMS on the order. To do: ask what the partner means by it; release it when it is a plain order.
    """
    if order.purpose not in HANDLED:
        yield found(
            Code.PURPOSE_NOT_HANDLED,
            "purpose",
            f"Purpose {order.purpose or '(none)'} (BEG01) is not one that we act on.",
            "Ask the partner what it means; release the hold if it is a plain order.",
            value=order.purpose,
        )


def type_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order type (BEG02) is not among those agreed with the partner (`order_types`).

    Hold TERMS on the order. To do: add the type to the profile, or release this one.
    """
    agreed = facts.policies.order_types
    if agreed and order.type not in agreed:
        yield found(
            Code.ORDER_TYPE_NOT_AGREED,
            "type",
            f"Order type {order.type} is not agreed with this partner; agreed are {', '.join(agreed)}.",
            "Add the type to order_types in the profile, or release this order.",
            value=order.type,
        )


def nothing_missing(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Fields without which there is no order: PO number, type, date; for a release its number. All at once.

    Hold INCOMPLETE on the order. To do: fill them in from what the partner says, or let it send again.
    """
    for path, value, name in (
        ("po_number", order.po_number.strip(), "PO number (BEG03)"),
        ("type", order.type.strip(), "order type (BEG02)"),
        ("ordered_on", order.ordered_on, "order date (BEG05)"),
        ("release_number", order.release_number or order.type != "RL", "release number (BEG04)"),
    ):
        if not value:
            yield found(
                Code.FIELD_MISSING,
                path,
                f"The {name} is missing.",
                "Ask the partner for it, set it, or let them send the order again.",
            )


def has_lines(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """An order without lines orders nothing.

    The order is refused (855 RD or RJ). To do: nothing; the partner sends it again.
    """
    if not order.lines:
        yield found(
            Code.NO_LINES,
            "lines",
            "The order has no lines.",
            "Nothing to do here: it is refused, and the partner sees that in the 855.",
        )


def line_keys_unique(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The buyer's line id (PO101) stands on several lines; the place of the line is then the key (spec C1).

    Warning only. To do: tell the partner; a later change by line id will have to be looked at.
    """
    ids = [line.buyer_line for line in order.lines if line.buyer_line is not None]
    if len(set(ids)) == len(ids):
        return
    counts = Counter(ids)
    repeated = {key for key, n in counts.items() if n > 1}
    for index, line in enumerate(order.lines):
        if line.buyer_line in repeated:
            repeated.discard(line.buyer_line)
            yield found(
                Code.LINE_KEY_REPEATED,
                f"lines[{index}].buyer_line",
                f"Line id {line.buyer_line} stands on {counts[line.buyer_line]} lines.",
                "Tell the partner; a later change of such a line needs a look.",
                value=line.buyer_line,
                severity=Severity.WARNING,
            )


def blanket_on_file(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A release draws on a blanket order that is not in the book, has not begun, or has ended (D5).

    Hold TERMS on the order. To do: find the blanket, extend it, or release this draw by itself.
    """
    if order.type != "RL":
        return
    blanket = facts.blanket
    if blanket is None:
        yield found(
            Code.BLANKET_MISSING,
            "release_number",
            f"Release {order.release_number or '(no number)'} draws on PO {order.po_number}, "
            "and no such blanket order is in the book.",
            "Find the blanket order, or take this release as an order of its own.",
            value=order.po_number,
        )
        return
    for when, over, says in (
        (blanket.since, blanket.since is not None and facts.today < blanket.since, "begins only"),
        (blanket.until, blanket.until is not None and facts.today > blanket.until, "ended"),
    ):
        if over and when is not None:
            yield found(
                Code.BLANKET_MISSING,
                "release_number",
                f"The blanket order {blanket.number} {says} on {day(when)}.",
                "Extend the blanket, or release this draw by itself.",
                value=when,
            )


def blanket_not_overdrawn(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The releases of a blanket order together ask for more of an item than it holds, or for one that it lacks (D5).

    Hold TERMS on the line. To do: agree on a larger blanket, cut the line, or release the overdraft.
    """
    blanket = facts.blanket
    if blanket is None:
        return
    here: dict[str, Decimal] = {}
    for line in facts.lines:
        if line.item is None or line.base_quantity is None:
            continue
        sku = line.item.sku
        before = blanket.drawn.get(sku, ZERO) + here.get(sku, ZERO)
        here[sku] = here.get(sku, ZERO) + line.base_quantity
        left = blanket.agreed.get(sku, ZERO) - before
        if line.base_quantity > left:
            yield found(
                Code.BLANKET_MISSING,
                line.path("quantity"),
                f"{line.called()}: blanket {blanket.number} has {show(plain(max(left, ZERO)))} {line.item.base_unit} "
                f"left, they draw {show(plain(line.base_quantity))}.",
                "Agree on a larger blanket, cut the line, or release the overdraft.",
                value=line.line.quantity,
            )


CHECKS = (
    purpose_handled,
    type_agreed,
    nothing_missing,
    has_lines,
    line_keys_unique,
    blanket_on_file,
    blanket_not_overdrawn,
)

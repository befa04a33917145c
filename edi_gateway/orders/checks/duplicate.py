"""Have we had this order before? (spec B5.2, D2, D3). The verdict itself is made in standing.py."""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts


def not_seen_before(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The same PO number was here before: the same again, or with other content and not as a change.

    The same content, as it stands or as it stood before a change: no order, the answer goes again. Other content:
    hold DUP_PO. To do: apply it as a change, take it as a new order, or void it.
    """
    standing = facts.standing
    if standing.known is None:
        return
    number = standing.known.number
    if standing.verdict == "repeat" and standing.doubt == "as it was":
        yield found(
            Code.PO_REPEATED,
            "po_number",
            f"The order came again as it was before it was changed: it stands as {number}, "
            f"revision {standing.known.revision}, and stays so.",
            "Nothing to do; the answer to what stands is sent again.",
            value=order.po_number,
            severity=Severity.INFO,
        )
    elif standing.verdict == "repeat":
        yield found(
            Code.PO_REPEATED,
            "po_number",
            f"The same order again: it stands as {number}.",
            "Nothing to do; the answer is sent again.",
            value=order.po_number,
            severity=Severity.INFO,
        )
    elif standing.verdict == "conflict":
        n = len(standing.differences)
        told = "; ".join(
            f"{path}: {was or 'nothing'} -> {now or 'nothing'}" for path, was, now in standing.differences[:5]
        )
        yield found(
            Code.PO_DIFFERS,
            "po_number",
            f"PO {order.po_number} stands as {number}, and this one says something else in {n} "
            f"place{'s' * (n != 1)}: {told}.",
            "Apply it as a change, take it as a new order, or void it.",
            value=order.po_number,
        )


def original_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A change, cancellation, replacement or confirmation of an order that we do not have.

    A change or cancellation is refused; a replacement or duplicate is whole in itself and taken as new
    (`replace_unknown`), a confirmation waits (`confirm_unknown`): hold DUP_PO on the order. To do: see whether
    the original was lost or entered by hand.
    """
    standing, purpose = facts.standing, order.purpose
    if standing.doubt == "no original":
        refused = standing.verdict == "reject"
        holds = facts.policies.replace_unknown == "hold"
        yield found(
            Code.CHANGE_WITHOUT_ORDER,
            "purpose",
            f"It says it is a {_PURPOSES.get(purpose, purpose)} of PO {order.po_number}, which we do not have.",
            "Ask the partner for the original order."
            if refused
            else "It holds all of the order, so it is taken as new. See whether the original was lost.",
            value=purpose,
            severity=Severity.ERROR if refused or holds else Severity.WARNING,
        )
    elif standing.doubt == "no original, confirmation":
        yield found(
            Code.PO_REPEATED,
            "purpose",
            f"It confirms PO {order.po_number}, given by phone perhaps, but no such order is in the book.",
            "See whether it was entered by hand under another number; release it if not, void it if so.",
            value=purpose,
            severity=Severity.ERROR if facts.policies.confirm_unknown == "hold" else Severity.WARNING,
        )


def change_possible(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A change that cannot be applied by itself: it comes too late, it is not certain which line it means, or it
    came before and a later change has overtaken it.

    Hold CHANGE_PENDING on the order that stands; the change is not applied. To do: apply what can be applied by
    hand, or refuse the change and tell the partner.
    """
    standing = facts.standing
    if standing.verdict != "change" or standing.revised is not None or standing.known is None:
        return
    if standing.doubt == "which line":
        for index in standing.doubtful_lines:
            yield found(
                Code.CHANGE_AMBIGUOUS,
                f"lines[{index}]",
                f"It is not certain which line of {standing.known.number} this changes.",
                "Compare it with the order that stands and change the right line by hand.",
                value=order.lines[index].buyer_line if index < len(order.lines) else None,
            )
    elif standing.doubt == "came before":
        yield found(
            Code.CHANGE_AMBIGUOUS,
            "purpose",
            f"This change of {standing.known.number} was applied before, and a later change stands in its place.",
            "Ask the partner whether it was sent twice by mistake, or is meant to hold again.",
            value=order.purpose,
        )
    else:
        yield found(
            Code.CHANGE_TOO_LATE,
            "purpose",
            f"Order {standing.known.number} is {standing.known.state.lower().replace('_', ' ')}"
            f"{' and being fulfilled' if standing.known.any_fulfilment else ''}: this change comes too late.",
            "Agree with the partner what stands, and answer accordingly.",
            value=order.purpose,
        )


def is_an_order(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """An information copy, a proposal or a draft: nobody orders anything with it.

    Kept and not booked. Nothing to do.
    """
    if facts.standing.verdict == "copy":
        yield found(
            Code.INFORMATION_COPY,
            "purpose",
            f"A {_PURPOSES.get(order.purpose, 'copy for information')}: it is kept, and no order is made of it.",
            "Nothing to do.",
            value=order.purpose,
            severity=Severity.INFO,
        )


_PURPOSES = {
    "01": "cancellation",
    "02": "addition",
    "03": "deletion",
    "04": "change",
    "05": "replacement",
    "07": "duplicate",
    "16": "proposal",
    "17": "cancellation before a reissue",
    "18": "reissue",
    "22": "copy for information",
    "24": "draft",
}

CHECKS = (not_seen_before, original_known, change_possible, is_an_order)

"""What is odd about a confirm as a whole, in words: too much left, after a cancellation, after the last day (B9, D4).

Pure: gives findings. Called by commands/shipping/confirming.py and making_shipments.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.fulfilment.planning import Cut
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.orders.warehouse.formerly import is_of_another_item
from edi_gateway.orders.warehouse.shipping import Early


def over_released(excess: Sequence[Cut], number: str) -> Finding:
    """More left than was to ship, beyond the tolerance: it is told, and not billed before somebody agrees."""
    return Finding(
        Code.CONFIRM_OVER_RELEASED,
        Severity.ERROR,
        message=f"More left with {number} than was to ship, and than the buyer bears: {_told(excess)}.",
        hint="The ship notice tells all that left. Ask the buyer: released, the invoice bills all of it; what they do "
        "not pay for, or send back, is credited.",
        rule="over",
        value="; ".join(f"{cut.part.line}={show(cut.quantity)}" for cut in excess),
        family=Family.WAREHOUSE,
    )


def left_early(early: Sequence[Early], number: str) -> Finding:
    """More left than the warehouse was asked for, but no more than the order wants: less of it is still to come."""
    cuts = [Cut(each.part, each.quantity) for each in early]
    return Finding(
        Code.CONFIRM_OVER_RELEASED,
        Severity.WARNING,
        message=f"More left with {number} than the warehouse was asked for: {_told(cuts)}, which the order still "
        "wanted.",
        hint="It is booked and told; so much less is still to be shipped. Ask the warehouse why it shipped more.",
        rule="early",
        value="; ".join(f"{cut.part.line}={show(cut.quantity)}" for cut in cuts),
        family=Family.WAREHOUSE,
    )


def _told(cuts: Sequence[Cut]) -> str:
    return ", ".join(
        f"{show(cut.quantity)} {cut.part.unit} of line {cut.part.line} ({cut.part.sku})" for cut in cuts
    )


def raced(release: str) -> Finding:
    """Goods left although the warehouse was asked to cancel."""
    return Finding(
        Code.CONFIRM_AFTER_CANCEL,
        Severity.ERROR,
        message=f"Release {release} has left although the warehouse was asked to cancel it.",
        hint="What left is booked and told to the buyer. Tell them that the change came too late; what they do not "
        "want comes back as a return.",
        rule="race",
        family=Family.WAREHOUSE,
    )


def of_another_item(gone: Sequence[tuple[Part, OrderLine]], number: str) -> Finding | None:
    """Goods left for a line that is for another item meanwhile."""
    told = sorted(
        {
            f"line {part.line}: {part.sku}, now {line.substitute or line.sku or 'unknown'}"
            for part, line in gone
            if is_of_another_item(part, line)
        }
    )
    if not told:
        return None
    return Finding(
        Code.CONFIRM_AFTER_CANCEL,
        Severity.ERROR,
        message=f"With {number} goods left that the order does not want any more ({'; '.join(told)}).",
        hint="Tell the buyer that the change came too late, and have the goods sent back. Notice and invoice say what "
        "left, at the price that was acknowledged for it; let them go if the buyer keeps it.",
        rule="race",
        value="; ".join(told),
        family=Family.WAREHOUSE,
    )


def shipped_late(gone: Sequence[Part], day: date, po_number: str) -> Finding | None:
    """Goods left after the buyer's last day."""
    late = [p for p in gone if p.cancel_after is not None and day > p.cancel_after]
    if not late:
        return None
    lines = ", ".join(sorted({str(p.line) for p in late}))
    return Finding(
        Code.SHIPPED_AFTER_CANCEL_DATE,
        Severity.ERROR,
        message=f"Line {lines} of PO {po_number} left on {day}, after the buyer's last day {late[0].cancel_after}.",
        hint="Tell the buyer before the goods arrive; they may refuse them or charge for it.",
        family=Family.DATE,
    )

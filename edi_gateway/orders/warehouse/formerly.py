"""What was agreed of goods that left although their line is for another item meanwhile (spec B8, D4: the 945 wins).

Takes what stood and was answered before; gives the buyer's line as it was, and the price that was acknowledged. Pure.
Called by commands/shipping/dispatch.py, so that notice and invoice speak of what left and not of what is wanted now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import Line
from edi_gateway.model.fulfilment import Agreed, Part
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.gate.before import told_price


@dataclass(frozen=True, slots=True)
class Former:
    """A line as a former revision had it, and the item that it meant."""

    line: Line
    sku: str | None


def is_of_another_item(part: Part, line: OrderLine) -> bool:
    """Whether a part is of an item that its line does not want any more."""
    return part.sku not in (line.sku, line.substitute)


def agreed(part: Part, former: Sequence[Former], answers: Sequence[PurchaseOrderAcknowledgment]) -> Agreed:
    """`former`: the part's line in earlier revisions, the last one first; `answers`: the 855s that went, the last one
    first. A line that was never answered by itself was accepted as ordered."""
    line = next((each.line for each in former if each.sku == part.sku), None)
    if line is None:
        return Agreed()
    for answer in answers:
        for told in answer.lines:
            if told.line == part.line and told.ids == line.ids:
                return Agreed(line, told_price(told))
    return Agreed(line, line.price)

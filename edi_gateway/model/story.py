"""What has gone and come about an order: the past that a document about to go is held against (spec C2-C4, D9, D29).

Frozen records without I/O; read by store/book/story.py, judged by orders/gate/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from edi_gateway.model.billing import IssuedInvoice
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.fulfilment import Part
from edi_gateway.model.order import OrderLine, OrderState


@dataclass(frozen=True, slots=True)
class Departed:
    """A shipment that left and was not taken back. `noticed`: its 856 has gone, or waits to be sent."""

    shipment_id: int
    number: str
    shipped_on: date
    ship_to: str | None = None
    bol: str | None = None
    noticed: bool = False


@dataclass(frozen=True, slots=True)
class Notified:
    """The 856 that stands for these shipments: the last one that went, or waits to be sent."""

    shipment_ids: frozenset[int]
    said: ShipNotice


@dataclass(frozen=True, slots=True)
class OrderStory:
    """An order, and all that went about it. `lines`: ours, as they stand; `answers`: each 855 that went, the oldest
    first; `invoices`: all that were issued, credits among them, the oldest first."""

    order_id: int
    number: str
    state: OrderState
    currency: str
    ordered: PurchaseOrder
    lines: tuple[OrderLine, ...]
    customer: str | None = None
    answers: tuple[PurchaseOrderAcknowledgment, ...] = ()
    parts: tuple[Part, ...] = ()
    shipments: tuple[Departed, ...] = ()
    notices: tuple[Notified, ...] = ()
    invoices: tuple[IssuedInvoice, ...] = ()

    def line(self, number: int) -> OrderLine | None:
        return next((line for line in self.lines if line.line == number), None)

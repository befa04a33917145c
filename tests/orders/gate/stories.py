"""One order and all that went about it, clean at every step; tests break one thing of it at a time. All invented.

PO-1 of 1 March 2025: 48 mugs at 4.00 and 100 bolts at 0.06, 5 % off the invoice, to ship from 10 to 14 March to 0553 by
HBRL, freight prepaid and charged, 2 % 10 days, net 30. Answered on 3 March; all of it left on 10 March in two cartons,
was told the same hour, and is billed on 11 March.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from edi_gateway.model.billing import BilledLine, Charge, InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import Part, PartKind, PartState, Shipped, Transport
from edi_gateway.model.order import OrderLine, OrderState
from edi_gateway.model.story import Departed, Notified, OrderStory
from edi_gateway.orders.gate.records import Bill, Notice, Reply, odd_lines
from edi_gateway.orders.shipping.notice import notice as compose_notice
from edi_gateway.partners.profile import Profile
from tests.orders import build
from tests.orders.shipping import goods

TOLD_AT = datetime(2025, 3, 10, 21, 30, tzinfo=UTC)
SSCC_1, SSCC_2, SSCC_3 = "006141410000000012", "006141410000000029", "006141410000000036"
DOCUMENTS = [{"set": code, "direction": "out"} for code in ("855", "856", "810")]
LEFT = Transport(
    carrier="HBRL",
    mode="M",
    bol="06141410000000018",
    freight_payment="PC",
    weight=Decimal("61.5"),
    weight_unit="LB",
)


def profile(**more: Any) -> Profile:
    invoicing = {"freight": "25", **more.pop("invoicing", {})}
    return build.profile(more.pop("policies", None), documents=DOCUMENTS, invoicing=invoicing, **more)


def ordered(*lines: dict[str, Any], **more: Any) -> PurchaseOrder:
    header: dict[str, Any] = {
        "currency": "USD",
        "currency_of": "BY",
        "carriers": [{"id_qualifier": "2", "id": "HBRL"}],
        "freight": [{"payment": "PC"}],
        "terms": [{"type": "01", "basis": "3", "discount_percent": 2, "discount_days": 10, "net_days": 30}],
        "allowances": [
            {"kind": "A", "code": "C310", "percent_basis": "1", "percent": 5, "handling": "02"},
            {"kind": "A", "code": "F800", "amount": 9, "handling": "01"},
        ],
    }
    made = lines or (
        build.line(48, "EA", "4.00", id="001"),
        build.line(100, "EA", "0.06", id="002", ids=(("VN", "BOLT"),)),
    )
    return build.po(*made, **{**header, **more})


def our_line(number: int, sku: str, quantity: int, price: str, amount: str, **more: Any) -> OrderLine:
    fields: dict[str, Any] = {
        "line": number,
        "buyer_line": f"00{number}",
        "sku": sku,
        "quantity": Decimal(quantity),
        "unit": "EA",
        "accepted_quantity": Decimal(quantity),
        "base_quantity": Decimal(quantity),
        "base_unit": "EA",
        "buyer_price": Decimal(price),
        "contract_price": Decimal(price),
        "price": Decimal(price),
        "price_basis": None,
        "state": "ACCEPTED",
        "ship_from": date(2025, 3, 10),
        "ship_until": date(2025, 3, 14),
        "amount": Decimal(amount),
    }
    from edi_gateway.model.order import LineState

    made = {**fields, **more}
    return OrderLine(**{**made, "state": LineState(made["state"])})


MUGS = our_line(1, "MUG", 48, "4.00", "192.00")
BOLTS = our_line(2, "BOLT", 100, "0.06", "6.00")


def answered_line(number: int, quantity: int, price: str, sku: str, *acks: tuple[Any, ...]) -> dict[str, Any]:
    """A PO1 of an 855; each ACK (status, quantity, {more}), by default accepted as ordered."""
    return {
        "line": number,
        "buyer_line": f"00{number}",
        "quantity": Decimal(quantity),
        "unit": "EA",
        "price": Decimal(price),
        "ids": [{"qualifier": "VN", "value": sku}],
        "answers": [
            {"status": status, "quantity": Decimal(many), "unit": "EA", **(rest[0] if rest else {})}
            for status, many, *rest in acks or (("IA", quantity),)
        ],
    }


MUGS_TOLD = answered_line(1, 48, "4.00", "MUG")
BOLTS_TOLD = answered_line(2, 100, "0.06", "BOLT")


def answer(*lines: dict[str, Any], **more: Any) -> PurchaseOrderAcknowledgment:
    header: dict[str, Any] = {
        "purpose": "00",
        "type": "AD",
        "po_number": "PO-1",
        "ordered_on": date(2025, 3, 1),
        "order_number": "SO-1",
        "acknowledged_on": date(2025, 3, 3),
        "currency": "USD",
        "currency_of": "BY",
        "lines": lines or (MUGS_TOLD, BOLTS_TOLD),
    }
    return PurchaseOrderAcknowledgment.model_validate({**header, **more})


def reply(
    said: PurchaseOrderAcknowledgment | None = None,
    *,
    order: PurchaseOrder | None = None,
    lines: Iterable[OrderLine] = (MUGS, BOLTS),
    **more: Any,
) -> Reply:
    """An 855 about to go; by default the clean one."""
    said = said or answer()
    order = order or ordered()
    ours = {line.line: line for line in lines}
    shipped = more.pop("shipped", {})
    odd = odd_lines(said, order, ours, shipped)
    fields: dict[str, Any] = {
        "profile": profile(),
        "currency": "USD",
        "customer": "C1",
        "state": OrderState.ACCEPTED,
        "now": datetime(2025, 3, 3, 15, 0, tzinfo=UTC),
        "due_at": datetime(2025, 3, 4, 15, 0, tzinfo=UTC),
    }
    return Reply(said, order, ours, shipped=shipped, odd=odd, **{**fields, **more})


def part(number: int, line: int, quantity: int, shipment: int | None = 7, **more: Any) -> Part:
    """A part of a line; SHIPPED with shipment 7."""
    fields: dict[str, Any] = {
        "order_id": 1,
        "partner": "acme",
        "store": None,
        "sku": "MUG" if line == 1 else "BOLT",
        "unit": "EA",
        "state": PartState.SHIPPED,
        "kind": PartKind.GOODS,
        "ship_from": None,
        "ship_until": None,
        "cancel_after": None,
        "promised": None,
        "release_on": None,
        "site": "EAST",
        "release_id": None,
        "shipment_id": shipment,
        "invoice_id": None,
        "reason": None,
        "completion": "backorder",
        "whole": True,
        "received_at": build.NOW,
        "priority": 5,
        "test": False,
        "since": build.NOW,
    }
    made = {**fields, **more}
    return Part(id=number, line=line, quantity=Decimal(quantity), base_quantity=Decimal(quantity), **made)


PARTS = (part(11, 1, 48), part(12, 2, 100))
DEPARTED = Departed(7, "SH-7", date(2025, 3, 10), "92:0553", "06141410000000018", noticed=True)


def story(**more: Any) -> OrderStory:
    """The order when its goods have left."""
    fields: dict[str, Any] = {
        "order_id": 1,
        "number": "SO-1",
        "state": OrderState.ACCEPTED,
        "currency": "USD",
        "ordered": ordered(),
        "lines": (MUGS, BOLTS),
        "customer": "C1",
        "answers": (answer(),),
        "parts": PARTS,
        "shipments": (DEPARTED,),
    }
    return OrderStory(**{**fields, **more})


CARTONS = (
    goods.carton(1, (11, 48), sscc=SSCC_1, weight=Decimal("41.5"), weight_unit="LB"),
    goods.carton(2, (12, 100), sscc=SSCC_2, weight=Decimal(20), weight_unit="LB"),
)


def left(**more: Any) -> Shipped:
    """What left on 10 March."""
    lines = more.pop(
        "lines",
        (
            goods.line(11, 48),
            goods.line(12, 100, number=2, sku="BOLT", ordered=Decimal(100), ids=(("VN", "BOLT"),)),
        ),
    )
    return goods.shipped(*lines, **{"units": CARTONS, "transport": LEFT, **more})


def notice(
    said: ShipNotice | None = None,
    *,
    shipped: Shipped | None = None,
    of: OrderStory | None = None,
    purpose: str = "00",
    **more: Any,
) -> Notice:
    """An 856 about to go, composed as the gateway does; by default the clean one."""
    shipped = shipped or left()
    of = of or story()
    fields: dict[str, Any] = {
        "profile": profile(),
        "now": TOLD_AT,
        "today": date(2025, 3, 10),
        "ship_to": "92:0553",
    }
    fields |= more
    made = said or compose_notice(
        [shipped], fields["profile"], now=TOLD_AT, number=shipped.number, purpose=purpose
    )
    return Notice(made, (shipped,), {of.order_id: of}, **fields)


def told(said: ShipNotice, *shipments: int) -> Notified:
    return Notified(frozenset(shipments or (7,)), said)


FIVE_PERCENT = Charge(
    "A",
    Decimal("9.90"),
    "C310",
    percent=Decimal(5),
    percent_basis="1",
    handling="02",
    order_id=1,
    source="allowances[0]",
)
BILLED = (
    BilledLine(1, 1, 1, Decimal(48), "EA", Decimal("4.00"), None, Decimal("192.00"), ((11, Decimal(48)),)),
    BilledLine(2, 1, 2, Decimal(100), "EA", Decimal("0.06"), None, Decimal("6.00"), ((12, Decimal(100)),)),
)


def issued(**more: Any) -> IssuedInvoice:
    """192.00 + 6.00 - 9.90."""
    fields: dict[str, Any] = {
        "kind": InvoiceKind.INVOICE,
        "number": "INV1",
        "currency": "USD",
        "issued_on": date(2025, 3, 11),
        "lines": BILLED,
        "charges": (FIVE_PERCENT,),
    }
    return IssuedInvoice(**{**fields, **more})


def invoice(of: IssuedInvoice | None = None, **more: Any) -> Invoice:
    """The 810 of what was issued, written out by hand."""
    of = of or issued()
    ids = {1: "MUG", 2: "BOLT"}
    header: dict[str, Any] = {
        "issued_on": of.issued_on,
        "invoice_number": of.number,
        "ordered_on": date(2025, 3, 1),
        "po_number": "PO-1",
        "currency": of.currency,
        "currency_of": "SE",
        "terms": [{"type": "01", "basis": "3", "discount_percent": 2, "discount_days": 10, "net_days": 30}],
        "lines": [
            {
                "line": line.n,
                "buyer_line": f"00{line.line}",
                "quantity": line.quantity,
                "unit": line.unit,
                "price": line.price,
                "price_basis": line.price_basis,
                "ids": [{"qualifier": "VN", "value": ids[line.line]}],
                "allowances": [_sac(charge) for charge in line.charges],
                "taxes": [{"type": tax.code, "amount": tax.amount} for tax in line.taxes],
            }
            for line in of.lines
        ],
        "total": of.total,
        "allowances": [_sac(charge) for charge in of.charges],
        "taxes": [{"type": tax.code, "amount": tax.amount} for tax in of.taxes],
    }
    return Invoice.model_validate({**header, **more})


def _sac(charge: Charge) -> dict[str, Any]:
    return {
        "kind": charge.kind,
        "code": charge.code,
        "amount": charge.amount,
        "percent_basis": charge.percent_basis,
        "percent": charge.percent,
        "handling": charge.handling,
    }


def bill(
    of: IssuedInvoice | None = None,
    said: Invoice | None = None,
    *,
    about: OrderStory | None = None,
    **more: Any,
) -> Bill:
    """An 810 about to go; by default the clean one."""
    of = of or issued()
    about = about or story()
    fields: dict[str, Any] = {
        "profile": profile(),
        "today": date(2025, 3, 11),
        "shipment_ids": frozenset({7}),
    }
    return Bill(said or invoice(of), of, {about.order_id: about}, **{**fields, **more})


def without(line: OrderLine, **more: Any) -> OrderLine:
    return replace(line, **more)


def rules(found: Iterable[Finding]) -> list[str]:
    """The rules that were broken, each once."""
    return list(dict.fromkeys(finding.rule or "" for finding in found))

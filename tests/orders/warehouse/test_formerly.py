"""What had been agreed of goods that left for a line that is for another item meanwhile (spec B8, D4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import Line
from edi_gateway.model.fulfilment import Agreed
from edi_gateway.orders.billing.formerly import as_agreed
from edi_gateway.orders.warehouse.formerly import Former, agreed
from tests.orders.billing.bills import Order
from tests.orders.build import line, po
from tests.orders.shipping import goods
from tests.orders.warehouse.pieces import part


def ordered(price: str, sku: str = "MUG") -> Line:
    return po(line(48, price=price, ids=[("VN", sku)], id="001")).lines[0]


def answered(price: str, sku: str = "MUG") -> PurchaseOrderAcknowledgment:
    told = {
        "line": 1,
        "buyer_line": "001",
        "quantity": 48,
        "unit": "EA",
        "price": price,
        "ids": [{"qualifier": "VN", "value": sku}],
        "answers": [{"status": "IA", "quantity": 48, "unit": "EA"}],
    }
    return PurchaseOrderAcknowledgment.model_validate(
        {"purpose": "00", "type": "AC", "po_number": "PO-1", "ordered_on": "2025-03-01", "lines": [told]}
    )


def test_the_last_revision_that_wanted_the_item_and_the_last_answer_about_it_count() -> None:
    former = [
        Former(ordered("0.06", "BOLT"), "BOLT"),
        Former(ordered("3.80"), "MUG"),
        Former(ordered("3.50"), "MUG"),
    ]
    answers = [answered("0.06", "BOLT"), answered("3.95"), answered("3.90")]
    assert agreed(part(), former, answers) == Agreed(ordered("3.80"), Decimal("3.95"))


def test_what_no_answer_names_was_accepted_as_ordered() -> None:
    assert agreed(part(), [Former(ordered("3.80"), "MUG")], []) == Agreed(ordered("3.80"), Decimal("3.80"))


def test_of_an_item_that_was_never_wanted_nothing_was_agreed_and_it_has_no_price() -> None:
    assert agreed(part(), [Former(ordered("0.06", "BOLT"), "BOLT")], [answered("0.06", "BOLT")]) == Agreed()
    left = replace(goods.line(11, 10), sku="CHEESE", agreed=Agreed())
    was = as_agreed(Order(po(line(48))).billed(()), [left])
    assert (was.lines[1].sku, was.lines[1].price, was.document.lines[0].ids) == ("CHEESE", None, ())

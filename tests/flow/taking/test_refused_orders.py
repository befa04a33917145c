"""What hangs on a document that became no order: its PO number and what it comes to, on the case and on the cause."""

from __future__ import annotations

import json
from decimal import Decimal

from edi_gateway.reports.book.cases import list_cases
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.shop import Shop


def test_orders_that_are_refused_count_with_their_numbers_and_their_money(shop: Shop) -> None:
    """20 and 10 cases at 44.40: 888.00 and 444.00. K2 comes twice: it is one order."""
    for control, (number, quantity) in enumerate([("K1", 20), ("K2", 10), ("K2", 10)], 501):
        bad = papers.purchase_order(number, quantity).replace("BEG*00*", "BEG*99*")
        shop.drop(
            f"{control}.edi", papers.interchange(control, [bad.replace("REF*IA*771200", f"REF*IA*{control}")])
        )
    shop.run()
    assert shop.cases() == ["CODE_INVALID"] * 3
    (cause,) = shop.rows(tables.causes)
    assert (cause["cases"], cause["orders"], json.loads(cause["amounts"])) == (3, 2, {"USD": 177600})
    assert cause["weight"] == 177600
    with reading(shop.engine) as conn:
        found = [(row.po_number, row.amount, row.currency, row.order_id) for row in list_cases(conn)]
    assert found == [
        ("K1", Decimal("888.00"), "USD", None),
        ("K2", Decimal("444.00"), "USD", None),
        ("K2", Decimal("444.00"), "USD", None),
    ]


@sqlite_only
def test_of_what_says_no_number_and_no_price_nothing_hangs_on_the_case(shop: Shop) -> None:
    said = (
        papers.purchase_order("K1")
        .replace("BEG*00*SA*K1*", "BEG*99*SA**")
        .replace("*44.4*", "**")
        .replace("CUR*BY*USD", "CUR*BY*U\0D$")
    )
    shop.drop("1.edi", papers.interchange(501, [said]))
    shop.drop("2.edi", papers.interchange(502, [papers.whole("850", ["BEG*99*SA*", "CTT*A"], "0001")]))
    shop.run()
    assert {(row["po_number"], row["amount"], row["cents"]) for row in shop.rows(tables.cases)} == {
        (None, None, 0)
    }

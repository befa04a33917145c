"""The whole road for one partner: files in, orders in the book, acknowledgments and answers out."""

from __future__ import annotations

import pytest

from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.shop import Shop


def test_a_clean_order_is_booked_acknowledged_answered_and_posted(shop: Shop) -> None:
    shop.drop("orders.edi", papers.orders(501, "K1", "K2"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}
    assert shop.cases() == []
    answer, ack = sorted(shop.sent(), key=lambda text: "ST*997" in text)
    assert answer.count("ST*855*") == 2
    assert "AK1*PO*501*005010~AK2*850*0001~AK5*A~AK2*850*0002~AK5*A~AK9*A*2*2*2~" in ack
    assert len(list((shop.home / "posted").iterdir())) == 2
    assert [file.name for file in (shop.inbox("kestrelmoor") / "archive").iterdir()] == ["orders.edi"]

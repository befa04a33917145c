"""The good document beside a bad one is one that nobody had to look at, and the bad segment is shown by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.reports.triage import subjects
from edi_gateway.reports.triage.one_case import Look
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.conftest import engine, stocked_file
from tests.flow.replays.test_fixes import UNKNOWN
from tests.flow.shop import Shop

__all__ = ["engine", "stocked_file"]


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path / "home")


@sqlite_only
def test_good_is_what_was_no_case_and_the_line_in_question_stands_by_itself(shop: Shop) -> None:
    """K2 was taken, and its second line names an item that nobody knows, as K3's does: K1 is the last good one."""
    for control, number in ((501, "K1"), (502, "K2"), (503, "K3")):
        paper = papers.purchase_order(number, lines=2)
        if number != "K1":
            paper = paper.replace("PO1*002*21*CA*44.4**UK*10410000010010", f"PO1*002*21*CA*44.4**{UNKNOWN}")
            paper = paper.replace(
                "PO1*001*20*CA*44.4**UK*10410000010010", "PO1*001*20*CA*44.4**UK*10410000010010*VN*TB-1001"
            )
        shop.drop(f"{control}.edi", papers.interchange(control, [paper]))
    shop.run()
    assert shop.cases() == ["ITEM_UNKNOWN", "ITEM_UNKNOWN"]
    last = shop.rows(tables.cases)[-1]["id"]
    with reading(shop.engine) as conn:
        subject = subjects.of_case(conn, last)
        assert subject is not None
        found = Look(conn, subject).beside
    assert found is not None
    assert found.business_key is not None
    assert "K1" in found.business_key
    assert [
        (row.here, row.times[0]) for row in found.rows if "What was found is in this one." in row.says
    ] == [(f"PO1*002*21*CA*44.4**{UNKNOWN}", 1)]

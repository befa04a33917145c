"""A figure's course is drawn from the table that says the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from edi_gateway.store import tables
from edi_gateway.store.ids import first_id
from tests.web.console.browser.conftest import Arrive
from tests.web.console.browsing import Site

pytestmark = pytest.mark.browser


def test_the_course_of_a_figure_is_drawn_and_stands_in_a_table(arrive: Arrive, busy: Site) -> None:
    row = {"direction": "in", "partner": "kestrelmoor", "set_code": "850", "test": False}
    with busy.here.engine.begin() as conn:
        for day, state in ((20, "APPLIED"), (21, "REJECTED")):
            at = datetime(2026, 2, day, 12, tzinfo=UTC)
            new = {"id": first_id(at), "state": state, "created_at": at}
            conn.execute(insert(tables.documents), row | new)
    page = arrive("LEAD").open("/figures/reject-rate?since=2026-02-19&until=2026-02-25")
    page.wait_for_load_state("networkidle")
    assert page.locator(".chart canvas").count() == 1
    page.locator("summary", has_text="Day by day").click()
    days = page.locator("#days tbody tr").all_inner_texts()
    assert [line.split("\t")[:2] for line in days] == [["2026-02-20", "0.00 %"], ["2026-02-21", "100.00 %"]]

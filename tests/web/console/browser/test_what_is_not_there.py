"""What a page says while something is fetched, when nothing comes, when it is old, and when there is nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from tests.web.console.browser.conftest import Arrive

pytestmark = pytest.mark.browser


def test_a_page_says_that_it_is_loading_stale_empty_and_that_nothing_came(arrive: Arrive) -> None:
    person = arrive("EDI_ANALYST")
    page, kept = person.page, list[Route]()
    page.route("**/fixes", lambda route: kept.append(route))
    person.open("/cases/next")
    assert "No gateway is working: silent since" in page.locator(".stale").inner_text()  # five minutes ago
    fetching = page.get_by_text("Looking for fixes …")
    fetching.wait_for()
    assert page.locator("#loading").inner_text() == "Loading …"
    kept[0].continue_()
    page.get_by_role("heading", name="Suggested fixes").wait_for()
    assert fetching.count() == 0
    page.locator("#loading").wait_for(state="hidden")

    page.unroute("**/fixes")
    person.open("/cases?owner=me")
    assert "No open case is like this." in page.locator(".empty").all_inner_texts()

    person.open("/cases")
    page.locator("td a[href^='/causes/']:has-text('is no date')").first.click()
    page.locator("a[href$='/fixes/copy']").first.click()
    page.locator("a[href$='/copy']").first.click()
    page.context.set_offline(True)
    page.get_by_label("A segment a line").press_sequentially("x")
    page.locator(
        "#said", has_text="The console did not answer. What you see may be old; try again."
    ).wait_for()
    page.context.set_offline(False)
    person.problems[:] = [said for said in person.problems if ": htmx:" not in said]  # it logs that, too

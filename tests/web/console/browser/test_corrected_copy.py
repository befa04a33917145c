"""A corrected copy in a real browser: checked while one types, set beside the original, tried, and replayed."""

from __future__ import annotations

import re

import pytest

from tests.web.console.browser.conftest import Arrive

pytestmark = pytest.mark.browser


def test_a_copy_is_checked_while_it_is_typed_and_replayed_by_keyboard(arrive: Arrive) -> None:
    person = arrive("EDI_ANALYST")
    page = person.open("/cases")
    page.locator("td a[href^='/causes/']:has-text('is no date')").first.click()
    page.locator("a[href$='/fixes/copy']").first.click()
    page.locator("a[href$='/copy']").first.click()
    checked = page.locator("#checked")
    assert "2 errors" in checked.inner_text()
    editor = page.get_by_label("A segment a line")
    whole = editor.input_value()
    editor.fill(whole.replace("20261316", "20260316"))
    checked.get_by_role("heading", name=re.compile(" 1 error$")).wait_for()
    assert "20261316" in checked.locator("del mark").inner_text()
    assert checked.locator("ins mark").inner_text() == "20260316"
    editor.fill(whole.replace("20261316", "20260316").replace("XXX21305", "20260320"))
    checked.get_by_text("The partner's guide holds").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Preview"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What it would do").wait_for()
    assert "accepted" in page.get_by_role("heading", name="With it").locator("..").inner_text()
    page.get_by_role("button", name="Replay the copy in its place").click()
    page.wait_for_url("**/replays/*")
    assert person.problems == []

"""The analyst's day, in a real browser over a real gateway: the largest cause found, read, mended once, replayed."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.cli.served import Served
from tests.cli.terminal import Terminal, segments
from tests.web.console.browser.chromium import LAPTOP, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULE = 'Let the rule "cases by GTIN-14" allow EN too'


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Served]:
    """`make console`."""
    with Served(tmp_path, "demo", str(tmp_path / "home"), "--console") as served:
        served.says("(Ctrl-C ends it)")
        yield served
        assert served.end(signal.SIGINT) == 0


def test_nine_refused_orders_go_through_by_one_change_of_the_guide(
    chromium: Browser, demo: Served, tmp_path: Path
) -> None:
    address = demo.says(r"The console is at (http://\S+)/")
    context = chromium.new_context(viewport=LAPTOP, reduced_motion="reduce")
    analyst = Person(context, address)
    page = analyst.sign_in("analyst", demo.says(r"analyst +(\S+)")).page

    # the largest cause, by keyboard alone: go to the cases, down to the row, open it
    to_the_largest_cause(page)
    assert "PO1 PO106, value EN" in heading(page)

    # claim it, read the first case: the bytes, and what the 997 said
    page.keyboard.press("c")
    page.locator("#said", has_text="9").wait_for()
    page.keyboard.press("n")
    page.wait_for_url("**/cases/*")
    assert "The first id of a line is the GTIN of the case" in page.locator("main").inner_text()
    assert page.locator("mark.bad", has_text="EN").first.is_visible()

    # the fix that changes the guide: what would it do? then do it
    fix = page.get_by_role("link", name=RULE)
    fix.wait_for()
    for _ in range(10):
        page.keyboard.press("j")
        if fix.evaluate("(link) => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    why = page.get_by_label("Why")
    for _ in range(40):
        page.keyboard.press("Tab")
        if why.evaluate("(field) => field === document.activeElement"):
            break
    page.keyboard.type("agreed with their EDI desk")
    page.keyboard.press("Tab")
    page.keyboard.press("p")
    preview = page.get_by_role("region", name="What it would do")
    preview.wait_for()
    assert "8 would pass, 0 turn to another cause, 0 stay" in preview.inner_text()
    assert why.input_value() == "agreed with their EDI desk"
    page.keyboard.press("d")
    page.wait_for_url("**/partners/kestrelmoor")

    # over all that came: nothing else would become different; then it goes live
    page.keyboard.press("t")
    page.wait_for_url("**/try/*")
    shown = page.get_by_text("would have become different")
    shown.wait_for()
    assert shown.inner_text().startswith("9 of ")
    page.keyboard.press("p")
    page.wait_for_url("**/partners/kestrelmoor")
    page.keyboard.press("p")
    page.keyboard.type("they send the EAN of the piece")
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").inner_text().startswith("Are you sure?")
    page.keyboard.press("Enter")
    page.locator("#said p").wait_for()
    assert analyst.said() == "It is live."

    # replay all nine, and see them go out
    to_the_largest_cause(page)
    page.locator("[data-key=r]").wait_for()
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.wait_for_url("**/replays/*")
    page.get_by_text("9 of 9 cases").wait_for()
    page.locator(".state", has_text="done").first.wait_for()
    assert "passed\n9\n" in page.locator("#progress dl").first.inner_text()

    # close the cause with its root, which outlives it
    page.keyboard.press("c")
    page.wait_for_url("**/causes/*")
    page.keyboard.press("x")
    page.keyboard.press("Tab")
    page.keyboard.type("mapping: guide too strict")
    page.keyboard.press("Tab")
    page.keyboard.type("guide changed")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#said", has_text="9 cases: It is closed.").wait_for()
    assert "mapping" in page.locator("dl.facts").first.inner_text()

    page.goto(f"{address}/orders?po=K7002009")
    page.get_by_role("link", name=re.compile("SO-")).first.click()
    assert "ACCEPTED" in page.locator("main").inner_text()
    page.get_by_role("cell", name="855", exact=True).first.wait_for()
    assert analyst.problems == []
    context.close()

    shop = Terminal(tmp_path / "home")
    answered = {
        line.split("*")[3]
        for text in shop.sent("kestrelmoor")
        for line in segments(text)
        if line.startswith("BAK*")
    }
    assert {f"K700200{n}" for n in range(1, 10)} <= answered


def to_the_largest_cause(page: Page) -> None:
    """To the cases, down to the row of nine, and into it."""
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cases")
    counts = [int(n) for n in page.locator("table[data-rows] tbody td:nth-child(3)").all_inner_texts()]
    assert max(counts) == 9
    for _ in range(counts.index(9) + 1):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/causes/*")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()

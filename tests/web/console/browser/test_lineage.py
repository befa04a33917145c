"""Lineage under the pointer and under the keyboard's focus, in a real browser."""

from __future__ import annotations

import pytest

from tests.web.console.browser.conftest import Arrive

pytestmark = pytest.mark.browser


def test_a_value_lights_its_bytes_and_bytes_light_their_value(arrive: Arrive) -> None:
    person = arrive("EDI_ANALYST")
    page = person.open("/documents?po=K7001014")
    page.locator("td a[href^='/documents/']").first.click()
    page.locator(".parts a[href*='canonical']").click()
    said = page.locator("#lineage-said")
    page.locator("tr[data-t] a", has_text="po_number").focus()
    assert page.locator(".bytes .lit").all_inner_texts() == ["K7001014"]
    assert said.inner_text().startswith(
        "po_number = K7001014: BEG03 in segment 2, byte 484, row [BEG] 850.toml:"
    )
    page.locator(".bytes a", has_text="KESTRELMOOR DC NORTH").hover()
    assert page.locator(".bytes .lit").all_inner_texts() == ["KESTRELMOOR DC NORTH"]
    assert page.locator("tr.lit td").first.inner_text() == "parties[0].name"
    page.locator(".bytes a", has_text="K7001014").focus()
    page.keyboard.press("Enter")  # leads to the value
    assert page.url.endswith("#v2")

"""The navigation in a real browser: by keyboard, on a phone, and where no script runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.web.console.browser.chromium import PHONE
from tests.web.console.browser.conftest import Arrive

pytestmark = pytest.mark.browser


def test_a_group_is_opened_and_left_by_keyboard_and_on_a_phone_without_scripts(
    arrive: Arrive, chromium: Browser
) -> None:
    person = arrive("LEAD", "ADMIN")
    page = person.open("/ledger")
    one_line = page.locator("header.top").bounding_box()
    assert one_line is not None
    assert one_line["height"] < 64
    documents = page.locator("header summary", has_text="Documents")
    assert documents.locator("..").get_attribute("class") == "here"
    documents.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Control numbers").get_attribute("aria-current") == "page"
    page.keyboard.press("Escape")
    assert page.get_by_role("link", name="Control numbers").count() == 0
    assert documents.evaluate("each => each === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/interchanges")
    plain = chromium.new_context(
        viewport=PHONE, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    phone = plain.new_page()
    phone.goto(person.address + "/orders")
    assert phone.get_by_role("button", name="Menu").count() == 0
    phone.locator("header summary", has_text="Watch").click()
    phone.get_by_role("link", name="Figures").click()
    assert phone.title().startswith("Figures")
    plain.close()

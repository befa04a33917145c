"""What holds of every page: no barrier that axe-core finds, light and dark, on a laptop and a phone, by keyboard."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from edi_gateway.commands.telling import messages
from edi_gateway.commands.triage import improving
from edi_gateway.commands.watch import incidents
from tests.web.console.browser.chromium import LAPTOP, PHONE, Person
from tests.web.console.browser.conftest import Arrive
from tests.web.console.browser.pages import PAGES, Shown
from tests.web.console.browsing import Site

pytestmark = pytest.mark.browser

RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
AXE = """async (options) => (await axe.run(document, options)).violations.map(
  (each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)} ${each.nodes[0].failureSummary}`
)"""
SETTLED = (
    "document.readyState === 'complete' && document.querySelector('.htmx-request, .htmx-settling') === null"
)
SPILLS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# of the focused element: how thick its outline is, and whether it is in view
FOCUS = """() => {
  const on = document.activeElement, seen = getComputedStyle(on), box = on.getBoundingClientRect();
  return [on.tagName, parseFloat(seen.outlineWidth), seen.outlineStyle, box.width > 0 && box.bottom > 0];
}"""


def turn_to(person: Person, shown: Shown) -> Page:
    page = person.open(shown.path)
    for link in shown.follow:
        page.locator(link).first.click()
        page.wait_for_load_state()
    if shown.until:
        page.get_by_text(shown.until).first.wait_for()
    while not page.evaluate(SETTLED):  # not wait_for_function: the policy forbids what it would evaluate
        page.wait_for_timeout(20)
    return page


@pytest.mark.parametrize("third", [0, 1, 2])
def test_every_page_is_read_by_everybody_light_and_dark_wide_and_narrow(
    arrive: Arrive, busy: Site, third: int
) -> None:
    pages = PAGES[third::3]
    with busy.here.desk("root") as desk:
        incident = incidents.open_by_hand(desk, "Labels are late", "since noon", partner="kestrelmoor")
        messages.send(desk, messages.Draft("edi@kestrelmoor.example", "Labels", "?", incident_id=incident))
        again = improving.Subject("partner", "kestrelmoor", "kestrelmoor", 5, 30)
        record = improving.begin(desk, again, "root", "They check the dates.")
        improving.fixed(desk, record, busy.here.clock() - timedelta(hours=1))
    draft = busy.here.partners_folder / "kestrelmoor" / "850.toml"
    draft.write_text(draft.read_text("utf-8").replace("max = 3", "max = 2"), "utf-8")
    people = {role: arrive(role, name=role.lower()) for role in sorted({shown.role for shown in pages})}
    for person in people.values():
        person.page.add_init_script(path=files("axe_playwright_python") / "axe.min.js")
    wrong: dict[str, list[str]] = {}
    for shown in pages:
        person = people[shown.role]
        person.page.set_viewport_size(LAPTOP)
        person.page.emulate_media(color_scheme="light")
        page = turn_to(person, shown)
        found: list[str] = page.evaluate(AXE, RULES)
        if (spilled := page.evaluate(SPILLS)) > 0:
            found.append(f"{spilled} pixels too wide for a laptop")
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {barrier}" for barrier in page.evaluate(AXE, COLOURS)]
        page.set_viewport_size(PHONE)
        if (spilled := page.evaluate(SPILLS)) > 0:
            found.append(f"{spilled} pixels too wide for a phone")
        if found:
            wrong[str(shown)] = found
    assert wrong == {}


def test_who_has_not_signed_in_meets_no_barrier_and_is_told_what_was_wrong(
    chromium: Browser, busy: Site
) -> None:
    context = chromium.new_context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.add_init_script(path=files("axe_playwright_python") / "axe.min.js")
    page.goto(f"{busy.address}/users")
    assert page.evaluate(AXE, RULES) == []
    page.keyboard.press("Tab")  # over the link to the content
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type("guess")
    page.keyboard.press("Enter")
    page.locator("#said", has_text="Name or password are wrong.").wait_for()
    assert page.evaluate(AXE, RULES) == []
    assert page.evaluate(SPILLS) <= 0
    context.close()


def test_the_keyboard_reaches_everything_visibly_and_tells_its_keys(arrive: Arrive) -> None:
    person = arrive("ADMIN")
    page = person.open("/users")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))
    assert {name for name, *_ in seen} >= {"A", "BUTTON"}
    assert [each for each in seen if each[1] < 2 or each[2] == "none" or not each[3]] == []
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    assert "Users" in keys.inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(person.address + "/")


def test_a_change_is_asked_about_sent_once_and_told(arrive: Arrive, busy: Site) -> None:
    page = (person := arrive("ADMIN")).open("/users")
    busy.hire("bob", "CSR")
    page.reload()
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="bob", exact=True))
    row.get_by_role("button", name="Remove").click()
    sure = page.get_by_role("dialog", name="Are you sure?")
    assert sure.locator("p").inner_text() == "Remove bob?"
    sure.get_by_role("button", name="No").click()
    assert row.count() == 1
    row.get_by_role("button", name="Remove").click()
    sure.get_by_role("button", name="Yes").click()
    page.locator("#said", has_text="removed").wait_for()
    assert person.said() == "bob is removed; what they did keeps their name."
    assert row.count() == 0

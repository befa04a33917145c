"""Who comes in, and who does not."""

from __future__ import annotations

from tests.web.console.browsing import Site


def test_whoever_has_not_signed_in_is_asked_to_and_then_gets_what_they_wanted(site: Site) -> None:
    site.hire("ann", "LEAD")
    browser = site.browser().get("/account")
    assert browser.path == "/sign-in?next=/account"
    browser.post("/sign-in", name="ann", password="nine wet otters", next="/account")
    assert (browser.path, browser.status) == ("/account", 200)
    assert "LEAD" in browser.text

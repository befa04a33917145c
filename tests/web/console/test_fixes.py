"""Mend once, replay all, in the console: fixes of a case, their preview, the trial of a cause, a corrected copy."""

from __future__ import annotations

import re

import httpx

from edi_gateway.reports.book import cases
from edi_gateway.reports.triage import corrected
from tests.web.console.browsing import Browser, Site


def case_of(site: Site, code: str) -> int:
    with site.here.reading() as conn:
        return next(row.case_id for row in cases.list_cases(conn) if row.code == code)


def fields(browser: Browser, name: str) -> str:
    """What stands in a text field of the page."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n?(.*?)</textarea>', browser.page.text, re.DOTALL)
    assert found is not None
    return found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&").replace("&#39;", "'")


def test_a_price_is_looked_at_previewed_and_accepted_by_who_may(busy: Site) -> None:
    case = case_of(busy, "PRICE_DIFFERS")
    browser = busy.browser("LEAD")
    browser.get(f"/cases/{case}/fixes")
    assert "Accept it once: release the hold PRICE on line 3" in browser.text
    browser.get(f"/cases/{case}/fixes/release")
    browser.post(f"/cases/{case}/fixes/release/preview", reason="PRICE_ACCEPTED", why="Agreed by telephone.")
    assert "nothing else holds the order" in browser.text
    assert "Nothing was changed." in browser.text
    without, _, after = browser.text.partition("With it")
    assert ", hold PRICE" in without
    assert "K7001004 : accepted" in after
    assert "hold PRICE" not in after
    assert case_of(busy, "PRICE_DIFFERS") == case
    browser.post(f"/cases/{case}/fixes/release", reason="PRICE_ACCEPTED", why="Agreed by telephone.")
    assert browser.said == "The hold is released; nothing else holds the order."
    browser.get(f"/cases/{case}/fixes")
    assert "Nothing is left to fix." in browser.text


def test_doing_comes_with_a_preview_that_shows_it_can_be_done(busy: Site) -> None:
    case = case_of(busy, "PRICE_DIFFERS")
    browser = busy.browser("LEAD")
    browser.get(f"/cases/{case}/fixes/release")
    assert "Once you have seen what it would do, you can do it." in browser.text
    assert ">Do it<" not in browser.page.text
    browser.post(f"/cases/{case}/fixes/release/preview", reason="PRICE_ACCEPTED")
    assert "It cannot be done" in browser.text  # no reason is given
    assert ">Do it<" not in browser.page.text
    browser.post(f"/cases/{case}/fixes/release/preview", reason="PRICE_ACCEPTED", why="Agreed by telephone.")
    assert ">Do it<" in browser.page.text


def test_a_preview_says_who_may_not(busy: Site) -> None:
    case = case_of(busy, "PRICE_DIFFERS")
    browser = busy.browser("EDI_ANALYST")
    browser.get(f"/cases/{case}/fixes/release")
    assert "It takes CSR or LEAD or SUPERVISOR" in browser.text
    browser.post(f"/cases/{case}/fixes/release/preview", reason="OTHER", why="x")
    assert "It cannot be done" in browser.text
    browser.post(f"/cases/{case}/fixes/release", reason="OTHER", why="x")
    assert "Releasing a hold PRICE takes CSR or LEAD or SUPERVISOR" in browser.said


def test_a_cause_is_tried_without_a_worker_and_a_replay_waits_for_one(busy: Site) -> None:
    with busy.here.reading() as conn:
        cause = next(row.fingerprint for row in cases.list_cases(conn) if row.code == "PARTNER_UNKNOWN")
    browser = busy.browser("EDI_ANALYST")
    browser.get(f"/causes/{cause}/fixes")
    browser.post(f"/causes/{cause}/try")
    assert "0 of 1 cases" in browser.text
    browser.post(f"{browser.path}/try-on")
    assert "1 of 1 cases" in browser.text
    assert "stayed" in browser.text
    browser.get(f"/causes/{cause}/fixes")
    browser.post(f"/causes/{cause}/replay")
    assert browser.said == "The replay has begun."
    assert "1 wait, 0 are under way" in browser.text
    browser.get("/replays")
    assert "tried" in browser.text
    assert "replayed" in browser.text


def test_a_corrected_copy_is_checked_while_it_is_typed_and_replayed_in_its_place(busy: Site) -> None:
    case = case_of(busy, "DATE_INVALID")
    browser = busy.browser("EDI_ANALYST")
    browser.get(f"/cases/{case}/copy")
    text = fields(browser, "text")
    assert "error" in browser.text
    browser.post(f"/cases/{case}/copy/check", text=text.replace("20261316", "20260316"))
    assert "1 error" in browser.text
    assert "XXX21305" in browser.text
    good = text.replace("20261316", "20260316").replace("XXX21305", "20260320")
    browser.get(f"/cases/{case}/copy")
    browser.post(f"/cases/{case}/copy/preview", text=good, why="They sent the dates.")
    assert "K7001016 : accepted" in browser.text
    assert fields(browser, "text") == good
    browser.post(f"/cases/{case}/copy", text=good, why="They sent the dates.")
    assert "has begun" in browser.said
    assert browser.path.startswith("/replays/")


def test_a_machine_fixes_and_replays_by_the_same_commands(busy: Site) -> None:
    case = case_of(busy, "DATE_INVALID")
    token = {"Authorization": f"Bearer {busy.token('robot', 'EDI_ANALYST')}"}
    with httpx.Client(base_url=f"{busy.address}/api/v1", headers=token) as api:
        keys = [fix["key"] for fix in api.get(f"/cases/{case}/fixes").json()]
        assert keys == ["copy", "message", "ignore"]
        with busy.here.reading() as conn:
            original = corrected.original(conn, case)
        assert original is not None
        half = original.content.replace(b"20261316", b"20260316")
        binary = {"Content-Type": "application/octet-stream"}
        checked = api.post(f"/cases/{case}/copy/check", content=half, headers=binary).json()
        assert checked["errors"] == 1
        assert [change["kind"] for change in checked["changes"]] == ["changed"]
        refused = api.post(f"/cases/{case}/fixes/copy", json={"why": "x"})
        assert (refused.status_code, "it needs the corrected file" in refused.json()["error"]) == (409, True)
        seen = api.post(f"/cases/{case}/fixes/message/preview", json={}).json()
        assert seen["bodies"][0]["set_code"] == "mail"
        with busy.here.reading() as conn:
            (cause,) = {row.fingerprint for row in cases.list_cases(conn) if row.code == "PARTNER_UNKNOWN"}
        begun = api.post(f"/causes/{cause}/replay").json()["replay"]
        assert (begun["state"], begun["total"], begun["by"]) == ("RUNNING", 1, "robot (token)")
        assert api.get("/replays").json()[0]["run_id"] == begun["run_id"]
        assert api.post(f"/causes/{cause}/replay").status_code == 409  # it is under way

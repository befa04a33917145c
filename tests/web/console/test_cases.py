"""Casework in the browser: the queue, a cause as a whole, one case, my work, Pareto, improvements."""

from __future__ import annotations

import re

from edi_gateway.commands.desk import Actor
from edi_gateway.commands.triage.working import AllOf, close
from edi_gateway.reports.causes.queue import CauseRow, Wanted, queue
from tests.cli.terminal import Terminal
from tests.cli.triage.test_cases import came, opened, unknown
from tests.web.console.browsing import Site


def causes(site: Site, **wanted: str) -> list[CauseRow]:
    with site.here.reading() as conn:
        return list(queue(conn, Wanted(**wanted), site.here.clock()).causes)


def test_the_queue_is_by_cause_and_leads_to_the_next_case(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    found = causes(busy)
    browser.get("/cases")
    assert f"{sum(row.cases for row in found)} open cases of {len(found)} causes" in browser.text
    at = [browser.page.text.index(f'href="/causes/{row.fingerprint}"') for row in found]
    assert at == sorted(at)  # the order of work
    browser.get("/cases?family=PRICE")
    assert "1 open cases of 1 causes" in browser.text
    assert "1500.00 USD" in browser.text
    browser.get("/cases?owner=me")
    assert "No open case is like this." in browser.text
    browser.get("/cases/next")  # nothing is mine; what waits in an analyst's queue comes first
    first = int(browser.path.removeprefix("/cases/"))
    browser.get(f"/cases/next?after={first}")
    assert browser.path not in ("/cases", f"/cases/{first}")
    assert browser.get("/causes/0123").status == 404


def test_one_case_is_claimed_waits_is_handed_over_and_closed_with_a_root_cause(busy: Site) -> None:
    busy.hire("bob", "EDI_ANALYST")
    browser = busy.browser("EDI_ANALYST")
    case = causes(busy, family="SYNTAX")[0].first_case_id
    page = f"/cases/{case}"
    browser.get(page)
    assert f'hx-get="{page}/work"' in browser.page.text
    assert '<button data-key="c">Claim</button>' in browser.part(f"{page}/work").page.text
    browser.get(page)
    for act, fields, said in (
        ("claim", {}, "It is yours."),
        ("comment", {"text": "<b>@bob</b> look"}, "Noted."),
        ("wait", {"whom": "partner", "text": "wrote"}, "It waits; our clock stands still."),
        ("go-on", {}, "It waits no more."),
        ("snooze", {"until": "2d"}, "It comes back by itself."),
        ("wake", {}, "It is back in the queue."),
        ("priority", {"priority": "1"}, "It has another priority."),
        ("watch", {}, "You watch it."),
        ("snooze", {"until": "soon"}, "Snoozing was refused: 'soon' is no time; write 4h, 2d or 2026-03-03 08:00"),
        ("close", {"root_cause": "magic"}, "the root cause must be one of: partner data, our master data"),
        ("hand-over", {"owner": "bob", "text": "your turn"}, "It is handed over."),
        ("close", {"root_cause": "partner data: sent twice", "action": "rejected"}, "It is closed."),
        ("reopen", {"text": "it is not"}, "It is open again."),
    ):  # fmt: skip
        browser.post(f"{page}/casework/{act}", **fields)
        assert said in browser.said
        assert browser.path == page
    assert "opened 2. time" in re.sub(r"\s+", " ", browser.part(f"{page}/work").text)
    browser.get(page)
    assert browser.post(f"{page}/casework/dance").status == 404
    browser.get("/mine")
    assert "it is not" in browser.text  # the last note of what is watched
    bob = busy.browser()
    bob.sign_in("bob")
    bob.get("/mine")
    assert "&lt;b&gt;@bob&lt;/b&gt; look" in bob.page.text
    bob.post("/mine/seen")
    assert bob.said == "2 mentions are marked as read."


def test_all_of_a_cause_is_done_at_once_only_when_it_is_as_many_as_were_seen(site: Site) -> None:
    terminal = Terminal(site.here.home)
    came(terminal, 1, 40)
    opened(terminal, [unknown("UP 1", n, "10.00") for n in range(12)])
    (cause,) = causes(site)
    browser = site.browser("LEAD")
    browser.get(f"/causes/{cause.fingerprint}")
    assert "Claim all 12" in browser.text
    assert "Nobody knows UP 1." in browser.text
    opened(terminal, [unknown("UP 1", 99, "10.00")])
    browser.post(f"/causes/{cause.fingerprint}/all/claim", expected="12")
    assert "13 cases of it are open by now, not 12" in browser.said
    browser.post(f"/causes/{cause.fingerprint}/all/claim", expected="13")
    assert browser.said == "13 cases: It is yours."
    browser.get("/cases?owner=me")
    assert "13 open cases of 1 causes" in browser.text
    browser.get("/root-causes?by=item&measure=money")
    assert "The vital few: 1 of 1 make up 80 % of the money." in browser.text
    assert "130.00 USD" in browser.text
    browser.get("/root-causes/cases?by=item&key=UP%201")
    assert len(re.findall(r'href="/cases/\d+"', browser.page.text)) == 13
    browser.get("/root-causes/recurring")
    assert 'href="/improvements/new?kind=item&amp;key=UP%201"' in browser.page.text
    browser.get("/improvements/new?kind=item&key=UP%201")
    browser.post("/improvements/new", kind="item", key="UP 1", action="load their catalogue", owner="ann")
    assert browser.said == "The record is open."
    record = browser.path
    browser.post(f"{record}/fixed", at="")
    assert browser.said == "Before and after are compared from now on."
    assert re.search(
        r"\d{4}-\d\d-\d\d 40 0 0.0+ 0.0+ 0.0+ ", browser.text
    )  # yesterday: none of forty, so no limits
    assert "nothing came in since the fix" in browser.text
    browser.post(f"{record}/close", result="It is loaded.")
    browser.get("/improvements?all=true")
    assert "DONE" in browser.text
    with site.here.desk_of(lambda _: Actor("ann", frozenset({"LEAD"}))) as desk:
        close(desk, AllOf(cause.fingerprint), "our master data", "loaded")
    browser.get("/root-causes/times")
    assert "data corrected" in browser.text
    browser.get(f"/causes/{cause.fingerprint}?closed=true")
    assert "CLOSED" in browser.text
    auditor = site.browser("AUDITOR", name="aud")
    assert "Claim" not in auditor.get(f"/causes/{cause.fingerprint}").text
    assert auditor.post(f"/causes/{cause.fingerprint}/all/claim", expected="1").status == 403

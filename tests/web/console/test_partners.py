"""The pages of partners: health, draft, trial, publishing, versions, roll-back, pause."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from edi_gateway.store.tables import partner_trials
from tests.cli.terminal import Terminal
from tests.web.console.browsing import Site

FILE = "partner/kestrelmoor/850.toml"


def test_an_analyst_proposes_tries_publishes_and_goes_back(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    browser.get("/partners")
    assert "Kestrelmoor Stores" in browser.text
    assert "2 of 5 sets refused in 7 days" in browser.text
    browser.get("/partners?only=trouble")
    assert "Pinwheel" not in browser.text

    browser.get("/partners/kestrelmoor")
    assert "What is live says the same as the files." in browser.text
    browser.get("/partners/kestrelmoor/guide/850")
    assert "cases by GTIN-14" in browser.text
    assert "An example that passes" in browser.text

    file = busy.here.partners_folder / "kestrelmoor" / "850.toml"
    text = file.read_text("utf-8")
    browser.get(f"/partners/kestrelmoor/draft?file={FILE}")
    wrong = text.replace('target = "REF*DP:02"', 'target = "ZZZ"')
    browser.post("/partners/kestrelmoor/draft/check", file=FILE, text=wrong)
    assert "no place" in browser.text
    browser.get(f"/partners/kestrelmoor/draft?file={FILE}")
    browser.post("/partners/kestrelmoor/draft", file=FILE, text=wrong, why="x")
    assert "the files would hold a mistake" in browser.said
    browser.post(
        "/partners/kestrelmoor/draft", file=FILE, text=text.replace("max = 3", "max = 2"), why="two digits"
    )
    assert browser.said.endswith("is proposed; try it, then publish it.")
    assert "{ max = 3 }" in browser.text
    assert file.read_text("utf-8") == text

    browser.post("/partners/kestrelmoor/try", since="2026-03-01", until="2026-02-01")
    assert "the span ends before it begins" in browser.said
    browser.get("/partners/kestrelmoor")
    browser.post("/partners/kestrelmoor/try", since="2026-02-20")
    page, until = browser.path, time.monotonic() + 60
    while "Reading again" in browser.text and time.monotonic() < until:
        time.sleep(0.05)
        browser.get(page)
    assert "5 of 5 documents would have become different" in browser.text
    # its process died in the middle, some minutes ago
    with busy.here.engine.begin() as conn:
        cut = {"state": "RUNNING", "done": 1, "whole": 4, "at": datetime(2026, 1, 1, tzinfo=UTC)}
        conn.execute(partner_trials.update().values(result=None, **cut))
    browser.get(page)
    assert "It was cut off at 25 %" in browser.text
    browser.post(f"{page}/again")
    assert browser.path != page
    page, until = browser.path, time.monotonic() + 60
    while "Reading again" in browser.text and time.monotonic() < until:
        time.sleep(0.05)
        browser.get(page)
    assert "5 of 5 documents would have become different" in browser.text
    assert "something would stop" in browser.text
    assert "accepted → rejected" in browser.text
    assert "AK3*REF*4**8~AK4*2*127*5*014" in browser.text

    terminal = Terminal(busy.here.home)
    newest, cut_off = terminal.ok("partners", "trials", "kestrelmoor", "--json").json()
    assert (newest["state"], newest["result"], cut_off["state"]) == ("DONE", None, "DEAD")
    shown = terminal("partners", "trials", "kestrelmoor", str(newest["id"]))
    assert (shown.code, "accepted → rejected" in shown.out) == (1, True)
    assert "cut off at 25 %" in terminal("partners", "trials", "kestrelmoor", str(cut_off["id"])).out

    browser.get("/partners/kestrelmoor")
    browser.post("/partners/kestrelmoor/publish", why="")
    assert "it needs a reason" in browser.said
    browser.post("/partners/kestrelmoor/publish", why="agreed with them")
    assert browser.said == "It is live."
    assert "max = 2" in file.read_text("utf-8")
    browser.get("/partners/kestrelmoor/versions/2")
    assert "agreed with them" in browser.text
    assert "+max = 2" in browser.text
    browser.get("/partners/kestrelmoor/versions/1")
    browser.post("/partners/kestrelmoor/rollback", version="1", why="too early")
    assert browser.said == "Version 3 is live: it is version 1 again."
    assert "rolled back; its files wait" in browser.text
    browser.post("/partners/kestrelmoor/pause", why="their server moves")
    assert "paused: their server moves" in browser.text
    browser.post("/partners/kestrelmoor/resume")
    assert browser.said == "It goes on."

    reader = busy.browser("CSR", name="bob")
    reader.get("/partners/kestrelmoor")
    assert "Pause" not in reader.text
    assert reader.get("/partners/nobody").status == 404


def test_a_file_that_all_share_is_tried_for_each_of_them(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    browser.get("/trials")
    browser.post("/trials", since="2026-02-20")
    assert "what is live says the same as the files" in browser.said
    shared = busy.here.mappings_folder / "855.toml"
    text = shared.read_text("utf-8")
    shared.write_text(text.replace('like = "common:CUR"', 'like = "common:CUR"\n01 = false', 1), "utf-8")
    own = busy.here.partners_folder / "pinwheel" / "partner.toml"
    own.write_text(own.read_text("utf-8") + "\nnonsense = 1\n", "utf-8")
    browser.get("/trials")
    browser.post("/trials", since="2026-02-20")
    everybody = ("aldermere", "harborside", "kestrelmoor")
    assert browser.said == (
        f"Tried one after the other: {', '.join(everybody)}. "
        "With mistakes in their files, and so left out: pinwheel."
    )
    until = time.monotonic() + 60
    while browser.page.text.count('class="state done"') < len(everybody) and time.monotonic() < until:
        time.sleep(0.1)
        browser.get("/trials")
    rows = Terminal(busy.here.home).ok("partners", "trials", "--json").json()
    assert sorted((row["partner"], row["state"], row["by"]) for row in rows) == [
        (name, "DONE", "ann") for name in everybody
    ]

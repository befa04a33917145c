"""Lists that are longer than a page say so, and go on: nothing is left out without a word."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import insert

from edi_gateway.commands.watch import incidents
from edi_gateway.store.tables import alerts, messages, transmissions
from tests.web.console.browsing import Site


def fill(site: Site, count: int) -> None:
    """So many incidents, alerts, calls of a webhook and files that went out, numbered from 1."""
    with site.here.desk("root") as desk:
        at = desk.clock()
        for n in range(1, count + 1):
            incidents.open_by_hand(desk, f"matter {n:03}", "")
        many = [(desk.ids.next(), n, at + timedelta(seconds=n)) for n in range(1, count + 1)]
        alert = {"topic": "incident", "family": "SYSTEM", "code": "X", "partner": None, "urgent": False, "cases": 1,
                 "hint": "", "incident_id": None, "case_id": None}  # fmt: skip
        call = {"kind": "alert", "channel": "webhook", "route": "pager", "body": "{}", "state": "SENT", "urgent": False,
                "attempts": 1, "created_by": "system", "target": "https://pager.example/hook?token=hush"}  # fmt: skip
        file = {"partner": "kestrelmoor", "sets": "997", "documents": 1, "bytes": b"ISA", "sha256": "0" * 64,
                "state": "SENT", "attempts": 1, "ack_state": "NONE", "test": False}  # fmt: skip
        desk.conn.execute(
            insert(alerts), [{**alert, "id": i, "text": f"alert {n:03}", "raised_at": m} for i, n, m in many]
        )
        desk.conn.execute(
            insert(messages),
            [
                {**call, "id": i, "subject": f"call {n:03}", "due_at": m, "created_at": m, "sent_at": m}
                for i, n, m in many
            ],
        )
        desk.conn.execute(
            insert(transmissions),
            [
                {**file, "id": i, "control": f"{n:09}", "name": f"file-{n:03}.edi", "created_at": m}
                for i, n, m in many
            ],
        )


def test_a_list_shows_a_page_and_the_way_to_the_rest_and_no_secret_of_an_address(site: Site) -> None:
    fill(site, 101)
    browser = site.browser("LEAD")
    for path, newest, oldest in (
        ("/transmissions", "file-101.edi", "file-001.edi"),
        ("/alerts", "alert 101", "alert 001"),
        ("/alerts", "call 101", "call 001"),
        ("/incidents", "matter 001", "matter 101"),  # as urgent as each other: the first comes first
    ):
        browser.get(path)
        assert (newest in browser.text, oldest in browser.text) == (True, False), path
        assert "hush" not in browser.page.text
        words = "Older messages" if newest.startswith("call") else "Next"
        browser.get(next(link for link, said in links(browser.page.text) if said == words))
        assert (newest in browser.text, oldest in browser.text) == (False, True), path
    bearer = {"Authorization": f"Bearer {site.token('reader', 'LEAD')}"}
    (call,) = browser.client.get("/api/v1/messages?limit=1", headers=bearer).json()
    whole = browser.client.get(f"/api/v1/messages/{call['message_id']}", headers=bearer).json()
    assert call["target"] == whole["message"]["target"] == "https://pager.example/hook"


def links(html: str) -> list[tuple[str, str]]:
    """(address, words) of each link."""
    return [
        (unescape(link), words) for link, words in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html)
    ]

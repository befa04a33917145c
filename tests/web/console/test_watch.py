"""Pages of what is watched: the dashboard, incidents with switches, alerts, figures, transmissions, audit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

from sqlalchemy import insert, text

from edi_gateway.cli.composition import partners_of
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.watch import incidents
from edi_gateway.reports.book.orders import OrderFilter, list_orders
from edi_gateway.store import tables
from tests.web.console.browsing import Browser, Site


def _first(browser: Browser, pattern: str) -> str:
    found = re.search(pattern, browser.page.text)
    assert found is not None, pattern
    return found.group(1)


def test_the_dashboard_says_what_waits_what_came_and_who_is_in_trouble(busy: Site) -> None:
    with busy.here.desk("root") as desk:
        incidents.open_by_hand(desk, "Labels are <b>late</b>", "")
    browser = busy.browser("EDI_ANALYST")
    browser.get("/")
    for said in ("Labels are <b>late</b>", "Partners in trouble", "kestrelmoor", "850", "855", "open cases"):
        assert said in browser.text, said
    assert "<b>late</b>" not in browser.page.text
    refused = re.search(r'href="(/documents\?[^"]*state=REFUSED[^"]*)">(\d+)<', browser.page.text)
    assert (
        refused is not None
    )  # one of sample 13, that of 14, and that of the stranger, which is in quarantine
    browser.get(unescape(refused[1]))
    assert len(re.findall(r'<tr><td><a href="/documents/\d+">', browser.page.text)) == int(refused[2]) == 3


def test_an_incident_is_led_noted_written_about_and_closed_and_a_switch_stops_for_it(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    browser.get("/incidents")
    assert "No incident is open." in browser.text
    browser.post("/incidents", title="They send nonsense", severity="URGENT", partner="kestrelmoor")
    assert browser.said == "The incident is open, and yours."
    path = browser.path
    browser.post(f"{path}/note", text="called them <script>")
    browser.post(
        "/switches/stop",
        what="set",
        set_code="850",
        partner="kestrelmoor",
        why="nonsense",
        incident=path[11:],
    )
    assert browser.said == "Stopped: the set 850 of kestrelmoor. What it stops waits."
    browser.get(path)
    assert "called them <script>" in browser.text
    assert "the set 850 of kestrelmoor stopped: nonsense" in browser.text
    browser.post(f"{path}/message", to="edi@kestrelmoor.example", subject="Hello", text="What has changed?")
    assert browser.said == "The message to edi@kestrelmoor.example waits to be sent."
    browser.get(path)
    assert "Open cases that it affects, by cause" in browser.text
    browser.post(f"{path}/try", since="nonsense")
    assert "'nonsense' is no time" in browser.said
    browser.get(path)
    browser.post(f"{path}/try", since="2030-01-01")
    assert "no case that it affects is open from 2030-01-01 00:00 UTC on" in browser.said
    browser.get(path)
    browser.post(f"{path}/try", since="2026-01-01 08:00")
    assert "What a replay would do" in browser.text
    assert "cases opened from 2026-01-01 08:00" in browser.text
    assert f'href="{path}">The incident' in browser.page.text
    browser.post(f"{path}/close", root_cause="partner data", why="")
    assert "it needs a reason" in browser.said
    browser.post(f"{path}/post-mortem", impact="two orders late", course="a new mapping of theirs")
    browser.post(f"{path}/close", root_cause="partner data", why="they have mended it")
    browser.get("/incidents?over=true")
    assert "They send nonsense" in browser.text
    browser.get("/switches")
    browser.post("/switches/resume", what="set", set_code="850", partner="kestrelmoor", why="mended")
    assert browser.said == "Resumed: the set 850 of kestrelmoor."
    browser.get("/alerts?state=WAITING")
    assert "edi@kestrelmoor.example" in browser.text
    browser.get(_first(browser, r'href="(/messages/\d+)"'))
    assert "What has changed?" in browser.text
    reader = busy.browser("AUDITOR", name="otto")
    reader.get(path)
    assert ("Take the lead" in reader.text, reader.status) == (False, 200)


def test_figures_have_their_rows_and_a_file_of_them(busy: Site) -> None:
    browser = busy.browser("SUPERVISOR")
    browser.get("/figures?since=2026-03-01&until=2026-03-02")
    assert "First-pass yield" in browser.text
    assert browser.get("/figures/reject-rate?since=2026-03-01&until=2026-03-02").status == 200
    assert "REJECTED" in browser.text
    assert browser.get("/figures/reject-rate?since=2026-03-01&failed=true&page=7").status == 200
    assert browser.get("/figures/reject-rate?since=nonsense").status == 409
    assert "'nonsense' is no day; write it as 2026-03-03" in browser.text
    answer = browser.client.get("/figures/exception-rate/rows.csv?since=2026-03-01&until=2026-03-02")
    head, *rows = answer.text.splitlines()
    assert head == "kind,subject,name,partner,at,passed,weight,reached,value,why,set_code"
    assert any("PRICE" in row for row in rows)
    assert browser.client.get("/figures/nothing").status_code == 404
    cause = _first(browser.get("/figures/queue-age"), r'href="(/causes/[0-9a-f]+)"')
    assert browser.get(cause).status == 200
    came = _first(browser.get("/figures/throughput?since=2026-03-02"), r'href="(/documents\?set=850[^"]*)"')
    assert "K7001004" in browser.get(came.replace("&amp;", "&")).text


def test_what_went_out_is_listed_read_and_sent_again_and_the_log_is_proved(busy: Site) -> None:
    browser = busy.browser("SUPERVISOR")
    browser.get("/transmissions?partner=kestrelmoor&state=SENT")
    path = _first(browser, r'href="(/transmissions/\d+)"')
    browser.get(path)
    assert "Documents in it" in browser.text
    answer = browser.client.get(f"{path}/raw")
    assert (answer.content[:3], answer.headers["content-type"]) == (b"ISA", "application/octet-stream")
    browser.post(f"{path}/resend")
    assert browser.said == "The same bytes go again."
    browser.get("/certificates")
    assert "There is no certificate." in browser.text
    browser.get("/audit?subject=transmission")
    assert "Nothing was recorded." not in browser.text
    browser.get("/controls")
    browser.get("/controls/no-answer?since=2026-03-01&until=2026-03-09")
    assert browser.status == 200


def test_monitoring_gets_its_numbers(busy: Site) -> None:
    answer = busy.browser().client.get("/metrics")
    assert answer.status_code == 200
    assert re.search(
        r'edi_gateway_documents_total\{direction="in",partner="kestrelmoor",set="850",state="REJECTED"\} [1-9]',
        answer.text,
    )
    assert 'edi_gateway_incidents{severity="urgent"} 0.0' in answer.text


def test_personal_data_is_looked_at_before_it_is_erased(busy: Site) -> None:
    browser = busy.browser("ADMIN")
    browser.get("/retention")
    assert "until somebody asks" in browser.text
    browser.post("/retention/look", order="no such order")
    assert "No order is called that" in browser.said
    with busy.here.reading() as conn:
        held, *_ = list_orders(conn, OrderFilter())
    browser.post("/retention/look", order=held.po_number)
    assert "is not at its end" in browser.said
    busy.hire("lea", "LEAD")
    with busy.here.desk("lea") as desk:
        orders.cancel(desk, partners_of(busy.here, desk.conn), held.order_id, why="nobody wants it")
    with busy.here.engine.begin() as conn:  # its 855 has gone
        conn.execute(text("UPDATE documents SET state = 'SENT' WHERE state = 'QUEUED'"))
    browser.post("/retention/look", order=held.po_number)
    assert "Nothing is changed yet." in browser.text
    browser.post("/retention/erase", order_id=str(held.order_id), why="they asked by letter")
    assert browser.said == f"The personal data of {held.number} is erased."
    browser.get("/retention")
    assert "they asked by letter" in browser.text


def test_the_audit_is_read_by_day_and_in_words_and_proved_when_asked(busy: Site) -> None:
    browser = busy.browser("AUDITOR")
    browser.get("/audit?since=2026-03-02&until=2026-03-02&action=order+booked")
    assert "{" not in browser.page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "order SO-" in browser.text
    assert "Nothing was recorded." in browser.get("/audit?until=2026-03-01").text
    assert "Nothing was recorded." in browser.get("/audit?since=2026-03-03").text
    assert "The log is whole" not in browser.get("/audit").text  # it takes a while: only for who asks
    assert "The log is whole" in browser.get("/audit/proof").text
    assert browser.page.text.startswith("<!doctype html>")  # a whole page, where no script puts it into one


def test_roles_are_shown_with_what_they_may_do(busy: Site) -> None:
    browser = busy.browser("AUDITOR")
    browser.get("/users/roles")
    row = browser.page.text.partition("erase personal data")[2].partition("</tr>")[0]
    assert re.findall(r"(\w+) may<", row) == ["ADMIN", "SUPERVISOR"]
    assert busy.browser("CSR", name="cara").get("/users/roles").status == 403


def test_interchanges_are_found_by_day_and_a_partner_shows_its_last_traffic(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    assert "No such interchanges." in browser.get("/interchanges?since=2026-03-03").text
    assert "000000104" in browser.get("/interchanges?since=2026-03-02&until=2026-03-02").text
    browser.get("/partners/kestrelmoor")
    last = browser.page.text.partition("<h2>Last traffic</h2>")[2].partition("</table>")[0]
    assert ("K7001004" in last, "997" in last, last.count("<tr>")) == (True, True, 11)


def test_a_transmission_shows_the_message_that_bore_it_and_its_receipts(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    path = _first(browser.get("/transmissions?state=SENT"), r'href="(/transmissions/\d+)"')
    moment, zeros = datetime(2026, 3, 2, 15, 1, tzinfo=UTC), "0" * 64
    shared = {"id": 1, "partner": "kestrelmoor", "headers": "[]"}
    message = {
        "direction": "out", "message_id": "<1@us>", "transmission_id": int(path[15:]), "state": "RECEIPTED",
        "as2_from": "US", "as2_to": "THEM", "size": 100, "sha256": zeros, "mics": '[["abc=", "sha256"]]',
        "layers": "encrypted aes256-cbc", "created_at": moment, "first_sent_at": moment, "receipted_at": moment,
    }  # fmt: skip
    receipt = {
        "direction": "in", "message": 1, "state": "SETTLES", "at": moment, "disposition": "processed <b>well</b>",
        "mic": "abc=", "bytes": b"x", "attempts": 0,
    }  # fmt: skip
    with busy.here.engine.begin() as conn:
        conn.execute(insert(tables.as2_messages).values(**shared, **message))
        conn.execute(insert(tables.as2_receipts).values(**shared, **receipt))
    browser.get(path)
    assert "Packed encrypted aes256-cbc" in browser.text
    assert "SETTLES processed <b>well</b> abc=" in browser.text
    assert "<b>well" not in browser.page.text

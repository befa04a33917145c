"""A case and a document taken apart in the browser, search, downloads."""

from __future__ import annotations

from sqlalchemy import insert

from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.reports.book import cases
from edi_gateway.store.tables import postings
from tests.web.console.browsing import Site


def case_of(site: Site, code: str) -> int:
    with site.here.reading() as conn:
        return next(c.case_id for c in cases.list_cases(conn) if c.code == code)


def test_a_case_shows_the_marked_bytes_the_rule_the_views_and_the_997(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    number = case_of(busy, "CODE_INVALID")
    browser.get(f"/cases/{number}")
    html = browser.page.text
    assert '<mark class="bad" title="BEG01 (Transaction Set Purpose Code) &#39;99&#39; is not a code' in html
    assert ">99</mark>" in html
    assert "missing here" in html  # N104, which is not there
    assert "Only the codes that are listed may stand there." in browser.text
    assert "stand-alone" in browser.text  # BEG02 explained
    assert "The set is rejected: segments in error." in browser.text
    tree = browser.get(f"/cases/{number}?part=tree").text
    assert "KESTRELMOOR DC NORTH" in tree
    said = browser.get(f"/cases/{number}?part=canonical")
    assert 'data-said="po_number = K7001014: BEG03 in segment 2, byte 484, row [BEG]' in said.page.text
    assert 'id="b484" href="#v2" data-t="2">K7001014</a>' in said.page.text
    assert "BEG01: 99 here, 00 in the other" in browser.get(f"/cases/{number}?part=beside").text
    assert (
        "13-one-bad-set-input.edi came by kestrelmoor" in browser.get(f"/cases/{number}?part=timeline").text
    )
    assert "pyx12 does not accept" in browser.part(f"/cases/{number}/second-opinion").text
    assert browser.get("/cases/1").status == 404


def test_cases_about_an_order_and_about_an_envelope_are_shown_too(busy: Site) -> None:
    browser = busy.browser("CSR")
    browser.get(f"/cases/{case_of(busy, 'PRICE_DIFFERS')}")
    assert ">150</mark>" in browser.page.text  # the canonical path, by lineage
    assert "lower than ours by more than agreed" in browser.text
    browser.get(f"/cases/{case_of(busy, 'PARTNER_UNKNOWN')}")
    assert ">ZZ*MOORGATE       *ZZ*TARNBROOK</mark>" in browser.page.text


def test_a_case_without_a_document_shows_what_there_is(busy: Site) -> None:
    finding = Finding(
        Code.POSTING_FAILED, Severity.ERROR, "The ERP said no.", "Mend it.", family=Family.ERP_POST
    )
    with busy.here.desk() as desk:
        posting = {
            "id": desk.ids.next(), "target": "files", "key": "x", "order_id": 1, "revision": 1,
            "payload": '{"po": "<b>K1</b>"}', "state": "FAILED", "attempts": 3, "last_error": "The disk is full.",
            "created_at": desk.clock(),
        }  # fmt: skip
        desk.conn.execute(insert(postings).values(**posting))
        (number,) = open_cases(desk, [NewCase(finding, "kestrelmoor", About(posting_id=posting["id"]))])
    browser = busy.browser("EDI_ANALYST")
    browser.get(f"/cases/{number}")
    assert "The ERP said no." in browser.text
    assert "The disk is full." in browser.text
    assert "&lt;b&gt;K1" in browser.page.text
    assert "It is about no bytes." in browser.text
    assert "To be posted to files (failed, 3 attempts)" in browser.get(f"/cases/{number}?part=timeline").text
    assert "No transaction set belongs to this." in browser.get(f"/cases/{number}?part=tree").text


def test_documents_are_found_and_their_bytes_are_taken_away_by_who_may(busy: Site) -> None:
    browser = busy.browser("EDI_ANALYST")
    browser.get("/documents?po=K7001014")
    (row,) = [link for link in browser.page.text.split('"') if link.startswith("/documents/")]
    assert "No such documents." in browser.get("/documents?text=%22%20OR%20x").text
    browser.get(row)
    assert "REJECTED" in browser.text
    page = browser.get(f"{row}/raw").page
    assert page.content.startswith(b"ST*850*0002~")
    assert page.content.endswith(b"SE*15*0002~")
    assert page.headers["content-disposition"].startswith("attachment")
    assert page.headers["content-type"] == "application/octet-stream"
    found = browser.get("/interchanges?control=113")
    assert "000000113" in found.text
    assert "13-one-bad-set-input.edi" in found.text
    assert "997" in browser.get("/interchanges?direction=out").text
    keeper = busy.browser("WAREHOUSE", name="wim")
    assert keeper.get(f"{row}/raw").status == 403
    assert "Download" not in keeper.get(row).text

"""A document that is too large to be taken apart: what is wrong is shown in windows, and a page of it on request."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.reports.triage import subjects
from edi_gateway.reports.triage.marked import PAGE
from edi_gateway.reports.triage.one_case import Look
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.ids import Ids
from edi_gateway.store.traffic import findings, receipts

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HEAD = (
    b"ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *260302*1200*U*00401*000000001*0*P*>~"
    b"GS*PO*THEM*US*20260302*1200*1*X*004010~"
)
LINE = b"PO1*1*5*EA*4.25**VN*TB-1001~"  # 28 bytes
LINES = 800_000  # 22.4 MB
BAD = 500_000  # the line whose price is none


def test_twenty_megabytes_are_shown_in_windows_around_what_is_wrong(swept: Engine) -> None:
    ids = Ids(lambda: NOW, 1)
    begins = len(HEAD)
    start = b"ST*850*0001~BEG*00*SA*K1**20260302~"
    at = begins + len(start) + BAD * len(LINE) + len(b"PO1*1*5*EA*")
    body = start + LINE * BAD + LINE.replace(b"4.25", b"4x25") + LINE * (LINES - BAD - 1) + b"SE*800003*0001~"
    with swept.begin() as conn:
        receipt = receipts.add(conn, ids, lambda: NOW, "cli", "large.edi", [HEAD, body], partner="acme").id
        interchange, document = ids.next(), ids.next()
        conn.execute(
            insert(tables.interchanges).values(
                id=interchange, receipt_id=receipt, offset=0, length=begins + len(body), sha256="0" * 64,
                state="DONE", received_at=NOW,
            )
        )  # fmt: skip
        conn.execute(
            insert(tables.documents).values(
                id=document, direction="in", partner="acme", set_code="850", version="004010", control="0001",
                state="REJECTED", receipt_id=receipt, interchange_id=interchange, offset=begins,
                length=len(body) - 1, created_at=NOW,
            )
        )  # fmt: skip
        bad = Finding(
            Code.NUMBER_INVALID, Severity.ERROR, "PO104 '4x25' is not a number.",
            at=Location("PO1", BAD + 3, "PO1", 4, offset=at, length=4), value="4x25",
        )  # fmt: skip
        findings.add(conn, findings.rows(ids, [bad], receipt_id=receipt, document_id=document))
    with reading(swept) as conn:
        subject = subjects.of_document(conn, document)
        assert subject is not None
        look = Look(conn, subject)
        assert look.read is None
        assert look.why_not is not None
        assert "22,400,049 bytes" in look.why_not
        shown = look.marked()
        assert shown is not None
        assert not shown.whole
        ((*lines,),) = shown.stretches
        assert [p.text for line in lines for p in line.pieces if p.keys == ("f0",)] == ["4x25"]
        assert sum(p.length for line in lines for p in line.pieces) == 1500 + 4 + 1500
        page = look.marked(begin=at - 11)
        assert page is not None
        assert page.stretches[0][0].text == "PO1*1*5*EA*4x25**VN*TB-1001~"
        assert sum(p.length for line in page.stretches[0] for p in line.pieces) == PAGE
        assert (look.tree(), look.canonical, look.beside) == ([], None, None)

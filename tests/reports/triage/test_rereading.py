"""A stored set read again: what is found stands at the same bytes as when it came, however the file was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway.model.finding import Code, Location
from edi_gateway.reports.traffic.raw import receipt_bytes
from edi_gateway.reports.triage.rereading import reread
from edi_gateway.store import tables
from edi_gateway.store.traffic import findings
from tests.cli.terminal import SAMPLES
from tests.flow.conftest import engine, stocked_file
from tests.flow.shop import Shop

__all__ = ["engine", "stocked_file"]

PLAIN = b"".join((SAMPLES / "13-one-bad-set" / "input.edi").read_bytes().split(b"\n"))


def wrapped(content: bytes) -> bytes:
    return b"\r\n".join(content[at : at + 80] for at in range(0, len(content), 80)) + b"\r\n"


DISGUISES = {
    "as it is": PLAIN,
    "lines of 80": wrapped(PLAIN),
    "a line a segment": PLAIN.replace(b"~", b"~\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "blanks before and between": b" \n" + PLAIN.replace(b"~", b"~ "),
    "another terminator": PLAIN.replace(b"~", b"\x15"),
    "UTF-8": PLAIN.replace(b"MILLBROOK", "Mühlbach".encode()),
    "Latin-1": PLAIN.replace(b"MILLBROOK", "Mühlbach".encode("latin-1")),
}


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path / "home")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # no SQL differs
def test_findings_of_a_set_read_again_stand_at_the_bytes_of_the_file(shop: Shop) -> None:
    for number, (name, content) in enumerate(DISGUISES.items(), 200):
        shop.drop(f"{name}.edi", content.replace(b"000000113", b"%09d" % number), partner="kestrelmoor")
    shop.run(["kestrelmoor"])
    rejected = shop.rows(tables.documents, "id", state="REJECTED")
    assert len(rejected) == len(DISGUISES)
    with shop.engine.connect() as conn:
        for row in rejected:
            again = reread(conn, row["id"])
            assert again is not None
            kept = [f for f in findings.of(conn, document_id=row["id"]) if f.code is not Code.LINES_WRAPPED]
            assert list(again.findings) == kept
            at = next(f.at for f in again.findings if f.code is Code.CODE_INVALID)
            assert isinstance(at, Location)
            assert at.offset is not None
            assert receipt_bytes(conn, row["receipt_id"], at.offset, at.length) == b"99"
            fed = next(t for t in again.traces if t.path == "po_number")
            found = receipt_bytes(conn, row["receipt_id"], fed.offset, fed.length)
            assert found.replace(b"\r\n", b"") == b"K7001014"

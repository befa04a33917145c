"""What a representative asks every day, as a table, JSON lines, CSV and a workbook; nothing in them is a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from edi_gateway.cli.exports import write_xlsx
from tests.cli.book.test_lists import promised
from tests.cli.terminal import MONDAY, Terminal

STOCK = "site,sku,on_hand\nEAST,TB-1001,240\nEAST,TB-1002,1440\n"  # 20 of the 40 cases of mugs; all of the grey ones
SITES = "code,name,address_1,city,region,postal_code,country\nEAST,Harbor Mills,12 Quay Street,Baltimore,MD,21230,US\n"


@pytest.fixture
def depot(shop: Terminal) -> Terminal:
    """Kestrelmoor's orders are shipped by us; some of what sample 01 orders is in stock."""
    file = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    text = file.read_text("utf-8")
    if "[fulfilment]" not in text:
        file.write_text(f"{text}\n[fulfilment]\nours = true\nrelease_days_before = 0\n", "utf-8")
    shop.ok("partners", "publish", "--why", "agreed")
    for kind, content in (("sites", SITES), ("stock", STOCK)):
        (shop.home / f"{kind}.csv").write_text(content, "utf-8")
        shop.bring(kind, shop.home / f"{kind}.csv")
    shop.set_clock(MONDAY)
    shop.drop_sample("kestrelmoor", "01-mass-merchant")
    shop("run", "--once")
    return shop


def rows(said: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said)))


def test_what_waits_for_stock_is_listed_with_how_much_and_why(depot: Terminal) -> None:
    found = rows(depot.ok("orders", "backorders", "--csv").out)
    assert [(r["line"], r["sku"], r["quantity"], r["unit"], r["reason"]) for r in found] == [
        ("1", "TB-1001", "20", "CA", "NO_STOCK"),
        ("3", "TB-2001", "20", "CA", "NOT_STOCKED"),
    ]
    assert {(r["po_number"], r["days"], r["partner"]) for r in found} == {("K7001001", "0", "kestrelmoor")}
    told = depot.ok("orders", "backorders", "--json").json()
    assert [r["quantity"] for r in told] == ["20", "20"]
    assert "TB-2001" in depot.ok("orders", "backorders").out
    assert depot.ok("orders", "backorders", "--partner", "pinwheel").out == "Nothing waits for stock.\n"


def test_what_has_stock_is_due_to_ship_and_late_once_its_last_day_has_passed(depot: Terminal) -> None:
    found = depot.ok("orders", "due-to-ship", "--json").json()
    assert [(r["line"], r["quantity"], r["site"], r["late"]) for r in found] == [
        (1, "20", "EAST", False),
        (2, "120", "EAST", False),
    ]
    assert depot.ok("orders", "due-to-ship", "--until", "2026-03-02", "--json").json() == []
    depot.wait(days=60)
    assert {r["late"] for r in depot.ok("orders", "due-to-ship", "--json").json()} == {True}
    assert [o["po_number"] for o in depot.ok("orders", "list", "--late-to-ship", "--json").json()] == [
        "K7001001"
    ]


def test_orders_are_found_by_stage_by_worth_and_by_being_open(depot: Terminal) -> None:
    def found(*words: str) -> list[str]:
        return [o["po_number"] for o in depot.ok("orders", "list", "--json", *words).json()]

    assert found("--open") == found("--stage", "in_fulfilment") == ["K7001001"]
    assert found("--stage", "CLOSED") == []
    assert found("--least", "10243.20") == ["K7001001"]  # 40 x 44.40 + 120 x 43.08 + 20 x 164.88
    assert found("--least", "10243.21") == found("--most", "10243.19") == []
    said = depot("orders", "list", "--least", "much")
    assert (said.code, said.err) == (2, "error: --least is an amount such as 1250.00; not 'much'.\n")


@pytest.mark.parametrize("command", ["timeline", "backorders", "due-to-ship", "acks-overdue"])
def test_the_keys_are_those_that_are_promised(depot: Terminal, command: str) -> None:
    depot.wait(days=3)
    depot("run", "--once")
    words = ["K7001001"] if command == "timeline" else []
    assert set(depot.ok("orders", command, *words, "--json").json()[0]) == promised(f"orders {command}")


def test_the_timeline_of_an_order_is_told_in_its_order(depot: Terminal) -> None:
    kinds = [r["kind"] for r in depot.ok("orders", "timeline", "K7001001", "--json").json()]
    assert kinds[:2] == ["received", "answered"]
    assert kinds.index("allocated") < kinds.index("stage")
    table = depot.ok("orders", "timeline", "K7001001").out
    assert "PO K7001001 received, 3 lines: accepted" in table


def test_nothing_is_to_be_told_or_billed_before_anything_has_left(depot: Terminal) -> None:
    assert depot.ok("orders", "notices-due").out == "Every ship notice has gone.\n"
    assert depot.ok("orders", "invoices-due").out == "All that has left is invoiced.\n"


def test_what_nobody_has_acknowledged_in_time_is_listed(depot: Terminal) -> None:
    assert depot.ok("orders", "acks-overdue", "--json").json() == []
    depot.wait(days=3)
    depot("run", "--once")
    found = depot.ok("orders", "acks-overdue", "--json").json()
    assert {(r["set_code"], r["partner"], r["state"]) for r in found} == {
        ("855", "kestrelmoor", "ACK_OVERDUE")
    }


def test_a_workbook_has_a_row_an_order(depot: Terminal) -> None:
    file = depot.home / "orders.xlsx"
    said = depot.ok("orders", "list", "--xlsx", file)
    assert said.err == f"1 rows in {file}.\n"
    cells = sheet(file)
    assert cells["C1"] == "po_number"
    assert cells["C2"] == "K7001001"


# Nothing is a formula


@dataclass(frozen=True)
class Hostile:
    text: str
    amount: Decimal
    on: date
    at: datetime
    flag: bool
    count: int
    none: None = None


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://example.invalid/",
    "{=1}",
    "\x1b[31mred",
    "12345678901234567890",
)


def sheet(file: Path) -> dict[str, str]:
    """The cells of a workbook's first sheet, as text; a formula in it is an error."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as book:
        parts = list(ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{space}si"))
        strings = ["".join(t.text or "" for t in part.iter(f"{space}t")) for part in parts]
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not list(tree.iter(f"{space}f"))
        assert not [
            name for name in book.namelist() if "externalLink" in name or name.endswith("sheet1.xml.rels")
        ]
    found = {}
    for cell in tree.iter(f"{space}c"):
        value = cell.find(f"{space}v")
        text = "" if value is None else value.text or ""
        found[cell.attrib["r"]] = strings[int(text)] if cell.attrib.get("t") == "s" else text
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_what_partners_wrote_is_text_in_a_workbook(tmp_path: Path, text: str) -> None:
    row = Hostile(text, Decimal("10.50"), date(2026, 3, 2), datetime(2026, 3, 2, 15, 0, tzinfo=UTC), True, 7)
    write_xlsx(tmp_path / "x.xlsx", ["text", "amount", "on", "at", "flag", "count", "none"], [row])
    cells = sheet(tmp_path / "x.xlsx")
    assert cells["A2"] == text.replace("\x1b", "·").replace("\r", "·")
    assert (cells["B2"], cells["C2"], cells["D2"], cells["E2"], cells["F2"]) == (
        "10.50",
        "46083",
        "46083.625",
        "1",
        "7",
    )
    assert "G2" not in cells


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_stays_as_it_is(tmp_path: Path) -> None:
    row = Hostile(
        "", Decimal("1234567890123.4567"), date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC), False, 0
    )
    write_xlsx(tmp_path / "x.xlsx", ["amount"], [row])
    assert sheet(tmp_path / "x.xlsx")["A2"] == "1234567890123.4567"


def test_a_workbook_that_cannot_be_written_is_told(depot: Terminal) -> None:
    said = depot("orders", "list", "--xlsx", depot.home / "nowhere" / "x.xlsx")
    assert said.code == 1
    assert "cannot be written" in said.err

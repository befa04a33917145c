"""`invoices` and `payments`, as people type them: billed by the gateway, paid by an 820, credited by hand."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.book.test_lists import promised
from tests.cli.conftest import copied
from tests.cli.terminal import MONDAY, Terminal
from tests.flow import papers

ADDED = """
[fulfilment]
ours = true

[shipping]
notice = false

[[documents]]
set = "810"
direction = "out"
version = "005010"

[[documents]]
set = "820"
direction = "in"
version = "005010"
"""
FIRST = "INV00000001"


@pytest.fixture(scope="session")
def _counter(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counter")
    shop = copied(_stocked, folder)
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(profile.read_text("utf-8") + ADDED, "utf-8")
    shop.ok("partners", "publish", "kestrelmoor", "--why", "agreed")
    for kind, lines in (
        ("sites", "code,name\nMAIN,Main hall\n"),
        ("stock", "site,sku,on_hand\nMAIN,TB-1001,300\n"),
    ):
        file = folder / f"{kind}.csv"
        file.write_text(lines, "utf-8")
        shop.ok("import", kind, file)
    shop.drop("kestrelmoor", "a.edi", papers.orders(1, "N1", quantity=10))
    shop.ok("run", "--once")
    shop.wait(days=14)
    shop("run", "--once")
    (release,) = shop.ok("releases", "list", "--json").json()
    shop.ok("ship", "confirm", release["number"], "--carrier", "abcd", "--pro", "P-7")
    shop("run", "--once")
    return shop.home


@pytest.fixture
def counter(_counter: Path, tmp_path: Path) -> Terminal:
    """Kestrelmoor's order N1 of 10 cases of mugs at 44.40 has left from MAIN and is billed."""
    return copied(_counter, tmp_path, MONDAY + timedelta(days=14, hours=1))


def remittance(control: int, *items: str, amount: str) -> bytes:
    """An 820 of Kestrelmoor with trace number T-1; items are RMRs."""
    body = ["BPR*C*" + amount + "*C*ACH************20260320", "TRN*1*T-1", "ENT*1", *items]
    return papers.interchange(control, [papers.whole("820", body, "0001")], code="RA")


def test_what_left_is_billed_and_the_810_goes(counter: Terminal) -> None:
    (row,) = counter.ok("invoices", "list", "--json").json()
    assert set(row) == promised("invoices list")
    assert (row["number"], row["kind"], row["po_number"], row["total"], row["open"], row["state"]) == (
        FIRST,
        "INVOICE",
        "N1",
        "444.00",  # 10 x 44.40
        "444.00",
        "SENT",
    )
    (told,) = csv.DictReader(io.StringIO(counter.ok("invoices", "list", "--open", "--csv").out))
    assert told["number"] == FIRST
    shown = counter.ok("invoices", "show", FIRST, "--json").one()
    assert set(shown) == promised("invoices show")
    # the order's terms, 2 % in 30 days, 60 net; 16 March and 60 days are 15 May
    assert (shown["discount"], shown["invoice"]["due_on"]) == ("8.88", "2026-05-15")
    out = counter.ok("invoices", "show", FIRST).out
    assert "for         PO N1 and SH-" in out
    assert "discount    8.88 until 2026-04-15" in out
    assert "TB-1001  10" in out
    (sent,) = [text for text in counter.sent("kestrelmoor") if "ST*810*" in text]
    assert f"BIG*20260316*{FIRST}*20260302*N1***DI*00~" in sent
    assert "TDS*44400*44400*43512*888~" in sent


def test_lists_take_only_the_words_that_there_are(counter: Terminal) -> None:
    assert counter.ok("invoices", "list", "--state", "paid").out == "No such invoices.\n"
    assert counter.ok("invoices", "list", "--overdue").out == "No such invoices.\n"
    counter.wait(days=80)
    assert FIRST in counter.ok("invoices", "list", "--overdue").out
    assert counter("invoices", "list", "--state", "GONE").code == 2
    assert counter("payments", "list", "--state", "GONE").code == 2
    assert counter("invoices", "show", "INV9").code == 2
    assert counter("payments", "show", "T-9").code == 2
    assert counter.ok("payments", "list").out == "No such payments.\n"


def test_an_820_pays_it_and_the_order_is_closed(counter: Terminal) -> None:
    items = remittance(7, f"RMR*IV*{FIRST}**435.12*444*8.88", amount="435.12")
    counter.drop("kestrelmoor", "pay.edi", items)
    counter.ok("run", "--once")
    (row,) = counter.ok("payments", "list", "--json").json()
    assert set(row) == promised("payments list")
    assert (row["reference"], row["amount"], row["paid_on"], row["state"]) == (
        "T-1",
        "435.12",
        "2026-03-20",
        "APPLIED",
    )
    shown = counter.ok("payments", "show", "T-1", "--json").one()
    assert set(shown) == promised("payments show")
    assert shown["lines"] == [
        {
            **{"invoice": FIRST, "matched": True, "paid": "435.12", "discount": "8.88", "taken_off": "0"},
            "reason": None,
        }
    ]
    assert "INV00000001  yes   435.12  8.88" in counter.ok("payments", "show", "T-1").out
    assert "Payments" in counter.ok("invoices", "show", FIRST).out
    (invoice,) = counter.ok("invoices", "list", "--json").json()
    assert (invoice["state"], invoice["open"]) == ("PAID", "0")
    assert counter.ok("orders", "list", "--stage", "CLOSED", "--json").one()["po_number"] == "N1"
    counter.drop(
        "kestrelmoor", "again.edi", remittance(8, f"RMR*IV*{FIRST}**435.12*444*8.88", amount="435.12")
    )
    counter.ok("run", "--once")
    assert [d["state"] for d in counter.documents("--set", "820")] == ["APPLIED", "DUPLICATE"]


def test_what_is_not_known_is_a_case(counter: Terminal) -> None:
    counter.drop("kestrelmoor", "pay.edi", remittance(7, "RMR*IV*INV77**5", amount="5"))
    counter("run", "--once")
    (case,) = counter.cases("--family", "INVOICE")
    assert (case["code"], case["family"]) == ("PAYMENT_UNMATCHED", "INVOICE")
    assert [d["state"] for d in counter.documents("--set", "820")] == ["ERROR"]


def test_credited_by_hand_and_billed_again(counter: Terminal) -> None:
    said = counter.ok("invoices", "credit", FIRST, "--line", "1=2", "--why", "Two cases broken.").out
    assert said == f"CM00000001 credits 88.80 USD of {FIRST}.\n"
    assert "355.20" in counter.ok("invoices", "show", FIRST).out  # open
    out = counter.ok("invoices", "show", "CM00000001").out
    assert "because     Two cases broken." in out
    assert f"of          {FIRST}" in out
    refused = counter.refused("invoices", "credit", FIRST, "--amount", "355.21", "--why", "More.")
    assert "355.20 of INV00000001 is left" in refused
    assert "credited already" in counter.refused("invoices", "rebill", FIRST, "--why", "Wrong.")
    assert counter("invoices", "credit", FIRST, "--line", "two", "--why", "x").code == 2
    assert counter("invoices", "credit", FIRST, "--amount", "much", "--why", "x").code == 2
    assert counter("invoices", "credit", FIRST, "--line", "1=1", "--line", "1=2", "--why", "x").code == 2


def test_billed_again_with_corrections_that_a_second_person_lets_go(counter: Terminal) -> None:
    """9 of the 10 cases at 44.00, 396.00; the 855 says 44.40."""
    words = ("invoices", "rebill", FIRST, "--why", "Mail.", "--price", "1=44.00", "--line", "1=9")
    waits = counter(*words)
    assert (waits.code, waits.out) == (1, "")
    assert "The 855 acknowledges 44.40 in line 001 of PO N1, the 810 bills 44.00." in waits.err
    assert f"Nothing of {FIRST} is corrected yet." in waits.err
    hold = counter.ok("holds", "list", "--code", "BILLING", "--json").one()
    assert hold["rule"] == "billed_price_as_acknowledged"
    let_go = (
        "holds",
        "release",
        str(hold["hold_id"]),
        "--reason",
        "CUSTOMER_AGREED",
        "--text",
        "They agree.",
    )
    assert "may not release it" in counter.refused(*let_go)
    counter.ok(*let_go, by="cat")
    said = counter.ok(*words).out
    assert said == f"CM00000001 credits {FIRST}; INV00000002 over 396.00 USD stands in its place.\n"
    for wrong in ("--price=1", "--line=x=2", "--charge=D500", "--allowance=x:D500=1", "--charge==1"):
        assert counter("invoices", "rebill", "INV00000002", "--why", "x", wrong).code == 2


def test_billed_again(counter: Terminal) -> None:
    said = counter.ok("invoices", "rebill", FIRST, "--why", "Address.").out
    assert said == f"CM00000001 credits {FIRST}; INV00000002 over 444.00 USD stands in its place.\n"
    rows = counter.ok("invoices", "list", "--json").json()
    assert [(r["number"], r["kind"], r["state"]) for r in rows[::-1]] == [
        (FIRST, "INVOICE", "CREDITED"),
        ("CM00000001", "CREDIT", "ISSUED"),
        ("INV00000002", "REBILL", "ISSUED"),
    ]


def test_a_check_is_entered(counter: Terminal) -> None:
    counter.wait(days=20)
    words = ("payments", "enter", "kestrelmoor", "CHK 7", "434.12", "--invoice", f"{FIRST}=434.12")
    assert counter(*words, "--discount", "INV9=1").code == 2
    assert counter(*words, "--taken-off", "1").code == 2
    said = counter.ok(*words, "--discount", f"{FIRST}=8.88", "--taken-off", f"{FIRST}=1.00").out
    assert said == "434.12 USD of kestrelmoor are entered as CHK 7: partly.\n"
    assert "1.00 taken off (no reason)" in counter.ok("invoices", "show", FIRST).out
    assert [case["code"] for case in counter.cases("--family", "INVOICE")] == ["PAYMENT_DIFFERS"]
    assert counter.ok("payments", "list", "--state", "partly", "--json").one()["reference"] == "CHK 7"


def test_a_shipment_is_billed_once(counter: Terminal) -> None:
    (shipment,) = counter.ok("shipments", "list", "--json").json()
    assert "all of it is invoiced" in counter.refused("invoices", "issue", shipment["number"])
    assert counter("invoices", "issue", "SH-1").code == 2

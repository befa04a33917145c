"""`stock` and the imports of sites, stock and supply, as people type them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.flow import papers

COUNTS_TOO = '[[documents]]\nset = "846"\ndirection = "in"\nversion = "005010"\n\n[writing]'


def bring(terminal: Terminal, tmp_path: Path, kind: str, text: str) -> str:
    file = tmp_path / f"{kind}.csv"
    file.write_text(text, "utf-8")
    return terminal.ok("import", kind, file).out


@pytest.fixture
def yard(shop: Terminal, tmp_path: Path) -> Terminal:
    """Kestrelmoor runs NORTH, where 240 of TB-1001 and 50 of TB-1002 lie."""
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(profile.read_text("utf-8").replace("[writing]", COUNTS_TOO), "utf-8")
    shop.ok("partners", "publish", "kestrelmoor", "--why", "agreed")
    bring(shop, tmp_path, "sites", "code,name,warehouse\nNORTH,=North hall,kestrelmoor\n")
    out = bring(shop, tmp_path, "stock", "site,sku,on_hand,hold\nNORTH,TB-1001,240,\nNORTH,TB-1002,50,2\n")
    assert "stock.csv: 2 were added, 0 changed, 0 closed, 0 unchanged." in out
    return shop


def test_a_dry_run_and_a_bad_cell_import_nothing(yard: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "count.csv"
    file.write_text("site,sku,on_hand\nNORTH,TB-1001,10\n", "utf-8")
    assert "1 changed" in yard.ok("import", "stock", file, "--dry-run").out
    file.write_text("site,sku,on_hand\nNORTH,TB-1001,ten\n", "utf-8")
    said = yard("import", "stock", file)
    assert said.code == 1
    assert "row 2, column on_hand ('ten'): must be a number" in said.out
    assert yard.ok("stock", "list", "--sku", "TB-1001", "--json").one()["on_hand"] == "240"
    supply = "reference,site,sku,quantity,due_on\nPO-1,NORTH,TB-1001,500,2026-04-01\n"
    assert "added   PO-1 NORTH TB-1001" in bring(yard, tmp_path, "supply", supply)
    told = yard.ok("stock", "receive", "PO-1", "TB-1001", "500", "--site", "NORTH").out
    assert told == "TB-1001 at NORTH: 740 on hand.\n"
    assert yard("stock", "receive", "PO-1", "TB-1001", "many", "--site", "NORTH").code == 2


def test_stock_is_listed_as_a_table_as_json_and_as_csv(yard: Terminal) -> None:
    assert yard.ok("stock", "list", "--site", "NORTH").out.splitlines()[0].split() == [
        *(
            "site",
            "sku",
            "on",
            "hand",
            "hold",
            "damaged",
            "allocated",
            "safety",
            "free",
            "counted",
            "at",
            "source",
        ),
    ]
    rows = yard.ok("stock", "list", "--json").json()
    assert [(r["sku"], r["on_hand"], r["hold"], r["free"]) for r in rows] == [
        ("TB-1001", "240", "0", "240"),
        ("TB-1002", "50", "2", "48"),
    ]
    told = list(csv.DictReader(io.StringIO(yard.ok("stock", "list", "--csv").out)))
    assert [list(row.values())[:8] for row in told] == [list(row.values())[:8] for row in rows]
    assert yard.ok("stock", "list", "--site", "SOUTH").out.startswith("There is no such stock.")


def test_a_count_is_decided_by_who_may_and_with_a_reason(yard: Terminal) -> None:
    yard.wait(hours=24)
    body = ["BIA*00*SI*INV-9*20260303*0700", "N1*WH*NORTH HALL*92*NORTH", "LIN**VN*TB-1001", "QTY*17*19*CA"]
    body += ["LIN**VN*TB-1002", "QTY*17*51*EA", "CTT*2"]
    yard.drop("kestrelmoor", "a.edi", papers.interchange(1, [papers.whole("846", body, "0001")], code="IB"))
    assert yard("run", "--once").code == 1  # something needs a person
    first, second = yard.ok("stock", "proposals", "--json").json()
    assert [(p["sku"], p["bucket"], p["ours"], p["theirs"], p["difference"]) for p in (first, second)] == [
        ("TB-1001", "on_hand", "240", "228", "-12"),
        ("TB-1002", "on_hand", "50", "51", "1"),
    ]
    assert "TB-1001" in yard.ok("stock", "proposals").out
    told = yard.ok("stock", "proposals", "--csv").out.splitlines()
    assert told[0].startswith("proposal_id,site,sku,bucket,ours,theirs,difference,")
    wanted = str(first["proposal_id"])
    assert "it needs a reason" in yard.refused("stock", "apply", wanted, "--why", " ")
    said = yard.ok("stock", "apply", wanted, "--why", "A case fell down").out
    assert said == "TB-1001 at NORTH: on_hand changes by -12.\n"
    said = yard.ok("stock", "reject", str(second["proposal_id"]), "--why", "Of another owner").out
    assert said == "TB-1002 at NORTH: on_hand stays as it is.\n"
    assert yard.ok("stock", "proposals").out == "No count waits for a decision.\n"
    decided = yard.ok("stock", "proposals", "--all", "--json").json()
    assert [(p["state"], p["decided_by"], p["reason"]) for p in decided] == [
        ("APPLIED", "maria", "A case fell down"),
        ("REJECTED", "maria", "Of another owner"),
    ]
    assert yard.cases() == []
    assert "rows" in yard.ok("audit", "verify").out

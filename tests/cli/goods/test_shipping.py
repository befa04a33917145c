"""`releases`, `ship`, `shipments` and `warehouse`, as people type them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import copied
from tests.cli.terminal import MONDAY, Terminal
from tests.flow import papers


@pytest.fixture(scope="session")
def _yard(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yard")
    shop = copied(_stocked, folder)
    profile = shop.home / "partners" / "kestrelmoor" / "partner.toml"
    text = profile.read_text("utf-8").replace("[writing]", "[fulfilment]\nours = true\n\n[writing]")
    profile.write_text(text, "utf-8")
    shop.ok("partners", "publish", "kestrelmoor", "--why", "agreed")
    config = shop.home / "config.toml"
    text = config.read_text("utf-8")
    assert "[numbers]\n" in text
    config.write_text(text.replace("[numbers]\n", '[numbers]\ngs1_prefix = "0614141"\n'), "utf-8")
    for kind, lines in (
        ("sites", "code,name\nMAIN,Main hall\n"),
        ("stock", "site,sku,on_hand\nMAIN,TB-1001,300\n"),
    ):
        file = folder / f"{kind}.csv"
        file.write_text(lines, "utf-8")
        shop.ok("import", kind, file)
    shop.drop("kestrelmoor", "a.edi", papers.orders(1, "N1", "N2", quantity=10))
    shop.ok("run", "--once")
    shop.wait(days=14)
    shop("run", "--once")
    return shop.home


@pytest.fixture
def yard(_yard: Path, tmp_path: Path) -> Terminal:
    """We ship to Kestrelmoor from MAIN; orders N1 and N2 of 10 cases of mugs are on its pick list."""
    return copied(_yard, tmp_path, MONDAY + timedelta(days=14, hours=1))


def numbers(yard: Terminal) -> list[str]:
    """Releases by PO number."""
    rows = yard.ok("releases", "list", "--json").json()
    return [row["number"] for row in sorted(rows, key=lambda row: row["po_number"])]


def test_releases_are_listed_and_shown(yard: Terminal) -> None:
    first, second = numbers(yard)
    rows = yard.ok("releases", "list", "--json").json()
    assert [(r["po_number"], r["site"], r["state"], r["document"], r["late"]) for r in rows] == [
        ("N2", "MAIN", "RELEASED", None, False),
        ("N1", "MAIN", "RELEASED", None, False),
    ]
    told = list(csv.DictReader(io.StringIO(yard.ok("releases", "list", "--csv").out)))
    assert [row["number"] for row in told] == [second, first]
    assert yard.ok("releases", "list", "--late").out == "There are no such releases.\n"
    assert yard("releases", "list", "--state", "GONE").code == 2
    out = yard.ok("releases", "show", first).out
    assert f"Release {first}" in out
    assert "PO N1 of kestrelmoor" in out
    assert "TB-1001  10" in out
    assert yard.ok("releases", "show", first, "--json").one()["parts"][0]["quantity"] == "10"
    assert yard("releases", "show", "SO-1").code == 2


def test_goods_are_picked_packed_and_gone(yard: Terminal) -> None:
    first, _ = numbers(yard)
    assert yard.ok("ship", "pick", first).out == f"{first} is picked.\n"
    assert f"{first} is packed: 10 cartons and pallets." in yard.ok("ship", "pack", first).out
    assert "006141410000000012" in yard.ok("releases", "show", first).out
    said = yard.ok("ship", "confirm", first, "--carrier", "abcd", "--pro", "P-7", "--weight", "120LB").out
    (row,) = yard.ok("shipments", "list", "--json").json()
    assert said.startswith(f"Shipment {row['number']}.")
    assert (row["orders"], row["carrier"], row["packages"], row["state"]) == ("N1", "ABCD", 10, "SHIPPED")
    out = yard.ok("shipments", "show", row["number"]).out
    assert "carrier ABCD, PRO P-7, BOL 06141410000000012, packages 10, 120 LB" in out
    assert "006141410000000104" in out  # the tenth: 0 0614141 000000010, check digit 4
    shown = yard.ok("shipments", "show", row["number"], "--json").one()
    assert [len(unit["contents"]) for unit in shown["units"]] == [1] * 10
    assert "is confirmed already" in yard.refused("ship", "confirm", first)
    assert yard.ok("shipments", "list", "--po", "N1", "--csv").out.splitlines()[1].startswith(row["number"])
    assert yard.ok("shipments", "list", "--po", "N2").out == "There are no such shipments.\n"


def test_less_of_a_line_left(yard: Terminal) -> None:
    first, second = numbers(yard)
    assert yard("ship", "confirm", first, second, "--line", "1=4").code == 2
    assert yard("ship", "confirm", first, "--line", "one=4").code == 2
    assert yard("ship", "confirm", first, "--weight", "heavy").code == 2
    yard.ok(
        "ship", "confirm", first, "--line", "1=4", "--rest", "later", "--cartons", "2", "--tracking", "1Z"
    )
    (row,) = yard.ok("shipments", "list", "--json").json()
    units = yard.ok("shipments", "show", row["number"], "--json").one()["units"]
    assert [(u["tracking"], u["contents"][0]["quantity"]) for u in units] == [("1Z", "2"), ("1Z", "2")]
    assert yard.ok("releases", "show", first, "--json").one()["release"]["state"] == "RELEASED"


def test_a_file_of_confirms_is_booked_whole_or_not_at_all(yard: Terminal, tmp_path: Path) -> None:
    first, second = numbers(yard)
    file = tmp_path / "ship.csv"
    header = "key,release,line,quantity,carton,tracking,carrier\n"
    good = f"T-1,{first},1,6,a,1Z-A,ABCD\nT-1,{first},1,3,b,1Z-B,ABCD\n"
    file.write_text(f"{header}{good}T-2,{second},1,ten,,,\nT-3,{second},,,c,,\n", "utf-8")
    said = yard("ship", "import", file)
    assert said.code == 1
    assert "row 4, column quantity ('ten'): must be a number" in said.out
    assert "row 5, column quantity: what lies in a carton needs line and quantity" in said.out
    file.write_text(f"{header}{good}T-2,SO-1,,,,,\n", "utf-8")
    assert "there is no release SO-1" in yard("ship", "import", file).out
    assert yard.ok("shipments", "list", "--json").json() == []
    file.write_text(f"{header}{good}T-2,{second},,,,,\n", "utf-8")
    assert yard.ok("ship", "import", file, "--dry-run").out.endswith("ship.csv: 2 would be booked.\n")
    assert yard.ok("shipments", "list", "--json").json() == []
    assert yard.ok("ship", "import", file).out.endswith("ship.csv: 2 were booked.\n")
    rows = yard.ok("shipments", "list", "--json").json()
    assert [(r["orders"], r["packages"]) for r in rows] == [("N2", 10), ("N1", 2)]
    again = yard.ok("ship", "import", file, "--json").one()
    assert [(s["key"], s["again"]) for s in again["shipments"]] == [("T-1", True), ("T-2", True)]
    assert len(yard.ok("shipments", "list", "--json").json()) == 2


def test_cartons_come_from_a_file(yard: Terminal, tmp_path: Path) -> None:
    first, _ = numbers(yard)
    file = tmp_path / "pack.csv"
    file.write_text(f"release,line,quantity,carton,pallet\n{first},1,4,a,P\n{first},1,5,b,P\n", "utf-8")
    assert "some of line 1 lies in no carton" in yard.refused("ship", "pack", first, "--file", file)
    file.write_text(f"release,line,quantity,carton,pallet\n{first},1,4,a,P\n{first},1,6,b,P\n", "utf-8")
    assert "3 cartons and pallets" in yard.ok("ship", "pack", first, "--file", file).out
    units = yard.ok("releases", "show", first, "--json").one()["units"]
    assert [(u["kind"], u["on"]) for u in units] == [("pallet", None), ("carton", 1), ("carton", 1)]
    assert yard.ok("ship", "unpick", first).out == f"{first} is on the shelf again.\n"
    assert yard.ok("releases", "show", first, "--json").one()["units"] == []


def test_orders_are_released_by_hand_and_cancellations_confirmed(yard: Terminal) -> None:
    assert "nothing is allocated and due" in yard.refused("releases", "make", "N1")
    first, _ = numbers(yard)
    assert "nothing was asked" in yard.refused("warehouse", "confirm-cancel", first)
    assert "no partner who gets 940s" in yard.refused("releases", "send", first)
    yard.ok("users", "put", "boss", "ADMIN")
    yard.ok("users", "put", "joe", "BILLING", by="boss")
    assert "none of the roles" in yard.refused("ship", "confirm", first, by="joe")

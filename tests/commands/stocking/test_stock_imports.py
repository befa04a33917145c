"""Import of sites, stock and supply: what differs is booked, all or nothing, and flow hears where more may go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.master_data.importing import ImportReport, import_csv, in_words
from edi_gateway.commands.stocking.stock import receive
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.model.fulfilment import Site, StockLevel, Supply
from edi_gateway.model.master_data import Item, ItemUnit
from edi_gateway.orders.judging.facts import Needs
from edi_gateway.store import work
from edi_gateway.store.database import reading
from edi_gateway.store.goods import stock
from edi_gateway.store.master import facts
from edi_gateway.store.tables import audit as audit_rows
from edi_gateway.store.tables import stock as stock_rows
from edi_gateway.store.tables import stock_moves
from tests.commands.desks import NOW, Office

D = Decimal
ITEMS = "sku,description,base_unit,measured\nA-1,Mug,EA,\nA-2,Rope,FT,yes\n"
SITES = "code,name,warehouse,city,gln\nEAST,Main,,Troy,\nWEST,Third party,pack-co,Reno,0614141000012\n"


def bring(office: Office, kind: str, text: str, *, dry_run: bool = False) -> ImportReport:
    with office.desk() as desk:
        by = import_stock if kind in ("stock", "supply") else import_csv
        return by(desk, kind, text.encode(), f"{kind}.csv", dry_run=dry_run)


@pytest.fixture
def yard(office: Office) -> Office:
    """Two items and two sites."""
    assert bring(office, "items", ITEMS).problems == []
    assert bring(office, "sites", SITES).problems == []
    return office


def levels(office: Office) -> list[StockLevel]:
    with reading(office.engine) as conn:
        return [level for found in stock.levels(conn, ["A-1", "A-2"]).values() for level in found]


def restocked(office: Office) -> list[str]:
    with office.engine.begin() as conn:
        return [item.payload["sku"] for item in work.ready(conn, "restock", 100, office.clock())]


def allocate(office: Office, site: str, sku: str, quantity: int) -> None:
    with office.engine.begin() as conn:
        stock.reserve(conn, {(site, sku): D(quantity)})


def test_sites_hold_from_their_day_and_a_warehouse_that_nobody_has_published_is_told(office: Office) -> None:
    report = bring(office, "sites", SITES)
    assert [(p.row, p.column, p.value) for p in report.warnings] == [(3, "warehouse", "pack-co")]
    bring(office, "sites", "code,name,since\nEAST,New hall,2026-03-01\n")
    with reading(office.engine) as conn:
        assert stock.sites(conn, date(2026, 1, 15)) == {
            "EAST": Site("EAST", "Main", city="Troy"),
            "WEST": Site("WEST", "Third party", "pack-co", "0614141000012", city="Reno"),
        }
        assert stock.sites(conn, date(2026, 3, 1))["EAST"].name == "New hall"


def test_a_wrong_gln_is_a_bad_cell(office: Office) -> None:
    report = bring(office, "sites", "code,name,gln\nEAST,Main,0614141000013\n")
    assert [(p.row, p.column) for p in report.problems] == [(2, "gln")]


def test_the_first_count_makes_the_rows_and_the_next_moves_what_differs(yard: Office) -> None:
    report = bring(
        yard, "stock", "site,sku,on_hand,hold,safety\nEAST,A-1,100,4,10\nWEST,A-1,0,,\nEAST,A-2,7.5,,\n"
    )
    assert (report.added, report.changed, report.unchanged, report.applied) == (3, 0, 0, True)
    assert restocked(yard) == ["A-1", "A-2"]
    allocate(yard, "EAST", "A-1", 30)
    report = bring(yard, "stock", "site,sku,on_hand,damaged\nEAST,A-1,90,1\nEAST,A-2,7.5,0\n")
    assert in_words(report.changes) == [
        {
            "what": "changed",
            "key": {"site": "EAST", "sku": "A-1"},
            "fields": [["on_hand", "100", "90"], ["damaged", "0", "1"]],
        }
    ]
    assert report.unchanged == 1
    assert levels(yard) == [
        StockLevel("EAST", "A-1", D(90), hold=D(4), damaged=D(1), allocated=D(30), safety=D(10)),
        StockLevel("WEST", "A-1", D(0)),
        StockLevel("EAST", "A-2", D("7.5")),
    ]
    with reading(yard.engine) as conn:
        c = stock_moves.c
        columns = (c.site, c.sku, c.bucket, c.quantity, c.balance, c.kind, c.reference, c.by)
        assert [tuple(row) for row in conn.execute(select(*columns).order_by(c.id))] == [
            ("EAST", "A-1", "on_hand", 100, 100, "import", "stock.csv", "ann"),
            ("EAST", "A-1", "hold", 4, 4, "import", "stock.csv", "ann"),
            ("EAST", "A-1", "safety", 10, 10, "import", "stock.csv", "ann"),
            ("WEST", "A-1", "on_hand", 0, 0, "import", "stock.csv", "ann"),
            ("EAST", "A-2", "on_hand", D("7.5"), D("7.5"), "import", "stock.csv", "ann"),
            ("EAST", "A-1", "on_hand", -10, 90, "import", "stock.csv", "ann"),
            ("EAST", "A-1", "damaged", 1, 1, "import", "stock.csv", "ann"),
        ]
        assert set(conn.execute(select(stock_rows.c.counted_at)).scalars()) == {NOW}
        assert conn.execute(
            select(func.count()).select_from(audit_rows).where(audit_rows.c.subject.like("stock %"))
        ).scalar() == 2  # fmt: skip


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("on_hand\nEAST,A-1,101", ["A-1"]),
        ("on_hand\nEAST,A-1,99", []),
        ("hold\nEAST,A-1,3", ["A-1"]),
        ("safety\nEAST,A-1,9", ["A-1"]),
        ("safety,hold\nEAST,A-1,4,9", ["A-1"]),
        ("safety,hold\nEAST,A-1,4,10", []),
        ("on_hand,hold\nEAST,A-1,101,5", []),
    ],
)
def test_flow_looks_again_only_where_more_may_go_than_before(
    yard: Office, text: str, again: list[str]
) -> None:
    bring(yard, "stock", "site,sku,on_hand,hold,safety\nEAST,A-1,100,4,10\n")
    with yard.engine.begin() as conn:
        work.done(conn, [item.id for item in work.ready(conn, "restock", 100, yard.clock())])
    assert bring(yard, "stock", f"site,sku,{text}\n").applied
    assert restocked(yard) == again


def test_every_bad_cell_of_a_count_is_told_and_nothing_is_booked(yard: Office) -> None:
    report = bring(
        yard,
        "stock",
        "site,sku,on_hand,hold,damaged\nEAST,A-1,many,,\nNORTH,A-1,1,,\nEAST,NOPE,1,,\nEAST,A-1,1.5,,\n"
        "EAST,A-2,,,\nWEST,A-1,5,3,3\nEAST,A-2,-1,,\nWEST,A-1,4,,\n",
    )
    assert [str(problem) for problem in report.problems] == [
        "row 2, on_hand: must be a number such as 12 or 3.50, without thousands separators (it says 'many')",
        "row 3, site: there is no such site: import it first (it says 'NORTH')",
        "row 4, sku: there is no such item: import it first (it says 'NOPE')",
        "row 5, on_hand: is counted in whole EA (it says '1.5')",
        "row 6: says of no bucket how much there is",
        "row 7: 3 on hold and 3 damaged is more than 5 on hand",
        "row 8, on_hand: must be at least 0 (it says '-1')",
        "row 9: says the same row of stock again as row 7; leave one of them out",
    ]
    assert levels(yard) == []
    assert restocked(yard) == []


def test_a_dry_run_shows_and_books_nothing_and_a_count_below_what_is_allocated_is_told(yard: Office) -> None:
    bring(yard, "stock", "site,sku,on_hand\nEAST,A-1,100\n")
    allocate(yard, "EAST", "A-1", 30)
    report = bring(yard, "stock", "site,sku,on_hand\nEAST,A-1,20\n", dry_run=True)
    assert (report.changed, report.applied) == (1, False)
    assert [str(w) for w in report.warnings] == ["row 2: 30 is allocated to orders, more than may go"]
    assert levels(yard)[0].on_hand == 100


def test_supply_comes_changes_and_ends(yard: Office) -> None:
    text = "reference,site,sku,quantity,due_on,confirmed\nPO-1,EAST,A-1,50,2026-02-01,\nPO-2,EAST,A-1,9,2026-02-03,no\n"
    assert bring(yard, "supply", text).added == 2
    report = bring(
        yard,
        "supply",
        "reference,site,sku,quantity,due_on,confirmed\nPO-1,EAST,A-1,0,2026-02-01,\nPO-2,EAST,A-1,9,2026-02-05,yes\n"
        "PO-9,EAST,A-2,0,2026-02-05,\n",
    )
    assert [(c["what"], c["key"], c["fields"]) for c in in_words(report.changes)] == [
        ("closed", {"reference": "PO-1", "site": "EAST", "sku": "A-1"}, [["quantity", "50", "0"]]),
        (
            "changed",
            {"reference": "PO-2", "site": "EAST", "sku": "A-1"},
            [["due_on", "2026-02-03", "2026-02-05"], ["confirmed", "False", "True"]],
        ),
    ]
    with reading(yard.engine) as conn:
        assert stock.supplies(conn, ["A-1", "A-2"]) == {
            "A-1": (Supply("EAST", "A-1", D(9), date(2026, 2, 5), True, "PO-2"),)
        }
    assert restocked(yard) == ["A-1", "A-1"]
    assert bring(yard, "supply", text.replace("50", "5O")).applied is False


def test_what_comes_in_raises_stock_lowers_its_supply_and_lets_backorders_go(yard: Office) -> None:
    bring(yard, "stock", "site,sku,on_hand\nEAST,A-1,3\n")
    bring(
        yard,
        "supply",
        "reference,site,sku,quantity,due_on\nPO-1,EAST,A-1,50,2026-02-01\nPO-1,WEST,A-1,9,2026-02-01\n",
    )
    with yard.engine.begin() as conn:
        work.done(conn, [item.id for item in work.ready(conn, "restock", 100, yard.clock())])
    with yard.desk("wanda", "WAREHOUSE") as desk:
        assert receive(desk, "PO-1", "EAST", "A-1", D(30), last=False) == 33
    with reading(yard.engine) as conn:
        left = [(s.site, s.quantity) for s in stock.supplies(conn, ["A-1"])["A-1"]]
    assert left == [("EAST", D(20)), ("WEST", D(9))]
    assert restocked(yard) == ["A-1"]
    with yard.desk("wanda", "WAREHOUSE") as desk:
        assert receive(desk, "PO-1", "EAST", "A-1", D(25), last=False) == 58  # five more than were to come
        assert receive(desk, "PO-1", "WEST", "A-1", D(4), last=True) == 4
    with reading(yard.engine) as conn:
        assert stock.supplies(conn, ["A-1"]) == {}
        c = stock_moves.c
        moves = conn.execute(
            select(c.site, c.quantity, c.reference).where(c.kind == "receipt").order_by(c.id)
        )
        assert [tuple(row) for row in moves] == [
            ("EAST", 30, "PO-1"),
            ("EAST", 25, "PO-1"),
            ("WEST", 4, "PO-1"),
        ]
    for roles, quantity, why in ((["CSR"], D(1), "none of the roles"), (["WAREHOUSE"], D(0), "more than 0")):
        with pytest.raises(Refused, match=why), yard.desk("cleo", *roles) as desk:
            receive(desk, "PO-1", "EAST", "A-1", quantity, last=False)
    with pytest.raises(Refused, match="nothing of it is to come"), yard.desk() as desk:
        receive(desk, "PO-1", "EAST", "A-1", D(1), last=False)


def test_a_count_is_for_those_who_may(yard: Office) -> None:
    with pytest.raises(Refused, match="MASTER_DATA, WAREHOUSE"), yard.desk("cleo", "CSR") as desk:
        import_stock(desk, "stock", b"site,sku,on_hand\nEAST,A-1,1\n", "stock.csv")


def test_items_bring_what_freight_and_tax_ask_for_and_units_their_weight(office: Office) -> None:
    text = (
        "sku,description,base_unit,units,tax_class,nmfc,freight_class,hazmat\n"
        'A-1,Paint,EA,"CA=12(weight=18.5,weight_unit=lb)",SUPPLY,149980-2,92.5,UN1263; Paint;3;II ;800-555-0100\n'
    )
    assert bring(office, "items", text).problems == []
    asked = Needs(frozenset(), frozenset(), frozenset(), frozenset(), frozenset({"A-1"}))
    with reading(office.engine) as conn:
        data = facts.read(conn, "kes", asked, date(2026, 1, 15))
    assert data.items["A-1"] == Item(
        "A-1", "Paint", "active", "EA", tax_class="SUPPLY", nmfc="149980-2", freight_class="92.5",
        hazmat="UN1263; Paint; 3; II; 800-555-0100",
    )  # fmt: skip
    assert data.units["A-1", "CA"] == ItemUnit("A-1", "CA", Fraction(12), weight=D("18.5"), weight_unit="LB")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("CA=12(weight=8),", "units"),
        ("CA=12,UN1263; Paint; 3", "hazmat"),
        ("CA=12,Paint; UN1263; 3; II; 1", "hazmat"),
    ],
)
def test_half_a_weight_and_half_a_hazard_are_bad_cells(office: Office, cells: str, column: str) -> None:
    report = bring(office, "items", f"sku,description,base_unit,units,hazmat\nA-1,Paint,EA,{cells}\n")
    assert [(p.row, p.column) for p in report.problems] == [(2, column)]

"""Import of master data: every bad cell told, the difference shown, all or nothing, nothing overwritten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import func, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.master_data.importing import ImportReport, import_csv
from edi_gateway.model.master_data import Customer, Item, ItemUnit, ItemXref, Price, ShipTo
from edi_gateway.orders.judging.facts import Needs
from edi_gateway.store import audit
from edi_gateway.store.database import reading
from edi_gateway.store.master import facts
from edi_gateway.store.tables import audit as audit_rows
from edi_gateway.store.tables import item_units, items, prices
from tests.commands.desks import Office

SAMPLES = Path(__file__).parents[3] / "samples" / "master-data"

ITEMS = """\
sku,description,status,base_unit,units
A-1,"Mug, blue",active,EA,CA=12;PL=576
A-2,Rope,active,FT,RL=200;IN=1/12
"""


def load(office: Office, kind: str, text: str, *, dry_run: bool = False) -> ImportReport:
    with office.desk() as desk:
        return import_csv(desk, kind, text.encode(), f"{kind}.csv", dry_run=dry_run)


def bring(office: Office, kind: str, text: str) -> None:
    """Import what is known to be good."""
    assert load(office, kind, text).problems == []


def needs(*, xrefs: set[tuple[str, str]] = frozenset(), skus: set[str] = frozenset()) -> Needs:  # type: ignore[assignment]
    return Needs(frozenset(), frozenset(xrefs), frozenset(), frozenset(), frozenset(skus))


def problems(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_what_is_imported_is_what_judgement_reads(office: Office) -> None:
    assert load(office, "items", ITEMS).added == 6  # two items, four units
    bring(office, "customers", "number,name,currency,net_days,priority\nC-1,Kestrel Stores,usd,30,\n")
    bring(
        office, "xrefs",
        "partner,qualifier,value,sku,unit\n,GTIN,012345678905,A-1,EA\nkes,GTIN,10012345678902,A-1,CA\nkes,IN,77,A-2,\n",
    )  # fmt: skip
    load(office, "prices", "sku,unit,price,currency,since,price_group\nA-1,EA,4.10,USD,2025-01-01,MASS\n")
    bring(
        office, "ship-tos",
        "partner,qualifier,code,name,customer,address_1,city,kind,dc,transit_days,postal_code\n"
        "kes,92,0551,DC North,C-1,1 Dock Road,Millbrook,dc,,2,45001-1234\nkes,92,0101,Store,,,,store,0551,,\n",
    )  # fmt: skip
    asked = Needs(
        frozenset(),
        frozenset({("GTIN", "00012345678905"), ("GTIN", "10012345678902"), ("IN", "77"), ("UP", "1")}),
        frozenset({("92", "0101"), ("POSTAL", "45001")}),
        frozenset(),
        frozenset({"A-2", "nothing"}),
    )
    with reading(office.engine) as conn:
        data = facts.read(conn, "kes", asked, date(2026, 1, 15))
    assert data.xrefs == {
        ("GTIN", "00012345678905"): (ItemXref(None, "GTIN", "00012345678905", "A-1", "EA"),),
        ("GTIN", "10012345678902"): (ItemXref("kes", "GTIN", "10012345678902", "A-1", "CA"),),
        ("IN", "77"): (ItemXref("kes", "IN", "77", "A-2", None),),
    }
    assert data.items == {
        "A-1": Item("A-1", "Mug, blue", "active", "EA"),
        "A-2": Item("A-2", "Rope", "active", "FT"),
    }
    assert data.units == {
        ("A-1", "CA"): ItemUnit("A-1", "CA", Fraction(12)),
        ("A-1", "PL"): ItemUnit("A-1", "PL", Fraction(576)),
        ("A-2", "RL"): ItemUnit("A-2", "RL", Fraction(200)),
        ("A-2", "IN"): ItemUnit("A-2", "IN", Fraction(1, 12)),
    }
    assert data.prices == {
        "A-1": (Price("A-1", "EA", Decimal("4.10"), "USD", date(2025, 1, 1), price_group="MASS"),)
    }
    assert data.ship_tos == {
        ("92", "0101"): ShipTo("kes", "92", "0101", "Store", kind="store", dc="0551"),
        ("92", "0551"): ShipTo(
            "kes", "92", "0551", "DC North", customer="C-1", address=("1 Dock Road",), city="Millbrook",
            postal_code="45001-1234", kind="dc", transit_days=2,
        ),
    }  # fmt: skip
    assert data.customers == {"C-1": Customer("C-1", "Kestrel Stores", "USD", net_days=30)}


def test_a_partner_does_not_see_the_names_of_another(office: Office) -> None:
    load(office, "items", ITEMS)
    load(office, "xrefs", "partner,qualifier,value,sku\nkes,IN,77,A-1\nald,IN,77,A-2\n,IN,77,A-2\n")
    with reading(office.engine) as conn:
        found = facts.read(conn, "kes", needs(xrefs={("IN", "77")}), date(2026, 1, 15)).xrefs[("IN", "77")]
    assert [(x.partner, x.sku) for x in found] == [("kes", "A-1"), (None, "A-2")]


def test_every_bad_cell_is_told_by_row_and_column_and_nothing_is_applied(office: Office) -> None:
    text = (
        "sku,description,status,base_unit,units,not_before,measured,successor\n"
        "A-1,Mug,active,EA,CA=12,,,\n"
        ",No number,gone,EACH,CA=0;CA,2026-13-01,perhaps,\n"
        "A-3,Lamp,not yet,EA,CA=1/0,,,\n"
        "A-4,Lamp,not yet,EA,EA=2,,,\n"
        "A-5,Lamp,active,EA,CA=2(tall=3),,,NOPE\n"
        "A-6,Lamp,active,EA,CA=12;CA=6,,,\n"
        "A-1,Mug again,active,EA,,,,\n"
        "A-7,Lamp,active,EA,,,,,,extra\n"
        "A-8,Lamp,active,EA,BX=2,,,A-9\n"
    )
    report = load(office, "items", text)
    assert problems(report) == [
        "row 3, sku: must not be empty",
        "row 3, status: must be one of: active, not yet, phase-out, discontinued, blocked (it says 'gone')",
        "row 3, base_unit: must be a code of 2 letters or digits (it says 'EACH')",
        "row 3, units: a factor of zero says nothing (it says 'CA=0;CA')",
        "row 3, not_before: must be a day written as 2026-01-31 (it says '2026-13-01')",
        "row 3, measured: must be yes or no (it says 'perhaps')",
        "row 4, units: '1/0' divides by zero (it says 'CA=1/0')",
        "row 5, units: EA is the base unit; its factor is 1 (it says 'EA=2')",
        "row 6, units: 'tall=3': of a unit we know min, multiple, inner, orderable, weight, weight_unit "
        "(it says 'CA=2(tall=3)')",
        "row 6, successor: there is no such item: import it first (it says 'NOPE')",
        "row 7, units: the unit CA stands there twice (it says 'CA=12;CA=6')",
        "row 8: says the same row again as row 2; leave one of them out",
        "row 9: has 10 cells, the header 8: a comma too many?",
        "row 10, successor: there is no such item: import it first (it says 'A-9')",
    ]
    assert not report.applied
    with reading(office.engine) as conn:
        assert conn.execute(select(func.count()).select_from(items)).scalar() == 0
        assert audit.head(conn)[0] == 0


def test_a_row_with_a_bad_cell_is_looked_up_as_well(office: Office) -> None:
    load(office, "items", ITEMS)
    prices = (
        "sku,unit,price,currency,since,until,customer\n"
        "NOPE,EA,x,USD,,,C-9\n"
        "A-1,ZZ,-1,USD,2026-02-01,2026-01-01,\n"
        ",EA,1,USD,,,\n"
    )
    assert problems(load(office, "prices", prices)) == [
        "row 2, price: must be a number such as 12 or 3.50, without thousands separators (it says 'x')",
        "row 2, sku: there is no such item: import it first (it says 'NOPE')",
        "row 2, customer: there is no such customer: import it first (it says 'C-9')",
        "row 3, price: must be at least 0 (it says '-1')",
        "row 3, until: must be later than since: it is the first day without (it says '2026-01-01')",
        "row 3, unit: A-1 has no such unit: name it in the units of the item first (it says 'ZZ')",
        "row 4, sku: must not be empty",
    ]
    xrefs = "partner,qualifier,value,sku,unit,since\nkes,,1,A-1,EA,\nkes,IN,2,,EA,\nkes,IN,3,NOPE,EA,soon\n"
    assert problems(load(office, "xrefs", xrefs)) == [
        "row 2, qualifier: must not be empty",
        "row 3, sku: must not be empty",
        "row 4, since: must be a day written as 2026-01-31 (it says 'soon')",
        "row 4, sku: there is no such item: import it first (it says 'NOPE')",
    ]
    places = "partner,qualifier,code,name,customer,dc,kind\nkes,92,1,DC,C-9,7,castle\n"
    assert problems(load(office, "ship-tos", places)) == [
        "row 2, kind: must be one of: dc, store, site (it says 'castle')",
        "row 2, customer: there is no such customer: import it first (it says 'C-9')",
        "row 2, dc: there is no such place of this partner (it says '7')",
    ]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("items", "", "row 1: the file is empty; its first row must name the columns: sku, description"),
        ("items", "sku,colour,sku\n", "row 1, colour: there is no such column; its first row must name"),
        ("prices", "sku,unit\nA-1,EA\n", "row 1, price: the column is missing"),
        ("items", 'sku,description,base_unit\n"A-1,Mug,EA\n', "row 1: this is no CSV file: unexpected end of data"),
        ("items", "sku,description,base_unit\nA-1,\0,EA\n", "row 2: holds a NUL character: this is no CSV file"),
        ("items", f"sku,description,base_unit\n{'A' * 61},M,EA\n", "row 2, sku: is 61 characters long; 60 are"),
        ("xrefs", "qualifier,value,sku\nGTIN,041000001002,A-1\n", "row 2, value: has a wrong check digit: after "),
        ("xrefs", "qualifier,value,sku\nGTIN,04100,A-1\n", "row 2, value: must be a GTIN of 8, 12, 13 or 14 digits"),
        ("xrefs", "qualifier,value,sku\nVN,1,X\n", "row 2, sku: there is no such item: import it first"),
        ("xrefs", "qualifier,value,sku,unit\nVN,1,A-1,BX\n", "row 2, unit: A-1 has no such unit: name it in the"),
        ("prices", "sku,unit,price,currency\nA-1,EA,1.234.5,USD\n", "row 2, price: must be a number such as 12"),
        ("prices", "sku,unit,price,currency\nA-1,EA,-1,USD\n", "row 2, price: must be at least 0"),
        ("prices", "sku,unit,price,currency\nA-1,EA,NaN,USD\n", "row 2, price: must be a number such as 12"),
        ("prices", "sku,unit,price,currency,since,until\nA-1,EA,1,USD,2026-02-01,2026-02-01\n",
         "row 2, until: must be later than since"),
        ("prices", "sku,unit,price,currency,customer,price_group\nA-1,EA,1,USD,C-1,MASS\n",
         "row 2, price_group: a price is for a customer or for a price group"),
        ("ship-tos", "partner,qualifier,code,name,customer\nkes,92,1,DC,C-9\n", "row 2, customer: there is no such"),
        ("ship-tos", "partner,qualifier,code,name,dc\nkes,92,1,DC,2\n", "row 2, dc: there is no such place"),
        ("ship-tos", "partner,qualifier,code,name,dc\nkes,92,1,DC,92:1\n", "row 2, dc: a place cannot be served by"),
        ("customers", "number,name,currency,discount_percent\nC-1,K,USD,101\n", "row 2, discount_percent: must be at"),
        ("customers", "number,name,currency,priority\nC-1,K,USD,0\n", "row 2, priority: must be a whole number from"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_in_words(
    office: Office, kind: str, text: str, expected: str
) -> None:
    load(office, "items", ITEMS)
    report = load(office, kind, text)
    assert report.problems
    assert problems(report)[0].startswith(expected)
    assert not report.applied


def test_a_file_that_is_not_utf_8_is_told_where(office: Office) -> None:
    with office.desk() as desk:
        report = import_csv(desk, "items", b"sku,description,base_unit\nA-1,caf\xe9,EA\n", "x.csv")
    assert problems(report) == ["row 2: byte 33 is not UTF-8: save the file as CSV UTF-8"]


def test_a_byte_order_mark_semicolons_and_blank_lines_do_no_harm(office: Office) -> None:
    text = "\ufeffSKU;Description;Base unit\r\nA-1;Mug, blue;EA\r\n;;\r\n\r\nA-2; Rope ;FT\r\n"
    report = load(office, "items", text)
    assert (report.problems, report.rows, report.added) == ([], 2, 2)


def test_a_dry_run_says_what_would_be_and_does_nothing(office: Office) -> None:
    load(office, "items", ITEMS)
    changed = ITEMS.replace("Mug, blue", "Mug, dark blue").replace("PL=576", "PL=480")
    report = load(office, "items", changed, dry_run=True)
    assert [(c.kind, c.key, c.fields) for c in report.changes] == [
        (
            "changed", {"sku": "A-1"},
            (("description", "Mug, blue", "Mug, dark blue"), ("since", date(1900, 1, 1), date(2026, 1, 15))),
        ),
        (
            "changed", {"sku": "A-1", "unit": "PL"},
            (("numerator", 576, 480), ("since", date(1900, 1, 1), date(2026, 1, 15))),
        ),
    ]  # fmt: skip
    assert (report.applied, report.unchanged) == (False, 4)
    with reading(office.engine) as conn:
        assert conn.execute(select(func.count()).select_from(items)).scalar() == 2
        assert audit.head(conn)[0] == 1


def test_nothing_is_overwritten_every_version_stays_with_who_and_whence(office: Office) -> None:
    load(office, "items", ITEMS)
    office.clock.move(days=10)
    with office.desk("bob") as desk:
        import_csv(desk, "items", b"sku,description,base_unit\nA-1,Mug,EA\n", "new.csv")
    with reading(office.engine) as conn:
        rows = conn.execute(
            select(
                items.c.description, items.c.since, items.c.until, items.c.version, items.c.superseded,
                items.c.changed_by, items.c.source,
            ).where(items.c.sku == "A-1").order_by(items.c.id)
        ).all()  # fmt: skip
        then = facts.read(conn, "kes", needs(skus={"A-1"}), date(2026, 1, 24)).items["A-1"].description
        now = facts.read(conn, "kes", needs(skus={"A-1"}), date(2026, 1, 25)).items["A-1"].description
    always, day = date(1900, 1, 1), date(2026, 1, 25)
    assert rows == [
        ("Mug, blue", always, None, 1, True, "ann", "items.csv"),
        ("Mug, blue", always, day, 2, False, "bob", "new.csv"),
        ("Mug", day, None, 2, False, "bob", "new.csv"),
    ]
    assert (then, now) == ("Mug, blue", "Mug")


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    for kind in ("items", "customers", "xrefs", "prices", "ship-tos"):
        content = (SAMPLES / f"{kind}.csv").read_text("utf-8")
        first = load(office, kind, content)
        assert (first.problems, first.changed, first.closed) == ([], 0, 0), kind
        again = load(office, kind, content)
        assert (again.changes, again.unchanged) == ([], first.added), kind


def test_a_column_that_the_file_does_not_have_leaves_what_stands(office: Office) -> None:
    load(office, "items", "sku,description,status,base_unit,units\nA-1,Mug,blocked,EA,CA=12\n")
    office.clock.move(days=1)
    report = load(office, "items", "sku,description,base_unit\nA-1,Cup,EA\n")
    assert [c.fields[0] for c in report.changes] == [("description", "Mug", "Cup")]
    with reading(office.engine) as conn:
        data = facts.read(conn, "kes", needs(skus={"A-1"}), date(2026, 1, 16))
    assert data.items["A-1"] == Item("A-1", "Cup", "blocked", "EA")
    assert list(data.units) == [("A-1", "CA")]


def test_a_unit_that_the_file_leaves_out_is_closed(office: Office) -> None:
    load(office, "items", ITEMS)
    office.clock.move(days=1)
    report = load(office, "items", ITEMS.replace("CA=12;PL=576", "CA=12"))
    assert [(c.kind, c.key) for c in report.changes] == [("closed", {"sku": "A-1", "unit": "PL"})]
    with reading(office.engine) as conn:
        kept = conn.execute(
            select(item_units.c.until).where(item_units.c.unit == "PL", item_units.c.superseded.is_(False))
        ).scalars()
        assert list(kept) == [date(2026, 1, 16)]


def test_one_number_cannot_mean_two_items(office: Office) -> None:
    load(office, "items", ITEMS)
    load(office, "xrefs", "qualifier,value,sku,unit\nVN,1,A-1,CA\n")
    assert problems(load(office, "xrefs", "qualifier,value,sku,unit\nVN,1,A-2,RL\n")) == [
        "row 2, sku: 1 means A-1 too, at another unit (it says 'A-2')"
    ]
    assert load(office, "xrefs", "qualifier,value,sku,unit\nVN,1,A-1,PL\n").added == 1


def test_prices_of_the_past_year_are_read_beside_those_of_today(office: Office) -> None:
    load(office, "items", ITEMS)
    load(
        office, "prices",
        "sku,unit,price,currency,since,until\n"
        "A-1,EA,1,USD,2023-01-01,2024-01-01\nA-1,EA,2,USD,2024-01-01,2025-06-01\nA-1,EA,3,USD,2025-06-01,\n",
    )  # fmt: skip
    with reading(office.engine) as conn:
        found = facts.read(conn, "kes", needs(skus={"A-1"}), date(2026, 1, 15)).prices["A-1"]
        assert conn.execute(select(func.count()).select_from(prices)).scalar() == 3
    assert [(p.price, p.since, p.until) for p in found] == [
        (Decimal(2), date(2024, 1, 1), date(2025, 6, 1)),
        (Decimal(3), date(2025, 6, 1), None),
    ]


def test_a_change_holds_today_in_every_zone(office: Office) -> None:
    office.clock.move(hours=-11)  # 04:00 UTC on the 15th: still the 14th for a partner in America
    load(office, "items", ITEMS)
    load(office, "items", ITEMS.replace("Rope,active", "Rope,blocked"))
    with reading(office.engine) as conn:
        assert (
            facts.read(conn, "kes", needs(skus={"A-2"}), date(2026, 1, 14)).items["A-2"].status == "blocked"
        )


def test_a_partner_that_is_not_published_is_a_warning(office: Office) -> None:
    load(office, "items", ITEMS)
    report = load(office, "xrefs", "partner,qualifier,value,sku\nkes,VN,1,A-1\nkes,VN,2,A-2\n")
    assert [str(w) for w in report.warnings] == [
        "row 2, partner: no partner of this key is published (it says 'kes')"
    ]
    assert report.applied


def test_who_has_not_the_role_may_not_import(office: Office) -> None:
    with (
        office.desk("cleo", "CSR", "LEAD") as desk,
        pytest.raises(Refused, match="cleo has none of the roles MASTER"),
    ):
        import_csv(desk, "items", ITEMS.encode(), "items.csv")


def test_an_import_is_in_the_audit_with_its_hash_and_differences(office: Office) -> None:
    load(office, "items", "sku,description,base_unit\nA-1,Mug,EA\n")
    with reading(office.engine) as conn:
        assert audit.verify(conn) is None
        row = conn.execute(select(audit_rows)).one()
    assert (row.by, row.action, row.subject) == ("ann", "imported", "items 1")
    assert '"added":1' in row.detail
    assert '["description",null,"Mug"]' in row.detail

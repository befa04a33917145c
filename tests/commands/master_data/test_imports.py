"""A second person for prices and terms: what one imports waits until another approves it (spec B1, S39)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Controls, Desk, Refused
from edi_gateway.commands.master_data import imports
from edi_gateway.commands.master_data.importing import ImportReport, import_csv
from edi_gateway.reports.imports import list_imports
from edi_gateway.store.database import reading
from edi_gateway.store.tables import audit as audit_rows
from edi_gateway.store.tables import customers, prices
from tests.commands.desks import SYSTEM, Office

ITEMS = "sku,description,base_unit\nA-1,Mug,EA\n"
PRICE = "sku,unit,price,currency,since\nA-1,EA,4.10,USD,2026-01-01\n"
CUSTOMER = "number,name,currency,net_days,stopped\nC-1,Kestrel Stores,USD,30,no\n"


@pytest.fixture
def shared(office: Office) -> Office:
    """An office as a new installation is: prices and terms need two people. One item is on file."""
    office.controls = Controls()
    assert load(office, "items", ITEMS).applied
    return office


def load(office: Office, kind: str, text: str, name: str = "ann") -> ImportReport:
    with office.desk(name, "MASTER_DATA") as desk:
        report = import_csv(desk, kind, text.encode(), f"{kind}.csv")
    assert report.problems == []
    return report


def approve(office: Office, import_id: int | None, name: str = "bob", *roles: str) -> ImportReport:
    assert import_id is not None
    with office.desk(name, *(roles or ("MASTER_DATA",))) as desk:
        return imports.approve(desk, import_id)


def standing(office: Office) -> list[tuple[Decimal, date, date | None, str]]:
    query = select(prices.c.price, prices.c.since, prices.c.until, prices.c.changed_by)
    with reading(office.engine) as conn:
        return [
            tuple(row) for row in conn.execute(query.where(~prices.c.superseded).order_by(prices.c.since))
        ]


def recorded(office: Office) -> list[tuple[str, str]]:
    """(who, what) of the audit, without the item."""
    with reading(office.engine) as conn:
        rows = conn.execute(select(audit_rows.c.by, audit_rows.c.action).order_by(audit_rows.c.n))
        return [tuple(row) for row in rows][1:]


def test_a_price_holds_when_another_person_has_approved_it(shared: Office) -> None:
    report = load(shared, "prices", PRICE)
    assert (report.applied, report.added) == (False, 1)
    assert standing(shared) == []
    done = approve(shared, report.waits)
    assert (done.applied, done.added) == (True, 1)
    assert standing(shared) == [(Decimal("4.10"), date(2026, 1, 1), None, "ann")]
    assert recorded(shared) == [
        ("ann", "import waits for approval"), ("bob", "import approved"), ("bob", "imported"),
    ]  # fmt: skip


def test_who_imported_it_may_not_approve_it(shared: Office) -> None:
    report = load(shared, "prices", PRICE)
    with pytest.raises(Refused, match="ann imported it; somebody else must approve it"):
        approve(shared, report.waits, "ann")
    assert standing(shared) == []


def test_approving_takes_a_role(shared: Office) -> None:
    report = load(shared, "prices", PRICE)
    with pytest.raises(Refused, match="cleo has none of the roles MASTER_DATA, SUPERVISOR"):
        approve(shared, report.waits, "cleo", "CSR", "LEAD")
    assert approve(shared, report.waits, "sue", "SUPERVISOR").applied


def test_what_is_rejected_never_holds_and_is_decided_once(shared: Office) -> None:
    report = load(shared, "prices", PRICE)
    assert report.waits is not None
    with shared.desk("bob", "MASTER_DATA") as desk:
        with pytest.raises(Refused, match="it needs a reason"):
            imports.reject(desk, report.waits, "  ")
        imports.reject(desk, report.waits, "A digit is missing.")
    with pytest.raises(Refused, match="it is rejected already"):
        approve(shared, report.waits, "cleo")
    assert standing(shared) == []
    with reading(shared.engine) as conn:
        assert list_imports(conn) == []
        (row,) = list_imports(conn, decided=True)
    assert (row.state, row.decided_by, row.reason) == ("REJECTED", "bob", "A digit is missing.")
    assert recorded(shared)[-1] == ("bob", "import rejected")


def test_what_waits_is_listed_with_its_difference(shared: Office) -> None:
    approve(shared, load(shared, "prices", PRICE).waits)
    load(shared, "prices", PRICE.replace("4.10,USD,2026-01-01", "4.50,USD,2026-03-01"), "cleo")
    with reading(shared.engine) as conn:
        (row,) = list_imports(conn)
    assert (row.kind, row.source, row.imported_by, row.added, row.changed) == (
        "prices",
        "prices.csv",
        "cleo",
        0,
        1,
    )
    assert row.changes == [
        {
            "what": "changed",
            "key": {
                "sku": "A-1",
                "unit": "EA",
                "currency": "USD",
                "from_quantity": "0",
                "promotion": "False",
            },
            "fields": [["price", "4.10", "4.50"], ["since", "2026-01-01", "2026-03-01"]],
        }
    ]


def test_a_price_for_a_while_does_not_hide_behind_the_one_that_follows_it(shared: Office) -> None:
    """What is last is as before; the approver must see what lies between."""
    approve(shared, load(shared, "prices", PRICE).waits)
    header, _ = PRICE.split("\n", 1)
    report = load(shared, "prices", f"{header},until\nA-1,EA,0.10,USD,2026-02-01,2026-03-01\n")
    assert [c.fields for c in report.changes] == [
        (
            ("price", Decimal("4.10"), Decimal("0.10")),
            ("since", date(2026, 1, 1), date(2026, 2, 1)),
            ("until", None, date(2026, 3, 1)),
        )
    ]


def test_an_approval_covers_what_was_shown_and_nothing_else(shared: Office) -> None:
    """Both make it 9.99; the second was shown as a change from 4.10, and is one from 5.00 by now."""
    approve(shared, load(shared, "prices", PRICE).waits)
    late = load(shared, "prices", PRICE.replace("4.10,USD,2026-01-01", "9.99,USD,2026-03-01"))
    first = load(shared, "prices", PRICE.replace("4.10,USD,2026-01-01", "5.00,USD,2026-02-01"))
    approve(shared, first.waits)
    with pytest.raises(Refused, match="what stands has changed since it was imported"):
        approve(shared, late.waits)
    assert [price for price, *_ in standing(shared)] == [Decimal("4.10"), Decimal("5.00")]


def test_a_row_that_does_not_say_since_when_holds_from_the_day_of_the_approval(shared: Office) -> None:
    """Nobody judged by it before; an order of yesterday is not judged by it in hindsight."""
    approve(shared, load(shared, "prices", PRICE).waits)
    report = load(shared, "prices", PRICE.replace("4.10,USD,2026-01-01", "4.50,USD,"))
    shared.clock.move(days=3)
    approve(shared, report.waits)
    assert standing(shared) == [
        (Decimal("4.10"), date(2026, 1, 1), date(2026, 1, 18), "ann"),
        (Decimal("4.50"), date(2026, 1, 18), None, "ann"),
    ]


def test_the_same_file_waits_once(shared: Office) -> None:
    first = load(shared, "prices", PRICE)
    assert load(shared, "prices", PRICE, "bob").waits == first.waits
    with reading(shared.engine) as conn:
        assert [row.imported_by for row in list_imports(conn)] == ["ann"]


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        (CUSTOMER.replace("Kestrel", "Kestrelmoor"), False),
        (CUSTOMER.replace("30", "60"), True),
        (CUSTOMER.replace(",no", ",yes"), True),
        ("number,name,currency,priority\nC-1,Kestrel Stores,USD,1\n", False),
        ("number,name,currency,price_group\nC-1,Kestrel Stores,USD,MASS\n", True),
        ("number,name,currency\nC-2,Without terms,USD\n", False),
        ("number,name,currency,net_days\nC-2,With terms,USD,30\n", True),
        (CUSTOMER, False),
    ],
    ids=[
        "name",
        "net days",
        "stop",
        "priority",
        "price group",
        "new, no terms",
        "new, with terms",
        "the same",
    ],
)
def test_of_customers_only_terms_price_group_and_stop_need_a_second_person(
    shared: Office, text: str, waits: bool
) -> None:
    approve(shared, load(shared, "customers", CUSTOMER).waits)
    report = load(shared, "customers", text)
    assert ((report.waits is not None), report.applied) == (waits, not waits)


def test_a_stop_may_not_be_lifted_alone(shared: Office) -> None:
    approve(shared, load(shared, "customers", CUSTOMER.replace(",no", ",yes")).waits)
    assert load(shared, "customers", CUSTOMER).waits is not None
    with reading(shared.engine) as conn:
        assert list(conn.execute(select(customers.c.stopped).where(~customers.c.superseded)).scalars()) == [
            True
        ]


def test_which_imports_wait_is_a_setting(shared: Office) -> None:
    shared.controls = Controls(second_person=frozenset({"items"}))
    assert load(shared, "prices", PRICE).applied
    assert load(shared, "items", ITEMS.replace("Mug", "Cup")).waits is not None


def test_the_gateway_itself_is_nobodys_second_person(shared: Office) -> None:
    with shared.engine.begin() as conn:
        desk = Desk(conn, shared.ids, shared.clock, SYSTEM)
        assert import_csv(desk, "prices", PRICE.encode(), "prices.csv").applied


def test_an_import_that_is_not_there_is_told(shared: Office) -> None:
    with pytest.raises(Refused, match="there is no such import"):
        approve(shared, 5)

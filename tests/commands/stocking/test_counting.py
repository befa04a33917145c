"""A warehouse's count: booked where it differs by little, else proposed; decided once; never overtaken by an older."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Refused
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.stocking.counting import take_count
from edi_gateway.commands.stocking.stock import apply_proposal, reject_proposal
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.model.documents.inventory import InventoryReport
from edi_gateway.store import work
from edi_gateway.store.database import reading
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import audit, cases, stock_moves, stock_proposals
from tests.commands.book import Book, Partners
from tests.commands.desks import SYSTEM
from tests.orders import build

D = Decimal
NOW = build.NOW
BEFORE = NOW - timedelta(days=2)


class Yard(Book):
    """Acme runs EAST for us: 100 mugs, 5 of them on hold, and 40 pounds of cheese. OURS is our own."""

    def __init__(self, engine: Engine, **fulfilment: Any) -> None:
        super().__init__(engine, fulfilment=fulfilment)
        self.ids.block(10)
        with self.desk() as desk:
            import_csv(desk, "sites", b"code,name,warehouse\nEAST,Acme East,acme\nOURS,Ours,\n", "sites.csv")
        with self.engine.begin() as conn:
            for sku, bucket, quantity in (
                ("MUG", "on_hand", 100),
                ("MUG", "hold", 5),
                ("CHEESE", "on_hand", 40),
            ):
                stock.move(conn, self.ids, BEFORE, "ann", "EAST", sku, bucket, D(quantity), "receipt", "PO 1")

    def count(
        self, *lines: str, at: str = "0600", on: str = "2025-03-03", test: bool = False, document: int = 7
    ) -> Applied:
        """Lines as "MUG 17=98 QH=5", of a report that has just come."""
        told = []
        for n, text in enumerate(lines, 1):
            sku, *quantities = text.split()
            pairs = (quantity.split("=") for quantity in quantities)
            told.append(
                {
                    "line": n,
                    "ids": [{"qualifier": "VN", "value": sku}],
                    "quantities": [{"kind": kind, "value": value, "unit": None} for kind, value in pairs],
                }
            )
        report = InventoryReport.model_validate(
            {
                "purpose": "00", "report_type": "SI", "reference": "INV-1", "on": on, "at": at, "lines": told,
                "parties": [{"role": "WH", "id_qualifier": "92", "id": "EAST"}],
            }
        )  # fmt: skip
        with self.desk(actor=SYSTEM) as desk:
            arrived = Arrived(self.partners.live, report, document, self.clock(), test)
            partners: Partners = self.partners
            return take_count(desk, partners, arrived)

    def mugs(self) -> tuple[int, int, int]:
        with reading(self.engine) as conn:
            (level,) = stock.levels(conn, ["MUG"])["MUG"]
        return int(level.on_hand), int(level.hold), int(level.damaged)

    def proposals(self) -> list[tuple[str, str, str, int, int, str]]:
        c = stock_proposals.c
        columns = (c.site, c.sku, c.bucket, c.ours, c.theirs, c.state)
        return [tuple(row) for row in self.rows(select(*columns).order_by(c.id))]

    def ids_of(self, state: str = "PENDING") -> list[int]:
        c = stock_proposals.c
        return self.rows(select(c.id).where(c.state == state).order_by(c.id))

    def restocked(self) -> list[str]:
        with self.engine.begin() as conn:
            return [item.payload["sku"] for item in work.ready(conn, "restock", 100, self.clock())]


@pytest.fixture
def yard(stocked: Engine) -> Yard:
    return Yard(stocked)


def test_a_count_that_agrees_changes_nothing_and_says_so(yard: Yard) -> None:
    assert yard.count("MUG 17=100 QH=5 33=95", "CHEESE 17=40") == Applied("APPLIED", (), "INV-1")
    assert (yard.proposals(), yard.cases()) == ([], [])
    c = audit.c
    assert len(yard.rows(select(c.action).where(c.action == "stock counted"))) == 1


def test_what_differs_is_proposed_with_one_case_and_the_ledger_stays(yard: Yard) -> None:
    assert yard.count("MUG 17=97 QH=9", "CHEESE 17=41.5").state == "APPLIED"
    assert yard.mugs() == (100, 5, 0)
    assert yard.proposals() == [
        ("EAST", "CHEESE", "on_hand", D(40), D("41.5"), "PENDING"),
        ("EAST", "MUG", "on_hand", 100, 97, "PENDING"),
        ("EAST", "MUG", "hold", 5, 9, "PENDING"),
    ]
    (case,) = yard.rows(select(cases.c.code, cases.c.family, cases.c.document_id, cases.c.message))
    assert case == (
        "STOCK_DIFFERS",
        "STOCK",
        7,
        "Count INV-1 of Acme Stores: EAST CHEESE on_hand 40 → 41.5; EAST MUG on_hand 100 → 97; "
        "EAST MUG hold 5 → 9.",
    )
    assert yard.restocked() == []


def test_a_small_difference_is_booked_by_itself_and_the_audit_names_it(stocked: Engine) -> None:
    yard = Yard(stocked, count_tolerance_percent="2")
    yard.count("MUG 17=102 QH=5", "CHEESE 17=39")
    assert yard.mugs() == (102, 5, 0)
    assert yard.proposals() == [
        ("EAST", "CHEESE", "on_hand", 40, 39, "PENDING"),  # 2.5 %
        ("EAST", "MUG", "on_hand", 100, 102, "APPLIED"),
    ]
    assert yard.restocked() == ["MUG"]
    c = stock_moves.c
    moves = yard.rows(select(c.quantity, c.balance, c.reference, c.document_id).where(c.kind == "count"))
    assert moves == [(2, 102, "count of 2025-03-03 06:00 UTC", 7)]
    (detail,) = yard.rows(select(audit.c.detail).where(audit.c.action == "stock counted"))
    assert '"booked":["EAST MUG on_hand 100 → 102"]' in detail


def test_applied_it_is_booked_by_the_difference_rejected_it_is_left_and_the_case_is_over(yard: Yard) -> None:
    yard.count("MUG 17=97 QH=4")
    on_hand, hold = yard.ids_of()
    with yard.engine.begin() as conn:  # ten leave meanwhile: that is no part of the difference
        stock.move(conn, yard.ids, NOW, "ann", "EAST", "MUG", "on_hand", D(-10), "shipment", "S-1")
    with yard.desk("wanda", "WAREHOUSE") as desk:
        apply_proposal(desk, on_hand, "Counted twice")
    assert yard.mugs() == (87, 5, 0)
    assert yard.cases() == [("STOCK_DIFFERS", "NEW")]
    assert yard.restocked() == []  # there is less, not more
    with yard.desk("wanda", "WAREHOUSE") as desk:
        reject_proposal(desk, hold, "The fifth is in our office")
    assert yard.mugs() == (87, 5, 0)
    assert yard.cases() == [("STOCK_DIFFERS", "RESOLVED")]
    c = stock_proposals.c
    assert yard.rows(select(c.state, c.decided_by, c.reason).order_by(c.id)) == [
        ("APPLIED", "wanda", "Counted twice"),
        ("REJECTED", "wanda", "The fifth is in our office"),
    ]


def test_less_on_hold_lets_more_go(yard: Yard) -> None:
    yard.count("MUG QH=0")
    with yard.desk() as desk:
        apply_proposal(desk, yard.ids_of()[0], "Released by quality")
    assert yard.mugs() == (100, 0, 0)
    assert yard.restocked() == ["MUG"]


@pytest.mark.parametrize(
    ("roles", "reason", "twice", "why"),
    [
        (["CSR"], "x", False, "none of the roles SUPERVISOR, WAREHOUSE"),
        (["WAREHOUSE"], "  ", False, "it needs a reason"),
        (["WAREHOUSE"], "x", True, "it is applied already"),
    ],
)
def test_a_decision_needs_a_role_a_reason_and_something_to_decide(
    yard: Yard, roles: list[str], reason: str, twice: bool, why: str
) -> None:
    yard.count("MUG 17=97")
    (proposal,) = yard.ids_of()
    if twice:
        with yard.desk() as desk:
            apply_proposal(desk, proposal, "first")
    with pytest.raises(Refused, match=why), yard.desk("wanda", *roles) as desk:
        apply_proposal(desk, proposal, reason)
    with pytest.raises(Refused, match="there is no such proposal"), yard.desk() as desk:
        reject_proposal(desk, 1, "x")


def test_a_newer_count_takes_the_place_of_an_older_one_bucket_by_bucket(yard: Yard) -> None:
    yard.count("MUG 17=97 QH=9", document=7)
    yard.clock.move(hours=1)
    yard.count("MUG 17=96", at="0700", document=8)
    assert yard.proposals() == [
        ("EAST", "MUG", "on_hand", 100, 97, "SUPERSEDED"),
        ("EAST", "MUG", "hold", 5, 9, "PENDING"),
        ("EAST", "MUG", "on_hand", 100, 96, "PENDING"),
    ]
    assert yard.cases() == [("STOCK_DIFFERS", "NEW"), ("STOCK_DIFFERS", "NEW")]
    yard.clock.move(hours=1)
    yard.count("MUG 17=100 QH=5", at="0800", document=9)  # they have found them
    assert [each[-1] for each in yard.proposals()] == ["SUPERSEDED"] * 3
    assert yard.cases() == [("STOCK_DIFFERS", "RESOLVED"), ("STOCK_DIFFERS", "RESOLVED")]


def test_an_older_count_that_comes_late_is_not_looked_at(yard: Yard) -> None:
    yard.count("MUG 17=97", at="0700")
    late = yard.count("MUG 17=50", "CHEESE 17=40", at="0500", document=8)
    assert late.state == "APPLIED"
    assert [(f.code.value, f.severity.value) for f in late.findings] == [("STOCK_DIFFERS", "INFO")]
    assert len(yard.proposals()) == 1


def test_the_same_count_again_after_a_rejection_does_not_come_up_again(yard: Yard) -> None:
    yard.count("MUG 17=97")
    with yard.desk() as desk:
        reject_proposal(desk, yard.ids_of()[0], "Wrong shelf")
    yard.count("MUG 17=97", document=8)
    assert [each[-1] for each in yard.proposals()] == ["REJECTED"]


def test_an_import_of_a_count_is_a_newer_count_too(yard: Yard) -> None:
    yard.count("MUG 17=97 QH=9")
    yard.clock.move(hours=4)
    with yard.desk() as desk:
        import_stock(desk, "stock", b"site,sku,on_hand\nEAST,MUG,98\n", "stock.csv")
    assert [each[-1] for each in yard.proposals()] == ["SUPERSEDED", "PENDING"]


def test_what_left_since_the_count_was_taken_is_in_it_still(yard: Yard) -> None:
    yard.clock.move(minutes=30)
    with yard.engine.begin() as conn:
        stock.move(conn, yard.ids, yard.clock(), "ann", "EAST", "MUG", "on_hand", D(-10), "shipment", "S-1")
    before = (NOW + timedelta(minutes=10)).strftime("%H%M")
    yard.count("MUG 17=100 QH=5", at=before)
    assert yard.proposals() == []


def test_an_item_that_is_not_known_is_a_finding_and_the_rest_is_compared_a_replay_brings_it(
    yard: Yard,
) -> None:
    first = yard.count("MUG 17=97", "LAMP 17=3")
    assert first.state == "ERROR"
    assert [(f.code.value, f.value) for f in first.findings] == [("ITEM_UNKNOWN", "LAMP")]
    with yard.desk() as desk:
        import_csv(desk, "items", b"sku,description,base_unit\nLAMP,Lamp,EA\n", "items.csv")
    assert yard.count("MUG 17=97", "LAMP 17=3").state == "APPLIED"
    assert yard.proposals() == [
        ("EAST", "MUG", "on_hand", 100, 97, "PENDING"),
        ("EAST", "LAMP", "on_hand", 0, 3, "PENDING"),
    ]


def test_a_test_and_the_report_of_one_who_runs_no_site_change_nothing(yard: Yard) -> None:
    assert yard.count("MUG 17=97", test=True).state == "IGNORED"
    with yard.desk() as desk:
        import_csv(desk, "sites", b"code,name,warehouse,since\nEAST,East,,2025-01-01\n", "sites.csv")
    assert yard.count("MUG 17=97").state == "IGNORED"
    assert yard.proposals() == []

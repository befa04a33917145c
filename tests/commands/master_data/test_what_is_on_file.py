"""Readings of master data and of partners' health, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert

from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.partners import publishing
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.reports.master import lists
from edi_gateway.reports.master.unresolved import unresolved
from edi_gateway.reports.partners.health import list_partners
from edi_gateway.store.database import reading
from edi_gateway.store.tables import documents, transmissions
from tests.commands.book import Book
from tests.orders import build

PROFILE = (
    '{"profile": {"name": "Acme", "them": {"qualifier": "ZZ", "id": "ACME"}, "connection": {"kind": "as2"}}}'
)


def test_a_list_is_searched_and_a_row_has_its_history(book: Book) -> None:
    with book.desk() as desk:
        text = "sku,description,base_unit,status\nMUG,Blue_mug,EA,blocked\n"
        assert not import_csv(desk, "items", text.encode(), "again.csv").problems
    with reading(book.engine) as conn:
        (mug,) = lists.list_rows(conn, "items", search="blue_MUG")
        assert lists.list_rows(conn, "items", search="blueXmug") == []
        page = lists.list_rows(conn, "prices", limit=2, offset=1)
        places = lists.list_rows(conn, "ship-tos", search="fontana", partner="acme")
        versions = lists.history(conn, "items", mug.id)
        counts = lists.counts(conn)
        none = lists.history(conn, "items", 1)
    assert (mug.key, mug.values["status"], mug.source) == ({"sku": "MUG"}, "blocked", "again.csv")
    assert [row.key["sku"] for row in page] == ["CHEESE", "MUG"]
    assert [row.values["name"] for row in places] == ["DC North"]
    assert {(row.source, row.superseded, row.values["status"]) for row in versions} >= {
        ("again.csv", False, "blocked"),
        ("items.csv", True, "active"),
    }
    assert (counts["customers"], counts["ship-tos"], none) == (1, 1, [])


def test_a_name_that_two_orders_wait_for_is_told_once(book: Book) -> None:
    stranger = build.line(ids=[("UP", "999999999993")])
    for number in ("P1", "P2"):
        book.one(build.po(stranger, po_number=number))
    with reading(book.engine) as conn:
        (found,) = unresolved(conn)
        assert unresolved(conn, "nobody") == []
    assert (found.partner, found.kind, found.orders) == ("acme", "xrefs", 2)
    assert "999999999993" in found.value


def test_a_partners_health_counts_the_last_seven_days(book: Book) -> None:
    now = book.clock.now
    with book.desk("ann") as desk:
        publishing.publish(desk, Snapshot("acme", "a" * 64, PROFILE), "first")
        publishing.pause(desk, "acme", "they move")
    with book.engine.begin() as conn:
        for days, state in [(1, "APPLIED"), (2, "APPLIED"), (3, "REJECTED"), (8, "REJECTED")]:
            at = now - timedelta(days=days)
            book.clock.now = at
            conn.execute(
                insert(documents).values(
                    id=book.ids.next() if days < 8 else 1, direction="in", partner="acme", set_code="850",
                    state=state, test=False, created_at=at,
                )
            )  # fmt: skip
        for n, state in enumerate(("SENT", "FAILED")):
            conn.execute(
                insert(transmissions).values(
                    id=n + 1, partner="acme", control="1", name="x", bytes=b"", sha256="", documents=1, sets="855",
                    state=state, created_at=now, ack_state="OVERDUE" if state == "SENT" else "NONE",
                )
            )  # fmt: skip
    with reading(book.engine) as conn:
        (acme,) = list_partners(conn, now)
    assert (acme.name, acme.address, acme.connection, acme.version) == ("Acme", "ZZ/ACME", "as2", 1)
    assert (acme.sets, acme.refused, acme.refused_percent) == (3, 1, Decimal("33.3"))
    assert acme.received_at == now - timedelta(days=1)
    assert acme.troubles == (
        "paused: they move",
        "1 transmissions cannot be delivered",
        "1 acknowledgments overdue",
        "1 of 3 sets refused in 7 days",
    )

"""Suggested fixes beside master data: a code table's row, a sender's address, a code as usual, a line refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edi_gateway.commands.desk import Actor
from edi_gateway.commands.partners import proposals
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.commands.triage.fixing import Given
from edi_gateway.flow.replays import fixing
from edi_gateway.mapping.files.problems import Problems
from edi_gateway.mapping.files.tables import read_table
from edi_gateway.model.finding import Location
from edi_gateway.store import tables
from edi_gateway.triage.suggestions import code_tables, suggest
from edi_gateway.triage.suggestions.evidence import Miss
from edi_gateway.triage.suggestions.fix import Fix
from edi_gateway.triage.suggestions.known import Known, of_case
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.replays.test_fixes import UNKNOWN, case_of, tried, workshop
from tests.flow.replays.test_mending import publish_rows
from tests.flow.shop import PARTNER, Shop

THROUGH_UNITS = '\n["PO1"]\n03 = { field = "unit", table = "units" }\n'
WHY = Given(why="agreed with their desk")


def known_of(shop: Shop, code: str) -> Known:
    works = shop.start().works
    with works.writer.reading() as conn:
        found = of_case(conn, case_of(shop, code), works.clock().date())
    assert found is not None
    return found


def told(fixes: list[Fix], kind: str) -> list[tuple[str, int | None, str]]:
    return [(fix.key, fix.score, fix.why) for fix in fixes if fix.key.partition(":")[0] == kind]


def go_live(shop: Shop, partner: str, *roles: str) -> Folders:
    folders = Folders(shop.home / "drafts" / "partners", shop.home / "drafts" / "mappings")
    with shop.engine.begin() as conn:
        proposals.go_live(workshop(shop, *roles).desk(conn), folders, partner, "agreed")
    return folders


@sqlite_only
def test_a_code_that_the_table_lacks_gets_a_row_of_it_as_a_draft(shop: Shop, tmp_path: Path) -> None:
    """PF is a pallet lift, which units.csv does not have. The mug is sold by the piece, case and pallet."""
    bench = workshop(shop, "EDI_ANALYST")
    with (shop.home / "drafts" / "partners" / PARTNER / "850.toml").open("a", encoding="utf-8") as file:
        file.write(THROUGH_UNITS)
    publish_rows(shop, tmp_path / "live", THROUGH_UNITS)
    shop.drop("a.edi", papers.orders(501, "K1").replace(b"*CA*", b"*PF*"))
    shop.run()
    assert shop.cases() == ["UNIT_UNKNOWN"]
    found = [key for key, _, _ in told(suggest(known_of(shop, "UNIT_UNKNOWN")), "table")]
    assert (found[0], found[-1]) == ("table:PL", "table")
    assert "table:CA" in found
    before = (shop.home / "drafts" / "mappings" / "tables" / "units.csv").read_text("utf-8")

    assert "say which code of ours" in (tried(bench, shop, "UNIT_UNKNOWN", "table", WHY).refused or "")
    seen = tried(bench, shop, "UNIT_UNKNOWN", "table:CA", WHY)
    assert seen.before is not None
    assert seen.after is not None
    assert [order.state for order in (*seen.before.orders, *seen.after.orders)] == ["ON_HOLD", "ACCEPTED"]
    done = fixing.do(bench, case_of(shop, "UNIT_UNKNOWN"), "table", Given("agreed", value="CA  their lift"))
    assert (done.waits, done.drafted) == (True, PARTNER)
    folders = go_live(shop, PARTNER, "EDI_ANALYST")
    after = (folders.mappings / "tables" / "units.csv").read_text("utf-8")
    assert after == before + "PF,CA,read,their lift\n"
    shop.drop("b.edi", papers.orders(502, "K2").replace(b"*CA*", b"*PF*"))
    shop.run()
    assert shop.states()["K2"] == "ACCEPTED"


@sqlite_only
def test_near_misses_of_a_code_come_from_the_tables_own_codes(shop: Shop) -> None:
    """CASS is nearly CASE (6 of 8 characters of both) and CAS (6 of 7): 75 and 86 of 100."""
    shop.drop("a.edi", papers.orders(501, "K1").replace(b"*CA*", b"*BX*"))
    shop.run()
    text = "theirs,ours,direction,meaning\nCASE,CA,both,case\nCAS,CA,read,case\nPLT,PL,both,pallet\n"
    table = read_table("packs", "packs.csv", text, Problems())
    known = known_of(shop, "UNIT_UNKNOWN")
    at = Location(segment="PO1", position=13, element=3)
    known = replace(
        known, misses=(Miss(table, "CASS", at),), case=replace(known.case, code="CODE_NOT_IN_TABLE")
    )
    assert told(suggest(known), "table") == [
        (
            "table:CA",
            86,
            f"CAS is nearly CASS, and CASE is nearly CASS. {code_tables._LATER}",
        ),
        ("table", None, f"Say our code, and behind a blank what it means. {code_tables._LATER}"),
    ]


@sqlite_only
def test_an_unknown_sender_is_added_to_the_partner_that_it_resembles_and_its_order_comes_through(
    shop: Shop,
) -> None:
    shop.drop("a.edi", papers.interchange(501, [papers.purchase_order("K1")], sender="KESTRELMOOR2"))
    shop.drop("b.edi", papers.interchange(502, [papers.purchase_order("K2")], sender="QQQQ"), "pinwheel")
    shop.run([PARTNER, "pinwheel"])
    assert shop.cases() == ["PARTNER_UNKNOWN", "PARTNER_UNKNOWN"]
    by_message = {row["message"]: row["id"] for row in shop.rows(tables.cases)}
    alike = by_message["No partner of ours sends as ZZ:KESTRELMOOR2 to ZZ:TARNBROOK."]
    other = by_message["No partner of ours sends as ZZ:QQQQ to ZZ:TARNBROOK."]
    bench = workshop(shop, "EDI_ANALYST")
    with bench.works.writer.reading() as conn:
        named = told(fixing.fixes(conn, alike, bench.works), "sender")
        by_connection = told(fixing.fixes(conn, other, bench.works), "sender")
    assert [(key, why) for key, _, why in named] == [
        (
            "sender:kestrelmoor",
            "It came over the connection of kestrelmoor, and KESTRELMOOR2 is nearly KESTRELMOOR",
        )
    ]
    assert [(key, why) for key, _, why in by_connection] == [
        ("sender:pinwheel", "It came over the connection of pinwheel")
    ]

    seen = fixing.preview(bench, alike, "sender:kestrelmoor", WHY)
    assert seen.before is not None
    assert seen.after is not None
    assert seen.before.orders == ()
    assert [(order.po_number, order.state) for order in seen.after.orders] == [("K1", "ACCEPTED")]
    assert fixing.do(bench, alike, "sender:kestrelmoor", WHY).drafted == PARTNER
    folders = go_live(shop, PARTNER, "EDI_ANALYST")
    text = (folders.partners / PARTNER / "partner.toml").read_text("utf-8")
    assert text.endswith('\n[[also_known_as]]\nqualifier = "ZZ"\nid = "KESTRELMOOR2"\n')
    with shop.start() as gateway:
        gateway.replay([alike], Actor("ann", frozenset({"EDI_ANALYST"})))
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == ["PARTNER_UNKNOWN"]


@sqlite_only
def test_a_code_that_their_good_documents_say_goes_before_one_that_merely_looks_alike(shop: Shop) -> None:
    """99 looks like 19, 39 and 49; their orders say 00."""
    shop.drop("1.edi", papers.orders(501, "K1"))
    shop.drop("2.edi", papers.interchange(502, [papers.bad_purchase_order("K2")]))
    shop.run()
    assert shop.cases() == ["CODE_INVALID"]
    assert told(suggest(known_of(shop, "CODE_INVALID")), "code") == [
        ("code:00", None, "original: their last good ones say it")
    ]


@sqlite_only
def test_a_line_that_waits_is_refused_while_the_rest_of_the_order_goes_on(shop: Shop) -> None:
    two = papers.purchase_order("K1", lines=2)
    bad = two.replace("PO1*002*21*CA*44.4**UK*10410000010010", f"PO1*002*21*CA*44.4**{UNKNOWN}")
    shop.drop("a.edi", papers.interchange(501, [bad]))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert [key for key, _, _ in told(suggest(known_of(shop, "ITEM_UNKNOWN")), "refuse")] == ["refuse:line"]
    bench = workshop(shop, "CSR")
    seen = tried(bench, shop, "ITEM_UNKNOWN", "refuse:line", WHY)
    assert seen.after is not None
    assert "ACK*R2*21*CA" in "".join(answer.body for answer in seen.after.answers)  # item number invalid
    fixing.do(bench, case_of(shop, "ITEM_UNKNOWN"), "refuse:line", WHY)
    assert [row["state"] for row in shop.rows(tables.order_lines)] == ["ACCEPTED", "REJECTED"]
    assert shop.cases() == []

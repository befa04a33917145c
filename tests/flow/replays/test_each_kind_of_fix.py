"""Each kind of fix has a test that does it, and here are those of kinds that no other file does."""

from __future__ import annotations

import shutil
from importlib import import_module
from typing import Final

import pytest

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.triage.fixing import Given
from edi_gateway.flow.replays import fixing
from edi_gateway.store import tables
from edi_gateway.triage.suggestions.fix import Kind
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.replays.test_fixes import case_of, keys, tried, workshop
from tests.flow.replays.test_fixes_of_what_is_agreed import WHY, go_live
from tests.flow.shop import PARTNER, Shop

FIXES, AGREED, HERE = "test_fixes", "test_fixes_of_what_is_agreed", "test_each_kind_of_fix"

TESTED: Final[dict[Kind, tuple[str, str]]] = {
    Kind.IMPORT: (
        FIXES,
        "test_a_near_miss_becomes_a_cross_reference_and_the_replay_brings_all_of_them_through",
    ),
    Kind.VALUE: (HERE, "test_a_place_and_a_unit_are_set_from_what_is_nearly_the_same"),
    Kind.RELEASE: (
        FIXES,
        "test_a_price_is_accepted_once_within_the_limit_and_by_somebody_else_than_who_set_it",
    ),
    Kind.DUPLICATE: (
        FIXES,
        "test_each_kind_of_case_has_the_fixes_that_fit_it_and_each_fix_does_what_it_says",
    ),
    Kind.REFUSE: (AGREED, "test_a_line_that_waits_is_refused_while_the_rest_of_the_order_goes_on"),
    Kind.COPY: (FIXES, "test_a_code_and_an_envelope_are_put_right_in_copies_that_are_replayed"),
    Kind.ONCE: (FIXES, "test_a_file_is_accepted_once_though_it_breaks_a_rule_and_the_next_one_is_not"),
    Kind.RULE: (HERE, "test_a_rule_is_tightened_and_the_next_such_document_is_refused_at_the_door"),
    Kind.ROW: (FIXES, "test_a_mapping_row_is_put_right_as_a_draft"),
    Kind.TABLE: (AGREED, "test_a_code_that_the_table_lacks_gets_a_row_of_it_as_a_draft"),
    Kind.PROFILE: (
        AGREED,
        "test_an_unknown_sender_is_added_to_the_partner_that_it_resembles_and_its_order_comes_through",
    ),
    Kind.REFUSE_SET: (FIXES, "test_a_set_is_refused_by_the_997_that_still_waits_and_by_no_other"),
    Kind.ADVISE: (FIXES, "test_a_997_that_has_gone_is_not_taken_back_and_an_824_says_it_once"),
    Kind.MESSAGE: (FIXES, "test_a_mail_is_drafted_to_whom_it_concerns_and_waits_with_its_case"),
    Kind.SEND: (HERE, "test_what_did_not_arrive_goes_once_more"),
    Kind.IGNORE: (HERE, "test_nothing_is_done_with_a_root_cause_and_a_reason"),
}


def test_each_kind_of_fix_is_done_by_a_test() -> None:
    """Relaxed rules are tested beside the tightened one: in test_fixes."""
    assert set(TESTED) == set(Kind)
    for module, name in TESTED.values():
        assert callable(getattr(import_module(f"{__package__}.{module}"), name))


@sqlite_only
def test_a_place_and_a_unit_are_set_from_what_is_nearly_the_same(shop: Shop) -> None:
    """The ship-to 0551 under a longer code of the same digits, and a unit that the mug is not sold in."""
    shop.drop(
        "1.edi",
        papers.orders(501, "S1").replace(b"*92*0551~", b"*92*00551~").replace(b"1 DOCK ROAD", b"1 DOCK RD"),
    )
    shop.drop("2.edi", papers.orders(502, "U1").replace(b"*CA*", b"*BX*"))
    shop.run()
    assert sorted(shop.cases()) == ["SHIP_TO_UNKNOWN", "UNIT_UNKNOWN"]
    assert keys(shop, "SHIP_TO_UNKNOWN")[0] == "ship-to:92:0551"
    seen = tried(workshop(shop, "MASTER_DATA"), shop, "SHIP_TO_UNKNOWN", "ship-to:92:0551")
    assert seen.after is not None
    assert seen.after.state == "ACCEPTED"
    fixing.do(workshop(shop, "CSR"), case_of(shop, "UNIT_UNKNOWN"), "unit:CA", WHY)
    (edit,) = shop.rows(tables.order_edits)
    assert (edit["field"], edit["was"], edit["now"], edit["by"]) == ("unit", "BX", "CA", "ann")
    assert shop.states()["U1"] == "ACCEPTED"  # no money is decided: what was not known is filled in


@sqlite_only
def test_a_store_that_only_has_a_number_is_put_on_file_or_its_part_cancelled(shop: Shop) -> None:
    """0515 is 0551 with two digits in each other's place. Of 20 cases 12 go to 0551 and 8 to it."""
    for control, number in ((501, "K1"), (502, "K2")):
        content = papers.orders(control, number)
        content = content.replace(b"CTT*", b"SDQ*CA*92*0551*12*0515*8~CTT*").replace(b"SE*14*", b"SE*15*")
        shop.drop(f"{control}.edi", content)
    shop.run()
    assert shop.cases() == ["STORE_UNKNOWN", "STORE_UNKNOWN"]
    found = keys(shop, "STORE_UNKNOWN")
    assert found[:2] == ["ship-to:92:0551", "ship-to:new"]
    assert "refuse:store" in found
    unnamed = tried(workshop(shop, "MASTER_DATA"), shop, "STORE_UNKNOWN", "ship-to:new")
    assert "name" in (unnamed.refused or "")
    fixing.do(workshop(shop, "CSR"), case_of(shop, "STORE_UNKNOWN"), "refuse:store", WHY)
    assert len(shop.cases()) == 1
    (first,) = (row["id"] for row in shop.rows(tables.cases) if row["closed_at"] is None)
    bench = workshop(shop, "MASTER_DATA")
    seen = fixing.preview(bench, first, "ship-to:new", Given(value="Kestrelmoor 515"))
    assert seen.after is not None
    assert [hold.code for order in seen.after.orders for hold in order.holds] == []
    fixing.do(bench, first, "ship-to:new", Given(value="Kestrelmoor 515"))
    assert [(row["name"], row["kind"]) for row in shop.rows(tables.ship_tos, code="0515")] == [
        ("Kestrelmoor 515", "store")
    ]


@sqlite_only
def test_a_rule_is_tightened_and_the_next_such_document_is_refused_at_the_door(shop: Shop) -> None:
    """PO103 may be absent by the standard; the order waits for somebody who knows the unit."""
    shop.drop("1.edi", papers.orders(501, "K1").replace(b"*20*CA*", b"*20**"))
    shop.run()
    assert shop.cases() == ["UNIT_MISSING"]
    bench = workshop(shop, "EDI_ANALYST")
    seen = tried(bench, shop, "UNIT_MISSING", "rule:must", WHY)
    assert seen.refused is None
    assert fixing.do(bench, case_of(shop, "UNIT_MISSING"), "rule:must", WHY).drafted == PARTNER
    folders = go_live(shop, PARTNER, "EDI_ANALYST")
    text = (folders.partners / PARTNER / "850.toml").read_text("utf-8")
    assert 'target = "PO1:03"\nmust_use = true\n' in text
    shop.drop("2.edi", papers.orders(502, "K2").replace(b"*20*CA*", b"*20**"))
    shop.run()
    assert set(shop.states()) == {"K1"}
    assert "AK4*3*355*1~AK5*R*5~" in "".join(shop.sent())


@sqlite_only
def test_what_did_not_arrive_goes_once_more(shop: Shop) -> None:
    shutil.rmtree(shop.outbox(PARTNER))
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert set(shop.cases()) == {"DELIVERY_FAILED"}
    bench = workshop(shop, "EDI_ANALYST")
    assert "It goes once more" in tried(bench, shop, "DELIVERY_FAILED", "send").said
    shop.outbox(PARTNER).mkdir()
    fixing.do(bench, case_of(shop, "DELIVERY_FAILED"), "send", Given())
    shop.run()
    assert shop.cases() == []
    assert "".join(shop.sent()).count("BAK*00*AD*K1*") == 1


@sqlite_only
def test_nothing_is_done_with_a_root_cause_and_a_reason(shop: Shop) -> None:
    shop.drop("a.edi", papers.interchange(501, [papers.bad_purchase_order("K1")]))
    shop.run()
    bench, case = workshop(shop, "EDI_ANALYST"), case_of(shop, "CODE_INVALID")
    assert "root cause must be one of" in (tried(bench, shop, "CODE_INVALID", "ignore", WHY).refused or "")
    with pytest.raises(Refused, match="say in the note why it needs nothing"):
        fixing.do(bench, case, "ignore", Given(root_cause="partner data"))
    fixing.do(bench, case, "ignore", Given("they sent it again", root_cause="partner data"))
    (row,) = shop.rows(tables.cases)
    assert (row["state"], row["root_cause"], row["action"]) == ("CLOSED", "partner data", "ignored")

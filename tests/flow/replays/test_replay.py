"""Replays: once the cause is mended, what it stopped goes through, and nothing that had gone through goes twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.commands.desk import ROLES, Actor, Refused
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.flow.replays.carrying import Replayed
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.shop import Shop, publish_with
from tests.flow.taking.test_road import functional_acks

ANN = Actor("ann", ROLES)


def replay(shop: Shop, code: str, with_file: bytes | None = None) -> list[Replayed]:
    case = next(row["id"] for row in shop.rows(tables.cases) if row["code"] == code)
    with shop.start() as gateway:
        return gateway.replay([case], ANN, with_file)


def test_a_stranger_who_became_a_partner_is_worked_and_answered(shop: Shop, tmp_path: Path) -> None:
    for n in (1, 2):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(f"N{n}")], sender="NEWNAME"))
    shop.run()
    assert shop.cases() == ["PARTNER_UNKNOWN", "PARTNER_UNKNOWN"]
    publish_with(shop, tmp_path, 'id = "KESTRELMOOR"', 'id = "NEWNAME"')
    replayed = replay(shop, "PARTNER_UNKNOWN")
    assert [one.cured for one in replayed] == [True, True]
    assert shop.states() == {"N1": "ACCEPTED", "N2": "ACCEPTED"}
    assert len(functional_acks(shop)) == 2
    assert shop.cases() == []
    old = [row for row in shop.rows(tables.receipts) if row["replay_of"] is None]
    assert [row["state"] for row in old] == ["QUARANTINED", "QUARANTINED"]  # they stay as they were


def test_a_replay_that_cures_nothing_says_so_and_leaves_one_case(shop: Shop) -> None:
    shop.drop("a.edi", papers.interchange(1, [papers.purchase_order("N1")], sender="NOBODY"))
    shop.run()
    (one,) = replay(shop, "PARTNER_UNKNOWN")
    assert not one.cured
    assert one.said.startswith("Unchanged.")
    assert shop.cases() == ["PARTNER_UNKNOWN"]


def test_a_corrected_copy_takes_the_place_of_a_rejected_set_and_of_nothing_else(shop: Shop) -> None:
    bad = [papers.purchase_order("K1", control="0001"), papers.bad_purchase_order("K2", control="0002")]
    shop.drop("a.edi", papers.interchange(501, bad))
    shop.run()
    good = [papers.purchase_order("K1", control="0001"), papers.purchase_order("K2", control="0002")]
    (one,) = replay(shop, "CODE_INVALID", papers.interchange(501, good))
    assert one.cured
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}
    answered = "".join(shop.sent())
    assert answered.count("BAK*00*AD*K1*") == 1
    assert answered.count("BAK*00*AD*K2*") == 1
    first, second = functional_acks(shop)
    assert first.endswith("AK9*P*2*2*1~")
    assert second.endswith("AK9*A*2*2*2~")  # we had told them otherwise
    assert shop.cases() == []


def test_a_case_that_is_cured_is_not_replayed_again(shop: Shop) -> None:
    """The original would be refused once more, after its corrected copy was accepted."""
    shop.drop("a.edi", papers.interchange(501, [papers.bad_purchase_order("K2")]))
    shop.run()
    assert replay(shop, "CODE_INVALID", papers.orders(501, "K2"))[0].cured
    for corrected in (None, papers.orders(501, "K2")):
        with pytest.raises(Refused, match="it is resolved already"):
            replay(shop, "CODE_INVALID", corrected)
    assert len(functional_acks(shop)) == 2


def test_a_conflicting_control_number_that_is_replayed_counts_as_well(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    shop.drop("b.edi", papers.orders(501, "K2"))
    shop.run()
    (one,) = replay(shop, "INTERCHANGE_CONTROL_CONFLICT")
    assert one.cured
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}


def test_an_order_whose_item_came_on_file_is_judged_again_and_accepted(shop: Shop) -> None:
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1").replace(gtin.encode(), b"10499999000011"))
    shop.run()
    assert shop.states() == {"K1": "ON_HOLD"}
    assert shop.cases() == ["ITEM_UNKNOWN"]
    with shop.engine.begin() as conn:
        desk = shop.start().works.desk(conn)
        content = b"partner,qualifier,value,sku,unit\n,GTIN,10499999000011,TB-1001,CA\n"
        assert import_csv(desk, "xrefs", content, "xrefs.csv").problems == []
    (one,) = replay(shop, "ITEM_UNKNOWN")
    assert (one.kind, one.cured) == ("order", True)
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == []
    assert "BAK*00*AD*K1*" in "".join(shop.sent())


def test_a_corrected_copy_is_for_one_case_about_a_document(shop: Shop) -> None:
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1").replace(gtin.encode(), b"10499999000011"))
    shop.run()
    with pytest.raises(Refused, match="not about a document"):
        replay(shop, "ITEM_UNKNOWN", papers.orders(501, "K1"))


def test_production_from_a_partner_in_test_waits_until_the_partner_is_live(
    shop: Shop, tmp_path: Path
) -> None:
    """ISA15 says P, the profile says test: held, marked, not posted (D36). Taken live, the same order is real."""
    publish_with(shop, tmp_path, 'name = "Kestrelmoor Stores"', 'name = "Kestrelmoor Stores"\ntest = true')
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.cases() == ["PRODUCTION_IN_TEST"]
    assert [(row["state"], row["test"]) for row in shop.rows(tables.orders)] == [("ON_HOLD", True)]
    assert shop.rows(tables.postings) == []
    (live := tmp_path / "live").mkdir()
    publish_with(shop, live, "Kestrelmoor Stores", "Kestrelmoor")
    (one,) = replay(shop, "PRODUCTION_IN_TEST")
    assert one.cured
    assert [(row["state"], row["test"]) for row in shop.rows(tables.orders)] == [("ACCEPTED", False)]
    assert len(shop.rows(tables.postings)) == 1
    (answer,) = [text for text in shop.sent() if "ST*855*" in text]
    assert answer[102:103] == "P"

"""The whole road for one partner: files in, orders in the book, acknowledgments and answers out."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.flow.works import Options
from edi_gateway.store import audit, tables
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop, publish_with


def functional_acks(shop: Shop) -> list[str]:
    """The 997s that lie in the outbound folder, from AK1 to AK9, oldest first."""
    found = []
    for text in shop.sent():
        for part in text.split("ST*997*")[1:]:
            found.append(part.partition("~")[2].partition("SE*")[0])
    return found


def test_a_clean_order_is_booked_acknowledged_answered_and_posted(shop: Shop) -> None:
    shop.drop("orders.edi", papers.orders(501, "K1", "K2"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}
    assert shop.cases() == []
    assert functional_acks(shop) == ["AK1*PO*501*005010~AK2*850*0001~AK5*A~AK2*850*0002~AK5*A~AK9*A*2*2*2~"]
    (answers,) = [text for text in shop.sent() if "ST*855*" in text]
    assert answers.count("BAK*00*AD*") == 2
    assert len(list((shop.home / "posted").glob("*.json"))) == 2
    assert [file.name for file in (shop.inbox(PARTNER) / "archive").iterdir()] == ["orders.edi"]
    with shop.engine.begin() as conn:
        assert audit.verify(conn) is None


def test_the_same_file_twice_changes_nothing_but_the_log_and_is_acknowledged_twice(shop: Shop) -> None:
    shop.drop("one.edi", papers.orders(501, "K1"))
    shop.run()
    shop.drop("two.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert [(r["name"], r["state"], r["verdict"]) for r in shop.rows(tables.receipts)] == [
        ("one.edi", "DONE", "new"),
        ("two.edi", "DUPLICATE", "identical"),
    ]
    first, second = functional_acks(shop)
    assert first == second
    assert sum(text.count("ST*855*") for text in shop.sent()) == 1
    assert shop.cases() == []


def test_the_same_file_twice_in_one_look_is_one_order(shop: Shop) -> None:
    shop.drop("one.edi", papers.orders(501, "K1"))
    shop.drop("two.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert sorted(row["state"] for row in shop.rows(tables.receipts)) == ["DONE", "DUPLICATE"]
    first, second = functional_acks(shop)
    assert first == second


def test_a_file_that_comes_again_and_again_is_acknowledged_once_each_time(shop: Shop) -> None:
    for n in range(1, 5):
        shop.drop(f"{n}.edi", papers.orders(501, "K1"))
        shop.run()
        assert len(functional_acks(shop)) == n


def test_a_partner_who_wants_no_second_acknowledgment_of_the_same_file_gets_none(
    shop: Shop, tmp_path: Path
) -> None:
    publish_with(shop, tmp_path, "[acknowledging]", '[acknowledging]\nsent_twice = "ignore"')
    for name in ("one.edi", "two.edi"):
        shop.drop(name, papers.orders(501, "K1"))
        shop.run()
    assert [row["state"] for row in shop.rows(tables.receipts)] == ["DONE", "DUPLICATE"]
    assert shop.states() == {"K1": "ACCEPTED"}
    assert len(functional_acks(shop)) == 1


def test_a_control_number_that_comes_again_with_other_content_is_quarantined(shop: Shop) -> None:
    shop.drop("one.edi", papers.orders(501, "K1"))
    shop.run()
    shop.drop("two.edi", papers.orders(501, "K2"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert [row["state"] for row in shop.rows(tables.interchanges)] == ["DONE", "QUARANTINED"]
    assert shop.cases() == ["INTERCHANGE_CONTROL_CONFLICT"]
    assert len(functional_acks(shop)) == 1


def test_an_interchange_of_a_stranger_is_kept_but_not_answered(shop: Shop) -> None:
    shop.drop("a.edi", papers.interchange(1, [papers.purchase_order("X1")], sender="NOBODY"))
    shop.drop("b.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == ["PARTNER_UNKNOWN"]
    assert sorted(row["state"] for row in shop.rows(tables.receipts)) == ["DONE", "QUARANTINED"]
    assert len(functional_acks(shop)) == 1


def test_bytes_that_nobody_can_read_are_a_case_with_their_place(shop: Shop) -> None:
    shop.drop("offer.pdf", b"%PDF-1.7 not an order")
    shop.drop("empty.edi", b"")
    shop.run()
    assert [row["state"] for row in shop.rows(tables.receipts)] == ["QUARANTINED", "QUARANTINED"]
    assert sorted(shop.cases()) == ["EMPTY_INPUT", "NOT_X12"]
    (found,) = [row for row in shop.rows(tables.findings) if row["code"] == "NOT_X12"]
    assert found["location"] == '{"offset": 0, "length": 21}'
    assert shop.sent() == []


def test_one_bad_set_of_three_is_rejected_and_the_good_ones_go_on(shop: Shop) -> None:
    sets = [
        papers.purchase_order("K1", control="0001"),
        papers.bad_purchase_order("K2", control="0002"),
        papers.purchase_order("K3", control="0003"),
    ]
    shop.drop("a.edi", papers.interchange(501, sets))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K3": "ACCEPTED"}
    assert functional_acks(shop) == [
        "AK1*PO*501*005010~AK2*850*0001~AK5*A~"
        "AK2*850*0002~AK3*BEG*2**8~AK4*1*353*7*99~AK5*R*5~"
        "AK2*850*0003~AK5*A~AK9*P*3*3*2~"
    ]
    assert shop.cases() == ["CODE_INVALID"]
    states = [row["state"] for row in shop.rows(tables.documents, direction="in")]
    assert states == ["APPLIED", "REJECTED", "APPLIED"]


def test_a_group_whose_count_is_wrong_is_rejected_with_all_its_sets(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1", "K2").replace(b"GE*2*", b"GE*3*"))
    shop.run()
    assert shop.states() == {}
    assert functional_acks(shop) == ["AK1*PO*501*005010~AK2*850*0001~AK5*R~AK2*850*0002~AK5*R~AK9*R*3*2*0*5~"]
    assert shop.cases() == ["GE_COUNT_WRONG"]


def test_an_interchange_without_its_end_is_rejected_and_may_come_again(shop: Shop) -> None:
    whole = papers.orders(501, "K1")
    shop.drop("half.edi", whole[: whole.index(b"IEA")])
    shop.run()
    assert shop.states() == {}
    assert shop.cases() == ["IEA_MISSING"]
    assert [row["state"] for row in shop.rows(tables.interchanges)] == ["REJECTED"]
    shop.drop("whole.edi", whole)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}


def test_a_set_that_is_not_agreed_is_accepted_as_x12_and_is_a_case(shop: Shop) -> None:
    body = ["BAK*00*AD*K1*20260302"]
    shop.drop("a.edi", papers.interchange(501, [papers.whole("855", body, "0001")], code="PR"))
    shop.run()
    assert functional_acks(shop) == ["AK1*PR*501*005010~AK2*855*0001~AK5*A~AK9*A*1*1*1~"]
    assert shop.cases() == ["DOCUMENT_NOT_AGREED"]
    assert [row["state"] for row in shop.rows(tables.documents, direction="in")] == ["ERROR"]


def test_a_set_of_no_dictionary_is_rejected_as_unknown(shop: Shop) -> None:
    shop.drop("a.edi", papers.interchange(501, [papers.whole("000", ["BEG*00"], "0001")]))
    shop.run()
    assert functional_acks(shop) == ["AK1*PO*501*005010~AK2*000*0001~AK5*R*1~AK9*R*1*1*0~"]
    assert shop.cases() == ["SET_UNKNOWN"]


def test_a_ta1_is_sent_when_they_ask_for_one(shop: Shop) -> None:
    asking = papers.orders(501, "K1").replace(b"*000000501*0*P*", b"*000000501*1*P*")
    shop.drop("a.edi", asking)
    shop.run()
    (ta1,) = [text for text in shop.sent() if "TA1*" in text]
    assert "~TA1*000000501*260302*0812*A*000~IEA*0*" in ta1


def test_a_large_interchange_is_worked_in_chunks_and_acknowledged_once(shop: Shop) -> None:
    shop.options = shop.options.__class__(sets_per_commit=2, large_bytes=100)
    sets = [papers.purchase_order(f"K{n}", control=f"{n:04d}") for n in range(1, 6)]
    sets[3] = papers.bad_purchase_order("K4", control="0004")
    shop.drop("a.edi", papers.interchange(501, sets))
    shop.run()
    assert set(shop.states()) == {"K1", "K2", "K3", "K5"}
    assert functional_acks(shop) == [
        "AK1*PO*501*005010~AK2*850*0001~AK5*A~AK2*850*0002~AK5*A~AK2*850*0003~AK5*A~"
        "AK2*850*0004~AK3*BEG*2**8~AK4*1*353*7*99~AK5*R*5~AK2*850*0005~AK5*A~AK9*P*5*5*4~"
    ]
    (receipt,) = shop.rows(tables.receipts)
    assert (receipt["state"], receipt["worked_sets"]) == ("DONE", 5)


def test_control_numbers_count_up_without_a_gap(shop: Shop) -> None:
    for n in range(3):
        shop.drop(f"{n}.edi", papers.orders(501 + n, f"K{n}"))
        shop.run()
    controls = [row["control"] for row in shop.rows(tables.transmissions)]
    assert controls == [f"{n:09d}" for n in range(1, 7)]
    names = [file.name for file in sorted(shop.outbox(PARTNER).iterdir())]
    assert [name.split("_")[2] for name in names] == [f"{control}.edi" for control in controls]


def test_a_small_file_of_many_orders_is_worked_in_chunks_and_what_came_behind_it_after_it(shop: Shop) -> None:
    """Few bytes, many sets: 12 of them where a commit takes 5. The next file cancels the last of them."""
    shop.options = Options(sets_per_commit=5)
    shop.drop("a.edi", papers.orders(501, *(f"K{n}" for n in range(12))))
    cancel = papers.purchase_order("K11").replace("BEG*00*", "BEG*01*")
    shop.drop("b.edi", papers.interchange(502, [cancel]))
    shop.run()
    states = shop.states()
    assert (states.pop("K11"), set(states.values()), len(states)) == ("CANCELLED", {"ACCEPTED"}, 11)
    first, second = shop.rows(tables.receipts)
    assert (first["worked_sets"], first["state"], second["state"]) == (12, "DONE", "DONE")
    assert [row["kind"] for row in shop.rows(tables.work, "id") if row["kind"] in ("batch", "large")] == [
        *("batch", "large", "batch"),
    ]
    assert [text.split("~")[-2] for text in functional_acks(shop)] == ["AK9*A*12*12*12", "AK9*A*1*1*1"]


def test_many_small_files_go_in_several_commits_when_they_hold_many_orders(shop: Shop) -> None:
    shop.options = Options(sets_per_commit=2)
    for n in range(6):
        shop.drop(f"{n}.edi", papers.orders(501 + n, f"A{n}", f"B{n}"))
    shop.run()
    assert set(shop.states().values()) == {"ACCEPTED"}
    assert len(shop.states()) == 12
    assert [row["kind"] for row in shop.rows(tables.work, "id") if row["kind"] in ("batch", "large")] == [
        *("batch", "batch"),
    ]

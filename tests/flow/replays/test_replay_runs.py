"""Mend once, replay all: tried first, then carried chunk by chunk to its end by whoever is there, each case once."""

from __future__ import annotations

from collections import Counter

import pytest

from edi_gateway.commands.desk import ROLES, Actor, Desk, Refused
from edi_gateway.commands.triage import replaying
from edi_gateway.flow.replays import carrying, trying
from edi_gateway.flow.trial import Change
from edi_gateway.flow.works import Works
from edi_gateway.store import tables
from edi_gateway.store.book import cases, replays
from edi_gateway.store.book.replays import Run
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.shop import Shop
from tests.flow.trial.test_trial import UNKNOWN, with_xref

ANN = Actor("ann", ROLES)
GTIN = papers.MUG[0].encode()


def begin(shop: Shop, code: str, *, dry: bool = False) -> Run:
    cause = next(row["fingerprint"] for row in shop.rows(tables.cases) if row["code"] == code)
    works = shop.start().works
    with shop.engine.begin() as conn:
        return replaying.begin_cause(Desk(conn, works.ids, works.clock, ANN), cause, dry=dry)


def mend(shop: Shop) -> None:
    """The unknown item gets its cross-reference."""
    works = shop.start().works
    with shop.engine.begin() as conn:
        with_xref(works, conn)


def results(shop: Shop, run: Run) -> Counter[str | None]:
    return Counter(row["result"] for row in shop.rows(tables.replay_items, run_id=run.id))


def unknown_items(shop: Shop, number: int) -> None:
    """So many orders for an item that is not on file, the last one by the pallet at the price of a case."""
    for n in range(1, number + 1):
        content = papers.orders(500 + n, f"K{n}").replace(GTIN, UNKNOWN)
        shop.drop(f"{n}.edi", content if n < number else content.replace(b"*20*CA*", b"*20*PL*"))
    shop.run()
    assert shop.cases() == ["ITEM_UNKNOWN"] * number


def test_what_would_pass_turn_to_another_cause_and_stay_is_counted_before_and_after(shop: Shop) -> None:
    unknown_items(shop, 3)
    tried = begin(shop, "ITEM_UNKNOWN", dry=True)
    shop.run()
    assert results(shop, tried) == {"STAYED": 3}
    assert set(shop.states().values()) == {"ON_HOLD"}
    mend(shop)
    again = begin(shop, "ITEM_UNKNOWN", dry=True)
    shop.run()
    assert results(shop, again) == {"PASSED": 2, "CHANGED": 1}
    assert set(shop.states().values()) == {"ON_HOLD"}  # a trial changes nothing
    real = begin(shop, "ITEM_UNKNOWN")
    shop.run()
    assert results(shop, real) == {"PASSED": 2, "CHANGED": 1}
    (foreseen,) = shop.rows(tables.replay_items, run_id=again.id, result="CHANGED")
    (became,) = shop.rows(tables.replay_items, run_id=real.id, result="CHANGED")
    assert foreseen["became"] == became["became"] == shop.rows(tables.cases, state="NEW")[0]["fingerprint"]
    assert shop.cases() == ["PRICE_DIFFERS"]
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED", "K3": "ON_HOLD"}
    assert [row["state"] for row in shop.rows(tables.replay_runs)] == ["DONE"] * 3


def test_a_run_goes_on_after_whoever_carried_it_is_gone_and_does_nothing_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 6):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(f"N{n}")], sender="NOBODY"))
    shop.run()
    monkeypatch.setattr(carrying, "CHUNK", 2)
    run = begin(shop, "PARTNER_UNKNOWN")
    with pytest.raises(Refused, match="a replay of it is under way"):
        begin(shop, "PARTNER_UNKNOWN")
    works = shop.start().works
    assert carrying.carry(works) == 2
    assert carrying.carry(works) == 0  # two are under way: the rest waits for them
    assert len(shop.rows(tables.receipts)) == 7
    shop.run()  # another process takes it up
    assert results(shop, run) == {"STAYED": 5}
    assert shop.rows(tables.replay_runs)[0]["state"] == "DONE"
    repeats = Counter(row["replay_of"] for row in shop.rows(tables.receipts) if row["replay_of"])
    assert sorted(repeats.values()) == [1, 1, 1, 1, 1]
    assert shop.cases() == ["PARTNER_UNKNOWN"] * 5


def test_two_replays_of_a_cause_that_were_begun_at_the_same_moment_run_each_document_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(f"N{n}")], sender="NOBODY"))
    shop.run()
    one = begin(shop, "PARTNER_UNKNOWN")
    with monkeypatch.context() as blind:  # neither saw the other's rows, which were not committed
        blind.setattr(replaying.replays, "in_hand", lambda *_: set())
        other = begin(shop, "PARTNER_UNKNOWN")
    shop.run()
    assert results(shop, one) == {"STAYED": 2}
    assert results(shop, other) == {"UNKNOWN": 2}
    repeats = Counter(row["replay_of"] for row in shop.rows(tables.receipts) if row["replay_of"])
    assert sorted(repeats.values()) == [1, 1]


@sqlite_only
def test_a_replay_that_is_stopped_leaves_what_has_not_begun(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown_items(shop, 3)
    mend(shop)
    monkeypatch.setattr(carrying, "CHUNK", 1)
    run = begin(shop, "ITEM_UNKNOWN")
    works = shop.start().works
    carrying.carry(works)
    with shop.engine.begin() as conn:
        replaying.stop(Desk(conn, works.ids, works.clock, ANN), run.id)
    shop.run()
    assert results(shop, run) == {"PASSED": 1, "UNKNOWN": 2}
    assert sorted(shop.states().values()) == ["ACCEPTED", "ON_HOLD", "ON_HOLD"]
    begin(shop, "ITEM_UNKNOWN")  # and may be begun again


@sqlite_only
def test_a_case_about_another_fault_of_the_same_file_stays_one_case(shop: Shop) -> None:
    sets = [
        papers.bad_purchase_order("K1", control="0001"),
        papers.purchase_order("K2", control="0002").replace("DTM*064*20260316", "DTM*064*20261399"),
    ]
    shop.drop("a.edi", papers.interchange(501, sets))
    shop.run()
    before = shop.cases()
    assert len(before) == 2
    begin(shop, "CODE_INVALID")
    shop.run()
    assert shop.cases() == before


@sqlite_only
def test_the_preview_of_a_change_says_what_it_would_do_to_the_cause(shop: Shop) -> None:
    unknown_items(shop, 3)
    works = shop.start().works
    assert outlook(works, None) == (0, 3, {})
    passed, stayed, changed = outlook(works, with_xref)
    assert (passed, stayed) == (2, 0)
    assert list(changed.values()) == [1]
    assert set(shop.states().values()) == {"ON_HOLD"}


def outlook(works: Works, change: Change | None) -> tuple[int, int, dict[str, int]]:
    with works.writer.reading() as conn:
        (cause,) = {case.fingerprint for case in cases.open_of(conn, order_id=order_ids(works))}
        wanted = cases.open_by_causes(conn, [cause])
    seen = trying.Outlook()
    for one in trying.foresee(works, wanted, change):
        seen.add(one)
    return seen.passed, seen.stayed, dict(seen.changed)


def order_ids(works: Works) -> list[int]:
    with works.writer.reading() as conn:
        return list(conn.execute(tables.orders.select()).scalars())


@sqlite_only
def test_a_receipt_whose_bytes_are_gone_is_told_and_holds_nothing_up(shop: Shop) -> None:
    for n in (1, 2):
        shop.drop(f"{n}.edi", papers.interchange(n, [papers.purchase_order(f"N{n}")], sender="NOBODY"))
    shop.run()
    first = shop.rows(tables.receipts)[0]["id"]
    with shop.engine.begin() as conn:
        conn.execute(tables.receipt_chunks.delete().where(tables.receipt_chunks.c.receipt_id == first))
    run = begin(shop, "PARTNER_UNKNOWN")
    shop.run()
    assert results(shop, run) == {"UNKNOWN": 1, "STAYED": 1}
    assert replays.running(shop.engine.connect()) == []

"""The dry run: what would become of receipts and orders after a change, and not a row of it stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from edi_gateway.commands.desk import Actor, Desk, Refused
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.flow.trial import Change, Subject, Tried, judging, tried
from edi_gateway.flow.trial import trial as trying
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Severity
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import snapshots, tables
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.samples.sample import PARTNERS, ROOT

UNKNOWN = b"10499999000011"


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all our tables."""
    with engine.begin() as conn:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def trial(shop: Shop, *subjects: Subject, change: Change | None = None, **how: Any) -> list[Tried]:
    """Try them; nothing in the database, and nothing in a folder, is different afterwards."""
    works = shop.start().works
    before = everything(shop.engine), shop.sent()
    said = list(tried(works, subjects, change, **how))
    assert (everything(shop.engine), shop.sent()) == before
    return said


def receipts(shop: Shop) -> list[Subject]:
    return [Subject("receipt", row["id"]) for row in shop.rows(tables.receipts)]


def with_profile(tmp_path: Path, was: str, now: str) -> Change:
    """A draft of the partner's profile goes live first."""
    folder = tmp_path / PARTNER
    folder.mkdir()
    for file in (PARTNERS / PARTNER).iterdir():
        text = file.read_text("utf-8")
        (folder / file.name).write_text(
            text.replace(was, now) if file.name == "partner.toml" else text, "utf-8"
        )
    loaded = registry.load(folder)
    assert loaded.profile is not None, loaded.findings
    draft = snapshot(loaded.profile, folder, ROOT / "mappings")

    def change(works: Works, conn: Connection) -> None:
        snapshots.put(conn, draft.hash, draft.partner, draft.content, "ann", works.clock())
        snapshots.make_live(conn, draft.partner, draft.hash, "ann", works.clock(), "tried")

    return change


def with_xref(works: Works, conn: Connection, actor: Actor | None = None) -> None:
    desk = works.desk(conn) if actor is None else Desk(conn, works.ids, works.clock, actor)
    content = b"partner,qualifier,value,sku,unit\n,GTIN," + UNKNOWN + b",TB-1001,CA\n"
    assert import_csv(desk, "xrefs", content, "xrefs.csv").applied


@sqlite_only
def test_a_quarantined_file_would_be_ordered_and_answered_once_its_sender_is_known(
    shop: Shop, tmp_path: Path
) -> None:
    shop.drop("a.edi", papers.interchange(1, [papers.purchase_order("N1")], sender="NEWNAME"))
    shop.run()
    (now,) = trial(shop, *receipts(shop))
    assert (now.state, [case.code for case in now.cases]) == ("QUARANTINED", ["PARTNER_UNKNOWN"])
    assert {case.fingerprint for case in now.cases} == now.stood
    (one,) = trial(
        shop, *receipts(shop), change=with_profile(tmp_path, 'id = "KESTRELMOOR"', 'id = "NEWNAME"')
    )
    assert (one.state, one.cases, one.error) == ("DONE", (), None)
    assert [(order.po_number, order.state, order.order_id) for order in one.orders] == [
        ("N1", "ACCEPTED", None)
    ]
    assert [(answer.set_code, answer.state) for answer in one.answers] == [
        ("997", "QUEUED"),
        ("855", "QUEUED"),
    ]
    assert one.answers[0].body.endswith("AK9*A*1*1*1~")
    assert one.answers[1].body.startswith("BAK*00*AD*N1*")
    (of_it,) = one.sets
    assert (of_it.set_code, of_it.state, of_it.status) == ("850", "APPLIED", "A")
    assert '"po_number":"N1"' in (of_it.canonical or "")


def test_an_order_on_hold_would_be_accepted_once_its_item_is_on_file(shop: Shop) -> None:
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1", "K2").replace(gtin.encode(), UNKNOWN))
    shop.run()
    held = [Subject("order", row["id"]) for row in shop.rows(tables.orders)]
    for one in trial(shop, *held):
        assert one.state == "ON_HOLD"
        assert [case.code for case in one.cases] == ["ITEM_UNKNOWN"]
        assert [hold.code for hold in one.orders[0].holds] == ["ITEM_UNKNOWN"]
    for one, number in zip(trial(shop, *held, change=with_xref, seconds=0), ("K1", "K2"), strict=True):
        assert (one.state, one.cases, len(one.stood)) == ("ACCEPTED", (), 1)
        assert [(line.sku, line.state) for line in one.orders[0].lines] == [("TB-1001", "ACCEPTED")]
        (answer,) = one.answers
        assert answer.body.startswith(f"BAK*00*AD*{number}*")


@sqlite_only
def test_whoever_may_not_make_the_change_may_not_try_it(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    warehouse = Actor("wim", frozenset({"WAREHOUSE"}))
    with pytest.raises(Refused, match="wim has none of the roles MASTER_DATA"):
        trial(shop, *receipts(shop), change=lambda works, conn: with_xref(works, conn, warehouse))


@sqlite_only
def test_what_went_through_is_passed_over_by_a_replay_and_read_again_afresh(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    (again,) = trial(shop, *receipts(shop))
    assert (again.state, again.sets, again.orders, again.answers, again.cases) == ("DONE", (), (), (), ())
    (afresh,) = trial(shop, *receipts(shop), afresh=True, then=True)
    assert [(order.po_number, order.state) for order in afresh.orders] == [("K1", "ACCEPTED")]
    real = {row["set_code"]: row["body"] for row in shop.rows(tables.documents, direction="out")}
    said = {answer.set_code: answer.body for answer in afresh.answers}
    assert said["997"] == real["997"]
    number = shop.rows(tables.orders)[0]["number"]  # ours is another, and the interchange of the 855 names it
    assert len(said["855"]) == len(real["855"].replace(number, "SO-0000000000000"))


def test_a_corrected_copy_is_tried_in_the_place_of_its_document(shop: Shop) -> None:
    bad = [papers.purchase_order("K1", control="0001"), papers.bad_purchase_order("K2", control="0002")]
    shop.drop("a.edi", papers.interchange(501, bad))
    shop.run()
    (receipt,) = receipts(shop)
    copy = papers.interchange(501, bad).replace(b"BEG*99*", b"BEG*00*")
    as_it_is, corrected = trial(shop, receipt, Subject("receipt", receipt.id, copy))
    assert [(one.control, one.state) for one in as_it_is.sets] == [("0002", "REJECTED")]
    errors = [f.code for f in as_it_is.sets[0].findings if f.severity is Severity.ERROR]
    assert errors == [Code.CODE_INVALID]
    assert as_it_is.answers == ()  # they were told the same
    assert [(one.control, one.state) for one in corrected.sets] == [("0002", "APPLIED")]
    assert corrected.cases == ()
    assert [answer.set_code for answer in corrected.answers] == ["997", "855"]


@sqlite_only
def test_of_a_very_large_receipt_only_so_many_sets_are_tried(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [papers.bad_purchase_order(f"K{n}", control=f"{n:04d}") for n in range(1, 5)]
    shop.drop("a.edi", papers.interchange(501, bad))
    shop.run()
    monkeypatch.setattr(judging, "SETS", 2)
    monkeypatch.setattr(judging, "_STEP", 1)
    (one,) = trial(shop, *receipts(shop))
    assert (one.partial, [tried_set.control for tried_set in one.sets]) == (True, ["0001", "0002"])


@sqlite_only
def test_what_cannot_be_tried_says_why(shop: Shop) -> None:
    shop.drop("a.edi", papers.interchange(1, [papers.purchase_order("N1")], sender="NOBODY"))
    shop.run()
    (receipt,) = receipts(shop)
    with shop.engine.begin() as conn:
        conn.execute(tables.receipt_chunks.delete())
    gone, nothing, none = trial(shop, receipt, Subject("receipt", 7), Subject("order", 7))
    assert (gone.error or "").endswith("cannot be tried: its bytes are not kept any more.")
    assert (nothing.error or "").endswith("cannot be tried: there is no such receipt.")
    assert (none.error or "").endswith("cannot be tried: there is no such order.")


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_trial_gives_way_to_whoever_works_on_the_same_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the first order's row: it is said to be worked on, the second one is tried."""
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1", "K2").replace(gtin.encode(), UNKNOWN))
    shop.run()
    first, second = [row["id"] for row in shop.rows(tables.orders)]
    monkeypatch.setattr(trying, "_TRIES", 1)
    works = shop.start().works
    with shop.engine.begin() as other:
        other.execute(select(tables.orders.c.id).where(tables.orders.c.id == first).with_for_update())
        said = list(tried(works, [Subject("order", first), Subject("order", second)]))
    assert [one.error for one in said] == ["Others are working on it at this moment; try again.", None]
    assert [one.state for one in said] == ["", "ON_HOLD"]

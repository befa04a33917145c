"""Fixes are suggested, tried without a trace, and done by the commands that anybody could give, if they may."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from edi_gateway.commands.desk import Actor, Desk, Refused
from edi_gateway.commands.partners import proposals
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.fixing import Given
from edi_gateway.flow.replays import fixing
from edi_gateway.flow.replays.fixing import Preview, Workshop
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.taking import inbound, receive
from edi_gateway.flow.works import Works
from edi_gateway.reports.triage import subjects
from edi_gateway.reports.triage.timeline import timeline
from edi_gateway.store import tables
from edi_gateway.triage.suggestions import (
    agreements,
    code_tables,
    decisions,
    documents,
    master_data,
    messages,
    senders,
)
from tests.databases import sqlite_only
from tests.flow import papers
from tests.flow.replays.test_mending import publish_rows
from tests.flow.shop import PARTNER, Shop, publish_with
from tests.flow.trial.test_trial import everything
from tests.samples.sample import PARTNERS, ROOT

UNKNOWN = "UK*10499999000011*VN*TB-1O01"  # an O for a zero


def workshop(shop: Shop, *roles: str, name: str = "ann", limit: Decimal | None = None) -> Workshop:
    """For somebody with these roles. Drafts lie in a copy of the partners' folders."""
    works = shop.start().works
    folders = shop.home / "drafts"
    if not folders.exists():
        shutil.copytree(PARTNERS, folders / "partners")
        shutil.copytree(ROOT / "mappings", folders / "mappings")

    def desk(conn: Connection) -> Desk:
        return Desk(conn, works.ids, works.clock, Actor(name, frozenset(roles), limit))

    return Workshop(works, desk, folders / "partners", folders / "mappings")


def case_of(shop: Shop, code: str) -> int:
    """The last one of this code."""
    found: int = next(row["id"] for row in reversed(shop.rows(tables.cases)) if row["code"] == code)
    return found


def keys(shop: Shop, code: str) -> list[str]:
    works = shop.start().works
    with works.writer.reading() as conn:
        return [fix.key for fix in fixing.fixes(conn, case_of(shop, code), works)]


def tried(bench: Workshop, shop: Shop, code: str, key: str, given: Given = Given()) -> Preview:
    """The preview of a fix; not a row of any table is different after it."""
    before = everything(shop.engine)
    seen = fixing.preview(bench, case_of(shop, code), key, given)
    assert everything(shop.engine) == before
    return seen


def unknown_items(shop: Shop, number: int) -> None:
    for n in range(1, number + 1):
        content = papers.orders(500 + n, f"K{n}").replace(b"UK*10410000010010", UNKNOWN.encode())
        shop.drop(f"{n}.edi", content)
    shop.run()
    assert shop.cases() == ["ITEM_UNKNOWN"] * number


def test_a_near_miss_becomes_a_cross_reference_and_the_replay_brings_all_of_them_through(shop: Shop) -> None:
    unknown_items(shop, 3)
    bench = workshop(shop, "MASTER_DATA")
    with bench.works.writer.reading() as conn:
        first = fixing.fixes(conn, case_of(shop, "ITEM_UNKNOWN"), bench.works)[0]
    assert (first.key, first.title) == (
        "xref:TB-1001",
        "Their UK 10499999000011 is our TB-1001 Stoneware mug 12 oz, blue",
    )
    assert (first.score, first.why) == (83, "TB-1001 is nearly TB-1O01")  # five of six characters
    seen = tried(bench, shop, "ITEM_UNKNOWN", first.key)
    assert seen.before is not None
    assert seen.after is not None
    assert (seen.before.state, seen.after.state) == ("ON_HOLD", "ACCEPTED")
    assert [answer.set_code for answer in seen.after.answers] == ["855"]
    assert (seen.outlook.passed, seen.sample, seen.same) == (2, 2, 3)
    done = fixing.do(bench, case_of(shop, "ITEM_UNKNOWN"), first.key, Given())
    assert (done.replays, done.waits) == (True, False)
    assert set(shop.states().values()) == {"ON_HOLD"}  # until it is replayed
    with shop.start() as gateway:
        gateway.replay([case_of(shop, "ITEM_UNKNOWN")], Actor("ann", frozenset({"MASTER_DATA"})))
    assert set(shop.states().values()) == {"ACCEPTED"}
    assert shop.cases() == []


@sqlite_only
def test_who_may_not_do_a_fix_is_told_so_before_and_when_it_is_done(shop: Shop) -> None:
    unknown_items(shop, 1)
    bench = workshop(shop, "CSR")
    seen = tried(bench, shop, "ITEM_UNKNOWN", "xref:TB-1001")
    assert seen.refused is not None
    assert "ann has none of the roles MASTER_DATA" in seen.refused
    with pytest.raises(Refused, match="none of the roles MASTER_DATA"):
        fixing.do(bench, case_of(shop, "ITEM_UNKNOWN"), "xref:TB-1001", Given())
    with pytest.raises(Refused, match="there is no fix 'release'"):  # such a hold is cured, not released
        fixing.do(bench, case_of(shop, "ITEM_UNKNOWN"), "release", Given(why="x"))


def test_a_price_is_accepted_once_within_the_limit_and_by_somebody_else_than_who_set_it(shop: Shop) -> None:
    """20 cases at 40.00 instead of 44.40: 800.00 hang on it. A CSR may decide 1000, this one 500; a LEAD 25000."""
    shop.drop("a.edi", papers.orders(501, "K1").replace(b"*44.4*", b"*40*"))
    shop.run()
    assert shop.cases() == ["PRICE_DIFFERS"]
    assert keys(shop, "PRICE_DIFFERS")[:3] == ["price:ours", "price:theirs", "release"]
    why = Given(why="agreed by telephone")
    short = tried(workshop(shop, "CSR", limit=Decimal(500)), shop, "PRICE_DIFFERS", "release", why)
    assert "ann may decide up to 500" in (short.refused or "")
    assert "needs a text" in (tried(workshop(shop, "CSR"), shop, "PRICE_DIFFERS", "release").refused or "")
    seen = tried(workshop(shop, "LEAD"), shop, "PRICE_DIFFERS", "release", why)
    assert seen.after is not None
    assert (seen.after.state, [line.price for line in seen.after.orders[0].lines]) == (
        "ACCEPTED",
        [Decimal(40)],
    )
    fixing.do(workshop(shop, "LEAD"), case_of(shop, "PRICE_DIFFERS"), "price:ours", why)
    assert shop.states() == {"K1": "ON_HOLD"}
    own = tried(workshop(shop, "SUPERVISOR"), shop, "PRICE_DIFFERS", "release", why)
    assert "ann changed the price" in (own.refused or "")
    fixing.do(workshop(shop, "LEAD", name="bob"), case_of(shop, "PRICE_DIFFERS"), "release", why)
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.rows(tables.order_lines)[0]["price"] == Decimal("44.4")
    assert shop.rows(tables.holds)[-1]["reason"] == "PRICE_ACCEPTED"


@sqlite_only
def test_a_code_and_an_envelope_are_put_right_in_copies_that_are_replayed(shop: Shop) -> None:
    bad = papers.purchase_order("K1").replace("BEG*00*", "BEG*0A*")
    shop.drop("a.edi", papers.interchange(501, [bad]))
    torn = papers.orders(502, "K2").replace(b"SE*14*", b"SE*15*")
    assert torn != papers.orders(502, "K2")
    shop.drop("b.edi", torn)
    shop.run()
    bench = workshop(shop, "EDI_ANALYST")
    codes = {row["code"]: row["id"] for row in shop.rows(tables.cases)}
    assert set(codes) == {"CODE_INVALID", "SE_COUNT_WRONG"}
    near = tried(bench, shop, "CODE_INVALID", "code:00", Given(why="they said original"))
    assert near.after is not None
    assert [(order.po_number, order.state) for order in near.after.orders] == [("K1", "ACCEPTED")]
    seen = tried(bench, shop, "SE_COUNT_WRONG", "mend")
    assert seen.after is not None
    assert [(one.state, one.status) for one in seen.after.sets] == [("APPLIED", "A")]
    fixing.do(bench, codes["SE_COUNT_WRONG"], "mend", Given())
    shop.run()
    assert shop.states() == {"K2": "ACCEPTED"}
    first = next(row for row in shop.rows(tables.receipts) if row["name"] == "b.edi")
    kept = shop.rows(tables.receipt_chunks, receipt_id=first["id"])
    assert b"".join(row["bytes"] for row in kept) == torn


@sqlite_only
def test_where_the_guide_lists_codes_those_are_suggested_and_never_the_wrong_one(shop: Shop) -> None:
    """Kestrelmoor takes UK and UP in PO106; EN is a code of the standard, and so nearest to itself."""
    shop.drop("a.edi", papers.orders(501, "K1").replace(b"UK*10410000010010", b"EN*0410000010010"))
    shop.run()
    assert shop.cases() == ["CODE_INVALID"]
    codes = [key for key in keys(shop, "CODE_INVALID") if key.startswith("code:")]
    assert sorted(codes) == ["code:UK", "code:UP"]


@sqlite_only
def test_a_guide_rule_is_relaxed_as_a_draft_that_is_tried_and_holds_once_published(shop: Shop) -> None:
    """Kestrelmoor's own rule wants DTM*063; without it the set is refused."""
    content = papers.orders(501, "K1").replace(b"DTM*063*20260320~", b"").replace(b"SE*14*", b"SE*13*")
    shop.drop("a.edi", content)
    shop.run()
    (code,) = shop.cases()
    assert "rule:warning" in keys(shop, code)
    bench, why = workshop(shop, "EDI_ANALYST"), Given(why="agreed with them")
    seen = tried(bench, shop, code, "rule:warning", why)
    assert seen.before is not None
    assert seen.after is not None
    assert [one.status for one in (*seen.before.sets, *seen.after.sets)] == ["R", "A"]
    assert [order.po_number for order in seen.after.orders] == ["K1"]
    done = fixing.do(bench, case_of(shop, code), "rule:warning", why)
    assert (done.waits, done.drafted) == (True, PARTNER)
    file = Path(shop.home, "drafts", "partners", PARTNER, "850.toml")
    folders = Folders(shop.home / "drafts" / "partners", shop.home / "drafts" / "mappings")
    with shop.engine.begin() as conn:
        assert 'severity = "WARNING"' not in file.read_text("utf-8")
        proposals.go_live(bench.desk(conn), folders, PARTNER, "agreed")
    assert 'severity = "WARNING"' in file.read_text("utf-8")


@sqlite_only
def test_a_file_is_accepted_once_though_it_breaks_a_rule_and_the_next_one_is_not(shop: Shop) -> None:
    broken = papers.orders(501, "K1").replace(b"DTM*063*20260320~", b"").replace(b"SE*14*", b"SE*13*")
    shop.drop("a.edi", broken)
    shop.run()
    (code,) = shop.cases()
    case, why = case_of(shop, code), Given(why="the buyer told us the day by telephone")
    assert "has none of the roles EDI_ANALYST" in (
        tried(workshop(shop, "CSR"), shop, code, "once", why).refused or ""
    )
    bench = workshop(shop, "EDI_ANALYST")
    assert "needs a text that says why" in (tried(bench, shop, code, "once").refused or "")
    seen = tried(bench, shop, code, "once", why)
    assert seen.after is not None
    assert [one.status for one in seen.after.sets] == ["A"]
    assert [order.state for order in seen.after.orders] == ["ACCEPTED"]
    fixing.do(bench, case, "once", why)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == []
    assert [text.count("AK9*R*1*1*0~") for text in shop.sent()[:1]] == [1]
    assert "AK9*A*1*1*1~" in "".join(shop.sent()[1:])  # they were told otherwise before
    live = shop.rows(tables.live_profiles, partner=PARTNER)[0]["hash"]
    read_by = [row["snapshot"] for row in shop.rows(tables.documents, direction="in")]
    assert [digest == live for digest in read_by] == [True, False]
    shop.drop("b.edi", broken.replace(b"000000501", b"000000502").replace(b"*K1*", b"*K2*"))
    shop.run()
    assert shop.cases() == [code]


def not_agreed(shop: Shop, tmp_path: Path, was: str, now: str) -> tuple[Works, int]:
    """An 850 of a partner who has it not in the profile: its 997 says A, a case is open, and nothing has gone yet."""
    publish_with(shop, tmp_path, was, now)
    works = shop.start().works
    receipt = receive.receive(works, PARTNER, "a.edi", [papers.orders(501, "K1")])
    inbound.work_small(works, Direct(works.writer), [receipt])
    assert shop.cases() == ["DOCUMENT_NOT_AGREED"]
    return works, case_of(shop, "DOCUMENT_NOT_AGREED")


AGREED = '[[documents]]\nset = "850"\ndirection = "in"\nversion = "005010"\n'


def test_a_set_is_refused_by_the_997_that_still_waits_and_by_no_other(shop: Shop, tmp_path: Path) -> None:
    _, case = not_agreed(shop, tmp_path, AGREED, "")
    bench, why = workshop(shop, "EDI_ANALYST"), Given(why="not agreed")
    seen = tried(bench, shop, "DOCUMENT_NOT_AGREED", "refuse set:997", why)
    assert seen.bodies == (("997", "AK1*PO*501*005010~AK2*850*0001~AK5*R*5~AK9*R*1*1*0~"),)
    fixing.do(bench, case, "refuse set:997", why)
    (ack,) = shop.rows(tables.documents, direction="out")
    assert ack["body"] == seen.bodies[0][1]
    (group,) = shop.rows(tables.groups)
    assert (group["status"], group["accepted_sets"]) == ("R", 0)
    assert [(row["state"], row["status"]) for row in shop.rows(tables.documents, direction="in")] == [
        ("REJECTED", "R")
    ]
    assert shop.cases() == []


@sqlite_only
def test_a_997_that_has_gone_is_not_taken_back_and_an_824_says_it_once(shop: Shop, tmp_path: Path) -> None:
    _, case = not_agreed(shop, tmp_path, AGREED, AGREED.replace("850", "824").replace('"in"', '"out"'))
    shop.run()  # the 997 goes
    bench, why = workshop(shop, "EDI_ANALYST"), Given(why="We have not agreed on orders by EDI.")
    gone = tried(bench, shop, "DOCUMENT_NOT_AGREED", "refuse set:997", why)
    assert "its 997 is sent and cannot be taken back: refuse it by an 824" in (gone.refused or "")
    seen = tried(bench, shop, "DOCUMENT_NOT_AGREED", "refuse set:824", why)
    (said,) = seen.bodies
    assert said[1].split("~")[1:] == [
        "OTI*TR*TN*0001*****501*0001*850*005010",
        "TED*024*We have not agreed on orders by EDI.*ST*1*1**850",
        "",
    ]
    fixing.do(bench, case, "refuse set:824", why)
    assert shop.cases() == []
    shop.run()
    assert sum("ST*824*" in text for text in shop.sent()) == 1


@sqlite_only
def test_a_mail_is_drafted_to_whom_it_concerns_and_waits_with_its_case(shop: Shop) -> None:
    unknown_items(shop, 1)
    bench = workshop(shop, "CSR")
    fixing.do(bench, case_of(shop, "ITEM_UNKNOWN"), "message", Given())
    (mail,) = shop.rows(tables.messages)
    assert (mail["target"], mail["state"], mail["created_by"]) == (
        "replenishment@kestrelmoor.example",  # quantities and dates, not documents
        "WAITING",
        "ann",
    )
    assert mail["subject"] == "Question about your purchase order K1"
    assert "Please tell us which item you mean" in mail["body"]
    assert "10499999000011" in mail["body"]
    assert mail["case_id"] == case_of(shop, "ITEM_UNKNOWN")
    with bench.works.writer.reading() as conn:
        subject = subjects.of_case(conn, mail["case_id"])
        assert subject is not None
        told = [(one.by, one.text) for one in timeline(conn, subject) if one.kind == "written"]
    said = "Mail to replenishment@kestrelmoor.example: Question about your purchase order K1. It is waiting."
    assert told == [("ann", said)]


@sqlite_only
def test_each_kind_of_case_has_the_fixes_that_fit_it_and_each_fix_does_what_it_says(shop: Shop) -> None:
    """A unit that is none of the item's, a PO twice, a price that is wrong on our side, a line nobody will ship."""
    shop.drop("1.edi", papers.orders(501, "U1").replace(b"*CA*", b"*BX*"))
    shop.drop("2.edi", papers.orders(502, "D1"))
    shop.drop("3.edi", papers.orders(503, "P1").replace(b"*44.4*", b"*41*"))
    shop.drop("4.edi", papers.orders(504, "R1").replace(b"UK*10410000010010", UNKNOWN.encode()))
    shop.run()
    shop.drop("5.edi", papers.orders(505, "D1", quantity=30))
    shop.run()
    assert sorted(shop.cases()) == ["ITEM_UNKNOWN", "PO_DIFFERS", "PRICE_DIFFERS", "UNIT_UNKNOWN"]
    assert keys(shop, "UNIT_UNKNOWN")[:4] == ["unit:CA", "alias:CA", "unit:PL", "alias:PL"]
    assert keys(shop, "PO_DIFFERS")[:3] == ["duplicate:change", "duplicate:new", "duplicate:void"]
    why = Given(why="agreed")

    bench = workshop(shop, "EDI_ANALYST")
    seen = tried(bench, shop, "UNIT_UNKNOWN", "alias:CA", why)
    assert seen.after is not None
    assert seen.after.state == "ACCEPTED"  # 20 cases at 44.40, as the price is
    assert fixing.do(bench, case_of(shop, "UNIT_UNKNOWN"), "alias:CA", why).drafted == PARTNER
    with shop.engine.begin() as conn:
        text = proposals.text_of(
            conn, Folders(shop.home / "drafts" / "partners", shop.home), PARTNER, "partner.toml"
        )
    assert '"BX" = "CA"\nCS = "CA"' in text

    fixing.do(workshop(shop, "LEAD"), case_of(shop, "PO_DIFFERS"), "duplicate:void", why)
    states = [(row["po_number"], row["state"]) for row in shop.rows(tables.orders)]
    assert [state for number, state in states if number == "D1"] == ["ACCEPTED", "VOID"]

    done = fixing.do(workshop(shop, "MASTER_DATA"), case_of(shop, "PRICE_DIFFERS"), "price:theirs", Given())
    assert done.waits  # another person approves prices
    (waiting,) = shop.rows(tables.imports)
    assert (waiting["kind"], waiting["state"]) == ("prices", "PENDING")

    seen = tried(workshop(shop, "CSR"), shop, "ITEM_UNKNOWN", "refuse:line", why)
    assert seen.after is not None
    (answer,) = seen.after.answers
    assert "ACK*R2*20*CA" in answer.body  # item number invalid
    fixing.do(workshop(shop, "CSR"), case_of(shop, "ITEM_UNKNOWN"), "refuse:line", why)
    assert dict(states)["R1"] == "ON_HOLD"
    assert {row["po_number"]: row["state"] for row in shop.rows(tables.orders)}["R1"] == "REJECTED"


@sqlite_only
def test_a_mapping_row_is_put_right_as_a_draft(shop: Shop, tmp_path: Path) -> None:
    """Their rows take the PO number from where nothing stands."""
    wrong = '\n["BEG"]\n03 = "release_number"\n04 = "po_number"\n'
    publish_rows(shop, tmp_path / "wrong", wrong)
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    assert shop.cases() == ["FIELD_MISSING"]
    bench = workshop(shop, "EDI_ANALYST")
    own = shop.home / "drafts" / "partners" / PARTNER / "850.toml"
    own.write_text(own.read_text("utf-8") + wrong, "utf-8")
    row = Given(why="it was taken out by mistake", value='["BEG"]\n03 = "po_number"\n04 = "release_number"')
    assert "the row is no TOML" in (
        tried(bench, shop, "FIELD_MISSING", "row", Given("x", value="03 =")).refused or ""
    )
    seen = tried(bench, shop, "FIELD_MISSING", "row", row)
    assert seen.before is not None
    assert seen.after is not None
    assert [one.state for one in (*seen.before.sets, *seen.after.sets)] == ["ERROR", "APPLIED"]
    assert [order.po_number for order in seen.after.orders] == ["K1"]
    done = fixing.do(bench, case_of(shop, "FIELD_MISSING"), "row", row)
    assert (done.drafted, done.waits) == (PARTNER, True)


@sqlite_only
def test_a_decision_is_taken_about_each_case_of_a_cause_as_far_as_one_may(shop: Shop) -> None:
    """Prices of 40.00 for 44.40 on 20, 20 and 30 cases: 800.00, 800.00 and 1200.00. A CSR may decide 1000.00."""
    for n, quantity in enumerate((20, 20, 30), 1):
        content = papers.orders(500 + n, f"K{n}", quantity=quantity).replace(b"*44.4*", b"*40*")
        shop.drop(f"{n}.edi", content)
    shop.run()
    assert shop.cases() == ["PRICE_DIFFERS"] * 3
    bench, why = workshop(shop, "CSR"), Given(why="agreed for this week")
    case, before = case_of(shop, "PRICE_DIFFERS"), everything(shop.engine)
    seen = fixing.preview_each(bench, case, "release", why)
    assert (seen.done, list(seen.refused.values()), seen.outlook.passed, seen.outlook.stayed) == (
        2,
        [1],
        2,
        1,
    )
    assert everything(shop.engine) == before
    done = fixing.do_each(bench, case, "release", why)
    assert (done.done, done.left) == (2, 0)
    assert ["above what CSR may decide" in reason for reason in done.refused] == [True]
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED", "K3": "ON_HOLD"}
    with pytest.raises(Refused, match="it holds for all of the same cause at once"):
        fixing.do_each(bench, case, "price:theirs", why)


def test_who_may_do_a_fix_is_who_may_give_its_command() -> None:
    """Suggestions name roles to show them; the commands decide. They must not differ."""
    assert PERMISSIONS["import master data"] == master_data._IMPORT
    assert PERMISSIONS["set a value"] == master_data._SET
    drafts = {master_data._DRAFT, agreements._DRAFT, code_tables._DRAFT, senders._DRAFT}
    assert drafts == {PERMISSIONS["draft a change"]}
    assert decisions._CSR == PERMISSIONS["reject an order"] == PERMISSIONS["resolve a duplicate"]
    assert PERMISSIONS["refuse a document"] == documents._ANALYST
    assert PERMISSIONS["work a case"] == documents._EVERYBODY
    assert PERMISSIONS["write to a partner"] == messages._MAY

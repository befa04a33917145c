"""Deadlines by the passed clock: what is due is done in the next pass, once."""

from __future__ import annotations

from datetime import timedelta

from edi_gateway.commands.desk import ROLES, Actor, Desk
from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders as order_desk
from edi_gateway.flow.live import LivePartners
from edi_gateway.flow.telling.answers import Published
from edi_gateway.store import tables
from edi_gateway.store.ids import Ids
from tests.flow import papers
from tests.flow.shop import Shop

UNKNOWN = b"10499999000011"


def held(shop: Shop) -> None:
    """An order that waits for an item, from a partner whose held orders are answered at the deadline."""
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1").replace(gtin.encode(), UNKNOWN))
    shop.run()
    assert shop.states() == {"K1": "ON_HOLD"}


def answers(shop: Shop) -> list[str]:
    return [part[:9] for text in shop.sent() for part in text.split("BAK*")[1:]]


def test_a_held_order_is_answered_at_its_deadline_as_on_hold(shop: Shop) -> None:
    held(shop)
    assert answers(shop) == []
    (order,) = shop.rows(tables.orders)
    due = order["answer_due_at"]
    shop.clock.skip(seconds=(due - shop.clock()).total_seconds() - 60)
    shop.run()
    assert answers(shop) == []
    assert "ANSWER_DUE" in shop.cases()  # a person was warned before
    shop.clock.skip(minutes=2)
    shop.run()
    (said,) = answers(shop)
    assert said.startswith("00*A")
    assert "ACK*IH*" in "".join(shop.sent())
    assert "ANSWER_DUE" not in shop.cases()
    shop.clock.skip(hours=1)
    shop.run()
    assert len(answers(shop)) == 1


def test_a_hold_until_a_time_ends_by_itself(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    (order,) = shop.rows(tables.orders)
    gateway = shop.start()
    with shop.engine.begin() as conn:
        gateway.works.live.refresh(conn)
        desk = Desk(conn, gateway.works.ids, shop.clock, Actor("ann", ROLES))
        holds.place(
            desk,
            Published(gateway.works.live),
            order["id"],
            text="the buyer rings back tomorrow",
            until=shop.clock() + timedelta(days=1),
        )
    assert shop.states() == {"K1": "ON_HOLD"}
    shop.clock.skip(hours=25)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}


def test_an_order_still_on_hold_after_its_last_day_is_cancelled(shop: Shop) -> None:
    gtin, _ = papers.MUG
    content = papers.orders(501, "K1").replace(gtin.encode(), UNKNOWN)
    content = content.replace(b"DTM*063*20260320~", b"DTM*063*20260320~DTM*001*20260318~")
    content = content.replace(b"SE*14*", b"SE*15*")
    shop.drop("a.edi", content)
    shop.run()
    assert shop.states() == {"K1": "ON_HOLD"}
    shop.clock.skip(days=18)
    shop.run()
    assert shop.states() == {"K1": "CANCELLED"}
    assert "CANCEL_DATE_PASSED" in shop.cases()


def test_an_extension_moves_the_last_day(shop: Shop) -> None:
    """Spec D24: cancelled on the date, unless an extension was recorded."""
    gtin, _ = papers.MUG
    content = papers.orders(501, "K1").replace(gtin.encode(), UNKNOWN)
    content = content.replace(b"DTM*063*20260320~", b"DTM*063*20260320~DTM*001*20260318~")
    shop.drop("a.edi", content.replace(b"SE*14*", b"SE*15*"))
    shop.run()
    (order,) = shop.rows(tables.orders)
    with shop.engine.begin() as conn:
        live = LivePartners()
        live.refresh(conn)
        desk = Desk(conn, Ids(shop.clock, 9), shop.clock, Actor("ann", ROLES))
        order_desk.set_value(
            desk, Published(live), order["id"], "dates.cancel_after", "2026-04-30", why="they wrote so"
        )
    shop.clock.skip(days=18)
    shop.run()
    assert shop.states() == {"K1": "ON_HOLD"}
    shop.clock.skip(days=45)
    shop.run()
    assert shop.states() == {"K1": "CANCELLED"}


def test_an_answer_that_goes_long_after_its_deadline_is_a_case(shop: Shop) -> None:
    gtin, _ = papers.MUG
    shop.drop("a.edi", papers.orders(501, "K1").replace(gtin.encode(), UNKNOWN))
    shop.run()
    shop.clock.skip(days=3)
    shop.run()
    assert "ANSWER_OVERDUE" in shop.cases()


def with_last_day(content: str, segments: int) -> str:
    """The set with DTM*001 (cancel after) 18 March in it."""
    content = content.replace("DTM*063*20260320~", "DTM*063*20260320~DTM*001*20260318~")
    return content.replace(f"SE*{segments}*", f"SE*{segments + 1}*")


def test_of_an_accepted_order_only_the_line_that_still_waits_is_cancelled_on_the_last_day(shop: Shop) -> None:
    """Two lines, the second of an item that nobody knows: warned three days before, then IA and ID."""
    gtin, _ = papers.MUG
    first, _, rest = with_last_day(papers.purchase_order("K1", lines=2), 15).rpartition(gtin)
    shop.drop("a.edi", papers.interchange(501, [first + UNKNOWN.decode() + rest]))
    shop.run()
    assert [row["state"] for row in shop.rows(tables.order_lines)] == ["ACCEPTED", "HELD"]
    shop.clock.skip(days=14)
    shop.run()
    assert "CANCEL_DATE_NEAR" in shop.cases()
    shop.clock.skip(days=4)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert [row["state"] for row in shop.rows(tables.order_lines)] == ["ACCEPTED", "CANCELLED"]
    assert "CANCEL_DATE_PASSED" in shop.cases()
    last = [text for text in shop.sent() if "ST*855*" in text][-1]
    assert "ACK*IA*20*CA~" in last
    assert "ACK*ID*21*CA~" in last


def test_what_an_unknown_store_waits_for_is_cancelled_on_the_last_day(shop: Shop) -> None:
    """Of 20 cases 12 go to the DC and 8 to a store that nobody knows: IA and IH, then IQ and ID (spec D7, D24)."""
    content = with_last_day(papers.purchase_order("K1"), 14)
    content = content.replace("CTT*", "SDQ*CA*92*0551*12*0999*8~CTT*").replace("SE*15*", "SE*16*")
    shop.drop("a.edi", papers.interchange(501, [content]))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    shop.clock.skip(days=16)
    shop.run()
    assert "ACK*IA*12*CA~ACK*IH*8*CA~" in shop.sent()[-1]
    shop.clock.skip(days=2)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED"}
    assert "ACK*IQ*12*CA~ACK*ID*8*CA~" in shop.sent()[-1]
    assert "STORE_UNKNOWN" not in shop.cases()
    assert "CANCEL_DATE_PASSED" in shop.cases()
    (posted,) = [row for row in shop.rows(tables.postings) if row["revision"] == 2]
    assert '"accepted_quantity":"12"' in posted["payload"]


def test_a_po_that_came_again_with_other_content_is_not_cancelled_towards_the_buyer(shop: Shop) -> None:
    """The buyer would read that the order which stands is cancelled."""
    shop.drop("a.edi", papers.interchange(501, [with_last_day(papers.purchase_order("K1"), 14)]))
    shop.run()
    shop.drop("b.edi", papers.interchange(502, [with_last_day(papers.purchase_order("K1", quantity=30), 14)]))
    shop.run()
    shop.clock.skip(days=14)
    shop.run()
    (near,) = [row for row in shop.rows(tables.cases) if row["code"] == "CANCEL_DATE_NEAR"]
    assert near["message"] == "PO K1 came again with other content, and its last day is 2026-03-18."
    assert "ACK*IH*30*CA" in shop.sent()[-1]  # its answer was due: on hold
    shop.clock.skip(days=4)
    shop.run()
    assert [row["state"] for row in shop.rows(tables.orders)] == ["ACCEPTED", "ON_HOLD"]
    assert "CANCEL_DATE_PASSED" in shop.cases()
    assert [text for text in shop.sent() if "ACK*ID*" in text] == []


def test_an_answer_that_is_due_to_a_partner_who_is_not_published_is_a_case_until_it_is(shop: Shop) -> None:
    held(shop)
    rows = tables.live_profiles
    (live,) = shop.rows(rows, partner="kestrelmoor")
    with shop.engine.begin() as conn:
        conn.execute(rows.delete().where(rows.c.partner == "kestrelmoor"))
    shop.clock.skip(days=1)
    shop.run()
    assert [code for code in shop.cases() if code.startswith("ANSWER")] == ["ANSWER_DUE", "ANSWER_OVERDUE"]
    (case,) = [row for row in shop.rows(tables.cases) if row["code"] == "ANSWER_OVERDUE"]
    assert case["message"] == "The answer of PO K1 is not done: kestrelmoor is not published any more."
    with shop.engine.begin() as conn:
        conn.execute(rows.insert().values(**live))
    shop.clock.skip(hours=1)
    shop.run()
    assert len(answers(shop)) == 1
    (case,) = shop.rows(tables.cases, id=case["id"])
    assert case["state"] == "RESOLVED"

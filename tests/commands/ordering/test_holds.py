"""Holds: placed, released by who may, surviving a new judgement while their facts stand, cured by what cures them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders, rejudge
from edi_gateway.commands.partners import users
from edi_gateway.orders.rates import Rates
from edi_gateway.reports.book import holds as reports
from edi_gateway.store.database import connect, reading
from edi_gateway.store.tables import cases
from edi_gateway.store.tables import holds as hold_rows
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)
CHEAP = "3.00"


def release(
    book: Book, hold_id: int, name: str = "ann", *roles: str, text: str = "agreed by phone", **more: object
) -> list[str]:
    """Release a hold; the codes of what still holds the order."""
    with book.desk(name, *roles) as desk:
        left = holds.release(
            desk,
            book.partners,
            hold_id,
            reason="CUSTOMER_AGREED",
            text=text,
            **more,  # type: ignore[arg-type]
        )
    return [view.code.value for view in left]


def bring(book: Book, kind: str, text: str) -> list[int]:
    """Import, and judge again what waited for it; the orders that moved."""
    with book.desk("mel", "MASTER_DATA") as desk:
        assert import_csv(desk, kind, text.encode(), "x.csv").problems == []
        return rejudge.rejudge(desk, book.partners, rejudge.waiting_for(desk, kind))


def test_when_nothing_holds_an_order_any_more_it_is_accepted_answered_and_posted(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    assert book.states() == [("PO-1", 1, "ON_HOLD", "DUE")]
    assert release(book, book.hold(order_id)) == []
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.holds(order_id) == [("PRICE", 1, "RELEASED")]
    assert book.said(order_id) == [[("IA", "48")]]
    assert len(book.posted(order_id)) == 1
    assert book.cases() == [("PRICE_DIFFERS", "RESOLVED")]
    assert [state for _, _, state in book.deadlines(order_id)] == ["DONE", "DONE"]
    assert book.events(order_id) == ["received", "released", "accepted", "answered"]


def test_releasing_one_of_several_holds_shows_what_still_holds(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), line(10, ids=UNKNOWN)))
    price = book.rows(select(hold_rows.c.id).where(hold_rows.c.code == "PRICE"))[0]
    assert release(book, price) == ["ITEM_UNKNOWN"]
    assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "HELD")]
    assert book.states() == [("PO-1", 1, "ACCEPTED", "DUE")]
    assert [x["state"] for x in book.posted(order_id)[0]["lines"]] == ["ACCEPTED", "HELD"]


def test_a_release_after_on_hold_was_told_sends_an_update(stocked: Engine) -> None:
    book = Book(stocked, answering={"held": "answer"})
    order_id = book.one(po(line(48), line(48, price=CHEAP)))
    assert book.answers(order_id) == [("BAK*00*AC*PO-1~", "QUEUED")]
    release(book, book.hold(order_id))
    assert [body[:7] for body, _ in book.answers(order_id)] == ["BAK*00*", "BAK*05*"]
    assert book.said(order_id)[0] == [("IA", "48"), ("IH", "48")]
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert [(p["posting"], [x["state"] for x in p["lines"]]) for p in book.posted(order_id)] == [
        (1, ["ACCEPTED", "HELD"]), (2, ["ACCEPTED", "ACCEPTED"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("roles", "reason", "text", "why"),
    [
        (("WAREHOUSE",), "CUSTOMER_AGREED", "yes", "Releasing a hold PRICE takes CSR or LEAD or SUPERVISOR"),
        (("CSR",), "BECAUSE", "yes", "A release needs a reason code"),
        (("CSR",), "CUSTOMER_AGREED", "  ", "A release needs a text"),
    ],
)
def test_who_may_not_release_does_not_and_nothing_changes(
    book: Book, roles: tuple[str, ...], reason: str, text: str, why: str
) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    hold = book.hold(order_id)
    with book.desk("cleo", *roles) as desk, pytest.raises(Refused, match=why):
        holds.release(desk, book.partners, hold, reason=reason, text=text)
    assert book.hold(order_id) == hold


def test_who_set_a_value_may_not_release_the_hold_on_it_somebody_else_may(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    with book.desk("cleo", "CSR") as desk:
        orders.set_value(desk, book.partners, order_id, "lines[0].price", "3.50", why="misprint")
    with book.desk("cleo", "CSR") as desk, pytest.raises(Refused, match="cleo changed the price"):
        holds.release(desk, book.partners, book.hold(order_id), reason="OTHER", text="mine")
    assert release(book, book.hold(order_id), "dora", "CSR") == []


def test_the_money_that_a_role_or_a_person_may_decide_over_is_limited(book: Book) -> None:
    big = book.one(po(line(4800, price=CHEAP)))  # 14,400
    with book.desk("cleo", "CSR") as desk, pytest.raises(Refused, match="above what CSR may decide"):
        holds.release(desk, book.partners, book.hold(big), reason="OTHER", text="fine")
    with (
        book.desk("lea", "LEAD", limit=Decimal(100)) as desk,
        pytest.raises(Refused, match="lea may decide up to 100"),
    ):
        holds.release(desk, book.partners, book.hold(big), reason="OTHER", text="fine")
    book.rates = Rates("CAD", {"USD": Decimal("0.07")})  # 1,008.00 of ours: 8 too much for a CSR
    with book.desk("cleo", "CSR") as desk, pytest.raises(Refused, match=r"1008\.00 is above what CSR"):
        holds.release(desk, book.partners, book.hold(big), reason="OTHER", text="fine")
    book.rates = Rates("CAD", {"USD": Decimal("0.05")})
    assert release(book, book.hold(big), "cleo", "CSR") == []


def test_a_hold_that_is_to_be_cured_is_not_released(book: Book) -> None:
    order_id = book.one(po(line(10, ids=UNKNOWN)))
    with (
        book.desk() as desk,
        pytest.raises(Refused, match=r"is not released, it is cured\. Import the cross-ref"),
    ):
        holds.release(desk, book.partners, book.hold(order_id), reason="OTHER", text="go")


def test_an_import_that_cures_the_cause_carries_all_orders_on_that_waited_for_it(book: Book) -> None:
    first = book.one(po(line(10, ids=UNKNOWN)))
    second = book.one(po(line(48), line(10, ids=UNKNOWN), po_number="PO-2"))
    other = book.one(po(line(48, price=CHEAP), po_number="PO-3"))
    moved = bring(book, "xrefs", "qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n")
    assert moved == [first, second]
    assert [state for _, _, state, _ in book.states()] == ["ACCEPTED", "ACCEPTED", "ON_HOLD"]
    assert book.lines(second) == [(1, "ACCEPTED"), (2, "ACCEPTED")]
    assert book.holds(first) == [("ITEM_UNKNOWN", 1, "RELEASED")]
    assert book.rows(
        select(hold_rows.c.released_by, hold_rows.c.reason).where(hold_rows.c.order_id == first)
    ) == [("system", "CURED")]
    assert [state for code, state in book.cases() if code == "ITEM_UNKNOWN"] == ["RESOLVED", "RESOLVED"]
    assert [len(book.posted(order_id)) for order_id in (first, second, other)] == [1, 2, 0]


def test_an_import_that_cures_one_cause_shows_the_next(book: Book) -> None:
    order_id = book.one(po(line(10, price=CHEAP, ids=UNKNOWN)))
    assert bring(book, "xrefs", "qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n") == [order_id]
    assert book.holds(order_id) == [("ITEM_UNKNOWN", 1, "RELEASED"), ("PRICE", 1, "ACTIVE")]
    assert book.cases() == [("ITEM_UNKNOWN", "RESOLVED"), ("PRICE_DIFFERS", "NEW")]
    assert book.states() == [("PO-1", 1, "ON_HOLD", "DUE")]


def test_a_hold_of_somebody_above_is_not_released_from_below(book: Book) -> None:
    order_id = book.one(po(line(48)))
    with book.desk() as desk:
        users.put(desk, "ann", ["ADMIN"])
        users.put(desk, "sue", ["SUPERVISOR"])
    with book.desk("sue", "SUPERVISOR") as desk:
        hold = holds.place(desk, book.partners, order_id, text="wait")
    with book.desk("cleo", "CSR") as desk, pytest.raises(Refused, match="placed by sue, of a higher role"):
        holds.release(desk, book.partners, hold, reason="OTHER", text="go")
    assert release(book, hold, "sue", "SUPERVISOR") == []


def test_a_release_survives_a_new_judgement_while_its_facts_stand(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), line(10, ids=UNKNOWN), sales_requirements=[{"code": "SC"}]))
    price = book.rows(select(hold_rows.c.id).where(hold_rows.c.code == "PRICE"))[0]
    release(book, price)
    assert book.lines(order_id) == [(1, "HELD"), (2, "HELD")]  # ships complete: all of it waits
    bring(book, "xrefs", "qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n")
    assert ("PRICE", 1, "RELEASED") in book.holds(order_id)
    assert [h for h in book.holds(order_id) if h[0] == "PRICE"] == [("PRICE", 1, "RELEASED")]
    assert book.lines(order_id)[0] == (1, "ACCEPTED")


def test_a_release_falls_when_what_it_covered_changes(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    release(book, book.hold(order_id))
    book.take(po(line(48, price="2.00"), purpose="05"))
    assert book.holds(order_id) == [("PRICE", 1, "RELEASED"), ("PRICE", 1, "ACTIVE")]
    assert book.states() == [("PO-1", 2, "ON_HOLD", "DUE")]


def test_a_release_covers_a_replacement_that_says_the_same_price(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    release(book, book.hold(order_id))
    book.take(po(line(48, price=CHEAP), contract_number="K-1", purpose="05"))
    assert book.holds(order_id) == [("PRICE", 1, "RELEASED")]
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]


def test_a_release_until_a_day_counts_no_more_when_it_is_over(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), line(10, ids=UNKNOWN), sales_requirements=[{"code": "SC"}]))
    price = book.rows(select(hold_rows.c.id).where(hold_rows.c.code == "PRICE"))[0]
    release(book, price, until=book.clock.now + timedelta(hours=4))
    assert book.deadlines(price) == [("hold until", "2025-03-03T19:00:00+00:00", "OPEN")]
    book.clock.move(hours=5)
    with book.desk(actor=SYSTEM) as desk:
        holds.lapse(desk, book.partners, price)
    assert [h for h in book.holds(order_id) if h[0] == "PRICE"] == [
        ("PRICE", 1, "RELEASED"), ("PRICE", 1, "ACTIVE"),
    ]  # fmt: skip


def test_what_was_accepted_stays_accepted_though_days_go_by(book: Book) -> None:
    order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
    book.clock.move(days=60)  # the ship window is long past
    bring(book, "xrefs", "qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n")
    assert book.lines(order_id)[0] == (1, "ACCEPTED")
    assert all(number != 1 for _, number, _ in book.holds(order_id))


def test_a_hold_by_hand_stops_an_accepted_order_and_its_release_lets_it_go(book: Book) -> None:
    order_id = book.one(po(line(48)))
    with book.desk("ann", "CSR") as desk:
        hold = holds.place(desk, book.partners, order_id, text="customer called, wait")
    assert book.states() == [("PO-1", 1, "ON_HOLD", "SENT")]
    assert book.holds(order_id) == [("MANUAL", None, "ACTIVE")]
    assert book.cases() == [("NOTE_NEEDS_READING", "NEW")]
    assert [p["order"]["state"] for p in book.posted(order_id)] == ["ACCEPTED", "ON_HOLD"]
    with book.desk(actor=SYSTEM) as desk:  # judging it again does not lift what a person placed
        rejudge.rejudge(desk, book.partners, [order_id])
    assert book.holds(order_id) == [("MANUAL", None, "ACTIVE")]
    release(book, hold, "ann", "CSR")
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert len(book.answers(order_id)) == 1  # the buyer was told nothing else meanwhile
    assert [p["order"]["state"] for p in book.posted(order_id)] == ["ACCEPTED", "ON_HOLD", "ACCEPTED"]


def test_a_hold_by_hand_until_a_moment_ends_then_by_itself(book: Book) -> None:
    order_id = book.one(po(line(48)))
    with book.desk("ann", "CSR") as desk:
        hold = holds.place(
            desk, book.partners, order_id, text="wait", line=1, until=book.clock.now + timedelta(hours=1)
        )
    with book.desk(actor=SYSTEM) as desk:
        holds.lapse(desk, book.partners, hold)
    assert book.lines(order_id) == [(1, "HELD")]  # not before its time
    book.clock.move(hours=2)
    with book.desk(actor=SYSTEM) as desk:
        holds.lapse(desk, book.partners, hold)
    assert book.lines(order_id) == [(1, "ACCEPTED")]
    assert book.holds(order_id) == [("MANUAL", 1, "RELEASED")]
    assert book.rows(select(cases.c.state)) == ["RESOLVED"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"text": " "}, "it needs a text"),
        ({"text": "x", "blocks": "Z"}, "letters of ABRSI"),
        ({"text": "x", "line": 2}, "has no line 2"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(book: Book, more: dict[str, object], why: str) -> None:
    order_id = book.one(po(line(48)))
    with book.desk() as desk, pytest.raises(Refused, match=why):
        holds.place(desk, book.partners, order_id, **more)  # type: ignore[arg-type]


def test_a_hold_on_a_later_step_lets_the_order_be_accepted(book: Book) -> None:
    order_id = book.one(po(line(48)))
    with book.desk() as desk:
        holds.place(desk, book.partners, order_id, text="look before it ships", blocks="S")
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]


def test_an_order_marked_as_a_test_by_a_live_partner_is_posted_once_somebody_says_it_is_real(
    book: Book,
) -> None:
    order_id = book.one(po(line(48)), test=True)
    assert book.holds(order_id) == [("PARTNER_TEST", None, "ACTIVE")]
    assert book.posted(order_id) == []
    release(book, book.hold(order_id), "eve", "EDI_ANALYST")
    assert book.column(order_id, "test") is False
    assert len(book.posted(order_id)) == 1


def test_what_came_as_a_test_is_not_made_real_beside_the_real_order(book: Book) -> None:
    marked = book.one(po(line(48)), test=True)
    hold = book.hold(marked)
    real = book.one(po(line(48)))
    with pytest.raises(Refused, match="stands as a real order too"):
        release(book, hold, "eve", "EDI_ANALYST")
    assert (book.column(marked, "test"), book.column(marked, "state")) == (True, "ON_HOLD")
    assert (len(book.posted(marked)), len(book.posted(real))) == (0, 1)


def test_what_was_made_real_is_the_order_that_a_later_change_means(book: Book) -> None:
    order_id = book.one(po(line(48)), test=True)
    release(book, book.hold(order_id), "eve", "EDI_ANALYST")
    assert book.one(po(line(60), purpose="05")) == order_id
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]


def test_a_production_order_is_real_once_its_partner_has_gone_live(stocked: Engine) -> None:
    book = Book(stocked, test=True)
    order_id = book.one(po(line(48)))
    assert book.holds(order_id) == [("PARTNER_TEST", None, "ACTIVE")]
    book.partners.live = book.partners.live.model_copy(update={"test": False})
    with book.desk(actor=SYSTEM) as desk:
        assert rejudge.rejudge(desk, book.partners, [order_id]) == [order_id]
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.column(order_id, "test") is False
    assert len(book.posted(order_id)) == 1


def test_a_production_order_waits_on_when_another_with_its_number_is_real(stocked: Engine) -> None:
    book = Book(stocked, test=True)
    early = book.one(po(line(48)))
    book.partners.live = book.partners.live.model_copy(update={"test": False})
    real = book.one(po(line(48)))
    with book.desk(actor=SYSTEM) as desk:
        assert rejudge.rejudge(desk, book.partners, [early]) == []
    assert [book.column(each, "state") for each in (early, real)] == ["ON_HOLD", "ACCEPTED"]
    assert book.posted(early) == []


def test_a_production_order_of_a_partner_in_test_stays_on_hold_when_it_is_judged_again(
    stocked: Engine,
) -> None:
    book = Book(stocked, test=True)
    order_id = book.one(po(line(48)), test=False)
    assert book.holds(order_id) == [("PARTNER_TEST", None, "ACTIVE")]
    with book.desk(actor=SYSTEM) as desk:
        assert rejudge.rejudge(desk, book.partners, [order_id]) == []
    assert book.holds(order_id) == [("PARTNER_TEST", None, "ACTIVE")]


@pytest.mark.postgres
def test_an_import_waits_for_orders_that_are_being_judged_and_cures_them_too(
    stocked_postgres_url: str,
) -> None:
    engine = connect(stocked_postgres_url)
    book = Book(engine)
    moved: list[int] = []

    def import_them() -> None:
        moved.extend(bring(book, "xrefs", "qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n"))

    with book.desk(actor=SYSTEM) as desk:
        (taken,) = book.take_at(desk, [po(line(10, ids=UNKNOWN))])
        other = threading.Thread(target=import_them)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join()
    assert moved == [taken.order_id]
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    engine.dispose()


@pytest.mark.postgres
def test_of_two_people_who_release_a_hold_at_once_one_does(stocked_postgres_url: str) -> None:
    engine = connect(stocked_postgres_url)
    book = Book(engine)
    order_id = book.one(po(line(48, price=CHEAP)))
    hold = book.hold(order_id)
    outcome: list[str] = []
    ready = threading.Barrier(2)

    def somebody(name: str) -> None:
        ready.wait()
        try:
            release(book, hold, name, "CSR")
        except Refused as refusal:
            outcome.append(str(refusal))
        else:
            outcome.append("released")

    threads = [threading.Thread(target=somebody, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcome.count("released") == 1
    assert [text for text in outcome if "The hold is released already." in text] != []
    assert (len(book.answers(order_id)), len(book.posted(order_id))) == (1, 1)
    engine.dispose()


def test_a_price_that_is_accepted_first_is_posted_with_its_hold_and_anew_when_it_is_released(
    stocked: Engine,
) -> None:
    book = Book(stocked, {"price_lower_outside": "accept then fix"})
    order_id = book.one(po(line(48, price=CHEAP)))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.cases() == [("PRICE_DIFFERS", "NEW")]
    release(book, book.hold(order_id), "ann", "CSR")
    held = [posted["holds"] for posted in book.posted(order_id)]
    assert held == [[{"line": 1, "hold": "PRICE", "stops": "R"}], []]
    assert len(book.answers(order_id)) == 1  # the buyer has heard what stands


def test_a_price_that_is_accepted_first_is_fixed_by_the_price_list_too(stocked: Engine) -> None:
    book = Book(stocked, {"price_lower_outside": "accept then fix"})
    order_id = book.one(po(line(48, price=CHEAP)))
    bring(book, "prices", f"sku,unit,price,currency,since\nMUG,EA,{CHEAP},USD,2025-01-01\n")
    assert book.holds(order_id) == [("PRICE", 1, "RELEASED")]
    assert book.lines(order_id) == [(1, "ACCEPTED")]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        *((0, "0-4 h"), (3.99, "0-4 h"), (4, "4-24 h"), (23.99, "4-24 h")),
        *((24, "1-3 d"), (71.99, "1-3 d"), (72, "over 3 d")),
    ],
)
def test_a_hold_is_as_old_as_it_has_stood(hours: float, told: str) -> None:
    raised = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
    assert reports.age(raised, raised + timedelta(hours=hours)) == told


def test_holds_are_counted_by_their_age(book: Book) -> None:
    """One of five hours, two of now, and one that is released."""
    book.one(po(line(48, price=CHEAP), po_number="A"))
    book.clock.move(hours=5)
    for number in ("B", "C", "D"):
        last = book.one(po(line(48, price=CHEAP), po_number=number))
    release(book, book.hold(last), "ann", "CSR")
    with reading(book.engine) as conn:
        assert reports.ages(conn, book.clock()) == {"0-4 h": 2, "4-24 h": 1, "1-3 d": 0, "over 3 d": 0}
        assert sum(reports.ages(conn, book.clock(), partner="nobody").values()) == 0

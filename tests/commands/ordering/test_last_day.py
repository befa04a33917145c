"""The buyer's last day: what still waits when it is over is cancelled, line by line and store by store (spec D24).

The day is Monday, 3 March 2025; the partner's zone is UTC.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import last_day, orders, rejudge
from edi_gateway.commands.ordering.last_day import Cancelled
from edi_gateway.store.tables import audit, order_events
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)
STORES = [("0007", 20), ("0008", 20), ("0666", 8)]


def sdq(*pairs: tuple[str, int]) -> dict[str, Any]:
    return {
        "allocations": [
            {"location_qualifier": "92", "location": code, "quantity": count}
            for code, count in pairs or STORES
        ]
    }


def until(day: int, month: int = 3) -> dict[str, Any]:
    return {"cancel_after": date(2025, month, day)}


@pytest.fixture
def shops(book: Book) -> Book:
    """Stores 0007 and 0008 are on file, 0666 is not."""
    with book.desk("mel", "MASTER_DATA") as desk:
        text = "partner,qualifier,code,name,kind\nacme,92,0007,Store 7,store\nacme,92,0008,Store 8,store\n"
        assert not import_csv(desk, "ship-tos", text.encode(), "x.csv").problems
    return book


def over(book: Book, order_id: int, days: int) -> Cancelled:
    """So many days go by, and the machine sees to it."""
    book.clock.move(days=days)
    with book.desk(actor=SYSTEM) as desk:
        return last_day.cancel_waiting(desk, book.partners, order_id)


def test_what_a_store_waits_for_is_cancelled_and_the_rest_of_the_line_goes(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), dates=until(10)))
    assert shops.said(order_id) == []  # this partner's answer waits for what is held
    with shops.desk(actor=SYSTEM) as desk:
        orders.answer(desk, shops.partners, order_id)
    assert shops.said(order_id) == [[("IA", "40"), ("IH", "8")]]
    assert over(shops, order_id, 7) == Cancelled((), (), False)  # 10 March is not over yet
    assert over(shops, order_id, 1) == Cancelled((), ((1, "92:0666"),), False)
    assert shops.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert shops.said(order_id)[1] == [("IQ", "40"), ("ID", "8")]
    assert [body[:7] for body, _ in shops.answers(order_id)] == ["BAK*00*", "BAK*05*"]
    assert shops.holds(order_id) == [("SHIPTO_UNKNOWN", None, "SUPERSEDED")]
    assert shops.cases() == [("STORE_UNKNOWN", "RESOLVED")]
    first, second = shops.posted(order_id)
    assert [(s["store"], s["waits"], s["cancelled"]) for s in first["stores"]] == [
        ("92:0007", False, False), ("92:0008", False, False), ("92:0666", True, False),
    ]  # fmt: skip
    assert [(s["store"], s["waits"], s["cancelled"]) for s in second["stores"]] == [
        ("92:0007", False, False), ("92:0008", False, False), ("92:0666", False, True),
    ]  # fmt: skip
    (shipped,) = second["lines"]
    assert (shipped["accepted_quantity"], shipped["base_quantity"], shipped["amount"]) == (
        "40",
        "40",
        "160.00",
    )
    assert second["order"]["total"] == "160.00"
    c = order_events.c
    assert shops.rows(select(c.text).where(c.kind == "part cancelled")) == [
        "What 92:0666 gets of line 1 was cancelled: the buyer's last day has passed."
    ]
    assert "order cancelled" in shops.rows(select(audit.c.action))


def test_what_was_cancelled_stays_so_when_the_store_comes_on_file_too_late(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), dates=until(10)))
    over(shops, order_id, 8)
    with shops.desk("mel", "MASTER_DATA") as desk:
        import_csv(desk, "ship-tos", b"partner,qualifier,code,name,kind\nacme,92,0666,S,store\n", "x.csv")
        assert rejudge.rejudge(desk, shops.partners, rejudge.waiting_for(desk, "ship-tos")) == []
        assert rejudge.rejudge(desk, shops.partners, [order_id]) == []
    assert shops.said(order_id) == [[("IQ", "40"), ("ID", "8")]]
    assert len(shops.posted(order_id)) == 2


def test_lines_and_parts_end_together_in_one_answer(shops: Book) -> None:
    lines = [line(48, **sdq()), line(28, **sdq(("0007", 20), ("0666", 8))), line(10, ids=UNKNOWN)]
    order_id = shops.one(po(*lines, dates=until(10)))
    assert over(shops, order_id, 8) == Cancelled((3,), ((1, "92:0666"), (2, "92:0666")), False)
    assert shops.said(order_id) == [
        [("IQ", "40"), ("ID", "8"), ("IQ", "20"), ("ID", "8"), ("ID", "10")],
    ]
    assert [h for h in shops.holds(order_id) if h[2] == "ACTIVE"] == []


def test_a_line_whose_stores_all_wait_ends_whole(shops: Book) -> None:
    order_id = shops.one(po(line(48), line(8, **sdq(("0666", 8))), dates=until(10)))
    assert shops.lines(order_id) == [(1, "ACCEPTED"), (2, "HELD")]
    assert over(shops, order_id, 8) == Cancelled((2,), (), False)
    assert shops.said(order_id) == [[("IA", "48"), ("ID", "8")]]


def test_an_order_that_ships_complete_ends_whole(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), dates=until(10), sales_requirements=[{"code": "SC"}]))
    assert over(shops, order_id, 8).whole
    assert shops.states() == [("PO-1", 1, "CANCELLED", "SENT")]
    assert shops.said(order_id) == [[("ID", "48")]]
    assert shops.posted(order_id) == []


def test_each_line_waits_until_its_own_last_day(book: Book) -> None:
    """Spec B5.5: dates of a line replace those of the order."""
    lines = [line(10, ids=UNKNOWN, dates=until(20)), line(11, ids=UNKNOWN), line(48)]
    order_id = book.one(po(*lines, dates=until(10)))
    watched = [row for row in book.deadlines(order_id) if row[0] == "cancel"]
    assert watched == [("cancel", "2025-03-11T00:00:00+00:00", "OPEN")]
    assert over(book, order_id, 8).lines == (2,)
    assert book.lines(order_id) == [(1, "HELD"), (2, "CANCELLED"), (3, "ACCEPTED")]
    assert [row for row in book.deadlines(order_id) if row[0].startswith("cancel")] == [
        ("cancel", "2025-03-21T00:00:00+00:00", "OPEN"),
        ("cancel warning", "2025-03-18T00:00:00+00:00", "OPEN"),
    ]
    assert over(book, order_id, 10).lines == (1,)
    assert book.lines(order_id) == [(1, "CANCELLED"), (2, "CANCELLED"), (3, "ACCEPTED")]


def test_a_line_without_a_last_day_waits_on(book: Book) -> None:
    order_id = book.one(po(line(10, ids=UNKNOWN, dates=until(10)), line(11, ids=UNKNOWN), dates={}))
    assert over(book, order_id, 8).lines == (1,)
    assert book.states()[0][2] == "ON_HOLD"
    assert book.lines(order_id) == [(1, "CANCELLED"), (2, "HELD")]


def test_an_extension_is_recorded_for_what_waits_of_an_accepted_order(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), dates=until(10)))
    with shops.desk("cleo", "CSR") as desk:
        orders.set_value(
            desk, shops.partners, order_id, "dates.cancel_after", "2025-03-31", why="they wrote so"
        )
    assert [row for row in shops.deadlines(order_id) if row[0] == "cancel"] == [
        ("cancel", "2025-04-01T00:00:00+00:00", "OPEN")
    ]
    assert shops.column(order_id, "cancel_after") == date(2025, 3, 31)
    assert over(shops, order_id, 8) == Cancelled((), (), False)
    assert over(shops, order_id, 21).parts == ((1, "92:0666"),)
    assert [p["lines"][0]["cancel_after"] for p in shops.posted(order_id)] == [
        "2025-03-10", "2025-03-31", "2025-03-31",
    ]  # fmt: skip


def test_an_extension_of_one_line_moves_that_line(book: Book) -> None:
    order_id = book.one(po(line(10, ids=UNKNOWN), line(11, ids=UNKNOWN), dates=until(10)))
    with book.desk("cleo", "CSR") as desk:
        orders.set_value(desk, book.partners, order_id, "lines[0].dates.cancel_after", "2025-03-31", why="so")
    assert over(book, order_id, 8).lines == (2,)
    assert [row[1] for row in book.deadlines(order_id) if row[0] == "cancel"] == ["2025-04-01T00:00:00+00:00"]


def test_a_later_change_of_the_dates_brings_back_what_a_store_was_to_get(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), dates=until(10)))
    over(shops, order_id, 8)
    shops.take(po(purpose="04", dates=until(31)).model_copy(update={"lines": ()}))
    assert ("SHIPTO_UNKNOWN", None, "ACTIVE") in shops.holds(order_id)
    assert shops.column(order_id, "total") == 192


def test_a_change_of_another_line_does_not_bring_it_back(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), line(12), dates=until(10)))
    with shops.desk() as desk:
        orders.cancel(desk, shops.partners, order_id, why="it has closed", store="92:0666")
    shops.take(po(line(24, id="2"), purpose="04", dates={}))
    assert shops.said(order_id)[-1] == [("IQ", "40"), ("ID", "8"), ("IA", "24")]
    assert [h for h in shops.holds(order_id) if h[2] == "ACTIVE"] == []


def test_what_a_store_gets_is_cancelled_by_hand(shops: Book) -> None:
    order_id = shops.one(po(line(48, **sdq()), line(40, **sdq(("0007", 20), ("0008", 20)))))
    with shops.desk("cleo", "CSR") as desk:
        orders.cancel(desk, shops.partners, order_id, why="it has closed", store="92:0666")
    assert shops.said(order_id) == [[("IQ", "40"), ("ID", "8"), ("IA", "40")]]
    with shops.desk("cleo", "CSR") as desk:
        orders.cancel(desk, shops.partners, order_id, why="it too", store="92:0008", line=2)
    assert shops.said(order_id)[-1] == [("IQ", "40"), ("ID", "8"), ("IQ", "20"), ("ID", "20")]
    for store in ("92:0666", "92:0999"):
        with shops.desk() as desk, pytest.raises(Refused, match="gets nothing of order"):
            orders.cancel(desk, shops.partners, order_id, why="x", store=store)


def test_what_is_cancelled_of_a_line_on_hold_stays_so_when_the_line_is_judged_again(shops: Book) -> None:
    """The line waits for its item; one of its stores, unknown too, gets nothing any more."""
    order_id = shops.one(po(line(48, ids=UNKNOWN, **sdq())))
    with shops.desk("cleo", "CSR") as desk:
        orders.cancel(desk, shops.partners, order_id, why="it has closed", store="92:0666")
    with shops.desk("mel", "MASTER_DATA") as desk:
        import_csv(desk, "xrefs", b"qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n", "x.csv")
        rejudge.rejudge(desk, shops.partners, [order_id])
    assert shops.said(order_id) == [[("IQ", "40"), ("ID", "8")]]
    assert [h for h in shops.holds(order_id) if h[2] == "ACTIVE"] == []
    assert shops.column(order_id, "total") == 160


def test_a_hold_by_hand_on_an_accepted_order_ends_it_too(book: Book) -> None:
    """It may not ship before, and so not at all."""
    order_id = book.one(po(line(48), dates=until(10)))
    with book.desk() as desk:
        holds.place(desk, book.partners, order_id, text="they want to think")
    assert over(book, order_id, 8).whole
    assert book.said(order_id) == [[("IA", "48")], [("ID", "48")]]


def twice(book: Book) -> tuple[int, int]:
    """PO-1, and PO-1 again with other content; both until 10 March."""
    first = book.one(po(line(48), dates=until(10)))
    return first, book.one(po(line(60), dates=until(10)))


def settle(book: Book, order_id: int, choice: Literal["void", "change", "new"]) -> None:
    with book.desk("cleo", "CSR") as desk:
        orders.resolve_duplicate(desk, book.partners, order_id, choice, why="asked them")


def watched(book: Book, order_id: int) -> list[tuple[str, str]]:
    return [(kind, state) for kind, _, state in book.deadlines(order_id)]


def test_a_duplicate_that_is_void_has_no_day_to_wait_for(book: Book) -> None:
    first, second = twice(book)
    assert watched(book, second) == [
        ("answer", "OPEN"), ("answer warning", "OPEN"), ("cancel", "OPEN"), ("cancel warning", "OPEN"),
    ]  # fmt: skip
    settle(book, second, "void")
    assert {state for _, state in watched(book, second)} == {"CANCELLED"}
    assert ("cancel", "OPEN") in watched(book, first)


def test_a_duplicate_that_is_applied_as_a_change_leaves_its_day_to_the_first(book: Book) -> None:
    first = book.one(po(line(48), dates=until(10)))
    second = book.one(po(line(60), dates=until(31)))
    settle(book, second, "change")
    assert {state for _, state in watched(book, second)} == {"CANCELLED"}
    assert [row for row in book.deadlines(first) if row[0] == "cancel"] == [
        ("cancel", "2025-04-01T00:00:00+00:00", "OPEN")
    ]


def test_a_duplicate_that_is_taken_as_new_in_time_is_watched_like_any_order(book: Book) -> None:
    _, second = twice(book)
    settle(book, second, "new")
    assert book.column(second, "state") == "ACCEPTED"
    assert ("cancel", "OPEN") in watched(book, second)


def test_a_duplicate_that_is_taken_as_new_after_its_last_day_waits_for_an_extension(book: Book) -> None:
    _, second = twice(book)
    book.clock.move(days=8)
    settle(book, second, "new")
    assert book.holds(second) == [("DUP_PO", None, "RELEASED"), ("DATE_WINDOW", None, "ACTIVE")]
    assert book.column(second, "state") == "ON_HOLD"
    assert book.posted(second) == []

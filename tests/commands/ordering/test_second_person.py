"""What somebody has set in an order does not free it alone: a second person agrees (spec B4 rule 5, S39).

The contract price of a mug is 4.00; buyers ask 3.00.
"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders, rejudge
from edi_gateway.store.tables import cases
from edi_gateway.store.tables import holds as hold_rows
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)
CHEAP = "3.00"


def put(book: Book, order_id: int, field: str, value: str, name: str = "cleo") -> None:
    with book.desk(name) as desk:
        orders.set_value(desk, book.partners, order_id, field, value, why="so agreed")


def release(book: Book, order_id: int, name: str) -> None:
    with book.desk(name) as desk:
        holds.release(desk, book.partners, book.hold(order_id), reason="CUSTOMER_AGREED", text="agreed")


def test_a_price_that_is_set_to_ours_waits_for_somebody_else(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    put(book, order_id, "lines[0].price", "4.00")
    assert book.states() == [("PO-1", 1, "ON_HOLD", "DUE")]
    assert book.holds(order_id) == [("PRICE", 1, "SUPERSEDED"), ("PRICE", 1, "ACTIVE")]
    (message, hint, amount) = book.rows(
        select(hold_rows.c.message, hold_rows.c.hint, hold_rows.c.amount).where(hold_rows.c.state == "ACTIVE")
    )[0]
    assert message.startswith("cleo set price to 4.00; without that: line 1 (MUG): ")
    assert hint == "Somebody other than cleo agrees and releases the hold, or the value is set back."
    assert amount == 192  # what is committed: 48 at 4.00
    with pytest.raises(Refused, match="cleo changed the price that this hold is about"):
        release(book, order_id, "cleo")
    release(book, order_id, "dora")
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.said(order_id) == [[("IP", "48")]]
    assert book.posted(order_id)[0]["order"]["total"] == "192.00"


def test_a_quantity_that_is_cut_to_whole_pieces_waits_too(book: Book) -> None:
    order_id = book.one(po(line("47.5")))  # a fraction of what is counted
    assert [code for code, _, _ in book.holds(order_id)] == ["PACK_MULTIPLE"]
    put(book, order_id, "lines[0].quantity", "47")
    assert book.states()[0][2] == "ON_HOLD"
    release(book, order_id, "dora")
    assert book.states()[0][2] == "ACCEPTED"


def test_setting_the_price_before_the_item_frees_no_more_than_after_it(book: Book) -> None:
    """While the item is unknown no price is compared; that the price was set shows when the item is."""
    order_id = book.one(po(line(48, price=CHEAP, ids=UNKNOWN)))
    put(book, order_id, "lines[0].price", "4.00")
    assert book.holds(order_id) == [("ITEM_UNKNOWN", 1, "ACTIVE")]
    put(book, order_id, "lines[0].sku", "MUG")
    assert book.holds(order_id) == [("ITEM_UNKNOWN", 1, "RELEASED"), ("PRICE", 1, "ACTIVE")]
    release(book, order_id, "dora")
    assert book.states()[0][2] == "ACCEPTED"


def test_what_is_only_to_be_filled_in_needs_nobody_else(book: Book) -> None:
    """INCOMPLETE and ITEM_UNKNOWN are not released but cured (spec B4): filling them in is the cure."""
    order_id = book.one(po(line(48, ids=UNKNOWN)))
    put(book, order_id, "lines[0].sku", "MUG")
    assert book.states()[0][2] == "ACCEPTED"


def test_a_value_that_held_nothing_and_frees_nothing_needs_nobody_else(book: Book) -> None:
    order_id = book.one(po(line(48, ids=UNKNOWN)))
    put(book, order_id, "lines[0].quantity", "40")
    put(book, order_id, "lines[0].sku", "MUG")
    assert book.states()[0][2] == "ACCEPTED"


def test_both_who_set_it_are_barred_and_a_third_person_is_not(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    put(book, order_id, "lines[0].price", "3.90", "cleo")
    put(book, order_id, "lines[0].price", "4.00", "dora")
    for name in ("cleo", "dora"):
        with pytest.raises(Refused, match="may not release it"):
            release(book, order_id, name)
    release(book, order_id, "eve")
    assert book.states()[0][2] == "ACCEPTED"


def test_a_second_persons_word_stands_when_the_order_is_judged_again_and_falls_with_another_value(
    book: Book,
) -> None:
    order_id = book.one(po(line(48, price=CHEAP), line(10, ids=UNKNOWN), sales_requirements=[{"code": "SC"}]))
    put(book, order_id, "lines[0].price", "4.00")
    price = book.rows(
        select(hold_rows.c.id).where(hold_rows.c.code == "PRICE", hold_rows.c.state == "ACTIVE")
    )[0]
    with book.desk("dora") as desk:
        holds.release(desk, book.partners, price, reason="CUSTOMER_AGREED", text="yes")
    with book.desk(actor=SYSTEM) as desk:
        assert rejudge.rejudge(desk, book.partners, [order_id]) == []
    put(book, order_id, "lines[0].price", "4.0000")
    assert [h for h in book.holds(order_id) if h[2] == "ACTIVE"] == [
        ("ITEM_UNKNOWN", 2, "ACTIVE"), ("PRICE", 1, "ACTIVE"),
    ]  # fmt: skip


def test_a_value_set_back_is_held_for_what_it_was_held_for(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    put(book, order_id, "lines[0].price", "4.00")
    put(book, order_id, "lines[0].price", CHEAP)
    (message,) = book.rows(select(hold_rows.c.message).where(hold_rows.c.state == "ACTIVE"))
    assert message.startswith("line 1 (MUG): ")
    assert book.rows(select(cases.c.state).order_by(cases.c.id)) == ["RESOLVED", "RESOLVED", "NEW"]


def test_master_data_that_cures_what_was_set_besides_frees_it(book: Book) -> None:
    """Their price becomes the contract price: then it is not the edit that frees the line."""
    order_id = book.one(po(line(48, price=CHEAP), line(10, ids=UNKNOWN)))
    put(book, order_id, "lines[0].quantity", "40")
    assert ("PRICE", 1, "ACTIVE") in book.holds(order_id)
    with book.desk("mel", "MASTER_DATA") as desk:
        import_csv(desk, "prices", b"sku,unit,price,currency,since\nMUG,EA,3.00,USD,2024-01-01\n", "x")
    with book.desk("mia", "MASTER_DATA") as desk:
        rejudge.rejudge(desk, book.partners, [order_id])
    assert [h for h in book.holds(order_id) if h[0] == "PRICE" and h[2] == "ACTIVE"] == []


def test_a_day_that_passes_after_an_extension_does_not_ask_for_a_second_person(book: Book) -> None:
    """When the last day was moved it was still to come, and nothing was held for it."""
    order_id = book.one(po(line(48, ids=UNKNOWN), dates={"cancel_after": date(2025, 3, 20)}))
    put(book, order_id, "dates.cancel_after", "2025-04-30")
    book.clock.move(days=30)  # 2 April
    put(book, order_id, "lines[0].sku", "MUG")
    assert book.states()[0][2] == "ACCEPTED"

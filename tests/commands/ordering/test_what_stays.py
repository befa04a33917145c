"""A buyer's change leaves what we have set and ended where it does not touch it (spec B5.2, B8)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders
from edi_gateway.store.tables import cases, findings, order_edits, order_lines
from tests.commands.book import Book
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)
BOLTS = (("VN", "BOLT"),)
CHEAP = "3.00"


def put(book: Book, order_id: int, field: str, value: str) -> None:
    """cleo sets a value, dora agrees when that holds something."""
    with book.desk("cleo") as desk:
        orders.set_value(desk, book.partners, order_id, field, value, why="agreed by phone")
    if ("PRICE", 1, "ACTIVE") in book.holds(order_id):
        with book.desk("dora") as desk:
            hold = book.hold(order_id)
            holds.release(desk, book.partners, hold, reason="CUSTOMER_AGREED", text="yes")


def bolts(quantity: int, **more: object) -> dict[str, object]:
    return line(quantity, price="0.062", ids=BOLTS, **more)  # type: ignore[arg-type]


def test_a_value_stays_when_the_buyer_changes_another_line(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), bolts(100)))
    put(book, order_id, "lines[0].price", "4.00")
    book.take(po(bolts(200, id="2"), purpose="04"))
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]
    assert book.said(order_id)[-1] == [("IP", "48"), ("IA", "200")]
    assert book.posted(order_id)[-1]["order"]["total"] == "204.40"  # 48 * 4.00 + 200 * 0.062
    assert [code for code, state in book.cases() if state == "NEW"] == []


def test_a_value_stays_through_two_changes_with_who_set_it_and_when(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), bolts(100)))
    put(book, order_id, "lines[0].price", "4.00")
    book.clock.move(hours=1)
    for quantity in (200, 300):
        book.take(po(bolts(quantity, id="2"), purpose="04"))
    assert book.states() == [("PO-1", 3, "ACCEPTED", "SENT")]
    c = order_edits.c
    rows = book.rows(select(c.revision, c.line, c.field, c.was, c.now, c.by, c.why).order_by(c.id))
    assert rows == [(n, 1, "price", "3.00", "4.00", "cleo", "agreed by phone") for n in (1, 2, 3)]
    assert len(set(book.rows(select(c.at)))) == 1


def test_a_value_goes_with_its_line_to_another_place(book: Book) -> None:
    """The first of three lines is deleted; the item of the third had been settled by hand."""
    order_id = book.one(po(bolts(100), line(48), line(10, ids=UNKNOWN)))
    put(book, order_id, "lines[2].sku", "MUG")
    book.take(po(bolts(100, id="1"), purpose="03"))
    assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "ACCEPTED")]
    assert [x["sku"] for x in book.posted(order_id)[-1]["lines"]] == ["MUG", "MUG"]


def test_the_buyers_word_stands_where_it_touches_the_value_and_a_case_says_so(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP), bolts(100)))
    put(book, order_id, "lines[0].price", "4.00")
    book.take(po(line(48, price="3.50"), purpose="04"))
    assert book.holds(order_id)[-1] == ("PRICE", 1, "ACTIVE")
    assert book.lines(order_id) == [(1, "HELD"), (2, "ACCEPTED")]
    (message,) = book.rows(select(cases.c.message).where(cases.c.code == "VALUE_OVERRULED"))
    number = book.column(order_id, "number")
    assert message == (
        f"cleo had set lines[0].price of {number} to 4.00; the buyer's change says 3.50 there, "
        "or something new beside it."
    )
    assert book.rows(select(findings.c.path).where(findings.c.code == "VALUE_OVERRULED")) == [
        "lines[0].price"
    ]
    with book.desk("cleo") as desk:  # it is the buyer's price now, not cleo's
        hold = book.hold(order_id)
        holds.release(desk, book.partners, hold, reason="CUSTOMER_AGREED", text="yes")
    assert book.states()[0][2] == "ACCEPTED"


def test_a_quantity_that_was_set_falls_when_the_unit_changes(book: Book) -> None:
    """40 pieces are not 40 cases."""
    order_id = book.one(po(line(48, price=CHEAP)))
    put(book, order_id, "lines[0].quantity", "40")
    book.take(po(line(4, "CA", "36.00"), purpose="04"))
    assert [code for code, _ in book.cases()].count("VALUE_OVERRULED") == 1
    assert book.rows(select(order_lines.c.quantity, order_lines.c.unit)) == [(4, "CA")]


def test_a_date_of_the_header_stays_and_the_same_date_by_the_buyer_overrules_it(book: Book) -> None:
    first = {"ship_not_before": date(2025, 3, 10), "ship_no_later": date(2025, 3, 14)}
    order_id = book.one(po(line(10, ids=UNKNOWN), dates=first))
    put(book, order_id, "dates.ship_no_later", "2025-03-21")
    book.take(po(line(12, ids=UNKNOWN), dates={}, purpose="04"))
    put(book, order_id, "lines[0].sku", "MUG")
    assert book.column(order_id, "ship_until") == date(2025, 3, 21)
    book.take(po(line(12, ids=UNKNOWN), dates={"ship_no_later": date(2025, 3, 28)}, purpose="04"))
    assert book.column(order_id, "ship_until") == date(2025, 3, 28)
    assert [code for code, _ in book.cases() if code == "VALUE_OVERRULED"] == ["VALUE_OVERRULED"]


def test_a_cancellation_by_the_buyer_ends_all_whatever_was_set(book: Book) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    put(book, order_id, "lines[0].price", "4.00")
    book.take(po(line(48, price=CHEAP), purpose="01"))
    assert book.states() == [("PO-1", 2, "CANCELLED", "SENT")]
    assert [code for code, state in book.cases() if state == "NEW"] == []


def test_a_line_that_we_cancelled_is_not_ordered_anew_by_a_change_of_another(book: Book) -> None:
    order_id = book.one(po(line(48), bolts(100), line(12)))
    with book.desk() as desk:
        orders.cancel(desk, book.partners, order_id, why="no stock", line=2)
    book.take(po(line(60), purpose="04"))
    assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "CANCELLED"), (3, "ACCEPTED")]
    assert book.said(order_id)[-1] == [("IA", "60"), ("ID", "100"), ("IA", "12")]


def test_a_line_that_we_refused_stays_refused_and_holds_nothing(book: Book) -> None:
    order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
    with book.desk() as desk:
        orders.reject(desk, book.partners, order_id, why="not ours", line=2, code="R2")
    book.take(po(line(60), line(10, ids=UNKNOWN), purpose="05"))
    assert book.said(order_id)[-1] == [("IA", "60"), ("R2", "10")]
    assert [h for h in book.holds(order_id) if h[2] == "ACTIVE"] == []


def test_a_line_that_we_cancelled_is_judged_anew_when_the_buyer_changes_it_or_the_dates(book: Book) -> None:
    order_id = book.one(po(line(48), bolts(100)))
    with book.desk() as desk:
        orders.cancel(desk, book.partners, order_id, why="no stock", line=2)
    book.take(po(bolts(50, id="2"), purpose="04"))
    assert book.said(order_id)[-1] == [("IA", "48"), ("IA", "50")]
    with book.desk() as desk:
        orders.cancel(desk, book.partners, order_id, why="no stock", line=2)
    later = po(purpose="04", dates={"ship_no_later": date(2025, 3, 28)}).model_copy(update={"lines": ()})
    book.take(later)
    assert book.said(order_id)[-1] == [("IA", "48"), ("IA", "50")]


def test_what_was_set_in_a_po_that_is_then_applied_as_a_change_goes_with_it(book: Book) -> None:
    first = book.one(po(line(48)))
    second = book.one(po(line(96), line(10, ids=UNKNOWN)))
    put(book, second, "lines[1].sku", "MUG")
    with book.desk() as desk:
        orders.resolve_duplicate(desk, book.partners, second, "change", why="they meant a change")
    assert book.said(first)[-1] == [("IA", "96"), ("IA", "10")]


def test_the_original_again_after_a_change_is_answered_with_what_stands(book: Book) -> None:
    order_id = book.one(po(line(48)))
    book.take(po(line(60), purpose="04"))
    (taken,) = book.take(po(line(48)))
    assert (taken.order_id, taken.verdict) == (order_id, "repeat")
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]
    assert book.said(order_id) == [[("IA", "48")], [("IA", "60")], [("IA", "60")]]
    assert book.cases() == []
    assert book.rows(select(findings.c.code, findings.c.severity)) == [("PO_REPEATED", "INFO")]
    assert len(book.posted(order_id)) == 2

"""What people decide about an order: cancel, refuse, set, answer, settle a duplicate, note."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders
from edi_gateway.store.tables import audit, order_edits, order_events, order_keys
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)
CHEAP = "3.00"


def confirmed(book: Book, order_id: int) -> None:
    """A second person agrees with what somebody has set."""
    with book.desk("zoe") as desk:
        holds.release(desk, book.partners, book.hold(order_id), reason="CUSTOMER_AGREED", text="so agreed")


class TestCancel:
    def test_an_accepted_order_that_is_cancelled_is_told_posted_and_gives_its_key_back(
        self, book: Book
    ) -> None:
        order_id = book.one(po(line(48)))
        with book.desk("cleo", "CSR") as desk:
            orders.cancel(desk, book.partners, order_id, why="they called")
        assert book.states() == [("PO-1", 1, "CANCELLED", "SENT")]
        assert book.said(order_id) == [[("IA", "48")], [("ID", "48")]]
        assert [p["order"]["state"] for p in book.posted(order_id)] == ["ACCEPTED", "CANCELLED"]
        assert book.rows(select(order_keys.c.order_id)) == []
        assert book.column(order_id, "total") == 0

    def test_one_line_that_is_cancelled_leaves_the_other(self, book: Book) -> None:
        order_id = book.one(po(line(48), line(24)))
        with book.desk() as desk:
            orders.cancel(desk, book.partners, order_id, why="no stock", line=2)
        assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "CANCELLED")]
        assert book.said(order_id)[1] == [("IA", "48"), ("ID", "24")]
        assert [p["order"]["total"] for p in book.posted(order_id)] == ["288.00", "192.00"]

    def test_what_waits_and_is_cancelled_frees_the_answer_of_the_rest(self, book: Book) -> None:
        order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
        with book.desk() as desk:
            orders.cancel(desk, book.partners, order_id, why="never mind", line=2)
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
        assert book.said(order_id) == [[("IA", "48"), ("ID", "10")]]
        assert book.holds(order_id) == [("ITEM_UNKNOWN", 2, "SUPERSEDED")]
        assert book.cases() == [("ITEM_UNKNOWN", "RESOLVED")]

    def test_what_has_ended_is_not_cancelled_again(self, book: Book) -> None:
        order_id = book.one(po(line(48)))
        with book.desk() as desk:
            orders.cancel(desk, book.partners, order_id, why="x")
        with book.desk() as desk, pytest.raises(Refused, match="is cancelled"):
            orders.cancel(desk, book.partners, order_id, why="x")


class TestReject:
    def test_an_order_that_waits_is_refused_as_a_whole(self, book: Book) -> None:
        order_id = book.one(po(line(48, price=CHEAP)))
        with book.desk() as desk:
            orders.reject(desk, book.partners, order_id, why="price", code="R1")
        assert book.states() == [("PO-1", 1, "REJECTED", "SENT")]
        assert book.answers(order_id) == [("BAK*00*RD*PO-1~", "QUEUED")]
        assert book.said(order_id) == [[("R1", "48")]]
        assert book.posted(order_id) == []
        assert book.one(po(line(50))) != order_id  # the number is free: what was mended is taken as new

    def test_a_line_that_waits_is_refused_by_its_code_the_order_goes_on(self, book: Book) -> None:
        order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
        with book.desk() as desk:
            orders.reject(desk, book.partners, order_id, why="not ours", line=2, code="R2")
        assert book.said(order_id) == [[("IA", "48"), ("R2", "10")]]
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]

    @pytest.mark.parametrize(
        ("line_number", "code", "why"),
        [(None, None, "a line of it is accepted"), (1, None, "it is accepted"), (2, "IA", "IA refuses nothing"),
         (3, None, "has no line 3")],
    )  # fmt: skip
    def test_what_is_accepted_is_not_refused(
        self, book: Book, line_number: int | None, code: str | None, why: str
    ) -> None:
        order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
        with book.desk() as desk, pytest.raises(Refused, match=why):
            orders.reject(desk, book.partners, order_id, why="x", line=line_number, code=code)
        assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "HELD")]


class TestSet:
    def test_an_item_that_is_settled_by_hand_frees_the_line(self, book: Book) -> None:
        order_id = book.one(po(line(10, ids=UNKNOWN)))
        with book.desk("cleo", "CSR") as desk:
            orders.set_value(desk, book.partners, order_id, "lines[0].sku", "MUG", why="they mean the mug")
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
        assert book.posted(order_id)[0]["lines"][0]["sku"] == "MUG"
        c = order_edits.c
        assert book.rows(select(c.line, c.field, c.was, c.now, c.by, c.why)) == [
            (1, "sku", None, "MUG", "cleo", "they mean the mug")
        ]

    def test_a_quantity_that_is_cut_is_told_with_the_rest_refused(self, book: Book) -> None:
        order_id = book.one(po(line(48, price=CHEAP)))
        with book.desk("cleo") as desk:
            orders.set_value(desk, book.partners, order_id, "lines[0].quantity", "40", why="no more")
            orders.set_value(desk, book.partners, order_id, "lines[0].price", "4.00", why="ours")
        confirmed(book, order_id)
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
        ((first, second),) = book.said(order_id)
        assert (first[1], second[1]) == ("40", "8")
        assert second[0] == "IR"
        assert book.posted(order_id)[0]["lines"][0]["accepted_quantity"] == "40"

    def test_a_date_that_is_set_mends_a_window_that_was_empty(self, book: Book) -> None:
        order_id = book.one(
            po(line(48), dates={"ship_not_before": date(2025, 3, 20), "ship_no_later": date(2025, 3, 10)})
        )
        assert [h[0] for h in book.holds(order_id)] == ["DATE_WINDOW"]
        with book.desk() as desk:
            orders.set_value(
                desk, book.partners, order_id, "dates.ship_no_later", "2025-03-25", why="misprint"
            )
        confirmed(book, order_id)
        assert book.states()[0][2] == "ACCEPTED"
        assert book.column(order_id, "ship_until") == date(2025, 3, 25)

    def test_what_was_set_stays_set_when_the_order_is_judged_again(self, book: Book) -> None:
        order_id = book.one(
            po(line(10, ids=UNKNOWN), line(48, price=CHEAP), sales_requirements=[{"code": "SC"}])
        )
        with book.desk() as desk:
            orders.set_value(desk, book.partners, order_id, "lines[0].sku", "MUG", why="a")
        with book.desk() as desk:
            orders.set_value(desk, book.partners, order_id, "lines[1].price", "4.00", why="b")
        confirmed(book, order_id)
        assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "ACCEPTED")]

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [
            ("lines[0].quantity", "many", "'many' is no value for quantity"),
            ("lines[0].price", "NaN", "'NaN' is no value for price"),
            ("lines[7].price", "1", r"there is no lines\[7\]"),
            ("lines[0].colour", "red", "there is no value colour in an order"),
            ("lines[0].buyer_line", "9", "the buyer's own word"),
            ("po_number", "X", "the buyer's own word"),
            ("lines[0].dates", "x", "made of several values: name one of them"),
            ("lines[0].ids", "x", "is a list"),
            ("parties[0].id", "x", "there is no value"),
            ("dates.ship_no_later", "soon", "no value for dates.ship_no_later"),
            ("lines[0].sku", "", "name the item"),
        ],
    )
    def test_what_cannot_be_set_is_said_in_words(self, book: Book, field: str, value: str, why: str) -> None:
        order_id = book.one(po(line(48, price=CHEAP)))
        with book.desk() as desk, pytest.raises(Refused, match=why):
            orders.set_value(desk, book.partners, order_id, field, value, why="x")
        assert book.rows(select(order_edits.c.id)) == []

    def test_what_is_accepted_is_not_set(self, book: Book) -> None:
        order_id = book.one(po(line(48), line(48, price=CHEAP)))
        with book.desk() as desk, pytest.raises(Refused, match="line 1 is accepted"):
            orders.set_value(desk, book.partners, order_id, "lines[0].quantity", "1", why="x")


class TestAnswer:
    def test_at_its_deadline_an_answer_goes_with_what_waits_on_hold(self, book: Book) -> None:
        order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
        with book.desk(actor=SYSTEM) as desk:
            assert orders.answer(desk, book.partners, order_id) == "HELD_SENT"
        assert book.said(order_id) == [[("IA", "48"), ("IH", "10")]]
        assert [state for _, _, state in book.deadlines(order_id)] == ["DONE", "DONE"]
        with book.desk(actor=SYSTEM) as desk:  # run twice, it goes once
            assert orders.answer(desk, book.partners, order_id) == "HELD_SENT"
        assert len(book.answers(order_id)) == 1

    def test_a_person_hears_that_there_is_nothing_new_to_say(self, book: Book) -> None:
        order_id = book.one(po(line(48)))
        with book.desk() as desk, pytest.raises(Refused, match="nothing new to say"):
            orders.answer(desk, book.partners, order_id)

    def test_an_answer_that_was_invalid_goes_once_the_mapping_is_mended(self, book: Book) -> None:
        book.partners.wrong = True
        order_id = book.one(po(line(48)))
        book.partners.wrong = False
        with book.desk() as desk:
            assert orders.answer(desk, book.partners, order_id) == "SENT"
        assert [state for _, state in book.answers(order_id)] == ["INVALID", "QUEUED"]
        assert book.cases() == [("OWN_DOCUMENT_INVALID", "RESOLVED")]


class TestDuplicate:
    @pytest.fixture
    def twice(self, book: Book) -> tuple[int, int]:
        """The order that stands and the one that contradicts it."""
        return book.one(po(line(48))), book.one(po(line(96)))

    def test_void_counts_for_nothing_and_the_first_stands(self, book: Book, twice: tuple[int, int]) -> None:
        with book.desk("cleo", "CSR") as desk:
            orders.resolve_duplicate(desk, book.partners, twice[1], "void", why="sent by mistake")
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT"), ("PO-1", 1, "VOID", "NONE")]
        assert book.holds(twice[1]) == [("DUP_PO", None, "SUPERSEDED")]
        assert book.answers(twice[1]) == []
        assert book.cases() == [("PO_DIFFERS", "RESOLVED")]
        assert book.rows(select(order_keys.c.order_id)) == [twice[0]]
        assert {state for _, _, state in book.deadlines(twice[1])} == {"CANCELLED"}

    def test_as_a_change_it_replaces_what_stands(self, book: Book, twice: tuple[int, int]) -> None:
        with book.desk() as desk:
            orders.resolve_duplicate(desk, book.partners, twice[1], "change", why="they want 96")
        assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT"), ("PO-1", 1, "VOID", "NONE")]
        assert book.said(twice[0]) == [[("IA", "48")], [("IA", "96")]]
        assert book.column(twice[0], "total") == Decimal("384.00")
        assert book.one(po(line(96))) == twice[0]  # what stands now is what came then

    def test_as_new_it_is_an_order_of_its_own(self, book: Book, twice: tuple[int, int]) -> None:
        with book.desk() as desk:
            orders.resolve_duplicate(desk, book.partners, twice[1], "new", why="both are wanted")
        assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")] * 2
        assert [len(book.posted(order_id)) for order_id in twice] == [1, 1]
        assert book.one(po(line(96))) == twice[1]

    def test_only_what_waits_for_it_is_settled_so(self, book: Book, twice: tuple[int, int]) -> None:
        with book.desk() as desk, pytest.raises(Refused, match="waits for no such decision"):
            orders.resolve_duplicate(desk, book.partners, twice[0], "void", why="x")


def test_a_note_stands_in_the_timeline_with_its_author(book: Book) -> None:
    order_id = book.one(po(line(48)))
    with book.desk("cleo", "CSR") as desk:
        orders.note(desk, order_id, "called back")
    c = order_events.c
    assert book.rows(select(c.by, c.text).where(c.kind == "noted")) == [("cleo", "called back")]
    assert book.rows(select(audit.c.action).where(audit.c.by == "cleo")) == ["order noted"]


@pytest.mark.parametrize("command", ["cancel", "reject"])
def test_a_decision_needs_a_reason_and_a_role(book: Book, command: str) -> None:
    order_id = book.one(po(line(48, price=CHEAP)))
    decide = getattr(orders, command)
    with book.desk() as desk, pytest.raises(Refused, match="it needs a text that says why"):
        decide(desk, book.partners, order_id, why=" ")
    with book.desk("wim", "WAREHOUSE") as desk, pytest.raises(Refused, match="wim has none of the roles"):
        decide(desk, book.partners, order_id, why="x")


def test_an_order_of_a_partner_who_is_not_published_any_more_is_left_alone(stocked: Engine) -> None:
    book = Book(stocked)
    order_id = book.one(po(line(48)))
    book.partners.live = book.partners.live.model_copy(update={"key": "other"})
    with book.desk() as desk, pytest.raises(Refused, match="the partner acme is not published"):
        orders.cancel(desk, book.partners, order_id, why="x")

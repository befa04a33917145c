"""Orders into the book: judged, booked once, answered, posted; on both databases."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering.take_orders import take_orders
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import OrderState
from edi_gateway.store import audit
from edi_gateway.store.book import orders
from edi_gateway.store.database import connect, reading
from edi_gateway.store.tables import audit as audit_rows
from edi_gateway.store.tables import cases, documents, order_keys, order_lines
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

UNKNOWN = (("UP", "036000291452"),)


def test_a_good_order_is_booked_answered_and_posted_at_once(book: Book) -> None:
    (taken,) = book.take(po(line(48), line(24, "CA", "48.00")))
    assert (taken.verdict, taken.state, taken.business_key) == ("new", OrderState.ACCEPTED, "acme|PO-1|")
    order_id = taken.order_id
    assert order_id is not None
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "ACCEPTED")]
    assert book.answers(order_id) == [("BAK*00*AD*PO-1~", "QUEUED")]
    assert book.said(order_id) == [[("IA", "48"), ("IA", "24")]]
    assert book.holds(order_id) == []
    assert book.cases() == []
    assert book.events(order_id) == ["received", "answered"]
    assert book.revisions(order_id) == [(1, False, None)]
    assert book.deadlines(order_id) == []


def test_the_columns_of_an_order_say_what_was_ordered(book: Book) -> None:
    order_id = book.one(
        po(
            line(48),
            dates={
                "ship_not_before": date(2025, 3, 10),
                "ship_no_later": date(2025, 3, 14),
                "cancel_after": date(2025, 3, 20),
            },
        )
    )
    with reading(book.engine) as conn:
        order = orders.load(conn, order_id)
        (stored,) = orders.lines(conn, order_id)
    assert order is not None
    assert order.number.startswith("SO-")
    assert (order.customer, order.currency, order.ship_to, order.lines) == ("C1", "USD", "92:0553", 1)
    assert (order.total, order.ship_from, order.ship_until) == (
        Decimal("192.00"),
        date(2025, 3, 10),
        date(2025, 3, 14),
    )
    assert (order.cancel_after, order.received_at, order.document_id) == (
        date(2025, 3, 20),
        book.clock.now,
        101,
    )
    assert (stored.sku, stored.quantity, stored.price, stored.amount) == ("MUG", 48, 4, 192)
    assert book.rows(select(order_lines.c.acknowledged_price)) == [Decimal("4.00")]


def test_a_posting_says_the_whole_order_with_numbers_as_strings(book: Book) -> None:
    order_id = book.one(po(line(48)))
    number = book.column(order_id, "number")
    assert book.posting_keys() == [(f"{number}-1", "READY")]
    (posted,) = book.posted(order_id)
    assert posted["posting"] == 1
    assert posted["order"] == {
        "number": number, "revision": 1, "state": "ACCEPTED", "partner": "acme", "customer": "C1",
        "po_number": "PO-1", "release_number": None, "type": "SA", "currency": "USD", "ordered_on": "2025-03-01",
        "ship_to": "92:0553", "ship_from": "2025-03-10", "ship_until": "2025-03-14", "cancel_after": None,
        "total": "192.00", "ship_complete": False,
    }  # fmt: skip
    (posted_line,) = posted["lines"]
    assert {k: posted_line[k] for k in ("line", "sku", "quantity", "price", "amount", "state")} == {
        "line": 1, "sku": "MUG", "quantity": "48", "price": "4.00", "amount": "192.00", "state": "ACCEPTED",
    }  # fmt: skip


def test_a_line_that_waits_stops_neither_its_neighbour_nor_the_posting_of_it(book: Book) -> None:
    order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "DUE")]
    assert book.lines(order_id) == [(1, "ACCEPTED"), (2, "HELD")]
    assert book.holds(order_id) == [("ITEM_UNKNOWN", 2, "ACTIVE")]
    assert book.cases() == [("ITEM_UNKNOWN", "NEW")]
    assert book.answers(order_id) == []  # until the deadline: held = "wait"
    assert book.deadlines(order_id) == [
        ("answer", "2025-03-04T15:00:00+00:00", "OPEN"),
        ("answer warning", "2025-03-04T11:00:00+00:00", "OPEN"),
    ]
    assert [x["state"] for x in book.posted(order_id)[0]["lines"]] == ["ACCEPTED", "HELD"]


def test_a_partner_may_want_to_hear_at_once_that_a_line_waits(stocked: Engine) -> None:
    book = Book(stocked, answering={"held": "answer"})
    order_id = book.one(po(line(48), line(10, ids=UNKNOWN)))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "HELD_SENT")]
    assert book.said(order_id) == [[("IA", "48"), ("IH", "10")]]


def test_a_case_has_the_money_at_risk_its_cause_and_a_due_time(book: Book) -> None:
    order_id = book.one(po(line(48, price="3.00"), line(10, ids=UNKNOWN)))
    c = cases.c
    found = book.rows(
        select(
            c.code, c.amount, c.currency, c.due_at, c.order_id, c.document_id, c.partner, c.cause
        ).order_by(c.code)
    )
    due = book.clock.now.replace(hour=23)
    assert [row[:7] for row in found] == [
        ("ITEM_UNKNOWN", Decimal("40.00"), "USD", due, order_id, 101, "acme"),
        ("PRICE_DIFFERS", Decimal("144.00"), "USD", due, order_id, 101, "acme"),
    ]
    assert "036000291452" in found[0][7]


def test_the_same_cause_in_two_orders_has_one_fingerprint(book: Book) -> None:
    book.take(po(line(5, ids=UNKNOWN)), po(line(48), line(7, ids=UNKNOWN), po_number="PO-2"))
    assert len(set(book.rows(select(cases.c.fingerprint)))) == 1
    book.take(po(line(5, ids=(("UP", "614141000036"),)), po_number="PO-3"))
    assert len(set(book.rows(select(cases.c.fingerprint)))) == 2


def test_the_same_po_twice_in_one_batch_is_one_order_answered_twice(book: Book) -> None:
    first, second = book.take(po(line(48)), po(line(48)))
    assert (first.verdict, second.verdict) == ("new", "repeat")
    assert first.order_id == second.order_id
    assert first.order_id is not None
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.answers(first.order_id) == [("BAK*00*AD*PO-1~", "QUEUED")] * 2
    assert len(book.posting_keys()) == 1
    assert book.events(first.order_id) == ["received", "answered", "repeated"]


def test_an_answer_goes_again_in_the_delimiters_that_it_was_written_in(book: Book) -> None:
    """The profile has got others since; the body of the first answer is not written anew."""
    order_id = book.one(po(line(48)))
    book.partners.marks = "|<!"
    assert book.one(po(line(48))) == order_id
    c = documents.c
    assert book.rows(select(c.delimiters).where(c.order_id == order_id)) == ["*>~", "*>~"]


def test_a_partner_may_want_no_second_answer(stocked: Engine) -> None:
    book = Book(stocked, {"duplicate_identical": "ignore"})
    order_id = book.one(po(line(48)))
    assert book.one(po(line(48))) == order_id
    assert len(book.answers(order_id)) == 1


def test_a_po_that_comes_again_with_other_content_is_booked_on_hold_beside_the_first(book: Book) -> None:
    first = book.one(po(line(48)))
    (second,) = book.take(po(line(96)))
    assert (second.verdict, second.state) == ("conflict", OrderState.ON_HOLD)
    assert second.order_id is not None
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT"), ("PO-1", 1, "ON_HOLD", "DUE")]
    assert book.holds(second.order_id) == [("DUP_PO", None, "ACTIVE")]
    assert book.posted(second.order_id) == []
    assert book.rows(select(order_keys.c.business_key, order_keys.c.order_id)) == [("acme|PO-1|", first)]
    assert book.one(po(line(96))) == second.order_id  # the same conflict again is the same


def test_a_cancellation_that_comes_again_is_answered_again_and_leaves_the_contradiction_to_a_person(
    book: Book,
) -> None:
    first, second = book.one(po(line(48))), book.one(po(line(96)))
    assert book.one(po(line(48), purpose="01")) == first
    (again,) = book.take(po(line(48), purpose="01"))
    assert (again.order_id, again.verdict, again.state) == (first, "repeat", OrderState.CANCELLED)
    assert book.states() == [("PO-1", 2, "CANCELLED", "SENT"), ("PO-1", 1, "ON_HOLD", "DUE")]
    assert book.said(first) == [[("IA", "48")], [("ID", "48")], [("ID", "48")]]
    assert (book.answers(second), book.holds(second)) == ([], [("DUP_PO", None, "ACTIVE")])


def test_a_cancellation_after_a_contradiction_of_what_is_cancelled_already_is_meant_for_it(
    book: Book,
) -> None:
    first = book.one(po(line(48)))
    book.take(po(line(48), purpose="01"))
    second = book.one(po(line(96)))
    (last,) = book.take(po(line(96), purpose="01"))
    assert (last.order_id, last.verdict, last.state) == (second, "change", OrderState.CANCELLED)
    assert book.states() == [("PO-1", 2, "CANCELLED", "SENT"), ("PO-1", 2, "CANCELLED", "SENT")]
    assert book.said(second) == [[("ID", "96")]]
    assert book.said(first) == [[("IA", "48")], [("ID", "48")]]


def test_a_replacement_is_a_revision_that_keeps_what_stood_and_is_answered_as_an_update(book: Book) -> None:
    order_id = book.one(po(line(48)))
    (taken,) = book.take(po(line(60), purpose="05"))
    assert (taken.order_id, taken.verdict, taken.state) == (order_id, "change", OrderState.ACCEPTED)
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]
    assert book.revisions(order_id) == [
        (1, True, None),
        (2, False, '[["lines[0].quantity", "48", "60"]]'),
    ]
    assert [body for body, _ in book.answers(order_id)] == ["BAK*00*AD*PO-1~", "BAK*05*AD*PO-1~"]
    assert book.said(order_id) == [[("IA", "48")], [("IA", "60")]]
    assert [(p["posting"], p["order"]["revision"], p["order"]["total"]) for p in book.posted(order_id)] == [
        (1, 1, "192.00"), (2, 2, "240.00"),
    ]  # fmt: skip
    assert book.column(order_id, "document_id") == 102


def test_a_cancellation_ends_the_order_and_tells_buyer_and_warehouse(book: Book) -> None:
    order_id = book.one(po(line(48)))
    (taken,) = book.take(po(line(48), purpose="01"))
    assert (taken.verdict, taken.state) == ("change", OrderState.CANCELLED)
    assert book.states() == [("PO-1", 2, "CANCELLED", "SENT")]
    assert book.lines(order_id) == [(1, "CANCELLED")]
    assert book.said(order_id) == [[("IA", "48")], [("ID", "48")]]
    assert [p["order"]["state"] for p in book.posted(order_id)] == ["ACCEPTED", "CANCELLED"]
    assert book.rows(select(func.count()).select_from(order_keys)) == [0]


def test_a_cancellation_of_what_waits_ends_its_holds_and_cases_and_posts_nothing(book: Book) -> None:
    order_id = book.one(po(line(48, price="3.00")))
    book.take(po(line(48, price="3.00"), purpose="01"))
    assert book.holds(order_id) == [("PRICE", 1, "SUPERSEDED")]
    assert book.cases() == [("PRICE_DIFFERS", "RESOLVED")]
    assert book.posted(order_id) == []
    assert book.said(order_id) == [[("ID", "48")]]


def test_a_change_of_one_line_leaves_the_others(book: Book) -> None:
    order_id = book.one(po(line(48), line(100, price="0.062", ids=(("VN", "BOLT"),))))
    book.take(po(line(36), purpose="04"))
    assert book.said(order_id)[1] == [("IA", "36"), ("IA", "100")]
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]


def test_a_change_that_is_unclear_waits_for_a_person_and_changes_nothing(book: Book) -> None:
    """What is posted anew says only that it must not be released to the warehouse meanwhile (spec B4)."""
    order_id = book.one(po(line(48), line(24)))  # two lines of the same item
    (taken,) = book.take(po(line(36, id=None), purpose="04"))
    assert (taken.order_id, taken.verdict) == (order_id, "change")
    assert book.states()[0][1] == 1
    assert book.holds(order_id) == [("CHANGE_PENDING", None, "ACTIVE")]
    assert [code for code, _ in book.cases()] == ["CHANGE_AMBIGUOUS"]
    before, after = book.posted(order_id)
    assert (before.pop("holds"), after.pop("holds")) == (
        [], [{"line": None, "hold": "CHANGE_PENDING", "stops": "R"}],
    )  # fmt: skip
    assert {**after, "posting": 1} == before


def test_a_change_of_what_was_cancelled_changes_nothing_and_tells_buyer_and_us(book: Book) -> None:
    order_id = book.one(po(line(48)))
    book.take(po(line(48), purpose="01"))
    (taken,) = book.take(po(line(60), purpose="05"))
    assert (taken.order_id, taken.verdict, taken.state) == (order_id, "change", OrderState.CANCELLED)
    assert book.states() == [("PO-1", 2, "CANCELLED", "SENT")]
    assert book.holds(order_id) == []
    assert book.cases() == [("CHANGE_TOO_LATE", "NEW")]
    assert book.said(order_id)[1:] == [[("ID", "48")], [("ID", "48")]]


def test_a_change_without_its_order_is_refused_and_a_later_original_is_still_taken(book: Book) -> None:
    (refused,) = book.take(po(line(48), purpose="04"))
    assert (refused.verdict, refused.state) == ("reject", OrderState.REJECTED)
    assert refused.order_id is not None
    assert book.said(refused.order_id) == [[("IR", "48")]]
    (original,) = book.take(po(line(48)))
    assert original.verdict in ("new", "repeat")


def test_an_address_that_is_not_the_one_on_file_is_one_task_for_master_data_and_holds_nothing(
    book: Book,
) -> None:
    """Spec D21: ours is used. The same address in a later order is the same task."""
    moved = [
        {"role": "ST", "id_qualifier": "92", "id": "0553", "address": ["99 New Road"], "city": "Fontana"}
    ]
    book.take(po(parties=moved), po(parties=moved, po_number="PO-2"))
    book.take(po(parties=moved, po_number="PO-3"))
    assert [state for _, _, state, _ in book.states()] == ["ACCEPTED", "ACCEPTED", "ACCEPTED"]
    assert book.cases() == [("SHIP_TO_DIFFERS", "NEW")]
    c = cases.c
    (row,) = book.rows(select(c.family, c.message, c.order_id))
    assert row == (
        "MASTER_DATA",
        "Ship-to 0553: they write 99 New Road, on file is 1 Dock Road. Ours is used.",
        None,
    )


def test_what_must_not_ship_yet_is_accepted_and_its_posting_says_so_until_it_is_released(book: Book) -> None:
    """Spec D21: truck freight to a post office box."""
    box = [{"role": "ST", "name": "Ada", "address": ["PO Box 7"], "city": "Fallow", "region": "VT",
            "postal_code": "05009"}]  # fmt: skip
    order_id = book.one(po(parties=box, carriers=[{"mode": "LT"}], type="DS"))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.holds(order_id) == [("ROUTING", None, "ACTIVE")]
    assert book.cases() == [("PO_BOX_FOR_FREIGHT", "NEW")]
    with book.desk("cleo", "CSR") as desk:
        holds.release(
            desk, book.partners, book.hold(order_id), reason="CUSTOMER_AGREED", text="they fetch it in town"
        )
    assert [p["holds"] for p in book.posted(order_id)] == [
        [{"line": None, "hold": "ROUTING", "stops": "S"}], [],
    ]  # fmt: skip
    assert len(book.answers(order_id)) == 1


def test_d45_a_consignment_is_booked_and_posted_as_one(book: Book) -> None:
    """Who bills by the posting sees that nothing is invoiced when it ships (spec D45)."""
    order_id = book.one(po(line(48), type="CN"))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.column(order_id, "type") == "CN"
    assert [p["order"]["type"] for p in book.posted(order_id)] == ["CN"]


def test_an_information_copy_is_no_order(book: Book) -> None:
    (taken,) = book.take(po(line(48), purpose="22"))
    assert (taken.order_id, taken.verdict, taken.state) == (None, "copy", None)
    assert book.states() == []


def test_a_test_order_runs_the_whole_road_and_is_posted_nowhere(stocked: Engine) -> None:
    book = Book(stocked, test=True)
    order_id = book.one(po(line(48)), test=True)
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert book.column(order_id, "test") is True
    assert book.posted(order_id) == []
    assert len(book.answers(order_id)) == 1


def test_a_test_and_a_real_order_with_one_number_are_two_orders_whichever_comes_first(book: Book) -> None:
    for number, first in [("A", True), ("B", False)]:
        came = po(line(48), po_number=number)
        marked = {test: book.one(came, test=test) for test in (first, not first)}
        assert [book.column(marked[test], "test") for test in (True, False)] == [True, False]
        assert [book.column(marked[test], "state") for test in (True, False)] == ["ON_HOLD", "ACCEPTED"]
        assert [len(book.posted(marked[test])) for test in (True, False)] == [0, 1]


def test_a_test_and_a_real_order_in_one_batch_are_two_orders(book: Book) -> None:
    with book.desk(actor=SYSTEM) as desk:
        incoming = [book.incoming(po(line(48)), test=True), book.incoming(po(line(48)))]
        write = book.partners.write("acme", "855")
        taken = take_orders(desk, book.partners.live, incoming, write, desk.clock())
    assert [each.verdict for each in taken] == ["new", "new"]
    assert [each.business_key for each in taken] == ["test:acme|PO-1|", "acme|PO-1|"]


@pytest.mark.parametrize("purpose", ["01", "04", "05"])
def test_what_is_marked_as_a_test_neither_changes_nor_cancels_a_real_order(book: Book, purpose: str) -> None:
    real = book.one(po(line(48)))
    book.take(po(line(60), purpose=purpose), test=True)
    assert (book.column(real, "state"), book.column(real, "revision")) == ("ACCEPTED", 1)
    assert book.lines(real) == [(1, "ACCEPTED")]
    assert (len(book.answers(real)), len(book.posted(real))) == (1, 1)


def test_a_test_changes_the_test_before_it(stocked: Engine) -> None:
    book = Book(stocked, test=True)
    order_id = book.one(po(line(48)), test=True)
    assert book.one(po(line(60), purpose="05"), test=True) == order_id
    assert book.one(po(line(60), purpose="07"), test=True) == order_id
    assert book.states() == [("PO-1", 2, "ACCEPTED", "SENT")]


def test_what_tests_draw_on_a_blanket_is_drawn_of_a_test_blanket_only(book: Book) -> None:
    """Of 100 agreed, a test that asks for 90 leaves all 100 to a real release."""
    book.one(po(line(100), type="BK"))
    book.one(po(line(100), type="BK"), test=True)
    book.one(po(line(90), type="RL", release_number="1"), test=True)
    real = book.one(po(line(90), type="RL", release_number="1"))
    assert (book.column(real, "state"), book.holds(real)) == ("ACCEPTED", [])
    over = book.one(po(line(90), type="RL", release_number="2"))
    assert book.holds(over) == [("TERMS", 1, "ACTIVE")]  # 180 of 100


def test_a_partner_without_855_is_not_answered(stocked: Engine) -> None:
    book = Book(stocked, answering={"send": False})
    order_id = book.one(po(line(48, price="3.00")))
    assert book.states() == [("PO-1", 1, "ON_HOLD", "NONE")]
    assert book.deadlines(order_id) == []


def test_an_answer_that_our_checker_refuses_does_not_go_and_is_a_case(book: Book) -> None:
    book.partners.wrong = True
    order_id = book.one(po(line(48)))
    assert book.states() == [("PO-1", 1, "ACCEPTED", "DUE")]
    assert [state for _, state in book.answers(order_id)] == ["INVALID"]
    assert book.cases() == [("OWN_DOCUMENT_INVALID", "NEW")]
    assert [kind for kind, _, _ in book.deadlines(order_id)] == ["answer", "answer warning"]


def test_the_cancel_date_is_watched_until_the_partners_day_is_over(stocked: Engine) -> None:
    book = Book(stocked, calendar={"zone": "America/Chicago"})
    order_id = book.one(
        po(line(48), dates={"ship_no_later": date(2025, 3, 12), "cancel_after": date(2025, 3, 14)})
    )
    assert book.deadlines(order_id) == [
        ("cancel", "2025-03-15T05:00:00+00:00", "OPEN"),
        ("cancel warning", "2025-03-12T05:00:00+00:00", "OPEN"),
    ]


def test_every_order_is_in_the_audit_and_the_chain_holds(book: Book) -> None:
    book.take(po(line(48)), po(line(5, ids=UNKNOWN), po_number="PO-2"), po(line(48)))
    with reading(book.engine) as conn:
        assert audit.verify(conn) is None
    actions = book.rows(
        select(audit_rows.c.action).where(audit_rows.c.by == "system").order_by(audit_rows.c.n)
    )
    assert actions == ["order booked", "order booked", "order repeated"]


def test_a_batch_that_is_rolled_back_leaves_nothing(book: Book) -> None:
    with book.engine.connect() as conn, conn.begin() as transaction:
        book.take_at(Desk(conn, book.ids, book.clock, SYSTEM), [po(line(48))])
        transaction.rollback()
    assert book.states() == []
    assert book.one(po(line(48)))


@pytest.mark.postgres
def test_two_workers_with_the_same_pos_book_each_once(stocked_postgres_url: str) -> None:
    engine = connect(stocked_postgres_url)
    book = Book(engine)
    orders_ = [po(line(48), po_number=f"PO-{n}") for n in range(20)]
    other = [*orders_[::-1], po(line(96), po_number="PO-3")]
    verdicts: dict[str, list[str]] = {}
    ready = threading.Barrier(2)

    def work(name: str, came: list[PurchaseOrder]) -> None:
        with book.desk(actor=SYSTEM) as desk:
            ready.wait()
            verdicts[name] = [t.verdict for t in book.take_at(desk, came)]

    threads = [threading.Thread(target=work, args=args) for args in (("one", orders_), ("two", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(v[:20] for v in verdicts.values()) == [["new"] * 20, ["repeat"] * 20]
    assert verdicts["two"][20] == "conflict"
    assert len(book.states()) == 21
    assert len(book.posting_keys()) == 20
    engine.dispose()

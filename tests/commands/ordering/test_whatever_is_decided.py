"""Whatever comes in and whatever people decide, in any order: what must hold of the book holds after every step."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import last_day, orders, rejudge
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import LineState, OrderState
from edi_gateway.orders.holds import blocked
from edi_gateway.orders.lifecycle import settle, stores_of
from edi_gateway.orders.parts import quantity_of
from edi_gateway.store import audit
from edi_gateway.store.book import holds as hold_store
from edi_gateway.store.book import orders as order_store
from edi_gateway.store.database import connect, reading, upgrade
from edi_gateway.store.tables import cases, deadlines, documents, order_edits, order_keys, postings
from edi_gateway.store.tables import holds as hold_rows
from edi_gateway.store.tables import orders as order_rows
from tests.commands.book import Book, stock
from tests.commands.desks import SYSTEM
from tests.orders.build import line, po

LIVE = (OrderState.ACCEPTED, OrderState.ON_HOLD)


def _line(quantity: int, price: str, known: bool, stores: tuple[str, ...]) -> dict[str, object]:
    """`stores` share the line equally; 0553 is on file, 0666 is not."""
    shares = [
        {"location_qualifier": "92", "location": s, "quantity": quantity // len(stores)} for s in stores
    ]
    ids = (("VN", "MUG"),) if known else (("UP", "036000291452"),)
    return line(quantity, price=price, ids=ids, **({"allocations": shares} if shares else {}))


_lines = st.lists(
    st.builds(
        _line,
        st.sampled_from([12, 48, 96]),
        st.sampled_from(["4.00", "4.00", "3.00"]),
        st.sampled_from([True, True, False]),
        st.sampled_from([(), (), ("0553", "0666"), ("0666",)]),
    ),
    min_size=1,
    max_size=3,
)
_last_days = st.sampled_from(
    [{}, {}, {"cancel_after": date(2025, 3, 4)}, {"cancel_after": date(2025, 3, 20)}]
)
_numbers = st.sampled_from(["PO-1", "PO-2"])
_pick = st.integers(0, 50)


class AnyBook(RuleBasedStateMachine):
    """An order book under any sequence of documents and decisions."""

    folder: Path | None = None
    template: Path | None = None

    @initialize(held=st.sampled_from(["wait", "answer"]), complete=st.booleans())
    def begin(self, held: str, complete: bool) -> None:
        self.folder = Path(tempfile.mkdtemp())
        path = self.folder / "book.db"
        if AnyBook.template is None:
            AnyBook.template = Path(tempfile.mkdtemp()) / "template.db"
            engine = connect(f"sqlite:///{AnyBook.template}")
            upgrade(engine)
            stock(engine)
            engine.dispose()
        shutil.copyfile(AnyBook.template, path)
        self.book = Book(connect(f"sqlite:///{path}"), {"ship_complete": complete}, answering={"held": held})
        self.names = itertools.cycle(["ann", "bob"])

    def teardown(self) -> None:
        if self.folder is not None:
            self.book.engine.dispose()
            shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what happens

    @rule(
        number=_numbers,
        lines=_lines,
        purpose=st.sampled_from(["00", "00", "00", "01", "04", "05", "07"]),
        dates=_last_days,
    )
    def a_document_comes(
        self, number: str, lines: list[dict[str, object]], purpose: str, dates: dict[str, date]
    ) -> None:
        self.book.take(po(*lines, po_number=number, purpose=purpose, dates=dates))

    @rule(number=_numbers, lines=_lines, times=st.integers(2, 3))
    def the_same_comes_several_times_at_once(
        self, number: str, lines: list[dict[str, object]], times: int
    ) -> None:
        self.book.take(*[po(*lines, po_number=number)] * times)

    @rule(n=_pick)
    def a_hold_is_released(self, n: int) -> None:
        hold = self._one(select(hold_rows.c.id).where(hold_rows.c.state == "ACTIVE"), n)
        self._decide(lambda d: holds.release(d, self.book.partners, hold, reason="OTHER", text="x"), hold)

    @rule(n=_pick, number=st.none() | st.integers(1, 3))
    def somebody_cancels(self, n: int, number: int | None) -> None:
        order = self._order(n)
        self._decide(lambda d: orders.cancel(d, self.book.partners, order, why="x", line=number), order)

    @rule(n=_pick, number=st.none() | st.integers(1, 3), store=st.sampled_from(["92:0553", "92:0666"]))
    def somebody_cancels_what_a_store_gets(self, n: int, number: int | None, store: str) -> None:
        order = self._order(n)
        self._decide(
            lambda d: orders.cancel(d, self.book.partners, order, why="x", line=number, store=store), order
        )

    @rule(n=_pick)
    def its_last_day_is_looked_at(self, n: int) -> None:
        order = self._one(select(order_rows.c.id).where(order_rows.c.state.in_(("ACCEPTED", "ON_HOLD"))), n)
        self._decide(lambda d: last_day.cancel_waiting(d, self.book.partners, order), order, machine=True)

    @rule(n=_pick, number=st.none() | st.integers(1, 3))
    def somebody_refuses(self, n: int, number: int | None) -> None:
        order = self._order(n)
        self._decide(lambda d: orders.reject(d, self.book.partners, order, why="x", line=number), order)

    @rule(n=_pick, number=st.none() | st.integers(1, 3))
    def somebody_holds(self, n: int, number: int | None) -> None:
        order = self._order(n)
        self._decide(lambda d: holds.place(d, self.book.partners, order, text="x", line=number), order)

    @rule(
        n=_pick,
        number=st.integers(0, 2),
        what=st.sampled_from([("price", "4.00"), ("sku", "MUG"), ("quantity", "24")]),
    )
    def somebody_sets_a_value(self, n: int, number: int, what: tuple[str, str]) -> None:
        order, (field, value) = self._order(n), what
        path = f"lines[{number}].{field}"
        self._decide(lambda d: orders.set_value(d, self.book.partners, order, path, value, why="x"), order)

    @rule(n=_pick)
    def the_answer_is_due(self, n: int) -> None:
        order = self._order(n)
        self._decide(lambda d: orders.answer(d, self.book.partners, order), order, machine=True)

    @rule(n=_pick, choice=st.sampled_from(["void", "change", "new"]))
    def a_duplicate_is_settled(self, n: int, choice: str) -> None:
        query = select(hold_rows.c.order_id).where(
            hold_rows.c.state == "ACTIVE", hold_rows.c.code == "DUP_PO"
        )
        order = self._one(query, n)
        self._decide(
            lambda d: orders.resolve_duplicate(d, self.book.partners, order, choice, why="x"),  # type: ignore[arg-type]
            order,
        )

    @rule()
    def the_missing_item_is_imported(self) -> None:
        with self.book.desk() as desk:
            import_csv(desk, "xrefs", b"qualifier,value,sku,unit\nGTIN,036000291452,MUG,EA\n", "x.csv")
            rejudge.rejudge(desk, self.book.partners, rejudge.waiting_for(desk, "xrefs"))

    @rule(hours=st.integers(1, 40))
    def time_goes_by(self, hours: int) -> None:
        self.book.clock.move(hours=hours)

    def _one(self, query: object, n: int) -> int | None:
        found = self.book.rows(query)
        return found[n % len(found)] if found else None

    def _order(self, n: int) -> int | None:
        return self._one(select(order_rows.c.id).order_by(order_rows.c.id), n)

    def _decide(self, command, subject: int | None, *, machine: bool = False) -> None:  # type: ignore[no-untyped-def]
        if subject is None:
            return
        try:
            with self.book.desk(next(self.names), actor=SYSTEM if machine else None) as desk:
                command(desk)
        except Refused:
            pass

    # ------------------------------------------------------------ what must hold

    @invariant()
    def the_audit_is_whole(self) -> None:
        if self.folder is not None:
            with reading(self.book.engine) as conn:
                assert audit.verify(conn) is None

    @invariant()
    def an_order_stands_once_and_as_its_lines_and_holds_say(self) -> None:
        if self.folder is None:
            return
        claimed = dict(self.book.rows(select(order_keys.c.business_key, order_keys.c.order_id)))
        with reading(self.book.engine) as conn:
            found = order_store.load_many(conn, self.book.rows(select(order_rows.c.id)))
            unasked: Counter[str] = Counter()
            for order in found.values():
                lines, views = order_store.lines(conn, order.id), hold_store.of_order(conn, order.id)
                active = [view for view in views if view.state == "ACTIVE"]
                if order.state not in LIVE:
                    assert active == []
                    assert order.id not in claimed.values()
                    continue
                if not any(view.code == "DUP_PO" for view in views):
                    unasked[order.business_key] += 1
                    assert claimed[order.business_key] == order.id
                document = PurchaseOrder.model_validate_json(order.snapshot)
                assert settle(
                    lines, active, ship_complete=order.ship_complete, all_or_nothing=order.all_or_nothing,
                    stores=stores_of(document),
                ) == (order.state, lines)  # fmt: skip
                stops = blocked(active, "A")
                for each in lines:
                    if each.state is LineState.HELD:
                        assert not stops.nothing
                counted = (LineState.ACCEPTED, LineState.HELD)
                assert order.total == sum(
                    (x.amount or Decimal(0) for x in lines if x.state in counted), Decimal(0)
                )
            assert all(count == 1 for count in unasked.values())

    @invariant()
    def what_is_accepted_is_worth_its_price_and_holds_no_part_that_was_cancelled(self) -> None:
        if self.folder is None:
            return
        with reading(self.book.engine) as conn:
            for order in order_store.load_many(conn, self.book.rows(select(order_rows.c.id))).values():
                document = PurchaseOrder.model_validate_json(order.snapshot)
                for each in order_store.lines(conn, order.id):
                    if each.state is LineState.ACCEPTED:
                        assert each.price is not None
                        assert each.amount == each.price * each.accepted_quantity
                        gone = quantity_of(document.lines[each.line - 1], each.cancelled_stores)
                        assert each.accepted_quantity + gone <= max(each.quantity, each.accepted_quantity)

    @invariant()
    def nobody_has_released_a_hold_on_what_he_had_set(self) -> None:
        if self.folder is None:
            return
        h, e = hold_rows.c, order_edits.c
        released = select(h.order_id, h.line, h.released_by, h.released_at).where(
            h.code == "PRICE", h.state == "RELEASED", h.released_by != "system"
        )
        for order_id, number, by, at in self.book.rows(released):
            mine = select(e.field).where(e.order_id == order_id, e.line == number, e.by == by, e.at < at)
            assert self.book.rows(mine) == []

    @invariant()
    def every_active_hold_has_one_open_case_and_no_other_has(self) -> None:
        if self.folder is not None:
            active = self.book.rows(select(hold_rows.c.id).where(hold_rows.c.state == "ACTIVE"))
            c = cases.c
            about = self.book.rows(
                select(c.hold_id).where(c.hold_id.is_not(None), c.state.in_(("NEW", "ASSIGNED")))
            )
            assert sorted(active) == sorted(about)

    @invariant()
    def answers_add_up_and_say_what_stands(self) -> None:
        if self.folder is None:
            return
        c, d = order_rows.c, documents.c
        last: dict[int, str] = {}
        query = select(d.order_id, d.canonical).where(d.set_code == "855", d.state == "QUEUED").order_by(d.id)
        for order_id, text in self.book.rows(query):
            made = PurchaseOrderAcknowledgment.model_validate_json(text)
            for each in made.lines:
                assert sum(a.quantity or 0 for a in each.answers) == each.quantity
            last[order_id] = text
        waiting = set(
            self.book.rows(
                select(deadlines.c.subject).where(deadlines.c.kind == "answer", deadlines.c.state == "OPEN")
            )
        )
        for order_id, state, answer_state in self.book.rows(select(c.id, c.state, c.answer_state)):
            if answer_state in ("SENT", "HELD_SENT"):
                assert order_id in last
                assert order_id not in waiting
            if answer_state == "DUE":
                assert state in ("ON_HOLD", "ACCEPTED")
                assert order_id in waiting

    @invariant()
    def the_last_posting_says_what_stands(self) -> None:
        if self.folder is None:
            return
        p = postings.c
        last: dict[int, dict[str, object]] = {}
        counts: Counter[int] = Counter()
        for order_id, revision, text in self.book.rows(
            select(p.order_id, p.revision, p.payload).order_by(p.id)
        ):
            counts[order_id] += 1
            assert revision == counts[order_id]
            last[order_id] = json.loads(text)
        with reading(self.book.engine) as conn:
            for order in order_store.load_many(conn, self.book.rows(select(order_rows.c.id))).values():
                if order.state is OrderState.ACCEPTED:
                    assert order.id in last
                if order.id in last:
                    said = last[order.id]
                    assert said["order"]["state"] == order.state.value  # type: ignore[index]
                    assert [(x["line"], x["state"]) for x in said["lines"]] == [  # type: ignore[attr-defined]
                        (x.line, x.state.value) for x in order_store.lines(conn, order.id)
                    ]


TestWhateverIsDecided = AnyBook.TestCase
TestWhateverIsDecided.settings = settings(
    max_examples=20,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

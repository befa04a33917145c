"""Whatever is ordered, changed, shipped, billed and paid, in any order: what must hold holds after every step."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, select

from edi_gateway.commands.billing import crediting, invoicing, payments, rebilling
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.shipping import packing, recalling, releasing
from edi_gateway.commands.telling import notices
from edi_gateway.model.billing import Payment, Remitted
from edi_gateway.model.gate import GATE_RULES
from edi_gateway.store import audit
from edi_gateway.store.database import connect, reading
from edi_gateway.store.tables import (
    handling_units,
    line_parts,
    releases,
    ship_confirms,
    shipments,
)
from edi_gateway.store.tables import holds as hold_rows
from edi_gateway.store.tables import invoices as invoice_rows
from edi_gateway.store.tables import orders as order_rows
from edi_gateway.store.tables import stock as stock_rows
from tests.commands import laws
from tests.commands.depot import item, li
from tests.commands.yard import Yard
from tests.databases import Swept
from tests.orders.build import line, po

STORES: Final = (
    "partner,qualifier,code,name,address_1,city,region,postal_code,kind\n"
    "acme,92,0777,Store South,2 Dock Road,Fontana,CA,92336,store\n"
)
_UNITS: Final = {"EA": ("4.00", 1), "CA": ("48.00", 4)}  # price, and by how many pieces a quantity is divided
FRIDAY: Final = datetime(2025, 3, 7, 15, 0, tzinfo=UTC)
_pick = st.integers(0, 30)


def _line(quantity: int, unit: str, item: str, stores: tuple[str, ...], free: bool) -> dict[str, Any]:
    """`stores` share the line one to two; 0553 and 0777 are on file, 0666 is not. Ten bought, one free."""
    price, divisor = _UNITS[unit]
    count = max(1, quantity // divisor)
    more: dict[str, Any] = {}
    if stores:
        first = count // 3 if len(stores) > 1 else count
        counts = [first, count - first][: len(stores)]
        more["allocations"] = [
            {"location_qualifier": "92", "location": store, "quantity": n}
            for store, n in zip(stores, counts, strict=True)
            if n
        ]
    if free:
        more["allowances"] = [{"kind": "A", "code": "D170", "quantity": 10, "quantity_upper": 1}]
    if item == "BOLT":
        return line(count, price="0.062", ids=[("VN", "BOLT")], **more)
    if item == "unknown":
        return line(count, unit, price, ids=[("UP", "036000291452")], **more)
    return line(count, unit, price, **more)


_lines = st.lists(
    st.builds(
        _line,
        st.sampled_from([10, 24, 48, 60]),
        st.sampled_from(["EA", "EA", "CA"]),
        st.sampled_from(["MUG", "MUG", "MUG", "BOLT", "BOLT", "unknown"]),
        st.sampled_from([(), (), (), ("0553", "0777"), ("0553", "0666")]),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=2,
)
_wishes = st.sampled_from([None, None, "N", "SC", "Y"])  # CSH01
_sites = st.sampled_from(["EAST", "WEST"])
_skus = st.sampled_from(["MUG", "MUG", "BOLT"])


class AnyYard(RuleBasedStateMachine):
    """Orders that ship from here under any sequence of events. `engines` gives a stocked database and takes it away.

    `reached`: how many examples have come as far as an order, a shipment, an invoice."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self, engines: Callable[[], Any]) -> None:
        super().__init__()
        self._engines = engines
        self.yard: Yard | None = None
        self.sound = False

    @initialize(
        sequence=st.sampled_from(["received", "priority", "requested ship"]),
        split=st.booleans(),
        over=st.sampled_from([0, 10]),
        fair=st.sampled_from(["fair share", "first come"]),
        per=st.sampled_from(["shipment", "store", "consolidated"]),
        order_per=st.sampled_from(["order", "store"]),
        close_on=st.sampled_from(["invoice", "payment"]),
        complete=st.sampled_from([False, False, False, True]),
        first=st.lists(st.tuples(_lines, _wishes), min_size=1, max_size=3),
        notice=st.sampled_from(["none", "held", "noted"]),
        far=st.sampled_from([*["billed"] * 5, "left", "released", "waiting", "ordered"]),
    )
    def begin(
        self, sequence: str, split: bool, over: int, fair: str, per: str, order_per: str, close_on: str,
        complete: bool, first: list[tuple[list[dict[str, Any]], str | None]], notice: str, far: str,
    ) -> None:  # fmt: skip
        """`notice`: the partner wants none, or what an 856 or 810 breaks is held or noted; `far`: where the first
        orders stand when the other events begin."""
        self._open = self._engines()
        fulfilment = {
            "sequence": sequence, "split_sites": split, "over_delivery_percent": over, "short_store_rule": fair,
            "order_per": order_per,
        }  # fmt: skip
        invoicing_ = {"per": per, "close_on": close_on, "after_notice": "made"}
        rules = [name for name, (code, _) in GATE_RULES.items() if code in ("856", "810")]
        self.yard = Yard(
            self._open.__enter__(), fulfilment=fulfilment, invoicing=invoicing_,
            policies={"ship_complete": complete}, shipping={"notice": notice != "none"},
            chargebacks=[{"rule": name, "severity": "warn"} for name in rules if notice == "noted"],
        )  # fmt: skip
        self.close_on, self.over, self.per = close_on, over, per
        self.names = itertools.cycle(["ann", "bob"])
        self.keys = itertools.count(1)
        self.cartons: set[str] = set()
        self.gone: set[str] = set()
        self.free: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        self.there: set[str] = set()
        with self.yard.desk() as desk:
            assert not import_csv(desk, "ship-tos", STORES.encode(), "s.csv").problems
        for sku, site, quantity in (("MUG", "EAST", 60), ("MUG", "WEST", 40), ("BOLT", "EAST", 30)):
            self.yard.count(sku, site, quantity)
        for n, (lines, wish) in enumerate(first, 1):
            self._order(f"PO-{n}", lines, "00", wish, 10)
        self.yard.carry()
        if far != "ordered":
            self.yard.clock.now = FRIDAY  # what ships on Monday goes to the warehouse today
            self.yard.carry()
        if far not in ("ordered", "waiting"):
            self.yard.clock.move(days=3)  # before that it would be too early to ship
        if far == "left":
            self._all_leaves()
        if far == "billed":
            self._what_is_at_the_dock_leaves()

    def _what_is_at_the_dock_leaves(self) -> None:
        """It is told, and billed."""
        self._all_leaves()
        self._billed()

    def _all_is_let_go(self) -> None:
        """Somebody releases what may be released, and the notices that waited for it are looked at again."""
        for hold in self.y.rows(select(hold_rows.c.id).where(hold_rows.c.state == "ACTIVE")):
            self.y.do(
                lambda desk, hold=hold: holds.release(  # type: ignore[misc]
                    desk, self.y.partners, hold, reason="OTHER", text="x"
                ),
                "cat",
            )
        self.y.do(lambda desk: notices.wake(desk, self.y.rows(select(order_rows.c.id))))
        self.y.carry()

    def _all_leaves(self) -> None:
        self.y.answer()
        for number in self.y.rows(select(releases.c.number).where(releases.c.state == "RELEASED")):
            self.y.leaves([number], self._leaves(number, "right"), None, f"key-{next(self.keys)}")

    def _billed(self) -> None:
        """What left is told and billed; on one invoice a day, when the day is over."""
        self.y.notify()
        if self.per == "consolidated":
            self.y.clock.move(days=1)
        self.y.bill()

    def teardown(self) -> None:
        if self.yard is not None:
            if self.sound and "invoice" not in self.there:
                self._all_is_let_go()
                self._what_is_at_the_dock_leaves()
                self.what_must_hold_holds()
            with reading(self.yard.engine) as conn:
                assert audit.verify(conn) is None
            reached = next(
                each for each in ("invoice", "shipment", "order") if each in {*self.there, "order"}
            )
            self.reached[reached] += 1
            event(f"came as far as: {reached}")
            self._open.__exit__(None, None, None)

    @property
    def y(self) -> Yard:
        assert self.yard is not None
        return self.yard

    # ------------------------------------------------------------ what the buyer does

    @rule(
        number=st.sampled_from(["PO-1", "PO-2", "PO-3"]),
        lines=_lines,
        purpose=st.sampled_from(["00", "00", "00", "04", "05", "01"]),
        wish=_wishes,
        first=st.sampled_from([10, 10, 12]),
    )
    def a_document_comes(
        self, number: str, lines: list[dict[str, Any]], purpose: str, wish: str | None, first: int
    ) -> None:
        self._order(number, lines, purpose, wish, first)

    def _order(
        self, number: str, lines: list[dict[str, Any]], purpose: str, wish: str | None, first: int
    ) -> None:
        wishes = {"sales_requirements": [{"code": wish}]} if wish else {}
        dates = {"ship_not_before": date(2025, 3, first), "ship_no_later": date(2025, 3, 14)}
        self.y.take(po(*lines, po_number=number, purpose=purpose, dates=dates, **wishes))
        self.y.clock.move(minutes=1)

    @precondition(lambda self: "invoice" in self.there)
    @rule(n=_pick, share=st.sampled_from(["all", "half", "less", "twice"]), used=st.booleans())
    def they_pay(self, n: int, share: str, used: bool) -> None:
        c = invoice_rows.c
        rows = self.y.rows(select(c.number, c.total, c.kind).where(c.test.is_(False)).order_by(c.id))
        if not rows:
            return
        number, total, kind = rows[n % len(rows)]
        amount = {"all": total, "half": (total / 2).quantize(Decimal("0.01")), "twice": total * 2}.get(
            share, total
        )
        if kind == "CREDIT":
            amount = -amount if used else amount
        off = Decimal("0.01") if share == "less" else Decimal(0)
        said = (Remitted(number, amount - off, taken_off=off),)
        payment = Payment(f"T-{next(self.keys)}", amount - off, "USD", self.y.clock.now.date(), said)
        self.y.do(lambda desk: payments.enter(desk, self.y.partners, "acme", payment))

    # ------------------------------------------------------------ what people decide

    @rule(n=_pick, number=st.none() | st.integers(1, 2), blocks=st.sampled_from("ABRSI"))
    def somebody_holds(self, n: int, number: int | None, blocks: str) -> None:
        self._of_an_order(
            n,
            lambda desk, order: holds.place(
                desk, self.y.partners, order, text="x", line=number, blocks=blocks
            ),
        )

    @precondition(lambda self: "hold" in self.there)
    @rule(n=_pick)
    def a_hold_is_released(self, n: int) -> None:
        found = self.y.rows(select(hold_rows.c.id).where(hold_rows.c.state == "ACTIVE"))
        if found:
            hold = found[n % len(found)]
            self.y.do(
                lambda desk: holds.release(desk, self.y.partners, hold, reason="OTHER", text="x"),
                next(self.names),
            )

    @rule(
        n=_pick,
        number=st.none() | st.integers(1, 2),
        store=st.sampled_from([None, None, "92:0553", "92:0777"]),
    )
    def somebody_cancels(self, n: int, number: int | None, store: str | None) -> None:
        self._of_an_order(
            n,
            lambda desk, order: orders.cancel(
                desk, self.y.partners, order, why="x", line=number, store=store
            ),
        )

    @rule(n=_pick, number=st.none() | st.integers(1, 2))
    def somebody_refuses(self, n: int, number: int | None) -> None:
        self._of_an_order(
            n, lambda desk, order: orders.reject(desk, self.y.partners, order, why="x", line=number)
        )

    @rule(sku=_skus, site=_sites, on_hand=st.sampled_from([0, 5, 24, 50, 200]))
    def somebody_counts(self, sku: str, site: str, on_hand: int) -> None:
        self.y.count(sku, site, on_hand)

    @rule(
        sku=_skus,
        site=_sites,
        quantity=st.sampled_from([0, 40]),
        day=st.sampled_from(["2025-03-06", "2025-03-20"]),
    )
    def supply_is_announced(self, sku: str, site: str, quantity: int, day: str) -> None:
        self.y.expect(sku, site, quantity, day)

    # ------------------------------------------------------------ what flow does

    @rule(step=st.sampled_from(["plan", "plan", "restock", "recall", "release", "answer"]))
    def one_step_is_taken(self, step: str) -> None:
        getattr(self.y, step)()

    @rule()
    def all_that_waits_is_done(self) -> None:
        self.y.carry()

    @rule(hours=st.sampled_from([1, 24]))
    def time_goes_by(self, hours: int) -> None:
        self.y.clock.move(hours=hours)

    @precondition(lambda self: "shipment" in self.there)
    @rule()
    def notices_and_invoices_are_made(self) -> None:
        self.y.notify()
        self.y.bill()

    @precondition(lambda self: "shipment" in self.there)
    @rule(state=st.sampled_from(["SENT", "ACKED", "REJECTED"]))
    def what_was_made_goes(self, state: str) -> None:
        self.y.sent(state)

    # ------------------------------------------------------------ what the warehouse does

    @rule(n=_pick)
    def somebody_releases_early(self, n: int) -> None:
        self._of_an_order(
            n, lambda desk, order: releasing.release_order(desk, self.y.partners, order, early=True)
        )

    @precondition(lambda self: "release" in self.there)
    @rule(n=_pick, act=st.sampled_from(["pick", "pack", "unpick"]))
    def somebody_picks_or_packs(self, n: int, act: str) -> None:
        number = self._release(n)
        if number is not None and act == "pack":
            self.y.do(lambda desk: packing.pack(desk, self.y.partners, number))
        elif number is not None:
            self.y.do(lambda desk: getattr(packing, act)(desk, number))

    @precondition(lambda self: "asked" in self.there)
    @rule(n=_pick)
    def the_warehouse_agrees_to_cancel(self, n: int) -> None:
        number = self._release(n, "CANCEL_ASKED")
        if number is not None:
            self.y.do(lambda desk: recalling.confirm_cancel(desk, self.y.partners, number))

    @precondition(lambda self: "release" in self.there)
    @rule(
        n=_pick,
        how=st.sampled_from(["right", "right", "short", "nothing", "over a little", "over much"]),
        rest=st.sampled_from([None, "backorder", "cancel", "later"]),
        at_once=st.sampled_from([True, True, False]),
    )
    def goods_leave(self, n: int, how: str, rest: str | None, at_once: bool) -> None:
        """`at_once`: they are told and billed before anything else happens."""
        number = self._release(n)
        if number is not None:
            self.y.leaves([number], self._leaves(number, how), rest, f"key-{next(self.keys)}")
            if at_once:
                self._billed()

    @precondition(lambda self: "shipment" in self.there)
    @rule(n=_pick, how=st.sampled_from(["right", "short", "nothing", "over a little"]), same=st.booleans())
    def a_confirm_comes_again(self, n: int, how: str, same: bool) -> None:
        """The same again, or with other content."""
        c, s, r = ship_confirms.c, line_parts.c, releases.c
        query = (
            select(c.key, r.number)
            .distinct()
            .join(line_parts, s.shipment_id == c.shipment_id)
            .join(releases, r.id == s.release_id)
            .order_by(c.key)
        )
        found = [row for row in self.y.rows(query) if row[0].startswith("key-")]
        if found:
            key, number = found[n % len(found)]
            self.y.leaves([number], {} if same else self._leaves(number, how), None, key)

    @precondition(lambda self: "dock" in self.there)
    @rule(n=_pick, how=st.sampled_from(["right", "short", "nothing", "over a little"]), again=st.booleans())
    def dock_sends_a_945(self, n: int, how: str, again: bool) -> None:
        found = self.y.rows(
            select(releases.c.number, releases.c.id)
            .where(releases.c.warehouse == "dock")
            .order_by(releases.c.id)
        )
        if not found:
            return
        number, release_id = found[n % len(found)]
        c = line_parts.c
        mine = self.y.rows(select(c.id, c.quantity).where(c.release_id == release_id).order_by(c.id))
        factor = {
            "right": Decimal(1),
            "nothing": Decimal(0),
            "short": Decimal("0.5"),
            "over a little": Decimal("1.05"),
        }
        items = []
        for part_id, quantity in mine:
            shipped = (quantity * factor[how]).to_integral_value()
            status = "CC" if shipped >= quantity else "BP" if n % 2 else "CP"
            items.append(item(str(quantity), status=status, **{"shipped": shipped}, **li(part_id)))
        key = "S-1" if again else f"S-{next(self.keys)}"
        if items:
            self.y.advise(
                *items, order_number=number, shipment_number=key, document_id=10_000 + next(self.keys)
            )

    # ------------------------------------------------------------ what billing does

    @precondition(lambda self: "shipment" in self.there)
    @rule(n=_pick, how=st.sampled_from(["all", "amount", "again", "now"]))
    def somebody_corrects_a_bill(self, n: int, how: str) -> None:
        c = invoice_rows.c
        found = self.y.rows(select(c.id).where(c.kind != "CREDIT").order_by(c.id))
        if how == "now":
            shipped = self.y.rows(select(shipments.c.id).order_by(shipments.c.id))
            if shipped:
                self.y.do(lambda desk: invoicing.issue(desk, self.y.partners, shipped[n % len(shipped)]))
        elif found:
            number = found[n % len(found)]
            if how == "again":
                self.y.do(lambda desk: rebilling.rebill(desk, self.y.partners, number, why="x"))
            else:
                amount = Decimal("1.25") if how == "amount" else None
                self.y.do(
                    lambda desk: crediting.credit_invoice(
                        desk, self.y.partners, number, why="x", amount=amount
                    )
                )

    # ------------------------------------------------------------ what must hold

    @invariant()
    def what_must_hold_holds(self) -> None:
        if self.yard is not None:
            self.sound = False
            with reading(self.yard.engine) as conn:
                wrong = laws.broken(conn, close_on=self.close_on, over=self.over)
            wrong += [*self._carton_numbers(self.yard), *self._allocated(self.yard)]
            assert not wrong, "; ".join(wrong)
            self._look_around(self.yard)
            self.sound = True

    def _carton_numbers(self, yard: Yard) -> Iterator[str]:
        """No number of a carton comes back once it is gone."""
        now = {sscc for sscc in yard.rows(select(handling_units.c.sscc)) if sscc is not None}
        self.gone |= self.cartons - now
        yield from (f"SSCC {sscc} is there again" for sscc in now & self.gone)
        self.cartons = now

    def _allocated(self, yard: Yard) -> Iterator[str]:
        """Nothing is allocated that is not there: where more is allocated than before, as much is free, or no less
        than was."""
        c = stock_rows.c
        now = {}
        query = select(c.site, c.sku, c.on_hand, c.hold, c.damaged, c.allocated)
        for site, sku, on_hand, hold, damaged, allocated in yard.rows(query):
            now[site, sku] = (allocated, on_hand - hold - damaged - allocated)
        for key, (allocated, free) in now.items():
            was, free_before = self.free.get(key, (Decimal(0), Decimal(0)))
            if allocated > was and free < min(Decimal(0), free_before):
                yield f"{key}: {allocated} are allocated, {-free} more than there are"
        self.free = now

    def _look_around(self, yard: Yard) -> None:
        """Which events could happen next, so that few of them are about nothing."""
        r, h = releases.c, hold_rows.c
        found = yard.rows(select(r.state, r.warehouse).distinct())
        self.there = {"release" for state, _ in found if state in ("RELEASED", "CANCEL_ASKED")}
        self.there |= {"asked" for state, _ in found if state == "CANCEL_ASKED"}
        self.there |= {"dock" for state, warehouse in found if warehouse and state != "CANCELLED"}
        self.there |= {"shipment" for _ in yard.rows(select(shipments.c.id).limit(1))}
        self.there |= {"invoice" for _ in yard.rows(select(invoice_rows.c.id).limit(1))}
        self.there |= {"hold" for _ in yard.rows(select(h.id).where(h.state == "ACTIVE").limit(1))}

    # ------------------------------------------------------------ whom it is about

    def _of_an_order(self, n: int, act: Callable[[Any, int], object]) -> None:
        found = self.y.rows(select(order_rows.c.id).order_by(order_rows.c.id))
        if found:
            self.y.do(lambda desk: act(desk, found[n % len(found)]), next(self.names))

    def _release(self, n: int, state: str | None = None) -> str | None:
        states = [state] if state else ["RELEASED", "CANCEL_ASKED"]
        found = self.y.rows(
            select(releases.c.number).where(releases.c.state.in_(states)).order_by(releases.c.id)
        )
        return found[n % len(found)] if found else None

    def _leaves(self, number: str, how: str) -> dict[tuple[str, int], int]:
        """How much of each line of a release leaves."""
        c = line_parts.c
        (release_id,) = self.y.rows(select(releases.c.id).where(releases.c.number == number))
        sums: dict[int, int] = {}
        for n, quantity in self.y.rows(
            select(c.line, c.quantity).where(c.release_id == release_id, c.kind != "over")
        ):
            sums[n] = sums.get(n, 0) + int(quantity)
        change = {
            "right": lambda q: q, "short": lambda q: q // 2, "nothing": lambda q: 0,
            "over a little": lambda q: q + 1, "over much": lambda q: q + 20,
        }[how]  # fmt: skip
        return {(number, n): change(quantity) for n, quantity in sums.items()}


# a nightly look may want more: EDI_GATEWAY_EXAMPLES=50 times as many
_MORE: Final = int(os.environ.get("EDI_GATEWAY_EXAMPLES", "1"))


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples * _MORE,
        stateful_step_count=27,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
    )


def test_on_sqlite(stocked_sqlite_template: Path) -> None:
    @contextmanager
    def engines() -> Iterator[Engine]:
        folder = Path(tempfile.mkdtemp())
        shutil.copyfile(stocked_sqlite_template, folder / "yard.db")
        engine = connect(f"sqlite:///{folder / 'yard.db'}")
        yield engine
        engine.dispose()
        shutil.rmtree(folder)

    AnyYard.reached.clear()
    run_state_machine_as_test(lambda: AnyYard(engines), settings=_settings(20))
    # half of what is tried must be about invoices too; four in five are, by the beginnings that are drawn
    assert AnyYard.reached["invoice"] * 2 >= AnyYard.reached.total(), AnyYard.reached


@pytest.mark.postgres
def test_on_postgres(stocked_postgres: Swept) -> None:
    @contextmanager
    def engines() -> Iterator[Engine]:
        engine = connect(stocked_postgres.sweep())
        yield engine
        engine.dispose()

    run_state_machine_as_test(lambda: AnyYard(engines), settings=_settings(8))

"""Stock given to what waits for it: parts allocated, backordered, or ended by the buyer's wish (spec B7.2-B7.5).

Takes orders or items; writes parts and reserves stock in the caller's transaction, the stock rows locked, so that two
workers cannot give the same goods away twice. Called by flow/fulfilment.py, and by people who want it now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from edi_gateway.commands.allocation.lessening import lessen
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.allocation.stuck import watch
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.fulfilment import Part, PartKind, PartState
from edi_gateway.model.order import HoldView
from edi_gateway.orders.fulfilment.allocation import (
    NO_STOCK,
    Allotment,
    Demand,
    Habits,
    Short,
    allocate,
)
from edi_gateway.orders.holds import Blocked, blocked
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain, show
from edi_gateway.orders.warehouse.grouping import release_on
from edi_gateway.partners.profile import Profile
from edi_gateway.store import work
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import orders as order_rows

CANCELLED_SHORT: Final = "SHORT"  # reason of a part that is cancelled because it is not there
AGE: Final = "age"  # work: a backorder of an order (payload "order") has waited as long as the partner allows
_CHUNK: Final = 400


@dataclass(frozen=True, slots=True)
class Done:
    """How many parts got stock, stay short, were ended; `orders`: of which orders."""

    allocated: int = 0
    backordered: int = 0
    cancelled: int = 0
    orders: frozenset[int] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class _Order:
    """What allocation must know of an order."""

    id: int
    number: str
    partner: str
    ship_complete: bool


def allocate_parts(
    desk: Desk,
    partners: Partners,
    *,
    order_ids: Collection[int] = (),
    skus: Collection[str] = (),
    also: Collection[int] = (),
) -> Done:
    """Look for stock for what waits of these orders, or of these items, the first claim first.

    `order_ids` are planned: their parts are what their lines say. Of the other orders that want an item, those that
    have changed and are not planned yet are left for then. `also`: orders that the caller goes on to look at.

    Everybody locks orders before parts and parts before stock, so that no two wait for each other.

    What does not get any is BACKORDERED, or cancelled where the buyer wants the rest cancelled (CSH01): the order's
    line is then less by that, and the buyer is told.
    """
    ours = {*order_ids, *also}
    if skus:
        ours |= parts.orders_waiting(desk.conn, skus)
        orders.lock(desk.conn, sorted(ours))
    waiting = parts.waiting(desk.conn, order_ids=order_ids, skus=skus, lock=True)
    if skus:  # what began to wait meanwhile is looked at with what made it wait
        stale = work.pending(desk.conn, ["plan"], "order") - set(order_ids)
        waiting = [part for part in waiting if part.order_id in ours and part.order_id not in stale]
    known = _orders(desk, {part.order_id for part in waiting})
    whole = {order.id for order in known.values() if order.ship_complete}
    if skus and whole:  # what ships as a whole is looked at as a whole
        more = parts.waiting(desk.conn, order_ids=whole, lock=True)
        waiting = sorted({part.id: part for part in [*waiting, *more]}.values(), key=lambda p: p.id)
    profiles = {p: partners.profile(p) for p in {part.partner for part in waiting}}
    demands = [
        Demand(part, _habits(profile), part.order_id in whole)
        for part in _free_of_holds(desk, waiting, whole)
        if (profile := profiles[part.partner]) is not None and part.order_id in known
    ]
    if not demands:
        return Done()
    levels = stock.levels(desk.conn, {d.part.sku for d in demands if not d.part.test}, lock=True)
    result = allocate(demands, levels)
    done = _Writing(desk, partners, known, profiles).write(result.allotments, result.short)
    numbers = {order_id: known[order_id].number for order_id in whole}
    if numbers:
        watch(desk, numbers, {demand.part.order_id for demand in demands}, result.short)
    return done


def _orders(desk: Desk, ids: Collection[int]) -> dict[int, _Order]:
    c = order_rows.c
    found: dict[int, _Order] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        query = select(c.id, c.number, c.partner, c.ship_complete)
        for row in desk.conn.execute(query.where(c.id.in_(wanted[start : start + _CHUNK]))):
            found[row.id] = _Order(*row)
    return found


def _free_of_holds(desk: Desk, waiting: Sequence[Part], whole: Collection[int]) -> list[Part]:
    """Parts whose allocation no hold blocks, nor what comes before it; of an order that ships as a whole none, if any
    is blocked (spec B4.1, B4.2)."""
    stops = _stops(desk, {part.order_id for part in waiting})
    return [part for part in waiting if not stopped(stops.get(part.order_id), part, part.order_id in whole)]


def stopped(stops: Blocked | None, part: Part, whole: bool) -> bool:
    """Whether a hold stops this part at the step of `stops`."""
    if stops is None or stops.nothing:
        return False
    return stops.order or whole or part.line in stops.lines or part.store in stops.stores


def _stops(desk: Desk, order_ids: Collection[int]) -> dict[int, Blocked]:
    found = holds.active_of(desk.conn, order_ids)
    return {order_id: stops_of(mine, "AB") for order_id, mine in found.items()}


def stops_of(active: Sequence[HoldView], steps: str) -> Blocked:
    """What holds stop of these steps, all together."""
    found = [blocked(active, step) for step in steps]
    return Blocked(
        any(each.order for each in found),
        frozenset().union(*(each.lines for each in found)),
        frozenset().union(*(each.stores for each in found)),
    )


def _habits(profile: Profile) -> Habits:
    said = profile.fulfilment
    return Habits(
        said.sequence,
        said.sites,
        said.split_sites,
        said.use_safety_stock,
        said.short_store_rule == "fair share",
    )


class _Writing:
    """One allocation written: parts, reserved stock, events, and orders that became smaller."""

    def __init__(
        self,
        desk: Desk,
        partners: Partners,
        known: Mapping[int, _Order],
        profiles: Mapping[str, Profile | None],
    ) -> None:
        self._desk = desk
        self._partners = partners
        self._known = known
        self._profiles = profiles
        self._ledger = Ledger(desk)
        self._changed: list[Part] = []
        self._new: list[Part] = []
        self._reserved: dict[tuple[str, str], Decimal] = {}
        self._said: dict[int, list[str]] = {}
        self._ended: dict[int, dict[int, Decimal]] = {}
        self._limits: dict[int, list[Part]] = {}  # new backorders that may not wait for ever, by days

    def write(self, allotments: Sequence[Allotment], short: Sequence[Short]) -> Done:
        given: dict[int, list[Allotment]] = {}
        for allotment in allotments:
            given.setdefault(allotment.part.id, []).append(allotment)
        lacking = {each.part.id: each for each in short}
        touched = {a.part.id: a.part for a in allotments} | {s.part.id: s.part for s in short}
        done = Done()
        for part_id, part in sorted(touched.items()):
            done = self._part(part, given.get(part_id, []), lacking.get(part_id), done)
        desk = self._desk
        parts.save(desk.conn, self._changed)
        parts.add(desk.conn, self._new)
        stock.reserve(desk.conn, self._reserved)
        for order_id, said in sorted(self._said.items()):
            self._ledger.event(order_id, "allocated", "; ".join(said) + ".")
            desk.record("stock allocated", f"order {self._known[order_id].number}", what=said)
        self._ledger.write()
        for days, aging in self._limits.items():
            items = {f"{part.id}|{self._ledger.now:%Y%m%d%H%M%S}": {"order": part.order_id} for part in aging}
            due_at = self._ledger.now + timedelta(days=days)
            work.add(desk.conn, desk.ids, desk.clock, AGE, items, due_at=due_at)
        for order_id, less in sorted(self._ended.items()):
            self._lessen(order_id, less)
        set_stages(desk, self._partners, self._said)
        return replace(done, orders=frozenset(part.order_id for part in touched.values()))

    def _part(self, part: Part, given: Sequence[Allotment], short: Short | None, done: Done) -> Done:
        """The part's row becomes its first piece; the others are rows of their own."""
        now = self._ledger.now
        pieces: list[Part] = []
        rest = part
        for each in given:
            base, left = each.base_quantity, EXACT.subtract(rest.base_quantity, each.base_quantity)
            pieces.append(
                replace(
                    part,
                    quantity=each.quantity,
                    base_quantity=base,
                    state=PartState.ALLOCATED,
                    site=each.site or None,
                    reason=None,
                    release_on=self._release_on(part),
                    since=now,
                )
            )
            rest = replace(rest, quantity=EXACT.subtract(rest.quantity, each.quantity), base_quantity=left)
            if not part.test:
                key = (each.site, part.sku)
                self._reserved[key] = EXACT.add(self._reserved.get(key, ZERO), base)
            self._say(
                part,
                f"line {part.line}: {show(plain(each.quantity))} {part.unit} from {each.site or 'stock'}",
            )
        allocated, backordered, cancelled = len(given), 0, 0
        if short is not None:
            if self._ends(part, short):
                pieces.append(replace(rest, state=PartState.CANCELLED, reason=CANCELLED_SHORT, since=now))
                less = self._ended.setdefault(part.order_id, {})
                less[part.line] = EXACT.add(less.get(part.line, ZERO), rest.quantity)
                self._say(
                    part,
                    f"line {part.line}: {show(plain(rest.quantity))} {part.unit} are not there; cancelled",
                )
                cancelled = 1
            else:
                waits = replace(rest, state=PartState.BACKORDERED, reason=short.reason)
                if waits != part:  # the same as before is no news
                    pieces.append(replace(waits, since=now if part.state is PartState.OPEN else part.since))
                    if part.state is PartState.OPEN:
                        self._limit(part)
                        self._say(
                            part,
                            f"line {part.line}: {show(plain(rest.quantity))} {part.unit} {_WAITS[short.reason]}",
                        )
                backordered = 1
        if pieces:
            self._changed.append(pieces[0])
            self._new += [replace(piece, id=self._desk.ids.next()) for piece in pieces[1:]]
        return Done(done.allocated + allocated, done.backordered + backordered, done.cancelled + cancelled)

    def _ends(self, part: Part, short: Short) -> bool:
        return (
            short.reason == NO_STOCK and part.completion == "cancel remainder" and part.kind is PartKind.GOODS
        )

    def _limit(self, part: Part) -> None:
        profile = self._profiles[part.partner]
        days = None if profile is None else profile.fulfilment.maximum_backorder_days
        if days is not None and part.kind is PartKind.GOODS:
            self._limits.setdefault(days, []).append(part)

    def _say(self, part: Part, text: str) -> None:
        self._said.setdefault(part.order_id, []).append(text)

    def _release_on(self, part: Part) -> date | None:
        profile = self._profiles[part.partner]
        assert profile is not None  # only the parts of published partners are demands
        today = local_date(self._ledger.now, profile.calendar)
        return release_on(part, today, profile.calendar, profile.fulfilment.release_days_before)

    def _lessen(self, order_id: int, less: Mapping[int, Decimal]) -> None:
        lessen(
            self._desk,
            self._partners,
            order_id,
            less,
            "It is not in stock, and the buyer wants no backorder.",
        )


_WAITS: Final = {
    "NO_STOCK": "wait for stock",
    "NOT_STOCKED": "wait: we keep no stock of it",
    "SHIP_COMPLETE": "wait until all of it is there",
}

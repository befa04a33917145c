"""The parts of accepted orders brought to what their lines say, after whatever has changed (spec B3.3, B8).

Takes order ids; writes parts, frees what is no longer wanted, leaves `recall` work where the warehouse has it. Called
by flow/fulfilment.py for the `plan` work that every change of an order leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.carrying_on import ENDED
from edi_gateway.model.fulfilment import RESERVING, Part, PartState
from edi_gateway.model.master_data import Customer, MasterData
from edi_gateway.model.order import HoldView, OrderLine
from edi_gateway.orders.fulfilment.planning import Cut, LineRule, NewPart, Plan, plan, split
from edi_gateway.orders.holds import blocked
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.identity import BLANKET
from edi_gateway.orders.meaning.numbers import EXACT, ZERO
from edi_gateway.orders.policy import resolve
from edi_gateway.orders.warehouse.grouping import release_on
from edi_gateway.partners.profile import Profile
from edi_gateway.store import work
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import stock
from edi_gateway.store.master import facts

RECALL: Final = "recall"  # work: ask the warehouse for what a change or a cancellation takes away
CHANGED: Final = "CHANGED"  # reason of parts that the order does not want any more


@dataclass(frozen=True, slots=True)
class _Asked:
    """store.facts.Needs: of customers and items only."""

    customers: frozenset[str]
    skus: frozenset[str]
    business_keys: frozenset[str] = frozenset()
    xrefs: frozenset[tuple[str, str]] = frozenset()
    ship_tos: frozenset[tuple[str, str]] = frozenset()


def plan_orders(desk: Desk, partners: Partners, order_ids: Sequence[int]) -> list[int]:
    """Bring the parts of these orders up to date; the orders that may now want stock, in the order of their ids."""
    found = orders.load_many(desk.conn, order_ids, lock=True)
    lines = orders.lines_of(desk.conn, sorted(found))
    standing = parts.of_orders(desk.conn, found, lock=True)
    ledger = Ledger(desk)
    wanting: list[int] = []
    begun: list[int] = []
    by_partner: dict[str, list[StoredOrder]] = {}
    for order in found.values():
        by_partner.setdefault(order.partner, []).append(order)
    for partner, mine in sorted(by_partner.items()):
        profile = partners.profile(partner)
        if profile is None or not profile.fulfilment.ours:
            continue
        data = _facts(desk, profile, mine, lines)
        for order in mine:
            if order.type in BLANKET:
                continue  # an agreement ships nothing (D5)
            has = standing.get(order.id, ())
            active = holds.active(desk.conn, order.id)
            made = _plan(profile, order, lines.get(order.id, ()), has, data, active)
            _write(ledger, profile, order, made, data.customers.get(order.customer or ""))
            wanting.append(order.id)
            if has:
                begun.append(order.id)
    ledger.write()
    set_stages(desk, partners, begun)
    return sorted(wanting)


def plan_of(desk: Desk, partners: Partners, order: StoredOrder) -> Plan:
    """What planning would do about an order as it stands; nothing is written. The caller has the order locked."""
    profile = partners.profile(order.partner)
    if profile is None:
        return Plan((), (), (), ())
    lines = {order.id: orders.lines(desk.conn, order.id)}
    has = parts.of_orders(desk.conn, [order.id], lock=True).get(order.id, ())
    data = _facts(desk, profile, [order], lines)
    return _plan(profile, order, lines[order.id], has, data, holds.active(desk.conn, order.id))


def _facts(
    desk: Desk, profile: Profile, mine: Sequence[StoredOrder], lines: dict[int, tuple[OrderLine, ...]]
) -> MasterData:
    skus = {line.substitute or line.sku for order in mine for line in lines.get(order.id, ())}
    asked = _Asked(
        customers=frozenset(order.customer for order in mine if order.customer),
        skus=frozenset(sku for sku in skus if sku),
    )
    return facts.read(desk.conn, profile.key, asked, local_date(desk.clock(), profile.calendar))


def _plan(
    profile: Profile,
    order: StoredOrder,
    lines: Sequence[OrderLine],
    has: Sequence[Part],
    data: MasterData,
    active: Sequence[HoldView],
) -> Plan:
    document = order.document
    customer = data.customers.get(order.customer or "")
    rules: dict[int, LineRule] = {}
    share = profile.fulfilment.short_store_rule == "fair share"
    for line in lines:
        item = data.items.get(line.substitute or line.sku or "")
        resolved = resolve(profile, customer, document, document.lines[line.line - 1])
        whole = item is None or not item.measured
        rules[line.line] = LineRule(resolved.backorder, whole=whole, fair=share)
    waiting = blocked(active, "A").stores if active else frozenset()
    wanted = () if order.state in ENDED else lines
    return plan(document, wanted, has, rules, waiting)


def _write(
    ledger: Ledger, profile: Profile, order: StoredOrder, made: Plan, customer: Customer | None
) -> None:
    desk = ledger.desk
    if made.stuck:
        key = f"{order.id}-{desk.ids.next()}"
        work.add(desk.conn, desk.ids, desk.clock, RECALL, {key: {"order": order.id}})
    if made.empty:
        return
    new = [
        _part(ledger, order, each, number, customer)
        for number, each in zip(desk.ids.block(len(made.add)), made.add, strict=True)
    ]
    parts.add(desk.conn, new)
    today = local_date(ledger.now, profile.calendar)
    dated = {part.id: _dated(profile, part, line, today) for part, line in made.redated}
    cuts = [replace(cut, part=dated.pop(cut.part.id, cut.part)) for cut in made.cut]
    parts.save(desk.conn, list(dated.values()))
    cut_off(ledger, cuts, CHANGED)
    desk.record(
        "order planned",
        f"order {order.number}",
        added=[[p.line, p.store, str(p.quantity), p.sku] for p in made.add],
        cut=[[c.part.line, c.part.store, str(c.quantity)] for c in made.cut],
    )


def _dated(profile: Profile, part: Part, line: OrderLine, today: date) -> Part:
    """A part with the dates of its line as it is now; what is allocated goes to the warehouse by them."""
    dated = replace(
        part,
        ship_from=line.ship_from,
        ship_until=line.ship_until,
        cancel_after=line.cancel_after,
        promised=line.promised_ship,
    )
    if part.state is PartState.ALLOCATED:
        before = profile.fulfilment.release_days_before
        dated = replace(dated, release_on=release_on(dated, today, profile.calendar, before))
    return dated


def _part(ledger: Ledger, order: StoredOrder, each: NewPart, number: int, customer: Customer | None) -> Part:
    return Part(
        id=number,
        order_id=order.id,
        line=each.line,
        partner=order.partner,
        store=each.store,
        sku=each.sku,
        quantity=each.quantity,
        unit=each.unit,
        base_quantity=each.base_quantity,
        state=PartState.OPEN,
        kind=each.kind,
        ship_from=each.ship_from,
        ship_until=each.ship_until,
        cancel_after=each.cancel_after,
        promised=each.promised,
        release_on=None,
        site=None,
        release_id=None,
        shipment_id=None,
        invoice_id=None,
        reason=None,
        completion=each.completion,
        whole=each.whole,
        received_at=order.received_at,
        priority=5 if customer is None else customer.priority,
        test=order.test,
        since=ledger.now,
    )


def cut_off(ledger: Ledger, cuts: Sequence[Cut], reason: str) -> None:
    """Cancel so much of these parts, with the reason; what of them had stock gives it back, for others to have."""
    desk = ledger.desk
    freed: dict[tuple[str, str], Decimal] = {}
    changed: list[Part] = []
    new: list[Part] = []
    for cut in cuts:
        part = cut.part
        base, rest = split(part, cut.quantity)
        if part.state in RESERVING and part.site is not None and not part.test:
            key = (part.site, part.sku)
            freed[key] = EXACT.subtract(freed.get(key, ZERO), base)
        ended = replace(
            part, quantity=cut.quantity, base_quantity=base, state=PartState.CANCELLED, reason=reason,
            since=ledger.now, release_on=None, release_id=None, site=None,
        )  # fmt: skip
        if rest > 0:
            changed.append(
                replace(part, quantity=EXACT.subtract(part.quantity, cut.quantity), base_quantity=rest)
            )
            new.append(replace(ended, id=desk.ids.next()))
        else:
            changed.append(ended)
    parts.save(desk.conn, changed)
    parts.add(desk.conn, new)
    stock.reserve(desk.conn, freed)
    restock(desk, {sku for _, sku in freed})


def restock(desk: Desk, skus: set[str]) -> None:
    """More of these items may be free: leave work to look at what waits for them."""
    items = {f"{sku}-{desk.ids.next()}": {"sku": sku} for sku in sorted(skus)}
    work.add(desk.conn, desk.ids, desk.clock, "restock", items)

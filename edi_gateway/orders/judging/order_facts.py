"""What one order and each of its lines mean, worked out once, before any check speaks.

Takes a PurchaseOrder and Facts, gives OrderFacts with LineFacts. Checks only put into words what they find
here; judge.py makes the order lines of it. Called by judge.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.master_data import Customer, Item, ItemUnit, ShipTo
from edi_gateway.orders.judging.blanket import Blanket, blanket_of
from edi_gateway.orders.judging.facts import Facts, Goods
from edi_gateway.orders.judging.identity import Share, shares_of
from edi_gateway.orders.judging.standing import Standing
from edi_gateway.orders.meaning import dates, items, parties, pricing, units
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money
from edi_gateway.orders.policy import Resolved, resolve
from edi_gateway.partners.profile import Policies

_NOT_COMPARED: Final = pricing.Quote("not compared")


@dataclass(slots=True)
class LineFacts:
    """A line understood. Quantities are in the buyer's unit but for base_quantity; None: cannot be known."""

    index: int
    line: Line
    resolved: Resolved
    match: items.Match
    item: Item | None = None
    substitute: Item | None = None  # what goes instead of a discontinued item
    item_units: dict[str, ItemUnit] = field(default_factory=dict)
    unit: units.UnitReading = units.NOT_READ
    accepted: Decimal = ZERO  # in the buyer's unit, after rounding by policy
    quantity: Decimal | None = None  # sane and positive, else None
    base_quantity: Decimal | None = None
    broken: bool = False  # a fraction of what is counted
    fit: units.Fit | None = None  # None: nothing to be rounded or asked
    pack_conflict: str | None = None
    quote: pricing.Quote = _NOT_COMPARED
    price: Decimal | None = None  # the one that holds under the policies
    amount: Decimal | None = None
    window: dates.Window = dates.OPEN
    windows: tuple[dates.Window, ...] = ()  # of each schedule
    place: parties.Place | None = None  # the line's own ship-to
    free_quantity: Decimal | None = None
    shares: tuple[Share, ...] = ()  # how it is divided among places

    @property
    def number(self) -> int:
        return self.index + 1

    def path(self, name: str) -> str:
        return f"lines[{self.index}].{name}"

    def called(self) -> str:
        """How a person would name this line: number, and what they call the item."""
        ids = self.line.ids
        return f"line {self.line.buyer_line or self.number}" + (f" ({ids[0].value})" if ids else "")


@dataclass(slots=True)
class OrderFacts:
    """An order understood."""

    order: PurchaseOrder
    facts: Facts
    customer: Customer | None
    customer_number: str | None  # the one that should be, also when it is not on file
    resolved: Resolved
    currency: str
    place: parties.Place
    window: dates.Window
    earliest: date  # the first day on which we can ship
    standing: Standing
    blanket: Blanket | None = None  # that a release draws on
    lines: tuple[LineFacts, ...] = ()
    stores: dict[str, ShipTo | None] = field(default_factory=dict)  # SDQ "qualifier:location" -> place
    # the lines of which there may be something to say, so that a clean order is not looked at forty times
    odd_items: list[LineFacts] = field(default_factory=list)
    odd_units: list[LineFacts] = field(default_factory=list)
    odd_prices: list[LineFacts] = field(default_factory=list)
    divided: list[LineFacts] = field(default_factory=list)  # by SDQ or SCH
    amounted: list[LineFacts] = field(default_factory=list)  # with an AMT
    noted: list[LineFacts] = field(default_factory=list)  # with free text
    routed: list[LineFacts] = field(default_factory=list)  # with a ship-to or carrier of their own

    @property
    def policies(self) -> Policies:
        return self.resolved.policies

    @property
    def today(self) -> date:
        return self.facts.today

    @property
    def is_consumer(self) -> bool:
        return self.policies.consumer_ship_to or self.order.type in parties.DROP_SHIP


def understand(order: PurchaseOrder, facts: Facts, standing: Standing) -> OrderFacts:
    """Everything that judging this order needs to know; raises for nothing that a document can hold."""
    profile, data = facts.profile, facts.data
    place = parties.resolve(
        order,
        data,
        default=profile.policies.default_ship_to,
        consumer=profile.policies.consumer_ship_to,
    )
    number = _customer_number(order, facts, place)
    customer = facts.customer or (data.customers.get(number) if number else None)
    resolved = resolve(profile, customer, order)
    policies = resolved.policies
    transit = place.ship_to.transit_days if place.ship_to else None
    transit = policies.transit_days if transit is None else transit
    window = facts.window(
        dates.merged(order.dates, dates.NO_DATES), transit, ship_on=policies.requested_ship == "ship on"
    )
    known = OrderFacts(
        order=order,
        facts=facts,
        customer=customer,
        customer_number=number,
        resolved=resolved,
        currency=order.currency or (customer.currency if customer else policies.currency),
        place=place,
        window=window,
        earliest=facts.earliest(policies.lead_time_days),
        standing=standing,
        blanket=blanket_of(order, facts) if order.type == "RL" else None,
    )
    known.lines = tuple([_line(index, line, known) for index, line in enumerate(order.lines)])
    return known


def _customer_number(order: PurchaseOrder, facts: Facts, place: parties.Place) -> str | None:
    """A division's reference or the buyer's number first, then the ship-to's customer, then the partner's."""
    if facts.customer is not None:
        return facts.customer.number
    by = facts.profile.customers_by
    if by:
        for reference in order.references:
            if (found := by.get(f"REF {reference.qualifier} {reference.value}")) is not None:
                return found
        for party in order.parties:
            if (found := by.get(f"N1 {party.role} {party.id}")) is not None:
                return found
    if place.ship_to is not None and place.ship_to.customer is not None:
        return place.ship_to.customer
    return facts.profile.customer


def _line(index: int, line: Line, order: OrderFacts) -> LineFacts:
    facts = order.facts
    resolved = order.resolved
    if line.sales_requirements:
        resolved = resolve(facts.profile, order.customer, order.order, line)
    goods = facts.goods(line, resolved.policies)
    match, item, quantity, price = goods.match, goods.item, line.quantity, line.price
    known = LineFacts(index, line, resolved, match, item, None, goods.item_units, goods.unit)
    given = line.model_fields_set
    if line.allocations or line.schedules or "parties" in given:
        known.shares = shares_of(line)
        order.divided.append(known)
        _stores(known.shares, order)
    if "amounts" in given:
        order.amounted.append(known)
    if "notes" in given or "messages" in given:
        order.noted.append(known)
    _when(known, order, given)
    if known.place is not None or "carriers" in given:
        order.routed.append(known)
    if quantity is not None:
        known.accepted = quantity
        if quantity > 0 and is_sane(quantity):
            known.quantity = quantity
    if price is not None and is_sane(price):
        known.price = price
    if item is None:
        order.odd_items.append(known)
    else:
        if not goods.certain:
            order.odd_items.append(known)
            if item.status == "discontinued" and item.successor is not None:
                _substitute(known, order)
        row = goods.unit.row
        if row is not None:
            _how_much(known, row, item, goods)
            _price(known, row, item, order)
            if known.quote.kind != "equal":
                order.odd_prices.append(known)
    if (
        known.quantity is None
        or known.quantity > resolved.policies.maximum_line_quantity
        or goods.unit.row is None
        or goods.unit.note is not None
        or known.broken
        or known.fit is not None
        or known.pack_conflict is not None
    ):
        order.odd_units.append(known)
    _extend(known, order)
    return known


def _when(known: LineFacts, order: OrderFacts, given: set[str]) -> None:
    """The line's own window and ship-to, else the order's."""
    line, facts = known.line, order.facts
    own_dates, own_schedules, own_parties = "dates" in given, "schedules" in given, "parties" in given
    if own_parties and not known.shares:
        party = next((p for p in line.parties if p.role == "ST"), None)
        if party is not None:
            known.place = parties.resolve_party(party, facts.data, consumer=order.is_consumer)
    known.window = order.window
    if not (own_dates or own_schedules or known.place):
        return
    transit = order.window.transit_days
    if known.place is not None and known.place.ship_to and known.place.ship_to.transit_days is not None:
        transit = known.place.ship_to.transit_days
    header = dates.merged(order.order.dates, line.dates)
    ship_on = order.policies.requested_ship == "ship on"
    schedules = dates.scheduled(line.schedules)
    if not schedules:
        if header != dict(order.window.stated) or transit != order.window.transit_days:
            known.window = facts.window(header, transit, ship_on=ship_on)
        return
    kept = {n: d for n, d in header.items() if n.startswith("cancel")}
    known.windows = tuple(facts.window({**kept, **s}, transit, ship_on=ship_on) for s in schedules)
    known.window = dates.union(list(known.windows))


def _stores(shares: tuple[Share, ...], order: OrderFacts) -> None:
    for each in shares:
        if each.key not in order.stores:
            order.stores[each.key] = parties.find(each.qualifier, each.location, order.facts.data)[0]


def _substitute(known: LineFacts, order: OrderFacts) -> None:
    """A successor goes instead when the policy says so and the buyer does not forbid it (spec B7.7, D22)."""
    if known.resolved.policies.discontinued != "substitute" or known.resolved.substitution is False:
        return
    if known.item is not None:
        known.substitute = items.replacement(known.item, order.facts.data, order.today)


def _how_much(known: LineFacts, row: ItemUnit, item: Item, goods: Goods) -> None:
    quantity = known.quantity
    if quantity is None:
        return
    known.broken = not item.measured and not units.is_whole(quantity)
    if not known.broken and not goods.any_number:
        known.fit = units.fit(
            quantity,
            row,
            known.item_units,
            known.resolved.policies.pack_rounding,
            divisible=not known.shares,
        )
        known.accepted = known.fit.accepted
    if goods.per_unit is not None:
        known.base_quantity = units.times(known.accepted, goods.per_unit)
    else:
        known.base_quantity = units.in_base(known.accepted, row.factor)
    known.pack_conflict = goods.pack_conflict(known.line.pack)


def _price(known: LineFacts, row: ItemUnit, item: Item, order: OrderFacts) -> None:
    """Compare, then what policy makes of it: the price that holds."""
    line, policies, facts = known.line, known.resolved.policies, order.facts
    quantity = known.quantity if known.quantity is not None else Decimal(1)
    price_row = facts.price_row(
        item, row.unit, quantity, price_date(order, known), order.currency, order.customer
    )
    if order.blanket is not None and item.sku in order.blanket.prices:
        price_row = order.blanket.prices[item.sku]
    price, allowances = known.price, line.allowances
    if (
        price
        and price_row is not None
        and price == price_row.price
        and price_row.unit == row.unit
        and line.price_basis is None
        and not allowances
        and price > 0
    ):
        known.quote = facts.agreed(price_row)  # as `compare` would say it, of nearly every line
        return
    foreign = order.customer is not None and order.currency != order.customer.currency
    if price_row is None and foreign and line.price is not None:
        return  # another currency without prices: its hold says so once for the order (spec D19)
    known.quote = quote = pricing.compare(
        price=line.price,
        basis_code=line.price_basis,
        quantity=quantity,
        unit=row,
        units=known.item_units,
        row=price_row,
        lower=policies.price_lower_by_class.get(item.item_class or "", policies.price_buyer_lower),
        higher=policies.price_higher_by_class.get(item.item_class or "", policies.price_buyer_higher),
        is_free=item.free
        or policies.price_zero == "accept"
        or order.order.type in pricing.FREE_TYPES
        or pricing.has_free_goods(allowances),
        less=pricing.off_invoice(allowances) if policies.price_net_of_allowances and allowances else (),
    )
    if allowances and known.quantity is not None:
        known.free_quantity = pricing.free_goods(allowances, known.accepted)
    kind = quote.kind
    if (
        kind in ("no price", "higher")
        or (kind in ("within lower", "within higher") and policies.price_within == "contract")
        or (kind == "lower" and policies.price_lower_outside == "ours")
    ):
        known.price = quote.ours
    elif kind == "free":
        known.price = ZERO


def price_date(order: OrderFacts, line: LineFacts) -> date:
    """The day whose prices hold: of the order, or of the requested ship (profile)."""
    if line.resolved.policies.price_date == "requested_ship":
        window = line.window
        return window.wish or window.first or window.last or order.earliest
    return order.order.ordered_on or order.today


def _extend(known: LineFacts, order: OrderFacts) -> None:
    """Quantity times price, rounded once, here (spec B2)."""
    price = known.price
    if price is None or known.quantity is None:
        return
    per = known.quote.per_unit
    if known.quote is _NOT_COMPARED and known.line.price_basis is not None:
        basis = pricing.BASES.get(known.line.price_basis)
        per = Fraction(1, basis.count) if basis is not None else pricing.ONE
    if per is pricing.ONE:
        known.amount = money(EXACT.multiply(known.accepted, price), order.currency)
    else:
        known.amount = money(Fraction(known.accepted) * Fraction(price) * per, order.currency)

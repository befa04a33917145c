"""What judging a batch of one partner's orders may ask, and which keys the store must read for it.

`needs` names the keys, store/master/facts.py reads them into MasterData in a handful of queries, `facts_on` makes the
Facts of the day. Nothing here fetches. Called by commands/ordering/take_orders.py and by judge.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import ItemId, Pack, Party
from edi_gateway.model.master_data import Customer, Item, ItemUnit, MasterData, Price, ShipTo
from edi_gateway.orders.answering.availability import Availability
from edi_gateway.orders.hours.calendar import add_working_days, local_date, next_working_day
from edi_gateway.orders.judging.identity import blanket_key, business_key
from edi_gateway.orders.meaning import dates, items, parties, pricing, units
from edi_gateway.partners.profile import Policies, Profile


@dataclass(frozen=True, slots=True)
class Needs:
    """Keys to read. GTINs stand under the qualifier "GTIN" with 14 digits; `skus` are values that may be our own
    numbers. A ship-to key ("POSTAL", code) asks for every place of the partner with that postal code.

    What is found brings its own company: the DC of a store, the customer of a ship-to, the successors, units and
    prices of an item.
    """

    business_keys: frozenset[str]
    xrefs: frozenset[tuple[str, str]]
    ship_tos: frozenset[tuple[str, str]]
    customers: frozenset[str]
    skus: frozenset[str] = frozenset()


def needs(orders: Sequence[PurchaseOrder], profile: Profile, marked: Collection[bool] = (False,)) -> Needs:
    """The keys that these orders of one partner may ask for. `marked`: which kinds are among them, test or real."""
    business_keys: set[str] = set()
    xrefs: set[tuple[str, str]] = set()
    ship_tos: set[tuple[str, str]] = set()
    skus: set[str] = set()
    seen: set[tuple[tuple[str, str], ...]] = set()
    customers = {*profile.customers_by.values(), *profile.customer_policies}
    if profile.customer:
        customers.add(profile.customer)
    if profile.policies.default_ship_to:
        ship_tos |= _default_keys(profile.policies.default_ship_to)
    for order in orders:
        for test in marked:
            business_keys.add(business_key(order, profile, test=test))
            if (blanket := blanket_key(order, profile, test=test)) is not None:
                business_keys.add(blanket)
        for party in order.parties:
            if party.role in ("ST", "BY", "Z7"):
                ship_tos.update(parties.keys(party))
        for line in order.lines:
            ids = tuple([(each.qualifier, each.value) for each in line.ids])
            if ids not in seen:  # a batch often names the same item a hundred times
                seen.add(ids)
                xrefs.update(items.keys(line.ids))
                skus.update(items.own_numbers(line.ids))
            for party in line.parties:
                if party.role in ("ST", "Z7"):
                    ship_tos.update(parties.keys(party))
            for each in line.allocations:
                for qualifier in (each.location_qualifier or "92", *parties.ALIASES):
                    ship_tos.add((qualifier, each.location))
    return Needs(
        frozenset(business_keys), frozenset(xrefs), frozenset(ship_tos), frozenset(customers), frozenset(skus)
    )


def _default_keys(default: str) -> set[tuple[str, str]]:
    qualifier, _, code = default.rpartition(":")
    return {(q, code) for q in ((qualifier,) if qualifier else parties.ALIASES)}


@dataclass(frozen=True, slots=True)
class Goods:
    """What ids and a unit mean. `item_units`: by code. The rest follows from these, worked out once a batch:
    `certain` there is nothing to say about the item; `any_number` every whole number of the unit is sold;
    `per_unit` base units in one, None when they are no whole number."""

    match: items.Match
    item: Item | None = None
    item_units: dict[str, ItemUnit] = field(default_factory=dict)
    unit: units.UnitReading = units.NOT_READ
    certain: bool = False
    any_number: bool = False
    per_unit: Decimal | None = None
    _conflicts: dict[tuple[int | None, int | None], str | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    @staticmethod
    def of(match: items.Match, item: Item, item_units: dict[str, ItemUnit], unit: units.UnitReading) -> Goods:
        row = unit.row
        whole = row is not None and row.factor.denominator == 1
        return Goods(
            match,
            item,
            item_units,
            unit,
            certain=not match.broken and not match.mended and item.status == "active",
            any_number=row is not None and units.takes_any(row),
            per_unit=Decimal(row.factor.numerator) if row is not None and whole else None,
        )

    def pack_conflict(self, pack: Pack | None) -> str | None:
        """Why the unit, the level that a GTIN names and the pack of a line do not agree; None when they do."""
        row, level = self.unit.row, self.match.unit
        if row is None or (pack is None and (level is None or level == row.unit)):
            return None
        stated = (pack.pack, pack.inner) if pack is not None else (None, None)
        if stated not in self._conflicts:
            case = self.item_units.get("CA") or max(self.item_units.values(), key=lambda u: u.factor)
            named = self.item_units.get(level) if level is not None else None
            packed = case if case.factor > 1 else None
            self._conflicts[stated] = units.pack_conflict(row, named, *stated, packed)
        return self._conflicts[stated]


@dataclass(frozen=True, slots=True)
class Facts:
    """Master data of the day and the partner's profile, for a batch of orders received together.

    today: the day in the partner's zone. test: the interchange came with ISA15 T. production: this gateway
    serves real orders. customer: set it to judge for one customer whatever the order says; usually None. order: the
    one of the book that is judged again.
    """

    data: MasterData
    profile: Profile
    today: date
    now: datetime
    received_at: datetime
    test: bool = False
    production: bool = True
    customer: Customer | None = None
    order: int | None = None
    _units: dict[str, dict[str, ItemUnit]] = field(default_factory=dict, repr=False, compare=False)
    _goods: dict[tuple[object, ...], Goods] = field(default_factory=dict, repr=False, compare=False)
    _prices: dict[tuple[object, ...], pricing.Ladder] = field(default_factory=dict, repr=False, compare=False)
    _windows: dict[tuple[object, ...], dates.Window] = field(default_factory=dict, repr=False, compare=False)
    _agreed: dict[int, pricing.Quote] = field(default_factory=dict, repr=False, compare=False)
    _addresses: dict[tuple[object, ...], tuple[str, str] | None] = field(
        default_factory=dict, repr=False, compare=False
    )
    _earliest: dict[int, date] = field(default_factory=dict, repr=False, compare=False)
    _available: dict[str, Availability] = field(default_factory=dict, repr=False, compare=False)

    @property
    def as_test(self) -> bool:
        """Whether what is judged is a test order: it came as one, or its partner is in test."""
        return self.test or self.profile.test

    def units_of(self, item: Item) -> dict[str, ItemUnit]:
        """The units of an item by code, its base unit among them."""
        known = self._units.get(item.sku)
        if known is None:
            if not self._units:  # once a batch: all rows by item
                for row in self.data.units.values():
                    if row.factor > 0:
                        self._units.setdefault(row.sku, {})[row.unit] = row
            known = self._units.setdefault(item.sku, {})
            if item.base_unit not in known:
                known[item.base_unit] = ItemUnit(item.sku, item.base_unit, Fraction(1))
        elif item.base_unit not in known:
            known[item.base_unit] = ItemUnit(item.sku, item.base_unit, Fraction(1))
        return known

    def goods(self, line: Line, policies: Policies) -> Goods:
        """What a line's ids and unit mean under these policies; worked out once a batch for the same ids."""
        key = (id(policies), line.unit, *[(i.qualifier, i.value) for i in line.ids])
        known = self._goods.get(key)
        if known is None:
            match = items.resolve(line.ids, line.unit, self.data, self.profile.key)
            item = self.data.items.get(match.sku) if match.sku is not None else None
            if item is None:
                known = Goods(match)
            else:
                all_units = self.units_of(item)
                unit = units.read_unit(line.unit, item, all_units, policies.unit_aliases)
                known = Goods.of(match, item, all_units, unit)
            self._goods[key] = known
        return known

    def window(self, given: dict[str, date], transit_days: int, *, ship_on: bool) -> dates.Window:
        """The ship window of these named dates; orders of one batch often share theirs."""
        key = (transit_days, ship_on, *given.items())
        known = self._windows.get(key)
        if known is None:
            calendar = self.profile.calendar
            known = self._windows[key] = dates.window(given, transit_days, calendar, ship_on=ship_on)
        return known

    def earliest(self, lead_time_days: int) -> date:
        """The first working day on which we can ship."""
        known = self._earliest.get(lead_time_days)
        if known is None:
            calendar = self.profile.calendar
            known = add_working_days(next_working_day(self.today, calendar), max(0, lead_time_days), calendar)
            self._earliest[lead_time_days] = known
        return known

    def available(self, sku: str) -> Availability | None:
        """What can be promised of an item after what was promised in this batch; None: we keep none of it in stock."""
        known = self._available.get(sku)
        if known is None:
            shelf = self.data.shelves.get(sku)
            if shelf is None:
                return None
            said = self.profile.fulfilment
            known = Availability.of(
                shelf,
                self.today,
                sites=said.sites,
                use_safety_stock=said.use_safety_stock,
                split_sites=said.split_sites,
            )
            self._available[sku] = known
        return known

    def promise(self, taken: Mapping[str, Availability]) -> None:
        """From now on this is what can be promised: an order of the batch was accepted."""
        self._available.update(taken)

    def item_of(self, ids: Sequence[ItemId], unit: str | None = None) -> Item | None:
        """The one item that these ids agree on, None when unknown or ambiguous."""
        match = items.resolve(ids, unit, self.data, self.profile.key)
        return self.data.items.get(match.sku) if match.sku else None

    def price(
        self,
        sku: str,
        unit: str,
        quantity: Decimal,
        *,
        on: date,
        currency: str,
        customer: Customer | None = None,
    ) -> Price | None:
        """The price row that holds for that quantity on that day, in the row's own unit."""
        item = self.data.items.get(sku)
        return self.price_row(item, unit, quantity, on, currency, customer or self.customer) if item else None

    def price_row(
        self, item: Item, unit: str, quantity: Decimal, on: date, currency: str, customer: Customer | None
    ) -> Price | None:
        """The same for an item."""
        key = (item.sku, unit, on, currency, customer.number if customer else None)
        known = self._prices.get(key)
        if known is None:
            known = self._prices[key] = pricing.ladder(
                self.data.prices.get(item.sku, ()),
                customer=customer,
                currency=currency,
                on=on,
                unit=unit,
                units=self.units_of(item),
            )
        return known.at(quantity)

    def agreed(self, row: Price) -> pricing.Quote:
        """The quote of whoever asks just the price of this row, in its unit."""
        known = self._agreed.get(id(row))  # the rows are ours as long as these facts are
        if known is None:
            known = self._agreed[id(row)] = pricing.Quote("equal", row, row.price)
        return known

    def address_differs(self, party: Party, site: ShipTo) -> tuple[str, str] | None:
        """(theirs, on file) when the order gives another address; orders of one batch often go to the same place."""
        key = (site.qualifier, site.code, party.address, party.city, party.region, party.postal_code)
        if key not in self._addresses:
            self._addresses[key] = parties.address_differs(party, site)
        return self._addresses[key]


def facts_on(
    data: MasterData,
    profile: Profile,
    *,
    now: datetime,
    received_at: datetime | None = None,
    test: bool = False,
    production: bool = True,
    order: int | None = None,
) -> Facts:
    """Facts at a moment; the day is the partner's."""
    return Facts(
        data=data,
        profile=profile,
        today=local_date(now, profile.calendar),
        now=now,
        received_at=received_at or now,
        test=test,
        production=production,
        order=order,
    )

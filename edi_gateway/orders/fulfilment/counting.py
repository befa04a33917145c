"""What a warehouse counts (846) beside what our ledger says (spec B9: never overwritten silently).

Pure: takes an InventoryReport, our sites that the sender runs, Facts and stock levels; gives counts in base units, what
could not be read, and comparisons. Called by commands/stocking/counting.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.inventory import InventoryLine, InventoryQuantity, InventoryReport
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Site, StockLevel
from edi_gateway.model.master_data import Item
from edi_gateway.orders.hours.calendar import local_date, zone_of
from edi_gateway.orders.judging.facts import Facts, Needs
from edi_gateway.orders.meaning import items, units
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain, show
from edi_gateway.partners.profile import Calendar

Key = tuple[str, str]  # (site, sku)
Said = dict[Key, dict[str, Decimal]]  # kind of quantity (DE673) -> base units
# DE673: on hand, on hold, unusable; 33 (for sale) follows from them. What else is told (63 on order, 29 projected ...)
# is not stock and is kept with the document
ON_HAND: Final = "17"
FOR_SALE: Final = "33"
BUCKETS: Final = {ON_HAND: "on_hand", "QH": "hold", "20": "damaged"}
_SITE_ROLES: Final = ("WH", "SF", "RL")  # DE98: warehouse, ship from, reporting location
_OLDEST: Final = date(1970, 1, 1)  # a date before it is a slip of the pen


@dataclass(frozen=True, slots=True)
class Compared:
    """A bucket that the warehouse has counted, beside what lay there by our ledger at that time."""

    site: str
    sku: str
    bucket: str
    ours: Decimal
    theirs: Decimal

    @property
    def differs(self) -> bool:
        return self.theirs != self.ours

    def within(self, percent: Decimal) -> bool:
        """Whether it is so small that nobody has to decide: at most so much of what we thought to have."""
        return abs(self.theirs - self.ours) * 100 <= percent * abs(self.ours)

    def __str__(self) -> str:
        return f"{self.sku} {self.bucket} {show(self.ours)} → {show(self.theirs)}"


@dataclass(slots=True)
class Count:
    """What a report says: kind (17, QH, 20, 33) -> base units, by site and item; and what of it cannot be read."""

    said: Said = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def needs(report: InventoryReport) -> Needs:
    """Cross-references and items that the report may mean."""
    ids = [line.ids for line in report.lines]
    return Needs(
        frozenset(),
        frozenset(key for each in ids for key in items.keys(each)),
        frozenset(),
        frozenset(),
        frozenset(sku for each in ids for sku in items.own_numbers(each)),
    )


def counted_at(report: InventoryReport, calendar: Calendar, received_at: datetime) -> datetime:
    """The moment of the count: BIA04 and 05 in their zone; with no time the end of that day; never after it came."""
    zone = zone_of(calendar)
    if not _OLDEST <= report.on <= local_date(received_at, calendar):
        return received_at
    digits = report.at or ""
    if len(digits) >= 4 and digits[:4].isdigit() and int(digits[:2]) < 24 and int(digits[2:4]) < 60:
        said = datetime.combine(report.on, time(int(digits[:2]), int(digits[2:4])), zone)
    else:
        said = datetime.combine(report.on, time(), zone) + timedelta(days=1)
    return min(said, received_at)


def read(report: InventoryReport, sites: Sequence[Site], facts: Facts) -> Count:
    """The report in our items, sites and base units. Of an item that is said in part only, nothing counts."""
    count = Count()
    whole = _site(report.parties, sites)
    unreadable: set[Key] = set()
    for line in report.lines:
        told = [
            q for q in line.quantities if (q.kind in BUCKETS or q.kind == FOR_SALE) and q.value is not None
        ]
        if not told:  # or in words: "not counted"
            continue
        own = _site(line.parties, sites)
        site = own if own is not None else whole
        if site is None:
            site = sites[0] if len(sites) == 1 and not _named(report.parties) else None
        if site is None or isinstance(site, Party):
            count.findings.append(_site_unknown(line, site or _named(report.parties), sites))
            continue
        found = list(_item(line, facts))
        if isinstance(found[0], Finding):
            count.findings += [each for each in found if isinstance(each, Finding)]
            continue
        item = found[0]
        key = (site.code, item.sku)
        bases = [_base(line, quantity, item, facts) for quantity in told]
        wrong = [base for base in bases if isinstance(base, Finding)]
        if wrong:
            count.findings += wrong
            unreadable.add(key)
            continue
        summed = count.said.setdefault(key, {})
        for quantity, base in zip(told, bases, strict=True):
            assert isinstance(base, Decimal)
            summed[quantity.kind] = EXACT.add(summed.get(quantity.kind, ZERO), base)
    for key in unreadable:
        count.said.pop(key, None)
    return count


def compare(
    key: Key, said: Mapping[str, Decimal], level: StockLevel | None, moved: Mapping[str, Decimal]
) -> list[Compared]:
    """The buckets that the count speaks of. `moved`: bucket -> what has come and gone since the count was taken.

    "For sale" alone says what is on hand: with what is on hold, damaged and allocated to orders added.
    """
    now = level or StockLevel(*key, on_hand=ZERO)
    then = {name: EXACT.subtract(getattr(now, name), moved.get(name, ZERO)) for name in BUCKETS.values()}
    theirs = {name: said[kind] for kind, name in BUCKETS.items() if kind in said}
    if FOR_SALE in said and ON_HAND not in said:
        held = (theirs.get(name, then[name]) for name in ("hold", "damaged"))
        theirs["on_hand"] = sum(held, EXACT.add(said[FOR_SALE], now.allocated))
    return [
        Compared(*key, name, plain(then[name]), plain(theirs[name]))
        for name in BUCKETS.values()
        if name in theirs
    ]


def _site(parties: Sequence[Party], sites: Sequence[Site]) -> Site | Party | None:
    """The site that the parties name; the party when it is none that the sender runs; None when none is named."""
    party = _named(parties)
    if party is None:
        return None
    return next((site for site in sites if party.id in (site.code, site.gln)), party)


def _named(parties: Sequence[Party]) -> Party | None:
    return next((p for role in _SITE_ROLES for p in parties if p.role == role and p.id is not None), None)


def _item(line: InventoryLine, facts: Facts) -> Iterator[Item | Finding]:
    match = items.resolve(line.ids, None, facts.data, facts.profile.key)
    item = facts.data.items.get(match.sku) if match.sku is not None else None
    ids = ", ".join(f"{i.qualifier} {i.value}" for i in line.ids) or "nothing"
    value = line.ids[0].value if line.ids else None
    if match.rivals:
        hint = "Ask the warehouse which one it means; correct the cross-reference, and replay."
        yield _wrong(Code.ITEM_AMBIGUOUS, line, f"{ids} are several items of ours.", hint, value)
    elif item is None:
        hint = "Import the item or its cross-reference, and replay."
        yield _wrong(Code.ITEM_UNKNOWN, line, f"{ids} is no item of ours.", hint, value)
    else:
        yield item


def _base(line: InventoryLine, told: InventoryQuantity, item: Item, facts: Facts) -> Decimal | Finding:
    hint = "Ask the warehouse, or import the unit of the item, and replay."
    assert told.value is not None  # those without are left out before
    if not is_sane(told.value):
        message = f"{item.sku}: a quantity of kind {told.kind} is beyond all measure."
        return _wrong(Code.QUANTITY_TOO_LARGE, line, message, hint, item.sku)
    known = facts.units_of(item)
    reading = units.read_unit(told.unit or item.base_unit, item, known, facts.profile.policies.unit_aliases)
    base = None if reading.row is None else units.in_base(told.value, reading.row.factor)
    if base is None:
        return _wrong(
            Code.UNIT_UNKNOWN,
            line,
            f"{item.sku} cannot be counted in {told.unit}.",
            hint,
            f"{item.sku} {told.unit}",
        )
    if not item.measured and Fraction(base).denominator != 1:
        message = f"{item.sku}: {show(base)} {item.base_unit}, a fraction of what is counted whole."
        return _wrong(Code.QUANTITY_FRACTIONAL, line, message, hint, item.sku)
    return plain(base)


def _site_unknown(line: InventoryLine, party: Party | None, sites: Sequence[Site]) -> Finding:
    known = ", ".join(site.code for site in sites)
    said = f"{party.role} {party.id} is none of them" if party else "the report names none"
    return _wrong(
        Code.SITE_UNKNOWN,
        line,
        f"The sender runs our {known}; {said}.",
        "Import the site with this code or GLN, or ask the sender which one it means; then replay.",
        party.id if party else None,
    )


def _wrong(code: Code, line: InventoryLine, message: str, hint: str, value: str | None) -> Finding:
    return Finding(
        code,
        Severity.ERROR,
        message,
        hint,
        at=f"lines[{max(0, line.line - 1)}]",
        value=value,
        family=Family.ITEM if code in (Code.ITEM_UNKNOWN, Code.ITEM_AMBIGUOUS) else Family.STOCK,
    )

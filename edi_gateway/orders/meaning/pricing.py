"""The buyer's price beside ours, like with like (spec B5.3, D10-D13).

Takes a line, its item, units and our price rows; gives a Quote that says how they compare. What follows from
that is policy (order_facts.py) and words (checks/prices.py). Decimals and exact Fractions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from edi_gateway.model.documents.shared import Allowance
from edi_gateway.model.master_data import Customer, ItemUnit, Price
from edi_gateway.orders.meaning.codes import codes
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, six_places
from edi_gateway.partners.profile import Tolerance


@dataclass(frozen=True, slots=True)
class Basis:
    """A price basis (PO105, DE639): the price is for `count` of `unit`; unit None: of the ordered unit (PO103)."""

    count: int = 1
    unit: str | None = None


ONE: Final = Fraction(1)  # compared by identity where it matters for speed
_ORDERED: Final = Basis()
_EACH: Final = Basis(1, "EA")
BASES: Final[dict[str, Basis]] = {
    "PE": _EACH,  # price per each
    "WE": _EACH,  # wholesale
    "TE": _EACH,  # contract
    "LE": _EACH,  # catalog
    "QE": _EACH,  # quoted
    **dict.fromkeys(("PD", "LD", "TD", "WD"), Basis(12, "EA")),  # the same by the dozen
    **dict.fromkeys(("HP", "LC", "TC", "WC", "QH"), Basis(100)),  # by the hundred
    **dict.fromkeys(("TP", "LM", "TM", "WM", "QS"), Basis(1000)),  # by the thousand
    "PN": Basis(10),
    "TT": Basis(10_000),
    "HT": Basis(100_000),
    "PP": Basis(1, "LB"),
    "PK": Basis(1, "KG"),
    "PO": Basis(1, "OZ"),
    "PG": Basis(1, "GR"),
    "PL": Basis(1, "LT"),
    "ML": Basis(1, "ML"),
    "PF": Basis(1, "FT"),
    "PY": Basis(1, "YD"),
    "HF": Basis(100, "FT"),
    "TF": Basis(1000, "FT"),
    "PS": Basis(1000, "SF"),
    "UM": _ORDERED,  # per unit of measure, PO103
    # these say what kind of price it is, not for how many
    **dict.fromkeys(codes("AP CA CP CT DI DR ES FX KP NE NT PQ PR PV QR QT ST VQ"), _ORDERED),
}
NO_CHARGE: Final = frozenset({"NC", "NS"})
RETAIL: Final = frozenset({"RC", "RD", "RE", "RM", "RS", "RT", "SR"})  # a tag price, never ours
FREE_TYPES: Final = frozenset({"SP", "WO", "RR"})  # sample, warranty, repair and return

Comparison = Literal[
    "equal",
    "no price",  # they gave none: ours holds
    "within lower",
    "within higher",
    "lower",
    "higher",
    "free",  # at no charge, and that is right
    "zero",  # at no charge, and nothing says why
    "not on file",  # we have no price
    "basis unknown",
    "unit unknown",  # no way between their basis and our unit
    "not compared",  # the item or unit is not known, or the currency is another
    "absurd",
]


@dataclass(frozen=True, slots=True)
class Quote:
    """How the buyer's price compares. `ours` is our price in the buyer's unit and basis, at least six decimals.

    per_unit: what one ordered unit costs for each 1.00 of price; delta and `row.price` are per `row.unit`.
    """

    kind: Comparison
    row: Price | None = None
    ours: Decimal | None = None
    per_unit: Fraction = ONE
    delta: Decimal | None = None
    hint: str | None = None


_NOT_COMPARED: Final = Quote("not compared")


class Rung(NamedTuple):
    """A row of ours, and the least quantity from which it holds in the ordered unit (None: any)."""

    least: Decimal | Fraction | None
    row: Price
    per_base: Fraction  # the price per base unit


@dataclass(frozen=True, slots=True)
class Ladder:
    """Our prices of an item in one unit on one day for one customer, the best first; what is left to ask is the
    quantity."""

    rungs: tuple[Rung, ...] = ()
    promotions: tuple[Rung, ...] = ()

    def at(self, quantity: Decimal) -> Price | None:
        """The row that holds for that quantity. A promotion in force wins over the others when it is lower."""
        best = _reached(self.rungs, quantity)
        lowest = _reached(self.promotions, quantity)
        if lowest is not None and (best is None or lowest.per_base < best.per_base):
            return lowest.row
        return None if best is None else best.row


def _reached(rungs: tuple[Rung, ...], quantity: Decimal) -> Rung | None:
    for rung in rungs:
        if rung.least is None or quantity >= rung.least:
            return rung
    return None


def ladder(
    rows: Sequence[Price],
    *,
    customer: Customer | None,
    currency: str,
    on: date,
    unit: str,
    units: dict[str, ItemUnit],
) -> Ladder:
    """Contract before price group before list; the ordered unit before others; the highest break first; then the
    youngest row. Promotions: the lowest first.
    """
    number = customer.number if customer else None
    group = customer.price_group if customer else None
    ranked: list[tuple[tuple[int, bool, Decimal | Fraction, date], Price]] = []
    promotions: list[Price] = []
    for row in rows:
        if row.currency != currency or row.since > on or (row.until is not None and row.until <= on):
            continue
        if row.customer is not None:
            if row.customer != number:
                continue
            scope = 3
        elif row.price_group is not None:
            if row.price_group != group:
                continue
            scope = 2
        else:
            scope = 1
        same = row.unit == unit
        if not same and not (row.unit in units and unit in units):
            continue
        if row.promotion:
            promotions.append(row)
            continue
        reached = row.from_quantity if same else Fraction(row.from_quantity) * units[row.unit].factor
        ranked.append(((scope, same, reached, row.since), row))
    ranked.sort(key=lambda each: each[0], reverse=True)
    promotions.sort(key=lambda row: _per_base(row, units))
    return Ladder(
        tuple(Rung(_least(row, unit, units), row, _per_base(row, units)) for _, row in ranked),
        tuple(Rung(_least(row, unit, units), row, _per_base(row, units)) for row in promotions),
    )


def _least(row: Price, unit: str, units: dict[str, ItemUnit]) -> Decimal | Fraction | None:
    """From how many of `unit` the row holds."""
    if row.from_quantity <= 0:
        return None
    if unit == row.unit:
        return row.from_quantity
    return Fraction(row.from_quantity) * units[row.unit].factor / units[unit].factor


def _per_base(row: Price, units: dict[str, ItemUnit]) -> Fraction:
    known = units.get(row.unit)
    return Fraction(row.price) / known.factor if known else Fraction(row.price)


def allows(limits: Tolerance, delta: Fraction, price: Decimal, quantity_in_price_unit: Fraction) -> bool:
    """Whether a difference per unit is within every limit that is given; with no limit given none is (B5.3)."""
    size = abs(delta)
    if limits.percent is None and limits.per_unit is None and limits.per_line is None:
        return size == 0
    if limits.percent is not None and size * 100 > Fraction(limits.percent) * Fraction(price):
        return False
    if limits.per_unit is not None and size > Fraction(limits.per_unit):
        return False
    return limits.per_line is None or size * quantity_in_price_unit <= Fraction(limits.per_line)


def ordered_per_priced(basis: Basis, unit: ItemUnit, units: dict[str, ItemUnit]) -> Fraction | None:
    """How many priced units one ordered unit is: EA in a CA of 12 priced per each: 12; per hundred: 1/100."""
    if basis.unit is None or basis.unit == unit.unit:
        return Fraction(1, basis.count)
    priced = units.get(basis.unit)
    if priced is not None:
        return unit.factor / (priced.factor * basis.count)
    if basis.unit == "EA" and not any(u.unit == "EA" for u in units.values()):
        return unit.factor / basis.count  # an item that is not counted in eaches: its base unit is "each"
    return None


def compare(
    *,
    price: Decimal | None,
    basis_code: str | None,
    quantity: Decimal,
    unit: ItemUnit,
    units: dict[str, ItemUnit],
    row: Price | None,
    lower: Tolerance,
    higher: Tolerance,
    is_free: bool,
    less: Sequence[Allowance] = (),
) -> Quote:
    """The buyer's price against the row that holds. `less`: off-invoice allowances when their price is net."""
    if basis_code in NO_CHARGE:
        if price:
            return Quote("basis unknown", row)
        return Quote("free", row, ZERO)
    basis = _ORDERED if basis_code is None else BASES.get(basis_code)
    if basis is None:
        return Quote("basis unknown", row)
    if price is not None and not price:
        ours = _ours(row, basis, unit, units)
        return Quote("free" if is_free else "zero", row, ours)
    if price is not None and (price < 0 or not is_sane(price)):
        return Quote("absurd", row)
    if row is None:
        if is_free and price is None:
            return Quote("free", None, ZERO)
        per = ordered_per_priced(basis, unit, units)
        return Quote("not on file", None, None, per if per is not None else ONE)
    ordered = unit.unit
    if row.unit == ordered and not less and (basis is _ORDERED or (basis is _EACH and ordered == "EA")):
        # nearly every line: the same unit on both sides, nothing to convert
        if price is None:
            return Quote("no price", row, row.price)
        if price == row.price:
            return Quote("equal", row, row.price)
    per = ordered_per_priced(basis, unit, units)
    priced = units.get(row.unit)
    if per is None or priced is None:
        return Quote("unit unknown", row)
    unit_price = _less(Fraction(row.price), less, quantity, unit, units, priced)
    rows_per_ordered = unit.factor / priced.factor  # how many of the row's unit one ordered unit is
    exact = unit_price * rows_per_ordered / per
    ours = six_places(exact)
    if price is None:
        return Quote("no price", row, ours, per)
    delta = Fraction(price) * per / rows_per_ordered - unit_price
    if delta == 0 or _same_as_written(price, exact):
        return Quote("equal", row, price, per)
    shown = six_places(delta)
    limits, kind = (lower, "lower") if delta < 0 else (higher, "higher")
    if allows(limits, delta, row.price, Fraction(quantity) * rows_per_ordered):
        return Quote("within lower" if kind == "lower" else "within higher", row, ours, per, shown)
    hint = None
    if basis is not _ORDERED and Fraction(price) == unit_price * rows_per_ordered:
        hint = f"Their price is ours per {unit.unit}: the basis {basis_code} may be a slip."
    return Quote("lower" if kind == "lower" else "higher", row, ours, per, shown, hint)


def _same_as_written(price: Decimal, exact: Fraction) -> bool:
    """Ours, rounded to the decimals that they wrote (four or more), is theirs: 10.00 a dozen is .8333 each."""
    places = -int(price.as_tuple().exponent)
    if places < 4:
        return False
    rounded = EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return EXACT.quantize(rounded, Decimal(1).scaleb(-places)) == price


def _ours(row: Price | None, basis: Basis, unit: ItemUnit, units: dict[str, ItemUnit]) -> Decimal | None:
    if row is None or row.unit not in units:
        return None
    per = ordered_per_priced(basis, unit, units)
    if per is None:
        return None
    return six_places(Fraction(row.price) * unit.factor / units[row.unit].factor / per)


def _less(
    price: Fraction,
    allowances: Sequence[Allowance],
    quantity: Decimal,
    unit: ItemUnit,
    units: dict[str, ItemUnit],
    priced: ItemUnit,
) -> Fraction:
    """Our price per `priced` unit less their off-invoice allowances; amount before rate before percent (C0)."""
    net = price
    for each in allowances:
        if each.amount is not None:
            lots = Fraction(quantity) * unit.factor / priced.factor
            net -= Fraction(each.amount) / lots if lots else 0
        elif each.rate is not None:
            per = units.get(each.unit) if each.unit else unit
            net -= Fraction(each.rate) * priced.factor / per.factor if per else 0
        elif each.percent is not None:
            net -= price * Fraction(each.percent) / 100
    return net


def off_invoice(allowances: Sequence[Allowance]) -> list[Allowance]:
    """Allowances that come off the invoice (SAC01 A or P, SAC12 02), in sane numbers."""
    return [
        a
        for a in allowances
        if a.kind in ("A", "P")
        and a.handling == "02"
        and all(n is None or is_sane(n) for n in (a.amount, a.rate, a.percent))
    ]


def free_goods(allowances: Sequence[Allowance], quantity: Decimal) -> Decimal | None:
    """How many come on top at no charge: SAC A D170 with SAC10 bought and SAC11 given, in whole lots (D10)."""
    for each in allowances:
        bought, given = each.quantity, each.quantity_upper
        if each.kind == "A" and each.code == "D170" and bought and given and bought > 0 and given > 0:
            if not (is_sane(bought) and is_sane(given)):
                continue
            lots = int(EXACT.divide_int(quantity, bought))
            return EXACT.multiply(given, Decimal(lots)) if lots else None
    return None


def has_free_goods(allowances: Sequence[Allowance]) -> bool:
    return any(a.kind == "A" and a.code == "D170" for a in allowances)

"""The order's allowances and charges on an invoice: which of them, and how much of each (spec C0 SAC, B11).

Takes an order and what is billed of it now; gives Charges with the order's own codes. Of an amount the share that
falls on what is billed, the last invoice taking the rest; rates by quantity; percents of what is billed. An amount is
for the order as it was placed: what is cut of it takes its share along, unless the profile says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.billing import Charge
from edi_gateway.model.documents.shared import Allowance
from edi_gateway.model.master_data import ItemUnit
from edi_gateway.orders.billing.extension import charge_money, priced, share
from edi_gateway.orders.billing.records import BilledOrder
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain
from edi_gateway.orders.meaning.pricing import BASES, NO_CHARGE, Basis
from edi_gateway.partners.profile import Profile

# SAC12 that brings it onto the invoice; without one it is meant to be there. All others (01 bill-back, 15 for
# information, 04 credited to the account, 05 paid by the vendor ...) are settled elsewhere.
_ON_INVOICE: Final = {"A": (None, "02"), "P": (None, "02"), "C": (None, "02", "06"), "S": (None, "02", "06")}
_KINDS: Final = {"P": "A", "S": "C"}  # SAC01: a promotion takes off, a service adds
_NET_BASES: Final = frozenset({"2", "4"})  # SAC06: of the price less other allowances
FREIGHT: Final = "freight"  # source of the profile's own charge for freight
_FREIGHT_CODES: Final = frozenset({"D200", "D240", "G821", "G830"})


@dataclass(frozen=True, slots=True)
class BilledNow:
    """What is billed of one line: `quantity` in the buyer's unit, without free goods, and what that comes to; `later`:
    how much of it comes in later invoices."""

    line: int
    quantity: Decimal
    amount: Decimal
    later: Decimal = ZERO


def on_invoice(allowance: Allowance) -> bool:
    """Whether it is taken on the invoice. Goods on top at no charge (D170 with quantities) are goods, no money."""
    if allowance.handling not in _ON_INVOICE.get(allowance.kind, ("never",)):
        return False
    return not (allowance.code == "D170" and allowance.quantity and allowance.quantity_upper)


def line_charges(
    order: BilledOrder, now: BilledNow, profile: Profile, *, net_price: bool = False
) -> tuple[Charge, ...]:
    """The allowances and charges of one line. net_price: the buyer's price has its off-invoice allowances taken off
    already (policies.price_net_of_allowances)."""
    document = order.document.lines[now.line - 1]
    mine = order.lines[now.line]
    made: list[Charge] = []
    part = Fraction(1)
    if document.allowances and profile.invoicing.flat_amounts == "pro rata":
        part = _part_of(order.kept.get(now.line), document.quantity)
    for place, allowance in enumerate(document.allowances):
        if not on_invoice(allowance) or (
            net_price and allowance.kind in ("A", "P") and allowance.handling == "02"
        ):
            continue
        source = f"lines[{now.line - 1}].allowances[{place}]"
        sums = _Sums(
            order,
            source,
            Fraction(now.quantity),
            Fraction(now.later),
            now.amount,
            _net(now.amount, made),
            _in_units(allowance.unit, [(mine.unit, mine.sku, now.quantity)], order.units),
            _in_units(allowance.unit, [(mine.unit, mine.sku, document.quantity or ZERO)], order.units),
            part,
        )
        _add(made, allowance, sums)
    return tuple(made)


def header_charges(
    order: BilledOrder, billed: Sequence[BilledNow], lines_net: Decimal, profile: Profile
) -> tuple[Charge, ...]:
    """Those of the whole order, and the charge for freight, once (D29). `lines_net`: the lines with their own."""
    goods = sum((now.amount for now in billed), ZERO)
    asked = [(place, each) for place, each in enumerate(order.document.allowances) if on_invoice(each)]
    later = worth_to_come(order) if asked else Fraction(0)
    made: list[Charge] = []
    part = Fraction(1)
    if asked and profile.invoicing.flat_amounts == "pro rata":
        placed, stays = worth_placed(order), worth_kept(order)
        part = min(Fraction(1), stays / placed) if placed > 0 else part
    for place, allowance in asked:
        lines = [(order.lines[now.line].unit, order.lines[now.line].sku, now.quantity) for now in billed]
        ordered = [
            (line.unit, line.sku, order.document.lines[number - 1].quantity or ZERO)
            for number, line in sorted(order.lines.items())
        ]
        sums = _Sums(
            order,
            f"allowances[{place}]",
            Fraction(goods),
            later,
            goods,
            _net(lines_net, made),
            _in_units(allowance.unit, lines, order.units),
            _in_units(allowance.unit, ordered, order.units),
            part,
        )
        _add(made, allowance, sums)
    charge = _freight(order, profile)
    return (*made, charge) if charge is not None else tuple(made)


def is_freight(charge: Charge, profile: Profile) -> bool:
    """Whether a charge is for freight: taxed by the rate's flag, and no discount is given on it."""
    return charge.kind == "C" and (
        charge.source == FREIGHT
        or charge.code in _FREIGHT_CODES
        or charge.code == profile.invoicing.freight_code
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """What an allowance or charge is taken of. now, later: how much of what it is for is billed now and later;
    units, ordered: billed now and ordered in its own unit, None: no way to it. part: how much of the order as it was
    placed ships at all."""

    order: BilledOrder
    source: str
    now: Fraction
    later: Fraction
    gross: Decimal
    net: Decimal
    units: Fraction | None
    ordered: Fraction | None
    part: Fraction


def _add(made: list[Charge], allowance: Allowance, sums: _Sums) -> None:
    charge = _charge(allowance, sums)
    if charge is not None and charge.amount:
        made.append(charge)


def _charge(said: Allowance, sums: _Sums) -> Charge | None:
    """The amount before the rate before the percent (spec C0)."""
    if any(n is not None and not is_sane(n) for n in (said.amount, said.rate, said.percent, said.quantity)):
        return None
    if said.amount is not None:
        return _of(said, sums, _part(said.amount, sums))
    if said.rate is not None:
        units = sums.units
        if said.quantity and (units is None or Fraction(said.quantity) != sums.ordered):
            whole = charge_money(Fraction(said.rate) * Fraction(said.quantity), sums.order.currency)
            return _of(said, sums, _part(whole, sums))
        if units is None:
            return None
        amount = charge_money(Fraction(said.rate) * units, sums.order.currency)
        quantity = _finite(units)
        if said.unit is None or quantity is None:
            return _of(said, sums, amount)
        return replace(_of(said, sums, amount), rate=said.rate, unit=said.unit, quantity=quantity)
    if said.percent is not None:
        base = sums.net if said.percent_basis in _NET_BASES else sums.gross
        amount = charge_money(Fraction(base) * Fraction(said.percent) / 100, sums.order.currency)
        if said.percent_basis is None:
            return _of(said, sums, amount)
        return replace(_of(said, sums, amount), percent=said.percent, percent_basis=said.percent_basis)
    return None


def _part(whole: Decimal, sums: _Sums) -> Decimal:
    """Of an amount, what falls on this invoice: of what no earlier one has taken the share of what it bills."""
    if sums.part != 1:
        whole = charge_money(Fraction(whole) * sums.part, sums.order.currency)
    left = EXACT.subtract(whole, sums.order.taken.get(sums.source, ZERO))
    return share(max(left, ZERO), sums.now, sums.later, sums.order.currency)


def _of(said: Allowance, sums: _Sums, amount: Decimal) -> Charge:
    return Charge(
        _KINDS.get(said.kind, said.kind),
        amount,
        code=said.code,
        agency=said.agency,
        agency_code=said.agency_code,
        handling=said.handling,
        text=said.text,
        reference=said.reference,
        order_id=sums.order.id,
        source=sums.source,
        said=said.kind if said.kind in _KINDS else None,
    )


def _freight(order: BilledOrder, profile: Profile) -> Charge | None:
    """Our own charge for freight: where the order says prepaid and charged and names no freight itself."""
    habits = profile.invoicing
    said = next((freight.payment for freight in order.document.freight), None)
    if said is None and order.customer is not None:
        said = order.customer.freight_payment
    if habits.freight <= 0 or said != "PC" or FREIGHT in order.taken:
        return None
    codes = _FREIGHT_CODES | {habits.freight_code}
    if any(a.kind in ("C", "S") and a.code in codes and on_invoice(a) for a in order.document.allowances):
        return None
    amount = charge_money(habits.freight, order.currency)
    return Charge(
        "C",
        amount,
        code=habits.freight_code,
        handling="06",
        text="Freight",
        order_id=order.id,
        source=FREIGHT,
    )


def _net(amount: Decimal, made: Sequence[Charge]) -> Decimal:
    for charge in made:
        amount = amount + charge.amount if charge.kind == "C" else amount - charge.amount
    return amount


def _part_of(stays: Decimal | None, ordered: Decimal | None) -> Fraction:
    """How much of what was ordered ships at all; all of it where nobody can say."""
    if stays is None or ordered is None or not is_sane(ordered) or ordered <= 0:
        return Fraction(1)
    return min(Fraction(1), Fraction(stays) / Fraction(ordered))


def worth_to_come(order: BilledOrder) -> Fraction:
    """What later invoices will bill in goods, at the prices of now."""
    return _value_of(order, order.to_come)


def worth_placed(order: BilledOrder) -> Fraction:
    """What the goods come to that were ordered, at the prices of now."""
    quantities = {n: line.quantity or ZERO for n, line in enumerate(order.document.lines, 1)}
    return _value_of(order, quantities)


def worth_kept(order: BilledOrder) -> Fraction:
    """What of them ships at all comes to."""
    ordered = {n: line.quantity or ZERO for n, line in enumerate(order.document.lines, 1)}
    stays = {n: min(quantity, ordered.get(n, ZERO)) for n, quantity in order.kept.items()}
    return _value_of(order, stays)


def _value_of(order: BilledOrder, quantities: Mapping[int, Decimal]) -> Fraction:
    """By line (buyer's unit), at our prices; what we have no price of, at the buyer's. What nobody can price is worth
    nothing."""
    value = Fraction(0)
    for number, quantity in quantities.items():
        line, theirs = order.lines.get(number), order.document.lines[number - 1]
        if not is_sane(quantity) or quantity <= 0:
            continue
        if line is not None and line.price is not None:
            found = priced(line, quantity, None, order.units.get(line.sku or "", {}))
            value += found.exact if found is not None else 0
        elif theirs.price is not None and is_sane(theirs.price) and theirs.price_basis not in NO_CHARGE:
            basis = BASES.get(theirs.price_basis or "", Basis())
            if basis.unit in (None, theirs.unit):
                value += Fraction(theirs.price) * Fraction(quantity) / basis.count
    return value


def _in_units(
    unit: str | None,
    quantities: Sequence[tuple[str | None, str | None, Decimal]],
    units: Mapping[str, Mapping[str, ItemUnit]],
) -> Fraction | None:
    """Quantities in another unit: (unit, SKU, quantity) each. None: one of them is not sold in it."""
    total = Fraction(0)
    for of, sku, quantity in quantities:
        if not is_sane(quantity):
            return None
        if unit is None or of == unit:
            total += Fraction(quantity)
            continue
        known = units.get(sku or "", {})
        if of is None or of not in known or unit not in known:
            if quantity:
                return None
            continue
        total += Fraction(quantity) * known[of].factor / known[unit].factor
    return total


def _finite(number: Fraction) -> Decimal | None:
    """The number as X12 can write it, if that is exact within six places."""
    found = EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    rounded = EXACT.quantize(found, Decimal("0.000001"))
    return plain(rounded) if Fraction(rounded) == number else None

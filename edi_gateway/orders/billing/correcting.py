"""What a person corrects when an invoice is billed again: prices, quantities, charges and allowances (spec B11).

Takes the invoice as issued, what shipped of it, and what is to be otherwise; gives parts, prices and charges for
invoicing.py. Whether the corrected invoice may go is the gate's to say. Called by commands/billing/rebilling.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from edi_gateway.model.billing import BilledLine, Charge, IssuedInvoice
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.billing.extension import charge_money
from edi_gateway.orders.billing.records import Billable, BilledOrder
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain, show

LineKey = tuple[int, int, bool]  # order, line of it, whether at no charge
_CODE: Final = 4  # characters of SAC02
_MOST: Final = 100  # charges that may be said at once
_SCALE: Final = Decimal("0.000001")


class NotCorrectable(ValueError):
    """Why that cannot be billed otherwise, as a sentence."""


@dataclass(frozen=True, slots=True)
class NewAmount:
    """An allowance (kind A) or charge (C) is to come to `amount`, nothing: it is left out. `n`: of this line of the
    invoice, None: of the whole of it."""

    kind: str
    code: str
    amount: Decimal
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is to be otherwise, by line of the invoice (IT1 by `n`). Prices by the basis that the line has, quantities
    in the unit in which it is billed."""

    prices: Mapping[int, Decimal] = field(default_factory=dict)
    quantities: Mapping[int, Decimal] = field(default_factory=dict)
    amounts: tuple[NewAmount, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.prices or self.quantities or self.amounts)

    def in_words(self) -> dict[str, str]:
        """For the audit."""
        said = {f"price of line {n}": show(price) for n, price in sorted(self.prices.items())}
        said |= {f"quantity of line {n}": show(quantity) for n, quantity in sorted(self.quantities.items())}
        for each in self.amounts:
            of = "" if each.n is None else f" of line {each.n}"
            said[f"{'charge' if each.kind == 'C' else 'allowance'} {each.code}{of}"] = show(each.amount)
        return said


@dataclass(frozen=True, slots=True)
class NewAmounts:
    """NewAmount by the lines of the order, as invoicing.py asks for them; lines None: of the whole invoice."""

    of: Mapping[LineKey | None, Sequence[NewAmount]] = field(default_factory=dict)

    def line(self, line: BilledLine, currency: str) -> tuple[Charge, ...]:
        """The charges of a line as they are to be."""
        said = self.of.get((line.order_id, line.line, line.free), ())
        return _amended(line.charges, said, line.order_id, currency)

    def whole(self, charges: Sequence[Charge], order_id: int, currency: str) -> tuple[Charge, ...]:
        """Those of the whole invoice."""
        return _amended(charges, self.of.get(None, ()), order_id, currency)


def key_of(line: BilledLine) -> LineKey:
    return line.order_id, line.line, line.free


def new_amounts(issued: IssuedInvoice, said: Corrections) -> NewAmounts:
    """Raises NotCorrectable."""
    if len(said.amounts) > _MOST:
        raise NotCorrectable(f"that are more than {_MOST} charges")
    found: dict[LineKey | None, list[NewAmount]] = {}
    for each in said.amounts:
        if len(each.code) != _CODE or not each.code.isalnum() or each.code != each.code.upper():
            raise NotCorrectable(f"{each.code!r} is no SAC02: four letters and digits")
        if not is_sane(each.amount) or each.amount < 0:
            raise NotCorrectable(f"{show(each.amount)} is no amount of a charge or allowance")
        found.setdefault(None if each.n is None else key_of(_line(issued, each.n)), []).append(each)
    return NewAmounts(found)


def new_prices(issued: IssuedInvoice, said: Corrections, order: BilledOrder) -> BilledOrder:
    """The order with the prices that are said for its lines. Raises NotCorrectable."""
    lines = dict(order.lines)
    for n, price in said.prices.items():
        billed = _line(issued, n)
        if billed.free or billed.price_basis == "NC":
            raise NotCorrectable(f"line {n} goes at no charge")
        if not is_sane(price) or price < 0:
            raise NotCorrectable(f"{show(price)} is no price")
        if billed.order_id == order.id:
            lines[billed.line] = _priced(lines[billed.line], price)
    return replace(order, lines=lines)


def new_quantities(
    issued: IssuedInvoice, said: Corrections, shipped: Sequence[Billable]
) -> tuple[Billable, ...]:
    """What is billed of the parts that shipped: less of the last ones where less is said. Never more than has left:
    that is mended where goods leave, not on a bill. Raises NotCorrectable."""
    made = {part.part_id: part for part in shipped}
    for n, wanted in said.quantities.items():
        billed = _line(issued, n)
        mine = [
            part
            for part in shipped
            if (part.order_id, part.line, part.kind is PartKind.FREE) == key_of(billed)
        ]
        by_weight = any(part.unit != billed.unit for part in mine)
        there = sum((part.base_quantity if by_weight else part.quantity for part in mine), ZERO)
        if not is_sane(wanted) or not 0 < wanted <= there:
            raise NotCorrectable(
                f"of line {n} {show(there)} {billed.unit} have shipped: as many or fewer are billed, not "
                f"{show(wanted)} (none of them: credit the line)"
            )
        if not by_weight and wanted % 1 and all(part.whole for part in mine):
            raise NotCorrectable(f"line {n} is in whole {billed.unit}")
        for part in _by_weight(mine, wanted, there) if by_weight else _fewer(mine, wanted):
            made[part.part_id] = part
    return tuple(made.values())


def _line(issued: IssuedInvoice, n: int) -> BilledLine:
    found = next((line for line in issued.lines if line.n == n), None)
    if found is None:
        raise NotCorrectable(f"{issued.number} has no line {n}")
    return found


def _priced(line: OrderLine, price: Decimal) -> OrderLine:
    """At another price; what the whole line comes to goes with it, where no price is known for its unit."""
    amount = line.amount
    if amount is not None and line.price:
        amount = EXACT.divide(EXACT.multiply(amount, price), line.price)
    return replace(line, price=price, amount=amount)


def _fewer(mine: Sequence[Billable], wanted: Decimal) -> Iterable[Billable]:
    for part in mine:
        now = min(part.quantity, wanted)
        wanted = EXACT.subtract(wanted, now)
        if now == part.quantity:
            yield part
        else:
            base = EXACT.divide(EXACT.multiply(part.base_quantity, now), part.quantity)
            yield replace(part, quantity=plain(now), base_quantity=plain(base))


def _by_weight(mine: Sequence[Billable], wanted: Decimal, there: Decimal) -> Iterable[Billable]:
    """As many cases, of another weight; the last one takes what rounding leaves."""
    left = wanted
    for place, part in enumerate(mine, 1):
        share = EXACT.divide(EXACT.multiply(part.base_quantity, wanted), there).quantize(_SCALE)
        now = left if place == len(mine) else share
        left = EXACT.subtract(left, now)
        yield replace(part, base_quantity=plain(now))


def _amended(
    charges: Sequence[Charge], said: Sequence[NewAmount], order_id: int, currency: str
) -> tuple[Charge, ...]:
    made = list(charges)
    for each in said:
        if charge_money(each.amount, currency) != each.amount:
            raise NotCorrectable(f"{show(each.amount)} is no amount in {currency}")
        places = [n for n, charge in enumerate(made) if charge.kind == each.kind and charge.code == each.code]
        if len(places) > 1:
            raise NotCorrectable(f"{each.code} stands {len(places)} times: credit what is wrong of it")
        if places:
            was = made[places[0]]
            made[places[0]] = replace(
                was,
                amount=each.amount,
                percent=None,
                percent_basis=None,
                rate=None,
                unit=None,
                quantity=None,
            )
        else:
            handling, source = "06" if each.kind == "C" else "02", f"by hand {each.kind} {each.code}"
            made.append(
                Charge(each.kind, each.amount, each.code, handling=handling, order_id=order_id, source=source)
            )
    return tuple(charge for charge in made if charge.amount)

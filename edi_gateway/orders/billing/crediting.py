"""A credit memo: all that is left of an invoice, some of its quantities, or an amount (spec B11).

Takes the invoice as issued and what was credited of it before; gives the credit, whose amounts are positive. Together
they never come to more than the invoice. An issued invoice is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.billing import BilledLine, Charge, InvoiceKind, IssuedInvoice, TaxAmount
from edi_gateway.orders.billing.extension import charge_money
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, money, plain, show
from edi_gateway.orders.meaning.pricing import BASES

AMOUNT: Final = "amount"  # source of the one charge of a credit over an amount
_OTHER: Final = "F050"  # SAC02: other, see the description


class NotCreditable(ValueError):
    """Why that cannot be credited, as a sentence."""


@dataclass(frozen=True, slots=True)
class What:
    """Quantities by line of the invoice (IT1 by `n`), or an amount in all; neither: all that is left."""

    quantities: Mapping[int, Decimal] | None = None
    amount: Decimal | None = None


def credit(
    issued: IssuedInvoice, before: Sequence[IssuedInvoice], what: What, *, on: date, reason: str
) -> IssuedInvoice:
    """The credit, still without a number. before: the credits of this invoice so far. Raises NotCreditable."""
    open_total = left_of(issued, before)
    if open_total <= 0 and issued.total > 0:
        raise NotCreditable(f"all of {issued.number} is credited already")
    if what.amount is not None:
        made = _of_amount(issued, what.amount, on, reason)
    elif what.quantities is not None:
        made = _of_quantities(issued, before, what.quantities, on)
    else:
        made = _of_all(issued, before, on)
    if made.total > open_total:
        raise NotCreditable(
            f"that comes to {show(made.total)}, and {show(open_total)} of {issued.number} is left to be credited"
        )
    return made


def left_of(issued: IssuedInvoice, before: Sequence[IssuedInvoice]) -> Decimal:
    """What of an invoice no credit has taken."""
    return EXACT.subtract(issued.total, sum((each.total for each in before), ZERO))


def _of_amount(issued: IssuedInvoice, amount: Decimal, on: date, reason: str) -> IssuedInvoice:
    if amount <= 0 or charge_money(amount, issued.currency) != amount:
        raise NotCreditable(f"{show(amount)} is no amount in {issued.currency}")
    charge = Charge("C", amount, code=_OTHER, text=reason[:80], source=AMOUNT)
    return IssuedInvoice(InvoiceKind.CREDIT, "", issued.currency, on, (), (charge,), original=issued.number)


def _of_all(issued: IssuedInvoice, before: Sequence[IssuedInvoice], on: date) -> IssuedInvoice:
    """Every line with what is left of it, charges and taxes with theirs; amounts credited before are taken off."""
    lines = [_rest(line, before) for line in issued.lines]
    charges = [_rest_charge(charge, before) for charge in issued.charges]
    amounts = sum((c.amount for each in before for c in each.charges if c.source == AMOUNT), ZERO)
    if amounts:
        charges.append(Charge("A", amounts, code=_OTHER, text="Credited before", source=AMOUNT))
    return IssuedInvoice(
        InvoiceKind.CREDIT,
        "",
        issued.currency,
        on,
        tuple(line for line in lines if line.quantity or line.amount),
        tuple(charge for charge in charges if charge.amount),
        tuple(_rest_tax(tax, before) for tax in issued.taxes),
        original=issued.number,
    )


def _of_quantities(
    issued: IssuedInvoice, before: Sequence[IssuedInvoice], wanted: Mapping[int, Decimal], on: date
) -> IssuedInvoice:
    """Some of the quantities, with their share of the allowances, charges and taxes that are left."""
    lines = {line.n: _rest(line, before) for line in issued.lines}
    currency = issued.currency
    made: list[BilledLine] = []
    for n, quantity in sorted(wanted.items()):
        rest = lines.get(n)
        if rest is None:
            raise NotCreditable(f"{issued.number} has no line {n}")
        if not 0 < quantity <= rest.quantity:
            raise NotCreditable(
                f"of line {n} {show(rest.quantity)} {rest.unit} may be credited, not {show(quantity)}"
            )
        part = Fraction(quantity) / Fraction(rest.quantity)
        made.append(
            replace(
                rest,
                quantity=plain(quantity),
                amount=_extended(rest, quantity, part, currency),
                charges=tuple(
                    _charge_part(charge, part, currency) for charge in rest.charges if charge.amount
                ),
                parts=(),
            )
        )
    if not made:
        raise NotCreditable("no line was named")
    charges = []
    for charge in issued.charges:  # of its own order: an invoice may be for several
        part = _ratio(_under(charge, made), _under(charge, list(lines.values())))
        charges.append(_charge_part(_rest_charge(charge, before), part, currency))
    taxes = []
    for tax in issued.taxes:
        key = (tax.code, tax.percent)
        mine = [line for line in made if key in line.taxed]
        ratio = _ratio(mine, [line for line in lines.values() if key in line.taxed])
        rest_tax = _rest_tax(tax, before)
        taxes.append(replace(rest_tax, amount=_part(rest_tax.amount, ratio, currency)))
    return IssuedInvoice(
        InvoiceKind.CREDIT,
        "",
        currency,
        on,
        tuple(made),
        tuple(charge for charge in charges if charge.amount),
        tuple(taxes),
        original=issued.number,
    )


def _under(charge: Charge, lines: Sequence[BilledLine]) -> list[BilledLine]:
    """The lines that a charge of the whole is for."""
    return [line for line in lines if charge.order_id in (None, line.order_id)]


def _ratio(now: Sequence[BilledLine], left: Sequence[BilledLine]) -> Fraction:
    """How much of the lines that are left is credited now, by what they come to; by quantity where that is nothing."""
    if {line.n: line.quantity for line in now} == {line.n: line.quantity for line in left if line.quantity}:
        return Fraction(1)
    whole = sum((line.net for line in left), ZERO)
    if not whole:
        return Fraction(0)
    return min(
        Fraction(1), max(Fraction(0), Fraction(sum((line.net for line in now), ZERO)) / Fraction(whole))
    )


def _rest(line: BilledLine, before: Sequence[IssuedInvoice]) -> BilledLine:
    """A line without what was credited of it."""
    credited = [other for each in before for other in each.lines if other.n == line.n]
    charges = [
        replace(
            charge,
            amount=charge.amount
            - sum((c.amount for other in credited for c in other.charges if c.source == charge.source), ZERO),
        )
        for charge in line.charges
    ]
    return replace(
        line,
        quantity=plain(line.quantity - sum((other.quantity for other in credited), ZERO)),
        amount=line.amount - sum((other.amount for other in credited), ZERO),
        charges=tuple(charges),
    )


def _rest_charge(charge: Charge, before: Sequence[IssuedInvoice]) -> Charge:
    key = (charge.order_id, charge.source)
    credited = sum((c.amount for each in before for c in each.charges if (c.order_id, c.source) == key), ZERO)
    return replace(charge, amount=charge.amount - credited)


def _rest_tax(tax: TaxAmount, before: Sequence[IssuedInvoice]) -> TaxAmount:
    key = (tax.code, tax.percent, tax.exempt)
    credited = sum(
        (t.amount for each in before for t in each.taxes if (t.code, t.percent, t.exempt) == key), ZERO
    )
    return replace(tax, amount=tax.amount - credited)


def _charge_part(charge: Charge, part: Fraction, currency: str) -> Charge:
    """The share of a charge: how it came about (a rate by so many) is not repeated, a per cent is."""
    if part == 1:
        return charge
    amount = charge_money(Fraction(charge.amount) * part, currency)
    return replace(charge, amount=min(amount, charge.amount), rate=None, unit=None, quantity=None)


def _extended(rest: BilledLine, quantity: Decimal, part: Fraction, currency: str) -> Decimal:
    """So many of a line at its price, as the buyer will reckon; the last of it takes what is left."""
    if part == 1 or (rest.price_basis is not None and rest.price_basis not in BASES):
        return _part(rest.amount, part, currency)
    per = Fraction(1, BASES[rest.price_basis].count if rest.price_basis is not None else 1)
    usual = Fraction(rest.price) * per
    if abs(Fraction(rest.amount) - usual * Fraction(rest.quantity)) >= 1:  # priced in another unit
        return _part(rest.amount, part, currency)
    return min(rest.amount, money(usual * Fraction(quantity), currency))


def _part(amount: Decimal, part: Fraction, currency: str) -> Decimal:
    return amount if part == 1 else min(amount, money(Fraction(amount) * part, currency))

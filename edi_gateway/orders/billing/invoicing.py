"""The invoice of goods that have shipped: lines, allowances and charges, tax, terms (spec B11).

Takes the parts to be billed and their orders; gives an IssuedInvoice, still without a number, or says why there can
be none. Called by commands/billing/invoicing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.billing import (
    BilledLine,
    Charge,
    InvoiceKind,
    IssuedInvoice,
    TaxAmount,
    TaxCertificate,
    TaxRate,
)
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.orders.billing.charges import (
    BilledNow,
    header_charges,
    is_freight,
    line_charges,
    worth_kept,
    worth_placed,
    worth_to_come,
)
from edi_gateway.orders.billing.correcting import NewAmounts
from edi_gateway.orders.billing.extension import Priced, priced
from edi_gateway.orders.billing.records import Billable, BilledOrder, Left
from edi_gateway.orders.billing.taxes import TaxedLine, exempt, exemption, taxation
from edi_gateway.orders.billing.terms import Due, discounts, due
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, money, plain
from edi_gateway.partners.profile import Profile

_Key = tuple[int, int, bool]  # order, line, whether at no charge
_AS_THEY_ARE: Final = NewAmounts()


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """Rates that may apply at the place, and the customer's certificates."""

    rates: Sequence[TaxRate] = ()
    certificates: Sequence[TaxCertificate] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """`invoice` None: it cannot be issued; the findings say why, each with the line it is about (None: all)."""

    invoice: IssuedInvoice | None
    findings: tuple[Finding, ...] = ()


def invoice(
    parts: Sequence[Billable],
    orders: Mapping[int, BilledOrder],
    *,
    profile: Profile,
    issued_on: date,
    left: Left,
    taxes: TaxFacts,
    kind: InvoiceKind = InvoiceKind.INVOICE,
    original: str | None = None,
    ignore_missing_rates: bool = False,
    amounts: NewAmounts = _AS_THEY_ARE,
) -> Made:
    """Bill these parts, all of orders with one currency. ignore_missing_rates: a person has decided that it goes
    without the tax for which there is no rate. amounts: charges and allowances that a person says otherwise."""
    found: list[Finding] = []
    lines = [*_lines(parts, orders, profile, found)]
    if found:
        return Made(None, tuple(found))
    currency = orders[parts[0].order_id].currency
    if amounts.of:
        lines = [replace(line, charges=amounts.line(line, currency)) for line in lines]
    charges: list[Charge] = []
    billed_orders = list(dict.fromkeys(line.order_id for line in lines))
    for order_id in billed_orders:
        mine = [line for line in lines if line.order_id == order_id]
        net = sum((line.net for line in mine), ZERO)
        charges += header_charges(orders[order_id], _billed(mine, orders[order_id], parts), net, profile)
    if amounts.of:
        charges = [*amounts.whole(charges, billed_orders[0], currency)]
    summary: tuple[TaxAmount, ...] = ()
    if profile.invoicing.tax:
        certificate = exemption(taxes.certificates, left.to, issued_on)
        if certificate is not None:
            summary = (exempt(certificate),)
        else:
            classes = [_tax_class(line, orders, parts) for line in lines]
            freight = sum((c.amount for c in charges if is_freight(c, profile)), ZERO)
            made = taxation(
                [TaxedLine(line.net, each) for line, each in zip(lines, classes, strict=True)],
                EXACT.subtract(_net(charges), freight),
                freight,
                left.to,
                taxes.rates,
                currency,
            )
            if made.missing and not ignore_missing_rates:
                return Made(None, (_no_rate(made.missing, left),))
            summary = made.taxes
            if made.rates:
                lines = [replace(line, taxed=rates) for line, rates in zip(lines, made.rates, strict=True)]
    issued = IssuedInvoice(
        kind, "", currency, issued_on, tuple(lines), tuple(charges), summary, original=original
    )
    return Made(_with_terms(issued, orders, profile, left))


def _lines(
    parts: Sequence[Billable], orders: Mapping[int, BilledOrder], profile: Profile, found: list[Finding]
) -> Iterable[BilledLine]:
    """A line of the bill a line of an order; what is at no charge by itself. What is over is billed like the rest."""
    groups: dict[_Key, list[Billable]] = {}
    for part in parts:
        groups.setdefault((part.order_id, part.line, part.kind is PartKind.FREE), []).append(part)
    if profile.invoicing.free_goods == "leave out" and any(not free for _, _, free in groups):
        groups = {key: mine for key, mine in groups.items() if not key[2]}
    for n, ((order_id, number, free), mine) in enumerate(sorted(groups.items()), 1):
        order = orders[order_id]
        line = order.lines[number]
        quantity = plain(sum((part.quantity for part in mine), ZERO))
        billed = tuple((part.part_id, part.quantity) for part in mine)
        if free:
            yield BilledLine(n, order_id, number, quantity, mine[0].unit, ZERO, "NC", ZERO, billed, free=True)
            continue
        told = _priced(order, number, mine)
        if told is None:
            found.append(_no_price(order, number))
            continue
        amount = money(told.exact, order.currency)
        policies = profile.policies_of(order.customer.number if order.customer else None)
        charges = line_charges(
            order,
            BilledNow(number, quantity, amount, order.to_come.get(number, ZERO)),
            profile,
            net_price=policies.price_net_of_allowances,
        )
        price = line.price if line.price is not None else ZERO
        yield BilledLine(
            n,
            order_id,
            number,
            told.quantity,
            told.unit,
            plain(price),
            line.price_basis,
            amount,
            billed,
            charges,
        )


def _priced(order: BilledOrder, number: int, mine: Sequence[Billable]) -> Priced | None:
    line = order.lines[number]
    return priced(
        line,
        plain(sum((part.quantity for part in mine), ZERO)),
        sum((part.base_quantity for part in mine), ZERO),
        order.units.get(line.substitute or line.sku or "", {}),
        measured=not all(part.whole for part in mine),
    )


def _billed(lines: Sequence[BilledLine], order: BilledOrder, parts: Sequence[Billable]) -> list[BilledNow]:
    """What is billed of an order's lines, in the buyer's unit also where it is weighed."""
    quantities: dict[int, Decimal] = {}
    for part in parts:
        if part.order_id == order.id and part.kind is not PartKind.FREE:
            quantities[part.line] = quantities.get(part.line, ZERO) + part.quantity
    return [BilledNow(line.line, quantities[line.line], line.amount) for line in lines if not line.free]


def _tax_class(line: BilledLine, orders: Mapping[int, BilledOrder], parts: Sequence[Billable]) -> str | None:
    sku = next(part.sku for part in parts if part.order_id == line.order_id and part.line == line.line)
    return orders[line.order_id].tax_classes.get(sku)


def _net(charges: Iterable[Charge]) -> Decimal:
    return sum((c.amount if c.kind == "C" else -c.amount for c in charges), ZERO)


def _with_terms(
    issued: IssuedInvoice, orders: Mapping[int, BilledOrder], profile: Profile, left: Left
) -> IssuedInvoice:
    """The dates and what may be taken off: of the goods with allowances and charges, but not of freight and tax."""
    owed = _owed(issued, orders, profile, left)
    freight = sum((c.amount for c in issued.charges if is_freight(c, profile)), ZERO)
    discountable = EXACT.subtract(EXACT.subtract(issued.total, issued.tax), freight)
    order_id = issued.lines[0].order_id
    later = Fraction(0)
    if owed.flat is not None:
        order = orders[order_id]
        later = worth_to_come(order)
        if profile.invoicing.flat_amounts == "pro rata":  # what was cut takes its share along
            later += max(Fraction(0), worth_placed(order) - worth_kept(order))
    discount = ZERO
    if discountable > 0:
        discount = discounts(owed, discountable, orders[order_id].goods_before, later, issued.currency)
    if discount <= 0:
        return replace(issued, due_on=owed.due_on)
    return replace(
        issued,
        due_on=owed.due_on,
        discountable=discountable,
        discount=min(discount, discountable),
        discount_until=owed.discount_until,
    )


def _owed(issued: IssuedInvoice, orders: Mapping[int, BilledOrder], profile: Profile, left: Left) -> Due:
    terms = orders[issued.lines[0].order_id].terms
    return due(terms, issued.issued_on, left, profile.invoicing.date_basis)


def _no_price(order: BilledOrder, number: int) -> Finding:
    return Finding(
        Code.INVOICE_BLOCKED,
        Severity.ERROR,
        message=f"Line {number} of order {order.number} shipped, and no price of it was ever acknowledged.",
        hint="Import the price and settle it with the customer; then bill it.",
        at=f"lines[{number - 1}].price",
        rule="acknowledged price",
        family=Family.INVOICE,
    )


def _no_rate(missing: Sequence[str | None], left: Left) -> Finding:
    place = " ".join(part for part in (left.to.country, left.to.region, left.to.postal_code) if part)
    goods = ", ".join(each for each in missing if each)
    return Finding(
        Code.TAX_RATE_MISSING,
        Severity.ERROR,
        message=f"There is no tax rate for {place or 'a place without an address'}"
        + (f", goods of class {goods}." if goods else "."),
        hint="Import it with `import tax-rates` (0 where nothing is taxed), or the customer's certificate.",
        rule="tax",
        value=place,
        family=Family.INVOICE,
    )

"""Does the document agree with itself? (spec B5.6; D14, D25)"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Allowance
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money, plain, show

_MODULUS: Final = Decimal(10) ** 10
_TOTALS: Final = ("TT", "GV")  # AMT01 of the whole order


def line_count_right(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """CTT01 is not the number of lines.

    Hold TOTALS on the order, or a warning by `totals`. To do: ask whether lines were lost on the way.
    """
    stated = order.stated_totals.line_count
    if stated is not None and stated != len(order.lines):
        yield found(
            Code.LINE_COUNT_DIFFERS,
            "stated_totals.line_count",
            f"They count {stated} lines, there are {len(order.lines)}.",
            "Ask the partner whether lines were lost; release it if not.",
            value=stated,
        )


def hash_total_right(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """CTT02 is not the plain sum of the quantities, units aside, modulo 10^10 (D14).

    Hold TOTALS on the order, or a warning by `totals`. To do: ask which quantity is meant.
    """
    stated = order.stated_totals.hash
    if stated is None:
        return
    summed = ZERO
    for line in facts.lines:
        quantity = line.line.quantity
        if quantity is not None:
            if line.quantity is None and not is_sane(quantity):
                return  # its own finding
            summed = EXACT.add(summed, quantity)
    if not is_sane(stated) or EXACT.remainder(summed, _MODULUS) != EXACT.remainder(stated, _MODULUS):
        told = show(plain(stated)) if is_sane(stated) else "an absurd number"
        yield found(
            Code.HASH_TOTAL_DIFFERS,
            "stated_totals.hash",
            f"Their sum of the quantities is {told}, the lines add up to {show(plain(summed))}.",
            "Ask the partner which quantity is meant; release it if the lines are right.",
            value=told,
        )


def amount_right(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The stated amount (AMT) is none of: gross, net of allowances and charges, either net of the cash discount.

    A warning, or hold TOTALS by `amount_total`; on which basis it agreed is noted when not the gross one (D25).
    To do: compare prices with the partner.
    """
    for qualifier in _TOTALS:
        stated = order.stated_totals.amounts.get(qualifier)
        if not stated or not is_sane(stated):
            continue
        gross = _gross(facts)
        if gross is None:
            return
        bases = _bases(order, facts, gross)
        matched = next((name for name, amount in bases if amount == money(stated, facts.currency)), None)
        path = f"stated_totals.amounts.{qualifier}"
        if matched is None:
            told = ", ".join(f"{show(amount)} {name}" for name, amount in bases)
            yield found(
                Code.TOTAL_DIFFERS,
                path,
                f"They state {show(stated)}; the lines come to {told}.",
                "Compare the prices with the partner.",
                value=stated,
            )
        elif matched != "gross":
            yield found(
                Code.TOTAL_DIFFERS,
                path,
                f"The stated {show(stated)} agrees {matched}.",
                "Nothing to do.",
                value=stated,
                severity=Severity.INFO,
            )


def _gross(facts: OrderFacts) -> Decimal | None:
    """What the lines come to at the buyer's prices (ours where it gave none); None when one cannot be priced."""
    summed = ZERO
    for line in facts.lines:
        quantity, price = line.line.quantity, line.line.price
        if quantity is None or not quantity:
            continue
        price = line.price if price is None else price
        if price is None or not is_sane(price) or not is_sane(quantity):
            return None
        per = line.quote.per_unit
        amount = EXACT.divide(
            EXACT.multiply(EXACT.multiply(quantity, price), Decimal(per.numerator)), Decimal(per.denominator)
        )
        summed = EXACT.add(summed, money(amount, facts.currency))
    return summed


def _bases(order: PurchaseOrder, facts: OrderFacts, gross: Decimal) -> list[tuple[str, Decimal]]:
    """The amounts that a buyer may have meant, each with its name (spec B5.6)."""
    net = EXACT.add(gross, _net_of(order.allowances, gross, None))
    for line in facts.lines:
        if line.line.allowances:
            amount = line.amount if line.amount is not None else ZERO
            net = EXACT.add(net, _net_of(line.line.allowances, amount, line.line.quantity))
    bases = [("gross", gross)]
    if net != gross:
        bases.append(("net of allowances and charges", money(net, facts.currency)))
    for terms in order.terms:
        discounts = [d for d in (terms.discount_amount,) if d is not None and is_sane(d)]
        if not discounts and terms.discount_percent is not None and is_sane(terms.discount_percent):
            discounts = [EXACT.divide(EXACT.multiply(gross, terms.discount_percent), Decimal(100))]
        for discount in discounts:
            bases.append(("net of the cash discount", money(EXACT.subtract(gross, discount), facts.currency)))
            if net != gross:
                bases.append(
                    (
                        "net of allowances and the cash discount",
                        money(EXACT.subtract(net, discount), facts.currency),
                    )
                )
    return bases


def _net_of(allowances: tuple[Allowance, ...], amount: Decimal, quantity: Decimal | None) -> Decimal:
    """What allowances take off and charges add: amount before rate before percent (spec C0)."""
    summed = ZERO
    for each in allowances:
        sign = {"A": Decimal(-1), "P": Decimal(-1), "C": Decimal(1), "S": Decimal(1)}.get(each.kind)
        if sign is None or any(
            n is not None and not is_sane(n) for n in (each.amount, each.rate, each.percent)
        ):
            continue
        if each.amount is not None:
            part = each.amount
        elif each.rate is not None and (times := each.quantity or quantity) is not None and is_sane(times):
            part = EXACT.multiply(each.rate, times)
        elif each.percent is not None:
            part = EXACT.divide(EXACT.multiply(amount, each.percent), Decimal(100))
        else:
            continue
        summed = EXACT.add(summed, EXACT.multiply(sign, part))
    return summed


def line_amounts_right(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The amount stated under a line (AMT 1) is not quantity times price.

    A warning, or hold TOTALS on the line by `amount_total`. To do: compare the price and its basis.
    """
    for line in facts.amounted:
        stated = line.line.amounts.get("1")
        quantity, price = line.line.quantity, line.line.price
        if not stated or quantity is None or price is None:
            continue
        if not (is_sane(stated) and is_sane(quantity) and is_sane(price)):
            continue
        per = line.quote.per_unit
        amount = EXACT.divide(
            EXACT.multiply(EXACT.multiply(quantity, price), Decimal(per.numerator)), Decimal(per.denominator)
        )
        amount = money(amount, facts.currency)
        net = money(EXACT.add(amount, _net_of(line.line.allowances, amount, quantity)), facts.currency)
        if money(stated, facts.currency) not in (amount, net):
            yield found(
                Code.TOTAL_DIFFERS,
                line.path("amounts.1"),
                f"{line.called()}: they state {show(stated)}, quantity times price is {show(amount)}.",
                "Compare the price and its basis with the partner.",
                value=stated,
            )


CHECKS = (line_count_right, hash_total_right, amount_right, line_amounts_right)

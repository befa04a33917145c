"""Is the price the one that we agreed on? (spec B5.3; D10-D13). The comparison is made in meaning/pricing.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import LineFacts, OrderFacts
from edi_gateway.orders.meaning.dates import day
from edi_gateway.orders.meaning.numbers import is_sane, plain, show_price
from edi_gateway.orders.meaning.pricing import RETAIL


def _basis(line: LineFacts) -> str:
    """ "per EA", or the code of the basis where there is one."""
    code = line.line.price_basis
    return f"per {line.line.unit}" if code is None else f"({code})"


def price_within_tolerance(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The buyer's price, brought to our unit and basis, is lower than ours by more than agreed.

    Hold PRICE on the line; by `price_lower_outside` it is accepted and held only before its release to the
    warehouse, or our price is answered (855 IP), or the line is refused. To do: accept their price once (release),
    correct the price list, or answer with ours.
    """
    for line in facts.odd_prices:
        if line.quote.kind != "lower" or line.line.price is None:
            continue
        policy = line.resolved.policies.price_lower_outside
        ours = policy == "ours"
        row = line.quote.row
        since = f", since {day(row.since)}" if row is not None and row.since.year > 1 else ""
        yield found(
            Code.PRICE_DIFFERS,
            line.path("price"),
            f"{line.called()}: they ask {show_price(line.line.price)}, "
            f"ours is {show_price(line.quote.ours)} {_basis(line)}{since}." + _MEANWHILE.get(policy, ""),
            line.quote.hint
            or "Accept their price once, correct the price list, or answer with ours (855 IP).",
            value=line.line.price,
            severity=Severity.WARNING if ours else Severity.ERROR,
        )


_MEANWHILE: Final = {
    "ours": " Ours is answered.",
    "accept then fix": " Theirs is accepted; nothing is released to the warehouse before somebody has decided.",
}


def price_in_our_favour(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The buyer's price is higher than ours by more than agreed: ours holds, for we never bill above it.

    For information; the 855 says IP with our price. Nothing to do.
    """
    for line in facts.odd_prices:
        if line.quote.kind == "higher":
            yield found(
                Code.PRICE_FAVOURABLE,
                line.path("price"),
                f"{line.called()}: they would pay {show_price(line.line.price)}, ours is {show_price(line.quote.ours)} "
                f"{_basis(line)}. Ours is answered.",
                line.quote.hint or "Nothing to do.",
                value=line.line.price,
                severity=Severity.INFO,
            )


def price_differs_within(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The buyer's price differs from ours within what is agreed; which of the two holds says `price_within`.

    For information; when ours holds the 855 says IP. Nothing to do.
    """
    for line in facts.odd_prices:
        if line.quote.kind in ("within lower", "within higher"):
            theirs = line.resolved.policies.price_within == "buyer"
            yield found(
                Code.PRICE_DIFFERS,
                line.path("price"),
                f"{line.called()}: they ask {show_price(line.line.price)}, ours is {show_price(line.quote.ours)} "
                f"{_basis(line)}: within what is agreed. {'Theirs' if theirs else 'Ours'} holds.",
                "Nothing to do.",
                value=line.line.price,
                severity=Severity.INFO,
            )


def price_given(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The line says no price: ours holds and goes back in the 855 (D11).

    For information. Nothing to do. A retail price in CTP is never taken for it (D12).
    """
    for line in facts.odd_prices:
        if line.quote.kind == "no price":
            yield found(
                Code.PRICE_ABSENT,
                line.path("price"),
                f"{line.called()} says no price; ours, {show_price(line.quote.ours)} {_basis(line)}, holds.",
                "Nothing to do.",
                severity=Severity.INFO,
            )


def price_on_file(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """We have no price of our own for the item, in that currency and on that day.

    Hold PRICE on the line. To do: import the price, or release the line at the buyer's price.
    """
    for line in facts.odd_prices:
        if line.quote.kind == "not on file" and line.item is not None:
            yield found(
                Code.PRICE_NOT_ON_FILE,
                line.path("price"),
                f"{line.called()}: no price in {facts.currency} for {line.item.sku} is on file for that day.",
                "Import the price"
                + (
                    "."
                    if line.line.price is None
                    else f", or release the line at their {show_price(line.line.price)}."
                ),
                value=line.line.price,
            )


def price_not_zero(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The price is 0 and nothing says why: no NC, sample, warranty or repair order, no free goods, no free item.

    Hold PRICE on the line. To do: ask the partner; release the line if it is meant to be free (D10).
    """
    for line in facts.odd_prices:
        if line.quote.kind == "zero":
            yield found(
                Code.PRICE_ZERO,
                line.path("price"),
                f"{line.called()} is priced 0 and nothing says that it is free; ours is {show_price(line.quote.ours)}.",
                "Ask the partner; release the line if it is free, or set our price.",
                value=line.line.price,
            )


def price_basis_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The price cannot be compared: its basis (PO105) is unknown, a retail price, has no way to our unit, or the
    price is negative or absurd.

    Hold PRICE on the line. To do: find out what the price is for; add the unit to the item if that is lacking.
    """
    for line in facts.odd_prices:
        kind = line.quote.kind
        if kind not in ("basis unknown", "unit unknown", "absurd"):
            continue
        code = line.line.price_basis
        price = line.line.price
        if kind == "absurd":
            told = show_price(price) if price is not None and is_sane(price) else "beyond reason"
            message = f"{line.called()}: a price of {told} cannot be."
        elif kind == "unit unknown":
            message = (
                f"{line.called()}: there is no way from the basis {code} to the units of {line.item.sku}."
                if (line.item)
                else f"{line.called()}: the basis {code} has no unit."
            )
        elif code in RETAIL:
            message = f"{line.called()}: basis {code} is a retail price, and that is not ours to be paid."
        elif price:
            message = (
                f"{line.called()}: {show_price(plain(price))} with basis {code} says nothing that we know."
            )
        else:
            message = f"{line.called()}: price basis {code} is unknown."
        yield found(
            Code.PRICE_BASIS_UNKNOWN,
            line.path("price_basis" if kind != "absurd" else "price"),
            message,
            "Find out what the price is for, and set it.",
            value=code if kind != "absurd" else None,
        )


CHECKS = (
    price_within_tolerance,
    price_in_our_favour,
    price_differs_within,
    price_given,
    price_on_file,
    price_not_zero,
    price_basis_known,
)

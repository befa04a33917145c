"""The money adds up: over random orders, shipments, credits and rebills, to the cent, in several currencies.

For an order whose shipments are all invoiced: invoiced - credited = sum over lines of round(acknowledged price x
shipped quantity) + charges - allowances + tax - credits that were not billed again. What the right side comes to is
reckoned here again, from the order as the buyer wrote it, by other means than the program's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.orders.billing.crediting import NotCreditable, What, credit, left_of
from tests.orders import build
from tests.orders.billing.bills import Order, rate, sac, taxes
from tests.orders.billing.papers import told, written

PLACES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
COUNTS = {None: 1, "UM": 1, "HP": 100, "TP": 1000, "PN": 10}
ON = date(2025, 3, 20)
ANY_PRICE = {  # whatever they ask we acknowledge
    "price_buyer_lower": {"percent": "100"},
    "price_buyer_higher": {"percent": "100000000"},
    "price_within": "buyer",
}

quantities = st.integers(1, 200).map(Decimal)
prices = st.decimals("0.0001", "999.9999", places=4)
amounts = st.decimals("0.01", "250.00", places=2)
percents = st.decimals("0.1", "12.5", places=1)


def rounded(amount: Fraction | Decimal, places: int) -> Decimal:
    """Half-up, with the decimal module of the standard library."""
    with localcontext() as context:
        context.prec = 60
        exact = (
            Decimal(amount.numerator) / Decimal(amount.denominator)
            if isinstance(amount, Fraction)
            else amount
        )
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@st.composite
def allowances(draw: st.DrawFn, *, whole: bool) -> dict[str, Any]:
    """A SAC in one of its three ways; `whole`: of the order."""
    kind = draw(st.sampled_from(["A", "C"]))
    handling = (
        draw(st.sampled_from(["02", "02", None, "01", "15"]))
        if kind == "A"
        else draw(st.sampled_from(["06", None, "05"]))
    )
    said: dict[str, Any] = {"kind": kind, "code": "C310" if kind == "A" else "D500", "handling": handling}
    way = draw(st.sampled_from(["amount", "rate", "percent"]))
    if way == "amount":
        # small, so that an invoice does not come to less than nothing
        said["amount"] = draw(st.decimals("0.01", "1.00", places=2)) if kind == "A" else draw(amounts)
    elif way == "rate" and not whole:
        said["rate"] = draw(st.decimals("0.001", "0.009", places=3))
        said["unit"] = "EA"
    else:
        said["percent"], said["percent_basis"] = draw(percents), "3"
    return said


@st.composite
def orders(draw: st.DrawFn) -> Order:
    lines = [
        build.line(
            draw(quantities),
            price=str(draw(prices)),
            basis=draw(st.sampled_from(list(COUNTS))),
            id=draw(st.sampled_from([None, "00010", "A1"])),
            allowances=draw(st.lists(allowances(whole=False), max_size=2)),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    document = build.po(
        *lines,
        allowances=draw(st.lists(allowances(whole=True), max_size=2)),
        freight=[{"payment": draw(st.sampled_from(["PC", "CC"]))}],
    )
    currency = draw(st.sampled_from(list(PLACES)))
    facts = (
        taxes(rate("ST", str(draw(percents)), freight=draw(st.booleans())))
        if draw(st.booleans())
        else taxes()
    )
    invoicing = {"tax": bool(facts.rates), "freight": str(draw(st.sampled_from(["0", "12.34"])))}
    return Order(document, invoicing=invoicing, currency=currency, taxes=facts, policies=ANY_PRICE)


@st.composite
def shipped(draw: st.DrawFn, order: Order) -> list[list[tuple[int, Decimal, PartKind]]]:
    """All that was ordered, over one to three shipments, with free goods and some more here and there."""
    groups: list[list[tuple[int, Decimal, PartKind]]] = [[] for _ in range(draw(st.integers(1, 3)))]
    for number, line in order.lines.items():
        left = line.accepted_quantity
        for group in groups[:-1]:
            now = Decimal(draw(st.integers(0, int(left))))
            if now:
                group.append((number, now, PartKind.GOODS))
            left -= now
        if left:
            groups[-1].append((number, left, PartKind.GOODS))
        if draw(st.booleans()):
            kind = draw(st.sampled_from([PartKind.FREE, PartKind.OVER]))
            draw(st.sampled_from(groups)).append((number, Decimal(draw(st.integers(1, 3))), kind))
    return [group for group in groups if group]


def expected(order: Order, issued: IssuedInvoice, billed: list[tuple[int, Decimal, PartKind]]) -> Decimal:
    """The goods of an invoice, reckoned from the order as the buyer wrote it: one rounding a line."""
    places = PLACES[issued.currency]
    sums: dict[int, Decimal] = {}
    for number, quantity, kind in billed:
        if kind is not PartKind.FREE:
            sums[number] = sums.get(number, Decimal(0)) + quantity
    total = Decimal(0)
    for number, quantity in sums.items():
        line = order.document.lines[number - 1]
        assert line.price is not None
        total += rounded(Fraction(quantity) * Fraction(line.price) / COUNTS[line.price_basis], places)
    return total


def whole_amounts(order: Order) -> tuple[Decimal, Decimal]:
    """What amounts of the order (not rates, not percents) must add and take off over all its invoices."""
    places = min(2, PLACES[order.currency or "USD"])
    added = taken = Decimal(0)
    of_lines = [a for line in order.document.lines for a in line.allowances]
    for each in (*order.document.allowances, *of_lines):
        if each.amount is None:
            continue
        if each.kind == "A" and each.handling in (None, "02"):
            taken += each.amount
        if each.kind == "C" and each.handling in (None, "02", "06"):
            added += each.amount
    return added.quantize(Decimal("0.01")) if places else added, taken


def flat(issued: IssuedInvoice, kind: str) -> Decimal:
    """Charges of an invoice that are shares of amounts."""
    every = [*issued.charges, *(charge for line in issued.lines for charge in line.charges)]
    return sum(
        (
            c.amount
            for c in every
            if c.kind == kind and c.percent is None and c.rate is None and c.source != "freight"
        ),
        Decimal(0),
    )


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_invoiced_less_credited_is_what_shipped_with_all_that_comes_on_and_off(data: st.DataObject) -> None:
    order = data.draw(orders())
    groups = data.draw(shipped(order))
    invoices: list[IssuedInvoice] = []
    right = Decimal(0)
    for group in groups:
        parts = [order.part(number, quantity, kind) for number, quantity, kind in group]
        issued = order.bill(*parts)
        assert issued.goods == expected(order, issued, group)
        assert issued.total == issued.goods + issued.added - issued.taken_off + issued.tax
        right += issued.goods + issued.added - issued.taken_off + issued.tax
        places = PLACES[issued.currency]
        assert all(tax.amount == rounded(tax.amount, places) for tax in issued.taxes)
        every = [*issued.charges, *(charge for line in issued.lines for charge in line.charges)]
        assert all(charge.amount == rounded(charge.amount, min(2, places)) for charge in every)
        invoices.append(issued)
    if order.currency != "JPY":  # of yen an amount with cents has no exact share
        added, taken = whole_amounts(order)
        assert sum((flat(each, "C") for each in invoices), Decimal(0)) == added
        assert sum((flat(each, "A") for each in invoices), Decimal(0)) == taken
    freight = [c for each in invoices for c in each.charges if c.source == "freight"]
    assert len(freight) <= 1  # once an order (D29)

    invoiced = sum((each.total for each in invoices), Decimal(0))
    credited = not_billed_again = Decimal(0)
    for issued in list(invoices):
        credits: list[IssuedInvoice] = []
        for _ in range(data.draw(st.integers(0, 3))):
            what = data.draw(whats(issued))
            try:
                made = credit(issued, credits, what, on=ON, reason="Wrong.")
            except NotCreditable:
                continue
            credits.append(made)
            assert left_of(issued, credits) >= 0
        if credits or not data.draw(st.booleans()):
            not_billed_again += sum((each.total for each in credits), Decimal(0))
        else:  # credited in full and billed again, at the same prices
            whole = credit(issued, (), What(), on=ON, reason="Wrong.")
            assert whole.total == issued.total
            credits.append(whole)
            again = replace(issued, kind=InvoiceKind.REBILL, original=issued.number)
            invoiced += again.total
        credited += sum((each.total for each in credits), Decimal(0))
        if issued.total > 0 and credits and left_of(issued, credits) > 0 and issued.lines:
            rest = credit(issued, credits, What(), on=ON, reason="The rest.")
            assert left_of(issued, [*credits, rest]) == 0
    assert invoiced - credited == right - not_billed_again


@st.composite
def whats(draw: st.DrawFn, issued: IssuedInvoice) -> What:
    """All, some quantities, or an amount."""
    way = draw(st.sampled_from(["all", "quantities", "amount"]))
    if way == "amount":
        places = min(2, PLACES[issued.currency])
        return What(amount=Decimal(draw(st.integers(1, 5000))).scaleb(-places))
    if way == "quantities":
        line = draw(st.sampled_from(issued.lines))
        return What(quantities={line.n: Decimal(draw(st.integers(1, int(line.quantity))))})
    return What()


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_810_says_what_was_issued_and_passes_our_own_check(data: st.DataObject) -> None:
    order = data.draw(orders())
    (group, *_) = data.draw(shipped(order))
    issued = order.bill(*(order.part(number, quantity, kind) for number, quantity, kind in group))
    text = written(told(order, issued), data.draw(st.sampled_from(["004010", "005010"])))
    (tds,) = [line for line in text.splitlines() if line.startswith("TDS*")]
    assert tds.strip("~").split("*")[1] == str(int(rounded(issued.total, 2).scaleb(2)))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_of_an_order_that_was_cut_amounts_come_to_the_share_of_what_ships(data: st.DataObject) -> None:
    """Of the order by value, of a line by quantity, rounded once, however many shipments there are."""
    ordered = [data.draw(quantities), data.draw(quantities)]
    stays = [data.draw(st.integers(1, int(ordered[0]))), data.draw(st.integers(0, int(ordered[1])))]
    each = [data.draw(prices), data.draw(prices)]
    off, fee = data.draw(st.decimals("0.01", "99.99", places=2)), data.draw(amounts)
    order = Order(
        build.po(
            build.line(ordered[0], price=str(each[0]), allowances=[sac("C", "D500", "06", amount=str(fee))]),
            build.line(ordered[1], price=str(each[1])),
            allowances=[sac(amount=str(off))],
        ),
        policies=ANY_PRICE,
    )
    for number, quantity in enumerate(stays, 1):
        line = order.lines[number]
        order.lines[number] = replace(
            line, accepted_quantity=Decimal(quantity), base_quantity=Decimal(quantity)
        )
    first = data.draw(st.integers(1, stays[0]))
    groups = [[(1, first), (2, stays[1])], [(1, stays[0] - first)]]
    for group in groups:
        parts = [order.part(number, Decimal(quantity)) for number, quantity in group if quantity]
        if parts:
            order.bill(*parts)
    worth = [Fraction(price) * Fraction(quantity) for price, quantity in zip(each, ordered, strict=True)]
    left = [Fraction(price) * quantity for price, quantity in zip(each, stays, strict=True)]
    taken = sum((flat(made, "A") for made in order.issued), Decimal(0))
    charged = sum((flat(made, "C") for made in order.issued), Decimal(0))
    assert taken == rounded(Fraction(off) * sum(left) / sum(worth), 2)
    assert charged == rounded(Fraction(fee) * stays[0] / Fraction(ordered[0]), 2)

"""What a person corrects as an invoice is billed again, worked out by hand (spec B11, D13)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.orders.billing.correcting import (
    Corrections,
    NewAmount,
    NotCorrectable,
    new_amounts,
    new_prices,
    new_quantities,
)
from edi_gateway.orders.billing.invoicing import TaxFacts, invoice
from edi_gateway.orders.billing.records import Billable
from tests.orders import build
from tests.orders.billing.bills import LEFT, SHIPPED, Order, charged, rate, sac, taxes

d = build.d


def again(order: Order, parts: Sequence[Billable], said: Corrections) -> IssuedInvoice:
    """The invoice of these parts, billed again."""
    (old,) = order.issued
    order.issued = []
    order.shipped = {}
    shipped = new_quantities(old, said, parts)
    made = invoice(
        shipped,
        {order.id: new_prices(old, said, order.billed(shipped))},
        profile=order.profile,
        issued_on=SHIPPED,
        left=LEFT,
        taxes=order.taxes,
        kind=InvoiceKind.REBILL,
        original=old.number,
        amounts=new_amounts(old, said),
    )
    assert made.invoice is not None
    return made.invoice


def test_the_last_parts_are_billed_less_and_none_is_lost() -> None:
    order = Order(build.po(build.line(48)))
    parts = (order.part(1, 30), order.part(1, 10), order.part(1, 8))
    order.bill(*parts)
    (line,) = again(order, parts, Corrections(quantities={1: d(35)})).lines
    assert (line.quantity, line.amount) == (d(35), d("140.00"))
    assert line.parts == ((7001, d(30)), (7002, d(5)), (7003, d(0)))  # all of them are billed with it


def test_weighed_goods_are_corrected_by_weight() -> None:
    """101.4 LB in two parts of 60.0 and 41.4, by mistake: they were 100.1 LB, 100.1 x 5.25 = 525.525."""
    order = Order(build.po(build.line(5, "CA", "5.25", "PP", ids=[("VN", "CHEESE")])))
    parts = (order.part(1, 3, weighed="60.0"), order.part(1, 2, weighed="41.4"))
    order.bill(*parts)
    (line,) = again(order, parts, Corrections(quantities={1: d("100.1")})).lines
    assert (line.quantity, line.unit, line.amount) == (d("100.1"), "LB", d("525.53"))
    assert sum(quantity for _, quantity in line.parts) == 5  # as many cases
    with pytest.raises(NotCorrectable, match=r"101\.4 LB have shipped"):
        new_quantities(order_issued(order, parts), Corrections(quantities={1: d("101.5")}), parts)


def order_issued(order: Order, parts: Sequence[Billable]) -> IssuedInvoice:
    order.issued, order.shipped = [], {}
    return order.bill(*parts)


def test_a_price_is_by_the_basis_of_the_line() -> None:
    """250 bolts at 6.00 the hundred, not at 6.20."""
    order = Order(build.po(build.line(250, price="6.20", basis="HP", ids=[("VN", "BOLT")])))
    parts = order.all()
    order.bill(*parts)
    (line,) = again(order, parts, Corrections(prices={1: d("6.00")})).lines
    assert (line.price, line.price_basis, line.amount) == (d("6.00"), "HP", d("15.00"))


def test_what_goes_at_no_charge_gets_no_price() -> None:
    order = Order(build.po(build.line(20)))
    parts = (order.part(1, 20), order.part(1, 2, PartKind.FREE))
    old = order.bill(*parts)
    with pytest.raises(NotCorrectable, match="line 2 goes at no charge"):
        new_prices(old, Corrections(prices={2: d(1)}), order.billed(parts))


def test_amounts_of_a_line_and_of_the_whole_and_the_tax_on_them() -> None:
    """192.00, 5 % off the line corrected to 10.00, the fee of 7.00 to 8.50, a goodwill of 4.00: 186.50; 10 % of it."""
    line = build.line(48, allowances=[sac(percent="5", percent_basis="3")])
    document = build.po(line, allowances=[sac("C", "D500", "06", amount="7.00")])
    order = Order(document, taxes=taxes(rate("ST", "10")), invoicing={"tax": True})
    parts = order.all()
    old = order.bill(*parts)
    assert charged(old) == [("A", "C310", "9.60"), ("C", "D500", "7.00")]
    said = Corrections(
        amounts=(
            NewAmount("A", "C310", d("10.00"), n=1),
            NewAmount("C", "D500", d("8.50")),
            NewAmount("A", "H000", d("4.00")),
        )
    )
    new = again(order, parts, said)
    assert charged(new) == [("A", "C310", "10.00"), ("C", "D500", "8.50"), ("A", "H000", "4.00")]
    assert (new.lines[0].charges[0].percent, new.lines[0].charges[0].source) == (
        None,
        "lines[0].allowances[0]",
    )
    assert (new.tax, new.total) == (d("18.65"), d("205.15"))


def test_a_code_that_stands_twice_is_not_guessed() -> None:
    twice = [sac("C", "D500", "06", amount="7.00"), sac("C", "D500", "06", amount="2.00")]
    order = Order(build.po(build.line(48), allowances=twice), taxes=TaxFacts())
    parts = order.all()
    order.bill(*parts)
    with pytest.raises(NotCorrectable, match="D500 stands 2 times"):
        again(order, parts, Corrections(amounts=(NewAmount("C", "D500", Decimal(1)),)))

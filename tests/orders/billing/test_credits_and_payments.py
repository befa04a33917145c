"""Credits that never come to more than the invoice, and what payments settle; worked out by hand (spec B11, C15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edi_gateway.model.billing import (
    BilledLine,
    Charge,
    InvoiceKind,
    InvoiceState,
    IssuedInvoice,
    Remitted,
)
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.model.master_data import Item
from edi_gateway.orders.billing.crediting import NotCreditable, What, credit
from edi_gateway.orders.billing.paying import Owed, remitted, settle
from tests.orders import build
from tests.orders.billing.bills import Order, charged, money, rate, sac, taxes

d = build.d
ON = date(2025, 3, 20)


@pytest.fixture
def issued() -> IssuedInvoice:
    """30 mugs (120.00) and 10 pounds of cheese (52.50), 17.25 (a tenth) off, 10 % tax: 172.50 - 17.25 + 15.53 (15.525)
    = 170.78."""
    order = Order(
        build.po(
            build.line(30),
            build.line(10, "LB", "5.25", ids=[("VN", "CHEESE")]),
            allowances=[sac(amount="17.25")],
        ),
        invoicing={"tax": True},
        taxes=taxes(rate("ST", "10")),
    )
    made = order.bill(*order.all())
    assert money(made) == {"goods": "172.50", "added": "0", "off": "17.25", "tax": "15.53", "total": "170.78"}
    return made


def credited(
    issued: IssuedInvoice, *before: IssuedInvoice, reason: str = "Broken.", **what: Any
) -> IssuedInvoice:
    return credit(issued, before, What(**what), on=ON, reason=reason)


def test_a_credit_of_all_is_the_invoice_again(issued: IssuedInvoice) -> None:
    made = credited(issued)
    assert made.kind is InvoiceKind.CREDIT
    assert made.original == "INV00000001"
    assert (money(made), charged(made)) == (money(issued), charged(issued))
    assert [(line.n, line.quantity) for line in made.lines] == [(1, d(30)), (2, d(10))]
    with pytest.raises(NotCreditable, match="all of INV00000001 is credited already"):
        credited(issued, made)


def test_a_credit_of_some_takes_its_share_of_what_was_taken_off_and_of_the_tax(issued: IssuedInvoice) -> None:
    """15 mugs: 60.00 of 172.50 is 0.3478...; 17.25 x that is 6.00; 15.53 x that is 5.4017, rounded 5.40."""
    made = credited(issued, quantities={1: d(15)})
    assert money(made) == {"goods": "60.00", "added": "0", "off": "6.00", "tax": "5.40", "total": "59.40"}
    # then the rest: 60.00 + 52.50, 11.25 off, 10.13 tax; together the invoice
    rest = credited(issued, made)
    assert money(rest) == {"goods": "112.50", "added": "0", "off": "11.25", "tax": "10.13", "total": "111.38"}
    assert made.total + rest.total == issued.total


def test_of_an_invoice_for_two_orders_each_line_takes_what_its_own_order_has_taken_off() -> None:
    """100.00 less 10.00 of order 1, 40.00 less 2.00 of order 2: half of the latter is 20.00 less 1.00."""

    def line(n: int, quantity: int) -> BilledLine:
        return BilledLine(n, n, 1, d(quantity), "EA", d(4), None, d(quantity * 4))

    def off(order: int, amount: str) -> Charge:
        return Charge("A", d(amount), "C310", order_id=order, source="allowances[0]")

    both = IssuedInvoice(
        InvoiceKind.INVOICE, "INV1", "USD", ON, (line(1, 25), line(2, 10)), (off(1, "10.00"), off(2, "2.00"))
    )
    made = credited(both, quantities={2: d(5)})
    assert [(c.order_id, c.amount) for c in made.charges] == [(2, d("1.00"))]
    assert made.total == d("19.00")
    assert credited(both, made).total == d("109.00")  # 128.00 in all


def test_only_what_bears_a_tax_has_it_credited() -> None:
    data = build.books(items=[Item("CHEESE", "Cheese", "active", "LB", measured=True, tax_class="FOOD")])
    order = Order(
        build.po(build.line(30), build.line(10, "LB", "5.25", ids=[("VN", "CHEESE")])),
        data,
        invoicing={"tax": True},
        taxes=taxes(rate("ST", "10"), rate("ST", "0", tax_class="FOOD")),
    )
    made = order.bill(*order.all())
    assert made.tax == d("12.00")
    assert credited(made, quantities={2: d(10)}).tax == 0
    assert credited(made, quantities={1: d(10)}).tax == d("4.00")


def test_an_amount_may_be_credited_and_the_rest_later(issued: IssuedInvoice) -> None:
    made = credited(issued, amount=d("20.00"))
    assert (made.lines, charged(made), made.total) == ((), [("C", "F050", "20.00")], d("20.00"))
    rest = credited(issued, made)
    assert rest.total == d("150.78")  # 170.78 - 20.00
    assert ("A", "F050", "20.00") in charged(rest)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"amount": "170.79"}, "170.79, and 170.78 of INV00000001 is left"),
        ({"amount": "0"}, "0 is no amount in USD"),
        ({"amount": "1.005"}, "1.005 is no amount in USD"),
        ({"quantities": {1: "31"}}, "of line 1 30 EA may be credited, not 31"),
        ({"quantities": {3: "1"}}, "has no line 3"),
        ({"quantities": {}}, "no line was named"),
    ],
)
def test_what_cannot_be_credited(issued: IssuedInvoice, what: dict[str, Any], why: str) -> None:
    if "amount" in what:
        what = {"amount": d(what["amount"])}
    else:
        what = {"quantities": {n: d(q) for n, q in what["quantities"].items()}}
    with pytest.raises(NotCreditable, match=why):
        credited(issued, **what)


def test_a_line_is_credited_as_the_buyer_reckons_it() -> None:
    """3 at 0.335 are 1.005, billed 1.01; of one of them 0.34 (0.335), of the two left 0.67."""
    order = Order(
        build.po(build.line(3, price="0.335")), build.books(prices=[build.price("MUG", "EA", "0.335")])
    )
    made = order.bill(*order.all())
    one = credited(made, quantities={1: d(1)})
    assert (one.total, credited(made, one).total) == (d("0.34"), d("0.67"))


# ---------------------------------------------------------------- payments

UNTIL = date(2025, 3, 20)
OWED = Owed("INV1", InvoiceKind.INVOICE, d(100), d(0), InvoiceState.SENT, discount=d(2), discount_until=UNTIL)
CREDIT = Owed("CM1", InvoiceKind.CREDIT, d(20), d(0), InvoiceState.SENT)


def pays(owed: Owed, paid: str, on: date = UNTIL, **more: Any) -> tuple[str, str, str, tuple[str, ...]]:
    """State, what is settled, what was taken off, what a person hears."""
    values = {name: d(value) if name in ("discount", "taken_off") else value for name, value in more.items()}
    done = settle(owed, Remitted(owed.number, d(paid), **values), on)
    return done.state.value, str(done.paid), str(done.taken_off), done.differs


def test_in_full_in_part_and_the_rest() -> None:
    assert pays(OWED, "100") == ("PAID", "100", "0", ())
    assert pays(OWED, "60") == ("PARTIALLY_PAID", "60", "0", ())
    assert pays(replace(OWED, paid=d(60), state=InvoiceState.PARTIALLY_PAID), "40") == (
        "PAID",
        "100",
        "0",
        (),
    )


def test_a_discount_in_time_settles_and_a_late_or_larger_one_does_not() -> None:
    assert pays(OWED, "98", discount="2") == ("PAID", "100", "0", ())
    state, paid, off, differs = pays(OWED, "98", date(2025, 3, 21), discount="2")
    assert (state, paid, off) == ("PARTIALLY_PAID", "98", "2")
    assert differs == ("they took a discount of 2, offered was 2 until 2025-03-20",)
    assert pays(OWED, "97", discount="3")[:3] == ("PARTIALLY_PAID", "99", "1")


def test_what_is_taken_off_stays_open_until_it_is_credited() -> None:
    state, paid, off, differs = pays(OWED, "90", taken_off="10", reason="06")
    assert (state, paid, off, differs) == ("PARTIALLY_PAID", "90", "10", ("they took off 10 (reason 06)",))
    assert pays(replace(OWED, credits=d(10)), "90") == ("PAID", "90", "0", ())  # a credit over 10 was there


def test_more_than_is_open_is_told() -> None:
    assert pays(OWED, "103") == ("PAID", "103", "0", ("they paid 3 more than is open",))


def test_a_credit_is_used_by_an_amount_below_zero() -> None:
    assert pays(CREDIT, "-20") == ("PAID", "20", "0", ())
    assert pays(CREDIT, "-5") == ("PARTIALLY_PAID", "5", "0", ())
    assert pays(CREDIT, "-25")[3] == ("they used 5 more of it than there is",)
    assert pays(CREDIT, "20")[3] == ("they pay a credit of ours instead of using it",)


def test_an_invoice_that_is_credited_as_a_whole_stays_so() -> None:
    assert pays(replace(OWED, credited=True, credits=d(100), state=InvoiceState.CREDITED), "100") == (
        "CREDITED",
        "100",
        "0",
        (),
    )


def test_dinars_are_paid_as_the_810_could_write_them() -> None:
    dinars = replace(OWED, total=d("7.785"), discount=d(0))
    assert pays(dinars, "7.79") == ("PAID", "7.79", "0", ())  # TDS says 779
    assert pays(dinars, "7.785") == ("PAID", "7.785", "0", ())


def item(*, qualifier: str = "IV", **more: Any) -> dict[str, Any]:
    numbers = ("paid", "gross", "discount", "adjustment_amount")
    values = {name: d(value) if name in numbers else value for name, value in more.items()}
    return {"qualifier": qualifier, "reference": "INV1", **values}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (item(paid="100"), ("100", "0", "0", None)),
        (item(paid="98", gross="100", discount="2"), ("98", "2", "0", None)),
        (item(gross="100", discount="2"), ("98", "2", "0", None)),  # the paid amount is left out
        (item(paid="60", gross="100"), ("60", "0", "0", None)),  # in part; nothing is said to be taken off
        (
            item(paid="90", gross="100", adjustment_reason="06", adjustment_amount="-10"),
            ("90", "0", "10", "06"),
        ),
        (
            item(paid="90", gross="100", adjustment_reason="06", adjustment_amount="10"),
            ("90", "0", "10", "06"),
        ),
        (item(paid="90", adjustments=[{"amount": d(-10), "reason": "04"}]), ("90", "0", "10", "04")),
        (item(paid="-20", qualifier="CM"), ("-20", "0", "0", None)),
    ],
)
def test_what_an_820_says_of_an_invoice(said: dict[str, Any], read: tuple[str, str, str, str | None]) -> None:
    remittance = Remittance.model_validate(
        {
            "handling": "C",
            "amount": d(100),
            "credit_debit": "C",
            "method": "ACH",
            "entities": [{"open_items": [said]}],
        }
    )
    (found,) = remitted(remittance)
    assert (str(found.paid), str(found.discount), str(found.taken_off), found.reason) == read
    assert found.is_ours


def test_what_is_no_invoice_is_not_taken_for_one() -> None:
    said = {"qualifier": "PO", "reference": "PO-1", "paid": d(1)}
    remittance = Remittance.model_validate(
        {
            "handling": "C",
            "amount": d(1),
            "credit_debit": "C",
            "method": "ACH",
            "entities": [{"open_items": [said]}],
        }
    )
    assert not remitted(remittance)[0].is_ours

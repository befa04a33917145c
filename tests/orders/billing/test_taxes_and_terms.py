"""Tax by the place, certificates, due dates and discounts, worked out by hand (spec B11, C0 ITD, D20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edi_gateway.model.billing import TaxAmount, TaxCertificate
from edi_gateway.model.documents.shared import Terms
from edi_gateway.model.finding import Code
from edi_gateway.model.fulfilment import Place
from edi_gateway.model.master_data import Customer, Item
from edi_gateway.orders.billing.records import Left
from edi_gateway.orders.billing.taxes import rates_at
from edi_gateway.orders.billing.terms import due, terms_of
from tests.orders import build
from tests.orders.billing.bills import FONTANA, LEFT, SHIPPED, Order, money, rate, sac, taxes

d = build.d
TAXED = {"tax": True}


def taxed(*lines: dict[str, Any], facts: Any, invoicing: dict[str, Any] | None = None, **more: Any) -> Order:
    return Order(build.po(*lines, **more), invoicing={**TAXED, **(invoicing or {})}, taxes=facts)


def told(order: Order) -> list[tuple[str, str, str | None]]:
    issued = order.bill(*order.all())
    assert all(not line.taxes for line in issued.lines)  # never on the line and in the summary (D20)
    return [(t.code, str(t.amount), None if t.percent is None else str(t.percent)) for t in issued.taxes]


def test_goods_are_taxed_once_by_the_place_that_they_go_to() -> None:
    """192.00 at 6.25 % state and 1 % county: 12.00 and 1.92."""
    facts = taxes(rate("ST", "6.25"), rate("CP", "1", postal_code="923"), rate("CP", "3", postal_code="941"))
    assert told(taxed(build.line(48), facts=facts)) == [("CP", "1.92", "1"), ("ST", "12.00", "6.25")]


def test_the_longest_postal_code_and_the_class_of_goods_win() -> None:
    rates = [
        rate("ST", "5", region=None),
        rate("ST", "6"),
        rate("ST", "7", postal_code="92"),
        rate("ST", "8", postal_code="9233"),
        rate("ST", "0", tax_class="FOOD"),
    ]
    assert [r.percent for r in rates_at(rates, FONTANA, None)] == [d(8)]
    assert [r.percent for r in rates_at(rates, FONTANA, "FOOD")] == [d(0)]
    elsewhere = Place(region="CA", postal_code="95014", country="US")
    assert [r.percent for r in rates_at(rates, elsewhere, None)] == [d(6)]
    assert [r.percent for r in rates_at(rates, Place(region="NV", country="US"), None)] == [d(5)]
    assert rates_at(rates, Place(region="BC", country="CA"), None) == ()


def test_what_comes_off_is_not_taxed_and_what_is_added_is() -> None:
    """192.00 less 12.00, and 5.00 of the line: 185.00 at 10 % are 18.50."""
    line = build.line(48, allowances=[sac("C", "D500", "06", amount="5.00")])
    order = taxed(line, facts=taxes(rate("ST", "10")), allowances=[sac(amount="12.00")])
    assert told(order) == [("ST", "18.50", "10")]


@pytest.mark.parametrize(("flag", "tax"), [(True, "20.20"), (False, "19.20")])
def test_freight_is_taxed_where_the_rate_says_so(flag: bool, tax: str) -> None:
    order = taxed(
        build.line(48),
        facts=taxes(rate("ST", "10", freight=flag)),
        invoicing={"freight": "10.00"},
        freight=[{"payment": "PC"}],
    )
    assert told(order) == [("ST", tax, "10")]


def test_goods_of_two_classes_bear_each_their_rate_and_share_what_is_taken_off_the_order() -> None:
    """Mugs 192.00 at 10 %, cheese 52.50 free of tax; 24.45 off the order is a tenth of 244.50: 19.20 fall on the mugs,
    172.80 at 10 % are 17.28."""
    data = build.books(items=[Item("CHEESE", "Cheese", "active", "LB", measured=True, tax_class="FOOD")])
    document = build.po(
        build.line(48),
        build.line(10, "LB", "5.25", ids=[("VN", "CHEESE")]),
        allowances=[sac(amount="24.45")],
    )
    facts = taxes(rate("ST", "10"), rate("ST", "0", tax_class="FOOD"))
    order = Order(document, data, invoicing=TAXED, taxes=facts)
    assert told(order) == [("ST", "17.28", "10")]


def test_a_place_without_a_rate_is_not_billed_before_somebody_decides() -> None:
    order = taxed(build.line(48), facts=taxes(rate("ST", "6", region="NV")))
    made = order.make(*order.all())
    assert made.invoice is None
    (finding,) = made.findings
    assert (finding.code, finding.value) == (Code.TAX_RATE_MISSING, "CA 92336")
    anyway = order.make(*order.all(), ignore_missing_rates=True).invoice
    assert anyway is not None
    assert (anyway.total, anyway.taxes) == (d("192.00"), ())


@pytest.mark.parametrize(
    ("certificate", "exempt"),
    [
        (TaxCertificate("R-1"), True),
        (TaxCertificate("R-1", region="CA"), True),
        (TaxCertificate("R-1", region="NV"), False),
        (TaxCertificate("R-1", expires_on=SHIPPED), True),
        (TaxCertificate("R-1", expires_on=date(2025, 3, 9)), False),
    ],
)
def test_a_certificate_exempts_where_and_as_long_as_it_is_valid(
    certificate: TaxCertificate, exempt: bool
) -> None:
    order = taxed(build.line(48), facts=taxes(rate("ST", "10"), certificates=[certificate]))
    issued = order.bill(*order.all())
    if exempt:
        assert issued.taxes == (TaxAmount("TX", d(0), exempt="1", certificate="R-1"),)
        assert issued.total == d("192.00")
    else:
        assert issued.total == d("211.20")


def test_a_certificate_spares_the_rate() -> None:
    order = taxed(build.line(48), facts=taxes(certificates=[TaxCertificate("R-1")]))
    assert order.bill(*order.all()).tax == 0


# ---------------------------------------------------------------- terms


def terms(type: str | None = "01", basis: str | None = None, **more: Any) -> Terms:
    numbers = ("discount_percent", "discount_amount")
    values = {name: d(value) if name in numbers else value for name, value in more.items()}
    return Terms(type=type, basis=basis, **values)


THIRTY = {"discount_percent": "2", "discount_days": 10, "net_days": 30}
EXPECTED = replace(LEFT, expected_on=date(2025, 3, 14))


@pytest.mark.parametrize(
    ("said", "due_on", "until"),
    [
        (terms("01", **THIRTY), "2025-04-11", "2025-03-22"),  # from 12 March
        (terms("08", **THIRTY), "2025-04-11", "2025-03-22"),
        (terms("01", "1", **THIRTY), "2025-04-09", "2025-03-20"),  # from the shipping, 10 March
        (terms("01", "3", **THIRTY), "2025-04-11", "2025-03-22"),
        (terms("01", "15", **THIRTY), "2025-04-13", "2025-03-24"),  # from the receipt of the goods, 14 March
        (terms("02", **THIRTY), "2025-04-30", "2025-04-10"),  # from the end of March
        (terms("02", net_days=30), "2025-04-30", None),
        (terms("09", discount_percent="2", day_of_month=10, net_days=30), "2025-04-30", "2025-04-10"),
        (terms("09", day_of_month=31), "2025-04-30", None),  # April has no 31st
        (terms("12", discount_percent="2"), "2025-04-10", "2025-04-10"),
        (terms("12", discount_percent="2", net_days=25), "2025-04-25", "2025-04-10"),
        (terms("05", net_days=45), "2025-04-26", None),
        (terms("05", discount_days=45), "2025-04-26", None),  # the days in the wrong place
        (terms("05", **THIRTY), "2025-04-11", None),  # no discount, whatever else it says
        (terms("03", net_due=date(2025, 6, 1), discount_due=date(2025, 5, 1), discount_percent="1"),
         "2025-06-01", "2025-05-01"),
        (terms("PP"), "2025-03-12", None),
        (terms(None, net_days=10), "2025-03-22", None),
        (terms("ZZ", text="AS AGREED"), None, None),
    ],
)  # fmt: skip
def test_due_and_discount_dates_by_type_and_basis(said: Terms, due_on: str | None, until: str | None) -> None:
    owed = due(said, date(2025, 3, 12), EXPECTED)
    assert (owed.due_on and owed.due_on.isoformat()) == due_on
    assert (owed.discount_until and owed.discount_until.isoformat()) == until


def test_where_the_order_does_not_say_from_when_the_profile_does() -> None:
    said = terms("01", net_days=30)
    assert due(said, date(2025, 3, 12), LEFT, "invoice").due_on == date(2025, 4, 11)
    assert due(said, date(2025, 3, 12), LEFT, "ship").due_on == date(2025, 4, 9)
    december = Left(date(2025, 12, 31), FONTANA)
    assert due(terms("02", net_days=10), date(2025, 12, 31), december).due_on == date(2026, 1, 10)
    february = Left(date(2024, 2, 10), FONTANA)
    assert due(terms("02", net_days=1), date(2024, 2, 10), february).due_on == date(2024, 3, 1)


def test_the_terms_of_the_order_hold_and_else_those_of_the_customer() -> None:
    customer = Customer(
        "C1", "Corner Shop", "USD", terms_type="08", discount_percent=d(1), discount_days=5, net_days=20
    )
    assert terms_of((terms("01", net_days=60),), customer) == terms("01", net_days=60)
    theirs = terms("08", discount_percent="1", discount_days=5, net_days=20)
    assert terms_of((), customer) == theirs
    assert terms_of((terms("14", net_days=9),), customer) == theirs  # as agreed before
    assert terms_of((terms("ZZ", text="SEE CONTRACT"),), customer) == theirs
    assert terms_of((), build.CUSTOMER) is None


def test_the_discount_is_of_goods_with_allowances_but_not_of_freight_and_tax() -> None:
    """192.00 less 12.00 are 180.00; 2 % are 3.60. Freight 10.00 and 18.00 tax bear none."""
    order = taxed(
        build.line(48),
        facts=taxes(rate("ST", "10")),
        invoicing={"freight": "10.00"},
        freight=[{"payment": "PC"}],
        allowances=[sac(amount="12.00")],
        terms=[terms("01", **THIRTY).model_dump()],
    )
    issued = order.bill(*order.all())
    assert money(issued)["total"] == "208.00"
    assert (issued.discountable, issued.discount) == (d("180.00"), d("3.60"))
    assert (issued.due_on, issued.discount_until) == (date(2025, 4, 9), date(2025, 3, 20))


def test_a_discount_in_money_goes_over_the_shipments() -> None:
    """5.00 for all: of a third of the goods 1.67 (1.666...), of two thirds 3.33, then 1.67 again."""
    order = Order(
        build.po(build.line(48), terms=[terms("08", discount_amount="5.00", discount_days=10).model_dump()])
    )
    got = [order.bill(order.part(1, 16)).discount for _ in range(3)]
    assert got == [d("1.67"), d("1.66"), d("1.67")]

"""Payments of an 820 or typed: matched, settled, and what does not agree told (spec B11, C15)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.arrivals import Arrived
from edi_gateway.commands.billing import crediting, payments, rebilling
from edi_gateway.commands.desk import Refused
from edi_gateway.model.billing import Payment, Remitted
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.store.tables import cases
from tests.commands.house import House
from tests.orders import build

FIRST = "INV00000001"
TERMS = {"terms": [{"type": "01", "discount_percent": Decimal(2), "discount_days": 10, "net_days": 30}]}


@pytest.fixture
def house(stocked: Engine) -> House:
    return House(stocked)


def pays(number: str, paid: str, **more: Any) -> dict[str, Any]:
    return {"reference": number, "paid": Decimal(paid), **more}


def messages(house: House) -> list[str]:
    return house.rows(select(cases.c.message).order_by(cases.c.id))


def test_an_820_pays_the_invoice_and_closes_the_order(house: House) -> None:
    order = house.sold()
    applied = house.remit("192.00", pays(FIRST, "192.00"))
    assert (applied.state, applied.business_key, applied.findings) == ("APPLIED", "T-1", ())
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert house.paid() == [("T-1", "192.00", "APPLIED")]
    assert house.paid_lines() == [(FIRST, True, "192.00", "0", "0", None)]
    assert house.stage() == "CLOSED"
    assert house.events(order)[-2:] == ["paid", "stage"]
    assert house.cases() == []


@pytest.mark.parametrize("number", [" INV00000001 ", "000INV00000001", "INV00000001"])
def test_blanks_and_leading_zeros_do_not_count(house: House, number: str) -> None:
    house.sold()
    assert house.remit("192.00", pays(number, "192.00")).state == "APPLIED"
    assert house.totals() == [(FIRST, "192.00", "PAID")]


def test_the_same_trace_again_is_the_same_payment(house: House) -> None:
    house.sold()
    assert house.remit("100.00", pays(FIRST, "100.00")).state == "APPLIED"
    assert house.remit("100.00", pays(FIRST, "100.00")).state == "DUPLICATE"
    assert house.invoice(FIRST).paid == Decimal("100.00")
    assert house.remit("92.00", pays(FIRST, "92.00"), trace="T-2").state == "APPLIED"
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert (
        house.remit("55.00", pays(FIRST, "55.00")).state == "DUPLICATE"
    )  # other content under a number that was
    assert messages(house) == ["Payment T-1: it came before over 100.00 USD, now over 55.00 USD."]


def test_a_discount_in_time_settles_the_invoice(house: House) -> None:
    house.sold(**TERMS)
    assert house.invoice(FIRST).discount == Decimal("3.84")  # 2 % of 192.00
    house.remit("188.16", pays(FIRST, "188.16", discount=Decimal("3.84")))
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert house.cases() == []


def test_a_discount_too_late_stays_open_with_a_case(house: House) -> None:
    house.sold(**TERMS)
    house.clock.move(days=11)
    house.remit("188.16", pays(FIRST, "188.16", discount=Decimal("3.84")))
    assert house.totals() == [(FIRST, "192.00", "PARTIALLY_PAID")]
    assert house.paid() == [("T-1", "188.16", "PARTLY")]
    assert house.paid_lines() == [(FIRST, True, "188.16", "0", "3.84", "09")]
    assert house.cases() == [("PAYMENT_DIFFERS", "NEW")]
    assert "they took a discount of 3.84, offered was 3.84 until 2025-03-17" in messages(house)[0]


def test_a_deduction_is_kept_with_its_reason_and_settled_by_a_credit(house: House) -> None:
    order = house.sold()
    adjusted = [{"amount": Decimal("-12.00"), "reason": "06"}]
    house.remit("180.00", pays(FIRST, "180.00", gross=Decimal("192.00"), adjustments=adjusted))
    assert house.totals() == [(FIRST, "192.00", "PARTIALLY_PAID")]
    assert house.paid_lines() == [(FIRST, True, "180.00", "0", "12.00", "06")]
    assert house.rows(select(cases.c.order_id)) == [order]
    assert house.stage() == "INVOICED"
    with house.desk("bea", "BILLING") as desk:
        crediting.credit_invoice(
            desk, house.partners, house.id_of(FIRST), why="Three were short.", amount=Decimal("12.00")
        )
    assert house.totals()[0] == (FIRST, "192.00", "PAID")
    assert house.stage() == "CLOSED"


def test_an_invoice_that_we_do_not_know_is_told_and_a_replay_finds_it_later(house: House) -> None:
    numbers = house.sell(build.po())
    applied = house.remit("192.00", pays(FIRST, "192.00"))
    assert applied.state == "ERROR"
    assert [f.code.value for f in applied.findings] == ["PAYMENT_UNMATCHED"]
    assert house.paid_lines() == [(FIRST, False, "192.00", "0", "0", None)]
    assert house.remit("192.00", pays(FIRST, "192.00")).state == "ERROR"
    house.ship(*numbers)
    house.bill()
    assert house.remit("192.00", pays(FIRST, "192.00")).state == "APPLIED"
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert house.paid() == [("T-1", "192.00", "APPLIED")]
    assert house.paid_lines() == [(FIRST, True, "192.00", "0", "0", None)]
    assert house.remit("192.00", pays(FIRST, "192.00")).state == "DUPLICATE"


def test_credits_are_used_with_the_invoice(house: House) -> None:
    house.sold()
    with house.desk("bea", "BILLING") as desk:
        crediting.credit_invoice(
            desk, house.partners, house.id_of(FIRST), why="Short.", amount=Decimal("20.00")
        )
    house.remit("172.00", pays(FIRST, "192.00"), pays("CM00000001", "-20.00", qualifier="CM"))
    assert house.totals() == [(FIRST, "192.00", "PAID"), ("CM00000001", "20.00", "PAID")]
    assert house.cases() == []


def test_a_credit_that_is_taken_off_the_invoice_settles_it_too(house: House) -> None:
    house.sold()
    with house.desk("bea", "BILLING") as desk:
        crediting.credit_invoice(
            desk, house.partners, house.id_of(FIRST), why="Short.", amount=Decimal("20.00")
        )
    house.remit("172.00", pays(FIRST, "172.00"))
    assert house.totals()[0] == (FIRST, "192.00", "PAID")
    # and when they use the credit once more, so much is open again
    house.remit("0.00", pays("CM00000001", "-20.00", qualifier="CM"), trace="T-2")
    assert house.totals()[0] == (FIRST, "192.00", "PARTIALLY_PAID")


def test_a_credit_and_rebill_paid_at_once(house: House) -> None:
    house.sold()
    with house.desk("bea", "BILLING") as desk:
        rebilling.rebill(desk, house.partners, house.id_of(FIRST), why="Wrong address.")
    house.remit(
        "192.00",
        pays(FIRST, "192.00"),
        pays("CM00000001", "-192.00"),
        pays("INV00000002", "192.00"),
    )
    assert house.totals() == [
        (FIRST, "192.00", "CREDITED"),
        ("CM00000001", "192.00", "PAID"),
        ("INV00000002", "192.00", "PAID"),
    ]
    assert house.cases() == []
    assert house.stage() == "CLOSED"


def test_lines_that_do_not_come_to_the_payment_are_told(house: House) -> None:
    house.sold()
    house.remit("200.00", pays(FIRST, "192.00"))
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert messages(house) == ["Payment T-1: its lines come to 192.00, the payment to 200.00."]
    assert house.paid() == [("T-1", "200.00", "PARTLY")]


def test_another_currency_pays_nothing(house: House) -> None:
    house.sold()
    applied = house.remit("192.00", pays(FIRST, "192.00"), currency="CAD")
    assert applied.state == "ERROR"
    assert "pays 192.00 CAD on INV00000001, which is in USD" in applied.findings[0].message
    assert house.invoice(FIRST).paid == 0


def test_a_test_820_pays_no_real_invoice(house: House) -> None:
    house.sold()
    said = Remittance.model_validate(
        {
            **{"handling": "C", "amount": Decimal("192.00"), "credit_debit": "C", "method": "ACH"},
            "entities": [{"open_items": [{"qualifier": "IV", **pays(FIRST, "192.00")}]}],
        }
    )
    with house.desk() as desk:
        arrived = Arrived(house.partners.live, said, 951, desk.clock(), True)
        assert payments.take_remittance(desk, house.partners, arrived).state == "ERROR"
    assert house.invoice(FIRST).paid == 0


def test_what_they_take_from_us_waits_for_a_person(house: House) -> None:
    applied = house.remit("10.00", credit_debit="D")
    assert (applied.state, [f.code.value for f in applied.findings]) == ("HELD", ["PAYMENT_UNMATCHED"])
    assert house.paid() == []


# ---------------------------------------------------------------- by hand


def entered(
    house: House, *lines: Remitted, amount: str, reference: str = "CHK 7", role: str = "BILLING"
) -> None:
    with house.desk("bea", role) as desk:
        on = house.clock.now.date() + timedelta(days=1)
        payments.enter(desk, house.partners, "acme", Payment(reference, Decimal(amount), "USD", on, lines))


def test_a_check_entered_by_hand(house: House) -> None:
    house.sold()
    entered(house, Remitted(FIRST, Decimal("192.00")), amount="192.00")
    assert house.totals() == [(FIRST, "192.00", "PAID")]
    assert house.paid() == [("CHK 7", "192.00", "APPLIED")]


def test_what_cannot_be_entered(house: House) -> None:
    house.sold()
    line = Remitted(FIRST, Decimal("100.00"))
    with pytest.raises(Refused, match=r"lines come to 100\.00, not to 90\.00"):
        entered(house, line, amount="90.00")
    with pytest.raises(Refused, match="no invoice of ours"):
        entered(house, Remitted("INV9", Decimal("1.00")), amount="1.00")
    with pytest.raises(Refused, match="names no invoice"):
        entered(house, amount="0")
    with pytest.raises(Refused, match="none of the roles"):
        entered(house, line, amount="100.00", role="CSR")
    entered(house, line, amount="100.00")
    with pytest.raises(Refused, match="under this reference before"):
        entered(house, line, amount="100.00")
    assert house.paid() == [("CHK 7", "100.00", "APPLIED")]  # nothing of what was refused

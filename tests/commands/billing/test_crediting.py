"""Invoices credited and billed again; what was issued stays (spec B11)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.billing import crediting, payments, rebilling
from edi_gateway.commands.desk import Refused
from edi_gateway.model.billing import Payment, Remitted
from edi_gateway.store.tables import invoice_lines, line_parts
from tests.commands.house import House
from tests.orders import build

FIRST = "INV00000001"


@pytest.fixture
def house(stocked: Engine) -> House:
    return House(stocked)


def credit(house: House, *roles: str, number: str = FIRST, why: str = "Broken.", **what: object) -> str:
    with house.desk("bea", *(roles or ("BILLING",))) as desk:
        made = crediting.credit_invoice(desk, house.partners, house.id_of(number), why=why, **what)  # type: ignore[arg-type]
    assert made.credit is not None, made.waits
    return made.credit.number


def test_a_credit_in_full_settles_the_invoice_and_closes_the_order(house: House) -> None:
    order = house.sold()
    before = tuple(house.invoice(FIRST))
    assert credit(house) == "CM00000001"
    assert house.totals() == [(FIRST, "192.00", "CREDITED"), ("CM00000001", "192.00", "ISSUED")]
    after = house.invoice(FIRST)
    same = [n for n, name in enumerate(after._fields) if name != "state"]
    assert [tuple(after)[n] for n in same] == [before[n] for n in same]  # an issued invoice is never changed
    body = house.sent()[1][1]
    assert body.startswith("BIG*20250307*CM00000001*20250301*PO-1***CR*00**INV00000001~")
    assert "REF*OI*INV00000001~" in body
    assert house.stage() == "CLOSED"
    assert "credited" in house.events(order)
    assert house.unbilled() == []  # what was credited is not billed again by itself
    assert house.bill() == [FIRST, "CM00000001"]


def test_some_of_it_and_then_no_more_than_is_left(house: House) -> None:
    house.sold()
    credit(house, quantities={1: Decimal(40)})
    credit(house, amount=Decimal("30.00"))
    assert house.totals()[1:] == [("CM00000001", "160.00", "ISSUED"), ("CM00000002", "30.00", "ISSUED")]
    with pytest.raises(Refused, match=r"2\.01, and 2\.00 of INV00000001 is left"):
        credit(house, amount=Decimal("2.01"))
    with pytest.raises(Refused, match="of line 1 8 EA may be credited, not 9"):
        credit(house, quantities={1: Decimal(9)})
    credit(house)
    assert house.totals()[0] == (FIRST, "192.00", "CREDITED")
    assert house.totals()[3] == ("CM00000003", "2.00", "ISSUED")
    assert len(house.numbers_issued()) == 4  # what was refused drew no number


def test_billing_again_takes_what_is_known_now_and_the_parts_go_with_it(stocked: Engine) -> None:
    house = House(stocked, {"tax": True})
    house.import_("tax-rates", "country,region,code,percent\nUS,CA,ST,10\n")
    house.sold(build.line(10))
    assert house.totals() == [(FIRST, "44.00", "ISSUED")]
    house.import_("tax-certificates", "customer,number\nC1,R-77\n")
    with house.desk("bea", "BILLING") as desk:
        rebilling.rebill(desk, house.partners, house.id_of(FIRST), why="They are exempt.")
    assert house.totals() == [
        (FIRST, "44.00", "CREDITED"),
        ("CM00000001", "44.00", "ISSUED"),
        ("INV00000002", "40.00", "ISSUED"),
    ]
    again = house.invoice("INV00000002")
    assert (again.kind, again.original_id, again.reason) == ("REBILL", house.id_of(FIRST), "They are exempt.")
    assert house.rows(select(line_parts.c.invoice_id).where(line_parts.c.state == "SHIPPED")) == [again.id]
    assert house.sent()[2][1].startswith("BIG*20250307*INV00000002*20250301*PO-1***RE*00**INV00000001~")
    assert house.stage() == "INVOICED"  # the rebill is to be paid


def test_a_rebill_charges_freight_and_amounts_of_the_order_again(stocked: Engine) -> None:
    house = House(stocked, {"freight": "12.50"})
    off = {"kind": "A", "code": "C310", "amount": Decimal("10.00"), "handling": "02"}
    (number,) = house.sell(build.po(build.line(48), freight=[{"payment": "PC"}], allowances=[off]))
    house.ship(number, lines={(number, 1): 24})
    house.bill()
    with house.desk("bea", "BILLING") as desk:
        rebilling.rebill(desk, house.partners, house.id_of(FIRST), why="Sent to the wrong address.")
    house.ship(number)
    house.bill()
    # 96.00 + 12.50 - 5.00, credited, the same again; then 96.00 - 5.00 without freight
    assert house.totals() == [
        (FIRST, "103.50", "CREDITED"),
        ("CM00000001", "103.50", "ISSUED"),
        ("INV00000002", "103.50", "ISSUED"),
        ("INV00000003", "91.00", "ISSUED"),
    ]


def test_what_is_credited_in_part_is_not_billed_again(house: House) -> None:
    house.sold()
    credit(house, amount=Decimal("1.00"))
    with pytest.raises(Refused, match="credited already"), house.desk() as desk:
        rebilling.rebill(desk, house.partners, house.id_of(FIRST), why="Wrong.")


def test_who_may_credit_and_how_much(house: House) -> None:
    house.sold(build.line(7000))  # 28,000.00
    with pytest.raises(Refused, match="none of the roles"):
        credit(house, "CSR")
    with pytest.raises(Refused, match="may credit up to 25000"):
        credit(house, "BILLING")
    with pytest.raises(Refused, match="why"):
        credit(house, why=" ")
    with house.desk("bea", "BILLING", limit=Decimal(100)) as desk, pytest.raises(Refused, match="up to 100"):
        crediting.credit_invoice(
            desk, house.partners, house.id_of(FIRST), why="Late.", amount=Decimal("100.01")
        )
    credit(house, "SUPERVISOR")


def test_a_credit_is_not_credited(house: House) -> None:
    house.sold()
    number = credit(house, amount=Decimal("5.00"))
    with pytest.raises(Refused, match="is a credit"):
        credit(house, number=number)
    with pytest.raises(Refused, match="no such invoice"), house.desk() as desk:
        crediting.credit_invoice(desk, house.partners, 5, why="Wrong.")


def test_the_lines_are_kept_for_reports(house: House) -> None:
    house.sold(build.line(10), build.line(20))
    credit(house, quantities={2: Decimal(5)})
    c = invoice_lines.c
    rows = house.rows(select(c.n, c.line, c.quantity, c.amount).order_by(c.invoice_id, c.n))
    assert [(n, line, f"{q:f}", f"{a:f}") for n, line, q, a in rows] == [
        (1, 1, "10", "40.00"),
        (2, 2, "20", "80.00"),
        (2, 2, "5", "20.00"),
    ]


def test_an_invoice_that_was_paid_may_be_credited_and_the_credit_used(house: House) -> None:
    house.sold()
    house.remit("192.00", {"reference": FIRST, "paid": Decimal("192.00")})
    number = credit(house, quantities={1: Decimal(2)})
    assert house.totals()[0] == (FIRST, "192.00", "PAID")
    with house.desk("bea", "BILLING") as desk:
        used = Payment(
            "M-1", Decimal("-8.00"), "USD", house.clock.now.date(), (Remitted(number, Decimal("-8.00")),)
        )
        payments.enter(desk, house.partners, "acme", used)
    assert house.totals()[1] == ("CM00000001", "8.00", "PAID")

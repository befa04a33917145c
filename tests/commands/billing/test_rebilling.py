"""Corrections by hand: an invoice billed again otherwise, and what the gate does not let go without a second person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from edi_gateway.commands.billing import crediting, rebilling
from edi_gateway.commands.billing.matters import Corrected
from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.orders.billing.correcting import Corrections, NewAmount
from edi_gateway.store.tables import documents
from edi_gateway.store.tables import holds as hold_rows
from tests.commands.house import House
from tests.orders import build

FIRST = "INV00000001"


@pytest.fixture
def house(stocked: Engine) -> House:
    penalty = {"rule": "billed_price_as_acknowledged", "amount": "25", "text": "Routing guide 4"}
    return House(stocked, chargebacks=[penalty])


def rebill(
    house: House, *roles: str, who: str = "bea", number: str = FIRST, why: str = "Wrong.", **said: Any
) -> Corrected:
    with house.desk(who, *(roles or ("BILLING",))) as desk:
        corrections = Corrections(**said)
        return rebilling.rebill(desk, house.partners, house.id_of(number), why=why, corrections=corrections)


def totals(house: House) -> list[tuple[str, str]]:
    return [(number, total) for number, total, _ in house.totals()]


def standing(house: House) -> list[tuple[str, str, str, str]]:
    """(rule, state, steps that it stops, who asked for what it holds) of every hold."""
    c = hold_rows.c
    rows = house.rows(select(c.fingerprint, c.state, c.blocks, c.raised_by).order_by(c.id))
    return [(text.split("rule=")[1].split(";")[0], *rest) for text, *rest in rows]


def release(house: House, who: str, *roles: str) -> None:
    with house.desk(who, *(roles or ("BILLING",))) as desk:
        (hold,) = house.rows(select(hold_rows.c.id).where(hold_rows.c.state == "ACTIVE"))
        holds.release(desk, house.partners, hold, reason="CUSTOMER_AGREED", text="They agree.")


def acknowledge(house: House, price: str) -> None:
    """The 855 that went turns out to have said another price than 4.00."""
    c = documents.c
    with house.engine.begin() as conn:
        (text,) = conn.execute(select(c.canonical).where(c.set_code == "855")).scalars()
        said = text.replace('"price":"4.00"', f'"price":"{price}"')
        assert said != text
        conn.execute(update(documents).where(c.set_code == "855").values(canonical=said))


def test_a_price_that_was_acknowledged_is_billed_again_at_once(house: House) -> None:
    """48 x 3.90."""
    order = house.sold()
    acknowledge(house, "3.90")
    made = rebill(house, prices={1: Decimal("3.90")})
    assert made.waits == ()
    assert totals(house) == [(FIRST, "192.00"), ("CM00000001", "192.00"), ("INV00000002", "187.20")]
    assert house.invoice("INV00000002").original_id == house.id_of(FIRST)
    assert "~IT1*1*48*EA*3.9**VN*MUG~" in house.sent()[2][1]
    assert house.events(order)[-1] == "billed again"


def test_another_price_waits_with_the_rule_and_the_likely_penalty(house: House) -> None:
    order = house.sold()
    made = rebill(house, prices={1: Decimal("3.90")})
    assert made.waits == (
        "The 855 acknowledges 4.00 in line 1 of PO PO-1, the 810 bills 3.90. Likely chargeback: 25.00 USD "
        "(Routing guide 4).",
    )
    assert (made.credit, made.rebill) == (None, None)  # not one without the other
    assert totals(house) == [(FIRST, "192.00")]
    assert standing(house) == [("billed_price_as_acknowledged", "ACTIVE", "", "bea")]
    assert house.events(order)[-1] == "rebill held"
    assert [family for family, _ in house.cases()] == ["GATE_BREACH"]


def test_who_asked_for_it_does_not_release_it_and_somebody_else_lets_it_go(house: House) -> None:
    house.sold()
    rebill(house, prices={1: Decimal("3.90")})
    with pytest.raises(Refused, match="bea asked for what this hold keeps back"):
        release(house, "bea", "BILLING", "SUPERVISOR")
    release(house, "cat")
    dearer = rebill(house, prices={1: Decimal("3.95")})  # the release was for 3.90
    assert len(dearer.waits) == 1
    made = rebill(house, prices={1: Decimal("3.90")})
    assert made.waits == ()
    assert totals(house)[2] == ("INV00000002", "187.20")
    assert house.numbers_issued() == [FIRST, "CM00000001", "INV00000002"]  # what was held drew no number
    assert {state for _, state, *_ in standing(house)} == {"RELEASED"}


def test_what_waits_keeps_nothing_else_back_and_goes_when_it_is_right(house: House) -> None:
    (number,) = house.sell(build.po())
    house.ship(number, lines={(number, 1): 24})
    house.bill()
    rebill(house, prices={1: Decimal("5.00")})
    house.ship(number)
    assert house.bill() == [FIRST, "INV00000002"]
    made = rebill(house, quantities={1: Decimal(23)})
    assert made.waits == ()
    assert [(rule, state) for rule, state, *_ in standing(house)] == [
        ("billed_price_as_acknowledged", "RELEASED")
    ]


def test_fewer_are_billed_again_and_the_others_are_not_billed_by_themselves(house: House) -> None:
    house.sold()
    rebill(house, quantities={1: Decimal(46)}, why="Two were short at the dock.")
    assert totals(house)[1:] == [("CM00000001", "192.00"), ("INV00000002", "184.00")]
    assert house.unbilled() == []
    assert len(house.bill()) == 3
    rebill(house, number="INV00000002", quantities={1: Decimal(48)}, why="They were found.")
    assert totals(house)[4] == ("INV00000003", "192.00")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"quantities": {1: Decimal(49)}}, "of line 1 48 EA have shipped: as many or fewer are billed, not 49"),
    ({"quantities": {1: Decimal(0)}}, "credit the line"),
    ({"quantities": {1: Decimal("1.5")}}, "line 1 is in whole EA"),
    ({"quantities": {2: Decimal(1)}}, "INV00000001 has no line 2"),
    ({"prices": {3: Decimal(1)}}, "INV00000001 has no line 3"),
    ({"prices": {1: Decimal(-1)}}, "-1 is no price"),
    ({"amounts": (NewAmount("C", "D5", Decimal(1)),)}, "no SAC02"),
    ({"amounts": (NewAmount("C", "D500", Decimal(-1)),)}, "-1 is no amount"),
    ({"amounts": (NewAmount("C", "D500", Decimal("0.001")),)}, "0.001 is no amount in USD"),
]


def test_what_cannot_be_billed_is_refused_and_changes_nothing(house: House) -> None:
    house.sold()
    for said, why in REFUSED:
        with pytest.raises(Refused, match=why):
            rebill(house, **said)
    assert totals(house) == [(FIRST, "192.00")]
    assert standing(house) == []


def test_freight_that_was_wrong_is_left_out_and_tax_follows(stocked: Engine) -> None:
    """192.00 and 12.50 freight, 10 % of 204.50 are 20.45; without freight 19.20 of 192.00."""
    house = House(stocked, {"freight": "12.50", "tax": True})
    house.import_("tax-rates", "country,region,code,percent,freight\nUS,CA,ST,10,yes\n")
    house.sold(freight=[{"payment": "PC"}])
    assert totals(house) == [(FIRST, "224.95")]
    made = rebill(house, amounts=(NewAmount("C", "D240", Decimal(0)),))
    assert made.waits == ()
    assert totals(house)[2] == ("INV00000002", "211.20")
    # 15.00 is more than the terms say
    dearer = rebill(house, number="INV00000002", amounts=(NewAmount("C", "D240", Decimal("15.00")),))
    assert dearer.waits == ("PO PO-1 has 12.50 for D240, the 810 makes it 15.00.",)


def test_an_allowance_of_the_order_is_not_left_out_without_a_second_person(stocked: Engine) -> None:
    house = House(stocked)
    off = {"kind": "A", "code": "C310", "amount": Decimal("10.00"), "handling": "02"}
    house.sold(allowances=[off])
    waits = rebill(house, amounts=(NewAmount("A", "C310", Decimal(0)),)).waits
    assert waits == ("PO PO-1 has an allowance C310 of 10.00 off the invoice, the 810 does not take it.",)
    charge = rebill(house, amounts=(NewAmount("C", "H740", Decimal("3.00")),)).waits
    assert charge == ("The 810 charges 3.00 for H740, the 850 has no such charge.",)
    goodwill = rebill(house, amounts=(NewAmount("A", "H000", Decimal("5.00"), n=1),))
    assert goodwill.waits == ()
    assert totals(house)[2] == ("INV00000002", "177.00")  # 192.00 - 5.00 - 10.00


def test_who_may_and_up_to_how_much(house: House) -> None:
    house.sold()
    with pytest.raises(Refused, match="none of the roles"):
        rebill(house, "CSR", quantities={1: Decimal(1)})
    with pytest.raises(Refused, match="why"):
        rebill(house, why=" ", quantities={1: Decimal(1)})
    with house.desk("bea", "BILLING", limit=Decimal(100)) as desk, pytest.raises(Refused, match="up to 100"):
        rebilling.rebill(desk, house.partners, house.id_of(FIRST), why="Wrong.")


def test_a_credit_that_does_not_add_up_for_the_buyer_waits(stocked: Engine) -> None:
    """4 at 0.335 are 1.34. Each credited by itself is 0.34: of the fourth 0.32 are left, two cents off its price."""
    policies = {"price_buyer_lower": {"percent": "100"}, "price_within": "buyer"}
    penalty = {"rule": "invoice_total_adds_up", "percent": "5", "amount": "10"}
    house = House(stocked, policies=policies, chargebacks=[penalty])
    house.sold(build.line(4, price="0.335"))
    assert totals(house) == [(FIRST, "1.34")]

    def credit(who: str = "bea", **what: Any) -> Corrected:
        with house.desk(who, "BILLING") as desk:
            return crediting.credit_invoice(desk, house.partners, house.id_of(FIRST), why="Broken.", **what)

    for _ in range(3):
        assert credit(quantities={1: Decimal(1)}).waits == ()
    # 10.00, and 5 % of 0.32 rounded half-up
    assert credit(quantities={1: Decimal(1)}).waits == (
        "The lines, charges, allowances and taxes of the 810 come to 0.34, TDS says 0.32. Likely chargeback: "
        "10.02 USD.",
    )
    assert len(house.numbers_issued()) == 4
    release(house, "cat")
    assert credit(quantities={1: Decimal(1)}).waits == ()
    assert totals(house)[4] == ("CM00000004", "0.32")
    assert house.totals()[0] == (FIRST, "1.34", "CREDITED")

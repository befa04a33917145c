"""What shipped is billed once, at the acknowledged price, when its notice is as far as the partner wants (spec B11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from edi_gateway.commands.billing import invoicing, issuing
from edi_gateway.commands.desk import Controls, Desk, Numbers, Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.master_data import imports
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.store import work
from edi_gateway.store.tables import audit, documents, invoices, orders, shipments
from tests.commands.desks import SYSTEM
from tests.commands.house import House
from tests.orders import build
from tests.orders.billing.bills import sac


@pytest.fixture
def house(stocked: Engine) -> House:
    return House(stocked)


def test_what_has_left_is_billed_and_the_810_waits_to_go(house: House) -> None:
    order = house.sold(build.line(48), build.line(12, price="4.00"))
    assert house.totals() == [("INV00000001", "240.00", "ISSUED")]  # 60 x 4.00
    made = house.invoice("INV00000001")
    assert (made.order_id, made.partner, made.customer, made.goods) == (
        order,
        "acme",
        "C1",
        Decimal("240.00"),
    )
    assert made.issued_on == date(2025, 3, 7)
    assert house.states() == [("NONE", "DONE")]
    assert house.unbilled() == []
    assert house.stage() == "INVOICED"
    ((state, body),) = house.sent()
    assert state == "QUEUED"
    assert body.startswith("BIG*20250307*INV00000001*20250301*PO-1***DI*00~")
    assert "TDS*24000~" in body
    assert house.events(order)[-2:] == ["invoiced", "stage"]
    assert "invoice issued" in house.rows(select(audit.c.action))
    assert house.bill() == ["INV00000001"]  # nothing is billed twice


def test_two_shipments_are_two_invoices_with_freight_once(stocked: Engine) -> None:
    house = House(stocked, {"freight": "12.50"})
    (number,) = house.sell(build.po(build.line(48), freight=[{"payment": "PC"}]))
    house.ship(number, lines={(number, 1): 20})
    house.bill()
    assert house.stage() == "PARTIALLY_SHIPPED"
    house.ship(number)
    house.bill()
    # 20 x 4.00 + 12.50, then 28 x 4.00
    assert house.totals() == [("INV00000001", "92.50", "ISSUED"), ("INV00000002", "112.00", "ISSUED")]
    assert house.stage() == "INVOICED"


def test_two_orders_on_one_truck_are_two_invoices(house: House) -> None:
    numbers = house.sell(build.po(build.line(12)), build.po(build.line(24), po_number="PO-2"))
    house.ship(*numbers)
    house.bill()
    assert house.totals() == [("INV00000001", "48.00", "ISSUED"), ("INV00000002", "96.00", "ISSUED")]


@pytest.mark.parametrize(
    ("after", "billed"),
    [
        ("made", {"MADE", "SENT", "ACKED", "REJECTED"}),
        ("sent", {"SENT", "ACKED", "REJECTED"}),
        ("accepted", {"ACKED"}),
    ],
)
def test_the_invoice_waits_until_the_notice_is_as_far_as_the_partner_wants(
    stocked: Engine, after: str, billed: set[str]
) -> None:
    house = House(stocked, {"after_notice": after}, notice=True)
    house.ship(*house.sell(build.po()))
    for state in ("DUE", "HELD", "MADE", "REJECTED", "SENT", "ACKED"):
        house.set_notice(state)
        assert bool(house.bill()) == (state in billed or bool(house.numbers_issued())), state
        if state in billed:
            return


def test_nothing_is_billed_before_it_has_left(house: House) -> None:
    house.sell(build.po())
    assert house.bill() == []
    shipment = house.ship(*[number for number, *_ in house.releases()])
    with house.engine.begin() as conn:
        later = house.clock.now + timedelta(hours=1)
        conn.execute(update(shipments).where(shipments.c.id == shipment).values(invoice_after=later))
    assert house.bill() == []


def test_a_hold_on_a_line_stops_that_line_only_and_it_is_billed_when_the_hold_goes(house: House) -> None:
    house.ship(*house.sell(build.po(build.line(10), build.line(20))))
    (order,) = house.rows(select(orders.c.id))
    with house.desk() as desk:
        hold = holds.place(desk, house.partners, order, text="Price is disputed.", line=2, blocks="I")
    house.bill()
    assert house.totals() == [("INV00000001", "40.00", "ISSUED")]
    assert house.unbilled() == [(2, "20")]
    assert house.states() == [("NONE", "BLOCKED")]
    assert house.stage() == "PARTIALLY_INVOICED"
    assert house.bill() == ["INV00000001"]
    assert house.events(order).count("invoice held") == 1
    with house.desk("zoe") as desk:
        holds.release(desk, house.partners, hold, reason="OTHER", text="Settled.")
    house.bill()
    assert house.totals()[1:] == [("INV00000002", "80.00", "ISSUED")]
    assert house.states() == [("NONE", "DONE")]
    assert house.billed_twice() == []


def test_a_hold_on_the_order_stops_all_of_it(house: House) -> None:
    house.ship(*house.sell(build.po()))
    (order,) = house.rows(select(orders.c.id))
    with house.desk() as desk:
        holds.place(desk, house.partners, order, text="No proof of delivery.", blocks="I")
    assert house.bill() == []
    assert house.states() == [("NONE", "BLOCKED")]


# ---------------------------------------------------------------- tax


def test_without_a_rate_the_order_is_held_and_goes_on_by_itself_when_one_is_imported(stocked: Engine) -> None:
    house = House(stocked, {"tax": True})
    order = house.sold(build.line(48))
    assert house.numbers_issued() == []
    assert house.holds(order) == [("BILLING", None, "ACTIVE")]
    assert house.cases()[-1] == ("TAX_RATE_MISSING", "NEW")
    house.bill()
    assert len(house.holds(order)) == 1  # looked at again it is the same hold
    house.import_("tax-rates", "country,region,code,percent\nUS,NV,ST,4\n")
    with house.desk(actor=SYSTEM) as desk:
        invoicing.tax_came(desk, house.partners)
    assert house.holds(order) == [("BILLING", None, "ACTIVE")]
    house.import_("tax-rates", "country,region,code,percent\nUS,CA,ST,6.25\n")
    with house.desk(actor=SYSTEM) as desk:
        invoicing.tax_came(desk, house.partners)
    assert house.holds(order) == [("BILLING", None, "RELEASED")]
    assert house.totals() == [("INV00000001", "204.00", "ISSUED")]  # 192.00 + 12.00
    assert house.cases()[-1] == ("TAX_RATE_MISSING", "RESOLVED")


def test_an_order_that_says_it_is_exempt_waits_for_the_certificate(stocked: Engine) -> None:
    house = House(stocked, {"tax": True})
    house.import_("tax-rates", "country,region,code,percent\nUS,CA,ST,10\n")
    order = house.sold(build.line(10), tax_references=[{"exempt": "3", "number": "12-345"}])
    assert house.numbers_issued() == []
    assert house.holds(order) == [("BILLING", None, "ACTIVE")]
    house.import_("tax-certificates", "customer,number\nC1,R-77\n")
    with house.desk(actor=SYSTEM) as desk:
        invoicing.tax_came(desk, house.partners)
    assert house.totals() == [("INV00000001", "40.00", "ISSUED")]
    assert house.holds(order) == [("BILLING", None, "RELEASED")]


def test_somebody_may_let_it_go_without_the_tax(stocked: Engine) -> None:
    house = House(stocked, {"tax": True})
    order = house.sold(build.line(48))
    with house.desk("bea", "BILLING") as desk:
        holds.release(desk, house.partners, house.hold(order), reason="OTHER", text="Not taxed there.")
    house.bill()
    assert house.totals() == [("INV00000001", "192.00", "ISSUED")]


def test_a_certificate_exempts_until_its_last_day(stocked: Engine) -> None:
    house = House(stocked, {"tax": True})
    house.import_("tax-rates", "country,region,code,percent\nUS,CA,ST,10\n")
    house.import_("tax-certificates", "customer,region,number,expires_on\nC1,CA,R-77,2025-03-07\n")
    house.sold(build.line(10))
    assert house.totals() == [("INV00000001", "40.00", "ISSUED")]
    assert "TXI*TX*0****1***R-77~" in house.sent()[0][1]
    house.clock.move(days=1)
    numbers = house.sell(build.po(build.line(10), po_number="PO-2"))
    house.clock.move(days=3)
    house.ship(numbers[-1])
    house.bill()
    assert house.totals()[1:] == [("INV00000002", "44.00", "ISSUED")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("tax-rates", "country,region,code,percent\nUS,CA,ST,6.25\n"),
        ("tax-certificates", "customer,number\nC1,R-77\n"),
    ],
)
def test_rates_and_certificates_wait_for_a_second_person(house: House, kind: str, text: str) -> None:
    house.controls = Controls()
    with house.desk("mia", "MASTER_DATA") as desk:
        waits = import_csv(desk, kind, text.encode(), "taxes.csv").waits
    assert waits is not None
    with pytest.raises(Refused), house.desk("mia", "MASTER_DATA") as desk:
        imports.approve(desk, waits)
    with house.desk("zoe", "MASTER_DATA") as desk:
        assert imports.approve(desk, waits).added == 1
    with house.desk(actor=SYSTEM) as desk:
        assert [item.payload for item in work.ready(desk.conn, "retax", 9, desk.clock())]


def test_what_is_wrong_in_a_file_of_rates_is_told(house: House) -> None:
    text = "country,region,code,percent\nUS,CA,ST,101\nUS,CA,,6\n"
    with house.desk() as desk:
        report = import_csv(desk, "tax-rates", text.encode(), "rates.csv")
        unknown = import_csv(desk, "tax-certificates", b"customer,number\nC9,R-1\n", "c.csv")
    assert [(problem.row, problem.column) for problem in report.problems] == [(2, "percent"), (3, "code")]
    assert [problem.problem for problem in unknown.problems] == ["there is no such customer: import it first"]


# ---------------------------------------------------------------- by profile


def test_an_invoice_a_store(stocked: Engine) -> None:
    house = House(stocked, {"per": "store"})
    house.import_(
        "ship-tos",
        "partner,qualifier,code,name,city,region,postal_code,kind,dc\n"
        "acme,92,0001,Store 1,Reno,NV,89501,store,0553\nacme,92,0002,Store 2,Reno,NV,89502,store,0553\n",
    )
    shares = [
        {"location_qualifier": "92", "location": "0001", "quantity": Decimal(30)},
        {"location_qualifier": "92", "location": "0002", "quantity": Decimal(18)},
    ]
    house.ship(*house.sell(build.po(build.line(48, allocations=shares), allowances=[sac(amount="10.00")])))
    house.bill()
    # 120.00 and 72.00; of 10.00 off 6.25 (120 of 192), then the rest, 3.75
    assert house.totals() == [("INV00000001", "113.75", "ISSUED"), ("INV00000002", "68.25", "ISSUED")]
    assert [house.invoice(n).store for n in house.numbers_issued()] == ["92:0001", "92:0002"]
    assert "N1*BY*Store 1*92*0001~" in house.sent()[0][1]


def test_all_that_left_on_a_day_on_one_invoice_once_the_day_is_over(stocked: Engine) -> None:
    house = House(stocked, {"per": "consolidated"})
    numbers = house.sell(build.po(build.line(12)), build.po(build.line(24), po_number="PO-2"))
    for number in numbers:
        house.ship(number)
    assert house.bill() == []
    house.clock.move(days=1)
    house.bill()
    assert house.totals() == [("INV00000001", "144.00", "ISSUED")]
    made = house.invoice("INV00000001")
    assert (made.order_id, made.shipment_id) == (None, None)
    body = house.sent()[0][1]
    assert "***CI*00~" in body
    assert body.count("REF*PO*") == 2
    assert house.states() == [("NONE", "DONE"), ("NONE", "DONE")]


def test_no_810_goes_where_the_partner_wants_none(stocked: Engine) -> None:
    house = House(stocked, {"send": False})
    house.sold()
    assert house.totals() == [("INV00000001", "192.00", "ISSUED")]
    assert house.sent() == []


@pytest.mark.parametrize(("habit", "sent"), [("suppress", 0), ("send", 1)])
def test_an_invoice_over_nothing_is_issued_and_paid_and_goes_only_by_profile(
    stocked: Engine, habit: str, sent: int
) -> None:
    house = House(stocked, {"zero_total": habit}, policies={"price_zero": "accept"})
    house.sold(build.line(5, price="0"))
    assert house.totals() == [("INV00000001", "0.00", "PAID")]
    assert len(house.sent()) == sent
    assert house.stage() == "CLOSED"


def test_consigned_goods_are_not_billed(house: House) -> None:
    house.ship(*house.sell(build.po(type="CN")))
    assert house.bill() == []
    assert house.unbilled() == [(1, "48")]


def test_free_goods_left_out_count_as_billed(stocked: Engine) -> None:
    house = House(stocked, {"free_goods": "leave out"})
    house.sold(build.line(20, allowances=[sac(code="D170", quantity="10", quantity_upper="1")]))
    assert house.unbilled() == []
    assert "IT1*1*20*EA*4" in house.sent()[0][1]
    assert house.sent()[0][1].count("IT1*") == 1


def test_numbers_follow_the_pattern_of_the_house_without_a_gap(house: House) -> None:
    house.numbers = Numbers(invoice="{n}-25")
    numbers = house.sell(build.po(), build.po(build.line(6), po_number="PO-2"))
    house.ship(numbers[0])
    house.bill()
    house.ship(numbers[1])
    assert _billed_and_lost(house) == ["2-25"]  # the number is given back with all the rest
    assert house.bill() == ["1-25", "2-25"]


def _billed_and_lost(house: House) -> list[str]:
    """What a pass issued before its transaction was rolled back."""
    with house.engine.connect() as conn, conn.begin() as transaction:
        desk = Desk(conn, house.ids, house.clock, SYSTEM, numbers=house.numbers)
        ((profile, ids),) = invoicing.due(desk, house.partners)
        made = invoicing.bill(desk, house.partners, profile, ids)
        transaction.rollback()
    return [each.number for each in made]


def test_a_test_order_is_billed_in_a_series_of_its_own(house: House) -> None:
    numbers = house.sell(build.po())
    with house.engine.begin() as conn:
        conn.execute(update(orders).values(test=True))
    house.ship(*numbers)
    with house.engine.begin() as conn:
        conn.execute(update(shipments).values(test=True))
    assert house.bill() == ["T00000001"]
    assert house.rows(select(documents.c.test).where(documents.c.set_code == "810")) == [True]


def test_an_invoice_may_be_asked_for_and_says_why_not(house: House) -> None:
    shipment = house.ship(*house.sell(build.po()))
    with house.desk("bea", "BILLING") as desk:
        assert invoicing.issue(desk, house.partners, shipment).numbers == ("INV00000001",)
    with pytest.raises(Refused, match="all of it is invoiced"), house.desk("bea", "BILLING") as desk:
        invoicing.issue(desk, house.partners, shipment)
    with pytest.raises(Refused, match="none of the roles"), house.desk("carl", "CSR") as desk:
        invoicing.issue(desk, house.partners, shipment)
    with pytest.raises(Refused, match="no such shipment"), house.desk() as desk:
        invoicing.issue(desk, house.partners, 5)


# ---------------------------------------------------------------- what became of the 810


@pytest.mark.parametrize(
    ("document", "invoice", "case"),
    [
        ("SENT", "SENT", None),
        ("ACK_OVERDUE", "SENT", None),
        ("ACKED", "ACKED", None),
        ("ACKED_WITH_ERRORS", "ACKED", None),
        ("REJECTED", "REJECTED", "INVOICE_REJECTED"),
        ("BUNDLED", "ISSUED", None),
    ],
)
def test_the_invoice_follows_its_document(
    house: House, document: str, invoice: str, case: str | None
) -> None:
    order = house.sold()
    with house.engine.begin() as conn:
        conn.execute(update(documents).where(documents.c.set_code == "810").values(state=document))
    for _ in range(2):
        with house.desk(actor=SYSTEM) as desk:
            issuing.follow(desk)
    assert house.totals() == [("INV00000001", "192.00", invoice)]
    assert [code for code, _ in house.cases()] == ([case] if case else [])
    if invoice != "ISSUED":
        assert house.events(order)[-1] == f"invoice {invoice.lower()}"


def test_what_is_paid_does_not_go_back_to_sent(house: House) -> None:
    house.sold()
    with house.engine.begin() as conn:
        conn.execute(update(invoices).values(state="PAID"))
        conn.execute(update(documents).where(documents.c.set_code == "810").values(state="ACKED"))
    with house.desk(actor=SYSTEM) as desk:
        assert issuing.follow(desk) == 0
    assert house.totals() == [("INV00000001", "192.00", "PAID")]


def test_an_810_that_our_own_check_does_not_pass_stands_as_invalid_with_a_case(house: House) -> None:
    more: dict[str, Any] = {"po_number": "P" * 30}  # BIG04 has 22 characters
    house.sold(build.line(48), **more)
    assert house.totals() == [("INV00000001", "192.00", "ISSUED")]
    assert [state for state, _ in house.sent()] == ["INVALID"]
    assert house.cases()[-1] == ("OWN_DOCUMENT_INVALID", "NEW")


def test_of_an_order_that_was_cut_an_amount_goes_with_what_ships(house: House) -> None:
    """10.00 off 48, of which 24 leave and the others are cancelled: 96.00 less 5.00."""
    off = {"kind": "A", "code": "C310", "amount": Decimal("10.00"), "handling": "02"}
    (number,) = house.sell(build.po(build.line(48), allowances=[off]))
    house.ship(number, lines={(number, 1): 24}, rest="cancel")
    house.bill()
    assert [(number, total) for number, total, _ in house.totals()] == [("INV00000001", "91.00")]

"""Documents at the gate, by the real commands: what would contradict the past waits, and goes by release or by cure."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from edi_gateway.cli.telling import named
from edi_gateway.commands.billing import invoicing
from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.ordering import orders as order_desk
from edi_gateway.commands.ordering.take_orders import take_orders
from edi_gateway.commands.shipping.typed_confirm import Typed, confirm
from edi_gateway.commands.telling import notices
from edi_gateway.model.fulfilment import Transport
from edi_gateway.reports.book import holds as reports
from edi_gateway.store.tables import cases, documents, findings
from edi_gateway.store.tables import holds as hold_rows
from tests.commands.book import Book
from tests.commands.desks import SYSTEM
from tests.commands.gatehouse import MONDAY, Gate, Papers
from tests.orders import build
from tests.orders.billing.bills import sac

ROUTED = {"carriers": [{"id_qualifier": "2", "id": "ABCD"}]}


@pytest.fixture
def gate(stocked: Engine) -> Gate:
    return Gate(stocked)


# ---------------------------------------------------------------- 855


LATE = {"rule": "answer_in_time", "amount": "50", "severity": "hold", "text": "Guide 4.1"}


def taken_late(book: Book) -> int:
    """An order that came 25 hours ago is read only now."""
    with book.desk(actor=SYSTEM) as desk:
        came = [book.incoming(build.po())]
        write = book.partners.write("acme", "855")
        (taken,) = take_orders(desk, book.partners.live, came, write, desk.clock() - timedelta(hours=25))
    assert taken.order_id is not None
    return taken.order_id


def test_a_first_answer_waits_with_the_rule_and_the_likely_penalty(stocked: Engine) -> None:
    book = Book(stocked, chargebacks=[LATE])
    order = taken_late(book)
    assert book.answers(order) == []
    assert book.states() == [("PO-1", 1, "ACCEPTED", "DUE")]  # it stops no step: the order is accepted
    assert book.holds(order) == [("ANSWER", None, "ACTIVE")]
    (message,) = book.rows(select(hold_rows.c.message))
    assert message == (
        "The 850 was to be answered by 2025-03-03 14:00 UTC, the 855 goes at 2025-03-03 15:00. "
        "Likely chargeback: 50.00 USD (Guide 4.1)."
    )
    assert book.rows(select(cases.c.code, cases.c.family)) == [("GATE_BREACH", "ANSWER")]
    assert [kind for kind, _, state in book.deadlines(order) if state == "OPEN"] == [
        "answer",
        "answer warning",
    ]
    assert "answer held" in book.events(order)


def test_its_release_lets_it_go(stocked: Engine) -> None:
    book = Book(stocked, chargebacks=[LATE])
    order = taken_late(book)
    with (
        book.desk("pia", "WAREHOUSE") as desk,
        pytest.raises(Refused, match="takes CSR or LEAD or SUPERVISOR"),
    ):
        holds.release(desk, book.partners, book.hold(order), reason="OTHER", text="Let it go.")
    with book.desk("lea", "CSR") as desk:
        holds.release(desk, book.partners, book.hold(order), reason="EXCEPTION_APPROVED", text="They know.")
    assert book.answers(order) == [("BAK*00*AD*PO-1~", "QUEUED")]
    assert book.states() == [("PO-1", 1, "ACCEPTED", "SENT")]
    assert [state for _, _, state in book.deadlines(order)] == ["DONE", "DONE"]
    assert {state for _, state in book.cases()} == {"RESOLVED"}


def test_at_its_deadline_it_still_waits_and_is_not_held_twice(stocked: Engine) -> None:
    book = Book(stocked, chargebacks=[LATE])
    order = taken_late(book)
    with book.desk(actor=SYSTEM) as desk:
        assert order_desk.answer(desk, book.partners, order) == "DUE"
    assert book.answers(order) == []
    assert book.holds(order) == [("ANSWER", None, "ACTIVE")]


def test_what_is_only_noted_goes_and_stands_with_the_document(stocked: Engine) -> None:
    book = Book(stocked)
    order = taken_late(book)
    assert book.answers(order) == [("BAK*00*AD*PO-1~", "QUEUED")]
    c = findings.c
    rows = book.rows(
        select(c.code, c.severity, c.rule).where(c.document_id.is_not(None), c.code == "GATE_BREACH")
    )
    assert rows == [("GATE_BREACH", "WARNING", "answer_in_time")]


def test_an_update_does_not_take_back_what_has_shipped(gate: Gate) -> None:
    (number,) = gate.sell(build.po())
    gate.send_out(number, lines={(number, 1): 20})
    order = gate.order_of()
    with gate.desk() as desk:
        order_desk.cancel(desk, gate.partners, order, why="They asked for it.")
    assert gate.said(order) == [[("IA", "48")]]
    assert gate.broken() == [("ANSWER", "keeps_what_shipped")]
    assert gate.message() == "20 of line 1 have left, the 855 accepts 0."
    assert gate.column(order, "answer_state") == "DUE"
    assert ("answer", "2025-03-11T16:00:00+00:00", "OPEN") in gate.deadlines(order)
    gate.release(order, "CSR")
    assert gate.said(order)[1] == [("ID", "48")]


# ---------------------------------------------------------------- 856


def test_a_clean_shipment_is_told_and_billed(gate: Gate) -> None:
    (number,) = gate.sell(build.po(**ROUTED))
    gate.send_out(number)
    gate.tell()
    assert gate.told() == ["MADE"]
    gate.set_notice("SENT")
    assert gate.bill() == ["INV00000001"]
    assert gate.broken() == []
    assert gate.rows(select(findings.c.code).where(findings.c.code == "GATE_BREACH")) == []


def test_a_notice_waits_with_the_rule_and_the_likely_penalty(stocked: Engine) -> None:
    gate = Gate(stocked, {"rule": "carrier_as_routed", "percent": "3", "text": "Routing guide 2"})
    (number,) = gate.sell(build.po(carriers=[{"id_qualifier": "2", "id": "WXYZ"}]))
    gate.send_out(number)
    gate.tell()
    assert gate.told() == ["HELD"]
    assert gate.broken() == [("DOCS", "carrier_as_routed")]
    assert gate.message() == (  # 3 % of 48 x 4.00
        "PO PO-1 is routed with WXYZ, the 856 names ABCD. Likely chargeback: 5.76 USD (Routing guide 2)."
    )
    assert [code for code, *_ in gate.rows(select(documents.c.set_code, documents.c.id))].count("856") == 0


def test_the_cure_of_its_cause_lets_it_go(gate: Gate) -> None:
    (number,) = gate.sell(build.po(carriers=[{"id_qualifier": "2", "id": "WXYZ"}]))
    shipment = gate.send_out(number)
    gate.tell()
    assert gate.told() == ["HELD"]
    with gate.desk("wim", "WAREHOUSE") as desk:
        notices.amend(desk, gate.partners, shipment, why="Wrong button.", transport={"carrier": "WXYZ"})
    gate.tell()
    assert gate.told() == ["MADE"]
    assert gate.broken() == []
    assert gate.broken("RELEASED") == [("DOCS", "carrier_as_routed")]


def test_so_does_the_release_by_who_may(gate: Gate) -> None:
    (number,) = gate.sell(build.po(carriers=[{"id_qualifier": "2", "id": "WXYZ"}]))
    gate.send_out(number)
    gate.tell()
    order = gate.order_of()
    with pytest.raises(Refused, match="takes CSR or LEAD or SUPERVISOR"):
        gate.release(order, "WAREHOUSE")
    gate.release(order, "CSR")
    gate.wake(order)
    gate.tell()
    assert gate.told() == ["MADE"]


def test_early_goods_are_told_when_the_buyer_agrees(gate: Gate) -> None:
    (number,) = gate.sell(build.po())  # from 10 March; on Friday it leaves
    gate.ship(number)
    gate.tell()
    assert gate.broken() == [("DOCS", "shipped_in_window")]
    assert gate.message() == (
        "line 1 of PO PO-1 was to leave from 10 Mar 2025, it left on 07 Mar 2025: early."
    )


def test_a_recorded_extension_cures_what_left_after_the_last_day(gate: Gate) -> None:
    (number,) = gate.sell(build.po(dates={"cancel_after": date(2025, 3, 12)}))
    gate.clock.now = datetime(2025, 3, 13, 16, 0, tzinfo=UTC)
    gate.ship(number)
    gate.tell()
    assert ("DOCS", "shipped_before_cancel_date") in gate.broken()
    order = gate.order_of()
    with gate.desk() as desk:
        order_desk.set_value(
            desk, gate.partners, order, "dates.cancel_after", "2025-03-14", why="Mail of Ms Roe."
        )
    gate.wake(order)
    gate.tell()
    assert ("DOCS", "shipped_before_cancel_date") not in gate.broken()


def test_a_bill_of_lading_is_for_one_place(gate: Gate) -> None:
    gate.import_(
        "ship-tos",
        "partner,qualifier,code,name,address_1,city,region,postal_code,kind\n"
        "acme,92,0777,DC South,1 Pier,Oxnard,CA,93030,dc\n",
    )
    elsewhere = [{"role": "ST", "id_qualifier": "92", "id": "0777"}]
    first, second = gate.sell(build.po(), build.po(po_number="PO-2", parties=elsewhere))
    gate.clock.now = MONDAY
    for number in (first, second):
        with gate.desk() as desk:
            confirm(
                desk,
                gate.partners,
                Typed((number,), transport=Transport(carrier="ABCD", bol="06141410000000012")),
            )
    gate.tell()
    assert gate.broken() == [
        ("DOCS", "bill_of_lading_for_one_place"),
        ("DOCS", "bill_of_lading_for_one_place"),
    ]


def test_a_correction_under_the_same_number_goes(gate: Gate) -> None:
    (number,) = gate.sell(build.po())
    shipment = gate.send_out(number)
    gate.tell()
    with gate.desk() as desk:
        notices.amend(desk, gate.partners, shipment, why="Trailer changed.", transport={"trailer": "T9"})
    gate.tell()
    assert gate.told() == ["MADE"]
    assert gate.broken() == []
    bodies = gate.rows(select(documents.c.body).where(documents.c.set_code == "856").order_by(documents.c.id))
    assert [body[:6] for body in bodies] == ["BSN*00", "BSN*05"]


# ---------------------------------------------------------------- 810


def billed_otherwise(gate: Gate) -> int:
    """All went well, until the 855 that went turns out to have said 3.90."""
    (number,) = gate.sell(build.po())
    gate.send_out(number)
    gate.tell()
    gate.set_notice("SENT")
    c = documents.c
    with gate.engine.begin() as conn:
        (text,) = conn.execute(select(c.canonical).where(c.set_code == "855")).scalars()
        said = text.replace('"price":"4.00"', '"price":"3.90"')
        assert said != text
        conn.execute(update(documents).where(c.set_code == "855").values(canonical=said))
    return gate.order_of()


def test_an_invoice_waits_and_draws_no_number(stocked: Engine) -> None:
    gate = Gate(stocked, {"rule": "billed_price_as_acknowledged", "amount": "25"})
    order = billed_otherwise(gate)
    assert gate.bill() == []
    assert gate.broken() == [("BILLING", "billed_price_as_acknowledged")]
    assert gate.message() == (
        "The 855 acknowledges 3.90 in line 1 of PO PO-1, the 810 bills 4.00. Likely chargeback: 25.00 USD."
    )
    with gate.desk("bea", "BILLING") as desk:
        holds.release(desk, gate.partners, gate.hold(order), reason="CUSTOMER_AGREED", text="4.00 it is.")
    assert gate.bill() == ["INV00000001"]  # the first number: none was lost


def test_an_invoice_goes_by_itself_when_its_cause_is_gone(gate: Gate) -> None:
    order = billed_otherwise(gate)
    assert gate.bill() == []
    with gate.engine.begin() as conn:
        text = conn.execute(select(documents.c.canonical).where(documents.c.set_code == "855")).scalar_one()
        right = text.replace('"price":"3.90"', '"price":"4.00"')
        conn.execute(update(documents).where(documents.c.set_code == "855").values(canonical=right))
    assert gate.bill() == []  # nothing has said that it changed
    with gate.desk(actor=SYSTEM) as desk:
        invoicing.look_again(desk, gate.partners, [order])
    assert gate.numbers_issued() == ["INV00000001"]
    assert gate.broken("RELEASED") == [("BILLING", "billed_price_as_acknowledged")]


def test_an_invoice_that_is_wanted_before_its_notice_waits_and_goes_with_it(gate: Gate) -> None:
    (number,) = gate.sell(build.po(carriers=[{"id_qualifier": "2", "id": "WXYZ"}]))
    shipment = gate.send_out(number)
    gate.tell()
    assert gate.told() == ["HELD"]
    with gate.desk("bea", "BILLING") as desk:
        asked = invoicing.issue(desk, gate.partners, shipment)
    assert asked.numbers == ()
    assert len(asked.waits) == 1
    assert "and no 856 of it has gone." in asked.waits[0]
    assert gate.broken() == [("DOCS", "carrier_as_routed"), ("BILLING", "noticed_before_invoice")]
    with gate.desk("wim", "WAREHOUSE") as desk:
        notices.amend(desk, gate.partners, shipment, why="Wrong button.", transport={"carrier": "WXYZ"})
    gate.tell()
    with gate.desk(actor=SYSTEM) as desk:  # as flow does after notices
        invoicing.look_again(desk, gate.partners, [gate.order_of()])
    assert gate.broken() == []
    assert gate.numbers_issued() == ["INV00000001"]


def test_a_hold_names_its_rule_in_lists(gate: Gate) -> None:
    billed_otherwise(gate)
    gate.bill()
    with gate.desk() as desk:
        (row,) = reports.list_holds(desk.conn)
    assert (row.code, row.rule) == ("BILLING", "billed_price_as_acknowledged")
    assert named(row) == "BILLING billed_price_as_acknowledged"


def test_a_rule_that_a_partner_switches_off_holds_nothing(stocked: Engine) -> None:
    gate = Gate(stocked, {"rule": "billed_price_as_acknowledged", "severity": "warn"})
    billed_otherwise(gate)
    assert gate.bill() == ["INV00000001"]
    c = findings.c
    assert gate.rows(select(c.rule, c.severity).where(c.code == "GATE_BREACH")) == [
        ("billed_price_as_acknowledged", "WARNING")
    ]


# ---------------------------------------------------------------- what the commands make


@pytest.mark.parametrize("seed", range(6))
def test_what_our_own_commands_make_breaks_nothing(stocked: Engine, seed: int) -> None:
    """Random orders in random shipments, each told and billed as it leaves; of some the rest is cancelled."""
    chance = random.Random(seed)
    structure = chance.choice(["0001", "0002", "0003", "0004"])
    gate = Gate(stocked)
    acme = gate.partners.live
    live = acme.model_copy(update={"shipping": acme.shipping.model_copy(update={"structure": structure})})
    gate.partners = Papers(live, gate.partners.warehouse)
    orders = [_order(chance, f"PO-{n}") for n in range(1, 4)]
    numbers = gate.sell(*orders)
    gate.clock.now = MONDAY
    for number in numbers * 2:
        open_lines = gate.rows(_open(number))
        if not open_lines:
            continue
        part = {(number, line): chance.randint(1, int(many)) for line, many in open_lines}
        gate.ship(number, lines=part, rest=chance.choice(["later", "later", "cancel"]))
        gate.tell()
        gate.set_notice("SENT")
        gate.bill()
    assert gate.broken() == []
    assert set(gate.told()) == {"SENT"}
    c = findings.c
    assert gate.rows(select(c.rule, c.message).where(c.code == "GATE_BREACH")) == []
    assert len(gate.numbers_issued()) >= 3


def _order(chance: random.Random, number: str) -> Any:
    lines = [
        build.line(chance.randint(2, 60)),
        build.line(chance.randint(1, 9), "CA", "48.00"),
        build.line(chance.randint(2, 9) * 100, "EA", "6.20", "HP", ids=[("VN", "BOLT")]),
    ]
    allowances = [
        sac("A", code="C310", percent=Decimal(chance.randint(1, 9)), percent_basis="1", handling="02"),
        sac("A", code="D240", amount=Decimal(chance.randint(1, 20)), handling="02"),
        sac("A", code="F800", amount=Decimal(9), handling="01"),
    ]
    more: dict[str, Any] = {"allowances": chance.sample(allowances, chance.randint(0, 3))}
    return build.po(*chance.sample(lines, chance.randint(1, 3)), po_number=number, **more)


def _open(number: str) -> Any:
    from edi_gateway.store.tables import line_parts, releases

    p, r = line_parts.c, releases.c
    query = select(p.line, p.quantity).join(releases, r.id == p.release_id)
    return query.where(r.number == number, p.state == "RELEASED").order_by(p.line)

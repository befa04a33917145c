"""Ship notices: when they are made, what holds and corrects them, what partners say of them (spec C3, C14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Refused
from edi_gateway.commands.shipping.typed_confirm import Typed, confirm
from edi_gateway.commands.telling import notices
from edi_gateway.commands.telling.advices import take_advice
from edi_gateway.model.documents.application_advice import ApplicationAdvice
from edi_gateway.model.documents.ship_notice import OrderLevel, ShipNotice
from edi_gateway.model.fulfilment import Transport
from edi_gateway.store.book import notices as rows
from edi_gateway.store.book import orders as book
from edi_gateway.store.database import connect
from edi_gateway.store.goods import shipments as sent
from edi_gateway.store.tables import cases, documents, handling_units, invoices, orders, shipments
from tests.commands.desks import SYSTEM, somebody_waits
from tests.commands.gatehouse import Gate
from tests.orders import build


@pytest.fixture
def gate(stocked: Engine) -> Gate:
    return Gate(stocked)


def shaped(stocked: Engine, **shipping: Any) -> Gate:
    """A gate whose partner has these habits of shipping."""
    gate = Gate(stocked)
    live = gate.partners.live
    habits = live.shipping.model_copy(update=shipping)
    gate.partners.live = live.model_copy(update={"shipping": habits})
    return gate


def unnumber(gate: Gate, shipment: int) -> None:
    """Its cartons have no numbers, as when a warehouse tells none and we make none."""
    with gate.desk() as desk:
        shipped = rows.load(desk.conn, [shipment])[shipment].shipped
        bare = replace(shipped, units=tuple(replace(unit, sscc=None) for unit in shipped.units))
        rows.change(desk.conn, [shipment], snapshot=rows.frozen(bare))


def bodies(gate: Gate) -> list[str]:
    """Every 856, as it waits to go."""
    c = documents.c
    return gate.rows(select(c.body).where(c.set_code == "856").order_by(c.id))


def said(gate: Gate) -> list[ShipNotice]:
    c = documents.c
    texts = gate.rows(select(c.canonical).where(c.set_code == "856").order_by(c.id))
    return [ShipNotice.model_validate_json(text) for text in texts]


def number_of(gate: Gate, shipment: int) -> str:
    return str(gate.rows(select(shipments.c.number).where(shipments.c.id == shipment))[0])


def told(gate: Gate, **more: Any) -> int:
    """An order that has left and is told."""
    (number,) = gate.sell(build.po(**more))
    shipment = gate.send_out(number)
    gate.tell()
    assert gate.told() == ["MADE"]
    return shipment


def advise(gate: Gate, *judged: dict[str, Any]) -> Applied:
    """An 824 of acme."""
    fields = {"purpose": "11", "number": "A-1", "issued_on": gate.clock.now.date(), "documents": list(judged)}
    with gate.desk(actor=SYSTEM) as desk:
        advice = ApplicationAdvice.model_validate(fields)
        arrived = Arrived(gate.partners.live, advice, 960, desk.clock(), False)
        return take_advice(desk, gate.partners, arrived)


def rejects(qualifier: str, reference: str, **more: Any) -> dict[str, Any]:
    error = {"code": "007", "message": "PRO number missing", "segment": "REF"}
    return {
        "status": "TR",
        "reference_qualifier": qualifier,
        "reference": reference,
        "errors": [error],
        **more,
    }


# ---------------------------------------------------------------- when


def test_what_has_left_is_told_once(gate: Gate) -> None:
    shipment = told(gate)
    gate.tell()
    (body,) = bodies(gate)
    assert body.startswith(f"BSN*00*{number_of(gate, shipment)}*20250310*")
    assert body.count("~LIN*1*VN*MUG~SN1**12*EA**48*EA~") == 4


def test_a_notice_waits_as_long_as_the_partner_wants(stocked: Engine) -> None:
    gate = shaped(stocked, after_minutes=30)
    (number,) = gate.sell(build.po())
    gate.send_out(number)
    gate.tell()  # a minute later
    assert gate.told() == ["DUE"]
    gate.clock.move(minutes=30)
    gate.tell()
    assert gate.told() == ["MADE"]


def test_one_notice_tells_all_of_a_bill_of_lading(stocked: Engine) -> None:
    gate = shaped(stocked, per="bill of lading")
    first, second = gate.sell(build.po(), build.po(po_number="PO-2"))
    gate.clock.move(days=3)
    for number in (first, second):
        with gate.desk() as desk:
            typed = Typed((number,), transport=Transport(carrier="ABCD", pro="P-1", bol="06141410000000012"))
            confirm(desk, gate.partners, typed)
    gate.tell()
    (notice,) = said(gate)
    orders = [level for level in notice.children if isinstance(level, OrderLevel)]
    assert [order.po_number for order in orders] == ["PO-1", "PO-2"]
    assert gate.told() == ["MADE", "MADE"]
    c = shipments.c
    assert len(set(gate.rows(select(c.notice_document_id)))) == 1


def test_what_was_sent_and_acknowledged_is_noted(gate: Gate) -> None:
    told(gate)
    for state, becomes in (("SENT", "SENT"), ("ACKED", "ACKED")):
        with gate.engine.begin() as conn:
            conn.execute(update(documents).where(documents.c.set_code == "856").values(state=state))
        with gate.desk(actor=SYSTEM) as desk:
            assert notices.follow(desk) == 1
            assert notices.follow(desk) == 0
        assert gate.told() == [becomes]
    assert {"notice sent", "notice acked"} <= set(gate.events(gate.order_of()))


# ---------------------------------------------------------------- what is missing


def test_a_carton_without_a_number_holds_it_until_the_number_is_entered(gate: Gate) -> None:
    (number,) = gate.sell(build.po(build.line(12)))
    shipment = gate.send_out(number)
    unnumber(gate, shipment)
    gate.tell()
    assert gate.told() == ["HELD"]
    assert gate.message() == (
        f"Carton 1 of shipment {number_of(gate, shipment)} has no SSCC, and acme wants one."
    )
    assert bodies(gate) == []
    with gate.desk("wim", "WAREHOUSE") as desk:
        # 0 0614141 111111111, threes and ones from the right: 3 x (1+1+1+1+1+4+4+6+0) = 57, 1+1+1+1+1+1+1+0 = 7;
        # 64 lacks 6
        notices.amend(
            desk, gate.partners, shipment, why="Read at the dock.", numbers={1: "006141411111111116"}
        )
    gate.tell()
    assert gate.told() == ["MADE"]
    assert "MAN*GM*00006141411111111116" in bodies(gate)[0]
    assert gate.rows(select(handling_units.c.sscc)) == ["006141411111111116"]


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"transport": {"colour": "red"}}, "a shipment has no colour"),
        ({"numbers": {1: "006141411111111115"}}, "is no SSCC"),
        ({"numbers": {99: "006141411111111116"}}, "has no unit 99"),
    ],
)
def test_what_is_no_correction_is_refused(gate: Gate, more: dict[str, Any], why: str) -> None:
    shipment = told(gate)
    with gate.desk() as desk, pytest.raises(Refused, match=why):
        notices.amend(desk, gate.partners, shipment, why="A slip.", **more)
    assert gate.told() == ["MADE"]


def test_a_correction_may_cancel_and_go_under_a_number_of_its_own(stocked: Engine) -> None:
    gate = shaped(stocked, correction="01 and new")
    shipment = told(gate)
    own = number_of(gate, shipment)
    for pro in ("P-2", "P-3"):
        with gate.desk() as desk:
            notices.amend(desk, gate.partners, shipment, why="Mistyped.", transport={"pro": pro})
        gate.tell()
    heads = [tuple(body.split("*")[1:3]) for body in bodies(gate)]
    assert heads == [("00", own), ("01", own), ("00", f"{own}-2"), ("01", f"{own}-2"), ("00", f"{own}-3")]
    assert (
        len({body.partition("~")[2] for body in bodies(gate)[:2]}) == 1
    )  # a cancellation says what it cancels
    assert gate.rows(select(shipments.c.notice_document_id)) == [
        gate.rows(select(documents.c.id).where(documents.c.set_code == "856").order_by(documents.c.id))[-1]
    ]


def test_a_person_may_have_it_told_again_and_says_why(gate: Gate) -> None:
    shipment = told(gate)
    with gate.desk() as desk, pytest.raises(Refused, match="a text that says why"):
        notices.send_notice(desk, gate.partners, shipment, why=" ")
    with gate.desk() as desk:
        notices.send_notice(desk, gate.partners, shipment, why="They lost it.")
    gate.tell()
    assert [body[:6] for body in bodies(gate)] == ["BSN*00", "BSN*05"]


def test_what_came_back_is_not_told(gate: Gate) -> None:
    shipment = told(gate)
    with gate.engine.begin() as conn:
        conn.execute(update(shipments).values(state="REVERSED"))
    with gate.desk() as desk, pytest.raises(Refused, match="was taken back"):
        notices.send_notice(desk, gate.partners, shipment, why="They ask for it.")


# ---------------------------------------------------------------- 824


def test_an_accepted_notice_is_known_to_be(gate: Gate) -> None:
    shipment = told(gate)
    applied = advise(
        gate, {"status": "TA", "reference_qualifier": "SI", "reference": number_of(gate, shipment)}
    )
    assert (applied.state, applied.findings) == ("APPLIED", ())
    assert gate.told() == ["ACKED"]
    assert gate.open_cases() == []


@pytest.mark.parametrize("by", ["number", "bill", "control"])
def test_a_rejected_notice_opens_a_case_with_their_words(gate: Gate, by: str) -> None:
    shipment = told(gate)
    names = {"number": ("SI", number_of(gate, shipment)), "bill": ("BM", "06141410000000012")}
    more: dict[str, Any] = {}
    if by == "control":
        with gate.engine.begin() as conn:
            values = {"state": "SENT", "group_control": "77", "control": "0001"}
            conn.execute(update(documents).where(documents.c.set_code == "856").values(**values))
        more = {"group_control": 77, "set_control": "0001", "set_code": "856"}
    applied = advise(gate, rejects(*names.get(by, ("TN", "anything")), **more))
    assert applied.state == "APPLIED"
    assert gate.told() == ["REJECTED"]
    c = cases.c
    assert gate.rows(select(c.code, c.family, c.state)) == [("NOTICE_REJECTED", "ASN_824", "NEW")]
    (message,) = gate.rows(select(c.message))
    assert message == (
        f"They reject our 856 {number_of(gate, shipment)} (824 TR): PRO number missing, segment REF."
    )
    assert gate.rows(select(documents.c.state).where(documents.c.set_code == "856")) == ["REJECTED"]


def test_its_correction_goes_and_settles_the_case(gate: Gate) -> None:
    shipment = told(gate)
    advise(gate, rejects("SI", number_of(gate, shipment)))
    with gate.desk() as desk:
        notices.amend(desk, gate.partners, shipment, why="As they ask.", transport={"pro": "P-9"})
    gate.tell()
    assert gate.told() == ["MADE"]
    assert "REF*CN*P-9" in bodies(gate)[-1]
    assert gate.open_cases() == []


def test_a_rejected_invoice_is_known_and_a_case_says_what_to_do(gate: Gate) -> None:
    told(gate)
    gate.set_notice("SENT")
    (number,) = gate.bill()
    applied = advise(gate, rejects("IV", number))
    assert applied.state == "APPLIED"
    assert gate.rows(select(invoices.c.state)) == ["REJECTED"]
    assert gate.rows(select(cases.c.code, cases.c.family)) == [("INVOICE_REJECTED", "INVOICE")]


def test_the_same_advice_again_opens_no_second_case(gate: Gate) -> None:
    shipment = told(gate)
    for _ in range(2):
        advise(gate, rejects("SI", number_of(gate, shipment)))
    assert gate.open_cases() == ["NOTICE_REJECTED"]


def test_an_advice_of_nothing_of_ours_says_so(gate: Gate) -> None:
    told(gate)
    applied = advise(gate, rejects("SI", "NOBODY"))
    (finding,) = applied.findings
    assert (applied.state, finding.code, finding.value) == ("ERROR", "ADVICE_UNMATCHED", "NOBODY")
    assert gate.told() == ["MADE"]


def test_a_notice_that_is_late_has_its_deadline_until_it_is_sent(gate: Gate) -> None:
    shipment = told(gate)
    (shipped_at,) = gate.rows(select(shipments.c.shipped_at))
    due = (shipped_at + timedelta(minutes=60)).isoformat()
    assert ("notice", due, "OPEN") in gate.deadlines(shipment)
    with gate.engine.begin() as conn:
        conn.execute(update(documents).where(documents.c.set_code == "856").values(state="SENT"))
    with gate.desk(actor=SYSTEM) as desk:
        notices.follow(desk)
    assert ("notice", due, "DONE") in gate.deadlines(shipment)


def test_a_number_that_another_carton_bears_is_refused_and_two_may_change_places(gate: Gate) -> None:
    first, second = map(gate.send_out, gate.sell(build.po(), build.po(po_number="PO-2")))
    c = handling_units.c
    taken, *_ = gate.rows(select(c.sscc).where(c.shipment_id == first).order_by(c.n))
    one, two, *rest = gate.rows(select(c.sscc).where(c.shipment_id == second).order_by(c.n))
    for wrong in ({1: taken}, {1: two}, {1: two, 2: two}):
        with gate.desk() as desk, pytest.raises(Refused, match="stands on another carton"):
            notices.amend(desk, gate.partners, second, why="A slip.", numbers=wrong)
    with gate.desk() as desk:
        notices.amend(desk, gate.partners, second, why="Labels swapped.", numbers={1: two, 2: one})
    assert gate.rows(select(c.sscc).where(c.shipment_id == second).order_by(c.n)) == [two, one, *rest]
    with gate.desk() as desk, pytest.raises(Refused, match="text that says why"):
        notices.amend(desk, gate.partners, second, why=" ", transport={"pro": "P-9"})


@pytest.mark.postgres
@pytest.mark.parametrize("asked", [False, True])
def test_a_notice_that_waits_for_an_order_holds_no_shipment_that_a_correction_needs(
    request: pytest.FixtureRequest, asked: bool
) -> None:
    gate = Gate(connect(request.getfixturevalue("stocked_postgres").sweep()))
    shipment = gate.send_out(*gate.sell(build.po()))
    gate.clock.move(minutes=1)
    order = next(iter(gate.rows(select(orders.c.id))))

    def tell() -> None:
        with gate.desk(actor=SYSTEM) as desk:
            if asked:
                notices.send_notice(desk, gate.partners, shipment, why="They ask.")
            else:
                notices.due(desk, gate.partners)

    with ThreadPoolExecutor(1) as pool, gate.desk(actor=SYSTEM) as desk:
        desk.conn.execute(text("SET LOCAL lock_timeout = '5s'"))
        book.lock(desk.conn, [order])  # as a corrected 945 begins
        told = pool.submit(tell)
        assert any(somebody_waits(gate.engine) for _ in range(500))
        sent.load(desk.conn, shipment, lock=True)
        desk.conn.commit()
        told.result(timeout=60)
    gate.engine.dispose()

"""Cases: opened once a cause and subject, worked by people, closed by the cure or with a root cause."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.triage import cases, working
from edi_gateway.commands.triage.cases import About, NewCase, Replay
from edi_gateway.model.finding import Code, Family, Finding, Location, Severity
from edi_gateway.store.book import cases as store
from edi_gateway.store.database import reading
from edi_gateway.store.tables import case_notes
from edi_gateway.store.tables import cases as rows
from edi_gateway.triage.causes import cause
from tests.commands.book import Book
from tests.commands.desks import SYSTEM, Office
from tests.orders.build import line, po


def finding(code: Code = Code.SET_UNKNOWN, value: str | None = "999", **more: object) -> Finding:
    made = {
        "message": "Nobody knows this set.",
        "hint": "Ask.",
        "family": Family.SYNTAX,
        "value": value,
        **more,
    }
    return Finding(code, Severity.ERROR, **made)  # type: ignore[arg-type]


def open_one(office: Office, *new: NewCase) -> list[int]:
    with office.desk(actor=SYSTEM) as desk:
        return cases.open_cases(desk, new)


def loaded(office: Office, case_id: int) -> store.Case:
    with reading(office.engine) as conn:
        found = store.load(conn, case_id)
    assert found is not None
    return found


def notes(office: Office, case_id: int) -> list[tuple[str, str, str]]:
    c = case_notes.c
    with reading(office.engine) as conn:
        query = select(c.by, c.kind, c.text).where(c.case_id == case_id).order_by(c.id)
        return [tuple(row) for row in conn.execute(query)]


def test_a_case_says_what_is_wrong_for_whom_what_it_is_about_and_by_when(office: Office) -> None:
    about = About(receipt_id=7, document_id=9)
    (case_id,) = open_one(office, NewCase(finding(), "acme", about, Decimal("12.50"), "USD"))
    case = loaded(office, case_id)
    assert (case.family, case.code, case.partner, case.state) == ("SYNTAX", "SET_UNKNOWN", "acme", "NEW")
    assert (case.receipt_id, case.document_id, case.amount, case.currency) == (7, 9, Decimal("12.50"), "USD")
    assert (case.opened_at, case.due_at) == (office.clock.now, office.clock.now + timedelta(hours=4))
    assert notes(office, case_id) == [("system", "opened", "")]


def test_the_same_about_the_same_is_opened_once_about_another_again(office: Office) -> None:
    new = NewCase(finding(), "acme", About(receipt_id=7))
    first = open_one(office, new, new)
    again = open_one(office, new, NewCase(finding(), "acme", About(receipt_id=8)))
    assert first[0] == first[1] == again[0] != again[1]


def test_what_was_closed_is_opened_anew_when_it_happens_again(office: Office) -> None:
    new = NewCase(finding(), "acme", About(receipt_id=7))
    (first,) = open_one(office, new)
    with office.desk() as desk:
        working.close(desk, first, "partner data", "they mended it")
    assert open_one(office, new) != [first]


def test_a_case_is_assigned_commented_and_closed_with_a_root_cause(office: Office) -> None:
    (case_id,) = open_one(office, NewCase(finding(), "acme"))
    with office.desk("ann", "EDI_ANALYST") as desk:
        working.assign(desk, case_id, "bob")
        working.comment(desk, case_id, "wrote to them")
        working.close(desk, case_id, "mapping", "row added")
    case = loaded(office, case_id)
    assert (case.state, case.owner, case.closed_by, case.root_cause) == ("CLOSED", "bob", "ann", "mapping")
    assert notes(office, case_id)[1:] == [
        ("ann", "assigned", "to bob"), ("ann", "comment", "wrote to them"), ("ann", "closed", "mapping: row added"),
    ]  # fmt: skip


def test_a_case_is_not_closed_without_a_root_cause_of_the_list(office: Office) -> None:
    (case_id,) = open_one(office, NewCase(finding(), "acme"))
    with office.desk() as desk, pytest.raises(Refused, match="must be one of: partner data, our master data"):
        working.close(desk, case_id, "bad luck")
    assert loaded(office, case_id).state == "NEW"


def test_a_case_whose_hold_still_stops_an_order_is_not_closed_by_hand(book: Book) -> None:
    book.one(po(line(48, price="3.00")))
    (case_id,) = book.rows(select(rows.c.id))
    with book.desk() as desk, pytest.raises(Refused, match=r"\(PRICE\) still stops the order"):
        working.close(desk, case_id, "partner data")


@pytest.mark.parametrize("command", ["assign", "comment"])
def test_a_case_that_is_not_there_or_a_person_without_a_role_is_refused(office: Office, command: str) -> None:
    (case_id,) = open_one(office, NewCase(finding(), "acme"))
    act = getattr(working, command)
    with office.desk() as desk, pytest.raises(Refused, match="there is no such case"):
        act(desk, 1, "x")
    with office.desk("aud", "AUDITOR") as desk, pytest.raises(Refused, match="aud has none of the roles"):
        act(desk, case_id, "x")


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (About(receipt_id=7, document_id=9), Replay("receipt", 7)),
        (About(order_id=3, hold_id=4), Replay("order", 3)),
        (About(order_id=3, posting_id=5), Replay("posting", 5)),
        (About(transmission_id=6), Replay("transmission", 6)),
        (About(), None),
    ],
)
def test_what_is_run_again_follows_from_what_a_case_is_about(
    office: Office, about: About, expected: Replay | None
) -> None:
    (case_id,) = open_one(office, NewCase(finding(), "acme", about))
    assert cases.replayable(loaded(office, case_id)) == expected


class TestCauses:
    def test_the_same_unknown_item_on_any_line_is_one_cause_another_item_is_another(self) -> None:
        def of(value: str, n: int, partner: str = "acme") -> str:
            found = finding(Code.ITEM_UNKNOWN, value, at=f"lines[{n}].ids", family=Family.ITEM)
            return cause(found, partner).fingerprint

        assert of("UP 1", 0) == of("UP 1", 12)
        assert len({of("UP 1", 0), of("UP 2", 0), of("UP 1", 0, "other")}) == 3

    def test_a_wrong_date_is_one_cause_whatever_the_date(self) -> None:
        def of(value: str, element: int) -> str:
            at = Location(segment="DTM", position=4, loop="PO1", element=element, offset=99)
            made = cause(finding(Code.DATE_INVALID, value, at=at), "acme")
            assert f"values like {made.value}, from acme" in made.words  # two causes never read the same
            return made.fingerprint

        assert of("20251301", 2) == of("20259999", 2)
        assert of("20251301", 2) != of("2025-13-01", 2)
        assert of("20251301", 2) != of("20251301", 3)

    def test_the_words_say_what_where_which_and_from_whom(self) -> None:
        found = finding(Code.ITEM_UNKNOWN, "UP 1", at="lines[3].ids", family=Family.ITEM)
        assert cause(found, "acme").words.endswith("at lines[].ids, value UP 1, from acme")
        at = Location(segment="N1", loop="PO1/N1", element=4)
        assert "at PO1/N1 N104" in cause(finding(Code.CODE_INVALID, "Z" * 99, at=at), None).words

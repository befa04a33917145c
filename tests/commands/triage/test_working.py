"""Work on cases: the two clocks, waiting, handing over, mentions, bulk with a preview, root causes, opening again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import users
from edi_gateway.commands.triage import cases, working
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.commands.triage.working import AllOf, Done
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.partners.profile import Calendar
from edi_gateway.reports.book.cases import list_cases
from edi_gateway.reports.causes.mine import my_work
from edi_gateway.reports.causes.times import times
from edi_gateway.store.book import cases as store
from edi_gateway.store.database import reading
from edi_gateway.store.tables import NEVER, audit, case_segments
from tests.commands.desks import NOW, SYSTEM, Office

# NOW is Thursday 15 January 2026, 15:00 UTC: 9:00 in Chicago
EIGHT_TO_FIVE = WorkingHours(Calendar(zone="America/Chicago"), time(8), time(17))


def wrong(order: int | None = None, family: Family = Family.SYNTAX, value: str = "999") -> NewCase:
    finding = Finding(
        Code.SET_UNKNOWN, Severity.ERROR, "Nobody knows this set.", "Ask.", value=value, family=family
    )
    return NewCase(finding, "acme", About(order_id=order))


@pytest.fixture
def office(swept: Engine) -> Office:
    """Works from eight to five."""
    made = Office(swept)
    made.hours = EIGHT_TO_FIVE
    return made


def opened(office: Office, *new: NewCase) -> list[int]:
    with office.desk(actor=SYSTEM) as desk:
        return cases.open_cases(desk, new)


def case_of(office: Office, case_id: int) -> store.Case:
    with reading(office.engine) as conn:
        found = store.load(conn, case_id)
    assert found is not None
    return found


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return NOW.replace(day=day, hour=hour, minute=minute)


def test_response_then_resolution_are_due_in_our_working_hours(office: Office) -> None:
    (case_id,) = opened(office, wrong())  # SYNTAX: 4 h to respond, 12 h to resolve
    case = case_of(office, case_id)
    # Thursday 9 to 13; Thursday 9 to 17 are 8 h, the other 4 are Friday 8 to 12
    assert (case.respond_by, case.resolve_by, case.due_at) == (at(15, 19), at(16, 18), at(15, 19))
    office.clock.move(hours=1)
    with office.desk() as desk:
        working.claim(desk, case_id)
    case = case_of(office, case_id)
    assert (case.state, case.owner, case.responded_at, case.due_at) == (
        "ASSIGNED",
        "ann",
        at(15, 16),
        at(16, 18),
    )


def test_a_priority_shortens_or_lengthens_both_times_from_the_beginning(office: Office) -> None:
    (case_id,) = opened(office, wrong())
    office.clock.move(hours=1)
    with office.desk() as desk:
        working.prioritise(desk, case_id, 1)
    case = case_of(office, case_id)  # a quarter: 1 h and 3 h after Thursday 9:00
    assert (case.priority, case.respond_by, case.resolve_by) == (1, at(15, 16), at(15, 18))
    with office.desk() as desk, pytest.raises(Refused, match="1 urgent, 2 high, 3 normal, 4 low"):
        working.prioritise(desk, case_id, 9)


def test_waiting_for_others_stops_our_clock_and_what_was_left_is_left_still(office: Office) -> None:
    (case_id,) = opened(office, wrong())  # to be resolved by Friday 12:00 in Chicago
    office.clock.move(hours=2)  # 11:00; 10 h are left
    with office.desk() as desk:
        working.wait(desk, case_id, "partner", "asked them")
    case = case_of(office, case_id)
    assert (case.state, case.waiting_for, case.due_at, case.owner) == ("WAITING", "partner", NEVER, "ann")
    office.clock.move(days=4)  # Monday 11:00: 6 h of Thursday, 9 of Friday and 3 of Monday have passed
    with office.desk() as desk:
        working.resume(desk, case_id)
    case = case_of(office, case_id)
    assert (case.state, case.paused_seconds) == ("ASSIGNED", 18 * 3600)
    # Monday 11 to 17 are 6 h, the other 4 are Tuesday 8 to 12
    assert (case.due_at, case.resolve_by) == (at(20, 18), at(20, 18))
    with office.desk() as desk, pytest.raises(Refused, match="customer, warehouse, finance, partner, IT"):
        working.wait(desk, case_id, "luck")


def test_what_was_late_before_it_waited_is_late_afterwards(office: Office) -> None:
    (case_id,) = opened(office, wrong())
    office.clock.move(days=5)
    with office.desk() as desk:
        working.wait(desk, case_id, "IT")
    office.clock.move(days=1)
    with office.desk() as desk:
        working.claim(desk, case_id)
    assert case_of(office, case_id).due_at == at(16, 18)


def test_how_long_it_took_is_kept_by_what_ended_it_and_opening_again_begins_anew(office: Office) -> None:
    first, second = opened(office, wrong(1), wrong(2))
    office.clock.move(hours=2)
    with office.desk() as desk:
        working.wait(desk, first, "customer")
    office.clock.move(hours=3)
    with office.desk() as desk:
        cases.resolve(desk, [first], "It went through.", "replayed")
        working.close(desk, second, "partner data: sent twice", "told them", "rejected")
    case = case_of(office, second)
    assert (case.state, case.root_cause, case.root_detail, case.action) == (
        "CLOSED", "partner data", "sent twice", "rejected",
    )  # fmt: skip
    with office.desk() as desk:
        working.close(desk, first, "Mapping", "said afterwards")  # of what the machine resolved
        working.reopen(desk, first, "it came back")
    again = case_of(office, first)
    assert (again.state, again.segment, again.root_cause, again.responded_at) == ("NEW", 2, None, None)
    assert again.respond_by == at(16, 15)  # 14:00 in Chicago: 3 h of Thursday, 1 of Friday
    with reading(office.engine) as conn:
        s = case_segments.c
        kept = conn.execute(
            select(s.case_id, s.segment, s.action, s.seconds, s.paused_seconds).order_by(s.case_id)
        )
        assert [tuple(row) for row in kept] == [
            (first, 1, "replayed", 2 * 3600, 3 * 3600), (second, 1, "rejected", 5 * 3600, 0),
        ]  # fmt: skip
        told = times(conn, "action", NOW, NOW + timedelta(days=1))
    assert [(row.name, row.cases, str(row.mean_hours), str(row.responded_in_time)) for row in told] == [
        ("rejected", 1, "5.0", "0.0"), ("replayed", 1, "2.0", "100.0"),
    ]  # fmt: skip
    assert [str(row.reopened) for row in told] == ["0.0", "100.0"]


def test_a_root_cause_stands_in_the_tree_and_ignoring_needs_a_note(office: Office) -> None:
    (case_id,) = opened(office, wrong())
    with office.desk() as desk:
        for said, why in (
            (("partner data: bad luck",), "must be one of"),
            (("mapping", "", "magic"), "what was done must be one of"),
            (("mapping", "", "ignored"), "say in the note why"),
        ):
            with pytest.raises(Refused, match=why):
                working.close(desk, case_id, *said)
        working.close(desk, case_id, "mapping: ROW MISSING", "a test of theirs", "ignored")
        with pytest.raises(Refused, match="closed already"):
            working.close(desk, case_id, "mapping")
    assert case_of(office, case_id).root_detail == "row missing"


def test_a_cause_is_taken_as_a_whole_and_what_comes_later_is_its_owners(office: Office) -> None:
    ids = opened(office, *(wrong(order) for order in range(5)))
    fingerprint = case_of(office, ids[0]).fingerprint
    with office.desk() as desk:
        with pytest.raises(Refused, match="5 cases of it are open by now, not 4"):
            working.claim(desk, AllOf(fingerprint, expected=4))
        assert working.claim(desk, AllOf(fingerprint, expected=5)) == Done(5)
    (later,) = opened(office, wrong(9))
    assert (case_of(office, later).owner, case_of(office, later).state) == ("ann", "NEW")
    with office.desk() as desk:
        assert working.close(desk, AllOf(fingerprint), "partner data", "they mended it") == Done(6)
    (after,) = opened(office, wrong(10))
    assert case_of(office, after).owner is None  # when all were over the cause was nobody's
    with reading(office.engine) as conn:
        a = audit.c
        recorded = conn.execute(select(a.by, a.action, a.subject).order_by(a.n)).all()
    assert [tuple(row) for row in recorded] == [
        ("ann", "cause assigned", f"cause {fingerprint}"), ("ann", "cause closed", f"cause {fingerprint}"),
    ]  # fmt: skip


def test_what_is_snoozed_comes_back_by_itself(office: Office) -> None:
    (case_id,) = opened(office, wrong())
    with office.desk() as desk:
        working.snooze(desk, case_id, NOW + timedelta(hours=3))
        with pytest.raises(Refused, match="has passed"):
            working.snooze(desk, case_id, NOW)
    with reading(office.engine) as conn:
        assert list_cases(conn, awake_at=NOW) == []
        assert [case.case_id for case in list_cases(conn, awake_at=NOW + timedelta(hours=3))] == [case_id]


def test_my_work_is_what_is_mine_where_i_am_named_what_i_watch_and_what_waits_in_my_queue(
    office: Office,
) -> None:
    mine, named, watched, free = opened(office, *(wrong(order) for order in range(4)))
    opened(office, wrong(5, Family.CREDIT))  # the queue of others
    with office.desk("boss", "ADMIN") as desk:
        users.put(desk, "boss", ["ADMIN"])
        for name in ("ann", "bob"):
            users.put(desk, name, ["EDI_ANALYST"])
    with office.desk() as desk:
        working.claim(desk, mine)
        working.watch(desk, watched)
    with office.desk("bob") as desk:
        working.claim(desk, named)
        working.comment(desk, named, "@ann, is this yours? Write to help@example.com or ask @bob")
        with pytest.raises(Refused, match="there is no user nobody"):
            working.comment(desk, named, "@nobody knows")
        working.hand_over(desk, watched, "ann", "asked them twice")
    with reading(office.engine) as conn:
        found = my_work(conn, "ann", {"EDI_ANALYST"}, NOW)
        assert {why: [task.case_id for task in found.of(why)] for why in found.counts} == {
            "mine": [mine, watched], "mentioned": [named, watched], "watched": [watched], "queue": [free],
        }  # fmt: skip
        assert found.counts == {"mine": 2, "mentioned": 2, "watched": 1, "queue": 1}
        assert [task.said for task in found.of("watched")] == ["to ann: asked them twice"]
        assert [task.by for task in my_work(conn, "bob", set(), NOW).of("mentioned")] == ["bob"]
    with office.desk() as desk:
        assert working.seen(desk, named) == 1
        working.watch(desk, watched, stop=True)
    with reading(office.engine) as conn:
        left = my_work(conn, "ann", {"EDI_ANALYST"}, NOW)
    assert (left.counts["mentioned"], left.counts["watched"]) == (1, 0)

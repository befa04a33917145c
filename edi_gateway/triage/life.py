"""The life of a case: NEW, ASSIGNED, WAITING, RESOLVED, CLOSED, and open again; its two clocks (spec B3.10, B14.2).

Takes a case and gives it as it is afterwards; decides, writes nothing. A case that waits for somebody outside has its
clock stopped; the promise to the customer (the order's own dates) runs on. Called by commands/triage.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.service import clocks
from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.store.book.cases import Case
from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import NEVER


def taken(case: Case, owner: str, now: datetime, hours: WorkingHours) -> Case:
    """Somebody sees to it: that is the response; from now on its resolution is due."""
    case = resumed(case, now, hours)
    return replace(
        case,
        state="ASSIGNED",
        owner=owner,
        responded_at=case.responded_at or now,
        due_at=case.resolve_by,
        snoozed_until=None,
    )


def waiting(case: Case, whom: str, now: datetime) -> Case:
    """It waits for somebody who is not us: our clock stands still."""
    return replace(
        case,
        state="WAITING",
        waiting_for=whom,
        waiting_since=case.waiting_since or now,
        responded_at=case.responded_at or now,
        due_at=NEVER,
    )


def resumed(case: Case, now: datetime, hours: WorkingHours) -> Case:
    """It waits no more: what was left of its time is left still. What was late already stays so."""
    if case.waiting_since is None:
        return case
    paused = hours.between(case.waiting_since, now)
    on_time = case.resolve_by > case.waiting_since
    resolve_by = hours.after(case.resolve_by, paused) if on_time else case.resolve_by
    return replace(
        case,
        state="ASSIGNED" if case.owner else "NEW",
        waiting_for=None,
        waiting_since=None,
        paused_seconds=case.paused_seconds + _seconds(paused),
        resolve_by=resolve_by,
        due_at=resolve_by,
    )


def snoozed(case: Case, until: datetime | None) -> Case:
    """Out of sight until then (None: back again). Its clocks run on."""
    return replace(case, snoozed_until=until)


def prioritised(case: Case, priority: int, hours: WorkingHours) -> Case:
    """Its clocks as if it had had this priority from the beginning of the segment."""
    made = clocks(Family(case.family), case.segment_at, hours, priority)
    resolve_by = hours.after(made.resolve_by, timedelta(seconds=case.paused_seconds))
    now = replace(case, priority=priority, respond_by=made.respond_by, resolve_by=resolve_by)
    return replace(now, due_at=_due(now))


def ended(case: Case, state: str, by: str, at: datetime, action: str) -> Case:
    """RESOLVED: nothing is left to do; CLOSED: somebody said why it came up."""
    return replace(
        case,
        state=state,
        closed_at=at,
        closed_by=by,
        action=action,
        waiting_for=None,
        waiting_since=None,
        snoozed_until=None,
    )


def closed(case: Case, by: str, at: datetime, action: str, root_cause: str, detail: str | None) -> Case:
    """Over, with what was behind it."""
    over = ended(case, "CLOSED", by, at, action)
    return replace(over, root_cause=root_cause, root_detail=detail)


def owned(case: Case, owner: str) -> Case:
    """It is somebody's."""
    return replace(case, owner=owner)


def reopened(case: Case, now: datetime, hours: WorkingHours) -> Case:
    """Open again, with new clocks: a new segment."""
    made = clocks(Family(case.family), now, hours, case.priority)
    return replace(
        case,
        state="NEW",
        segment=case.segment + 1,
        segment_at=now,
        respond_by=made.respond_by,
        responded_at=None,
        resolve_by=made.resolve_by,
        due_at=made.respond_by,
        paused_seconds=0,
        closed_at=None,
        closed_by=None,
        root_cause=None,
        root_detail=None,
        action=None,
    )


def segment(case: Case, by: str, at: datetime, action: str, hours: WorkingHours) -> Row:
    """The stretch that ends now, of a case that is open still; without the row's id. Seconds of working time, in
    which it did not wait."""
    pause = hours.between(case.waiting_since, at) if case.waiting_since is not None else timedelta()
    paused = case.paused_seconds + _seconds(pause)
    return {
        "case_id": case.id,
        "segment": case.segment,
        "opened_at": case.segment_at,
        "respond_by": case.respond_by,
        "responded_at": case.responded_at,
        "resolve_by": resumed(case, at, hours).resolve_by,
        "ended_at": at,
        "ended_by": by,
        "action": action,
        "seconds": max(0, _seconds(hours.between(case.segment_at, at)) - paused),
        "paused_seconds": paused,
    }


def _due(case: Case) -> datetime:
    if case.waiting_since is not None:
        return NEVER
    return case.respond_by if case.responded_at is None else case.resolve_by


def _seconds(period: timedelta) -> int:
    return int(period.total_seconds())

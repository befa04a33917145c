"""Improvement records: what comes again gets an owner, an action, and a look at whether it helped (spec B14.4).

PROPOSED by the machine, OPEN once somebody has taken it, DONE or DROPPED with a word of why. Called by cli, web and
flow/upkeep.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import users
from edi_gateway.store.ids import short
from edi_gateway.store.triage import improvements
from edi_gateway.store.triage.improvements import Improvement

KINDS = ("cause", "partner", "item", "rule")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to become better: `kind` of KINDS, `key` its fingerprint, partner, SKU or rule; `cases` in `days`."""

    kind: str
    key: str
    title: str
    cases: int
    days: int


def propose(desk: Desk, found: Iterable[Subject], *, quiet: timedelta) -> list[int]:
    """A record for each that has none; not for one whose last record was closed less than `quiet` ago: what was done
    needs time to show."""
    made = []
    for subject in found:
        if improvements.standing(desk.conn, subject.kind, subject.key) is not None:
            continue
        closed = improvements.last_closed(desk.conn, subject.kind, subject.key)
        if closed is None or desk.clock() - closed >= quiet:
            made.append(_add(desk, subject, "PROPOSED", None, None))
    return made


def begin(desk: Desk, subject: Subject, owner: str, action: str) -> int:
    """A record of somebody's own; its id."""
    what = f"Beginning an improvement of {subject.title}"
    desk.require("Beginning an improvement", PERMISSIONS["improve"])
    if subject.kind not in KINDS:
        raise Refused(what=what, why=f"it must be about one of: {', '.join(KINDS)}")
    known = improvements.standing(desk.conn, subject.kind, subject.key)
    if known is not None:
        raise Refused(what=what, why=f"{short(known)} is about it already")
    _required(desk, what, owner, action)
    return _add(desk, subject, "OPEN", owner, action)


def plan(desk: Desk, improvement_id: int, owner: str, action: str) -> None:
    """Who sees to it, and what is to be done."""
    record, what = _standing(desk, improvement_id, "Planning")
    _required(desk, what, owner, action)
    improvements.change(desk.conn, improvement_id, state="OPEN", owner=owner, action=action)
    desk.record(
        "improvement planned", f"improvement {improvement_id}", was=record.owner, owner=owner, plan=action
    )


def fixed(desk: Desk, improvement_id: int, at: datetime | None = None) -> None:
    """The fix is live, now or since then: what comes before and after it is compared."""
    record, what = _standing(desk, improvement_id, "Fixing")
    when = at or desk.clock()
    if record.state != "OPEN":
        raise Refused(what=what, why="say first who sees to it, and what is done")
    if when > desk.clock():
        raise Refused(what=what, why=f"{when:%Y-%m-%d %H:%M} is yet to come")
    improvements.change(desk.conn, improvement_id, fixed_at=when)
    desk.record("improvement fixed", f"improvement {improvement_id}", fixed_at=when.isoformat())


def close(desk: Desk, improvement_id: int, result: str, *, drop: bool = False) -> None:
    """It is done, or dropped, and what came of it."""
    record, what = _standing(desk, improvement_id, "Dropping" if drop else "Closing")
    if not result.strip():
        raise Refused(what=what, why="say what came of it")
    if not drop and record.fixed_at is None:
        raise Refused(what=what, why="nothing was fixed: say when, or drop it")
    state = "DROPPED" if drop else "DONE"
    improvements.change(
        *(desk.conn, improvement_id),
        state=state,
        result=result,
        closed_at=desk.clock(),
        closed_by=desk.actor.name,
    )
    desk.record("improvement closed", f"improvement {improvement_id}", state=state, result=result)


def _add(desk: Desk, subject: Subject, state: str, owner: str | None, action: str | None) -> int:
    improvement_id = desk.ids.next()
    improvements.add(
        desk.conn,
        id=improvement_id,
        kind=subject.kind,
        key=subject.key,
        title=subject.title,
        state=state,
        owner=owner,
        action=action,
        seen=subject.cases,
        days=subject.days,
        opened_at=desk.clock(),
        opened_by=desk.actor.name,
    )
    desk.record(
        "improvement opened", f"improvement {improvement_id}", kind=subject.kind, key=subject.key, state=state
    )
    return improvement_id


def _standing(desk: Desk, improvement_id: int, verb: str) -> tuple[Improvement, str]:
    desk.require(f"{verb} an improvement", PERMISSIONS["improve"])
    what = f"{verb} improvement {short(improvement_id)}"
    record = improvements.load(desk.conn, improvement_id)
    if record is None:
        raise Refused(what=what, why="there is no such record")
    if record.closed_at is not None:
        raise Refused(what=what, why=f"it is {record.state.lower()}")
    return record, what


def _required(desk: Desk, what: str, owner: str, action: str) -> None:
    if not owner.strip() or not action.strip():
        raise Refused(what=what, why="it needs an owner and what is to be done")
    if users.any_there(desk.conn) and users.load(desk.conn, owner) is None:
        raise Refused(what=what, why=f"there is no user {owner}")

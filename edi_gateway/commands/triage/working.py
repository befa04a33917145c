"""What people do with a case, or with all open cases of a cause at once: take, hand over, say, wait, close (spec B14).

Takes a case's id or AllOf a cause; leaves notes, audit, and the clocks as triage/life.py decides. Called by cli and
web.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import end_segments, note
from edi_gateway.orders.hours.service import ACTIONS, PRIORITIES, ROOT_CAUSES, WAITING_FOR, root_cause
from edi_gateway.store import users
from edi_gateway.store.book import cases, holds
from edi_gateway.store.book.cases import Case
from edi_gateway.store.ids import short
from edi_gateway.store.triage import causes, people
from edi_gateway.triage import life

_MENTION: Final = re.compile(r"(?<![\w.@])@([\w.-]*\w)")
_BY_PEOPLE: Final = "data corrected"  # what a case that somebody closes without a word of how was


@dataclass(frozen=True, slots=True)
class AllOf:
    """All open cases of a cause; to be closed, the resolved ones too. `expected`: how many somebody has seen; when
    there are others by now, nothing is done."""

    fingerprint: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How many cases it was done to, and how many had to be left, because of what `why` says; who was `named`."""

    cases: int
    left: int = 0
    why: str = ""
    named: tuple[str, ...] = ()


Which = int | AllOf


def claim(desk: Desk, which: Which) -> Done:
    """Take it oneself. Of a cause: what is opened of it from now on, too."""
    return assign(desk, which, desk.actor.name)


def assign(desk: Desk, which: Which, owner: str, text: str = "") -> Done:
    """Give it to somebody, oneself included; a note for them is a mention."""
    found = _open(desk, which, "Assigning")
    owner = owner.strip()
    if not owner:
        raise Refused(what=_what("Assigning", which), why="it needs the name of somebody")
    _known(desk, owner, _what("Assigning", which))
    now = desk.clock()
    _put(desk, found, lambda case: life.taken(case, owner, now, desk.hours))
    note(desk, _ids(found), "assigned", f"to {owner}{f': {text}' if text else ''}")
    if isinstance(which, AllOf):
        causes.take(desk.conn, which.fingerprint, owner)
    named = (owner,) if owner != desk.actor.name and text else ()
    _mention(desk, found, named, text)
    was = sorted({case.owner or "" for case in found})
    _record(desk, which, "assigned", found, was=was[:10], now=owner, text=text)
    return Done(len(found), named=named)


def hand_over(desk: Desk, which: Which, to: str, text: str) -> Done:
    """Give it to somebody else, who is told how far it has come."""
    if not text.strip():
        raise Refused(what=_what("Handing over", which), why="say how far it has come")
    if to.strip() == desk.actor.name:
        raise Refused(what=_what("Handing over", which), why="that is you")
    return assign(desk, which, to, text)


def comment(desk: Desk, which: Which, text: str) -> Done:
    """Say something about it; who is named with @ finds it among their own work, and is told by mail if they can be."""
    found = _any(desk, which, "Commenting on")
    what = _what("Commenting on", which)
    if not text.strip():
        raise Refused(what=what, why="there is no text")
    named = list(dict.fromkeys(_MENTION.findall(text)))
    for person in named:
        _known(desk, person, what)
    note(desk, _ids(found), "comment", text)
    _mention(desk, found, named, text)
    _record(desk, which, "commented", found, text=text)
    return Done(len(found), named=tuple(named))


def watch(desk: Desk, which: Which, *, stop: bool = False) -> Done:
    """Follow what becomes of it, among one's own work; or no more."""
    found = _any(desk, which, "Watching")
    if stop:
        people.unwatch(desk.conn, _ids(found), desk.actor.name)
    else:
        people.watch(desk.conn, _ids(found), desk.actor.name, desk.clock())
    _record(desk, which, "not watched any more" if stop else "watched", found)
    return Done(len(found))


def seen(desk: Desk, case_id: int | None = None) -> int:
    """One has read where one was mentioned, on one case or everywhere; how often that was."""
    desk.require("Reading mentions", PERMISSIONS["work a case"])
    count = people.seen(desk.conn, desk.actor.name, desk.clock(), case_id)
    if count:
        desk.record("mentions read", f"user {desk.actor.name}", count=count)
    return count


def wait(desk: Desk, which: Which, whom: str, text: str = "") -> Done:
    """It waits for somebody who is not us: our clock stands still, the promise to the customer runs on."""
    found = _open(desk, which, "Waiting with")
    if whom not in WAITING_FOR:
        raise Refused(what=_what("Waiting with", which), why=f"it waits for one of: {', '.join(WAITING_FOR)}")
    now, me = desk.clock(), desk.actor.name
    _put(desk, found, lambda case: life.waiting(_owned(case, me), whom, now))
    note(desk, _ids(found), "waiting", f"for {whom}{f': {text}' if text else ''}")
    _record(desk, which, "waits", found, whom=whom, text=text)
    return Done(len(found))


def resume(desk: Desk, which: Which, text: str = "") -> Done:
    """What it waited for has come: the clock runs on with what was left."""
    found = [case for case in _open(desk, which, "Going on with") if case.state == "WAITING"]
    if not found:
        raise Refused(what=_what("Going on with", which), why="it does not wait")
    now = desk.clock()
    _put(desk, found, lambda case: life.resumed(case, now, desk.hours))
    note(desk, _ids(found), "goes on", text)
    _record(desk, which, "goes on", found, text=text)
    return Done(len(found))


def snooze(desk: Desk, which: Which, until: datetime | None) -> Done:
    """Out of the queue until then; its clocks run on. None: back into it now."""
    found = _open(desk, which, "Snoozing")
    if until is not None and until <= desk.clock():
        raise Refused(what=_what("Snoozing", which), why=f"{until:%Y-%m-%d %H:%M} has passed")
    _put(desk, found, lambda case: life.snoozed(case, until))
    note(desk, _ids(found), "snoozed", "no more" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC")
    _record(desk, which, "snoozed", found, until=None if until is None else until.isoformat())
    return Done(len(found))


def prioritise(desk: Desk, which: Which, priority: int) -> Done:
    """Give it another priority, and the times that go with it, counted from when it was opened."""
    found = _open(desk, which, "Prioritising")
    if priority not in PRIORITIES:
        said = ", ".join(f"{number} {word}" for number, word in PRIORITIES.items())
        raise Refused(what=_what("Prioritising", which), why=f"a priority is one of: {said}")
    _put(desk, found, lambda case: life.prioritised(case, priority, desk.hours))
    note(desk, _ids(found), "priority", PRIORITIES[priority])
    _record(desk, which, "prioritised", found, now=priority)
    return Done(len(found))


def close(desk: Desk, which: Which, root: str, text: str = "", action: str | None = None) -> Done:
    """Close it with its root cause, "our master data: price out of date" or the first level alone (spec B14.4), and
    what was done (orders/hours/service.ACTIONS). A case whose hold still stands is not closed by hand; one that the
    machine has resolved is, when somebody says why it came up."""
    what = _what("Closing", which)
    found = _any(desk, which, "Closing", resolved=True)
    if any(case.state == "CLOSED" for case in found):
        raise Refused(what=what, why="it is closed already")
    place = root_cause(root)
    if place is None:
        raise Refused(what=what, why=f"the root cause must be one of: {_tree()}")
    if action is not None and action not in ACTIONS:
        raise Refused(what=what, why=f"what was done must be one of: {', '.join(ACTIONS)}")
    if action == "ignored" and not text.strip():
        raise Refused(what=what, why="say in the note why it needs nothing")
    free, held = _without_holds(desk, found)
    if not free:
        raise Refused(what=what, why=held)
    now, me = desk.clock(), desk.actor.name
    end_segments(desk, [case for case in free if case.is_open], action or _BY_PEOPLE)
    cases.put(
        desk.conn,
        [(case, life.closed(case, me, now, action or case.action or _BY_PEOPLE, *place)) for case in free],
        now,
    )
    causes.blame(desk.conn, {case.fingerprint for case in free}, *place)
    said = ": ".join(filter(None, place))
    note(desk, _ids(free), "closed", f"{said}: {text}" if text else said)
    _record(desk, which, "closed", free, root_cause=said, text=text, did=action)
    return Done(len(free), len(found) - len(free), held)


def reopen(desk: Desk, case_id: int, text: str) -> Done:
    """It was not over: open again, with new clocks."""
    desk.require("Reopening a case", PERMISSIONS["work a case"])
    case = _one(desk, case_id, "Reopening")
    what = _what("Reopening", case_id)
    if case.is_open:
        raise Refused(what=what, why="it is open")
    if not text.strip():
        raise Refused(what=what, why="say what is still wrong")
    now = desk.clock()
    again = life.reopened(case, now, desk.hours)
    same = cases.open_alike(
        desk.conn, [case.fingerprint], {name: [getattr(case, name)] for name in cases.SUBJECTS}
    )
    exact = [one for one in same if all(getattr(one, n) == getattr(case, n) for n in cases.SUBJECTS)]
    if exact:
        raise Refused(what=what, why=f"case {short(exact[0].id)} has been opened about the same since")
    cases.put(desk.conn, [(case, again)], now)
    note(desk, [case_id], "reopened", text)
    desk.record("case reopened", f"case {case_id}", text=text, segment=again.segment)
    return Done(1)


def _tree() -> str:
    return ", ".join(ROOT_CAUSES)


def _without_holds(desk: Desk, found: Sequence[Case]) -> tuple[list[Case], str]:
    """The cases whose hold does not stand, and why the first of the others may not be closed."""
    why = ""
    free = []
    active = holds.standing(desk.conn, {case.hold_id for case in found if case.hold_id is not None})
    for case in found:
        code = active.get(case.hold_id or 0)
        if code is None:
            free.append(case)
        elif not why:
            hold = f"hold {short(case.hold_id or 0)} ({code})"
            why = f"{hold} still stops the order: release it, or mend what it waits for"
    return free, why


def _put(desk: Desk, found: Sequence[Case], change: Callable[[Case], Case]) -> None:
    cases.put(desk.conn, [(case, change(case)) for case in found], desk.clock())


def _owned(case: Case, me: str) -> Case:
    return case if case.owner else life.owned(case, me)


def _open(desk: Desk, which: Which, verb: str) -> list[Case]:
    """The open cases that are meant, ours until the commit."""
    found = _any(desk, which, verb)
    if not found[0].is_open:
        raise Refused(what=_what(verb, which), why=f"it is {found[0].state.lower()}")
    return found


def _any(desk: Desk, which: Which, verb: str, *, resolved: bool = False) -> list[Case]:
    desk.require(f"{verb} a case", PERMISSIONS["work a case"])
    if isinstance(which, int):
        return [_one(desk, which, verb)]
    found = cases.lock_cause(desk.conn, which.fingerprint, resolved=resolved)
    what = _what(verb, which)
    if not found:
        raise Refused(what=what, why="no case of it is open")
    if which.expected is not None and which.expected != len(found):
        why = f"{len(found)} cases of it are open by now, not {which.expected}: look at them again"
        raise Refused(what=what, why=why)
    return found


def _one(desk: Desk, case_id: int, verb: str) -> Case:
    case = cases.load(desk.conn, case_id, lock=True)
    if case is None:
        raise Refused(what=_what(verb, case_id), why="there is no such case")
    return case


def _what(verb: str, which: Which) -> str:
    return (
        f"{verb} case {short(which)}" if isinstance(which, int) else f"{verb} cause {which.fingerprint[:8]}"
    )


def _known(desk: Desk, person: str, what: str) -> None:
    """Refuse a name that nobody has, once there are users."""
    if users.any_there(desk.conn) and users.load(desk.conn, person) is None:
        raise Refused(what=what, why=f"there is no user {person}")


def _mention(desk: Desk, found: Sequence[Case], named: Sequence[str], text: str) -> None:
    """On the first case only of a cause: one is enough to find the others."""
    now, me = desk.clock(), desk.actor.name
    ids = desk.ids.block(len(named))
    people.mention(
        desk.conn,
        [(n, found[0].id, person, me, now, text) for n, person in zip(ids, named, strict=True)],
    )


def _ids(found: Sequence[Case]) -> list[int]:
    return [case.id for case in found]


def _record(desk: Desk, which: Which, done: str, found: Sequence[Case], **detail: object) -> None:
    if isinstance(which, int):
        desk.record(f"case {done}", f"case {which}", **detail)
    else:
        desk.record(f"cause {done}", f"cause {which.fingerprint}", cases=len(found), **detail)

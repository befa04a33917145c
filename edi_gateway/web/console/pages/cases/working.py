"""What one does with a case, or with all open ones of a cause: a part of their pages, and the forms' answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.triage import working
from edi_gateway.commands.triage.working import AllOf, Done, Which
from edi_gateway.reports.book import cases
from edi_gateway.reports.people import everybody
from edi_gateway.triage.alerting import reached
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.pages.cases.queue import choices
from edi_gateway.web.console.rooms import Call, Room

room = Room()

Text = Annotated[str, Form(max_length=20_000)]
Name = Annotated[str, Form(max_length=80)]
Count = Annotated[int, Form(ge=1)]
_MAY = "work a case"


@room.page("/cases/{case_id:int}/work", may="see cases")
def work(call: Call, case_id: int) -> Response:
    """Put into the page of the case; a page of its own without htmx."""
    with call.reading() as conn:
        view = cases.show(conn, case_id)
        if view is None:
            raise HTTPException(404, "There is no such case.")
        users = [person.name for person in everybody(conn)]
    template = "cases/_work.html" if call.is_htmx else "cases/work.html"
    return call.show(template, view=view, watching=call.name in view.watchers, **choices(users))


@dataclass(frozen=True, slots=True)
class Said:
    """What the fields of a form say; each form has some of them."""

    text: str = ""
    owner: str = ""
    whom: str = ""
    until: str = ""
    priority: str = ""
    root_cause: str = ""
    action: str = ""


def _said(
    text: Text = "",
    owner: Name = "",
    whom: Name = "",
    until: Name = "",
    priority: Name = "",
    root_cause: Name = "",
    action: Name = "",
) -> Said:
    return Said(text, owner, whom, until, priority, root_cause, action)


Fields = Annotated[Said, Depends(_said)]


@room.change("/cases/{case_id:int}/casework/{act}", may=_MAY)
def of_case(call: Call, case_id: int, act: str, said: Fields) -> Response:
    with call.desk() as desk:
        if act == "reopen":
            done = working.reopen(desk, case_id, said.text)
        else:
            done = _command(call, act, said)(desk, case_id)
    return call.go(f"/cases/{case_id}", _told(call, act, done))


def _told(call: Called, act: str, done: Done) -> str:
    """What was done, and who hears of it."""
    works = call.deps.gateway.works
    told = reached(done.named, works.options.alerting.people, mails="mail" in works.tellers)
    return " ".join(filter(None, [_DONE[act], told]))


@room.change("/causes/{fingerprint}/all/{act}", may=_MAY)
def of_cause(call: Call, fingerprint: str, act: str, expected: Count, said: Fields) -> Response:
    """`expected`: how many cases were on the page; when there are others by now, nothing is done."""
    command = _command(call, act, said)
    with call.desk() as desk:
        done = command(desk, AllOf(fingerprint, expected))
    told = f"{done.cases} {'case' if done.cases == 1 else 'cases'}: {_told(call, act, done)}"
    if done.left:
        return call.go(f"/causes/{fingerprint}", f"{told} {done.left} were left: {done.why}.", "note")
    return call.go(f"/causes/{fingerprint}", told)


_DONE: Final = {
    "claim": "It is yours.",
    "assign": "It has an owner.",
    "hand-over": "It is handed over.",
    "comment": "Noted.",
    "watch": "You watch it.",
    "unwatch": "You watch it no more.",
    "wait": "It waits; our clock stands still.",
    "go-on": "It waits no more.",
    "snooze": "It comes back by itself.",
    "wake": "It is back in the queue.",
    "priority": "It has another priority.",
    "close": "It is closed.",
    "reopen": "It is open again.",
}


def _command(call: Called, act: str, said: Said) -> Callable[[Desk, Which], Done]:
    """The command of a form."""
    level = int(said.priority) if said.priority in ("1", "2", "3", "4") else 0
    commands: dict[str, Callable[[Desk, Which], Done]] = {
        "claim": working.claim,
        "assign": lambda desk, which: working.assign(desk, which, said.owner, said.text),
        "hand-over": lambda desk, which: working.hand_over(desk, which, said.owner, said.text),
        "comment": lambda desk, which: working.comment(desk, which, said.text),
        "watch": working.watch,
        "unwatch": lambda desk, which: working.watch(desk, which, stop=True),
        "wait": lambda desk, which: working.wait(desk, which, said.whom, said.text),
        "go-on": lambda desk, which: working.resume(desk, which, said.text),
        "snooze": lambda desk, which: working.snooze(desk, which, _moment(said.until, call.deps.clock())),
        "wake": lambda desk, which: working.snooze(desk, which, None),
        "priority": lambda desk, which: working.prioritise(desk, which, level),
        "close": lambda desk, which: working.close(
            desk, which, said.root_cause, said.text, said.action or None
        ),
    }
    if act not in commands:
        raise HTTPException(404, "There is no such form.")
    return commands[act]


def _moment(said: str, now: datetime) -> datetime:
    """A time as a form's field gives it (UTC), or so many hours or days from now: 4h, 2d."""
    number, unit = said[:-1], said[-1:]
    if unit in ("h", "d") and number.isascii() and number.isdecimal() and len(number) <= 4:
        return now + (timedelta(hours=int(number)) if unit == "h" else timedelta(days=int(number)))
    found = moment(said, "Snoozing", "4h, 2d or 2026-03-03 08:00")
    if found is None:
        raise Refused(what="Snoozing", why="it needs a time")
    return found

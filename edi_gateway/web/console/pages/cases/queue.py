"""The queue by cause, one cause with its cases, and the case that is next."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.service import ACTIONS, BY_ITSELF, PRIORITIES, QUEUES, ROOT_CAUSES, WAITING_FOR
from edi_gateway.reports.book.cases import OPEN_STATES
from edi_gateway.reports.causes import queue as report
from edi_gateway.reports.causes.mine import my_work
from edi_gateway.reports.causes.queue import PAGE, Wanted
from edi_gateway.reports.people import everybody
from edi_gateway.triage.causes import STAGES
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Cases", "/cases", may="see cases", place=20, key="c", group="Cases", also=("/causes/",)))

_DAYS = 30  # of the trend
_ROLES = sorted({*QUEUES.values(), "CSR"})

Word = Annotated[str, Query(max_length=80)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@room.page("/cases", may="see cases")
def queue(
    call: Call,
    partner: Word = "",
    family: Word = "",
    stage: Word = "",
    role: Word = "",
    owner: Word = "",
    state: Word = "",
    words: Word = "",
    older: Annotated[str, Query(pattern=r"^\d{0,4}$")] = "",
    late: bool = False,
    snoozed: bool = False,
    page: PageNumber = 1,
) -> Response:
    """`owner`: a name, "me" or "nobody"; `older`: hours since it was opened."""
    now = call.deps.clock()
    wanted = Wanted(
        partner=partner or None,
        family=family if family in {each.value for each in Family} else None,
        stage=stage if stage in STAGES else None,
        role=role if role in _ROLES else None,
        words=words or None,
        owner={"": None, "nobody": None, "me": call.name}.get(owner, owner),
        unowned=owner == "nobody",
        state=state if state in OPEN_STATES else None,
        late_at=now if late else None,
        opened_before=now - timedelta(hours=int(older)) if older else None,
        snoozed=snoozed,
    )
    with call.reading() as conn:
        found = report.queue(conn, wanted, now, offset=(page - 1) * PAGE)
        families = report.families_open(conn)
    asked = {
        "partner": partner,
        "family": family,
        "stage": stage,
        "role": role,
        "owner": owner,
        "state": state,
    }
    return call.show(
        "cases/queue.html",
        found=found,
        families=[(each.value, f"{each.value} ({cases})") for each, _, cases in families],
        stages=STAGES,
        roles=_ROLES,
        states=OPEN_STATES,
        asked=asked | {"words": words, "older": older, "late": late, "snoozed": snoozed},
        filtered=wanted != Wanted(),
        page=page,
        more=page * PAGE < found.all_causes,
        now=now,
    )


@room.page("/causes/{fingerprint}", may="see cases")
def cause(
    call: Call,
    fingerprint: str,
    closed: bool = False,
    snoozed: bool = True,
    page: PageNumber = 1,
) -> Response:
    now = call.deps.clock()
    with call.reading() as conn:
        found = report.one(conn, fingerprint, now)
        if found is None:
            raise HTTPException(404, "There is no such cause.")
        wanted = Wanted(digits=found.fingerprint, snoozed=snoozed)
        offset = (page - 1) * PAGE
        listed = report.cases_of(conn, wanted, now, closed=closed, limit=PAGE + 1, offset=offset)
        since = now.date() - timedelta(days=_DAYS - 1)
        counted = {day: (opened, over) for day, opened, over in report.days(conn, found.fingerprint, since)}
        to_close = report.not_closed(conn, found.fingerprint)
        users = [person.name for person in everybody(conn)]
    return call.show(
        "cases/cause.html",
        cause=found,
        cases=listed[:PAGE],
        days=[(day, *counted.get(day, (0, 0))) for day in (since + timedelta(days=n) for n in range(_DAYS))],
        to_close=to_close,
        closed=closed,
        page=page,
        more=len(listed) > PAGE,
        now=now,
        **choices(users),
    )


@room.page("/cases/next", may="see cases")
def next_case(call: Call, after: int = 0) -> Response:
    """The case to work now: one's own first, then what waits in one's queues, then whatever is open."""
    now = call.deps.clock()
    with call.reading() as conn:
        found = my_work(conn, call.name or "", call.roles, now, limit=2)
        mine = [task.case_id for why in ("mine", "queue") for task in found.of(why)]
        mine += [case.case_id for case in report.cases_of(conn, Wanted(), now, limit=2)]
    case_id = next((each for each in mine if each != after), None)
    if case_id is None:
        return call.go("/cases", "No other case is open.", "note")
    return call.go(f"/cases/{case_id}")


def choices(users: list[str]) -> dict[str, Any]:
    """What forms of casework offer."""
    roots = [(name, name) for name in ROOT_CAUSES]
    for name, details in ROOT_CAUSES.items():
        at = roots.index((name, name)) + 1
        roots[at:at] = [(f"{name}: {detail}", f"{name}: {detail}") for detail in details]
    return {
        "users": users,
        "roots": roots,
        "actions": [action for action in ACTIONS if action != BY_ITSELF],
        "priorities": [(str(number), word) for number, word in PRIORITIES.items()],
        "waits": WAITING_FOR,
    }

"""The fixes that are suggested for a case or a cause: what each would do, and doing it."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Response, UploadFile
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage.fixing import Given
from edi_gateway.flow.replays import fixing
from edi_gateway.orders.holds import RELEASE_REASONS
from edi_gateway.orders.hours.service import ROOT_CAUSES
from edi_gateway.reports.book import cases
from edi_gateway.reports.triage import replays
from edi_gateway.triage.suggestions.fix import Fix
from edi_gateway.web.console.api.terms import Key
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.pages.fixes.bench import NO_NUL, Digits, bench
from edi_gateway.web.console.rooms import Call, Room

room = Room()

Text = Annotated[str, Form(max_length=20_000, pattern=NO_NUL)]
_AT_ONCE = 200  # cases that one click decides about


@room.page("/cases/{case_id}/fixes", may="see cases")
def of_case(call: Call, case_id: Key) -> Response:
    """Put into the page of the case; a page of its own without htmx."""
    with call.reading() as conn:
        view = cases.show(conn, case_id)
        if view is None:
            raise HTTPException(404, "There is no such case.")
        found = fixing.fixes(conn, case_id, bench(call).works)
    return _list(call, case_id, view.case.fingerprint, found)


@room.page("/causes/{fingerprint}/fixes", may="see cases")
def of_cause(call: Call, fingerprint: Digits) -> Response:
    """The fixes of a cause are those of its oldest open case."""
    with call.reading() as conn:
        case_id = replays.first_case(conn, fingerprint)
        found = [] if case_id is None else fixing.fixes(conn, case_id, bench(call).works)
    return _list(call, case_id, fingerprint, found)


def _list(call: Called, case_id: int | None, fingerprint: str, found: list[Fix]) -> Response:
    template = "fixes/_list.html" if call.is_htmx else "fixes/list.html"
    return call.show(template, case_id=case_id, fingerprint=fingerprint, fixes=found)


@room.page("/cases/{case_id}/fixes/{key:path}", may="see cases")
def one(call: Call, case_id: Key, key: str) -> Response:
    """What it asks for, and the buttons."""
    return _page(call, case_id, key, Given(), None)


@room.change("/cases/{case_id}/fixes/{key:path}/preview", may="work a case")
def preview(
    call: Call,
    case_id: Key,
    key: str,
    why: Text = "",
    reason: Text = "",
    value: Text = "",
    root_cause: Text = "",
    each: Annotated[str, Form(max_length=5, pattern=NO_NUL)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What it would do: the same command, in a transaction that is thrown away."""
    given = Given(why, reason, value, root_cause, _content(file))
    if each:
        decided = fixing.preview_each(bench(call), case_id, key, given)
        return _page(call, case_id, key, given, None, decided)
    return _page(call, case_id, key, given, fixing.preview(bench(call), case_id, key, given))


@room.change("/cases/{case_id}/fixes/{key:path}", may="work a case")
def do(
    call: Call,
    case_id: Key,
    key: str,
    why: Text = "",
    reason: Text = "",
    value: Text = "",
    root_cause: Text = "",
    each: Annotated[str, Form(max_length=5, pattern=NO_NUL)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Do it; then to what comes next: the replay, or the case."""
    given = Given(why, reason, value, root_cause, _content(file))
    if each:
        return _each(call, case_id, fixing.do_each(bench(call), case_id, key, given, _AT_ONCE))
    done = fixing.do(bench(call), case_id, key, given)
    if done.run is not None:
        return call.go(f"/replays/{done.run}", done.said)
    if done.drafted is not None:
        return call.go(f"/partners/{done.drafted}", done.said)
    if done.replays:
        said = f"{done.said} Try it over all of the same cause, then replay them."
        return call.go(f"/cases/{case_id}/fixes", said)
    return call.go(f"/cases/{case_id}", done.said)


def _each(call: Called, case_id: int, done: fixing.ForEach) -> Response:
    said = f"It is done to {done.done} cases."
    for why, count in done.refused.items():
        said += f" Refused for {count}: {why}."
    if done.left:
        said += f" {done.left} are left: do it again."
    return call.go(f"/cases/{case_id}", said, "wrong" if done.refused else "done")


def _content(file: UploadFile | None) -> bytes | None:
    return None if file is None else file.file.read() or None


def _page(
    call: Called,
    case_id: Key,
    key: str,
    given: Given,
    seen: fixing.Preview | None,
    decided: fixing.ForEach | None = None,
) -> Response:
    with call.reading() as conn:
        view = cases.show(conn, case_id)
        if view is None:
            raise HTTPException(404, "There is no such case.")
        found = {fix.key: fix for fix in fixing.fixes(conn, case_id, bench(call).works)}
    if key not in found:
        raise HTTPException(404, "There is no such fix for this case any more.")
    fix = found[key]
    return call.show(
        "fixes/one.html",
        case=view.case,
        fix=fix,
        given=given,
        seen=seen,
        decided=decided,
        same=view.same_cause,
        may=bool(call.roles & fix.roles),
        reasons=[(code, meaning) for code, meaning in RELEASE_REASONS.items()],
        root_causes=[
            *ROOT_CAUSES,
            *(f"{root}: {leaf}" for root, leaves in ROOT_CAUSES.items() for leaf in leaves),
        ],
    )

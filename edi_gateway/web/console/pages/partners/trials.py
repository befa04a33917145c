"""What a draft would make different: a trial over what came before, run beside the pages, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

from fastapi import Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import proposals, trials
from edi_gateway.commands.partners.trials import Again
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.reports.partners import drafts
from edi_gateway.web.console.api.terms import Key
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.pages.partners import running
from edi_gateway.web.console.pages.partners.partners import folders
from edi_gateway.web.console.rooms import Call, Room

room = Room()

_SHOWN: Final = 50
Day = Annotated[str, Form(max_length=40)]


@room.change("/partners/{key}/try", may="draft a change")
def begin(call: Call, key: str, since: Day = "", until: Day = "") -> Response:
    """Start it, and go to the page that shows how far it is."""
    begins, ends = _span(call, since, until, f"Trying the draft of {key}")
    with call.reading() as conn:
        live = drafts.live_content(conn, key)
        if live is None:
            raise HTTPException(404, "There is no such partner.")
        draft = proposals.snapshot_of(conn, folders(call), key)
        current = drafts.live_hash(conn, key)
    with call.desk() as desk:
        made = trials.begin(desk, current or "", draft, begins, ends)
    return _started(call, Again(made, live, draft, begins, ends))


def _span(call: Call, since: str, until: str, what: str) -> tuple[datetime, datetime]:
    ends = moment(until, what) or call.deps.clock()
    return moment(since, what) or ends - timedelta(days=trials.USUAL_DAYS), ends


@room.page("/trials", may="see partners")
def all_of_them(call: Call) -> Response:
    """The last trials of all partners."""
    now = call.deps.clock()
    with call.reading() as conn:
        found = drafts.trials(conn, None, now, limit=_SHOWN)
    template = "partners/_trials.html" if call.is_htmx else "partners/trials.html"
    return call.show(
        template,
        trials=found,
        running=any(row.state == "RUNNING" for row in found),
        try_since=(now - timedelta(days=trials.USUAL_DAYS)).date().isoformat(),
    )


@room.change("/trials", may="draft a change")
def begin_all(call: Call, since: Day = "", until: Day = "") -> Response:
    """Try the draft of every partner that differs from what is live: a changed file of mappings/ touches many."""
    what = "Trying all drafts"
    begins, ends = _span(call, since, until, what)
    wanted, wrong = _differing(call)
    left_out = f" With mistakes in their files, and so left out: {', '.join(wrong)}." if wrong else ""
    if not wanted:
        raise Refused(what=what, why=f"what is live says the same as the files.{left_out}")
    with call.desk() as desk:
        desk.require(what, PERMISSIONS["draft a change"])
        actor = desk.actor

    def begin(one: _Draft) -> Again | None:
        with call.deps.desk(lambda _: actor) as desk:
            try:
                made = trials.begin(desk, one.live_hash, one.draft, begins, ends)
            except Refused:  # it runs already
                return None
        return Again(made, one.live, one.draft, begins, ends)

    turns = iter([partial(begin, one) for one in wanted])
    first = next((made for turn in turns if (made := turn()) is not None), None)
    if first is not None:
        running.start(call.deps, first, turns)
    told = ", ".join(one.draft.partner for one in wanted)
    return call.go("/trials", f"Tried one after the other: {told}.{left_out}")


@dataclass(frozen=True, slots=True)
class _Draft:
    live_hash: str
    live: str
    draft: Snapshot


def _differing(call: Call) -> tuple[list[_Draft], list[str]]:
    """Each partner whose files, with what is proposed over them, say something else than what is live; and those whose
    files hold a mistake."""
    found, wrong = [], []
    with call.reading() as conn:
        for key, digest in drafts.live_hashes(conn).items():
            try:
                draft = proposals.snapshot_of(conn, folders(call), key)
            except Refused:
                wrong.append(key)
                continue
            if draft.hash != digest:
                found.append(_Draft(digest, drafts.live_content(conn, key) or "", draft))
    return found, wrong


@room.change("/partners/{key}/try/{trial_id}/again", may="draft a change")
def again(call: Call, key: str, trial_id: Key) -> Response:
    """The same once more, after the process that ran it was ended."""
    with call.desk() as desk:
        made = trials.again(desk, trial_id)
    return _started(call, made)


def _started(call: Call, run: Again) -> Response:
    running.start(call.deps, run)
    return call.go(f"/partners/{run.draft.partner}/try/{run.trial_id}")


@room.page("/partners/{key}/try/{trial_id}", may="see partners")
def show(call: Call, key: str, trial_id: int) -> Response:
    """The whole page, or the part of it that moves."""
    with call.reading() as conn:
        found = drafts.trial(conn, trial_id, call.deps.clock())
    if found is None or found.partner != key:
        raise HTTPException(404, "There is no such trial.")
    return call.show("partners/_trial.html" if call.is_htmx else "partners/trial.html", trial=found)


@room.change("/partners/{key}/try/{trial_id}/stop", may="draft a change")
def stop(call: Call, key: str, trial_id: int) -> Response:
    with call.desk() as desk:
        trials.stop(desk, trial_id)
    return call.go(f"/partners/{key}/try/{trial_id}", "It stops with what it has shown so far.")

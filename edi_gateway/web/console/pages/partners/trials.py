"""What a draft would make different: a trial over what came before, run beside the pages, and what it shows."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import proposals, trials
from edi_gateway.model.showing import plain
from edi_gateway.reports.partners import drafts
from edi_gateway.triage.trying.telling import as_json
from edi_gateway.triage.trying.trial import Span, Trial
from edi_gateway.web.console.api.terms import Key
from edi_gateway.web.console.deps import Deps
from edi_gateway.web.console.moments import moment
from edi_gateway.web.console.pages.partners.partners import folders
from edi_gateway.web.console.rooms import Call, Room

room = Room()

Day = Annotated[str, Form(max_length=40)]
_NOTED: Final = 2.0  # seconds between two notes of how far it is
_SYSTEM: Final = Actor(MACHINE, frozenset({MACHINE}))


@room.change("/partners/{key}/try", may="draft a change")
def begin(call: Call, key: str, since: Day = "", until: Day = "") -> Response:
    """Start it, and go to the page that shows how far it is."""
    now, what = call.deps.clock(), f"Trying the draft of {key}"
    ends = moment(until, what) or now
    begins = moment(since, what) or ends - timedelta(days=trials.USUAL_DAYS)
    with call.reading() as conn:
        live = drafts.live_content(conn, key)
        if live is None:
            raise HTTPException(404, "There is no such partner.")
        draft = proposals.snapshot_of(conn, folders(call), key)
        current = drafts.live_hash(conn, key)
    with call.desk() as desk:
        made = trials.begin(desk, current or "", draft, begins, ends)
    return _started(call, trials.Again(made, live, draft, begins, ends))


@room.change("/partners/{key}/try/{trial_id}/again", may="draft a change")
def again(call: Call, key: str, trial_id: Key) -> Response:
    """The same once more, after the process that ran it was ended."""
    with call.desk() as desk:
        made = trials.again(desk, trial_id)
    return _started(call, made)


def _started(call: Call, run: trials.Again) -> Response:
    key = run.draft.partner
    threading.Thread(target=_run, args=(call.deps, run), name=f"try {key}", daemon=True).start()
    return call.go(f"/partners/{key}/try/{run.trial_id}")


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


def _run(deps: Deps, run: trials.Again) -> None:
    """In a thread of its own; reads in short transactions and writes nothing but how far it is."""
    trial_id = run.trial_id
    try:
        trial = Trial(deps.reading, run.live, run.draft, Span(run.since, run.until), deps.production)
        noted, stopped = 0.0, threading.Event()
        for at in trial.run(stopped.is_set):
            if time.monotonic() - noted >= _NOTED:
                noted = time.monotonic()
                with deps.desk(lambda _: _SYSTEM) as desk:
                    if not trials.note(desk, trial_id, at.done, at.whole):
                        stopped.set()
        told = as_json(trial.result())
        told["groups"] = told["groups"][: trials.KEPT_GROUPS]  # type: ignore[index]
        with deps.desk(lambda _: _SYSTEM) as desk:
            trials.end(desk, trial_id, plain(told))
    except Exception as error:  # whoever looks at the page is told
        with deps.desk(lambda _: _SYSTEM) as desk:
            trials.end(desk, trial_id, None, f"{type(error).__name__}: {error}"[:300])

"""What a draft would make different: a trial over what came before, run beside the pages, and what it shows."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Form, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import proposals, trials
from edi_gateway.model.showing import plain
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.reports.partners import drafts
from edi_gateway.triage.trying.telling import as_json
from edi_gateway.triage.trying.trial import Span, Trial
from edi_gateway.web.console.deps import Deps
from edi_gateway.web.console.pages.partners.partners import folders
from edi_gateway.web.console.rooms import Call, Room

room = Room()

USUAL_DAYS: Final = 90
_NOTED: Final = 2.0  # seconds between two notes of how far it is
_SYSTEM: Final = Actor(MACHINE, frozenset({MACHINE}))


@room.change("/partners/{key}/try", may="draft a change")
def begin(call: Call, key: str, days: Annotated[int, Form(ge=1, le=3660)] = USUAL_DAYS) -> Response:
    """Start it, and go to the page that shows how far it is."""
    until = call.deps.clock()
    since = until - timedelta(days=days)
    with call.reading() as conn:
        live = drafts.live_content(conn, key)
        if live is None:
            raise HTTPException(404, "There is no such partner.")
        draft = proposals.snapshot_of(conn, folders(call), key)
        current = drafts.live_hash(conn, key)
    with call.desk() as desk:
        made = trials.begin(desk, key, current or "", draft.hash, since, until)
    run = (call.deps, made, live, draft, since, until)
    threading.Thread(target=_run, args=run, name=f"try {key}", daemon=True).start()
    return call.go(f"/partners/{key}/try/{made}")


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


def _run(deps: Deps, trial_id: int, live: str, draft: Snapshot, since: datetime, until: datetime) -> None:
    """In a thread of its own; reads in short transactions and writes nothing but how far it is."""
    try:
        trial = Trial(deps.reading, live, draft, Span(since, until), deps.production)
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

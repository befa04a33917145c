"""Trials of drafts that are run from the console: begun by a person, noted while they run, ended.

Takes what triage/trying shows, keeps it in a row, so that every page and every colleague sees the same. Called by web/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import versions

KEPT_GROUPS: Final = 200  # of a result; the command line tells all


def begin(desk: Desk, partner: str, live: str, draft: str, since: datetime, until: datetime) -> int:
    """Note that a trial begins; its id. Refused while another one of this partner runs."""
    what = f"Trying the draft of {partner}"
    desk.require(what, PERMISSIONS["draft a change"])
    if live == draft:
        raise Refused(what=what, why="what is live says the same")
    now = desk.clock()
    if versions.trial_running(desk.conn, partner, now):
        raise Refused(what=what, why="one is running already")
    made = desk.ids.next()
    versions.add_trial(desk.conn, made, partner, live, draft, (since, until), desk.actor.name, now)
    desk.record("draft tried", f"partner {partner}", live=live, draft=draft, trial=made)
    return made


def note(desk: Desk, trial_id: int, done: int, whole: int) -> bool:
    """How far it is; False when somebody has stopped it."""
    return versions.note_trial(desk.conn, trial_id, desk.clock(), done=done, whole=whole)


def end(desk: Desk, trial_id: int, result: Mapping[str, object] | None, error: str | None = None) -> None:
    """What it showed, or why it failed."""
    state = "FAILED" if result is None else "STOPPED" if result.get("stopped") else "DONE"
    text = None if result is None else json.dumps(result, ensure_ascii=False)
    versions.end_trial(desk.conn, trial_id, desk.clock(), state, text, error)


def stop(desk: Desk, trial_id: int) -> None:
    """Let it end with what it has shown so far."""
    desk.require("Stopping a trial", PERMISSIONS["draft a change"])
    versions.note_trial(desk.conn, trial_id, desk.clock(), state="STOPPED")

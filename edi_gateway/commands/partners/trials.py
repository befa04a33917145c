"""Trials of drafts that are run from the console: begun by a person, noted while they run, ended; begun again.

Takes what triage/trying shows, keeps it in a row, so that every page and every colleague sees the same. Both versions
are kept too: whoever comes after a process that died in the middle can begin the same trial again. Called by web/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.store import snapshots, versions

USUAL_DAYS: Final = 90  # that a trial goes back, where nobody says otherwise
KEPT_GROUPS: Final = 200  # of a result; the command line tells all


def begin(desk: Desk, live: str, draft: Snapshot, since: datetime, until: datetime) -> int:
    """Note that a trial of `draft` beside `live` (a hash) begins; its id. Refused while another one of this partner
    runs."""
    what = f"Trying the draft of {draft.partner}"
    desk.require(what, PERMISSIONS["draft a change"])
    if live == draft.hash:
        raise Refused(what=what, why="what is live says the same")
    if not since < until:
        raise Refused(what=what, why="the span ends before it begins")
    now, partner = desk.clock(), draft.partner
    snapshots.put(desk.conn, draft.hash, partner, draft.content, desk.actor.name, now)
    if versions.trial_running(desk.conn, partner, now):
        raise Refused(what=what, why="one is running already")
    made = desk.ids.next()
    versions.add_trial(desk.conn, made, partner, live, draft.hash, (since, until), desk.actor.name, now)
    desk.record("draft tried", f"partner {partner}", live=live, draft=draft.hash, trial=made)
    return made


@dataclass(frozen=True, slots=True)
class Again:
    """A trial that begins anew: the two versions and the span of an earlier one."""

    trial_id: int
    live: str
    draft: Snapshot
    since: datetime
    until: datetime


def again(desk: Desk, trial_id: int) -> Again:
    """The same two versions over the same span once more: after the process that ran it died, or it failed or was
    stopped."""
    what = "Trying it again"
    desk.require(what, PERMISSIONS["draft a change"])
    old = versions.get_trial(desk.conn, trial_id)
    if old is None:
        raise Refused(what=what, why="there is no such trial")
    live, draft = (snapshots.content(desk.conn, digest) for digest in (old.live, old.draft))
    if live is None or draft is None:
        raise Refused(what=what, why="its files are not kept any more; try the draft as it stands")
    tried = Snapshot(old.partner, old.draft, draft)
    return Again(begin(desk, old.live, tried, old.since, old.until), live, tried, old.since, old.until)


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

"""Begin to run a cause again, or what an incident affects, after it was mended, or to try it only; and stop.

Takes cases; leaves a run with an item for each, which flow/replays/ carries to its end. Called by flow, cli and web.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import replayable
from edi_gateway.store.book import cases, replays
from edi_gateway.store.book.cases import Case
from edi_gateway.store.book.replays import Run
from edi_gateway.store.ids import short
from edi_gateway.store.watch import affected, incidents
from edi_gateway.store.watch.incidents import Incident


def begin_cause(desk: Desk, fingerprint: str, *, dry: bool = False) -> Run:
    """Run again, or try, all that is open of a cause."""
    what = _what(dry)
    desk.require(what, PERMISSIONS["work a case"])
    found = cases.open_by_causes(desk.conn, [fingerprint])
    if not found:
        raise Refused(what=what, why="no case of this cause is open")
    return _begin(desk, found, dry=dry)


def begin_cases(desk: Desk, case_ids: Sequence[int], *, alone: bool = False, dry: bool = False) -> Run:
    """Run again, or try, these cases and (unless `alone`) all open ones of their causes."""
    what = _what(dry)
    desk.require(what, PERMISSIONS["work a case"])
    found: dict[int, Case] = {}
    for case_id in case_ids:
        case = cases.load(desk.conn, case_id)
        if case is None:
            raise Refused(what=f"Replaying case {short(case_id)}", why="there is no such case")
        # its document may have been put right since: a second verdict would contradict the one that went
        if case.state not in cases.OPEN:
            raise Refused(what=f"Replaying case {short(case_id)}", why=f"it is {case.state.lower()} already")
        found[case_id] = case
    if not alone:
        causes = sorted({case.fingerprint for case in found.values()})
        found.update((other.id, other) for other in cases.open_by_causes(desk.conn, causes))
    return _begin(desk, [found[case_id] for case_id in sorted(found)], dry=dry)


def begin_incident(desk: Desk, incident_id: int, *, since: datetime | None = None, dry: bool = False) -> Run:
    """Run again, or try, the open cases that an incident affects, opened at `since` or later (None: all of them). What
    went through once is not among them, and is not taken twice. The incident's timeline says so."""
    what = _what(dry)
    desk.require(what, PERMISSIONS["work a case"])
    incident = incidents.load(desk.conn, incident_id)
    if incident is None:
        raise Refused(what=what, why="there is no such incident")
    found = cases.load_many(desk.conn, affected.cases_of(desk.conn, incident, since))
    if not found:
        from_then = "" if since is None else f" from {since:%Y-%m-%d %H:%M} UTC on"
        raise Refused(what=what, why=f"no case that it affects is open{from_then}")
    run = _begin(desk, found, dry=dry, incident=incident, since=since)
    if not dry:
        from_then = "" if since is None else f", from {since:%Y-%m-%d %H:%M} UTC on"
        said = f"Replay {short(run.id)} of {run.total} cases has begun{from_then}."
        incidents.note(desk.conn, desk.ids, incident_id, desk.clock(), desk.actor.name, "replay", said)
    return run


def stop(desk: Desk, run_id: int) -> None:
    """Run no more of it. What is under way ends by itself, and the run with it."""
    what = f"Stopping replay {short(run_id)}"
    desk.require(what, PERMISSIONS["work a case"])
    run = replays.load(desk.conn, run_id, lock=True)
    if run is None:
        raise Refused(what=what, why="there is no such replay")
    if run.state != "RUNNING":
        raise Refused(what=what, why=f"it is {run.state.lower()} already")
    replays.pass_over(desk.conn, run_id, f"Stopped by {desk.actor.name} before its turn came.")
    desk.record("replay stopped", f"replay {run_id}", cause=run.cause)


def _begin(
    desk: Desk,
    found: Sequence[Case],
    *,
    dry: bool,
    incident: Incident | None = None,
    since: datetime | None = None,
) -> Run:
    items = [(case.id, again.kind, again.id) for case in found if (again := replayable(case)) is not None]
    busy = set() if dry else replays.in_hand(desk.conn, [case_id for case_id, _, _ in items])
    if not items:
        raise Refused(what=_what(dry), why="nothing of it can be run again: a person has to decide")
    if len(busy) == len(items):
        raise Refused(what=_what(dry), why="a replay of it is under way: see `replays list`")
    whole, items = len(found), [item for item in items if item[0] not in busy]
    causes = sorted({case.fingerprint for case in found})
    many = f"Cases of {len(causes)} causes" + (f": {incident.title}" if incident is not None else "")
    run = Run(
        id=desk.ids.next(),
        kind=replays.DRY if dry else replays.REPLAY,
        fingerprint=causes[0] if len(causes) == 1 else None,
        cause=found[0].cause if len(causes) == 1 else many,
        state="RUNNING",
        total=len(items),
        skipped=whole - len(items),
        by=desk.actor.name,
        started_at=desk.clock(),
        ended_at=None,
        incident_id=None if incident is None else incident.id,
        since=since,
    )
    replays.add(desk.conn, run, items)
    if not dry:
        desk.record("replay begun", f"replay {run.id}", cause=run.cause, cases=run.total)
    return run


def _what(dry: bool) -> str:
    return "Trying a cause" if dry else "Replaying a cause"

"""Once a minute: every detector looks, what it sees becomes one incident each however often it is seen, and what has
not been seen for a while is over (spec B14.5, S22). Called by flow/deadlines.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.watch.detectors import DETECTORS
from edi_gateway.commands.watch.sighting import Sighting, Watched
from edi_gateway.model.incident import Kind, Urgency
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.partners.profile import Calendar
from edi_gateway.store.watch import incidents, tallies
from edi_gateway.store.watch.incidents import Incident

EVERY = timedelta(minutes=1)
_SUBJECTS = 500  # that an incident names at most


def watch(watched: Watched) -> int:
    """Look with every detector; how many incidents were opened or ended."""
    desk = watched.desk
    calendars = {profile.key: profile.calendar for profile in watched.profiles}
    tallies.count(
        desk.conn, watched.now, lambda partner, at: local_date(at, calendars.get(partner, Calendar()))
    )
    standing = {one.key: one for one in incidents.open_ones(desk.conn, lock=True)}
    watched = replace(watched, open_keys=standing)
    seen = {sighting.key: sighting for detector in DETECTORS for sighting in detector(watched)}
    changed = sum(_seen(desk, standing.get(key), sighting) for key, sighting in seen.items())
    for key, one in standing.items():
        if key not in seen and one.kind != Kind.BY_HAND:
            changed += _calm(desk, one, timedelta(minutes=watched.limits.calm_minutes))
    return changed


def _seen(desk: Desk, known: Incident | None, sighting: Sighting) -> int:
    now, conn = desk.clock(), desk.conn
    if known is None:
        new = Incident(
            id=desk.ids.next(),
            kind=sighting.kind.value,
            key=sighting.key,
            partner=sighting.partner,
            severity=sighting.urgency.value,
            state="OPEN",
            title=sighting.title,
            message=sighting.message,
            hint=sighting.hint,
            opened_at=now,
            seen_at=now,
            **dict.fromkeys(
                ("owner", "calm_since", "ended_at", "ended_by", "reason", "root_cause"),
            ),
            **dict.fromkeys(("impact", "course", "remedy", "remedy_owner")),
        )
        if not incidents.add(conn, new):
            return 0  # another worker was first
        incidents.note(conn, desk.ids, new.id, now, desk.actor.name, "opened", sighting.message)
        incidents.touch(conn, new.id, sighting.touched, _SUBJECTS)
        desk.record("incident opened", f"incident {new.id}", kind=new.kind, about=sighting.about)
        return 1
    worse = _ORDER.index(sighting.urgency) < _ORDER.index(Urgency(known.severity))
    if worse:
        incidents.note(conn, desk.ids, known.id, now, desk.actor.name, "worse", sighting.message)
    elif known.calm_since is not None:
        incidents.note(conn, desk.ids, known.id, now, desk.actor.name, "back", sighting.message)
    incidents.change(
        conn,
        known.id,
        message=sighting.message,
        seen_at=now,
        calm_since=None,
        severity=sighting.urgency.value if worse else known.severity,
    )
    incidents.touch(conn, known.id, sighting.touched, _SUBJECTS)
    return 0


_ORDER = (Urgency.URGENT, Urgency.SERIOUS, Urgency.MINOR)


def _calm(desk: Desk, known: Incident, patience: timedelta) -> int:
    """Its cause does not hold now: after a while of that it is over."""
    now, conn = desk.clock(), desk.conn
    if known.calm_since is None:
        incidents.change(conn, known.id, calm_since=now)
        incidents.note(
            conn, desk.ids, known.id, now, desk.actor.name, "calm", "Its cause does not hold any more."
        )
        return 0
    if now - known.calm_since < patience:
        return 0
    reason = f"Its cause has not held since {known.calm_since:%Y-%m-%d %H:%M} UTC."
    incidents.change(conn, known.id, state="RESOLVED", ended_at=now, ended_by=desk.actor.name, reason=reason)
    incidents.note(conn, desk.ids, known.id, now, desk.actor.name, "resolved", reason)
    desk.record("incident resolved", f"incident {known.id}", why=reason)
    return 1

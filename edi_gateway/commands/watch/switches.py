"""Switches: a partner, a set, all sending or all posting stopped and resumed (spec B14.5).

Nothing is lost while something is stopped: what comes in of a set waits as it came, what is to go out waits as it is.
Called by cli/ and by the console; flow/live.py reads what is stopped.
"""

from __future__ import annotations

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.partners import publishing
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store import snapshots, work
from edi_gateway.store.watch import incidents, switches
from edi_gateway.store.watch.switches import POSTING, SENDING, SET, Switch
from edi_gateway.x12.dictionary import GROUP_OF

PARTNER = "partner"


def stop(
    desk: Desk,
    what: str,
    why: str,
    *,
    set_code: str | None = None,
    partner: str | None = None,
    incident_id: int | None = None,
) -> str:
    """Stop `what`: "sending", "posting", "partner" (`partner`), or "set" (`set_code`, of `partner` or of all). Gives it
    in words. `incident_id`: the incident for which it is stopped, whose timeline then says so."""
    named = words(what, set_code, partner)
    said = f"Stopping {named}"
    desk.require(said, PERMISSIONS["stop and resume"])
    if not why.strip():
        raise Refused(what=said, why="it needs a reason")
    _there(desk, said, what, set_code, partner)
    if what == PARTNER:
        assert partner is not None
        if snapshots.hashes(desk.conn)[partner][1]:
            raise Refused(what=said, why="it is stopped already")
        publishing.pause(desk, partner, why)
    else:
        now = desk.clock()
        if not switches.off(
            desk.conn, Switch(what, set_code, partner, now, desk.actor.name, why, incident_id)
        ):
            raise Refused(what=said, why="it is stopped already")
        desk.record("stopped", switches.key_of(what, set_code, partner), why=why)
    _note(desk, incident_id, f"{named} stopped: {why}")
    return named


def resume(
    desk: Desk,
    what: str,
    why: str,
    *,
    set_code: str | None = None,
    partner: str | None = None,
    incident_id: int | None = None,
) -> str:
    """Let it go on; what waited for it is taken up at once."""
    named = words(what, set_code, partner)
    said = f"Resuming {named}"
    desk.require(said, PERMISSIONS["stop and resume"])
    if not why.strip():
        raise Refused(what=said, why="it needs a reason")
    if what == PARTNER:
        _there(desk, said, what, set_code, partner)
        assert partner is not None
        if not snapshots.hashes(desk.conn)[partner][1]:
            raise Refused(what=said, why="it is not stopped")
        publishing.resume(desk, partner)
    else:
        if not switches.on(desk.conn, what, set_code, partner):
            raise Refused(what=said, why="it is not stopped")
        desk.record("resumed", switches.key_of(what, set_code, partner), why=why)
    if what == SET:
        work.hurry(desk.conn, "inbound")
    _note(desk, incident_id, f"{named} resumed: {why}")
    return named


def words(what: str, set_code: str | None, partner: str | None) -> str:
    """Something that can be stopped, in words."""
    if what == PARTNER:
        return f"the partner {partner}"
    if what == SET:
        return f"the set {set_code} of {partner or 'all partners'}"
    return f"all {what}"


def _there(desk: Desk, said: str, what: str, set_code: str | None, partner: str | None) -> None:
    """Raise Refused for what does not exist: a switch that nobody meant stops nothing."""
    if what not in (SENDING, POSTING, PARTNER, SET):
        raise Refused(what=said, why="it is no switch: sending, posting, a partner or a set")
    if (what == SET) != (set_code is not None) or (what == PARTNER and partner is None):
        raise Refused(what=said, why="say which partner, or which set")
    if what == SET and set_code not in GROUP_OF:
        raise Refused(what=said, why=f"{set_code} is no set that we know")
    if partner is not None and partner not in snapshots.hashes(desk.conn):
        raise Refused(what=said, why="no such partner is published")


def _note(desk: Desk, incident_id: int | None, text: str) -> None:
    if incident_id is not None:
        if incidents.load(desk.conn, incident_id) is None:
            raise Refused(what=text, why="there is no such incident")
        incidents.note(desk.conn, desk.ids, incident_id, desk.clock(), desk.actor.name, "switch", text)

"""Partners: publish a checked draft, pause and resume. Called by cli/ and, for auto_publish, by flow/."""

from __future__ import annotations

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve
from edi_gateway.model.finding import Code
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.store import snapshots
from edi_gateway.store.book import cases


def publish(desk: Desk, snapshot: Snapshot, why: str | None = None) -> bool:
    """Store the snapshot under its hash and make it live; False when it is live already.

    What was wrong with the partner's files before is right again: the cases about that are resolved.
    """
    desk.require(f"Publishing {snapshot.partner}", PERMISSIONS["publish a partner"])
    mended = cases.open_of_partner(desk.conn, snapshot.partner, Code.PROFILE_INVALID)
    resolve(desk, [case.id for case in mended], "The files hold no mistake any more.")
    live = snapshots.hashes(desk.conn).get(snapshot.partner)
    if live is not None and live[0] == snapshot.hash:
        return False
    now = desk.clock()
    snapshots.put(desk.conn, snapshot.hash, snapshot.partner, snapshot.content, desk.actor.name, now)
    snapshots.make_live(desk.conn, snapshot.partner, snapshot.hash, desk.actor.name, now, why)
    was = live[0] if live else None
    desk.record("published", f"partner {snapshot.partner}", was=was, now=snapshot.hash, why=why)
    return True


def pause(desk: Desk, partner: str, why: str) -> None:
    """Nothing is polled, sent or taken in for the partner until it is resumed."""
    desk.require(f"Pausing {partner}", PERMISSIONS["pause a partner"])
    if not why.strip():
        raise Refused(what=f"Pausing {partner}", why="it needs a reason")
    if not snapshots.pause(desk.conn, partner, why):
        raise Refused(what=f"Pausing {partner}", why="no such partner is published")
    desk.record("paused", f"partner {partner}", why=why)


def resume(desk: Desk, partner: str) -> None:
    """Take a paused partner's work up again."""
    desk.require(f"Resuming {partner}", PERMISSIONS["pause a partner"])
    if not snapshots.pause(desk.conn, partner, None):
        raise Refused(what=f"Resuming {partner}", why="no such partner is published")
    desk.record("resumed", f"partner {partner}")

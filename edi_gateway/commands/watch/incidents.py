"""What people do with incidents: open one by hand, take it, write down what they know, close it with a root cause and
its post-mortem (spec B14.5). Called by cli/ and by the console.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.incident import Kind, Urgency
from edi_gateway.orders.hours.service import ROOT_CAUSES
from edi_gateway.store import snapshots
from edi_gateway.store.ids import short
from edi_gateway.store.watch import incidents
from edi_gateway.store.watch.incidents import Incident

POST_MORTEM: Final = ("impact", "course", "remedy", "remedy_owner")
_ORDERS = 500


def open_by_hand(
    desk: Desk,
    title: str,
    message: str,
    urgency: Urgency = Urgency.SERIOUS,
    partner: str | None = None,
    orders: Sequence[int] = (),
) -> int:
    """An incident that no detector sees; its id. `orders`: those that it touches."""
    desk.require("Opening an incident", PERMISSIONS["work an incident"])
    if not title.strip():
        raise Refused(what="Opening an incident", why="it needs a title")
    if partner is not None and partner not in snapshots.hashes(desk.conn):
        raise Refused(what="Opening an incident", why=f"no partner {partner} is published")
    now = desk.clock()
    incident_id = desk.ids.next()
    new = Incident(
        id=incident_id,
        kind=Kind.BY_HAND.value,
        key=f"{Kind.BY_HAND.value} {incident_id}",
        partner=partner,
        severity=urgency.value,
        state="OPEN",
        title=title.strip(),
        message=message.strip() or title.strip(),
        hint="",
        owner=desk.actor.name,
        opened_at=now,
        seen_at=now,
        calm_since=None,
        ended_at=None,
        ended_by=None,
        reason=None,
        root_cause=None,
        impact=None,
        course=None,
        remedy=None,
        remedy_owner=None,
    )
    incidents.add(desk.conn, new)
    incidents.touch(desk.conn, incident_id, [("order", order) for order in orders], _ORDERS)
    _note(desk, incident_id, "opened", new.message)
    desk.record("incident opened", f"incident {incident_id}", kind=new.kind, title=new.title)
    return incident_id


def take(desk: Desk, incident_id: int, owner: str) -> None:
    """Somebody leads it from now on."""
    one = _open(desk, incident_id, "Taking")
    if not owner.strip():
        raise Refused(what=f"Taking incident {short(incident_id)}", why="it needs the name of somebody")
    incidents.change(desk.conn, incident_id, owner=owner)
    _note(desk, incident_id, "taken", f"by {owner}")
    desk.record("incident taken", f"incident {incident_id}", was=one.owner, now=owner)


def note(desk: Desk, incident_id: int, text: str) -> None:
    """One more line of the timeline, over or not."""
    _existing(desk, incident_id, "Noting on")
    if not text.strip():
        raise Refused(what=f"Noting on incident {short(incident_id)}", why="there is no text")
    _note(desk, incident_id, "note", text.strip())
    desk.record("incident noted", f"incident {incident_id}", text=text.strip())


def close(desk: Desk, incident_id: int, root_cause: str, reason: str, **post_mortem: str | None) -> None:
    """End it by hand, with a root cause of the tree and a reason. While its cause holds, the next pass of its detector
    opens a new one."""
    one = _open(desk, incident_id, "Closing")
    what = f"Closing incident {short(incident_id)}"
    if root_cause not in ROOT_CAUSES:
        raise Refused(what=what, why=f"the root cause must be one of: {', '.join(ROOT_CAUSES)}")
    if not reason.strip():
        raise Refused(what=what, why="it needs a reason")
    incidents.change(
        desk.conn,
        incident_id,
        state="CLOSED",
        ended_at=desk.clock(),
        ended_by=desk.actor.name,
        reason=reason.strip(),
        root_cause=root_cause,
        **_said(what, post_mortem),
    )
    _note(desk, incident_id, "closed", f"{root_cause}: {reason.strip()}")
    desk.record(
        "incident closed", f"incident {incident_id}", root_cause=root_cause, why=reason, was=one.state
    )


def write_post_mortem(
    desk: Desk, incident_id: int, root_cause: str | None = None, **post_mortem: str | None
) -> None:
    """What it did to whom (`impact`), what happened and why (`course`), what is changed (`remedy`) by whom
    (`remedy_owner`); also of one that ended by itself, which gets its root cause here."""
    _existing(desk, incident_id, "Writing the post-mortem of")
    what = f"Writing the post-mortem of incident {short(incident_id)}"
    if root_cause is not None and root_cause not in ROOT_CAUSES:
        raise Refused(what=what, why=f"the root cause must be one of: {', '.join(ROOT_CAUSES)}")
    said = _said(what, post_mortem)
    if root_cause is not None:
        said["root_cause"] = root_cause
    if not said:
        raise Refused(what=what, why="nothing was said")
    incidents.change(desk.conn, incident_id, **said)
    _note(desk, incident_id, "post-mortem", ", ".join(sorted(said)))
    desk.record("incident post-mortem", f"incident {incident_id}", **said)


def _said(what: str, post_mortem: dict[str, str | None]) -> dict[str, str]:
    if unknown := set(post_mortem) - set(POST_MORTEM):
        raise Refused(what=what, why=f"a post-mortem has no {', '.join(sorted(unknown))}")
    return {name: text.strip() for name, text in post_mortem.items() if text is not None and text.strip()}


def _existing(desk: Desk, incident_id: int, verb: str) -> Incident:
    what = f"{verb} incident {short(incident_id)}"
    desk.require(what, PERMISSIONS["work an incident"])
    one = incidents.load(desk.conn, incident_id, lock=True)
    if one is None:
        raise Refused(what=what, why="there is no such incident")
    return one


def _open(desk: Desk, incident_id: int, verb: str) -> Incident:
    one = _existing(desk, incident_id, verb)
    if one.state != "OPEN":
        raise Refused(what=f"{verb} incident {short(incident_id)}", why="it is over")
    return one


def _note(desk: Desk, incident_id: int, kind: str, text: str) -> None:
    incidents.note(desk.conn, desk.ids, incident_id, desk.clock(), desk.actor.name, kind, text)

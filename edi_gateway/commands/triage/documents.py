"""Send again, or do not send: the same bytes, the same control numbers (DESIGN section 8, promise 5).

Takes ids of documents or transmissions; leaves them ready for flow/telling/outbound.py. Called by cli.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.partners.profile import As2Connection, Profile
from edi_gateway.store import deadlines, work
from edi_gateway.store.ids import short
from edi_gateway.store.tables import transmissions
from edi_gateway.store.traffic import as2, documents, outbox


def resend(desk: Desk, document_id: int) -> int:
    """Send the transmission that bore a document once more; its id. What it bore besides goes along."""
    what = f"Sending document {short(document_id)} again"
    desk.require(what, PERMISSIONS["resend"])
    found = documents.load_outbound(desk.conn, document_id)
    if found is None:
        raise Refused(what=what, why="there is no such document of ours")
    if found.transmission_id is None:
        raise Refused(what=what, why=f"it has not been sent: it is {found.state.lower()}")
    resend_transmission(desk, found.transmission_id)
    return found.transmission_id


def resend_transmission(desk: Desk, transmission_id: int) -> None:
    """Send a transmission once more: same bytes, same control numbers."""
    what = f"Sending transmission {short(transmission_id)} again"
    desk.require(what, PERMISSIONS["resend"])
    state = outbox.state(desk.conn, transmissions, transmission_id, lock=True)
    if state is None:
        raise Refused(what=what, why="there is no such transmission")
    if state == "READY":
        raise Refused(what=what, why="it waits to be sent already")
    outbox.again(desk.conn, transmissions, [transmission_id])
    as2.requeue(desk.conn, [transmission_id])
    if state == "CANCELLED":
        _documents(desk, transmission_id, "BUNDLED")
        outbox.await_ack(desk.conn, transmission_id)
    resolve_about(desk, "It is sent again.", action="sent again", transmission_id=transmission_id)
    desk.record("transmission resent", f"transmission {transmission_id}", was=state)


def send_files(desk: Desk, profile: Profile, files: Sequence[tuple[str, bytes]]) -> int:
    """Send a file as it is, say one that a partner wants for a test, or several as the attachments of one AS2 message;
    the id of the transmission. Nothing is made of it, no control number is drawn, and no 997 is awaited for it.
    files: name and content of each, one at least."""
    name = files[0][0] if len(files) == 1 else f"{files[0][0]} and {len(files) - 1} more"
    what = f"Sending {name} to {profile.key}"
    desk.require(what, PERMISSIONS["resend"])
    if empty := [each for each, content in files if not content]:
        raise Refused(what=what, why=f"the file {empty[0]} is empty")
    if len(files) > 1 and not isinstance(profile.connection, As2Connection):
        raise Refused(what=what, why="only an AS2 message bears several files: send each by itself")
    content = b"".join(content for _, content in files)
    transmission_id = desk.ids.next()
    row = {
        "id": transmission_id,
        "partner": profile.key,
        "control": "",
        "name": name,
        "bytes": content,
        "attachments": json.dumps([[each, len(held)] for each, held in files]) if len(files) > 1 else None,
        "sha256": hashlib.sha256(content).hexdigest(),
        "documents": 0,
        "sets": "file",
        "test": profile.test,
        "state": "READY",
        "created_at": desk.clock(),
        "ack_state": "NONE",
    }
    outbox.add_transmissions(desk.conn, [row])
    names = [each for each, _ in files]
    desk.record("file sent", f"transmission {transmission_id}", names=names, sha256=row["sha256"])
    return transmission_id


def cancel_transmission(desk: Desk, transmission_id: int, why: str) -> bool:
    """A transmission that has not gone does not go. Its control numbers stay used; its documents end with it.

    False for one that went before and was to go again: the partner has it, and its 997 is still awaited.
    """
    what = f"Cancelling transmission {short(transmission_id)}"
    desk.require(what, PERMISSIONS["resend"])
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    state = outbox.state(desk.conn, transmissions, transmission_id, lock=True)
    if state is None:
        raise Refused(what=what, why="there is no such transmission")
    if state not in ("READY", "FAILED"):
        raise Refused(what=what, why=f"it is {state.lower()} already")
    if any(transmission_id in item.payload["transmissions"] for item in work.taken(desk.conn, ["send"])):
        raise Refused(what=what, why="it is being sent at this moment; look again in a minute")
    ended = outbox.cancel_transmission(desk.conn, transmission_id)
    as2.give_up(desk.conn, transmission_id, f"Cancelled: {why}")
    if ended:
        _documents(desk, transmission_id, "CANCELLED")
        deadlines.close(desk.conn, [deadlines.ACK], [transmission_id], "CANCELLED")
    resolve_about(desk, f"It was cancelled: {why}", action="ignored", transmission_id=transmission_id)
    desk.record("transmission cancelled", f"transmission {transmission_id}", was=state, why=why)
    return ended


def _documents(desk: Desk, transmission_id: int, state: str) -> None:
    ids = [document.id for document in documents.of_transmission(desk.conn, transmission_id)]
    documents.set_state(desk.conn, ids, state)

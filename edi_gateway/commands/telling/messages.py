"""Messages that a person has drafted, to somebody at a partner or in our house: mail, written down with who sent it.

Takes the text as it was looked through; leaves a row that flow/telling/messages.py sends. Called by cli/, the console
and whoever offers a draft (spec B13, B14.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store.watch import incidents, messages
from edi_gateway.store.watch.messages import MAIL, MESSAGE, Message

_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\]+")
_LONGEST = 20_000  # characters of a text


@dataclass(frozen=True, slots=True)
class Draft:
    """`to`: a mail address. What it is about, whichever there is."""

    to: str
    subject: str
    text: str
    partner: str | None = None
    order_id: int | None = None
    case_id: int | None = None
    incident_id: int | None = None


def addresses_of(partners: Partners, partner: str) -> list[tuple[str, str, str | None]]:
    """People at a partner who can be written to: (name, mail address, what to ask them)."""
    profile = partners.profile(partner)
    contacts = () if profile is None else profile.contacts
    return [(one.name, one.mail, one.about) for one in contacts if one.mail is not None]


def send(desk: Desk, draft: Draft) -> int:
    """Send it as soon as the mail server takes it; the message's id."""
    what = f"Writing to {draft.to[:80]}"
    desk.require(what, PERMISSIONS["write to a partner"])
    if not is_address(draft.to):
        raise Refused(what=what, why="that is no mail address")
    if not draft.subject.strip() or not draft.text.strip():
        raise Refused(what=what, why="it needs a subject and a text")
    if len(draft.text) > _LONGEST:
        raise Refused(what=what, why=f"the text is longer than {_LONGEST} characters")
    message_id, now = desk.ids.next(), desk.clock()
    messages.add(
        desk.conn,
        Message(
            id=message_id,
            kind=MESSAGE,
            channel=MAIL,
            route=None,
            target=draft.to.strip(),
            subject=" ".join(draft.subject.split()),
            body=draft.text.strip(),
            state="WAITING",
            urgent=False,
            due_at=now,
            attempts=0,
            last_error=None,
            created_at=now,
            created_by=desk.actor.name,
            sent_at=None,
            partner=draft.partner,
            order_id=draft.order_id,
            case_id=draft.case_id,
            incident_id=draft.incident_id,
        ),
    )
    if draft.incident_id is not None:
        told = f"to {draft.to}: {draft.subject}"
        incidents.note(desk.conn, desk.ids, draft.incident_id, now, desk.actor.name, "told", told)
    desk.record(
        "message sent", f"message {message_id}", to=draft.to, title=draft.subject, partner=draft.partner
    )
    return message_id


def is_address(text: str) -> bool:
    """Whether a text is one mail address and nothing else."""
    return len(text.strip()) <= 254 and _ADDRESS.fullmatch(text.strip()) is not None

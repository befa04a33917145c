"""Certificates of partners and of ours: added, rolled over, withdrawn; each change audited, expiry watched.

Takes what transport/keys/ read or made; writes rows and the deadlines of flow/deadlines.py. Private keys come here
and stay only locked, or as the name of a file. Called by cli/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.partners import expiry
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store.ids import short
from edi_gateway.store.traffic import certificates
from edi_gateway.store.traffic.certificates import OURS, THEIRS, Certificate
from edi_gateway.transport.keys.reading import Described

SIGN, ENCRYPT = "sign", "encrypt"


@dataclass(frozen=True, slots=True)
class Key:
    """Where the private key of a certificate of ours is: `locked` (PKCS#8 under a passphrase, PEM), or `file`."""

    locked: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """For whom and when. `partner` None, of ours: for all. `since` None: from now; `until` None: as long as it is
    valid. `purposes`: SIGN, ENCRYPT or both; None: whatever its key can do."""

    partner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    purposes: tuple[str, ...] | None = None


def add_theirs(desk: Desk, described: Described, use: Use) -> int:
    """Take in a partner's certificate; its id. Others that are there go on to count beside it."""
    what = f"Taking in the certificate {described.serial}"
    if use.partner is None:
        raise Refused(what=what, why="it must be said whose it is")
    return _add(desk, what, THEIRS, described, use, Key())


def add_ours(desk: Desk, described: Described, key: Key, use: Use) -> int:
    """Take in a certificate of ours with its key; its id. It signs and decrypts from `since` on."""
    what = f"Taking in our certificate {described.serial}"
    if (key.locked is None) == (key.file is None):
        raise Refused(what=what, why="its private key must be given, once")
    if key.locked is not None and "ENCRYPTED" not in key.locked.partition("\n")[0]:
        raise Refused(what=what, why="its private key is not locked with a passphrase")
    return _add(desk, what, OURS, described, use, key)


def roll(desk: Desk, new: int, since: datetime, overlap: timedelta) -> list[int]:
    """From `since` on a certificate takes the place of those of the same party and purpose, which count on for so
    long beside it; the ids of those."""
    what = f"Rolling over to certificate {short(new)}"
    desk.require(what, PERMISSIONS["change certificates"])
    chosen = _standing(desk, new, what)
    if overlap < timedelta(0):
        raise Refused(what=what, why="an overlap cannot be negative")
    until = since + overlap
    old = [
        other
        for other in certificates.standing(desk.conn, chosen.side)
        if other.id != new
        and other.partner == chosen.partner
        and set(other.purposes.split()) <= set(chosen.purposes.split())
        and other.ends > until
    ]
    certificates.set_until(desk.conn, [other.id for other in old], until)
    for other in old:
        expiry.watch(desk, other.id, until)
    desk.record(
        "certificate rolled",
        _subject(chosen),
        serial=chosen.serial,
        since=since.isoformat(),
        until=until.isoformat(),
        ended=[other.serial for other in old],
    )
    return [other.id for other in old]


def withdraw(desk: Desk, certificate_id: int, why: str) -> None:
    """From now on a certificate counts for nothing: its key was lost, say."""
    what = f"Withdrawing certificate {short(certificate_id)}"
    desk.require(what, PERMISSIONS["change certificates"])
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    chosen = _standing(desk, certificate_id, what)
    certificates.withdraw(desk.conn, certificate_id, desk.clock())
    expiry.over(desk, chosen, f"It was withdrawn: {why}")
    for other in certificates.standing(desk.conn, chosen.side):
        if other.partner == chosen.partner:  # what it was to follow may have nothing behind it now
            expiry.watch(desk, other.id, other.ends)
    desk.record("certificate withdrawn", _subject(chosen), serial=chosen.serial, why=why)


def _add(desk: Desk, what: str, side: str, described: Described, use: Use, key: Key) -> int:
    desk.require(what, PERMISSIONS["change certificates"])
    now = desk.clock()
    since = use.since or now
    can = (SIGN, ENCRYPT) if described.may_encrypt else (SIGN,)
    purposes = can if use.purposes is None else use.purposes
    if not purposes or set(purposes) - {SIGN, ENCRYPT}:
        raise Refused(what=what, why=f"it can be for {SIGN} and {ENCRYPT}")
    if set(purposes) - set(can):
        raise Refused(what=what, why=f"an {described.kind} key can only sign")
    if described.not_after <= now:
        raise Refused(what=what, why=f"it expired on {described.not_after:%d %b %Y}")
    if use.until is not None and use.until <= since:
        raise Refused(what=what, why="its time would end before it begins")
    if since >= described.not_after:
        raise Refused(what=what, why=f"it expires on {described.not_after:%d %b %Y}, before that time")
    known = certificates.known(desk.conn, side, use.partner, described.fingerprint)
    if known is not None:
        raise Refused(what=what, why=f"it is there already, as {short(known.id)}")
    certificate_id = desk.ids.next()
    row = {
        "id": certificate_id,
        "side": side,
        "partner": use.partner,
        "purposes": " ".join(p for p in (SIGN, ENCRYPT) if p in purposes),
        "certificate": described.pem,
        "key": key.locked,
        "key_file": key.file,
        "fingerprint": described.fingerprint,
        "serial": described.serial,
        "subject": described.subject,
        "not_before": described.not_before,
        "not_after": described.not_after,
        "since": since,
        "until": use.until,
        "added_at": now,
        "added_by": desk.actor.name,
        "withdrawn_at": None,
    }
    certificates.add(desk.conn, row)
    made = _standing(desk, certificate_id, what)
    for other in certificates.standing(desk.conn, side):
        if other.partner == use.partner:  # this one may be what they waited for
            expiry.watch(desk, other.id, other.ends)
    desk.record(
        "certificate added",
        _subject(made),
        serial=described.serial,
        fingerprint=described.fingerprint,
        purposes=row["purposes"],
        since=since.isoformat(),
    )
    return certificate_id


def _standing(desk: Desk, certificate_id: int, what: str) -> Certificate:
    found = certificates.load(desk.conn, certificate_id, lock=True)
    if found is None:
        raise Refused(what=what, why="there is no such certificate")
    if found.withdrawn_at is not None:
        raise Refused(what=what, why="it is withdrawn")
    return found


def _subject(one: Certificate) -> str:
    whose = one.partner or "all partners"
    return f"certificate of ours for {whose}" if one.side == OURS else f"certificate of {whose}"

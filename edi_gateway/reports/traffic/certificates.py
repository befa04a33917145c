"""Certificates that stand, with what they do, how long they last, and whether they count now.

Takes the time; gives a row a certificate. Called by `certificates list` and the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from edi_gateway.store.traffic import certificates
from edi_gateway.store.traffic.certificates import Certificate

_SOON = 60  # days before its end from which they are told


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """`side`: ours or theirs; ours without a partner serves with all. `state` in words; `days`: until its end, below 0
    when that is past; `key`: file or locked, None for theirs. No key itself stands here."""

    certificate_id: int
    side: str
    partner: str | None
    purposes: tuple[str, ...]
    state: str
    begins: datetime
    ends: datetime
    days: int
    serial: str
    fingerprint: str
    subject: str
    key: str | None
    added_at: datetime
    added_by: str


def list_certificates(conn: Connection, now: datetime, *, partner: str | None = None) -> list[CertificateRow]:
    """Those that are not withdrawn, the first to end first; with `partner` those that serve with it."""
    found = [_row(one, now) for one in certificates.standing(conn, partner=partner)]
    return sorted(found, key=lambda row: (row.ends, row.certificate_id))


def _row(one: Certificate, now: datetime) -> CertificateRow:
    return CertificateRow(
        certificate_id=one.id,
        side=one.side,
        partner=one.partner,
        purposes=tuple(one.purposes.split()),
        state=_state(one, now),
        begins=one.begins,
        ends=one.ends,
        days=(one.ends - now).days,
        serial=one.serial,
        fingerprint=one.fingerprint,
        subject=one.subject,
        key=None if one.side == "theirs" else "file" if one.key_file else "locked",
        added_at=one.added_at,
        added_by=one.added_by,
    )


def _state(one: Certificate, now: datetime) -> str:
    if now < one.begins:
        return "not yet"
    if now > one.ends:
        return "ended"
    days = (one.ends - now).days
    return f"{days} days left" if days < _SOON else "counts"

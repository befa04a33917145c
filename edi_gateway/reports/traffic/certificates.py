"""Certificates that stand, with what they do and how long they last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from edi_gateway.store.traffic import certificates


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """`days`: until its end, below 0 when that is past. No key stands here."""

    certificate_id: int
    side: str
    partner: str | None
    purposes: str
    serial: str
    subject: str
    since: datetime
    ends: datetime
    days: int


def list_certificates(conn: Connection, now: datetime) -> list[CertificateRow]:
    """Those that are not withdrawn, the first to end first."""
    found = [
        CertificateRow(
            one.id,
            one.side,
            one.partner,
            one.purposes,
            one.serial,
            one.subject,
            one.since,
            one.ends,
            (one.ends - now).days,
        )
        for one in certificates.standing(conn)
    ]
    return sorted(found, key=lambda row: (row.ends, row.certificate_id))

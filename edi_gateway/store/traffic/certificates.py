"""Certificates of partners and of ours, with when each is used. Keys lie here encrypted, or as the name of a file.

Takes and gives rows; opens no key. Called by commands/partners/certificates.py, flow/as2/keyring.py and reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import certificates

OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A row of `certificates`. `partner` None, of ours: for all partners that have none of their own."""

    id: int
    side: str
    partner: str | None
    purposes: str
    certificate: str
    key: str | None
    key_file: str | None
    fingerprint: str
    serial: str
    subject: str
    not_before: datetime
    not_after: datetime
    since: datetime
    until: datetime | None
    added_at: datetime
    added_by: str
    withdrawn_at: datetime | None

    @property
    def begins(self) -> datetime:
        return max(self.since, self.not_before)

    @property
    def ends(self) -> datetime:
        return self.not_after if self.until is None else min(self.until, self.not_after)


_COLUMNS = [certificates.c[field.name] for field in fields(Certificate)]


def add(conn: Connection, row: Row) -> None:
    conn.execute(insert(certificates), row)


def load(conn: Connection, certificate_id: int, *, lock: bool = False) -> Certificate | None:
    query = select(*_COLUMNS).where(certificates.c.id == certificate_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Certificate(*row)


def standing(conn: Connection, side: str | None = None, partner: str | None = None) -> list[Certificate]:
    """Those that are not withdrawn, oldest first: all, or of one side, or those that serve with one partner (of
    ours the general ones too)."""
    c = certificates.c
    query = select(*_COLUMNS).where(c.withdrawn_at.is_(None))
    if side is not None:
        query = query.where(c.side == side)
    if partner is not None:
        query = query.where(or_(c.partner == partner, c.partner.is_(None)))
    return [Certificate(*row) for row in conn.execute(query.order_by(c.since, c.id))]


def known(conn: Connection, side: str, partner: str | None, fingerprint: str) -> Certificate | None:
    """The same certificate of the same party, if it stands already."""
    c = certificates.c
    mine = c.partner.is_(None) if partner is None else c.partner == partner
    query = select(*_COLUMNS).where(
        c.side == side, mine, c.fingerprint == fingerprint, c.withdrawn_at.is_(None)
    )
    row = conn.execute(query.limit(1)).first()
    return None if row is None else Certificate(*row)


def set_until(conn: Connection, certificate_ids: Sequence[int], until: datetime) -> None:
    conn.execute(update(certificates).where(certificates.c.id.in_(certificate_ids)).values(until=until))


def withdraw(conn: Connection, certificate_id: int, at: datetime) -> None:
    """It counts for nothing any more; its row stays, for what it signed."""
    conn.execute(update(certificates).where(certificates.c.id == certificate_id).values(withdrawn_at=at))


def stand(conn: Connection) -> tuple[tuple[int, datetime | None], ...]:
    """What changes whenever a certificate is added, ended or withdrawn: cheap to ask each time."""
    c = certificates.c
    query = select(c.id, c.until).where(c.withdrawn_at.is_(None)).order_by(c.id)
    return tuple((row.id, row.until) for row in conn.execute(query))

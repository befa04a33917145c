"""How partners do: what came and went lately, what waits and fails, which version of their files is live.

Takes a connection and the time, gives a row a partner with its troubles in words. Called by cli/ and web/.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, Connection, func, select

from edi_gateway.partners import changes
from edi_gateway.store import snapshots, versions
from edi_gateway.store.ids import first_id, moment_of
from edi_gateway.store.tables import causes, certificates, documents, live_profiles, polls, transmissions

LATELY: Final = timedelta(days=7)  # what rates and counts are taken of
SOON: Final = timedelta(days=30)  # a certificate that ends by then is a trouble
_PERCENT: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One published partner. `sets`, `refused`: what came in within the last seven days, `refused_percent` of them;
    `documents`: what we sent in that time. `held_back`: its files say what was rolled back, and wait. `certificate`:
    when the first of theirs ends that nothing follows. `troubles`: what is wrong, in words."""

    partner: str
    name: str
    address: str
    connection: str
    test: bool
    active: bool
    hash: str
    version: int
    live_since: datetime
    live_by: str
    held_back: bool
    proposed: int
    paused_why: str | None
    looked_at: datetime | None
    received_at: datetime | None
    sent_at: datetime | None
    sets: int
    refused: int
    refused_percent: Decimal | None
    documents: int
    open_cases: int
    acks_overdue: int
    undelivered: int
    failures: int
    last_error: str | None
    certificate: datetime | None
    troubles: tuple[str, ...]


def list_partners(conn: Connection, now: datetime) -> list[PartnerRow]:
    """All published partners, by key."""
    traffic = _traffic(conn, now)
    open_cases = _open_cases(conn)
    overdue = _count(conn, transmissions.c.partner, transmissions.c.ack_state == "OVERDUE")
    failed = _count(conn, transmissions.c.partner, transmissions.c.state == "FAILED")
    ends = _certificates(conn)
    last = versions.last(conn)
    proposed: dict[str, int] = {}
    for each in versions.proposals(conn):
        if each.partner != versions.SHARED:
            proposed[each.partner] = proposed.get(each.partner, 0) + 1
    found = []
    for row in conn.execute(_LIVE).mappings():
        key = row["partner"]
        said = _said(conn, row["hash"])
        sets, refused, sent, received_at, sent_at = traffic.get(key, (0, 0, 0, None, None))
        version = last.get(key)
        one = PartnerRow(
            partner=key,
            name=said["name"],
            address=said["address"],
            connection=said["connection"],
            test=said["test"],
            active=said["active"],
            hash=row["hash"],
            version=0 if version is None else version.n,
            live_since=row["since"],
            live_by=row["by"],
            held_back=row["aside"] is not None,
            proposed=proposed.get(key, 0),
            paused_why=row["paused_why"] if row["paused"] else None,
            looked_at=row["at"],
            received_at=max(
                (at for at in (row["last_received_at"], received_at) if at is not None), default=None
            ),
            sent_at=sent_at,
            sets=sets,
            refused=refused,
            refused_percent=_percent(refused, sets),
            documents=sent,
            open_cases=open_cases.get(key, 0),
            acks_overdue=overdue.get(key, 0),
            undelivered=failed.get(key, 0),
            failures=row["failures"] or 0,
            last_error=row["last_error"],
            certificate=ends.get(key),
            troubles=(),
        )
        found.append(_with_troubles(one, now))
    return found


def keys(conn: Connection) -> list[str]:
    """Of all published partners."""
    return list(conn.execute(select(live_profiles.c.partner).order_by(live_profiles.c.partner)).scalars())


def profile_of(conn: Connection, partner: str) -> list[tuple[str, str]]:
    """The live profile, a line a value: (policies.price_missing, "hold")."""
    digest = snapshots.hashes(conn).get(partner)
    content = None if digest is None else snapshots.content(conn, digest[0])
    if content is None:
        return []
    lines = changes.files(content)[changes.PROFILE].splitlines()
    pairs = (line.partition(" = ") for line in lines)
    return [(name, value) for name, _, value in pairs if value not in ("nothing", "[]", "{}")]


_LIVE = (
    select(
        *(
            live_profiles.c[name]
            for name in ("partner", "hash", "since", "by", "paused", "paused_why", "aside")
        ),
        *(polls.c.at, polls.c.last_received_at, polls.c.failures, polls.c.last_error),
    )
    .join_from(live_profiles, polls, live_profiles.c.partner == polls.c.partner, isouter=True)
    .order_by(live_profiles.c.partner)
)


def _traffic(
    conn: Connection, now: datetime
) -> dict[str, tuple[int, int, int, datetime | None, datetime | None]]:
    """Partner -> sets that came, refused ones, documents that went, when the last of each (as their ids tell)."""
    d = documents.c
    refused, left = d.state == "REJECTED", d.transmission_id.is_not(None)
    kinds = (d.partner, d.direction, refused.label("refused"), left.label("left"))
    query = select(*kinds, func.count(), func.max(d.id)).where(d.id >= first_id(now - LATELY))
    found: dict[str, list[Any]] = {}
    for partner, direction, no, gone, count, last in conn.execute(query.group_by(*kinds)):
        row = found.setdefault(partner or "", [0, 0, 0, 0, 0])
        if direction == "in":
            row[0], row[1], row[3] = row[0] + count, row[1] + (count if no else 0), max(row[3], last)
        elif gone:
            row[2], row[4] = row[2] + count, max(row[4], last)
    return {
        partner: (
            row[0], row[1], row[2], moment_of(row[3]) if row[3] else None, moment_of(row[4]) if row[4] else None
        )
        for partner, row in found.items()
    }  # fmt: skip


def _open_cases(conn: Connection) -> dict[str, int]:
    """Partner -> its open cases, of the counts that causes keep."""
    c = causes.c
    query = select(c.partner, func.sum(c.cases)).where(c.due_at.is_not(None), c.partner.is_not(None))
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(c.partner))}


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _count(conn: Connection, column: Column[Any], chosen: Any) -> dict[str, int]:
    query = select(column, func.count()).where(chosen).group_by(column)
    return {row[0]: row[1] for row in conn.execute(query) if row[0] is not None}


def _certificates(conn: Connection) -> dict[str, datetime]:
    """Partner -> when its last certificate ends, the one of its purposes that ends first."""
    c = certificates.c
    query = select(c.partner, c.purposes, func.max(c.not_after).label("ends"))
    query = query.where(c.partner.is_not(None), c.withdrawn_at.is_(None)).group_by(
        c.partner, c.side, c.purposes
    )
    found: dict[str, datetime] = {}
    for row in conn.execute(query):
        ends = _moment(row.ends)
        if ends is not None:
            found[row.partner] = min(ends, found.get(row.partner, ends))
    return found


def _said(conn: Connection, digest: str) -> dict[str, Any]:
    """What a list shows of a profile. A snapshot never changes, so it is taken apart once."""
    known = _kept(digest)
    if not known:
        profile = json.loads(snapshots.content(conn, digest) or "{}").get("profile", {})
        them = profile.get("them", {})
        known.update(
            name=profile.get("name", ""),
            address=f"{them.get('qualifier', '')}/{them.get('id', '')}",
            connection=profile.get("connection", {}).get("kind", ""),
            test=profile.get("test", False),
            active=profile.get("active", True),
        )
    return known


@lru_cache(maxsize=1024)
def _kept(digest: str) -> dict[str, Any]:
    return {}


def _percent(part: int, whole: int) -> Decimal | None:
    return None if not whole else (Decimal(100 * part) / whole).quantize(_PERCENT, ROUND_HALF_UP)


def _with_troubles(one: PartnerRow, now: datetime) -> PartnerRow:
    said = []
    if one.paused_why is not None:
        said.append(f"paused: {one.paused_why}")
    if not one.active:
        said.append("not active")
    if one.failures:
        said.append(f"looked at in vain {one.failures} times: {one.last_error or 'no answer'}")
    if one.undelivered:
        said.append(f"{one.undelivered} transmissions cannot be delivered")
    if one.acks_overdue:
        said.append(f"{one.acks_overdue} acknowledgments overdue")
    if one.certificate is not None and one.certificate < now + SOON:
        over = one.certificate < now
        said.append(f"a certificate {'ended' if over else 'ends'} on {one.certificate:%Y-%m-%d}")
    if one.refused:
        said.append(f"{one.refused} of {one.sets} sets refused in 7 days")
    if one.held_back:
        said.append("rolled back; its files wait")
    return replace(one, troubles=tuple(said))

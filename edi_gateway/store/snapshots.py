"""Published profiles: content under its hash, and which one is live (DESIGN section 6).

Takes content made by partners/ and mapping/; gives it back unchanged. Called by commands/partners/publishing.py and
flow.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import live_profiles, snapshots

_SITES: Final[dict[str, tuple[str, ...]]] = {}  # by hash, under which nothing ever changes


@dataclass(frozen=True, slots=True)
class Live:
    """The live snapshot of a partner; `content` is the JSON that was published."""

    partner: str
    hash: str
    content: str
    since: datetime
    by: str
    why: str | None
    paused: bool
    paused_why: str | None


def put(conn: Connection, digest: str, partner: str, content: str, by: str, at: datetime) -> None:
    """Keep content under its hash; once it is there it never changes."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(snapshots).values(
        hash=digest, partner=partner, content=content, created_at=at, created_by=by
    )
    conn.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))


def make_live(conn: Connection, partner: str, digest: str, by: str, at: datetime, why: str | None) -> None:
    """Move the pointer. Whether the partner is paused stays as it is."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {"hash": digest, "since": at, "by": by, "why": why}
    statement = insert(live_profiles).values(partner=partner, paused=False, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["partner"], set_=values))


def pause(conn: Connection, partner: str, why: str | None) -> bool:
    """Paused with a reason, or running again (None); False when the partner is not live."""
    done = conn.execute(
        update(live_profiles)
        .where(live_profiles.c.partner == partner)
        .values(paused=why is not None, paused_why=why)
    )
    return done.rowcount == 1


def live(conn: Connection) -> dict[str, Live]:
    """All live snapshots, by partner."""
    c = live_profiles.c
    query = (
        select(c.partner, c.hash, snapshots.c.content, c.since, c.by, c.why, c.paused, c.paused_why)
        .join(snapshots, snapshots.c.hash == c.hash)
        .order_by(c.partner)
    )
    return {row.partner: Live(*row) for row in conn.execute(query)}


def hashes(conn: Connection) -> dict[str, tuple[str, bool]]:
    """Partner -> (hash, paused): the cheap look that says whether anything has changed."""
    return {partner: (digest, paused) for partner, digest, paused in conn.execute(_HASHES).all()}


_HASHES = select(live_profiles.c.partner, live_profiles.c.hash, live_profiles.c.paused)


def sites(conn: Connection, partners: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Our sites that serve these partners, as their live profiles say (fulfilment.sites); those that all serve have
    none."""
    c = live_profiles.c
    found: dict[str, tuple[str, ...]] = {}
    for some in chunks(partners):
        for row in conn.execute(select(c.partner, c.hash).where(c.partner.in_(some))).all():
            if row.hash not in _SITES:
                said = json.loads(content(conn, row.hash) or "{}")
                _SITES[row.hash] = tuple(said.get("profile", {}).get("fulfilment", {}).get("sites", ()))
            found[row.partner] = _SITES[row.hash]
    return found


def content(conn: Connection, digest: str) -> str | None:
    """What stands under a hash: what read a document then."""
    return conn.execute(select(snapshots.c.content).where(snapshots.c.hash == digest)).scalar()

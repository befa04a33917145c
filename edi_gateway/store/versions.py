"""How a partner's files went live, one version after the other, and what is proposed for them meanwhile.

Takes hashes of snapshots (store/snapshots.py) and texts; gives versions, newest first. Called by
commands/partners/publishing.py and proposals.py, and by reports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from edi_gateway.store.tables import live_profiles, partner_proposals, partner_trials, partner_versions

SHARED: Final = "*"  # in place of a partner: a file that all partners share
KEPT_TRIALS: Final = 20  # of a partner
SILENT: Final = timedelta(seconds=60)  # a trial that says nothing for so long has died with its process


@dataclass(frozen=True, slots=True)
class Version:
    """One going-live: the `n`-th of its partner. `back_to`: the version whose files it brought back."""

    partner: str
    n: int
    hash: str
    at: datetime
    by: str
    why: str | None
    back_to: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One file as somebody wants it. `partner`: whose, or SHARED; `text` None: it goes; `base`: SHA-256 of what was
    changed, None: no such file."""

    partner: str
    file: str
    text: str | None
    base: str | None
    at: datetime
    by: str
    why: str


def add(
    conn: Connection,
    partner: str,
    digest: str,
    at: datetime,
    by: str,
    why: str | None,
    back_to: int | None = None,
) -> int:
    """Note a going-live; its number. The live row is written before, and so held by this transaction."""
    c = partner_versions.c
    last = conn.execute(select(func.max(c.n)).where(c.partner == partner)).scalar()
    n: int = (last or 0) + 1
    row = {"partner": partner, "n": n, "hash": digest, "at": at, "by": by, "why": why, "back_to": back_to}
    conn.execute(insert(partner_versions).values(row))
    return n


def of(conn: Connection, partner: str) -> list[Version]:
    """All versions of a partner, the live one first."""
    c = partner_versions.c
    query = select(partner_versions).where(c.partner == partner).order_by(c.n.desc())
    return [Version(*row) for row in conn.execute(query)]


def get(conn: Connection, partner: str, n: int) -> Version | None:
    c = partner_versions.c
    row = conn.execute(select(partner_versions).where(c.partner == partner, c.n == n)).first()
    return None if row is None else Version(*row)


def last(conn: Connection) -> dict[str, Version]:
    """The live version of each partner."""
    c = partner_versions.c
    newest = select(c.partner, func.max(c.n).label("n")).group_by(c.partner).subquery()
    query = select(partner_versions).join(newest, (c.partner == newest.c.partner) & (c.n == newest.c.n))
    return {row.partner: Version(*row) for row in conn.execute(query)}


def set_aside(conn: Connection, partner: str, digests: Mapping[str, str | None]) -> None:
    """These files (name -> SHA-256, None: not there) do not go live by themselves as they are; {}: all may."""
    text = json.dumps(dict(digests), sort_keys=True) if digests else None
    conn.execute(update(live_profiles).where(live_profiles.c.partner == partner).values(aside=text))


def aside(conn: Connection, partner: str) -> dict[str, str | None]:
    """What `set_aside` noted last."""
    c = live_profiles.c
    text = conn.execute(select(c.aside).where(c.partner == partner)).scalar()
    found: dict[str, str | None] = json.loads(text) if text else {}
    return found


def propose(conn: Connection, proposal: Proposal) -> None:
    """Keep a file as proposed, in place of an earlier proposal for it."""
    make = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {name: getattr(proposal, name) for name in ("text", "base", "at", "by", "why")}
    statement = make(partner_proposals).values(partner=proposal.partner, file=proposal.file, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["partner", "file"], set_=values))


def proposals(conn: Connection, partner: str | None = None) -> list[Proposal]:
    """What is proposed, by partner and file; of one partner also what is proposed for files that all share."""
    c = partner_proposals.c
    query = select(c.partner, c.file, c.text, c.base, c.at, c.by, c.why).order_by(c.partner, c.file)
    if partner is not None:
        query = query.where(c.partner.in_((partner, SHARED)))
    return [Proposal(*row) for row in conn.execute(query)]


def forget_proposals(conn: Connection, partner: str, file: str | None = None) -> int:
    """Drop what `proposals` tells of a partner, or one file of it; how many files."""
    c = partner_proposals.c
    chosen = delete(partner_proposals).where(c.partner.in_((partner, SHARED)))
    return conn.execute(chosen if file is None else chosen.where(c.file == file)).rowcount


def add_trial(
    conn: Connection,
    trial_id: int,
    partner: str,
    live: str,
    draft: str,
    span: tuple[datetime, datetime],
    by: str,
    at: datetime,
) -> None:
    """A trial begins; of earlier ones of this partner the last few are kept."""
    c = partner_trials.c
    kept = select(c.id).where(c.partner == partner).order_by(c.id.desc()).limit(KEPT_TRIALS)
    old = delete(partner_trials).where(c.partner == partner, c.id.not_in(kept.scalar_subquery()))
    conn.execute(old)
    row = {
        "id": trial_id,
        "partner": partner,
        "live": live,
        "draft": draft,
        "since": span[0],
        "until": span[1],
    }
    more = {"state": "RUNNING", "done": 0, "whole": 0, "by": by, "started_at": at, "at": at}
    conn.execute(insert(partner_trials).values(**row, **more))


@dataclass(frozen=True, slots=True)
class Tried:
    """Which two versions a trial set beside each other (hashes), and over which span."""

    partner: str
    live: str
    draft: str
    since: datetime
    until: datetime


def get_trial(conn: Connection, trial_id: int) -> Tried | None:
    c = partner_trials.c
    query = select(c.partner, c.live, c.draft, c.since, c.until).where(c.id == trial_id)
    row = conn.execute(query).first()
    return None if row is None else Tried(*row)


def trial_running(conn: Connection, partner: str, now: datetime) -> bool:
    """Whether a trial of this partner runs and has said so lately."""
    c = partner_trials.c
    query = select(c.id).where(c.partner == partner, c.state == "RUNNING", c.at > now - SILENT).limit(1)
    return conn.execute(query).first() is not None


def note_trial(conn: Connection, trial_id: int, at: datetime, **values: object) -> bool:
    """Change a trial that runs; False when it does not any more."""
    c = partner_trials.c
    query = update(partner_trials).where(c.id == trial_id, c.state == "RUNNING").values(at=at, **values)
    return conn.execute(query).rowcount == 1


def end_trial(
    conn: Connection, trial_id: int, at: datetime, state: str, result: str | None, error: str | None
) -> None:
    """What it came to; a trial that was stopped keeps what it showed."""
    values = {"at": at, "state": state, "result": result, "error": error}
    conn.execute(update(partner_trials).where(partner_trials.c.id == trial_id).values(values))

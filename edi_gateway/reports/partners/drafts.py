"""What is proposed for a partner, which files it has, and what trials of its drafts have shown.

Takes a connection (and folders), gives rows. Called by web/, which reads through reports alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from edi_gateway.store import snapshots, versions
from edi_gateway.store.tables import partner_trials
from edi_gateway.store.versions import SILENT, Proposal


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial run from the console. `state`: RUNNING, DONE, STOPPED, FAILED, or DEAD; `result`: what it showed so far,
    as `try --json` tells it."""

    id: int
    partner: str
    live: str
    draft: str
    since: datetime
    until: datetime
    state: str
    done: int
    whole: int
    result: dict[str, Any] | None
    error: str | None
    by: str
    started_at: datetime
    at: datetime

    @property
    def percent(self) -> int:
        return 100 if self.state == "DONE" else min(99, 100 * self.done // self.whole) if self.whole else 0


def proposed(conn: Connection, partner: str) -> list[Proposal]:
    """Files that somebody wants changed and that are not live."""
    return versions.proposals(conn, partner)


def live_content(conn: Connection, partner: str) -> str | None:
    """The live snapshot; None when the partner is not published."""
    live = snapshots.hashes(conn).get(partner)
    return None if live is None else snapshots.content(conn, live[0])


def live_hash(conn: Connection, partner: str) -> str | None:
    """Under which hash it stands."""
    live = snapshots.hashes(conn).get(partner)
    return None if live is None else live[0]


def live_hashes(conn: Connection) -> dict[str, str]:
    """Partner -> the hash of what is live."""
    return {key: digest for key, (digest, _) in sorted(snapshots.hashes(conn).items())}


def files(partners: Path, mappings: Path, partner: str) -> list[str]:
    """Files that a draft of this partner may change, its own first, as proposals call them."""
    own = sorted(f.name for f in (partners / partner).glob("*.toml"))
    named = ["partner.toml", *(f"partner/{partner}/{name}" for name in own if name != "partner.toml")]
    shared = sorted(
        f.relative_to(mappings).as_posix() for f in mappings.rglob("*") if f.suffix in (".toml", ".csv")
    )
    return [*named, *shared]


def trials(conn: Connection, partner: str | None, now: datetime, limit: int = 5) -> list[TrialRow]:
    """The last trials of a partner's drafts, or of all, without their results."""
    c = partner_trials.c
    columns = [c[name] for name in TrialRow.__slots__ if name != "result"]
    query = select(*columns).order_by(c.id.desc()).limit(limit)
    if partner is not None:
        query = query.where(c.partner == partner)
    return [_row(dict(row), now) for row in conn.execute(query).mappings()]


def trial(conn: Connection, trial_id: int, now: datetime) -> TrialRow | None:
    """One trial with its result."""
    row = conn.execute(select(partner_trials).where(partner_trials.c.id == trial_id)).mappings().first()
    return None if row is None else _row(dict(row), now)


def _row(row: dict[str, Any], now: datetime) -> TrialRow:
    if row["state"] == "RUNNING" and now - row["at"] > SILENT:
        row["state"] = "DEAD"
    text = row.get("result")
    return TrialRow(**{**row, "result": json.loads(text) if text else None})

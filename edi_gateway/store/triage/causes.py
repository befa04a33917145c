"""Causes as people work them: who has taken one, and what was last said to be behind it.

The counts are tally.py's. Called by commands/triage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import causes


@dataclass(frozen=True, slots=True)
class Cause:
    """A row of `causes`, of what commands ask. `cases`: how many are open."""

    fingerprint: str
    family: str
    code: str
    rule: str | None
    partner: str | None
    words: str
    owner: str | None
    cases: int


def load(conn: Connection, fingerprint: str) -> Cause | None:
    c = causes.c
    query = select(c.fingerprint, c.family, c.code, c.rule, c.partner, c.cause, c.owner, c.cases)
    row = conn.execute(query.where(c.fingerprint == fingerprint)).first()
    return None if row is None else Cause(*row)


def owners(conn: Connection, fingerprints: Iterable[str]) -> dict[str, str]:
    """Who has taken which of these causes."""
    found: dict[str, str] = {}
    for chunk in chunks(fingerprints):
        query = select(causes.c.fingerprint, causes.c.owner)
        rows = conn.execute(query.where(causes.c.fingerprint.in_(chunk), causes.c.owner.is_not(None)))
        found.update((row.fingerprint, row.owner) for row in rows)
    return found


def take(conn: Connection, fingerprint: str, owner: str) -> None:
    """What is opened of this cause from now on is this person's."""
    conn.execute(update(causes).where(causes.c.fingerprint == fingerprint).values(owner=owner))


def blame(conn: Connection, fingerprints: Iterable[str], root_cause: str, detail: str | None) -> None:
    """What was last said to be behind these causes."""
    for chunk in chunks(fingerprints):
        conn.execute(
            update(causes)
            .where(causes.c.fingerprint.in_(chunk))
            .values(root_cause=root_cause, root_detail=detail)
        )

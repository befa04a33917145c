"""Versions of a partner's files: who made what live when and why, and what became different with it.

Takes a connection and a partner; gives rows, newest first, and the difference between two versions by rule, row, code
and key and as lines. Called by cli/ and web/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from edi_gateway.partners import changes
from edi_gateway.partners.changes import Difference
from edi_gateway.store import snapshots, versions
from edi_gateway.store.versions import Version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One going-live. `changes`: how many rules, rows, codes and keys became different from the version before it;
    `files`: which files they stand in."""

    version: int
    at: datetime
    by: str
    why: str | None
    back_to: int | None
    live: bool
    changes: int
    files: str
    hash: str


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version beside another one (`against`; None: it is the first). `lines`: file and unified diff."""

    partner: str
    version: VersionRow
    against: int | None
    differences: tuple[Difference, ...]
    lines: tuple[tuple[str, str], ...]


def list_versions(conn: Connection, partner: str, limit: int = 200) -> list[VersionRow]:
    """The last versions of a partner, the live one first."""
    known = versions.of(conn, partner)
    rows = []
    for n, version in enumerate(known[:limit]):
        before = known[n + 1] if n + 1 < len(known) else None
        rows.append(_row(version, n == 0, _between(conn, before, version)))
    return rows


def version_detail(
    conn: Connection, partner: str, n: int, against: int | None = None
) -> VersionDetail | None:
    """A version and how it differs from the one before it, or from another; None when there is none of this number."""
    known = {version.n: version for version in versions.of(conn, partner)}
    wanted = known.get(n)
    other = known.get(n - 1 if against is None else against)
    if wanted is None or (against is not None and other is None):
        return None
    differences = _between(conn, other, wanted)
    was = None if other is None else snapshots.content(conn, other.hash)
    now = snapshots.content(conn, wanted.hash)
    lines = [] if now is None else changes.unified(was, now)
    step = differences if against is None else _between(conn, known.get(n - 1), wanted)
    row = _row(wanted, n == max(known), step)
    return VersionDetail(partner, row, None if other is None else other.n, tuple(differences), tuple(lines))


def _row(version: Version, live: bool, differences: list[Difference]) -> VersionRow:
    named = ", ".join(dict.fromkeys(each.file for each in differences))
    return VersionRow(
        version.n,
        version.at,
        version.by,
        version.why,
        version.back_to,
        live,
        len(differences),
        named,
        version.hash,
    )


def _between(conn: Connection, was: Version | None, now: Version) -> list[Difference]:
    if was is None or was.hash == now.hash:
        return []
    before, after = snapshots.content(conn, was.hash), snapshots.content(conn, now.hash)
    return [] if before is None or after is None else changes.differences(before, after)

"""Imports that wait, or waited, for a second person: the file with its difference, and what was decided (spec B1).

Called by commands/master_data/imports.py and commands/master_data/importing.py; lists are read by reports/imports.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from edi_gateway.store.tables import imports

PENDING, APPROVED, REJECTED = "PENDING", "APPROVED", "REJECTED"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import as it came. `difference`: JSON, as it was shown; `day`: the "today" that it was made with."""

    id: int
    kind: str
    source: str
    sha256: str
    content: bytes
    difference: str
    day: date
    imported_by: str
    imported_at: datetime
    state: str = PENDING


def put(conn: Connection, waiting: Waiting) -> None:
    conn.execute(
        imports.insert().values(
            id=waiting.id,
            kind=waiting.kind,
            source=waiting.source,
            sha256=waiting.sha256,
            bytes=waiting.content,
            difference=waiting.difference,
            day=waiting.day,
            imported_by=waiting.imported_by,
            imported_at=waiting.imported_at,
            state=waiting.state,
        )
    )


def load(conn: Connection, import_id: int) -> Waiting | None:
    """The import, locked until this transaction ends: two people do not decide about it at once."""
    row = conn.execute(select(imports).where(imports.c.id == import_id).with_for_update()).first()
    if row is None:
        return None
    return Waiting(
        row.id, row.kind, row.source, row.sha256, row.bytes, row.difference, row.day, row.imported_by,
        row.imported_at, row.state,
    )  # fmt: skip


def waiting_alike(conn: Connection, kind: str, sha256: str) -> int | None:
    """An import of the same bytes that is not decided yet."""
    query = select(imports.c.id).where(
        imports.c.state == PENDING, imports.c.kind == kind, imports.c.sha256 == sha256
    )
    return conn.execute(query).scalars().first()


def decide(
    conn: Connection, import_id: int, state: str, *, by: str, at: datetime, reason: str | None = None
) -> None:
    conn.execute(
        update(imports)
        .where(imports.c.id == import_id)
        .values(state=state, decided_by=by, decided_at=at, reason=reason)
    )

"""Imports that wait for a second person, and those that were decided (spec B1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from edi_gateway.store.master.imports import PENDING
from edi_gateway.store.tables import imports


@dataclass(frozen=True, slots=True)
class ImportRow:
    """`changes`: what would change, or changed: [{"what", "key", "fields": [[name, was, now]]}]."""

    import_id: int
    kind: str
    source: str
    sha256: str
    imported_by: str
    imported_at: datetime
    state: str
    added: int
    changed: int
    closed: int
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    changes: list[dict[str, Any]]


def list_imports(
    conn: Connection, *, decided: bool = False, import_id: int | None = None, limit: int = 200
) -> list[ImportRow]:
    """Those that wait, the oldest first; with `decided` all, the newest first; or the one of this id."""
    query = select(imports)
    if import_id is not None:
        query = query.where(imports.c.id == import_id)
    elif decided:
        query = query.order_by(imports.c.id.desc()).limit(limit)
    else:
        query = query.where(imports.c.state == PENDING).order_by(imports.c.id).limit(limit)
    found = []
    for row in conn.execute(query):
        changes = json.loads(row.difference)
        kinds = [change["what"] for change in changes]
        found.append(
            ImportRow(
                row.id,
                row.kind,
                row.source,
                row.sha256,
                row.imported_by,
                row.imported_at,
                row.state,
                kinds.count("added"),
                kinds.count("changed"),
                kinds.count("closed"),
                row.decided_by,
                row.decided_at,
                row.reason,
                changes,
            )
        )
    return found

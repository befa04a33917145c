"""Findings as rows, so that a document can be explained long after it was read.

Takes findings and what they are about; gives rows and back. Called by commands and flow.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, select

from edi_gateway.model.finding import Code, Effect, Family, Finding, Location, Severity
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids
from edi_gateway.store.tables import findings as table

_COLUMNS = (
    *(
        "id",
        "receipt_id",
        "interchange_id",
        "document_id",
        "order_id",
        "code",
        "severity",
        "effect",
        "family",
    ),
    *("path", "location", "rule", "value", "ack", "message", "hint"),
)
_VALUE_LENGTH = 500  # characters of a wrong value that we keep; the bytes are in the receipt


def rows(
    ids: Ids,
    found: Sequence[Finding],
    *,
    receipt_id: int | None = None,
    interchange_id: int | None = None,
    document_id: int | None = None,
    order_id: int | None = None,
) -> list[tuple[object, ...]]:
    """Rows for `add`."""
    return [
        (
            *(number, receipt_id, interchange_id, document_id, order_id, f.code.value, f.severity.value),
            *(
                f.effect.value,
                f.family.value,
                f.at if isinstance(f.at, str) else None,
                _location(f.at),
                f.rule,
            ),
            *(None if f.value is None else f.value[:_VALUE_LENGTH], f.ack, f.message, f.hint),
        )
        for number, f in zip(ids.block(len(found)), found, strict=True)
    ]


def add(conn: Connection, made: Sequence[tuple[object, ...]]) -> None:
    bulk.insert(conn, table, _COLUMNS, made)


def of(
    conn: Connection,
    *,
    document_id: int | None = None,
    order_id: int | None = None,
    receipt_id: int | None = None,
) -> list[Finding]:
    """Findings about a document, an order or a receipt, in the order in which they were made."""
    query = select(table).order_by(table.c.id)
    for column, wanted in (("document_id", document_id), ("order_id", order_id), ("receipt_id", receipt_id)):
        if wanted is not None:
            query = query.where(table.c[column] == wanted)
    return [of_row(row) for row in conn.execute(query)]


def by_document(conn: Connection, receipt_id: int) -> dict[int, list[Finding]]:
    """Findings about the documents of a receipt: document id -> findings in the order of their making."""
    found: dict[int, list[Finding]] = {}
    query = select(table).where(table.c.receipt_id == receipt_id, table.c.document_id.is_not(None))
    for row in conn.execute(query.order_by(table.c.id)):
        found.setdefault(row.document_id, []).append(of_row(row))
    return found


def of_documents(conn: Connection, document_ids: Sequence[int]) -> dict[int, list[Finding]]:
    """Findings about each of these documents, those of its order's judgement among them."""
    found: dict[int, list[Finding]] = {}
    for some in chunks(document_ids):
        for row in conn.execute(select(table).where(table.c.document_id.in_(some)).order_by(table.c.id)):
            found.setdefault(row.document_id, []).append(of_row(row))
    return found


def of_envelopes(conn: Connection, receipt_id: int) -> list[Finding]:
    """Findings about a receipt, its interchanges and groups: those that belong to no document."""
    query = select(table).where(table.c.receipt_id == receipt_id, table.c.document_id.is_(None))
    return [of_row(row) for row in conn.execute(query.order_by(table.c.id))]


def of_row(row: Row[Any]) -> Finding:
    """The finding that a row of the table says."""
    return Finding(
        code=Code(row.code),
        severity=Severity(row.severity),
        message=row.message,
        hint=row.hint,
        at=Location(**json.loads(row.location)) if row.location else row.path,
        rule=row.rule,
        value=row.value,
        ack=row.ack,
        effect=Effect(row.effect),
        family=Family(row.family),
    )


def _location(at: Location | str | None) -> str | None:
    if not isinstance(at, Location):
        return None
    return json.dumps({name: value for name, value in asdict(at).items() if value is not None})

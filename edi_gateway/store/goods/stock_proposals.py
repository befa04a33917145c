"""Proposals to correct stock: a count that differs from our ledger, until somebody decides (spec B9).

Takes and gives rows of `stock_proposals`. Called by commands/stocking/counting.py, stock.py and stock_imports.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, update

from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import stock_proposals as rows

PENDING, APPLIED, REJECTED, SUPERSEDED = "PENDING", "APPLIED", "REJECTED", "SUPERSEDED"
Key = tuple[str, str]  # (site, sku)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row. `at`: the moment of the count; `ours`: what lay there then by our ledger."""

    id: int
    document_id: int | None
    site: str
    sku: str
    bucket: str
    ours: Decimal
    theirs: Decimal
    state: str
    at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


_COLUMNS = tuple(field.name for field in fields(Proposal))


def add(conn: Connection, new: Sequence[Proposal]) -> None:
    bulk.insert(conn, rows, _COLUMNS, [astuple(each) for each in new])


def load(conn: Connection, proposal_id: int) -> Proposal | None:
    """One, locked until the transaction ends: two people do not decide about it at once."""
    found = conn.execute(_query().where(rows.c.id == proposal_id).with_for_update()).first()
    return None if found is None else Proposal(*found)


def pending(conn: Connection, keys: Iterable[Key]) -> list[Proposal]:
    """Those of these (site, sku) that wait, locked."""
    return list(_of(conn, keys, rows.c.state == PENDING))


def of_moment(conn: Connection, keys: Iterable[Key], at: datetime) -> list[Proposal]:
    """Those that a count of this moment has made, whatever became of them."""
    return list(_of(conn, keys, rows.c.at == at))


def decide(
    conn: Connection, ids: Sequence[int], state: str, *, by: str, at: datetime, reason: str | None = None
) -> None:
    for chunk in chunks(ids):
        values = {"state": state, "decided_by": by, "decided_at": at, "reason": reason}
        conn.execute(update(rows).where(rows.c.id.in_(chunk)).values(values))


def undecided(conn: Connection, documents: Iterable[int]) -> set[int]:
    """Documents of which a proposal still waits."""
    found: set[int] = set()
    for some in chunks(documents):
        query = select(rows.c.document_id).where(rows.c.document_id.in_(some), rows.c.state == PENDING)
        found.update(conn.execute(query).scalars())
    return found


def _query() -> Any:
    return select(*(rows.c[name] for name in _COLUMNS))


def _of(conn: Connection, keys: Iterable[Key], condition: Any) -> Iterator[Proposal]:
    wanted = set(keys)
    skus = sorted({sku for _, sku in wanted})
    for some in chunks(skus):
        query = _query().where(rows.c.sku.in_(some), condition).order_by(rows.c.id)
        for row in conn.execute(query.with_for_update()):
            if (row.site, row.sku) in wanted:
                yield Proposal(*row)

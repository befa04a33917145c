"""Cases: whatever needs a person, with its cause, its due time and its history (spec B14).

Takes and gives rows and Case records. Called by commands/triage/cases.py, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, select, update

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import case_notes, cases

OPEN = ("NEW", "ASSIGNED", "WAITING")


@dataclass(frozen=True, slots=True)
class Case:
    """A row of `cases`."""

    id: int
    family: str
    code: str
    fingerprint: str
    cause: str
    partner: str | None
    state: str
    owner: str | None
    message: str
    hint: str
    receipt_id: int | None
    interchange_id: int | None
    document_id: int | None
    order_id: int | None
    hold_id: int | None
    transmission_id: int | None
    posting_id: int | None
    amount: Decimal | None
    currency: str | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    root_cause: str | None
    test: bool


_CASE = [cases.c[field.name] for field in fields(Case)]
SUBJECTS = (
    "receipt_id",
    "interchange_id",
    "document_id",
    "order_id",
    "hold_id",
    "transmission_id",
    "posting_id",
)


def add(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, cases, rows)


def add_notes(conn: Connection, rows: Sequence[tuple[int, int, datetime, str, str, str]]) -> None:
    """(id, case id, at, by, kind, text)."""
    bulk.insert(conn, case_notes, ("id", "case_id", "at", "by", "kind", "text"), rows)


def load(conn: Connection, case_id: int, *, lock: bool = False) -> Case | None:
    query = select(*_CASE).where(cases.c.id == case_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Case(*row)


def open_of(conn: Connection, **subject: int | Sequence[int]) -> list[Case]:
    """Open cases about a subject: `order_id=5`, `hold_id=[1, 2]`, `transmission_id=...`."""
    conditions: list[ColumnElement[bool]] = [cases.c.state.in_(OPEN)]
    for name, wanted in subject.items():
        conditions.append(cases.c[name].in_([wanted] if isinstance(wanted, int) else list(wanted)))
    return [Case(*row) for row in conn.execute(select(*_CASE).where(and_(*conditions)).order_by(cases.c.id))]


def open_of_partner(conn: Connection, partner: str, code: str) -> list[Case]:
    """Open cases of a partner that have this code."""
    c = cases.c
    query = select(*_CASE).where(c.partner == partner, c.code == code, c.state.in_(OPEN)).order_by(c.id)
    return [Case(*row) for row in conn.execute(query)]


def open_by_causes(conn: Connection, fingerprints: Sequence[str]) -> list[Case]:
    """Open cases of these causes, the oldest first."""
    found: list[Case] = []
    for chunk in chunks(fingerprints):
        query = select(*_CASE).where(cases.c.fingerprint.in_(chunk), cases.c.state.in_(OPEN))
        found += [Case(*row) for row in conn.execute(query.order_by(cases.c.id))]
    return found


def open_alike(
    conn: Connection, fingerprints: Collection[str], subjects: Mapping[str, Collection[int | None]]
) -> list[Case]:
    """Open cases of these causes that are about some of the subjects: name -> ids, None for "about none"."""
    conditions: list[ColumnElement[bool]] = [
        cases.c.fingerprint.in_(sorted(fingerprints)),
        cases.c.state.in_(OPEN),
    ]
    for name, wanted in subjects.items():
        column = cases.c[name]
        there = column.in_(sorted(each for each in wanted if each is not None))
        conditions.append(there | column.is_(None) if None in wanted else there)
    return [Case(*row) for row in conn.execute(select(*_CASE).where(and_(*conditions)).order_by(cases.c.id))]


def change(conn: Connection, case_ids: Sequence[int], **values: object) -> None:
    """Set columns of cases. Commands only, which leave a note and the audit beside it."""
    for chunk in chunks(case_ids):
        conn.execute(update(cases).where(cases.c.id.in_(chunk)).values(**values))

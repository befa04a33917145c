"""Cases: whatever needs a person, with its cause, its clocks and its history (spec B14).

Takes and gives rows and Case records; the counts of causes follow with the commit (store/triage/tally.py). Called by
commands/triage, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, select

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import case_notes, case_segments, cases, moment_text
from edi_gateway.store.triage import tally

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
    root_detail: str | None
    test: bool
    priority: int
    cents: int
    weight: int
    po_number: str | None
    rank: int
    segment: int
    segment_at: datetime
    respond_by: datetime
    responded_at: datetime | None
    resolve_by: datetime
    waiting_for: str | None
    waiting_since: datetime | None
    paused_seconds: int
    snoozed_until: datetime | None
    action: str | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


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
_MOMENTS: Final = frozenset(
    {"due_at", "closed_at", "segment_at", "respond_by", "responded_at", "resolve_by"}
    | {"waiting_since", "snoozed_until"}
)
_WORKED: Final = (  # what changes while a case is worked
    *(
        "state",
        "owner",
        "due_at",
        "closed_at",
        "closed_by",
        "root_cause",
        "root_detail",
        "priority",
        "segment",
    ),
    *(
        "segment_at",
        "respond_by",
        "responded_at",
        "resolve_by",
        "waiting_for",
        "waiting_since",
        "paused_seconds",
    ),
    *("snoozed_until", "action"),
)
_UPDATE: Final = f"UPDATE cases SET {', '.join(f'{name} = ?' for name in _WORKED)} WHERE id = ?"


def hundredths(amount: Decimal | None) -> int:
    """An amount as it is sorted and added up by; what no number of 63 bits holds is none."""
    if amount is None or not amount.is_finite() or abs(amount) >= 10**16:
        return 0
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def add(conn: Connection, rows: Sequence[Row], described: Mapping[str, Mapping[str, str | None]]) -> None:
    """New cases, all with the same keys. `described`: fingerprint -> what the cause is (tally.DESCRIBED)."""
    bulk.insert_rows(conn, cases, rows)
    tally.note(
        conn,
        (
            tally.Change(
                row["id"],
                row["fingerprint"],
                row["opened_at"],
                None,
                tally.Standing(
                    *(_order(row["order_id"], row["po_number"]), row["cents"], row["weight"]),
                    *(row["currency"], row["test"], row["due_at"], row["rank"]),
                    None,
                ),
                described[row["fingerprint"]],
                new=True,
            )
            for row in rows
        ),
    )


def put(conn: Connection, changed: Iterable[tuple[Case, Case]], at: datetime) -> None:
    """Cases as they were, locked, and as they are to be. Commands only, which leave a note and the audit beside it."""
    pairs = list(changed)
    rows = []
    for _, now in pairs:
        values = (getattr(now, name) for name in _WORKED)
        rows.append(
            (
                *(moment_text(v) if n in _MOMENTS and v else v for n, v in zip(_WORKED, values, strict=True)),
                now.id,
            )
        )
    bulk.update(conn, _UPDATE, rows)
    tally.note(
        conn,
        (
            tally.Change(now.id, now.fingerprint, at, _standing(was), _standing(now), _described(now))
            for was, now in pairs
            if _standing(was) != _standing(now)
        ),
    )


def _standing(case: Case) -> tally.Standing | None:
    if not case.is_open:
        return None
    return tally.Standing(
        *(_order(case.order_id, case.po_number), case.cents, case.weight, case.currency, case.test),
        *(case.due_at, case.rank, case.snoozed_until),
    )


def _order(order_id: int | None, po_number: str | None) -> int | str | None:
    """The order behind a case, by which they are counted."""
    return po_number if order_id is None else order_id


def _described(case: Case) -> dict[str, str | None]:
    return {name: getattr(case, name) for name in ("family", "code", "partner", "cause", "hint")}


def add_notes(conn: Connection, rows: Sequence[tuple[int, int, datetime, str, str, str]]) -> None:
    """(id, case id, at, by, kind, text)."""
    bulk.insert(conn, case_notes, ("id", "case_id", "at", "by", "kind", "text"), rows)


def add_segments(conn: Connection, rows: Sequence[Row]) -> None:
    """Stretches of cases that came to their end."""
    bulk.insert_rows(conn, case_segments, rows)


def load(conn: Connection, case_id: int, *, lock: bool = False) -> Case | None:
    query = select(*_CASE).where(cases.c.id == case_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Case(*row)


def load_many(conn: Connection, case_ids: Iterable[int]) -> list[Case]:
    """These cases, the oldest first."""
    found: list[Case] = []
    for chunk in chunks(sorted(case_ids)):
        query = select(*_CASE).where(cases.c.id.in_(chunk)).order_by(cases.c.id)
        found += [Case(*row) for row in conn.execute(query)]
    return found


def lock_open(conn: Connection, case_ids: Iterable[int]) -> list[Case]:
    """Those of the cases that are open, ours until the commit; the oldest first."""
    found: list[Case] = []
    for chunk in chunks(case_ids):
        query = select(*_CASE).where(cases.c.id.in_(chunk), cases.c.closed_at.is_(None))
        found += [Case(*row) for row in conn.execute(query.order_by(cases.c.id).with_for_update())]
    return found


def lock_cause(conn: Connection, fingerprint: str, *, resolved: bool = False) -> list[Case]:
    """All open cases of a cause (and the resolved ones), ours until the commit; the oldest first."""
    wanted = cases.c.state != "CLOSED" if resolved else cases.c.closed_at.is_(None)
    query = select(*_CASE).where(cases.c.fingerprint == fingerprint, wanted)
    return [Case(*row) for row in conn.execute(query.order_by(cases.c.id).with_for_update())]


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

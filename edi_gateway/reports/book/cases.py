"""Cases as a queue: by cause, then one by one, ordered by due time and money (spec B14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy import case as chosen

from edi_gateway.model.finding import Finding
from edi_gateway.reports.reading import rows
from edi_gateway.store.tables import NEVER, case_notes, case_watchers, cases, causes, orders
from edi_gateway.store.traffic import findings

OPEN_STATES = ("NEW", "ASSIGNED", "WAITING")
_WHOLE = 64  # digits of a fingerprint


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case. `due_at`: what is due next, far away while it waits; `rank`: priority of the customer, 1 first;
    `promised_by`: when the order is to be answered, which waits for nobody."""

    case_id: int
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
    po_number: str | None
    amount: Decimal | None
    currency: str | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    root_cause: str | None
    test: bool
    root_detail: str | None
    action: str | None
    priority: int
    rank: int
    segment: int
    respond_by: datetime
    responded_at: datetime | None
    resolve_by: datetime
    waiting_for: str | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    promised_by: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def waits(self) -> bool:
        """Whether its clock stands still: nothing is due."""
        return self.due_at == NEVER


@dataclass(frozen=True, slots=True)
class CauseRow:
    """All open cases of one cause as one row."""

    fingerprint: str
    family: str
    code: str
    cause: str
    partner: str | None
    cases: int
    orders: int
    amounts: dict[str, Decimal]  # money at risk by currency
    first_at: datetime
    last_at: datetime
    due_at: datetime
    hint: str
    case_ids: tuple[int, ...]
    test: bool  # all of them are about tests


@dataclass(frozen=True, slots=True)
class CaseNote:
    at: datetime
    by: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """`finding`: what opened the case, with its place in the bytes or in the document, where that is kept."""

    case: CaseRow
    finding: Finding | None
    notes: tuple[CaseNote, ...]
    same_cause: int
    watchers: tuple[str, ...]


_QUERY = select(
    cases.c.id,
    cases.c.family,
    cases.c.code,
    cases.c.fingerprint,
    cases.c.cause,
    cases.c.partner,
    cases.c.state,
    cases.c.owner,
    cases.c.message,
    cases.c.hint,
    cases.c.receipt_id,
    cases.c.interchange_id,
    cases.c.document_id,
    cases.c.order_id,
    cases.c.hold_id,
    cases.c.transmission_id,
    cases.c.posting_id,
    func.coalesce(orders.c.po_number, cases.c.po_number),
    cases.c.amount,
    cases.c.currency,
    cases.c.opened_at,
    cases.c.due_at,
    cases.c.closed_at,
    cases.c.closed_by,
    cases.c.root_cause,
    cases.c.test,
    cases.c.root_detail,
    cases.c.action,
    cases.c.priority,
    cases.c.rank,
    cases.c.segment,
    cases.c.respond_by,
    cases.c.responded_at,
    cases.c.resolve_by,
    cases.c.waiting_for,
    cases.c.waiting_since,
    cases.c.snoozed_until,
    chosen((orders.c.answer_state.in_(("DUE", "HELD_SENT")), orders.c.answer_due_at)),
).join_from(cases, orders, cases.c.order_id == orders.c.id, isouter=True)


def list_cases(
    conn: Connection,
    *,
    partner: str | None = None,
    family: str | None = None,
    owner: str | None = None,
    fingerprint: str | None = None,
    state: str | None = None,
    closed: bool = False,
    late_at: datetime | None = None,
    awake_at: datetime | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> list[CaseRow]:
    """Open ones (or the closed ones) in the order of work: by due time, then the most money, then the first customers.

    `late_at`: only those past their time then; `awake_at`: without those that are snoozed then; `fingerprint` may be
    its first digits.
    """
    c = cases.c
    query = _QUERY.where(c.closed_at.is_not(None) if closed else c.closed_at.is_(None))
    if partner:
        query = query.where(c.partner == partner)
    if family:
        query = query.where(c.family == family)
    if owner:
        query = query.where(c.owner == owner)
    if state:
        query = query.where(c.state == state)
    if fingerprint:
        query = query.where(of_cause(c.fingerprint, fingerprint))
    if late_at is not None:
        query = query.where(c.due_at < late_at)
    if awake_at is not None:
        query = query.where(c.snoozed_until.is_(None) | (c.snoozed_until <= awake_at))
    return _listed(conn, query, limit, offset)


def list_where(
    conn: Connection, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int = 0
) -> list[CaseRow]:
    """Cases that meet conditions of another report, in the order of work."""
    return _listed(conn, _QUERY.where(*conditions), limit, offset)


def _listed(conn: Connection, query: Select[Any], limit: int, offset: int) -> list[CaseRow]:
    c = cases.c
    ordered = query.order_by(c.due_at, c.weight.desc(), c.rank, c.id)
    return [CaseRow(*row) for row in rows(conn, ordered.limit(limit).offset(offset))]


def of_cause(column: ColumnElement[str], digits: str) -> ColumnElement[bool]:
    """The fingerprints that begin with these digits; a whole one finds itself alone."""
    wanted = digits.lower()
    return column == wanted if len(wanted) == _WHOLE else column.between(wanted, f"{wanted}g")


def by_cause(found: list[CaseRow]) -> list[CauseRow]:
    """The rows of list_cases brought together by fingerprint, in their order."""
    grouped: dict[str, list[CaseRow]] = {}
    for case in found:
        grouped.setdefault(case.fingerprint, []).append(case)
    return [_cause(members) for members in grouped.values()]


def _cause(members: list[CaseRow]) -> CauseRow:
    amounts: dict[str, Decimal] = {}
    for case in members:
        if case.amount is not None:
            currency = case.currency or ""
            amounts[currency] = amounts.get(currency, Decimal(0)) + case.amount
    first = members[0]
    return CauseRow(
        fingerprint=first.fingerprint,
        family=first.family,
        code=first.code,
        cause=first.cause,
        partner=first.partner,
        cases=len(members),
        orders=len({case.order_id for case in members if case.order_id is not None}),
        amounts=amounts,
        first_at=min(case.opened_at for case in members),
        last_at=max(case.opened_at for case in members),
        due_at=min(case.due_at for case in members),
        hint=first.hint,
        case_ids=tuple(case.case_id for case in members),
        test=all(case.test for case in members),
    )


def show(conn: Connection, case_id: int) -> CaseView | None:
    found = rows(conn, _QUERY.where(cases.c.id == case_id))
    if not found:
        return None
    case = CaseRow(*found[0])
    n = case_notes.c
    notes = rows(conn, select(n.at, n.by, n.kind, n.text).where(n.case_id == case_id).order_by(n.id))
    same = conn.execute(select(causes.c.cases).where(causes.c.fingerprint == case.fingerprint)).scalar() or 0
    watching = select(case_watchers.c.person).where(case_watchers.c.case_id == case_id)
    return CaseView(
        case=case,
        finding=_finding(conn, case),
        notes=tuple(CaseNote(*note) for note in notes),
        same_cause=same,
        watchers=tuple(row[0] for row in rows(conn, watching)),
    )


def _finding(conn: Connection, case: CaseRow) -> Finding | None:
    """The finding in the case's own words, among those about the same thing."""
    for name in ("document_id", "order_id", "receipt_id"):
        about = getattr(case, name)
        if about is not None:
            found = [f for f in findings.of(conn, **{name: about}) if f.message == case.message]
            if found:
                return found[0]
    return None

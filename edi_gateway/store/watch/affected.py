"""The open cases that an incident affects: what can be run again once it is mended (spec B14.5).

Takes an incident; gives a condition on cases, and their ids. By its kind, not by the subjects that it names: of those
an incident names some hundreds at most. Called by commands/triage/replaying.py and reports/watch/affected.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, false, select

from edi_gateway.model.finding import Code
from edi_gateway.model.incident import Kind
from edi_gateway.store.tables import cases, causes, incident_subjects
from edi_gateway.store.watch.incidents import Incident

_C: Final = cases.c
_K: Final = causes.c


def cases_of(conn: Connection, incident: Incident, since: datetime | None = None) -> list[int]:
    """The ids of the open cases that it affects, opened at `since` or later; the oldest first."""
    query = select(_C.id).where(condition(incident, since)).order_by(_C.id)
    return list(conn.execute(query).scalars())


def condition(incident: Incident, since: datetime | None = None) -> ColumnElement[bool]:
    """Which cases these are. Tests are not among them."""
    wanted = _BY_KIND.get(incident.kind, _none)(incident)
    standing = and_(_C.closed_at.is_(None), _C.test.is_(False), wanted)
    return standing if since is None else and_(standing, _C.opened_at >= since)


def _refused(incident: Incident) -> ColumnElement[bool]:
    """What a partner sent and was not taken: about a file, not about an order."""
    about_a_file = and_(_C.receipt_id.is_not(None), _C.order_id.is_(None), _C.transmission_id.is_(None))
    return and_(_of(_K.partner == incident.partner), about_a_file)


def _same_cause(incident: Incident) -> ColumnElement[bool]:
    return _C.fingerprint == incident.key.removeprefix(incident.kind).strip()


def _with_code(code: Code) -> Callable[[Incident], ColumnElement[bool]]:
    def wanted(incident: Incident) -> ColumnElement[bool]:
        own = _K.code == code.value
        return _of(own if incident.partner is None else and_(own, _K.partner == incident.partner))

    return wanted


def _of(causes_that: ColumnElement[bool]) -> ColumnElement[bool]:
    """Cases by their causes: open cases may be very many."""
    return _C.fingerprint.in_(select(_K.fingerprint).where(_K.due_at.is_not(None), causes_that))


def _late(incident: Incident) -> ColumnElement[bool]:
    return _C.due_at < incident.seen_at


def _named(incident: Incident) -> ColumnElement[bool]:
    """Of one that a person opened: the cases of the orders that it names, and all of the partner that it is about."""
    s = incident_subjects.c
    orders = select(s.subject).where(s.incident_id == incident.id, s.kind == "order")
    own = _C.order_id.in_(orders)
    return own if incident.partner is None else own | _of(_K.partner == incident.partner)


def _none(_incident: Incident) -> ColumnElement[bool]:
    """A partner that is silent, a disk that is full, a certificate near its end: nothing of it can be run again."""
    return false()


_BY_KIND: Final[Mapping[str, Callable[[Incident], ColumnElement[bool]]]] = {
    Kind.REJECT_RATE: _refused,
    Kind.SAME_ERROR: _same_cause,
    Kind.CASES_OVERDUE: _late,
    Kind.DELIVERY_FAILS: _with_code(Code.DELIVERY_FAILED),
    Kind.POSTING_FAILS: _with_code(Code.POSTING_FAILED),
    Kind.ACKS_OVERDUE: _with_code(Code.ACK_OVERDUE),
    Kind.BY_HAND: _named,
}

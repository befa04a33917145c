"""Answers that are made but have not gone, near or past their time: a case each, which names what keeps them.

Takes the rows that wait to go; gives cases, and ends them when the answer has gone. `sweep` is called once a minute
by flow/deadlines.py, `gone` by flow/telling/outbound.py with every sending.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, exists, or_, select

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.ordering import answering
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve
from edi_gateway.flow.live import LivePartner, LivePartners
from edi_gateway.flow.windows import is_open
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import Answering
from edi_gateway.store.book.cases import OPEN
from edi_gateway.store.tables import cases, documents, orders, transmissions

EVERY = timedelta(minutes=1)
_UNEXPLAINED = timedelta(hours=1)  # what nothing keeps goes in the next moment; if not, something is wrong
_HORIZON = timedelta(days=14)  # no warning comes earlier
_WENT = ("SENT", "ACKED", "ACKED_WITH_ERRORS", "REJECTED", "ACK_OVERDUE")
_CODES = (Code.ANSWER_DUE.value, Code.ANSWER_OVERDUE.value)
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Unsent:
    """An 855 that has not gone. `standing`: the document of theirs that it should answer."""

    id: int
    partner: str
    state: str
    created_at: datetime
    send_after: datetime | None
    transmission_id: int | None
    order_id: int
    test: bool
    po_number: str
    total: Decimal
    currency: str
    due_at: datetime
    standing: int


@dataclass(frozen=True, slots=True)
class Reason:
    """What keeps an answer. `kind`: the same for all that one cause keeps."""

    kind: str
    words: str
    hint: str


def sweep(desk: Desk, live: LivePartners) -> int:
    """Open cases for answers that should have gone, or soon should, and still are here; how many."""
    now = desk.clock()
    reasons = _Reasons(desk.conn, live, now)
    near: list[NewCase] = []
    late: list[NewCase] = []
    for unsent, answered in _first_of_each_order(desk.conn, now):
        partner = live.get(unsent.partner)
        said = partner.profile.answering if partner is not None else Answering()
        due = unsent.due_at
        if answered:  # an update: the same promise, from the moment when there was something to tell
            if partner is None:
                continue
            due = answering.due_at(partner.profile, unsent.created_at)
        if due - timedelta(hours=said.warn_hours_before) > now:
            continue
        reason = reasons.of(unsent)
        if reason is not None:
            (late if due <= now else near).append(_case(unsent, due, due <= now, reason))
    told = _told(desk.conn, [_id(each) for each in near], (Code.ANSWER_DUE,))
    open_cases(desk, [*late, *(each for each in near if _id(each) not in told)])
    warned = _told(desk.conn, [_id(each) for each in late], (Code.ANSWER_DUE,), OPEN)
    resolve(desk, list(warned.values()), "Its time has passed; another case says so.")
    return len(late) + len(near) - len(told)


def gone(desk: Desk, transmission_ids: Sequence[int]) -> None:
    """These have been sent: what was said of the answers in them is over."""
    if not transmission_ids:
        return
    c, d = cases.c, documents.c
    query = select(c.id).where(c.state.in_(OPEN), c.code.in_(_CODES), c.document_id.is_not(None))
    if desk.conn.execute(query.limit(1)).first() is None:
        return  # as nearly always
    borne = select(d.order_id).where(d.transmission_id.in_(transmission_ids), d.set_code == "855")
    order_ids = sorted(set(desk.conn.execute(borne).scalars()))
    ended: list[int] = []
    for start in range(0, len(order_ids), _AT_ONCE):
        mine = query.where(c.order_id.in_(order_ids[start : start + _AT_ONCE]))
        ended += desk.conn.execute(mine.order_by(c.id)).scalars()
    resolve(desk, ended, "The answer has gone.")


def _first_of_each_order(conn: Connection, now: datetime) -> Iterator[tuple[Unsent, bool]]:
    """The first 855 of each order that waits, and whether the buyer has had an answer to what stands already.

    One that somebody cancelled counts when there is no other. Not those of which a case says that they are late.
    """
    d, o, c = documents.c, orders.c, cases.c
    told = (c.order_id == o.id) & (c.code == Code.ANSWER_OVERDUE.value)
    told &= or_(c.document_id == d.id, c.document_id.is_not(None) & (c.state != "RESOLVED"))
    query = (
        select(
            *(d.id, d.partner, d.state, d.created_at, d.send_after, d.transmission_id, d.order_id, d.test),
            *(
                o.po_number,
                o.total,
                o.currency,
                o.answer_due_at.label("due_at"),
                o.document_id.label("standing"),
            ),
        )
        .select_from(documents.join(orders, o.id == d.order_id))
        .where(d.direction == "out", d.state.in_(("QUEUED", "BUNDLED", "CANCELLED")), d.set_code == "855")
        .where(o.state != "VOID", o.answer_due_at <= now + _HORIZON, ~exists().where(told))
        .order_by(d.order_id, d.id)
    )
    found = [Unsent(**row._mapping) for row in conn.execute(query)]
    had = _had(conn, sorted({each.order_id for each in found}))
    for order_id, group in groupby(found, attrgetter("order_id")):
        mine = list(group)
        waiting = [each for each in mine if each.state != "CANCELLED"]
        answered = (order_id, mine[0].standing) in had
        if waiting:
            yield waiting[0], answered
        elif not answered:
            yield mine[-1], False


def _had(conn: Connection, order_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Of these orders, which documents of theirs the buyer has had an answer to."""
    d = documents.c
    found: set[tuple[int, int]] = set()
    for start in range(0, len(order_ids), _AT_ONCE):
        query = select(d.order_id, d.answers_document_id).where(
            d.order_id.in_(order_ids[start : start + _AT_ONCE]),
            d.direction == "out",
            d.set_code == "855",
            d.state.in_(_WENT),
        )
        found.update((row.order_id, row.answers_document_id) for row in conn.execute(query))
    return found


def _told(
    conn: Connection, document_ids: Sequence[int], codes: Sequence[Code], states: Sequence[str] | None = None
) -> dict[int, int]:
    """Document -> its case of one of these codes."""
    c = cases.c
    found: dict[int, int] = {}
    for start in range(0, len(document_ids), _AT_ONCE):
        query = select(c.document_id, c.id).where(c.document_id.in_(document_ids[start : start + _AT_ONCE]))
        if states is not None:
            query = query.where(c.state.in_(states))
        found.update((row.document_id, row.id) for row in conn.execute(query.where(c.code.in_(codes))))
    return found


@dataclass(slots=True)
class _Reasons:
    """What keeps answers; asked once for each transmission and partner."""

    conn: Connection
    live: LivePartners
    now: datetime
    _lines: dict[tuple[str, int | None], Reason | None] = field(default_factory=dict)

    def of(self, unsent: Unsent) -> Reason | None:
        """None while nothing keeps it and it may still go in the next moment."""
        partner = self.live.get(unsent.partner)
        if unsent.state == "CANCELLED":
            return Reason(
                "cancelled",
                "somebody cancelled its transmission",
                "Send the transmission again, or answer the order anew.",
            )
        if partner is None:
            return Reason("not published", f"{unsent.partner} is not published", "Publish the partner.")
        if partner.paused:
            key = unsent.partner
            return Reason("paused", f"{key} is paused", f"Resume the partner: `partners resume {key}`.")
        if (stopped := self._stopped(unsent.partner)) is not None:
            return stopped
        found = self._waits(unsent, partner) if unsent.transmission_id is None else self._line(unsent)
        if found is None and self.now - max(unsent.due_at, unsent.created_at) >= _UNEXPLAINED:
            return Reason("unexplained", "nothing that is known keeps it", "See whether a daemon is running.")
        return found

    def _stopped(self, partner: str) -> Reason | None:
        stopped = self.live.stopped
        if stopped.sending:
            return Reason("stopped", "all sending is stopped", "`edi-gateway resume sending`.")
        if ("855", None) in stopped.sets:
            return Reason("stopped", "855s are stopped", "`edi-gateway resume 855`.")
        if stopped.holds("855", partner):
            return Reason(
                "stopped",
                f"855s of {partner} are stopped",
                f"`edi-gateway resume 855 --partner {partner}`.",
            )
        return None

    def _waits(self, unsent: Unsent, partner: LivePartner) -> Reason | None:
        if unsent.send_after is not None and unsent.send_after > self.now:
            return Reason(
                "no interchange",
                f"no interchange can be made of what waits for {unsent.partner}",
                "Another case says why; mend that.",
            )
        if not is_open(partner.profile, self.now):
            window, zone = partner.profile.schedule.sending_window, partner.profile.calendar.zone
            return Reason(
                "window",
                f"{unsent.partner} takes files only {window} ({zone})",
                "Tell the buyer, or agree on another sending_window.",
            )
        return None

    def _line(self, unsent: Unsent) -> Reason | None:
        """Its own transmission does not get through, or one before it."""
        key = (unsent.partner, unsent.transmission_id)
        if key not in self._lines:
            t = transmissions.c
            query = select(t.name, t.last_error).where(
                t.partner == unsent.partner, t.id <= unsent.transmission_id, t.last_error.is_not(None)
            )
            mine = query.where(
                or_(t.state == "READY", (t.state == "FAILED") & (t.id == unsent.transmission_id))
            )
            row = self.conn.execute(mine.order_by(t.id).limit(1)).first()
            self._lines[key] = row and Reason(
                "line",
                f"{row.name} does not reach {unsent.partner}: {row.last_error}",
                "See the partner's connection; the case of the transmission says more.",
            )
        return self._lines[key]


def _case(unsent: Unsent, due: datetime, late: bool, reason: Reason) -> NewCase:
    at = f"{due:%Y-%m-%d %H:%M} UTC"
    told = f"was to be with {unsent.partner} by {at}" if late else f"is to be with {unsent.partner} by {at}"
    finding = Finding(
        Code.ANSWER_OVERDUE if late else Code.ANSWER_DUE,
        Severity.ERROR,
        message=f"The 855 of PO {unsent.po_number} {told} and has not gone: {reason.words}.",
        hint=reason.hint,
        rule=reason.kind,
        family=Family.ANSWER,
    )
    about = About(document_id=unsent.id, order_id=unsent.order_id)
    return NewCase(finding, unsent.partner, about, unsent.total, unsent.currency, unsent.test)


def _id(case: NewCase) -> int:
    assert case.about.document_id is not None  # _case gives it
    return case.about.document_id

"""Cases: opened for whatever needs a person, resolved by the cure (spec B14). People work them in working.py.

Takes findings and what they are about; gives case rows with cause, clocks and history. Called by the other commands
and by flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from edi_gateway.commands.desk import Desk
from edi_gateway.model.finding import Finding
from edi_gateway.orders.hours.service import BY_ITSELF, NORMAL, clocks
from edi_gateway.store.book import cases
from edi_gateway.store.bulk import Row
from edi_gateway.store.master import customers
from edi_gateway.store.triage import causes as kept
from edi_gateway.triage.causes import Cause, cause
from edi_gateway.triage.life import ended, segment


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about: ids of rows, whichever there are."""

    receipt_id: int | None = None
    interchange_id: int | None = None
    document_id: int | None = None
    order_id: int | None = None
    hold_id: int | None = None
    transmission_id: int | None = None
    posting_id: int | None = None


_AT_ONCE = 400  # new cases that are looked up together
_PO_NUMBER = 30  # characters
_RANK = 5  # of a customer whom nobody gave one


@dataclass(frozen=True, slots=True)
class NewCase:
    """A finding that needs a person. `amount`: money at risk in `currency`; `priority`: orders/hours/service.py;
    `po_number`: of the order that a document would have become, which has none in the book."""

    finding: Finding
    partner: str | None
    about: About = About()
    amount: Decimal | None = None
    currency: str | None = None
    test: bool = False
    priority: int = NORMAL
    po_number: str | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What to run again. `kind`: "receipt", "transmission", "posting" or "order" (judged anew)."""

    kind: str
    id: int


def open_cases(desk: Desk, new: Sequence[NewCase]) -> list[int]:
    """Open a case for each, due by its family. One that is open already, of the same cause and about the same,
    is not opened twice; its id is given instead."""
    if not new:
        return []
    now = desk.clock()
    causes = [cause(each.finding, each.partner) for each in new]
    known = _open_already(desk, new, [c.fingerprint for c in causes])
    given: list[int] = []
    fresh: list[tuple[int, NewCase, Cause]] = []
    for each, why in zip(new, causes, strict=True):
        about = asdict(each.about)
        key = (why.fingerprint, *(about[name] for name in cases.SUBJECTS))
        case_id = known.get(key)
        if case_id is None:
            case_id = known[key] = desk.ids.next()
            fresh.append((case_id, each, why))
        given.append(case_id)
    if fresh:
        owners = kept.owners(desk.conn, {why.fingerprint for _, _, why in fresh})
        orders = {each.about.order_id for _, each, _ in fresh if each.about.order_id is not None}
        ranks = customers.ranks(desk.conn, orders, now.date())
        rows = [row_of(desk, case_id, each, why, owners, ranks) for case_id, each, why in fresh]
        cases.add(desk.conn, rows, {why.fingerprint: described(each, why) for _, each, why in fresh})
        note(desk, [row["id"] for row in rows], "opened", "")
    return given


def row_of(
    desk: Desk, case_id: int, new: NewCase, why: Cause, owners: Mapping[str, str], ranks: Mapping[int, int]
) -> Row:
    """A new case as a row. `owners`: who has taken which cause; `ranks`: order -> priority of its customer."""
    now = desk.clock()
    made = clocks(new.finding.family, now, desk.hours, new.priority)
    return {
        "id": case_id,
        "family": new.finding.family.value,
        "code": new.finding.code.value,
        "fingerprint": why.fingerprint,
        "cause": why.words,
        "partner": new.partner,
        "state": "NEW",
        "owner": owners.get(why.fingerprint),
        "message": new.finding.message,
        "hint": new.finding.hint,
        **asdict(new.about),
        "amount": new.amount,
        "currency": new.currency,
        "po_number": _po_number(new),
        "cents": cases.hundredths(new.amount),
        "weight": cases.hundredths(
            None if new.amount is None else desk.rates.worth(new.amount, new.currency)
        ),
        "rank": ranks.get(new.about.order_id or 0, _RANK),
        "priority": new.priority,
        "opened_at": now,
        "due_at": made.respond_by,
        "segment_at": now,
        "respond_by": made.respond_by,
        "resolve_by": made.resolve_by,
        "test": new.test,
    }


def _po_number(new: NewCase) -> str | None:
    if new.about.order_id is not None or not new.po_number:
        return None
    return new.po_number.replace("\0", "\ufffd")[:_PO_NUMBER]


def described(new: NewCase, why: Cause) -> dict[str, str | None]:
    """The cause of a new case as a row."""
    return {
        "stage": why.stage,
        "family": why.family.value,
        "code": why.code.value,
        "rule": why.rule or None,
        "place": why.place or None,
        "partner": why.partner,
        "value": why.value or None,
        "cause": why.words,
        "hint": new.finding.hint,
    }


def _open_already(
    desk: Desk, new: Sequence[NewCase], fingerprints: Sequence[str]
) -> dict[tuple[object, ...], int]:
    """Open cases that may be the same as a new one. Not all of the cause: in a flood they are very many."""
    found: dict[tuple[object, ...], int] = {}
    for start in range(0, len(new), _AT_ONCE):
        some = [asdict(each.about) for each in new[start : start + _AT_ONCE]]
        subjects = {name: {about[name] for about in some} for name in cases.SUBJECTS}
        for case in cases.open_alike(desk.conn, set(fingerprints[start : start + _AT_ONCE]), subjects):
            found[(case.fingerprint, *(getattr(case, name) for name in cases.SUBJECTS))] = case.id
    return found


def resolve(desk: Desk, case_ids: Sequence[int], text: str, action: str = BY_ITSELF) -> None:
    """The cause is gone: no one needs to do anything more. Those of the cases that are open; the machine says why in
    `text`, and `action` what did it (orders/hours/service.ACTIONS)."""
    now, by = desk.clock(), desk.actor.name
    found = cases.lock_open(desk.conn, case_ids)
    if not found:
        return
    end_segments(desk, found, action)
    cases.put(desk.conn, [(case, ended(case, "RESOLVED", by, now, action)) for case in found], now)
    note(desk, [case.id for case in found], "resolved", text)


def end_segments(desk: Desk, found: Sequence[cases.Case], action: str) -> None:
    """Keep how long these open cases took, by what they end now."""
    now, by = desk.clock(), desk.actor.name
    ids = desk.ids.block(len(found))
    cases.add_segments(
        desk.conn,
        [{"id": n, **segment(case, by, now, action, desk.hours)} for n, case in zip(ids, found, strict=True)],
    )


def resolve_about(
    desk: Desk, text: str, *, action: str = BY_ITSELF, **about: int | Sequence[int]
) -> list[int]:
    """Resolve all open cases about something: `order_id=5`, `hold_id=[1, 2]`, `transmission_id=7` ..."""
    found = [case.id for case in cases.open_of(desk.conn, **about)]
    resolve(desk, found, text, action)
    return found


def replayable(case: cases.Case) -> Replay | None:
    """What to run again after the cause was mended; None when nothing can be: it is for a person to do."""
    if case.order_id is not None:
        return Replay("posting", case.posting_id) if case.posting_id else Replay("order", case.order_id)
    if case.transmission_id is not None:
        return Replay("transmission", case.transmission_id)
    if case.receipt_id is not None:
        return Replay("receipt", case.receipt_id)
    return None


def replayed(desk: Desk, case_ids: Sequence[int], text: str) -> None:
    """Note on cases that they were run again, and what came of it."""
    note(desk, case_ids, "replayed", text)
    for case_id in case_ids:
        desk.record("case replayed", f"case {case_id}", text=text)


def note(desk: Desk, case_ids: Sequence[int], kind: str, text: str) -> None:
    """What was said or done, on each of the cases."""
    now = desk.clock()
    rows = [
        (note_id, case_id, now, desk.actor.name, kind, text)
        for note_id, case_id in zip(desk.ids.block(len(case_ids)), case_ids, strict=True)
    ]
    cases.add_notes(desk.conn, rows)

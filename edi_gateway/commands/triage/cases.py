"""Cases: opened for whatever needs a person, worked, closed by the cure or by somebody who says why (spec B14).

Takes findings and what they are about; gives case rows with cause, due time and history. Called by the other
commands, by flow and by cli.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.finding import Finding
from edi_gateway.store.book import cases, holds
from edi_gateway.store.bulk import Row
from edi_gateway.store.ids import short
from edi_gateway.triage.causes import cause, due_at

ROOT_CAUSES = (
    *("partner data", "our master data", "mapping", "our process"),
    *("warehouse", "carrier", "supplier", "system"),
)  # spec B14.4


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


@dataclass(frozen=True, slots=True)
class NewCase:
    """A finding that needs a person. `amount`: money at risk in `currency`."""

    finding: Finding
    partner: str | None
    about: About = About()
    amount: Decimal | None = None
    currency: str | None = None
    test: bool = False


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
    rows: list[Row] = []
    for each, why in zip(new, causes, strict=True):
        about = asdict(each.about)
        key = (why.fingerprint, *(about[name] for name in cases.SUBJECTS))
        case_id = known.get(key)
        if case_id is None:
            case_id = known[key] = desk.ids.next()
            rows.append(
                {
                    "id": case_id,
                    "family": each.finding.family.value,
                    "code": each.finding.code.value,
                    "fingerprint": why.fingerprint,
                    "cause": why.words,
                    "partner": each.partner,
                    "state": "NEW",
                    "message": each.finding.message,
                    "hint": each.finding.hint,
                    **about,
                    "amount": each.amount,
                    "currency": each.currency,
                    "opened_at": now,
                    "due_at": due_at(each.finding.family, now),
                    "test": each.test,
                }
            )
        given.append(case_id)
    cases.add(desk.conn, rows)
    _note(desk, [row["id"] for row in rows], "opened", "")
    return given


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


def assign(desk: Desk, case_id: int, owner: str) -> None:
    """Give an open case to somebody, oneself included."""
    desk.require("Assigning a case", PERMISSIONS["work a case"])
    case = _open_case(desk, case_id, "Assigning")
    if not owner.strip():
        raise Refused(what=f"Assigning case {short(case_id)}", why="it needs the name of somebody")
    cases.change(desk.conn, [case_id], state="ASSIGNED", owner=owner)
    _note(desk, [case_id], "assigned", f"to {owner}")
    desk.record("case assigned", f"case {case_id}", was=case.owner, now=owner)


def comment(desk: Desk, case_id: int, text: str) -> None:
    """Add a note to a case, open or closed."""
    desk.require("Commenting on a case", PERMISSIONS["work a case"])
    _existing(desk, case_id, "Commenting on")
    if not text.strip():
        raise Refused(what=f"Commenting on case {short(case_id)}", why="there is no text")
    _note(desk, [case_id], "comment", text)
    desk.record("case commented", f"case {case_id}", text=text)


def close(desk: Desk, case_id: int, root_cause: str, text: str = "") -> None:
    """Close a case with its root cause (spec B14.4). A case whose hold still stands is not closed by hand."""
    desk.require("Closing a case", PERMISSIONS["work a case"])
    what = f"Closing case {short(case_id)}"
    case = _existing(desk, case_id, "Closing")
    if case.state == "CLOSED":
        raise Refused(what=what, why="it is closed already")
    if root_cause not in ROOT_CAUSES:
        raise Refused(what=what, why=f"the root cause must be one of: {', '.join(ROOT_CAUSES)}")
    hold = None if case.hold_id is None else holds.load(desk.conn, case.hold_id)
    if hold is not None and hold.state == "ACTIVE":
        why = f"hold {short(hold.hold_id)} ({hold.code}) still stops the order: release it, or mend what it waits for"
        raise Refused(what=what, why=why)
    cases.change(
        desk.conn,
        [case_id],
        state="CLOSED",
        root_cause=root_cause,
        closed_at=desk.clock(),
        closed_by=desk.actor.name,
    )
    _note(desk, [case_id], "closed", f"{root_cause}: {text}" if text else root_cause)
    desk.record("case closed", f"case {case_id}", root_cause=root_cause, text=text)


def resolve(desk: Desk, case_ids: Sequence[int], text: str) -> None:
    """The cause is gone: no one needs to do anything more. Open cases only; the machine says why in `text`."""
    if not case_ids:
        return
    cases.change(desk.conn, case_ids, state="RESOLVED", closed_at=desk.clock(), closed_by=desk.actor.name)
    _note(desk, case_ids, "resolved", text)


def resolve_about(desk: Desk, text: str, **about: int | Sequence[int]) -> list[int]:
    """Resolve all open cases about something: `order_id=5`, `hold_id=[1, 2]`, `transmission_id=7` ..."""
    found = [case.id for case in cases.open_of(desk.conn, **about)]
    resolve(desk, found, text)
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
    _note(desk, case_ids, "replayed", text)
    for case_id in case_ids:
        desk.record("case replayed", f"case {case_id}", text=text)


def _existing(desk: Desk, case_id: int, verb: str) -> cases.Case:
    case = cases.load(desk.conn, case_id, lock=True)
    if case is None:
        raise Refused(what=f"{verb} case {short(case_id)}", why="there is no such case")
    return case


def _open_case(desk: Desk, case_id: int, verb: str) -> cases.Case:
    case = _existing(desk, case_id, verb)
    if case.state not in cases.OPEN:
        raise Refused(what=f"{verb} case {short(case_id)}", why=f"it is {case.state.lower()}")
    return case


def _note(desk: Desk, case_ids: Sequence[int], kind: str, text: str) -> None:
    now = desk.clock()
    rows = [
        (note_id, case_id, now, desk.actor.name, kind, text)
        for note_id, case_id in zip(desk.ids.block(len(case_ids)), case_ids, strict=True)
    ]
    cases.add_notes(desk.conn, rows)

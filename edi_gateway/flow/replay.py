"""Again: what a case is about enters once more at the front, after its cause was mended, or in a corrected copy.

Takes case ids; a receipt comes back as a new receipt that knows what it repeats, an order is judged anew, what was
not sent or posted goes once more. Gives what changed. Called by flow/gateway.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection, select

from edi_gateway.commands.desk import Actor, Desk, Refused
from edi_gateway.commands.ordering.rejudge import rejudge
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage import cases as case_desk
from edi_gateway.commands.triage.cases import replayable
from edi_gateway.flow.taking.receive import leave_work
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Works
from edi_gateway.store.book import cases
from edi_gateway.store.book.cases import Case
from edi_gateway.store.ids import order_number, short
from edi_gateway.store.tables import documents, postings, transmissions
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import as2, outbox, receipts


@dataclass(frozen=True, slots=True)
class Replayed:
    """One case after its replay. `cured`: nothing is left of its cause; `said` tells what became of it."""

    case_id: int
    kind: str
    subject: int
    cured: bool
    said: str


@dataclass(slots=True)
class Started:
    """What was set going: case -> (kind, subject), and the new receipt of each old one."""

    cases: dict[int, tuple[str, int]] = field(default_factory=dict)
    receipts: dict[int, int] = field(default_factory=dict)


def start(
    works: Works, case_ids: Sequence[int], actor: Actor, with_file: bytes | None, name: str | None = None
) -> Started:
    """Set going all that the cases are about, and all other open ones of the same causes, in one commit."""
    started = Started()
    with works.writer.begin() as conn:
        works.live.refresh(conn)
        desk = Desk(conn, works.ids, works.clock, actor)
        desk.require("Replaying a case", PERMISSIONS["work a case"])
        wanted = _wanted(conn, case_ids, alone=with_file is not None)
        for case in wanted:
            again = replayable(case)
            if again is None:
                continue
            started.cases[case.id] = (again.kind, again.id)
        by_kind: dict[str, list[int]] = {}
        for kind, subject in dict.fromkeys(started.cases.values()):
            by_kind.setdefault(kind, []).append(subject)
        if with_file is not None and list(by_kind) != ["receipt"]:
            raise Refused(what="Replaying with a corrected copy", why="these cases are not about a document")
        for receipt in by_kind.get("receipt", []):
            started.receipts[receipt] = _enter(works, conn, receipt, with_file, name)
        outbox.again(conn, transmissions, by_kind.get("transmission", []))
        as2.requeue(conn, by_kind.get("transmission", []))
        outbox.again(conn, postings, by_kind.get("posting", []))
        rejudge(desk, Published(works.live), by_kind.get("order", []))
    return started


def finish(works: Works, started: Started, actor: Actor) -> list[Replayed]:
    """After the work is done: note on each case what became of it; a cured one is resolved."""
    done: list[Replayed] = []
    with works.writer.begin() as conn:
        desk = Desk(conn, works.ids, works.clock, actor)
        for case_id, (kind, subject) in started.cases.items():
            case = cases.load(conn, case_id, lock=True)
            if case is None:
                continue
            if kind == "receipt":
                result = _receipt(desk, case, started.receipts[subject])
            else:
                result = Replayed(
                    case_id, kind, subject, case.state not in cases.OPEN, _state(conn, kind, subject)
                )
            case_desk.replayed(desk, [case_id], result.said)
            if result.cured and case.state in cases.OPEN:
                case_desk.resolve(desk, [case_id], result.said)
            done.append(result)
    return done


def _wanted(conn: Connection, case_ids: Sequence[int], *, alone: bool) -> list[Case]:
    """The cases, and (unless one document is replaced) all open ones with the same fingerprint."""
    found: dict[int, Case] = {}
    for case_id in case_ids:
        case = cases.load(conn, case_id)
        if case is None:
            raise Refused(what=f"Replaying case {short(case_id)}", why="there is no such case")
        # its document may have been put right since: a second verdict would contradict the one that went
        if case.state not in cases.OPEN:
            raise Refused(what=f"Replaying case {short(case_id)}", why=f"it is {case.state.lower()} already")
        found[case_id] = case
        if not alone:
            found.update((other.id, other) for other in cases.open_by_causes(conn, [case.fingerprint]))
    if alone and len(found) != 1:
        raise Refused(what="Replaying with a corrected copy", why="name one case")
    return [found[case_id] for case_id in sorted(found)]


def _enter(works: Works, conn: Connection, receipt: int, with_file: bytes | None, name: str | None) -> int:
    """The receipt once more, at the front. All replays of one receipt repeat the first."""
    c = receipt_rows.c
    old = conn.execute(
        select(c.connection, c.name, c.partner, c.size, c.replay_of).where(c.id == receipt)
    ).one()
    root: int = old.replay_of or receipt
    if with_file is None and old.size and receipts.chunk(conn, receipt, 0) is None:
        raise Refused(what="Replaying", why=f"the bytes of receipt {short(receipt)} are not kept any more")
    content: Iterable[bytes] = (with_file,) if with_file is not None else receipts.read(conn, receipt)
    made = receipts.add(
        conn,
        works.ids,
        works.clock,
        old.connection,
        name or old.name,
        content,
        partner=old.partner,
        replay_of=root,
    )
    receipts.settled(conn, [made.id])
    leave_work(works, conn, [(made.id, old.connection, made.size)])
    return made.id


def _receipt(desk: Desk, case: Case, again: int) -> Replayed:
    """Cured when the replay brought no case of this cause; one that it did bring is the same case still."""
    conn = desk.conn
    new = cases.open_of(conn, receipt_id=again)
    same = [other for other in new if other.fingerprint == case.fingerprint]
    case_desk.resolve(desk, [other.id for other in same], f"The same as case {short(case.id)}.")
    c = documents.c
    rows = conn.execute(
        select(c.set_code, c.control, c.state)
        .where(c.receipt_id == again, c.direction == "in")
        .order_by(c.id)
    )
    became = ", ".join(f"{row.set_code} {row.control}: {row.state.lower()}" for row in rows)
    state = conn.execute(select(receipt_rows.c.state).where(receipt_rows.c.id == again)).scalar_one()
    worked = state not in ("RECEIVED", "WORKING")
    others = [other.id for other in new if other not in same]
    said = f"Replayed as receipt {short(again)} ({state.lower()}). {became or 'No set of it was left to do.'}"
    if others:
        said += f" New: case {', '.join(map(short, others))}."
    cured = worked and not same
    return Replayed(case.id, "receipt", again, cured, said if cured else f"Unchanged. {said}")


def _state(conn: Connection, kind: str, subject: int) -> str:
    table = {"transmission": transmissions, "posting": postings}.get(kind)
    if table is None:
        return f"Order {order_number(subject)} was judged again."
    row = conn.execute(select(table.c.state, table.c.last_error).where(table.c.id == subject)).one()
    return " ".join(
        chain([f"{kind.capitalize()} {short(subject)}: {row.state.lower()}."], [row.last_error or ""])
    ).strip()

"""Carries replays to their end: so many cases a commit, each once, whoever goes on after a kill.

A run and its items are rows (commands/triage/replaying.py leaves them). A chunk of items is set going in one commit
with what it leaves for the road; once that is worked, what became of each case is noted in another. Whatever process
is killed, the next pass of any worker finds each item where it stands. Called by flow/gateway.py in every pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, select

from edi_gateway import logs
from edi_gateway.commands.desk import MACHINE, Actor, Desk, Refused
from edi_gateway.commands.ordering.rejudge import rejudge
from edi_gateway.commands.triage import cases as case_desk
from edi_gateway.commands.triage import replaying
from edi_gateway.flow.replays import trying
from edi_gateway.flow.replays.entering import enter
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Works
from edi_gateway.store.book import cases, replays
from edi_gateway.store.book.cases import Case
from edi_gateway.store.book.replays import Item, Run
from edi_gateway.store.ids import order_number, short
from edi_gateway.store.tables import documents, postings, transmissions
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import as2, outbox
from edi_gateway.store.traffic import documents as documents_store
from edi_gateway.store.watch import incidents

CHUNK = 50  # items that are set going, or noted, in one commit
_RESULTS = (
    ("PASSED", "passed"),
    ("CHANGED", "turned to another cause"),
    ("STAYED", "stayed"),
    ("UNKNOWN", "were not run"),
)
_AT_WORK = ("RECEIVED", "WORKING")  # states of a receipt that is not at its end


@dataclass(frozen=True, slots=True)
class Replayed:
    """One case after its replay. `cured`: nothing is left of its cause; `said` tells what became of it."""

    case_id: int
    kind: str
    subject: int
    cured: bool
    said: str


def start(
    works: Works,
    case_ids: Sequence[int],
    actor: Actor,
    with_file: bytes | None = None,
    name: str | None = None,
) -> Run:
    """Begin a replay of the cases and all open ones of their causes; with a corrected copy of that one document."""
    with works.writer.begin() as conn:
        desk = Desk(conn, works.ids, works.clock, actor)
        if with_file is None:
            return replaying.begin_cases(desk, case_ids)
        return start_alone(works, desk, case_ids, "Replaying with a corrected copy", with_file, name)


def start_alone(
    works: Works,
    desk: Desk,
    case_ids: Sequence[int],
    what: str,
    with_file: bytes | None = None,
    name: str | None = None,
    read_by: str | None = None,
) -> Run:
    """Begin a replay of one document, as a corrected copy or read by a snapshot of its own."""
    run = replaying.begin_cases(desk, case_ids, alone=True)
    items = replays.items(desk.conn, run.id, "WAITING")
    if len(items) != 1:
        raise Refused(what=what, why="name one case that can be replayed")
    if items[0].kind != "receipt":
        raise Refused(what=what, why="these cases are not about a document")
    again = enter(works, desk.conn, items[0].subject, with_file, name, read_by)
    replays.started(desk.conn, run.id, [items[0].case_id], again)
    return run


def carry(works: Works) -> int:
    """One pass over all replays that are not at their end; how many cases went a step on."""
    with works.writer.reading() as conn:
        running = replays.running(conn)
    done = 0
    for run in running:
        if run.kind == replays.DRY:
            done += trying.carry(works, run)
        else:
            done += carry_on(works, run)
    return done


def carry_one(works: Works, run_id: int) -> int:
    """One chunk of one replay, tried or done; how many cases went a step on."""
    with works.writer.reading() as conn:
        run = replays.load(conn, run_id)
    if run is None or run.state != "RUNNING":
        return 0
    return trying.carry(works, run) if run.kind == replays.DRY else carry_on(works, run)


def carry_on(works: Works, run: Run) -> int:
    """One chunk of one replay: note what is worked, set going what waits."""
    with logs.unit("replay", run=run.id) as line:
        noted = works.writer.run(lambda conn: _note(works, conn, run.id))
        begun = works.writer.run(lambda conn: _begin(works, conn, run.id))
        line.add(noted=noted, begun=begun)
        if not noted + begun:
            line.skip()
    return noted + begun


def results(conn: Connection, run_id: int) -> list[Replayed]:
    """What became of each case so far. One that is still under way says how far it is."""
    return [
        Replayed(
            item.case_id,
            item.kind,
            item.receipt_id or item.subject,
            item.result == "PASSED",
            item.said or _still(conn, item),
        )
        for item in replays.all_items(conn, run_id)
    ]


def _still(conn: Connection, item: Item) -> str:
    return "It has not begun." if item.state == "WAITING" else f"Not at its end: {_state(conn, item)}"


# --- setting going


def _begin(works: Works, conn: Connection, run_id: int) -> int:
    """Set the next items going; the run ends when there is none, and none is under way."""
    run = replays.load(conn, run_id, lock=True)
    if run is None or run.state != "RUNNING":
        return 0
    under_way = replays.items(conn, run_id, "STARTED", limit=CHUNK)
    if len(under_way) >= CHUNK:
        return 0  # the road is not flooded: an urgent file waits behind one chunk at most
    waiting = replays.items(conn, run_id, "WAITING", limit=CHUNK)
    if not waiting:
        if not under_way:
            replays.end(conn, run_id, works.clock())
            _tell_incident(works, conn, run)
        return 0
    works.live.refresh(conn)
    desk = _desk(works, conn, run)
    left = _still_open(conn, waiting)
    for (kind, subject), some in groupby(left, key=lambda item: (item.kind, item.subject)):
        _set_going(works, conn, desk, kind, subject, list(some))
    return len(waiting)


def _tell_incident(works: Works, conn: Connection, run: Run) -> None:
    """The timeline of the incident says what came of the replay."""
    if run.incident_id is None:
        return
    counts = replays.counts(conn, run.id)
    told = ((words, counts.get(("DONE", result), 0)) for result, words in _RESULTS)
    said = ", ".join(f"{count} {words}" for words, count in told if count)
    incidents.note(
        conn,
        works.ids,
        run.incident_id,
        works.clock(),
        run.by,
        "replay",
        f"Replay {short(run.id)} is done: {said}.",
    )


def _still_open(conn: Connection, waiting: Sequence[Item]) -> list[Item]:
    """Those whose case is open and that no other replay has under way; the rest is over. The cases are locked: two
    replays of a cause that were begun at the same moment do not both take one."""
    run_id = waiting[0].run_id
    locked = {item.case_id: cases.load(conn, item.case_id, lock=True) for item in waiting}
    elsewhere = replays.in_hand(conn, list(locked), but=run_id)
    left: list[Item] = []
    for item in waiting:
        case = locked[item.case_id]
        if item.case_id in elsewhere:
            replays.ended(conn, run_id, item.case_id, "UNKNOWN", "Another replay has it under way.")
        elif case is None or case.state not in cases.OPEN:
            state = "gone" if case is None else case.state.lower()
            replays.ended(conn, run_id, item.case_id, "UNKNOWN", f"It was {state} before its turn came.")
        else:
            left.append(item)
    return left


def _set_going(
    works: Works, conn: Connection, desk: Desk, kind: str, subject: int, items: Sequence[Item]
) -> None:
    run_id, case_ids = items[0].run_id, [item.case_id for item in items]
    if kind == "order":
        stood = {case.fingerprint for case in cases.open_of(conn, order_id=subject)}
        rejudge(desk, Published(works.live), [subject])
        for item in items:
            _ordered(desk, item, stood)
        return
    again = None
    if kind == "receipt":
        try:
            again = enter(works, conn, subject)
        except Refused as refused:  # its bytes have been purged
            for item in items:
                replays.ended(conn, run_id, item.case_id, "UNKNOWN", f"Not replayed: {refused}")
            return
    elif kind == "transmission":
        outbox.again(conn, transmissions, [subject])
        as2.requeue(conn, [subject])
    else:
        outbox.again(conn, postings, [subject])
    replays.started(conn, run_id, case_ids, again)


def _ordered(desk: Desk, item: Item, stood: Collection[str]) -> None:
    """An order is judged in the same commit: what became of its case is known at once. `stood`: the causes of the cases
    that were open about it before."""
    case = cases.load(desk.conn, item.case_id)
    assert case is not None  # it was locked a moment ago
    cured = case.state not in cases.OPEN
    said = f"Order {order_number(item.subject)} was judged again."
    others = [c for c in cases.open_of(desk.conn, order_id=item.subject) if c.fingerprint not in stood]
    _end(desk, item, case, cured=cured, others=others, said=said)


# --- what became of it


def _note(works: Works, conn: Connection, run_id: int) -> int:
    """Note what became of the items whose work is at its end; how many."""
    run = replays.load(conn, run_id, lock=True)
    if run is None:
        return 0
    desk = _desk(works, conn, run)
    noted = 0
    received: dict[int, list[tuple[Item, Case]]] = {}
    for item in replays.items(conn, run_id, "STARTED", limit=CHUNK):
        if not _is_worked(conn, item):
            continue
        case = cases.load(conn, item.case_id, lock=True)
        if case is None:
            replays.ended(conn, run_id, item.case_id, "UNKNOWN", "The case is gone.")
        elif item.kind == "receipt":
            assert item.receipt_id is not None  # a receipt that was started has one
            received.setdefault(item.receipt_id, []).append((item, case))
        else:
            cured = case.state not in cases.OPEN
            _end(desk, item, case, cured=cured, others=(), said=_state(conn, item))
        noted += 1
    for again, mine in received.items():
        _received(desk, again, mine)
    return noted


def _is_worked(conn: Connection, item: Item) -> bool:
    if item.kind == "receipt":
        query = select(receipt_rows.c.state).where(receipt_rows.c.id == item.receipt_id)
        return conn.execute(query).scalar_one() not in _AT_WORK
    table = transmissions if item.kind == "transmission" else postings
    c = table.c
    row = conn.execute(select(c.state, c.last_error).where(c.id == item.subject)).one()
    return row.state != "READY" or row.last_error is not None


def _received(desk: Desk, again: int, mine: Sequence[tuple[Item, Case]]) -> None:
    """What became of all cases that one file was replayed for. Cured is a case whose cause the replay did not find
    again in its set; one that it did find is the same case still, and so is one of another cause that stood before."""
    conn = desk.conn
    new = cases.open_of(conn, receipt_id=again)
    standing = {case.id: case for _, case in mine}
    standing.update((case.id, case) for case in _of_family(conn, mine[0][0].subject))
    sets = _places(conn, [*new, *standing.values()])
    same = _the_same(new, list(standing.values()), sets)
    for new_id, first in same.items():
        if first.id != new_id:
            case_desk.resolve(desk, [new_id], f"The same as case {short(first.id)}.")
    stayed = {first.id for first in same.values()}
    others = [other for other in new if other.id not in same]
    said = _became(conn, again)
    for item, case in mine:
        place = sets[case.id]
        own = [other for other in others if place is None or sets[other.id] in (None, place)]
        _end(desk, item, case, cured=case.id not in stayed, others=own, said=said)


def _places(conn: Connection, found: Iterable[Case]) -> dict[int, tuple[str, ...] | None]:
    """Case -> the set of its file that it is about; None: about the file."""
    about = {case.id: case.document_id for case in found}
    known = documents_store.sets_of(conn, {each for each in about.values() if each is not None})
    return {case_id: known.get(each or 0) for case_id, each in about.items()}


def _the_same(
    new: Sequence[Case], standing: Sequence[Case], sets: Mapping[int, tuple[str, ...] | None]
) -> dict[int, Case]:
    """Which new case is which standing one: of the same cause and the same set, else of the same cause (a corrected
    copy may have other control numbers)."""
    found: dict[int, Case] = {}
    left = {case.id: case for case in standing}
    for same_set in (True, False):
        for one in new:
            alike = (
                case
                for case in left.values()
                if case.fingerprint == one.fingerprint and (not same_set or sets[case.id] == sets[one.id])
            )
            if one.id not in found and (first := next(alike, None)) is not None:
                found[one.id] = left.pop(first.id)
    return found


def _became(conn: Connection, again: int) -> str:
    """What the replayed file has become, in words."""
    c = documents.c
    rows = conn.execute(
        select(c.set_code, c.control, c.state)
        .where(c.receipt_id == again, c.direction == "in")
        .order_by(c.id)
    )
    became = ", ".join(f"{row.set_code} {row.control}: {row.state.lower()}" for row in rows)
    state = conn.execute(select(receipt_rows.c.state).where(receipt_rows.c.id == again)).scalar_one()
    return f"Replayed as receipt {short(again)} ({state.lower()}). {became or 'No set of it was left to do.'}"


def _of_family(conn: Connection, receipt: int) -> list[Case]:
    """Open cases about the receipt and what it repeats."""
    query = select(receipt_rows.c.replay_of).where(receipt_rows.c.id == receipt)
    root = conn.execute(query).scalar() or receipt
    return cases.open_of(conn, receipt_id=sorted({receipt, root}))


def _end(desk: Desk, item: Item, case: Case, *, cured: bool, others: Iterable[Case], said: str) -> None:
    """Write it down; a cured case is resolved."""
    new = list(others)
    if new:
        said += f" New: case {', '.join(short(other.id) for other in new)}."
    if not cured:
        said = f"Unchanged. {said}"
    case_desk.replayed(desk, [case.id], said)
    if cured and case.state in cases.OPEN:
        case_desk.resolve(desk, [case.id], said, action="replayed")
    result = "STAYED" if not cured else "CHANGED" if new else "PASSED"
    became = (new[0].fingerprint, new[0].cause) if cured and new else None
    replays.ended(desk.conn, item.run_id, item.case_id, result, said, became)


def _state(conn: Connection, item: Item) -> str:
    if item.kind == "order":
        return f"Order {order_number(item.subject)} was judged again."
    if item.kind == "receipt":
        query = select(receipt_rows.c.state).where(receipt_rows.c.id == item.receipt_id)
        return f"receipt {short(item.receipt_id or 0)} is {conn.execute(query).scalar_one().lower()}."
    table = transmissions if item.kind == "transmission" else postings
    row = conn.execute(select(table.c.state, table.c.last_error).where(table.c.id == item.subject)).one()
    return (
        f"{item.kind.capitalize()} {short(item.subject)}: {row.state.lower()}. {row.last_error or ''}".strip()
    )


def _desk(works: Works, conn: Connection, run: Run) -> Desk:
    """In the name of who began it, who was allowed to then."""
    actor = Actor(run.by, frozenset({MACHINE}))
    return Desk(conn, works.ids, works.clock, actor, hours=works.options.hours)

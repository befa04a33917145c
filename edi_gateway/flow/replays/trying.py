"""What a replay of a cause would do: so many cases would pass, so many would turn to another cause, so many stay.

Takes cases, and what is to be changed first; gives what would become of each, without a trace of the trial. Called by
flow/replays/carrying.py for runs that are kept, and by cli/ and web/ for the preview of a fix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from edi_gateway import logs
from edi_gateway.commands.triage.cases import replayable
from edi_gateway.flow.trial import Change, Subject, Tried, tried
from edi_gateway.flow.works import Works
from edi_gateway.store.book import cases, replays
from edi_gateway.store.book.cases import Case
from edi_gateway.store.book.replays import Run
from edi_gateway.store.traffic import documents

CHUNK = 25  # items of a kept run in one pass
_TRIED = ("receipt", "order")
_OUTSIDE = "It would be sent again; what comes of that cannot be foreseen."


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one case. `result`: PASSED, CHANGED (`became`: fingerprint and words of the other cause),
    STAYED, UNKNOWN. `tried` is None where nothing could be tried."""

    case_id: int
    result: str
    said: str
    became: tuple[str, str] | None = None
    tried: Tried | None = None


@dataclass(slots=True)
class Outlook:
    """Counts over cases; `changed`: words of the other cause -> how many."""

    passed: int = 0
    stayed: int = 0
    unknown: int = 0
    changed: Counter[str] = field(default_factory=Counter)

    def add(self, one: Foreseen) -> None:
        match one.result:
            case "PASSED":
                self.passed += 1
            case "STAYED":
                self.stayed += 1
            case "CHANGED":
                self.changed[one.became[1] if one.became else ""] += 1
            case _:
                self.unknown += 1

    @property
    def total(self) -> int:
        return self.passed + self.stayed + self.unknown + sum(self.changed.values())


def foresee(
    works: Works, wanted: Sequence[Case], change: Change | None = None, *, seconds: float = 1.0
) -> Iterator[Foreseen]:
    """What would become of each case, if `change` were made and all were replayed. Raises what the change raises."""
    about: dict[tuple[str, int], list[Case]] = {}
    for case in wanted:
        again = replayable(case)
        if again is None:
            yield Foreseen(case.id, "UNKNOWN", "Nothing can be run again: a person has to decide.")
        elif again.kind not in _TRIED:
            yield Foreseen(case.id, "UNKNOWN", _OUTSIDE)
        else:
            about.setdefault((again.kind, again.id), []).append(case)
    subjects = [Subject(kind, subject) for kind, subject in about]
    places = _places(works, wanted)
    for one in tried(works, subjects, change, seconds=seconds):
        for case in about[(one.subject.kind, one.subject.id)]:
            yield _foreseen(case, places.get(case.document_id or 0), one)


def _places(works: Works, wanted: Iterable[Case]) -> dict[int, tuple[str, ...]]:
    """Document -> which set of its file it is."""
    with works.writer.reading() as conn:
        return documents.sets_of(conn, {case.document_id for case in wanted if case.document_id is not None})


def _foreseen(case: Case, place: tuple[str, ...] | None, one: Tried) -> Foreseen:
    """`place`: the set of the file that the case is about; None: about the whole of it, or about an order."""
    case_id, mine = case.id, [each for each in one.cases if place is None or each.place in (None, place)]
    if one.error is not None:
        return Foreseen(case_id, "UNKNOWN", one.error, tried=one)
    if any(each.fingerprint == case.fingerprint for each in mine):
        return Foreseen(case_id, "STAYED", f"{_would_be(one)} The cause stays.", tried=one)
    if one.partial:
        said = "It is very large; of the sets that could be tried none had this cause."
        return Foreseen(case_id, "UNKNOWN", said, tried=one)
    others = [each for each in mine if each.fingerprint not in one.stood]
    if others:
        became = (others[0].fingerprint, others[0].cause)
        return Foreseen(case_id, "CHANGED", f"{_would_be(one)} {others[0].message}", became, one)
    return Foreseen(case_id, "PASSED", _would_be(one), tried=one)


def _would_be(one: Tried) -> str:
    """What would become of it, in words."""
    if one.subject.kind == "order":
        said = f"The order would be {one.state.lower().replace('_', ' ')}"
    elif one.sets:
        sets = ", ".join(f"{each.set_code} {each.control}: {each.state.lower()}" for each in one.sets)
        orders = ", ".join(f"PO {each.po_number}: {each.state.lower()}" for each in one.orders)
        said = f"{sets}{'; ' if orders else ''}{orders}"
    else:
        said = "No set of it would be left to do"
    answers = ", ".join(each.set_code for each in one.answers if each.state != "INVALID")
    return f"{said}; {answers} would go out." if answers else f"{said}."


def carry(works: Works, run: Run) -> int:
    """One chunk of a run that only tries; how many cases went on."""
    with works.writer.reading() as conn:
        items = replays.items(conn, run.id, "WAITING", limit=CHUNK)
        causes = {item.case_id: cases.load(conn, item.case_id) for item in items}
    about: dict[Subject, list[Case]] = {}
    found: list[Foreseen] = []
    for item in items:
        case = causes[item.case_id]
        if case is None or case.state not in cases.OPEN:
            found.append(Foreseen(item.case_id, "UNKNOWN", "It is not open any more."))
        elif item.kind in _TRIED:
            about.setdefault(Subject(item.kind, item.subject), []).append(case)
        else:
            found.append(Foreseen(item.case_id, "UNKNOWN", _OUTSIDE))
    places = _places(works, [case for some in about.values() for case in some])
    with logs.unit("replay tried", run=run.id, cases=len(items)):
        for one in tried(works, list(about), copies=False):
            found += [_foreseen(case, places.get(case.document_id or 0), one) for case in about[one.subject]]
    with works.writer.begin() as conn:
        still = replays.load(conn, run.id, lock=True)
        if still is None or still.state != "RUNNING":
            return 0
        waiting = {item.case_id for item in replays.items(conn, run.id, "WAITING", limit=2 * CHUNK)}
        for each in found:
            if each.case_id in waiting:
                replays.ended(conn, run.id, each.case_id, each.result, each.said, each.became)
        if not replays.items(conn, run.id, "WAITING", limit=1):
            replays.end(conn, run.id, works.clock())
    return len(items)

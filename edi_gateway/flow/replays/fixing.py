"""A suggested fix tried, and done: the same command both times, once in a transaction that does not stay.

Takes a case, the key of one of its fixes, and what the person added; gives what it would do to the case and to all of
the same cause, or does it. Called by cli/ and web/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.partners import proposals
from edi_gateway.commands.partners.proposals import Folders
from edi_gateway.commands.triage import fixing, replaying
from edi_gateway.commands.triage.cases import replayable
from edi_gateway.commands.triage.fixing import Done, Given, Means
from edi_gateway.flow.replays import carrying, trying
from edi_gateway.flow.replays.trying import Outlook
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.trial import Change, Subject, Tried, tried
from edi_gateway.flow.works import Works
from edi_gateway.store import snapshots
from edi_gateway.store.book import cases
from edi_gateway.store.book.cases import Case
from edi_gateway.store.ids import short
from edi_gateway.triage.suggestions import suggest
from edi_gateway.triage.suggestions.fix import Fix, Kind
from edi_gateway.triage.suggestions.known import Known, of_case

MakeDesk = Callable[[Connection], Desk]  # of whoever asks, with the limits of this installation
SAMPLE = 20  # cases of the same cause that a preview tries besides
_ALONE = (Kind.COPY, Kind.ONCE)  # replays of one document
_WHOLE = 60.0  # seconds: a change of SAMPLE cases is made once, not for each of them


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where fixes are done: the works, a desk for whoever asks, and the folders of drafts."""

    works: Works
    desk: MakeDesk
    partners: Path | None = None
    mappings: Path | None = None

    @property
    def folders(self) -> Folders | None:
        return Folders(self.partners, self.mappings) if self.partners and self.mappings else None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a fix would do. `refused`: why it may not be done, or cannot be. `before`, `after`: what would become of
    the case's document or order without and with it. `outlook`: of cases with the same cause, over `sample` of `same`.
    """

    fix: Fix
    said: str = ""
    refused: str | None = None
    before: Tried | None = None
    after: Tried | None = None
    bodies: tuple[tuple[str, str], ...] = ()
    outlook: Outlook = field(default_factory=Outlook)
    sample: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done; `run`: the replay that it began."""

    said: str
    waits: bool = False
    drafted: str | None = None
    run: int | None = None
    replays: bool = False


@dataclass(frozen=True, slots=True)
class ForEach:
    """A fix done, or tried, case by case: how many cases it was done to, and why it was refused for others (reason ->
    how many). `left`: cases that were not looked at."""

    done: int
    refused: Mapping[str, int]
    left: int = 0
    outlook: Outlook = field(default_factory=Outlook)


def fixes(conn: Connection, case_id: int, works: Works) -> list[Fix]:
    """The fixes that are suggested for a case."""
    return suggest(_known(conn, case_id, works, "Looking for fixes"))


def preview(shop: Workshop, case_id: int, key: str, given: Given) -> Preview:
    """Try it: what it would do, without a trace."""
    works = shop.works
    with works.writer.reading() as conn:
        known, fix = _chosen(conn, case_id, key, works)
        same = cases.open_by_causes(conn, [known.case.fingerprint])
    if fix.kind in _ALONE:
        return _alone_tried(shop, known, fix, given)
    if fix.kind is Kind.SEND:
        return Preview(fix, "It goes once more. What comes of that cannot be foreseen.", same=len(same))
    said: list[Done] = []
    change = _change(shop, case_id, key, given, said)
    again = replayable(known.case)
    try:
        if again is None or again.kind not in ("receipt", "order"):
            with works.writer.trying() as conn:
                works.live.refresh(conn)
                change(works, conn)
            return _previewed(fix, said, same=len(same))
        subject, afresh = Subject(again.kind, again.id), False
        if fix.kind is Kind.TABLE and again.kind == "order" and known.document and known.document.receipt_id:
            # what is read otherwise is seen of the file only, as if it came for the first time
            subject, afresh = Subject("receipt", known.document.receipt_id), True
        before = next(iter(tried(works, [subject], afresh=afresh)))
        after = next(iter(tried(works, [subject], change, afresh=afresh)))
        outlook, others = Outlook(), [case for case in same if case.id != case_id]
        if fix.replays:
            for one in islice(trying.foresee(works, others[:SAMPLE], change), SAMPLE):
                outlook.add(one)
    except Refused as refused:
        return Preview(fix, refused=str(refused), same=len(same))
    return _previewed(fix, said, before, after, outlook, min(len(others), SAMPLE), len(same))


def _previewed(
    fix: Fix,
    said: Sequence[Done],
    before: Tried | None = None,
    after: Tried | None = None,
    outlook: Outlook | None = None,
    sample: int = 0,
    same: int = 0,
) -> Preview:
    last = said[-1]
    return Preview(
        fix,
        last.said,
        None,
        before,
        after,
        last.bodies,
        outlook or Outlook(),
        sample if fix.replays else 0,
        same,
    )


def _alone_tried(shop: Workshop, known: Known, fix: Fix, given: Given) -> Preview:
    """A corrected copy in the place of its document, or the document read by a snapshot of its own."""
    receipt = known.case.receipt_id
    assert receipt is not None  # such a fix is suggested for files only
    digests: list[str] = []

    def accept(_works: Works, conn: Connection) -> None:
        digests.append(fixing.accepted_once(shop.desk(conn), known, fix, given))

    change: Change | None = None
    try:
        if fix.kind is Kind.COPY:
            subject = Subject("receipt", receipt, fixing.corrected(known, fix, given))
        else:
            with shop.works.writer.trying() as conn:  # what it will be called
                accept(shop.works, conn)
            subject, change = Subject("receipt", receipt, read_by=digests[0]), accept
        as_it_is = next(iter(tried(shop.works, [Subject("receipt", receipt)])))
        after = next(iter(tried(shop.works, [subject], change)))
    except Refused as refused:
        return Preview(fix, refused=str(refused))
    what = (
        "The copy would be replayed in the place of the file."
        if fix.kind is Kind.COPY
        else "It would be replayed."
    )
    return Preview(fix, what, None, as_it_is, after)


def do(shop: Workshop, case_id: int, key: str, given: Given) -> Fixed:
    """Do it. What is a replay is begun; whoever works carries it on."""
    works = shop.works
    with works.writer.reading() as conn:
        kind = _chosen(conn, case_id, key, works)[1].kind
    if kind is Kind.SEND or kind in _ALONE:
        return _replay(shop, case_id, key, given)
    with works.writer.begin() as conn:
        works.live.refresh(conn)
        known, fix = _chosen(conn, case_id, key, works)
        means = Means(Published(works.live), shop.folders)
        done = fixing.do(shop.desk(conn), means, known, fix, given)
    return Fixed(done.said, done.waits, done.drafted, None, fix.replays and not done.waits)


def preview_each(shop: Workshop, case_id: int, key: str, given: Given) -> ForEach:
    """What would become of the cause, if a decision were taken about each case of it; the first SAMPLE are tried."""
    same = _each(shop, case_id, key)
    some = same[:SAMPLE]
    refused: Counter[str] = Counter()

    def change(works: Works, conn: Connection) -> None:
        refused.clear()
        for case in some:
            savepoint = conn.begin_nested()
            try:
                _change(shop, case.id, key, given, [])(works, conn)
                savepoint.commit()
            except Refused as problem:
                savepoint.rollback()
                refused[str(problem.facts["why"])] += 1

    outlook = Outlook()
    for one in trying.foresee(shop.works, some, change, seconds=_WHOLE):
        outlook.add(one)
    return ForEach(len(some) - refused.total(), dict(refused), len(same) - len(some), outlook)


def do_each(shop: Workshop, case_id: int, key: str, given: Given, most: int | None = None) -> ForEach:
    """Take a decision about each open case of the cause, each in a commit of its own; the oldest first."""
    same = _each(shop, case_id, key)
    refused: Counter[str] = Counter()
    for case in same[:most]:
        try:
            do(shop, case.id, key, given)
        except Refused as problem:
            refused[str(problem.facts["why"])] += 1
    looked = len(same[:most])
    return ForEach(looked - refused.total(), dict(refused), len(same) - looked)


def _each(shop: Workshop, case_id: int, key: str) -> list[Case]:
    with shop.works.writer.reading() as conn:
        known, fix = _chosen(conn, case_id, key, shop.works)
        if not fix.for_each:
            raise Refused(
                what=fix.title, why="it holds for all of the same cause at once: do it, and replay them"
            )
        return cases.open_by_causes(conn, [known.case.fingerprint])


def _replay(shop: Workshop, case_id: int, key: str, given: Given) -> Fixed:
    works = shop.works
    with works.writer.begin() as conn:
        known, fix = _chosen(conn, case_id, key, works)
        desk = shop.desk(conn)
        if fix.kind is Kind.SEND:
            run = replaying.begin_cases(desk, [case_id])
        elif fix.kind is Kind.COPY:
            content = fixing.corrected(known, fix, given)
            run = carrying.start_alone(works, desk, [case_id], fix.title, content)
        else:
            digest = fixing.accepted_once(desk, known, fix, given)
            run = carrying.start_alone(works, desk, [case_id], fix.title, read_by=digest)
    return Fixed(f"Replay {short(run.id)} has begun.", run=run.id)


def _change(shop: Workshop, case_id: int, key: str, given: Given, said: list[Done]) -> Change:
    """The fix as a change that comes first in a trial; a draft is made live in it."""

    def change(works: Works, conn: Connection) -> None:
        known, fix = _chosen(conn, case_id, key, works)
        done = fixing.do(shop.desk(conn), Means(Published(works.live), shop.folders), known, fix, given)
        said.append(done)
        if done.drafted is not None and shop.folders is not None:
            draft = proposals.snapshot_of(conn, shop.folders, done.drafted)
            snapshots.put(conn, draft.hash, draft.partner, draft.content, "trial", works.clock())
            snapshots.make_live(conn, draft.partner, draft.hash, "trial", works.clock(), "tried")

    return change


def _chosen(conn: Connection, case_id: int, key: str, works: Works) -> tuple[Known, Fix]:
    what = f"Fixing case {short(case_id)}"
    known = _known(conn, case_id, works, what)
    for fix in suggest(known):
        if fix.key == key:
            return known, fix
    raise Refused(what=what, why=f"there is no fix {key!r} for it: see `cases fixes`")


def _known(conn: Connection, case_id: int, works: Works, what: str) -> Known:
    known = of_case(conn, case_id, works.clock().date())
    if known is None:
        raise Refused(what=what, why=f"there is no case {short(case_id)}")
    return known

"""A draft of a partner run over what came and went before, beside what is live: what would have become different.

Takes two versions of a partner and a span, gives Progress while it runs and a Result at its end. Reads the archive in
pages, each in a transaction of its own, and writes nothing; a set is compared and forgotten, so memory stays the same
however long the span. Called by cli/ and web/.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.partners import changes
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.registry import Registry
from edi_gateway.partners.snapshots import Snapshot, thaw
from edi_gateway.store import snapshots
from edi_gateway.store.book import stood
from edi_gateway.store.traffic import archived
from edi_gateway.store.traffic.archived import Archived, Named, Span
from edi_gateway.triage.trying import judging, sets, touched, writing
from edi_gateway.triage.trying.difference import CHANGED, Difference
from edi_gateway.triage.trying.groups import About, Example, Group, Groups
from edi_gateway.triage.trying.judging import ToJudge
from edi_gateway.triage.trying.sets import NOBODYS, SetSide
from edi_gateway.x12.acks.ack import Ta1Policy, ta1_due
from edi_gateway.x12.acks.ack_errors import says
from edi_gateway.x12.anatomy.words import po_number_in
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import GROUP_OF
from edi_gateway.x12.parsing.envelope import Group as X12Group
from edi_gateway.x12.parsing.envelope import GroupStart, Interchange, InterchangeEnd, InterchangeStart, Limits
from edi_gateway.x12.reading import CheckedSet, Event, read_all

__all__ = ["Progress", "Reading", "Result", "Span", "Trial"]

Reading = Callable[[], AbstractContextManager[Connection]]
_PAGE: Final = 200  # interchanges or documents
_PAGE_BYTES: Final = 8 << 20
_LARGE: Final = 1 << 20  # bytes: a larger interchange is read in stretches
_BATCH: Final = 100  # orders judged on the same master data


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes read again, of how many; documents compared so far."""

    done: int
    whole: int
    documents: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a trial showed. `changes`: what the draft says otherwise; `documents`: compared, of which `different`;
    `judged`: orders among them; `unread`: interchanges whose bytes are not kept any more; `beyond`: differences for
    which there was no room; `later`: parts of the profile whose change nothing of the past can show; `stopped`:
    somebody ended it before its end."""

    partner: str
    live: str
    draft: str
    span: Span
    changes: tuple[changes.Difference, ...]
    interchanges: int
    documents: int
    judged: int
    different: int
    unread: int
    beyond: int
    later: tuple[str, ...]
    groups: tuple[Group, ...]
    seconds: float
    stopped: bool = False

    @property
    def worse(self) -> bool:
        """Whether anything that went through would stop."""
        return any(group.worse for group in self.groups)


@dataclass
class Trial:
    """`live` and `draft` as their snapshots' JSON. Iterate over `run`, then ask for `result`."""

    reading: Reading
    live: str
    draft: Snapshot
    span: Span
    production: bool = True
    examples: int = 3
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self._old, self._new = PartnerTools(thaw(self.live)), PartnerTools(thaw(self.draft.content))
        self.key = self.draft.partner
        self.touched = touched.touched(self._old, self._new)
        self._strangers = touched.strangers(self._old, self._new)
        self._groups = Groups(self.examples)
        self._begun = time.monotonic()
        self._interchanges = self._documents = self._judged = self._unread = 0
        self._registries: tuple[Registry, Registry] | None = None
        self._waiting: list[ToJudge] = []
        self._day: tuple[date, date] | None = None
        self._stopped = False

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Progress]:
        """Read it all again, a page at a time. `stop` is asked after each."""
        done, whole = 0, self._amount()
        yield Progress(0, whole, 0)
        for size in itertools.chain(self._all_that_came(), self._all_that_went()):
            done += size
            yield Progress(min(done, whole), whole, self._documents)
            if stop():
                self._stopped = True
                break
        self._judge()

    def result(self) -> Result:
        """What was found so far."""
        return Result(
            partner=self.key,
            live=self._old.hash,
            draft=self.draft.hash,
            span=self.span,
            changes=tuple(changes.differences(self.live, self.draft.content)),
            interchanges=self._interchanges,
            documents=self._documents,
            judged=self._judged,
            different=self._groups.documents,
            unread=self._unread,
            beyond=self._groups.beyond,
            later=self.touched.later,
            groups=tuple(self._named(self._groups.all())),
            seconds=time.monotonic() - self._begun,
            stopped=self._stopped,
        )

    def _amount(self) -> int:
        whole = 0
        with self.reading() as conn:
            if self.touched.reads_again:
                whole += archived.amount(conn, self.key, self.span, self._strangers)[1]
            if self.touched.written:
                whole += archived.amount_written(conn, self.key, self.touched.written, self.span)[1]
            if self.touched.identity:
                self._registries = self._both_registries(conn)
        return whole

    def _both_registries(self, conn: Connection) -> tuple[Registry, Registry]:
        """Whose address is whose, as it is and as it would be."""
        others = [thaw(live.content).profile for key, live in snapshots.live(conn).items() if key != self.key]
        return Registry.of([*others, self._old.profile]), Registry.of([*others, self._new.profile])

    # --- what came in

    def _all_that_came(self) -> Iterator[int]:
        after = 0
        while self.touched.reads_again:
            with self.reading() as conn:
                page = archived.came(conn, self.key, self.span, after, _PAGE, self._strangers)
                small, size = [], 0
                for one in page:
                    if one.length > _LARGE or size > _PAGE_BYTES:
                        break
                    small.append(one)
                    size += one.length
                contents = archived.many(conn, small) if small else {}
            if not page:
                return
            for one in small:
                self._interchange(one, contents.get(one.id))
            if not small:
                self._interchange(page[0], self._stretches(page[0]))
            taken = small or page[:1]
            after = taken[-1].id
            yield sum(one.length for one in taken)

    def _stretches(self, one: Archived) -> Callable[[], Iterator[bytes]] | None:
        """The bytes of a large one, each stretch read in a transaction of its own; None when they are not kept."""
        with self.reading() as conn:
            if archived.part(conn, one, 0) is None:
                return None

        def read() -> Iterator[bytes]:
            for n in itertools.count():
                with self.reading() as conn:
                    stretch = archived.part(conn, one, n)
                if stretch is None:
                    return
                yield stretch

        return read

    def _interchange(self, one: Archived, content: bytes | Callable[[], Iterator[bytes]] | None) -> None:
        if content is None or content == b"":
            self._unread += 1
            return
        self._interchanges += 1
        source = content if callable(content) else lambda: iter((content,))
        for was, now, group, interchange in self._pairs(one, source):
            self._compare(one, was, now, group, interchange)

    def _pairs(
        self, one: Archived, source: Callable[[], Iterator[bytes]]
    ) -> Iterator[tuple[CheckedSet | None, CheckedSet | None, X12Group, Interchange]]:
        """Each set as both versions check it; None: it is not theirs. One pass where both check it alike."""
        alike = not self.touched.checked
        first = self._events(source, self._old)
        second = first if alike else self._events(source, self._new)
        both = ((event, event) for event in first) if alike else zip(first, second, strict=True)
        owned = (one.partner == self.key, True)
        interchange: Interchange | None = None
        group: X12Group | None = None
        for old, new in both:
            match old:
                case InterchangeStart():
                    interchange = old.interchange
                case GroupStart():
                    group = old.group
                    owned = self._owned(one, group)
                case InterchangeEnd():
                    self._envelope(one, old.interchange)
                case CheckedSet():
                    assert interchange is not None
                    assert group is not None
                    assert isinstance(new, CheckedSet)
                    refused = any(says(f, "AK9") and f.ack and f.severity == "ERROR" for f in group.findings)
                    if any(owned) and not (refused and alike):
                        yield old if owned[0] else None, new if owned[1] else None, group, interchange

    def _events(self, source: Callable[[], Iterator[bytes]], tools: PartnerTools) -> Iterator[Event]:
        def guide(_: Interchange, group: X12Group, set_code: str) -> Guide | None:
            return tools.guide(set_code, group.read_as)

        def strict(_: Interchange, group: X12Group) -> bool:
            return any(
                row.strict_version and row.direction == "in" and GROUP_OF.get(row.set) == group.code
                for row in tools.profile.documents
            )

        return read_all(source(), guide, strict, self.limits)

    def _owned(self, one: Archived, group: X12Group) -> tuple[bool, bool]:
        """Whether it is this partner's by what is live, and by the draft."""
        if self._registries is None:
            return True, True
        found = [r.resolve(*one.isa, group.sender, group.receiver) for r in self._registries]
        old, new = (profile is not None and profile.key == self.key for profile in found)
        return old, new

    def _envelope(self, one: Archived, interchange: Interchange) -> None:
        """What we answer the receipt with: 997, 999, nothing, a TA1."""
        if not self.touched.acknowledged:
            return
        was, now = self._old.profile, self._new.profile
        found = []
        kinds = was.acknowledging.functional, now.acknowledging.functional
        if interchange.groups and kinds[0] != kinds[1]:
            found.append(
                Difference("997", " → ".join(kinds), CHANGED, kinds[0], kinds[1], kinds[1] == "none")
            )
        due = [ta1_due(interchange, _ta1_policy(profile)) for profile in (was, now)]
        if due[0] != due[1]:
            words = ["a TA1 goes" if each else "none goes" for each in due]
            found.append(Difference("TA1", " → ".join(words), CHANGED, words[0], words[1]))
        if found:
            about = About("ISA", one.received_at, interchange.control, None, one.receipt_id, one.offset)
            self._groups.add(about, found)

    def _compare(
        self,
        one: Archived,
        was: CheckedSet | None,
        now: CheckedSet | None,
        group: X12Group,
        interchange: Interchange,
    ) -> None:
        read = now or was
        assert read is not None
        code = read.raw.code
        self._documents += 1
        if was is now and code not in self.touched.read and not self._judges(code):
            return
        old = NOBODYS if was is None else sets.side(self._old, was, group, interchange.encoding)
        if was is now and code not in self.touched.read:
            new = old
        else:
            new = NOBODYS if now is None else sets.side(self._new, now, group, interchange.encoding)
        found = [] if new is old else list(sets.between(old, new))
        document = new.document or old.document
        name = document.po_number if isinstance(document, PurchaseOrder) else None
        if name is None and found:
            name = po_number_in(read.raw.segments, group.read_as)
        offset = one.offset + read.raw.span[0]
        about = About(code, one.received_at, read.raw.control, name, one.receipt_id, offset)
        if isinstance(document, PurchaseOrder) and (
            self._judges(code) or (new is not old and old.document != new.document)
        ):
            self._to_judge(one, old, new, about, found)
        elif found:
            self._groups.add(about, found)

    # --- what would become of the orders

    def _judges(self, set_code: str) -> bool:
        return self.touched.judged and set_code in ("850", "875")

    def _to_judge(
        self, one: Archived, was: SetSide, now: SetSide, about: About, found: list[Difference]
    ) -> None:
        orders = [each.document if isinstance(each.document, PurchaseOrder) else None for each in (was, now)]
        day = (judging.day_of(self._old, one.received_at), judging.day_of(self._new, one.received_at))
        if self._waiting and (day != self._day or len(self._waiting) >= _BATCH):
            self._judge()
        self._day = day
        self._waiting.append(ToJudge(orders[0], orders[1], one.received_at, one.test, (about, found)))

    def _judge(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        with self.reading() as conn:
            in_the_book = self._in_the_book(conn, batch)
            judged = judging.between(conn, self._old, self._new, in_the_book, production=self.production)
            for one, differences in judged:
                self._judged += 1
                about, found = one.about
                if found or differences:
                    self._groups.add(about, [*found, *differences])

    @staticmethod
    def _in_the_book(conn: Connection, batch: Sequence[ToJudge]) -> list[ToJudge]:
        """With the orders that they made or speak of, and of changes with what stood before them."""
        places = [(one.about[0].receipt_id, one.about[0].offset) for one in batch]
        known = archived.named(conn, places)
        rows = [known.get(place) for place in places]
        changes = {
            row.id: row.order_id
            for one, row in zip(batch, rows, strict=True)
            if row is not None and row.order_id is not None and judging.speaks_of_another(one)
        }
        before = stood.before(conn, changes) if changes else {}
        return [
            one if row is None else replace(one, order_id=row.order_id, stood=before.get(row.id))
            for one, row in zip(batch, rows, strict=True)
        ]

    # --- what went out

    def _all_that_went(self) -> Iterator[int]:
        after = 0
        while self.touched.written:
            with self.reading() as conn:
                page = archived.wrote(conn, self.key, self.touched.written, self.span, after, _PAGE)
            if not page:
                return
            for one in page:
                self._documents += 1
                found = list(writing.between(self._old, self._new, one.set_code, one.canonical))
                if found:
                    about = About(one.set_code, one.created_at, None, one.business_key, document_id=one.id)
                    self._groups.add(about, found)
            after = page[-1].id
            yield sum(len(one.canonical) for one in page)

    # --- naming the examples

    def _named(self, groups: Sequence[Group]) -> Iterator[Group]:
        """The groups with the documents and orders of their examples."""
        wanted = {place for group in groups for each in group.examples if (place := _place(each)) is not None}
        with self.reading() as conn:
            known = archived.named(conn, wanted)
        for group in groups:
            group.examples = [_with_names(each, known) for each in group.examples]
            yield group


def _place(example: Example) -> tuple[int, int] | None:
    about = example.about
    return None if about.receipt_id is None or about.offset is None else (about.receipt_id, about.offset)


def _with_names(example: Example, known: Mapping[tuple[int, int], Named]) -> Example:
    place, about = _place(example), example.about
    row = None if place is None else known.get(place)
    if row is None:
        return example
    name = about.name or row.business_key
    return replace(example, about=replace(about, document_id=row.id, order_id=row.order_id, name=name))


def _ta1_policy(profile: Profile) -> Ta1Policy:
    policy = profile.acknowledging.ta1
    return "requested" if policy == "asked" else policy

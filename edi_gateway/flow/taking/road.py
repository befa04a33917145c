"""One receipt on its way: what is read of its bytes becomes rows, purchase orders, acknowledgments and cases.

Takes the receipt's bytes, checked set by set by x12.reading; puts into a Batch what is to be committed. Every
interchange, group and set gets its verdict, and every byte that cannot be read its case. Called by
flow/taking/inbound.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.taking import history, sets, verdicts
from edi_gateway.flow.taking.acks import Received
from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.taking.history import History
from edi_gateway.flow.taking.outline import Bytes, outline
from edi_gateway.flow.taking.record import Recorder
from edi_gateway.flow.taking.verdicts import Verdict
from edi_gateway.flow.telling.answers import acknowledgment, interchange_acknowledgment, ta1_policy
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Severity
from edi_gateway.store.bulk import Row
from edi_gateway.store.traffic import interchanges
from edi_gateway.store.traffic.receipts import Waiting
from edi_gateway.x12.acks import ack
from edi_gateway.x12.acks.ack import SetResult, group_result
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import GROUP_OF
from edi_gateway.x12.parsing.envelope import (
    Group,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    Unreadable,
)
from edi_gateway.x12.reading import CheckedSet, Event, GroupEnd, read_all


@dataclass(slots=True)
class _Open:
    """The interchange and the group that are being read, and what is to be done with their sets."""

    interchange_id: int
    interchange: Interchange
    partner: LivePartner | None = None
    identified: bool = False
    verdict: Verdict = Verdict.PROCESS
    duplicate_of: int | None = None
    begun: bool = False  # the interchange's row was committed with an earlier chunk
    group_id: int = 0
    _group: Group | None = None
    results: list[SetResult] = field(default_factory=list)

    @property
    def group(self) -> Group:
        assert self._group is not None  # the envelope yields no set outside of a group
        return self._group

    def start(self, group_id: int, group: Group) -> None:
        """The next group begins."""
        self.group_id, self._group, self.results = group_id, group, []

    @property
    def processed(self) -> LivePartner | None:
        """The partner, when the sets are to be worked."""
        return self.partner if self.verdict is Verdict.PROCESS else None


class Paused(Exception):
    """The receipt is of a paused partner, or holds a set that is stopped: it stays as it came until that is resumed."""


class Road:
    """`past` is what earlier commits and attempts made of the receipt, `source` gives its bytes."""

    def __init__(self, works: Works, receipt: Waiting, past: History, source: Bytes) -> None:
        self._works = works
        self._receipt = receipt
        self._past = past
        self._record = Recorder(works, receipt, partner=receipt.partner)
        self._outline = outline(source, works.options.limits)
        self._events = read_all(source(), self._guide, self._strict, works.options.limits)
        self._interchange: _Open | None = None
        self._states: list[str] = []
        self._once: dict[str, LivePartner] = {}
        self.sets = 0  # how many have gone by, worked or not

    def run(self, conn: Connection, batch: Batch, at_most: int | None = None) -> bool:
        """Read on, for so many sets; True at the end of the bytes. Raises Paused."""
        self._conn, self._record.batch = conn, batch
        try:
            return self._run(batch, at_most)
        finally:
            self._record.batch = Batch()  # what was read is to go once it is written, not with the next chunk

    def _run(self, batch: Batch, at_most: int | None) -> bool:
        before = self.sets
        for event in self._events:
            self._feed(event)
            if at_most is not None and self.sets - before >= at_most:
                self._begin()
                batch.receipts.append((self._receipt.id, "WORKING", self.sets, self._record.partner))
                return False
        batch.receipts.append((self._receipt.id, self._state, self.sets, self._record.partner))
        return True

    def catch_up(self, conn: Connection) -> None:
        """Go to where the last commit ended. What goes by brings its results; the rest was written then."""
        while self.sets < self._receipt.worked_sets:
            if self.run(conn, Batch(), self._receipt.worked_sets - self.sets):
                return

    @property
    def _state(self) -> str:
        """The receipt's state: the best that became of any of its interchanges."""
        if {"DONE", "REJECTED"} & set(self._states):
            return "DONE"
        return "DUPLICATE" if self._states and set(self._states) == {"DUPLICATE"} else "QUARANTINED"

    @property
    def _catching_up(self) -> bool:
        return self.sets < self._receipt.worked_sets

    @property
    def _open(self) -> _Open:
        assert self._interchange is not None  # the envelope opens one before anything in it
        return self._interchange

    def _feed(self, event: Event) -> None:
        match event:
            case CheckedSet():
                self._set(event)
            case InterchangeStart():
                self._interchange = _Open(self._works.ids.next(), event.interchange)
            case GroupStart():
                self._identify(event.group)
                self._open.start(self._works.ids.next(), event.group)
            case GroupEnd():
                self._end_group()
            case InterchangeEnd():
                self._end_interchange()
            case Unreadable():
                self._record.interchange_id = None
                self._record.found(event.findings)
                self._record.cases_of(event.findings)
                if any(finding.severity is Severity.ERROR for finding in event.findings):
                    self._states.append("QUARANTINED")

    # --- what reading asks for

    def _strict(self, _interchange: Interchange, group: Group) -> bool:
        partner = self._identify(group).processed
        return partner is not None and any(
            row.strict_version and row.direction == "in" and GROUP_OF.get(row.set) == group.code
            for row in partner.profile.documents
        )

    def _guide(self, _interchange: Interchange, group: Group, set_code: str) -> Guide | None:
        partner = self._open.processed
        if partner is None or self._catching_up:
            return None
        return partner.guide(set_code, group.read_as)

    # --- interchange

    def _identify(self, group: Group | None) -> _Open:
        """Whose it is and what becomes of it; once, at its first group (or at its end when it has none)."""
        current, record = self._open, self._record
        if current.identified:
            return current
        current.identified = True
        read = current.interchange
        isa = (read.sender_qualifier, read.sender, read.receiver_qualifier, read.receiver)
        ids = None if group is None else (group.sender, group.receiver)
        current.partner = self._sender(isa, ids)
        record.interchange_id = current.interchange_id
        record.test = record.said_test = read.usage == "T"
        if current.partner is None:
            current.verdict = Verdict.QUARANTINE
            record.partner = None
            record.case(verdicts.unknown_partner(read))
            return current
        record.partner = current.partner.profile.key
        record.test |= current.partner.profile.test
        if current.partner.paused:
            raise Paused(record.partner)
        if read.offset in self._outline.refused_interchanges:
            current.verdict = Verdict.REJECT
        elif not self._past.is_replay:
            self._compare(current, isa)
        return current

    def _sender(self, isa: tuple[str, str, str, str], ids: tuple[str, str] | None) -> LivePartner | None:
        """Whose it is; where somebody accepted this file once, as that says they are to be read."""
        partner, read_by = self._works.live.of_interchange(isa, ids), self._receipt.read_by
        if partner is None or read_by is None:
            return partner
        key = partner.profile.key
        if key not in self._once:
            self._once[key] = self._works.live.once(self._conn, partner, read_by)
        return self._once[key]

    def _compare(self, current: _Open, isa: tuple[str, str, str, str]) -> None:
        """The same control number again (spec B5.2): the same bytes were sent twice, others are a conflict."""
        key = (*isa, current.interchange.control)
        batch = self._record.batch
        digest = self._outline.digests[current.interchange.offset]
        stored = [
            (row.id, row.receipt_id, row.sha256)
            for row in interchanges.earlier(self._conn, *key)
            if row.state != Verdict.REJECT.state
        ]
        like = [row for row in (*stored, *batch.like(key)) if row[0] not in self._past.interchanges]
        batch.note(key, (current.interchange_id, self._receipt.id, digest))
        same = [row for row in like if row[2] == digest]
        if same:
            current.verdict, current.duplicate_of = Verdict.DUPLICATE, same[0][0]
        elif like:
            current.verdict = Verdict.QUARANTINE
            self._record.case(verdicts.control_conflict(current.interchange, like[0][1]))

    def _end_interchange(self) -> None:
        current, record = self._identify(None), self._record
        row = self._row(current)
        self._states.append(row["state"])
        if current.begun:
            ended = {"state": row["state"], "length": row["length"]}
            record.batch.ended.append((current.interchange_id, ended))
        else:
            record.batch.interchanges.append(row)
        record.found(current.interchange.findings)
        if current.verdict is Verdict.DUPLICATE:
            assert current.duplicate_of is not None  # that is what makes it one
            if current.partner is not None and current.partner.profile.acknowledging.sent_twice == "ignore":
                self._interchange = None
                return
            first = current.duplicate_of
            said = record.batch.answered(first)
            record.batch.answers += history.acknowledged_again(self._conn, self._works, first, said)
        elif current.partner is not None and current.verdict is not Verdict.QUARANTINE:
            record.cases_of(current.interchange.findings)
            self._acknowledge_interchange(current, current.partner)
        self._interchange = None

    def _acknowledge_interchange(self, current: _Open, partner: LivePartner) -> None:
        read, record = current.interchange, self._record
        for ta1 in read.acks:
            came = (self._receipt.received_at, None, current.interchange_id, record.test)
            record.batch.acknowledgments.append(Received(partner.profile.key, *came, ta1=ta1))
        if ack.ta1_due(read, ta1_policy(partner.profile)):
            document = interchange_acknowledgment(
                partner, ack.interchange_ack(read), read.version, test=record.test, now=self._works.clock()
            )
            record.batch.answer(self._works.ids.next(), current.interchange_id, document)

    def _row(self, current: _Open) -> Row:
        read = current.interchange
        return {
            "id": current.interchange_id,
            "receipt_id": self._receipt.id,
            "partner": current.partner.profile.key if current.partner is not None else None,
            "sender_qualifier": read.sender_qualifier[:2],
            "sender": read.sender[:15],
            "receiver_qualifier": read.receiver_qualifier[:2],
            "receiver": read.receiver[:15],
            "control": read.control[:15],
            "version": read.version[:12],
            "usage": read.usage[:1],
            "offset": read.offset,
            "length": read.end - read.offset,
            "sha256": self._outline.digests[read.offset],
            "state": current.verdict.state,
            "duplicate_of": current.duplicate_of,
            "received_at": self._receipt.received_at,
        }

    def _begin(self) -> None:
        """A commit in the middle of an interchange: its row goes with the first of its sets."""
        current = self._interchange
        if current is not None and not current.begun:
            self._record.batch.interchanges.append(self._row(current))
            current.begun = True

    # --- group and set

    def _end_group(self) -> None:
        current, record = self._open, self._record
        if current.processed is None:
            return
        group = current.group
        result = group_result(group, current.results)
        row: Row = {
            "id": current.group_id,
            "interchange_id": current.interchange_id,
            "code": group.code[:2],
            "control": group.control[:12],
            "version": group.version[:12],
            "read_as": group.read_as,
            "status": result.status,
            "stated_sets": group.stated_sets,
            "received_sets": result.received,
            "accepted_sets": result.accepted,
            "ack_document_id": None,
        }
        record.batch.groups.append(row)
        record.found(group.findings)
        record.cases_of(group.findings)
        if not ack.needs_ack(result) or not self._past.needs_ack(group, result):
            return  # an acknowledgment is never acknowledged, and nothing is said twice without need
        made = acknowledgment(
            current.processed, result, group.read_as, test=record.test, now=self._works.clock()
        )
        if made is not None:
            document, found = made
            document_id = row["ack_document_id"] = self._works.ids.next()
            record.batch.answer(document_id, current.interchange_id, document)
            record.found(found, document_id)
            record.cases_of(found, document_id)

    def _set(self, read: CheckedSet) -> None:
        current, record = self._open, self._record
        partner = current.processed
        if self._catching_up:
            self._catch_up(current, read)
        elif partner is not None:
            if self._works.live.stopped.holds(read.raw.code, partner.profile.key):
                raise Paused(f"{partner.profile.key} ({read.raw.code})")
            current.results.append(read.result)
            refused = current.group.offset in self._outline.refused_groups
            sets.take(record, self._past, current, partner, read, refused=refused)
        elif current.verdict is not Verdict.DUPLICATE:
            state = "REJECTED" if current.verdict is Verdict.REJECT else "QUARANTINED"
            record.batch.documents.append(sets.document(record, current, read.raw, state, current.partner))
        self.sets += 1
        record.batch.sets += 1

    def _catch_up(self, current: _Open, read: CheckedSet) -> None:
        """A set of an earlier commit: its row tells the ids in use and how it was judged."""
        done = self._past.done(read.raw.span[0])
        if done is not None:
            current.interchange_id, current.begun = done.interchange_id, True
            current.group_id = done.group_id or current.group_id
            if done.status is not None:
                current.results.append(SetResult.of(read.raw, done.status, done.findings))

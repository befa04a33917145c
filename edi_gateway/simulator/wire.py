"""The other side's end of the line: writes interchanges as the partner does, reads those that the gateway sends.

Takes canonical documents and gives bytes; takes bytes and gives what lies in them, each set with its envelope. Control
numbers are its own. Called by buyer.py and warehouse.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.record import Record
from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Finding, Location, Severity
from edi_gateway.simulator.agreement import Agreement
from edi_gateway.simulator.mail import Header, Mail, Received
from edi_gateway.x12.acks.ack import GroupResult
from edi_gateway.x12.acks.ack_reading import read_functional_ack
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import GROUP_OF, nearest
from edi_gateway.x12.parsing.envelope import (
    Group,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    Unreadable,
)
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all
from edi_gateway.x12.writing import writer as x12_writer
from edi_gateway.x12.writing.splitting import split_long

ACKNOWLEDGMENTS = ("997", "999")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the first sending of a group says when
Segments = Sequence[Sequence[str]]


class CannotSay(GatewayError):
    """{partner} cannot write this {set_code}: {problem}"""


@dataclass(frozen=True, slots=True)
class Body:
    """A set to be sent: its segments between ST and SE."""

    set_code: str
    segments: Segments
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A group as it was sent; what the acknowledgment of it must agree with."""

    gs_code: str
    control: str
    sets: tuple[str, ...]  # ST02
    at: datetime
    test: bool = False


@dataclass(slots=True)
class Wire:
    """One partner's line. `numbers`: the last control number of each range."""

    agreement: Agreement
    numbers: dict[str, int] = field(default_factory=dict)

    # --- out: from them to us

    def body(self, set_code: str, document: Record) -> Body:
        """A document as the partner writes it; raises CannotSay when its mapping has no words for it."""
        key = self.agreement.profile.key
        writer = self.agreement.writer(set_code)
        if writer is None:
            raise CannotSay(partner=key, set_code=set_code, problem="there is no mapping for it")
        version = self.agreement.version(set_code)
        made = writer.write(document, self.marks(version))
        if made.value is None:
            problem = next((f.message for f in made.findings), "nothing was written")
            raise CannotSay(partner=key, set_code=set_code, problem=problem)
        guide = self.agreement.guide(set_code, nearest(version)[0])
        return Body(set_code, made.value if guide is None else split_long(made.value, guide))

    def interchange(
        self, bodies: Sequence[Body], at: datetime, *, test: bool = False, control: int | None = None
    ) -> tuple[bytes, list[Sent]]:
        """Bytes of one interchange, one group a set code, and what was sent in it. `control`: this ISA13 again."""
        profile = self.agreement.profile
        here = at.astimezone(ZoneInfo(profile.calendar.zone))
        groups: list[tuple[str, str, str, list[tuple[str, str, str, int]]]] = []
        sent: list[Sent] = []
        for set_code in dict.fromkeys(body.set_code for body in bodies):
            members = [body for body in bodies if body.set_code == set_code]
            version = members[0].version or self.agreement.version(set_code)
            number = str(self._next(f"GS {GROUP_OF[set_code]}"))
            sets = []
            for n, body in enumerate(members, 1):
                text = x12_writer.body_text(body.segments, self.marks(version), profile.writing.encoding)
                if text.value is None:
                    problem = text.findings[0].message
                    raise CannotSay(partner=profile.key, set_code=set_code, problem=problem)
                sets.append((set_code, f"{n:04d}", text.value, len(body.segments)))
            groups.append((GROUP_OF[set_code], version, number, sets))
            sent.append(Sent(GROUP_OF[set_code], number, tuple(s[1] for s in sets), at, test))
        version = groups[0][1]
        envelope = x12_writer.Envelope(
            sender_qualifier=profile.them.qualifier,
            sender=profile.them.id,
            receiver_qualifier=profile.us.qualifier,
            receiver=profile.us.id,
            gs_sender=profile.them.group,
            gs_receiver=profile.us.group,
            isa_version="00501" if nearest(version)[0] >= "005010" else "00401",
            version=version,
            usage="T" if test else "P",
            delimiters=self.marks(version),
            line_end=profile.writing.line_end,
            encoding=profile.writing.encoding,
        )
        isa = self._next("ISA") if control is None else control
        return x12_writer.interchange(envelope, str(isa), here, groups), sent

    def groups(self, content: bytes) -> list[Sent]:
        """What was sent in a file of its own, which goes again."""
        return [
            Sent(
                event.group.code,
                event.group.control,
                tuple(each.control for each in event.result.sets),
                _EPOCH,
            )
            for event in read_all(content)
            if isinstance(event, GroupEnd)
        ]

    def _next(self, scope: str) -> int:
        self.numbers[scope] = self.numbers.get(scope, 0) + 1
        return self.numbers[scope]

    def marks(self, version: str) -> Delimiters:
        writing = self.agreement.profile.writing
        repetition = writing.repetition if nearest(version)[0] >= "005010" else None
        return Delimiters(writing.element, writing.component, writing.segment, repetition)

    # --- in: from us to them

    def read(self, content: bytes, file: str, at: datetime) -> Mail:
        """What lies in a file, found `at` that moment."""
        groups: list[tuple[Header, GroupResult]] = []
        sets: list[Received] = []
        faults: list[str] = []
        interchange: Interchange | None = None
        header: Header | None = None
        for event in read_all(content, self._guide_for):
            match event:
                case InterchangeStart():
                    interchange = event.interchange
                case GroupStart():
                    assert interchange is not None
                    header = self._header(interchange, event.group, file, at)
                case CheckedSet():
                    assert interchange is not None
                    assert header is not None
                    sets.append(self._received(event, interchange, header))
                case GroupEnd():
                    assert header is not None
                    groups.append((header, event.result))
                    faults += _errors(event.group.findings)
                case InterchangeEnd():
                    faults += _errors(event.interchange.findings)
                case Unreadable():
                    faults += [finding.message for finding in event.findings]
        return Mail(file, at, tuple(groups), tuple(sets), tuple(faults))

    def _guide_for(self, interchange: Interchange, group: Group, set_code: str) -> Guide | None:
        return self.agreement.guide(set_code, group.read_as)

    def _header(self, interchange: Interchange, group: Group, file: str, at: datetime) -> Header:
        return Header(
            self.agreement.profile.key,
            at,
            file,
            interchange.control,
            interchange.usage == "T",
            (
                interchange.sender_qualifier,
                interchange.sender,
                interchange.receiver_qualifier,
                interchange.receiver,
            ),
            group.code,
            (group.sender, group.receiver),
            group.control,
            group.version,
        )

    def _received(self, checked: CheckedSet, interchange: Interchange, header: Header) -> Received:
        raw = checked.raw
        segments = tuple(tuple(segment) for segment in raw.segments if segment[0] not in ("ST", "SE"))
        faults = _errors(checked.result.findings)
        if raw.code in ACKNOWLEDGMENTS:
            ack = read_functional_ack(raw)
            return Received(raw.code, raw.control, header, None, segments, faults, None, ack)
        record = None
        reader = self.agreement.reader(raw.code, checked.guide) if checked.guide is not None else None
        if reader is not None and checked.walk is not None:
            record = reader.read(raw, checked.walk, interchange.encoding).document
        counted = self.agreement.counted(raw.code)
        return Received(raw.code, raw.control, header, record, segments, faults, counted)


def _errors(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(f"{_place(f)}{f.message}" for f in findings if f.severity is Severity.ERROR)


def _place(finding: Finding) -> str:
    at = finding.at
    if not isinstance(at, Location) or at.segment is None:
        return ""
    return f"{at.segment}{at.element:02}: " if at.element else f"{at.segment}: "

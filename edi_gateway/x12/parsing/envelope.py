"""Streams interchanges, groups and sets out of bytes, one set in memory at a time.

Takes any source of bytes, gives events in the order of the bytes; called by x12.reading. What is wrong with
an envelope is a finding on the interchange, group or set that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edi_gateway.model.finding import Code, Finding
from edi_gateway.x12.dictionary import dictionary, nearest
from edi_gateway.x12.parsing import group_checks, interchange_checks, service_requests
from edi_gateway.x12.parsing.events import (
    Event,
    Group,
    GroupEnd,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    SetRead,
    Unreadable,
)
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.lexer import Source, lex
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.parsing.strays import Strays, stands_for_trailer
from edi_gateway.x12.parsing.tokens import Closed, Limits, Mark, Oddity, Opened, Run, Skipped
from edi_gateway.x12.parsing.trailers import element_at, is_count

__all__ = [
    "Delimiters",
    "Event",
    "Group",
    "GroupEnd",
    "GroupStart",
    "Interchange",
    "InterchangeEnd",
    "InterchangeStart",
    "Limits",
    "RawSet",
    "SetRead",
    "Unreadable",
    "read",
]


def read(source: Source, limits: Limits | None = None) -> Iterator[Event]:
    """The events of a source: bytes, a binary file, or chunks of bytes. Never raises on data."""
    limits = limits or Limits()
    return _Reader(limits).events(lex(source, limits))


class _Reader:
    """Holds the interchange, group and set that are open."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.interchange: Interchange | None = None
        self.outside = Strays()  # segments that belong to no group
        self.between = Strays()  # segments of the group that belong to no set
        self.hollow = 0  # groups that have neither a set nor a GE
        self.odd: dict[str, Oddity] = {}
        self.unterminated: tuple[int, int] | None = None
        self._close_group()
        self._close_set()

    def _close_group(self) -> None:
        self.group: Group | None = None
        if self.between.last:
            self.between = Strays()
        self.sets = 0
        self.controls: set[str] = set()

    def _close_set(self) -> None:
        self.runs: list[Run] = []
        self.count = 0
        self.dropped = 0
        self.long: list[Oddity] = []  # segments of the set that were too long to be read

    def events(self, items: Iterator[object]) -> Iterator[Event]:
        any_interchange = any_byte = False
        for item in items:
            any_byte = True
            match item:
                case Run(whole=True):
                    yield from self._whole(item)
                case Run():
                    self._run(item)
                case Mark():
                    yield from self._mark(item)
                case Oddity():
                    self._oddity(item)
                case Opened():
                    any_interchange = True
                    yield self._open(item)
                case Closed():
                    yield from self._end(item)
                case Skipped():
                    yield Unreadable([interchange_checks.skipped(item)])
        if not any_interchange and not any_byte:
            yield Unreadable([interchange_checks.empty()])

    # --- interchange

    def _open(self, item: Opened) -> Event:
        header = item.header
        elements = [element if number else "ISA" for number, element in enumerate(header.elements)]
        end = item.offset + header.length
        self.interchange = Interchange(elements, header.delimiters, item.offset, end)
        self.interchange.own.append((item.offset, end))
        self.interchange.control_offset = item.offset + header.starts[13]
        self.interchange.findings.extend(interchange_checks.isa(header, item.offset))
        self.hollow, self.odd, self.unterminated = 0, {}, None
        if self.outside.last:
            self.outside = Strays()
        return InterchangeStart(self.interchange)

    def _end(self, item: Closed) -> Iterator[Event]:
        interchange = self._current()
        if item.by != "IEA":
            yield from self._end_set(None, item.offset)
            yield from self._end_group(None, item.offset)
            self._report_stray()
            if not self.outside.ended_by(interchange.groups, interchange.control):
                missing = interchange_checks.iea_missing(interchange.isa, item.offset, item.by)
                interchange.findings.append(missing)
        if self.unterminated:
            interchange.findings.append(interchange_checks.unterminated(*self.unterminated))
        interchange.findings.extend(interchange_checks.oddity(odd) for odd in self.odd.values())
        interchange.end = item.offset
        interchange.encoding = item.encoding
        self.interchange = None
        yield InterchangeEnd(interchange)

    def _oddity(self, item: Oddity) -> None:
        if item.kind != "empty" and self.runs:
            self.long.append(item)
            self.count += 1  # SE counts it, too
        elif item.kind != "empty":
            self._current().findings.append(interchange_checks.oddity(item))
        elif "empty" in self.odd:
            self.odd["empty"].count += item.count
        else:
            self.odd["empty"] = item

    # --- segments

    def _whole(self, run: Run) -> Iterator[Event]:
        """A set of which ST and SE came together: the usual case, and the fast one."""
        separator = self._current().delimiters.element
        count = len(run.texts)
        if self.runs or self.group is None or self.between.place or count > self.limits.set_segments:
            first, between, last = run.parts()
            yield from self._mark(first)
            if between.texts:
                self._run(between)
            yield from self._mark(last)
            return
        self.runs.append(run)
        self.count = count
        yield from self._end_set(run.texts[-1].split(separator), 0)

    def _run(self, run: Run) -> None:
        if run.unterminated:
            offsets, ends = run.places()
            self.unterminated = offsets[-1], ends[-1]
        if self.runs:
            self.count += len(run.texts)
            if (
                self.count > self.limits.set_segments
                or run.offset - self.runs[0].offset > self.limits.set_bytes
            ):
                self.dropped += len(run.texts)
            else:
                self.runs.append(run)
        else:
            separator = self._current().delimiters.element
            for text, offset, end in zip(run.texts, *run.places(), strict=True):
                elements = text.split(separator)
                if not self._request(elements, offset, end):
                    self._stray(elements, offset, end)

    def _request(self, elements: list[str], offset: int, end: int) -> bool:
        """Whether it is an ISB or ISE in front of the first group, and so belongs to the interchange."""
        interchange, tag = self._current(), elements[0].upper()
        if not service_requests.is_request(tag) or self.group or interchange.groups or self.outside.place:
            return False
        interchange.findings.extend(service_requests.request([tag, *elements[1:]], offset))
        interchange.own.append((offset, end))
        return True

    def _stray(self, elements: Sequence[str], offset: int, end: int) -> None:
        strays = self.outside if self.group is None else self.between
        strays.add(elements, offset, end, in_group=self.group is not None)

    def _report_stray(self) -> None:
        strays = self.outside if self.group is None else self.between
        if strays.place is not None:
            found = strays.report(strays.place, in_group=self.group is not None)
            (self.group or self._current()).findings.append(found)

    def _mark(self, mark: Mark) -> Iterator[Event]:
        if mark.unterminated:
            self.unterminated = mark.offset, mark.end
        elements = mark.text.split(self._current().delimiters.element)
        elements[0] = mark.tag
        if mark.tag == "ST":
            self._drop_twin(mark)
            if self.runs:
                yield from self._end_set(None, mark.offset)
            if self.group is None:
                self._stray(elements, mark.offset, mark.end)
            else:
                self._report_stray()
                self._add(mark)
            return
        match mark.tag:
            case "SE":
                if self.runs:
                    self._add(mark)
                    yield from self._end_set(elements, mark.offset)
                else:
                    self._stray(elements, mark.offset, mark.end)
            case "GS":
                yield from self._end_set(None, mark.offset)
                yield from self._end_group(None, mark.offset)
                self._report_stray()
                self.group = self._start_group(elements, mark)
                yield GroupStart(self.group)
            case "GE":
                yield from self._end_set(None, mark.offset)
                if self.group is None:
                    self._stray(elements, mark.offset, mark.end)
                else:
                    self.group.own.append((mark.offset, mark.end))
                    yield from self._end_group(elements, mark.end)
            case "TA1":
                self._ta1(elements, mark)
            case "IEA":
                yield from self._end_set(None, mark.offset)
                yield from self._end_group(None, mark.offset)
                self._report_stray()
                interchange = self._current()
                interchange.own.append((mark.offset, mark.end))
                interchange.findings.extend(self._about_iea(elements, mark.offset))

    def _about_iea(self, elements: list[str], offset: int) -> list[Finding]:
        """What is wrong with an IEA. A group that has lost its GS, or whose GS stands twice, is a fault already."""
        interchange = self._current()
        found = list(interchange_checks.iea(interchange.isa, elements, interchange.groups, offset))
        if not found:
            return found
        stated = elements[1] if len(elements) > 1 else ""
        known = self.outside.explain(stated, interchange.groups) or (
            self.hollow > 0 and is_count(stated.strip(), interchange.groups - self.hollow)
        )
        return [each for each in found if not (known and each.code is Code.IEA_COUNT_WRONG)]

    def _drop_twin(self, mark: Mark) -> None:
        """An ST that stands twice opens one set: the first belongs nowhere."""
        if self.count == 1 and len(self.runs) == 1 and self.runs[0].texts == [mark.text]:
            twin = self.runs[0]
            _, ends = twin.places()
            self._close_set()
            self._stray(mark.text.split(self._current().delimiters.element), twin.offset, ends[0])

    def _ta1(self, elements: list[str], mark: Mark) -> None:
        if self.runs:
            self._add(mark)
        elif self.group is not None:
            self._stray(elements, mark.offset, mark.end)
        else:
            self._report_stray()
            self._current().acks.append(elements)
            self._current().ack_offsets.append(mark.offset)
            self._current().own.append((mark.offset, mark.end))

    def _add(self, mark: Mark) -> None:
        text = mark.text if mark.text.startswith(mark.tag) else mark.tag + mark.text[len(mark.tag) :]
        self.runs.append(Run([text], mark.offset, 1, [mark.offset], [mark.end]))
        self.count += 1

    def _current(self) -> Interchange:
        assert self.interchange is not None  # the lexer opens one before anything else
        return self.interchange

    # --- sets and groups

    def _end_set(self, trailer: list[str] | None, offset: int) -> Iterator[Event]:
        if not self.runs or self.group is None:
            return
        raw = RawSet.of_runs(self.runs, self._current().delimiters, [])
        self.sets += 1
        raw.findings.extend(group_checks.st(raw, repeated=raw.control in self.controls))
        self.controls.add(raw.control)
        raw.findings.extend(group_checks.segment_too_long(odd) for odd in self.long)
        if self.dropped:
            raw.findings.append(group_checks.set_too_long(raw, self.count, self.dropped, offset))
        if trailer is None:
            if not self._ends_misspelt(raw):
                raw.findings.append(group_checks.se_missing(raw, offset))
        else:
            raw.findings.extend(group_checks.se(raw, trailer, self.count))
        self._close_set()
        yield SetRead(raw)

    def _ends_misspelt(self, raw: RawSet) -> bool:
        """Whether the last segment is an SE but for its tag, of which it is said that it is unknown."""
        last = raw.segments[-1]
        unknown = last[0] not in dictionary(self.group.read_as if self.group else "004010").segments
        return unknown and not self.dropped and stands_for_trailer(last, self.count, raw.control)

    def _start_group(self, elements: list[str], mark: Mark) -> Group:
        padded = elements + [""] * 9
        version, _ = nearest(padded[8])
        group = Group(
            code=padded[1].strip(),
            sender=padded[2].rstrip(" "),
            receiver=padded[3].rstrip(" "),
            date=padded[4].strip(),
            time=padded[5].strip(),
            control=padded[6].strip(),
            version=padded[8].strip(),
            read_as=version,
            offset=mark.offset,
            end=mark.end,
            control_at=element_at("GS", padded, 6, mark.offset),
            own=[(mark.offset, mark.end)],
        )
        self._current().groups += 1
        group.findings.extend(group_checks.gs(padded, version, mark.offset))
        return group

    def _end_group(self, trailer: list[str] | None, end: int) -> Iterator[Event]:
        group = self.group
        if group is None:
            return
        self._report_stray()
        group.end = end
        if trailer is None:
            self.hollow += not self.sets
            if not self._explained("3", self.between.ended_by(self.sets, group.control)):
                group.findings.append(group_checks.ge_missing(group.control, group.offset, end))
        else:
            offset = group.own[-1][0]
            stated = trailer[1].strip() if len(trailer) > 1 else ""
            group.stated_sets = (
                int(stated) if stated.isdecimal() and stated.isascii() and len(stated) < 10 else None
            )
            found = list(group_checks.ge(group.control, trailer, self.sets, offset))
            if self.between.trailers and self._explained("5", self.between.explain(stated, self.sets)):
                found = [each for each in found if each.code is not Code.GE_COUNT_WRONG]
            group.findings += found
        self._close_group()
        yield GroupEnd(group)

    def _explained(self, note: str, known: bool) -> bool:
        """Whether what is wrong with the GE is said by the segments outside of sets: then they bear its note."""
        group = self.group
        if not known or group is None:
            return False
        told = self.between.findings[-1]
        group.findings[group.findings.index(told)] = replace(told, ack=f"AK9*R****{note}")
        return True

"""Puts right what a machine can put right with certainty, and says each change: trailers, the padding of the ISA,
blanks, empty segments, wrapped lines.

Takes the bytes of a file; yields the mended bytes, and between them each change and each finding that is left
to people. Called by `mend` of the CLI and by triage.mending. What it writes down is how the reader reads the
file anyway; where two readings are possible nothing is touched.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.mending import mendable
from edi_gateway.x12.mending.pieces import Change, Left, Mended, Piece
from edi_gateway.x12.parsing.envelope import (
    Group,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    Unreadable,
)
from edi_gateway.x12.reading import CheckedSet, GroupEnd, GuideFor, read_all, standard_guide

_PIECE = 65_536  # bytes that are copied at once
_REGION = 1_048_576  # a longer stretch without a segment is not looked at
_NO_DATA = b"\x00\x1a"  # what old systems fill up a file with
_TRAILER_CODES = {
    "SE": (Code.SE_MISSING, Code.SE_COUNT_WRONG, Code.SE_CONTROL_DIFFERS),
    "GE": (Code.GE_MISSING, Code.GE_COUNT_WRONG, Code.GE_CONTROL_DIFFERS),
    "IEA": (Code.IEA_MISSING, Code.IEA_COUNT_WRONG, Code.IEA_CONTROL_DIFFERS),
}


def mended(content: bytes, guide_for: GuideFor = standard_guide) -> Mended:
    """The mend of a file that is held in memory."""
    parts: list[bytes] = []
    changes: list[Change] = []
    left: list[Left] = []
    for piece in mending(content, guide_for):
        match piece:
            case Change():
                changes.append(piece)
            case Left():
                left.append(piece)
            case _:
                parts.append(piece)
    return Mended(b"".join(parts), tuple(changes), tuple(left))


def mending(content: bytes, guide_for: GuideFor = standard_guide) -> Iterator[Piece]:
    """The mended bytes of `content` (bytes, or an mmap of a file) in pieces of at most 64 KiB, in their order,
    with the changes and what is left. Memory: one set, as in reading. Never raises on data."""
    return _Mender(content).pieces(guide_for)


class _Mender:
    """`copied`: up to where the file was taken over; `passed`: where the last segment that was seen ends."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.copied = 0
        self.passed = 0
        self.terminator = b""
        self.wrapped: Finding | None = None
        self.folds = 0
        self.ended = ""  # the trailer that was looked at last, if no segment came after it

    def pieces(self, guide_for: GuideFor) -> Iterator[Piece]:
        whole = memoryview(self.content)  # an mmap would be read from where it stands
        for event in read_all(whole, guide_for, totals=True):
            match event:
                case InterchangeStart():
                    yield from self.start(event.interchange)
                case GroupStart():
                    yield from self.start_group(event.group)
                case CheckedSet():
                    yield from self.set(event)
                case GroupEnd():
                    yield from self.end_group(event.group)
                case InterchangeEnd():
                    yield from self.end(event.interchange)
                case Unreadable():
                    for finding in event.findings:
                        yield from self.outside(finding)
        yield from self.copy(len(self.content))

    # --- bytes

    def copy(self, end: int) -> Iterator[bytes]:
        """Takes the file over up to `end`; without its line ends while lines are wrapped."""
        while self.copied < end:
            piece = self.content[self.copied : min(end, self.copied + _PIECE)]
            self.copied += len(piece)
            flat = self.flat(piece)
            self.folds += len(piece) - len(flat)
            yield flat

    def edit(self, finding: Finding, start: int, end: int, now: bytes, why: str = "") -> Iterator[Piece]:
        """Puts `now` in place of what stands from `start` to `end`."""
        yield from self.copy(start)
        raw = self.content[start:end]
        was = self.flat(raw)
        self.folds += len(raw) - len(was)
        self.copied = end
        yield now
        yield Change(finding.code, start, was, now, why or finding.message)

    def flat(self, piece: bytes) -> bytes:
        return piece.translate(None, b"\r\n") if self.wrapped else piece

    # --- outside of interchanges

    def outside(self, finding: Finding) -> Iterator[Piece]:
        """Only what is certainly no data goes: a byte order mark before an ISA, fill characters behind the last."""
        assert isinstance(finding.at, Location)
        start, length = finding.at.offset or 0, finding.at.length or 0
        end = start + length
        if finding.code is Code.BYTE_ORDER_MARK:
            nothing = self.content[end : end + _PIECE].lstrip()[:3].upper() == b"ISA"
        else:
            fill = self.terminator + _NO_DATA + b" \t\r\n"
            nothing = bool(self.terminator) and length <= _REGION and not self.content[start:end].strip(fill)
        if length and nothing:
            yield from self.edit(finding, start, end, b"")
        else:
            yield Left(finding)

    # --- interchange

    def start(self, interchange: Interchange) -> Iterator[Piece]:
        self.element, _, terminator, _ = interchange.delimiters
        self.terminator = terminator.encode("latin-1")
        self.interchange = interchange
        self.told = len(interchange.findings)
        self.own = 1
        self.emptied = False
        self.swallowed = False  # a segment of a set was too long to be read
        codes = {finding.code for finding in interchange.findings}
        self.collision = mendable.collision(interchange)
        self.doubt = self.collision
        start, end = interchange.own[0]
        blanks = bytes(mark for mark in b" \t\r\n" if chr(mark) not in (self.element, terminator))
        stop = re.escape(self.terminator)
        self.empties = re.compile(b"%b(?:[%b]*%b)+" % (stop, blanks, stop))
        self.suffix = b""
        yield from self.copy(start)
        header = mendable.padded(interchange) if Code.ISA_BADLY_PADDED in codes else None
        separators = mendable.damaged_separators(interchange)
        for finding in interchange.findings:
            assert isinstance(finding.at, Location)
            if finding.code is Code.LINES_WRAPPED:
                self.wrapped, self.folds = finding, 0
            elif finding.code is Code.ISA_BADLY_PADDED and header is not None:
                yield from self.edit(finding, start, end - 1, header)
            elif finding.code is Code.ISA_BADLY_PADDED:
                yield Left(finding, "An element is longer than its place, or the end of the ISA is missing.")
            elif finding in separators:
                at = finding.at.offset or 0
                yield from self.edit(finding, at, at + 1, self.element.encode("latin-1"))
            elif not (header and mendable.is_long_time(finding)):
                yield Left(finding)
        if not self.wrapped:
            following = self.content[end : end + 16]
            self.suffix = following[: len(following) - len(following.lstrip(blanks))]
            self.suffix = b"" if self.suffix.strip(b"\r\n") else self.suffix
        self.passed = end - 1

    def end(self, interchange: Interchange) -> Iterator[Piece]:
        findings = interchange.findings[self.told :]
        by_code = {finding.code: finding for finding in findings}
        start, stop = interchange.own[-1]
        is_iea = self.flat(self.content[start : start + 16])[:3].upper() == b"IEA"
        place = (start, stop) if is_iea else None
        for one in interchange.own[self.own :]:
            if one != place:
                yield from self.segment(*one)
        unterminated = by_code.get(Code.SEGMENT_UNTERMINATED)
        if Code.SEGMENT_OUTSIDE_GROUP in by_code:
            self.doubt = self.doubt or "Segments of this interchange belong to no group."
        cut_off = unterminated is not None and not self.is_trailer(unterminated)
        if cut_off:
            self.doubt = self.doubt or "The last segment was cut off."
        if place is None and not (interchange.groups or interchange.acks):
            self.doubt = self.doubt or "There is nothing in the interchange: its ISA may stand twice."
        control = interchange.control.zfill(9)
        control = control if re.fullmatch(r"\d{9}", control, re.ASCII) else ""
        left = yield from self.trailer(
            "IEA", interchange.groups, control, findings, place, self.doubt or self.unread()
        )
        mended = set(_TRAILER_CODES["IEA"])
        if unterminated and not cut_off and not left:
            yield from self.edit(unterminated, self.passed, self.passed, self.terminator)
            mended.add(Code.SEGMENT_UNTERMINATED)
        yield from self.gap(interchange.end)
        yield from self.copy(interchange.end)
        if self.emptied:
            mended.add(Code.EMPTY_SEGMENT)
        for finding in findings:
            if finding.code not in mended:
                yield Left(finding)
        if self.wrapped:
            yield self.unwrapped(interchange.offset)

    def unwrapped(self, offset: int) -> Change:
        assert self.wrapped
        finding, self.wrapped = self.wrapped, None
        first = re.search(b"[\r\n]+", self.content[offset : offset + 4096])
        at, was = (offset + first.start(), first[0]) if first else (offset, b"")
        return Change(finding.code, at, was, b"", f"{finding.message} There were {self.folds} of them.")

    def is_trailer(self, unterminated: Finding) -> bool:
        """Whether the segment without a terminator is one whose content is certain."""
        at = unterminated.at
        assert isinstance(at, Location)
        start = at.offset or 0
        text = self.flat(self.content[start : start + min(at.length or 0, 64)]).decode("latin-1")
        return text.split(self.element)[0].upper() in _TRAILER_CODES

    def unread(self) -> str:
        long = any(each.code is Code.SEGMENT_TOO_LONG for each in self.interchange.findings)
        return "A segment of this interchange was too long to be read." if long or self.swallowed else ""

    # --- groups

    def start_group(self, group: Group) -> Iterator[Piece]:
        yield from self.between()
        self.sets = 0
        self.group_doubt = self.collision
        yield from self.segment(*group.own[0])

    def between(self) -> Iterator[Piece]:
        """TA1s that came before this."""
        for place in self.interchange.own[self.own :]:
            yield from self.segment(*place)
        self.own = len(self.interchange.own)

    def end_group(self, group: Group) -> Iterator[Piece]:
        if any(finding.code is Code.SEGMENT_OUTSIDE_SET for finding in group.findings):
            self.group_doubt = self.group_doubt or "Segments of this group belong to no set."
        control = group.control if re.fullmatch(r"\d{1,9}", group.control, re.ASCII) else ""
        place = group.own[-1] if len(group.own) > 1 else None
        doubt = self.group_doubt or self.unread()
        if place is None and not self.sets:
            doubt = doubt or "There is nothing in the group: its GS may stand twice."
        left = yield from self.trailer("GE", self.sets, control, group.findings, place, doubt)
        if left or (place is None and self.group_doubt):
            self.doubt = self.doubt or f"Where group {group.control} ends is not certain."
        for finding in group.findings:
            if finding.code not in _TRAILER_CODES["GE"]:
                yield Left(finding)

    # --- sets

    def set(self, checked: CheckedSet) -> Iterator[Piece]:
        self.sets += 1
        raw, findings = checked.raw, checked.result.findings
        if not findings and raw.regular:
            start, end = raw.span
            yield from self.segment(start, end)
            return
        missing = any(each.code is Code.SE_MISSING for each in findings)
        self.swallowed |= any(each.code is Code.SEGMENT_TOO_LONG for each in findings)
        by_segment = {} if self.collision else mendable.by_segment(findings)
        if missing and not self.is_terminated(raw.ends[-1]):
            by_segment.pop(len(raw.texts), None)  # it was cut off, or it runs into the next one
        mended: set[int] = set()
        for index in range(len(raw.texts) - (not missing)):
            start, end = raw.offsets[index], raw.ends[index]
            yield from self.segment(start, end)
            for_it = by_segment.get(index + 1)
            if for_it:
                was = self.flat(self.content[start:end]).decode("latin-1")
                now = mendable.segment(was, for_it, raw.delimiters)
                if now != was:
                    why = " ".join(dict.fromkeys(each.message for each in for_it))
                    yield from self.edit(for_it[0], start, end, now.encode("latin-1"), why)
                    mended.update(map(id, for_it))
        control = raw.control if mendable.SET_CONTROL.fullmatch(raw.control) else ""
        place = None if missing else (raw.offsets[-1], raw.ends[-1])
        doubt = self.collision or self.unread() or self._doubt_of(checked)
        left = yield from self.trailer("SE", len(raw.texts) + missing, control, findings, place, doubt)
        if left:
            self.group_doubt = self.group_doubt or f"Where set {raw.control} ends is not certain."
        for finding in findings:
            if finding.code not in _TRAILER_CODES["SE"] and id(finding) not in mended:
                yield Left(finding)

    def _doubt_of(self, checked: CheckedSet) -> str:
        """Why nobody can say how many segments this set should have."""
        if checked.walk is None:
            return "The set is none that is read here."
        for finding in checked.result.findings:
            if finding.code in _TRAILER_CODES["SE"]:
                continue
            if finding.severity is Severity.ERROR:
                return "The set has other faults, and a segment may be missing."
            if finding.code in (Code.LINE_COUNT_DIFFERS, Code.HASH_TOTAL_DIFFERS):
                return "The totals of the set do not agree either: a segment may be missing."
        missing = next((each for each in checked.result.findings if each.code is Code.SE_MISSING), None)
        if missing is not None:
            assert isinstance(missing.at, Location)
            at = missing.at.offset or 0
            following = self.flat(self.content[at : at + 16])[:2].upper()
            goes_on = following in (b"ST", b"GE", b"GS", b"IE")
            if not goes_on and not mendable.has_reached_its_summary(checked):
                return "The bytes end before the summary of the set: more may be missing."
            if not mendable.is_whole(checked):
                return "The set is not whole: segments are missing before its end."
        return ""

    def is_too_long(self, start: int, end: int) -> bool:
        """Whether a trailer has more than a count and a control number, or what can be in neither."""
        text = self.flat(self.content[start : min(end, start + _PIECE)]).decode("latin-1")
        values = [value.strip() for value in text.split(self.element)[1:]]
        return any(values[2:]) or any(len(value) > 12 or not value.isprintable() for value in values)

    # --- segments

    def segment(self, start: int, end: int) -> Iterator[Piece]:
        """A segment was met; what stands between it and the one before is looked at."""
        yield from self.gap(start)
        self.passed = end
        self.ended = ""

    def is_terminated(self, end: int) -> bool:
        following = self.flat(self.content[end : end + 64])
        return any(text.startswith(self.terminator) for text in (following, following.lstrip(b" \t\r\n")))

    def gap(self, end: int) -> Iterator[Piece]:
        """Takes out all but one of the terminators in a row."""
        start = max(self.passed, self.copied)
        if self.collision or not 2 <= end - start <= _REGION:
            return
        for found in self.empties.finditer(self.content[start:end]):
            too_many = found[0].count(self.terminator) - 1
            message = f"{too_many} segment terminator{'s' if too_many > 1 else ''} too many."
            finding = Finding(Code.EMPTY_SEGMENT, Severity.INFO, message)
            yield from self.edit(finding, start + found.start(), start + found.end(), self.terminator)
            self.emptied = True

    # --- trailers

    def trailer(
        self,
        tag: str,
        count: int,
        control: str,
        findings: Iterable[Finding],
        place: tuple[int, int] | None,
        doubt: str,
    ) -> Generator[Piece, None, str]:
        """Writes a trailer as it must be, when that is certain. `doubt` says why the count is not. Returns why it
        was left as it is, "" when it was not."""
        missing, wrong_count, wrong_control = _TRAILER_CODES[tag]
        about = {each.code: each for each in findings if each.code in _TRAILER_CODES[tag]}
        if place:
            yield from self.segment(*place)
        elif not (self.ended or self.is_terminated(self.passed)):
            doubt = doubt or "The last segment was cut off."
        self.ended = tag
        if not about:
            return ""
        if not control:
            doubt = "The control number at its beginning is not valid."
        elif place and self.is_too_long(*place):
            doubt = "More stands in it than belongs there: what follows it may have lost its beginning."
        elif {wrong_count, wrong_control} <= {code for code, each in about.items() if each.value}:
            doubt = "Count and control number both differ: this may be the end of another one."
        elif set(about) == {wrong_control} and not self.collision:
            doubt = ""  # the count agrees: nothing is missing
        if doubt:
            for finding in about.values():
                yield Left(finding, doubt)
            return doubt
        text = self.element.join((tag, str(count), control)).encode("latin-1")
        why = " ".join(each.message for each in about.values())
        if place is None:
            yield from self.edit(
                about[missing], self.passed, self.passed, self.terminator + self.suffix + text, why
            )
        else:
            yield from self.edit(next(iter(about.values())), *place, text, why)
        return ""

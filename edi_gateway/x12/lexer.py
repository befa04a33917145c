"""Takes bytes apart into interchange headers, envelope segments and runs of segments, each with its place.

Takes bytes, a file or chunks; yields Opened, Mark, Run, Oddity, Closed and Skipped in the order of the
bytes; the envelope calls it. One chunk of 64 KiB is in memory at a time. Text is Latin-1 throughout, so
that one character is one byte and every position is a byte offset in the receipt.

A chunk that is regular (each terminator followed by the same line end, nothing odd) is cut by `str.split`;
any other chunk goes token by token through `_careful`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import BinaryIO, NamedTuple

from edi_gateway.x12.header import WINDOW, Delimiters, Header, candidate, certain, read_header

CHUNK = 65_536
Source = bytes | bytearray | memoryview | BinaryIO | Iterable[bytes]


class Limits(NamedTuple):
    """What hostile input may cost: bytes of one segment (give or take a chunk), bytes and segments of one set."""

    segment_bytes: int = 262_144
    set_bytes: int = 268_435_456
    set_segments: int = 5_000_000


@dataclass(slots=True)
class Opened:
    """An ISA at `offset`."""

    header: Header
    offset: int
    text: str


@dataclass(slots=True)
class Mark:
    """An envelope segment (GS GE ST SE TA1 IEA): upper-case tag, text, byte range without the terminator."""

    tag: str
    text: str
    offset: int
    end: int
    unterminated: bool = False


@dataclass(slots=True)
class Run:
    """Segments between two marks, or (`whole`) a set from its ST to its SE. Regular runs know the places by
    `offset` and `gap` (bytes between two segments); others list `offsets` and `ends`. `folds` holds, for
    wrapped lines, where line ends were taken out: index of the segment -> positions in its text."""

    texts: list[str]
    offset: int
    gap: int
    offsets: list[int] | None = None
    ends: list[int] | None = None
    folds: dict[int, tuple[int, ...]] = field(default_factory=dict)
    unterminated: bool = False
    whole: bool = False

    def parts(self) -> tuple[Mark, Run, Mark]:
        """A whole set as its ST, what is between, and its SE."""
        offsets, ends = self.places()
        first, *texts, last = self.texts
        between = Run(texts, offsets[1], self.gap, offsets[1:-1], ends[1:-1])
        return Mark("ST", first, offsets[0], ends[0]), between, Mark("SE", last, offsets[-1], ends[-1])

    def places(self) -> tuple[list[int], list[int]]:
        """Offsets and ends of the segments, in bytes of the receipt."""
        if self.offsets is not None and self.ends is not None:
            return self.offsets, self.ends
        return regular_places(self.texts, self.offset, self.gap)


@dataclass(slots=True)
class Oddity:
    """Bytes inside an interchange that are no segment: "empty" (terminators in a row), "long" (over the limit)."""

    kind: str
    offset: int
    end: int
    count: int = 1


@dataclass(slots=True)
class Closed:
    """The interchange ends here: after its IEA, before the next ISA, or with the bytes."""

    by: str  # "IEA", "ISA" or "EOF"
    offset: int
    encoding: str


@dataclass(slots=True)
class Skipped:
    """Bytes outside of any interchange. `sample` is how they begin."""

    kind: str  # "bom", "junk", "truncated" (an ISA cut short)
    offset: int
    end: int
    sample: str


Item = Opened | Mark | Run | Oddity | Closed | Skipped


def regular_places(texts: list[str], offset: int, gap: int) -> tuple[list[int], list[int]]:
    """Offsets and ends of texts that follow one another with `gap` bytes between."""
    ends = (
        list(accumulate((len(text) + gap for text in texts[1:]), initial=offset + len(texts[0])))
        if texts
        else []
    )
    return [end - len(text) for end, text in zip(ends, texts, strict=True)], ends


def chunks_of(source: Source) -> Iterator[bytes]:
    """The bytes of any source in chunks of at most CHUNK bytes."""
    if isinstance(source, bytes | bytearray | memoryview):
        for start in range(0, len(source), CHUNK):
            yield bytes(source[start : start + CHUNK])
    elif hasattr(source, "read"):
        while chunk := source.read(CHUNK):
            yield chunk
    else:
        for chunk in source:
            yield from chunks_of(chunk)


def lex(source: Source, limits: Limits) -> Iterator[Item]:
    """All items of a source. Never raises on data; only reading the source can fail."""
    return _Lexer(source, limits).items()


class _Encoding:
    """Tells ASCII, UTF-8 and Latin-1 apart as the text goes by."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.odd = [mark for mark in delimiters if mark and not mark.isascii()]
        self.seen = False
        self.broken = False
        self._pending = b""

    def feed(self, text: str, *, last: bool = False) -> None:
        if self.broken or (text.isascii() and not self._pending):
            return
        for mark in self.odd:
            text = text.replace(mark, " ")
        if text.isascii() and not self._pending:
            return
        self.seen = True
        data = self._pending + text.encode("latin-1")
        try:
            data.decode("utf-8")
            self._pending = b""
        except UnicodeDecodeError as problem:
            if not last and problem.reason == "unexpected end of data":
                self._pending = data[problem.start :]
            else:
                self.broken = True

    @property
    def name(self) -> str:
        if not self.seen:
            return "ascii"
        return "latin-1" if self.broken or self._pending else "utf-8"


class _Lexer:
    """`buffer` is the text not yet used, `base` the byte offset of its first character."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.limits = limits
        self.chunks = chunks_of(source)
        self.buffer = ""
        self.base = 0
        self.ended = False

    def fill(self, at_least: int) -> None:
        """Reads on until `at_least` characters are in the buffer, or the source has ended."""
        if len(self.buffer) >= at_least or self.ended:
            return
        parts, length = [self.buffer], len(self.buffer)
        while length < at_least:
            chunk = next(self.chunks, None)
            if chunk is None:
                self.ended = True
                break
            parts.append(chunk.decode("latin-1"))
            length += len(chunk)
        self.buffer = "".join(parts)

    def drop(self, count: int) -> None:
        self.buffer = self.buffer[count:]
        self.base += count

    def items(self) -> Iterator[Item]:
        self.fill(3)
        for mark in ("\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"):
            if self.buffer.startswith(mark):
                yield Skipped("bom", 0, len(mark), mark)
                self.drop(len(mark))
                break
        while (header := (yield from self.seek())) is not None:
            yield Opened(header, self.base, self.buffer[: header.length])
            yield from self.interchange(header)

    # --- between interchanges

    def seek(self) -> Generator[Item, None, Header | None]:
        """Skips to the next header; all that is not blank on the way is Skipped. Returns None at the end."""
        start = end = self.base
        sample, truncated, at = "", False, 0
        found: Header | None = None
        while found is None:
            self.fill(at + WINDOW)
            place = candidate(self.buffer, at)
            if place >= 0:
                self.fill(place + WINDOW)
                found = read_header(self.buffer[place : place + WINDOW])
                truncated = truncated or (found is None and len(self.buffer) - place < 106)
                at = place if found else place + 3
            else:
                at = (
                    len(self.buffer) if self.ended else max(at, len(self.buffer) - 3)
                )  # "ISA*" may begin here
            if found or place < 0 or at > CHUNK:
                passed = self.buffer[:at]
                if visible := passed.strip(" \t\r\n"):
                    if not sample:
                        start = self.base + passed.index(visible[0])
                        sample = visible[:16]
                    end = self.base + passed.rindex(visible[-1]) + 1
                self.drop(at)
                at = 0
                if self.ended and not self.buffer:
                    break
                if found is None:
                    self.fill(len(self.buffer) + 1)
        if sample:
            yield Skipped("truncated" if truncated and not found else "junk", start, end, sample)
        return found

    # --- inside an interchange

    def interchange(self, header: Header) -> Iterator[Item]:
        """Items of one interchange. The buffer begins with its ISA."""
        cutter = _Cutter(header)
        encoding = _Encoding(header.delimiters)
        encoding.feed(self.buffer[: header.length])
        self.drop(header.length - 1)  # a window always begins with the terminator of the segment before
        by = ""
        while not by:
            self.fill(min(len(self.buffer) + CHUNK, CHUNK * 2))
            cut = self.last_terminator(header.delimiters)
            whole = cut <= 0 and (self.ended or cutter.header_follows(self.buffer))
            if cut <= 0 and not whole:
                if len(self.buffer) > self.limits.segment_bytes:
                    yield self.skip_long(header.delimiters.segment)
                else:
                    self.fill(len(self.buffer) + CHUNK)
                continue
            used = cut
            for item in cutter.cut(self.buffer, self.base, 0 if whole else cut):
                if isinstance(item, Closed):
                    by, used = item.by, item.offset - self.base
                    break
                yield item
            if whole and not by:
                by, used = "EOF", len(self.buffer)
            encoding.feed(self.buffer[:used], last=bool(by))
            self.drop(used)
        yield Closed(by, self.base, encoding.name)

    def last_terminator(self, delimiters: Delimiters) -> int:
        """Up to where the buffer may be cut, so that behind each segment there is enough text to recognise a
        header; 0 or less if nowhere."""
        return self.buffer.rfind(
            delimiters.segment, 0, None if self.ended else max(len(self.buffer) - WINDOW, 0)
        )

    def skip_long(self, terminator: str) -> Oddity:
        """Passes over a segment that is longer than any may be, without keeping it."""
        start = self.base + 1
        self.drop(1)
        while True:
            at = self.buffer.find(terminator)
            if at >= 0:
                self.drop(at)
                return Oddity("long", start, self.base)
            self.drop(len(self.buffer))
            if self.ended:
                return Oddity("long", start, self.base)
            self.fill(1)


class _Cutter:
    """Cuts a buffer that begins with a terminator into items, up to another terminator or to its end."""

    def __init__(self, header: Header) -> None:
        element, _, terminator, _ = header.delimiters
        self.element = element
        self.terminator = terminator
        self.suffix = header.suffix
        self.glue = terminator + header.suffix
        self.blanks = "".join(blank for blank in " \t\r\n" if blank not in (element, terminator))
        self.wrapped = header.wrapped
        gap = f"[{self.blanks}]*"
        tags = "[Gg][SsEe]|[Ss][TtEe]|[Ii][Ee][Aa]|[Tt][Aa]1"
        stop, split, suffix = re.escape(terminator), re.escape(element), re.escape(header.suffix)
        self.tag = re.compile(rf"({tags})(?:{split}|$)")
        # one look at each terminator: a mark behind it, or something that is not regular (group 1 is None)
        self.stops = re.compile(
            rf"{stop}(?:{suffix}({tags})(?={split}|{stop})|{suffix}(?=[Ii][Ss][Aa][^A-Za-z0-9])|(?!{suffix}[A-Za-z0-9]))"
        )
        self.idle = re.compile(f"[{stop}{self.blanks}]*")
        self.isa = re.compile(rf"{stop}{gap}[Ii][Ss][Aa][^A-Za-z0-9]")

    def cut(self, buffer: str, base: int, end: int) -> Iterator[Item]:
        """Items of the buffer, which begins at byte `base`, up to the terminator at `end` (0: all of it, the
        last segment may lack its terminator). A Closed, of which only `by` and `offset` count, ends it early."""
        stray_cr = self.terminator == "\n" and "\r" in self.blanks and buffer.find("\r", 0, end) >= 0
        if not end or self.wrapped or stray_cr or self.holds_header(buffer, end):
            return self.careful(buffer, base, 1, end or len(buffer))
        return self.regular(buffer, base, end)

    def holds_header(self, buffer: str, end: int) -> bool:
        """Whether another interchange may begin before this one has ended."""
        place = buffer.find("ISA", 0, end)
        if place < 0:
            return False
        trailer = buffer.find(f"IEA{self.element}", 0, place)
        if trailer > 0 and buffer.find(self.terminator, trailer, place) > 0:
            return False
        return bool(self.isa.search(buffer, 0, end)) or 0 <= certain(buffer, 0, end + 106) < end

    def header_follows(self, buffer: str) -> bool:
        """The next interchange begins in this buffer, which holds no further terminator of this one."""
        text = buffer[1 : WINDOW * 2].lstrip(self.blanks)
        return (candidate(text[:4], 0) == 0 and read_header(text) is not None) or certain(
            buffer, 1, len(buffer)
        ) >= 0

    def regular(self, buffer: str, base: int, end: int) -> Iterator[Item]:
        """As `careful`, faster, for as long as a glue and a tag follow each terminator."""
        glue, terminator, gap = self.glue, self.terminator, len(self.glue)
        at = gap  # where the next segment not yet given begins
        opened = 0  # where a set begins whose end is not yet seen
        for found in self.stops.finditer(buffer, 0, end + 1):
            tag, stop = found[1], found.start()
            if stop == end:
                break
            if opened and tag == "SE":
                at = buffer.find(terminator, stop + gap) + gap
                yield Run(buffer[opened : at - gap].split(glue), base + opened, gap, whole=True)
                opened = 0
                continue
            if opened:
                yield from self.open_set(buffer, base, opened, stop)
                opened, at = 0, stop + gap
            if stop + gap > at:
                yield Run(buffer[at:stop].split(glue), base + at, gap)
            start = stop + gap
            if tag == "ST":
                opened = start
                continue
            if tag is None:
                yield from self.careful(buffer, base, stop + 1, end)
                return
            last = buffer.find(terminator, start)
            tag = tag.upper()
            yield Mark(tag, buffer[start:last], base + start, base + last)
            if tag == "IEA":
                yield Closed("IEA", base + last + 1, "")
                return
            at = last + gap
        if opened:
            yield from self.open_set(buffer, base, opened, end)
        elif at < end:
            yield Run(buffer[at:end].split(glue), base + at, gap)

    def open_set(self, buffer: str, base: int, start: int, end: int) -> Iterator[Item]:
        """A set of which the SE is not in sight: its ST, and what follows up to `end`."""
        last = buffer.find(self.terminator, start)
        yield Mark("ST", buffer[start:last], base + start, base + last)
        at = last + len(self.glue)
        if at < end:
            yield Run(buffer[at:end].split(self.glue), base + at, len(self.glue))

    def careful(self, buffer: str, base: int, at: int, limit: int) -> Iterator[Item]:
        """Items of the buffer from `at`, token by token."""
        run = Run([], base, 0, [], [])
        last = limit + (limit < len(buffer))
        embedded = certain(buffer, at, limit + 106)
        empty: Oddity | None = None
        closed: Closed | None = None
        while at < last and closed is None:
            start = self.idle.match(buffer, at, last).end()  # type: ignore[union-attr]  # it may match nothing
            if count := buffer.count(self.terminator, at, start):
                if empty:
                    empty.count += count
                else:
                    first = buffer.index(self.terminator, at)
                    empty = Oddity("empty", base + first, base + first + 1, count)
            if start >= last:
                break
            end = buffer.find(self.terminator, start, last)
            unterminated = end < 0
            end = limit if unterminated else end
            after = end if unterminated else end + 1
            if start <= embedded < end:  # the next interchange begins here, whatever this segment lacks
                end = after = embedded
                unterminated = True
                closed = Closed("ISA", base + embedded, "")
            at, end = after, self.stop(buffer, start, end, unterminated)
            text = buffer[start:end]
            if closed is None and self.begins_header(buffer, start, text):
                closed = Closed("ISA", base + start, "")
            elif tag := self.tag.match(self.flat(text[:16])[:4]):
                if run.texts:
                    yield run
                    run = Run([], base, 0, [], [])
                name = tag[1].upper()
                yield Mark(name, self.flat(text), base + start, base + end, unterminated)
                if name == "IEA":
                    closed = closed or Closed("IEA", base + after, "")
            elif text:
                self.take(run, text, base + start, base + end)
                run.unterminated = unterminated
        if run.texts:
            yield run
        if empty:
            yield empty
        if closed:
            yield closed

    def begins_header(self, buffer: str, start: int, text: str) -> bool:
        if candidate(self.flat(text[:8])[:4], 0) != 0:
            return False
        return read_header(buffer[start : start + WINDOW]) is not None

    def take(self, run: Run, text: str, start: int, end: int) -> None:
        """Adds a segment to a run that knows its places."""
        assert run.offsets is not None
        assert run.ends is not None
        if self.wrapped and ("\n" in text or "\r" in text):
            run.folds[len(run.texts)] = tuple(at for at, character in enumerate(text) if character in "\r\n")
            text = self.flat(text)
        run.texts.append(text)
        run.offsets.append(start)
        run.ends.append(end)

    def stop(self, buffer: str, start: int, end: int, unterminated: bool) -> int:
        """Where the segment ends: a line end before the terminator belongs to no element, nor do the blanks
        at the end of the bytes."""
        belong_not = (
            self.blanks if unterminated else "\r\n" if self.terminator == "\n" or self.wrapped else ""
        )
        while end > start and buffer[end - 1] in belong_not:
            end -= 1
        return end

    def flat(self, text: str) -> str:
        return text.replace("\r", "").replace("\n", "") if self.wrapped else text

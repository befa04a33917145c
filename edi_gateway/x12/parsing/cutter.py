"""Cuts the text of one interchange into segments: envelope segments apart, the others in runs.

Takes a buffer that begins with a terminator, yields tokens; called by x12.lexer. A buffer that is regular
(each terminator followed by the same line end, nothing odd) is cut by `str.split`; any other goes token by
token through `careful`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from edi_gateway.x12.parsing.header import WINDOW, Header, candidate, certain, read_header
from edi_gateway.x12.parsing.tokens import Closed, Item, Mark, Oddity, Run


@lru_cache(maxsize=256)
def _patterns(element: str, terminator: str, suffix: str, blanks: str) -> tuple[re.Pattern[str], ...]:
    """An envelope tag; what stands behind a terminator; what may stand between segments; a header behind that."""
    tags = "[Gg][SsEe]|[Ss][TtEe]|[Ii][Ee][Aa]|[Tt][Aa]1"
    stop, split, suffix = re.escape(terminator), re.escape(element), re.escape(suffix)
    return (
        re.compile(rf"({tags})(?:{split}|$)"),
        # one look at each terminator: a mark behind it, or something that is not regular (group 1 is None)
        re.compile(
            rf"{stop}(?:{suffix}({tags})(?={split}|{stop})|{suffix}(?=[Ii][Ss][Aa][^A-Za-z0-9])|(?!{suffix}[A-Za-z0-9]))"
        ),
        re.compile(f"[{stop}{blanks}]*"),
        re.compile(rf"{stop}[{blanks}]*[Ii][Ss][Aa][^A-Za-z0-9]"),
    )


class Cutter:
    """Cuts a buffer that begins with a terminator into items, up to another terminator or to its end."""

    def __init__(self, header: Header) -> None:
        element, _, terminator, _ = header.delimiters
        self.element = element
        self.terminator = terminator
        self.suffix = header.suffix
        self.glue = terminator + header.suffix
        self.blanks = "".join(blank for blank in " \t\r\n" if blank not in (element, terminator))
        self.wrapped = header.wrapped
        self.tag, self.stops, self.idle, self.isa = _patterns(element, terminator, header.suffix, self.blanks)

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
                if name == "IEA":  # though the next ISA may stand where its terminator should
                    closed = Closed("IEA", base + after, "")
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

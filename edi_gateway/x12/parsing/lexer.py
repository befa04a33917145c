"""Takes bytes apart into interchange headers, envelope segments and runs of segments, each with its place.

Takes bytes, a file or chunks; yields tokens in the order of the bytes; the envelope calls it. One chunk of
64 KiB is in memory at a time. Text is Latin-1 throughout, so that one character is one byte and every
position is a byte offset in the receipt.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import BinaryIO

from edi_gateway.x12.parsing.cutter import Cutter
from edi_gateway.x12.parsing.header import WINDOW, Delimiters, Header, candidate, read_header
from edi_gateway.x12.parsing.tokens import Closed, Item, Limits, Oddity, Opened, Skipped

CHUNK = 65_536
_BLANKS = " \t\r\n"
Source = bytes | bytearray | memoryview | BinaryIO | Iterable[bytes]


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


def _blank(text: str) -> bool:
    """Whether there is nothing but blanks; counting is quicker than stripping them."""
    return text[:1] in _BLANKS and sum(map(text.count, _BLANKS)) == len(text)


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
                if not _blank(passed) and (visible := passed.strip(_BLANKS)):
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
        cutter = Cutter(header)
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

"""BER read from front to back, whatever its size; DER written.

The reader walks tags and lengths, definite or indefinite, takes small elements whole and streams octet strings. What
nests deep, never ends or lies about its length is a Fault. Nothing here knows what a structure means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi_gateway.transport.as2.extents import CHUNK, Extent
from edi_gateway.transport.as2.faults import Fault, malformed

INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
_CONSTRUCTED = 0x20
_DEEPEST = 32  # levels; certificates need about ten
_WINDOW = 1 << 16  # bytes read at a time to walk in
_FREE_PIECES = (
    10_000  # of one octet string; from then on they must average some size, or reading them takes too long
)
_LEAST_AVERAGE = 64  # bytes; those who write in pieces write a thousand at a time


def tagged(number: int, *, constructed: bool = True) -> int:
    """The tag [number] of a context."""
    return 0x80 | number | (_CONSTRUCTED if constructed else 0)


def header(tag: int, size: int) -> bytes:
    """A DER tag with the length of so many bytes."""
    if size < 0x80:
        return bytes((tag, size))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return header(tag, len(body)) + body


@dataclass(frozen=True, slots=True)
class _Header:
    tag: int
    start: int  # of the content
    length: int | None  # None: up to an end-of-contents


@dataclass(frozen=True, slots=True)
class Frame:
    """A constructed element that the reader is in."""

    end: int | None


class Reader:
    """Reads one structure from the beginning of an extent."""

    def __init__(self, source: Extent, *, small: int) -> None:
        """`small` bounds, in bytes, what `element` takes whole, and all of it together."""
        self._source = source
        self._size = source.size
        self._small = small
        self._window = b""
        self._window_at = 0
        self.at = 0

    def peek(self) -> int | None:
        """The tag that comes next; None at the end of the bytes."""
        return None if self.at >= self._size else self._bytes(self.at, 1)[0]

    def enter(self, tag: int) -> Frame:
        """Step into a constructed element of this tag."""
        found = self._header(self.at)
        if found.tag != tag:
            raise malformed(f"a structure has tag {found.tag:02x} where {tag:02x} belongs")
        self.at = found.start
        return Frame(self._end(found))

    def ended(self, frame: Frame) -> bool:
        """Whether all of the element is read."""
        if frame.end is not None:
            if self.at > frame.end:
                raise malformed("an element reaches beyond what holds it")
            return self.at == frame.end
        return self._bytes(self.at, 2) == b"\0\0"

    def leave(self, frame: Frame) -> None:
        """Step out of the element; it must be at its end."""
        if not self.ended(frame):
            raise malformed("a structure holds more than belongs there")
        if frame.end is None:
            self.at += 2

    def element(self, tag: int | None = None) -> bytes:
        """The next element whole, its own length definite. Raises Fault when it is not of this tag, or not small."""
        found = self._header(self.at)
        if tag is not None and found.tag != tag:
            raise malformed(f"a structure has tag {found.tag:02x} where {tag:02x} belongs")
        start = self.at
        content, self.at = self._definite(found, 0)
        self._small -= self.at - start
        return content

    def integer(self) -> int:
        return int.from_bytes(contents(self.element(INTEGER)), "big", signed=True)

    def octets(self, tag: int = OCTET_STRING) -> Iterator[bytes]:
        """The bytes of an octet string of this tag (without its constructed bit), in chunks; to be read to its end.

        As one piece, or as pieces of any number and size, each with its own header (X.690 8.7.3).
        """
        frames: list[Frame] = []
        held: list[bytes] = []
        size = 0
        wanted = tag
        start = self.at
        pieces = 0
        while True:
            pieces += 1
            if pieces > _FREE_PIECES and self.at - start < pieces * _LEAST_AVERAGE:
                raise malformed("an octet string comes in too many pieces")
            found = self._header(self.at)
            if found.tag & ~_CONSTRUCTED != wanted:
                raise malformed("an octet string holds something else")
            self.at = found.start
            if found.tag & _CONSTRUCTED:
                if len(frames) >= _DEEPEST:
                    raise malformed("an octet string nests too deep")
                frames.append(Frame(self._end(found)))
                wanted = OCTET_STRING
            else:
                end = self._end(found)
                assert end is not None  # _header refuses a primitive element without a length
                while self.at < end:
                    piece = self._bytes(self.at, min(CHUNK, end - self.at))
                    self.at += len(piece)
                    held.append(piece)
                    size += len(piece)
                    if size >= CHUNK:
                        yield b"".join(held)
                        held, size = [], 0
            while frames and self.ended(frames[-1]):
                self.leave(frames.pop())
            if not frames:
                break
        if size:
            yield b"".join(held)

    def rest(self) -> Extent:
        return self._source.cut(self.at, self._size)

    def _end(self, found: _Header) -> int | None:
        return None if found.length is None else found.start + found.length

    def _header(self, at: int) -> _Header:
        tag, first = self._bytes(at, 2)
        if tag & 0x1F == 0x1F:
            raise malformed("a structure has a tag of more than one byte")
        if first < 0x80:
            found = _Header(tag, at + 2, first)
        elif first == 0x80:
            if not tag & _CONSTRUCTED:
                raise malformed("a plain element has no length")
            return _Header(tag, at + 2, None)
        else:
            count = first & 0x7F
            if count > 8:
                raise malformed("a length is too long")
            found = _Header(tag, at + 2 + count, int.from_bytes(self._bytes(at + 2, count), "big"))
        if found.length is not None and found.start + found.length > self._size:
            raise malformed("a structure is cut off")
        return found

    def _definite(self, found: _Header, depth: int) -> tuple[bytes, int]:
        """An element with definite length, and where it ends in the source."""
        if depth > _DEEPEST:
            raise malformed("a structure nests too deep")
        if found.length is not None:
            if found.length > self._small:
                raise malformed("a structure is larger than we take")
            end = found.start + found.length
            return header(found.tag, found.length) + self._bytes(found.start, found.length), end
        parts: list[bytes] = []
        at = found.start
        while self._bytes(at, 2) != b"\0\0":
            part, at = self._definite(self._header(at), depth + 1)
            if at - found.start > self._small:
                raise malformed("a structure is larger than we take")
            parts.append(part)
        return der(found.tag, *parts), at + 2

    def _bytes(self, at: int, count: int) -> bytes:
        start = at - self._window_at
        if start < 0 or start + count > len(self._window):
            if at + count > self._size:
                raise malformed("a structure is cut off")
            if self._source.check is not None:
                self._source.check()
            self._window = self._source.read(max(count, _WINDOW), start=at)
            self._window_at, start = at, 0
        return self._window[start : start + count]


def contents(element: bytes) -> bytes:
    """What a definite element holds."""
    return element[_header_size(element) :]


def children(element: bytes) -> list[bytes]:
    """The elements that a definite constructed element holds."""
    reader = Reader(Extent.of(contents(element)), small=len(element))
    found: list[bytes] = []
    while reader.peek() is not None:
        found.append(reader.element())
    return found


def is_der(content: Extent, tag: int) -> bool:
    """Whether the bytes are one definite element of this tag, no more and no less."""
    reader = Reader(content, small=0)
    if reader.peek() != tag:
        return False
    try:
        return reader.enter(tag).end == content.size
    except Fault:
        return False


def _header_size(element: bytes) -> int:
    return 2 if element[1] < 0x80 else 2 + (element[1] & 0x7F)

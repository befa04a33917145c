"""Bodies: the parts of a multipart, found where they lie, and what a transfer encoding stands for.

Takes extents, gives extents; nothing is held in memory but a chunk. Called when a message or a receipt is opened.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.faults import malformed
from edi_gateway.transport.as2.terms import Limits

_LONGEST_BOUNDARY = 200  # 70 by RFC 2046; some write more
_LINE = 256  # bytes of a delimiter line that we look at
_ALIKE = 10_000  # lines that begin like a delimiter and are none; each costs a look
_BLANKS = b" \t\r\n"


def parts_of(
    body: Extent, boundary: str | None, limits: Limits, *, epilogue: bool = True
) -> tuple[Extent, ...]:
    """The parts of a multipart, each exactly as it lies between its delimiter lines (RFC 2046 5.1.1).

    What stands before the first delimiter and behind the last is no part, and nobody gets to see it. Raises Fault
    without a closing delimiter; and without `epilogue` when anything but blanks follows it, for below an encryption
    that others can change it would be a place where they learn whether their guess decrypts.
    """
    if not boundary or len(boundary) > _LONGEST_BOUNDARY:
        raise malformed("a multipart has no usable boundary")
    mark = b"--" + boundary.encode("utf-8", "replace")
    parts: list[Extent] = []
    start: int | None = None
    lines_end_in_crlf = True
    alike = 0
    for at in _found(body, mark):
        line = body.read(_LINE, start=at + len(mark))
        rest, newline, _ = line.partition(b"\n")
        last = rest.startswith(b"--")
        ends = newline or at + len(mark) + len(rest) == body.size
        if rest.removeprefix(b"--").strip(b" \t\r") or not ends:
            alike += 1
            if alike > _ALIKE:
                raise malformed("a multipart has too many lines that begin like a delimiter")
            continue
        if start is not None:
            crlf = lines_end_in_crlf and body.read(2, start=at - 2) == b"\r\n"
            parts.append(body.cut(start, max(start, at - 2 if crlf else at - 1)))
        start = at + len(mark) + len(rest) + 1
        lines_end_in_crlf = rest.endswith(b"\r")  # else a CR before the next delimiter line is the part's own
        if last:
            if not epilogue and not blank(body.cut(start, body.size)):
                raise malformed("something follows the end of a multipart")
            return tuple(parts)
        if len(parts) >= limits.parts:
            raise malformed("a multipart has more parts than we take")
    raise malformed("a multipart does not end")


def _found(body: Extent, mark: bytes) -> Iterator[int]:
    """Where the mark begins a line."""
    wanted = b"\n" + mark
    kept = b"\n"  # as if a line ended before the first byte
    base = -1  # of kept's first byte, in body
    for chunk in body.chunks():
        window = kept + chunk
        at = window.find(wanted)
        while at >= 0:
            yield base + at + 1
            at = window.find(wanted, at + 1)
        kept = window[max(0, len(window) - len(wanted) + 1) :]
        base += len(window) - len(kept)


def blank(rest: Extent) -> bool:
    """Nothing, or blanks and line ends only."""
    return not any(chunk.strip(_BLANKS) for chunk in rest.chunks())


def decoded(body: Extent, encoding: str, scratch: Scratch) -> Extent:
    """The bytes that a Content-Transfer-Encoding stands for. Raises Fault where they are not in it."""
    if encoding in ("binary", "8bit", "7bit", ""):
        return body
    if encoding == "base64":
        return scratch.keep(_from_base64(body.chunks()))
    if encoding == "quoted-printable":
        return scratch.keep(_from_quoted_printable(body.chunks()))
    raise malformed("a part has a transfer encoding that we do not know")


def _from_base64(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    ended = False
    for chunk in chunks:
        left += chunk.translate(None, _BLANKS)
        whole = len(left) - len(left) % 4
        if whole and ended:
            raise malformed("base64 goes on behind its end")
        ended = ended or left[:whole].endswith(b"=")
        yield _plain(left[:whole])
        left = left[whole:]
    if left:
        raise malformed("base64 ends in the middle")


def _plain(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise malformed("base64 cannot be read") from None


def _from_quoted_printable(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        left += chunk
        end = left.rfind(b"\n") + 1
        yield binascii.a2b_qp(left[:end])
        left = left[end:]
        if len(left) > 1 << 20:
            raise malformed("a quoted-printable line does not end")
    yield binascii.a2b_qp(left)

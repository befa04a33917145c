"""Header lines: of HTTP as the server or client hands them over, of a MIME entity as it stands in its bytes.

Takes bytes or pairs, gives names and unfolded values. Tolerant of case, folding and line ends (CRLF or LF); not of
what two readers could read in two ways.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from urllib.parse import quote, unquote_to_bytes

from edi_gateway.transport.as2.extents import Extent, joined
from edi_gateway.transport.as2.faults import malformed
from edi_gateway.transport.as2.terms import Limits

_END = re.compile(rb"(?:\A|\n)\r?\n")
_NAME = re.compile(r"[!-9;-~]+\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+/[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)\s*')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Head:
    """Header lines in their order, names as written, values unfolded and stripped."""

    lines: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[bytes | str, bytes | str]], limits: Limits = Limits()) -> Head:
        """The head of an HTTP message. Raises Fault when there are too many lines, or too long ones."""
        lines: list[tuple[str, str]] = []
        size = 0
        for name, value in pairs:
            size += len(name) + len(value) + 4
            if len(lines) >= limits.header_lines or size > limits.head:
                raise malformed("the message has more header lines than we take")
            lines.append((_text(name), _unfolded(_text(value))))
        return cls(tuple(lines))

    def get(self, name: str) -> str | None:
        """The value of this header, whatever its case. Raises Fault when it stands there twice and differs."""
        wanted = name.lower()
        found = {value for written, value in self.lines if written.lower() == wanted}
        if len(found) > 1:
            raise malformed(f"the header {name} stands there more than once")
        return found.pop() if found else None

    def content_type(self) -> Value:
        """Content-Type; text/plain where there is none (RFC 2045 5.2). Raises Fault when it names no type."""
        value = Value.read(self.get("Content-Type") or "text/plain")
        if not _MEDIA_TYPE.match(value.word):
            raise malformed("a Content-Type names no type")
        return value

    def transfer_encoding(self) -> str:
        return (self.get("Content-Transfer-Encoding") or "binary").split(";")[0].strip().lower()

    def filename(self) -> str | None:
        """The document's name by Content-Disposition, else by Content-Type; control characters left out."""
        for header, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
            name = Value.read(self.get(header) or "").parameter(parameter)
            if name:
                return visible(_decoded_words(name))[:255] or None
        return None

    def dump(self) -> bytes:
        """The lines and the blank one behind them, with CRLF."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.lines).encode() + b"\r\n"


def visible(text: str) -> str:
    """Without control characters and halves of characters, which no record takes (nor a terminal without harm)."""
    return _CONTROL.sub("", text)


def read_head(entity: Extent, limits: Limits) -> tuple[Head, Extent]:
    """The head of a MIME entity, and its body. Raises Fault when it is none."""
    start = entity.read(limits.head + 4)
    found = _END.search(start)
    if found is None and entity.size > limits.head:
        raise malformed("a header does not end")
    end = entity.size if found is None else found.end()
    lines: list[list[str]] = []
    for line in _text(start[:end]).split("\n"):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t"):
            if not lines:
                raise malformed("a header begins with a folded line")
            lines[-1][1] += line
        elif line:
            if len(lines) >= limits.header_lines:
                raise malformed("a header has more lines than we take")
            name, colon, value = line.partition(":")
            if not colon or not _NAME.match(name.rstrip(" \t")):
                raise malformed("a header line has no name")
            lines.append([name.rstrip(" \t"), value])
    return Head(tuple((name, _unfolded(value)) for name, value in lines)), entity.cut(end, entity.size)


def canonical(entity: Extent, limits: Limits) -> Extent:
    """The entity with CRLF at the end of its header lines, its body untouched (RFC 4130 7.3.1)."""
    start = entity.read(limits.head + 4)
    found = _END.search(start)
    end = len(start) if found is None else found.end()
    written = re.sub(rb"\r?\n", b"\r\n", start[:end])
    return entity if written == start[:end] else joined(written, entity.cut(end, entity.size))


@dataclass(frozen=True, slots=True)
class Value:
    """A header's value with its parameters: multipart/signed; micalg=sha-256; boundary="..."."""

    word: str  # lower case
    parameters: tuple[tuple[str, str], ...] = ()  # names in lower case

    @classmethod
    def read(cls, text: str) -> Value:
        """What can be read of it; of a parameter that stands there twice the first counts."""
        word, _, _ = text.partition(";")
        parameters: dict[str, str] = {}
        at = len(word)
        while found := _PARAMETER.match(text, at):
            name, value = found[1].lower(), found[2].strip()
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            parameters.setdefault(name, value)
            at = found.end()
        return cls(word.strip().lower(), tuple(parameters.items()))

    def parameter(self, name: str) -> str | None:
        """Its value, joined and decoded where RFC 2231 has split or encoded it."""
        parameters = dict(self.parameters)
        if (plain := parameters.get(name + "*")) is not None:
            return _extended(plain)
        if (plain := parameters.get(name)) is not None:
            return plain
        parts: list[bytes] = []
        charset = ""
        for number in range(len(parameters)):
            if (part := parameters.get(f"{name}*{number}*")) is not None:
                if number == 0:
                    charset, _, part = part.partition("'")
                    part = part.partition("'")[2]
                parts.append(unquote_to_bytes(part))
            elif (part := parameters.get(f"{name}*{number}")) is not None:
                parts.append(part.encode("utf-8", "replace"))
            else:
                break
        return _decode(b"".join(parts), charset) if parts else None

    def __str__(self) -> str:
        """As a header has it, on one line whatever the values hold."""
        return self.word + "".join(_written(name, value) for name, value in self.parameters)


def _written(name: str, value: str) -> str:
    if _TOKEN.match(value):
        return f"; {name}={value}"
    quotable = "".join(character if " " <= character <= "~" else "_" for character in value)
    quoted = quotable.replace("\\", "\\\\").replace('"', '\\"')
    plain = f'; {name}="{quoted}"'
    if quotable == value:
        return plain
    return f"{plain}; {name}*=UTF-8''{quote(value, safe='')}"


def _extended(text: str) -> str:
    charset, _, rest = text.partition("'")
    return _decode(unquote_to_bytes(rest.partition("'")[2]), charset)


def _decode(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _decoded_words(text: str) -> str:
    """Java mail writes =?UTF-8?Q?...?= even into parameters, where RFC 2047 forbids it."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (HeaderParseError, binascii.Error, ValueError):
        return text
    words = "".join(
        part if isinstance(part, str) else _decode(part, charset or "") for part, charset in parts
    )
    return words or text


def _text(value: bytes | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _unfolded(value: str) -> str:
    return re.sub(r"\r?\n", "", value).strip(" \t\r\n")

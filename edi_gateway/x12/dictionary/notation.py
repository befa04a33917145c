"""A data file of the dictionary cut into entries that know where they stand, and the error that says so.

Takes text, gives lines by key; called by `loader.py`, `body.py` and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from edi_gateway.model.errors import GatewayError


class DictionaryError(GatewayError):
    """{file}, line {line}: {reason}. The notation is described in docs/reference/dictionary-notation.md."""


class Line(NamedTuple):
    """A line of a data file: `text` without its key and without blanks around it."""

    file: Path
    number: int
    text: str

    def fail(self, reason: str) -> NoReturn:
        raise DictionaryError(file=self.file, line=self.number, reason=reason)


def lines(file: Path) -> Iterator[tuple[Line, str]]:
    """The lines of a file that say something, and each as it stands. Only ASCII is read."""
    for number, raw in enumerate(file.read_bytes().split(b"\n"), start=1):
        line = Line(file, number, raw.decode("ascii", "replace").strip())
        if not raw.isascii():
            line.fail("a character that is not ASCII")
        if line.text and line.text[0] != "#":
            yield line, raw.decode("ascii")


class Entry(NamedTuple):
    """An unindented line under its first word, and the indented lines that follow it."""

    head: Line
    body: tuple[Line, ...]


def entries(file: Path) -> dict[str, Entry]:
    """All entries of a file by their first word; a file that is not there has none."""
    if not file.exists():
        return {}
    heads: dict[str, Line] = {}
    bodies: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    for line, raw in lines(file):
        if raw[0].isspace():
            if current is None:
                line.fail("an indented line, but no entry above it")
            current.append(line)
            continue
        key, _, rest = line.text.partition(" ")
        head = line._replace(text=rest.strip())
        if key in heads:
            head.fail(f"{key} already stands in line {heads[key].number}")
        heads[key] = head
        current = bodies[key] = []
    return {key: Entry(head, tuple(bodies[key])) for key, head in heads.items()}

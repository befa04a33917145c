"""The elements and notes of a segment or composite: `N1` = `Name: 98M 93X 66X 67X 706 98 / R0203 P0304`.

Takes a line, gives name, uses and notes; `= 02:156X 07:1715X / +E0207 -P0102` changes an older one.
Called by `loader.py`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from edi_gateway.x12.dictionary.model import Use
from edi_gateway.x12.dictionary.notation import Line

_USE: Final = re.compile(r"(C?\d{1,4}|I\d\d|S\d\d\d)([MOX]?)(?:\*([1-9]\d*))?")
_REPEATED: Final = re.compile(r"(\d+)\(([^()]*)\)")
_NOTE: Final = re.compile(r"[PRECL](?:\d\d){2,}")
_PAIRS: Final = re.compile(r"([PRECL])(\d\d)(\d\d)\.\.(\d\d)(\d\d)")


class Content(NamedTuple):
    name: str
    uses: tuple[Use, ...]
    notes: tuple[str, ...]


def read_content(line: Line) -> Content:
    """Name, uses and notes of a line that stands for itself."""
    name, colon, rest = line.text.partition(": ")
    if not colon:
        line.fail("a name, a colon and the elements are expected")
    listed, _, noted = rest.partition(" / ")
    spread = _REPEATED.sub(lambda found: f"{found[2]} " * int(found[1]), listed)
    uses = tuple(_use(at, token, line) for at, token in enumerate(spread.split(), start=1))
    notes = tuple(note for token in noted.split() for note in _notes(token, line))
    return _sound(Content(name, uses, notes), line)


def change_content(before: Content, line: Line) -> Content:
    """The older content with the positions and notes of `line` put in, added or removed."""
    listed, _, noted = line.text.removeprefix("=").partition("/")
    uses = list(before.uses)
    for token in listed.split():
        place, colon, element = token.partition(":")
        if not colon or not place.isdigit() or not 1 <= int(place) <= len(uses) + 1:
            line.fail(f"{token!r} is not a position up to {len(uses) + 1} with its element, such as 07:1715X")
        uses[int(place) - 1 : int(place)] = [_use(int(place), element, line)]
    notes = list(before.notes)
    for token in noted.split():
        for note in _notes(token[1:], line):
            if token[0] == "+" and note not in notes:
                notes.append(note)
            elif token[0] == "-" and note in notes:
                notes.remove(note)
            else:
                line.fail(f"{token!r} neither adds a new note (+) nor takes one away that is there (-)")
    return _sound(Content(before.name, tuple(uses), tuple(notes)), line)


def _use(position: int, token: str, line: Line) -> Use:
    found = _USE.fullmatch(token)
    if found is None:
        line.fail(f"{token!r} is not an element with requirement and repeat, such as 353M, C040 or 127X*5")
    return Use(position, found[1], found[2] or "O", int(found[3] or 1))


def _notes(token: str, line: Line) -> list[str]:
    series = _PAIRS.fullmatch(token)
    if series is not None:
        first, second, start, end = (int(number) for number in series.groups()[1:])
        if second != first + 1 or end != start + 1 or start <= first or (start - first) % 2:
            line.fail(f"{token!r} is not a series of pairs, such as P0607..2425")
        return [f"{series[1]}{at:02}{at + 1:02}" for at in range(first, start + 1, 2)]
    if _NOTE.fullmatch(token) is None:
        line.fail(f"{token!r} is not a note, such as P0304 or L03040513")
    return [token]


def _sound(content: Content, line: Line) -> Content:
    for note in content.notes:
        places = [int(note[at : at + 2]) for at in range(1, len(note), 2)]
        if max(places) > len(content.uses) or min(places) < 1 or len(set(places)) != len(places):
            line.fail(f"the note {note} names a position twice or one that is not there")
    return content

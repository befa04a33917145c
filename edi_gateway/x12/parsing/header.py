"""Reads the ISA: where the delimiters come from, and the one segment that partners get wrong most often.

Takes text that begins at an "ISA" and gives a Header, or None when this is no interchange header. By the
106 fixed positions when they hold, else by the separators. Called by the lexer only.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

WINDOW = 1024  # characters that are looked at; an ISA has 106, and some more when lines are wrapped

_SEPARATORS_AT = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_WIDTHS = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_STARTS = (0, *(at + 1 for at in _SEPARATORS_AT))
_SLICES = tuple(slice(start, start + width) for start, width in zip(_STARTS, _WIDTHS, strict=True))
_LONGEST_ELEMENT = 60
_FIXED = re.compile(
    r"[Ii][Ss][Aa](.)..\1.{10}\1..\1.{10}\1..\1.{15}\1..\1.{15}\1.{6}\1.{4}\1.\1.{5}\1.{9}\1.\1.\1(.)(.)",
    re.DOTALL,
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_CANDIDATE = re.compile(r"[Ii][Ss][Aa][^A-Za-z0-9 \r\n]", re.DOTALL)


class Delimiters(NamedTuple):
    """The characters that take an interchange apart; `repetition` is None before 00402."""

    element: str
    component: str
    segment: str
    repetition: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """An ISA as read. `length` counts the characters up to and with the segment terminator, `starts` says
    where each element begins (both from the I of ISA), `suffix` is what follows each terminator (line end),
    `faults` are the elements whose separator did not stand where it should."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    length: int
    starts: tuple[int, ...]
    suffix: str
    wrapped: bool
    padded: bool
    faults: tuple[int, ...] = ()
    component_missing: bool = False


def candidate(text: str, start: int) -> int:
    """Where the next thing that could be an ISA begins, -1 if nowhere in `text`."""
    near = _near(text, start, len(text))
    found = _CANDIDATE.search(text, near) if near >= 0 else None
    return found.start() if found else -1


def _near(text: str, start: int, end: int) -> int:
    """Where an "ISA" stands: many times as fast as a pattern where there is none."""
    return text.lower().find("isa", start, end)


def certain(text: str, start: int, end: int) -> int:
    """Where a complete ISA in its fixed positions begins, -1 if nowhere. Sure enough to be believed inside data."""
    near = _near(text, start, end)
    found = _FIXED.search(text, near, end) if near >= 0 else None
    while found:
        if _is_delimiter(found[1]):
            return found.start()
        found = _FIXED.search(text, found.start() + 1, end)
    return -1


def read_header(text: str) -> Header | None:
    """The header that `text` begins with (at most WINDOW characters are looked at), None if there is none."""
    window = text[:WINDOW]
    if (fixed := _FIXED.match(window)) and _is_delimiter(fixed[1]) and _is_delimiter(fixed[3], newline=True):
        return _by_position(window, range(len(window)), fixed[1], wrapped=_wraps_later(text))
    if "\r" not in window and "\n" not in window:
        return _by_separators(window) or _by_majority(window)
    flat = [at for at, character in enumerate(window) if character not in "\r\n"]
    line = "".join(window[at] for at in flat)
    if (
        len(line) < len(window)
        and (fixed := _FIXED.match(line))
        and _is_delimiter(fixed[1])
        and _is_delimiter(fixed[3])
    ):
        return _by_position(line, flat, fixed[1], wrapped=True)
    return _by_separators(window) or _by_majority(window)


def _by_position(line: str, origin: range | list[int], element: str, *, wrapped: bool) -> Header:
    """Read by the fixed positions; `origin` maps a position of `line` to one of the text it was taken from."""
    elements = [line[part].rstrip(" ") for part in _SLICES]
    faults = tuple(number for number, at in enumerate(_SEPARATORS_AT, start=1) if line[at] != element)
    length = origin[105] + 1
    return Header(
        elements=tuple(elements),
        delimiters=Delimiters(element, line[104], line[105], _repetition(elements)),
        length=length,
        starts=tuple(origin[at] for at in _STARTS) if wrapped else _STARTS,
        suffix="" if wrapped else _blanks(line, 106, element + line[105]),
        wrapped=wrapped,
        padded=True,
        faults=faults,
    )


def _by_majority(window: str) -> Header | None:
    """One or two separators damaged, the positions otherwise in place."""
    if len(window) < 106:
        return None
    counted = Counter(window[at] for at in _SEPARATORS_AT)
    element, votes = counted.most_common(1)[0]
    if votes < 13 or not _is_delimiter(element) or not _is_delimiter(window[105], newline=True):
        return None
    return _by_position(window, range(len(window)), element, wrapped=False)


def _by_separators(window: str) -> Header | None:
    """Elements padded too much, too little or not at all: what stands between the separators counts."""
    element = window[3:4]
    if not element or not _is_delimiter(element):
        return None
    starts, elements, at = [0], [window[:3]], 3
    for _ in range(15):
        end = window.find(element, at + 1)
        if end < 0 or end - at > _LONGEST_ELEMENT:
            return None
        starts.append(at + 1)
        elements.append(window[at + 1 : end].strip(" \r\n"))
        at = end
    starts.append(at + 1)
    ending = _ending(window, at + 1, element)
    if ending is None or not _plausible(elements):
        return None
    component, terminator, length = ending
    elements.append(component)
    return Header(
        elements=tuple(elements),
        delimiters=Delimiters(
            element, component or _unused(element, terminator), terminator, _repetition(elements)
        ),
        length=length,
        starts=tuple(starts),
        suffix=_blanks(window, length, element + terminator),
        wrapped=False,
        padded=False,
        component_missing=not component,
    )


def _ending(window: str, at: int, element: str) -> tuple[str, str, int] | None:
    """ISA16 and the terminator at `at`: component separator ("" when left out), terminator, length of the ISA."""
    following = re.compile(rf"(?:GS|TA1|IEA|ISB|ISE){re.escape(element)}", re.IGNORECASE).search(
        window, at, at + 40
    )
    if following:
        tail = window[at : following.start()]
        kept = tail.strip(" \t\r\n") or tail
        if len(tail) >= 2 and tail[0] == kept:
            return kept, tail[1], at + 2
        if not kept or kept[-1].isalnum():
            return None  # what stands in words ends no segment
        if len(kept) >= 2:
            return kept[0], kept[-1], at + tail.rindex(kept[-1]) + 1
        return "", kept, at + tail.index(kept) + 1
    component, terminator = window[at : at + 1], window[at + 1 : at + 2]
    if not _is_delimiter(component) or not _is_delimiter(terminator, newline=True):
        return None
    return component, terminator, at + 2


def _plausible(elements: list[str]) -> bool:
    """Enough of the elements look like an ISA's, so that a sentence with stars in it is not taken for one."""
    shapes = (
        len(elements[1]) == 2,
        len(elements[5]) == 2,
        len(elements[7]) == 2,
        bool(re.fullmatch(r"\d{6}|\d{8}", elements[9])),
        bool(re.fullmatch(r"\d{4,8}", elements[10])),
        bool(re.fullmatch(r"\d{5}", elements[12])),
        elements[13].isdigit(),
        elements[15] in ("P", "T", "I"),
    )
    return sum(shapes) >= 5


def _wraps_later(text: str) -> bool:
    """Lines broken at one width of 106 or more: each full line is as long as the first, and one of the breaks
    does not follow a terminator."""
    terminator = text[105]
    if terminator in "\r\n":
        return False
    first = _LINE_END.search(text)
    second = first and _LINE_END.search(text, first.end())
    if not first or not second:
        return False
    width = second.start() - first.end()
    if width > first.start() or (width < first.start() and second.end() < len(text)):
        return False  # as in nearly all files, seen at the first two lines
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()  # the end of the file has a line end too
    if len(lines) < 3 or len(lines[0]) < 106:
        return False
    full = lines[:-1]
    if any(len(line) != len(full[0]) for line in full) or len(lines[-1]) > len(full[0]):
        return False
    return any(not line.rstrip(" ").endswith(terminator) for line in full)


def _blanks(text: str, at: int, delimiters: str) -> str:
    """The line end or blanks at a place, as far as they are not delimiters."""
    blanks = [blank for blank in " \t\r\n" if blank not in delimiters]
    end = at
    while end < len(text) and text[end] in blanks:
        end += 1
    return text[at:end]


def _repetition(elements: list[str]) -> str | None:
    mark = elements[11]
    return mark if len(mark) == 1 and _is_delimiter(mark) else None


def _unused(*taken: str) -> str:
    return next(mark for mark in ":>^<" if mark not in taken)


def _is_delimiter(character: str, *, newline: bool = False) -> bool:
    if len(character) != 1 or (character.isascii() and character.isalnum()) or character == " ":
        return False
    return newline or character not in "\r\n"

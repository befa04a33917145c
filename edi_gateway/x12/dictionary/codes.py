"""The code list of an element: a line a code, `00 original`, in sections by version.

Takes `codes/353.txt`, gives what one version knows; called by `loader.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from edi_gateway.x12.dictionary.model import ElementDef
from edi_gateway.x12.dictionary.notation import Line, lines

_ALL: Final = "[all]"


class Codes(NamedTuple):
    meanings: Mapping[str, str]
    complete: bool


def read_codes(file: Path, version: str, element: ElementDef) -> Codes | None:
    """The codes of `element` at `version`; None where the dictionary keeps no list of them.

    `complete` in the first line closes the list. `[from 005010]` opens the codes that came with a version,
    `[only 004010]` those that only this version has, `[all]` the others again. A line that begins with
    `also` names further codes of which only the membership is kept; their meaning is "".
    """
    if not file.exists():
        return None
    meanings: dict[str, str] = {}
    others: set[str] = set()
    described: dict[str, int] = {}
    complete = False
    known = True
    for line, _ in lines(file):
        text = line.text
        first, _, rest = text.partition(" ")
        if text == "complete" and not described:
            complete = True
        elif text[0] == "[":
            known = _known(line, version)
        elif first == "also":
            for token in rest.split():
                codes = list(_spread(token, line))
                _check(codes[-1], element, line)
                if known:
                    others.update(codes)
        else:
            if not rest:
                line.fail(f"the code {first!r} has no meaning beside it")
            _check(first, element, line)
            if first in described:
                line.fail(f"{first!r} already stands in line {described[first]}")
            described[first] = line.number
            if known:
                meanings[first] = rest.strip()
    if not described and not others:
        Line(file, 1, "").fail("a code list without a code; delete the file if any code will do")
    for code in others.difference(meanings):
        meanings[code] = ""
    return Codes(MappingProxyType(meanings), complete)


def _known(line: Line, version: str) -> bool:
    """Whether the codes under a section header are codes of this version."""
    if line.text == _ALL:
        return True
    word, _, named = line.text.strip("[]").partition(" ")
    if word not in ("from", "only") or len(named) != 6 or not named.isdigit():
        line.fail(f"{line.text!r} is not [all], [from VERSION] or [only VERSION]")
    return version >= named if word == "from" else version == named


def _spread(token: str, line: Line) -> Iterator[str]:
    """The codes of a token: itself, or a range in the digits at its end or in its last letter."""
    start, dots, end = token.partition("..")
    if not dots:
        yield start
        return
    head = start.rstrip("0123456789")
    first, last = start[len(head) :], end[len(head) :]
    if len(start) == len(end) and end.startswith(head) and first < last and last.isdigit():
        for number in range(int(first), int(last) + 1):
            yield f"{head}{number:0{len(first)}}"
    elif start[:-1] == end[:-1] and start < end and start[-1].isalpha() and end[-1].isalpha():
        for character in range(ord(start[-1]), ord(end[-1]) + 1):
            yield start[:-1] + chr(character)
    else:
        line.fail(f"{token!r} is not a range of codes, such as 01..09 or AA..AZ")


def _check(code: str, element: ElementDef, line: Line) -> None:
    if not element.min <= len(code) <= element.max:
        line.fail(f"{code!r} is not {element.min} to {element.max} characters long")

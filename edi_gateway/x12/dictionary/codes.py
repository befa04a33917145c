"""The code list of an element: a line a code, `00 original`, in sections by version.

Takes `codes/353.txt`, gives what one version knows; called by `loader.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from edi_gateway.x12.dictionary.model import ElementDef
from edi_gateway.x12.dictionary.notation import Line

_ALL: Final = "[all]"


class Codes(NamedTuple):
    meanings: Mapping[str, str]
    complete: bool


def read_codes(file: Path, version: str, element: ElementDef) -> Codes | None:
    """The codes of `element` at `version`; None where the dictionary keeps no list of them.

    `complete` in the first line closes the list. `[from 005010]` opens the codes that came with a version,
    `[only 004010]` those that only this version has, `[all]` the others again.
    """
    if not file.exists():
        return None
    meanings: dict[str, str] = {}
    seen: dict[str, int] = {}
    complete = False
    section, known = _ALL, True
    for number, raw in enumerate(file.read_text(encoding="ascii").splitlines(), start=1):
        text = raw.strip()
        if not text or text[0] == "#":
            continue
        line = Line(file, number, text)
        if text == "complete" and not seen:
            complete = True
        elif text[0] == "[":
            section, known = text, _known(line, version)
        else:
            code, _, meaning = text.partition(" ")
            if not meaning:
                line.fail(f"the code {code!r} has no meaning beside it")
            if not element.min <= len(code) <= element.max:
                line.fail(f"{code!r} is not {element.min} to {element.max} characters long")
            if code in seen:
                line.fail(f"{code!r} already stands in line {seen[code]}")
            seen[code] = number
            if known:
                meanings[code] = meaning.strip()
    if not seen:
        Line(file, 1, section).fail("a code list without a code; delete the file if any code will do")
    return Codes(MappingProxyType(meanings), complete)


def _known(line: Line, version: str) -> bool:
    """Whether the codes under a section header are codes of this version."""
    if line.text == _ALL:
        return True
    word, _, named = line.text.strip("[]").partition(" ")
    if word not in ("from", "only") or len(named) != 6 or not named.isdigit():
        line.fail(f"{line.text!r} is not [all], [from VERSION] or [only VERSION]")
    return version >= named if word == "from" else version == named

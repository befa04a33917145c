"""`[tree]`: the levels of a set whose loops say by HL01 and HL02 how they hang together, as an 856's do.

Takes what stands under [tree] in a set's own file, gives a Tree; which records its levels are is levels.py's
business. Mistakes go to Problems with file and line. Called by sources.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edi_gateway.mapping.files.problems import Origin, Problems

#: What opens a level: HL01 its id, HL02 the id of the level around it, HL03 its code, HL04 whether levels are beneath.
LOOP = "HL"
#: The field of a level's record that holds HL03 and tells the records apart.
LEVEL = "level"
_CODE = re.compile(r"[A-Z0-9]{1,2}")
_KEYS = ("loop", "children", "levels")


@dataclass(frozen=True, slots=True)
class Level:
    """A code of HL03 and the name of its record; empty for the level that is the document itself."""

    code: str
    record: str
    at: Origin


@dataclass(frozen=True, slots=True)
class Tree:
    """Levels by code. `children` is the field in which a record holds those beneath it."""

    loop: str
    children: str
    levels: Mapping[str, Level]
    at: Origin

    @property
    def top(self) -> str:
        """The code of the level that is the document."""
        return next(level.code for level in self.levels.values() if not level.record)


def tree_of(values: Mapping[str, tuple[Any, Origin]], at: Origin, problems: Problems) -> Tree | None:
    """The tree of a file, from its keys with their origins (`levels.S` for a level); None when it cannot be used."""
    before = len(problems.found)
    for key, (_, where) in values.items():
        if key not in _KEYS and not key.startswith("levels."):
            problems.add(where, f"{key} is not known here; known are {', '.join(_KEYS)}")
    loop, loop_at = values.get("loop", (None, at))
    if loop != LOOP:
        problems.add(loop_at, f'[tree] says its loop: loop = "{LOOP}"')
    children, children_at = values.get("children", (None, at))
    if not (isinstance(children, str) and re.fullmatch(r"[a-z_]+", children)):
        problems.add(children_at, '[tree] says which field holds the levels beneath: children = "children"')
    levels = _levels(values, at, problems)
    if len(problems.found) > before:
        return None
    return Tree(LOOP, str(children), levels, at)


def _levels(values: Mapping[str, tuple[Any, Origin]], at: Origin, problems: Problems) -> dict[str, Level]:
    levels: dict[str, Level] = {}
    for key, (record, where) in values.items():
        code = key.removeprefix("levels.")
        if code == key:
            continue
        if not _CODE.fullmatch(code):
            problems.add(where, f"{code} is no level: one or two capital letters or digits, as HL03 has them")
        elif not isinstance(record, str):
            problems.add(where, f'level {code}: the name of its record, or "" for the document itself')
        else:
            levels[code] = Level(code, record, where)
    top = [level for level in levels.values() if not level.record]
    if len(top) != 1:
        where = top[1].at if top else values.get("levels", (None, at))[1]
        problems.add(where, 'one level is the document itself: levels = { S = "", ... }')
    return levels

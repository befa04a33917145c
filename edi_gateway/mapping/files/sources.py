"""From the text of mapping files to merged raw rows: `like`, layers, a partner's rows over the standard's.

Takes texts by name, so that a published snapshot is read exactly as the files once were. Gives raw rows, keys
with the file and line of each; what the keys mean is notation.py's business. Called by catalog.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edi_gateway.mapping.files.problems import Origin, Problems
from edi_gateway.mapping.files.tree import Tree, tree_of
from edi_gateway.partners.lines import Path, line_of, lines_of

#: Keys at the top of a file that are no rows. `rules` are the partner's guide rules, read by partners/.
RESERVED = ("set", "model", "extends", "rules")
ELSE = " else"


@dataclass(slots=True)
class RawRow:
    """A row as written: its keys, each with its origin. `pick` keys are kept one by one under `picks`."""

    selector: str
    at: Origin
    keys: dict[str, tuple[Any, Origin]] = field(default_factory=dict)
    picks: dict[str, tuple[Any, Origin]] = field(default_factory=dict)
    shared: bool = False  # came in by `like`: left out where the set has no such segment
    picked: bool = False  # made of a `pick`
    picking: bool = False  # has or had a `pick`

    def over(self, other: RawRow) -> None:
        """Lays another row's keys over this one's; `key = false` takes a key away, here or in what lies beneath."""
        for mine, theirs in ((self.keys, other.keys), (self.picks, other.picks)):
            for key, (value, at) in theirs.items():
                if value is False and key != "write" and mine.get(key, (False,))[0] is not False:
                    del mine[key]
                else:
                    mine[key] = (value, at)
        self.picking = self.picking or other.picking or bool(other.picks)
        if other.keys or other.picks:
            self.shared = self.shared and other.shared


@dataclass(slots=True)
class Source:
    """One file: its top-level values, its rows in order, the removals it asks for."""

    name: str
    values: dict[str, tuple[Any, Origin]]
    rows: dict[str, RawRow]
    removals: dict[str, Origin]
    tree: Tree | None = None


def parse(name: str, text: str, problems: Problems) -> Source:
    """A file's rows. A file that is no TOML gives one problem and no rows."""
    source = Source(name, {}, {}, {})
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        problems.add(Origin(name, int(where[1]) if where else 1), f"not TOML: {error}")
        return source
    places = lines_of(text)
    for key, value in raw.items():
        at = Origin(name, line_of(places, (key,)))
        if key in RESERVED:
            source.values[key] = (value, at)
        elif key == "tree":
            _read_tree(source, value, places, at, problems)
        elif value is False:
            source.removals[key] = at
        elif isinstance(value, dict):
            _read_row(source, key, value, places, at, problems)
        else:
            problems.add(at, f"{key} = {value!r} says nothing; a row is a table, a removal is = false")
    return source


def _read_tree(source: Source, value: Any, places: dict[Path, int], at: Origin, problems: Problems) -> None:
    """The levels of [tree]; each has a row of its own, so that `like = "P"` and `"T" = false` find it."""
    source.values["tree"] = (value, at)
    if not isinstance(value, dict):
        problems.add(at, "[tree] is a table: loop, children, levels")
        return
    keys: dict[str, tuple[Any, Origin]] = {}
    for key, inner in value.items():
        where = Origin(source.name, line_of(places, ("tree", key)))
        keys[key] = (inner, where)
        if key == "levels" and isinstance(inner, dict):
            for code, record in inner.items():
                keys[f"levels.{code}"] = (record, Origin(source.name, line_of(places, ("tree", key, code))))
    source.tree = tree_of(keys, at, problems)
    for level in source.tree.levels.values() if source.tree else ():
        source.rows.setdefault(level.code, RawRow(level.code, level.at))


def _read_row(
    source: Source,
    selector: str,
    table: dict[str, Any],
    places: dict[Path, int],
    at: Origin,
    problems: Problems,
    path: tuple[str, ...] | None = None,
) -> None:
    path = path or (selector,)
    source.rows.pop(selector, None)  # a level that [tree] gave a row stands where its header is written
    row = source.rows[selector] = RawRow(selector, at)
    for key, value in table.items():
        origin = Origin(source.name, line_of(places, (*path, key)))
        if key == "else":
            if value is False:
                source.removals[selector + ELSE] = origin
            elif isinstance(value, dict):
                _read_row(source, selector + ELSE, value, places, origin, problems, (*path, "else"))
            else:
                problems.add(origin, f'else is a row of its own: ["{selector}".else]')
        elif key == "pick" and isinstance(value, dict):
            for code, target in value.items():
                row.picks[code] = (target, Origin(source.name, line_of(places, (*path, "pick", code))))
        else:
            row.keys[key] = (value, origin)


class Merger:
    """Puts files together: shapes taken in by `like`, then one layer over the other."""

    def __init__(self, texts: Mapping[str, str], problems: Problems) -> None:
        self.texts = texts
        self.problems = problems
        self.parsed: dict[str, Source] = {}

    def source(self, name: str) -> Source | None:
        if name not in self.parsed and name in self.texts:
            self.parsed[name] = parse(name, self.texts[name], self.problems)
        return self.parsed.get(name)

    def layer(self, source: Source) -> dict[str, RawRow]:
        """The file's rows with their shapes taken in. A row written out goes over one that a shape brought."""
        rows: dict[str, RawRow] = {}
        for row in source.rows.values():
            for brought in self._expand(row, source, row.selector, ()):
                there = rows.get(brought.selector)
                if there is None:
                    rows[brought.selector] = brought
                elif brought.shared and not there.shared:
                    brought.over(there)
                    brought.at = there.at
                    rows[brought.selector] = brought
                else:
                    there.over(brought)
                    there.at = brought.at
        return rows

    def _expand(
        self, row: RawRow, source: Source, selector: str, trail: tuple[tuple[str, str], ...]
    ) -> Iterator[RawRow]:
        made = RawRow(selector, row.at, shared=bool(trail))
        below: list[RawRow] = []
        like = row.keys.get("like")
        if like is not None and like[0] is not False:
            shape = self._shape(like[0], source, like[1])
            if shape is not None:
                home, name = shape
                if (home.name, name) in trail:
                    self.problems.add(like[1], f"like = {like[0]!r} leads back to itself")
                else:
                    below = self._take_shape(home, name, selector, (*trail, (home.name, name)), made)
        own = RawRow(
            selector, row.at, {k: v for k, v in row.keys.items() if k != "like"}, dict(row.picks), made.shared
        )
        made.over(own)
        yield made
        yield from below

    def _take_shape(
        self, home: Source, name: str, selector: str, trail: tuple[tuple[str, str], ...], made: RawRow
    ) -> list[RawRow]:
        below: list[RawRow] = []
        for key, row in home.rows.items():
            if key == name:
                top, *rest = self._expand(row, home, selector, trail)
                made.over(top)
                below.extend(rest)
            elif key == name + ELSE:
                below.extend(self._expand(row, home, selector + ELSE, trail))
            elif key.startswith(name + "/"):
                below.extend(self._expand(row, home, selector + key[len(name) :], trail))
        return below

    def _shape(self, like: object, source: Source, at: Origin) -> tuple[Source, str] | None:
        file, _, name = str(like).rpartition(":")
        home = self.source(f"{file}.toml") if file else source
        if home is None or name not in home.rows:
            self.problems.add(at, f"like = {like!r}: there is no such shape")
            return None
        return home, name


def lay_over(rows: dict[str, RawRow], source: Source, layer: dict[str, RawRow], problems: Problems) -> None:
    """Puts a layer's rows over those beneath: replaces keys, adds rows, removes what `= false` names."""
    for selector, at in source.removals.items():
        if not _remove(rows, selector):
            problems.add(at, f"there is no row {selector} to remove")
    for selector, row in layer.items():
        if selector not in rows:
            rows[selector] = _picked_out(rows, selector) or row
        beneath = rows[selector]
        if beneath is not row:
            beneath.over(row)
            beneath.at = row.at
        for keys in (beneath.keys, beneath.picks):
            for key in [key for key, (value, _) in keys.items() if value is False and key != "write"]:
                problems.add(keys.pop(key)[1], f"{selector} has no {key} to remove")


def _picked_out(rows: dict[str, RawRow], selector: str) -> RawRow | None:
    """The row that a `pick` beneath stands for, made a row of its own because a layer says more about it."""
    owner, _, code = selector.rpartition("*")
    if owner not in rows or code not in rows[owner].picks:
        return None
    row = rows[owner]
    of, with_ = row.keys.get("pick_of", ("02", row.at)), row.keys.get("pick_with", ({}, row.at))
    if not isinstance(of[0], str) or not isinstance(with_[0], dict):
        return None  # told when the picks are spread
    return _pick(row, code, of[0], *row.picks.pop(code), with_)


def _remove(rows: dict[str, RawRow], selector: str) -> bool:
    """Removes a row with all beneath it, or one qualifier of a row's `pick`."""
    beneath = [key for key in rows if key == selector or key.startswith((selector + "/", selector + ELSE))]
    for key in beneath:
        del rows[key]
    owner, star, code = selector.rpartition("*")
    picked = bool(star) and owner in rows and rows[owner].picks.pop(code, None) is not None
    return picked or selector in beneath


def spread_picks(rows: dict[str, RawRow], problems: Problems) -> list[RawRow]:
    """The rows with each `pick` as the exact rows that it stands for; what such a row says itself goes over it.

    `pick = { IA = "vendor" }` is the row SEG*IA with 02 = "vendor" (or the element that pick_of names), the elements
    of pick_with, and only_if = ["alone", "02 present"].
    """
    made: dict[str, list[RawRow]] = {}
    for row in rows.values():
        of, of_at = row.keys.pop("pick_of", ("02", row.at))
        with_, with_at = row.keys.pop("pick_with", ({}, row.at))
        if not row.picks and not row.picking:
            for at, word in ((of_at, "pick_of"), (with_at, "pick_with")):
                if at is not row.at:
                    problems.add(at, f"{word} without pick")
        elif row.picks and "*" in row.selector.rpartition("/")[2]:
            problems.add(
                row.at, f"{row.selector} names its qualifier already; pick belongs to a row without one"
            )
        elif not (isinstance(of, str) and re.fullmatch(r"\d\d", of)):
            problems.add(of_at, f'pick_of = {of!r}: an element, such as "05"')
        elif not isinstance(with_, dict):
            problems.add(with_at, 'pick_with is a table: { 03 = "times[01]" }')
        else:
            told = (with_, with_at)
            made[row.selector] = [_pick(row, code, of, *target, told) for code, target in row.picks.items()]
    picked = {row.selector: row for rows_ in made.values() for row in rows_}
    spread: list[RawRow] = []
    for row in rows.values():
        spread += made.get(row.selector, ())
        if row.selector in picked:
            short = picked[row.selector]
            short.over(row)
            short.at, short.picked = row.at, False
        elif row.keys or not row.picking:
            spread.append(row)
    return spread


def _pick(
    row: RawRow, code: str, of: str, target: Any, at: Origin, with_: tuple[dict[str, Any], Origin]
) -> RawRow:
    told, told_at = with_
    keys = {of: (target, at), "only_if": (["alone", f"{of} present"], at)}
    keys |= {key: (value, told_at) for key, value in told.items()}
    return RawRow(f"{row.selector}*{code}", at, keys, shared=row.shared, picked=True)

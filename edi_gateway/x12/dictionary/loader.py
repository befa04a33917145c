"""Reads the notation under `data/` (docs/reference/dictionary-notation.md) into the records of `model.py`.

Takes a folder; gives a Dictionary that builds each member on first use, so that a command which reads one set
pays for one set. A mistake in the notation is a DictionaryError that names file, line and reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from edi_gateway.x12.dictionary.body import change_body, read_body
from edi_gateway.x12.dictionary.codes import read_codes
from edi_gateway.x12.dictionary.content import Content, change_content, read_content
from edi_gateway.x12.dictionary.model import (
    CompositeDef,
    Dictionary,
    ElementDef,
    LoopPart,
    Part,
    SegmentDef,
    SetDef,
)
from edi_gateway.x12.dictionary.notation import Entry, entries
from edi_gateway.x12.dictionary.versions import DATA, VERSIONS, bases

_ELEMENT: Final = re.compile(r"(AN|ID|N\d|R|DT|TM|B) ([1-9]\d*)/([1-9]\d*) (\S.*)")
_SET: Final = re.compile(r"([A-Z]{2}) (\S.*)")

T = TypeVar("T")


@cache
def dictionary(version: str) -> Dictionary:
    """The dictionary of "004010" or "005010", or of what `versions.reading` names; KeyError for any other text."""
    return read_dictionary(DATA, version)


def read_dictionary(folder: Path, version: str) -> Dictionary:
    """The dictionary of a version as the notation in `folder` tells it."""
    return _Reader(folder, version, VERSIONS if version in VERSIONS else bases(folder)).dictionary


class _Shelf(Mapping[str, T]):
    """Members under their names, each built when it is first asked for."""

    def __init__(self, names: Iterable[str], build: Callable[[str], T]) -> None:
        self._names = dict.fromkeys(names)
        self._build = build
        self._built: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        found = self._built.get(name)
        if found is None:
            if name not in self._names:
                raise KeyError(name)
            found = self._built[name] = self._build(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Reader:
    """One version in a folder of the notation, above the version that it differs from."""

    def __init__(self, folder: Path, version: str, bases: Mapping[str, str | None]) -> None:
        base = bases[version]
        self._below: _Reader | None = None if base is None else _Reader(folder, base, bases)
        self._older: Dictionary | None = self._below.dictionary if self._below else None
        self._codes = folder / "codes"
        self._version = version
        self._coded = version if version in VERSIONS or base is None else base  # whose codes are read
        place = folder / version
        self._sets = entries(place / "sets.txt")
        self._segments = entries(place / "segments.txt")
        self._composites = entries(place / "composites.txt")
        self._elements = entries(place / "elements.txt")
        older = self._older
        self.dictionary: Dictionary = Dictionary(
            version,
            sets=_Shelf([*(older.sets if older else ()), *self._sets], self._set),
            segments=_Shelf([*(older.segments if older else ()), *self._segments], self._segment),
            elements=_Shelf([*(older.elements if older else ()), *self._elements], self._element),
            composites=_Shelf([*(older.composites if older else ()), *self._composites], self._composite),
        )

    def _set(self, code: str) -> SetDef:
        entry = self._sets.get(code)
        before = self._older.sets.get(code) if self._older else None
        if entry is None:
            assert before is not None  # _Shelf asks for names of its own only
            return replace(before, version=self._version)
        if entry.head.text == "=":
            if before is None:
                entry.head.fail(f"set {code} cannot be changed: no older version has it")
            return self._known(
                entry, replace(before, version=self._version, body=change_body(before.body, entry.body))
            )
        found = _SET.fullmatch(entry.head.text)
        if found is None:
            entry.head.fail("a set opens with its code, its group (GS01) and its name: 850 PO Purchase Order")
        return self._known(entry, SetDef(code, found[2], found[1], self._version, read_body(entry.body)))

    def _segment(self, tag: str) -> SegmentDef:
        before = self._older.segments.get(tag) if self._older else None
        entry = self._segments.get(tag)
        if entry is None:
            assert before is not None
            return before
        name, uses, notes = self._content(entry, before)
        return SegmentDef(tag, name, uses, notes)

    def _composite(self, key: str) -> CompositeDef:
        before = self._older.composites.get(key) if self._older else None
        entry = self._composites.get(key)
        if entry is None:
            assert before is not None
            return before
        name, uses, notes = self._content(entry, before)
        return CompositeDef(key, name, uses, notes)

    def _element(self, number: str) -> ElementDef:
        made = self._bare_element(number)
        codes = read_codes(self._codes / f"{number}.txt", self._coded, made)
        return made if codes is None else replace(made, codes=codes.meanings, complete=codes.complete)

    def _bare_element(self, number: str) -> ElementDef:
        """An element without its codes: these may differ between versions that share the element."""
        entry = self._elements.get(number)
        if entry is None:
            assert self._below is not None  # _Shelf asks for numbers of its own only
            return self._below._bare_element(number)
        found = _ELEMENT.fullmatch(entry.head.text)
        if found is None:
            entry.head.fail("an element is its number, type, shortest/longest and name: 353 ID 2/2 Purpose")
        made = ElementDef(number, found[4], found[1], int(found[2]), int(found[3]))
        if made.min > made.max:
            entry.head.fail(f"the shortest length {made.min} is above the longest {made.max}")
        return made

    def _content(self, entry: Entry, before: SegmentDef | CompositeDef | None) -> Content:
        """Name, uses and notes of an entry; every element that it uses is there."""
        if not entry.head.text.startswith("="):
            content = read_content(entry.head)
        elif before is None:
            entry.head.fail("nothing to change: no older version has it")
        else:
            content = change_content(Content(before.name, before.uses, before.notes), entry.head)
        for use in content.uses:
            if use.element not in self.dictionary.elements and use.element not in self.dictionary.composites:
                entry.head.fail(f"there is no element and no composite {use.element}")
        return content

    def _known(self, entry: Entry, made: SetDef) -> SetDef:
        """The set, if every segment in it is there."""
        for tag in _tags(made.body):
            if tag not in self.dictionary.segments:
                line = next((line for line in entry.body if re.search(rf"\b{tag}:", line.text)), entry.head)
                line.fail(f"there is no segment {tag}")
        return made


def _tags(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, LoopPart):
            yield from _tags(part.parts)
        else:
            yield part.tag

"""The dictionary in words: the places of a set, the elements of a segment, notes and types as people say them.

Takes a Dictionary, gives rows that a screen, a JSON line or a page can show. Called by `dictionary show` of the CLI
and by `reference.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi_gateway.x12.dictionary.model import Dictionary, LoopPart, Part, SegmentDef, Use

_USE = {"M": "must", "O": "may", "X": "depends"}
_TYPE = {"AN": "text", "ID": "code", "R": "decimal number", "DT": "date", "TM": "time", "B": "bytes"}
_NOTE = {"P": "all or none", "R": "at least one", "E": "at most one"}


@dataclass(frozen=True, slots=True)
class Place:
    """A segment's place in a set. `depth` is how many loops it stands in; where it opens a loop, `use` and `most`
    (None: any number) are the loop's."""

    path: str
    tag: str
    name: str
    depth: int
    use: str
    most: int | None
    opens_loop: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element in its segment, or a component in its element. `number` is the element's or the composite's;
    `type` is "" for a composite; `listed` how many codes are listed, None when any will do."""

    at: str
    number: str
    name: str
    use: str
    repeat: int
    type: str
    min: int
    max: int
    listed: int | None
    closed: bool
    components: tuple[Element, ...] = ()

    @property
    def form(self) -> str:
        """Type and length: "text 1-48", "date 8", "composite"."""
        if not self.type:
            return "composite"
        length = str(self.max) if self.min == self.max else f"{self.min}-{self.max}"
        return f"{type_said(self.type)} {length}"


def places(book: Dictionary, code: str) -> Iterator[Place]:
    """Every place between ST and SE, in order. KeyError when there is no such set."""
    yield from _places(book, book.sets[code].body, "", 0)


def elements(book: Dictionary, tag: str) -> Iterator[Element]:
    """The elements of a segment, with the components of composites. KeyError when there is no such segment."""
    for use in book.segments[tag].uses:
        yield _element(book, use, f"{tag}{use.position:02}")


def position(book: Dictionary, name: str) -> tuple[SegmentDef, Use | None] | None:
    """The segment, or the element of it, that a name such as PO1 or PO107 means; None for any other text."""
    segment = book.segments.get(name)
    if segment is not None:
        return segment, None
    segment = book.segments.get(name[:-2])
    if segment is None or not name[-2:].isdecimal() or not 1 <= int(name[-2:]) <= len(segment.uses):
        return None
    return segment, segment.uses[int(name[-2:]) - 1]


def note_said(note: str) -> str:
    """A relational note in words: "06 and 07: all or none"."""
    first, *others = (note[at : at + 2] for at in range(1, len(note), 2))
    if note[0] in _NOTE:
        return f"{_listed([first, *others], 'and' if note[0] == 'P' else 'or')}: {_NOTE[note[0]]}"
    return f"if {first}, then {_listed(others, 'and' if note[0] == 'C' else 'or')}"


def type_said(kind: str) -> str:
    """A type in words: "N2" is a "number with 2 implied decimals"."""
    if kind[0] != "N":
        return _TYPE[kind]
    return "whole number" if kind == "N0" else f"number with {kind[1]} implied decimals"


def often(most: int | None) -> str:
    """How often something may stand in a row."""
    return "any number" if most is None else "once" if most == 1 else f"up to {most}"


def _listed(names: list[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def _places(book: Dictionary, parts: tuple[Part, ...], above: str, depth: int) -> Iterator[Place]:
    for part in parts:
        opens = isinstance(part, LoopPart)
        tag = part.id if isinstance(part, LoopPart) else part.tag
        path, name = f"{above}{tag}", book.segments[tag].name
        yield Place(path, tag, name, depth, _USE[part.requirement], part.max, opens)
        if isinstance(part, LoopPart):
            yield from _places(book, part.parts[1:], f"{path}/", depth + 1)


def _element(book: Dictionary, use: Use, at: str) -> Element:
    required = _USE[use.requirement]
    composite = book.composites.get(use.element)
    if composite is not None:
        inner = tuple(_element(book, part, f"{at}-{part.position:02}") for part in composite.uses)
        return Element(at, use.element, composite.name, required, use.repeat, "", 0, 0, None, False, inner)
    made = book.elements[use.element]
    listed = None if made.codes is None else len(made.codes)
    return Element(
        *(at, made.number, made.name, required, use.repeat),
        *(made.type, made.min, made.max, listed, made.complete),
    )

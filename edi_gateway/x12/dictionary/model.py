"""The records of the X12 dictionary: elements, composites, segments and sets of one version of the standard.

Made by `loader.py` from the notation under `data/`, frozen, and read by `x12.guide` and everything that
names an element to a person. Positions count from 1, as in the standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElementDef:
    """A simple data element. `type` is one of AN ID N0..N9 R DT TM B; `min` and `max` count characters.

    `codes` maps a code to its meaning in our words; None means that no code of this element is ever
    questioned. `complete`: the list is closed, and a code outside it is an error instead of a warning.
    """

    number: str
    name: str
    type: str
    min: int
    max: int
    codes: Mapping[str, str] | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """One place in a segment or composite. `element` is the number of an element ("353") or the id of a
    composite ("C040"). `requirement` is M mandatory, O optional, X relational (see the notes)."""

    position: int
    element: str
    requirement: str
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class CompositeDef:
    """A composite data element: its components in order and the relational notes among them."""

    id: str
    name: str
    uses: tuple[Use, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentDef:
    """A segment: its elements in order and its relational notes.

    A note is a letter and two-digit positions: P all or none, R at least one, E at most one, C if the
    first then all others, L if the first then at least one other ("P0304", "L03040513").
    """

    tag: str
    name: str
    uses: tuple[Use, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentPart:
    """A segment's place in a set or loop. `max` None means any number."""

    tag: str
    requirement: str
    max: int | None


@dataclass(frozen=True, slots=True)
class LoopPart:
    """A loop's place in a set or loop: how often the loop may stand there, and what is in it.

    The first of `parts` is the segment that opens the loop; it stands once in each turn and its
    requirement is M. `requirement` says whether the loop itself must be there.
    """

    id: str
    requirement: str
    max: int | None
    parts: tuple[Part, ...]


Part = SegmentPart | LoopPart


@dataclass(frozen=True, slots=True)
class SetDef:
    """A transaction set of one version. `group` is its GS01; `body` is what stands between ST and SE."""

    code: str
    name: str
    group: str
    version: str
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All that one version of the standard says, e.g. version "004010".

    The mappings build their members on first use and keep them; looking one up again is a dict lookup.
    """

    version: str
    sets: Mapping[str, SetDef]
    segments: Mapping[str, SegmentDef]
    elements: Mapping[str, ElementDef]
    composites: Mapping[str, CompositeDef]

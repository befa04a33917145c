"""The same difference in many documents is one group: how many, since when, a few examples, the values it is about.

Takes Differences document by document, in bounded memory; gives groups, the ones that do harm and the largest first.
Called by trial.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from edi_gateway.triage.trying.difference import Difference

_MOST_GROUPS: Final = 1000
_MOST_VALUES: Final = 50  # pairs counted of a group
SHOWN_VALUES: Final = 5
_RANKS: Final = ("verdict", "order", "855", "hold", "997")  # what comes of it before where it comes from


@dataclass(frozen=True, slots=True)
class About:
    """The document in which something is different: a set that came in, by its place in the receipt, or one that went
    out (`document_id`). `name`: its PO number or what it is known by."""

    set_code: str
    at: datetime
    control: str | None = None
    name: str | None = None
    receipt_id: int | None = None
    offset: int | None = None
    document_id: int | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One document of a group, with the value there before and after."""

    about: About
    was: str | None
    now: str | None


@dataclass(slots=True)
class Group:
    """`documents`: in how many, `times`: how often in all; `values`: (was, now) -> times, the first ones met."""

    what: str
    set_code: str
    place: str
    change: str
    worse: bool
    said: str | None
    first: datetime
    last: datetime
    documents: int = 0
    times: int = 0
    values: dict[tuple[str | None, str | None], int] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    @property
    def usual_values(self) -> list[tuple[str | None, str | None, int]]:
        """The pairs of values that are met most often."""
        most = sorted(self.values.items(), key=lambda item: -item[1])[:SHOWN_VALUES]
        return [(was, now, times) for (was, now), times in most]


class Groups:
    """Gathers. `examples`: how many to keep of each group; those with other values come first."""

    def __init__(self, examples: int = 3) -> None:
        self._examples = examples
        self._groups: dict[tuple[str, str, str, str], Group] = {}
        self.beyond = 0  # differences for which there was no room
        self.documents = 0  # with any difference

    def add(self, about: About, differences: Iterable[Difference]) -> None:
        """All that is different in one document."""
        met: set[int] = set()
        for each in differences:
            key = (each.what, about.set_code, each.place, each.change)
            group = self._groups.get(key)
            if group is None:
                if len(self._groups) >= _MOST_GROUPS:
                    self.beyond += 1
                    continue
                group = self._groups[key] = Group(*key, each.worse, each.said, about.at, about.at)
            self._put(group, about, each, id(group) in met)
            met.add(id(group))
        self.documents += bool(met)

    def _put(self, group: Group, about: About, each: Difference, again: bool) -> None:
        group.times += 1
        group.documents += not again
        group.worse = group.worse or each.worse
        group.first, group.last = min(group.first, about.at), max(group.last, about.at)
        values = (each.was, each.now)
        new = values not in group.values
        if not new or len(group.values) < _MOST_VALUES:
            group.values[values] = group.values.get(values, 0) + 1
        example = Example(about, *values)
        if len(group.examples) < self._examples and (new or not again):
            group.examples.append(example)
        elif new and (twin := self._twin(group)) is not None:
            group.examples[twin] = example

    @staticmethod
    def _twin(group: Group) -> int | None:
        """An example whose values another one shows already."""
        seen: set[tuple[str | None, str | None]] = set()
        for n, each in enumerate(group.examples):
            if (each.was, each.now) in seen:
                return n
            seen.add((each.was, each.now))
        return None

    def all(self) -> list[Group]:
        """What does harm first, then by how many documents it is in."""
        return sorted(self._groups.values(), key=_order)


def _order(group: Group) -> tuple[bool, int, int, str]:
    rank = _RANKS.index(group.what) if group.what in _RANKS else len(_RANKS)
    return (not group.worse, rank if group.worse else 0, -group.documents, group.place)

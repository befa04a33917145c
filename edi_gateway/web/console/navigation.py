"""The navigation as one page shows it: entries in their groups, and which of them the page belongs to.

Takes the entries that somebody may use, in their order, and the address of the page. Called by templating.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi_gateway.web.console.rooms import Nav


@dataclass(frozen=True, slots=True)
class Place:
    """`here`: the page belongs to it."""

    name: str
    path: str
    key: str | None
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """`name` None: its one entry stands alone."""

    name: str | None
    entries: tuple[Place, ...]

    @property
    def here(self) -> bool:
        return any(entry.here for entry in self.entries)


def grouped(entries: Sequence[Nav], path: str) -> list[Group]:
    """Groups stand where their first entry does; of a group that has one entry for somebody, only that is shown."""
    at = max(entries, key=lambda entry: _reach(entry, path), default=None)
    here = at if at is not None and _reach(at, path) else None
    groups: dict[str, list[Nav]] = {}
    for entry in entries:
        groups.setdefault(entry.group or entry.path, []).append(entry)
    return [
        Group(
            some[0].group if len(some) > 1 else None,
            tuple(Place(each.name, each.path, each.key, each is here) for each in some),
        )
        for some in groups.values()
    ]


def _reach(entry: Nav, path: str) -> int:
    """How much of a page's address is an entry's: the entry with the most has the page; 0: not its."""
    begins = [start for start in (f"{entry.path}/", *entry.also) if path.startswith(start) and start != "//"]
    return max(map(len, [*begins, entry.path + "/" if path == entry.path else ""]))

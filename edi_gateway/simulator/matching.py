"""Which line of an order a line of an answer, a notice or an invoice means.

By the buyer's own number, byte for byte; where that is blank, stands twice or was spoiled, by the item. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from edi_gateway.model.documents.purchase_order import Line
from edi_gateway.model.documents.shared import ItemId

Pairs = tuple[tuple[str, str], ...]


class Told(Protocol):
    """A line that somebody tells of."""

    @property
    def buyer_line(self) -> str | None: ...
    @property
    def ids(self) -> tuple[ItemId, ...]: ...


T = TypeVar("T", bound=Told)


def match(ordered: Sequence[Line], told: Sequence[T]) -> list[tuple[T, Line | None]]:
    """Each told line with the one of the order that it means, none of them twice; None: no line is left for it."""
    free = list(ordered)
    found: dict[int, Line] = {}
    for by in (_same_number_and_item, _same_number, _same_item):
        for place, one in enumerate(told):
            if place not in found:
                mine = next((line for line in free if by(line, one)), None)
                if mine is not None:
                    found[place] = mine
                    free = [line for line in free if line is not mine]
    return [(one, found.get(place)) for place, one in enumerate(told)]


def _same_number_and_item(line: Line, told: Told) -> bool:
    return line.buyer_line == told.buyer_line and (line.ids == told.ids or shares(line, pairs(told.ids)))


def _same_number(line: Line, told: Told) -> bool:
    return line.buyer_line is not None and line.buyer_line == told.buyer_line


def _same_item(line: Line, told: Told) -> bool:
    return shares(line, pairs(told.ids))


def line_of(ordered: Sequence[Line], said: str | None, ids: Pairs) -> Line | None:
    """The line that an item of a notice or invoice means, of which there may be several for one line: by the buyer's
    number, else by the item where only one line has it."""
    if said is not None:
        named = [line for line in ordered if line.buyer_line == said]
        if len(named) > 1:
            named = [line for line in named if shares(line, ids)] or named
        return named[0] if named else None
    alike = [line for line in ordered if shares(line, ids)]
    return alike[0] if len(alike) == 1 else None


def shares(line: Line, ids: Pairs) -> bool:
    ordered = {(i.qualifier, i.value) for i in line.ids}
    return any(pair in ordered for pair in ids)


def fits(line: Line, ids: Pairs) -> bool:
    """Whether these numbers can be those of the line: one at least is, and none of a kind that was ordered differs."""
    ordered = {i.qualifier: i.value for i in line.ids}
    return shares(line, ids) and all(ordered.get(qualifier, value) == value for qualifier, value in ids)


def pairs(ids: Sequence[ItemId]) -> Pairs:
    return tuple((i.qualifier, i.value) for i in ids)

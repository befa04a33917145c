"""A set as a tree of loops, each segment at its depth, levels of an HL under the one that HL02 names.

Takes a set and where its segments stand; gives rows in the order of the bytes. Called by reports/triage/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_gateway.x12.anatomy.painting import visible
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.rawset import RawSet


@dataclass(frozen=True, slots=True)
class Branch:
    """A segment in its tree. `opens`: the loop that begins with it; `turn`: which turn of that loop this is, within
    the loop around it. `placed` False: it has no place in the set."""

    position: int
    depth: int
    tag: str
    name: str
    opens: str | None
    turn: int | None
    text: str
    placed: bool
    offset: int


def branches(
    raw: RawSet, guide: Guide, nodes: Sequence[int], first: int = 1, most: int = 500
) -> list[Branch]:
    """At most so many segments from this one on."""
    names = guide.dictionary.segments
    wanted = range(first - 1, min(len(raw.segments), first - 1 + most))
    found: list[Branch] = []
    for index, (depth, opens, turn) in enumerate(_walk(raw, guide, nodes)):
        if index not in wanted:
            continue
        tag = raw.segments[index][0]
        name = {"ST": "Transaction Set Header", "SE": "Transaction Set Trailer"}.get(tag)
        name = name or (names[tag].name if tag in names else "")
        text = visible(raw.texts[index].encode("latin-1", "replace"))
        placed = nodes[index] >= 0 if index < len(nodes) else False
        found.append(Branch(index + 1, depth, tag, name, opens, turn, text, placed, raw.place(index)[0]))
    return found


def _walk(raw: RawSet, guide: Guide, nodes: Sequence[int]) -> Iterator[tuple[int, str | None, int | None]]:
    levels: dict[str, int] = {}  # HL01 -> how deep its level lies
    deep = 0  # of the HL that is open
    depth = 0
    turns: dict[tuple[str, ...], int] = {}
    for index, segment in enumerate(raw.segments):
        node = guide.nodes[nodes[index]] if index < len(nodes) and nodes[index] >= 0 else None
        if node is None:
            yield depth, None, None
            continue
        if not node.path:
            deep = 0
        if not node.opens_loop:
            depth = len(node.path) + deep
            yield depth, None, None
            continue
        if segment[0] == "HL":
            above = segment[2] if len(segment) > 2 else ""
            deep = levels.get(above, -1) + 1 if above else 0
            if len(segment) > 1:
                levels[segment[1]] = deep
        depth = len(node.path) - 1 + deep
        within = node.path
        turns = {path: n for path, n in turns.items() if path == within or path[: len(within)] != within}
        turns[node.path] = turns.get(node.path, 0) + 1
        yield depth, node.path[-1], turns[node.path]
        depth += 1

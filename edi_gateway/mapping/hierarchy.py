"""How the HLs of a set hang together: which level holds which, and what is wrong with the tree that they draw.

Takes a plan with a tree and a set as it was walked, gives for each HL that has a home the HL whose record holds it.
What is wrong is a finding with its place, and the level then hangs from the document, so that nothing of it is lost.
BSN05 has no say (spec C3, DESIGN section 6). Called by read.py and careful.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_gateway.mapping.plan import Plan
from edi_gateway.model.finding import Code, Family, Finding, Severity

#: Stands for the document where an index of a segment is wanted.
ROOT = -1
#: HL01 to HL04 are read as the tree; whatever came after them would be unmapped.
HL_ELEMENTS = 4
#: No buyer wants more than six; a bound keeps hostile files from nesting without end.
DEEPEST = 32
_LONGEST = 12  # characters of an HL01


@dataclass(slots=True)
class Hung:
    """`above`: index of an HL -> index of the HL whose record holds its own, or ROOT. An HL that is not in it has no
    home: its level is not mapped, or it is a second shipment. Findings stand with the index of their HL and the
    element."""

    above: dict[int, int] = field(default_factory=dict)
    findings: list[tuple[int, int, Finding]] = field(default_factory=list)


def hang(plan: Plan, segments: Sequence[list[str]], nodes: Sequence[int]) -> Hung:
    """The tree of a set; nothing at all for a set that has none."""
    if plan.hierarchy < 0:
        return Hung()
    return _Hanging(plan, segments, nodes).run()


class _Hanging:
    def __init__(self, plan: Plan, segments: Sequence[list[str]], nodes: Sequence[int]) -> None:
        self.levels = plan.levels
        self.segments = segments
        self.places = [index for index, node in enumerate(nodes) if node == plan.hierarchy]
        self.hung = Hung()
        self.seen: dict[str, int] = {}  # HL01 -> index, of those that stand before
        self.homes: dict[
            int, int
        ] = {}  # index -> the HL whose record takes those beneath: itself, or one around
        self.depths: dict[int, int] = {ROOT: 0}
        self.parents: set[int] = set()
        self.said: dict[str, str] = {}  # HL01 -> HL02 of all, once somebody asks
        self.top = False
        self.number: int | None = 0  # HL01 of the one before

    def run(self) -> Hung:
        for index in self.places:
            self._level(index)
        for index in self.places:
            self._child_code(index)
        return self.hung

    def _level(self, index: int) -> None:
        code = self._text(index, 3)
        above = self._above(index)
        self._id(index)
        row = self.levels.get(code)
        if row is None:
            self.homes[index] = above
            known = ", ".join(self.levels)
            self._say(
                index,
                3,
                Code.HL_LEVEL_UNEXPECTED,
                Severity.WARNING,
                f"Level {code or '(none)'} is not mapped; what stands in it is kept as unmapped.",
                f"Mapped are {known}. Ask the sender what he means by it, or add the level to [tree].",
            )
        elif row.opens is not None:
            self.hung.above[index] = above
            self.homes[index] = index
            self.depths[index] = self.depths[above] + 1
        elif self.top:
            self.homes[index] = ROOT
            self._say(
                index,
                3,
                Code.HL_LEVEL_UNEXPECTED,
                Severity.ERROR,
                f"A second HL of level {code}; a document has one, and what stands in this one is kept as unmapped.",
                "Ask the sender for a document of its own for each.",
            )
        else:
            self.top = True
            self.homes[index] = ROOT
            self.hung.above[index] = ROOT

    def _above(self, index: int) -> int:
        """The record that holds an HL: that of its parent, or the document where its HL02 does not lead to one."""
        mine, parent = self._text(index, 1), self._text(index, 2)
        named = f"HL {mine}" if mine else "An HL without number"
        if not parent:
            if index != self.places[0]:
                self._parent(index, Severity.WARNING, f"{named} names no HL above it in HL02.")
            return ROOT
        found = self.seen.get(parent)
        if found is None:
            self._parent(
                index, Severity.ERROR, f"{named} cannot stand beneath {parent}: {self._why(mine, parent)}."
            )
            return ROOT
        self.parents.add(found)
        home = self.homes[found]
        if self.depths[home] >= DEEPEST:
            self._parent(index, Severity.ERROR, f"{named} stands more than {DEEPEST} levels deep.")
            return ROOT
        return home

    def _why(self, mine: str, parent: str) -> str:
        if parent == mine:
            return "that is itself"
        if not self.said:
            self.said = {self._text(index, 1): self._text(index, 2) for index in self.places}
        if parent not in self.said:
            return "there is no such HL"
        at = parent
        for _ in range(DEEPEST):
            at = self.said.get(at, "")
            if at and at == mine:
                return f"{parent} stands beneath {mine}, they turn in a circle"
        return "it comes after it"

    def _id(self, index: int) -> None:
        mine = self._text(index, 1)
        if mine and mine in self.seen:
            self._say(
                index,
                1,
                Code.HL_ID_WRONG,
                Severity.ERROR,
                f"HL01 {mine} was given before, in segment {self.seen[mine] + 1}.",
                "What names it in HL02 from here on is read as beneath this one. Ask the sender where it belongs.",
            )
        number = int(mine) if mine.isascii() and mine.isdigit() and len(mine) <= _LONGEST else None
        if self.number is not None and number != self.number + 1 and mine not in self.seen:
            self._say(
                index,
                1,
                Code.HL_ID_WRONG,
                Severity.WARNING,
                f"HL01 is {mine or 'empty'}, {self.number + 1} was expected: HLs are counted from 1.",
                "The levels are read by their numbers all the same. Ask the sender whether some were lost.",
            )
        self.number = number
        if mine:
            self.seen[mine] = index

    def _child_code(self, index: int) -> None:
        """HL04 is 1 where levels are beneath, 0 where none are; it may be left out."""
        said, real = self._text(index, 4), "1" if index in self.parents else "0"
        if said not in ("", real):
            beneath = "there are levels" if real == "1" else "no level stands"
            self._say(
                index,
                4,
                Code.HL_CHILDREN_DIFFER,
                Severity.WARNING,
                f"HL04 says {said}, but {beneath} beneath HL {self._text(index, 1)}.",
                "Ask the sender whether something of the document was lost.",
            )

    def _parent(self, index: int, severity: Severity, message: str) -> None:
        hint = "It is read as standing beneath the document itself. Ask the sender for a right one."
        self._say(index, 2, Code.HL_PARENT_WRONG, severity, message, hint)

    def _say(self, index: int, element: int, code: Code, severity: Severity, message: str, hint: str) -> None:
        value = self._text(index, element) or None
        self.hung.findings.append(
            (index, element, Finding(code, severity, message, hint, value=value, family=Family.MAPPING))
        )

    def _text(self, index: int, element: int) -> str:
        segment = self.segments[index]
        return segment[element] if element < len(segment) else ""

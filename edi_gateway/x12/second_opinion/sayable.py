"""Which rules of a guide a map of pyx12 can say, and where.

pyx12 takes segments of one tag at one place apart by the codes of their first element: a rule about REF*IA stands at
a REF of its own, beside that for all others. Loops it does not take apart so: the one that is open takes the next
segment of its tag, whatever its code. Takes a Guide, gives Places; called by maps.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edi_gateway.model.finding import Severity
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.checking.loop_rules import LoopRule
from edi_gateway.x12.checking.rules import LocalRule, Rule
from edi_gateway.x12.structure.machine import Child, Node

_VALUES = frozenset(
    {"must_use", "not_used", "codes", "equals", "add_codes", "min", "max", "length", "digits"}
)
_COUNTED = frozenset({"must_use", "max_use", "exactly"})


@dataclass(frozen=True, slots=True)
class Place:
    """Segments at one place that a map treats alike: those with one of `codes`, or all others (none). `needed`: at
    least one; `most`: at most so many; `elements`: what rules ask of their elements."""

    codes: tuple[str, ...] = ()
    unused: bool = False
    needed: bool = False
    most: int | None = None
    elements: Mapping[int, Sequence[Rule]] = field(default_factory=dict)

    def usage(self, child: Child) -> str:
        """pyx12's letter: required, situational, not used."""
        if self.unused:
            return "N"
        return "R" if self.needed or child.requirement == "M" else "S"


EVERYWHERE = Place()


class Places:
    """The places of a guide's nodes. `unsaid`: the ids of rules that no map can say."""

    def __init__(self, guide: Guide) -> None:
        self.unsaid: set[str] = set()
        self._local: dict[int, list[LocalRule]] = {}
        self._wide: dict[int, list[LoopRule]] = {}
        for index, locals_ in guide.local.items():
            for local in locals_:
                if _says_alone(local):
                    self._local.setdefault(index, []).append(local)
                if not _says_alone(local) or (local.rule.kind == "add_codes" and local.conditions):
                    self.unsaid.add(local.rule.id)
        for wide in guide.wide:
            for index in wide.nodes:
                if _says_around(wide):
                    self._wide.setdefault(index, []).append(wide)
                else:
                    self.unsaid.add(wide.rule.id)
        self._made = {index: self._places(guide.nodes[index]) for index in {*self._local, *self._wide}}

    def of(self, child: Child) -> Sequence[Place]:
        """Those with codes of their own first, then all others."""
        return self._made.get(child.node, (EVERYWHERE,))

    def _places(self, node: Node) -> tuple[Place, ...]:
        local, wide = self._local.get(node.index, []), self._wide.get(node.index, [])
        rules: list[LocalRule | LoopRule] = [*local, *wide]
        if node.opens_loop or node.requirement == "M":  # the standard needs one, whichever
            self.unsaid |= {each.rule.id for each in rules if _codes(each)}
            local = [each for each in local if not _codes(each) or each.rule.kind == "add_codes"]
            wide = [each for each in wide if not _codes(each)]
            return (self._place((), local, wide),)
        by_rules: dict[frozenset[int], list[str]] = {}
        for code in sorted({code for each in rules for code in _codes(each)}):
            about = frozenset(id(each) for each in rules if code in _codes(each))
            by_rules.setdefault(about, []).append(code)
        groups = [tuple(codes) for codes in by_rules.values()]
        wide = [each for each in wide if self._counts_in_one(each, groups)]
        return tuple(self._place(codes, local, wide) for codes in (*groups, ()))

    def _counts_in_one(self, wide: LoopRule, groups: Sequence[tuple[str, ...]]) -> bool:
        """Whether all segments that a rule counts stand at one place of the map."""
        codes = tuple(sorted(_codes(wide)))
        said = codes in groups if codes else not groups
        if not said:
            self.unsaid.add(wide.rule.id)
        return said

    def _place(self, codes: tuple[str, ...], local: Sequence[LocalRule], wide: Sequence[LoopRule]) -> Place:
        unused, needed, most = False, False, None
        elements: dict[int, list[Rule]] = {}
        for each in local:
            if _codes(each) and each.rule.kind != "add_codes" and not set(codes) & _codes(each):
                continue
            if each.element:
                elements.setdefault(each.element, []).append(each.rule)
            else:
                unused = True
        for around in wide:
            if tuple(sorted(_codes(around))) != codes:
                continue
            rule = around.rule
            needed |= rule.kind != "max_use"
            most = rule.number if rule.number is not None else most
            if rule.kind == "exactly" and (rule.number or 0) > 1:
                self.unsaid.add(rule.id)
        return Place(codes, unused, needed, most, elements)


def _codes(rule: LocalRule | LoopRule) -> frozenset[str]:
    return rule.qualifiers if isinstance(rule, LocalRule) else rule.selector.qualifiers


def _says_alone(local: LocalRule) -> bool:
    """What adds codes is always said: a code that is good somewhere must not be called wrong."""
    if local.rule.kind == "add_codes":
        return not local.component
    plain = not (local.conditions or local.component or local.repeats)
    return plain and local.rule.gravity is Severity.ERROR and local.rule.kind in _VALUES


def _says_around(wide: LoopRule) -> bool:
    plain = not (wide.selector.element or wide.guards or wide.conditions or wide.test.conditions)
    return plain and wide.rule.gravity is Severity.ERROR and wide.rule.kind in _COUNTED

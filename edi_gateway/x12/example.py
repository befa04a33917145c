"""An example of a set that passes its guide: what the standard and the rules demand, and little more.

Takes a Guide, gives the segments between ST and SE, or what is still wrong with them when rules contradict one
another. Called by `guide show`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.x12.checking.guide import Guide, Node
from edi_gateway.x12.checking.loop_rules import Breach, LoopRule, Walked, breaches
from edi_gateway.x12.checking.notes import broken_notes
from edi_gateway.x12.checking.rules import COUNTS, LocalRule, Rule, qualifier_of, wrong
from edi_gateway.x12.checking.segments import Context, element_problems
from edi_gateway.x12.dictionary import ElementDef, SegmentDef, Use
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.writing.writer import check_body

DELIMITERS = Delimiters("*", ">", "~", "^")
_STEPS = 500  # mending that goes on longer goes round in circles
_FIRST, _SHOWN = 4, 7  # elements, and pairs among them, of a segment in which the standard demands none
_DAY, _HOUR = "20260115", "1200"
_PICTURE = {"9": "1", "A": "A", "X": "A", "?": "A", "*": ""}

#: Loops that hardly a document is without, though the standard does not demand them.
_LOOPS = frozenset({"N1", "PO1", "POC", "IT1", "HL", "LX", "LIN", "RCD", "G17", "G68", "W01", "W04", "W07"})

#: Codes that people know, by element, where others would do as well.
_CODES = {"66": "92", "92": "SA", "98": "ST", "128": "IA", "235": "BP", "355": "EA", "374": "010", "735": "1"}


@dataclass(frozen=True, slots=True)
class Example:
    """`segments` without ST and SE; `findings` are what the guide says about them: none, unless it contradicts
    itself."""

    segments: list[list[str]]
    findings: tuple[Finding, ...]


def example(guide: Guide) -> Example:
    """A small set that the guide accepts."""
    maker = _Maker(guide)
    body = maker.make()
    found = check_body(guide, body, DELIMITERS)
    told = tuple(each for each in found if each.severity is not Severity.INFO)
    return Example(body, told)


@dataclass(slots=True)
class _Placed:
    """A segment of the example at its node."""

    node: int
    segment: list[str]


class _Maker:
    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.nodes = guide.nodes
        self.values = _Values(guide)
        self.body = self._tree(0, len(self.nodes))

    def make(self) -> list[list[str]]:
        for _ in range(_STEPS):
            if not any(self._mended(rule) for rule in self.guide.wide):
                break
        return [placed.segment for placed in self.body[1:-1]]

    def _tree(self, first: int, end: int) -> list[_Placed]:
        """What must stand among the nodes from `first` to `end`: once each."""
        found: list[_Placed] = []
        index = first
        while index < end:
            node = self.nodes[index]
            usual = node.opens_loop and node.tag in _LOOPS and len(node.path) == 1
            if node.requirement == "M" or (usual and not self._unused(node)):
                found += self._turn(node)
            index = node.last + 1
        return found

    def _unused(self, node: Node) -> bool:
        """Whether the guide has no use for any segment of a node."""
        return any(
            local.rule.kind == "not_used" and not local.element and not local.qualifiers
            for local in self.guide.local.get(node.index, ())
        )

    def _turn(self, node: Node, qualifiers: frozenset[str] = frozenset()) -> list[_Placed]:
        """A segment, with what its loop demands if it opens one."""
        wanted = {qualifier_of(node.tag): min(qualifiers)} if qualifiers else {}
        opened = [_Placed(node.index, self.values.segment(node, wanted))]
        return opened + self._tree(node.index + 1, node.last + 1)

    def _mended(self, rule: LoopRule) -> bool:
        """Whether a breach of this rule was there to be mended; mends one."""
        placed = [each.node for each in self.body]
        segments = [each.segment for each in self.body]
        breach = next(breaches((rule,), Walked(placed, segments, DELIMITERS)), None)
        if breach is None:
            return False
        if breach.spot is not None:
            self._refill(breach, rule)
        elif breach.present:
            last = self.nodes[placed[breach.index]].last
            end = breach.index + 1
            while end < len(placed) and placed[breach.index] < placed[end] <= last:
                end += 1
            del self.body[breach.index : end]
        else:
            self._add(breach, rule)
        return True

    def _add(self, breach: Breach, rule: LoopRule) -> None:
        """The missing segment, behind all in its turn that stands before it by the standard."""
        node = self.nodes[min(rule.nodes)]
        start = breach.index if rule.around >= 0 else 0
        at = start + 1
        while at < len(self.body) and _before(self.body[at].node, node, rule):
            at += 1
        self.body[at:at] = self._turn(node, breach.selector.qualifiers)

    def _refill(self, breach: Breach, rule: LoopRule) -> None:
        placed = self.body[breach.index]
        kept = {at: value for at, value in enumerate(placed.segment) if at and value}
        position = breach.selector.element
        kept.pop(position, None)
        asked = [] if rule.rule.kind == "not_used" else [position]
        placed.segment = self.values.segment(
            self.nodes[placed.node], kept, asked, [rule.test], exact=set(kept) | set(asked)
        )


def _before(node: int, wanted: Node, rule: LoopRule) -> bool:
    """Whether a segment of this node stands before a wanted one, in the same turn of the rule's loop."""
    return rule.around < node <= wanted.last


class _Values:
    """Segments filled with what their elements may hold."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.context = Context(guide.dictionary, DELIMITERS)

    def segment(
        self,
        node: Node,
        given: dict[int, str] | None = None,
        asked: Sequence[int] = (),
        extra: Sequence[LocalRule] = (),
        exact: set[int] | None = None,
    ) -> list[str]:
        """A segment of a node with all that the standard and the guide's rules about it demand.

        `given` are values that stand, `asked` elements that are wanted besides, `extra` rules that hold besides;
        `exact`: the elements to begin with.
        """
        if node.tag in ("ST", "SE"):
            return [node.tag, self.guide.set_code, "0001"] if node.tag == "ST" else ["SE", "1", "0001"]
        definition = self.guide.segment(node.tag)
        rules = (*self.guide.local.get(node.index, ()), *extra)
        values = dict(given or {})
        places = exact if exact is not None else {*self._usual(definition), *values, *asked}
        segment: list[str] = [node.tag]
        for _ in range(len(definition.uses) + 2):
            places = self._agreed(definition, places)
            segment = self._filled(definition, rules, places, values)
            demanded = set(self._demanded(rules, segment, places))
            if demanded == places:
                break
            places = demanded
        return segment

    def _usual(self, definition: SegmentDef) -> set[int]:
        """What the standard demands; where it demands nothing, the first elements and pairs."""
        must = {use.position for use in definition.uses if use.requirement == "M"}
        first = {use.position for use in definition.uses[:_FIRST]}
        pairs = {
            int(note[at : at + 2])
            for note in definition.notes
            for at in range(1, len(note), 2)
            if note[0] == "P" and int(note[-2:]) <= _SHOWN
        }
        return must or first | pairs

    def _agreed(self, definition: SegmentDef, places: set[int]) -> set[int]:
        """The places that keep the relational notes: more, or fewer where one excludes another."""
        agreed, banned = set(places), set[int]()
        for _ in range(2 * len(definition.uses)):
            shape = [definition.tag, *("x" * (use.position in agreed) for use in definition.uses)]
            broken = next(broken_notes(definition.notes, shape), None)
            if broken is None:
                break
            _, missing, excluded, because = broken
            if missing and missing not in banned:
                agreed.add(missing)
            else:  # what would need one that is excluded goes too
                banned.add(excluded or because)
                agreed.discard(excluded or because)
        return agreed

    def _demanded(
        self, rules: Sequence[LocalRule], segment: Sequence[str], places: set[int]
    ) -> Iterator[int]:
        """The places that the rules leave and add."""
        dropped = set()
        for local in rules:
            if local.component or not local.element or not local.applies(segment, DELIMITERS.component):
                continue
            if local.rule.kind in ("must_use", "should_use"):
                yield local.element
            elif local.rule.kind == "not_used":
                dropped.add(local.element)
        yield from places - dropped

    def _filled(
        self,
        definition: SegmentDef,
        rules: Sequence[LocalRule],
        places: set[int],
        given: dict[int, str],
    ) -> list[str]:
        segment = [definition.tag, *[""] * max(places, default=0)]
        for _ in range(2):  # what an element must be may hang on one behind it
            for use in definition.uses:
                if use.position in places:
                    segment[use.position] = given.get(use.position) or self._element(use, rules, segment)
        return segment

    def _element(self, use: Use, rules: Sequence[LocalRule], segment: Sequence[str]) -> str:
        """An element, as often as the rules ask for it."""
        often = [
            local.rule.number or 0
            for local in rules
            if local.rule.kind in ("min_use", "exactly")
            and local.element == use.position
            and local.applies(segment, DELIMITERS.component)
        ]
        return (DELIMITERS.repetition or "").join([self._once(use, rules, segment)] * max(often, default=1))

    def _once(self, use: Use, rules: Sequence[LocalRule], segment: Sequence[str]) -> str:
        composite = self.guide.dictionary.composites.get(use.element)
        about = [
            local
            for local in rules
            if local.element == use.position and local.applies(segment, DELIMITERS.component)
        ]
        if composite is None:
            return self._value(
                use,
                [local.rule for local in about if not local.component and local.rule.kind not in COUNTS],
                self._unwanted(rules, segment[0], use.position),
            )
        asked = {local.component for local in about if local.rule.kind in ("must_use", "should_use")}
        places = {part.position for part in composite.uses if part.requirement == "M"} | (asked - {0}) or {1}
        inner = SegmentDef(composite.id, composite.name, composite.uses, composite.notes)
        places = self._agreed(inner, places)
        parts = [
            self._value(part, [local.rule for local in about if local.component == part.position])
            if part.position in places
            else ""
            for part in composite.uses
        ]
        return DELIMITERS.component.join(parts).rstrip(DELIMITERS.component)

    def _unwanted(self, rules: Sequence[LocalRule], tag: str, position: int) -> set[str]:
        """Codes that would make the segment one that is not used."""
        if position != qualifier_of(tag):
            return set()
        return {
            code
            for local in rules
            if local.rule.kind == "not_used" and not local.element
            for code in local.qualifiers
        }

    def _value(self, use: Use, rules: Sequence[Rule], unwanted: Collection[str] = ()) -> str:
        """The first value that comes to mind and that nothing forbids."""
        element = self.guide.dictionary.elements[use.element]
        allowed = {code for rule in rules if rule.kind == "add_codes" for code in rule.values}
        fallback = ""
        for value in _candidates(element, rules):
            fallback = fallback or value
            if value in unwanted or any(wrong(rule, value) for rule in rules):
                continue
            found = list(element_problems(use, "", value, self.context))
            if not found or (value in allowed and {each.code for each in found} <= _LISTED):
                return value
        return fallback


_LISTED = {Code.CODE_INVALID, Code.CODE_UNLISTED}


def _candidates(element: ElementDef, rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.kind in ("codes", "equals"):
            yield from rule.values
        elif rule.kind == "looks_like":
            yield from (_drawn(picture) for picture in rule.values)
        elif rule.kind == "digits":
            yield "1" * (rule.number or 0)
    lengths = sorted({rule.number for rule in rules if rule.kind in ("min", "max", "length") and rule.number})
    for value in _plain(element):
        yield value
        for length in lengths:
            yield value[:length].rstrip()
            yield value[:length].rstrip().ljust(length, value[-1:] or "1")
    for rule in rules:
        if rule.kind == "add_codes":
            yield from rule.values


def _plain(element: ElementDef) -> Iterator[str]:
    """What an element of this type may hold."""
    match element.type[0]:
        case "D":
            yield from (_DAY, _DAY[2:])
        case "T":
            yield _HOUR
        case "N" | "R":
            yield "1".zfill(element.min)
        case "I" if element.codes:
            yield from (code for code in (_CODES.get(element.number, ""),) if code in element.codes)
            yield from element.codes
        case "I" | "B":
            yield "A" * element.min
        case _:
            words = "".join(letter if letter.isalnum() else " " for letter in element.name.upper()).split()
            while len(words) > 1 and len(" ".join(words)) > min(element.max, 30):
                words.pop()
            yield " ".join(words)[: element.max].rstrip().ljust(element.min, "X")


def _drawn(picture: str) -> str:
    """A value that a picture describes."""
    drawn = ""
    for before, sign in pairwise(" " + picture):
        if before == "\\":
            drawn += sign
        elif sign != "\\":
            drawn += _PICTURE.get(sign, sign)
    return drawn

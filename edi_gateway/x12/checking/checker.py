"""The exact check of a transaction set: every fault a finding, with its place in the bytes.

Takes a RawSet and what its guide knows; gives a Walk. Called by Guide.check for documents that the fast pass
does not find clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from edi_gateway.model.finding import Code, Finding, GuideBreach, Location, Severity
from edi_gateway.x12.checking.guide_codes import own_condition, segment_code, triggered_by
from edi_gateway.x12.checking.loop_rules import Breach
from edi_gateway.x12.checking.rules import COUNTS, Condition
from edi_gateway.x12.checking.segments import Context, Problem, rule_problem, too_many
from edi_gateway.x12.dictionary import SegmentDef
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.parsing.trailers import extra
from edi_gateway.x12.structure.explanation import StructureFault
from edi_gateway.x12.structure.machine import Node

AK304 = {
    Code.SEGMENT_UNKNOWN: "1",
    Code.SEGMENT_UNEXPECTED: "2",
    Code.SEGMENT_MISSING: "3",
    Code.LOOP_OVER_MAXIMUM: "4",
    Code.SEGMENT_OVER_MAXIMUM: "5",
    Code.SEGMENT_NOT_IN_SET: "6",
    Code.SEGMENT_OUT_OF_SEQUENCE: "7",
}
_SHOWN = 99  # AK404 takes so many characters


@dataclass(slots=True)
class Walk:
    """A set that was checked. `nodes`: for each segment the index of its place in guide.nodes, -1 if it has
    none. `status`: the letter of AK501 (A accepted, E accepted with errors noted, R rejected)."""

    nodes: list[int]
    findings: list[Finding] = field(default_factory=list)
    status: str = "A"


class Content(Protocol):
    """What may stand in a node: `checks` by the length of a segment say whether it is right, `problems` what is
    wrong with it (its elements, its text)."""

    @property
    def checks(self) -> Mapping[int, Callable[[list[str]], bool]]: ...

    def problems(self, segment: list[str], text: str) -> Sequence[Problem]: ...


def status_of(findings: Sequence[Finding]) -> str:
    """The AK501 letter: an ERROR rejects; what is acknowledged as an error but read nevertheless is noted."""
    if any(finding.severity is Severity.ERROR for finding in findings):
        return "R"
    return "E" if any(finding.ack for finding in findings) else "A"


def check(
    raw: RawSet,
    placed: list[int],
    faults: Sequence[StructureFault],
    nodes: Sequence[Node],
    contents: Mapping[int, Content],
    right: int,
    breaches_of: Callable[[list[int]], Iterator[Breach]],
    context: Context,
) -> Walk:
    """Looks into each segment and says all that is wrong. `placed` is the node of each, `faults` what is wrong
    with their order, `contents` what may stand in each node; the first `right` segments are known to be right."""
    findings = [_structure(fault, raw, nodes, placed) for fault in faults]
    segments = raw.segments
    for index in range(right, len(placed)):
        node, segment = placed[index], segments[index]
        if node < 0 or contents[node].checks[len(segment)](segment):
            continue
        for problem in contents[node].problems(segment, raw.texts[index]):
            findings.append(_element(problem, raw, index, nodes[node], context))
            if problem.read_as is not None and not problem.component and not problem.repetition:
                segment[problem.element] = problem.read_as
    findings += [_breach(breach, raw, nodes, placed, context) for breach in breaches_of(placed)]
    findings += raw.findings
    findings.sort(key=in_order)
    return Walk(placed, findings, status_of(findings))


def beyond_the_last(raw: RawSet, in_st: int) -> Iterator[Finding]:
    """What stands behind the last element of ST (it has `in_st`) and of SE, which no guide looks at."""
    separator = raw.delimiters.element
    if raw.texts[0].count(separator) <= in_st and raw.texts[-1].count(separator) <= 2:
        return  # as in nearly all
    for index, tag, most in ((0, "ST", in_st), (len(raw.texts) - 1, "SE", 2)):
        elements = raw.texts[index].split(separator)
        number = extra(elements, most) if elements[0].upper() == tag else None
        if number is not None:
            problem = too_many(tag, most, number, elements[number])
            offset, length = raw.place(index, number)
            at = Location(tag, index + 1, element=number, offset=offset, length=length)
            yield Finding(
                *(problem.code, problem.severity, problem.message, problem.hint, at),
                value=problem.value,
                ack=ak4(problem),
            )


def in_order(finding: Finding) -> tuple[int, int]:
    """Findings of a set stand in the order of its segments and elements."""
    at = finding.at
    return (at.position or 0, at.element or 0) if isinstance(at, Location) else (0, 0)


def _loop_at(index: int, nodes: Sequence[Node], placed: Sequence[int]) -> str | None:
    """The loop that a segment without a place stands in: that of the segment before it."""
    while index >= 0 and placed[index] < 0:
        index -= 1
    return nodes[placed[index]].loop or None if index >= 0 else None


def bounded(loop: str | None) -> str:
    """AK303: the id of the loop between LS and LE that a segment stands in, "" elsewhere."""
    path = (loop or "").split("/")
    at = path.index("LS") + 1 if "LS" in path else len(path)
    return path[at] if at < len(path) else ""


def ak3(tag: str, position: int, loop: str | None, code: str) -> str:
    return f"AK3*{tag}*{position}*{bounded(loop)}*{code}"


def _structure(fault: StructureFault, raw: RawSet, nodes: Sequence[Node], placed: Sequence[int]) -> Finding:
    node = nodes[fault.node] if fault.node >= 0 else None
    loop = (node.loop or None) if node else _loop_at(fault.index, nodes, placed)
    offset, length = raw.place(fault.index)
    missing = fault.code is Code.SEGMENT_MISSING
    code = AK304.get(fault.code)
    position = fault.index + 1
    message, hint = _words(fault, raw, node)
    return Finding(
        fault.code,
        Severity.ERROR if code else Severity.WARNING,
        message,
        hint,
        Location(fault.tag, position, loop, offset=offset, length=0 if missing else length),
        value=None if missing else raw.texts[fault.index].split(raw.delimiters.element)[0],
        ack=ak3(_printable(fault.tag)[:3] or "?", position, loop, code) if code else None,
    )


def _words(fault: StructureFault, raw: RawSet, node: Node | None) -> tuple[str, str]:
    tag, position = _printable(fault.tag)[:20], fault.index + 1
    before = raw.segments[fault.index][0]
    match fault.code:
        case Code.SEGMENT_UNKNOWN:
            return (
                f"X12 has no segment {tag!r}.",
                "Look whether its tag is misspelt, or a separator is missing.",
            )
        case Code.SEGMENT_NOT_IN_SET:
            return f"Segment {tag} has no place in a {raw.code}.", "Ask the sender what it is meant to say."
        case Code.SEGMENT_OUT_OF_SEQUENCE if fault.early:
            return f"Segment {tag} stands too early: its place is further down.", "It was left out."
        case Code.SEGMENT_OUT_OF_SEQUENCE:
            return f"Segment {tag} stands too late: its place is further up.", "It was read where it belongs."
        case Code.SEGMENT_MISSING:
            return f"Segment {tag} is missing before {before} (segment {position}).", "Ask the sender for it."
        case Code.SEGMENT_OVER_MAXIMUM:
            most = node.max if node else None
            return f"This is {tag} number {fault.number} in a row; at most {most} may stand here.", ""
        case Code.LOOP_OVER_MAXIMUM:
            most = node.max if node else None
            return (
                f"This is {tag} loop number {fault.number} in a row; at most {most} may stand here.",
                "",
            )
        case Code.LOWER_CASE:
            return (
                f"The tag of segment {tag} is not in upper case.",
                "Nothing to do; it was read as upper case.",
            )
    opener = f" The {node.path[-1]} before it is missing." if node and node.path else ""
    return f"Segment {tag} cannot stand here.{opener}", "Look at the segment before it."


def _element(problem: Problem, raw: RawSet, index: int, node: Node, context: Context) -> Finding:
    position, loop = index + 1, node.loop or None
    offset, length = raw.place(index, problem.element, problem.component, problem.repetition)
    ack = None
    if problem.ack and problem.element:
        ack = ak4(problem)
    elif problem.ack:
        ack = ak3(node.tag, position, loop, problem.ack)
    return Finding(
        problem.code,
        problem.severity,
        problem.message,
        problem.hint,
        Location(
            node.tag,
            position,
            loop,
            problem.element or None,
            problem.component or None,
            problem.repetition or None,
            offset,
            length,
        ),
        rule=problem.rule,
        value=problem.value,
        ack=ack,
        effect=problem.effect,
        breach=_guide_breach(problem.guide, raw, index, loop, problem.asked, context),
    )


def _guide_breach(
    code: str, raw: RawSet, index: int, loop: str | None, asked: Condition | None, context: Context
) -> GuideBreach | None:
    if asked is None:
        return GuideBreach(code) if code else None
    return triggered_by(code, raw.segments, index, loop, asked, context.dictionary)


def ak4(problem: Problem) -> str:
    """The AK4 of a problem, written with * and :."""
    place = str(problem.element)
    if problem.component or problem.repetition:
        place += f":{problem.component or ''}"
    if problem.repetition:
        place += f":{problem.repetition}"
    elements = ["AK4", place, problem.reference, problem.ack or "", copy_of(problem.value or "")]
    while not elements[-1]:
        elements.pop()
    return "*".join(elements)


def copy_of(value: str) -> str:
    """Bad data as AK404 may repeat it: printable ASCII without the usual delimiters, at most 99 characters."""
    kept = "".join(character for character in value if " " <= character <= "}" and character not in "*:")
    return kept[:_SHOWN].rstrip(" ")


def _printable(text: str) -> str:
    return "".join(character for character in text if " " <= character <= "}" and character != "*")


def _breach(
    breach: Breach, raw: RawSet, nodes: Sequence[Node], placed: Sequence[int], context: Context
) -> Finding:
    rule, selector, index = breach.rule, breach.selector, breach.index
    error = rule.gravity is Severity.ERROR
    position = index + 1
    if breach.spot is not None:
        definition = _definition(raw.segments[index][0], context)
        problem = rule_problem(rule, selector.element, definition, context, breach.spot)
        found = _element(problem, raw, index, nodes[placed[index]], context)
        return replace(found, breach=_triggered(problem.guide, breach, raw, nodes, placed, context))
    loop = _loop_at(index, nodes, placed)
    tag = selector.path.rsplit("/", 1)[-1]
    which = f"{tag} with {'/'.join(sorted(selector.qualifiers))}" if selector.qualifiers else tag
    offset, length = raw.place(index)
    if not breach.present:
        code, ack = Code.SEGMENT_MISSING, "3"
        need = "should" if rule.kind == "should_use" or not error else "must"
        often = f" {rule.number} times" if rule.number is not None else ""
        text = f"Segment {which} {need} be given{often}" + (f" in each {loop}." if loop else ".")
        length = 0
    elif rule.kind in COUNTS:
        code, ack, text = (
            Code.SEGMENT_OVER_MAXIMUM,
            "5",
            f"Segment {which} may stand here {rule.number} times.",
        )
    else:
        code, ack, text = Code.SEGMENT_NOT_USED_BY_GUIDE, "2", f"Segment {which} is not used by this partner."
    return Finding(
        code,
        rule.gravity,
        rule.message or text,
        rule.hint or "It is a rule of this partner's guide.",
        Location(tag, position, loop, offset=offset, length=length),
        rule=rule.id,
        ack=ak3(tag, position, loop, ack) if error else None,
        effect=rule.effect,
        breach=_triggered(_segment_code(breach, nodes, ack), breach, raw, nodes, placed, context),
    )


def _segment_code(breach: Breach, nodes: Sequence[Node], ack: str) -> str:
    node = next((node for node in nodes if node.selector == breach.selector.path), None)
    return segment_code(breach.rule, node, present=breach.present, standard=ack)


def _triggered(
    code: str, breach: Breach, raw: RawSet, nodes: Sequence[Node], placed: Sequence[int], context: Context
) -> GuideBreach | None:
    """The breach with what made the rule apply: another segment, or an element of the same one."""
    if breach.because is None:
        asked = own_condition(breach.rule) if breach.present else None
        return _guide_breach(code, raw, breach.index, _loop_at(breach.index, nodes, placed), asked, context)
    index, asked = breach.because
    return _guide_breach(code, raw, index, _loop_at(index, nodes, placed), asked, context)


def _definition(tag: str, context: Context) -> SegmentDef:
    return context.dictionary.segments[tag]

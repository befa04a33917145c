"""The one loop that reads and checks: interchanges, groups and sets, each judged once.

Takes bytes and a function that says which guide reads a set; yields events. Called by `check`, `ack` and
`map` of the CLI and by flow.inbound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.acks.ack import GroupResult, SetResult, group_result
from edi_gateway.x12.checking.checker import Walk, beyond_the_last, in_order, status_of
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.checking.interchange_acks import problems_of_acks
from edi_gateway.x12.checking.totals import differing
from edi_gateway.x12.dictionary import GROUP_OF, SegmentPart, SetDef, nearest
from edi_gateway.x12.parsing import group_checks, interchange_checks
from edi_gateway.x12.parsing.envelope import (
    Group,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    Limits,
    SetRead,
    Unreadable,
    read,
)
from edi_gateway.x12.parsing.envelope import GroupEnd as _EnvelopeGroupEnd
from edi_gateway.x12.parsing.lexer import Source
from edi_gateway.x12.parsing.rawset import RawSet

GuideFor = Callable[[Interchange, Group, str], Guide | None]
Strict = bool | Callable[[Interchange, Group], bool]


@dataclass(slots=True)
class CheckedSet:
    """A set and what came of its check. `walk` and `guide` are None when there is no guide for it, or when
    its group is refused; `result` says why."""

    raw: RawSet
    guide: Guide | None
    walk: Walk | None
    result: SetResult


@dataclass(slots=True)
class GroupEnd:
    """The end of a group. `result` is final: a set of a rejected group is not accepted."""

    group: Group
    result: GroupResult


Event = InterchangeStart | GroupStart | CheckedSet | GroupEnd | InterchangeEnd | Unreadable


def standard_guide(interchange: Interchange, group: Group, set_code: str) -> Guide | None:
    """The guide without any partner's rules."""
    return build(group.read_as, set_code) if readable(group.read_as, set_code) else None


def read_all(
    source: Source,
    guide_for: GuideFor = standard_guide,
    strict: Strict = False,
    limits: Limits | None = None,
    *,
    totals: bool = False,
) -> Iterator[Event]:
    """Reads and checks all of a source, in the order of its bytes.

    `guide_for(interchange, group, set code)` gives None for a set that is not handled: it is rejected as
    unknown. `strict` (or what it says about a group) refuses releases that have no dictionary of their own.
    With `totals` the counts of a CTT are compared, too; see x12.totals.
    """
    seen: set[tuple[str, ...]] = set()
    interchange: Interchange | None = None
    group: Group | None = None
    groups: set[tuple[str, str]] = set()
    results: list[SetResult] = []
    refuses = False
    for event in read(source, limits):
        match event:
            case InterchangeStart():
                interchange = event.interchange
                groups = set()
                yield event
            case InterchangeEnd():
                if event.interchange.acks:
                    event.interchange.findings.extend(problems_of_acks(event.interchange))
                _note_repeated_interchange(event.interchange, seen)
                yield event
            case GroupStart():
                assert interchange is not None
                group = event.group
                results = []
                refuses = strict if isinstance(strict, bool) else strict(interchange, group)
                _judge_group(group, groups, refuses)
                yield event
            case SetRead():
                assert interchange is not None
                assert group is not None
                checked = _check(event.raw, interchange, group, guide_for, refuses)
                if totals and checked.guide and checked.walk:
                    checked.result = _with_totals(checked.raw, checked.walk, checked.guide)
                results.append(checked.result)
                yield checked
            case _EnvelopeGroupEnd():
                if event.group.stated_sets is None and not results:
                    groups.discard((event.group.code, event.group.control))  # it was nothing but a GS
                yield GroupEnd(event.group, group_result(event.group, results))
            case Unreadable():
                yield event


def _judge_group(group: Group, groups: set[tuple[str, str]], refuses: bool) -> None:
    nearest_read = [each for each in group.findings if each.code is Code.GROUP_VERSION_READ_AS_NEAREST]
    if refuses and nearest_read:
        group.findings.remove(nearest_read[0])
        group.findings.append(group_checks.version_refused(group.version, group.read_as, nearest_read[0].at))
    elif nearest_read and any(
        each.code is Code.GROUP_ELEMENT_INVALID and _element(each) == 8 for each in group.findings
    ):
        group.findings[:] = [
            each for each in group.findings if each not in nearest_read
        ]  # it says no release at all
    key = (group.code, group.control)
    if key in groups:
        group.findings.append(group_checks.group_repeated(group.control, group.control_at))
    groups.add(key)


def _element(finding: Finding) -> int | None:
    return finding.at.element if isinstance(finding.at, Location) else None


def _note_repeated_interchange(interchange: Interchange, seen: set[tuple[str, ...]]) -> None:
    key = (*interchange.isa[5:9], interchange.control)
    if key in seen:
        interchange.findings.append(
            interchange_checks.interchange_repeated(interchange.control, interchange.control_offset)
        )
    if interchange.groups or interchange.acks or not _is_open(interchange):
        seen.add(key)


def _is_open(interchange: Interchange) -> bool:
    """Whether it has no IEA: with no group either it is nothing but an ISA, which may stand twice."""
    return any(each.code is Code.IEA_MISSING for each in interchange.findings)


def _check(
    raw: RawSet, interchange: Interchange, group: Group, guide_for: GuideFor, refuses: bool
) -> CheckedSet:
    refused = any(
        each.code in (Code.GROUP_VERSION_UNKNOWN, Code.GROUP_CODE_UNKNOWN) for each in group.findings
    )
    if any(each.code in (Code.SET_TOO_LONG, Code.SEGMENT_TOO_LONG) for each in raw.findings):
        return CheckedSet(raw, None, None, SetResult.of(raw, "R", raw.findings))  # part of it was left out
    guide = None if refused else guide_for(interchange, group, raw.code)
    if guide is None:
        if not refused or not _known(raw.code):
            raw.findings.append(_unknown(raw))
        status = "R" if refused else status_of(raw.findings)
        return CheckedSet(raw, None, None, SetResult.of(raw, status, raw.findings))
    if GROUP_OF.get(raw.code) != group.code:
        raw.findings.append(_not_of_group(raw, group))
        meant = _meant(raw, group, guide)
        guide = (guide_for(interchange, group, meant) if meant else None) or guide
    has_convention = not _is_before_conventions(group.version)
    if has_convention and raw.convention and not _fits(raw.convention, group):
        raw.findings.append(group_checks.convention_unknown(raw, group.version, refuses))
    raw.findings.extend(beyond_the_last(raw, 3 if has_convention else 2))
    guide = guide.reading(group.version)
    walk = guide.check(raw)
    return CheckedSet(raw, guide, walk, SetResult.of(raw, walk.status, walk.findings))


def _meant(raw: RawSet, group: Group, guide: Guide) -> str | None:
    """The set of this group that begins as this one does, while what ST01 names does not: then ST01 is what is
    wrong, and the rest is checked as the set that it is."""
    sets = guide.dictionary.sets
    tag = raw.segments[1][0].upper() if len(raw.segments) > 1 else ""
    if raw.code in sets and _opening(sets[raw.code]) == tag:
        return None
    return next(
        (code for code in sets if GROUP_OF.get(code) == group.code and _opening(sets[code]) == tag), None
    )


def _opening(definition: SetDef) -> str:
    first = definition.body[0]
    return first.tag if isinstance(first, SegmentPart) else ""


def _with_totals(raw: RawSet, walk: Walk, guide: Guide) -> SetResult:
    walk.findings = sorted((*walk.findings, *differing(raw, walk, guide)), key=in_order)
    return SetResult.of(raw, walk.status, walk.findings)


def _fits(convention: str, group: Group) -> bool:
    """Whether ST03 names a guide of the release that the group is read in."""
    return convention[:1].isdigit() and nearest(convention)[0] == group.read_as


def _is_before_conventions(version: str) -> bool:
    """Whether ST of this release has no ST03. Of those between 004010 and 005010 we do not know: it may stand there."""
    return version[:6].isdecimal() and version[:6] <= "004010"


def _known(code: str) -> bool:
    return code in GROUP_OF


def _unknown(raw: RawSet) -> Finding:
    offset, length = raw.place(0, 1)
    is_one = len(raw.code) == 3 and raw.code.isalnum()
    return Finding(
        Code.SET_UNKNOWN,
        Severity.ERROR,
        f"Transaction set {raw.code!r} is not handled here.",
        "Agree with the sender on what is sent, or add the set to the partner's profile.",
        Location("ST", 1, element=1, offset=offset, length=length),
        value=raw.code,
        ack="AK5*R*1" if is_one else "AK5*R*6",
    )


def _not_of_group(raw: RawSet, group: Group) -> Finding:
    offset, length = raw.place(0, 1)
    return Finding(
        Code.SET_NOT_OF_GROUP,
        Severity.ERROR,
        f"Set {raw.code} does not belong into a group {group.code}, but into {GROUP_OF.get(raw.code)}.",
        "Ask the sender to put it into a group of its own.",
        Location("ST", 1, element=1, offset=offset, length=length),
        value=raw.code,
        ack="AK5*R*6",
    )

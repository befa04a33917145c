"""What can be wrong with GS, GE, ST and SE, and with the set or group as a whole.

Plain functions that return findings; called by x12.envelope and x12.reading. `.ack` is the AK9 or AK5 that a
finding turns into (spec C5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from edi_gateway.model.finding import Code, Finding, Location, Severity
from edi_gateway.x12.dictionary import GROUP_OF
from edi_gateway.x12.parsing import interchange_checks
from edi_gateway.x12.parsing.rawset import RawSet
from edi_gateway.x12.parsing.tokens import Oddity
from edi_gateway.x12.parsing.trailers import element_at, is_count, is_date, is_number, same_number, too_many

_SET_CONTROL = re.compile(r"[ -~]{4,9}")
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?", re.ASCII)
_RELEASE = re.compile(r"\d{4,6}", re.ASCII)
_GS_ELEMENTS = (
    (2, re.compile(r"[^ ].{1,14}"), "the sender, 2 to 15 characters"),
    (3, re.compile(r"[^ ].{1,14}"), "the receiver, 2 to 15 characters"),
    (7, re.compile(r"X|T"), "X"),
    (8, re.compile(r"[ -~]{1,12}"), "a release, 1 to 12 characters"),
)


# --- group


def gs(elements: list[str], read_as: str, offset: int) -> Iterator[Finding]:
    """What is wrong with a GS; `elements` has at least nine strings."""
    code, version, control = elements[1].strip(), elements[8].strip(), elements[6].strip()
    if code not in GROUP_OF.values():
        yield Finding(
            Code.GROUP_CODE_UNKNOWN,
            Severity.ERROR,
            f"GS01 is {code!r}: a group of documents that are not handled here.",
            "Agree with the sender on what is sent here.",
            element_at("GS", elements, 1, offset),
            value=code,
            ack="AK9*R****1",
        )
    if not is_number(control):
        yield Finding(
            Code.GROUP_CONTROL_INVALID,
            Severity.ERROR,
            f"GS06, the control number of the group, is {control!r}, not a number of up to nine digits.",
            "Ask for the group again: without its number it cannot be acknowledged.",
            element_at("GS", elements, 6, offset),
            value=control,
            ack="AK9*R****6",
        )
    release = _RELEASE.match(version)
    if release is None or not read_as.endswith(release[0]):
        yield Finding(
            Code.GROUP_VERSION_READ_AS_NEAREST,
            Severity.INFO,
            f"GS08 is {version!r}; there is no dictionary of that release, it is read as {read_as}.",
            "Nothing to do unless elements differ between the two; the profile can be set to strict.",
            element_at("GS", elements, 8, offset),
            value=version,
        )
    for number, pattern, what in _GS_ELEMENTS:
        if not pattern.fullmatch(elements[number].strip(" ")):
            yield _element_invalid(elements, number, what, offset)
    if not is_date(elements[4].strip(" ")):
        yield _element_invalid(elements, 4, "a date", offset)
    if not _TIME.fullmatch(elements[5].strip(" ")):
        yield _element_invalid(elements, 5, "a time", offset)
    if len(elements) > 9:
        yield from too_many("GS", elements, 8, offset, ack=None)


def _element_invalid(elements: list[str], number: int, what: str, offset: int) -> Finding:
    return Finding(
        Code.GROUP_ELEMENT_INVALID,
        Severity.WARNING,
        f"GS{number:02} is {elements[number]!r}; it should be {what}.",
        "Compare it with an earlier group of this sender.",
        element_at("GS", elements, number, offset),
        value=elements[number],
    )


def version_refused(version: str, read_as: str, at: Location | str | None) -> Finding:
    """Strict reading: the release has no dictionary of its own."""
    return Finding(
        Code.GROUP_VERSION_UNKNOWN,
        Severity.ERROR,
        f"GS08 is {version!r}; this partner is read strictly, and the nearest release here is {read_as}.",
        "Agree on a release, or take `strict` out of the partner's profile.",
        at,
        value=version,
        ack="AK9*R****2",
    )


def group_repeated(control: str, at: Location) -> Finding:
    return Finding(
        Code.GROUP_CONTROL_REPEATED,
        Severity.WARNING,
        f"Control number {control} was used for a group of this interchange before.",
        "Look whether the same group came twice.",
        at,
        value=control,
        ack="AK9*E****19",
    )


def ge(control: str, trailer: list[str], sets: int, offset: int) -> Iterator[Finding]:
    """GE01 counts the sets, GE02 repeats GS06 (if that is a number: what is wrong is said once)."""
    stated = trailer[1].strip() if len(trailer) > 1 else ""
    repeated = trailer[2].strip() if len(trailer) > 2 else ""
    if is_number(control) and not same_number(repeated, control):
        yield Finding(
            Code.GE_CONTROL_DIFFERS,
            Severity.ERROR,
            f"The group begins with control number {control!r} and ends with {repeated!r}.",
            "Ask for the group again: its end may belong to another one.",
            element_at("GE", trailer, 2, offset),
            value=repeated,
            ack="AK9*R****4",
        )
    if not is_count(stated, sets):
        yield Finding(
            Code.GE_COUNT_WRONG,
            Severity.ERROR,
            f"GE01 says {stated!r} transaction sets, there are {sets}.",
            "Ask for the group again: a transaction set may be missing.",
            element_at("GE", trailer, 1, offset),
            value=stated,
            ack="AK9*R****5",
        )
    if len(trailer) > 3:
        yield from too_many("GE", trailer, 2, offset, ack=None)


def ge_missing(control: str, start: int, offset: int) -> Finding:
    return Finding(
        Code.GE_MISSING,
        Severity.ERROR,
        f"Group {control} (it begins at byte {start}) has no GE.",
        "Ask for the group again: it was cut off.",
        Location(segment="GE", offset=offset, length=0),
        ack="AK9*R****3",
    )


# --- set


def st(raw: RawSet, *, repeated: bool) -> Iterator[Finding]:
    """ST02 has four to nine characters and is unique in its group."""
    if not _SET_CONTROL.fullmatch(raw.control):
        yield Finding(
            Code.SET_CONTROL_INVALID,
            Severity.ERROR,
            f"ST02, the control number of the set, is {raw.control!r}, not four to nine characters.",
            "Ask the sender to number the set.",
            _set_element(raw, 0, 2),
            value=raw.control,
            ack="AK5*R*7",
        )
    elif repeated:
        yield Finding(
            Code.SET_CONTROL_REPEATED,
            Severity.ERROR,
            f"Control number {raw.control} was used for a set of this group before.",
            "Ask for the set again under a number of its own.",
            _set_element(raw, 0, 2),
            value=raw.control,
            ack="AK5*R*23",
        )


def se(raw: RawSet, trailer: list[str], count: int) -> Iterator[Finding]:
    """SE01 counts the segments from ST to SE, SE02 repeats ST02 (if that is a control number)."""
    if trailer[1:] == [str(count), raw.control]:
        return
    stated = trailer[1].strip() if len(trailer) > 1 else ""
    control = trailer[2] if len(trailer) > 2 else ""
    last = len(raw.segments) - 1
    if not is_count(stated, count):
        yield Finding(
            Code.SE_COUNT_WRONG,
            Severity.ERROR,
            f"SE01 says {stated!r} segments, there are {count}.",
            "Ask for the set again: a segment may be missing.",
            _set_element(raw, last, 1),
            value=stated,
            ack="AK5*R*4",
        )
    if _SET_CONTROL.fullmatch(raw.control) and control.strip() != raw.control.strip():
        yield Finding(
            Code.SE_CONTROL_DIFFERS,
            Severity.ERROR,
            f"The set begins with control number {raw.control!r} and ends with {control!r}.",
            "Ask for the set again: its end may belong to another one.",
            _set_element(raw, last, 2),
            value=control,
            ack="AK5*R*3",
        )


def se_missing(raw: RawSet, offset: int) -> Finding:
    return Finding(
        Code.SE_MISSING,
        Severity.ERROR,
        f"Set {raw.control} has no SE.",
        "Ask for the set again: it was cut off, or its SE is misspelt.",
        Location(segment="SE", position=len(raw.segments) + 1, offset=offset, length=0),
        ack="AK5*R*2",
    )


def segment_too_long(odd: Oddity) -> Finding:
    """A set of which a segment was left out is refused: what it said is not known."""
    return replace(interchange_checks.oddity(odd), ack="AK5*R*5")


def set_too_long(raw: RawSet, count: int, dropped: int, end: int) -> Finding:
    last = len(raw.segments) - 1
    if raw.segments[last][0] == "SE":
        last -= 1
    return Finding(
        Code.SET_TOO_LONG,
        Severity.ERROR,
        f"Set {raw.control} has {count} segments; the last {dropped} of them were left out.",
        "Ask the sender to send smaller documents, or raise the limit.",
        Location(offset=raw.ends[last], length=end - raw.ends[last]),
        ack="AK5*R*5",
    )


def convention_unknown(raw: RawSet, version: str, refused: bool) -> Finding:
    """ST03 names a guide of another release than the group's. Strict reading refuses the set (IK502 I6)."""
    return Finding(
        Code.SET_CONVENTION_UNKNOWN,
        Severity.ERROR if refused else Severity.WARNING,
        f"ST03 names the guide {raw.convention!r}, which does not fit the group's release {version!r}.",
        "Ask the sender which guide the set was written by; it is read by the release of the group.",
        _set_element(raw, 0, 3),
        value=raw.convention,
        ack="AK5*R*19" if refused else None,
    )


def _set_element(raw: RawSet, index: int, element: int) -> Location:
    offset, length = raw.place(index, element)
    return Location(
        segment=raw.segments[index][0], position=index + 1, element=element, offset=offset, length=length
    )

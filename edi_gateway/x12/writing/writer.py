"""Writes X12, strictly: nothing is cut off, no delimiter stands in the data, and our own checker has its say.

Takes segments, gives the text of a set, and puts sets into groups and an interchange. Called by
flow.outbound, the acknowledgments and the simulator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Code, Finding, Location, Outcome, Severity
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet

SetText = tuple[str, str, str, int]  # set code, ST02, body text, number of segments in it
GroupText = tuple[str, str, str, Sequence[SetText]]  # GS01, GS08, GS06, its sets

_USUAL = Delimiters("*", ">", "~", None)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class EnvelopeInvalid(GatewayError):
    """The envelope cannot be written: {reason}. Correct the partner's profile."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the profile says about the interchanges that go to a partner."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    gs_sender: str
    gs_receiver: str
    isa_version: str = "00401"
    version: str = "004010"
    usage: str = "P"
    delimiters: Delimiters = _USUAL
    line_end: str = ""
    ack_requested: bool = False
    encoding: str = "latin-1"


def as_declared(delimiters: Delimiters, isa_version: str) -> Delimiters:
    """These delimiters as an ISA of this version tells them: from 00402 on ISA11 always is a repetition separator, `^`
    when none was picked, and before there is none."""
    return delimiters._replace(repetition=(delimiters.repetition or "^") if isa_version >= "00402" else None)


def body_text(
    segments: Sequence[Sequence[str]], delimiters: Delimiters, encoding: str = "latin-1"
) -> Outcome[str]:
    """Segments between ST and SE as text, each with its terminator; empty elements at the end are left out.

    The value is None when a delimiter, a control character or something that `encoding` does not have stands
    in the data. Composites come joined with the component separator.
    """
    kept = [_trimmed(segment) for segment in segments]
    texts = [delimiters.element.join(segment) for segment in kept]
    if _all_writable(kept, "".join(texts), delimiters, encoding):
        return Outcome(delimiters.segment.join([*texts, ""]))
    findings: list[Finding] = []
    for position, segment in enumerate(kept, start=2):
        findings += _unwritable(segment, position, delimiters, encoding)
    text = None if findings else delimiters.segment.join([*texts, ""])
    return Outcome(text, tuple(findings))


def _all_writable(
    segments: Sequence[Sequence[str]], text: str, delimiters: Delimiters, encoding: str
) -> bool:
    """Whether nothing is wrong with any value, asked of all of them at once: the answer is nearly always yes."""
    separators = sum(map(len, segments)) - len(segments)
    return (
        text.count(delimiters.element) == separators
        and delimiters.segment not in text
        and not _CONTROL.search(_without_separators(text, delimiters))
        and (text.isascii() or _encodable(text, encoding))
    )


def _without_separators(text: str, delimiters: Delimiters) -> str:
    """Separators may be control characters; data may not."""
    for mark in delimiters:
        if mark and not mark.isprintable():
            text = text.replace(mark, " ")
    return text


def _trimmed(segment: Sequence[str]) -> Sequence[str]:
    """Without empty elements at the end; most have none."""
    if segment[-1]:
        return segment
    end = len(segment)
    while end > 1 and not segment[end - 1]:
        end -= 1
    return segment[:end]


def _unwritable(
    segment: Sequence[str], position: int, delimiters: Delimiters, encoding: str
) -> Iterator[Finding]:
    for element, value in enumerate(segment):
        at = Location(segment=segment[0], position=position, element=element or None)
        for mark in (delimiters.element, delimiters.segment):
            if mark in value:
                yield Finding(
                    Code.DELIMITER_IN_DATA,
                    Severity.ERROR,
                    f"{segment[0]}{element:02} holds {mark!r}, which takes the document apart: {value!r}.",
                    "Change the text, or agree with the partner on other delimiters.",
                    at,
                    value=value,
                )
                return
        if _CONTROL.search(_without_separators(value, delimiters)):
            yield Finding(
                Code.CHARACTER_INVALID,
                Severity.ERROR,
                f"{segment[0]}{element:02} holds a control character: {value!r}.",
                "Change the text.",
                at,
                value=value,
            )
        elif not value.isascii() and not _encodable(value, encoding):
            yield Finding(
                Code.NOT_ENCODABLE,
                Severity.ERROR,
                f"{segment[0]}{element:02} holds a character that {encoding} does not have: {value!r}.",
                "Change the text, or the encoding in the partner's profile.",
                at,
                value=value,
            )


def _encodable(value: str, encoding: str) -> bool:
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def check_body(guide: Guide, segments: Sequence[Sequence[str]], delimiters: Delimiters) -> list[Finding]:
    """What our own checker says about what we are about to send. Nothing is read leniently here: a delimiter
    in the data is an ERROR. Offsets are those of the set as `body_text` writes it, ST included."""
    control = "0001"
    body = [list(_trimmed(segment)) for segment in segments]  # the checker brings its own into order
    whole = [["ST", guide.set_code, control], *body, ["SE", str(len(body) + 2), control]]
    raw = RawSet(guide.set_code, control, whole, None, None, delimiters)
    return [
        replace(finding, severity=Severity.ERROR) if finding.code is Code.DELIMITER_IN_DATA else finding
        for finding in guide.check(raw).findings
    ]


def interchange(
    envelope: Envelope,
    control: str,
    at: datetime,
    groups: Sequence[GroupText],
    ta1: Sequence[Sequence[str]] = (),
) -> bytes:
    """An interchange in bytes. `at` is written as it stands, in its own time zone; `control` becomes nine
    digits; a line end follows each segment unless the terminator is one. Raises EnvelopeInvalid for ids,
    control numbers or delimiters that no envelope can hold."""
    element, _, terminator, _ = envelope.delimiters
    segments = ["".join(_isa(envelope, control, at))]
    segments += [element.join(segment) for segment in ta1]
    parts = [segment + terminator for segment in segments]
    for code, version, group_control, sets in groups:
        _must(group_control.isdigit() and len(group_control) <= 9, f"group control number {group_control!r}")
        gs = ("GS", code, envelope.gs_sender, envelope.gs_receiver, f"{at:%Y%m%d}", f"{at:%H%M}")
        parts.append(element.join((*gs, group_control, "X", version)) + terminator)
        for set_code, set_control, body, count in sets:
            _must(4 <= len(set_control) <= 9, f"set control number {set_control!r}")
            parts.append(f"ST{element}{set_code}{element}{set_control}{terminator}")
            parts.append(body)
            parts.append(f"SE{element}{count + 2}{element}{set_control}{terminator}")
        parts.append(f"GE{element}{len(sets)}{element}{group_control}{terminator}")
    parts.append(f"IEA{element}{len(groups)}{element}{_nine(control)}{terminator}")
    text = "".join(parts)
    if envelope.line_end and terminator not in "\r\n":
        text = text.replace(terminator, terminator + envelope.line_end)
    try:
        return text.encode(envelope.encoding)
    except UnicodeEncodeError as problem:
        raise EnvelopeInvalid(reason=f"{text[problem.start]!r} is not in {envelope.encoding}") from problem


def _isa(envelope: Envelope, control: str, at: datetime) -> Iterator[str]:
    marks = as_declared(envelope.delimiters, envelope.isa_version)
    element, component, terminator, repetition = marks
    taken = [mark for mark in marks if mark]
    _must(len(set(taken)) == len(taken), f"the delimiters {taken} are not different")
    _must(not any(mark.isalnum() or mark == " " for mark in taken), f"the delimiters {taken} hold a letter")
    fields = (
        (envelope.sender_qualifier, 2),
        (envelope.sender, 15),
        (envelope.receiver_qualifier, 2),
        (envelope.receiver, 15),
    )
    for value, width in fields:
        _must(0 < len(value) <= width, f"{value!r} does not fit into {width} characters of the ISA")
        _must(element not in value and terminator not in value, f"{value!r} holds a delimiter")
    for value in (envelope.gs_sender, envelope.gs_receiver):
        _must(2 <= len(value) <= 15, f"{value!r} does not fit into 2 to 15 characters of the GS")
        _must(element not in value and terminator not in value, f"{value!r} holds a delimiter")
    yield element.join(
        (
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            *(value.ljust(width) for value, width in fields),
            f"{at:%y%m%d}",
            f"{at:%H%M}",
            repetition or "U",
            envelope.isa_version,
            _nine(control),
            "1" if envelope.ack_requested else "0",
            envelope.usage,
            component,
        )
    )


def _nine(control: str) -> str:
    _must(control.isdigit() and len(control) <= 9, f"interchange control number {control!r}")
    return control.zfill(9)


def _must(holds: bool, reason: str) -> None:
    if not holds:
        raise EnvelopeInvalid(reason=reason)

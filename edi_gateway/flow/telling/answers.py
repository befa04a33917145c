"""What we write: the body of an 855, 856, 810 or 940, a 997 or 999, a TA1, checked by ourselves.

Takes canonical documents or results of reading, gives rows of `documents` that wait to be bundled. Called by
flow/taking/road.py and, through `document_writer`, by commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from edi_gateway.commands.desk import WriteDocument, Written
from edi_gateway.flow.live import LivePartner, LivePartners
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import Profile
from edi_gateway.store.bulk import Row
from edi_gateway.x12.acks.ack import GroupResult, Ta1Policy, functional_ack
from edi_gateway.x12.dictionary import nearest
from edi_gateway.x12.parsing.envelope import Delimiters
from edi_gateway.x12.writing import writer as x12_writer
from edi_gateway.x12.writing.splitting import split_long

Body = tuple[str, int, list[Finding]]  # body, its segments (without ST and SE), what was found on the way


@dataclass(frozen=True, slots=True)
class Published:
    """The live partners, as commands that touch orders of any partner ask for them (commands/desk.py)."""

    live: LivePartners

    def profile(self, partner: str) -> Profile | None:
        known = self.live.get(partner)
        return None if known is None else known.profile

    def hash(self, partner: str) -> str | None:
        known = self.live.get(partner)
        return None if known is None else known.hash

    def write(self, partner: str, set_code: str) -> WriteDocument:
        known = self.live.get(partner)
        return _nobody(set_code) if known is None else document_writer(known, set_code)


def delimiters(profile: Profile, version: str) -> Delimiters:
    """The partner's delimiters; a repetition separator from 005010 on."""
    writing = profile.writing
    repetition = writing.repetition if nearest(version)[0] >= "005010" else None
    return Delimiters(writing.element, writing.component, writing.segment, repetition)


def other_delimiters(profile: Profile, version: str) -> Iterator[Delimiters]:
    """Those that may be taken instead when the usual ones stand in a text."""
    newer = nearest(version)[0] >= "005010"
    for marks in profile.writing.other_delimiters:
        element, component, segment, repetition = tuple(marks)
        yield Delimiters(element, component, segment, repetition if newer else None)


def document_writer(partner: LivePartner, set_code: str) -> WriteDocument:
    """Writes a set for this partner. ERROR findings mean: it must not go out."""
    agreed = partner.agreed(set_code, "out")
    version = agreed.version if agreed is not None else "004010"
    read_as = nearest(version)[0]
    choices = (delimiters(partner.profile, version), *other_delimiters(partner.profile, version))

    def write(document: Record) -> Written:
        usual: Written | None = None
        for marks in choices:
            written = (*write_with(document, marks), "".join(mark or "" for mark in marks))
            if not any(finding.code is Code.DELIMITER_IN_DATA for finding in written[2]):
                return written
            usual = usual or written
        assert usual is not None  # the partner has delimiters
        return usual

    def write_with(document: Record, marks: Delimiters) -> Body:
        writer = partner.writer(set_code, read_as)
        if writer is None:
            return "", 0, [_no_mapping(set_code, partner.profile.key)]
        made = writer.write(document, marks)
        found = list(made.findings)
        if made.value is None:
            return "", 0, found or [_no_mapping(set_code, partner.profile.key)]
        body, segments, wrong = body_of(partner, set_code, read_as, made.value, marks)
        return body, segments, found + wrong

    return write


def body_of(
    partner: LivePartner, set_code: str, read_as: str, segments: Sequence[list[str]], marks: Delimiters
) -> Body:
    """The text between ST and SE, after our own checker has read it as the partner would."""
    guide = partner.guide(set_code, read_as)
    if guide is not None:
        segments = split_long(segments, guide)
    found = [] if guide is None else x12_writer.check_body(guide, segments, marks)
    text = x12_writer.body_text(segments, marks, partner.profile.writing.encoding)
    return text.value or "", len(segments), [*found, *text.findings]


def acknowledgment(
    partner: LivePartner, result: GroupResult, read_as: str, *, test: bool, now: datetime
) -> tuple[Row, list[Finding]] | None:
    """The 997 or 999 of a group as a document row; None when the partner wants none."""
    kind = partner.profile.acknowledging.functional
    if kind == "none":
        return None
    agreed = partner.agreed(kind, "out")
    version = agreed.version if agreed is not None else ("005010" if kind == "999" else read_as)
    marks = delimiters(partner.profile, version)
    segments = functional_ack(result, kind, marks, version)
    body, count, found = body_of(partner, kind, nearest(version)[0], segments, marks)
    return document(
        partner, kind, version, "FA", body, count, marks, test=test, now=now, invalid=_bad(found)
    ), found


def interchange_acknowledgment(
    partner: LivePartner, segment: list[str], version: str, *, test: bool, now: datetime
) -> Row:
    """A TA1 as a document row; it goes between ISA and IEA, in no group. `version` is theirs, ISA12."""
    version = "005010" if version >= "00402" else "004010"
    marks = delimiters(partner.profile, version)
    body = marks.element.join(segment) + marks.segment
    return document(partner, "TA1", version, "", body, 1, marks, test=test, now=now, invalid=False)


def document(
    partner: LivePartner,
    set_code: str,
    version: str,
    gs_code: str,
    body: str,
    segments: int,
    marks: Delimiters,
    *,
    test: bool,
    now: datetime,
    invalid: bool,
) -> Row:
    """An outbound document row, without its id."""
    return {
        "direction": "out",
        "partner": partner.profile.key,
        "set_code": set_code,
        "version": version,
        "gs_code": gs_code,
        "test": test,
        "state": "INVALID" if invalid else "QUEUED",
        "body": body,
        "segments": segments,
        "delimiters": "".join(mark or "" for mark in marks),
        "snapshot": partner.hash,
        "created_at": now,
    }


def ta1_policy(profile: Profile) -> Ta1Policy:
    """When a partner gets a TA1; "asked" means by ISA14."""
    policy = profile.acknowledging.ta1
    return "requested" if policy == "asked" else policy


def _bad(found: Sequence[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in found)


def _no_mapping(set_code: str, partner: str) -> Finding:
    return Finding(
        Code.MAPPING_MISSING,
        Severity.ERROR,
        message=f"There is no mapping that writes an {set_code} for {partner}.",
        hint=f"Put mappings/{set_code}.toml in place and publish the partner.",
        family=Family.MAPPING,
    )


def _nobody(set_code: str) -> WriteDocument:
    return lambda document: ("", 0, [_no_mapping(set_code, "a partner who is not published")], "")

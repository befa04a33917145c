"""Fixes of a document: the envelope mended, a code put right in a corrected copy, the set refused after the fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from edi_gateway.model.finding import Code, Family, Location
from edi_gateway.triage import mending
from edi_gateway.triage.suggestions import near
from edi_gateway.triage.suggestions.fix import FILE, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known
from edi_gateway.triage.suggestions.near import Near
from edi_gateway.x12.dictionary import dictionary, nearest

_EVERYBODY: Final = frozenset(
    {"ADMIN", "BILLING", "CREDIT", "CSR", "EDI_ANALYST", "LEAD", "MASTER_DATA", "SUPERVISOR", "WAREHOUSE"}
)
_ANALYST: Final = frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR"})
_CODE: Final = 40  # of 100: codes are short, one character of two may be wrong
_MOST: Final = 3
_READ: Final = ("ERROR", "QUARANTINED", "IGNORED", "HELD")  # the 997 said nothing against such a set


def envelope(known: Known) -> Iterator[Fix]:
    """What a machine would put right in the file."""
    if known.content is None or known.case.family != Family.SYNTAX:
        return
    mend = mending.suggested(known.content, known.case.message)
    if mend is None:
        return
    first = mend.changes[0].why
    more = f" and {len(mend.changes) - 1} more" if len(mend.changes) > 1 else ""
    yield Fix(
        "mend",
        Kind.COPY,
        "Mend the envelope and replay the mended copy",
        f"{first}{more}",
        _EVERYBODY,
        {"how": "mend"},
    )


def code(known: Known) -> Iterator[Fix]:
    """Codes that may be meant, put in a corrected copy."""
    finding = known.finding
    if (
        known.content is None
        or finding is None
        or finding.code not in (Code.CODE_INVALID, Code.CODE_NOT_IN_TABLE)
    ):
        return
    at = finding.at
    if (
        not isinstance(at, Location)
        or at.segment is None
        or not at.element
        or at.offset is None
        or not at.length
    ):
        return
    version = nearest(known.document.version or "004010")[0] if known.document else "004010"
    segment = dictionary(version).segments.get(at.segment)
    if segment is None or at.element > len(segment.uses):
        return
    element = dictionary(version).elements.get(segment.uses[at.element - 1].element)
    codes = {} if element is None or element.codes is None else element.codes
    for each in _meant(known, codes):
        yield Fix(
            f"code:{each.key}",
            Kind.COPY,
            f"{at.segment}{at.element:02d} is {each.key} instead of {known.value}, in a corrected copy",
            each.why,
            _EVERYBODY,
            {"how": "replace", "offset": str(at.offset), "length": str(at.length), "by": each.key},
            (WHY,),
            each.score or None,
        )


def _meant(known: Known, codes: Mapping[str, str]) -> list[Near]:
    """Codes that may be meant: what their last good documents say there before what the guide takes besides, and what
    merely looks alike only when nothing else is known. Score 0: it is not by likeness."""
    allowed = [code for code in known.allowed if code != known.value]
    usual = [code for code in known.usual if code != known.value and (not allowed or code in allowed)]
    if usual or allowed:
        wanted = list(dict.fromkeys([*usual, *allowed]))[:_MOST]
        return [Near(code, 0, _why(code, codes, code in usual, code in allowed)) for code in wanted]
    alike = [code for code in codes if code != known.value and near.likeness(known.value, code) >= _CODE]
    return near.best(
        (
            Near(code, near.likeness(known.value, code), f"{codes[code] or code}: the element has it")
            for code in alike
        ),
        _MOST,
    )


def _why(code: str, codes: Mapping[str, str], usual: bool, allowed: bool) -> str:
    says = [
        *(["their guide takes it"] if allowed else []),
        *(["their last good ones say it"] if usual else []),
    ]
    return f"{codes.get(code) or code}: {', and '.join(says)}"


def once(known: Known) -> Iterator[Fix]:
    """The file taken as it is, this once, though it breaks a rule of the partner's own guide."""
    finding, document = known.finding, known.document
    if finding is None or document is None or document.state != "REJECTED" or known.case.receipt_id is None:
        return
    if finding.rule not in known.rules.get(document.set_code, ()):
        return  # what the standard itself refuses is not accepted: it cannot be read for certain
    yield Fix(
        "once",
        Kind.ONCE,
        f'Accept it once, though it breaks the rule "{finding.rule}"',
        "It is replayed with that rule as a mere warning; the guide stays as it is.",
        _ANALYST,
        {"set": document.set_code, "rule": finding.rule or ""},
    )


def by_hand(known: Known) -> Iterator[Fix]:
    """A corrected copy that a person makes."""
    if known.content is None:
        return
    yield Fix(
        "copy",
        Kind.COPY,
        "Correct a copy of the file by hand and replay it",
        "The original stays as it came, byte for byte.",
        _EVERYBODY,
        {"how": "file"},
        (FILE, WHY),
    )


def refuse_set(known: Known) -> Iterator[Fix]:
    """A set whose syntax was good, refused all the same: by its 997 while that has not gone, by an 824 after."""
    document = known.document
    if (
        document is None
        or document.direction != "in"
        or document.state not in _READ
        or known.order is not None
    ):
        return
    if document.status in ("A", "E") and document.group_id is not None:
        yield Fix(
            "refuse set:997",
            Kind.REFUSE_SET,
            f"Refuse the {document.set_code} by its 997 (AK5 R)",
            "Only while the 997 waits to be sent; one that has gone is not taken back.",
            _ANALYST,
        )
    agreed = known.profile is not None and known.profile.document("824", "out") is not None
    yield Fix(
        "refuse set:824",
        Kind.ADVISE,
        f"Refuse the {document.set_code} by an application advice (824, TR)",
        "It says what is wrong, whatever the 997 said."
        if agreed
        else "It says what is wrong. Their profile lists no 824 that goes out: agree on it first.",
        _ANALYST,
    )


def again(known: Known) -> Iterator[Fix]:
    """What did not arrive goes once more, the same bytes."""
    if known.case.transmission_id is None and known.case.posting_id is None:
        return
    what = "transmission" if known.case.transmission_id is not None else "posting"
    yield Fix(
        "send",
        Kind.SEND,
        f"Send the {what} once more",
        "The same bytes and control numbers: whoever has it already can tell.",
        _EVERYBODY,
        {"what": what},
        (),
    )

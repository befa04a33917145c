"""The cause of a case: one fingerprint for all that one act of mending would cure, and its words (spec B14).

Takes a finding and its partner; gives what cases are grouped and replayed by. Pure. Called by commands/triage/cases.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from edi_gateway.model.finding import Code, Family, Finding, Location
from edi_gateway.model.meaning import MEANING

# one value, one cause: what mends it (a cross-reference, a table row, a price) mends all with the same value
_BY_VALUE: Final = frozenset(
    {
        Code.PARTNER_UNKNOWN,
        Code.CODE_INVALID,
        Code.CODE_UNLISTED,
        Code.CODE_NOT_IN_TABLE,
        Code.CUSTOMER_UNKNOWN,
        Code.CUSTOMER_STOPPED,
        Code.SHIP_TO_UNKNOWN,
        Code.SHIP_TO_DIFFERS,
        Code.STORE_UNKNOWN,
        Code.SITE_UNKNOWN,
        Code.ITEM_UNKNOWN,
        Code.ITEM_AMBIGUOUS,
        Code.ITEM_BLOCKED,
        Code.ITEM_DISCONTINUED,
        Code.ITEM_NOT_YET,
        Code.ITEM_NOT_SOLD_THERE,
        Code.ITEM_ID_INVALID,
        Code.UNIT_UNKNOWN,
        Code.UNIT_ALIAS_USED,
        Code.PRICE_NOT_ON_FILE,
        Code.CURRENCY_DIFFERS,
        Code.TERMS_DIFFER,
        Code.FREIGHT_TERMS_DIFFER,
        Code.ALLOWANCE_NOT_AGREED,
        Code.ORDER_TYPE_NOT_AGREED,
        Code.SET_UNKNOWN,
        Code.GROUP_VERSION_UNKNOWN,
        Code.POLL_FAILED,
        Code.DELIVERY_FAILED,
        Code.POSTING_FAILED,
    }
)

# where on its road a document is when this comes up; what is not here: it is judged
_STAGES: Final[dict[Family, str]] = {
    Family.TRANSPORT: "receive",
    Family.SYNTAX: "check",
    Family.MAPPING: "map",
    Family.ANSWER: "answer",
    Family.ACK_997: "acknowledge",
    Family.ASN_824: "acknowledge",
    Family.STOCK: "ship",
    Family.WAREHOUSE: "ship",
    Family.CARRIER: "ship",
    Family.DOCS: "write",
    Family.INVOICE: "bill",
    Family.ERP_POST: "post",
    Family.SYSTEM: "run",
}
_STAGES_OF_CODES: Final[dict[Code, str]] = {
    Code.DELIVERY_FAILED: "send",
    Code.OWN_DOCUMENT_INVALID: "write",
    Code.GATE_BREACH: "write",
}

STAGES: Final = (
    *(
        "receive",
        "check",
        "map",
        "judge",
        "answer",
        "acknowledge",
        "ship",
        "write",
        "bill",
        "post",
        "send",
        "run",
    ),
)

_INDEX: Final = re.compile(r"\[\d+\]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")
_SHOWN: Final = 60  # characters of a value in the words


@dataclass(frozen=True, slots=True)
class Cause:
    """`fingerprint`: SHA-256 of all that follows, the same for the same cause; `words`: the same for a person.

    `place`: the path, whichever line it was; `value`: the value where it alone tells what to mend, else its shape.
    """

    fingerprint: str
    words: str
    stage: str
    family: Family
    code: Code
    rule: str
    place: str
    partner: str | None
    value: str


def cause(finding: Finding, partner: str | None) -> Cause:
    """What has to be mended: stage, family, code, rule or check, place, partner, and the value or its shape."""
    stage, place, rule = stage_of(finding), _place(finding), finding.rule or ""
    by_value = finding.code in _BY_VALUE and finding.value is not None
    value = (finding.value or "").strip() if by_value else _shape(finding.value)
    key = "\x1f".join((stage, finding.family, finding.code, rule, place, partner or "", value))
    return Cause(
        sha256(key.encode("utf-8", "surrogatepass")).hexdigest(),
        _words(finding, partner, place or rule, by_value, value),
        *(stage, finding.family, finding.code, rule, place, partner, value),
    )


def stage_of(finding: Finding) -> str:
    """Where on its road the document was: receive, check, map, judge, answer, ..."""
    return _STAGES_OF_CODES.get(finding.code) or _STAGES.get(finding.family, "judge")


def _place(finding: Finding) -> str:
    """Where, whichever line it was: `lines[].price`, `PO1/N1 N104`; nothing when it is of no place."""
    at = finding.at
    if isinstance(at, str) and at:
        return _INDEX.sub("[]", at)
    if isinstance(at, Location) and at.segment:
        element = f"{at.segment}{at.element:02d}" if at.element else at.segment
        return f"{at.loop} {element}" if at.loop else element
    return ""


def _shape(value: str | None) -> str:
    """`AB-1200` and `X-7` have one shape, A-9: what is wrong with one is wrong with the other."""
    return _DIGITS.sub("9", _LETTERS.sub("A", value.strip())) if value else ""


def _words(finding: Finding, partner: str | None, place: str, by_value: bool, shape: str) -> str:
    meaning = MEANING[finding.code].rstrip(".")
    parts = [meaning]
    if place:
        parts.append(f"at {place}")
    if by_value:
        value = (finding.value or "").strip()
        parts.append(f"value {value[:_SHOWN]}{'...' if len(value) > _SHOWN else ''}")
    elif shape and (finding.family is Family.SYNTAX or finding.code is Code.VALUE_UNREADABLE):
        parts.append(f"values like {shape[:_SHOWN]}")
    if partner:
        parts.append(f"from {partner}")
    return ", ".join(parts)

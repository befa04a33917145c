"""The cause of a case: one fingerprint for all that one act of mending would cure, and its words (spec B14).

Takes a finding and its partner; gives what cases are grouped and replayed by. Pure. Called by commands/triage/cases.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
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

# hours in which somebody should have seen to it (spec B4 rule 7, B14.2); what is not here: a day
RESPONSE_HOURS: Final[dict[Family, int]] = {
    Family.TRANSPORT: 2,
    Family.SYSTEM: 2,
    Family.ERP_POST: 2,
    Family.ANSWER: 2,
    Family.DOCS: 2,
    Family.ASN_824: 2,
    Family.WAREHOUSE: 4,
    Family.STOCK: 8,
    Family.CARRIER: 8,
    Family.INVOICE: 8,
    Family.SYNTAX: 4,
    Family.MAPPING: 4,
    Family.ACK_997: 4,
    Family.DUPLICATE: 8,
    Family.MASTER_DATA: 8,
    Family.ITEM: 8,
    Family.QTY_PACK: 8,
    Family.PRICE: 8,
    Family.DATE: 8,
    Family.CHANGE: 8,
}
_OTHERWISE_HOURS: Final = 24

_INDEX: Final = re.compile(r"\[\d+\]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")
_SHOWN: Final = 60  # characters of a value in the words


@dataclass(frozen=True, slots=True)
class Cause:
    """`fingerprint`: SHA-256, the same for the same cause; `words`: the same for a person."""

    fingerprint: str
    words: str


def cause(finding: Finding, partner: str | None) -> Cause:
    """What has to be mended: family, code, place, partner, and the value or its shape."""
    place = _place(finding)
    by_value = finding.code in _BY_VALUE and finding.value is not None
    value = (finding.value or "").strip() if by_value else _shape(finding.value)
    key = "\x1f".join((finding.family.value, finding.code.value, place, partner or "", value))
    return Cause(
        sha256(key.encode("utf-8", "surrogatepass")).hexdigest(), _words(finding, partner, place, by_value)
    )


def due_at(family: Family, since: datetime) -> datetime:
    """When somebody should have seen to a case or a hold of this family that came up at `since`."""
    return since + timedelta(hours=RESPONSE_HOURS.get(family, _OTHERWISE_HOURS))


def _place(finding: Finding) -> str:
    """Where, whichever line it was: `lines[].price`, `PO1/N1 N104`, else the rule."""
    at = finding.at
    if isinstance(at, str) and at:
        return _INDEX.sub("[]", at)
    if isinstance(at, Location) and at.segment:
        element = f"{at.segment}{at.element:02d}" if at.element else at.segment
        return f"{at.loop} {element}" if at.loop else element
    return finding.rule or ""


def _shape(value: str | None) -> str:
    """`AB-1200` and `X-7` have one shape, A-9: what is wrong with one is wrong with the other."""
    return _DIGITS.sub("9", _LETTERS.sub("A", value.strip())) if value else ""


def _words(finding: Finding, partner: str | None, place: str, by_value: bool) -> str:
    meaning = MEANING[finding.code].rstrip(".")
    parts = [meaning]
    if place:
        parts.append(f"at {place}")
    if by_value:
        value = (finding.value or "").strip()
        parts.append(f"value {value[:_SHOWN]}{'...' if len(value) > _SHOWN else ''}")
    if partner:
        parts.append(f"from {partner}")
    return ", ".join(parts)

"""What is known about a case when fixes are looked for: the order and line, the hold, the document, what may be meant.

Takes the connection and a case id; gives Known. Reads only; candidates are read only where the
case's code asks for them. Called by commands/triage/fixing.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Location
from edi_gateway.model.order import HoldView, OrderLine
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.snapshots import PublishedPartner, thaw
from edi_gateway.store import snapshots
from edi_gateway.store.book import cases, holds, orders
from edi_gateway.store.book.cases import Case
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.master import nearby
from edi_gateway.store.master.nearby import Place
from edi_gateway.store.tables import documents
from edi_gateway.store.traffic import findings, receipts
from edi_gateway.triage.suggestions import evidence
from edi_gateway.triage.suggestions.evidence import Envelope, Miss

_LINE: Final = re.compile(r"lines\[(\d+)\]")
_BY_ITEM: Final = frozenset({Code.ITEM_UNKNOWN, Code.ITEM_ID_INVALID, Code.ITEM_AMBIGUOUS})
_BY_PLACE: Final = frozenset({Code.SHIP_TO_UNKNOWN, Code.STORE_UNKNOWN})
LARGEST: Final = 2_000_000  # bytes of a file that a fix may be made of


@dataclass(frozen=True, slots=True)
class Document:
    """The set that a case is about."""

    id: int
    direction: str
    set_code: str
    version: str | None
    control: str | None
    group_control: str | None
    state: str
    status: str | None
    offset: int | None
    length: int | None
    interchange_id: int | None
    group_id: int | None
    receipt_id: int | None


_DOCUMENT = [documents.c[name] for name in Document.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Known:
    """All that suggestions are made of. `line`: as it stands in the book, `asked`: as the buyer wrote it."""

    case: Case
    finding: Finding | None
    profile: Profile | None
    rules: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # ids of the partner's guide rules, by set
    allowed: Sequence[str] = ()  # the codes that the partner's guide takes in the place of the wrong one
    document: Document | None = None
    order: StoredOrder | None = None
    line: OrderLine | None = None
    asked: Line | None = None
    hold: HoldView | None = None
    content: bytes | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    numbers: Sequence[tuple[str, str]] = ()
    places: Sequence[Place] = ()
    units: Sequence[str] = ()
    usual: Sequence[str] = ()  # what stands in the place of the wrong code in their last good documents
    misses: Sequence[Miss] = ()  # codes of the document that a code table of its mapping does not have
    envelope: Envelope | None = None  # of an interchange that is nobody's
    partners: Sequence[Profile] = ()  # whose it might be

    @property
    def value(self) -> str:
        """The value that is wrong."""
        return (self.finding.value or "").strip() if self.finding is not None else ""

    @property
    def po(self) -> PurchaseOrder | None:
        return None if self.order is None else self.order.document


def of_case(conn: Connection, case_id: int, on: date) -> Known | None:
    """None when there is no such case."""
    case = cases.load(conn, case_id)
    if case is None:
        return None
    published = _published(conn, case.partner)
    finding = _finding(conn, case)
    hold = None if case.hold_id is None else holds.load(conn, case.hold_id)
    order = None if case.order_id is None else orders.load(conn, case.order_id)
    line = asked = None
    number = _line_number(finding, hold)
    if order is not None and number is not None:
        line = next((each for each in orders.lines(conn, order.id) if each.line == number), None)
        asked = next((each for each in order.document.lines if each.line == number), None)
    partner = case.partner or ""
    by_item = case.code in _BY_ITEM
    sku = line.sku if line is not None and line.sku is not None else None
    document = _document(conn, case)
    unknown = case.code == Code.PARTNER_UNKNOWN
    return Known(
        case=case,
        finding=finding,
        profile=None if published is None else published.profile,
        rules={} if published is None else _rules(published),
        allowed=() if published is None or finding is None else _allowed(published, finding),
        document=document,
        order=order,
        line=line,
        asked=asked,
        hold=hold,
        content=_content(conn, case),
        descriptions=nearby.descriptions(conn, on) if by_item else {},
        numbers=nearby.numbers(conn, partner, on) if by_item else (),
        places=nearby.places(conn, partner, on) if case.code in _BY_PLACE else (),
        units=nearby.units(conn, sku, on) if sku is not None and case.code == Code.UNIT_UNKNOWN else (),
        usual=_usual(conn, case, finding, document),
        misses=()
        if published is None or document is None
        else evidence.misses(conn, document.id, document.set_code, published),
        envelope=evidence.envelope(conn, case.interchange_id, case.receipt_id) if unknown else None,
        partners=evidence.profiles(conn) if unknown else (),
    )


def _usual(
    conn: Connection, case: Case, finding: Finding | None, document: Document | None
) -> tuple[str, ...]:
    if document is None or finding is None or finding.code is not Code.CODE_INVALID or case.partner is None:
        return ()
    if document.direction != "in" or not isinstance(finding.at, Location):
        return ()
    return evidence.usual(conn, case.partner, document.set_code, finding.at, document.id)


def _published(conn: Connection, partner: str | None) -> PublishedPartner | None:
    live = snapshots.hashes(conn).get(partner or "")
    content = None if live is None else snapshots.content(conn, live[0])
    return None if content is None else thaw(content)


def _rules(published: PublishedPartner) -> dict[str, frozenset[str]]:
    return {code: frozenset(rule.id for rule in rules) for code, rules in published.rules.items()}


def _allowed(published: PublishedPartner, finding: Finding) -> tuple[str, ...]:
    """What the rule that the finding names takes, where it lists values."""
    for rules in published.rules.values():
        for rule in rules:
            if rule.id == finding.rule and rule.kind in ("codes", "equals"):
                return rule.values
    return ()


def _line_number(finding: Finding | None, hold: HoldView | None) -> int | None:
    if hold is not None and hold.line is not None:
        return hold.line
    if finding is not None and isinstance(finding.at, str) and (match := _LINE.match(finding.at)):
        return int(match[1]) + 1
    return None


def _finding(conn: Connection, case: Case) -> Finding | None:
    """The finding in the case's own words, among those about the same thing."""
    for name in ("document_id", "order_id", "receipt_id"):
        about = getattr(case, name)
        if about is not None:
            found = [each for each in findings.of(conn, **{name: about}) if each.message == case.message]
            if found:
                return found[0]
    return None


def _document(conn: Connection, case: Case) -> Document | None:
    if case.document_id is None:
        return None
    row = conn.execute(select(*_DOCUMENT).where(documents.c.id == case.document_id)).first()
    return None if row is None else Document(*row)


def _content(conn: Connection, case: Case) -> bytes | None:
    """The bytes of the file, when the case is about one that is no larger than a person can look at."""
    if case.receipt_id is None or case.order_id is not None:
        return None
    pieces: list[bytes] = []
    size = 0
    for piece in receipts.read(conn, case.receipt_id):
        size += len(piece)
        if size > LARGEST:
            return None
        pieces.append(piece)
    return b"".join(pieces) or None

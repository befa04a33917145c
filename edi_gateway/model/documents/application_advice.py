"""The application advice (824): a partner's verdict on what documents say, after their syntax was found good.

Read when a buyer judges our 856 or 810, written when we judge a document that has no answer of its own (spec C14).
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import CodedText
from edi_gateway.model.documents.named_party import NamedParty
from edi_gateway.model.documents.shared import (
    Amount,
    Contact,
    NotedQuantity,
    Number,
    OtherDate,
    Party,
    Record,
    Reference,
)


class RelatedText(Record):
    """RED: a text that explains an error or a code."""

    text: str
    kind: str | None = None  # DE1609
    agency: str | None = None
    source: str | None = None
    code_list: str | None = None  # DE1270
    code: str | None = None


class ApplicationError(Record):
    """TED loop: one thing that is wrong. `position` counts the segments from ST, which is 1."""

    code: str  # TED01, DE647: 006 duplicate, 007 missing data, 010 total out of balance ...
    message: str | None = None
    segment: str | None = None
    position: int | None = None
    element: int | None = None  # its position in the segment
    component: int | None = None  # from 005010 on
    repetition: int | None = None  # from 005010 on
    element_number: int | None = None  # TED06: the standard's number of the element
    component_number: int | None = None  # from 005010 on
    bad_value: str | None = None
    new_value: str | None = None
    messages: tuple[str, ...] = ()  # NTE without a code
    coded_messages: tuple[CodedText, ...] = ()
    related: tuple[RelatedText, ...] = ()


class IndustryCode(Record):
    """LQ: a code of a list, with what explains it."""

    code_list: str | None = None  # DE1270
    code: str | None = None
    related: tuple[RelatedText, ...] = ()


class CodeSource(Record):
    """LM loop: codes of one agency."""

    agency: str  # DE559
    source: str | None = None
    codes: tuple[IndustryCode, ...] = ()


class JudgedDocument(Record):
    """OTI loop: a document, or a part of it, and what became of it."""

    status: str  # OTI01, DE110: TA accepted, TC with change, TE with error, TR rejected; I. item, G. group
    reference_qualifier: str  # OTI02, DE128: IV, SI, BM, PO, TN ...
    reference: str
    sender: str | None = None  # OTI04, GS02 of what is judged
    receiver: str | None = None
    on: date | None = None
    at: str | None = None
    group_control: int | None = None  # OTI08, GS06 of what is judged
    set_control: str | None = None  # OTI09, ST02
    set_code: str | None = None  # OTI10: 810, 856 ...
    version: str | None = None
    purpose: str | None = None
    type: str | None = None
    application_type: str | None = None
    action: str | None = None
    handling: str | None = None
    reason: str | None = None  # OTI17, DE641
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    contacts: tuple[Contact, ...] = ()
    amounts: dict[str, Number] = Field(default_factory=dict)  # AMT by qualifier
    other_amounts: tuple[Amount, ...] = ()
    noted_quantities: tuple[NotedQuantity, ...] = ()
    names: tuple[NamedParty, ...] = ()
    errors: tuple[ApplicationError, ...] = ()
    code_sources: tuple[CodeSource, ...] = ()


class ApplicationAdvice(Record):
    """824."""

    purpose: str  # BGN01, DE353
    number: str  # BGN02: the sender's number of this advice
    issued_on: date
    issued_at: str | None = None
    zone: str | None = None
    original_number: str | None = None  # BGN06: of the advice that this one is about
    type: str | None = None
    action: str | None = None
    security_level: str | None = None
    parties: tuple[Party, ...] = ()
    documents: tuple[JudgedDocument, ...] = ()

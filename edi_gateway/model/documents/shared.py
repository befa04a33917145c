"""Records that several documents share: parties, references, dates, allowances, packs.

Field names are the canonical names of `map --json` (docs/reference/canonical.md). Codes stand as they
came; a mapping table may bring a partner's code to the usual one. All frozen; lists are tuples.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from edi_gateway.model.documents.details import (
    AddressPart,
    CodedText,
    Equipment,
    Handling,
    Measurement,
    NamePart,
    Paperwork,
    ServiceIds,
)
from edi_gateway.model.documents.record import Number, Record

__all__ = [
    "Allowance",
    "Amount",
    "Carrier",
    "Contact",
    "ContactNumber",
    "Dates",
    "Description",
    "Freight",
    "ItemId",
    "Marking",
    "Measurement",
    "Note",
    "NotedQuantity",
    "Number",
    "OtherDate",
    "Pack",
    "Package",
    "Party",
    "QuotedPrice",
    "Record",
    "Reference",
    "SalesRequirement",
    "Schedule",
    "Tax",
    "Terms",
    "no_dates",
]


class OtherDate(Record):
    """A DTM whose qualifier has no name of its own."""

    qualifier: str
    on: date | None = None
    at: str | None = None
    zone: str | None = None
    format: str | None = None  # DE1250
    period: str | None = None  # DE1251


class Reference(Record):
    """REF or N9: a number of somebody's, with the qualifier that says whose."""

    qualifier: str
    value: str | None = None
    description: str | None = None
    more: tuple[str, ...] = ()  # components of REF04/N907: qualifier, value, qualifier, value ...
    dates: tuple[OtherDate, ...] = ()  # 820 only: DTM under the REF


class ContactNumber(Record):
    kind: str  # DE365: TE telephone, EM mail ...
    number: str


class Contact(Record):
    """PER."""

    function: str | None = None  # DE366
    name: str | None = None
    numbers: tuple[ContactNumber, ...] = ()
    inquiry: str | None = None


class Dates(Record):
    """Dates of an order or a line (DTM); the qualifier of each is in the comment. spec B5.5."""

    requested_ship: date | None = None  # 010
    ship_not_before: date | None = None  # 037
    ship_no_later: date | None = None  # 038
    deliver_requested: date | None = None  # 002
    deliver_not_before: date | None = None  # 064
    deliver_not_after: date | None = None  # 063
    deliver_on_or_after: date | None = None  # 071
    deliver_on_or_before: date | None = None  # 074
    week_of: date | None = None  # 077
    required_by: date | None = None  # 106
    requested_pickup: date | None = None  # 118
    cancel_after: date | None = None  # 001
    cancel_if_not_shipped_by: date | None = None  # 175
    cancel_if_not_delivered_by: date | None = None  # 061
    times: dict[str, str] = Field(default_factory=dict)  # DTM03 by qualifier, for the named ones
    zones: dict[str, str] = Field(default_factory=dict)  # DTM04 by qualifier, for the named ones
    others: tuple[OtherDate, ...] = ()


_NO_DATES = Dates()


def no_dates() -> Dates:
    """The one empty record: a default that pydantic would copy field by field costs more than the rest of a line."""
    return _NO_DATES


class QuotedPrice(Record):
    """CTP: often the retail tag price (RS/RES), never our price by itself (spec C0)."""

    trade_class: str | None = None
    kind: str | None = None
    price: Number | None = None
    quantity: Number | None = None
    unit: str | None = None
    multiplier_kind: str | None = None
    multiplier: Number | None = None
    amount: Number | None = None
    basis: str | None = None
    condition: str | None = None
    multiple_quantity: int | None = None
    currency: str | None = None
    currency_of: str | None = None  # CUR under the CTP of a line
    exchange_rate: Number | None = None


class Tax(Record):
    """TXI, as stated; a TAX is a TaxReference."""

    type: str | None = None
    amount: Number | None = None
    percent: Number | None = None
    jurisdiction_qualifier: str | None = None
    jurisdiction: str | None = None
    exempt: str | None = None
    relation: str | None = None
    basis: Number | None = None
    number: str | None = None
    assigned: str | None = None
    dates: tuple[OtherDate, ...] = ()  # 810 only: DTM under the TXI of a SAC, from 005010 on


class Allowance(Record):
    """SAC: allowance (A), charge (C), service, promotion. Which amount counts is decided in orders/ (spec C0)."""

    kind: str  # SAC01, DE248
    code: str | None = None  # SAC02, DE1300
    agency: str | None = None
    agency_code: str | None = None
    amount: Number | None = None  # SAC05, in currency units
    percent_basis: str | None = None  # SAC06, DE378
    percent: Number | None = None
    rate: Number | None = None
    unit: str | None = None
    quantity: Number | None = None
    quantity_upper: Number | None = None  # SAC11
    handling: str | None = None  # SAC12, DE331: 02 off-invoice, 01 bill-back ...
    reference: str | None = None
    option: str | None = None
    text: str | None = None
    language: str | None = None
    currency: str | None = None
    currency_of: str | None = None  # CUR under the SAC
    exchange_rate: Number | None = None
    quoted_prices: tuple[QuotedPrice, ...] = ()  # CTP under the SAC of a line
    taxes: tuple[Tax, ...] = ()  # 810 and 820: TXI under the SAC, the tax on this charge
    dates: tuple[OtherDate, ...] = ()  # 810 and 820: DTM under the SAC, from 005010 on


class Terms(Record):
    """ITD."""

    type: str | None = None
    basis: str | None = None
    discount_percent: Number | None = None
    discount_due: date | None = None
    discount_days: int | None = None
    net_due: date | None = None
    net_days: int | None = None
    discount_amount: Number | None = None
    deferred_due: date | None = None
    deferred_amount: Number | None = None
    percent_payable: Number | None = None
    text: str | None = None
    day_of_month: int | None = None
    payment_method: str | None = None
    percent: Number | None = None


class Freight(Record):
    """FOB."""

    payment: str  # DE146
    place_kind: str | None = None
    place: str | None = None
    terms_kind: str | None = None
    terms: str | None = None
    title_kind: str | None = None
    title_place: str | None = None
    risk: str | None = None
    risk_text: str | None = None


class Carrier(Record):
    """TD5."""

    sequence: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    mode: str | None = None
    routing: str | None = None
    status: str | None = None
    location_qualifier: str | None = None
    location: str | None = None
    transit_direction: str | None = None
    transit_time_qualifier: str | None = None
    transit_time: Number | None = None
    service: str | None = None
    second_service: str | None = None
    third_service: str | None = None
    country: str | None = None


class Package(Record):
    """TD1."""

    packaging: str | None = None
    count: int | None = None
    commodity_kind: str | None = None
    commodity: str | None = None
    text: str | None = None
    weight_kind: str | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None


class Pack(Record):
    """PO4: how an ordered unit is packed. `pack` inner units an outer pack, `inner` PO414."""

    pack: int | None = None
    size: Number | None = None
    size_unit: str | None = None
    packaging: str | None = None
    weight_kind: str | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    dimension_unit: str | None = None
    inner: int | None = None
    surface: str | None = None
    range_from: str | None = None
    range_to: str | None = None
    count: int | None = None


class ItemId(Record):
    """A qualifier (DE235: UP, UK, IN, VN ...) and a value, from PO106 on."""

    qualifier: str
    value: str


class Description(Record):
    """PID."""

    kind: str
    characteristic: str | None = None
    agency: str | None = None
    code: str | None = None
    text: str | None = None
    surface: str | None = None
    source: str | None = None
    yes_no: str | None = None
    language: str | None = None
    measurements: tuple[Measurement, ...] = ()


class Note(Record):
    """N9 with its MSG (004010) or MTX (005010) lines; a lone MSG has no qualifier."""

    qualifier: str | None = None
    reference: str | None = None
    text: str | None = None
    on: date | None = None
    lines: tuple[str, ...] = ()
    at: str | None = None
    zone: str | None = None
    more: tuple[str, ...] = ()  # components of N907
    dates: tuple[OtherDate, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    coded_lines: tuple[CodedText, ...] = ()  # MTX with more than its text


class SalesRequirement(Record):
    """CSH: what the buyer allows when stock is short, and the like (spec B7.4)."""

    code: str | None = None
    action: str | None = None
    amount: Number | None = None
    account: str | None = None
    on: date | None = None
    agency: str | None = None
    service: str | None = None
    substitution: str | None = None
    percent: Number | None = None
    percent_kind: str | None = None


class Marking(Record):
    """PKG: how goods are to be packed or marked; a MAN is a Mark."""

    kind: str | None = None
    characteristic: str | None = None
    agency: str | None = None
    code: str | None = None
    text: str | None = None
    unit_load: str | None = None
    measurements: tuple[Measurement, ...] = ()


class Amount(Record):
    """AMT that is more than a qualifier and an amount, or repeats its qualifier."""

    qualifier: str
    amount: Number | None = None
    credit_debit: str | None = None
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()


class NotedQuantity(Record):
    """QTY under a line, a component or a party."""

    qualifier: str
    quantity: Number | None = None
    unit: str | None = None
    text: str | None = None
    services: tuple[ServiceIds, ...] = ()


class Schedule(Record):
    """SCH: so many by then."""

    quantity: Number
    unit: str
    party_role: str | None = None
    party_name: str | None = None
    qualifier: str
    on: date
    at: str | None = None
    until_qualifier: str | None = None
    until: date | None = None
    until_at: str | None = None
    request_reference: str | None = None
    line: str | None = None
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    references: tuple[Reference, ...] = ()


class Party(Record):
    """N1 loop. `role` is DE98 (BY, ST, Z7 ...), `id_qualifier` DE66 (92, UL, 1 ...)."""

    role: str
    name: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    relation: str | None = None
    second_role: str | None = None
    more_names: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    subdivision: str | None = None
    location_qualifier: str | None = None
    location: str | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    address_parts: tuple[AddressPart, ...] = ()
    name_parts: tuple[NamePart, ...] = ()
    services: tuple[ServiceIds, ...] = ()
    freight: Freight | None = None
    packages: tuple[Package, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    markings: tuple[Marking, ...] = ()
    quantities: tuple[NotedQuantity, ...] = ()  # QTY: this party's share of the line
    dates: tuple[OtherDate, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    messages: tuple[str, ...] = ()  # 855 only
    coded_messages: tuple[CodedText, ...] = ()

"""Records for the segments that ordinary orders hold now and then: paperwork, measurements, hazard classes.

Each keeps one segment as it came, so that nothing of an order is lost; few of them are judged. Used by the
documents of this folder; filled by mapping/.
"""

from __future__ import annotations

from datetime import date

from edi_gateway.model.documents.record import Number, Record


class CodedText(Record):
    """An MSG or MTX that says more than its text: a note code, a second text, what a printer is to do."""

    code: str | None = None
    text: str | None = None
    second_text: str | None = None
    printer_control: str | None = None
    number: int | None = None


class CodePair(Record):
    """A qualifier and the code or number it qualifies."""

    qualifier: str
    value: str


class DatedEvent(Record):
    """CUR07 on: when a rate holds."""

    qualifier: str
    on: date | None = None
    at: str | None = None


class ServiceIds(Record):
    """SI: services or characteristics named by an agency's codes."""

    agency: str
    ids: tuple[CodePair, ...] = ()


class ItemIds(Record):
    """LIN: further numbers of the item, or of what the whole order is for."""

    line: str | None = None
    ids: tuple[CodePair, ...] = ()


class Commodity(Record):
    """TC2."""

    qualifier: str | None = None
    code: str | None = None


class Discount(Record):
    """DIS: a discount that begins and ends at limits."""

    type: str | None = None
    base: str | None = None
    value: Number | None = None
    limit_kind: str | None = None
    lower: int | None = None
    upper: int | None = None


class Installment(Record):
    """INC: payment in parts."""

    type: str | None = None
    unit: str | None = None
    count: Number | None = None
    position: Number | None = None
    amount: Number | None = None


class TaxReference(Record):
    """TAX: a tax number, the places it holds for, an exemption."""

    number: str | None = None
    locations: tuple[CodePair, ...] = ()
    exempt: str | None = None
    customs_entry: str | None = None


class PeriodAmount(Record):
    """PAM: an amount or quantity for a span of time."""

    quantity_kind: str | None = None
    quantity: Number | None = None
    unit: str | None = None
    amount_kind: str | None = None
    amount: Number | None = None
    period_unit: str | None = None
    from_qualifier: str | None = None
    from_date: date | None = None
    from_time: str | None = None
    to_qualifier: str | None = None
    to_date: date | None = None
    to_time: str | None = None
    percent_kind: str | None = None
    percent: Number | None = None
    yes_no: str | None = None


class Paperwork(Record):
    """PWK: a paper or file that is wanted or comes apart."""

    type: str
    transmission: str | None = None
    copies: int | None = None
    party_role: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    text: str | None = None
    actions: tuple[str, ...] = ()
    request: str | None = None


class Measurement(Record):
    """MEA."""

    reference: str | None = None
    qualifier: str | None = None
    value: Number | None = None
    unit: str | None = None
    low: Number | None = None
    high: Number | None = None
    significance: str | None = None
    attribute: str | None = None
    surface: str | None = None
    method: str | None = None


class Equipment(Record):
    """TD3."""

    kind: str | None = None
    initial: str | None = None
    number: str | None = None
    weight_kind: str | None = None
    weight: Number | None = None
    weight_unit: str | None = None
    ownership: str | None = None
    seal_status: str | None = None
    seal: str | None = None
    type: str | None = None


class Handling(Record):
    """TD4: special handling, hazard class."""

    code: str | None = None
    hazard_qualifier: str | None = None
    hazard: str | None = None
    text: str | None = None
    yes_no: str | None = None


class Condition(Record):
    """CTB: a restriction or condition of the order."""

    qualifier: str
    text: str | None = None
    quantity_kind: str | None = None
    quantity: Number | None = None
    amount_kind: str | None = None
    amount: Number | None = None


class Mark(Record):
    """MAN: marks and numbers to be put on, or standing on, the goods."""

    qualifier: str
    value: str
    value_to: str | None = None
    second_qualifier: str | None = None
    second_value: str | None = None
    second_value_to: str | None = None


class Pallet(Record):
    """PAL: how a pallet is loaded."""

    type: str | None = None  # DE883
    tiers: int | None = None
    blocks: int | None = None  # a tier
    pack: int | None = None
    unit_weight: Number | None = None
    unit_weight_unit: str | None = None
    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    dimension_unit: str | None = None
    weight: Number | None = None  # gross
    weight_unit: str | None = None
    volume: Number | None = None
    volume_unit: str | None = None
    exchange: str | None = None  # DE399
    inner: int | None = None
    stackable: str | None = None  # PAL17, from 005010 on: Y or N


class AddressPart(Record):
    """NX2: one component of an address or place."""

    kind: str
    value: str
    county: str | None = None


class NamePart(Record):
    """IN2: one component of a person's name."""

    kind: str
    value: str


class ContractDetail(Record):
    """CN1 under a line."""

    type: str
    amount: Number | None = None
    percent: Number | None = None
    reference: str | None = None
    terms_discount_percent: Number | None = None
    version: str | None = None


class AdditionalDetail(Record):
    """PO3: a second price, quantity or date of a line, with the reason for it."""

    reason: str
    on: date | None = None
    price_kind: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    quantity: Number | None = None
    unit: str | None = None
    text: str | None = None


class UnitStatus(Record):
    """IT3: what became of a quantity."""

    quantity: Number | None = None
    unit: str | None = None
    status: str | None = None
    difference: Number | None = None
    reason: str | None = None


class ConditionOfSale(Record):
    """IT8: what the buyer allows for this line when stock is short."""

    requirement: str | None = None
    action: str | None = None
    amount: Number | None = None
    account: str | None = None
    on: date | None = None
    agency: str | None = None
    substitution: str | None = None
    ids: tuple[CodePair, ...] = ()


class CarrierDetail(Record):
    """CAD: who carried what is invoiced, under which bill of lading."""

    mode: str | None = None  # DE91
    equipment_initial: str | None = None
    equipment: str | None = None
    scac: str | None = None
    routing: str | None = None
    status: str | None = None  # DE368
    reference_qualifier: str | None = None  # BM, CN ...
    reference: str | None = None
    service: str | None = None  # DE284

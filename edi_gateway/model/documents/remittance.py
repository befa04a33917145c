"""The remittance advice (820): what a buyer pays, for which invoices, and what it takes off and why.

Read and written by mapping/. What is taken off becomes a dispute elsewhere (spec B11, C15); payroll, pension, tax and
royalty payments, which the set has places for too, are not ours and stay unmapped.
"""

from __future__ import annotations

from datetime import date

from edi_gateway.model.documents.details import CodedText, DatedEvent
from edi_gateway.model.documents.named_party import NamedParty
from edi_gateway.model.documents.purchase_order import Component
from edi_gateway.model.documents.shared import (
    Allowance,
    Contact,
    ItemId,
    NotedQuantity,
    Number,
    OtherDate,
    Party,
    Record,
    Reference,
)


class BankAccount(Record):
    """A bank and an account there, as BPR names the payer's, the payee's and the one for returns."""

    bank_qualifier: str | None = None  # DE506: 01 ABA routing number ...
    bank: str | None = None
    account_qualifier: str | None = None  # DE569: DA, SG ...
    account: str | None = None


class RemittedLine(Record):
    """IT1: a line of an invoice that a payment or an adjustment speaks of."""

    line: int = 0  # our count, from 1
    buyer_line: str | None = None
    quantity: Number | None = None
    unit: str | None = None
    price: Number | None = None
    price_basis: str | None = None
    ids: tuple[ItemId, ...] = ()
    noted_quantities: tuple[NotedQuantity, ...] = ()  # from 005010 on
    references: tuple[Reference, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    components: tuple[Component, ...] = ()


class Adjustment(Record):
    """ADX: an amount added to the payment or, below zero, taken off it, and why. Of an invoice, or of none."""

    amount: Number
    reason: str  # ADX02, DE426: 01 pricing error, 06 quantity contested ...
    reference_qualifier: str | None = None
    reference: str | None = None
    messages: tuple[str, ...] = ()  # NTE without a code
    coded_messages: tuple[CodedText, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    references: tuple[Reference, ...] = ()
    lines: tuple[RemittedLine, ...] = ()


class OpenItem(Record):
    """RMR loop: an open item, and how much of it is paid. Paid = gross - discount + adjustments."""

    qualifier: str | None = None  # RMR01, DE128: IV our invoice, CM credit memo, PO ...
    reference: str | None = None
    action: str | None = None  # RMR03, DE482
    paid: Number | None = None  # RMR04
    gross: Number | None = None  # RMR05: the item's total before terms discount
    discount: Number | None = None  # RMR06: terms discount taken
    adjustment_reason: str | None = None  # RMR07, DE426
    adjustment_amount: Number | None = None  # RMR08
    messages: tuple[str, ...] = ()  # NTE without a code
    coded_messages: tuple[CodedText, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    lines: tuple[RemittedLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def invoice_number(self) -> str | None:
        """The seller's invoice that is paid (qualifier IV), None when the item is something else."""
        return self.reference if self.qualifier == "IV" else None


class Entity(Record):
    """ENT loop: one payer or payee, or one account of theirs, with what is paid for it."""

    number: int | None = None
    role: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    second_role: str | None = None
    second_id_qualifier: str | None = None
    second_id: str | None = None
    reference_qualifier: str | None = None
    reference: str | None = None
    names: tuple[NamedParty, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()  # of no open item
    open_items: tuple[OpenItem, ...] = ()


class Remittance(Record):
    """820."""

    handling: str  # BPR01, DE305: C payment with advice, I advice alone ...
    amount: Number  # BPR02: the payment in all
    credit_debit: str  # BPR03
    method: str  # BPR04, DE591: ACH, CHK, FWT, NON ...
    format: str | None = None  # BPR05
    payer_account: BankAccount | None = None
    payer_id: str | None = None  # BPR10
    payer_supplement: str | None = None
    payee_account: BankAccount | None = None
    paid_on: date | None = None  # BPR16: when it takes effect
    function: str | None = None  # BPR17
    return_account: BankAccount | None = None
    messages: tuple[str, ...] = ()  # NTE without a code
    coded_messages: tuple[CodedText, ...] = ()
    trace_type: str | None = None  # TRN01
    trace_number: str | None = None  # TRN02: check number, or what the bank calls the payment
    trace_origin: str | None = None
    trace_reference: str | None = None
    currency: str | None = None
    currency_of: str | None = None
    exchange_rate: Number | None = None
    second_currency: str | None = None
    second_currency_of: str | None = None
    currency_market: str | None = None
    currency_dates: tuple[DatedEvent, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[OtherDate, ...] = ()
    parties: tuple[Party, ...] = ()  # PR payer, PE payee ...
    entities: tuple[Entity, ...] = ()

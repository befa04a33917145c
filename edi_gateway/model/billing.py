"""Invoices, credits and payments as they are issued and kept (spec B11, B3.6, C4, C15).

Frozen records without I/O; made by orders/billing, kept by store/. Money is Decimal in `currency`; each line is
rounded half-up to the currency's minor unit once, and nothing is rounded again (spec B2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class InvoiceKind(StrEnum):
    INVOICE = "INVOICE"
    CREDIT = "CREDIT"
    REBILL = "REBILL"


class InvoiceState(StrEnum):
    """Spec B3.6; what is issued is never changed, only credited and billed again."""

    ISSUED = "ISSUED"
    SENT = "SENT"
    ACKED = "ACKED"
    REJECTED = "REJECTED"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    CREDITED = "CREDITED"


@dataclass(frozen=True, slots=True)
class Charge:
    """A SAC as invoiced: `kind` C adds, A takes off; `amount` is positive. `order_id`, `source`: which allowance or
    charge of which order it is ("allowances[0]", "lines[2].allowances[1]", "freight"). `said`: SAC01 of the order,
    where it is a promotion (P) or a service (S)."""

    kind: str
    amount: Decimal
    code: str | None = None
    agency: str | None = None
    agency_code: str | None = None
    percent: Decimal | None = None
    percent_basis: str | None = None
    rate: Decimal | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    handling: str | None = None
    text: str | None = None
    reference: str | None = None
    order_id: int | None = None
    source: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """A TXI: once, in the summary or on the line, never on both."""

    code: str  # DE963
    amount: Decimal
    percent: Decimal | None = None
    exempt: str | None = None  # DE441
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One IT1. `parts`: line parts billed, with how much of each, in the buyer's unit. `unit` is the buyer's too, but
    for goods that are billed by their actual weight (D13). `taxed`: code and per cent of the taxes that it bears."""

    n: int
    order_id: int
    line: int
    quantity: Decimal
    unit: str
    price: Decimal
    price_basis: str | None
    amount: Decimal
    parts: tuple[tuple[int, Decimal], ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxAmount, ...] = ()
    free: bool = False
    taxed: tuple[tuple[str, Decimal], ...] = ()

    @property
    def net(self) -> Decimal:
        """With the charges of the line, less its allowances."""
        return sum((c.amount if c.kind == "C" else -c.amount for c in self.charges), self.amount)


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """All that an 810 says of money. total = goods + charges - allowances + tax, each over all levels once."""

    kind: InvoiceKind
    number: str
    currency: str
    issued_on: date
    lines: tuple[BilledLine, ...]
    charges: tuple[Charge, ...] = ()  # of the header
    taxes: tuple[TaxAmount, ...] = ()  # of the summary
    discountable: Decimal = Decimal(0)  # TDS02: amount subject to the terms discount
    discount: Decimal = Decimal(0)  # TDS04
    discount_until: date | None = None
    due_on: date | None = None
    original: str | None = None  # number of the invoice that is credited or billed again

    @property
    def goods(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def added(self) -> Decimal:
        """Charges of all levels."""
        return sum((c.amount for c in self._charges() if c.kind == "C"), Decimal(0))

    @property
    def taken_off(self) -> Decimal:
        """Allowances of all levels."""
        return sum((c.amount for c in self._charges() if c.kind == "A"), Decimal(0))

    @property
    def tax(self) -> Decimal:
        levels = [*self.taxes, *(tax for line in self.lines for tax in line.taxes)]
        return sum((tax.amount for tax in levels), Decimal(0))

    @property
    def total(self) -> Decimal:
        """TDS01."""
        return self.goods + self.added - self.taken_off + self.tax

    def _charges(self) -> list[Charge]:
        return [*self.charges, *(charge for line in self.lines for charge in line.charges)]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate of `tax_rates`: of a country, a region of it, postal codes that begin with `postal_code`, a class of
    items; None: all. `freight`: freight is taxed too."""

    country: str
    code: str  # DE963
    percent: Decimal
    region: str | None = None
    postal_code: str | None = None
    tax_class: str | None = None
    freight: bool = False


@dataclass(frozen=True, slots=True)
class TaxCertificate:
    """A customer's exemption; `region` None: everywhere, `expires_on` None: without end, else the last day."""

    number: str
    region: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Remitted:
    """What a buyer says of one of our invoices or credits (820, or typed). `paid` is below zero where a credit is
    used; `taken_off`: what they deducted beside the cash discount, `reason` DE426 or words."""

    number: str
    paid: Decimal
    discount: Decimal = Decimal(0)
    taken_off: Decimal = Decimal(0)
    reason: str | None = None
    is_ours: bool = True  # False: they name something that is no invoice


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment; `reference` is TRN02: the same one again is the same payment."""

    reference: str
    amount: Decimal
    currency: str
    paid_on: date
    lines: tuple[Remitted, ...]

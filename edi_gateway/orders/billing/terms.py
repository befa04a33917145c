"""When an invoice is due, until when a discount may be taken, and how much it is (spec C0 ITD, B11).

Takes the terms that hold, the order's or the customer's; gives dates and amounts. Days of the calendar, not working
days. A buyer's rule that the last days of a month count as the next is not applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from edi_gateway.model.documents.shared import Terms
from edi_gateway.model.master_data import Customer
from edi_gateway.orders.billing.extension import charge_money
from edi_gateway.orders.billing.records import Left
from edi_gateway.orders.hours.calendar import shift
from edi_gateway.orders.meaning.numbers import ZERO, is_sane

_AT_ONCE: Final = frozenset({"CO", "PP"})  # paid on consumption, paid before
_NO_DISCOUNT: Final = frozenset({"05", *_AT_ONCE})
_END_OF_MONTH: Final = frozenset({"02", "09", "12", "33"})  # days are counted from the end of the month
_TEN: Final = 10  # terms type 12: ten days after the end of the month


@dataclass(frozen=True, slots=True)
class Due:
    """None: nobody has said. `percent` and `flat` tell what may be taken until `discount_until`."""

    due_on: date | None = None
    discount_until: date | None = None
    percent: Decimal | None = None
    flat: Decimal | None = None


def terms_of(said: tuple[Terms, ...], customer: Customer | None) -> Terms | None:
    """The terms that hold: the order's, else the customer's. "As agreed before" (14) and plain text say nothing."""
    for terms in said:
        if terms.type != "14" and _says(terms):
            return terms
    if customer is None or (customer.net_days is None and customer.terms_type is None):
        return None
    return Terms(
        type=customer.terms_type or "01",
        discount_percent=customer.discount_percent,
        discount_days=customer.discount_days if customer.discount_percent else None,
        net_days=customer.net_days,
    )


def due(
    terms: Terms | None, issued_on: date, left: Left, date_basis: Literal["invoice", "ship"] = "invoice"
) -> Due:
    """What the terms come to for an invoice of that day."""
    if terms is None:
        return Due()
    start = _start(terms.basis, issued_on, left, date_basis)
    percent, flat = _discount(terms)
    due_on = terms.net_due or terms.deferred_due or _due_on(terms, start, offered=bool(percent or flat))
    if percent is None and flat is None:
        return Due(due_on)
    until = terms.discount_due or _until(terms, start)
    if (
        until is None
    ):  # the discount has no date of its own: it may be taken as long as the invoice is not due
        until = due_on
    return Due(due_on, until, percent, flat)


def discounts(owed: Due, discountable: Decimal, before: Decimal, later: Fraction, currency: str) -> Decimal:
    """The discount, if it is taken: a per cent of what is subject to it; of a flat amount for the whole order the part
    that falls on these goods (`before`, `later`: those of other invoices)."""
    if owed.percent is not None:
        return charge_money(Fraction(discountable) * Fraction(owed.percent) / 100, currency)
    if owed.flat is None:
        return ZERO
    whole = Fraction(before) + Fraction(discountable) + later
    if not whole:
        return ZERO
    upto = charge_money(Fraction(owed.flat) * (Fraction(before) + Fraction(discountable)) / whole, currency)
    return upto - charge_money(Fraction(owed.flat) * Fraction(before) / whole, currency)


def told(terms: Terms | None, owed: Due) -> Terms | None:
    """The ITD of the invoice: the terms as they were agreed, with the dates that they come to."""
    if terms is None:
        return None
    update: dict[str, object] = {"net_due": owed.due_on}
    if owed.percent is not None or owed.flat is not None:
        update["discount_due"] = owed.discount_until
    return terms.model_copy(update=update)


def _says(terms: Terms) -> bool:
    said = (terms.net_days, terms.net_due, terms.discount_days, terms.discount_due, terms.day_of_month)
    return any(value is not None for value in (*said, terms.deferred_due)) or terms.type in ("12", *_AT_ONCE)


def _start(basis: str | None, issued_on: date, left: Left, date_basis: str) -> date:
    """The day from which terms count (ITD02). What we cannot know, when the invoice arrives, is taken as its date."""
    if basis == "1":
        return left.shipped_on
    if basis in ("2", "15"):  # delivery, receipt of the goods
        return left.expected_on or left.shipped_on
    if basis in ("3", "5", "7") or date_basis == "invoice":
        return issued_on
    return left.shipped_on


def _discount(terms: Terms) -> tuple[Decimal | None, Decimal | None]:
    if terms.type in _NO_DISCOUNT:
        return None, None
    if terms.discount_percent and is_sane(terms.discount_percent) and 0 < terms.discount_percent < 100:
        return terms.discount_percent, None
    if terms.discount_amount and is_sane(terms.discount_amount) and terms.discount_amount > 0:
        return None, terms.discount_amount
    return None, None


def _due_on(terms: Terms, start: date, *, offered: bool) -> date | None:
    days = terms.net_days
    if days is None and not offered:
        days = terms.discount_days  # net days in the wrong place, as some write them
    if terms.type in _AT_ONCE:
        return start
    if terms.type in _END_OF_MONTH:
        end = _month_end(start)
        if days is not None:
            return shift(end, days)
        if terms.day_of_month:
            return _on_day(end, terms.day_of_month)
        return shift(end, _TEN) if terms.type == "12" else None
    if days is not None:
        return shift(start, days)
    return _on_day(_month_end(start), terms.day_of_month) if terms.day_of_month else None


def _until(terms: Terms, start: date) -> date | None:
    if terms.type in _END_OF_MONTH:
        end = _month_end(start)
        if terms.day_of_month:
            return _on_day(end, terms.day_of_month)
        if terms.discount_days is not None:
            return shift(end, terms.discount_days)
        return shift(end, _TEN) if terms.type == "12" else None
    if terms.discount_days is not None:
        return shift(start, terms.discount_days)
    return _on_day(_month_end(start), terms.day_of_month) if terms.day_of_month else None


def _month_end(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _on_day(month_end: date, day: int) -> date:
    """That day of the following month, or its last."""
    first = month_end + timedelta(days=1)
    return first.replace(day=max(1, min(day, _month_end(first).day)))

"""What a payment settles: in full, in part, with a discount, less what was taken off (spec B11, C15).

Takes an invoice as it stands and what the buyer says it pays; gives what that settles, and what a person must hear
of. Reads an 820 into what it says of our invoices. Called by commands/billing/payments.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from edi_gateway.model.billing import InvoiceKind, InvoiceState, Remitted
from edi_gateway.model.documents.remittance import Adjustment, OpenItem, Remittance
from edi_gateway.orders.billing.extension import hundredths
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, show

_OURS: Final = (None, "IV", "CM", "OI")  # RMR01 of what may be an invoice or a credit of ours
LATE_DISCOUNT: Final = "09"  # DE426: terms
_SETTLED: Final = (InvoiceState.PAID, InvoiceState.PARTIALLY_PAID)


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice or credit as it stands. `paid`: what payments have settled; `credits`: what of its credits the buyer
    has not used elsewhere; `credited`: whether all of it is credited."""

    number: str
    kind: InvoiceKind
    total: Decimal
    paid: Decimal
    state: InvoiceState
    credits: Decimal = ZERO
    credited: bool = False
    discount: Decimal = ZERO
    discount_until: date | None = None

    @property
    def open(self) -> Decimal:
        return EXACT.subtract(EXACT.subtract(self.total, self.paid), self.credits)


@dataclass(frozen=True, slots=True)
class Settled:
    """What one line of a payment does to one invoice. `paid` after it; `differs`: what a person must settle."""

    paid: Decimal
    state: InvoiceState
    discount: Decimal
    taken_off: Decimal
    reason: str | None
    differs: tuple[str, ...] = ()


def settle(owed: Owed, said: Remitted, paid_on: date) -> Settled:
    """Apply what the buyer says. A discount counts when the terms offer it and it is in time; what is more is a
    deduction, as is all that was taken off, and stays open until it is credited or paid."""
    if owed.kind is InvoiceKind.CREDIT:
        return _use(owed, said)
    differs: list[str] = []
    taken_off, reason = said.taken_off, said.reason
    discount = said.discount
    if discount:
        late = owed.discount_until is None or paid_on > owed.discount_until
        allowed = ZERO if late else min(discount, owed.discount)
        if discount > allowed:
            over = EXACT.subtract(discount, allowed)
            when = f" until {owed.discount_until}" if owed.discount_until is not None else ""
            offered = f"{show(owed.discount)}{when}" if owed.discount else "none"
            differs.append(f"they took a discount of {show(discount)}, offered was {offered}")
            taken_off, reason = EXACT.add(taken_off, over), reason or LATE_DISCOUNT
            discount = allowed
    if said.taken_off:
        told = f" (reason {said.reason})" if said.reason else ""
        differs.append(f"they took off {show(said.taken_off)}{told}")
    settled = EXACT.add(said.paid, discount)
    paid = EXACT.add(owed.paid, settled)
    over = EXACT.subtract(paid, owed.total)  # a credit that they have not used is theirs to use later
    if over > 0 and not _as_written(owed, settled):
        differs.append(f"they paid {show(over)} more than is open")
    return Settled(paid, state_of(owed, paid), discount, taken_off, reason, tuple(differs))


def state_of(owed: Owed, paid: Decimal) -> InvoiceState:
    """How an invoice or credit stands once so much is paid, or used, of it."""
    if owed.credited:
        return InvoiceState.CREDITED
    left = EXACT.subtract(EXACT.subtract(owed.total, paid), owed.credits)
    if left <= 0 or (paid and _as_written(owed, EXACT.subtract(paid, owed.paid))):
        return InvoiceState.PAID
    if paid > 0:
        return InvoiceState.PARTIALLY_PAID
    return InvoiceState.ISSUED if owed.state in _SETTLED else owed.state


def remitted(remittance: Remittance) -> tuple[Remitted, ...]:
    """What an 820 says of our invoices, in its order."""
    return tuple(
        _remitted(item) for entity in remittance.entities for item in entity.open_items if item.reference
    )


def loose(remittance: Remittance) -> Decimal:
    """What it adds or takes off that belongs to no open item."""
    return _sum(each for entity in remittance.entities for each in entity.adjustments)


def _use(owed: Owed, said: Remitted) -> Settled:
    """A credit that the buyer uses: its amount stands below zero."""
    used = -said.paid
    differs = []
    if used < 0:
        differs.append("they pay a credit of ours instead of using it")
    elif used > EXACT.subtract(owed.total, owed.paid):
        over = EXACT.subtract(used, EXACT.subtract(owed.total, owed.paid))
        differs.append(f"they used {show(over)} more of it than there is")
    paid = EXACT.add(owed.paid, used)
    return Settled(paid, state_of(owed, paid), ZERO, ZERO, None, tuple(differs))


def _remitted(item: OpenItem) -> Remitted:
    discount = _number(item.discount)
    stated = list(item.adjustments)
    taken_off = -_sum(stated)
    reason = next((each.reason for each in stated if each.amount < 0), None)
    paid = item.paid
    if item.adjustment_amount is not None and is_sane(item.adjustment_amount):
        # written with either sign; by the gross amount one can tell, else something that was taken off is meant
        off = abs(item.adjustment_amount)
        if item.gross is not None and paid is not None:
            rest = EXACT.subtract(EXACT.subtract(EXACT.subtract(item.gross, discount), paid), taken_off)
            off = rest if abs(rest) == off else off
        taken_off, reason = EXACT.add(taken_off, off), item.adjustment_reason or reason
    if paid is None and item.gross is not None:
        paid = EXACT.subtract(EXACT.subtract(item.gross, discount), taken_off)
    return Remitted(
        number=item.reference or "",
        paid=_number(paid),
        discount=discount,
        taken_off=taken_off,
        reason=reason,
        is_ours=item.qualifier in _OURS,
    )


def _as_written(owed: Owed, settled: Decimal) -> bool:
    """Whether that is what is open, as TDS writes it: in hundredths, whatever the currency has (D19)."""
    return settled > 0 and settled == hundredths(owed.open)


def _sum(adjustments: Iterable[Adjustment]) -> Decimal:
    total = ZERO
    for amount in _amounts(adjustments):
        total = EXACT.add(total, amount)
    return total


def _amounts(adjustments: Iterable[Adjustment]) -> Iterator[Decimal]:
    return (each.amount for each in adjustments if is_sane(each.amount))


def _number(value: Decimal | None) -> Decimal:
    return value if value is not None and is_sane(value) else ZERO

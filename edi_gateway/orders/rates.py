"""What amounts of other currencies are worth in our own, roughly: for ranking only, never for billing (spec B14.2).

A currency without a rate is worth nothing that could be ranked: its amounts are shown, and come after all others.
Called by whoever ranks by money or compares it with a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """`currency`: ours; `rates`: what one of another currency is worth in ours."""

    currency: str = "USD"
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def limited(self, amount: Decimal, currency: str | None) -> Decimal:
        """What a limit, which is in our currency, is held against: without a rate the amount as it is."""
        worth = self.worth(amount, currency)
        return amount if worth is None or worth == amount else worth.quantize(Decimal("0.01"))

    def worth(self, amount: Decimal, currency: str | None) -> Decimal | None:
        """In our currency; None where there is no rate. What names no currency is ours."""
        if currency is None or currency == self.currency:
            return amount
        rate = self.rates.get(currency)
        return None if rate is None else amount * rate

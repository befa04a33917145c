"""Tax by the place that goods go to, once, in the summary of the invoice (spec B11, D20).

Takes what lines come to, what the order adds and takes off, and the rates and certificates that hold; gives the tax,
or says for what there is no rate. Rounded once a kind of tax and per cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.billing import TaxAmount, TaxCertificate, TaxRate
from edi_gateway.model.fulfilment import Place
from edi_gateway.orders.meaning.numbers import ZERO, money


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """What a line comes to with its own allowances and charges, and the tax class of its item."""

    net: Decimal
    tax_class: str | None


@dataclass(frozen=True, slots=True)
class Taxation:
    """`rates`: of each line, code and per cent; `missing`: classes of goods for which no rate is on file."""

    taxes: tuple[TaxAmount, ...] = ()
    rates: tuple[tuple[tuple[str, Decimal], ...], ...] = ()
    missing: tuple[str | None, ...] = ()


def exemption(certificates: Iterable[TaxCertificate], place: Place, on: date) -> TaxCertificate | None:
    """The certificate that exempts there on that day; one of the region before one for everywhere."""
    valid = [
        each
        for each in certificates
        if (each.region is None or each.region == place.region)
        and (each.expires_on is None or each.expires_on >= on)
    ]
    return min(valid, key=lambda each: (each.region is None, each.number), default=None)


def rates_at(rates: Iterable[TaxRate], place: Place, tax_class: str | None) -> tuple[TaxRate, ...]:
    """Of each kind of tax (TXI01) the rate that holds: of the class before of all, the longest postal code, of the
    region before of the country."""
    rates = list(rates)
    country = place.country or _country(rates, place.region)
    best: dict[str, tuple[tuple[bool, int, bool], TaxRate]] = {}
    for rate in rates:
        if rate.country != country or rate.region not in (None, place.region):
            continue
        if rate.postal_code is not None and not _postal(place.postal_code).startswith(
            _postal(rate.postal_code)
        ):
            continue
        if rate.tax_class not in (None, tax_class):
            continue
        rank = (rate.tax_class is not None, len(_postal(rate.postal_code)), rate.region is not None)
        if rate.code not in best or rank > best[rate.code][0]:
            best[rate.code] = (rank, rate)
    return tuple(best[code][1] for code in sorted(best))


def taxation(
    lines: Sequence[TaxedLine],
    added: Decimal,
    freight: Decimal,
    place: Place,
    rates: Iterable[TaxRate],
    currency: str,
) -> Taxation:
    """The tax on lines, on `added` (allowances below zero and charges of the whole order) and, where the rate says
    so, on `freight`. What is for the whole order falls on the lines by what they come to."""
    rates = list(rates)
    found = [rates_at(rates, place, line.tax_class) for line in lines]
    missing = {line.tax_class for line, mine in zip(lines, found, strict=True) if not mine and line.net}
    if missing:
        return Taxation(missing=tuple(sorted(missing, key=lambda each: each or "")))
    total = sum((line.net for line in lines), ZERO)
    base: dict[tuple[str, Decimal], Fraction] = {}
    for number, (line, mine) in enumerate(zip(lines, found, strict=True)):
        part = Fraction(line.net) / Fraction(total) if total else Fraction(number == 0)
        for rate in mine:
            taxed = Fraction(line.net) + part * Fraction(added)
            if rate.freight:
                taxed += part * Fraction(freight)
            key = (rate.code, rate.percent)
            base[key] = base.get(key, Fraction(0)) + taxed
    taxes = tuple(
        TaxAmount(code, money(taxed * Fraction(percent) / 100, currency), percent)
        for (code, percent), taxed in sorted(base.items())
    )
    of_lines = tuple(tuple((rate.code, rate.percent) for rate in mine) for mine in found)
    return Taxation(tuple(tax for tax in taxes if tax.percent), of_lines)


def exempt(certificate: TaxCertificate) -> TaxAmount:
    """What an invoice says of a customer who is exempt: no amount, the code, the certificate."""
    return TaxAmount("TX", ZERO, exempt="1", certificate=certificate.number)


def _country(rates: Iterable[TaxRate], region: str | None) -> str | None:
    """Within a country addresses leave it out; the region tells it, if it is one of one country only."""
    found = {rate.country for rate in rates if region is not None and rate.region == region}
    return found.pop() if len(found) == 1 else None


def _postal(code: str | None) -> str:
    return (code or "").replace(" ", "").replace("-", "").upper()

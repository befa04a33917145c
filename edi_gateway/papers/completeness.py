"""What every paper asks of its record before it is drawn (spec B10: completeness rule list per document).

Each function yields what is missing or wrong, in plain words that begin with where. Called by the papers' `missing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from edi_gateway.model import gs1
from edi_gateway.model.countries import NUMBERS
from edi_gateway.model.errors import GatewayError
from edi_gateway.papers.records import Carrier, Carton, Edition, Place, Shipment, Weight

_ZIP = re.compile(r"\d{5}(-?\d{4})?", re.ASCII)
_WITH_REGIONS = frozenset({"US", "CA", "MX", "AU"})  # an address there names its state or province

_MOST = Decimal(10) ** 15  # as many digits as X12 writes


class Incomplete(GatewayError):
    """{paper} {number} cannot be drawn while this is missing: {listed}."""

    def __init__(self, paper: str, number: str, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(paper=paper, number=number, listed="; ".join(missing))


def said(text: str | None) -> bool:
    """There is something to read in it."""
    return text is not None and any(char.isprintable() and not char.isspace() for char in text)


def edition(edition: Edition) -> Iterator[str]:
    if not said(edition.number):
        yield "the paper's number"
    if edition.version < 1 or edition.reprint < 0:
        yield f"version and reprint: {edition.version} and {edition.reprint} count nothing"


def place(who: str, place: Place | None) -> Iterator[str]:
    """A whole address, by which a driver finds it."""
    if place is None:
        yield who
        return
    if not said(place.name):
        yield f"{who}: name"
    if not any(said(line) for line in place.street):
        yield f"{who}: street"
    if not said(place.city):
        yield f"{who}: city"
    if place.country not in NUMBERS:
        yield f"{who}: country {place.country!r} is no ISO code of two letters"
    if not said(place.region) and place.country in _WITH_REGIONS:
        yield f"{who}: state or province"
    if not said(place.postal_code):
        yield f"{who}: postal code"
    elif place.country == "US" and not _ZIP.fullmatch((place.postal_code or "").strip()):
        yield f"{who}: ZIP code {place.postal_code!r} has not 5 or 9 digits"


def mark_for(who: str, place: Place | None) -> Iterator[str]:
    """A store may be known by its number alone."""
    if place is not None and not said(place.name) and not said(place.code):
        yield f"{who}: mark-for name or number"


def sender(shipment: Shipment) -> Iterator[str]:
    who = "return address" if shipment.drop_ship else "ship-from"
    yield from place(who, shipment.sender)


def carrier(carrier: Carrier) -> Iterator[str]:
    if not said(carrier.scac) and not said(carrier.name):
        yield "carrier: SCAC or name"
    yield from scac(carrier)


def scac(carrier: Carrier) -> Iterator[str]:
    if said(carrier.scac) and not re.fullmatch(r"[A-Z]{2,4}", carrier.scac or ""):
        yield f"carrier: SCAC {carrier.scac!r} is not 2 to 4 capital letters"


def cartons(cartons: Sequence[Carton], *, or_tracking: bool = False) -> Iterator[str]:
    """Each carton has an SSCC of its own (or is tracked by its carrier's number) and its place in the count."""
    seen: dict[str, int] = {}
    numbers: set[int] = set()
    for carton in cartons:
        who = f"carton {carton.number}"
        if not said(carton.sscc):
            if not or_tracking:
                yield f"{who}: SSCC"
            elif not said(carton.tracking):
                yield f"{who}: SSCC or tracking number"
        elif carton.sscc is not None:
            if len(carton.sscc) != 18:
                yield f"{who}: SSCC {carton.sscc!r} must have 18 digits"
            elif (problem := gs1.sscc_problem(carton.sscc)) is not None:
                yield f"{who}: SSCC {carton.sscc} {problem}"
            if carton.sscc in seen:
                yield f"{who}: an SSCC of its own, {carton.sscc} is on carton {seen[carton.sscc]}"
            seen.setdefault(carton.sscc, carton.number)
        if not 1 <= carton.number <= carton.of:
            yield f"{who}: its place in the count, {carton.number} of {carton.of} is none"
        if carton.number in numbers:
            yield f"{who}: a number of its own"
        numbers.add(carton.number)
        if carton.of != cartons[0].of:
            yield f"{who}: the same count as the others, {carton.of} is not {cartons[0].of}"


def quantity(who: str, value: Decimal | None, *, zero: bool = False) -> Iterator[str]:
    """A quantity that can be counted: a number, not below zero."""
    if value is None:
        yield who
    elif not value.is_finite() or value < 0 or value >= _MOST or (value == 0 and not zero):
        yield f"{who}: {value} is none"


def weight(who: str, weight: Weight | None) -> Iterator[str]:
    """A weight may be left out here; one that is there says how much, and of what."""
    if weight is not None:
        yield from quantity(f"{who}: weight", weight.value)
        yield from unit(f"{who}: weight", weight.unit)


def unit(who: str, text: str) -> Iterator[str]:
    if not said(text):
        yield f"{who}: unit"


def gtin(who: str, text: str | None) -> Iterator[str]:
    """A GTIN may be left out; one that is there must be one."""
    if text is not None and said(text) and (problem := gs1.gtin_problem(text)) is not None:
        yield f"{who}: GTIN {text!r} {problem}"

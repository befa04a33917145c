"""How papers write addresses, numbers and quantities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from edi_gateway.papers.records import Edition, Place, Weight


def address(place: Place) -> list[str]:
    """Lines of an address: name, street, city with region and postal code, country when it is not the US."""
    town = " ".join(part for part in (place.region, place.postal_code) if part)
    lines = [place.name, *place.street, ", ".join(part for part in (place.city, town) if part)]
    if place.country != "US":
        lines.append(place.country)
    return [line for line in lines if line.strip()]


def day(value: date) -> str:
    """In the order that American readers expect, with the year in full."""
    return value.strftime("%m/%d/%Y")


def number(value: Decimal) -> str:
    """Without zeros that say nothing, thousands apart: 1,200 or 12.5."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def weight(weight: Weight) -> str:
    return f"{number(weight.value)} {weight.unit}"


def edition(edition: Edition) -> str:
    """Empty for the first drawing; what makes this one different otherwise."""
    parts = [f"Version {edition.version}"] if edition.version > 1 else []
    if edition.reprint:
        parts.append(f"REPRINT {edition.reprint}")
    return "  ".join(parts)

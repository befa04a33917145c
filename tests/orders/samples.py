"""The samples as far as judgement goes: master data from the CSV files, orders through the mapping, no database."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import Any

from edi_gateway.mapping import catalog, compile
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import Customer, Item, ItemUnit, ItemXref, MasterData, Price, ShipTo
from edi_gateway.partners.profile import Profile
from edi_gateway.x12.parsing.envelope import Interchange, InterchangeStart
from edi_gateway.x12.reading import CheckedSet, read_all
from tests.samples.sample import PARTNERS, ROOT, SAMPLES, Sample, guide_of, guides

TODAY = date(2026, 3, 2)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SAMPLES / "master-data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _units(sku: str, text: str) -> Iterator[ItemUnit]:
    for unit, factor, details in re.findall(r"(\w\w)=([\d/]+)(?:\(([^)]*)\))?", text):
        said = dict(part.split("=") for part in details.split(",")) if details else {}
        yield ItemUnit(
            sku,
            unit,
            Fraction(factor),
            _number(said.get("min", "")),
            _number(said.get("multiple", "")),
            int(said["inner"]) if "inner" in said else None,
            said.get("orderable") != "no",
        )


@cache
def _files() -> dict[str, list[dict[str, str]]]:
    return {name: list(_rows(name)) for name in ("items", "xrefs", "prices", "ship-tos", "customers")}


def master_data(partner: str) -> MasterData:
    """All of samples/master-data that this partner may see."""
    files, data = _files(), MasterData()
    for row in files["items"]:
        data.items[row["sku"]] = Item(
            row["sku"],
            row["description"],
            row["status"] or "active",  # type: ignore[arg-type]
            row["base_unit"],
            _day(row["not_before"]),
            row["successor"] or None,
            row["measured"] == "yes",
            row["free"] == "yes",
            row["item_class"] or None,
        )
        for unit in _units(row["sku"], row["units"]):
            data.units[unit.sku, unit.unit] = unit
    for row in files["xrefs"]:
        if row["partner"] in ("", partner):
            key = (row["qualifier"], row["value"])
            xref = ItemXref(row["partner"] or None, *key, row["sku"], row["unit"] or None)
            data.xrefs[key] = (*data.xrefs.get(key, ()), xref)
    for row in files["prices"]:
        price = Price(
            row["sku"],
            row["unit"],
            Decimal(row["price"]),
            row["currency"],
            _day(row["since"]) or date.min,
            _day(row["until"]),
            row["customer"] or None,
            row["price_group"] or None,
            _number(row["from_quantity"]) or Decimal(0),
            row["promotion"] == "yes",
        )
        data.prices[price.sku] = (*data.prices.get(price.sku, ()), price)
    for row in files["ship-tos"]:
        if row["partner"] == partner:
            data.ship_tos[row["qualifier"], row["code"]] = ShipTo(
                partner,
                row["qualifier"],
                row["code"],
                row["name"],
                row["customer"] or None,
                tuple(t for t in (row["address_1"], row["address_2"]) if t),
                row["city"] or None,
                row["region"] or None,
                row["postal_code"] or None,
                row["country"] or None,
                row["kind"] or "site",  # type: ignore[arg-type]
                row["dc"] or None,
                int(row["transit_days"]) if row["transit_days"] else None,
            )
    for row in files["customers"]:
        data.customers[row["number"]] = Customer(
            row["number"],
            row["name"],
            row["currency"],
            row["price_group"] or None,
            row["terms_type"] or None,
            _number(row["discount_percent"]),
            int(row["discount_days"]) if row["discount_days"] else None,
            int(row["net_days"]) if row["net_days"] else None,
            row["freight_payment"] or None,
            _number(row["minimum_order"]),
            row["ship_complete"] == "yes",
            row["backorder"] or "backorder",  # type: ignore[arg-type]
            row["stopped"] == "yes",
            int(row["priority"] or 5),
        )
    return data


@cache
def _mapping(partner: str) -> Any:
    own = PARTNERS / partner / "850.toml"
    return catalog.load(ROOT / "mappings", "850", own if own.exists() else None)


def orders(sample: Sample) -> Iterator[tuple[Profile, PurchaseOrder, bool]]:
    """Each good 850 of a sample: the partner's profile, the order, and whether it came as a test (ISA15 T)."""
    known = guides()
    for content in sample.inputs:
        interchange: Interchange | None = None
        for event in read_all(content, partial(guide_of, known)):
            if isinstance(event, InterchangeStart):
                interchange = event.interchange
            if not isinstance(event, CheckedSet) or event.walk is None or event.guide is None:
                continue
            if event.result.status not in ("A", "E") or interchange is None:
                continue
            profile = known.resolve(
                interchange.sender_qualifier,
                interchange.sender,
                interchange.receiver_qualifier,
                interchange.receiver,
                "",
                "",
            )
            if profile is None:
                continue
            reading = compile.reader(_mapping(profile.key), event.guide).read(
                event.raw, event.walk, "latin-1"
            )
            assert isinstance(reading.document, PurchaseOrder)
            yield profile, reading.document, interchange.usage == "T"

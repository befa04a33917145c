"""What can be ordered: items, numbers, prices and places out of the master data files that both sides know.

Takes the CSV files of a working folder (samples/master-data); gives what a buyer writes into an order.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Final

from edi_gateway.model.errors import GatewayError

_GTIN: Final = {"UK": 14, "EN": 13, "UP": 12}  # DE235 and how many digits


class NotOnFile(GatewayError):
    """The master data have no {what}; a scenario can order only what both sides know, or name it in full."""


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    qualifier: str
    name: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    kind: str


@dataclass(frozen=True)
class Catalogue:
    folder: Path

    def item_ids(self, partner: str, sku: str, unit: str, kinds: tuple[str, ...]) -> list[dict[str, str]]:
        """Item numbers as the partner writes them; a kind that the item does not have is left out."""
        found: list[dict[str, str]] = []
        for kind in kinds:
            value = self._gtin(sku, unit, _GTIN[kind]) if kind in _GTIN else self._number(partner, sku, kind)
            if value is not None:
                found.append({"qualifier": kind, "value": value})
        if not found:
            raise NotOnFile(what=f"number of {sku} for {partner}")
        return found

    def description(self, sku: str) -> str:
        row = next((row for row in self._rows("items") if row["sku"] == sku), None)
        if row is None:
            raise NotOnFile(what=f"item {sku}")
        return row["description"]

    def factor(self, sku: str, unit: str) -> Fraction:
        """Base units in one of these."""
        row = next((row for row in self._rows("items") if row["sku"] == sku), None)
        if row is None:
            raise NotOnFile(what=f"item {sku}")
        if row["base_unit"] == unit:
            return Fraction(1)
        for said in row["units"].split(";"):
            name, _, rest = said.partition("=")
            if name == unit:
                return Fraction(rest.partition("(")[0])
        raise NotOnFile(what=f"unit {unit} of {sku}")

    def price(self, customer: str, sku: str, unit: str, quantity: Decimal, on: date) -> Decimal:
        """What the contract says, for so many on a day: customer's own before its group's before everybody's."""
        group = next((row["price_group"] for row in self._rows("customers") if row["number"] == customer), "")
        best: tuple[int, Decimal, Decimal] | None = None
        for row in self._rows("prices"):
            if row["sku"] != sku or row["unit"] != unit or row.get("promotion"):
                continue
            if not _holds(row, on) or Decimal(row["from_quantity"] or 0) > quantity:
                continue
            if row["customer"] not in ("", customer) or row["price_group"] not in ("", group):
                continue
            rank = 2 if row["customer"] else 1 if row["price_group"] else 0
            this = (rank, Decimal(row["from_quantity"] or 0), Decimal(row["price"]))
            best = this if best is None or this[:2] >= best[:2] else best
        if best is None:
            raise NotOnFile(what=f"price of {sku} in {unit} for {customer}")
        return best[2]

    def place(self, partner: str, code: str) -> Place:
        found = next((p for p in self.places(partner) if p.code == code), None)
        if found is None:
            raise NotOnFile(what=f"place {code} of {partner}")
        return found

    def places(self, partner: str) -> list[Place]:
        stopped = {row["number"] for row in self._rows("customers") if row["stopped"] == "yes"}
        return [
            Place(
                row["code"],
                row["qualifier"],
                row["name"],
                row["address_1"],
                row["city"],
                row["region"],
                row["postal_code"],
                row["country"],
                row["kind"],
            )
            for row in self._rows("ship-tos")
            if row["partner"] == partner and row["customer"] not in stopped
        ]

    def sellable(self, partner: str, customer: str, unit: str, kinds: tuple[str, ...], on: date) -> list[str]:
        """SKUs that this buyer may order without a question."""
        found = []
        for row in self._rows("items"):
            sku = row["sku"]
            if row["status"] != "active" or row["free"] == "yes":
                continue
            try:
                self.factor(sku, unit)
                self.price(customer, sku, unit, Decimal(1), on)
                numbered = len(self.item_ids(partner, sku, unit, kinds)) == len(kinds)
            except NotOnFile:
                continue
            if numbered:
                found.append(sku)
        return found

    def _gtin(self, sku: str, unit: str, digits: int) -> str | None:
        for row in self._rows("xrefs"):
            fits = row["qualifier"] == "GTIN" and row["sku"] == sku and row["unit"] == unit
            if fits and not row["value"][: 14 - digits].strip("0"):
                return row["value"][14 - digits :]
        return None

    def _number(self, partner: str, sku: str, kind: str) -> str | None:
        rows = [r for r in self._rows("xrefs") if r["sku"] == sku and r["qualifier"] == kind]
        return next((row["value"] for row in rows if row["partner"] in (partner, "")), None)

    def _rows(self, name: str) -> list[dict[str, str]]:
        if name not in self._files:
            with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                self._files[name] = list(csv.DictReader(file))
        return self._files[name]

    @cached_property
    def _files(self) -> dict[str, list[dict[str, str]]]:
        return {}


def _holds(row: dict[str, str], on: date) -> bool:
    since, until = row["since"], row["until"]
    return (not since or date.fromisoformat(since) <= on) and (not until or on < date.fromisoformat(until))

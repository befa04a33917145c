"""Purchase orders in any number, every one different, for the benchmarks and the demonstration.

Takes a count, a number of lines and a seed, gives X12 bytes in the manner of samples/ partner kestrelmoor
(005010, GTIN-14, allowances, delivery windows). With samples/master-data imported each order is accepted as it
stands. The same arguments give the same bytes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

MASTER_DATA = Path(__file__).parents[1] / "samples" / "master-data"
SENDER, RECEIVER = "KESTRELMOOR", "TARNBROOK"
_GROUP = "MASS"  # the price group of the partner's customer
_DELIVERY_AFTER = timedelta(days=14)
_DELIVERY_WITHIN = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Goods:
    """What may be ordered by the case: GTIN-14 and buyer's number of it, price by least number of cases."""

    gtin: str
    buyer_number: str
    description: str
    pack: int
    prices: tuple[tuple[Decimal, Decimal], ...]  # (from cases, price a case), ascending

    def price(self, cases: int) -> Decimal:
        return [price for least, price in self.prices if least <= cases][-1]


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    street: str
    city: str
    region: str
    postal_code: str


def purchase_orders(n: int, lines: int, seed: int, *, on: date | None = None, first: int = 1) -> bytes:
    """One interchange with one group of `n` 850s of `lines` lines each, ordered `on` a day (default today).

    PO numbers are SEED-dependent and count from `first`, so that several calls do not repeat one another.
    """
    day = on or date.today()  # noqa: DTZ011
    segments: list[str] = []
    for number in range(first, first + n):
        segments += _set(number - first + 1, number, lines, seed, day)
    return _interchange(segments, n, control=first % 10**9, on=day)


def files(n: int, lines: int, seed: int, *, on: date | None = None) -> Iterator[tuple[str, bytes]]:
    """`n` files of one purchase order each: (name, bytes)."""
    for number in range(1, n + 1):
        yield f"po-{seed:04d}-{number:06d}.edi", purchase_orders(1, lines, seed, on=on, first=number)


def _set(position: int, number: int, lines: int, seed: int, on: date) -> list[str]:
    chance = Random(f"{seed}:{number}")
    catalog, places = goods(), distribution_centres()
    place = places[chance.randrange(len(places))]
    start = on + _DELIVERY_AFTER + timedelta(days=chance.randrange(5))
    chosen = chance.sample(catalog, lines) if lines <= len(catalog) else chance.choices(catalog, k=lines)
    body = [
        f"BEG*00*SA*B{seed:04d}{number:08d}**{on:%Y%m%d}",
        "CUR*BY*USD",
        f"REF*DP*{chance.randrange(1, 99):03d}",
        "REF*IA*771200",
        "FOB*CC",
        "SAC*A*C310****3*2.5*****02***SEASONAL DISCOUNT",
        "ITD*01*3*2**30**60",
        f"DTM*064*{start:%Y%m%d}",
        f"DTM*063*{start + _DELIVERY_WITHIN:%Y%m%d}",
        f"N1*ST*{place.name}*92*{place.code}",
        f"N3*{place.street}",
        f"N4*{place.city}*{place.region}*{place.postal_code}*US",
    ]
    cases_in_all = 0
    for line, item in enumerate(chosen, 1):
        cases = chance.randrange(10, 160)
        cases_in_all += cases
        price = format(item.price(cases).normalize(), "f")
        body += [
            f"PO1*{line:03d}*{cases}*CA*{price}**UK*{item.gtin}*IN*{item.buyer_number}",
            f"PID*F****{item.description}",
            f"PO4*{item.pack}",
        ]
    body.append(f"CTT*{lines}*{cases_in_all}")
    control = f"{position:04d}"
    return [f"ST*850*{control}", *body, f"SE*{len(body) + 2}*{control}"]


def _interchange(segments: Sequence[str], sets: int, *, control: int, on: date) -> bytes:
    head = (
        f"ISA*00*          *00*          *ZZ*{SENDER:<15}*ZZ*{RECEIVER:<15}"
        f"*{on:%y%m%d}*0812*^*00501*{control:09d}*0*P*>",
        f"GS*PO*{SENDER}*{RECEIVER}*{on:%Y%m%d}*0812*{control}*X*005010",
    )
    tail = (f"GE*{sets}*{control}", f"IEA*1*{control:09d}")
    return ("~\n".join((*head, *segments, *tail)) + "~\n").encode("ascii")


@cache
def goods() -> tuple[Goods, ...]:
    """Every item that is active, comes in cases and has a price for mass merchants."""
    items = {
        row["sku"]: row for row in _rows("items.csv") if row["status"] == "active" and "CA=" in row["units"]
    }
    gtins: dict[str, str] = {}
    numbers: dict[str, str] = {}
    prices: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for row in _rows("xrefs.csv"):
        if row["qualifier"] == "GTIN" and row["unit"] == "CA":
            gtins[row["sku"]] = row["value"]
        if row["partner"] == "kestrelmoor" and row["qualifier"] == "IN":
            numbers[row["sku"]] = row["value"]
    for row in _rows("prices.csv"):
        if row["price_group"] == _GROUP and row["unit"] == "CA":
            prices.setdefault(row["sku"], []).append(
                (Decimal(row["from_quantity"] or 0), Decimal(row["price"]))
            )
    return tuple(
        Goods(
            gtin=gtins[sku],
            buyer_number=numbers[sku],
            description=row["description"].upper(),
            pack=int(re.search(r"\bCA=(\d+)", row["units"])[1]),  # type: ignore[index]
            prices=tuple(sorted(prices[sku])),
        )
        for sku, row in items.items()
        if sku in gtins and sku in numbers and sku in prices
    )


@cache
def distribution_centres() -> tuple[Place, ...]:
    """The partner's distribution centres whose customer may be delivered."""
    stopped = {row["number"] for row in _rows("customers.csv") if row["stopped"] == "yes"}
    return tuple(
        Place(row["code"], row["name"], row["address_1"], row["city"], row["region"], row["postal_code"])
        for row in _rows("ship-tos.csv")
        if row["partner"] == "kestrelmoor" and row["customer"] not in stopped
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (MASTER_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""Orders as a buyer writes them: out of a scenario's few words and the buyer's habits, or by chance.

Takes tables of a scenario file, gives canonical PurchaseOrders; raises ScenarioInvalid for what is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random as Chance
from typing import Any, Final

from pydantic import ValidationError

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.simulator.playing.catalogue import Catalogue
from edi_gateway.simulator.playing.scenario import Habits, Random, ScenarioInvalid, laid_over

_DAYS: Final = re.compile(r"[+-]\d+")
Table = dict[str, Any]


def compose(
    name: str, said: Table, habits: Habits, catalogue: Catalogue, customer: str, today: date
) -> PurchaseOrder:
    """An order. Beside the canonical fields a scenario may say `to` (a place on file), and of a line `item` (a SKU)
    and `stores` (store and quantity)."""
    table: Table = laid_over(
        {"po_number": name, "purpose": "00", "type": "SA", "ordered_on": today}, habits.order
    )
    table = laid_over(
        table, {key: value for key, value in said.items() if key not in ("partner", "to", "like")}
    )
    partner = said["partner"]
    if "to" in said:
        table["parties"] = [*_kept(table, "ST"), _ship_to(catalogue, partner, said["to"])]
    table["lines"] = [
        _line(n, line, habits, catalogue, partner, customer, today)
        for n, line in enumerate(table.get("lines", ()), 1)
    ]
    table["stated_totals"] = table.get("stated_totals") or _totals(table["lines"])
    try:
        return PurchaseOrder.model_validate(_dated(table, today))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ScenarioInvalid(file=f"order {name}", problem=problems) from None


def _kept(table: Table, role: str) -> list[Table]:
    return [party for party in table.get("parties", ()) if party["role"] != role]


def _ship_to(catalogue: Catalogue, partner: str, code: str) -> Table:
    place = catalogue.place(partner, code)
    return {
        "role": "ST",
        "name": place.name.upper(),
        "id_qualifier": place.qualifier,
        "id": place.code,
        "address": [place.address.upper()],
        "city": place.city.upper(),
        "region": place.region,
        "postal_code": place.postal_code,
        "country": place.country,
    }


def _line(
    n: int, said: Table, habits: Habits, catalogue: Catalogue, partner: str, customer: str, today: date
) -> Table:
    line: Table = laid_over(habits.line, {k: v for k, v in said.items() if k not in ("item", "stores")})
    line["line"] = n
    if "buyer_line" not in line and habits.line_numbers != "none":
        line["buyer_line"] = f"{n:03d}" if habits.line_numbers == "001" else str(n)
    line.setdefault("unit", habits.unit)
    if "stores" in said:
        stores = said["stores"]
        line["allocations"] = [
            {"location_qualifier": "92", "location": store, "quantity": quantity, "unit": line["unit"]}
            for store, quantity in stores.items()
        ]
        line.setdefault("quantity", sum(stores.values()))
    if "item" in said:
        sku, unit = said["item"], line["unit"]
        line.setdefault("ids", catalogue.item_ids(partner, sku, unit, habits.ids))
        if "price" not in line:
            line["price"] = catalogue.price(customer, sku, unit, Decimal(str(line["quantity"])), today)
    return line


def _totals(lines: Sequence[Table]) -> Table:
    return {"line_count": len(lines), "hash": sum(Decimal(str(line.get("quantity", 0))) for line in lines)}


def _dated(value: Any, today: date) -> Any:
    """`+14` is so many days after today, wherever a date may stand; what is "none" is left out."""
    if isinstance(value, dict):
        return {key: _dated(item, today) for key, item in value.items() if item != "none"}
    if isinstance(value, list | tuple):
        return [_dated(item, today) for item in value]
    if isinstance(value, str) and _DAYS.fullmatch(value):
        return today + timedelta(days=int(value))
    return value


def by_chance(
    wanted: Random, seed: int, habits: Habits, catalogue: Catalogue, customer: str, today: date
) -> dict[str, Table]:
    """Orders of what this buyer may order, to places of its own. The same seed gives the same orders."""
    chance = Chance(f"{wanted.partner} {seed}")
    skus = catalogue.sellable(wanted.partner, customer, habits.unit, habits.ids, today)
    places = [place for place in catalogue.places(wanted.partner) if place.kind == "dc"]
    if not skus:
        raise ScenarioInvalid(
            file=f"seed {seed}", problem=f"there is nothing that {wanted.partner} can order"
        )
    found: dict[str, Table] = {}
    for n in range(1, wanted.orders + 1):
        count = min(chance.randint(*wanted.lines), len(skus))
        lines = [
            {"item": sku, "quantity": chance.randint(*wanted.quantity)} for sku in chance.sample(skus, count)
        ]
        order: Table = {"partner": wanted.partner, "po_number": f"R{seed}-{n:03d}", "lines": lines}
        if places:
            order["to"] = chance.choice(places).code
        found[f"R{n}"] = order
    return found

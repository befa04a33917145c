"""The invented master data hold together, and the orders made of them for benchmarks do too."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from benchmarks import orders
from edi_gateway.model import gs1
from edi_gateway.model.finding import Finding
from edi_gateway.x12.reading import CheckedSet, read_all
from tests.samples.sample import SAMPLES, guide_of, guides

MARCH = date(2026, 3, 2)


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / "master-data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SKUS = {row["sku"] for row in rows("items.csv")}
CUSTOMERS = {row["number"] for row in rows("customers.csv")}


@pytest.mark.parametrize(
    ("file", "column"), [("xrefs.csv", "sku"), ("prices.csv", "sku"), ("items.csv", "successor")]
)
def test_every_item_named_is_on_file(file: str, column: str) -> None:
    assert {row[column] for row in rows(file)} - {""} <= SKUS


@pytest.mark.parametrize("file", ["ship-tos.csv", "prices.csv"])
def test_every_customer_named_is_on_file(file: str) -> None:
    assert {row["customer"] for row in rows(file)} - {""} <= CUSTOMERS


def test_gtins_have_right_check_digits_and_belong_to_nobody() -> None:
    """Number system 4 is for use within a company: no brand owner has these numbers."""
    values = [row["value"] for row in rows("xrefs.csv") if row["qualifier"] == "GTIN"]
    assert len(values) == len(set(values)) > 40
    for value in values:
        assert gs1.is_valid(value), value
        assert value[1:3] == "04", value


def test_every_item_has_a_list_price_and_a_number() -> None:
    listed = {row["sku"] for row in rows("prices.csv") if not row["customer"] and not row["price_group"]}
    assert listed == SKUS
    assert {row["sku"] for row in rows("xrefs.csv") if row["qualifier"] == "GTIN"} == SKUS


def test_every_store_is_served_by_a_place_of_the_same_partner() -> None:
    places = {(row["partner"], row["code"]) for row in rows("ship-tos.csv")}
    served = {(row["partner"], row["dc"]) for row in rows("ship-tos.csv") if row["dc"]}
    assert served
    assert served <= places


def checked(content: bytes) -> tuple[list[CheckedSet], list[Finding]]:
    sets = [e for e in read_all(content, partial(guide_of, guides())) if isinstance(e, CheckedSet)]
    return sets, [finding for each in sets for finding in each.result.findings]


def test_made_orders_pass_the_partners_guide() -> None:
    sets, findings = checked(orders.purchase_orders(40, 10, seed=3, on=MARCH))
    assert len(sets) == 40
    assert findings == []


def test_made_orders_all_differ() -> None:
    sets, _ = checked(orders.purchase_orders(200, 5, seed=3, on=MARCH))
    bodies = [["*".join(segment) for segment in each.raw.segments[1:-1]] for each in sets]
    assert len({tuple(body) for body in bodies}) == 200
    assert len({tuple(body[7:]) for body in bodies}) == 200  # not by their number only


def test_the_same_arguments_make_the_same_orders() -> None:
    assert orders.purchase_orders(5, 3, seed=1, on=MARCH) == orders.purchase_orders(5, 3, seed=1, on=MARCH)
    assert orders.purchase_orders(5, 3, seed=1, on=MARCH) != orders.purchase_orders(5, 3, seed=2, on=MARCH)


def test_files_of_one_order_each_have_numbers_of_their_own() -> None:
    made = list(orders.files(30, 2, seed=1, on=MARCH))
    assert len({name for name, _ in made}) == 30
    raws = [checked(content)[0][0].raw for _, content in made]
    assert len({raw.segments[1][3] for raw in raws}) == 30
    assert len({content[90:99] for _, content in made}) == 30


def test_prices_of_made_orders_are_those_of_the_break_that_is_reached() -> None:
    mug = next(goods for goods in orders.goods() if goods.gtin == "10410000010010")
    assert [mug.price(cases) for cases in (1, 99, 100)] == [
        Decimal("44.40"),
        Decimal("44.40"),
        Decimal("43.08"),
    ]


def test_no_order_is_made_for_a_place_that_may_not_be_delivered() -> None:
    assert [place.code for place in orders.distribution_centres()] == ["0551", "0552", "0553"]

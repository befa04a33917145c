"""The money adds up through the commands, on both databases: random orders, split shipments, credits and rebills.

The same law as tests/orders/billing/test_the_money_adds_up.py, with what stands in the database.
"""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.billing import crediting, rebilling
from edi_gateway.commands.desk import Refused
from edi_gateway.store.tables import invoices, line_parts, order_lines, orders
from tests.commands.house import House
from tests.orders import build

PLACES = {"USD": 2, "JPY": 0, "KWD": 3}
POLICIES = {
    "price_buyer_lower": {"percent": "100"},
    "price_buyer_higher": {"percent": "1000000"},
    "price_within": "buyer",
}


def order(dice: random.Random, number: int) -> Any:
    """One to three lines of mugs or bolts at any price, with allowances, charges, freight."""
    lines = []
    for _ in range(dice.randint(1, 3)):
        bolts = dice.random() < 0.4
        price = Decimal(dice.randint(1, 99999)).scaleb(-4 if bolts else -3)
        lines.append(
            build.line(
                dice.randint(5, 60),
                price=str(price),
                basis="HP" if bolts else None,
                ids=[("VN", "BOLT" if bolts else "MUG")],
                allowances=[
                    {
                        "kind": "A",
                        "code": "C310",
                        "percent": Decimal(2),
                        "percent_basis": "3",
                        "handling": "02",
                    }
                ]
                * dice.randint(0, 1),
            )
        )
    more: dict[str, Any] = {"po_number": f"PO-{number}", "freight": [{"payment": dice.choice(["PC", "CC"])}]}
    if dice.random() < 0.6:
        more["allowances"] = [
            {
                "kind": "C",
                "code": "D500",
                "amount": Decimal(dice.randint(1, 9999)).scaleb(-2),
                "handling": "06",
            },
            {"kind": "A", "code": "I530", "amount": Decimal("0.05"), "handling": "01"},  # bill-back: never
        ]
    return build.po(*lines, **more)


@pytest.mark.parametrize("seed", range(3))
def test_what_stands_in_the_database_adds_up(stocked: Engine, seed: int) -> None:
    dice = random.Random(seed)
    currency = list(PLACES)[seed]
    house = House(
        stocked,
        {"tax": True, "freight": "7.00", "per": "shipment"},
        policies={**POLICIES, "currency": currency},
    )
    house.import_("tax-rates", "country,region,code,percent,freight\nUS,CA,ST,7.25,yes\n")
    house.import_("customers", f"number,name,currency\nC1,Corner Shop,{currency}\n")
    if currency != "USD":
        rows = [f"{sku},EA,4,{currency},2024-01-01" for sku in ("MUG", "BOLT")]
        house.import_("prices", "\n".join(["sku,unit,price,currency,since", *rows]) + "\n")
    numbers = house.sell(*(order(dice, n) for n in range(3)))
    assert numbers
    for number in numbers:  # each release leaves in one or two shipments
        if dice.random() < 0.6:
            house.ship(number, lines={(number, 1): dice.randint(1, 4)})
            house.bill()
        house.ship(number)
        house.bill()
    assert house.unbilled() == []
    assert house.billed_twice() == []
    right = {row.id: row.total for row in issued(house)}  # what was invoiced, before anything was credited
    goods = reckoned(house, currency)
    assert sum((row.goods for row in issued(house)), Decimal(0)) == goods
    for row in issued(house):
        assert row.total == row.goods + row.charges - row.allowances + row.tax
        assert row.allowances < row.goods
    freight = [row for row in issued(house) if '"source":"freight"' in row.snapshot]
    assert len({row.order_id for row in freight}) == len(freight)  # once an order

    not_billed_again = Decimal(0)
    for invoice_id, total in right.items():
        way = dice.choice(["none", "some", "all", "rebill"])
        with house.desk() as desk:
            if way == "rebill":
                made = rebilling.rebill(desk, house.partners, invoice_id, why="Wrong.")
                assert made.credit is not None, made.waits
                assert made.rebill is not None
                assert made.credit.total == made.rebill.total == total
            elif way != "none":
                what: dict[str, Any] = {} if way == "all" else {"quantities": {1: Decimal(1)}}
                made = crediting.credit_invoice(desk, house.partners, invoice_id, why="Wrong.", **what)
                assert made.credit is not None, made.waits
                not_billed_again += made.credit.total
    for invoice_id in right:  # and never more than was invoiced
        with house.desk("bea") as desk, pytest.raises(Refused):
            crediting.credit_invoice(
                desk, house.partners, invoice_id, why="Too much.", amount=right[invoice_id] + 1
            )
    rows = issued(house, credits=True)
    invoiced = sum((row.total for row in rows if row.kind != "CREDIT"), Decimal(0))
    credited_all = sum((row.total for row in rows if row.kind == "CREDIT"), Decimal(0))
    assert invoiced - credited_all == sum(right.values(), Decimal(0)) - not_billed_again
    assert [state for state, _ in house.sent() if state != "QUEUED"] == []  # each 810 passes our own check


def issued(house: House, *, credits: bool = False) -> list[Any]:
    with house.engine.connect() as conn:
        query = select(invoices).order_by(invoices.c.id)
        return list(conn.execute(query if credits else query.where(invoices.c.kind == "INVOICE")))


def reckoned(house: House, currency: str) -> Decimal:
    """The goods: each line of each shipment at the acknowledged price, rounded half-up once."""
    p, o = line_parts.c, order_lines.c
    query = (
        select(p.shipment_id, p.order_id, p.line, p.quantity, o.acknowledged_price, o.price_basis)
        .join(order_lines, (o.order_id == p.order_id) & (o.line == p.line))
        .join(orders, orders.c.id == p.order_id)
        .where(p.state == "SHIPPED")
    )
    sums: dict[tuple[int, int, int], tuple[Decimal, Decimal]] = {}
    for shipment, order_id, line, quantity, price, basis in house.rows(query):
        each = price / 100 if basis == "HP" else price
        before = sums.get((shipment, order_id, line), (Decimal(0), each))[0]
        sums[shipment, order_id, line] = (before + quantity, each)
    quantum = Decimal(1).scaleb(-PLACES[currency])
    return sum(((q * each).quantize(quantum, ROUND_HALF_UP) for q, each in sums.values()), Decimal(0))

"""How long one clean order of ten lines takes to be judged and answered, every order different.

`python benchmarks/bench_judge.py [orders]` prints microseconds an order (median of seven runs) for the judgement,
the answer and the keys of its facts, beside the plain construction of the same answer as the floor.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.gs1 import check_digit
from edi_gateway.model.master_data import Customer, Item, ItemUnit, ItemXref, MasterData, Price, ShipTo
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.facts import Facts, facts_on, needs
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Profile

ITEMS, LINES, RUNS = 500, 10, 7
SINCE = date(2024, 1, 1)


def gtin(n: int) -> str:
    """The UPC of item n."""
    digits = f"4{n:010d}"
    return digits + check_digit(digits)


def books() -> MasterData:
    data = MasterData(customers={"C1": Customer("C1", "Corner Shop", "USD", terms_type="01", net_days=30)})
    for n in range(ITEMS):
        sku, upc = f"TB-{n}", gtin(n).zfill(14)
        data.items[sku] = Item(sku, f"Item {n}", "active", "EA")
        for unit, factor in (("EA", 1), ("CA", 12)):
            data.units[sku, unit] = ItemUnit(sku, unit, Fraction(factor))
        data.xrefs["GTIN", upc] = (ItemXref(None, "GTIN", upc, sku, "EA"),)
        data.prices[sku] = (
            Price(sku, "EA", Decimal(400 + n) / 100, "USD", SINCE),
            Price(sku, "EA", Decimal(350 + n) / 100, "USD", SINCE, customer="C1"),
        )
    data.ship_tos["92", "0553"] = ShipTo("acme", "92", "0553", "DC North", transit_days=2)
    return data


def orders(count: int) -> list[PurchaseOrder]:
    made = []
    for n in range(count):
        items = [(n * LINES + k) % ITEMS for k in range(LINES)]
        made.append(
            PurchaseOrder.model_validate(
                {
                    "po_number": f"P{n:07}",
                    "purpose": "00",
                    "type": "SA",
                    "ordered_on": date(2025, 3, 1),
                    "currency": "USD",
                    "parties": [{"role": "ST", "id_qualifier": "92", "id": "0553", "name": "DC NORTH"}],
                    "dates": {
                        "deliver_not_before": date(2025, 3, 17),
                        "deliver_not_after": date(2025, 3, 21),
                    },
                    "terms": [{"type": "01", "net_days": 30}],
                    "references": [{"qualifier": "IA", "value": "77"}],
                    "lines": [
                        {
                            "line": k + 1,
                            "buyer_line": f"{k + 1:03}",
                            "quantity": Decimal(12 * (1 + (n + k) % 40)),
                            "unit": "EA",
                            "price": Decimal(350 + item) / 100,
                            "price_basis": "PE",
                            "ids": [
                                {"qualifier": "UP", "value": gtin(item)},
                                {"qualifier": "IN", "value": f"5{item:05}"},
                            ],
                            "description": f"ITEM {item}",
                        }
                        for k, item in enumerate(items)
                    ],
                    "stated_totals": {"line_count": LINES},
                }
            )
        )
    return made


def per_order(work: Callable[[PurchaseOrder], object], documents: list[PurchaseOrder]) -> float:
    """Microseconds an order, median of the runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for document in documents:
            work(document)
        times.append((time.perf_counter() - start) / len(documents) * 1e6)
    return statistics.median(times)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    documents = orders(count)
    profile = Profile.model_validate(
        {
            "key": "acme",
            "name": "Acme Stores",
            "customer": "C1",
            "them": {"qualifier": "ZZ", "id": "ACME"},
            "us": {"qualifier": "ZZ", "id": "US"},
            "connection": {"kind": "directory", "inbound": "in", "outbound": "out"},
            "documents": [],
        }
    )
    facts: Facts = facts_on(books(), profile, now=datetime(2025, 3, 3, 15, tzinfo=UTC))
    judged = {id(document): judge(document, facts) for document in documents}
    assert all(j.state == "ACCEPTED" and not j.findings for j in judged.values()), (
        "the orders are to be clean"
    )

    def reply(document: PurchaseOrder) -> PurchaseOrderAcknowledgment:
        known = judged[id(document)]
        return answer(
            document, known.lines, known.holds, profile=profile, order_number="SO-1", today=facts.today
        )

    plain = {id(document): reply(document).model_dump() for document in documents}
    rows = (
        ("judge", per_order(lambda document: judge(document, facts), documents)),
        ("answer", per_order(reply, documents)),
        (
            "judge and answer",
            per_order(
                lambda document: answer(
                    document,
                    (known := judge(document, facts)).lines,
                    known.holds,
                    profile=profile,
                    order_number="SO-1",
                    today=facts.today,
                ),
                documents,
            ),
        ),
        ("keys of the facts", per_order(lambda document: needs((document,), profile), documents)),
        (
            "floor: the same answer validated from plain data",
            per_order(
                lambda document: PurchaseOrderAcknowledgment.model_validate(plain[id(document)]), documents
            ),
        ),
    )
    print(f"{count} orders of {LINES} lines, microseconds an order, median of {RUNS} runs")
    for name, microseconds in rows:
        print(f"{microseconds:10.1f}  {name}")


if __name__ == "__main__":
    main()

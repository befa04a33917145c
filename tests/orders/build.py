"""Orders, master data and facts for tests, said in as few words as they need. All invented.

The books of these tests: customer C1; items MUG (EA, case of 12), BOLT (EA, sold by the hundred), CHEESE (LB,
case of 20 pounds); ship-to 92:0553; the day is Monday, 3 March 2025.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Finding
from edi_gateway.model.master_data import (
    Customer,
    Item,
    ItemUnit,
    ItemXref,
    KnownOrder,
    MasterData,
    Price,
    ShipTo,
)
from edi_gateway.model.order import Judgement
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.facts import Facts, facts_on
from edi_gateway.orders.judging.identity import business_key, content_hash, snapshot
from edi_gateway.orders.judging.judge import judge
from edi_gateway.partners.profile import Profile

TODAY = date(2025, 3, 3)
NOW = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)

MUG_UPC = "012345678905"
MUG_CASE = "10012345678902"
BOLT_UPC = "036000291452"


def d(text: str | int) -> Decimal:
    return Decimal(text)


def line(
    quantity: str | int | None = 48,
    unit: str | None = "EA",
    price: str | None = "4.00",
    basis: str | None = None,
    *,
    id: str | None = "",
    ids: Sequence[tuple[str, str]] = (("VN", "MUG"),),
    **more: Any,
) -> dict[str, Any]:
    """One PO1; `id` is PO101: by default its place, None for blank."""
    return {
        "buyer_line": id,
        "quantity": None if quantity is None else Decimal(quantity),
        "unit": unit,
        "price": None if price is None else Decimal(price),
        "price_basis": basis,
        "ids": [{"qualifier": q, "value": v} for q, v in ids],
        **more,
    }


def po(*lines: dict[str, Any], **more: Any) -> PurchaseOrder:
    """A PO of 1 March 2025 to ship-to 0553 in USD; one good line of mugs when none are given."""
    made = []
    for n, each in enumerate(lines or (line(),), 1):
        made.append(
            {**each, "line": n, "buyer_line": str(n) if each["buyer_line"] == "" else each["buyer_line"]}
        )
    header: dict[str, Any] = {
        "po_number": "PO-1",
        "purpose": "00",
        "type": "SA",
        "ordered_on": date(2025, 3, 1),
        "parties": [{"role": "ST", "id_qualifier": "92", "id": "0553"}],
        "dates": {"ship_not_before": date(2025, 3, 10), "ship_no_later": date(2025, 3, 14)},
        "lines": made,
    }
    return PurchaseOrder.model_validate({**header, **more})


def unit(sku: str, code: str, factor: int | str, **more: Any) -> ItemUnit:
    return ItemUnit(sku, code, Fraction(factor), **more)


def price(sku: str, code: str, amount: str, **more: Any) -> Price:
    return Price(sku, code, Decimal(amount), **{"currency": "USD", "since": date(2024, 1, 1), **more})


CUSTOMER = Customer("C1", "Corner Shop", "USD")
DC = ShipTo(
    "acme",
    "92",
    "0553",
    "DC North",
    address=("1 Dock Road",),
    city="Fontana",
    region="CA",
    postal_code="92336",
    kind="dc",
)


def books(
    *,
    items: Sequence[Item] = (),
    units: Sequence[ItemUnit] = (),
    prices: Sequence[Price] | None = None,
    xrefs: Sequence[ItemXref] = (),
    ship_tos: Sequence[ShipTo] = (),
    customer: Customer | None = CUSTOMER,
    known: Sequence[tuple[PurchaseOrder, str]] = (),
) -> MasterData:
    """The usual books; items, units and xrefs are added to them, prices given replace those of their item.
    `known`: orders that stand already, with their state.
    """
    data = MasterData()
    for item in (
        Item("MUG", "Blue mug", "active", "EA"),
        Item("BOLT", "Bolt M6", "active", "EA"),
        Item("CHEESE", "Cheese", "active", "LB", measured=True),
        *items,
    ):
        data.items[item.sku] = item
    for each in (
        unit("MUG", "EA", 1),
        unit("MUG", "CA", 12),
        unit("BOLT", "EA", 1),
        unit("CHEESE", "LB", 1),
        unit("CHEESE", "CA", 20),
        *units,
    ):
        data.units[each.sku, each.unit] = each
    for row in (price("MUG", "EA", "4.00"), price("BOLT", "EA", "0.062"), price("CHEESE", "LB", "5.25")):
        data.prices[row.sku] = (row,)
    for sku in {p.sku for p in prices or ()}:
        data.prices[sku] = tuple(p for p in prices or () if p.sku == sku)
    for xref in (
        ItemXref(None, "GTIN", MUG_UPC.zfill(14), "MUG", "EA"),
        ItemXref(None, "GTIN", MUG_CASE, "MUG", "CA"),
        ItemXref(None, "GTIN", BOLT_UPC.zfill(14), "BOLT", "EA"),
        *xrefs,
    ):
        key = (xref.qualifier, xref.value)
        data.xrefs[key] = (*data.xrefs.get(key, ()), xref)
    for site in (DC, *ship_tos):
        data.ship_tos[site.qualifier, site.code] = site
    if customer is not None:
        data.customers[customer.number] = customer
    for n, (order, state) in enumerate(known, 1):
        key_ = business_key(order, profile())
        data.known[key_] = (*data.known.get(key_, ()), standing(order, state, n))
    return data


def standing(order: PurchaseOrder, state: str = "ACCEPTED", n: int = 1, **more: Any) -> KnownOrder:
    """An order that is in the book."""
    return KnownOrder(
        n, f"SO-{n}", 1, state, content_hash(order), snapshot(order), order_type=order.type, **more
    )


def profile(policies: dict[str, Any] | None = None, **more: Any) -> Profile:
    return Profile.model_validate(
        {
            "key": "acme",
            "name": "Acme Stores",
            "customer": "C1",
            "them": {"qualifier": "ZZ", "id": "ACME"},
            "us": {"qualifier": "ZZ", "id": "US"},
            "connection": {"kind": "directory", "inbound": "in", "outbound": "out"},
            "documents": [],
            "policies": policies or {},
            **more,
        }
    )


def facts(data: MasterData | None = None, policies: dict[str, Any] | None = None, **more: Any) -> Facts:
    """The facts of the day. `now`, `test`, `production` go to the facts, the rest to the profile."""
    at = {name: more.pop(name) for name in ("now", "test", "production") if name in more}
    return facts_on(data if data is not None else books(), profile(policies, **more), **{"now": NOW, **at})


def judged(
    order: PurchaseOrder, data: MasterData | None = None, policies: dict[str, Any] | None = None, **more: Any
) -> Judgement:
    return judge(order, facts(data, policies, **more))


def told(findings: Sequence[Finding] | Judgement) -> list[tuple[str, str, str]]:
    """(code, severity, path) of every finding but that a date is missing."""
    rows = findings.findings if isinstance(findings, Judgement) else findings
    return [(f.code.value, f.severity.value, str(f.at)) for f in rows]


def held(judgement: Judgement) -> list[tuple[str, int | None, str | None]]:
    return [(h.code.value, h.line, h.store) for h in judgement.holds]


def states(judgement: Judgement) -> list[str]:
    return [line.state.value for line in judgement.lines]


def answered(
    order: PurchaseOrder, data: MasterData | None = None, policies: dict[str, Any] | None = None, **more: Any
) -> PurchaseOrderAcknowledgment:
    """The order judged and answered at once."""
    known = facts(data, policies, **more)
    judgement = judge(order, known)
    return answer(
        judgement.revised or order,
        judgement.lines,
        judgement.holds,
        profile=known.profile,
        order_number="SO-9",
        today=known.today,
        rejected=judgement.reject_code,
        customer=judgement.customer,
    )


def acks(reply: PurchaseOrderAcknowledgment) -> list[list[str]]:
    """Each line's ACKs, as "IQ 48 EA"."""
    return [
        [
            " ".join([a.status, *([f"{a.quantity:f}", str(a.unit)] if a.quantity is not None else [])])
            for a in ln.answers
        ]
        for ln in reply.lines
    ]

"""Orders that have shipped, and what is billed of them, said in as few words as the tests need. All invented.

The order is judged as any other (tests/orders/build.py); what shipped is said by line. Day of shipping: Monday,
10 March 2025; the goods go to Fontana, CA 92336.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from edi_gateway.model.billing import IssuedInvoice, TaxCertificate, TaxRate
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.fulfilment import PartKind, Place
from edi_gateway.model.master_data import Customer, MasterData
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.billing.invoicing import Made, TaxFacts, invoice
from edi_gateway.orders.billing.records import Billable, BilledOrder, Left, taken_of
from edi_gateway.orders.billing.terms import terms_of
from tests.orders import build

SHIPPED = date(2025, 3, 10)
FONTANA = Place("DC North", "92", "0553", ("1 Dock Road",), "Fontana", "CA", "92336")
LEFT = Left(SHIPPED, FONTANA)


@dataclass
class Order:
    """An order in the book, and what was shipped and billed of it. `n` counts up the ids of parts."""

    document: PurchaseOrder
    data: MasterData = field(default_factory=build.books)
    invoicing: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, Any] | None = None
    customer: Customer | None = build.CUSTOMER
    currency: str | None = None
    taxes: TaxFacts = field(default_factory=TaxFacts)
    id: int = 7
    issued: list[IssuedInvoice] = field(default_factory=list)
    shipped: dict[int, Decimal] = field(default_factory=dict)
    n: int = 0

    def __post_init__(self) -> None:
        self.profile = build.profile(self.policies, invoicing=self.invoicing)
        judged = build.judged(self.document, self.data, self.policies, invoicing=self.invoicing)
        self.lines: dict[int, OrderLine] = {line.line: line for line in judged.lines}
        assert all(line.state is LineState.ACCEPTED for line in judged.lines), build.told(judged)
        self.currency = self.currency or judged.currency

    def part(
        self,
        line: int,
        quantity: str | int | Decimal,
        kind: PartKind = PartKind.GOODS,
        *,
        weighed: str | None = None,
    ) -> Billable:
        """A part that shipped; `weighed`: what it really was, in base units."""
        mine = self.lines[line]
        self.n += 1
        quantity = Decimal(quantity)
        assert mine.base_quantity is not None
        base = quantity * mine.base_quantity / mine.accepted_quantity
        item = self.data.items[mine.sku or ""]
        return Billable(
            self.id * 1000 + self.n,
            self.id,
            line,
            kind,
            mine.sku or "",
            quantity,
            mine.unit or "",
            Decimal(weighed) if weighed else base,
            whole=not item.measured,
        )

    def billed(self, parts: Sequence[Billable]) -> BilledOrder:
        """The order as billing knows it, while these parts are billed."""
        for part in parts:
            if part.kind is PartKind.GOODS:
                self.shipped[part.line] = self.shipped.get(part.line, Decimal(0)) + part.quantity
        taken, goods = taken_of(self.id, self.issued)
        to_come = {
            n: line.accepted_quantity - self.shipped.get(n, Decimal(0)) for n, line in self.lines.items()
        }
        return BilledOrder(
            id=self.id,
            number="SO-7",
            document=self.document,
            lines=self.lines,
            currency=self.currency or "USD",
            customer=self.customer,
            units={
                sku: {unit: each for (of, unit), each in self.data.units.items() if of == sku}
                for sku in self.data.items
            },
            tax_classes={sku: item.tax_class for sku, item in self.data.items.items()},
            to_come={n: quantity for n, quantity in to_come.items() if quantity > 0},
            kept={n: line.accepted_quantity for n, line in self.lines.items()},
            taken=taken,
            goods_before=goods,
            terms=terms_of(self.document.terms, self.customer),
        )

    def make(self, *parts: Billable, left: Left = LEFT, on: date = SHIPPED, **more: Any) -> Made:
        return invoice(
            parts,
            {self.id: self.billed(parts)},
            profile=self.profile,
            issued_on=on,
            left=left,
            taxes=self.taxes,
            **more,
        )

    def bill(self, *parts: Billable, left: Left = LEFT, on: date = SHIPPED, **more: Any) -> IssuedInvoice:
        """The invoice of these parts, numbered; later ones know of it."""
        made = self.make(*parts, left=left, on=on, **more)
        assert made.invoice is not None, made.findings
        issued = replace(made.invoice, number=f"INV{len(self.issued) + 1:08d}")
        self.issued.append(issued)
        return issued

    def all(self) -> tuple[Billable, ...]:
        """All that was ordered."""
        return tuple(self.part(n, line.accepted_quantity) for n, line in self.lines.items())


def sac(kind: str = "A", code: str = "C310", handling: str | None = "02", **more: Any) -> dict[str, Any]:
    """A SAC of the order; numbers as text."""
    numbers = ("amount", "percent", "rate", "quantity", "quantity_upper")
    values = {name: Decimal(value) if name in numbers else value for name, value in more.items()}
    return {"kind": kind, "code": code, "handling": handling, **values}


def rate(code: str, percent: str, **more: Any) -> TaxRate:
    return TaxRate(**{"country": "US", "region": "CA", "code": code, "percent": Decimal(percent), **more})


def taxes(*rates: TaxRate, certificates: Sequence[TaxCertificate] = ()) -> TaxFacts:
    return TaxFacts(rates, tuple(certificates))


def money(issued: IssuedInvoice) -> dict[str, str]:
    """What an invoice comes to, in words that can be compared."""
    return {
        "goods": str(issued.goods),
        "added": str(issued.added),
        "off": str(issued.taken_off),
        "tax": str(issued.tax),
        "total": str(issued.total),
    }


def charged(issued: IssuedInvoice) -> list[tuple[str, str | None, str]]:
    """Every allowance and charge: kind, code, amount; of lines first."""
    every = [*(c for line in issued.lines for c in line.charges), *issued.charges]
    return [(c.kind, c.code, str(c.amount)) for c in every]


def units(data: MasterData) -> Mapping[str, Any]:
    return {sku: {u: each for (of, u), each in data.units.items() if of == sku} for sku in data.items}

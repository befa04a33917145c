"""A depot that bills, and looks at its invoices and payments.

Its 810s are written by the real mapping and pass our own check.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select, update

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.billing import invoicing
from edi_gateway.commands.billing.payments import take_remittance
from edi_gateway.commands.desk import WriteDocument
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.shipping.typed_confirm import Typed, confirm
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.model.fulfilment import Transport
from edi_gateway.partners.profile import Profile
from edi_gateway.store.database import reading
from edi_gateway.store.tables import (
    documents,
    invoice_parts,
    invoices,
    line_parts,
    orders,
    payment_lines,
    payments,
    releases,
    shipments,
)
from tests.commands.depot import ACME, Both, Depot, dock
from tests.commands.desks import SYSTEM
from tests.orders import build
from tests.orders.billing.papers import live


class Billing(Both):
    """As Both; the 810 is written as it really goes out."""

    def __init__(self, acme: Profile, warehouse: Profile) -> None:
        super().__init__(acme, warehouse)
        self._published = live(acme)

    def write(self, partner: str, set_code: str) -> WriteDocument:
        if set_code == "810":
            return document_writer(self._published, "810")
        return super().write(partner, set_code)


class House(Depot):
    """`invoicing`: of acme's profile. Notices go only where `notice` says so."""

    def __init__(
        self,
        engine: Engine,
        invoicing: dict[str, Any] | None = None,
        *,
        notice: bool = False,
        version: str = "004010",
        **profile: Any,
    ) -> None:
        super().__init__(engine, shipping={"notice": notice}, invoicing=invoicing or {}, **profile)
        agreed = [{**row, "version": version} if row["set"] == "810" else row for row in ACME]
        acme = build.profile(
            documents=agreed,
            fulfilment={"ours": True},
            shipping={"notice": notice},
            invoicing=invoicing or {},
            **profile,
        )
        self.partners = Billing(acme, dock())

    def sell(self, *came: PurchaseOrder) -> list[str]:
        """Orders taken, with plenty of stock, and handed to the warehouse; the numbers of their releases."""
        for sku in ("MUG", "BOLT", "CHEESE"):
            self.stock_up(sku, EAST=100_000)
        return self.released(*came)

    def ship(
        self, *numbers: str, lines: dict[tuple[str, int], int] | None = None, rest: str = "later"
    ) -> int:
        """Releases leave, or so much of their lines; the id of the shipment."""
        said = {key: Decimal(quantity) for key, quantity in (lines or {}).items()}
        with self.desk() as desk:
            transport = Transport(carrier="ABCD", mode="M", pro="P-1")
            left = confirm(desk, self.partners, Typed(numbers, said, rest=rest, transport=transport))
        assert left.shipment_id is not None
        return left.shipment_id

    def bill(self) -> list[str]:
        """One pass over what is due, as flow makes it; the numbers of all invoices and credits that stand."""
        with self.desk(actor=SYSTEM) as desk:
            for profile, ids in invoicing.due(desk, self.partners):
                invoicing.bill(desk, self.partners, profile, ids)
        return self.numbers_issued()

    def sold(self, *lines: dict[str, Any], **more: Any) -> int:
        """An order that has shipped whole and is billed; its id."""
        numbers = self.sell(build.po(*lines, **more))
        self.ship(*numbers)
        self.bill()
        c = releases.c
        (order_id,) = set(self.rows(select(c.order_id).where(c.number.in_(numbers))))
        return int(order_id)

    def import_(self, kind: str, text: str) -> None:
        with self.desk() as desk:
            assert not import_csv(desk, kind, text.encode(), f"{kind}.csv").problems

    def remit(self, amount: str, *items: dict[str, Any], trace: str | None = "T-1", **more: Any) -> Applied:
        """An 820 of acme; each item is an RMR (qualifier IV unless it says so)."""
        fields = {
            "handling": "C",
            "amount": Decimal(amount),
            "credit_debit": "C",
            "method": "ACH",
            "trace_number": trace,
            "paid_on": self.clock.now.date(),
            "entities": [{"open_items": [{"qualifier": "IV", **item} for item in items]}],
            **more,
        }
        with self.desk(actor=SYSTEM) as desk:
            arrived = Arrived(self.partners.live, Remittance.model_validate(fields), 950, desk.clock(), False)
            return take_remittance(desk, self.partners, arrived)

    # ------------------------------------------------------------ looks

    def numbers_issued(self) -> list[str]:
        return self.rows(select(invoices.c.number).order_by(invoices.c.id))

    def invoice(self, number: str) -> Any:
        with reading(self.engine) as conn:
            return conn.execute(select(invoices).where(invoices.c.number == number)).one()

    def id_of(self, number: str) -> int:
        return int(self.invoice(number).id)

    def totals(self) -> list[tuple[str, str, str]]:
        """(number, total, state) of every invoice and credit."""
        c = invoices.c
        return [(n, f"{t:f}", s) for n, t, s in self.rows(select(c.number, c.total, c.state).order_by(c.id))]

    def stage(self) -> str | None:
        return self.rows(select(orders.c.stage).order_by(orders.c.id))[-1]

    def states(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """(notice state, invoice state) of every shipment."""
        c = shipments.c
        return self.rows(select(c.notice_state, c.invoice_state).order_by(c.id))

    def set_notice(self, state: str) -> None:
        """All notices are that far (commands/telling/notices.py brings them there)."""
        with self.engine.begin() as conn:
            conn.execute(update(shipments).values(notice_state=state))

    def sent(self) -> list[tuple[str, str]]:
        """(state, body) of every 810."""
        c = documents.c
        return self.rows(select(c.state, c.body).where(c.set_code == "810").order_by(c.id))

    def billed_twice(self) -> list[int]:
        """Parts for which two invoices stand; there must be none."""
        c = invoice_parts.c
        query = (
            select(c.part_id)
            .join(invoices, invoices.c.id == c.invoice_id)
            .where(invoices.c.kind == "INVOICE")
        )
        found = self.rows(query)
        return sorted({part for part in found if found.count(part) > 1})

    def unbilled(self) -> list[tuple[int, str]]:
        """(line, quantity) of what shipped and no invoice stands for."""
        c = line_parts.c
        query = select(c.line, c.quantity).where(c.state == "SHIPPED", c.invoice_id.is_(None))
        return [(n, f"{q:f}") for n, q in self.rows(query.order_by(c.line, c.id))]

    def paid(self) -> list[tuple[str, str, str]]:
        """(reference, amount, state) of every payment."""
        c = payments.c
        return [
            (r, f"{a:f}", s) for r, a, s in self.rows(select(c.reference, c.amount, c.state).order_by(c.id))
        ]

    def paid_lines(self) -> list[tuple[str, bool, str, str, str, str | None]]:
        """(number as they said it, matched, paid, discount, taken off, reason) of every line."""
        c = payment_lines.c
        query = select(c.invoice_number, c.invoice_id, c.paid, c.discount, c.adjustment, c.reason)
        return [
            (n, i is not None, f"{p:f}", f"{d:f}", f"{a:f}", r)
            for n, i, p, d, a, r in self.rows(query.order_by(c.payment_id, c.n))
        ]

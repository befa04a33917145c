"""A book whose orders we ship ourselves: stock at EAST (our own people) and WEST (the partner dock, who takes 940s).

The documents for dock are written by the real mapping; acme's are as in book.py.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from edi_gateway.commands.allocation.allocating import allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Numbers, WriteDocument, Written
from edi_gateway.commands.shipping.advising import take_shipment
from edi_gateway.commands.shipping.recalling import recall
from edi_gateway.commands.shipping.releasing import release_orders
from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Writer, writer
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.record import Record
from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.documents.warehouse_order import WarehouseOrder
from edi_gateway.model.finding import Finding
from edi_gateway.partners.profile import Profile
from edi_gateway.store import work
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import (
    documents,
    handling_units,
    line_parts,
    orders,
    releases,
    shipments,
    sites,
    stock_moves,
    unit_contents,
)
from edi_gateway.store.tables import stock as stock_rows
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.checking.guide import build as guide_of
from edi_gateway.x12.parsing.envelope import Delimiters
from edi_gateway.x12.writing import writer as x12_writer
from tests.commands.book import DOCUMENTS, Book, Partners
from tests.commands.desks import SYSTEM
from tests.orders import build

PREFIX = "0614141"  # a GS1 company prefix, as examples use it
ACME = [*DOCUMENTS, {"set": "856", "direction": "out"}, {"set": "810", "direction": "out"}]
MAPPINGS = Path(__file__).parents[2] / "mappings"
_MARKS = Delimiters("*", ">", "~", None)


def dock(**more: Any) -> Profile:
    """The 3PL that runs WEST."""
    return Profile.model_validate(
        {
            "key": "dock",
            "name": "Dock Logistics",
            "them": {"qualifier": "ZZ", "id": "DOCK"},
            "us": {"qualifier": "01", "id": "123456789"},
            "connection": {"kind": "directory", "inbound": "in", "outbound": "out"},
            "documents": [{"set": "940", "direction": "out"}, {"set": "945", "direction": "in"}],
            **more,
        }
    )


@cache
def _writer(set_code: str) -> tuple[Guide, Writer]:
    guide = guide_of("004010", set_code)
    return guide, writer(catalog.load(MAPPINGS, set_code), guide)


class Both(Partners):
    """acme, who buys, and dock, who ships for us."""

    def __init__(self, live: Profile, warehouse: Profile) -> None:
        super().__init__(live)
        self.warehouse = warehouse

    def profile(self, partner: str) -> Profile | None:
        return self.warehouse if partner == self.warehouse.key else super().profile(partner)

    def write(self, partner: str, set_code: str) -> WriteDocument:
        if set_code == "855":
            return super().write(partner, set_code)
        assert partner == {"940": "dock", "856": "acme"}[set_code]
        guide, made_by = _writer(set_code)

        def write(document: Record) -> Written:
            made = made_by.write(document, _MARKS)
            found: list[Finding] = list(made.findings)
            assert made.value is not None, found
            found += x12_writer.check_body(guide, made.value, _MARKS)
            text = x12_writer.body_text(made.value, _MARKS, "latin-1")
            return text.value or "", len(made.value), [*found, *text.findings], "*>~"

        return write


class Depot(Book):
    """`fulfilment`, `shipping`: of acme's profile."""

    def __init__(
        self,
        engine: Engine,
        fulfilment: dict[str, Any] | None = None,
        shipping: dict[str, Any] | None = None,
        policies: dict[str, Any] | None = None,
        **profile: Any,
    ) -> None:
        super().__init__(engine)
        acme = build.profile(
            policies,
            documents=ACME,
            fulfilment={"ours": True, **(fulfilment or {})},
            shipping=shipping or {},
            **profile,
        )
        self.partners = Both(acme, dock())
        self.numbers = Numbers(gs1_prefix=PREFIX)
        with engine.begin() as conn:
            for code, warehouse in (("EAST", None), ("WEST", "dock")):
                row = {
                    "id": self.ids.next(),
                    "code": code,
                    "name": f"{code.title()} house",
                    "warehouse": warehouse,
                }
                address = {
                    "address_1": "9 Dock Street",
                    "city": "Reno",
                    "region": "NV",
                    "postal_code": "89501",
                }
                versioned = {
                    "since": date(2024, 1, 1), "superseded": False, "version": 1, "changed_at": self.clock(),
                    "changed_by": "ann", "source": "test",
                }  # fmt: skip
                conn.execute(insert(sites).values(**row, **address, **versioned))

    def stock_up(self, sku: str, **at: int) -> None:
        """So many more lie at each site."""
        with self.desk(actor=SYSTEM) as desk:
            for site, quantity in at.items():
                stock.move(
                    desk.conn, desk.ids, desk.clock(), "ann", site, sku, "on_hand", Decimal(quantity), "import",
                    "stock.csv",
                )  # fmt: skip

    # ------------------------------------------------------------ what flow does

    def carry(self) -> None:
        """Every pass over what waits, until nothing does: plan, restock, recall, release."""
        for _ in range(20):
            if not self._pass():
                return
        raise AssertionError("there is no end of it")

    def _pass(self) -> bool:
        done = False
        for kind in ("plan", "restock", "recall"):
            with self.desk(actor=SYSTEM) as desk:
                items = work.ready(desk.conn, kind, 500, desk.clock())
                work.done(desk.conn, [item.id for item in items])
                subjects = list(
                    dict.fromkeys(item.payload["sku" if kind == "restock" else "order"] for item in items)
                )
                if kind == "plan":
                    allocate_parts(desk, self.partners, order_ids=plan_orders(desk, self.partners, subjects))
                elif kind == "restock":
                    allocate_parts(desk, self.partners, skus=subjects)
                else:
                    recall(desk, self.partners, subjects)
                done = done or bool(items)
        with self.desk(actor=SYSTEM) as desk:
            ids = list(desk.conn.execute(select(orders.c.id).order_by(orders.c.id)).scalars())
            return bool(release_orders(desk, self.partners, ids)) or done

    def released(self, *came: PurchaseOrder) -> list[str]:
        """Take orders and carry them to the warehouse, on the day they are to go; the numbers of all releases."""
        self.take(*came)
        self.carry()
        self.clock.now = datetime(
            2025, 3, 7, 15, 0, tzinfo=self.clock.now.tzinfo
        )  # Friday; they ship on Monday
        self.carry()
        return [number for number, *_ in self.releases()]

    def advise(
        self, *items: dict[str, Any], document_id: int = 900, test: bool = False, **more: Any
    ) -> Applied:
        """A 945 of dock: one carton with these items, unless `cartons` are given."""
        fields = {"reporting": "F", "cartons": [{"items": list(items)}], **more}
        advice = ShippingAdvice.model_validate(fields)
        with self.desk(actor=SYSTEM) as desk:
            arrived = Arrived(self.partners.warehouse, advice, document_id, desk.clock(), test)
            return take_shipment(desk, self.partners, arrived)

    # ------------------------------------------------------------ looks

    def releases(self) -> list[tuple[str, str, str, int]]:
        """(number, site, state, version), without the order's number: "-1"."""
        c = releases.c
        return self.rows(select(c.number, c.site, c.state, c.version).order_by(c.id))

    def parts(self, order_id: int | None = None) -> list[tuple[int, str, str, str, str | None]]:
        """(line, kind, quantity, state, site) of each part that counts for something."""
        c = line_parts.c
        query = select(c.line, c.kind, c.quantity, c.state, c.site).order_by(c.order_id, c.line, c.id)
        if order_id is not None:
            query = query.where(c.order_id == order_id)
        return [(n, k, f"{q:f}", state, site) for n, k, q, state, site in self.rows(query) if q]

    def part_ids(self) -> list[int]:
        return self.rows(select(line_parts.c.id).order_by(line_parts.c.line, line_parts.c.id))

    def levels(self, sku: str = "MUG") -> dict[str, tuple[str, str, str]]:
        """(on hand, hold, allocated) by site."""
        c = stock_rows.c
        query = select(c.site, c.on_hand, c.hold, c.allocated).where(c.sku == sku).order_by(c.site)
        return {site: (f"{a:f}", f"{b:f}", f"{d:f}") for site, a, b, d in self.rows(query)}

    def asked(self) -> list[WarehouseOrder]:
        """Every 940."""
        c = documents.c
        texts = self.rows(select(c.canonical).where(c.set_code == "940").order_by(c.id))
        return [WarehouseOrder.model_validate_json(text) for text in texts]

    def bodies(self) -> list[tuple[str, str]]:
        """(state, body) of every 940."""
        c = documents.c
        return self.rows(select(c.state, c.body).where(c.set_code == "940").order_by(c.id))

    def shipped(self) -> list[Any]:
        """Every row of shipments."""
        with self.engine.connect() as conn:
            return list(conn.execute(select(shipments).order_by(shipments.c.id)))

    def cartons(self) -> list[tuple[str | None, str | None, list[str]]]:
        """(SSCC, tracking, quantities) of every unit that has shipped."""
        h, u = handling_units.c, unit_contents.c
        found = []
        for unit, sscc, tracking in self.rows(
            select(h.id, h.sscc, h.tracking).where(h.shipment_id.is_not(None)).order_by(h.shipment_id, h.n)
        ):
            quantities = self.rows(select(u.quantity, u.part_id).where(u.unit_id == unit).order_by(u.id))
            found.append((sscc, tracking, [f"{q:f}" for q, _ in quantities]))
        return found

    def moves(self) -> list[tuple[str, str, str]]:
        """(bucket, quantity, kind) of every move but imports."""
        c = stock_moves.c
        query = select(c.bucket, c.quantity, c.kind).where(c.kind != "import").order_by(c.id)
        return [(bucket, f"{q:f}", kind) for bucket, q, kind in self.rows(query)]

    def open_cases(self) -> list[str]:
        return [code for code, state in self.cases() if state == "NEW"]


def item(quantity: str | int | None, **more: Any) -> dict[str, Any]:
    """A W12 of mugs: all that was ordered, complete."""
    said = None if quantity is None else Decimal(quantity)
    return {
        "status": "CC",
        "ordered": said,
        "shipped": said,
        "unit": "EA",
        "ids": [{"qualifier": "VN", "value": "MUG"}],
        **more,
    }


def li(key: Any) -> dict[str, Any]:
    """Our line id, as the 945 echoes it."""
    return {"references": [{"qualifier": "LI", "value": str(key)}]}

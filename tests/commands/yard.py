"""A depot under any events: what a pass of flow does, taken apart, and everything that people and partners do.

Each event is one transaction of a real command; what the command refuses is not done. Used by test_whatever_ships.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, select, update

from edi_gateway.commands.allocation.allocating import allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.billing import invoicing, issuing
from edi_gateway.commands.desk import Desk, Refused, WriteDocument
from edi_gateway.commands.ordering import orders
from edi_gateway.commands.shipping import typed_confirm as shipping
from edi_gateway.commands.shipping.recalling import recall
from edi_gateway.commands.shipping.releasing import release_orders
from edi_gateway.commands.shipping.typed_confirm import Typed
from edi_gateway.commands.stocking import negative_stock
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.commands.telling import notices
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.model.fulfilment import Transport
from edi_gateway.partners.profile import Profile
from edi_gateway.store import work
from edi_gateway.store.tables import documents
from edi_gateway.store.tables import orders as order_rows
from tests.commands.depot import Both, Depot, dock
from tests.commands.desks import SYSTEM
from tests.orders.billing.papers import live

LEFT = Transport(carrier="ABCD", mode="M", pro="P-1")


class Writing(Both):
    """856 and 810 are written as they really go out."""

    def __init__(self, acme: Profile, warehouse: Profile) -> None:
        super().__init__(acme, warehouse)
        self._text = acme.model_dump_json()

    def write(self, partner: str, set_code: str) -> WriteDocument:
        if set_code in ("856", "810"):
            return document_writer(_published(self._text), set_code)
        return super().write(partner, set_code)


@lru_cache(maxsize=16)
def _published(text: str) -> LivePartner:
    return live(Profile.model_validate_json(text))


class Yard(Depot):
    """`policies` and the rest: of acme's profile."""

    def __init__(
        self,
        engine: Engine,
        *,
        fulfilment: dict[str, Any] | None = None,
        shipping: dict[str, Any] | None = None,
        **profile: Any,
    ) -> None:
        super().__init__(engine, fulfilment, shipping, **profile)
        self.partners = Writing(self.partners.live, dock())

    def do(self, act: Callable[[Desk], object], name: str = "ann", *, machine: bool = False) -> bool:
        """One command in a transaction; False: it was refused."""
        try:
            with self.desk(name, actor=SYSTEM if machine else None) as desk:
                act(desk)
            return True
        except Refused:
            return False

    # ------------------------------------------------------------ steps of a pass

    def plan(self) -> None:
        self._take(
            "plan",
            "order",
            lambda desk, ids: allocate_parts(
                desk, self.partners, order_ids=plan_orders(desk, self.partners, ids)
            ),
        )

    def restock(self) -> None:
        self._take("restock", "sku", lambda desk, skus: allocate_parts(desk, self.partners, skus=skus))

    def recall(self) -> None:
        self._take("recall", "order", lambda desk, ids: recall(desk, self.partners, ids))

    def _take(self, kind: str, name: str, act: Callable[[Desk, Any], object]) -> None:
        with self.desk(actor=SYSTEM) as desk:
            items = work.ready(desk.conn, kind, 500, desk.clock())
            work.done(desk.conn, [item.id for item in items])
            if items:
                act(desk, list(dict.fromkeys(item.payload[name] for item in items)))

    def release(self) -> None:
        with self.desk(actor=SYSTEM) as desk:
            negative_stock.cure(desk)
        with self.desk(actor=SYSTEM) as desk:
            release_orders(desk, self.partners, self.rows(select(order_rows.c.id).order_by(order_rows.c.id)))

    def answer(self) -> None:
        """The time of every answer that waits is over (flow/deadlines.py)."""
        for order in self.rows(select(order_rows.c.id).order_by(order_rows.c.id)):
            self.do(lambda desk, order=order: orders.answer(desk, self.partners, order), machine=True)  # type: ignore[misc]

    def notify(self) -> None:
        with self.desk(actor=SYSTEM) as desk:
            for group in notices.due(desk, self.partners):
                notices.make(desk, self.partners, group)

    def bill(self) -> None:
        with self.desk(actor=SYSTEM) as desk:
            for profile, ids in invoicing.due(desk, self.partners):
                invoicing.bill(desk, self.partners, profile, ids)

    def sent(self, state: str, codes: Sequence[str] = ("856", "810")) -> None:
        """What waits to go has been sent, and what was sent is acknowledged (`state`): a matter of flow/outbound."""
        was = "QUEUED" if state == "SENT" else "SENT"
        with self.engine.begin() as conn:
            c = documents.c
            conn.execute(update(documents).where(c.set_code.in_(codes), c.state == was).values(state=state))
        with self.desk(actor=SYSTEM) as desk:
            notices.follow(desk)
        with self.desk(actor=SYSTEM) as desk:
            issuing.follow(desk)

    # ------------------------------------------------------------ what people and partners do

    def count(self, sku: str, site: str, on_hand: int) -> bool:
        text = f"site,sku,on_hand\n{site},{sku},{on_hand}\n"
        return self.do(lambda desk: import_stock(desk, "stock", text.encode(), "stock.csv"))

    def expect(self, sku: str, site: str, quantity: int, day: str) -> bool:
        text = f"reference,site,sku,quantity,due_on\nPO-9,{site},{sku},{quantity},{day}\n"
        return self.do(lambda desk: import_stock(desk, "supply", text.encode(), "supply.csv"))

    def leaves(
        self, numbers: Sequence[str], lines: dict[tuple[str, int], int], rest: str | None, key: str | None
    ) -> bool:
        """A ship confirm by hand."""
        said = {of: Decimal(quantity) for of, quantity in lines.items()}
        typed = Typed(tuple(numbers), said, rest=rest, key=key, transport=LEFT)
        return self.do(lambda desk: shipping.confirm(desk, self.partners, typed))

"""A house that tells and bills what it ships, behind the gate; its 856s are by the real mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from edi_gateway.commands.desk import WriteDocument
from edi_gateway.commands.holding import holds
from edi_gateway.commands.telling import notices
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.store.tables import documents, shipments
from edi_gateway.store.tables import holds as hold_rows
from tests.commands.desks import SYSTEM
from tests.commands.house import Billing, House

MONDAY = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)


class Papers(Billing):
    """The 856 is written as it really goes out, too."""

    def write(self, partner: str, set_code: str) -> WriteDocument:
        if set_code == "856":
            return document_writer(self._published, "856")
        return super().write(partner, set_code)


class Gate(House):
    """A house that tells and bills what it ships; `chargebacks` is the partner's table."""

    def __init__(self, engine: Engine, *chargebacks: dict[str, Any], **profile: Any) -> None:
        super().__init__(engine, notice=True, chargebacks=list(chargebacks), **profile)
        assert isinstance(self.partners, Billing)
        self.partners = Papers(self.partners.live, self.partners.warehouse)

    def send_out(self, *numbers: str, **more: Any) -> int:
        """These releases leave on Monday, on a bill of lading of their own."""
        self.clock.now = max(self.clock.now, MONDAY)
        return self.ship(*numbers, **more)

    def tell(self) -> None:
        """One pass over the notices that are due."""
        self.clock.move(minutes=1)
        with self.desk(actor=SYSTEM) as desk:
            for group in notices.due(desk, self.partners):
                notices.make(desk, self.partners, group)

    def told(self) -> list[str]:
        """The states of all notices."""
        return self.rows(select(shipments.c.notice_state).order_by(shipments.c.id))

    def broken(self, state: str = "ACTIVE") -> list[tuple[str, str]]:
        """(hold, rule) of what a document broke."""
        c = hold_rows.c
        rows = self.rows(select(c.code, c.fingerprint).where(c.state == state).order_by(c.id))
        return [(code, text.split("rule=")[1].split(";")[0]) for code, text in rows if "rule=" in text]

    def message(self) -> str:
        """Of the one active hold."""
        (text,) = self.rows(select(hold_rows.c.message).where(hold_rows.c.state == "ACTIVE"))
        return str(text)

    def release(self, order_id: int, *roles: str, who: str = "lea") -> None:
        with self.desk(who, *roles) as desk:
            holds.release(
                desk, self.partners, self.hold(order_id), reason="CUSTOMER_AGREED", text="They take it."
            )

    def wake(self, order_id: int) -> None:
        """What flow does after an order was carried on."""
        self.carry()
        with self.desk(actor=SYSTEM) as desk:
            notices.wake(desk, [order_id])

    def order_of(self) -> int:
        return int(self.rows(select(documents.c.order_id).where(documents.c.set_code == "855"))[0])

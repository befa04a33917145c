"""Parts, releases and random confirms for tests of what ships. All invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Confirmed, Part, PartKind, PartState

NOW = datetime(2025, 3, 10, 15, 0, tzinfo=UTC)


def part(quantity: str | int = 48, **more: Any) -> Part:
    """A part of line 1 of order 1 that is with the warehouse: mugs by the each."""
    plain = Part(
        id=11,
        order_id=1,
        line=1,
        partner="acme",
        store=None,
        sku="MUG",
        quantity=Decimal(quantity),
        unit="EA",
        base_quantity=Decimal(quantity),
        state=PartState.RELEASED,
        kind=PartKind.GOODS,
        ship_from=None,
        ship_until=None,
        cancel_after=None,
        promised=None,
        release_on=date(2025, 3, 7),
        site="WEST",
        release_id=5,
        shipment_id=None,
        invoice_id=None,
        reason=None,
        completion="backorder",
        whole=True,
        received_at=NOW,
        priority=5,
        test=False,
        since=NOW,
    )
    return replace(plain, **more)


@st.composite
def shipments(draw: st.DrawFn) -> tuple[list[Part], list[Confirmed]]:
    """Some parts of one release, and what is said to have left of them: less, all, more, nothing, or not a word."""
    parts: list[Part] = []
    said: list[Confirmed] = []
    for n in range(draw(st.integers(1, 6))):
        whole = draw(st.booleans())
        scale = 0 if whole else draw(st.integers(0, 3))
        quantity = Decimal(draw(st.integers(1, 500))).scaleb(-scale)
        factor = Decimal(draw(st.sampled_from(["1", "12", "0.333333", "2.5"])))
        parts.append(
            part(
                quantity,
                id=100 + n,
                line=draw(st.integers(1, 3)),
                base_quantity=quantity * factor,
                whole=whole,
                kind=draw(st.sampled_from([PartKind.GOODS, PartKind.GOODS, PartKind.FREE])),
                completion=draw(st.sampled_from(["backorder", "cancel remainder", "ship complete"])),
                state=draw(st.sampled_from([PartState.RELEASED, PartState.PICKED, PartState.PACKED])),
            )
        )
        if draw(st.booleans()):
            left = Decimal(draw(st.integers(0, 600))).scaleb(-scale)
            rest = draw(st.sampled_from([None, "backorder", "cancel", "later", "return"]))
            said.append(Confirmed(100 + n, left, rest))
    return parts, said

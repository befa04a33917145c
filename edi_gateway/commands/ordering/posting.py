"""The posted order: what the system that ships it gets, as JSON under an idempotency key.

Takes an order as it stands; puts a postings row into the Ledger. Every posting says the whole order, so the last
one counts. Called by take_orders.py and carrying_on.py; carried out by flow/telling/posting.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.holds import Blocking, blocked
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.partners.profile import Profile

_HEADER: Final = (
    *(
        "number",
        "revision",
        "state",
        "partner",
        "customer",
        "po_number",
        "release_number",
        "type",
        "currency",
    ),
    *("ordered_on", "ship_to", "ship_from", "ship_until", "cancel_after", "total", "ship_complete"),
)


class _Posted(TypedDict):
    posting: int
    order: dict[str, Any]
    lines: list[OrderLine]
    stores: list[dict[str, Any]]
    holds: list[dict[str, Any]]


_POSTED: Final = TypeAdapter(_Posted)  # told the types beforehand it writes in a third of the time


def payload(
    posting: int,
    order: Mapping[str, Any],
    lines: Sequence[OrderLine],
    document: PurchaseOrder,
    holds: Sequence[Blocking],
) -> str:
    """The posted order. `posting` counts the postings of an order from 1; numbers are strings, days ISO 8601.

    `stores` says which place gets how much of a line, in the buyer's unit, and whether its part still waits for
    something (spec D7) or was cancelled (D24): neither is to be shipped, though the line is accepted. `holds` are
    those that let the order be accepted and stop it later (spec B4): R its release to the warehouse, S its shipping.
    """
    header = {name: order[name] for name in _HEADER}
    return _POSTED.dump_json(
        {
            "posting": posting,
            "order": header,
            "lines": list(lines),
            "stores": _stores(document, lines, holds),
            "holds": _later(holds),
        }
    ).decode()


def _stores(
    document: PurchaseOrder, lines: Sequence[OrderLine], holds: Sequence[Blocking]
) -> list[dict[str, Any]]:
    waiting = blocked(holds, "A").stores if holds else frozenset()
    cancelled = {line.line: line.cancelled_stores for line in lines}
    return [
        {
            "line": number,
            "store": share.key,
            "quantity": share.quantity,
            "waits": share.key in waiting and share.key not in cancelled[number],
            "cancelled": share.key in cancelled[number],
        }
        for number, line in enumerate(document.lines, 1)
        if line.allocations or line.parties
        for share in shares_of(line)
    ]


def _later(holds: Sequence[Blocking]) -> list[dict[str, Any]]:
    return [
        {"line": hold.line, "hold": hold.code, "stops": hold.blocks}
        for hold in holds
        if hold.blocks and "A" not in hold.blocks
    ]


def post(ledger: Ledger, profile: Profile, order_id: int, number: str, posting: int, content: str) -> None:
    """Leave a posting of an order to be carried out. Its key names it: the same key, the same bytes."""
    ledger.posting(
        {
            "id": ledger.desk.ids.next(),
            "target": profile.posting,
            "key": f"{number}-{posting}",
            "order_id": order_id,
            "revision": posting,
            "payload": content,
            "state": "READY",
            "created_at": ledger.now,
        }
    )


def wanted(profile: Profile, test: bool) -> bool:
    """Test orders are posted nowhere."""
    return not test and profile.posting != "none"


def says_the_same(one: str, other: str) -> bool:
    """Whether two postings of an order differ in nothing but their count."""
    return _uncounted(one) == _uncounted(other)


def _uncounted(content: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(content)
    del said["posting"]
    return said

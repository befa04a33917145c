"""The posted order: what the system that ships it gets, as canonical JSON under an idempotency key.

Takes an order as it stands; puts a postings row into the Ledger. Every posting says the whole order, so the last
one counts. Called by take_orders.py and carrying_on.py; carried out by flow/posting.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from edi_gateway.commands.ledger import Ledger
from edi_gateway.model.order import OrderLine
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
_LINE: Final = (
    *("line", "buyer_line", "sku", "substitute", "description", "state", "quantity", "unit"),
    *("accepted_quantity", "free_quantity", "base_quantity", "base_unit", "price", "price_basis", "amount"),
    *("ship_to", "ship_from", "ship_until", "cancel_after", "promised_ship", "promised_delivery"),
)


def content(order: Mapping[str, Any], lines: Sequence[OrderLine]) -> dict[str, Any]:
    """The posted order, without the number of the posting. Numbers are strings, days ISO 8601."""
    return {
        "order": {name: _plain(order[name]) for name in _HEADER},
        "lines": [{name: _plain(getattr(line, name)) for name in _LINE} for line in lines],
    }


def post(
    ledger: Ledger, profile: Profile, order_id: int, number: str, posting: int, body: dict[str, Any]
) -> None:
    """Leave the `posting`th posting of an order to be carried out. Its key says so: the same key, the same bytes."""
    payload = json.dumps({"posting": posting, **body}, ensure_ascii=False, separators=(",", ":"))
    ledger.posting(
        {
            "id": ledger.desk.ids.next(),
            "target": profile.posting,
            "key": f"{number}-{posting}",
            "order_id": order_id,
            "revision": posting,
            "payload": payload,
            "state": "READY",
            "created_at": ledger.now,
        }
    )


def wanted(profile: Profile, test: bool) -> bool:
    """Test orders are posted nowhere."""
    return not test and profile.posting != "none"


def same(payload: str, body: dict[str, Any]) -> bool:
    """Whether an earlier posting said the same."""
    said = json.loads(payload)
    said.pop("posting", None)
    return bool(said == body)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value

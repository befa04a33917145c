"""What partners name in orders that wait and that we have no master data for: item numbers, stores, places, prices.

Takes a connection, gives a row for each name, with how many orders wait for it and for how much money. Called by cli/
and web/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.model.finding import Code
from edi_gateway.store.tables import cases, holds, orders

#: The import that brings what a finding misses.
MISSING: Final = {
    Code.ITEM_UNKNOWN: "xrefs",
    Code.UNIT_UNKNOWN: "items",
    Code.SHIP_TO_UNKNOWN: "ship-tos",
    Code.STORE_UNKNOWN: "ship-tos",
    Code.CUSTOMER_UNKNOWN: "customers",
    Code.PRICE_NOT_ON_FILE: "prices",
}
_FACT: Final = re.compile(r"(?:^|; )(value|item)=([^;]*)")
_MOST: Final = 20_000  # holds that are looked at


@dataclass(slots=True)
class Unresolved:
    """A name that nothing is known of. `kind`: the import that would bring it; `value`: as they write it; `case_id`:
    the oldest open case about it, whose fixes say what it may be."""

    partner: str
    kind: str
    code: str
    value: str
    message: str
    since: datetime
    case_id: int | None = None
    orders: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)


def unresolved(conn: Connection, partner: str | None = None, limit: int = 500) -> list[Unresolved]:
    """Names that orders wait for, those that most orders wait for first."""
    query = (
        select(
            *(
                orders.c.partner,
                orders.c.currency,
                holds.c.order_id,
                holds.c.finding_code,
                holds.c.fingerprint,
            ),
            *(holds.c.message, holds.c.raised_at, holds.c.amount, cases.c.id.label("case_id")),
        )
        .join_from(holds, orders, holds.c.order_id == orders.c.id)
        .join(cases, (cases.c.hold_id == holds.c.id) & cases.c.closed_at.is_(None), isouter=True)
        .where(holds.c.state == "ACTIVE", holds.c.finding_code.in_(sorted(code.value for code in MISSING)))
        .order_by(holds.c.id)
        .limit(_MOST)
    )
    if partner is not None:
        query = query.where(orders.c.partner == partner)
    found: dict[tuple[str, str, str], Unresolved] = {}
    waiting: dict[tuple[str, str, str], set[int]] = {}
    for row in conn.execute(query):
        facts = dict(_FACT.findall(row.fingerprint))
        value = facts.get("value") or facts.get("item") or ""
        key = (row.partner, row.finding_code, value)
        one = found.get(key)
        if one is None:
            kind = MISSING[Code(row.finding_code)]
            one = found[key] = Unresolved(
                row.partner, kind, row.finding_code, value, row.message, row.raised_at
            )
        one.case_id = one.case_id or row.case_id
        if row.amount is not None:
            one.amounts[row.currency] = one.amounts.get(row.currency, Decimal(0)) + row.amount
        waiting.setdefault(key, set()).add(row.order_id)
        one.orders = len(waiting[key])
    return sorted(found.values(), key=lambda one: (-one.orders, one.since))[:limit]

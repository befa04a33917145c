"""Work for flow when there may be more to allocate of an item, or when it comes at another time.

Called by every command that changes stock or supply, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from edi_gateway.commands.desk import Desk
from edi_gateway.store import work

RESTOCK: Final = "restock"


def restock(desk: Desk, skus: Iterable[str]) -> None:
    """Look again at what is backordered of these items. Each time a row of its own: one that is taken already may
    have looked before this change."""
    items = {f"{sku}-{desk.ids.next()}": {"sku": sku} for sku in sorted(set(skus))}
    work.add(desk.conn, desk.ids, desk.clock, RESTOCK, items)

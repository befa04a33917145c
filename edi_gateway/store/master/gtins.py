"""The bar code numbers of items, looked up by item: for a 940, a notice, a label (spec C8, B10).

The other way round, from a number to the item, is store/master/facts.py. Called by commands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, select

from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import item_xrefs, items


def of_items(
    conn: Connection, skus: Iterable[str], on: date, partner: str | None = None
) -> dict[tuple[str, str], str]:
    """GTINs of 14 digits by (sku, unit); a number without unit is of the base unit. The partner's own come first."""
    found: dict[tuple[str, str], str] = {}
    x, i = item_xrefs.c, items.c
    for chunk in chunks(skus):
        base = {
            row.sku: row.base_unit
            for row in conn.execute(
                select(i.sku, i.base_unit).where(
                    i.sku.in_(chunk),
                    i.superseded.is_(False),
                    i.since <= on,
                    i.until.is_(None) | (i.until > on),
                )
            )
        }
        query = select(x.sku, x.unit, x.value).where(
            x.sku.in_(chunk), x.qualifier == "GTIN", x.superseded.is_(False), x.since <= on,
            x.until.is_(None) | (x.until > on), x.partner.is_(None) | (x.partner == partner),
        )  # fmt: skip
        for row in conn.execute(query.order_by(x.partner.is_(None), x.id)):
            unit = row.unit or base.get(row.sku)
            if unit is not None:
                found.setdefault((row.sku, unit), row.value)
    return found

"""Parts of one line that left together told as one: for a buyer a line is one item, in whatever parts we kept it.

Takes frozen shipments; gives them with one ShippedLine for what is the same, and cartons that name it. Called by
notice.py, and for papers by commands/telling/papers.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from edi_gateway.model.fulfilment import Content, PartKind, Shipped, ShippedLine
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain

_Key = tuple[int, int, str | None, str, str, bool]


def joined(shipments: Sequence[Shipped]) -> list[Shipped]:
    """The same goods, each line of an order (or of a store's part of it) once. What is at no charge stays by itself,
    what left beyond the order is of its line; the line stands with the shipment that it was first part of."""
    found: dict[_Key, ShippedLine] = {}
    first: dict[int, int] = {}  # of each part, the one that it is told with
    for line in (line for shipped in shipments for line in shipped.lines):
        key = (line.order_id, line.line, line.store, line.sku, line.unit, line.kind is PartKind.FREE)
        known = found.get(key)
        first[line.part_id] = line.part_id if known is None else known.part_id
        found[key] = line if known is None else _with(known, line)
    lines = {line.part_id: line for line in found.values()}
    return [
        replace(
            shipped,
            lines=tuple(lines[line.part_id] for line in shipped.lines if line.part_id in lines),
            units=tuple(replace(unit, contents=_contents(unit.contents, first)) for unit in shipped.units),
        )
        for shipped in shipments
    ]


def _with(line: ShippedLine, more: ShippedLine) -> ShippedLine:
    return replace(
        line,
        kind=PartKind.GOODS if PartKind.GOODS in (line.kind, more.kind) else line.kind,
        quantity=plain(EXACT.add(line.quantity, more.quantity)),
        base_quantity=plain(EXACT.add(line.base_quantity, more.base_quantity)),
        shipped_before=min(line.shipped_before, more.shipped_before),
        weight=None
        if None in (line.weight, more.weight)
        else EXACT.add(line.weight or ZERO, more.weight or ZERO),
    )


def _contents(contents: Sequence[Content], first: dict[int, int]) -> tuple[Content, ...]:
    """What lies in a package: goods of one lot once; each serial number by itself."""
    found: dict[tuple[int, str | None, date | None, str | None], Content] = {}
    for content in contents:
        mine = replace(content, part_id=first[content.part_id])
        key = (mine.part_id, mine.lot, mine.expires_on, mine.serial)
        known = found.get(key)
        found[key] = (
            mine
            if known is None
            else replace(known, quantity=plain(EXACT.add(known.quantity, mine.quantity)))
        )
    return tuple(found.values())

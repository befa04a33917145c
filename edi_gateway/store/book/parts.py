"""Parts of lines: what becomes of an accepted line, and what waits for which step (spec B3.3).

Takes and gives model.fulfilment.Part; decides nothing. Called by commands, read by reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from edi_gateway.model.fulfilment import RESERVING, WAITING, Part, PartKind, PartState
from edi_gateway.store import bulk
from edi_gateway.store.chunks import chunks
from edi_gateway.store.tables import line_parts

_FIELDS: Final = tuple(field.name for field in fields(Part))
_VALUES: Final = attrgetter(*_FIELDS)
_COLUMNS: Final = [line_parts.c[name] for name in _FIELDS]
_CHANGING: Final = (
    *(
        "quantity",
        "base_quantity",
        "state",
        "ship_from",
        "ship_until",
        "cancel_after",
        "promised",
        "release_on",
    ),
    *("site", "release_id", "shipment_id", "invoice_id", "reason", "since"),
)
_CHANGES: Final = attrgetter(*_CHANGING, "id")
_STATE, _KIND = _FIELDS.index("state"), _FIELDS.index("kind")
_STATES: Final = {state.value: state for state in PartState}
_KINDS: Final = {kind.value: kind for kind in PartKind}


def add(conn: Connection, new: Sequence[Part]) -> None:
    """Insert parts."""
    bulk.insert(conn, line_parts, _FIELDS, [_VALUES(part) for part in new])


def save(conn: Connection, changed: Sequence[Part]) -> None:
    """Write what may change of parts that are there: all but where they come from."""
    bulk.update_rows(conn, line_parts, _CHANGING, [_CHANGES(part) for part in changed])


def of_orders(
    conn: Connection, order_ids: Iterable[int], *, lock: bool = False
) -> dict[int, tuple[Part, ...]]:
    """All parts that orders ever had, by order, in the order of lines."""
    found: dict[int, list[Part]] = {}
    for chunk in chunks(order_ids):
        for part in _read(conn, line_parts.c.order_id.in_(chunk), lock=lock):
            found.setdefault(part.order_id, []).append(part)
    return {order_id: tuple(sorted(mine, key=lambda p: p.rank)) for order_id, mine in found.items()}


def load(conn: Connection, part_ids: Iterable[int], *, lock: bool = False) -> dict[int, Part]:
    """Parts by id; locked in the order of their ids."""
    found: dict[int, Part] = {}
    for chunk in chunks(part_ids):
        found.update((part.id, part) for part in _read(conn, line_parts.c.id.in_(chunk), lock=lock))
    return found


def waiting(
    conn: Connection, *, order_ids: Collection[int] = (), skus: Collection[str] = (), lock: bool = False
) -> list[Part]:
    """Parts that wait for stock: of these orders, or of these items."""
    c = line_parts.c
    states = c.state.in_([state.value for state in WAITING])
    found: dict[int, Part] = {}
    for chunk in chunks(order_ids):
        found.update((part.id, part) for part in _read(conn, states & c.order_id.in_(chunk), lock=lock))
    for some in chunks(skus):
        found.update((part.id, part) for part in _read(conn, states & c.sku.in_(some), lock=lock))
    return [found[part_id] for part_id in sorted(found)]


def orders_waiting(conn: Connection, skus: Iterable[str]) -> set[int]:
    """The orders that wait for stock of these items."""
    c = line_parts.c
    states = c.state.in_([state.value for state in WAITING])
    found: set[int] = set()
    for chunk in chunks(skus):
        found.update(conn.execute(select(c.order_id).distinct().where(states & c.sku.in_(chunk))).scalars())
    return found


def of_release(conn: Connection, release_ids: Iterable[int], *, lock: bool = False) -> dict[int, list[Part]]:
    """The parts that releases ask for, by release."""
    return _by(conn, "release_id", release_ids, lock=lock)


def of_shipment(
    conn: Connection, shipment_ids: Iterable[int], *, lock: bool = False
) -> dict[int, list[Part]]:
    """The parts that left with shipments, by shipment."""
    return _by(conn, "shipment_id", shipment_ids, lock=lock)


def _by(conn: Connection, name: str, ids: Iterable[int], *, lock: bool) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for chunk in chunks(ids):
        for part in _read(conn, line_parts.c[name].in_(chunk), lock=lock):
            found.setdefault(getattr(part, name), []).append(part)
    return {number: sorted(mine, key=lambda p: p.rank) for number, mine in found.items()}


def reserved(conn: Connection, skus: Iterable[str]) -> list[Part]:
    """Parts that hold stock of these items, for comparing with `stock.allocated`."""
    c = line_parts.c
    states = c.state.in_([state.value for state in RESERVING])
    return [part for chunk in chunks(skus) for part in _read(conn, states & c.sku.in_(chunk), lock=False)]


def _read(conn: Connection, condition: ColumnElement[bool], *, lock: bool) -> list[Part]:
    query = select(*_COLUMNS).where(condition).order_by(line_parts.c.id)
    return [_part(row) for row in conn.execute(query.with_for_update() if lock else query).all()]


def _part(row: Any) -> Part:
    values = list(row)
    values[_STATE] = _STATES[values[_STATE]]
    values[_KIND] = _KINDS[values[_KIND]]
    return Part(*values)

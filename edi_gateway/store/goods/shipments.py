"""Shipments with their cartons and pallets, and the confirms that made them (spec B3.5, B9, B10).

Takes and gives rows and Units; decides nothing. What their notices became is notices.py. Called by commands, read by
reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from edi_gateway.model.fulfilment import Content, Unit
from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.chunks import chunks
from edi_gateway.store.ids import Ids, order_number
from edi_gateway.store.tables import handling_units, ship_confirms, shipments, unit_contents

SHIPPED: Final = "SHIPPED"
REVERSED: Final = "REVERSED"
NOTICE_WAITS: Final = ("NONE", "NOT_DUE", "DUE", "HELD")  # no 856 has gone
INVOICE_WAITS: Final = ("NONE", "DUE", "BLOCKED")  # and no invoice


def number_of(shipment_id: int) -> str:
    """BSN02: `SH-` and what our order numbers have; never used again, since ids are not."""
    return order_number(shipment_id).replace("SO-", "SH-", 1)


def add(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, shipments, rows)


def change(conn: Connection, shipment_id: int, **values: object) -> None:
    conn.execute(update(shipments).where(shipments.c.id == shipment_id).values(**values))


def load(conn: Connection, shipment_id: int, *, lock: bool = False) -> Any:
    """The row of a shipment; None when there is none."""
    query = select(shipments).where(shipments.c.id == shipment_id)
    return conn.execute(query.with_for_update() if lock else query).first()


def find(conn: Connection, number: str) -> int | None:
    """The id of a shipment by its number."""
    return conn.execute(select(shipments.c.id).where(shipments.c.number == number)).scalar()


# ---------------------------------------------------------------- confirms


@dataclass(frozen=True, slots=True)
class Kept:
    """A confirm that was applied. `shipment_id` None: nothing had shipped."""

    id: int
    key: str
    hash: str
    shipment_id: int | None
    document_id: int | None


_KEPT: Final = [ship_confirms.c[name] for name in ("id", "key", "hash", "shipment_id", "document_id")]


def confirm(conn: Connection, key: str) -> Kept | None:
    c = ship_confirms.c
    row = conn.execute(select(*_KEPT).where(c.key == key)).first()
    return None if row is None else Kept(*row)


def keep_confirm(conn: Connection, values: Row) -> None:
    bulk.insert_rows(conn, ship_confirms, [values])


def forget_confirm(conn: Connection, confirm_id: int) -> None:
    """It is corrected: another one with its key takes its place."""
    conn.execute(delete(ship_confirms).where(ship_confirms.c.id == confirm_id))


# ---------------------------------------------------------------- cartons and pallets


def add_units(
    conn: Connection,
    ids: Ids,
    units: Sequence[Unit],
    *,
    shipment_id: int | None,
    release_id: int | None = None,
) -> None:
    """Keep handling units with what is in them; parents stand before their children."""
    numbers = dict(zip((unit.n for unit in units), ids.block(len(units)), strict=True))
    bulk.insert_rows(
        conn,
        handling_units,
        [
            {
                "id": numbers[unit.n],
                "shipment_id": shipment_id,
                "release_id": release_id,
                "n": unit.n,
                "parent_id": None if unit.parent is None else numbers[unit.parent],
                "kind": unit.kind,
                "sscc": unit.sscc,
                "tracking": unit.tracking,
                "packaging": unit.packaging,
                "weight": unit.weight,
                "weight_unit": unit.weight_unit,
                "store": unit.store,
            }
            for unit in units
        ],
    )
    bulk.insert_rows(
        conn,
        unit_contents,
        [
            {
                "id": ids.next(),
                "unit_id": numbers[unit.n],
                "part_id": content.part_id,
                "quantity": content.quantity,
                "lot": content.lot,
                "expires_on": content.expires_on,
                "serial": content.serial,
            }
            for unit in units
            for content in unit.contents
        ],
    )


def units_of(
    conn: Connection, *, shipment_id: int | None = None, release_ids: Iterable[int] = ()
) -> tuple[Unit, ...]:
    """The units of a shipment, or those that are packed for releases and have not gone; numbered through."""
    c = handling_units.c
    if shipment_id is not None:
        query = select(handling_units).where(c.shipment_id == shipment_id)
    else:
        query = select(handling_units).where(c.release_id.in_(sorted(release_ids)), c.shipment_id.is_(None))
    rows = conn.execute(query.order_by(c.release_id, c.n)).all()
    contents: dict[int, list[Content]] = {}
    u = unit_contents.c
    wanted = [row.id for row in rows]
    for some in chunks(wanted):
        found = select(unit_contents).where(u.unit_id.in_(some)).order_by(u.id)
        for row in conn.execute(found):
            content = Content(row.part_id, row.quantity, row.lot, row.expires_on, row.serial)
            contents.setdefault(row.unit_id, []).append(content)
    numbers = {row.id: n for n, row in enumerate(rows, 1)}
    return tuple(
        Unit(
            n=numbers[row.id],
            kind=row.kind,
            contents=tuple(contents.get(row.id, ())),
            parent=None if row.parent_id is None else numbers[row.parent_id],
            sscc=row.sscc,
            tracking=row.tracking,
            packaging=row.packaging,
            weight=row.weight,
            weight_unit=row.weight_unit,
            store=row.store,
        )
        for row in rows
    )


def drop_units(conn: Connection, *, shipment_id: int | None = None, release_ids: Iterable[int] = ()) -> None:
    """The units of a shipment that is taken back, or what was packed for releases, are no more."""
    c = handling_units.c
    if shipment_id is not None:
        mine = c.shipment_id == shipment_id
    else:
        mine = c.release_id.in_(sorted(release_ids)) & c.shipment_id.is_(None)
    found = list(conn.execute(select(c.id).where(mine)).scalars())
    for chunk in chunks(found):
        conn.execute(delete(unit_contents).where(unit_contents.c.unit_id.in_(chunk)))
        conn.execute(delete(handling_units).where(c.id.in_(chunk)))


def known_numbers(conn: Connection, ssccs: Collection[str]) -> set[str]:
    """Which of these SSCCs stand on a carton or pallet already."""
    found: set[str] = set()
    c = handling_units.c
    for some in chunks(ssccs):
        query = select(c.sscc).where(c.sscc.in_(some))
        found.update(value for value in conn.execute(query).scalars() if value is not None)
    return found

"""Interchanges and groups as they were received, and whether one like it came before (spec B5.2, transport key).

Takes rows made by flow/taking/inbound.py; gives what stands of the same sender, receiver and control number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from edi_gateway.store import bulk
from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import groups, interchanges


@dataclass(frozen=True, slots=True)
class Earlier:
    """An interchange with the same addresses and ISA13. The same `sha256`: sent twice; another: a conflict."""

    id: int
    receipt_id: int
    sha256: str
    state: str


def add(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, interchanges, rows)


def add_groups(conn: Connection, rows: Sequence[Row]) -> None:
    bulk.insert_rows(conn, groups, rows)


def earlier(
    conn: Connection, sender_qualifier: str, sender: str, receiver_qualifier: str, receiver: str, control: str
) -> list[Earlier]:
    """Interchanges of these addresses with this control number, oldest first, quarantined ones left out."""
    key = {
        "sender_qualifier": sender_qualifier,
        "sender": sender,
        "receiver_qualifier": receiver_qualifier,
        "receiver": receiver,
        "control": control,
    }
    return [Earlier(*row) for row in conn.execute(_EARLIER, key)]


_KEY = ("sender_qualifier", "sender", "receiver_qualifier", "receiver", "control")
_EARLIER = (
    select(interchanges.c.id, interchanges.c.receipt_id, interchanges.c.sha256, interchanges.c.state)
    .where(*(interchanges.c[name] == bindparam(name) for name in _KEY))
    .where(interchanges.c.state != "QUARANTINED")
    .order_by(interchanges.c.id)
)

"""A receipt once more, at the front, as it came or as a corrected copy; the original stays byte for byte.

Takes the connection and the receipt; gives the new one, with its work left. Called by flow/replays/carrying.py.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from edi_gateway.commands.desk import Refused
from edi_gateway.flow.taking.receive import leave_work
from edi_gateway.flow.works import Works
from edi_gateway.store.ids import short
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import receipts


def enter(
    works: Works,
    conn: Connection,
    receipt: int,
    with_file: bytes | None = None,
    name: str | None = None,
    read_by: str | None = None,
) -> int:
    """The id of the new receipt. All replays of one receipt repeat the first. `read_by`: the snapshot that reads it."""
    c = receipt_rows.c
    old = conn.execute(
        select(c.connection, c.name, c.partner, c.size, c.replay_of).where(c.id == receipt)
    ).one()
    root: int = old.replay_of or receipt
    if with_file is None and old.size and receipts.chunk(conn, receipt, 0) is None:
        raise Refused(what="Replaying", why=f"the bytes of receipt {short(receipt)} are not kept any more")
    content: Iterable[bytes] = (with_file,) if with_file is not None else receipts.read(conn, receipt)
    made = receipts.add(
        conn,
        works.ids,
        works.clock,
        old.connection,
        name or old.name,
        content,
        partner=old.partner,
        replay_of=root,
        read_by=read_by,
    )
    receipts.settled(conn, [made.id])
    leave_work(works, conn, [(made.id, old.connection, made.size)])
    return made.id

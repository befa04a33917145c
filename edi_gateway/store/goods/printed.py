"""How often which version of a paper was drawn (table `papers`). Called by commands/telling/papers.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from edi_gateway.store.tables import papers


def count(
    conn: Connection, shipment_id: int, kind: str, digest: str, at: datetime, by: str
) -> tuple[int, int]:
    """Count one more drawing: (version, drawings of it). Other content than the last time is a new version."""
    c = papers.c
    mine = (c.shipment_id == shipment_id) & (c.kind == kind)
    last = conn.execute(
        select(c.version, c.hash, c.prints).where(mine).order_by(c.version.desc()).limit(1).with_for_update()
    ).first()
    if last is not None and last.hash == digest:
        this = mine & (c.version == last.version)
        conn.execute(update(papers).where(this).values(prints=last.prints + 1, at=at, by=by))
        return last.version, last.prints + 1
    version = 1 if last is None else last.version + 1
    row = {"shipment_id": shipment_id, "kind": kind, "version": version, "hash": digest, "prints": 1}
    conn.execute(insert(papers).values(**row, at=at, by=by))
    return version, 1

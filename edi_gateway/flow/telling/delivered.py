"""A transmission is with the partner: its row, its documents, its 997 that is awaited from now on, its cases.

Called by flow/telling/outbound.py when a line has taken it, and by flow/as2/ when a receipt comes that nobody
waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select, update

from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.flow.telling import unsent
from edi_gateway.flow.works import Works
from edi_gateway.store import deadlines
from edi_gateway.store.tables import documents, transmissions
from edi_gateway.store.traffic import outbox

_OTHERWISE_HOURS = 24  # for a partner who is not published any more


def note(
    works: Works, conn: Connection, partner: str, ids: Sequence[int], states: Sequence[str] = ("READY",)
) -> None:
    """Those of the ids that are in one of these states have been sent."""
    now = works.clock()
    c = transmissions.c
    known = works.live.get(partner)
    hours = _OTHERWISE_HOURS if known is None else known.profile.acknowledging.expect_within_hours
    # locked: their acknowledgment may come in at the same moment, and is not to be overwritten
    query = select(c.id, c.ack_state, c.attempts).where(c.id.in_(ids), c.state.in_(states))
    for transmission in conn.execute(query.order_by(c.id).with_for_update()).all():
        awaited = transmission.ack_state in ("AWAITED", "OVERDUE")
        outbox.sent(conn, transmission.id, now, "AWAITED" if awaited else transmission.ack_state)
        conn.execute(
            update(documents)
            .where(documents.c.transmission_id == transmission.id)
            .where(documents.c.state.in_(("BUNDLED", "ACK_OVERDUE")))
            .values(state="SENT")
        )
        if awaited:
            deadlines.put(conn, works.ids, deadlines.ACK, transmission.id, now + timedelta(hours=hours))
        if transmission.attempts:
            resolve_about(works.desk(conn), "It was sent.", transmission_id=transmission.id)
    unsent.gone(works.desk(conn), ids)

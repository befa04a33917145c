"""Deadlines that have passed by the passed clock: answers that are due, acknowledgments that did not come.

Takes due rows; what is about an order goes to the commands, what is about a transmission becomes a case. Called
by flow/gateway.py in every pass. Nothing sleeps until a deadline (DESIGN section 9).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from edi_gateway import logs
from edi_gateway.commands.cases import About, NewCase, open_cases
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store import deadlines, outbox
from edi_gateway.store.deadlines import Deadline
from edi_gateway.store.tables import documents, transmissions


def judge(works: Works, conn: Connection) -> int:
    """Deal with what is due now, in the caller's transaction; how many."""
    due = deadlines.due(conn, works.clock())
    if not due:
        return 0
    with logs.unit("deadlines", due=len(due)):
        _acknowledgments(works, conn, [row for row in due if row.kind == deadlines.ACK])
        deadlines.finish(conn, [row.id for row in due])
    return len(due)


def _acknowledgments(works: Works, conn: Connection, due: Sequence[Deadline]) -> None:
    """Nobody has said that it arrived: a case for each transmission still awaited."""
    c = transmissions.c
    late = conn.execute(
        select(c.id, c.partner, c.name, c.sets, c.sent_at, c.test).where(
            c.id.in_([row.subject for row in due]), c.ack_state == "AWAITED"
        )
    ).all()
    outbox.set_ack_state(conn, [row.id for row in late], "OVERDUE")
    conn.execute(
        update(documents)
        .where(documents.c.transmission_id.in_([row.id for row in late]), documents.c.state == "SENT")
        .values(state="ACK_OVERDUE")
    )
    new = [
        NewCase(
            Finding(
                Code.ACK_OVERDUE,
                Severity.ERROR,
                message=f"{row.partner} has not acknowledged {row.name} ({row.sets}), sent {row.sent_at:%Y-%m-%d %H:%M} UTC.",
                hint="Ask the partner whether it arrived. Replay this case to send the same bytes again.",
                family=Family.ACK_997,
            ),
            row.partner,
            About(transmission_id=row.id),
            test=row.test,
        )
        for row in late
    ]
    open_cases(works.desk(conn), new)

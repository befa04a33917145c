"""The index of words filled behind the road: while nothing waits to be worked, documents of a while ago go into it.

Takes what the store has; writes nothing but the index. Called by scheduler.py between two looks for work, by the CLI,
and by upkeep for what was committed late.
"""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select

from edi_gateway.flow.works import Works
from edi_gateway.reports.traffic.words import of_documents
from edi_gateway.store.ids import first_of
from edi_gateway.store.tables import documents, transmissions
from edi_gateway.store.traffic import words

AT_ONCE = 200  # documents of one commit: whoever takes orders waits no longer than for these
_SETTLED = timedelta(seconds=20)  # after which a commit with older ids is not to be expected
_LATE = timedelta(days=2)


def fill(works: Works, at_once: int = AT_ONCE) -> int:
    """The next documents into the index, then those that were given control numbers since; how many."""
    return _documents(works, at_once) or _transmissions(works, at_once)


def fill_for(works: Works, seconds: float) -> None:
    """As much as there is, for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and fill(works):
        pass


def _documents(works: Works, at_once: int) -> int:
    d = documents.c
    until = first_of(works.clock() - _SETTLED)
    with works.writer.reading() as conn:
        reached = words.reached(conn, "documents")
        query = select(d.id, d.created_at).where(d.id > reached, d.id < until).order_by(d.id).limit(at_once)
        came = [(row.id, row.created_at) for row in conn.execute(query)]
        found = of_documents(conn, [number for number, _ in came])
    if came:
        with works.writer.begin() as conn:
            words.put(conn, found)
            words.note_days(conn, came)
            words.reach(conn, "documents", came[-1][0])
    return len(came)


def _transmissions(works: Works, at_once: int) -> int:
    """Documents of ours get their control numbers when they are bundled: those that the index does not know yet."""
    t, d = transmissions.c, documents.c
    until = first_of(works.clock() - _SETTLED)
    with works.writer.reading() as conn:
        reached = words.reached(conn, "transmissions")
        query = select(t.id).where(t.id > reached, t.id < until).order_by(t.id).limit(at_once)
        bore = list(conn.execute(query).scalars())
        if not bore:
            return 0
        ids = list(conn.execute(select(d.id).where(d.transmission_id.in_(bore))).scalars())
        known, found = words.said(conn, ids), of_documents(conn, ids)
    changed = {number: said for number, said in found.items() if not said <= known.get(number, set())}
    with works.writer.begin() as conn:
        words.put(conn, changed)
        words.reach(conn, "transmissions", bore[-1])
    return len(bore)


def catch_up(works: Works, at_once: int = AT_ONCE) -> int:
    """Documents of the last days that came into the tables after later ones were indexed; how many."""
    last = first_of(works.clock() - _SETTLED)
    done = 0
    while True:
        with works.writer.reading() as conn:
            reached = min(words.reached(conn, "documents"), last)
            late = words.missing(conn, first_of(works.clock() - _LATE), reached)
            query = select(documents.c.id, documents.c.created_at).where(late).limit(at_once)
            came = [(row.id, row.created_at) for row in conn.execute(query)]
            found = of_documents(conn, [number for number, _ in came])
        if not came:
            return done
        with works.writer.begin() as conn:
            words.put(conn, found)
            words.note_days(conn, came)
        done += len(came)

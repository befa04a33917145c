"""What is refused after it was read: the set as it came, the acknowledgment of its group, what was said of it since.

Called by commands/triage/refusing.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from edi_gateway.store.tables import documents, groups

REFUSABLE: Final = ("ERROR", "QUARANTINED", "IGNORED", "HELD")


@dataclass(frozen=True, slots=True)
class Came:
    """A set that came in."""

    id: int
    partner: str | None
    set_code: str
    version: str | None
    control: str
    group_control: str
    group_id: int | None
    state: str
    test: bool


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """The 997 or 999 of a group. `body`: between ST and SE, in `delimiters` (element, component, segment)."""

    id: int
    set_code: str
    state: str
    body: str
    delimiters: str


_CAME = [documents.c[name] for name in Came.__dataclass_fields__]
_ACK = [documents.c[name] for name in Acknowledgment.__dataclass_fields__]


def came(conn: Connection, document_id: int) -> Came | None:
    """The set, locked."""
    query = select(*_CAME).where(documents.c.id == document_id, documents.c.direction == "in")
    row = conn.execute(query.with_for_update()).first()
    return None if row is None else Came(*row)


def acknowledgment(conn: Connection, group_id: int | None) -> Acknowledgment | None:
    """The acknowledgment of a group, locked: it is not bundled meanwhile."""
    query = select(*_ACK).where(
        documents.c.id == select(groups.c.ack_document_id).where(groups.c.id == group_id).scalar_subquery()
    )
    row = conn.execute(query.with_for_update()).first()
    return None if row is None else Acknowledgment(*row)


def advised(conn: Connection, document_id: int) -> bool:
    """Whether an 824 about this set has been written that goes, or went."""
    c = documents.c
    query = select(c.id).where(
        c.answers_document_id == document_id,
        c.direction == "out",
        c.set_code == "824",
        c.state.not_in(("INVALID", "CANCELLED")),
    )
    return conn.execute(query.limit(1)).first() is not None


def rewrite(
    conn: Connection, ack_id: int, body: str, group_id: int | None, status: str, accepted: int
) -> None:
    """Another body for an acknowledgment that has not gone, and what its group's row says then."""
    conn.execute(update(documents).where(documents.c.id == ack_id).values(body=body))
    conn.execute(update(groups).where(groups.c.id == group_id).values(status=status, accepted_sets=accepted))


def refuse(conn: Connection, document_id: int, status: str | None) -> None:
    """The set is REJECTED; `status` its AK501 now, None: as the 997 said."""
    values = {"state": "REJECTED"} | ({"status": status} if status else {})
    conn.execute(update(documents).where(documents.c.id == document_id).values(**values))

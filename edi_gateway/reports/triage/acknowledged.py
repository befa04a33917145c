"""What the functional acknowledgment said of a document, or will say: in words, and in its own segments.

Takes a document; gives sentences. Of one that came: our 997 or 999 for its group. Of one that we sent: theirs. Called
by the CLI and the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from edi_gateway.reports.traffic.raw import document_bytes
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.reports.triage.rereading import Reread, reread
from edi_gateway.store.tables import documents, groups, transmissions
from edi_gateway.x12.acks.ack import functional_ack
from edi_gateway.x12.anatomy.verdict import Sentence, plain, sentences
from edi_gateway.x12.dictionary import dictionary

_LOOKED_AT = 50  # acknowledgments in which the number of its group stands


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`when`: "said" it was sent or came, "waits" it is made and has not gone, "would say" it is not made: what would
    be said today. `by`: "us" or "them". `document_id`: of the acknowledgment; `text`: it, ST to SE, as it went or
    came."""

    when: str
    by: str
    set_code: str
    document_id: int | None
    at: datetime | None
    sentences: tuple[Sentence, ...]
    text: str
    remark: str = ""


def acknowledged(conn: Connection, document_id: int, read: Reread | None) -> Acknowledged | None:
    """None when nobody acknowledges it: it is an acknowledgment itself, or it was never sent."""
    row = conn.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None or row.set_code in ("997", "999", "TA1"):
        return None
    return _by_us(conn, row, read) if row.direction == "in" else _by_them(conn, row)


def _by_us(conn: Connection, row: Row[Any], read: Reread | None) -> Acknowledged | None:
    made = None
    if row.group_id is not None:
        wanted = select(groups.c.ack_document_id).where(groups.c.id == row.group_id)
        made = conn.execute(wanted).scalar_one_or_none()
    if made is not None:
        d, t = documents.c, transmissions.c
        ours = conn.execute(
            select(d.id, d.set_code, d.state, t.sent_at)
            .join_from(documents, transmissions, d.transmission_id == t.id, isouter=True)
            .where(d.id == made)
        ).one()
        again = reread(conn, made)
        gone = ours.state in ("SENT", "ACKED", "ACKED_WITH_ERRORS", "REJECTED", "ACK_OVERDUE")
        return Acknowledged(
            "said" if gone else "waits", "us", ours.set_code, ours.id, ours.sent_at,
            _told(again, row.control), _text(conn, made),
            "" if gone else f"It is made and has not gone yet ({ours.state}).",
        )  # fmt: skip
    if read is None:
        return None
    segments = functional_ack(read.group, "997", read.raw.delimiters)
    remark = "Nothing was said yet" + (
        ": what came in is set aside." if row.state == "QUARANTINED" else " about this document."
    )
    said = tuple(sentences(dictionary("004010"), segments, read.raw.control))
    text = "".join(read.raw.delimiters.element.join(one) + "~" for one in segments)
    return Acknowledged("would say", "us", "997", None, None, said, text, remark)


def _by_them(conn: Connection, row: Row[Any]) -> Acknowledged | None:
    """Their acknowledgment is found by what it says: the group and set that it answers."""
    if row.group_control is None or row.control is None:
        return None
    for set_code in ("997", "999"):
        wanted = Wanted(
            control=row.group_control,
            partner=row.partner,
            set_code=set_code,
            direction="in",
            limit=_LOOKED_AT,
        )
        for one in find(conn, wanted).documents:
            theirs = reread(conn, one.document_id)
            if theirs is None or not _answers(theirs.raw.segments, row.gs_code, row.group_control):
                continue
            told = _told(theirs, row.control)
            return Acknowledged(
                "said", "them", set_code, one.document_id, one.created_at, told, _text(conn, one.document_id)
            )
    return None


def _answers(segments: Sequence[Sequence[str]], code: str | None, control: str) -> bool:
    for segment in segments:
        if segment[0] == "AK1" and len(segment) > 2:
            return segment[1] == code and plain(segment[2]) == plain(control)
    return False


def _told(read: Reread | None, control: str | None) -> tuple[Sentence, ...]:
    if read is None:
        return ()
    separator = read.raw.delimiters.element
    return tuple(sentences(read.known, read.raw.segments, control or "", separator))


def _text(conn: Connection, document_id: int) -> str:
    content = document_bytes(conn, document_id) or b""
    return content.decode("latin-1")

"""Documents, what is sent, what is not acknowledged; the bytes as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.model.showing import plain
from edi_gateway.reports.goods import fulfilment
from edi_gateway.reports.goods.fulfilment import UnacknowledgedRow
from edi_gateway.reports.traffic import documents, raw
from edi_gateway.reports.traffic.documents import DocumentRow, TransmissionRow
from edi_gateway.web.console.api.terms import Before, Key, Limit, Name
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()


@dataclass(frozen=True, slots=True)
class OneDocument:
    """`findings`: as `check --json` tells them. `receipt_name`: of the file that it came in."""

    document: DocumentRow
    receipt_name: str | None
    answers_document_id: int | None
    findings: list[dict[str, Any]]


@room.read("/documents", may="see documents")
def list_(
    call: Call,
    partner: Name = None,
    set_code: Annotated[str | None, Query(pattern=r"^[A-Z0-9]{3}$")] = None,
    direction: Literal["in", "out"] | None = None,
    state: Name = None,
    order_id: Annotated[int | None, Query(ge=0, lt=1 << 63)] = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[DocumentRow]:
    """Documents, the newest first."""
    with call.reading() as conn:
        return documents.list_documents(
            conn,
            partner=partner,
            set_code=set_code,
            direction=direction,
            state=state,
            order_id=order_id,
            before=before,
            limit=limit,
        )


@room.read("/documents/{document_id}", may="see documents")
def one(call: Call, document_id: Key) -> OneDocument:
    """One document with its findings."""
    with call.reading() as conn:
        found = documents.show_document(conn, document_id)
    if found is None:
        raise HTTPException(404, "There is no such document.")
    findings = [plain(finding) for finding in found.findings]
    return OneDocument(found.document, found.receipt_name, found.answers_document_id, findings)


@room.read(
    "/documents/{document_id}/raw",
    may="download documents",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The bytes as they were."}},
)
def bytes_(call: Call, document_id: Key) -> Response:
    """The bytes of its set, as they came or went."""
    with call.reading() as conn:
        found = raw.document_bytes(conn, document_id)
    if found is None:
        raise HTTPException(404, "There is no such document, or its bytes are not kept any more.")
    name = f'attachment; filename="{document_id}.edi"'
    return Response(found, media_type="application/octet-stream", headers={"Content-Disposition": name})


@room.read("/transmissions", may="see documents")
def sent(
    call: Call,
    partner: Name = None,
    state: Name = None,
    ack_state: Name = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[TransmissionRow]:
    """What went out or waits to, the newest first."""
    with call.reading() as conn:
        return documents.list_transmissions(
            conn, partner=partner, state=state, ack_state=ack_state, before=before, limit=limit
        )


@room.read("/acknowledgments/overdue", may="see documents")
def unacknowledged(call: Call, partner: Name = None) -> list[UnacknowledgedRow]:
    """What partners should have acknowledged by now, the longest first."""
    with call.reading() as conn:
        return fulfilment.unacknowledged(conn, call.deps.clock(), partner=partner)

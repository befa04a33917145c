"""Transmissions: what went out as files, in which state, sent again; and certificates."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.commands.triage import documents as commands
from edi_gateway.reports.traffic import as2, certificates, documents
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Transmissions", "/transmissions", may="see documents", place=43, key="t", group="Documents"),
    Nav("Certificates", "/certificates", may="see partners", place=55, group="Partners"),
)
_PAGE = 100
_STATES = ("READY", "SENT", "FAILED", "CANCELLED")
_ACKS = ("AWAITED", "ACCEPTED", "REJECTED", "OVERDUE", "NONE")


@room.page("/transmissions", may="see documents")
def transmissions(
    call: Call,
    partner: str = "",
    state: str = "",
    ack_state: str = "",
    before: Annotated[int | None, Query(ge=0, lt=1 << 63)] = None,
) -> Response:
    with call.reading() as conn:
        found = documents.list_transmissions(
            conn,
            partner=partner or None,
            state=state if state in _STATES else None,
            ack_state=ack_state if ack_state in _ACKS else None,
            before=before,
            limit=_PAGE + 1,
        )
    return call.show(
        "watch/transmissions.html",
        transmissions=found[:_PAGE],
        older=found[_PAGE - 1].transmission_id if len(found) > _PAGE else None,
        before=before,
        partner=partner,
        state=state,
        ack_state=ack_state,
        states=_STATES,
        acks=_ACKS,
    )


@room.page("/transmissions/{transmission_id}", may="see documents")
def transmission(call: Call, transmission_id: int) -> Response:
    with call.reading() as conn:
        found = documents.list_transmissions(conn, transmission_id=transmission_id)
        if not found:
            raise HTTPException(404, "There is no such transmission.")
        borne = documents.list_documents(conn, transmission_id=transmission_id)
        messages = as2.of_transmission(conn, transmission_id)
    return call.show("watch/transmission.html", one=found[0], documents=borne, messages=messages)


@room.change("/transmissions/{transmission_id}/resend", may="resend")
def resend(call: Call, transmission_id: int) -> Response:
    with call.desk() as desk:
        commands.resend_transmission(desk, transmission_id)
    return call.go(f"/transmissions/{transmission_id}", "The same bytes go again.")


@room.change("/transmissions/{transmission_id}/cancel", may="resend")
def cancel(call: Call, transmission_id: int, why: Annotated[str, Form(max_length=2000)] = "") -> Response:
    with call.desk() as desk:
        ended = commands.cancel_transmission(desk, transmission_id, why)
    said = "It will not go." if ended else "It had gone before; it is not sent again."
    return call.go(f"/transmissions/{transmission_id}", said)


@room.page("/certificates", may="see partners")
def certificates_(call: Call, partner: Annotated[str, Query(max_length=80)] = "") -> Response:
    with call.reading() as conn:
        found = certificates.list_certificates(conn, call.deps.clock(), partner=partner or None)
    return call.show("watch/certificates.html", certificates=found, partner=partner)

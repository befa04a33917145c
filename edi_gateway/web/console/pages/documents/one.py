"""One document: its way, what was found in it, its views, its bytes to be taken away."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Response
from starlette.exceptions import HTTPException

from edi_gateway.reports.traffic import documents, interchanges, raw
from edi_gateway.reports.triage import subjects
from edi_gateway.reports.triage.one_case import Look
from edi_gateway.web.console.moments import day
from edi_gateway.web.console.pages.case.anatomy import opinion, views
from edi_gateway.web.console.rooms import Call, Room

room = Room()

_NONE = "There is no such document."
_ODD = re.compile(r"[^A-Za-z0-9.-]")
_DOWNLOADED = 256_000_000  # bytes; a larger file is taken by the command line


@room.page("/documents/{document_id:int}", may="see documents")
def document(
    call: Call,
    document_id: int,
    part: Annotated[str, Query(max_length=20)] = "marked",
    begin: Annotated[int | None, Query(ge=0)] = None,
    segment: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    with call.reading() as conn:
        view, subject = documents.show_document(conn, document_id), subjects.of_document(conn, document_id)
        if view is None or subject is None:
            raise HTTPException(404, _NONE)
        look = Look(conn, subject)
        values = views(look, f"/documents/{document_id}", part, begin, segment)
        return call.show("documents/one.html", view=view, look=look, **values)


@room.page("/documents/{document_id:int}/second-opinion", may="see documents")
def second_opinion(call: Call, document_id: int) -> Response:
    with call.reading() as conn:
        subject = subjects.of_document(conn, document_id)
        if subject is None:
            raise HTTPException(404, _NONE)
        return opinion(call, Look(conn, subject))


@room.page("/documents/{document_id:int}/raw", may="download documents")
def download(call: Call, document_id: int) -> Response:
    with call.reading() as conn:
        view = documents.show_document(conn, document_id)
        content = None if view is None else raw.document_bytes(conn, document_id)
    if view is None or not content:
        raise HTTPException(404, "There are no bytes of such a document.")
    return as_file(content, f"{view.document.set_code}-{document_id}.edi")


@room.page("/receipts/{receipt_id:int}/raw", may="download documents")
def download_receipt(call: Call, receipt_id: int) -> Response:
    """A file as it came."""
    with call.reading() as conn:
        size = raw.receipt_size(conn, receipt_id)
        if size is not None and size > _DOWNLOADED:
            raise HTTPException(409, f"The file has {size} bytes: take it by the command line.")
        content = b"" if size is None else raw.receipt_bytes(conn, receipt_id)
    if not content:
        raise HTTPException(404, "There are no bytes of such a file.")
    return as_file(content, f"file-{receipt_id}.edi")


@room.page("/transmissions/{transmission_id:int}/raw", may="download documents")
def download_transmission(call: Call, transmission_id: int) -> Response:
    """A file as it went."""
    with call.reading() as conn:
        content = documents.transmission_bytes(conn, transmission_id)
    if not content:
        raise HTTPException(404, "There are no bytes of such a file.")
    return as_file(content, f"sent-{transmission_id}.edi")


@room.page("/interchanges", may="see documents")
def list_interchanges(
    call: Call,
    control: Annotated[str, Query(max_length=20)] = "",
    partner: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    direction: Annotated[str, Query(max_length=3)] = "in",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    read = interchanges.went if direction == "out" else interchanges.came
    with call.reading() as conn:
        found = read(
            conn,
            control=control,
            partner=partner,
            state=state,
            since=day(since),
            until=day(until),
            before=before,
        )
    return call.show(
        "documents/interchanges.html",
        found=found[: interchanges.SHOWN],
        more=len(found) > interchanges.SHOWN,
        control=control,
        partner=partner,
        since=since,
        until=until,
        state_asked=state,
        direction=direction,
        states=interchanges.WENT if direction == "out" else interchanges.CAME,
    )


def as_file(content: bytes, name: str) -> Response:
    """Bytes that a browser keeps as a file and shows as nothing. `name` may hold what a partner wrote into ST01."""
    plain = _ODD.sub("_", name)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{plain}"'},
    )

"""The files of static/, each at the address that its hash is part of."""

from __future__ import annotations

from fastapi import Response
from starlette.exceptions import HTTPException

from edi_gateway.web.console.rooms import ANYBODY, Call, PlainRoom

room = PlainRoom()


@room.page("/static/{path:path}", may=ANYBODY)
def file(call: Call, path: str) -> Response:
    found = call.request.app.state.static.get(path)
    if found is None:
        raise HTTPException(404, "There is no such file.")
    fixed = call.request.query_params.get("v") == found.version
    lasting = "public, max-age=31536000, immutable" if fixed else "no-cache"
    return Response(found.content, media_type=found.type, headers={"Cache-Control": lasting})

"""The API's own description, and whose token it is."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import JSONResponse

from edi_gateway.web.console.rooms import ANYBODY, SIGNED_IN, ApiRoom, Call

room = ApiRoom()


@dataclass(frozen=True, slots=True)
class Me:
    """Who a token speaks for, and the roles that it has."""

    name: str
    roles: list[str]


@room.read("/openapi.json", may=ANYBODY, include_in_schema=False)
def description(call: Call) -> Response:
    """OpenAPI; it tells of no data."""
    made = dict(call.request.app.openapi())
    scheme = {"type": "http", "scheme": "bearer", "description": "A token of `edi-gateway users tokens add`."}
    made["components"] = {**made["components"], "securitySchemes": {"token": scheme}}
    return JSONResponse({**made, "security": [{"token": []}]})


@room.read("/me", may=SIGNED_IN)
def me(call: Call) -> Me:
    """Whose token this is."""
    return Me(call.name or "", sorted(call.roles))

"""The first page."""

from __future__ import annotations

from fastapi import Response

from edi_gateway.web.console.rooms import SIGNED_IN, Call, Nav, Room

room = Room(Nav("Dashboard", "/", may=SIGNED_IN, place=0, key="d"))


@room.page("/", may=SIGNED_IN)
def dashboard(call: Call) -> Response:
    return call.show("dashboard.html")

"""What monitoring asks for: /healthz, whether the console answers; /readyz, whether the gateway is well; /metrics."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse

from edi_gateway.web.console import health
from edi_gateway.web.console.health import Check
from edi_gateway.web.console.rooms import ANYBODY, Call, PlainRoom

room = PlainRoom()


@room.page("/healthz", may=ANYBODY)
def healthz(call: Call) -> Response:
    """200 while this process and the database answer: else it is of no use, and may be started anew."""
    return _told([health.database(call.deps)])


@room.page("/readyz", may=ANYBODY)
def readyz(call: Call) -> Response:
    """200 while everything is as it should be: database, its tables, a worker that works, room on the disk."""
    return _told(health.checks(call.deps))


def _told(checks: list[Check]) -> Response:
    well = not any(check.problem for check in checks)
    body = {"ok": well, "checks": {check.name: check.problem or "ok" for check in checks}}
    return JSONResponse(body, 200 if well else 503)

"""Whether the gateway is well: the database, its tables, a worker that works, room on the disk.

For /healthz and /readyz, and for the line at the head of every page when something is not.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from edi_gateway.model.errors import GatewayError
from edi_gateway.reports.status import alive
from edi_gateway.web.console.deps import Deps

LEAST_FREE = 1 << 30  # bytes on the working folder's disk
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Check:
    """`problem`: None when it is well."""

    name: str
    problem: str | None


def database(deps: Deps) -> Check:
    """It answers, and its tables are those of this program."""
    try:
        with deps.reading() as conn:
            conn.execute(text("SELECT 1"))
        return Check("database", deps.current())
    except (SQLAlchemyError, GatewayError) as error:
        return Check("database", f"cannot be reached ({type(error).__name__})")


def worker(deps: Deps) -> Check:
    """A daemon or worker has shown itself within the last minute."""
    try:
        with deps.reading() as conn:
            seen = alive(conn, deps.clock())
    except SQLAlchemyError:
        return Check("worker", "unknown: the database cannot be reached")
    if seen is True:
        return Check("worker", None)
    return Check("worker", "none has ever run" if seen is None else f"silent since {seen:%Y-%m-%d %H:%M} UTC")


def disk(deps: Deps) -> Check:
    """There is room where the working folder lies."""
    try:
        found = shutil.disk_usage(deps.folders.home)
    except OSError as error:
        return Check("disk", error.strerror or "cannot be looked at")
    low = found.free < LEAST_FREE or found.free < found.total * LEAST_SHARE
    return Check("disk", f"only {found.free >> 20} MiB are free" if low else None)


def checks(deps: Deps) -> list[Check]:
    """All of them."""
    return [database(deps), worker(deps), disk(deps)]


def stale(deps: Deps) -> str | None:
    """What people at the console must know: pages show what is in the database, not what should be by now."""
    said = {
        "worker": "No gateway is working: {}. What you see is as it was then, and nothing goes out.",
        "disk": "The disk is nearly full: {}.",
        "database": "The database: {}.",
    }
    problems = [said[check.name].format(check.problem) for check in checks(deps) if check.problem]
    return " ".join(problems) or None

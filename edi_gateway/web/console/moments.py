"""A day or a time as a form's field gives it.

Takes what somebody wrote; gives an aware moment, UTC where no zone is said, or refuses with an example.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from edi_gateway.commands.desk import Refused

_FIRST, _LAST = 1970, 9000  # years that both databases know


def moment(said: str, what: str, example: str = "2026-03-03 or 2026-03-03 08:00") -> datetime | None:
    """None when nothing was said. `what`: what it is needed for, for the refusal, which gives the example."""
    if not said.strip():
        return None
    try:
        found = datetime.fromisoformat(said.strip())
    except ValueError:
        found = datetime.min.replace(tzinfo=UTC)
    if not _FIRST < found.year < _LAST:
        raise Refused(what=what, why=f"{said[:40]!r} is no time; write {example}")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(said: str) -> date | None:
    """The day that a filter names; None when nothing was said."""
    if not said.strip():
        return None
    try:
        found = date.fromisoformat(said.strip())
    except ValueError:
        found = date.min
    if not _FIRST <= found.year <= _LAST:
        raise Refused(what="Showing these days", why=f"{said[:40]!r} is no day; write it as 2026-03-03")
    return found

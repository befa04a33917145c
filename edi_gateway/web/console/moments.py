"""A day or a time as a form's field gives it.

Takes what somebody wrote; gives an aware moment, UTC where no zone is said, or refuses with an example.
"""

from __future__ import annotations

from datetime import UTC, datetime

from edi_gateway.commands.desk import Refused


def moment(said: str, what: str) -> datetime | None:
    """None when nothing was said. `what`: what it is needed for, for the refusal."""
    if not said.strip():
        return None
    try:
        found = datetime.fromisoformat(said.strip())
    except ValueError:
        why = f"{said[:40]!r} is no time; write 2026-03-03 or 2026-03-03 08:00"
        raise Refused(what=what, why=why) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

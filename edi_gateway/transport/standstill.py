"""Whether a file has stood still long enough to be whole: size and time over two looks.

Takes what looks saw and the passed clock's time; gives the files to fetch now. Kept by flow between polls, as
JSON. Called by flow/receive.

The rules (docs/how-to/sftp.md tells them to users):

1. `settle_seconds = 0`, or a done-file: taken at the first look.
2. Seen with the same size and time at two looks at least `settle_seconds` apart: taken.
3. A folder on this machine shares our clock, so there a file last written at least `settle_seconds` ago is
   taken at the first look. A server's clock may be wrong by any amount, so for SFTP there is no such short cut:
   `next_look` says when a second look is worth it, which `run --once` may wait for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edi_gateway.partners.profile import DirectoryConnection, SftpConnection
from edi_gateway.transport.base import Incoming


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    modified: datetime | None
    since: datetime  # by our clock: the first look that saw it like this


class Standstill:
    """One connection's memory. Feed it every look; `to_json` and `from_json` keep it over restarts."""

    def __init__(self, settle_seconds: float, *, shares_our_clock: bool) -> None:
        self._settle = timedelta(seconds=settle_seconds)
        self._shares_our_clock = shares_our_clock
        self._seen: dict[str, _Seen] = {}
        self._due: datetime | None = None

    @classmethod
    def of(
        cls, connection: DirectoryConnection | SftpConnection, remembered: str | None = None
    ) -> Standstill:
        """For a connection, with what `to_json` gave after its last look (None: nothing)."""
        settle = 0.0 if connection.done_suffix else connection.settle_seconds
        standstill = cls(settle, shares_our_clock=isinstance(connection, DirectoryConnection))
        for token, (size, modified, since) in json.loads(remembered or "{}").items():
            standstill._seen[token] = _Seen(
                size, modified and datetime.fromisoformat(modified), datetime.fromisoformat(since)
            )
        return standstill

    def ready(self, look: Iterable[Incoming], now: datetime) -> list[Incoming]:
        """Of one complete look at time `now` (aware), what has stood still, in the look's order."""
        seen: dict[str, _Seen] = {}
        still: list[Incoming] = []
        due: list[datetime] = []
        for file in look:
            before = self._seen.get(file.token)
            same = before is not None and (before.size, before.modified) == (file.size, file.modified)
            since = before.since if before is not None and same else now
            if since > now:  # our clock was set back: count from here
                since = now
            seen[file.token] = _Seen(file.size, file.modified, since)
            if now - since >= self._settle or self._old_enough(file, now):
                still.append(file)
            else:
                due.append(since + self._settle)
        self._seen = seen
        self._due = min(due, default=None)
        return still

    def _old_enough(self, file: Incoming, now: datetime) -> bool:
        return self._shares_our_clock and file.modified is not None and now - file.modified >= self._settle

    def next_look(self, now: datetime) -> datetime | None:
        """When a further look can find the first of the files not yet taken standing still, `now` at the
        earliest; None when the last look left none."""
        return self._due and max(self._due, now)

    def to_json(self) -> str:
        """`{token: [size, modified, since]}`: only what lay there at the last look, so it does not grow."""
        return json.dumps(
            {
                token: [entry.size, entry.modified and entry.modified.isoformat(), entry.since.isoformat()]
                for token, entry in self._seen.items()
            },
            separators=(",", ":"),
        )

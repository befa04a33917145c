"""What a transport is: it looks into a partner's inbound folder, fetches, settles, and sends.

Takes connection records, gives bytes; knows no store and no partner. Called by flow/receive and flow/outbound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edi_gateway.partners.profile import DirectoryConnection, SftpConnection
from edi_gateway.transport.errors import TransportError

__all__ = ["CHUNK", "Incoming", "Transport", "TransportError"]

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that lies in the inbound folder.

    `name` is for people and records (bytes that are no UTF-8 stand there as \\xNN); it is never a path of
    ours. `token` is what fetch and settle know the file by: printable ASCII, good across restarts.
    """

    name: str
    size: int
    modified: datetime | None  # aware UTC, by the clock of where it lies
    token: str


class Transport(Protocol):
    """One partner's connection. All methods raise TransportError and nothing else."""

    @property
    def connection(self) -> DirectoryConnection | SftpConnection:
        """The record that it was opened with: it says how long a file must stand still."""

    def look(self) -> Iterator[Incoming]:
        """What lies in the inbound folder under a name of a finished file, the oldest first.

        Left out: dotfiles, .tmp, .part, .filepart, folders, links; with a done-suffix, what has no done-file.
        Whether a file has stood still is Standstill's to say.
        """

    def fetch(self, file: Incoming) -> Iterator[bytes]:
        """Its bytes in chunks of at most 1 MiB; FileChanged at the end when they are not `size` bytes."""

    def settle(self, file: Incoming) -> None:
        """Move the file to the archive, or delete it where that was chosen; called once its bytes are committed.

        Already gone is fine. A file that is not the one we fetched (size or time differ) stays where it is: the
        next look finds it. A name that the archive has already gets the file's time behind it.
        """

    def send(self, name: str, content: bytes) -> None:
        """Put the file into the outbound folder, under its name only once it is whole.

        The same name with the same bytes again is fine; with other bytes NameTaken.
        """

    def close(self) -> None:
        """Let go of connections; the next call makes them again."""

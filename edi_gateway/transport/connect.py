"""The transport, or the AS2 line, that fits a connection record. Called by cli/composition.py, which knows folder
and secrets."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.partners.profile import As2Connection, DirectoryConnection, SftpConnection
from edi_gateway.transport.base import Transport
from edi_gateway.transport.directory import DirectoryTransport
from edi_gateway.transport.kept import Kept
from edi_gateway.transport.secrets import SecretReader
from edi_gateway.transport.wire import Wire


def open_transport(
    connection: DirectoryConnection | SftpConnection | As2Connection,
    *,
    root: Path,
    read_secret: SecretReader,
    kept: Kept | None = None,
) -> Transport | Wire:
    """Nothing is connected yet: that is for the first call. With `kept` an SFTP connection outlives its `close`."""
    if isinstance(connection, As2Connection):
        from edi_gateway.transport.as2_http.http_wire import (
            HttpWire,
        )  # httpx: 0.1 s that only AS2 partners cost

        return HttpWire(connection, root, read_secret)
    if isinstance(connection, SftpConnection):
        from edi_gateway.transport.sftp import SftpTransport  # paramiko: 0.1 s that only SFTP partners cost

        if kept is not None:
            return kept.lend(connection, lambda: SftpTransport(connection, read_secret))
        return SftpTransport(connection, read_secret)
    return DirectoryTransport(connection, root)

"""How files travel by folders and by SFTP. (AS2 has a room of its own.)"""

from __future__ import annotations

from typing import Literal

from edi_gateway.partners.profile.part import Part


class DirectoryConnection(Part):
    """A folder pair on this machine (paths relative to the working folder)."""

    kind: Literal["directory"] = "directory"
    """A pair of folders."""
    inbound: str
    """Where they put files for us."""
    outbound: str
    """Where we put files for them."""
    archive: str | None = None
    """Default: <inbound>/archive."""
    settle_seconds: float = 2.0
    """A file must stand still this long before it is taken."""
    done_suffix: str | None = None
    """A file counts once NAME+suffix lies beside it."""
    delete: bool = False
    """Delete a file that was taken, instead of moving it to the archive."""


class SftpConnection(Part):
    """An SFTP server of the partner's (or of a VAN's). Secrets by environment variable or file only."""

    kind: Literal["sftp"] = "sftp"
    """A server that we log in to."""
    host: str
    """Name or address of the server."""
    port: int = 22
    """Port of the server."""
    user: str
    """The login."""
    host_key: str
    """"ssh-ed25519 AAAA...": pinned, anything else is refused."""
    password_env: str | None = None
    """Environment variable that holds the password."""
    password_file: str | None = None
    """File that holds the password."""
    key_file: str | None = None
    """Private key that logs us in."""
    key_passphrase_env: str | None = None
    """Environment variable that holds the passphrase of key_file."""
    inbound: str = "outbox"
    """Folder on the server that we read."""
    outbound: str = "inbox"
    """Folder on the server that we write."""
    archive: str | None = None
    """Where taken files go; default: <inbound>/archive."""
    settle_seconds: float = 10.0
    """A file must stand still this long before it is taken."""
    done_suffix: str | None = None
    """A file counts once NAME+suffix lies beside it."""
    delete: bool = False
    """Delete a file that was taken, instead of moving it to the archive."""
    timeout_seconds: float = 30.0
    """A server that is silent this long is given up."""
    allow_weak_algorithms: bool = False
    """Accept old ciphers and key exchanges of theirs."""

"""Which of the files in a folder are finished, what we call them, and where in the archive they go.

Shared by the transports, so that a partner's files are judged by the same rules wherever they lie.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes

from edi_gateway.transport.base import Incoming
from edi_gateway.transport.errors import BadName

_UNFINISHED = (b".tmp", b".part", b".filepart")  # the last one is WinSCP's


@dataclass(frozen=True, slots=True)
class Listed:
    """A regular file as the folder lists it. Names are bytes: what encoding they are in nobody says."""

    name: bytes
    size: int
    modified: datetime | None


def finished(files: Iterable[Listed], done_suffix: str | None) -> Iterator[Incoming]:
    """Those under a name of a finished file, the oldest first.

    With a done-suffix a file counts once NAME + suffix lies beside it; done-files themselves never count.
    """
    found = {file.name: file for file in files}
    suffix = (done_suffix or "").encode()
    wanted = [
        file
        for name, file in found.items()
        if is_finished(name) and (not suffix or (not name.endswith(suffix) and name + suffix in found))
    ]
    wanted.sort(key=lambda file: (file.modified or datetime.max.replace(tzinfo=UTC), file.name))
    return (
        Incoming(
            name=file.name.decode("utf-8", "backslashreplace"),
            size=file.size,
            modified=file.modified,
            token=token_of(file.name),
        )
        for file in wanted
    )


def is_finished(name: bytes) -> bool:
    """Whether this is no dotfile, no temporary name, and a plain name at all (a server may say anything)."""
    return is_plain(name) and not name.startswith(b".") and not name.lower().endswith(_UNFINISHED)


def is_plain(name: bytes) -> bool:
    """Whether the name stays in its folder."""
    return bool(name) and name not in (b".", b"..") and b"/" not in name and b"\0" not in name


def token_of(name: bytes) -> str:
    return quote_from_bytes(name, safe="")


def name_of(file: Incoming) -> bytes:
    """The name in its folder, as bytes. BadName when the token leads out of the folder."""
    name = unquote_to_bytes(file.token)
    if not is_plain(name):
        raise BadName(name=file.token, problem="it leads out of the folder")
    return name


def outbound_name(name: str) -> bytes:
    """A name of ours as bytes, fit for any server. BadName when it is not."""
    encoded = name.encode("utf-8", "surrogatepass")
    if not is_plain(encoded) or "\\" in name:
        raise BadName(name=name, problem="it leads out of the folder")
    if not is_finished(encoded):
        raise BadName(name=name, problem="readers take it for an unfinished file")
    if not name.isprintable():
        raise BadName(name=name, problem="it has characters that cannot be printed")
    if len(encoded) > 255:
        raise BadName(name=name, problem="it is longer than 255 bytes")
    return encoded


def archive_names(name: bytes, modified: datetime | None) -> Iterator[bytes]:
    """The names to try in the archive, in this order: NAME, NAME.20260115T101500Z, NAME.20260115T101500Z-2, ...

    Partners who call every file the same are common; the time keeps the search short. Names stay within
    255 bytes.
    """
    yield name
    stamp = b".%s" % (f"{modified:%Y%m%dT%H%M%SZ}".encode() if modified else b"again")
    yield name[: 255 - len(stamp)] + stamp
    for number in itertools.count(2):
        end = stamp + b"-%d" % number
        yield name[: 255 - len(end)] + end

"""A partner's SFTP server as a transport: one connection, kept between calls and made again when it breaks.

Takes an SftpConnection and the reader of secrets. Called through transport.base.Transport; a session (channel)
for each thread that calls.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import paramiko

from edi_gateway.partners.profile import SftpConnection
from edi_gateway.transport import errors
from edi_gateway.transport.base import CHUNK, Incoming
from edi_gateway.transport.listing import Listed, archive_names, finished, is_plain, name_of, outbound_name
from edi_gateway.transport.secrets import SecretReader
from edi_gateway.transport.sftp_login import Link, log_in, whereabouts
from edi_gateway.transport.sftp_session import Session

Result = TypeVar("Result")

_WIRE = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError)  # what paramiko raises


class SftpTransport:
    """Folders of an SftpConnection, relative to where the login lands."""

    def __init__(self, connection: SftpConnection, read_secret: SecretReader) -> None:
        self._connection = connection
        self._read_secret = read_secret
        self._where = whereabouts(connection)
        self._inbound = _folder(connection.inbound)
        self._outbound = _folder(connection.outbound)
        self._archive = _folder(connection.archive) if connection.archive else self._inbound + b"/archive"
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._count = itertools.count()

    @property
    def connection(self) -> SftpConnection:
        return self._connection

    def look(self) -> Iterator[Incoming]:
        def list_files(link: Link) -> list[Listed]:
            session = link.session()
            entries = {name: found for name, found in session.entries(self._inbound) if is_plain(name)}
            bare = [
                name for name, found in entries.items() if found.st_size is None or found.st_mtime is None
            ]
            asked = session.attributes(*(_join(self._inbound, name) for name in bare))
            known = {**entries, **dict(zip(bare, asked, strict=True))}
            return list(_regular(known))

        listed = self._call(list_files, "list", self._inbound, errors.FolderMissing)
        return finished(listed, self._connection.done_suffix)

    def fetch(self, file: Incoming) -> Iterator[bytes]:
        path = _join(self._inbound, name_of(file))

        def open_file(link: Link) -> tuple[Link, Iterator[bytes]]:
            session = link.session()
            return link, session.read(session.open_to_read(path), file.size)

        link, blocks = self._call(open_file, "read", path, errors.FileGone)
        read = 0
        gathered = bytearray()
        try:
            for block in blocks:
                read += len(block)
                gathered += block
                if len(gathered) >= CHUNK:
                    yield bytes(gathered)
                    gathered.clear()
        except _WIRE as problem:
            raise self._told(problem, link, "read", path, errors.FileGone) from None
        if gathered:
            yield bytes(gathered)
        if read != file.size:
            raise errors.FileChanged(where=self._where, path=_shown(path), expected=file.size, read=read)

    def settle(self, file: Incoming) -> None:
        name = name_of(file)
        path = _join(self._inbound, name)

        def take_away(link: Link) -> None:
            session = link.session()
            for found in _regular({name: session.attributes(path)[0]}):
                if (found.size, found.modified) != (file.size, file.modified):
                    return  # a new file under the old name, not fetched yet
                if self._connection.delete:
                    _remove(session, path)
                else:
                    self._move_to_archive(session, name, found)
            if self._connection.done_suffix:
                _remove(session, path + self._connection.done_suffix.encode())

        self._call(take_away, "delete" if self._connection.delete else "archive", path, errors.FolderMissing)

    def _move_to_archive(self, session: Session, name: bytes, file: Listed) -> None:
        """To the first archive name that is free. We look first, because some servers' rename overwrites."""
        path = _join(self._inbound, name)
        for new in archive_names(name, file.modified):
            target = _join(self._archive, new)
            if session.attributes(target) != [None]:
                continue
            try:
                session.rename(path, target)
            except TimeoutError:
                raise
            except FileNotFoundError:
                if session.attributes(path) == [None]:
                    return  # another worker was quicker
                try:
                    session.mkdir(self._archive)
                except TimeoutError:
                    raise
                except OSError:
                    pass  # another worker made it, or we may not: the rename will tell
                session.rename(path, target)
            except OSError:
                if session.attributes(target) != [None]:
                    continue  # the name was taken meanwhile
                raise
            return

    def send(self, name: str, content: bytes) -> None:
        encoded = outbound_name(name)
        target = _join(self._outbound, encoded)
        part = b".%s.%d-%d.part" % (encoded[:200], os.getpid(), next(self._count))
        temporary = _join(self._outbound, part)

        def put(link: Link) -> None:
            session = link.session()
            if self._lies_there(session, target, content):
                return
            try:
                session.write(temporary, content, link.deadline)
                _rename(session, temporary, target)
            except TimeoutError:
                raise
            except OSError:
                if link.alive:
                    with contextlib.suppress(OSError):  # the first problem is the one to tell
                        _remove(session, temporary)
                raise

        self._call(put, "write", target, errors.FolderMissing)

    def _lies_there(self, session: Session, target: bytes, content: bytes) -> bool:
        """Whether a sending before this one has done it. NameTaken when the file there has other bytes."""
        try:
            found = session.attributes(target)[0]
            if found is None:
                return False
            if found.st_size in (None, len(content)):
                blocks = session.read(session.open_to_read(target), len(content))
                if b"".join(blocks) == content:
                    return True
        except PermissionError:
            return False  # a box that we may only write to
        raise errors.NameTaken(where=self._where, path=_shown(target))

    def rest(self) -> None:
        """The connection stays; the thread that comes next takes over the channel of this one."""
        with self._lock:
            if self._link is not None:
                self._link.rest()

    def close(self) -> None:
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _call(
        self, work: Callable[[Link], Result], action: str, path: bytes, missing: type[errors.TransportError]
    ) -> Result:
        """Do it on the kept connection. When that turns out to be broken, once more on a new one: everything
        here may be done twice."""
        while True:
            link = self._connected()
            proved = link.proved
            try:
                result = work(link)
            except _WIRE as problem:
                error = self._told(problem, link, action, path, missing)
                if proved and isinstance(error, errors.ConnectionLost):
                    continue
                raise error from None
            link.proved = True
            return result

    def _connected(self) -> Link:
        with self._lock:
            if self._link is None or not self._link.alive:
                self._link = log_in(self._connection, self._read_secret)
            return self._link

    def _told(
        self,
        problem: Exception,
        link: Link,
        action: str,
        path: bytes,
        missing: type[errors.TransportError],
    ) -> errors.TransportError:
        """paramiko's error as ours. A connection that is broken or slow is dropped."""
        text = str(problem) or type(problem).__name__
        doing = f"{action} {_shown(path)}"
        if link.timed_out or isinstance(problem, TimeoutError) or "Timeout opening channel" in text:
            self._drop(link)
            seconds = self._connection.timeout_seconds
            return errors.TimedOut(where=self._where, seconds=seconds, action=doing)
        if not isinstance(problem, OSError) or not link.alive or text == "Socket is closed":
            self._drop(link)
            return errors.ConnectionLost(where=self._where, action=doing, problem=text)
        if problem.errno == errno.ENOENT:
            folder = path if missing is errors.FileGone or action == "list" else path.rpartition(b"/")[0]
            return missing(where=self._where, path=_shown(folder))
        if problem.errno == errno.EACCES:
            return errors.NoPermission(
                where=self._where, action=action, path=_shown(path), problem=problem.strerror
            )
        return errors.Refused(where=self._where, action=action, path=_shown(path), problem=text)

    def _drop(self, link: Link) -> None:
        with self._lock:
            if self._link is link:
                self._link = None
        link.close()


def _folder(path: str) -> bytes:
    return path.encode() if path == "/" else path.rstrip("/").encode() or b"."


def _join(folder: bytes, name: bytes) -> bytes:
    return b"/" + name if folder == b"/" else folder + b"/" + name


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _regular(found: Mapping[bytes, paramiko.SFTPAttributes | None]) -> Iterator[Listed]:
    """The regular files among them. A server that tells no kind is believed to list files."""
    for name, attributes in found.items():
        if attributes is None or attributes.st_size is None:
            continue
        if attributes.st_mode is not None and not stat.S_ISREG(attributes.st_mode):
            continue
        seconds = attributes.st_mtime
        modified = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        yield Listed(name=name, size=attributes.st_size, modified=modified)


def _remove(session: Session, path: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        session.remove(path)


def _rename(session: Session, temporary: bytes, target: bytes) -> None:
    """posix-rename is OpenSSH's extension; without it the plain one, which refuses to overwrite or should."""
    try:
        session.posix_rename(temporary, target)
    except (FileNotFoundError, TimeoutError):
        raise
    except OSError:
        session.rename(temporary, target)

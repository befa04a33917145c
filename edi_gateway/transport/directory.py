"""A pair of folders on this machine as a transport: for embedded use, hand-carried files and tests.

Takes a DirectoryConnection and the working folder. Works with names as bytes relative to an opened folder, so
that no name, link or pipe in it leads elsewhere. Called through transport.base.Transport.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edi_gateway import durable
from edi_gateway.partners.profile import DirectoryConnection
from edi_gateway.transport import errors
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.listing import Listed, archive_names, finished, name_of, outbound_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DirectoryTransport:
    """Folders of a DirectoryConnection; relative ones are below `root`, the working folder."""

    def __init__(self, connection: DirectoryConnection, root: Path = Path()) -> None:
        self._connection = connection
        self._inbound = root / connection.inbound
        self._outbound = root / connection.outbound
        self._archive = root / connection.archive if connection.archive else self._inbound / "archive"

    @property
    def connection(self) -> DirectoryConnection:
        return self._connection

    def look(self) -> Iterator[Incoming]:
        with self._told("list", self._inbound):
            listed = list(self._regular_files())
        return finished(listed, self._connection.done_suffix)

    def _regular_files(self) -> Iterator[Listed]:
        with os.scandir(os.fsencode(self._inbound)) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # taken away while we looked
                    if entry.is_file(follow_symlinks=False):
                        yield _listed(entry.name, entry.stat(follow_symlinks=False))

    def fetch(self, file: Incoming) -> Iterator[bytes]:
        name = name_of(file)
        read = 0
        with self._told("read", self._inbound, file), durable.opened_folder(self._inbound) as inbound:
            for chunk in durable.read_regular(inbound, name, at_most=file.size + 1):
                read += len(chunk)
                yield chunk
        if read != file.size:
            raise errors.FileChanged(where=self._inbound, path=file.name, expected=file.size, read=read)

    def settle(self, file: Incoming) -> None:
        name = name_of(file)
        with self._told("archive", self._inbound, file), durable.opened_folder(self._inbound) as inbound:
            with contextlib.suppress(FileNotFoundError):
                lying = _listed(name, os.lstat(name, dir_fd=inbound))
                if (lying.size, lying.modified) != (file.size, file.modified):
                    return  # a new file under the old name, not fetched yet
                if self._connection.delete:
                    os.unlink(name, dir_fd=inbound)
                else:
                    self._move_to_archive(inbound, name, lying)
            if self._connection.done_suffix:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name + self._connection.done_suffix.encode(), dir_fd=inbound)

    def _move_to_archive(self, inbound: int, name: bytes, file: Listed) -> None:
        """No fsync: both names are entries of one file system, which keeps their order, and the bytes are
        committed already. Only the copy to another file system is made durable before the original goes."""
        with self._told("create", self._archive):
            self._archive.mkdir(parents=True, exist_ok=True)
        with durable.opened_folder(self._archive) as archive:
            try:
                _place(inbound, name, archive, name, file)
            except OSError as problem:
                if problem.errno != errno.EXDEV:
                    raise
                copy = durable.write_temporary(archive, durable.read_regular(inbound, name))
                _place(archive, copy, archive, name, file)
                os.fsync(archive)
                os.unlink(name, dir_fd=inbound)

    def send(self, name: str, content: bytes) -> None:
        outbound_name(name)
        with self._told("write", self._outbound):
            try:
                durable.write_once(self._outbound, name, content)
            except durable.OtherBytes:
                raise errors.NameTaken(where=self._outbound, path=name) from None

    def close(self) -> None:
        """Nothing is kept open."""

    @contextlib.contextmanager
    def _told(self, action: str, folder: Path, file: Incoming | None = None) -> Iterator[None]:
        """The system's errors as ours, naming the folder and what to do."""
        path = file.name if file else "it"
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            if file is not None and folder.is_dir():
                raise errors.FileGone(where=folder, path=path) from None
            raise errors.FolderMissing(where="This machine", path=folder) from None
        except PermissionError as problem:
            raise errors.NoPermission(
                where=folder, action=action, path=path, problem=problem.strerror
            ) from None
        except OSError as problem:
            if problem.errno == errno.ELOOP:  # became a link since we looked
                raise errors.FileGone(where=folder, path=path) from None
            raise errors.Refused(where=folder, action=action, path=path, problem=problem.strerror) from None


def _place(source: int, old: bytes, archive: int, name: bytes, file: Listed) -> None:
    for new in archive_names(name, file.modified):
        if durable.take_name(source, old, archive, new):
            return


def _listed(name: bytes, stat: os.stat_result) -> Listed:
    modified = _EPOCH + timedelta(microseconds=stat.st_mtime_ns // 1000)
    return Listed(name=name, size=stat.st_size, modified=modified)

"""An SFTP session on one channel of an SSH connection: paramiko's, but for listing, reading and writing.

Those three are done here, many requests ahead of the answers, because in paramiko (5.1) a single name that is
no UTF-8 fails the whole listing, the thread that prefetches runs for ever once the server is gone, and
pipelined writes drop the server's errors. Paths are bytes. Called by transport/sftp.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from paramiko import Message, SFTPAttributes, SFTPClient, SFTPError, SSHException
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_LSTAT,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_EOF,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_READ,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_PERMISSION_DENIED,
    int64,
)

_BLOCK = 32768  # what every server takes in one request
_AHEAD = 64  # requests under way: 2 MiB, as much as a channel's window; OpenSSH's own client does the same
_SLAB = 8 * _BLOCK  # what has to be written within one timeout

_ERRNO = {SFTP_NO_SUCH_FILE: errno.ENOENT, SFTP_PERMISSION_DENIED: errno.EACCES}


class _Answers:
    """Collects the answers to requests under way; paramiko calls `_async_response`."""

    def __init__(self) -> None:
        self.arrived: dict[int, tuple[int, Message]] = {}

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        self.arrived[number] = (kind, message)


class Session(SFTPClient):
    """Raises OSError with the server's errno (ENOENT, EACCES) or text, TimeoutError, EOFError, SSHException."""

    if TYPE_CHECKING:  # protected in paramiko, and so missing in its types

        def _async_request(self, receiver: _Answers, kind: int, *values: object) -> int: ...
        def _read_response(self) -> tuple[int, Message]: ...

    def entries(self, folder: bytes) -> Iterator[tuple[bytes, SFTPAttributes]]:
        """Names and attributes in the folder, without `.` and `..`. Read it to its end."""
        handle = self._handle(CMD_OPENDIR, folder)
        with self._closing(handle):
            for kind, answer in self._pipeline(repeat((CMD_READDIR, handle))):
                if kind == CMD_STATUS and _status(answer, ends=True):
                    return
                yield from _names(_expect(CMD_NAME, kind, answer))

    def attributes(self, *paths: bytes) -> list[SFTPAttributes | None]:
        """Of each path, links not followed; None where nothing is. All in one round trip."""
        found: list[SFTPAttributes | None] = []
        for kind, answer in self._pipeline((CMD_LSTAT, path) for path in paths):
            try:
                if kind == CMD_STATUS:
                    _status(answer)
                found.append(_attributes(_expect(CMD_ATTRS, kind, answer)))
            except FileNotFoundError:
                found.append(None)
        return found

    def open_to_read(self, path: bytes) -> bytes:
        return self._handle(CMD_OPEN, path, SFTP_FLAG_READ, SFTPAttributes())

    def read(self, handle: bytes, size: int) -> Iterator[bytes]:
        """The opened file's bytes in blocks, up to one byte more than `size` if there are more; closes it."""
        spans = [(offset, min(_BLOCK, size - offset)) for offset in range(0, size, _BLOCK)] + [(size, 1)]
        requests = ((CMD_READ, handle, int64(offset), length) for offset, length in spans)
        with self._closing(handle):
            for (offset, length), (kind, answer) in zip(spans, self._pipeline(requests), strict=True):
                if kind == CMD_STATUS and _status(answer, ends=True):
                    return
                block = _expect(CMD_DATA, kind, answer).get_string()
                yield block
                while len(block) < length:  # a server may give less than was asked for
                    offset, length = offset + len(block), length - len(block)
                    kind, answer = self._ask(CMD_READ, handle, int64(offset), length)
                    if kind == CMD_STATUS and _status(answer, ends=True):
                        return
                    block = _expect(CMD_DATA, kind, answer).get_string()
                    yield block

    def write(
        self, path: bytes, content: bytes, deadline: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """A new file with these bytes, every block confirmed by the server.

        A slab has a deadline of its own: a stalled server that lets the TCP buffers fill blocks us where the
        channel's timeout does not count.
        """
        with deadline():
            flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
            handle = self._handle(CMD_OPEN, path, flags, SFTPAttributes())
        for start in range(0, len(content), _SLAB):
            offsets = range(start, min(start + _SLAB, len(content)), _BLOCK)
            requests = ((CMD_WRITE, handle, int64(at), content[at : at + _BLOCK]) for at in offsets)
            with deadline():
                for kind, answer in self._pipeline(requests):
                    _status(_expect(CMD_STATUS, kind, answer))
        _, answer = self._ask(CMD_CLOSE, handle)
        _status(answer)

    def _pipeline(self, requests: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, Message]]:
        """Send up to _AHEAD requests ahead; give the answers in the order of the requests."""
        answers = _Answers()
        waiting: deque[int] = deque()
        requests = iter(requests)
        while True:
            for kind, *values in islice(requests, _AHEAD - len(waiting)):
                waiting.append(self._async_request(answers, kind, *values))
            if not waiting:
                return
            while waiting[0] not in answers.arrived:
                self._read_response()
            yield answers.arrived.pop(waiting.popleft())

    def _ask(self, kind: int, *values: object) -> tuple[int, Message]:
        return next(self._pipeline([(kind, *values)]))

    def _handle(self, kind: int, *values: object) -> bytes:
        kind, answer = self._ask(kind, *values)
        if kind == CMD_STATUS:
            _status(answer)
        return _expect(CMD_HANDLE, kind, answer).get_string()

    @contextmanager
    def _closing(self, handle: bytes) -> Iterator[None]:
        """Close a handle that was only read from, without waiting for the answer."""
        try:
            yield
        except (TimeoutError, EOFError, SSHException, SFTPError):
            raise  # the connection is done for, the handle with it; another request might block
        except BaseException:
            self._forget(handle)
            raise
        self._forget(handle)

    def _forget(self, handle: bytes) -> None:
        if not self.sock.closed:
            self._async_request(_Answers(), CMD_CLOSE, handle)


def _status(message: Message, *, ends: bool = False) -> bool:
    """Raise what the server reports. With `ends`, end of file is no error: then True."""
    code, text = message.get_int(), message.get_string().decode("utf-8", "backslashreplace")
    if code == SFTP_OK:
        return False
    if code == SFTP_EOF and ends:
        return True
    if code in _ERRNO:
        raise OSError(_ERRNO[code], text)
    raise OSError(text or f"status {code}")


def _expect(wanted: int, kind: int, message: Message) -> Message:
    if kind != wanted:
        raise SFTPError(f"it answers with packet {kind} where {wanted} belongs")
    return message


def _names(message: Message) -> Iterator[tuple[bytes, SFTPAttributes]]:
    for _ in range(message.get_int()):
        name = message.get_string()
        message.get_string()  # the line that `ls -l` would show
        attributes = _attributes(message)
        if name not in (b".", b".."):
            yield name, attributes


def _attributes(message: Message) -> SFTPAttributes:
    attributes = SFTPAttributes()
    attributes._unpack(message)  # type: ignore[attr-defined]  # protected, as above
    return attributes

"""A file that is there whole or not at all, and stays there when the power fails.

Takes a folder, a plain name and bytes. Called by the directory transport and by file posting, whose promise
"the same name twice is the same file" this is. Knows nothing of EDI.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BLOCK = 1 << 20
_SIDE_BY_SIDE = 8  # threads that wait for the disk; more wait for the interpreter and for each other

_NO_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)


class OtherBytes(Exception):
    """A file of this name is there already, with other bytes."""


@contextlib.contextmanager
def opened_folder(folder: Path | bytes) -> Iterator[int]:
    """The folder's descriptor: names used with it cannot lead elsewhere when somebody moves the folder.

    Raises FileNotFoundError, NotADirectoryError, PermissionError.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_once(folder: Path, name: str, content: bytes) -> None:
    """Put a file into the folder: temporary name, fsync, final name, fsync of the folder.

    A file of that name with the same bytes is left as it is (and made durable, in case whoever wrote it died
    before that). With other bytes: OtherBytes, and it is left as it is. Else OSError as the system says.
    """
    problem = write_all_once(folder, [(name, content)])[0]
    if problem is not None:
        raise problem


def write_all_once(folder: Path, files: Sequence[tuple[str, bytes]]) -> list[OtherBytes | OSError | None]:
    """`write_once` for many, each for itself: what became of each, None when it is there and durable.

    Their fsyncs run side by side, so that the disk takes many in one turn, and the folder's comes once.
    """
    with opened_folder(folder) as into:
        done: list[OtherBytes | OSError | None] = []
        if len(files) == 1:
            done.append(_put(into, *files[0]))
        else:
            with ThreadPoolExecutor(min(_SIDE_BY_SIDE, max(1, len(files)))) as hands:
                done += hands.map(lambda file: _put(into, *file), files)
        os.fsync(into)
    return done


def _put(into: int, name: str, content: bytes) -> OtherBytes | OSError | None:
    """Written first and looked at only when the name is taken: nearly always it is not, and every call of the system
    lets other threads wait for this one."""
    final = os.fsencode(name)
    try:
        temporary = write_temporary(into, [content])
        taken = False
        try:
            taken = take_name(into, temporary, into, final)
        finally:
            if not taken:
                _forget(into, temporary)
        if not taken and not holds(into, final, content):
            return OtherBytes()
    except (OtherBytes, OSError) as problem:
        return problem
    return None


def _forget(folder: int, name: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def write_temporary(into: int, chunks: Iterable[bytes]) -> bytes:
    """Write and fsync a new file under a name that nobody reads (a dotfile, .part); gives the name."""
    temporary, descriptor = _new_file(into)
    try:
        try:
            for chunk in chunks:
                written = os.write(descriptor, chunk)
                while written < len(chunk):
                    written += os.write(descriptor, memoryview(chunk)[written:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        os.unlink(temporary, dir_fd=into)
        raise
    return temporary


def take_name(source: int, old: bytes, target: int, new: bytes) -> bool:
    """Give the file `old` of folder `source` the name `new` in folder `target`, unless that name is taken.

    True when it has the name now (`old` is gone). A hard link is what makes "unless" certain; where the file
    system has none we look first. EXDEV is the caller's affair.
    """
    try:
        os.link(old, new, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except FileExistsError:
        if not _same_file(source, old, target, new):  # the same: we died between the link and the unlink
            return False
    except OSError as problem:
        if problem.errno not in _NO_HARD_LINKS:
            raise
        if _exists(target, new):
            return False
        os.rename(old, new, src_dir_fd=source, dst_dir_fd=target)
        return True
    os.unlink(old, dir_fd=source)
    return True


def holds(folder: int, name: bytes, content: bytes) -> bool:
    """Whether the folder has a file of this name with these bytes. With other bytes: OtherBytes."""
    try:
        chunks = list(read_regular(folder, name, at_most=len(content) + 1))
    except FileNotFoundError:
        return False
    except OSError as problem:
        if problem.errno != errno.ELOOP:  # somebody's link: not our bytes, and not followed
            raise
        raise OtherBytes from None
    if b"".join(chunks) != content:
        raise OtherBytes
    return True


def read_regular(folder: int, name: bytes, *, at_most: int | None = None) -> Iterator[bytes]:
    """The file's bytes in chunks of at most 1 MiB. Follows no link and waits for no pipe.

    Raises FileNotFoundError (also for what is no regular file), OSError with ELOOP for a link, PermissionError.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with open(descriptor, "rb", buffering=0) as file:
        if not os.path.isfile(file.fileno()):
            raise FileNotFoundError(errno.ENOENT, "not a regular file")
        left = at_most
        while left is None or left > 0:
            chunk = file.read(BLOCK if left is None else min(BLOCK, left))
            if not chunk:
                return
            if left is not None:
                left -= len(chunk)
            yield chunk


def _new_file(into: int) -> tuple[bytes, int]:
    for number in itertools.count():
        name = f".{os.getpid()}-{threading.get_ident()}-{number}.part".encode()  # no other thread's, ever
        try:
            return name, os.open(
                name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=into
            )
        except FileExistsError:  # another thread's, or what a killed process of the same number left
            continue
    raise AssertionError("numbers do not end")


def _exists(folder: int, name: bytes) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _same_file(source: int, old: bytes, target: int, new: bytes) -> bool:
    return os.path.samestat(os.lstat(old, dir_fd=source), os.lstat(new, dir_fd=target))

"""Compiled checks kept on disk, so that a process that starts cold need not compile what another one has.

Takes a folder (chosen by the settings) and generated source, gives code objects; handed to guides by the command
line. What it reads is run, so it reads only what nobody but the user could have written, whole, and made from the
same source under the same Python; everything else it compiles anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import marshal
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType

_FORM = "1"
_SUFFIX = ".checks"
_MOST_FILES = 256  # guides; the ones not used for the longest time go
_MOST_BYTES = 8 << 20  # of one file
_DIGEST = 32


def plainly(source: str, name: str) -> CodeType:
    """Compiles and keeps nothing: what a guide does that was given no store."""
    return compile(source, name, "exec")


class Store:
    """The checks of one guide: a file under the hash of the guide, of this form and of this Python; in it the code
    under the hash of its whole source, so that a program which generates anything else finds nothing of it.

    Any trouble with disk or permissions means that nothing is kept; it never stops a check.
    """

    def __init__(self, folder: Path, guide: str) -> None:
        self._folder = folder
        made_by = "\n".join((guide, _FORM, sys.version, importlib.util.MAGIC_NUMBER.hex()))
        self._name = hashlib.sha256(made_by.encode()).hexdigest()[:40] + _SUFFIX
        self._kept: dict[bytes, CodeType] | None = None
        self._grown = False

    def __call__(self, source: str, name: str) -> CodeType:
        """The code of a source, from the disk or compiled."""
        if self._kept is None:
            self._kept = _read(self._folder, self._name)
        key = hashlib.sha256(source.encode()).digest()
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = compile(source, name, "exec")
            self._grown = True
        return found

    def save(self) -> None:
        """Keep what was compiled: a whole new file in the place of the old one, or nothing at all."""
        if not self._grown or self._kept is None:
            return
        self._grown = False
        content = marshal.dumps(self._kept)
        if len(content) > _MOST_BYTES:
            return
        import tempfile  # only who has compiled something pays for it

        with contextlib.suppress(OSError), _own(self._folder, make=True):
            handle, part = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=_SUFFIX)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                os.replace(part, self._folder / self._name)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(part)
                raise
            _prune(self._folder)


def _read(folder: Path, name: str) -> dict[bytes, CodeType]:
    """What is kept; nothing when it is not there, not whole, or might be somebody else's."""
    try:
        with _own(folder) as place:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
            with os.fdopen(handle, "rb") as file:
                if not _ours(os.fstat(handle), stat.S_ISREG) or os.fstat(handle).st_size > _MOST_BYTES:
                    return {}
                digest, content = file.read(_DIGEST), file.read()
        if hashlib.sha256(content).digest() != digest:
            return {}
        kept = marshal.loads(content)
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return kept if isinstance(kept, dict) else {}


@contextlib.contextmanager
def _own(folder: Path, *, make: bool = False) -> Iterator[int]:
    """The folder, opened; OSError when it is not this user's own, or others may write to it."""
    if make:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not _ours(os.fstat(place), stat.S_ISDIR):
            raise PermissionError(f"{folder} is not this user's alone")
        yield place
    finally:
        os.close(place)


def _ours(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return is_kind(found.st_mode) and found.st_uid == os.geteuid() and not shared


def _prune(folder: Path) -> None:
    """Forget the guides that were saved first, and what a killed process left behind."""
    files = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_MOST_FILES]:
        file.unlink(missing_ok=True)


def default_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's programs keep such things."""
    base = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "edi-gateway")

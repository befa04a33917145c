"""Bytes that may be too many for memory: a chain of runs, each held in memory or lying in a temporary file.

Takes chunks, gives extents that are cut, joined and read without copying. A `Scratch` owns the files of one message
and bounds the time that it may take. Called by everything in this folder, and by server and client for bodies.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 1 << 18  # bytes read or written at a time
_IN_MEMORY = 1 << 18  # bytes up to which a spool writes no file


class TookTooLong(Exception):
    """The message has used up its time."""


@dataclass(frozen=True, slots=True)
class _Run:
    source: bytes | int  # the bytes themselves, or a descriptor of the scratch
    start: int
    end: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from start to end, counted from the run's own beginning."""
        if isinstance(self.source, bytes):
            return self.source[self.start + start : self.start + end]
        parts: list[bytes] = []
        while start < end:
            part = os.pread(self.source, end - start, self.start + start)
            if not part:
                raise EOFError("a temporary file is shorter than it was")
            parts.append(part)
            start += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


@dataclass(frozen=True)
class Extent:
    """So many bytes, read as often as one likes while their scratch is open. `Extent.of(b"...")` needs none."""

    runs: tuple[_Run, ...] = ()
    check: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, content: bytes) -> Extent:
        return cls((_Run(content, 0, len(content)),)) if content else cls()

    @cached_property
    def size(self) -> int:
        return sum(run.end - run.start for run in self.runs)

    def __add__(self, other: Extent) -> Extent:
        return Extent(self.runs + other.runs, self.check or other.check)

    def cut(self, start: int, end: int) -> Extent:
        """The bytes from start up to end, as a slice has them (no negative numbers)."""
        runs: list[_Run] = []
        at = 0
        for run in self.runs:
            size = run.end - run.start
            first, last = max(start - at, 0), min(end - at, size)
            if first < last:
                runs.append(_Run(run.source, run.start + first, run.start + last))
            at += size
        return Extent(tuple(runs), self.check)

    def chunks(self) -> Iterator[bytes]:
        """All bytes, in chunks of at most 256 KiB. Raises TookTooLong when the scratch's time is over."""
        for run in self.runs:
            size = run.end - run.start
            for start in range(0, size, CHUNK):
                if self.check is not None:
                    self.check()
                yield run.read(start, min(start + CHUNK, size))

    def read(self, at_most: int | None = None, *, start: int = 0) -> bytes:
        """All bytes from `start` on, or the first `at_most` of them: for what is known to be small."""
        end = self.size if at_most is None else min(self.size, start + at_most)
        parts: list[bytes] = []
        at = 0
        for run in self.runs:
            size = run.end - run.start
            first, last = max(start - at, 0), min(end - at, size)
            if first < last:
                parts.append(run.read(first, last))
            at += size
            if at >= end:
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)


def joined(*parts: bytes | Extent) -> Extent:
    """One extent of all of these, nothing copied."""
    runs: list[_Run] = []
    check = None
    for part in parts:
        extent = Extent.of(part) if isinstance(part, bytes) else part
        runs += extent.runs
        check = check or extent.check
    return Extent(tuple(runs), check)


class Scratch:
    """The temporary files of one message. They have no name, so that nothing is left when the process dies.

    `folder` is where they lie (the system's own place when None); after `seconds` by `clock` (monotonic) every
    reading and writing raises TookTooLong.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._descriptors: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files; extents that lie in them cannot be read any more."""
        while self._descriptors:
            os.close(self._descriptors.pop())

    def check(self) -> None:
        if self._end is not None and self._clock() > self._end:
            raise TookTooLong

    def spool(self) -> Spool:
        """Somewhere to write bytes to whose number nobody knows yet."""
        return Spool(self)

    def keep(self, chunks: Iterable[bytes]) -> Extent:
        """Write all chunks; the extent that they make."""
        spool = self.spool()
        for chunk in chunks:
            spool.write(chunk)
        return spool.done()

    def open_file(self) -> int:
        """A new nameless file; closed with the scratch."""
        descriptor, name = tempfile.mkstemp(prefix="as2-", dir=self._folder)
        self._descriptors.append(descriptor)
        os.unlink(name)
        return descriptor


class Spool:
    """Takes bytes, in memory up to 256 KiB and in a file from then on."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._held: list[bytes] = []
        self._held_size = 0
        self._descriptor: int | None = None
        self._filed = 0

    @property
    def size(self) -> int:
        """Bytes written up to now."""
        return self._filed + self._held_size

    def write(self, chunk: bytes) -> None:
        self._held.append(chunk)
        self._held_size += len(chunk)
        if self._held_size > _IN_MEMORY:
            self._flush()

    def done(self) -> Extent:
        """What was written. The spool takes nothing more."""
        if self._descriptor is None:
            content = b"".join(self._held)
            runs = (_Run(content, 0, len(content)),) if content else ()
        else:
            self._flush()
            runs = (_Run(self._descriptor, 0, self._filed),)
        return Extent(runs, self._scratch.check)

    def _flush(self) -> None:
        self._scratch.check()
        if self._descriptor is None:
            self._descriptor = self._scratch.open_file()
        left = memoryview(b"".join(self._held))
        while left:
            written = os.pwrite(self._descriptor, left, self._filed)
            self._filed += written
            left = left[written:]
        self._held.clear()
        self._held_size = 0

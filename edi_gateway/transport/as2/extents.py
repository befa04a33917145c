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
_IN_MEMORY = 1 << 18  # bytes up to which a spool writes to no file
_ALL_IN_MEMORY = 1 << 20  # and all spools of a scratch together


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
    """What is written down while one message is worked on: in memory while it is little, then in one file. That has no
    name, so that nothing is left when the process dies. For one thread at a time.

    `folder` is where it lies (the system's own place when None); after `seconds` by `clock` (monotonic) every
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
        self._descriptor: int | None = None
        self._filed = 0  # bytes in the file
        self._held = 0  # bytes in memory, of spools that are done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; extents that lie in it cannot be read any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

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

    def has_room(self, size: int) -> bool:
        """Whether so many more bytes may be held in memory."""
        return self._held + size <= _ALL_IN_MEMORY

    def hold(self, size: int) -> None:
        """So many more bytes are held in memory from now on."""
        self._held += size

    def write(self, content: bytes) -> _Run:
        """Put it behind all that the file has."""
        self.check()
        if self._descriptor is None:
            self._descriptor, name = tempfile.mkstemp(prefix="as2-", dir=self._folder)
            os.unlink(name)
        left = memoryview(content)
        start = self._filed
        while left:
            written = os.pwrite(self._descriptor, left, self._filed)
            self._filed += written
            left = left[written:]
        return _Run(self._descriptor, start, self._filed)


class Spool:
    """Takes bytes, in memory up to 256 KiB (as long as all spools of the scratch have no more than 1 MiB there), and in
    the scratch's file from then on."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._pieces: list[bytes] = []
        self._held = 0
        self._runs: list[_Run] = []
        self._filed = 0

    @property
    def size(self) -> int:
        """Bytes written up to now."""
        return self._filed + self._held

    def write(self, chunk: bytes) -> None:
        self._pieces.append(chunk)
        self._held += len(chunk)
        if self._held > _IN_MEMORY:
            self._flush()

    def done(self) -> Extent:
        """What was written. The spool takes nothing more."""
        if self._held and (self._runs or not self._scratch.has_room(self._held)):
            self._flush()
        elif self._held:
            self._scratch.hold(self._held)
            self._runs.append(_Run(b"".join(self._pieces), 0, self._held))
        return Extent(tuple(self._runs), self._scratch.check)

    def _flush(self) -> None:
        run = self._scratch.write(b"".join(self._pieces))
        last = self._runs[-1] if self._runs else None
        if last is not None and last.end == run.start:  # else another spool has written in between
            run = _Run(last.source, last.start, run.end)
            self._runs.pop()
        self._runs.append(run)
        self._filed += self._held
        self._pieces.clear()
        self._held = 0

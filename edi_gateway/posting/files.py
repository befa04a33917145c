"""Posts an order as a file into a folder, where whatever ships takes it from.

Takes the order as canonical JSON; the file's name is the idempotency key. A file is there whole or not at all,
and stays there when the power fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from edi_gateway import durable
from edi_gateway.posting.base import KeyReused, PostingError, PostResult

_LONGEST = 200  # of 255 bytes; the rest is for the ending and for whoever renames


class FolderMissing(PostingError):
    """There is no folder {where} to post orders into. Create it, or correct the setting (a network drive may not
    be mounted)."""

    permanent = True


class FilePosting:
    """Into one folder, which is there already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def post_all(self, orders: Sequence[tuple[str, bytes]]) -> list[PostResult | PostingError]:
        names = [file_name(key) for key, _ in orders]
        files = [(name, payload) for name, (_, payload) in zip(names, orders, strict=True)]
        try:
            done = durable.write_all_once(self._folder, files)
        except (FileNotFoundError, NotADirectoryError):
            return [FolderMissing(where=self._folder) for _ in orders]
        except OSError as problem:
            return [self._failed(self._folder, problem) for _ in orders]
        return [
            self._told(key, name, problem)
            for (key, _), name, problem in zip(orders, names, done, strict=True)
        ]

    def post(self, key: str, payload: bytes) -> PostResult:
        """One order; raises PostingError."""
        result = self.post_all([(key, payload)])[0]
        if isinstance(result, PostingError):
            raise result
        return result

    def _told(self, key: str, name: str, problem: Exception | None) -> PostResult | PostingError:
        if problem is None:
            return PostResult(external_id=name, status="posted")
        if isinstance(problem, OSError):
            return self._failed(self._folder / name, problem)
        return KeyReused(where=self._folder, key=key, external_id=name)

    def _failed(self, where: Path, problem: OSError) -> PostingError:
        return PostingError(where=where, problem=f"{problem.strerror}. We try again.")


def file_name(key: str) -> str:
    """KEY.json; what a name cannot hold is written as %XX, and a long key ends in its SHA-256. Two keys never
    have the same name."""
    if not key:
        raise ValueError("a posting needs a key")
    name = quote(key, safe=" @+=,")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > _LONGEST:
        digest = hashlib.sha256(key.encode()).hexdigest()
        name = f"{name[: _LONGEST - len(digest) - 1]}~{digest}"
    return name + ".json"

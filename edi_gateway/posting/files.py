"""Posts an order as a file into a folder, where whatever ships takes it from.

Takes the order as canonical JSON; the file's name is the idempotency key. A file is there whole or not at all,
and stays there when the power fails.
"""

from __future__ import annotations

import hashlib
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

    def post(self, key: str, payload: bytes) -> PostResult:
        name = file_name(key)
        try:
            durable.write_once(self._folder, name, payload)
        except durable.OtherBytes:
            raise KeyReused(where=self._folder, key=key, external_id=name) from None
        except (FileNotFoundError, NotADirectoryError):
            raise FolderMissing(where=self._folder) from None
        except OSError as problem:
            raise PostingError(
                where=self._folder / name, problem=f"{problem.strerror}. We try again."
            ) from None
        return PostResult(external_id=name, status="posted")


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

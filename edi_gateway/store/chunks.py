"""Keys for statements, so many at a time as every database takes in one list.

Called by store/, and by flow/trial/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

CHUNK: Final = 400  # SQLite takes 999 parameters in its older builds; a statement has others beside the list


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The different values, sorted, in lists of at most CHUNK; nothing of nothing."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]

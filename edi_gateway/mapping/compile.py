"""Mapping and guide in, reader and writer out; compiled once for each pair and kept. The door of this room.

`reader(mapping, guide).read(raw, walk, encoding)` gives a Reading; `writer(mapping, guide).write(document, delimiters)`
gives the body segments of a set. Called by the flow, the CLI and the simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edi_gateway.mapping import plan
from edi_gateway.mapping.catalog import Mapping
from edi_gateway.mapping.plan import GuideLike, Plan
from edi_gateway.mapping.read import Reader, Reading, Unmapped
from edi_gateway.mapping.write import Writer

__all__ = ["Reader", "Reading", "Unmapped", "Writer", "reader", "writer"]

_KEPT = 256  # far more than partners times sets of one installation
_readers: dict[tuple[str, str], Reader] = {}
_writers: dict[tuple[str, str], Writer] = {}
T = TypeVar("T")


def reader(mapping: Mapping, guide: GuideLike) -> Reader:
    """Reads sets that `guide` has checked. Two mappings that mean the same share one reader."""
    return _kept(_readers, mapping, guide, Reader)


def writer(mapping: Mapping, guide: GuideLike) -> Writer:
    """Writes documents at the guide's version, in the guide's order."""
    return _kept(_writers, mapping, guide, Writer)


def _kept(
    cache: dict[tuple[str, str], T], mapping: Mapping, guide: GuideLike, make: Callable[[Plan], T]
) -> T:
    key = (mapping.hash, guide.hash)
    found = cache.get(key)
    if found is None:
        if len(cache) >= _KEPT:
            cache.pop(next(iter(cache)), None)
        found = cache[key] = make(plan.build(mapping, guide))
    return found

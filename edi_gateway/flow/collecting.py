"""Garbage collection, kept out of the way while a batch is worked.

Called by flow/taking/inbound.py and flow/fulfilment.py.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_collecting() -> Iterator[None]:
    """No garbage collection while a batch is worked: it would go through all rows again and again, a fifth of the
    whole time, to find no cycle. The batch is bounded, and goes by its reference counts."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()

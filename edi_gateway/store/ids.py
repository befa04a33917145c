"""Ids and numbers that the program makes itself: sorted by time, unique over all workers without asking.

Takes the passed clock and the number of this worker (node); gives integers of 63 bits and order numbers.
Called by commands and flow for every row that they write.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from edi_gateway.model.clock import Clock
from edi_gateway.model.row_names import order_number, short

__all__ = ["NODES", "Ids", "first_of", "moment_of", "order_number", "short"]

_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_NODE_BITS = 10
_SEQUENCE_BITS = 12
_SEQUENCES = 1 << _SEQUENCE_BITS
NODES = 1 << _NODE_BITS
_LARGEST = (1 << 63) - 1


class Ids:
    """Milliseconds since 2024 (41 bits), node (10), sequence (12). Threads may share one.

    A clock that stands still or goes back does no harm: the last millisecond is carried on, and a full one
    borrows from the next. Two workers must not have the same node (`control_numbers.claim_node`).
    """

    def __init__(self, clock: Clock, node: int) -> None:
        if not 0 <= node < NODES:
            raise ValueError(f"node must be 0..{NODES - 1}, not {node}")
        self._clock = clock
        self._node = node << _SEQUENCE_BITS
        self._millisecond = 0
        self._sequence = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """One new id."""
        now = self._milliseconds()
        with self._lock:
            if now > self._millisecond:
                self._millisecond, self._sequence = now, 0
            made = (self._millisecond << (_NODE_BITS + _SEQUENCE_BITS)) | self._node | self._sequence
            self._sequence += 1
            if self._sequence == _SEQUENCES:
                self._millisecond, self._sequence = self._millisecond + 1, 0
        return made

    def block(self, n: int) -> list[int]:
        """`n` new ids, rising; one look at the clock."""
        now = self._milliseconds()
        made: list[int] = []
        with self._lock:
            if now > self._millisecond:
                self._millisecond, self._sequence = now, 0
            while len(made) < n:
                take = min(n - len(made), _SEQUENCES - self._sequence)
                base = (self._millisecond << (_NODE_BITS + _SEQUENCE_BITS)) | self._node
                made.extend(range(base + self._sequence, base + self._sequence + take))
                self._sequence += take
                if self._sequence == _SEQUENCES:
                    self._millisecond, self._sequence = self._millisecond + 1, 0
        return made

    def _milliseconds(self) -> int:
        elapsed = self._clock() - _EPOCH
        return elapsed.days * 86_400_000 + elapsed.seconds * 1000 + elapsed.microseconds // 1000


def first_id(moment: datetime) -> int:
    """The least id that is made at `moment` or later: a span of time is a range of the key."""
    elapsed = max(moment - _EPOCH, timedelta())
    made = int(elapsed / timedelta(milliseconds=1)) << (_NODE_BITS + _SEQUENCE_BITS)
    return min(made, _LARGEST)


def first_of(moment: datetime) -> int:
    """The smallest id that can have been made at this moment: ids made before it are smaller. 0 before 2024."""
    return max(0, (moment - _EPOCH) // timedelta(milliseconds=1)) << (_NODE_BITS + _SEQUENCE_BITS)


def moment_of(row_id: int) -> datetime:
    """When an id was made, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=row_id >> (_NODE_BITS + _SEQUENCE_BITS))

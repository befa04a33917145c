"""Numbers without gap or twin: drawn in the transaction that uses them, given back when it rolls back.

A scope is one row; drawing locks it until the transaction ends, so others wait. Called by flow/telling/outbound.py,
store/audit.py and cli (the number of a worker).
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from edi_gateway.store.ids import NODES

_DRAW = text(
    "INSERT INTO control_numbers (scope, value) VALUES (:scope, :start) "
    "ON CONFLICT (scope) DO UPDATE SET value = control_numbers.value + :n RETURNING value"
)


def draw(conn: Connection, scope: str, n: int = 1, first: int = 1, wrap: int = 999_999_999) -> list[int]:
    """The next `n` numbers of `scope`. A new scope begins at `first`; after `wrap` comes 1 again."""
    if n == 0:
        return []
    last = conn.execute(_DRAW, {"scope": scope, "start": first - 1 + n, "n": n}).scalar_one()
    return [(number - 1) % wrap + 1 for number in range(last - n + 1, last + 1)]


class Series:
    """The numbers of a scope one by one, for a transaction that needs it is not known how many: the row is locked by
    the first, and brought up to the last by `close`, before the transaction (or its savepoint) ends. Nobody else
    draws of the scope in this transaction until then."""

    def __init__(self, conn: Connection, scope: str, wrap: int = 999_999_999) -> None:
        self._conn = conn
        self._scope = scope
        self._wrap = wrap
        self._last: int | None = None
        self._ahead = 0  # drawn here, and not written yet

    def next(self) -> int:
        """The next number."""
        if self._last is None:
            (self._last,) = draw(self._conn, self._scope, wrap=self._wrap)
        else:
            self._ahead += 1
            self._last = self._last % self._wrap + 1
        return self._last

    def close(self) -> None:
        """Write what was drawn."""
        draw(self._conn, self._scope, self._ahead)
        self._ahead, self._last = 0, None


def claim_node(conn: Connection) -> int:
    """The number of this worker for `Ids`: the next one; 1024 later starts come round to it again."""
    return draw(conn, "node", wrap=NODES)[0] - 1

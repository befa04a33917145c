"""A worker in a process of its own, for tests of two at once: `python -m tests.flow.racer URL HOME NODE RECEIPT...`.

Says "ready", waits for a line, then works the receipts, each in a commit, and says how many orders it booked.
"""

from __future__ import annotations

import sys
from pathlib import Path

from edi_gateway import logs
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.taking import inbound
from edi_gateway.store.database import connect
from tests.flow.shop import Shop


def main(url: str, home: Path, node: int, receipts: list[int]) -> None:
    logs.configure("console", "ERROR")
    works = Shop(connect(url), home, node=node).start().works
    with works.writer.begin() as conn:
        works.live.refresh(conn)
    print("ready", flush=True)
    sys.stdin.readline()
    orders = 0
    for receipt in receipts:
        orders += inbound.work_small(works, Direct(works.writer), [receipt])["orders"]
    print(orders, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), [int(argument) for argument in sys.argv[4:]])

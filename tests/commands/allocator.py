"""A worker in a process of its own, for the test of two at once: `python -m tests.commands.allocator URL NODE ORDER`.

Says "ready", waits for a line, then plans the orders and looks for stock for them, twenty in a commit, and says how
many parts got some.
"""

from __future__ import annotations

import sys

from edi_gateway.commands.allocation.allocating import allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.desk import Desk
from edi_gateway.flow.steps import Writer
from edi_gateway.store.database import connect
from edi_gateway.store.ids import Ids
from tests.commands.book import DOCUMENTS, Partners
from tests.commands.desks import SYSTEM, Clock
from tests.orders import build

_AT_ONCE = 20


def work(desk: Desk, partners: Partners, orders: list[int]) -> int:
    planned = plan_orders(desk, partners, orders)
    return allocate_parts(desk, partners, order_ids=planned).allocated


def main(url: str, node: int, orders: list[int]) -> None:
    clock = Clock()
    clock.now = build.NOW
    ids, engine = Ids(clock, node), connect(url)
    partners = Partners(build.profile(None, documents=DOCUMENTS, fulfilment={"ours": True}))
    print("ready", flush=True)
    sys.stdin.readline()
    allocated = 0
    writer = Writer(engine)  # what a database ends to resolve a deadlock it does again, as flow does
    for start in range(0, len(orders), _AT_ONCE):
        some = orders[start : start + _AT_ONCE]
        allocated += writer.run(lambda conn, some=some: work(Desk(conn, ids, clock, SYSTEM), partners, some))
    print(allocated, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(argument) for argument in sys.argv[3:]])

"""Lines of an order made less by what will not come: short, not shipped, waited for too long (spec B7.4, B7.5).

Takes an order of whose parts some were ended; writes its lines and what follows: total, answer, posting. Called by
allocating.py, confirming.py and ageing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from edi_gateway.commands.allocation.planning import plan_of
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import carry_on, open_matter
from edi_gateway.model.fulfilment import PartKind
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain, show
from edi_gateway.orders.parts import reduced


def lessen(desk: Desk, partners: Partners, order_id: int, ended: Mapping[int, Decimal], why: str) -> None:
    """So much (buyer's unit) of lines of an order will not come: they are less by it. The buyer is told, the order
    posted.

    The parts are ended by the caller. A line is less by what planning would put in their place: not by what it had not
    wanted any more (it has changed, and the warehouse was still to be asked).
    """
    what = "Ending what will not come"
    matter = open_matter(desk, order_id, what)
    order = matter.order
    less: dict[int, Decimal] = {}
    for new in plan_of(desk, partners, order).add:
        if new.kind is PartKind.GOODS and new.line in ended:
            less[new.line] = EXACT.add(less.get(new.line, ZERO), new.quantity)
    less = {number: min(quantity, ended[number]) for number, quantity in less.items()}
    if not less:
        return
    who = Correspondent.named(desk, partners, order.partner, what)
    lines = [
        reduced(line, matter.document.lines[line.line - 1], less[line.line], order.currency)
        if line.line in less
        else line
        for line in matter.lines
    ]
    ledger = Ledger(desk)
    told = ", ".join(f"line {number}: {show(plain(quantity))}" for number, quantity in sorted(less.items()))
    ledger.event(order_id, "remainder cancelled", f"{told}. {why}")
    desk.record(
        "remainder cancelled",
        f"order {order.number}",
        lines={str(n): str(q) for n, q in less.items()},
        why=why,
    )
    carry_on(ledger, who, matter, lines, matter.active)
    ledger.write()

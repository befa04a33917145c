"""A CSV file of master data over the open orders: which of them would be judged otherwise if it held.

Takes the file and the orders; gives each order that would stand otherwise, before and after. The file is applied, the
orders are judged, and all of it is rolled back (flow/trial/trial.py). Called by cli/ and web/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.master_data import importing
from edi_gateway.flow.trial.records import Subject, Tried, TriedOrder
from edi_gateway.flow.trial.trial import tried
from edi_gateway.flow.works import Works
from edi_gateway.store.book import orders


@dataclass(frozen=True, slots=True)
class Otherwise:
    """An order that would stand otherwise. `changes`: in words, what of it."""

    order_id: int
    number: str
    po_number: str
    partner: str
    was: str
    now: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """How far it is: orders looked at, and the last one if it would stand otherwise."""

    orders: int
    otherwise: Otherwise | None


def judged_otherwise(works: Works, kind: str, content: bytes, order_ids: Iterable[int]) -> Iterator[Looked]:
    """One Looked an order. Raises Refused when the file holds problems: `import --dry-run` tells them."""

    def change(trial: Works, conn: Connection) -> None:
        report = importing.import_csv(trial.desk(conn), kind, content, "tried")
        if report.problems:
            raise Refused(what="Trying the file", why=str(report.problems[0]))

    subjects = [Subject("order", order_id) for order_id in order_ids]
    both = zip(tried(works, subjects), tried(works, subjects, change), strict=True)
    for n, (was, now) in enumerate(both, 1):
        yield Looked(n, _otherwise(was, now))


def open_orders(conn: Connection) -> list[int]:
    """Orders that a judgement may still move."""
    return orders.open_ids(conn)


def _otherwise(was: Tried, now: Tried) -> Otherwise | None:
    if not was.orders or not now.orders:
        return None
    old, new = was.orders[0], now.orders[0]
    changes = tuple(_changes(old, new))
    if not changes:
        return None
    number = new.number or ""
    return Otherwise(now.subject.id, number, new.po_number, new.partner, old.state, new.state, changes)


def _changes(was: TriedOrder, now: TriedOrder) -> Iterator[str]:
    if was.state != now.state:
        yield f"{was.state} → {now.state}"
    before = {(hold.code, hold.line): hold.message for hold in was.holds}
    after = {(hold.code, hold.line): hold.message for hold in now.holds}
    for key in before.keys() - after.keys():
        yield f"goes: {before[key]}"
    for key in after.keys() - before.keys():
        yield f"waits: {after[key]}"
    for old, new in zip(was.lines, now.lines, strict=False):
        for name in ("state", "sku", "quantity", "unit", "price"):
            left, right = getattr(old, name), getattr(new, name)
            if left != right:
                yield f"line {new.line}, {name}: {left} → {right}"
    if was.total != now.total:
        yield f"total {was.total} → {now.total} {now.currency}"

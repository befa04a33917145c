"""Stock that is below zero: what waits for it there is held until it is counted (spec B7.6, hold NEG_INV).

Takes (site, SKU) of which more has left than lay there; writes holds and cases, and ends them when the cause is gone.
Called by confirming.py, and by flow/fulfilment.py in passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.commands.desk import MACHINE, Desk
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase, resolve_about
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import PartState
from edi_gateway.model.order import HoldCode, NewHold
from edi_gateway.orders.holds import RULES
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.goods import stock
from edi_gateway.store.tables import holds as hold_rows

Key = tuple[str, str]  # (site, SKU)
_MARK: Final = "negative="


def went_below(desk: Desk, below: Mapping[Key, Decimal], reference: str, *, test: bool = False) -> None:
    """Tell of it, and hold what is allocated there and not released yet."""
    ledger = Ledger(desk)
    for (site, sku), balance in sorted(below.items()):
        finding = _finding(site, sku, balance, reference)
        ledger.case(NewCase(finding, None, About(), test=test))
        waiting = [
            part
            for part in parts.reserved(desk.conn, [sku])
            if part.state is PartState.ALLOCATED and part.site == site and not part.test
        ]
        for order_id, line in sorted({(part.order_id, part.line) for part in waiting}):
            active = holds.active(desk.conn, order_id)
            print_ = _fingerprint(site, sku)
            if any(h.code is HoldCode.NEG_INV and h.line == line and h.fingerprint == print_ for h in active):
                continue
            order = orders.load(desk.conn, order_id)
            assert order is not None  # parts are of orders
            code = HoldCode.NEG_INV
            hold = NewHold(code, line, RULES[code].blocks, finding, print_, Family.STOCK)
            ledger.hold(hold, order_id, order.partner, order.document_id, order.currency, test=order.test)
            ledger.event(order_id, "held", f"Line {line} is held: {finding.message}")
    ledger.write()


def waits(conn: Connection, _: object) -> bool:
    """Whether anything is held for stock below zero."""
    query = select(hold_rows.c.id).where(
        hold_rows.c.state == "ACTIVE", hold_rows.c.code == HoldCode.NEG_INV.value
    )
    return conn.execute(query.limit(1)).first() is not None


def cure(desk: Desk) -> int:
    """Release what is held for stock that is not below zero any more; how many holds."""
    held = []
    for order_id in holds.orders_held(desk.conn, [HoldCode.NEG_INV.value]):
        held += [
            h
            for h in holds.active(desk.conn, order_id)
            if h.code is HoldCode.NEG_INV and h.fingerprint.startswith(_MARK)
        ]
    levels = stock.levels(desk.conn, {_key(h.fingerprint)[1] for h in held})
    enough = {(row.site, row.sku) for rows in levels.values() for row in rows if row.on_hand >= 0}
    cured = [h for h in held if _key(h.fingerprint) in enough]
    if not cured:
        return 0
    ledger = Ledger(desk)
    ids, text = [hold.hold_id for hold in cured], "The stock is not below zero any more."
    holds.release(desk.conn, ids, by=MACHINE, at=ledger.now, reason="CURED", text=text)
    resolve_about(desk, text, hold_id=ids)
    for hold in cured:
        ledger.event(hold.order_id, "released", f"Hold {hold.code} on line {hold.line} released: {text}")
        desk.record("hold cured", f"hold {hold.hold_id}", code=hold.code.value)
    ledger.write()
    return len(cured)


def _fingerprint(site: str, sku: str) -> str:
    return f"{_MARK}{site}|{sku}"


def _key(fingerprint: str) -> Key:
    site, _, sku = fingerprint.removeprefix(_MARK).partition("|")
    return site, sku


def _finding(site: str, sku: str, balance: Decimal, reference: str) -> Finding:
    return Finding(
        Code.STOCK_NEGATIVE,
        Severity.ERROR,
        message=f"{show(balance)} of {sku} lie at {site} after {reference}: more has left than was there.",
        hint=f"Have {sku} counted at {site}, or book the receipt that is missing (`import stock`).",
        at="stock",
        value=f"{site} {sku}",
        family=Family.STOCK,
    )

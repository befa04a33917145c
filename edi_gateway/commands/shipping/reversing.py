"""The same confirm again: nothing new, a correction that takes the first one's place, or too late for that (D27, B9).

Takes the key of a confirm and a hash of what it says. Called by whatever applies confirms, before it does.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve_about
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part, PartKind, PartState
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, six_places
from edi_gateway.store import deadlines
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.goods import releases, shipments, stock
from edi_gateway.store.goods.shipments import Kept
from edi_gateway.store.goods.stock import Move

Begun = Literal["new", "again", "corrected", "too late"]


def begin(
    desk: Desk, partners: Partners, key: str, digest: str, document_id: int | None = None
) -> tuple[Begun, Kept | None]:
    """Look whether this confirm was applied before. "corrected": the first one is taken back, and the new one is to
    be applied; "too late": the notice or the invoice has gone, and a person must see to it. The caller has the orders
    of the release locked."""
    kept = shipments.confirm(desk.conn, key)
    if kept is None:
        return "new", None
    if kept.hash == digest:
        desk.record("confirm repeated", f"confirm {key}", shipment=kept.shipment_id)
        return "again", kept
    if kept.shipment_id is None:
        shipments.forget_confirm(desk.conn, kept.id)
        return "new", kept
    row = shipments.load(desk.conn, kept.shipment_id, lock=True)
    mine = parts.of_shipment(desk.conn, [row.id], lock=True).get(row.id, [])
    gone = (
        row.notice_state not in shipments.NOTICE_WAITS
        or row.notice_document_id is not None
        or row.invoice_state not in shipments.INVOICE_WAITS
        or any(part.invoice_id is not None for part in mine)
    )
    if gone:
        _too_late(desk, row, mine, document_id)
        return "too late", kept
    _take_back(desk, partners, kept, row, mine)
    return "corrected", kept


def _take_back(desk: Desk, partners: Partners, kept: Kept, row: Any, mine: list[Part]) -> None:
    """As if the goods had not left: parts with the warehouse again, stock as before, no cartons, nothing due."""
    ledger = Ledger(desk)
    why = "a corrected confirm came"
    back = [_back(replace(part, shipment_id=None, since=ledger.now)) for part in _unweighed(desk, mine)]
    parts.save(desk.conn, back)
    reserved: dict[tuple[str, str], Decimal] = {}
    for part in back:
        if part.state is PartState.RELEASED and part.site is not None and not part.test:
            key = (part.site, part.sku)
            reserved[key] = EXACT.add(reserved.get(key, ZERO), part.base_quantity)
    moves = [
        Move(m.site, m.sku, m.bucket, -m.quantity, "reversal", row.number, None, row.id)
        for m in stock.moves_of(desk.conn, row.id)
    ]
    stock.move_all(desk.conn, desk.ids, ledger.now, desk.actor.name, moves)
    stock.reserve(desk.conn, reserved)
    for release_id in sorted({part.release_id for part in mine if part.release_id is not None}):
        releases.change(desk.conn, release_id, state=releases.RELEASED, ended_at=None, why=None)
    shipments.drop_units(desk.conn, shipment_id=row.id)
    shipments.change(desk.conn, row.id, state=shipments.REVERSED, notice_state="NONE", invoice_state="NONE")
    shipments.forget_confirm(desk.conn, kept.id)
    deadlines.close(desk.conn, [deadlines.NOTICE], [row.id], "CANCELLED")
    order_ids = sorted({part.order_id for part in mine})
    for order_id in order_ids:
        fallen = [h.hold_id for h in holds.active(desk.conn, order_id) if f"={row.number};" in h.fingerprint]
        holds.supersede(desk.conn, fallen, by=desk.actor.name, at=ledger.now, text=f"Taken back: {why}.")
        if fallen:
            resolve_about(desk, f"Shipment {row.number} was taken back.", hold_id=fallen)
        ledger.event(order_id, "shipment reversed", f"Shipment {row.number} is taken back: {why}.")
        ledger.plan(order_id)
    if kept.document_id is not None:
        resolve_about(desk, "A corrected confirm took its place.", document_id=kept.document_id)
    desk.record("shipment reversed", f"shipment {row.number}", key=kept.key, why=why)
    ledger.write()
    set_stages(desk, partners, order_ids)


def _unweighed(desk: Desk, mine: list[Part]) -> list[Part]:
    """Of goods that were weighed, as much as was set aside for them before."""
    if all(part.whole for part in mine):
        return mine
    lines = {
        (order_id, line.line): line
        for order_id, found in orders.lines_of(desk.conn, sorted({part.order_id for part in mine})).items()
        for line in found
    }
    made = []
    for part in mine:
        line = lines[part.order_id, part.line]
        if not part.whole and part.sku == line.sku and line.base_quantity and line.accepted_quantity > 0:
            per = Fraction(line.base_quantity) / Fraction(line.accepted_quantity)
            part = replace(part, base_quantity=six_places(Fraction(part.quantity) * per))
        made.append(part)
    return made


def _back(part: Part) -> Part:
    """A part that has not left: with the warehouse again, or where it was when nobody had asked for it."""
    if part.kind is PartKind.OVER:
        return replace(part, state=PartState.CANCELLED, reason="REVERSED")
    if part.release_id is None:
        return replace(part, state=PartState.OPEN, site=None)
    return replace(part, state=PartState.RELEASED)


def _too_late(desk: Desk, row: Any, mine: list[Part], document_id: int | None) -> None:
    order_ids = sorted({part.order_id for part in mine})
    order = orders.load(desk.conn, order_ids[0]) if order_ids else None
    finding = Finding(
        Code.CONFIRM_CORRECTED,
        Severity.ERROR,
        message=f"The confirm of shipment {row.number} came again with other content, but its notice or invoice has "
        "gone already.",
        hint="Compare the two. Where the new one is right, correct the notice and credit the invoice.",
        rule="confirm",
        family=Family.WAREHOUSE,
    )
    about = About(document_id=document_id, order_id=None if order is None else order.id)
    amount, currency = (None, None) if order is None else (order.total, order.currency)
    open_cases(desk, [NewCase(finding, row.partner, about, amount, currency, row.test)])
    ledger = Ledger(desk)
    for order_id in order_ids:
        ledger.event(order_id, "confirm corrected", f"Shipment {row.number}: {finding.message}", document_id)
    ledger.write()

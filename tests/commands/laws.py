"""What must hold of parts, stock, shipments and invoices whatever has happened (spec B2, B3, B7, B11).

Takes a connection; `broken` tells in words what does not hold, nothing when all is well. Used by
test_whatever_ships.py and tests/crash.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, select

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code
from edi_gateway.model.fulfilment import AT_WAREHOUSE, RESERVING, Part, PartKind, PartState
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.fulfilment import stages
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.store import work
from edi_gateway.store.book import holds, notices, orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.tables import (
    handling_units,
    invoice_parts,
    invoices,
    releases,
    shipments,
    stock,
    stock_moves,
    unit_contents,
)
from edi_gateway.store.tables import holds as hold_rows
from edi_gateway.store.tables import orders as order_rows

ENDED = (OrderState.REJECTED, OrderState.CANCELLED, OrderState.VOID)
FIXED = (*AT_WAREHOUSE, PartState.SHIPPED)  # what no plan takes back by itself
NOTHING = Decimal(0)


def broken(conn: Connection, *, close_on: str = "payment", over: int = 0) -> list[str]:
    """Everything that is not as it must be. `close_on`: when the partner's orders are closed; `over`: per cent that may
    ship beyond what was ordered."""
    ids = list(conn.execute(select(order_rows.c.id)).scalars())
    book = orders.load_many(conn, ids)
    standing = parts.of_orders(conn, ids)
    every = [part for mine in standing.values() for part in mine]
    return [
        *_parts(every),
        *_orders(conn, book, standing, over),
        *_stages(conn, standing, close_on),
        *_stock(conn, every),
        *_releases(conn, every),
        *_shipments(conn, every),
        *_invoices(conn, {part.id: part for part in every}),
    ]


def _rows(conn: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(select(table)).mappings()]


# ------------------------------------------------------------------------------------------------ orders, lines


def _parts(every: Sequence[Part]) -> Iterator[str]:
    for part in every:
        merged = part.state is PartState.CANCELLED and part.reason == "MERGED"
        if part.quantity < 0 or part.base_quantity < 0 or (part.quantity == 0 and not merged):
            yield f"part {part.id} is of {part.quantity} ({part.base_quantity})"
        if part.whole and part.quantity % 1:
            yield f"part {part.id} is of {part.quantity}, no whole units"
        if part.kind is PartKind.OVER and part.state not in (PartState.SHIPPED, PartState.CANCELLED):
            yield f"part {part.id} went beyond the order and is {part.state}"
        if (part.shipment_id is not None) != (part.state is PartState.SHIPPED):
            yield f"part {part.id} is {part.state} with shipment {part.shipment_id}"
        if part.invoice_id is not None and part.state is not PartState.SHIPPED:
            yield f"part {part.id} is {part.state} and invoiced"


def _orders(
    conn: Connection, book: dict[int, StoredOrder], standing: dict[int, tuple[Part, ...]], over: int
) -> Iterator[str]:
    changing = work.pending(conn, ("plan", "recall"), "order")
    kept = {order_id: holds.of_order(conn, order_id) for order_id in book}
    for order in book.values():
        mine = standing.get(order.id, ())
        by_line = {n: list(some) for n, some in groupby(mine, key=lambda part: part.line)}
        for number, some in [*by_line.items(), (0, list(mine))]:
            for words in stages.broken(stages.ladder(some)):
                yield f"order {order.po_number} line {number}: {words}"
        if order.id in changing:
            continue
        document = PurchaseOrder.model_validate_json(order.snapshot)
        waiting = {h.store for h in holds.active(conn, order.id) if h.store is not None and "A" in h.blocks}
        for line in orders.lines(conn, order.id):
            beyond = [p for p in by_line.get(line.line, ()) if p.kind is PartKind.OVER and p.shipment_id]
            too_much = sum((p.quantity for p in beyond), NOTHING) * 100 > line.quantity * over
            if too_much and not any(h.finding_code is Code.CONFIRM_OVER_RELEASED for h in kept[order.id]):
                yield f"order {order.po_number} line {line.line}: too much went beyond it, and nobody was asked"
            if line.state is not LineState.HELD or order.state in ENDED:
                yield from _line(order, document, line, by_line.get(line.line, []), waiting)


def _line(
    order: StoredOrder, document: PurchaseOrder, line: OrderLine, mine: Sequence[Part], waiting: set[str]
) -> Iterator[str]:
    """What is open of a line is what the line says, but for what the warehouse has or what has left."""
    live: dict[str | None, Decimal] = defaultdict(Decimal)
    fixed: dict[str | None, Decimal] = defaultdict(Decimal)
    free = fixed_free = NOTHING
    for part in mine:
        if part.state is PartState.CANCELLED or part.kind is PartKind.OVER:
            continue
        if part.state is PartState.SHIPPED and part.sku not in (line.sku, line.substitute):
            continue  # it left although the item had changed: a matter for returns
        if part.kind is PartKind.FREE:
            free += part.quantity
            fixed_free += part.quantity if part.state in FIXED else NOTHING
            continue
        live[part.store] += part.quantity
        fixed[part.store] += part.quantity if part.state in FIXED else NOTHING
    name = f"order {order.po_number} line {line.line}"
    accepted = line.state is LineState.ACCEPTED and order.state not in ENDED
    wants = line.accepted_quantity if accepted else NOTHING
    shares: dict[str | None, Decimal] = defaultdict(Decimal)
    for share in shares_of(document.lines[line.line - 1]):
        if accepted and share.key not in line.cancelled_stores:
            shares[share.key] += share.quantity or NOTHING
    if sum(shares.values()) <= wants:
        shares[None] += wants - sum(shares.values())
        for store in {*live, *shares}:
            if live[store] != max(shares[store], fixed[store]) and not (store in waiting and not live[store]):
                yield f"{name} {store}: {live[store]} are open, {shares[store]} wanted, {fixed[store]} cannot change"
    else:  # less was accepted than stores want: no store has more than it wants, and all of it is with them
        over = sum((max(NOTHING, fixed[s] - shares[s]) for s in fixed), NOTHING)
        stuck = sum(fixed.values())
        total = sum(live.values())
        if not waiting and not max(wants, stuck) <= total <= max(wants, stuck) + over:
            yield f"{name}: {total} are open, {wants} wanted, {stuck} cannot change"
    wants_free = (line.free_quantity or NOTHING) if accepted else NOTHING
    if free != max(wants_free, fixed_free):
        yield f"{name}: {free} are open at no charge, {wants_free} wanted"


def _stages(conn: Connection, standing: dict[int, tuple[Part, ...]], close_on: str) -> Iterator[str]:
    states = {row["id"]: row["state"] for row in _rows(conn, invoices)}
    c = order_rows.c
    told = {row.id: (row.po_number, row.stage) for row in conn.execute(select(c.id, c.po_number, c.stage))}
    changing = work.pending(conn, ("plan",), "order")
    for order_id, mine in standing.items():
        if order_id in changing:
            continue
        billed = {part.invoice_id for part in mine if part.invoice_id is not None}
        paid = bool(billed) and all(states[number] in ("PAID", "CREDITED") for number in billed)
        held = any(line.state is LineState.HELD for line in orders.lines(conn, order_id)) or any(
            hold.store is not None and "A" in hold.blocks for hold in holds.active(conn, order_id)
        )
        reached = stages.stage(mine, settled=close_on == "invoice" or paid, held=held)
        number, stored = told[order_id]
        if stored != (None if reached is None else reached.value):
            yield f"order {number} stands as {stored}, and is {reached}"


# -------------------------------------------------------------------------------------------------------- stock


def _stock(conn: Connection, every: Sequence[Part]) -> Iterator[str]:
    reserved: dict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
    for part in every:
        if part.state in RESERVING and not part.test:
            reserved[part.site, part.sku] += part.base_quantity
            if part.site is None:
                yield f"part {part.id} is {part.state} nowhere"
    moved: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in _rows(conn, stock_moves):
        moved[row["site"], row["sku"], row["bucket"]] += row["quantity"]
    for row in _rows(conn, stock):
        key = (row["site"], row["sku"])
        if row["allocated"] != reserved.pop(key, NOTHING):
            yield f"{key}: {row['allocated']} are allocated, parts say otherwise"
        for bucket in ("on_hand", "hold", "damaged", "safety"):
            if row[bucket] != moved[*key, bucket]:
                yield f"{key}: {bucket} is {row[bucket]}, its moves come to {moved[*key, bucket]}"
        for bucket in ("allocated", "hold", "damaged", "safety"):
            if row[bucket] < 0:
                yield f"{key}: {bucket} is {row[bucket]}"
    yield from (f"{key}: parts have {quantity}, and there is no stock" for key, quantity in reserved.items())


# --------------------------------------------------------------------------------------- releases and shipments


def _releases(conn: Connection, every: Sequence[Part]) -> Iterator[str]:
    with_warehouse = Counter(part.release_id for part in every if part.state in AT_WAREHOUSE)
    for row in _rows(conn, releases):
        is_open = row["state"] in ("RELEASED", "CANCEL_ASKED")
        if is_open != bool(with_warehouse.pop(row["id"], 0)):
            yield f"release {row['number']} is {row['state']} with{'out' if is_open else ''} parts"
    yield from (f"parts are with the warehouse under release {number}" for number in with_warehouse)


def _shipments(conn: Connection, every: Sequence[Part]) -> Iterator[str]:
    left: dict[int, list[Part]] = defaultdict(list)
    for part in every:
        if part.shipment_id is not None:
            left[part.shipment_id].append(part)
    packed: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    units = {row["id"]: row for row in _rows(conn, handling_units)}
    for row in _rows(conn, unit_contents):
        shipment_id = units[row["unit_id"]]["shipment_id"]
        if shipment_id is not None:
            packed[shipment_id][row["part_id"]] += row["quantity"]
    yield from _twice("SSCC", [row["sscc"] for row in units.values() if row["sscc"] is not None])
    rows = _rows(conn, shipments)
    let_go = {  # what the cartons do not hold was held, and somebody has said that it goes all the same
        row["fingerprint"].partition(";")[0].removeprefix("shipment=")
        for row in _rows(conn, hold_rows)
        if row["code"] == "DOCS" and row["state"] == "RELEASED" and row["released_by"] not in (None, "system")
    }
    yield from _twice("shipment", [row["number"] for row in rows])
    yield from _twice("BOL", [row["bol"] for row in rows if row["state"] == "SHIPPED" and row["bol"]])
    for row in rows:
        mine = left.pop(row["id"], [])
        if (row["state"] == "SHIPPED") != bool(mine):
            yield f"shipment {row['number']} is {row['state']} with {len(mine)} parts"
        if row["state"] != "SHIPPED":
            if row["id"] in packed or row["notice_state"] != "NONE" or row["invoice_state"] != "NONE":
                yield f"shipment {row['number']} is taken back, and has cartons, a notice or an invoice"
            continue
        told = {line.part_id: line.quantity for line in notices.thawed(row["snapshot"]).lines}
        if told != {part.id: part.quantity for part in mine}:
            yield f"shipment {row['number']} tells of {told}"
        for part_id, quantity in packed[row["id"]].items():
            if quantity > told[part_id]:
                yield f"shipment {row['number']} has cartons with {quantity} of part {part_id}, {told[part_id]} left"
        is_told = row["notice_state"] in (notices.MADE, notices.SENT, notices.ACKED, notices.REJECTED)
        if is_told and packed[row["id"]] and packed[row["id"]] != told and row["number"] not in let_go:
            yield f"shipment {row['number']} tells of cartons with {dict(packed[row['id']])}, {told} has left"
    yield from (f"parts left with shipment {number}, which is none" for number in left)


# ----------------------------------------------------------------------------------------------------- invoices


def _invoices(conn: Connection, by_id: dict[int, Part]) -> Iterator[str]:
    rows = {row["id"]: row for row in _rows(conn, invoices)}
    for kinds in (("INVOICE", "REBILL"), ("CREDIT",)):
        numbers = sorted(row["number"] for row in rows.values() if row["kind"] in kinds and not row["test"])
        drawn = [int("".join(filter(str.isdigit, number))) for number in numbers]
        if drawn != list(range(1, len(drawn) + 1)):
            yield f"{kinds[0].lower()} numbers ran {numbers}"
    replaced = {row["original_id"] for row in rows.values() if row["kind"] == "REBILL"}
    credited: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows.values():
        if row["total"] != row["goods"] + row["charges"] - row["allowances"] + row["tax"]:
            yield f"invoice {row['number']} does not add up"
        if row["kind"] == "CREDIT" and row["original_id"] is not None:
            credited[row["original_id"]] += row["total"]
    for number, total in credited.items():
        if total > rows[number]["total"]:
            yield f"of invoice {rows[number]['number']} {total} are credited"
        if number in replaced and total != rows[number]["total"]:
            yield f"invoice {rows[number]['number']} was billed again, and {total} of it are credited"
    left = {row["id"]: row for row in _rows(conn, shipments)}
    stands: dict[int, list[int]] = defaultdict(list)
    for row in _rows(conn, invoice_parts):
        part, invoice = by_id[row["part_id"]], rows[row["invoice_id"]]
        if part.shipment_id is None:
            yield f"invoice {invoice['number']} bills part {part.id}, which is {part.state}"
            continue
        shipment = left[part.shipment_id]
        if invoice["issued_on"] < shipment["shipped_on"] or invoice["issued_at"] < shipment["shipped_at"]:
            yield f"invoice {invoice['number']} was issued before the goods left"
        if row["quantity"] > part.quantity:
            yield f"invoice {invoice['number']} bills {row['quantity']} of part {part.id}: {part.quantity} left"
        if invoice["kind"] != "CREDIT" and invoice["id"] not in replaced:
            stands[part.id].append(invoice["id"])
    for part in by_id.values():
        if part.invoice_id is not None and stands[part.id] != [part.invoice_id]:
            yield f"part {part.id} is invoiced by {stands[part.id]}, not by {part.invoice_id}"
        if part.invoice_id is None and stands[part.id]:
            yield f"part {part.id} is invoiced by {stands[part.id]} and does not know it"


def _twice(what: str, values: Sequence[str]) -> Iterator[str]:
    yield from (f"{what} {value} stands {n} times" for value, n in Counter(values).items() if n > 1)

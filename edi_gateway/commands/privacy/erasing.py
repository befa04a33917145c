"""Personal data of an order erased: names, addresses, telephones, free text, wherever the order left them (spec B16).

In the bytes received and sent they become as many x, in snapshots and words they go; hashes, numbers, quantities and
money stay, and the audit says who erased what and why, without what it was. Invoices stay as they were issued for as
long as the law wants them. Called by cli/, the console and flow/upkeep.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.order import OrderState
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import orders
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.privacy import traces
from edi_gateway.store.privacy.traces import Set
from edi_gateway.x12.mending.masking import mask, mask_body

ERASED: Final = "[erased]"
_OVER = frozenset({OrderState.CANCELLED, OrderState.REJECTED, OrderState.VOID})
_STAGES = frozenset({"INVOICED", "CLOSED"})
# fields of a party or a place in canonical documents and snapshots that name people and where they live
_FIELDS = frozenset(
    {
        *("name", "first_name", "middle_name", "prefix", "suffix", "second_name", "more_names", "name_parts"),
        *("address", "address_parts", "city", "postal_code", "contacts", "contact", "numbers"),
    }
)
_FREE = frozenset({"notes", "messages", "texts", "text", "note", "message"})
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be. `left`: what stays, and why."""

    order_id: int
    number: str
    po_number: str
    sets: int
    segments: int
    snapshots: int
    texts: int
    values: int
    left: tuple[str, ...]


def preview(desk: Desk, order_id: int, keep_invoices: timedelta) -> Erasure:
    """What erasing would do; nothing is changed."""
    savepoint = desk.conn.begin_nested()
    try:
        return _erase(desk, _order(desk, order_id, "Erasing"), keep_invoices)
    finally:
        savepoint.rollback()


def erase(desk: Desk, order_id: int, why: str, keep_invoices: timedelta) -> Erasure:
    """Erase the personal data of an order that is at its end. `keep_invoices`: how long the law wants them."""
    what = "Erasing personal data"
    desk.require(what, PERMISSIONS["erase personal data"])
    order = _order(desk, order_id, what)
    if not why.strip():
        raise Refused(what=what, why="it needs a reason")
    done = _erase(desk, order, keep_invoices)
    traces.note(desk.conn, desk.ids, order_id, desk.clock(), desk.actor.name, why, complete=not done.left)
    desk.record(
        "personal data erased",
        f"order {order.number}",
        why=why,
        sets=done.sets,
        segments=done.segments,
        snapshots=done.snapshots,
        texts=done.texts,
        left=list(done.left),
    )
    return done


def consumer_partners(profiles: Iterable[Profile]) -> list[str]:
    """Partners whose orders go to consumers (consumer_ship_to of their policies, or of those of a customer)."""
    return [
        one.key
        for one in profiles
        if one.policies.consumer_ship_to
        or any(policies.consumer_ship_to for policies in one.customer_policies.values())
    ]


def erase_old(
    desk: Desk, partners: Iterable[str], before: datetime, keep_invoices: timedelta, limit: int
) -> int:
    """Erase what ended before then of partners that sell to consumers; of how many orders."""
    done = 0
    for order_id in traces.ended_before(desk.conn, partners, before, limit):
        savepoint = desk.conn.begin_nested()
        try:
            erase(desk, order_id, f"it ended before {before:%Y-%m-%d}", keep_invoices)
        except Refused:  # something of it still goes out: another time
            savepoint.rollback()
            continue
        savepoint.commit()
        done += 1
    return done


def _order(desk: Desk, order_id: int, what: str) -> StoredOrder:
    order = orders.load(desk.conn, order_id)
    if order is None:
        raise Refused(what=what, why="there is no such order")
    if order.state not in _OVER and traces.stage_of(desk.conn, order_id) not in _STAGES:
        raise Refused(what=what, why=f"order {order.number} is not at its end")
    if traces.is_erased(desk.conn, order_id):
        raise Refused(what=what, why=f"that of order {order.number} is erased already")
    return order


def _erase(desk: Desk, order: StoredOrder, keep_invoices: timedelta) -> Erasure:
    conn, left = desk.conn, []
    kept = False
    for number, issued in traces.invoices_of(conn, order.id):
        kept = True
        until = issued + keep_invoices
        left.append(f"invoice {number}: kept as it was issued, until {until:%Y-%m-%d} at least")
    sets = [one for one in traces.sets_of(conn, order.id) if not (kept and one.set_code == "810")]
    ids = [one.id for one in sets]
    values: set[str] = set()
    segments = 0
    for masked_values, count in (*_received(desk, sets, left), *_sent(desk, sets, left)):
        values |= masked_values
        segments += count
    for one, body, delimiters in traces.bodies(conn, ids):
        masked = mask_body(body, delimiters)
        traces.write_body(conn, one, masked.content.decode("utf-8"))
        values |= masked.values
    rewritten = traces.snapshots(conn, order.id, ids, lambda text: _without(text, values))
    ordered = sorted(values, key=len, reverse=True)
    said = traces.texts(conn, order.id, order.partner, ids, lambda text: _replaced(text, ordered))
    traces.forget_words(conn, ids)
    return Erasure(
        order.id,
        order.number,
        order.po_number,
        len(sets),
        segments,
        rewritten,
        said,
        len(values),
        tuple(left),
    )


def _received(desk: Desk, sets: Iterable[Set], left: list[str]) -> Iterator[tuple[frozenset[str], int]]:
    for one in sets:
        if one.direction != "in" or one.receipt_id is None or one.offset is None or not one.length:
            continue
        content = traces.read_receipt(desk.conn, one.receipt_id, one.offset, one.length)
        if content is None:
            continue  # purged with the bytes
        masked = mask(content)
        if masked is None:
            left.append(f"bytes of the received {one.set_code}: they cannot be taken apart")
            continue
        traces.write_receipt(desk.conn, one.receipt_id, one.offset, masked.content)
        yield masked.values, masked.segments


def _sent(desk: Desk, sets: Iterable[Set], left: list[str]) -> Iterator[tuple[frozenset[str], int]]:
    borne: dict[int, set[tuple[str, str]]] = {}
    for one in sets:
        if one.direction == "out" and one.transmission_id is not None and one.set_code not in ("997", "999"):
            key = ((one.group_control or "").strip(), (one.control or "").strip())
            borne.setdefault(one.transmission_id, set()).add(key)
        elif one.direction == "out" and one.state in ("QUEUED", "BUNDLED"):
            raise Refused(what="Erasing personal data", why=f"the {one.set_code} has not gone yet")
    for transmission_id, mine in borne.items():
        if traces.transmission_state(desk.conn, transmission_id) == "READY":
            raise Refused(what="Erasing personal data", why="something of the order has not gone yet")
        content = traces.read_transmission(desk.conn, transmission_id)
        masked = mask(content, mine) if content else None
        if masked is not None:
            traces.write_transmission(desk.conn, transmission_id, masked.content)
            yield masked.values, masked.segments
        elif content:
            left.append("bytes of a transmission: they cannot be taken apart")


def _without(text: str, values: set[str]) -> str:
    """JSON without people's data; what stood there joins the values."""
    try:
        said = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_walked(said, values), ensure_ascii=False, separators=(",", ":"))


def _walked(said: Any, values: set[str]) -> Any:
    if isinstance(said, dict):
        place = "address" in said or "postal_code" in said or "contacts" in said or "role" in said
        return {
            key: _gone(item, values) if (place and key in _FIELDS) or key in _FREE else _walked(item, values)
            for key, item in said.items()
        }
    if isinstance(said, list):
        return [_walked(item, values) for item in said]
    return said


def _gone(said: Any, values: set[str]) -> Any:
    """Nothing of it; of a list nothing is left, of a text a word that says so."""
    if isinstance(said, str):
        if len(said.strip()) >= _SHORTEST and said != ERASED:
            values.add(said.strip())
        return ERASED if said else said
    if isinstance(said, list):
        for item in said:
            _gone(item, values)
        return []
    if isinstance(said, dict):
        for key, item in said.items():
            if key != "kind":
                _gone(item, values)
        return said if not said else {}
    return said


def _replaced(text: str, values: list[str]) -> str:
    for value in values:
        if value in text:
            text = text.replace(value, ERASED)
    return text

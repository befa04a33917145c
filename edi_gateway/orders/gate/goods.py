"""The 856: which order and line, how many, which unit and item, for which store (spec B9, C3, D7, D17, D27)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.finding import Finding
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.before import (
    Acknowledged,
    breach,
    same_item,
    shipped,
    with_tolerance,
)
from edi_gateway.orders.gate.records import Notice, NoticeItem
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, show

Key = tuple[int, tuple[int, ...]]  # order, lines that an item may mean


def notice_names_orders(notice: Notice) -> Iterator[Finding]:
    """The 856 names a PO that nothing was shipped for, or leaves one out that something was shipped for: PRF01 and
    PRF02 must be the buyer's, byte for byte."""
    named = {item.order.order_id for item in notice.items if item.order is not None}
    for item in notice.items:
        if item.order is None:
            yield breach(
                f"{item.at}.po_number",
                f"The 856 names PO {item.po_number or 'without number'}, the goods are for "
                f"{' and '.join(story.ordered.po_number for story in notice.orders.values())}.",
                "Correct the PO number or release of the shipment.",
                item.po_number,
            )
    for order_id, story in notice.orders.items():
        if order_id not in named:
            yield breach(
                "children",
                f"Goods of PO {story.ordered.po_number} have left, the 856 does not name it.",
                "Make the notice again; if it stays so, mend the shipment.",
                story.ordered.po_number,
            )


def notice_names_lines(notice: Notice) -> Iterator[Finding]:
    """An item of the 856 is no line of its PO: neither line id nor item number is one of the 850's."""
    for item in notice.items:
        if item.order is not None and not item.lines:
            yield breach(
                f"{item.at}.line",
                f"The 856 ships {item.called()}, and the 850 has no such line.",
                "Correct the line id and item of the shipment.",
                item.said.line,
            )


def answered_before_shipment(notice: Notice) -> Iterator[Finding]:
    """Goods ship for a PO that no 855 has accepted, though the partner gets 855s."""
    if not (notice.profile.answering.send and notice.profile.document("855", "out")):
        return
    for story in notice.orders.values():
        if not story.answers:
            yield breach(
                "children",
                f"The 856 ships PO {story.ordered.po_number}, and no 855 of it has gone.",
                "Answer the order first.",
                story.ordered.po_number,
            )


def shipped_within_acknowledged(notice: Notice) -> Iterator[Finding]:
    """More of a line is told as shipped, over all its 856s, than the last 855 accepted (and the tolerance allows)."""
    for order, lines, told, at in _totals(notice):
        said = notice.acknowledged[order.order_id]
        accepted = sum((said[n].quantity for n in lines if n in said), ZERO)
        most = EXACT.add(
            with_tolerance(accepted, notice.profile.fulfilment.over_delivery_percent), _free(order, lines)
        )
        if told > most:
            yield breach(
                at,
                f"The 855 accepts {show(accepted)} of {_called(order, lines)}, the 856s ship {show(told)}.",
                "Answer again with what ships, or ask the buyer to take it.",
                show(told),
            )


def shipped_within_order(notice: Notice) -> Iterator[Finding]:
    """More of a line is told as shipped, over all its 856s, than was ordered (and the tolerance allows)."""
    for order, lines, told, at in _totals(notice):
        ordered = _ordered(order, lines)
        if ordered is None:
            continue
        most = EXACT.add(
            with_tolerance(ordered, notice.profile.fulfilment.over_delivery_percent), _free(order, lines)
        )
        if told > most:
            yield breach(
                at,
                f"The 850 orders {show(ordered)} of {_called(order, lines)}, the 856s ship {show(told)}.",
                "Ask the buyer for a change of the order, or correct the shipment.",
                show(told),
            )


def store_within_order(notice: Notice) -> Iterator[Finding]:
    """More is told for a store, over all 856s, than the 850 gives it (SDQ)."""
    told: dict[tuple[Key, str], Decimal] = {}
    at: dict[tuple[Key, str], NoticeItem] = {}
    for item in (*notice.items_before, *notice.items):
        key = _key(item)
        if key is not None and item.store is not None:
            told[key, item.store] = EXACT.add(told.get((key, item.store), ZERO), item.quantity)
    for item in notice.items:
        key = _key(item)
        if key is not None and item.store is not None:
            at.setdefault((key, item.store), item)
    for (key, store), item in at.items():
        order = item.order
        assert order is not None  # its key says so
        shares = [s for n in key[1] for s in shares_of(order.ordered.lines[n - 1]) if s.key == store]
        given = sum((s.quantity for s in shares if s.quantity is not None and is_sane(s.quantity)), ZERO)
        most = with_tolerance(given, notice.profile.fulfilment.over_delivery_percent)
        if told[key, store] > most:
            yield breach(
                f"{item.at}.shipped_quantity",
                f"The 850 gives store {store} {show(given)} of {item.called()}, the 856s ship it "
                f"{show(told[key, store])}.",
                "Correct for which stores the cartons are.",
                show(told[key, store]),
            )


def notice_tells_shipment(notice: Notice) -> Iterator[Finding]:
    """The 856 tells another quantity of a line, or of a store's part of it, than has left in its shipments."""
    left: dict[Key, Decimal] = {}
    for each in notice.shipments:
        for line in each.lines:
            key = (line.order_id, (line.line,))
            left[key] = EXACT.add(left.get(key, ZERO), line.quantity)
    told: dict[Key, Decimal] = {}
    places: dict[Key, str] = {}
    for item in notice.items:
        found = _key(item)
        if found is not None:
            told[found] = EXACT.add(told.get(found, ZERO), item.quantity)
            places.setdefault(found, f"{item.at}.shipped_quantity")
    for (order_id, lines), quantity in told.items():
        gone = sum((left.pop((order_id, (n,)), ZERO) for n in lines), ZERO)
        if gone != quantity:
            yield _other(notice.orders[order_id], lines, quantity, gone, places[order_id, lines])
    for (order_id, lines), gone in left.items():
        if gone and order_id in notice.orders:
            yield _other(notice.orders[order_id], lines, ZERO, gone, "children")


def noticed_within_shipped(notice: Notice) -> Iterator[Finding]:
    """Over all its 856s more of a line is told than has left in all: something was told twice."""
    for order, lines, told, at in _totals(notice):
        gone = shipped(order.parts)
        have = sum((gone.get(n, ZERO) for n in lines), ZERO)
        if order.parts and told > have:
            yield breach(
                at,
                f"{show(have)} of {_called(order, lines)} have left in all, the 856s tell {show(told)}.",
                "See which shipment was told twice; correct its notice.",
                show(told),
            )


def shipped_unit_as_ordered(notice: Notice) -> Iterator[Finding]:
    """An item is counted in another unit than the 850 orders it in."""
    for item in notice.items:
        if item.order is None or not item.lines:
            continue
        ordered = item.order.ordered.lines[item.lines[0] - 1].unit
        if ordered is not None and item.said.unit != ordered:
            yield breach(
                f"{item.at}.unit",
                f"The 850 orders {item.called()} in {ordered}, the 856 counts in {item.said.unit or 'nothing'}.",
                "Tell it in the unit of the order.",
                item.said.unit,
            )


def shipped_item_as_acknowledged(notice: Notice) -> Iterator[Finding]:
    """Another item is shipped than was ordered, and no 855 told it as a substitute (IS), or the 856 leaves it out."""
    said = notice.acknowledged
    for item in notice.items:
        if item.order is None or not item.lines or not item.said.ids:
            continue
        told = said[item.order.order_id]
        if not any(
            same_item(item.said.ids, item.order.ordered.lines[n - 1], told.get(n)) for n in item.lines
        ):
            line = item.order.ordered.lines[item.lines[0] - 1]
            yield breach(
                f"{item.at}.ids",
                f"The 850 orders {_names(line.ids)} in {item.called()}, the 856 ships {_names(item.said.ids)}.",
                "Tell the substitute with an 855 (IS), or correct the item.",
                _names(item.said.ids),
            )
    goes = {
        (line.order_id, line.line): line.sku
        for each in notice.shipments
        for line in each.lines
        if line.substituted is not None
    }
    for (order_id, number), sku in goes.items():
        if order_id in said and not _was_told(said[order_id].get(number), sku):
            yield breach(
                "children",
                f"{sku} ships instead of what line {number} of PO {notice.orders[order_id].ordered.po_number} orders, "
                "and no 855 said so.",
                "Tell the substitute with an 855 (IS) first.",
                sku,
            )
            continue
        mine = [item for item in notice.items if item.order is not None and number in item.lines]
        named = [item for item in mine if item.order is not None and item.order.order_id == order_id]
        if named and not any(each.value == sku for item in named for each in item.said.ids):
            yield breach(
                f"{named[0].at}.ids",
                f"{sku} ships in {named[0].called()}, the 856 names {_names(named[0].said.ids)}.",
                "Tell the item that is in the carton.",
                _names(named[0].said.ids),
            )


def store_marked(notice: Notice) -> Iterator[Finding]:
    """Goods for a store do not name it, though the partner wants them marked (shipping.mark_for)."""
    if notice.profile.shipping.mark_for == "none":
        return
    for item in notice.items:
        if item.order is None or item.store is not None:
            continue
        shares = [share for n in item.lines for share in shares_of(item.order.ordered.lines[n - 1])]
        if shares:
            yield breach(
                f"{item.at}.parties",
                f"The 850 gives {item.called()} to {len(shares)} stores, the 856 does not name the one that it is for.",
                "Pack by store; the level of the order or carton then names it.",
                shares[0].key,
            )


RULES = (
    *(notice_names_orders, notice_names_lines, answered_before_shipment, shipped_within_acknowledged),
    *(shipped_within_order, store_within_order, notice_tells_shipment, noticed_within_shipped),
    *(shipped_unit_as_ordered, shipped_item_as_acknowledged, store_marked),
)


def _key(item: NoticeItem) -> Key | None:
    return (item.order.order_id, item.lines) if item.order is not None and item.lines else None


def _totals(notice: Notice) -> Iterator[tuple[OrderStory, tuple[int, ...], Decimal, str]]:
    """Of each line in the notice, what all notices together tell, and where the first item of it stands."""
    told: dict[Key, Decimal] = {}
    first: dict[Key, NoticeItem] = {}
    for item in notice.items:
        key = _key(item)
        if key is not None:
            told[key] = EXACT.add(told.get(key, ZERO), item.quantity)
            first.setdefault(key, item)
    for item in notice.items_before:
        key = _key(item)
        if key in told:
            told[key] = EXACT.add(told[key], item.quantity)
    for key, total in told.items():
        item = first[key]
        assert item.order is not None  # its key says so
        yield item.order, key[1], total, f"{item.at}.shipped_quantity"


def _ordered(order: OrderStory, lines: Iterable[int]) -> Decimal | None:
    """What was ordered of these lines, or agreed on where a person or the pack made it more."""
    total = ZERO
    for n in lines:
        quantity, mine = order.ordered.lines[n - 1].quantity, order.line(n)
        if quantity is None or not is_sane(quantity):
            return None
        total = EXACT.add(total, max(quantity, mine.accepted_quantity) if mine is not None else quantity)
    return total


def _free(order: OrderStory, lines: Iterable[int]) -> Decimal:
    """Goods on top at no charge (D10)."""
    mine = (order.line(n) for n in lines)
    return sum((m.free_quantity for m in mine if m is not None and m.free_quantity is not None), ZERO)


def _called(order: OrderStory, lines: tuple[int, ...]) -> str:
    names = [order.ordered.lines[n - 1].buyer_line or str(n) for n in lines]
    return f"line{'s' * (len(names) > 1)} {', '.join(names)} of PO {order.ordered.po_number}"


def _other(order: OrderStory, lines: tuple[int, ...], told: Decimal, gone: Decimal, at: str) -> Finding:
    return breach(
        at,
        f"{show(gone)} of {_called(order, lines)} have left in this shipment, the 856 tells {show(told)}.",
        "Make the notice of what has really left.",
        show(told),
    )


def _names(ids: Iterable[ItemId]) -> str:
    return " ".join(f"{i.qualifier} {i.value}" for i in ids) or "no item"


def _was_told(said: Acknowledged | None, sku: str) -> bool:
    return said is not None and any(i.value == sku for i in said.substitutes)

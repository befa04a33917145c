"""What is known of an order when its goods are released or shipped: document, lines, places, names, numbers.

Takes orders that are locked; reads the facts of all of them that a step needs in a few queries. Called by
releasing.py, recalling.py, confirming.py and advising.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.holding.gate import Stories
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.fulfilment import Agreed, Part, Place, Site
from edi_gateway.model.master_data import Item, MasterData
from edi_gateway.model.order import OrderLine
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.meaning import items
from edi_gateway.orders.warehouse.formerly import Former, agreed, is_of_another_item
from edi_gateway.orders.warehouse.places import Destination, destination, keys_of, place_of
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import orders, revisions
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import stock
from edi_gateway.store.master import facts, gtins


@dataclass(frozen=True, slots=True)
class _Asked:
    """store.facts.Needs: of places, items and customers only."""

    ship_tos: frozenset[tuple[str, str]]
    skus: frozenset[str]
    customers: frozenset[str]
    business_keys: frozenset[str] = frozenset()
    xrefs: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Dispatch:
    """The orders of one partner, with what their goods' way needs. `today`: the partner's day."""

    profile: Profile
    orders: dict[int, StoredOrder]
    lines: dict[int, dict[int, OrderLine]]
    data: MasterData
    sites: dict[str, Site]
    gtins: dict[tuple[str, str], str]
    today: date

    @cached_property
    def documents(self) -> dict[int, PurchaseOrder]:
        return {n: order.document for n, order in self.orders.items()}

    def to(self, part: Part) -> Destination:
        """Where the goods of a part go."""
        order = self.orders[part.order_id]
        line = self.lines[part.order_id][part.line]
        return destination(self.documents[order.id], order.ship_to, line, part, self.data)

    def store(self, key: str) -> Place:
        return place_of(key, self.data)

    def item(self, sku: str) -> Item | None:
        return self.data.items.get(sku)


def open_dispatch(
    desk: Desk, profile: Profile, found: Sequence[StoredOrder], parts: Collection[Part]
) -> Dispatch:
    """Read it all."""
    by_id = {order.id: order for order in found}
    lines = orders.lines_of(desk.conn, sorted(by_id))
    skus = frozenset(part.sku for part in parts)
    today = local_date(desk.clock(), profile.calendar)
    places: set[tuple[str, str]] = set()
    for order in found:
        stores = {part.store for part in parts if part.order_id == order.id and part.store}
        places |= keys_of(order.ship_to, list(lines.get(order.id, ())), stores)
    asked = _Asked(
        ship_tos=frozenset(places),
        skus=skus,
        customers=frozenset(order.customer for order in found if order.customer),
    )
    return Dispatch(
        profile=profile,
        orders=by_id,
        lines={n: {line.line: line for line in mine} for n, mine in lines.items()},
        data=facts.read(desk.conn, profile.key, asked, today),
        sites=stock.sites(desk.conn, today),
        gtins=gtins.of_items(desk.conn, skus, today, profile.key),
        today=today,
    )


def agreed_of(desk: Desk, known: Dispatch, pieces: Iterable[Part]) -> dict[int, Agreed]:
    """By part, what had been agreed of goods whose line is for another item meanwhile."""
    found: dict[int, Agreed] = {}
    by_order: dict[int, list[Part]] = {}
    for piece in pieces:
        if is_of_another_item(piece, known.lines[piece.order_id][piece.line]):
            by_order.setdefault(piece.order_id, []).append(piece)
    for order_id, mine in by_order.items():
        stood = [
            (revision, PurchaseOrder.model_validate_json(text))
            for revision, text in revisions.former(desk.conn, order_id)
        ]
        answers = Stories(desk.conn, notices=False).of([order_id])[order_id].answers[::-1]
        data = _named(desk, known, stood)
        for piece in mine:
            former = [
                Former(line, _meant(desk, known, order_id, revision, line, data))
                for revision, document in stood
                for line in document.lines[piece.line - 1 : piece.line]
            ]
            found[piece.id] = agreed(piece, former, answers)
    return found


def _named(desk: Desk, known: Dispatch, stood: Sequence[tuple[int, PurchaseOrder]]) -> MasterData:
    ids = [line.ids for _, document in stood for line in document.lines]
    asked = _Asked(
        ship_tos=frozenset(),
        skus=frozenset(sku for each in ids for sku in items.own_numbers(each)),
        customers=frozenset(),
        xrefs=frozenset(key for each in ids for key in items.keys(each)),
    )
    return facts.read(desk.conn, known.profile.key, asked, known.today)


def _meant(
    desk: Desk, known: Dispatch, order_id: int, revision: int, line: Line, data: MasterData
) -> str | None:
    """The item that a line of a former revision was for: as somebody had settled it, else by its numbers."""
    for edit in reversed(orders.edits(desk.conn, order_id, revision)):
        if (edit.line, edit.field) == (line.line, "sku"):
            return edit.now
    return items.resolve(line.ids, line.unit, data, known.profile.key).sku

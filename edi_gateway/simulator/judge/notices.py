"""What a buyer holds against an 856 (spec B10, C3): against the order, its answer, and everything shipped before.

Takes the book and a received notice; yields disagreements. The levels themselves are trees.py's, cartons cartons.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.simulator.book import Book, Deal, Item, acknowledged, items, line_in, may_be
from edi_gateway.simulator.judge.answers import last_delivery_day, last_ship_day
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.numbers import ZERO, shown

_CORRECTIONS = ("01", "04", "05")


def judge(book: Book, notice: ShipNotice, at: datetime) -> Iterator[Disagreement]:
    """All that is wrong with a notice but its tree and its cartons; the book does not know it yet."""
    yield from _number(book, notice)
    if notice.purpose == "01":
        return
    told = list(items(notice))
    if not told:
        yield _against(Rule.NOTICE_EMPTY, notice, "There is no item on it.")
    yield from _orders(book, notice, told)
    yield from _lines(book, notice, told)
    yield from _quantities(book, notice, told)
    yield from _stores(book, notice, told)
    yield from _places(book, notice, told)
    yield from _dates(book, notice, told, at)


def _against(rule: Rule, notice: ShipNotice, reason: str) -> Disagreement:
    return Disagreement(rule, "856", notice.shipment_id, reason)


def _number(book: Book, notice: ShipNotice) -> Iterator[Disagreement]:
    known = notice.shipment_id in book.shipments
    if notice.purpose in _CORRECTIONS:
        if notice.shipment_id not in book.notices:
            yield _against(
                Rule.NOTICE_CORRECTS_NOTHING,
                notice,
                f"BSN01 {notice.purpose} of a shipment that was never told.",
            )
    elif known:
        yield _against(Rule.NOTICE_SHIPMENT_REPEATED, notice, "This number was used before.")


def _orders(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[Disagreement]:
    for key in dict.fromkeys(item.key for item in told):
        deal = book.deals.get(key)
        name = key[0] + (f", release {key[1]}" if key[1] else "")
        if deal is None:
            yield _against(
                Rule.NOTICE_ORDER_UNKNOWN, notice, f"No order {name or 'without a number'} was placed."
            )
            continue
        days = {item.ordered_on for item in told if item.key == key and item.ordered_on is not None}
        if days and days != {deal.order.ordered_on}:
            yield _against(
                Rule.NOTICE_ORDER_DATE,
                notice,
                f"PRF04 of {name} is {min(days)}, the order's date {deal.order.ordered_on}.",
            )
        if not deal.answers and any(placed.due is not None for placed in deal.placed):
            yield _against(Rule.NOTICE_BEFORE_ANSWER, notice, f"Order {name} was not answered yet.")


def _lines(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[Disagreement]:
    for item in told:
        deal = book.deals.get(item.key)
        if item.quantity <= 0:
            yield _against(Rule.NOTICE_EMPTY, notice, f"SN102 of {_said(item)} is {shown(item.quantity)}.")
        if deal is None:
            continue
        line = line_in(deal, item.line, item.ids)
        if line is None:
            yield _against(
                Rule.NOTICE_LINE_UNKNOWN,
                notice,
                f"{_said(item)} is no line of {item.key[0]}, or not one alone.",
            )
            continue
        if not may_be(deal, line, item.ids):
            yield _against(Rule.NOTICE_ITEM, notice, f"{_name(line)} is told as {_said(item)}.")
        if item.unit != line.unit:
            yield _against(
                Rule.NOTICE_UNIT, notice, f"{_name(line)} is told in {item.unit}, ordered was in {line.unit}."
            )


def _quantities(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[Disagreement]:
    """Over all notices that stand: this one counts in place of what it replaces."""
    for deal, line, quantity in _sums(book, notice, told):
        if line.price_basis == "NC" or quantity == ZERO:
            continue
        promised, _, _ = acknowledged(deal, line)
        allowed = promised * (1 + book.agreed.fulfilment.over_delivery_percent / 100)
        if deal.answers and promised == 0:
            yield _against(
                Rule.NOTICE_NOT_ACKNOWLEDGED,
                notice,
                f"{_name(line)} of {deal.order.po_number} was not accepted.",
            )
        elif quantity > allowed:
            yield _against(
                Rule.NOTICE_QUANTITY_OVER,
                notice,
                f"{_name(line)} of {deal.order.po_number}: {shown(quantity)} shipped in all, "
                f"acknowledged {shown(promised)}.",
            )


def _sums(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[tuple[Deal, Line, Decimal]]:
    """Each line that the notice touches, with all that was shipped of it."""
    found: dict[int, tuple[Deal, Line, Decimal]] = {}
    here: set[int] = set()
    for item, new in [
        *((i, True) for i in told),
        *((i, False) for i in book.shipped(but=notice.shipment_id)),
    ]:
        deal = book.deals.get(item.key)
        line = line_in(deal, item.line, item.ids) if deal is not None else None
        if deal is None or line is None:
            continue
        before = found.get(id(line), (deal, line, ZERO))[2]
        found[id(line)] = (deal, line, before + item.quantity)
        if new:
            here.add(id(line))
    return (each for key, each in found.items() if key in here)


def _stores(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[Disagreement]:
    """SDQ: which store gets how many of which line (spec D7)."""
    got: dict[tuple[int, str], Decimal] = {}
    for item in [*told, *book.shipped(but=notice.shipment_id)]:
        line = _line(book, item)
        if line is not None and item.store is not None:
            got[id(line), item.store] = got.get((id(line), item.store), ZERO) + item.quantity
    reported: set[tuple[int, str]] = set()
    for item in told:
        line = _line(book, item)
        if line is None or not line.allocations:
            continue
        wanted = {a.location: a.quantity for a in line.allocations}
        if item.store is None or (item.store not in wanted and _is_ship_to(book, item, notice)):
            yield _against(
                Rule.NOTICE_STORE_MISSING, notice, f"{_name(line)}: {shown(item.quantity)} for no store."
            )
        elif item.store not in wanted:
            yield _against(
                Rule.NOTICE_STORE_UNKNOWN, notice, f"{_name(line)} was not ordered for store {item.store}."
            )
        elif got[id(line), item.store] > wanted[item.store] and (id(line), item.store) not in reported:
            reported.add((id(line), item.store))
            yield _against(
                Rule.NOTICE_STORE_QUANTITY,
                notice,
                f"{_name(line)}: store {item.store} gets {shown(got[id(line), item.store])}, "
                f"ordered for it were {shown(wanted[item.store])}.",
            )


def _is_ship_to(book: Book, item: Item, notice: ShipNotice) -> bool:
    """Whether the only place that was named is where all of the goods go, a distribution centre."""
    return item.store in {party.id for party in notice.parties if party.role == "ST"}


def _line(book: Book, item: Item) -> Line | None:
    deal = book.deals.get(item.key)
    return None if deal is None else line_in(deal, item.line, item.ids)


def _places(book: Book, notice: ShipNotice, told: list[Item]) -> Iterator[Disagreement]:
    to = next((p for p in notice.parties if p.role == "ST"), None)
    own = [(item, _shares(line)) for item in told if (line := _line(book, item)) is not None]
    if to is not None and any(shares for _, shares in own):  # lines name places of their own (spec D8)
        yield from _own_places(notice, to, own)
        return
    for order in _orders_of(book, told):
        wanted = order.party("ST")
        if to is None or wanted is None:
            if to is None:
                yield _against(Rule.NOTICE_SHIP_TO, notice, "No ship-to is named.")
                return
            continue
        same = to.id == wanted.id if wanted.id else to.postal_code == wanted.postal_code
        if not same:
            yield _against(
                Rule.NOTICE_SHIP_TO,
                notice,
                f"It goes to {to.id or to.name}, ordered was to {wanted.id or wanted.name}.",
            )


def _shares(line: Line) -> dict[str | None, Decimal | None]:
    """The places that a line names itself, each with its quantity where one is said."""
    places = [party for party in line.parties if party.role == "ST"]
    return {party.id: party.quantities[0].quantity if party.quantities else None for party in places}


def _own_places(
    notice: ShipNotice, to: Party, told: list[tuple[Item, dict[str | None, Decimal | None]]]
) -> Iterator[Disagreement]:
    got: dict[str, Decimal] = {}
    for item, shares in told:
        if shares and to.id not in shares:
            yield _against(
                Rule.NOTICE_SHIP_TO,
                notice,
                f"Line {item.line} goes to {to.id or to.name}, which it does not name.",
            )
        elif shares:
            name = str(item.line)
            got[name] = got.get(name, ZERO) + item.quantity
            most = shares[to.id]
            if most is not None and got[name] > most:
                yield _against(
                    Rule.NOTICE_STORE_QUANTITY,
                    notice,
                    f"Line {name}: {to.id} gets {shown(got[name])}, ordered for it were {shown(most)}.",
                )


def _orders_of(book: Book, told: list[Item]) -> list[PurchaseOrder]:
    keys = dict.fromkeys(item.key for item in told)
    return [book.deals[key].order for key in keys if key in book.deals]


def _dates(book: Book, notice: ShipNotice, told: list[Item], at: datetime) -> Iterator[Disagreement]:
    zone = ZoneInfo(book.agreed.calendar.zone)
    left, arrives = notice.dates.shipped_on, notice.dates.estimated_delivery
    now = at.astimezone(zone)
    if left is not None:
        if left > now.date():
            yield _against(
                Rule.NOTICE_SHIP_DATE_FUTURE, notice, f"It says shipped on {left}; today is {now:%Y-%m-%d}."
            )
        yield from _late(book, notice, left, now)
        yield from _window(book, notice, told, left)
    if arrives is not None:
        if now.date() > arrives:
            yield _against(Rule.NOTICE_AFTER_ARRIVAL, notice, f"The goods were to be there on {arrives}.")
        yield from _arrival(book, notice, told, arrives)


def _late(book: Book, notice: ShipNotice, left: date, now: datetime) -> Iterator[Disagreement]:
    """By the minute where DTM03 says when the goods left, else by the end of that day."""
    said = notice.dates.times.get("011", "")
    time = timedelta(hours=int(said[:2]), minutes=int(said[2:4])) if said[:4].isdigit() else timedelta(days=1)
    gone = datetime.combine(left, datetime.min.time(), now.tzinfo) + time
    limit = timedelta(minutes=book.agreed.shipping.within_minutes)
    if notice.purpose not in _CORRECTIONS and now - gone > limit:
        minutes = int((now - gone) / timedelta(minutes=1))
        yield _against(
            Rule.NOTICE_LATE,
            notice,
            f"It came {minutes} minutes after the goods left, agreed are {limit.seconds // 60}.",
        )


def _window(book: Book, notice: ShipNotice, told: list[Item], left: date) -> Iterator[Disagreement]:
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    for item in told:
        line, deal = _line(book, item), book.deals.get(item.key)
        if line is None or deal is None:
            continue
        day = line.dates.ship_not_before or deal.order.dates.ship_not_before
        if day is not None:
            first[deal.order.po_number] = max(day, first.get(deal.order.po_number, day))
        day = last_ship_day(deal, deal.order, line)
        if day is not None:
            last[deal.order.po_number] = min(day, last.get(deal.order.po_number, day))
    for po, day in first.items():
        if left < day:
            yield _against(
                Rule.NOTICE_SHIPPED_EARLY, notice, f"{po} left on {left}; not before {day} was agreed."
            )
    for po, day in last.items():
        if left > day:
            yield _against(Rule.NOTICE_SHIPPED_LATE, notice, f"{po} left on {left}; the last day was {day}.")


def _arrival(book: Book, notice: ShipNotice, told: list[Item], arrives: date) -> Iterator[Disagreement]:
    for order in _orders_of(book, told):
        first = order.dates.deliver_not_before or order.dates.deliver_on_or_after
        days = [last_delivery_day(order, line) for line in order.lines]
        last = min((day for day in days if day is not None), default=None)
        if (first is not None and arrives < first) or (last is not None and arrives > last):
            yield _against(
                Rule.NOTICE_ARRIVES_OUTSIDE_WINDOW,
                notice,
                f"{order.po_number} will be there on {arrives}; it may come from {first or 'any day'} "
                f"to {last or 'any day'}.",
            )


def _name(line: Line) -> str:
    return f"Line {line.buyer_line or line.line}"


def _said(item: Item) -> str:
    return " ".join([*([item.line] if item.line else []), *(f"{q} {v}" for q, v in item.ids)]) or "an item"

"""Allocated goods handed to the warehouse: a release, and a 940 where a partner runs the site (spec B3.3, B9).

Takes orders whose day has come; writes releases, parts and documents in the caller's transaction. Called by
flow/fulfilment.py, and by people who want an order released early or a 940 sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from edi_gateway.commands.allocation.allocating import stopped, stops_of
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.carrying_on import ENDED
from edi_gateway.commands.ordering.last_day import end_of
from edi_gateway.commands.outgoing import Subject, queue
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.shipping.dispatch import Dispatch, open_dispatch
from edi_gateway.commands.triage.cases import About, NewCase, resolve
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part, PartState, Place, Release
from edi_gateway.orders.hours.calendar import shift
from edi_gateway.orders.warehouse.grouping import Group, Grouped, group
from edi_gateway.orders.warehouse.order import Asked, Status, warehouse_order
from edi_gateway.orders.warehouse.places import of_site
from edi_gateway.partners.profile import Address, Profile
from edi_gateway.store import deadlines, work
from edi_gateway.store.book import cases, holds, orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import releases
from edi_gateway.store.goods.releases import RELEASED
from edi_gateway.store.traffic import documents

SET: Final = "940"
GS: Final = "OW"
_PAGE: Final = 100
_BEFORE: Final = ("plan", "recall")  # work that comes first: the order may not want what is allocated


def release_due(desk: Desk, release: Callable[[Sequence[int]], int]) -> int:
    """Release what is due of some orders, by `release`; how many releases were made. 0: there is nothing more."""
    made, after = 0, 0
    while not made and (found := releases.orders_due(desk.conn, _tomorrow(desk.clock()), after, _PAGE)):
        after = found[-1]  # what cannot go yet must not stand before what can
        made = release(found)
    return made


def waits(conn: Connection, now: datetime) -> bool:
    """Whether anything may be due."""
    return bool(releases.orders_due(conn, _tomorrow(now), 0, 1))


def _tomorrow(now: datetime) -> date:
    """Somewhere it is tomorrow already; each order's own calendar decides."""
    return shift(now.date(), 1)


def release_order(desk: Desk, partners: Partners, order_id: int, *, early: bool = False) -> list[Release]:
    """Release what is allocated of an order, `early` also what is not due yet. Refused when there is nothing."""
    what = "Releasing to the warehouse"
    desk.require(what, PERMISSIONS["release to the warehouse"])
    order = orders.load(desk.conn, order_id)
    if order is None:
        raise Refused(what=what, why=f"there is no order {order_id}")
    made = release_orders(desk, partners, [order_id], early=early)
    if not made:
        raise Refused(what=what, why=f"nothing of order {order.number} is ready: {_why_not(desk, order)}")
    return made


def _why_not(desk: Desk, order: StoredOrder) -> str:
    stops = [hold.message for hold in holds.active(desk.conn, order.id) if set(hold.blocks) & set("ABR")]
    if stops:
        return stops[0]
    if order.ship_complete:
        return "it ships as a whole, and not all of it is allocated and due"
    return "nothing is allocated and due"


def release_orders(
    desk: Desk, partners: Partners, order_ids: Sequence[int], *, early: bool = False
) -> list[Release]:
    """Release what is ready of these orders. What waits for a change to be planned is left for the next pass."""
    found = orders.load_many(desk.conn, order_ids, lock=True)
    waits = work.pending(desk.conn, _BEFORE, "order")
    by_partner: dict[str, list[StoredOrder]] = {}
    for order in found.values():
        if order.state not in ENDED and order.id not in waits:
            by_partner.setdefault(order.partner, []).append(order)
    made: list[Release] = []
    for partner, mine in sorted(by_partner.items()):
        profile = partners.profile(partner)
        if profile is not None and profile.fulfilment.ours:
            made += _Releasing(desk, partners, profile, mine, early=early).release()
    return made


class _Releasing:
    """The orders of one partner."""

    def __init__(
        self, desk: Desk, partners: Partners, profile: Profile, mine: Sequence[StoredOrder], *, early: bool
    ) -> None:
        self._desk, self._partners, self._profile, self._early = desk, partners, profile, early
        self._orders = mine
        ids = [order.id for order in mine]
        self._parts = parts.of_orders(desk.conn, ids, lock=True)
        self._known = open_dispatch(desk, profile, mine, [p for each in self._parts.values() for p in each])
        self._holds = holds.active_of(desk.conn, ids)
        self._counts = releases.counts(desk.conn, ids)
        self._ledger = Ledger(desk)

    def release(self) -> list[Release]:
        made: list[Release] = []
        for order in self._orders:
            grouped = self._grouped(order)
            if grouped.too_late:
                self._too_late(order, grouped.too_late)
            made += [self._make(order, each) for each in grouped.groups]
        self._ledger.write()
        set_stages(self._desk, self._partners, {release.order_id for release in made})
        return made

    def _grouped(self, order: StoredOrder) -> Grouped:
        stops = stops_of(self._holds.get(order.id, ()), "ABR")  # and the steps before it (spec B4.1)
        return group(
            self._parts.get(order.id, ()),
            today=self._known.today,
            calendar=self._profile.calendar,
            whole=order.ship_complete,
            stopped=lambda part: stopped(stops, part, order.ship_complete),
            place=lambda part: self._known.to(part).key,
            per_store=self._profile.fulfilment.order_per == "store",
            early=self._early,
        )

    def _make(self, order: StoredOrder, group: Group) -> Release:
        desk, now = self._desk, self._ledger.now
        self._counts[order.id] = self._counts.get(order.id, 0) + 1
        site = self._known.sites.get(group.site)
        warehouse = None if site is None else runs(self._partners, site.warehouse)
        due = end_of(group.ship_on, self._profile.calendar) + timedelta(
            hours=self._profile.fulfilment.confirm_within_hours
        )
        release = Release(
            id=desk.ids.next(),
            number=f"{order.number}-{self._counts[order.id]}",
            order_id=order.id,
            partner=order.partner,
            warehouse=warehouse,
            site=group.site,
            ship_to=group.ship_to,
            store=group.store,
            ship_on=group.ship_on,
            state=RELEASED,
            version=1,
            document_id=None,
            released_at=now,
            confirm_due_at=due,
            test=order.test,
        )
        mine = [
            replace(part, state=PartState.RELEASED, release_id=release.id, since=now) for part in group.parts
        ]
        if warehouse is not None:
            sent = tell(desk, self._partners, self._known, release, mine, "N")
            release = replace(release, document_id=sent)
        releases.add(desk.conn, [release])
        parts.save(desk.conn, mine)
        deadlines.put(desk.conn, desk.ids, deadlines.CONFIRM, release.id, due)
        to = f"the warehouse {warehouse} (940)" if warehouse else f"the pick list of {group.site or 'stock'}"
        self._ledger.event(
            order.id,
            "released",
            f"Release {release.number} went to {to}, to ship on {group.ship_on}.",
            release.document_id,
        )
        desk.record(
            "released",
            f"release {release.number}",
            order=order.number,
            site=group.site,
            warehouse=warehouse,
            ship_on=group.ship_on.isoformat(),
            parts=[[p.line, p.store, str(p.quantity)] for p in mine],
        )
        return release

    def _too_late(self, order: StoredOrder, late: Sequence[Part]) -> None:
        lines = ", ".join(sorted({str(part.line) for part in late}))
        day = min(part.cancel_after for part in late if part.cancel_after is not None)
        finding = Finding(
            Code.CANCEL_DATE_PASSED,
            Severity.ERROR,
            message=f"Line {lines} of PO {order.po_number} is in stock, but its last day {day} is over before it can "
            "leave.",
            hint="Record the extension that the buyer gives (`orders set ORDER dates.cancel_after DAY`), or cancel it.",
            rule="release",
            family=Family.DATE,
        )
        about = About(order_id=order.id)
        self._ledger.case(NewCase(finding, order.partner, about, order.total, order.currency, order.test))


def runs(partners: Partners, warehouse: str | None) -> str | None:
    """The partner who gets a 940 for a site; None: what is to ship there stands on a pick list of our own."""
    if warehouse is None:
        return None
    profile = partners.profile(warehouse)
    return warehouse if profile is not None and profile.document(SET, "out") is not None else None


def tell(
    desk: Desk,
    partners: Partners,
    known: Dispatch,
    release: Release,
    mine: Sequence[Part],
    status: Status,
) -> int:
    """Queue a 940 for a release; the id of the document."""
    assert release.warehouse is not None  # a pick list is not sent
    about = Subject(release.number, release.order_id, release.test)
    made = warehouse_order(asked_of(partners, known, release, mine), mine, status)
    return queue(desk, partners, release.warehouse, SET, GS, made, about).document_id


def asked_of(partners: Partners, known: Dispatch, release: Release, mine: Sequence[Part]) -> Asked:
    """All that a 940 says of a release."""
    order = known.orders[release.order_id]
    warehouse = partners.profile(release.warehouse or "")
    marks = known.profile.shipping.mark_for
    customer = known.data.customers.get(order.customer or "")
    agreed = known.profile.policies_of(order.customer).freight_payment
    usual = (customer.freight_payment if customer is not None else None) or next(iter(agreed), None)
    return Asked(
        release=release,
        number=order.number,
        document=known.documents[order.id],
        site=of_site(known.sites.get(release.site), release.site),
        depositor=Place() if warehouse is None else _depositor(warehouse.us),
        to=known.to(mine[0]),
        mark_for=None if marks == "none" else marks,
        stores={part.store: known.store(part.store) for part in mine if part.store is not None},
        gtins=known.gtins,
        descriptions={sku: item.description for sku, item in known.data.items.items()},
        payment=usual,
    )


def _depositor(us: Address) -> Place:
    """We, by the number under which the warehouse exchanges documents with us (DE66 1: DUNS)."""
    return Place(id_qualifier="1" if us.qualifier == "01" else "ZZ", id=us.id)


def send_again(desk: Desk, partners: Partners, number: str) -> int:
    """Make the 940 of a release anew and send it: as a change where one went, as new where none could. Its id."""
    what = f"Sending the 940 of {number} again"
    desk.require(what, PERMISSIONS["release to the warehouse"])
    release = the(desk, number, what)
    if release.state != RELEASED:
        raise Refused(what=what, why=f"it is {release.state.lower().replace('_', ' ')}")
    if release.warehouse is None or runs(partners, release.warehouse) is None:
        raise Refused(what=what, why="no partner who gets 940s runs its site")
    order, mine = opened(desk, release)
    profile = partners.profile(release.partner)
    if profile is None:
        raise Refused(what=what, why=f"the partner {release.partner} is not published: publish it first")
    known = open_dispatch(desk, profile, [order], mine)
    last = None if release.document_id is None else documents.load_outbound(desk.conn, release.document_id)
    status: Status = "N" if last is None or last.state == "INVALID" else "R"
    version = release.version + (status == "R")
    document_id = tell(desk, partners, known, replace(release, version=version), mine, status)
    releases.change(desk.conn, release.id, document_id=document_id, version=version)
    if last is not None and last.state == "INVALID":
        over = [case.id for case in cases.open_of(desk.conn, document_id=last.id)]
        resolve(desk, over, "A new 940 was made.")
    ledger = Ledger(desk)
    ledger.event(order.id, "released", f"Release {number}: the 940 was made again.", document_id)
    ledger.write()
    desk.record("940 made again", f"release {number}", document=document_id, version=version)
    return document_id


def the(desk: Desk, number: str, what: str) -> Release:
    """The release of this number, its order and itself locked; Refused when there is none."""
    found = releases.by_number(desk.conn, [number]).get(number)
    if found is None:
        raise Refused(what=what, why=f"there is no release {number}")
    orders.lock(desk.conn, [found.order_id])
    return releases.load(desk.conn, [found.id], lock=True)[found.id]


def opened(desk: Desk, release: Release) -> tuple[StoredOrder, list[Part]]:
    """The order of a release, and its parts that have not shipped."""
    order = orders.load(desk.conn, release.order_id, lock=True)
    assert order is not None  # releases are made of orders, and orders are not deleted
    mine = parts.of_release(desk.conn, [release.id], lock=True).get(release.id, [])
    return order, [part for part in mine if part.state is not PartState.SHIPPED]


def over(desk: Desk, release: Release, text: str) -> None:
    """A release has ended: nobody waits for its confirm any more."""
    deadlines.close(desk.conn, [deadlines.CONFIRM], [release.id])
    late = [
        case.id
        for case in cases.open_of(desk.conn, order_id=release.order_id)
        if case.code == Code.CONFIRM_OVERDUE.value and release.number in case.message
    ]
    resolve(desk, late, text)

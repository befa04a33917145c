"""What the warehouse has and the order does not want any more: asked back, and what comes back (spec B8, D3, D4).

Takes orders that planning has found so (work `recall`), and releases whose cancellation is confirmed; a 940 R or F
asks, and only a confirmation brings parts back. Called by flow/fulfilment.py, confirming.py, and people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.planning import plan_of
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.carrying_on import ENDED
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.shipping.dispatch import open_dispatch
from edi_gateway.commands.shipping.releasing import SET, opened, over, tell, the
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.warehouse_order import WarehouseOrder
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import PartState, Release
from edi_gateway.orders.fulfilment.planning import Cut
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show
from edi_gateway.orders.warehouse.order import Status, asked_of
from edi_gateway.orders.warehouse.shipping import give_back
from edi_gateway.store.book import orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import releases, shipments
from edi_gateway.store.goods.releases import CANCEL_ASKED, CANCELLED, RELEASED
from edi_gateway.store.traffic import documents

_HANDLED: Final = (PartState.PICKED, PartState.PACKED)


def recall(desk: Desk, partners: Partners, order_ids: Sequence[int]) -> None:
    """Ask back what these orders do not want any more. What is picked or packed is for a person to decide (B8)."""
    for order in orders.load_many(desk.conn, order_ids, lock=True).values():
        by_release: dict[int, list[Cut]] = {}
        handled: list[Cut] = []
        for cut in plan_of(desk, partners, order).stuck:  # the warehouse must be asked (spec B8)
            if cut.part.state in _HANDLED:
                handled.append(cut)
            elif cut.part.release_id is not None:
                by_release.setdefault(cut.part.release_id, []).append(cut)
        ledger = Ledger(desk)
        if handled:
            _for_a_person(ledger, order, handled)
        for release in releases.load(desk.conn, by_release, lock=True).values():
            _recall(ledger, partners, order, release, by_release[release.id])
        ledger.write()
        set_stages(desk, partners, [order.id])


def _recall(
    ledger: Ledger, partners: Partners, order: StoredOrder, release: Release, cuts: Sequence[Cut]
) -> None:
    desk = ledger.desk
    if release.warehouse is None:  # our own people: what is not picked yet does not go
        _take_back(ledger, order, release, cuts, "it is our own site")
        return
    cut_of = {cut.part.id: cut.quantity for cut in cuts}
    _, mine = opened(desk, release)
    kept = [
        replace(part, quantity=left)
        for part in mine
        if (left := EXACT.subtract(part.quantity, cut_of.get(part.id, ZERO))) > 0
    ]
    wanted = {part.id: part.quantity for part in kept}
    if release.state == CANCEL_ASKED and wanted == asked_quantities(desk, release):
        return  # asked already
    profile = partners.profile(order.partner)
    if profile is None:
        return  # planning leaves the work again when the partner is back
    status: Status = "R" if kept else "F"
    known = open_dispatch(desk, profile, [order], mine)
    version = release.version + 1
    document_id = tell(desk, partners, known, replace(release, version=version), kept or mine, status)
    releases.change(
        desk.conn,
        release.id,
        state=CANCEL_ASKED,
        version=version,
        document_id=document_id,
        why="the order has changed",
    )
    what = "cancel all" if status == "F" else "ship less"
    text = f"The warehouse {release.warehouse} is asked to {what} of release {release.number} (940 {status})."
    ledger.event(order.id, "cancel asked", text, document_id)
    desk.record(
        "cancel asked",
        f"release {release.number}",
        order=order.number,
        status=status,
        cuts=[[cut.part.line, cut.part.store, str(cut.quantity)] for cut in cuts],
    )


def confirm_cancel(desk: Desk, partners: Partners, number: str) -> None:
    """The warehouse agrees to what it was asked: that part is not with it any more (spec B3.3)."""
    what = f"Confirming the cancellation of {number}"
    desk.require(what, PERMISSIONS["release to the warehouse"])
    release = the(desk, number, what)
    if release.state != CANCEL_ASKED:
        raise Refused(what=what, why=f"it is {release.state.lower().replace('_', ' ')}: nothing was asked")
    concede(desk, partners, release, {}, f"confirmed by {desk.actor.name}")


def concede(
    desk: Desk, partners: Partners, release: Release, shipped: Mapping[int, Decimal], why: str
) -> Release:
    """What the last 940 did not ask for any more comes back, but for parts of which more than that has shipped; the
    release as it is then. `shipped`: by part, in its unit."""
    order, mine = opened(desk, release)
    asked = asked_quantities(desk, release)
    cuts = [
        Cut(part, EXACT.subtract(part.quantity, keep))
        for part in mine
        if (keep := asked.get(part.id, ZERO)) < part.quantity and shipped.get(part.id, ZERO) <= keep
    ]
    ledger = Ledger(desk)
    now = _take_back(ledger, order, release, cuts, why)
    ledger.write()
    set_stages(desk, partners, [order.id])
    return now


def _take_back(
    ledger: Ledger, order: StoredOrder, release: Release, cuts: Sequence[Cut], why: str
) -> Release:
    """Parts of a release are allocated again, for planning to end what is not wanted. Nothing left: it is over."""
    desk = ledger.desk
    returned = give_back(cuts, ledger.now, desk.ids.next)
    parts.save(desk.conn, returned.changed)
    parts.add(desk.conn, returned.new)
    left = [
        p
        for p in parts.of_release(desk.conn, [release.id]).get(release.id, [])
        if p.state is not PartState.SHIPPED
    ]
    state = RELEASED if left else CANCELLED
    values: dict[str, object] = {"state": state, "why": why}
    if not left:
        values["ended_at"] = ledger.now
        over(desk, release, f"Release {release.number} was cancelled.")
        shipments.drop_units(desk.conn, release_ids=[release.id])
    releases.change(desk.conn, release.id, **values)
    told = ", ".join(f"line {p.line}: {show(p.quantity)} {p.unit}" for p in returned.back) or "nothing"
    ledger.event(order.id, "cancel confirmed", f"Release {release.number}: {told} will not ship; {why}.")
    ledger.plan(order.id)
    desk.record(
        "cancel confirmed",
        f"release {release.number}",
        order=order.number,
        back=[[p.line, p.store, str(p.quantity)] for p in returned.back],
        why=why,
        over=not left,
    )
    return replace(release, state=state)


def asked_quantities(desk: Desk, release: Release) -> dict[int, Decimal]:
    """How much the last 940 of a release asks for, by part; all of it where none went."""
    text = None
    if release.document_id is not None:
        text = documents.canonical(desk.conn, release.document_id)
    if text is None:
        _, mine = opened(desk, release)
        return {part.id: part.quantity for part in mine}
    found = asked_of(WarehouseOrder.model_validate_json(text))
    return {part_id: item.quantity for part_id, item in found.items()}


def _for_a_person(ledger: Ledger, order: StoredOrder, handled: Sequence[Cut]) -> None:
    if order.state in ENDED:
        wish = "is cancelled"
    else:
        wish = "has changed"
    told = ", ".join(f"line {cut.part.line}: {show(cut.quantity)} {cut.part.unit}" for cut in handled)
    finding = Finding(
        Code.CHANGE_TOO_LATE,
        Severity.ERROR,
        message=f"PO {order.po_number} {wish}, but what it does not want is picked already: {told}.",
        hint="Unpick it (`ship unpick RELEASE`), or tell the buyer that it ships.",
        rule=SET,
        family=Family.CHANGE,
    )
    about = About(order_id=order.id)
    ledger.case(NewCase(finding, order.partner, about, order.total, order.currency, order.test))

"""A warehouse's shipping advice (945) applied to the release that it names (spec B9, D4, D27).

Takes a ShippingAdvice of the partner who runs the site; what can be applied is applied, what does not agree is a
case. Idempotent by W06-02 and W06-04. Called by flow/taking/applying.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Final

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.shipping import confirming, reversing
from edi_gateway.commands.shipping.dispatch import Dispatch, open_dispatch
from edi_gateway.commands.shipping.recalling import asked_quantities
from edi_gateway.commands.shipping.releasing import opened
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Part, Release
from edi_gateway.orders.hours.calendar import zone_of
from edi_gateway.orders.warehouse import advice as advices
from edi_gateway.orders.warehouse.advice import Known, names_of
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import orders
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import releases
from edi_gateway.store.goods.releases import CANCEL_ASKED, CONFIRMED

_SHORT_REASONS: Final = frozenset({Code.CONFIRM_SHORT})


def take_shipment(desk: Desk, partners: Partners, arrived: Arrived) -> Applied:
    """What became of a 945. ERROR: it names nothing of ours, and a replay looks again."""
    advice = arrived.document
    assert isinstance(advice, ShippingAdvice)
    number = advice.order_number or ""
    release = releases.by_number(desk.conn, [number]).get(number)
    if release is None or release.warehouse != arrived.profile.key or release.test != arrived.test:
        return Applied("ERROR", (_unmatched(advice, release, arrived),), business_key=number or None)
    order = orders.load(desk.conn, release.order_id, lock=True)
    assert order is not None  # releases are made of orders, and orders are not deleted
    release = releases.load(desk.conn, [release.id], lock=True)[release.id]
    key = f"945|{arrived.profile.key}|{number}|{advice.shipment_number or ''}"[:200]
    digest = sha256(advice.model_dump_json(exclude_defaults=True).encode()).hexdigest()
    begun, kept = reversing.begin(desk, partners, key, digest, arrived.document_id)
    if begun == "again":
        return Applied("DUPLICATE", business_key=number, order_id=order.id)
    if begun == "too late":  # the case is open
        return Applied("HELD", business_key=number, order_id=order.id)
    release = releases.load(desk.conn, [release.id], lock=True)[release.id]
    if release.state not in releases.OPEN:
        return _over(desk, order, release, advice, arrived)
    profile = partners.profile(order.partner)
    if profile is None:
        return Applied("ERROR", (_unpublished(order),), business_key=number, order_id=order.id)
    return _apply(
        desk,
        partners,
        arrived,
        order,
        release,
        profile,
        key,
        digest,
        corrects=kept.shipment_id if begun == "corrected" and kept is not None else None,
    )


def _apply(
    desk: Desk,
    partners: Partners,
    arrived: Arrived,
    order: StoredOrder,
    release: Release,
    profile: Profile,
    key: str,
    digest: str,
    *,
    corrects: int | None,
) -> Applied:
    advice = arrived.document
    assert isinstance(advice, ShippingAdvice)  # take_shipment asks
    _, mine = opened(desk, release)
    known = open_dispatch(desk, profile, [order], mine)
    reading = advices.read(
        advice, _known(desk, arrived.profile, known, release, mine, order), key, arrived.document_id
    )
    try:
        with desk.conn.begin_nested():
            left = confirming.apply(desk, partners, reading.confirm, digest, corrects=corrects)
    except Refused as refusal:
        finding = _refused(advice, str(refusal))
        return Applied("ERROR", (finding,), business_key=release.number, order_id=order.id)
    ledger = Ledger(desk)
    asked_back = release.state == CANCEL_ASKED
    for finding in reading.findings:
        if asked_back and finding.code in _SHORT_REASONS:
            continue  # it does what it was asked
        _case(ledger, order, arrived, finding)
    if reading.nothing and not asked_back:
        _case(ledger, order, arrived, _nothing(release))
    what = f"shipment {left.number}" if left.number else "nothing has shipped"
    ledger.event(
        order.id,
        "confirmed",
        f"Release {release.number}: {arrived.profile.name} confirms (945): {what}.",
        arrived.document_id,
    )
    desk.record(
        "advice applied",
        f"document {arrived.document_id}",
        release=release.number,
        shipment=left.number,
        findings=[finding.code.value for finding in reading.findings],
    )
    ledger.write()
    return Applied("APPLIED", business_key=release.number, order_id=order.id)


def _known(
    desk: Desk,
    warehouse: Profile,
    dispatch: Dispatch,
    release: Release,
    mine: Sequence[Part],
    order: StoredOrder,
) -> Known:
    asked = asked_quantities(desk, release)
    document = dispatch.documents[order.id]
    names = {
        part.id: names_of(
            part.sku,
            [each.value for each in document.lines[part.line - 1].ids],
            [gtin for (sku, _), gtin in dispatch.gtins.items() if sku == part.sku],
        )
        for part in mine
    }
    return Known(
        release=release,
        parts=mine,
        asked={part.id: asked.get(part.id, Decimal(0)) for part in mine},
        factors={(sku, known.base_unit): Fraction(1) for sku, known in dispatch.data.items.items()}
        | {key: unit.factor for key, unit in dispatch.data.units.items()},
        names=names,
        site=dispatch.sites.get(release.site),
        zone=zone_of(warehouse.calendar),
        now=desk.clock(),
    )


def _case(ledger: Ledger, order: StoredOrder, arrived: Arrived, finding: Finding) -> None:
    about = About(document_id=arrived.document_id, order_id=order.id)
    ledger.findings([finding], arrived.document_id, order.id)
    ledger.case(NewCase(finding, arrived.profile.key, about, order.total, order.currency, order.test))


def _over(
    desk: Desk, order: StoredOrder, release: Release, advice: ShippingAdvice, arrived: Arrived
) -> Applied:
    """A release that has ended is spoken of under another shipment number."""
    ended = "confirmed" if release.state == CONFIRMED else "cancelled"
    finding = Finding(
        Code.CONFIRM_AFTER_CANCEL if ended == "cancelled" else Code.CONFIRM_UNMATCHED,
        Severity.ERROR,
        message=f"The 945 says that release {release.number} has shipped (as {advice.shipment_number or 'no number'}), "
        f"but it is {ended} already.",
        hint="Ask the warehouse whether more has left. What did leave is entered by hand once the order is released "
        "again, or comes back.",
        at="order_number",
        value=release.number,
        family=Family.WAREHOUSE,
    )
    ledger = Ledger(desk)
    _case(ledger, order, arrived, finding)
    ledger.event(order.id, "confirm unmatched", finding.message, arrived.document_id)
    ledger.write()
    return Applied("HELD", business_key=release.number, order_id=order.id)


def _unmatched(advice: ShippingAdvice, release: Release | None, arrived: Arrived) -> Finding:
    named = advice.order_number or "no release"
    if release is None:
        why = "there is no such release"
    elif release.test != arrived.test:
        why = "one of the two is a test and the other is not"
    else:
        why = f"{arrived.profile.name} was not asked for it"
    return Finding(
        Code.CONFIRM_UNMATCHED,
        Severity.ERROR,
        message=f"The 945 is about {named}: {why}.",
        hint="Ask the warehouse which of our releases it means (W06-02), and replay its corrected copy.",
        at="order_number",
        value=advice.order_number,
        family=Family.WAREHOUSE,
    )


def _unpublished(order: StoredOrder) -> Finding:
    return Finding(
        Code.CONFIRM_UNMATCHED,
        Severity.ERROR,
        message=f"The partner {order.partner}, whose order has shipped, is not published any more.",
        hint="Publish the partner and replay this case.",
        at="order_number",
        family=Family.WAREHOUSE,
    )


def _refused(advice: ShippingAdvice, why: str) -> Finding:
    return Finding(
        Code.CONFIRM_UNMATCHED,
        Severity.ERROR,
        message=f"The 945 about {advice.order_number} cannot be applied: {why}",
        hint="Mend what the message names and replay this case, or enter what left by `ship confirm`.",
        at="order_number",
        rule="refused",
        value=advice.order_number,
        family=Family.WAREHOUSE,
    )


def _nothing(release: Release) -> Finding:
    return Finding(
        Code.CONFIRM_SHORT,
        Severity.WARNING,
        message=f"Nothing of release {release.number} has shipped, and nobody asked to cancel it.",
        hint="Ask the warehouse why. What the order still wants waits until the stock there is counted.",
        rule="nothing",
        family=Family.WAREHOUSE,
    )

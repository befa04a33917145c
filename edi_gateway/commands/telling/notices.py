"""Ship notices: made when the goods have left, held while they cannot be told, corrected when wrong (spec C3).

Takes shipments; writes 856s among the documents that wait to go, holds, events and audit in the caller's transaction.
Called by flow/fulfilment.py, and by people who correct a shipment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final

from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.holding.gate import Stories
from edi_gateway.commands.holding.gating import hold_documents
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.ordering.carrying_on import open_matter
from edi_gateway.commands.outgoing import Subject, queue
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.commands.triage.cases import resolve_about
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import Shipped, Transport
from edi_gateway.model.gs1 import sscc_problem
from edi_gateway.model.order import HoldCode
from edi_gateway.orders.gate.judging import breaches_of_notice
from edi_gateway.orders.gate.records import Notice
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.shipping.completeness import lacking
from edi_gateway.orders.shipping.notice import notice
from edi_gateway.orders.warehouse.advice_transport import transport_problem
from edi_gateway.partners.profile import Profile
from edi_gateway.store import deadlines
from edi_gateway.store.book import holds, notices
from edi_gateway.store.book.notices import Noticed
from edi_gateway.store.goods import shipments
from edi_gateway.store.traffic import documents

_SET: Final = "856"
_AT_ONCE: Final = 100
_ASK_AGAIN: Final = timedelta(minutes=5)
_OUT: Final = (notices.MADE, notices.SENT, notices.ACKED, notices.REJECTED)
_FOLLOWS: Final = {
    "SENT": notices.SENT,
    "ACK_OVERDUE": notices.SENT,
    "ACKED": notices.ACKED,
    "ACKED_WITH_ERRORS": notices.ACKED,
    "REJECTED": notices.REJECTED,
}
TRANSPORT_FIELDS: Final = frozenset(field.name for field in fields(Transport))


def due(desk: Desk, partners: Partners) -> list[list[Noticed]]:
    """The shipments whose notices are due now, each with those that the same notice tells: a shipment by itself, or by
    profile all that left on one bill of lading for one place. Of partners who are not published none."""
    found = notices.due(desk.conn, desk.clock(), _AT_ONCE)
    silent = [each.id for each in found if partners.profile(each.partner) is None]
    notices.change(desk.conn, silent, notice_after=desk.clock() + _ASK_AGAIN)
    groups: dict[tuple[object, ...], list[Noticed]] = {}
    for each in found:
        profile = partners.profile(each.partner)
        if profile is None:
            continue
        key: tuple[object, ...] = (each.id,)
        if profile.shipping.per == "bill of lading" and each.bol and not each.version:
            key = (each.partner, each.bol, each.ship_to, each.test)
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def make(desk: Desk, partners: Partners, group: Sequence[Noticed]) -> None:
    """Make the notice of these shipments, or hold it with the reason."""
    make_all(desk, partners, [group])


def make_all(desk: Desk, partners: Partners, groups: Sequence[Sequence[Noticed]]) -> None:
    """Make the notice of each group, or hold it; all of them, or none when the program fails on one."""
    making = _Making(desk, partners, groups)
    for group in groups:
        making.make(group)
    making.write()


class _Making:
    """Notices made one after another, and written together."""

    def __init__(self, desk: Desk, partners: Partners, groups: Sequence[Sequence[Noticed]]) -> None:
        order_ids = _orders(each.shipped for group in groups for each in group)
        self._desk = desk
        self._partners = partners
        self._stories = Stories(desk.conn, notices=True)
        self._stories.read(order_ids)
        self._stories.read_bills((head.partner, head.bol) for head, *_ in groups if head.bol)
        self._ledger = Ledger(desk)
        self._held = holds.any_of(desk.conn, order_ids)  # the orders that ever had a hold
        self._told: list[notices.Told] = []

    def make(self, group: Sequence[Noticed]) -> None:
        head, desk, ledger = group[0], self._desk, self._ledger
        profile = self._partners.profile(head.partner)
        if profile is None:
            raise Refused(what="Making the ship notice", why=f"the partner {head.partner} is not published")
        ids = [each.id for each in group]
        shipped = [each.shipped for each in group]
        order_ids = _orders(shipped)
        if not all(map(self._stories.knows, order_ids)):
            self.write()  # an earlier notice is of the same order
        said = _said(desk, profile, group)
        broken = _gate(desk, profile, group, said[-1], self._stories)
        found = [*lacking(shipped, profile), *broken]
        about = f"shipment={head.number}"
        waits = hold_documents(ledger, HoldCode.DOCS, "S", about, order_ids, found, known=self._held)
        if waits:
            self._held.update(order_ids)
            notices.change(desk.conn, ids, notice_state=notices.HELD)
            for order_id in order_ids:
                ledger.event(order_id, "notice held", f"The ship notice {head.number} waits: {waits[0]}")
            desk.record("notice held", f"shipment {head.number}", why=waits)
            return
        document_id, valid = self._queue(group, said, broken)
        self._stories.forget(order_ids)
        version = head.version + 1 if valid else head.version
        state = notices.MADE if valid else notices.HELD
        self._told += [notices.Told(each.id, state, document_id, version) for each in group]
        before = [each.notice_document_id for each in group if each.notice_document_id is not None]
        if valid and before:
            resolve_about(desk, f"The ship notice {head.number} was made anew.", document_id=before)
        text = f"Ship notice {head.number} {'made' if valid else 'does not pass our own check'}."
        for order_id in order_ids:
            ledger.event(order_id, "notice made" if valid else "notice invalid", text, document_id)
        desk.record(
            "notice made",
            f"shipment {head.number}",
            document=document_id,
            valid=valid,
            version=head.version + 1,
        )

    def _queue(
        self, group: Sequence[Noticed], said: Sequence[ShipNotice], broken: Sequence[Finding]
    ) -> tuple[int, bool]:
        """Put what is said among the documents that wait to go, the last one with what it breaks and may; that one."""
        head, ledger = group[0], self._ledger
        order_ids = _orders([each.shipped for each in group])
        one = order_ids[0] if len(order_ids) == 1 else None
        about = Subject(head.number, one, head.test)
        made = [
            queue(self._desk, self._partners, head.partner, _SET, "SH", each, about, ledger) for each in said
        ]
        document_id, valid = made[-1].document_id, made[-1].valid
        ledger.findings(broken, document_id, one)
        return document_id, valid

    def write(self) -> None:
        """Write what was made so far."""
        notices.tell(self._desk.conn, self._told)
        self._ledger.write()
        self._told, self._ledger = [], Ledger(self._desk)


def _said(desk: Desk, profile: Profile, group: Sequence[Noticed]) -> list[ShipNotice]:
    """The 856: the original, or by profile a correction under the same number or a cancellation and a new one."""
    head, now = group[0], desk.clock()
    shipped = [each.shipped for each in group]
    if not head.version:
        return [notice(shipped, profile, now=now, number=head.number)]
    if profile.shipping.correction == "05":
        return [notice(shipped, profile, now=now, number=head.number, purpose="05")]
    old, new = _number(head.number, head.version), _number(head.number, head.version + 1)
    anew = notice(shipped, profile, now=now, number=new)
    before = documents.canonical(desk.conn, head.notice_document_id or 0)
    went = anew if before is None else ShipNotice.model_validate_json(before)
    return [went.model_copy(update={"purpose": "01", "shipment_id": old, "on": anew.on, "at": anew.at}), anew]


def _number(number: str, version: int) -> str:
    """BSN02 of a version, where each has a number of its own; never used again."""
    return number if version == 1 else f"{number}-{version}"


def _orders(shipped: Iterable[Shipped]) -> list[int]:
    return sorted({order.order_id for each in shipped for order in each.orders})


def _gate(
    desk: Desk, profile: Profile, group: Sequence[Noticed], said: ShipNotice, stories: Stories
) -> list[Finding]:
    """What the notice would contradict."""
    head, now = group[0], desk.clock()
    mine = {each.id for each in group}
    together = stories.on_bill(head.partner, head.bol) if head.bol else ()
    return breaches_of_notice(
        Notice(
            said=said,
            shipments=tuple(each.shipped for each in group),
            orders=stories.of(_orders([each.shipped for each in group])),
            profile=profile,
            now=now,
            today=local_date(now, profile.calendar),
            ship_to=head.ship_to,
            same_bill=tuple(each for each in together if each.shipment_id not in mine),
        )
    )


def wake(desk: Desk, order_ids: Iterable[int]) -> None:
    """Something about these orders has changed (a hold released, data mended): what was held is looked at again."""
    notices.wake(desk.conn, order_ids)


def follow(desk: Desk) -> int:
    """Note what became of notices whose document was sent or acknowledged; how many."""
    moved = notices.followed(desk.conn)
    ledger = Ledger(desk)
    for shipment_id, was, document_id, state in moved:
        now = _FOLLOWS[state]
        notices.change(desk.conn, [shipment_id], notice_state=now)
        if was == notices.MADE:
            deadlines.close(desk.conn, [deadlines.NOTICE], [shipment_id])
        for order_id in _orders([notices.load(desk.conn, [shipment_id])[shipment_id].shipped]):
            ledger.event(order_id, f"notice {now.lower()}", _IN_WORDS[now], document_id)
    ledger.write()
    return len(moved)


_IN_WORDS: Final = {
    notices.SENT: "The ship notice was sent.",
    notices.ACKED: "The partner has acknowledged the ship notice.",
    notices.REJECTED: "The partner has rejected the ship notice.",
}


def send_notice(desk: Desk, partners: Partners, shipment_id: int, *, why: str) -> None:
    """Make the notice of a shipment now: one that is held is looked at again, one that went is corrected."""
    what = "Sending the ship notice"
    desk.require(what, PERMISSIONS["send a ship notice"])
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    notices.lock_orders(desk.conn, [shipment_id])
    found = notices.load(desk.conn, [shipment_id], lock=True).get(shipment_id)
    if found is None:
        raise Refused(what=what, why="there is no such shipment")
    if found.notice_state == notices.NONE:
        raise Refused(what=what, why=f"{found.partner} wants no ship notices")
    if found.state != "SHIPPED":
        raise Refused(what=what, why=f"shipment {found.number} was taken back")
    notices.change(desk.conn, [shipment_id], notice_state=notices.DUE, notice_after=desk.clock())
    desk.record("notice asked for", f"shipment {found.number}", why=why, version=found.version)
    ledger = Ledger(desk)
    for order_id in _orders([found.shipped]):
        kind = "notice corrected" if found.version else "notice asked for"
        ledger.event(
            order_id, kind, f"The ship notice {found.number} is made {'anew' if found.version else ''}: {why}"
        )
    ledger.write()


def amend(
    desk: Desk,
    partners: Partners,
    shipment_id: int,
    *,
    why: str,
    transport: Mapping[str, Any] | None = None,
    numbers: Mapping[int, str] | None = None,
) -> None:
    """Correct what is known of a shipment that has left: how it travels (`transport`: fields of Transport), and SSCCs
    of its units (`numbers`: by their place). Its notice, if it went, goes again as a correction."""
    what = "Correcting the shipment"
    desk.require(what, PERMISSIONS["confirm a shipment"])
    unknown = set(transport or {}) - TRANSPORT_FIELDS
    if unknown:
        raise Refused(what=what, why=f"a shipment has no {', '.join(sorted(unknown))}")
    notices.lock_orders(desk.conn, [shipment_id])
    found = notices.load(desk.conn, [shipment_id], lock=True).get(shipment_id)
    if found is None:
        raise Refused(what=what, why="there is no such shipment")
    if found.state != shipments.SHIPPED:
        raise Refused(what=what, why=f"shipment {found.number} was taken back")
    if not why.strip():
        raise Refused(what=what, why="it needs a text that says why")
    shipped = found.shipped
    if (wrong := transport_problem(replace(shipped.transport, **(transport or {})))) is not None:
        raise Refused(what=what, why=wrong)
    places = {unit.n for unit in shipped.units}
    missing = sorted(set(numbers or {}) - places)
    if missing:
        raise Refused(what=what, why=f"shipment {found.number} has no unit {missing[0]}")
    _check_numbers(desk, what, shipped, numbers or {})
    changed = replace(
        shipped,
        transport=replace(shipped.transport, **(transport or {})),
        units=tuple(
            replace(unit, sscc=numbers[unit.n][-18:], refused=None) if numbers and unit.n in numbers else unit
            for unit in shipped.units
        ),
    )
    notices.change(desk.conn, [shipment_id], snapshot=notices.frozen(changed), **(transport or {}))
    for n in numbers or {}:  # first none, for two may change places
        notices.renumber(desk.conn, shipment_id, n, None)
    for n, number in (numbers or {}).items():
        notices.renumber(desk.conn, shipment_id, n, number[-18:])
    desk.record(
        "shipment corrected",
        f"shipment {found.number}",
        why=why,
        transport={name: str(value) for name, value in (transport or {}).items()},
        numbers={str(n): number for n, number in (numbers or {}).items()},
    )
    ledger = Ledger(desk)
    for order_id in _orders([shipped]):
        open_matter(desk, order_id, what)
        ledger.event(order_id, "shipment corrected", f"Shipment {found.number} was corrected: {why}")
    ledger.write()
    if found.notice_state in _OUT or found.notice_state == notices.HELD:
        notices.change(desk.conn, [shipment_id], notice_state=notices.DUE, notice_after=desk.clock())


def _check_numbers(desk: Desk, what: str, shipped: Shipped, numbers: Mapping[int, str]) -> None:
    """Refused when a number is no SSCC, or stands on a carton or pallet that keeps it."""
    for number in numbers.values():
        if (problem := sscc_problem(number)) is not None:
            raise Refused(what=what, why=f"{number} is no SSCC: {problem}")
    given = [number[-18:] for number in numbers.values()]
    left = {unit.sscc for unit in shipped.units if unit.n in numbers}
    for number in given:
        if given.count(number) > 1 or number in shipments.known_numbers(desk.conn, given) - left:
            raise Refused(
                what=what, why=f"{number} stands on another carton or pallet: a number is on one, ever"
            )

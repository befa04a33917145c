"""What shipped is billed: invoices issued, numbered without a gap, and their 810s left to go (spec B11).

Takes shipments; writes invoices, holds, documents, events and audit in the caller's transaction. Everything follows
from what the rows say, so doing it twice bills nothing twice. Called by flow/fulfilment.py, and by people who want it
now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from edi_gateway.commands.allocation.allocating import stopped
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.billing.billing_facts import Books, open_books, shipped_of
from edi_gateway.commands.billing.issuing import left_of, number, numbering, send, stored_of
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.holding.gate import Stories
from edi_gateway.commands.holding.gating import hold_documents
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.billing import InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.model.fulfilment import Part, Shipped
from edi_gateway.model.order import HoldCode, HoldView
from edi_gateway.orders.billing.document import document
from edi_gateway.orders.billing.invoicing import Made, invoice
from edi_gateway.orders.billing.records import Billable, BilledOrder, Left, billables
from edi_gateway.orders.gate.judging import breaches_of_invoice
from edi_gateway.orders.gate.records import Bill
from edi_gateway.orders.holds import blocked
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.meaning.numbers import show
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import holds, orders, parts
from edi_gateway.store.book.story import Known
from edi_gateway.store.control_numbers import Series
from edi_gateway.store.money import invoices
from edi_gateway.store.money.invoices import Billed, StoredInvoice

_AT_ONCE: Final = 100  # shipments in one commit
_A_DAY: Final = 5000  # shipments of a day for one partner
_LATER: Final = timedelta(hours=1)
_CONSIGNED: Final = "CN"  # BEG02: ours until it is used; what is used is billed then (D45)


@dataclass(frozen=True, slots=True)
class _Group:
    """What one invoice bills. `store`: the one that it is for."""

    parts: tuple[Billable, ...]
    shipments: tuple[Billed, ...]
    store: str | None = None

    @property
    def order_ids(self) -> list[int]:
        return sorted({part.order_id for part in self.parts})

    @property
    def about(self) -> str:
        return f"shipment={self.shipments[0].number}" + (f" store={self.store}" if self.store else "")


def due(desk: Desk, partners: Partners) -> list[tuple[Profile, list[int]]]:
    """The shipments that are to be billed now, by partner: they have left, their notices are as far as the profile
    wants, and no hold stands on all of them. Of partners who are not published none."""
    now = desk.clock()
    found: list[tuple[Profile, list[int]]] = []
    room = _AT_ONCE
    for partner in invoices.partners_waiting(desk.conn, now):
        profile = partners.profile(partner)
        if profile is None or room <= 0:
            continue
        noticed = invoices.NOTICED[profile.invoicing.after_notice]
        whole = (
            profile.invoicing.per == "consolidated"
        )  # a day's shipments are one invoice, and it is over first
        before = local_date(now, profile.calendar) if whole else None
        mine = invoices.due(desk.conn, partner, now, noticed, before, _A_DAY if whole else room)
        room -= len(mine)
        if mine:
            found.append((profile, mine))
    return found


def postpone(desk: Desk, shipment_id: int) -> None:
    """The program fails on this one: it is tried again later, and the others go on."""
    invoices.postpone(desk.conn, shipment_id, desk.clock() + _LATER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for an invoice: `numbers` of those that were issued; `waits`: why others were not; a hold
    stands for each reason."""

    numbers: tuple[str, ...]
    waits: tuple[str, ...] = ()


def issue(desk: Desk, partners: Partners, shipment_id: int) -> Asked:
    """Bill one shipment now, however far its notice is. Refused when there is nothing to bill, or a hold that stood
    before stops it."""
    what = "Issuing the invoice"
    desk.require(what, PERMISSIONS["issue an invoice"])
    found = invoices.shipped(desk.conn, [shipment_id])
    if not found:
        raise Refused(what=what, why="there is no such shipment")
    profile = partners.profile(found[0].partner)
    if profile is None:
        raise Refused(what=what, why=f"the partner {found[0].partner} is not published")
    waits: list[str] = []
    made = bill(desk, partners, profile, [shipment_id], waits=waits)
    if not made and not waits:
        (now,) = invoices.shipped(desk.conn, [shipment_id])
        if now.invoice_state == invoices.BLOCKED:
            raise Refused(what=what, why="a hold stops it; `orders show` names it")
        raise Refused(what=what, why="all of it is invoiced, or none of it is to be")
    return Asked(tuple(each.number for each in made), tuple(dict.fromkeys(waits)))


def look_again(desk: Desk, partners: Partners, order_ids: Collection[int]) -> None:
    """The cause of BILLING holds that were found here may be gone: what they stop is worked out anew, and they go by
    themselves or stay."""
    waiting = invoices.blocked_of(desk.conn, order_ids)
    by_partner: dict[str, list[int]] = {}
    for each in invoices.shipped(desk.conn, waiting):
        by_partner.setdefault(each.partner, []).append(each.id)
    for partner, mine in sorted(by_partner.items()):
        profile = partners.profile(partner)
        if profile is not None:
            bill(desk, partners, profile, mine, again=True)


def tax_came(desk: Desk, partners: Partners) -> None:
    """Rates or certificates were imported: what waits for one is looked at again."""
    held = [
        hold.order_id
        for mine in holds.active_of(
            desk.conn, holds.orders_held(desk.conn, [HoldCode.BILLING.value])
        ).values()
        for hold in mine
        if hold.finding_code is Code.TAX_RATE_MISSING or "; rule=tax_as_ordered;" in hold.fingerprint
    ]
    look_again(desk, partners, held)


def bill(
    desk: Desk,
    partners: Partners,
    profile: Profile,
    shipment_ids: Sequence[int],
    *,
    again: bool = False,
    waits: list[str] | None = None,
) -> list[StoredInvoice]:
    """Bill what is open of these shipments of one partner; what was issued. again: BILLING holds of our own finding
    do not stop it, they are found anew. waits: gets the reasons why others wait."""
    standing = parts.of_shipment(desk.conn, shipment_ids)
    order_ids = sorted({part.order_id for mine in standing.values() for part in mine})
    found = orders.load_many(desk.conn, order_ids, lock=True)
    every = parts.of_orders(desk.conn, order_ids, lock=True)
    shipments = {
        each.id: each
        for each in invoices.shipped(desk.conn, shipment_ids, lock=True)
        if each.invoice_state in (invoices.DUE, invoices.BLOCKED)
    }
    books = open_books(desk, profile, found, every)
    active = holds.active_of(desk.conn, order_ids)
    writing = _Writing(desk, partners, books, shipped_of(shipments.values()), active)
    for group in _groups(books, shipments, _free(books, active, shipments, again=again)):
        writing.bill(group)
    writing.write(shipments)
    if waits is not None:
        waits += writing.waits
    return writing.issued


def _free(
    books: Books, active: dict[int, list[HoldView]], shipments: Collection[int], *, again: bool
) -> list[Part]:
    """The parts of these shipments whose billing no hold blocks; of consigned goods none."""
    free: list[Part] = []
    for order_id, mine in books.parts.items():
        order = books.orders[order_id]
        if order.type == _CONSIGNED:
            continue
        stops = blocked([hold for hold in active.get(order_id, ()) if not (again and _found_here(hold))], "I")
        free += [
            part
            for part in mine
            if part.shipment_id in shipments and not stopped(stops, part, order.ship_complete)
        ]
    return free


def _found_here(hold: HoldView) -> bool:
    """By this room, which finds it anew; what a ship confirm has put before a person is theirs to decide."""
    found = hold.code is HoldCode.BILLING and hold.placed_by == "system"
    return found and not hold.fingerprint.startswith("confirm=")


def _groups(books: Books, shipments: dict[int, Billed], free: Sequence[Part]) -> list[_Group]:
    """What goes on one invoice: by profile what an order has of a shipment, of it for one store, or all that left on
    a day for one place on the same terms."""
    per = books.profile.invoicing.per
    of = {part.id: part for part in free}
    groups: dict[tuple[object, ...], list[Billable]] = {}
    for part in billables(free):
        shipment_id = of[part.part_id].shipment_id
        assert shipment_id is not None  # what is free is of these shipments
        key: tuple[object, ...] = (shipment_id, part.order_id)
        if per == "store":
            key = (shipment_id, part.order_id, part.store or "")
        elif per == "consolidated":
            order, shipment = books.orders[part.order_id], shipments[shipment_id]
            terms = books.billed(part.order_id).terms
            said = "" if terms is None else terms.model_dump_json()
            key = (shipment.shipped_on, order.ship_to or "", order.customer or "", order.currency, said)
        # what left of an item that its line is not for any more is a bill of its own, at the price of then
        groups.setdefault((*key, part.part_id in books.formerly), []).append(part)
    made = []
    for mine in groups.values():
        numbers = sorted({of[part.part_id].shipment_id or 0 for part in mine})
        store = mine[0].store if per == "store" else None
        made.append(_Group(tuple(mine), tuple(shipments[number] for number in numbers), store))
    return sorted(made, key=lambda group: (group.shipments[0].id, group.order_ids, group.store or ""))


class _Writing:
    """Invoices of one partner written: rows, numbers, parts, documents, holds, events."""

    def __init__(
        self,
        desk: Desk,
        partners: Partners,
        books: Books,
        shipped: dict[int, Shipped],
        active: dict[int, list[HoldView]],
    ) -> None:
        self.issued: list[StoredInvoice] = []
        self.waits: list[str] = []
        self._desk = desk
        self._partners = partners
        self._books = books
        self._shipped = shipped
        self._ledger = Ledger(desk)
        self._stories = Stories(desk.conn, notices=False)
        lines = {order_id: tuple(mine.values()) for order_id, mine in books.lines.items()}
        self._stories.read(books.orders, Known(books.orders, lines, books.parts))
        self._billing_holds = {
            order_id for order_id, mine in active.items() for hold in mine if hold.code is HoldCode.BILLING
        }
        self._changed: list[Part] = []
        self._new: list[tuple[StoredInvoice, IssuedInvoice]] = []
        self._series: dict[bool, Series] = {}  # by whether they are of tests

    def bill(self, group: _Group) -> None:
        """Issue the invoice of a group, or hold it with the reason."""
        left = left_of([self._shipped[each.id] for each in group.shipments])
        billed = {order_id: self._books.billed(order_id, group.parts) for order_id in group.order_ids}
        made = self._make(group, billed, left, ignore=False)
        wrong = made.findings
        if made.invoice is None:
            made = self._make(group, billed, left, ignore=True)  # as it goes when somebody lets it go
        told = None if made.invoice is None else self._told(group, billed, made.invoice, left)
        broken = [] if made.invoice is None or told is None else self._gate(group, made.invoice, told)
        found = [*wrong, *broken]
        if not self._held(group, found) and made.invoice is not None and told is not None:
            self._issue(group, made.invoice, told, broken)

    def _held(self, group: _Group, found: Sequence[Finding]) -> bool:
        """Whether something keeps it from going. Nothing is read anew where nothing is wrong and nothing was."""
        wrong = any(finding.severity is Severity.ERROR for finding in found)
        if not wrong and not any(order_id in self._billing_holds for order_id in group.order_ids):
            return False
        waits = hold_documents(self._ledger, HoldCode.BILLING, "I", group.about, group.order_ids, found)
        self.waits += waits
        return bool(waits)

    def _make(self, group: _Group, billed: dict[int, BilledOrder], left: Left, *, ignore: bool) -> Made:
        books, desk = self._books, self._desk
        customer = books.orders[group.order_ids[0]].customer
        return invoice(
            group.parts,
            billed,
            profile=books.profile,
            issued_on=max(books.today, left.shipped_on),
            left=left,
            taxes=books.taxes(desk, left.to, customer),
            ignore_missing_rates=ignore,
        )

    def _told(
        self, group: _Group, billed: dict[int, BilledOrder], made: IssuedInvoice, left: Left
    ) -> Invoice:
        """What the buyer is to be told, still without a number."""
        return document(
            made,
            [self._shipped[each.id] for each in group.shipments],
            billed,
            self._books.profile,
            left=left,
            store=group.store,
        )

    def _gate(self, group: _Group, made: IssuedInvoice, told: Invoice) -> list[Finding]:
        """What the invoice would contradict."""
        if self._new and not all(map(self._stories.knows, group.order_ids)):
            self._add()  # an earlier one is of the same order
        return breaches_of_invoice(
            Bill(
                said=told,
                issued=made,
                orders=self._stories.of(group.order_ids),
                profile=self._books.profile,
                today=self._books.today,
                shipment_ids=frozenset(each.id for each in group.shipments),
            )
        )

    def _issue(self, group: _Group, made: IssuedInvoice, told: Invoice, broken: Sequence[Finding]) -> None:
        """Number it and let it go. broken: what it breaks and may."""
        desk, books = self._desk, self._books
        test = group.shipments[0].test
        if test not in self._series:
            self._series[test] = numbering(desk, InvoiceKind.INVOICE, test=test)
        mine = number(desk, InvoiceKind.INVOICE, test=test, series=self._series[test])
        issued = replace(made, number=mine)
        told = told.model_copy(update={"invoice_number": issued.number})
        one = len(group.order_ids) == 1
        stored = stored_of(
            desk,
            issued,
            partner=books.profile.key,
            customer=books.orders[group.order_ids[0]].customer,
            order_id=group.order_ids[0] if one else None,
            shipment_id=group.shipments[0].id if len(group.shipments) == 1 else None,
            store=group.store,
            test=test,
        )
        sent = send(desk, self._partners, books.profile, stored, told, self._ledger)
        stored = replace(stored, document_id=sent)
        self._new.append((stored, issued))
        self._stories.forget(group.order_ids)
        if stored.document_id is not None:
            self._ledger.findings(broken, stored.document_id, stored.order_id)
        self.issued.append(stored)
        now = self._ledger.now
        numbers = {part.part_id for part in group.parts}
        for order_id in group.order_ids:
            parts_of = books.parts[order_id]
            changed = [
                replace(p, invoice_id=stored.id, since=now) if p.id in numbers else p for p in parts_of
            ]
            self._changed += [p for p in changed if p.id in numbers]
            books.parts[order_id] = tuple(changed)
            books.standing.setdefault(order_id, []).append(stored)
            where = ", ".join(each.number for each in group.shipments)
            text = (
                f"Invoice {issued.number} over {show(issued.total)} {issued.currency} for shipment {where}."
            )
            self._ledger.event(order_id, "invoiced", text, stored.document_id)
        desk.record(
            "invoice issued",
            f"invoice {issued.number}",
            orders=[books.orders[order_id].number for order_id in group.order_ids],
            shipments=[each.number for each in group.shipments],
            total=str(issued.total),
            currency=issued.currency,
        )

    def _add(self) -> None:
        """Write the invoices so far, for what is read of their orders anew."""
        invoices.add(self._desk.conn, self._new)
        self._new = []

    def write(self, shipments: dict[int, Billed]) -> None:
        desk, books = self._desk, self._books
        self._add()
        for series in self._series.values():
            series.close()
        parts.save(desk.conn, self._changed)
        open_ones: dict[int, list[Part]] = {}
        for order_id, mine in books.parts.items():
            if books.orders[order_id].type != _CONSIGNED:
                for part in mine:
                    if part.shipment_id in shipments and part.invoice_id is None:
                        open_ones.setdefault(part.shipment_id, []).append(part)
        done = [number for number in shipments if number not in open_ones]
        invoices.set_billed(desk.conn, done, invoices.DONE)
        stuck = [number for number in open_ones if shipments[number].invoice_state != invoices.BLOCKED]
        invoices.set_billed(desk.conn, stuck, invoices.BLOCKED)
        for shipment_id in stuck:
            name = shipments[shipment_id].number
            for order_id in sorted({part.order_id for part in open_ones[shipment_id]}):
                self._ledger.event(
                    order_id, "invoice held", f"The invoice of shipment {name} waits for a hold."
                )
        self._ledger.write()
        set_stages(desk, self._partners, list(books.orders))

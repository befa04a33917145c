"""Goods that have left: a ship confirm applied, whoever says it (945, command line, CSV), in one transaction (spec B9).

Takes a model.fulfilment.Confirm; splits parts, moves stock, makes the shipment with its cartons, frozen, and what
follows from it: notice and invoice due, what did not ship, holds and cases. Called by advising.py and shipping.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from edi_gateway.commands.allocation.lessening import lessen
from edi_gateway.commands.allocation.stages import set_stages
from edi_gateway.commands.desk import Desk, Partners, Refused
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.shipping import recalling
from edi_gateway.commands.shipping.dispatch import Dispatch, open_dispatch
from edi_gateway.commands.shipping.making_shipments import Making, Packing
from edi_gateway.commands.shipping.releasing import opened, over
from edi_gateway.commands.stocking import negative_stock
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import WAITING, Confirm, Part, PartKind, PartState, Release
from edi_gateway.orders.fulfilment.planning import split
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, plain, show
from edi_gateway.orders.warehouse.oddities import left_early, raced, shipped_late
from edi_gateway.orders.warehouse.shipping import Applied, implausible, over_allowed, ship
from edi_gateway.partners.profile import Profile
from edi_gateway.store.book import orders, parts
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.goods import releases, shipments, stock
from edi_gateway.store.goods.stock import Move

_WHAT: Final = "Confirming a shipment"
_ASIDE: Final = "adjustment"  # kind of a move to `hold`
_UNASKED: Final = (*WAITING, PartState.ALLOCATED)  # no warehouse was asked for it


@dataclass(frozen=True, slots=True)
class Left:
    """What came of a confirm. `shipment_id` None: nothing has shipped."""

    shipment_id: int | None
    number: str | None
    order_ids: tuple[int, ...]


def apply(
    desk: Desk,
    partners: Partners,
    said: Confirm,
    digest: str,
    packing: Packing = Packing(),
    corrects: int | None = None,
) -> Left:
    """Apply a confirm that nobody has applied yet (reversing.begin tells). Refused: it cannot be as it is said.

    `digest`: SHA-256 of what was said. `corrects`: the shipment that was taken back for it; what that one had left
    waiting may ship now.
    """
    found = _releases(desk, said)
    partner = found[0].partner
    if len({(r.partner, r.site, r.ship_to, r.test) for r in found}) > 1:
        raise Refused(what=_WHAT, why="the releases are not of one partner, one site and one place to go to")
    profile = partners.profile(partner)
    if profile is None:
        raise Refused(what=_WHAT, why=f"the partner {partner} is not published: publish it first")
    quantities = {line.part_id: line.quantity for line in said.lines}
    late = [release for release in found if _conceded(desk, partners, release, quantities)]
    found = [r for r in releases.load(desk.conn, [r.id for r in found]).values() if r.state in releases.OPEN]
    if not found:  # it was asked to cancel, and nothing has left
        _keep(desk, said, digest, None)
        return Left(None, None, ())
    return _Shipping(desk, partners, profile, said, digest, found, late, corrects).write(packing)


def _releases(desk: Desk, said: Confirm) -> list[Release]:
    """The releases that are confirmed, their orders and themselves locked."""
    known = releases.by_number(desk.conn, said.release_numbers)
    for number in said.release_numbers:
        if number not in known:
            raise Refused(what=_WHAT, why=f"there is no release {number}")
    orders.load_many(desk.conn, [release.order_id for release in known.values()], lock=True)
    found = list(releases.load(desk.conn, [release.id for release in known.values()], lock=True).values())
    for release in found:
        if release.state not in releases.OPEN:
            raise Refused(what=_WHAT, why=f"release {release.number} is {release.state.lower()} already")
    if not found:
        raise Refused(what=_WHAT, why="it names no release")
    return found


def _conceded(desk: Desk, partners: Partners, release: Release, shipped: Mapping[int, Decimal]) -> bool:
    """What the warehouse was asked not to ship and has not comes back. True: it shipped it all the same (D4)."""
    if release.state != releases.CANCEL_ASKED:
        return False
    asked = recalling.asked_quantities(desk, release)
    _, mine = opened(desk, release)
    recalling.concede(desk, partners, release, shipped, "the warehouse has not shipped it")
    return any(shipped.get(part.id, ZERO) > asked.get(part.id, ZERO) for part in mine)


def _keep(desk: Desk, said: Confirm, digest: str, shipment_id: int | None) -> None:
    shipments.keep_confirm(
        desk.conn,
        {
            "id": desk.ids.next(),
            "key": said.key,
            "hash": digest,
            "shipment_id": shipment_id,
            "document_id": said.document_id,
            "at": desk.clock(),
            "by": desk.actor.name,
        },
    )


@dataclass(slots=True)
class _Shipping:
    """One confirm on its way into the books."""

    desk: Desk
    partners: Partners
    profile: Profile
    said: Confirm
    digest: str
    releases: list[Release]
    raced: list[Release]
    corrects: int | None
    ledger: Ledger = field(init=False)
    known: Dispatch = field(init=False)
    parts: list[Part] = field(init=False)  # of the releases, not shipped
    standing: dict[int, tuple[Part, ...]] = field(init=False)  # all parts of the orders

    def write(self, packing: Packing) -> Left:
        desk = self.desk
        self.ledger = Ledger(desk)
        ids = [release.id for release in self.releases]
        order_ids = sorted({release.order_id for release in self.releases})
        found = orders.load_many(desk.conn, order_ids)
        self.standing = parts.of_orders(desk.conn, order_ids, lock=True)
        mine = [p for each in self.standing.values() for p in each if p.release_id in ids]
        self.parts = [part for part in mine if part.state is not PartState.SHIPPED]
        self._check()
        self.known = open_dispatch(desk, self.profile, list(found.values()), mine)
        lost = {} if self.corrects is None else self._absorb(self.corrects)
        shipment_id = desk.ids.next()
        applied = ship(
            self.parts,
            self.said.lines,
            rest=self.said.rest,
            over=self._over(),
            shipment_id=shipment_id,
            now=self.ledger.now,
            new_id=desk.ids.next,
            waiting=[p for each in self.standing.values() for p in each if p.state in _UNASKED],
        )
        parts.save(desk.conn, applied.changed)
        parts.add(desk.conn, applied.new)
        number = shipments.number_of(shipment_id) if applied.pieces else None
        below = self._stock(applied, lost, shipment_id, number or self.said.key)
        if number is not None:
            making = Making(desk, self.ledger, self.profile, self.known, self.said, self.releases)
            making.make(applied, shipment_id, number, packing)
        _keep(desk, self.said, self.digest, shipment_id if number is not None else None)
        self._end_releases(applied, number)
        self._tell(applied, number)
        self.ledger.write()
        self._lessen(applied)
        negative_stock.went_below(desk, below, number or self.said.key)
        set_stages(desk, self.partners, order_ids)
        return Left(shipment_id if number is not None else None, number, tuple(order_ids))

    # ------------------------------------------------------------ before

    def _check(self) -> None:
        known = {part.id: part for part in self.parts}
        for line in self.said.lines:
            part = known.get(line.part_id)
            if part is None:
                raise Refused(what=_WHAT, why=f"part {line.part_id} is not with the warehouse")
            waits = [p.quantity for p in self.standing[part.order_id] if _left_waiting(p, part)]
            why = implausible(line, part, sum(waits, part.quantity))
            if why is not None:
                raise Refused(what=_WHAT, why=why)

    def _over(self) -> dict[tuple[int, int], Decimal]:
        """How much of each line may still go beyond what was accepted."""
        percent = self.profile.fulfilment.over_delivery_percent
        allowed: dict[tuple[int, int], Decimal] = {}
        for order_id, line in {(part.order_id, part.line) for part in self.parts}:
            before = sum(
                (
                    p.quantity
                    for p in self.standing[order_id]
                    if p.line == line and p.kind is PartKind.OVER and p.state is PartState.SHIPPED
                ),
                ZERO,
            )
            accepted = self.known.lines[order_id][line].accepted_quantity
            allowed[order_id, line] = over_allowed(accepted, percent, before)
        return allowed

    def _absorb(self, corrects: int) -> dict[tuple[str, str], Decimal]:
        """A correction says that more has left: what the first confirm left waiting goes to the part again. What that
        one had set aside as not found, and is not found now either."""
        said = {line.part_id: line.quantity for line in self.said.lines}
        changed: dict[int, Part] = {}
        moved: dict[tuple[str, str], Decimal] = {}
        found: dict[tuple[str, str], Decimal] = {}

        def reserve(part: Part, base: Decimal) -> None:
            if part.site is not None and not part.test:
                key = (part.site, part.sku)
                moved[key] = EXACT.add(moved.get(key, ZERO), base)

        for n, part in enumerate(self.parts):
            need = EXACT.subtract(said.get(part.id, ZERO), part.quantity)
            for other in self.standing[part.order_id]:
                other = changed.get(other.id, other)
                if need <= 0 or not _left_waiting(other, part):
                    continue
                taken = min(need, other.quantity)
                base, rest = split(other, taken)
                if other.state is PartState.ALLOCATED:
                    reserve(other, -base)
                reserve(part, base)
                place = (part.site or "", part.sku)
                found[place] = EXACT.add(found.get(place, ZERO), base)
                left = EXACT.subtract(other.quantity, taken)
                less = replace(other, quantity=plain(left), base_quantity=rest)
                changed[other.id] = less if left > 0 else _emptied(less)
                need = EXACT.subtract(need, taken)
                part = replace(
                    part,
                    quantity=plain(EXACT.add(part.quantity, taken)),
                    base_quantity=plain(EXACT.add(part.base_quantity, base)),
                )
                self.parts[n] = changed[part.id] = part
        parts.save(self.desk.conn, list(changed.values()))
        stock.reserve(self.desk.conn, moved)
        for order_id, standing in self.standing.items():
            self.standing[order_id] = tuple(changed.get(part.id, part) for part in standing)
        lost: dict[tuple[str, str], Decimal] = {}
        for move in stock.moves_of(self.desk.conn, corrects):
            if move.bucket == "hold" and move.kind == _ASIDE:
                lost[move.site, move.sku] = max(
                    ZERO, EXACT.subtract(move.quantity, found.get((move.site, move.sku), ZERO))
                )
        return lost

    # ------------------------------------------------------------ stock

    def _stock(
        self, applied: Applied, lost: dict[tuple[str, str], Decimal], shipment_id: int, reference: str
    ) -> dict[tuple[str, str], Decimal]:
        """Reservations end, what left is taken off; what was not found is set aside until it is counted, else it
        would be promised again at once. What is below zero then."""
        desk = self.desk
        reserved: dict[tuple[str, str], Decimal] = {}
        gone: dict[tuple[str, str], Decimal] = {}
        asked_back = {release.id for release in self.raced}
        by_id = {part.id: part for part in self.parts}

        def add(sums: dict[tuple[str, str], Decimal], part: Part, quantity: Decimal) -> None:
            if part.site is not None and not part.test:
                key = (part.site, part.sku)
                sums[key] = EXACT.add(sums.get(key, ZERO), quantity)

        for part_id, pieces in applied.shipped.items():
            add(reserved, by_id[part_id], -applied.unbound[part_id])
            for piece in pieces:
                add(gone, piece, piece.base_quantity)
        for early in applied.early:
            if early.part.state is PartState.ALLOCATED:
                add(reserved, early.part, -early.base_quantity)
        for left in applied.left:
            if left.rest in ("backorder", "cancel"):
                add(reserved, left.part, -left.base_quantity)
                if left.part.release_id not in asked_back:
                    add(lost, left.part, left.base_quantity)
        stock.reserve(desk.conn, reserved)
        who, now = desk.actor.name, self.ledger.now
        document = self.said.document_id
        moves = [
            Move(site, sku, "on_hand", -quantity, "shipment", reference, document, shipment_id)
            for (site, sku), quantity in sorted(gone.items())
        ]
        balances = stock.move_all(desk.conn, desk.ids, now, who, moves)
        below = {
            (move.site, move.sku): balance
            for move, balance in zip(moves, balances, strict=True)
            if balance < 0
        }
        levels = stock.levels(desk.conn, {sku for _, sku in lost}, lock=True)
        free = {(row.site, row.sku): row.free for rows in levels.values() for row in rows}
        aside = [
            Move(
                site,
                sku,
                "hold",
                min(quantity, free[site, sku]),
                _ASIDE,
                reference,
                document,
                shipment_id,
            )
            for (site, sku), quantity in sorted(lost.items())
            if free.get((site, sku), ZERO) > 0
        ]
        stock.move_all(desk.conn, desk.ids, now, who, aside)
        return below

    # ------------------------------------------------------------ after

    def _end_releases(self, applied: Applied, number: str | None) -> None:
        later = {left.part.release_id for left in applied.left if left.rest == "later"}
        for release in self.releases:
            if release.id in later:
                releases.change(self.desk.conn, release.id, state=releases.RELEASED)
                continue
            shipped = any(p[0].release_id == release.id for p in applied.shipped.values())
            state = releases.CONFIRMED if shipped else releases.CANCELLED
            why = None if shipped else "the warehouse has shipped nothing of it"
            releases.change(self.desk.conn, release.id, state=state, ended_at=self.ledger.now, why=why)
            over(self.desk, release, f"Release {release.number} is confirmed.")

    def _tell(self, applied: Applied, number: str | None) -> None:
        said = self.said
        for order in self.known.orders.values():
            gone = [piece for piece in applied.pieces if piece.order_id == order.id]
            left = [each for each in applied.left if each.part.order_id == order.id]
            if gone:
                what = ", ".join(f"line {p.line}: {show(p.quantity)} {p.unit}" for p in gone)
                self.ledger.event(order.id, "shipped", f"Shipment {number}: {what}.", said.document_id)
            if left:
                what = ", ".join(
                    f"line {each.part.line}: {show(each.quantity)} {each.part.unit} {_BECOMES[each.rest]}"
                    for each in left
                )
                self.ledger.event(order.id, "not shipped", f"{what}.", said.document_id)
            if any(each.rest != "later" for each in left):
                self.ledger.plan(order.id)
            late = shipped_late(gone, local_date(said.shipped_at, self.profile.calendar), order.po_number)
            if late is not None:
                self._case(late, order)
            early = [each for each in applied.early if each.part.order_id == order.id]
            if early and number is not None:
                self._case(left_early(early, number), order)
        for release in self.raced:
            if release.order_id in self.known.orders:
                self._case(raced(release.number), self.known.orders[release.order_id])

    def _lessen(self, applied: Applied) -> None:
        """What is cancelled of what did not ship: the order is less by it, and the buyer hears of it."""
        less: dict[int, dict[int, Decimal]] = {}
        for left in applied.left:
            if left.rest == "cancel":
                mine = less.setdefault(left.part.order_id, {})
                mine[left.part.line] = EXACT.add(mine.get(left.part.line, ZERO), left.quantity)
        for order_id, lines in sorted(less.items()):
            lessen(self.desk, self.partners, order_id, lines, "The warehouse has not shipped it.")

    def _case(self, finding: Finding, order: StoredOrder) -> None:
        about = About(document_id=self.said.document_id, order_id=order.id)
        self.ledger.findings([finding], self.said.document_id, order.id)
        self.ledger.case(NewCase(finding, order.partner, about, order.total, order.currency, order.test))


_BECOMES: Final = {
    "backorder": "wait again",
    "cancel": "are cancelled",
    "later": "are still to come",
    "return": "are not with the warehouse any more",
}


def _left_waiting(other: Part, part: Part) -> bool:
    """Whether a row is the rest of the same line and store, and has not gone to a warehouse."""
    same = (other.line, other.store, other.kind, other.sku) == (part.line, part.store, part.kind, part.sku)
    return same and other.state in _UNASKED


def _emptied(part: Part) -> Part:
    """A row whose quantity went to another."""
    return replace(part, state=PartState.CANCELLED, site=None, release_on=None, reason="MERGED")

"""Do we know where it goes? (spec B5.7; D6, D7, D8, D21)"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning import parties
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain, show


def ship_to_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The ship-to is not on file, by code, by another code of the same place, nor by its exact address.

    Hold SHIPTO_UNKNOWN on the order, or on the line that has a ship-to of its own. To do: import the ship-to;
    the hold then goes by itself. It is not to be released past.
    """
    if facts.place.way == "unknown":
        yield _unknown(facts.place, "parties", "The order")
    for line in facts.lines:
        if line.place is not None and line.place.way == "unknown":
            yield _unknown(line.place, line.path("parties"), line.called())


def _unknown(place: parties.Place, path: str, who: str) -> Finding:
    party = place.party
    code = party.id if party else None
    if code:
        where = f"ship-to {code}" + (f" ({party.name})" if party and party.name else "")
        message = f"{who} goes to {where}, which is not on file."
    elif party is None:
        message = f"{who} should go to the default ship-to of the profile, which is not on file."
    else:
        message = f"{who} goes to an address without a code that is not on file: {_address(party)}."
    return found(
        Code.SHIP_TO_UNKNOWN,
        path,
        message,
        "Import the ship-to; the order then goes on by itself.",
        value=code,
    )


def _address(party: Party) -> str:
    return ", ".join(part for part in (party.name, *party.address, party.city, party.postal_code) if part)


def ship_to_given(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """No ship-to at all: no N1 ST, no stores in SDQ, no default in the profile, and no DC for the buyer's store.

    Hold SHIPTO_UNKNOWN on the order. To do: ask the partner, or set default_ship_to in the profile.
    """
    if facts.place.way == "missing" and not (
        facts.lines and all(line.place or line.shares for line in facts.lines)
    ):
        yield found(
            Code.SHIP_TO_MISSING,
            "parties",
            "Nothing says where the order goes.",
            "Ask the partner, or set default_ship_to in its profile.",
        )


def ship_to_by_other_name(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The ship-to came under another qualifier than ours, or its address is not the one on file: ours is used.

    Warning only. To do: correct the ship-to when the partner has moved.
    """
    places = [(facts.place, "parties")]
    places += [(line.place, line.path("parties")) for line in facts.lines if line.place is not None]
    for place, path in places:
        party, site = place.party, place.ship_to
        if party is None or site is None or party.role != "ST":
            continue
        if place.way == "alias":
            yield found(
                Code.SHIP_TO_DIFFERS,
                path,
                f"Ship-to {party.id} came with qualifier {party.id_qualifier or '(none)'}; "
                f"on file it is {parties.key_of(site)}.",
                "Add the other qualifier to the ship-tos if it is the same place.",
                value=party.id,
                severity=Severity.WARNING,
            )
        if place.way == "code" and (differs := facts.facts.address_differs(party, site)) is not None:
            yield found(
                Code.SHIP_TO_DIFFERS,
                path,
                f"Ship-to {party.id}: they write {differs[0]}, on file is {differs[1]}. Ours is used.",
                "Ask whether the place has moved, and correct the ship-to if it has.",
                value=differs[0],
                severity=Severity.WARNING,
            )


def consumer_address_whole(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A consumer's address (drop-ship, no code) lacks what a parcel needs, or its postal code cannot be (D6).

    Hold SHIPTO_UNKNOWN on the order or line. To do: ask the partner for the address and set it.
    """
    places = [(facts.place, "parties", "The consumer's address")]
    places += [
        (ln.place, ln.path("parties"), f"{ln.called()}: the address") for ln in facts.lines if ln.place
    ]
    for place, path, who in places:
        if place.way == "consumer" and place.party is not None:
            missing = parties.incomplete(place.party)
            if missing:
                yield found(
                    Code.ADDRESS_INCOMPLETE,
                    path,
                    f"{who} lacks {', '.join(missing)}.",
                    "Ask the partner for the whole address.",
                )


def stores_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A store in an SDQ is not on file.

    Hold SHIPTO_UNKNOWN on that store only; the other stores go on (D7). To do: import the store.
    """
    for key, site in facts.stores.items():
        if site is None:
            path = next(
                (
                    line.path(share.path(line.line))
                    for line in facts.divided
                    for share in line.shares
                    if share.key == key
                ),
                "lines",
            )
            yield found(
                Code.STORE_UNKNOWN,
                path,
                f"Store {key.partition(':')[2]} is not on file; what it gets waits, the other stores go on.",
                "Import the store; its part then goes on by itself.",
                value=key,
            )


def stores_add_up(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """What the stores of an SDQ, or the ship-tos of a line, get is not the quantity of the line, stands in another
    unit, or is not said (D7, D8).

    Hold TOTALS on the line. To do: ask the partner which one it means.
    """
    for line in facts.divided:
        shares, ordered = line.shares, line.line.quantity
        if not shares or ordered is None:
            continue
        units = {share.unit for share in shares if share.unit is not None} - {line.line.unit}
        total = ZERO
        if units:
            wrong = (
                f"the stores' quantities are in {', '.join(sorted(units))}, the line is in {line.line.unit}"
            )
        elif any(share.quantity is None for share in shares):
            wrong = f"it goes to {len(shares)} places, and how many each gets is not said"
        elif not all(share.quantity is not None and is_sane(share.quantity) for share in shares):
            wrong = f"the stores get absurd numbers, the line orders {_shown(ordered)}"
        else:
            for share in shares:
                total = EXACT.add(total, share.quantity or ZERO)
            if total == ordered:
                continue
            wrong = f"the stores get {show(plain(total))}, the line orders {_shown(ordered)}"
        yield found(
            Code.ALLOCATION_SUM_DIFFERS,
            line.path("allocations" if line.line.allocations else "parties"),
            f"{line.called()}: {wrong}.",
            "Ask the partner which one it means.",
            value=plain(total) if total else None,
        )


def _shown(quantity: Decimal) -> str:
    return show(quantity) if is_sane(quantity) else "an absurd number"


def schedules_add_up(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """What the schedule (SCH) brings is not the quantity of the line.

    Hold TOTALS on the line. To do: ask the partner which one it means.
    """
    for line in facts.divided:
        given = line.line.schedules
        ordered = line.line.quantity
        if not given or ordered is None or any(s.unit != line.line.unit for s in given):
            continue
        total = ZERO
        for each in given:
            total = EXACT.add(total, each.quantity if is_sane(each.quantity) else ZERO)
        if total != ordered:
            yield found(
                Code.ALLOCATION_SUM_DIFFERS,
                line.path("schedules"),
                f"{line.called()}: the schedule brings {show(plain(total))}, the line orders {_shown(ordered)}.",
                "Ask the partner which one it means.",
                value=total,
            )


CHECKS = (
    ship_to_known,
    ship_to_given,
    ship_to_by_other_name,
    consumer_address_whole,
    stores_known,
    stores_add_up,
    schedules_add_up,
)

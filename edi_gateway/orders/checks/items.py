"""Do we know the item, and do we sell it? (spec B5 lines; D15, D16, D22)"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import LineFacts, OrderFacts
from edi_gateway.orders.meaning.dates import day


def item_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """No id of the line is one of our items.

    Hold ITEM_UNKNOWN on the line, or refused (855 R2 or IR) by `unknown_item`. To do: import the cross-reference;
    the hold then goes by itself.
    """
    for line in facts.odd_items:
        if line.item is None and not line.match.rivals:
            ids = ", ".join(f"{i.qualifier} {i.value}" for i in line.line.ids)
            if line.match.sku is not None:
                message = (
                    f"{line.called()}: {ids} is cross-referenced to {line.match.sku}, which is not an item."
                )
            else:
                message = (
                    f"{line.called()}: none of {ids} is an item of ours."
                    if ids
                    else (f"{line.called()} names no item.")
                )
            yield found(
                Code.ITEM_UNKNOWN,
                line.path("ids"),
                message,
                "Import the cross-reference (and the item, if it is new); the line then goes on by itself.",
                value=line.line.ids[0].value if line.line.ids else None,
            )


def item_certain(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Two ids of the line are two different items, or one id is several. We never guess (D16).

    Hold ITEM_UNKNOWN on the line. To do: ask the partner, then correct the cross-reference or the line.
    """
    for line in facts.odd_items:
        if line.match.rivals:
            told = ", ".join(f"{i.qualifier} {i.value} is {sku}" for i, sku in line.match.rivals)
            yield found(
                Code.ITEM_AMBIGUOUS,
                line.path("ids"),
                f"{line.called()}: the ids do not mean one item: {told}.",
                "Ask the partner which one it wants; correct the cross-reference or the line.",
                value=line.match.rivals[0][0].value,
            )


def ids_well_formed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A GTIN with a wrong check digit, or one that had to be mended (lost zeros): another id, or the mended one,
    counts.

    Warning only. To do: tell the partner to correct its item file.
    """
    for line in facts.odd_items:
        match = line.match
        for each in match.broken:
            yield found(
                Code.ITEM_ID_INVALID,
                line.path("ids"),
                f"{line.called()}: {each.qualifier} {each.value} is no GTIN (length or check digit)"
                + (f"; taken by {match.by.qualifier} {match.by.value}." if match.by else "."),
                "Tell the partner to correct the number in its item file.",
                value=each.value,
                severity=Severity.WARNING,
            )
        for each, how in match.mended:
            yield found(
                Code.ITEM_ID_INVALID,
                line.path("ids"),
                f"{line.called()}: {each.qualifier} {each.value} was read although {how}.",
                "Tell the partner to send the number whole.",
                value=each.value,
                severity=Severity.WARNING,
            )


def item_sold(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The item is blocked, or not yet to be shipped within the line's window.

    Hold ITEM_BLOCKED on the line. To do: substitute, refuse the line, or wait until the item is free.
    """
    for line in facts.odd_items:
        item = line.item
        if item is None or item.status in ("active", "discontinued"):
            continue
        if item.status == "blocked":
            yield found(
                Code.ITEM_BLOCKED,
                line.path("ids"),
                f"{line.called()}: item {item.sku} is blocked.",
                "Free the item, substitute another, or refuse the line.",
                value=item.sku,
            )
        elif item.status == "not yet" and (
            item.not_before is None or (line.window.last is not None and line.window.last < item.not_before)
        ):
            since = f"before {day(item.not_before)}" if item.not_before else "yet"
            yield found(
                Code.ITEM_NOT_YET,
                line.path("ids"),
                f"{line.called()}: item {item.sku} may not be shipped {since}.",
                "Agree on a later date, or refuse the line.",
                value=item.sku,
            )


def item_not_discontinued(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The item is discontinued, and no successor may go instead (D22).

    Hold ITEM_DISCONTINUED on the line, or refused (855 R4) by `discontinued`; with "substitute" and a successor
    the line is accepted (855 IS), with a warning. To do: offer the successor or refuse the line.
    """
    for line in facts.odd_items:
        item = line.item
        if item is None or item.status != "discontinued":
            continue
        if line.substitute is not None:
            yield found(
                Code.ITEM_DISCONTINUED,
                line.path("ids"),
                f"{line.called()}: item {item.sku} is discontinued; {line.substitute.sku} goes instead.",
                "Nothing to do; the 855 names the substitute.",
                value=item.sku,
                severity=Severity.WARNING,
            )
            continue
        successor = f" Its successor is {item.successor}." if item.successor else ""
        yield found(
            Code.ITEM_DISCONTINUED,
            line.path("ids"),
            f"{line.called()}: item {item.sku} is discontinued.{successor}",
            "Offer the successor, or refuse the line." if item.successor else "Refuse the line.",
            value=item.sku,
        )


def item_sold_there(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The partner's profile says that the item is not sold to this customer, or not where the line is to go: its own
    ship-to, a store of its SDQ, or that of the order (`blackout`, spec B5.8). Whose address is on file, that counts.

    Hold ITEM_BLOCKED on the line, or refused (855 IR) by `blackout_line`. To do: offer another item, or refuse the
    line.
    """
    if not facts.policies.blackout:
        return
    for line in facts.lines:
        item = line.substitute or line.item
        if item is None:
            continue
        for row in facts.policies.blackout:
            if row.item != item.sku and (row.item_class is None or row.item_class != item.item_class):
                continue
            if row.customer is not None and row.customer != facts.customer_number:
                continue
            wanted = None if row.region is None else row.region.upper()
            if wanted is not None and wanted not in _regions(line, facts):
                continue
            whom = f"to customer {row.customer}" if row.customer else "to this partner"
            yield found(
                Code.ITEM_NOT_SOLD_THERE,
                line.path("ids"),
                f"{line.called()}: item {item.sku} is not sold {whom}{f' in {wanted}' if wanted else ''}.",
                "Offer another item, or refuse the line.",
                value=wanted or row.customer or item.sku,
            )
            break


def _regions(line: LineFacts, facts: OrderFacts) -> set[str | None]:
    """The states and provinces that a line goes to; None where we do not know."""
    stores = [facts.stores.get(share.key) for share in line.shares]
    if stores:
        return {(store.region or "").upper() if store is not None else None for store in stores}
    to = line.place or facts.place
    on_file = to.ship_to.region if to.ship_to is not None else None
    return {(on_file or (to.party.region if to.party is not None else None) or "").upper()}


CHECKS = (item_known, item_certain, ids_well_formed, item_sold, item_sold_there, item_not_discontinued)

"""Can we make out how many of what, and does it fit our packs? (spec B5.4; D15, D26)"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning.numbers import is_sane, show, six_places


def quantity_plausible(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The quantity is missing, zero, negative or beyond `maximum_line_quantity` (D26).

    Missing: hold INCOMPLETE. Zero: for information, refused or held by `quantity_zero`. Negative: refused.
    Too large: hold MAX_QTY. To do: ask the partner what it wants.
    """
    limit = facts.policies.maximum_line_quantity
    for line in facts.odd_units:
        quantity = line.line.quantity
        if line.quantity is not None and quantity is not None and quantity <= limit:
            continue
        path = line.path("quantity")
        if quantity is None:
            yield found(
                Code.QUANTITY_MISSING,
                path,
                f"{line.called()} says no quantity.",
                "Ask the partner how many it wants, and set it.",
            )
        elif not quantity:
            informs = facts.policies.quantity_zero == "information"
            yield found(
                Code.QUANTITY_ZERO,
                path,
                f"{line.called()} orders 0" + (": it is taken as information." if informs else "."),
                "Nothing to do." if informs else "Ask whether the line was cancelled.",
                value=quantity,
                severity=Severity.INFO if informs else Severity.ERROR,
            )
        elif quantity < 0:
            yield found(
                Code.QUANTITY_NEGATIVE,
                path,
                f"{line.called()} orders {_shown(line)}: less than nothing.",
                "Nothing to do: the line is refused. A return is not ordered with a purchase order.",
                value=quantity,
            )
        else:
            yield found(
                Code.QUANTITY_TOO_LARGE,
                path,
                f"{line.called()} orders {_shown(line)}, more than {show(limit)} at once.",
                "Ask the partner; release the hold if it is meant.",
                value=_shown(line),
            )


def _shown(line: object) -> str:
    quantity = getattr(getattr(line, "line", None), "quantity", None)
    return show(quantity) if quantity is not None and is_sane(quantity) else "an absurd number"


def unit_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The unit (PO103) is missing, or is none of the item's units and no known misuse of one (`unit_aliases`).

    Hold UOM on the line, or refused (855 R3) by `bad_unit`. To do: add the unit to the item, or an alias to the
    profile.
    """
    for line in facts.odd_units:
        if line.item is None or line.unit.row is not None:
            continue
        raw = line.line.unit
        known = ", ".join(sorted(line.item_units))
        if raw is None:
            yield found(
                Code.UNIT_MISSING,
                line.path("unit"),
                f"{line.called()} says no unit; item {line.item.sku} is sold in {known}.",
                "Ask the partner for the unit, and set it.",
            )
        else:
            yield found(
                Code.UNIT_UNKNOWN,
                line.path("unit"),
                f"{line.called()} is ordered in {raw}; item {line.item.sku} is sold in {known}.",
                "Add the unit with its factor to the item, or an alias to unit_aliases in the profile.",
                value=raw,
            )


def unit_as_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The unit is a misuse that the profile knows (CS for CA), or came in lower case.

    Warning only. To do: tell the partner.
    """
    for line in facts.odd_units:
        if line.unit.note is not None:
            yield found(
                Code.UNIT_ALIAS_USED,
                line.path("unit"),
                f"{line.called()}: {line.line.unit} is taken as {line.unit.unit}.",
                "Tell the partner to send the right code.",
                value=line.line.unit,
                severity=Severity.WARNING,
            )


def quantity_whole(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """A fraction of something that is counted; only measured items (pounds, feet) may have decimals (D26).

    Hold PACK_MULTIPLE on the line. To do: ask the partner what it wants.
    """
    for line in facts.odd_units:
        if line.broken and line.quantity is not None and line.item is not None:
            yield found(
                Code.QUANTITY_FRACTIONAL,
                line.path("quantity"),
                f"{line.called()} orders {show(line.quantity)} {line.line.unit}; {line.item.sku} comes whole.",
                "Ask the partner what it wants.",
                value=line.quantity,
            )


def packs_agree(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The unit, the packing level that the GTIN names and the pack (PO4) do not say the same thing (D15).

    Hold PACK_MULTIPLE on the line. To do: find out whether they mean pieces or cases, then correct the line or
    the item's pack.
    """
    for line in facts.odd_units:
        if line.pack_conflict is not None:
            yield found(
                Code.PACK_DIFFERS,
                line.path("pack" if line.line.pack is not None else "unit"),
                f"{line.called()}: {line.pack_conflict}.",
                "Find out whether they mean pieces or cases; correct the line, or the pack of the item.",
                value=line.line.pack.pack if line.line.pack is not None else line.line.unit,
            )


def packs_whole(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The quantity is no multiple of the pack that we sell, or below the least that we sell.

    Rounded by `pack_rounding` with a warning (855 IQ and the cut), else hold PACK_MULTIPLE, or MIN_ORDER, on the
    line. To do: round, break a pack, or refuse.
    """
    for line in facts.odd_units:
        fit = line.fit
        if fit is None or fit.problem is None or line.quantity is None:
            continue
        unit = line.line.unit
        if fit.problem == "minimum":
            least = line.unit.row.minimum if line.unit.row else None
            yield found(
                Code.QUANTITY_BELOW_MINIMUM,
                line.path("quantity"),
                f"{line.called()} orders {show(line.quantity)} {unit}; the least is {show(least)}.",
                "Ask the partner to take more, or release the line.",
                value=line.quantity,
            )
            continue
        step = show(six_places(fit.step)) if fit.step is not None else "?"
        sold = f" (one {fit.packed_in})" if fit.packed_in else ""
        if fit.settled is None:
            end = ""
        elif fit.settled == "break":
            end = "; a pack is broken"
        else:
            end = f"; {show(fit.accepted)} {unit} are accepted"
        yield found(
            Code.PACK_MULTIPLE,
            line.path("quantity"),
            f"{line.called()} orders {show(line.quantity)} {unit}; it comes in {step}{sold}{end}.",
            "Nothing to do." if fit.settled else "Round it, break a pack, or refuse the line.",
            value=line.quantity,
            severity=Severity.ERROR if fit.settled is None else Severity.WARNING,
        )


CHECKS = (quantity_plausible, unit_known, unit_as_agreed, quantity_whole, packs_agree, packs_whole)

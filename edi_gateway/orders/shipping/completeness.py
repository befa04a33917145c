"""What a ship notice must say and cannot: numbers that are missing, packing that the structure has no words for.

Takes frozen shipments and the partner's habits; gives findings that hold the notice (spec B10 DOCS, C3). Called by
commands/telling/notices.py before a notice is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Shipped, Unit
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, show
from edi_gateway.orders.warehouse.packing import refused_numbers
from edi_gateway.partners.profile import Profile


def lacking(shipments: Sequence[Shipped], profile: Profile) -> list[Finding]:
    """All that keeps the notice of these shipments from being told; empty when nothing does."""
    found: list[Finding] = []
    for shipped in shipments:
        found += _numbers(shipped, profile)
        found += _contents(shipped)
        found += _mixed(shipped, profile)
        if shipped.transport.weight is not None and shipped.transport.weight <= 0:
            found.append(_incomplete("weight", "The weight of the shipment is not above 0.", shipped))
        if not (shipped.ship_to.id or shipped.ship_to.address):
            found.append(
                _incomplete(
                    "ship_to", "The place that it goes to has neither a number nor an address.", shipped
                )
            )
    return found


def tells_cartons(profile: Profile) -> bool:
    """Whether the partner's notices name cartons."""
    return profile.shipping.structure != "0004"


def _numbers(shipped: Shipped, profile: Profile) -> Iterator[Finding]:
    """A number that cannot be holds the notice, wanted or not: it stands on the carton; one that is missing does where
    the partner wants each."""
    if not tells_cartons(profile):
        return
    yield from refused_numbers(shipped.units)
    if profile.shipping.carton_numbers != "required":
        return
    cartons = [unit for unit in shipped.units if unit.kind == "P"]
    if not cartons:
        yield Finding(
            Code.SSCC_MISSING,
            Severity.ERROR,
            message=f"Nobody said in which cartons shipment {shipped.number} left, and {profile.key} wants each told.",
            hint="Enter the cartons (`ship pack`), or ask the warehouse for a 945 with MAN.",
            at="units",
            family=Family.DOCS,
        )
    for unit in cartons:
        if unit.sscc is None and unit.refused is None:
            yield Finding(
                Code.SSCC_MISSING,
                Severity.ERROR,
                message=f"Carton {unit.n} of shipment {shipped.number} has no SSCC, and {profile.key} wants one.",
                hint="Ask the warehouse for its number, or let one be made: [numbers] gs1_prefix of config.toml.",
                at=f"units[{unit.n}].sscc",
                family=Family.DOCS,
            )


def _contents(shipped: Shipped) -> Iterator[Finding]:
    """Every piece lies in one carton: what the cartons hold is what left, where anybody said what they hold."""
    packed: dict[int, Decimal] = {}
    for unit in shipped.units:
        for content in unit.contents:
            packed[content.part_id] = EXACT.add(packed.get(content.part_id, ZERO), content.quantity)
    if not packed:
        return
    for line in shipped.lines:
        held = packed.get(line.part_id, ZERO)
        if held != line.quantity:
            yield _incomplete(
                f"lines[{line.line - 1}]",
                f"{show(line.quantity)} {line.unit} of line {line.line} left, and the cartons hold {show(held)}.",
                shipped,
            )


def _mixed(shipped: Shipped, profile: Profile) -> Iterator[Finding]:
    """Structures that name the order above the carton cannot tell of a carton with two orders (D46)."""
    structure = profile.shipping.structure
    of = {line.part_id: (line.order_id, line.store) for line in shipped.lines}
    item = {line.part_id: line.line for line in shipped.lines}
    for unit in shipped.units:
        if (
            structure in ("0001", "0002")
            and unit.kind == "P"
            and len({of[c.part_id] for c in unit.contents}) > 1
        ):
            yield _cannot(unit, shipped, structure, "goods of several orders or stores", "0003")
        elif structure == "0002" and len({item[c.part_id] for c in unit.contents}) > 1:
            yield _cannot(unit, shipped, structure, "several items", "0001")


def _cannot(unit: Unit, shipped: Shipped, structure: str, what: str, other: str) -> Finding:
    return _incomplete(
        f"units[{unit.n}]",
        f"Carton {unit.n} holds {what}, which structure {structure} has no words for.",
        shipped,
        f"Agree with the partner on structure {other} (shipping.structure), or pack it anew.",
    )


def _incomplete(at: str, message: str, shipped: Shipped, hint: str = "") -> Finding:
    return Finding(
        Code.NOTICE_INCOMPLETE,
        Severity.ERROR,
        message=f"{message} (shipment {shipped.number})",
        hint=hint or "Correct the ship confirm; the notice then goes by itself.",
        at=at,
        value=shipped.number,
        family=Family.DOCS,
    )

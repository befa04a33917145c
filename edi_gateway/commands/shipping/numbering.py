"""Numbers that we give to cartons and bills of lading: drawn with what bears them, never twice (spec B10).

Takes handling units; gives them with SSCCs. Called by packing.py and confirming.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edi_gateway.commands.desk import Desk
from edi_gateway.model.fulfilment import Unit
from edi_gateway.model.gs1 import bol_number, sscc
from edi_gateway.orders.warehouse.packing import new_numbers, numbers_checked
from edi_gateway.partners.profile import Profile
from edi_gateway.store.control_numbers import draw
from edi_gateway.store.goods import shipments

_NEVER_AGAIN: Final = (
    10**18
)  # a range that is used up is an error (model/gs1.NumberDoesNotFit), never begun anew


def numbered(desk: Desk, profile: Profile, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Units whose numbers are right and stand nowhere else. Those that came without a number get one, where the partner
    wants numbers and we have a prefix; one that came with a wrong number does not (it is `refused`): what is on the
    carton is not ours to say."""
    given = [unit.sscc[-18:] for unit in units if unit.sscc]
    checked = numbers_checked(units, shipments.known_numbers(desk.conn, given))
    if not wanted(desk, profile):
        return checked
    bare = [n for n, unit in enumerate(units) if unit.sscc is None]
    fresh = new_numbers([checked[n] for n in bare], lambda count: _ssccs(desk, count))
    made = list(checked)
    for n, unit in zip(bare, fresh, strict=True):
        made[n] = unit
    return tuple(made)


def wanted(desk: Desk, profile: Profile) -> bool:
    """Whether cartons for this partner get numbers of ours."""
    return desk.numbers.gs1_prefix is not None and profile.shipping.carton_numbers == "required"


def _ssccs(desk: Desk, count: int) -> list[str]:
    prefix, extension = desk.numbers.gs1_prefix, str(desk.numbers.sscc_extension)
    assert prefix is not None  # `wanted` asks
    serials = draw(desk.conn, f"SSCC|{prefix}{extension}", count, wrap=_NEVER_AGAIN)
    return [sscc(extension, prefix, serial) for serial in serials]


def bill_of_lading(desk: Desk) -> str | None:
    """A new BOL number of 17 digits; None without a GS1 prefix of ours."""
    prefix = desk.numbers.gs1_prefix
    if prefix is None:
        return None
    (reference,) = draw(desk.conn, f"BOL|{prefix}", wrap=_NEVER_AGAIN)
    return bol_number(prefix, str(reference))

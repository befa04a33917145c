"""The one place where policies are resolved: line -> order -> customer -> partner -> config (DESIGN section 3).

Takes what each level says, gives Resolved. The config's level is the default of each field in
partners/profile/. Called by order_facts.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import SalesRequirement
from edi_gateway.model.fulfilment import Backorder
from edi_gateway.model.master_data import Customer
from edi_gateway.partners.profile import Policies, Profile


@dataclass(frozen=True, slots=True)
class Resolved:
    """What holds for one order or line. `substitution`: None when the buyer says nothing about it."""

    policies: Policies
    ship_complete: bool
    backorder: Backorder
    substitution: bool | None = None


# CSH01 (DE563) of spec B7.4: what the buyer wants done when stock is short
_COMPLETION: dict[str, Backorder] = {
    "N": "cancel remainder",
    "SP": "cancel remainder",
    "Y": "backorder",
    "O": "backorder",
    "BK": "backorder",
    "SC": "ship complete",
}
_SUBSTITUTION = {"IS": True, "E": True, "NS": False}
_SUBSTITUTION_CODES = {"B0": False, "X": True, "Y": True}  # CSH08 (DE566)


def resolve(
    profile: Profile, customer: Customer | None, order: PurchaseOrder, line: Line | None = None
) -> Resolved:
    """The most specific that says something wins: the line's CSH, the order's CSH, the customer, the partner."""
    policies = profile.policies_of(customer.number if customer else None)
    backorder: Backorder = customer.backorder if customer else "backorder"
    if policies.ship_complete or (customer is not None and customer.ship_complete):
        backorder = "ship complete"
    substitution: bool | None = None
    for said in (order.sales_requirements, line.sales_requirements if line else ()):
        if said:
            backorder, substitution = _asked(said, backorder, substitution)
    return Resolved(policies, backorder == "ship complete", backorder, substitution)


def _asked(
    said: Sequence[SalesRequirement], backorder: Backorder, substitution: bool | None
) -> tuple[Backorder, bool | None]:
    for each in said:
        backorder = _COMPLETION.get(each.code or "", backorder)
        substitution = _SUBSTITUTION.get(each.code or "", substitution)
        substitution = _SUBSTITUTION_CODES.get(each.substitution or "", substitution)
    return backorder, substitution

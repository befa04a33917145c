"""What a finding of judgement stops: its cause family, the hold it raises, and the effect by policy (spec B4).

One table for all checks, so that nothing is held or refused in two ways. Called by checks/ (to write a
finding) and judge.py (to act on it). Only findings of severity ERROR have an effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edi_gateway.model.finding import Code, Effect, Family, Finding, Severity
from edi_gateway.model.order import HoldCode
from edi_gateway.partners.profile import Policies

Chooser = Callable[[Policies], Effect]


@dataclass(frozen=True, slots=True)
class Consequence:
    """`effect` is an Effect, or asks the policies. `reject` is the DE668 code of a line refused for this."""

    family: Family
    hold: HoldCode | None = None
    effect: Effect | Chooser = Effect.HOLD
    reject: str | Callable[[Policies], str] = "IR"


def _by(field: str) -> Chooser:
    """A policy that says "reject line" or else holds."""

    def choose(policies: Policies) -> Effect:
        return Effect.REJECT_LINE if getattr(policies, field) == "reject line" else Effect.HOLD

    return choose


def _or_warn(field: str) -> Chooser:
    def choose(policies: Policies) -> Effect:
        return Effect.NONE if getattr(policies, field) == "warn" else Effect.HOLD

    return choose


_MD, _DATE = Family.MASTER_DATA, Family.DATE

CONSEQUENCES: Final[dict[Code, Consequence]] = {
    # identity, duplicate
    Code.TEST_IN_PRODUCTION: Consequence(Family.SYSTEM, HoldCode.PARTNER_TEST),
    Code.PRODUCTION_IN_TEST: Consequence(Family.SYSTEM, HoldCode.PARTNER_TEST),
    Code.CUSTOMER_UNKNOWN: Consequence(_MD, HoldCode.INCOMPLETE),
    Code.CUSTOMER_STOPPED: Consequence(Family.CREDIT, HoldCode.CUSTOMER_STOP),
    Code.PO_REPEATED: Consequence(Family.DUPLICATE, HoldCode.DUP_PO),
    Code.PO_DIFFERS: Consequence(Family.DUPLICATE, HoldCode.DUP_PO),
    Code.CHANGE_WITHOUT_ORDER: Consequence(Family.CHANGE, HoldCode.DUP_PO),
    Code.CHANGE_TOO_LATE: Consequence(Family.CHANGE, HoldCode.CHANGE_PENDING),
    Code.CHANGE_AMBIGUOUS: Consequence(Family.CHANGE, HoldCode.CHANGE_PENDING),
    Code.INFORMATION_COPY: Consequence(Family.DUPLICATE, None, Effect.NONE),
    # header
    Code.PURPOSE_NOT_HANDLED: Consequence(Family.MAPPING, HoldCode.TERMS),
    Code.ORDER_TYPE_NOT_AGREED: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.FIELD_MISSING: Consequence(Family.MAPPING, HoldCode.INCOMPLETE),
    Code.NO_LINES: Consequence(Family.MAPPING, None, Effect.REJECT_ORDER),
    Code.BLANKET_MISSING: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.NOTE_NEEDS_READING: Consequence(Family.TERMS, HoldCode.MANUAL),
    Code.LINE_KEY_REPEATED: Consequence(Family.MAPPING, None, Effect.NONE),
    # parties
    Code.SHIP_TO_UNKNOWN: Consequence(_MD, HoldCode.SHIPTO_UNKNOWN),
    Code.SHIP_TO_MISSING: Consequence(_MD, HoldCode.SHIPTO_UNKNOWN),
    Code.SHIP_TO_DIFFERS: Consequence(_MD, None, Effect.NONE),
    Code.ADDRESS_INCOMPLETE: Consequence(_MD, HoldCode.SHIPTO_UNKNOWN),
    Code.PO_BOX_FOR_FREIGHT: Consequence(_MD, HoldCode.ROUTING),
    Code.STORE_UNKNOWN: Consequence(_MD, HoldCode.SHIPTO_UNKNOWN),
    Code.ALLOCATION_SUM_DIFFERS: Consequence(Family.QTY_PACK, HoldCode.TOTALS),
    # items
    Code.ITEM_UNKNOWN: Consequence(
        Family.ITEM, HoldCode.ITEM_UNKNOWN, _by("unknown_item"), lambda p: p.unknown_item_code
    ),
    Code.ITEM_AMBIGUOUS: Consequence(Family.ITEM, HoldCode.ITEM_UNKNOWN),
    Code.ITEM_BLOCKED: Consequence(Family.ITEM, HoldCode.ITEM_BLOCKED),
    Code.ITEM_DISCONTINUED: Consequence(
        Family.ITEM, HoldCode.ITEM_DISCONTINUED, lambda p: _discontinued(p), "R4"
    ),
    Code.ITEM_NOT_YET: Consequence(Family.ITEM, HoldCode.ITEM_BLOCKED),
    Code.ITEM_NOT_SOLD_THERE: Consequence(Family.ITEM, HoldCode.ITEM_BLOCKED, _by("blackout_line")),
    Code.ITEM_ID_INVALID: Consequence(Family.ITEM, None, Effect.NONE),
    # units and packs
    Code.UNIT_UNKNOWN: Consequence(Family.QTY_PACK, HoldCode.UOM, _by("bad_unit"), "R3"),
    Code.UNIT_MISSING: Consequence(Family.QTY_PACK, HoldCode.UOM, _by("bad_unit"), "R3"),
    Code.UNIT_ALIAS_USED: Consequence(Family.QTY_PACK, None, Effect.NONE),
    Code.PACK_DIFFERS: Consequence(Family.QTY_PACK, HoldCode.PACK_MULTIPLE),
    Code.PACK_MULTIPLE: Consequence(Family.QTY_PACK, HoldCode.PACK_MULTIPLE, _by("pack_rounding")),
    Code.QUANTITY_MISSING: Consequence(Family.QTY_PACK, HoldCode.INCOMPLETE),
    Code.QUANTITY_ZERO: Consequence(Family.QTY_PACK, HoldCode.INCOMPLETE, _by("quantity_zero")),
    Code.QUANTITY_NEGATIVE: Consequence(Family.QTY_PACK, None, Effect.REJECT_LINE),
    Code.QUANTITY_FRACTIONAL: Consequence(Family.QTY_PACK, HoldCode.PACK_MULTIPLE),
    Code.QUANTITY_TOO_LARGE: Consequence(Family.QTY_PACK, HoldCode.MAX_QTY),
    Code.QUANTITY_BELOW_MINIMUM: Consequence(Family.QTY_PACK, HoldCode.MIN_ORDER),
    # prices
    Code.PRICE_DIFFERS: Consequence(Family.PRICE, HoldCode.PRICE, _by("price_lower_outside")),
    Code.PRICE_FAVOURABLE: Consequence(Family.PRICE, None, Effect.NONE),
    Code.PRICE_ABSENT: Consequence(Family.PRICE, None, Effect.NONE),
    Code.PRICE_NOT_ON_FILE: Consequence(Family.PRICE, HoldCode.PRICE),
    Code.PRICE_ZERO: Consequence(Family.PRICE, HoldCode.PRICE),
    Code.PRICE_BASIS_UNKNOWN: Consequence(Family.PRICE, HoldCode.PRICE),
    # dates
    Code.DATE_WINDOW_EMPTY: Consequence(_DATE, HoldCode.DATE_WINDOW),
    Code.DATE_PAST: Consequence(_DATE, HoldCode.DATE_WINDOW, _by("date_unmet")),
    Code.DATE_BELOW_LEAD_TIME: Consequence(_DATE, HoldCode.DATE_WINDOW, _by("date_unmet")),
    Code.DATE_MISSING: Consequence(_DATE, None, Effect.NONE),
    Code.ORDER_STALE: Consequence(_DATE, HoldCode.DATE_WINDOW),
    Code.ORDER_DATE_IN_FUTURE: Consequence(_DATE, HoldCode.DATE_WINDOW),
    Code.CANCEL_DATE_NEAR: Consequence(_DATE, None, Effect.NONE),
    Code.CANCEL_DATE_PASSED: Consequence(_DATE, HoldCode.DATE_WINDOW, _by("date_unmet")),
    # totals, terms, minimum
    Code.LINE_COUNT_DIFFERS: Consequence(Family.MAPPING, HoldCode.TOTALS, _or_warn("totals")),
    Code.HASH_TOTAL_DIFFERS: Consequence(Family.MAPPING, HoldCode.TOTALS, _or_warn("totals")),
    Code.TOTAL_DIFFERS: Consequence(Family.PRICE, HoldCode.TOTALS, _or_warn("amount_total")),
    Code.CURRENCY_DIFFERS: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.TERMS_DIFFER: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.FREIGHT_TERMS_DIFFER: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.ALLOWANCE_NOT_AGREED: Consequence(Family.TERMS, HoldCode.TERMS),
    Code.ORDER_BELOW_MINIMUM: Consequence(Family.TERMS, HoldCode.MIN_ORDER),
}


def _discontinued(policies: Policies) -> Effect:
    """Without a successor there is nothing to substitute: then "substitute" refuses the line (spec D22)."""
    return Effect.HOLD if policies.discontinued == "hold" else Effect.REJECT_LINE


def found(
    code: Code,
    at: str,
    message: str,
    hint: str,
    *,
    value: object = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding of judgement. `at` is a canonical path, lines counted from 0 as in `map --lineage`."""
    return Finding(
        code,
        severity,
        message,
        hint,
        at=at,
        value=None if value is None else str(value),
        family=CONSEQUENCES[code].family,
    )


def effect_of(finding: Finding, policies: Policies) -> Effect:
    """What this finding stops under these policies."""
    if finding.severity is not Severity.ERROR:
        return Effect.NONE
    chosen = CONSEQUENCES[finding.code].effect
    return chosen if isinstance(chosen, Effect) else chosen(policies)


def reject_code(code: Code, policies: Policies) -> str:
    """DE668 for a line refused because of this."""
    chosen = CONSEQUENCES[code].reject
    return chosen if isinstance(chosen, str) else chosen(policies)

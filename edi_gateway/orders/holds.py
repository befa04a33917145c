"""Holds: what each stops, who may release it and for what, and when a release still stands (spec B4).

Takes holds as judgement raises them or as the store keeps them, gives decisions. Called by lifecycle.py, and by
commands/holding/holds.py before anything is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from edi_gateway.model.order import HoldCode, HoldView, NewHold
from edi_gateway.orders.limits import LIMITS


class Blocking(Protocol):
    """What a NewHold and a HoldView have in common."""

    @property
    def code(self) -> HoldCode: ...
    @property
    def line(self) -> int | None: ...
    @property
    def blocks(self) -> str: ...
    @property
    def store(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """What a hold blocks and who may release it. No roles: it is not released but cured (fill, import, answer), by
    `cured_by`."""

    blocks: str
    roles: frozenset[str]
    cure: str
    by_amount: bool = False
    cured_by: frozenset[str] = frozenset()

    @property
    def queue(self) -> frozenset[str]:
        """The roles before which such a hold lies (spec B4 rule 7)."""
        return self.roles or self.cured_by


def _roles(*names: str) -> frozenset[str]:
    return frozenset(names)


_CSR: Final = _roles("CSR", "LEAD", "SUPERVISOR")
_LEAD: Final = _roles("LEAD", "SUPERVISOR")
_DATA: Final = _roles("MASTER_DATA")

# the table of spec B4; TOTALS (B5.6) and ANSWER, which keeps an 855 and stops no step, are ours
RULES: Final[dict[HoldCode, Rule]] = {
    HoldCode.INCOMPLETE: Rule(
        "A", _roles(), "Fill in what is missing; the hold then goes by itself.", cured_by=_CSR
    ),
    HoldCode.DUP_PO: Rule("A", _CSR, "Void it, apply it as a change, or take it as a new order."),
    HoldCode.PARTNER_TEST: Rule("A", _roles("EDI_ANALYST"), "Ask the partner whether it was meant."),
    HoldCode.SHIPTO_UNKNOWN: Rule(
        "A", _roles(), "Import the ship-to; the hold then goes by itself.", cured_by=_DATA
    ),
    HoldCode.ITEM_UNKNOWN: Rule(
        "A", _roles(), "Import the cross-reference, set the item, or refuse the line.", cured_by=_DATA | _CSR
    ),
    HoldCode.ITEM_BLOCKED: Rule("A", _LEAD, "Free the item, substitute another, or refuse the line."),
    HoldCode.ITEM_DISCONTINUED: Rule("A", _CSR, "Offer the successor, or refuse the line."),
    HoldCode.UOM: Rule(
        "A",
        _roles(),
        "Add the unit to the item or an alias to the profile, or refuse the line.",
        cured_by=_DATA | _CSR,
    ),
    HoldCode.PACK_MULTIPLE: Rule("A", _CSR, "Round it, break a pack, or refuse the line."),
    HoldCode.PRICE: Rule(
        "A", _CSR, "Accept their price once, correct the price list, or answer with ours.", True
    ),
    HoldCode.TERMS: Rule("A", _LEAD, "Agree on the terms with the customer."),
    HoldCode.DATE_WINDOW: Rule("A", _CSR, "Agree on new dates and note what the customer said."),
    HoldCode.MIN_ORDER: Rule("A", _CSR, "Ask for more, or accept it as it is."),
    HoldCode.MAX_QTY: Rule("A", _CSR, "Ask whether it is meant.", True),
    HoldCode.TOTALS: Rule("A", _CSR, "Ask which of the two numbers is meant."),
    HoldCode.CUSTOMER_STOP: Rule("ABRS", _roles("SUPERVISOR"), "Clear the stop on the customer."),
    HoldCode.CHANGE_PENDING: Rule("R", _CSR, "Apply or refuse the change, and answer it."),
    HoldCode.ROUTING: Rule("S", _CSR, "Get a street address, or agree on another way to ship."),
    HoldCode.ALLOC_SHORT: Rule(
        "R", _LEAD, "Wait for supply, drop the line that cannot come, or let the order go in parts."
    ),
    HoldCode.NEG_INV: Rule("R", _roles("WAREHOUSE"), "Count the item; the hold goes with the count."),
    HoldCode.DOCS: Rule("S", _CSR, "Mend what the message names, or let the ship notice go as it is."),
    HoldCode.BILLING: Rule(
        "I", _roles("BILLING", "SUPERVISOR"), "Mend what the message names, or bill it as it is.", True
    ),
    HoldCode.ANSWER: Rule("", _CSR, "Mend what the message names, or let the 855 go as it is."),
    HoldCode.MANUAL: Rule(
        "A", _roles("CSR", "LEAD", "SUPERVISOR", "EDI_ANALYST", "MASTER_DATA", "BILLING", "CREDIT"), ""
    ),
}


def queue_of(roles: Collection[str]) -> list[HoldCode]:
    """The holds that lie before any of these roles, to be released or cured."""
    return [code for code, rule in RULES.items() if rule.queue.intersection(roles)]


# raised by what comes after judgement: judging an order again neither raises nor cures them
LATER: Final = frozenset(
    {HoldCode.ALLOC_SHORT, HoldCode.NEG_INV, HoldCode.DOCS, HoldCode.BILLING, HoldCode.ANSWER}
)

# reason codes for a release; one of them and a text are mandatory (spec B4 rule 3)
RELEASE_REASONS: Final[dict[str, str]] = {
    "CUSTOMER_AGREED": "The customer agreed.",
    "PRICE_ACCEPTED": "Their price is accepted once.",
    "DATA_CORRECTED": "Our data was corrected.",
    "PARTNER_CONFIRMED": "The partner confirmed that it is meant.",
    "EXCEPTION_APPROVED": "An exception was approved.",
    "RAISED_IN_ERROR": "The hold was raised in error.",
    "OTHER": "Something else; the text says what.",
}

# rank of roles, for a MANUAL hold: its placer's role or a higher one may lift it
_RANK: Final = (
    "AUDITOR",
    "WAREHOUSE",
    "MASTER_DATA",
    "BILLING",
    "CREDIT",
    "EDI_ANALYST",
    "CSR",
    "LEAD",
    "SUPERVISOR",
)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a step must leave alone: the whole order, some lines, some stores of an SDQ."""

    order: bool
    lines: frozenset[int]
    stores: frozenset[str]

    @property
    def nothing(self) -> bool:
        return not (self.order or self.lines or self.stores)


def blocked(holds: Iterable[Blocking], step: str) -> Blocked:
    """What active `holds` stop of a step: A acceptance, B allocation, R release, S ship, I invoice (spec B4.1)."""
    order, lines, stores = False, set(), set()
    for hold in holds:
        if step not in hold.blocks:
            continue
        if hold.store is not None:
            stores.add(hold.store)
        elif hold.line is not None:
            lines.add(hold.line)
        else:
            order = True
    return Blocked(order, frozenset(lines), frozenset(stores))


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changed which value of an order (line None: of the header)."""

    line: int | None
    field: str
    by: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a hold may not be released, and what to do instead."""

    message: str
    hint: str


# which edited fields a hold speaks of; an edit of another field is no conflict of interest
_COVERED: Final[dict[HoldCode, frozenset[str]]] = {
    HoldCode.PRICE: frozenset({"price", "price_basis", "quantity", "unit", "sku"}),
    HoldCode.PACK_MULTIPLE: frozenset({"quantity", "unit", "sku", "pack"}),
    HoldCode.MAX_QTY: frozenset({"quantity", "unit"}),
    HoldCode.MIN_ORDER: frozenset({"quantity", "price", "unit"}),
    HoldCode.DATE_WINDOW: frozenset({"dates", "ship_from", "ship_until", "cancel_after"}),
    HoldCode.TERMS: frozenset({"terms", "freight", "currency", "allowances", "type"}),
    HoldCode.TOTALS: frozenset({"quantity", "price", "allocations"}),
}


def speaks_of(hold: Blocking, edit: Edit) -> bool:
    """Whether a hold is about the value that was changed: who changed it may then not release the hold (B4 rule 5)."""
    covered = _COVERED.get(hold.code)
    same_line = edit.line is None or hold.line is None or edit.line == hold.line
    return same_line and (covered is None or edit.field in covered)


def may_release(
    hold: HoldView,
    user: str,
    roles: Collection[str],
    edits: Sequence[Edit] = (),
    amount: Decimal | None = None,
    *,
    reason: str | None = None,
    text: str | None = None,
    placer_roles: Collection[str] = (),
    limits: Mapping[str, Decimal | None] = LIMITS,
) -> Refusal | None:
    """None when this user may release the hold; else why not (spec B4 rules 3 and 5, and the table of roles).

    amount: the money that hangs on the hold, None when none does. reason: a key of RELEASE_REASONS, mandatory
    with a text. placer_roles: for a MANUAL hold, the roles of who placed it. limits: of roles, by amount.
    """
    rule = RULES[hold.code]
    if hold.state != "ACTIVE":
        return Refusal(f"The hold is {hold.state.lower()} already.", "Nothing to do.")
    if not rule.roles:
        return Refusal(f"A hold {hold.code} is not released, it is cured.", rule.cure)
    if reason not in RELEASE_REASONS:
        return Refusal("A release needs a reason code.", f"One of {', '.join(RELEASE_REASONS)}.")
    if not (text and text.strip()):
        return Refusal("A release needs a text that says why.", "Write what was agreed, and with whom.")
    mine = rule.roles & set(roles)
    if not mine:
        return Refusal(
            f"Releasing a hold {hold.code} takes {' or '.join(sorted(rule.roles))}.",
            "Ask one of them to release it.",
        )
    if hold.code is not HoldCode.MANUAL and hold.placed_by == user:
        return Refusal(
            f"{user} asked for what this hold keeps back and may not release it.",
            "Somebody else must release it.",
        )
    for edit in edits:
        if edit.by == user and speaks_of(hold, edit):
            return Refusal(
                f"{user} changed the {edit.field} that this hold is about and may not release it.",
                "Somebody else must release it.",
            )
    if rule.by_amount and amount is not None:
        mine_up_to = [limits[role] for role in mine if role in limits]
        if None not in mine_up_to and amount > max(
            (x for x in mine_up_to if x is not None), default=Decimal(0)
        ):
            return Refusal(
                f"{amount} is above what {' and '.join(sorted(mine))} may decide.",
                "A higher role must release it.",
            )
    if hold.code is HoldCode.MANUAL and placer_roles and _rank(roles) < _rank(placer_roles):
        return Refusal(
            f"The hold was placed by {hold.placed_by}, of a higher role.", "Ask them, or somebody above."
        )
    return None


def _rank(roles: Collection[str]) -> int:
    return max((_RANK.index(role) for role in roles if role in _RANK), default=-1)


def still_stands(release: HoldView, fingerprint: str, amount: Decimal | None, now: datetime) -> bool:
    """Whether a manual release covers a finding that is raised again: the same facts, in time, within the amount."""
    return (
        release.state == "RELEASED"
        and release.released_by not in (None, "system")
        and release.fingerprint == fingerprint
        and (release.until is None or now <= release.until)
        and (release.up_to_amount is None or (amount is not None and amount <= release.up_to_amount))
    )


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a new judgement makes of the holds that are there. Nothing is deleted: history is append-only."""

    to_raise: tuple[NewHold, ...]
    kept: tuple[HoldView, ...]  # active and still so
    cured: tuple[HoldView, ...]  # their cause is gone: released by the system (spec B4 rule 6)
    superseded: tuple[HoldView, ...]  # the same hold, raised again with other facts


def reconcile(existing: Sequence[HoldView], raised: Sequence[NewHold], now: datetime) -> Reconciled:
    """Compare holds of a fresh judgement with those on record. MANUAL holds placed by people stay as they are."""
    to_raise: list[NewHold] = []
    kept: list[HoldView] = []
    superseded: list[HoldView] = []
    done: set[int] = set()
    for new in raised:
        same = [h for h in existing if (h.code, h.line, h.store) == (new.code, new.line, new.store)]
        active = next((h for h in same if h.state == "ACTIVE" and h.fingerprint == new.fingerprint), None)
        if active is not None:
            kept.append(active)
            done.add(active.hold_id)
        elif not any(still_stands(h, new.fingerprint, new.amount, now) for h in same):
            to_raise.append(new)
    fresh = {(new.code, new.line, new.store) for new in to_raise}
    cured: list[HoldView] = []
    for hold in existing:
        if hold.state != "ACTIVE" or hold.hold_id in done:
            continue
        if hold.code is HoldCode.MANUAL and hold.placed_by != "system":
            kept.append(hold)
        elif (hold.code, hold.line, hold.store) in fresh:
            superseded.append(hold)
        else:
            cured.append(hold)
    return Reconciled(tuple(to_raise), tuple(kept), tuple(cured), tuple(superseded))

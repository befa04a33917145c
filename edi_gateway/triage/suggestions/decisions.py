"""Fixes that are decisions about an order: accept once, settle what came twice, refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.finding import Code
from edi_gateway.model.order import HoldCode, LineState, OrderState
from edi_gateway.orders.holds import RULES
from edi_gateway.triage.suggestions.fix import REASON, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known

_CSR: Final = frozenset({"CSR", "LEAD", "SUPERVISOR"})
# DE668 by what is wrong with the line; else IR, rejected
_REFUSAL: Final[dict[str, tuple[str, str]]] = {
    Code.ITEM_UNKNOWN: ("R2", "item number invalid"),
    Code.ITEM_ID_INVALID: ("R2", "item number invalid"),
    Code.ITEM_AMBIGUOUS: ("R2", "item number invalid"),
    Code.UNIT_UNKNOWN: ("R3", "unit of issue invalid"),
    Code.UNIT_MISSING: ("R3", "unit of issue invalid"),
    Code.ITEM_NOT_SOLD_THERE: ("R1", "not in the contract"),
}
_STANDS: Final = (OrderState.ON_HOLD, OrderState.ACCEPTED)
# the reason that a release of this hold has as a rule
_USUAL: Final[dict[HoldCode, str]] = {
    HoldCode.PRICE: "PRICE_ACCEPTED",
    HoldCode.DUP_PO: "PARTNER_CONFIRMED",
    HoldCode.PARTNER_TEST: "PARTNER_CONFIRMED",
    HoldCode.TOTALS: "PARTNER_CONFIRMED",
    HoldCode.MAX_QTY: "PARTNER_CONFIRMED",
    HoldCode.DATE_WINDOW: "CUSTOMER_AGREED",
    HoldCode.TERMS: "CUSTOMER_AGREED",
}


def accept_once(known: Known) -> Iterator[Fix]:
    """The hold released: what is held goes on this once."""
    hold = known.hold
    if hold is None or hold.state != "ACTIVE" or hold.code is HoldCode.DUP_PO:
        return
    rule = RULES[hold.code]
    if not rule.roles:
        return
    usual = _USUAL.get(hold.code, "EXCEPTION_APPROVED")
    where = "" if hold.line is None else f" on line {hold.line}"
    yield Fix(
        "release",
        Kind.RELEASE,
        f"Accept it once: release the hold {hold.code}{where}",
        rule.cure or "Its reason is gone.",
        rule.roles,
        {"hold": str(hold.hold_id), "reason": usual},
        (REASON, WHY),
    )


def settle_duplicate(known: Known) -> Iterator[Fix]:
    """A PO that came again with other content, or a test among real orders."""
    hold, order = known.hold, known.order
    if hold is None or order is None or hold.state != "ACTIVE":
        return
    if hold.code is HoldCode.DUP_PO:
        yield _duplicate("change", "It replaces the order that stands", "They sent it again to correct it.")
        yield _duplicate("new", "It is an order of its own", "They used the number twice and mean both.")
        yield _duplicate("void", "It counts for nothing", "It was sent by mistake; it is not answered.")
    elif hold.code is HoldCode.PARTNER_TEST:
        yield _duplicate("void", "It counts for nothing", "It was a test; it is not answered.")


def _duplicate(choice: str, title: str, why: str) -> Fix:
    return Fix(f"duplicate:{choice}", Kind.DUPLICATE, title, why, _CSR, {"choice": choice})


def refuse(known: Known) -> Iterator[Fix]:
    """The line that waits, or the whole order while nothing of it is accepted, refused by 855."""
    order = known.order
    if order is None or order.state not in _STANDS:
        return
    if known.hold is not None and known.hold.store is not None and known.hold.state == "ACTIVE":
        store = known.hold.store
        yield Fix(
            "refuse:store",
            Kind.REFUSE,
            f"Cancel what store {store.rpartition(':')[2]} gets: the 855 says that it is not shipped",
            "The other stores get theirs.",
            _CSR,
            {"store": store},
        )
    code, meaning = _REFUSAL.get(known.case.code, ("IR", "rejected"))
    if known.line is not None and known.line.state is LineState.HELD:
        yield Fix(
            "refuse:line",
            Kind.REFUSE,
            f"Refuse line {known.line.line}: the 855 says {code}, {meaning}",
            "The rest of the order goes on.",
            _CSR,
            {"line": str(known.line.line), "code": code},
        )
    if order.state is not OrderState.ON_HOLD:
        return  # a line of it is accepted, and goes on
    yield Fix(
        "refuse:order",
        Kind.REFUSE,
        f"Refuse the whole order: the 855 says RJ, each line {code}",
        "Nothing of it is shipped.",
        _CSR,
        {"code": code},
    )

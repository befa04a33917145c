"""Is this order new, or does it repeat, change or contradict one that we know? (spec B5.2, D2, D3)

Takes an order and Facts, gives a Standing: the verdict, the known order, the differences, the document that
stands afterwards. Words for it: checks/duplicate.py. Called by judge.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from pydantic import ValidationError

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.master_data import KnownOrder
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.identity import business_key, content_hash
from edi_gateway.orders.judging.revision import Difference, differences, merged

Verdict = Literal["new", "repeat", "change", "conflict", "copy", "reject"]
Doubt = Literal[
    "",
    "unhandled purpose",
    "no original",  # a change, cancellation or replacement of an order that we do not know
    "no original, confirmation",
    "too late",
    "which line",
    "differs",
    "already cancelled",
    "as it was",  # what came says what the order said before it was changed
    "came before",  # a change that was applied, and that a later one has overtaken
]

COPIES: Final = frozenset({"22", "16", "24"})  # information copy, proposed, draft: no order
CANCELS: Final = frozenset({"01", "17"})
CHANGES: Final = frozenset({"02", "03", "04"})
REPLACES: Final = frozenset({"05", "18"})
HANDLED: Final = COPIES | CANCELS | CHANGES | REPLACES | {"00", "06", "07", "15"}


@dataclass(frozen=True, slots=True)
class Standing:
    """`revised` is set when a change can be applied; without it a change waits for a person."""

    verdict: Verdict
    known: KnownOrder | None = None
    differences: tuple[Difference, ...] = ()
    revised: PurchaseOrder | None = None
    cancels: bool = False
    doubt: Doubt = ""
    doubtful_lines: tuple[int, ...] = ()


NEW: Final = Standing("new")


def stands(order: PurchaseOrder, facts: Facts) -> Standing:
    """The verdict on one document. Orders that are VOID do not count; refused ones only when they say the same."""
    purpose = order.purpose
    if purpose in COPIES or order.type == "IN":
        return Standing("copy")
    known = facts.data.known.get(business_key(order, facts.profile, test=facts.as_test))
    live = [k for k in known if k.state != "VOID"] if known else []
    if not live:
        return _unknown(purpose)
    if purpose in CANCELS or purpose in CHANGES or purpose in REPLACES:
        target = _the_one(live)
        return _changed(order, target) if target is not None else _unknown(purpose)
    mine = content_hash(order)
    for each in reversed(live):
        if each.content_hash == mine:
            return Standing("repeat", each)
    for each in reversed(live):
        if each.state != "REJECTED" and any(not differences(was, order) for was in _former(each)):
            return Standing("repeat", each, doubt="as it was")
    target = _the_one(live)
    if target is None:  # what we refused was mended and sent again
        return NEW
    before = read(target)
    found = differences(before, order) if before is not None else ()
    if before is not None and not found:
        return Standing("repeat", target)
    return Standing("conflict", target, found, doubt="differs")


def _the_one(live: list[KnownOrder]) -> KnownOrder | None:
    """The first that stands (later ones are conflicts with it), else the last that was cancelled.

    What contradicted an order that was cancelled after it stands no more than before: whether it is a change, a new
    order or nothing, a person decides (B5.2), and the cancellation that comes again does not.
    """
    open_ones = [k for k in live if k.state not in ("REJECTED", "CANCELLED")]
    cancelled = next((k for k in reversed(live) if k.state == "CANCELLED"), None)
    if not open_ones:
        return cancelled
    first = open_ones[0]
    if cancelled is not None and first.disputed and first.document_id < cancelled.document_id:
        return cancelled
    return first


def _unknown(purpose: str) -> Standing:
    if purpose in CANCELS or purpose in CHANGES:
        return Standing("reject", doubt="no original")
    if purpose in REPLACES or purpose == "07":
        return Standing("new", doubt="no original")
    if purpose == "06":
        return Standing("new", doubt="no original, confirmation")
    if purpose not in HANDLED:
        return Standing("new", doubt="unhandled purpose")
    return NEW


def _changed(order: PurchaseOrder, target: KnownOrder) -> Standing:
    purpose = order.purpose
    if target.state == "CANCELLED":
        if purpose in CANCELS:
            return Standing("repeat", target, doubt="already cancelled")
        if purpose == "18":  # cancelled to be reissued (17), and here it is
            return NEW
        return Standing("change", target, doubt="too late")
    before = read(target)
    if before is None or target.any_fulfilment:
        return Standing("change", target, doubt="too late")
    if purpose in CANCELS:
        return Standing("change", target, (("purpose", before.purpose, purpose),), before, cancels=True)
    if purpose in REPLACES:
        found = differences(before, order)
        if not found:
            return Standing("repeat", target)
        if any(was.purpose in REPLACES and not differences(was, order) for was in _former(target)):
            return Standing("change", target, doubt="came before")
        return Standing("change", target, found, order)
    applied = _applied(order, [*_former(target), before])
    if applied is not None:
        return Standing("repeat", target) if applied else Standing("change", target, doubt="came before")
    after, doubtful = merged(before, order)
    if after is None:
        return Standing("change", target, doubt="which line", doubtful_lines=doubtful)
    found = differences(before, after)
    return Standing("change", target, found, after) if found else Standing("repeat", target)


def _applied(change: PurchaseOrder, stood: list[PurchaseOrder]) -> bool | None:
    """Whether this change is one that the order has had already: True the last one, which stands; False an earlier
    one, so that a later one stands in its place; None: it is news. `stood`: all revisions, the oldest first."""
    found = None
    for n, (was, now) in enumerate(pairwise(stood), 2):
        after, _ = merged(was, change)
        if after is not None and differences(was, now) and not differences(after, now):
            found = n == len(stood)
    return found


def _former(known: KnownOrder) -> list[PurchaseOrder]:
    """The documents that stood before, as far as they can be read."""
    return [order for text in known.former if (order := _read(text)) is not None]


def read(known: KnownOrder) -> PurchaseOrder | None:
    """The document that stands, None when its snapshot is of a shape that this version no longer reads."""
    return _read(known.snapshot)


def _read(text: str) -> PurchaseOrder | None:
    try:
        return PurchaseOrder.model_validate_json(text)
    except ValidationError:
        return None

"""The judgement of one purchase order: what it is, what is wrong, what waits, what is accepted (spec B4, B5).

Takes a PurchaseOrder and Facts, gives a Judgement; raises for nothing that a document can hold. Called by
commands/ordering/take_orders.py, and by commands/ to judge an order again after an edit or when master data changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.finding import Code, Effect, Finding, Severity
from edi_gateway.model.order import Judgement, LineState, NewHold, OrderLine, OrderState
from edi_gateway.orders.answering.promising import is_cut, promise
from edi_gateway.orders.checks import CHECKS, duplicate
from edi_gateway.orders.checks.dates import can_promise
from edi_gateway.orders.hours.calendar import add_working_days
from edi_gateway.orders.judging.effects import effect_of, reject_code
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.identity import business_key, content_hash, snapshot
from edi_gateway.orders.judging.order_facts import LineFacts, OrderFacts, understand
from edi_gateway.orders.judging.raising import line_index, raise_holds, total
from edi_gateway.orders.judging.revision import differences
from edi_gateway.orders.judging.standing import NEW, Standing, stands
from edi_gateway.orders.lifecycle import settle, stores_of
from edi_gateway.orders.meaning.numbers import ZERO

__all__ = ["business_key", "content_hash", "differences", "judge", "judge_again", "snapshot"]

# taken out of their classes once: Python looks an enum's member up anew at every mention
_ACCEPTED, _REJECTED, _HELD = LineState.ACCEPTED, LineState.REJECTED, LineState.HELD
_DATE_CODES: Final = (Code.DATE_PAST, Code.DATE_BELOW_LEAD_TIME)
Edits = Mapping[int, Mapping[str, Any]]  # line -> field of Line, or "sku" -> value


def judge(order: PurchaseOrder, facts: Facts) -> Judgement:
    """The judgement of a document that came in.

    verdict: "new" an order of its own; "repeat" the same again: `known_order` stands, answer it again; "change"
    `revised` replaces what stands (None: the change waits, `holds` go on the known order); "conflict" the same PO
    number with other content: booked on hold; "copy" no order; "reject" refused as a whole.
    """
    standing = stands(order, facts)
    if standing.verdict in ("new", "conflict"):
        return _judged(order, facts, standing)
    if standing.verdict == "change" and standing.revised is not None:
        if standing.cancels:
            return _cancelled(standing.revised, facts, standing)
        return _judged(standing.revised, facts, standing)
    return _not_booked(order, facts, standing)


def judge_again(order: PurchaseOrder, facts: Facts, edits: Edits | None = None) -> Judgement:
    """The judgement of an order in the book, by the facts of now. `order`: the document that stands; `edits`: what
    people set since, by line number from 1; "sku" settles which item a line means. Never a duplicate of itself.
    """
    if edits:
        lines = list(order.lines)
        for number, fields in edits.items():
            if not 0 < number <= len(lines):
                continue
            line = lines[number - 1]
            update = {name: value for name, value in fields.items() if name in type(line).model_fields}
            if fields.get("sku"):
                update["ids"] = (ItemId(qualifier="SK", value=str(fields["sku"])),)
            lines[number - 1] = line.model_copy(update=update)
        order = order.model_copy(update={"lines": tuple(lines)})
    return _judged(order, facts, NEW)


def _judged(order: PurchaseOrder, facts: Facts, standing: Standing) -> Judgement:
    known = understand(order, facts, standing)
    policies = known.policies
    all_or_nothing = policies.all_or_nothing
    ship_complete = known.resolved.ship_complete
    findings: list[Finding] = []
    refused: dict[int, str] = {}
    reject: str | None = None
    dates_ours = policies.date_unmet == "ours"
    late: set[int | None] = set()
    for check in CHECKS:
        for finding in check(order, known):
            finding = _weighed(finding, check.__name__, known)
            findings.append(finding)
            index = line_index(finding)
            if finding.effect is Effect.REJECT_LINE:
                if index is None:
                    reject = "RD"
                else:
                    refused.setdefault(index, reject_code(finding.code, policies))
            elif finding.effect is Effect.REJECT_ORDER:
                reject = "RD"
            elif dates_ours and finding.code in _DATE_CODES and finding.severity is Severity.WARNING:
                late.add(index)
    lines = [
        _order_line(
            line,
            known,
            refused.get(line.index),
            line.index in late or (None in late and _shares(line, known)),
        )
        for line in known.lines
    ]
    if all_or_nothing and any(
        line.state is LineState.REJECTED or line.accepted_quantity < line.quantity for line in lines
    ):
        reject = "RD"
    if reject is not None:
        lines = [_refused(line) for line in lines]
        holds: tuple[NewHold, ...] = ()
    elif findings:
        gone = {line.line for line in lines if line.state is LineState.REJECTED}
        holds = tuple(h for h in raise_holds(findings, known) if h.line not in gone)
    else:
        holds = ()
    settled = tuple(lines)
    if reject is not None:
        state = OrderState.REJECTED
    else:
        state, settled = settle(
            settled,
            holds,
            ship_complete=ship_complete,
            all_or_nothing=all_or_nothing,
            stores=stores_of(order) if known.stores and holds else {},
        )
        if facts.data.shelves and state is OrderState.ACCEPTED:
            state, settled = _promised(order, known, settled, holds, findings)
        if state is OrderState.REJECTED:
            reject = "RD"
    if reject is not None and facts.profile.answering.rejected_without_detail:
        reject = "RJ"
    window = known.window
    return Judgement(
        verdict="reject" if reject is not None and standing.verdict == "new" else standing.verdict,
        state=state,
        customer=known.customer_number,
        currency=known.currency,
        ship_to_key=known.place.key,
        lines=settled,
        holds=holds,
        findings=tuple(findings),
        total=_total(settled),
        known_order=standing.known.order_id if standing.known else None,
        reject_code=reject,
        differences=standing.differences,
        cancel_after=window.cancel_after
        or min((line.cancel_after for line in settled if line.cancel_after), default=None),
        ship_complete=ship_complete,
        all_or_nothing=all_or_nothing,
        revised=standing.revised,
    )


def _promised(
    order: PurchaseOrder,
    known: OrderFacts,
    lines: tuple[OrderLine, ...],
    holds: tuple[NewHold, ...],
    findings: list[Finding],
) -> tuple[OrderState, tuple[OrderLine, ...]]:
    """The order with what can be promised of its accepted lines; refused where a cut may not be."""
    facts, policies, standing = known.facts, known.policies, known.standing
    changes = standing.known is not None and standing.verdict == "change"
    order_id = standing.known.order_id if changes and standing.known is not None else facts.order
    made = promise(
        order,
        lines,
        facts,
        customer=known.customer,
        currency=known.currency,
        ship_complete=known.resolved.ship_complete,
        own=facts.data.own.get(order_id or 0, ()),
    )
    findings += made.findings
    promised = made.lines
    if policies.all_or_nothing and is_cut(lines, promised):
        return OrderState.REJECTED, tuple(_refused(line) for line in promised)
    facts.promise(made.left)
    return settle(
        promised,
        holds,
        ship_complete=known.resolved.ship_complete,
        all_or_nothing=policies.all_or_nothing,
        stores=stores_of(order) if known.stores and holds else {},
    )


def _weighed(finding: Finding, rule: str, known: OrderFacts) -> Finding:
    """The finding with its rule and effect; an error that policy lets pass is a warning."""
    index = line_index(finding)
    policies = (
        known.lines[index].resolved.policies if index is not None and index < len(known.lines) else None
    )
    effect = effect_of(finding, policies or known.policies)
    severity = finding.severity
    if severity is Severity.ERROR and effect is Effect.NONE:
        severity = Severity.WARNING
    return replace(finding, rule=rule, effect=effect, severity=severity)


def _shares(line: LineFacts, known: OrderFacts) -> bool:
    return line.window is known.window


def _order_line(line: LineFacts, known: OrderFacts, refused: str | None, late: bool) -> OrderLine:
    document = line.line
    accepted, price, asked = line.accepted, line.price, document.price
    quantity = document.quantity if document.quantity is not None else ZERO
    state = _ACCEPTED
    if refused is None and line.quantity is not None and accepted <= 0:  # rounded down to nothing
        refused = known.policies.cut_quantity_as if known.policies.cut_quantity_as in ("IR", "ID") else "IR"
    if refused is not None:
        state = _REJECTED
    elif (
        document.quantity is not None
        and not document.quantity
        and known.policies.quantity_zero == "information"
    ):
        state = LineState.INFORMATION
    codes = []
    if price is not asked and price is not None and asked is not None and price != asked:
        codes.append("IP")
    if accepted is not quantity and accepted != quantity and line.quantity is not None:
        codes.append("IQ")
    promised_ship = promised_delivery = None
    window = line.window
    first = window.first
    item = line.item
    if item is not None and item.not_before is not None and item.status == "not yet":
        first = item.not_before if first is None else max(first, item.not_before)
    if late and can_promise(window, known):
        promised_ship = known.earliest
        if window.spoke_of_delivery:
            promised_delivery = add_working_days(
                promised_ship, window.transit_days, known.facts.profile.calendar
            )
        codes.append("DR")
    if line.substitute is not None:
        codes.append("IS")
    quote = line.quote
    base_quantity, amount = line.base_quantity, line.amount
    return OrderLine(
        line.index + 1,
        document.buyer_line,
        item.sku if item is not None else None,
        quantity,
        document.unit,
        accepted if refused is None else ZERO,
        base_quantity,
        item.base_unit if item is not None else None,
        asked,
        quote.ours,
        price,
        document.price_basis,
        state,
        refused,
        tuple(codes),
        document.description if document.description is not None else (item.description if item else None),
        line.place.key if line.place is not None else None,
        promised_ship or first,
        promised_ship or window.last,
        window.cancel_after,
        amount,
        line.substitute.sku if line.substitute is not None else None,
        promised_ship,
        promised_delivery,
        line.free_quantity,
    )


def _refused(line: OrderLine) -> OrderLine:
    """A line of an order that is refused as a whole; one that was refused for itself keeps its reason."""
    if line.state is LineState.REJECTED:
        return line
    return replace(line, state=LineState.REJECTED, reject_code="IR", accepted_quantity=ZERO)


def _total(lines: tuple[OrderLine, ...]) -> Decimal:
    summed = ZERO
    for line in lines:
        if line.amount is not None and line.state in (_ACCEPTED, _HELD):
            summed += line.amount
    return summed


def _cancelled(order: PurchaseOrder, facts: Facts, standing: Standing) -> Judgement:
    """All lines of the order that stands, cancelled by the buyer (BEG01 01 or 17)."""
    known = understand(order, facts, standing)
    lines = tuple(
        replace(_order_line(line, known, None, False), state=LineState.CANCELLED, accepted_quantity=ZERO)
        for line in known.lines
    )
    return replace(
        _bare(known, standing, OrderState.CANCELLED, ()),
        lines=lines,
        total=ZERO,
        revised=order,
        differences=standing.differences,
    )


def _not_booked(order: PurchaseOrder, facts: Facts, standing: Standing) -> Judgement:
    """A repeat, a copy, a change that waits, or a change of nothing."""
    known = understand(order, facts, standing)
    findings = [
        _weighed(finding, check.__name__, known)
        for check in duplicate.CHECKS
        for finding in check(order, known)
    ]
    if standing.verdict == "reject":
        findings = [
            replace(f, effect=Effect.REJECT_ORDER) if f.effect is Effect.HOLD else f for f in findings
        ]
        lines = tuple(_refused(_order_line(line, known, None, False)) for line in known.lines)
        code = "RJ" if facts.profile.answering.rejected_without_detail or not lines else "RD"
        return replace(
            _bare(known, standing, OrderState.REJECTED, findings), lines=lines, reject_code=code, total=ZERO
        )
    state = (
        OrderState(standing.known.state)
        if standing.known and standing.known.state in _STATES
        else (OrderState.ACCEPTED)
    )
    judgement = _bare(known, standing, state, findings)
    if standing.verdict == "change":
        return replace(judgement, holds=raise_holds(findings, known))
    return judgement


_STATES: Final = frozenset(OrderState)


def _bare(
    known: OrderFacts, standing: Standing, state: OrderState, findings: list[Finding] | tuple[Finding, ...]
) -> Judgement:
    return Judgement(
        verdict=standing.verdict,
        state=state,
        customer=known.customer_number,
        currency=known.currency,
        ship_to_key=known.place.key,
        lines=(),
        holds=(),
        findings=tuple(findings),
        total=total(known) if standing.verdict != "copy" else ZERO,
        known_order=standing.known.order_id if standing.known else None,
        cancel_after=known.window.cancel_after,
        ship_complete=known.resolved.ship_complete,
        all_or_nothing=known.policies.all_or_nothing,
    )

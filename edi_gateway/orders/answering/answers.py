"""The 855: what we tell the buyer of its order, line by line (spec B5.1, C2, D9, D18).

Takes the order as received, our lines and the active holds; gives a PurchaseOrderAcknowledgment. Says what is
accepted, changed, held or refused, never why a customer is held. Called by commands/.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.documents.shared import ItemId, QuotedPrice
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.answering.promising import BACKORDERED, PENDING
from edi_gateway.orders.holds import Blocked, Blocking, blocked
from edi_gateway.orders.lifecycle import waiting_quantities
from edi_gateway.orders.meaning.items import our_qualifier
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain
from edi_gateway.orders.parts import quantity_of
from edi_gateway.partners.profile import Policies, Profile

_NOTHING_BLOCKED: Final = Blocked(False, frozenset(), frozenset())
_HASH_MODULUS: Final = Decimal(10) ** 10
_AS_ORDERED: Final = frozenset({"IA", "AC", "AR"})
_REFUSED: Final = frozenset({"IR", "ID", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"})


def answer(
    order: PurchaseOrder,
    lines: Sequence[OrderLine],
    holds: Sequence[Blocking],
    *,
    profile: Profile,
    order_number: str | None,
    today: date,
    purpose: str = "00",
    rejected: str | None = None,
    history: PurchaseOrderAcknowledgment | None = None,
    customer: str | None = None,
) -> PurchaseOrderAcknowledgment:
    """The acknowledgment of `order`. `lines` are ours, by line number; `holds` the active ones.

    today: BAK09, the partner's day. rejected: BAK02 when the whole order is refused (RD, RJ). history: the answer
    that went before; then BAK01 is the partner's update purpose unless `purpose` says otherwise.
    The quantities of a line's answers add up to what was ordered. Two exceptions, both by profile: a quantity
    rounded up is told as it is (IQ), and `cut_quantity_as = "IQ alone"` leaves the cut out.
    """
    policies, answering = profile.policies_of(customer), profile.answering
    if history is not None and purpose == "00":
        purpose = answering.update_purpose
    ours = {line.line: line for line in lines}
    stops = blocked(holds, "A") if holds else _NOTHING_BLOCKED
    waiting = waiting_quantities(order, holds)
    accepted_code = answering.accepted_code
    detail: list[dict[str, Any]] = []
    said: set[str] = set()
    for number, line in enumerate(order.lines, 1):
        mine = ours.get(number)
        answers = _answers(
            line, mine, stops, waiting.get(number, ZERO), policies, accepted_code, rejected is not None
        )
        for each in answers:
            said.add(each["status"])
        detail.append(_line(number, line, mine, answers, policies))
    cancelled = any(line.state is LineState.CANCELLED or line.cancelled_stores for line in lines)
    kind = _kind(said, rejected, cancelled, profile, order)
    if kind in ("AK", "RJ"):
        detail = []
    echo: dict[str, Any] = {}
    if answering.echo_references:
        echo["references"] = tuple(r for r in order.references if r.qualifier in answering.echo_references)
    if answering.echo_parties:
        echo["parties"] = tuple(p for p in order.parties if p.role in answering.echo_parties)
    if order.currency is not None:
        echo["currency"] = order.currency
        echo["currency_of"] = order.currency_of or "BY"
    return PurchaseOrderAcknowledgment.model_validate(
        {
            "purpose": purpose,
            "type": kind,
            "po_number": order.po_number,
            "ordered_on": order.ordered_on or today,
            "release_number": order.release_number,
            "contract_number": order.contract_number,
            "order_number": order_number,
            "acknowledged_on": today,
            "lines": tuple([AnsweredLine.of_known(each) for each in detail]),
            "stated_totals": _totals(order, detail),
            **echo,
        }
    )


def waits(
    profile: Profile, state: OrderState, lines: Sequence[OrderLine], holds: Sequence[Blocking] = ()
) -> bool:
    """Whether the answer waits for what is on hold, until its deadline at the latest (spec B4.2).

    A line may be accepted while one store of it waits: `holds` say so.
    """
    if profile.answering.held == "answer":
        return False
    held = state is OrderState.ON_HOLD or any(line.state is LineState.HELD for line in lines)
    return held or bool(blocked(holds, "A").stores)


def _kind(
    said: set[str], rejected: str | None, cancelled: bool, profile: Profile, order: PurchaseOrder
) -> str:
    """BAK02, such that it agrees with the lines: AD means every line as ordered (spec C2).

    Lines that were cancelled (ID) are a change and no refusal: RD would say that we refuse the cancellation.
    """
    answering = profile.answering
    if rejected is not None or not said or (said <= _REFUSED and not cancelled):
        return "RJ" if answering.rejected_without_detail or rejected == "RJ" or not said else "RD"
    if said <= _AS_ORDERED:
        return "AK" if answering.no_detail_when_accepted or order.ack_requested == "AK" else "AD"
    return "AH" if said == {"IH"} else "AC"


def _answers(
    line: Line,
    mine: OrderLine | None,
    stops: Blocked,
    waiting: Decimal,
    policies: Policies,
    accepted_code: str,
    all_refused: bool,
) -> list[dict[str, Any]]:
    """The ACKs of one line, in the buyer's unit."""
    ordered = line.quantity
    if mine is None or all_refused or mine.state is LineState.REJECTED:
        return [_ack((mine.reject_code if mine is not None else None) or "IR", ordered, line)]
    if mine.state is LineState.CANCELLED:
        return [_ack("ID", ordered, line)]
    if mine.state is LineState.INFORMATION:
        return [_ack(accepted_code, ordered, line)]
    if mine.state is LineState.HELD or stops.order or mine.line in stops.lines:
        return [_ack("IH", ordered, line)]
    accepted = mine.accepted_quantity
    if ordered is None or line.unit is None or not is_sane(ordered) or not is_sane(accepted):
        return [_ack(_status(mine, line, accepted_code, cut=False), ordered, line, mine)]
    later = mine.backordered_quantity or ZERO
    if accepted == ordered and not waiting and not later:
        return [_ack(_status(mine, line, accepted_code, cut=False), ordered, line, mine)]
    if accepted <= 0:
        return [_ack(_cut_code(policies), ordered, line)]
    held = plain(min(waiting, accepted))
    cut = EXACT.subtract(ordered, accepted)
    going = EXACT.subtract(accepted, held)
    late = min(later, going)
    going = EXACT.subtract(going, late)
    answers = []
    if going > 0:
        answers.append(_ack(_status(mine, line, accepted_code, cut=accepted != ordered), going, line, mine))
    if late > 0:
        answers.append(_later(mine, plain(late), line))
    if held > 0:
        answers.append(_ack("IH", held, line))
    if cut > 0 and policies.cut_quantity_as != "IQ alone":
        code = _cut_code(policies)
        ended = ZERO  # what was cancelled of it is told as cancelled, whatever a cut is told as
        if mine.cancelled_stores and code != "ID":
            ended = plain(min(quantity_of(line, mine.cancelled_stores), cut))
        if cut > ended:
            answers.append(_ack(code, EXACT.subtract(cut, ended), line))
        if ended > 0:
            answers.append(_ack("ID", ended, line))
    return answers


def _later(mine: OrderLine, quantity: Decimal, line: Line) -> dict[str, Any]:
    """What is accepted and not there yet: IB with the day on which it ships; while nobody knows one SP, schedule
    pending, for an IB bears a date (spec B5.1, B7.1)."""
    ack = _ack(PENDING if mine.backordered_to is None else BACKORDERED, quantity, line)
    if mine.backordered_to is not None:
        ack["date_qualifier"], ack["on"] = "068", mine.backordered_to
    return ack


def _cut_code(policies: Policies) -> str:
    return policies.cut_quantity_as if policies.cut_quantity_as != "IQ alone" else "IR"


def _status(mine: OrderLine, line: Line, accepted_code: str, *, cut: bool) -> str:
    """DE668 for what is accepted: as ordered, or the one change, or IC for several."""
    changes = []
    if mine.price is not None and line.price is not None and mine.price != line.price:
        changes.append("IP")
    if cut:
        changes.append("IQ")
    if mine.promised_ship is not None or mine.promised_delivery is not None:
        changes.append("DR")
    if mine.substitute is not None:
        changes.append("IS")
    if not changes:
        return accepted_code
    return changes[0] if len(changes) == 1 else "IC"


def _ack(status: str, quantity: Decimal | None, line: Line, mine: OrderLine | None = None) -> dict[str, Any]:
    """One ACK. `mine` given: the accepted part, which bears the dates and the substitute."""
    ack: dict[str, Any] = {"status": status}
    if quantity is not None and line.unit is not None:  # ACK02 and ACK03 go together
        ack["quantity"], ack["unit"] = quantity, line.unit
    if mine is not None and status not in _AS_ORDERED:
        if mine.promised_delivery is not None:
            ack["date_qualifier"], ack["on"] = "067", mine.promised_delivery
        elif mine.promised_ship is not None:
            ack["date_qualifier"], ack["on"] = "068", mine.promised_ship
        if mine.substitute is not None:
            ack["ids"] = (ItemId(qualifier=our_qualifier(line.ids), value=mine.substitute),)
    return ack


def _line(
    number: int, line: Line, mine: OrderLine | None, answers: list[dict[str, Any]], policies: Policies
) -> dict[str, Any]:
    """PO1 of the answer: the buyer's own words back, with the price that we acknowledge."""
    told: dict[str, Any] = {"line": number, "answers": tuple([Answer.of_known(each) for each in answers])}
    if line.buyer_line is not None:
        told["buyer_line"] = line.buyer_line
    if line.quantity is not None:
        told["quantity"], told["unit"] = line.quantity, line.unit
    if line.ids:
        told["ids"] = line.ids
    price = line.price
    going = mine is not None and mine.state in (LineState.ACCEPTED, LineState.INFORMATION)
    if going and mine is not None and mine.price is not None and mine.price != price:
        if price is not None and policies.price_change_in == "CTP":
            told["quoted_prices"] = (QuotedPrice(kind="CON", price=plain(mine.price)),)
        else:
            price = plain(mine.price)
    if price is not None:
        told["price"] = price
        if line.price_basis is not None:
            told["price_basis"] = line.price_basis
    return told


def _totals(order: PurchaseOrder, detail: list[dict[str, Any]]) -> dict[str, Any]:
    """CTT: the lines that stand in the answer and the plain sum of what was ordered."""
    summed = ZERO
    for line, told in zip(order.lines, detail, strict=False):
        if "quantity" in told and line.quantity is not None and is_sane(line.quantity):
            summed = EXACT.add(summed, line.quantity)
    if not detail:
        return {}
    told_sum = plain(EXACT.remainder(summed, _HASH_MODULUS))
    fits = len(told_sum.as_tuple().digits) <= 10  # CTT02 has ten digits; it is optional
    return {"line_count": len(detail), "hash": told_sum if fits else None}

"""The 810: allowances and charges, each of the order's once, and none that it does not have (spec C0 SAC, B11, D29).

Everything is worked out anew, from the document and the order; nothing of orders/billing is asked. An amount is for the
order as it was placed: what is cut of it takes its share along, where the profile does not say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.billing import Charge, InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.shared import Allowance
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import PartKind, PartState
from edi_gateway.model.order import LineState
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.before import breach, per_unit
from edi_gateway.orders.gate.records import Bill
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money, show
from edi_gateway.orders.meaning.pricing import BASES, NO_CHARGE, Basis

_CENT: Final = Decimal("0.01")
_TAKES_OFF, _ADDS = ("A", "P"), ("C", "S")  # SAC01: allowance and promotion, charge and service
_OFF_INVOICE: Final = (None, "02")  # SAC12
_AGREED_CHARGE: Final = (None, "02", "06")
_GROSS: Final = (None, "1", "3", "5", "6", "7", "8", "9")  # SAC06 that is not of a net amount
_FREIGHT: Final = frozenset({"D200", "D240", "G821", "G830"})  # SAC02


def allowances_taken_once(bill: Bill) -> Iterator[Finding]:
    """An off-invoice allowance of the PO is not taken, taken twice, or taken as another amount or per cent, over all
    invoices of the order."""
    if bill.is_credit:
        return
    for order_id, story in bill.orders.items():
        now = _charges(bill.issued, order_id)
        standing = [each for each in bill.before if _stands(each, bill)]
        for source, allowance, line in _off_invoice(story, bill):
            mine = [charge for charge in now if charge.source == source]
            goods = _goods(bill.issued, order_id, line)
            if len(mine) > 1:
                yield _taken(bill, story, allowance, f"takes it {len(mine)} times")
            elif allowance.amount is not None:
                taken = EXACT.add(_sum(standing, order_id, source), mine[0].amount if mine else ZERO)
                least, most = _due(allowance.amount, story, line, bill)
                if (mine and taken > most) or (taken < least and mine and _is_last(bill, story, line)):
                    yield _taken(bill, story, allowance, f"makes it {show(taken)} over all invoices")
                elif not mine and taken < least and _falls_on(least, goods, story, line, bill):
                    yield _taken(bill, story, allowance, "does not take it")
            elif not mine and goods > 0 and _comes_to_something(allowance, goods):
                yield _taken(bill, story, allowance, "does not take it")
            elif mine and allowance.rate is None and allowance.percent is not None:
                if allowance.percent_basis not in _GROSS or not is_sane(allowance.percent):
                    continue
                due = money(Fraction(goods) * Fraction(allowance.percent) / 100, bill.currency)
                if abs(due - mine[0].amount) > _CENT:
                    yield _taken(bill, story, allowance, f"takes {show(mine[0].amount)} of {show(goods)}")


def bill_back_left_out(bill: Bill) -> Iterator[Finding]:
    """An allowance is taken off the invoice that is settled otherwise (bill-back: SAC12 01, and the like)."""
    for at, allowance in _said_allowances(bill):
        if allowance.kind in _TAKES_OFF and allowance.handling not in _OFF_INVOICE:
            yield breach(
                at,
                f"Allowance {_name(allowance)} has SAC12 {allowance.handling} in the 850: it is settled later, and the "
                f"810 takes {show(allowance.amount)} off.",
                "Leave it out; the buyer bills it back.",
                show(allowance.amount),
            )


def charges_agreed(bill: Bill) -> Iterator[Finding]:
    """A charge is billed that the PO does not have, or more of it than the PO says, over all invoices of the order;
    freight by the partner's terms excepted, up to what they say."""
    if bill.is_credit:
        return
    codes = {
        a.code
        for story in bill.orders.values()
        for a in _all_of(story)
        if a.kind in _ADDS and a.handling in _AGREED_CHARGE
    }
    for at, charge in _said_allowances(bill):
        if charge.kind in _ADDS and charge.code not in codes and not _is_freight(charge.code, bill):
            yield breach(
                at,
                f"The 810 charges {show(charge.amount)} for {_name(charge)}, the 850 has no such charge.",
                "Leave it out, or have the buyer change its order.",
                show(charge.amount),
            )
    standing = [each for each in bill.before if _stands(each, bill)]
    for order_id, story in bill.orders.items():
        for made in _charges(bill.issued, order_id):
            most = _most(made, story, bill)
            own = (made.source or "").endswith("]")  # freight of ours goes once anyway
            before = _sum(standing, order_id, made.source or "") if own else ZERO
            taken = EXACT.add(before, made.amount)
            if made.kind == "C" and most is not None and taken > most:
                yield breach(
                    "allowances",
                    f"PO {story.ordered.po_number} has {show(most)} for {made.code or made.agency_code}, the 810 makes "
                    f"it {show(taken)}.",
                    "Charge what was agreed.",
                    show(taken),
                )


def _most(made: Charge, story: OrderStory, bill: Bill) -> Decimal | None:
    """The most that a charge may come to over all invoices; None: the order does not fix it."""
    for source, said, line in _placed(story):
        if source == made.source:
            if said.amount is not None:
                return _due(said.amount, story, line, bill)[1]
            if said.rate is None and said.percent is not None and said.percent_basis in _GROSS:
                invoices = [*(each for each in bill.before if _stands(each, bill)), bill.issued]
                goods = [Fraction(_goods(each, story.order_id, line)) for each in invoices]
                exact = sum(goods, Fraction(0)) * Fraction(said.percent) / 100
                return money(exact, bill.currency) + _CENT * len(invoices)  # each is rounded by itself
            return None
    freight = _is_freight(made.code, bill) and not any(a.code == made.code for a in _all_of(story))
    agreed = bill.profile.invoicing.freight
    return max(agreed, money(agreed, bill.currency)) if freight else None


def freight_charged_once(bill: Bill) -> Iterator[Finding]:
    """Freight is charged where the order does not say prepaid and charged (FOB01 PC), or a second time for an order."""
    if bill.is_credit:
        return
    for order_id, story in bill.orders.items():
        mine = [c for c in _charges(bill.issued, order_id) if c.kind == "C" and _is_freight(c.code, bill)]
        own = [c for c in mine if not (c.source or "").endswith("]")]  # not a charge of the PO's own
        if not own:
            continue
        before = [
            c
            for each in bill.before
            if _stands(each, bill)
            for c in _charges(each, order_id)
            if c.kind == "C" and _is_freight(c.code, bill) and not (c.source or "").endswith("]")
        ]
        if before or len(own) > 1:
            yield breach(
                "allowances",
                f"Freight of PO {story.ordered.po_number} was charged with {show((before or own)[0].amount)} before, "
                f"the 810 charges {show(own[-1].amount)} again.",
                "Freight goes once with an order.",
                show(own[-1].amount),
            )
        said = next((f.payment for f in story.ordered.freight), None)
        if said not in (None, "PC"):
            yield breach(
                "allowances",
                f"PO {story.ordered.po_number} says freight {said}, the 810 charges {show(own[0].amount)} for it.",
                "Charge freight only where the order says PC.",
                show(own[0].amount),
            )


RULES = (allowances_taken_once, bill_back_left_out, charges_agreed, freight_charged_once)


def _said_allowances(bill: Bill) -> Iterator[tuple[str, Allowance]]:
    for n, allowance in enumerate(bill.said.allowances):
        yield f"allowances[{n}]", allowance
    for item in bill.items:
        for n, allowance in enumerate(item.said.allowances):
            yield item.at(f"allowances[{n}]"), allowance


def _all_of(story: OrderStory) -> Iterator[Allowance]:
    yield from story.ordered.allowances
    for line in story.ordered.lines:
        yield from line.allowances


def _placed(story: OrderStory) -> Iterator[tuple[str, Allowance, int | None]]:
    """The allowances and charges of the PO with their place, and the line that they are of."""
    for n, allowance in enumerate(story.ordered.allowances):
        yield f"allowances[{n}]", allowance, None
    for number, line in enumerate(story.ordered.lines, 1):
        for n, allowance in enumerate(line.allowances):
            yield f"lines[{number - 1}].allowances[{n}]", allowance, number


def _off_invoice(story: OrderStory, bill: Bill) -> Iterator[tuple[str, Allowance, int | None]]:
    """The allowances of the PO that come off its invoices: their place, and the line that they are of. Goods on top at
    no charge are goods; where the buyer's price is net of them, those of a line are in it already."""
    net = bill.profile.policies_of(story.customer).price_net_of_allowances
    for source, allowance, line in _placed(story):
        if _comes_off(allowance) and not (net and line is not None and allowance.handling == "02"):
            yield source, allowance, line


def _comes_off(allowance: Allowance) -> bool:
    free = allowance.code == "D170" and allowance.quantity and allowance.quantity_upper
    return allowance.kind in _TAKES_OFF and allowance.handling in _OFF_INVOICE and not free


def _due(amount: Decimal, story: OrderStory, line: int | None, bill: Bill) -> tuple[Decimal, Decimal]:
    """Between what and what an amount must come to over all invoices: the share of what ships of what was ordered, by
    quantity for a line and by value for the order. Of an order that was cut, to the cent."""
    ordered = {n: each.quantity or ZERO for n, each in enumerate(story.ordered.lines, 1)}
    stays = _stays(story)
    if line is not None:
        placed, there = Fraction(ordered[line]), Fraction(stays.get(line, ZERO))
    else:
        placed, there = _value_of(story, ordered), _value_of(story, _smaller(stays, ordered))
    whole = money(amount, bill.currency)
    cut = bill.profile.invoicing.flat_amounts == "pro rata" and 0 <= there < placed
    if not cut:
        return min(whole, amount), max(whole, amount)
    share = money(Fraction(amount) * there / placed, bill.currency)
    return max(ZERO, share - _CENT), share + _CENT


def _falls_on(due: Decimal, goods: Decimal, story: OrderStory, line: int | None, bill: Bill) -> bool:
    """Whether anything of an amount falls on what is billed now; its last cents may have to wait for the rest."""
    stays = {n: quantity for n, quantity in _stays(story).items() if line in (None, n)}
    worth = _value_of(story, stays)
    if goods <= 0 or worth <= 0 or _is_last(bill, story, line):
        return goods > 0
    return money(Fraction(due) * Fraction(goods) / worth, bill.currency) > 0


def _stays(story: OrderStory) -> dict[int, Decimal]:
    """By line, the goods that have shipped or are to; of what waits still, what was accepted."""
    found: dict[int, Decimal] = {}
    for part in story.parts:
        if part.kind is PartKind.GOODS and part.state is not PartState.CANCELLED:
            found[part.line] = EXACT.add(found.get(part.line, ZERO), part.quantity)
    waiting = (line for line in story.lines if line.state is LineState.HELD and line.line not in found)
    return found | {line.line: line.accepted_quantity for line in waiting}


def _smaller(some: dict[int, Decimal], others: dict[int, Decimal]) -> dict[int, Decimal]:
    return {n: min(quantity, others.get(n, ZERO)) for n, quantity in some.items()}


def _value_of(story: OrderStory, quantities: dict[int, Decimal]) -> Fraction:
    """At our prices, where we have one; else at those of the buyer."""
    total = Fraction(0)
    for n, quantity in quantities.items():
        mine, theirs = story.line(n), story.ordered.lines[n - 1]
        if not is_sane(quantity) or quantity <= 0:
            continue
        ours = mine if mine is not None and mine.price is not None else None
        price, code = (theirs.price, theirs.price_basis) if ours is None else (ours.price, ours.price_basis)
        basis = BASES.get(code, Basis()) if code is not None else Basis()
        if price is None or not is_sane(price) or code in NO_CHARGE:
            continue
        unit = basis.unit if basis.unit != theirs.unit else None
        per = per_unit(ours, basis.count, unit) if ours is not None else Fraction(1, basis.count)
        if per is not None and (ours is not None or unit is None):
            total += Fraction(price) * Fraction(quantity) * per
        elif ours is not None and ours.amount is not None and ours.accepted_quantity > 0:
            total += Fraction(ours.amount) * Fraction(quantity) / Fraction(ours.accepted_quantity)
    return total


def _comes_to_something(allowance: Allowance, goods: Decimal) -> bool:
    if allowance.rate is not None:
        return allowance.rate > 0
    if allowance.percent is None or not is_sane(allowance.percent):
        return False
    return goods * allowance.percent / 100 >= _CENT


def _charges(issued: IssuedInvoice, order_id: int) -> list[Charge]:
    lines = [charge for line in issued.lines if line.order_id == order_id for charge in line.charges]
    one = len({line.order_id for line in issued.lines}) == 1
    header = [c for c in issued.charges if c.order_id == order_id or (c.order_id is None and one)]
    return [*header, *lines]


def _sum(issued: Sequence[IssuedInvoice], order_id: int, source: str) -> Decimal:
    charges = (c for each in issued for c in _charges(each, order_id) if c.source == source)
    return sum((charge.amount for charge in charges), ZERO)


def _goods(issued: IssuedInvoice, order_id: int, line: int | None) -> Decimal:
    mine = (each for each in issued.lines if each.order_id == order_id and line in (None, each.line))
    return sum((each.amount for each in mine), ZERO)


def _stands(issued: IssuedInvoice, bill: Bill) -> bool:
    """An invoice that no other was issued in place of; credits are none."""
    replaced = {each.original for each in (*bill.before, bill.issued) if each.kind is InvoiceKind.REBILL}
    return issued.kind is not InvoiceKind.CREDIT and issued.number not in replaced


def _is_last(bill: Bill, story: OrderStory, line: int | None) -> bool:
    """Whether nothing of the order (or of the line) is left to be billed after this."""
    billed = {part for each in (*bill.before, bill.issued) for ln in each.lines for part, _ in ln.parts}
    goods = [
        part
        for part in story.parts
        if part.kind is PartKind.GOODS and part.state is not PartState.CANCELLED and line in (None, part.line)
    ]
    return bool(goods) and all(part.id in billed for part in goods)


def _is_freight(code: str | None, bill: Bill) -> bool:
    return code in _FREIGHT or code == bill.profile.invoicing.freight_code


def _taken(bill: Bill, story: OrderStory, allowance: Allowance, what: str) -> Finding:
    return breach(
        "allowances",
        f"PO {story.ordered.po_number} has an allowance {_name(allowance)} of {_worth(allowance)} off the invoice, "
        f"the 810 {what}.",
        "Take each allowance of the order once over all its invoices.",
        _name(allowance),
    )


def _name(allowance: Allowance) -> str:
    return allowance.code or allowance.agency_code or allowance.text or "without code"


def _worth(allowance: Allowance) -> str:
    if allowance.amount is not None:
        return show(allowance.amount)
    if allowance.rate is not None:
        return f"{show(allowance.rate)} each"
    return f"{show(allowance.percent)} %"

"""The 810: what it comes to, and each allowance, charge and tax once (spec C0 SAC and TXI, B11, C4, D20, D29).

Everything is worked out anew, from the document and the order; nothing of orders/billing is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.billing import Charge, InvoiceKind, IssuedInvoice
from edi_gateway.model.documents.shared import Allowance, Tax, Terms
from edi_gateway.model.finding import Finding
from edi_gateway.model.fulfilment import PartKind, PartState
from edi_gateway.model.story import OrderStory
from edi_gateway.orders.gate.before import breach, per_unit
from edi_gateway.orders.gate.records import Bill, BillItem
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, money, show
from edi_gateway.orders.meaning.pricing import BASES, NO_CHARGE, Basis

_CENT: Final = Decimal("0.01")
_OFF_INVOICE: Final = (None, "02")  # SAC12
_AGREED_CHARGE: Final = (None, "02", "06")
_GROSS: Final = (None, "1", "3", "5", "6", "7", "8", "9")  # SAC06 that is not of a net amount
_FREIGHT: Final = frozenset({"D200", "D240", "G821", "G830"})  # SAC02


def invoice_total_adds_up(bill: Bill) -> Iterator[Finding]:
    """TDS01 is not the sum of the rounded lines, charges, less allowances, and taxes of all levels, each once."""
    said = bill.said
    parts: list[Decimal] = []
    for item in bill.items:
        extension = _extension(item, bill)
        if extension is None:
            return  # a price in a unit that nobody can convert: the lines are said by issue
        parts.append(extension)
    for allowance in [*said.allowances, *(a for line in said.lines for a in line.allowances)]:
        amount = allowance.amount or ZERO
        parts.append(-amount if allowance.kind == "A" else amount if allowance.kind == "C" else ZERO)
        parts += [tax.amount or ZERO for tax in allowance.taxes]
    parts += [tax.amount or ZERO for tax in _taxes(bill)]
    total = money(sum(parts, ZERO), "USD")  # TDS has hundredths, whatever the currency has
    slack = (
        _CENT * len(said.lines) if bill.is_credit else ZERO
    )  # the rest of a line may differ from its rounding
    if abs(total - said.total) > slack:
        yield breach(
            "total",
            f"The lines, charges, allowances and taxes of the 810 come to {show(total)}, TDS says {show(said.total)}.",
            "Do not send it; report it.",
            show(said.total),
        )


def invoice_says_what_is_issued(bill: Bill) -> Iterator[Finding]:
    """The 810 says another total or other quantities than the invoice in our book."""
    sign = -1 if bill.is_credit and bill.profile.invoicing.credit_sign == "negative" else 1
    issued = money(bill.issued.total * sign, "USD")
    if bill.said.total != issued:
        yield breach(
            "total",
            f"The invoice comes to {show(issued)} in our book, the 810 says {show(bill.said.total)}.",
            "Do not send it; report it.",
            show(bill.said.total),
        )
    told = sum((line.quantity or ZERO for line in bill.said.lines), ZERO) * sign
    book = sum((line.quantity for line in bill.issued.lines), ZERO)
    if told != book:
        yield breach(
            "lines",
            f"The invoice bills {show(book)} units in our book, the lines of the 810 {show(told)}.",
            "Do not send it; report it.",
            show(told),
        )


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
            elif not mine and goods > 0 and _comes_to_something(allowance, goods):
                taken = _sum(standing, order_id, source)
                if allowance.amount is None or taken < allowance.amount:
                    yield _taken(bill, story, allowance, "does not take it")
            elif mine and allowance.amount is not None:
                taken = EXACT.add(_sum(standing, order_id, source), mine[0].amount)
                whole = allowance.amount
                if taken > whole or (taken < whole and _is_last(bill, story, line)):
                    yield _taken(bill, story, allowance, f"makes it {show(taken)} over all invoices")
            elif mine and allowance.rate is None and allowance.percent is not None:
                if allowance.percent_basis not in _GROSS or not is_sane(allowance.percent):
                    continue
                due = money(Fraction(goods) * Fraction(allowance.percent) / 100, bill.currency)
                if abs(due - mine[0].amount) > _CENT:
                    yield _taken(bill, story, allowance, f"takes {show(mine[0].amount)} of {show(goods)}")


def bill_back_left_out(bill: Bill) -> Iterator[Finding]:
    """An allowance is taken off the invoice that is settled otherwise (bill-back: SAC12 01, and the like)."""
    for at, allowance in _said_allowances(bill):
        if allowance.kind == "A" and allowance.handling not in _OFF_INVOICE:
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
        if a.kind == "C" and a.handling in _AGREED_CHARGE
    }
    for at, charge in _said_allowances(bill):
        if charge.kind == "C" and charge.code not in codes and not _is_freight(charge.code, bill):
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
                return max(said.amount, money(said.amount, bill.currency))
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


def tax_stated_once(bill: Bill) -> Iterator[Finding]:
    """The same tax stands on a line and in the summary: the buyer would pay it twice (D20)."""
    summary = {tax.type for tax in bill.said.taxes if tax.amount}
    for item in bill.items:
        for tax in item.said.taxes:
            if tax.amount and tax.type in summary:
                yield breach(
                    item.at("taxes"),
                    f"Tax {tax.type} of {show(tax.amount)} stands on {item.called()}, and in the summary too.",
                    "State it once.",
                    tax.type,
                )


def terms_as_ordered(bill: Bill) -> Iterator[Finding]:
    """The terms of the 810 are not those of the PO: per cent of discount, days of discount, net days."""
    if bill.is_credit:
        return
    told = next(iter(bill.said.terms), None)
    story = next(iter(bill.orders.values()), None)
    asked = (
        None
        if story is None
        else next((t for t in story.ordered.terms if t.type != "14" and _speaks(t)), None)
    )
    if asked is None or story is None:
        return
    pairs = (
        ("discount_percent", "% discount"),
        ("discount_days", "days of discount"),
        ("net_days", "net days"),
    )
    for name, words in pairs:
        theirs, ours = getattr(asked, name), None if told is None else getattr(told, name)
        if theirs is not None and ours != theirs:
            yield breach(
                f"terms[0].{name}",
                f"PO {story.ordered.po_number} says {theirs} {words}, the 810 {'none' if ours is None else ours}.",
                "Bill with the terms of the order.",
                ours,
            )


RULES = (
    *(invoice_total_adds_up, invoice_says_what_is_issued, allowances_taken_once, bill_back_left_out),
    *(charges_agreed, freight_charged_once, tax_stated_once, terms_as_ordered),
)


def _extension(item: BillItem, bill: Bill) -> Decimal | None:
    """Quantity times price, rounded once; None: the price is for a unit to which there is no way."""
    said = item.said
    quantity, price = said.quantity or ZERO, said.price or ZERO
    if not quantity or not price or said.price_basis in NO_CHARGE:
        return ZERO
    basis = BASES.get(said.price_basis, None) if said.price_basis is not None else Basis()
    if basis is None:
        return None
    per: Fraction | None
    if basis.unit is None or basis.unit == said.unit:
        per = Fraction(1, basis.count)
    else:
        mine = item.order.line(item.lines[0]) if item.order is not None and item.lines else None
        per = None if mine is None else per_unit(mine, basis.count, basis.unit)
    if per is None:
        return None
    return money(Fraction(quantity) * Fraction(price) * per, bill.currency)


def _taxes(bill: Bill) -> list[Tax]:
    return [*bill.said.taxes, *(tax for line in bill.said.lines for tax in line.taxes)]


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
    return allowance.kind == "A" and allowance.handling in _OFF_INVOICE and not free


def _comes_to_something(allowance: Allowance, goods: Decimal) -> bool:
    if allowance.amount is not None:
        return allowance.amount > 0
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


def _speaks(terms: Terms) -> bool:
    return any(value is not None for value in (terms.net_days, terms.discount_days, terms.discount_percent))

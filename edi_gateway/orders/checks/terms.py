"""Are the conditions those of the contract? (spec B5.8, C0; D19)"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Allowance, Note, Terms
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.model.master_data import Customer
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning.numbers import plain, show


def currency_as_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order's currency (CUR) is not the customer's (D19). Prices are compared only where we have some in it.

    Hold TERMS on the order. To do: ask the partner; releasing it accepts the prices in that currency as they are.
    """
    customer = facts.customer
    if order.currency is not None and customer is not None and order.currency != customer.currency:
        yield found(
            Code.CURRENCY_DIFFERS,
            "currency",
            f"They order in {order.currency}, customer {customer.number} buys in {customer.currency}.",
            f"Ask the partner. A release accepts their prices in {order.currency} as they stand.",
            value=order.currency,
        )


def terms_as_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Terms of payment (ITD) differ from the customer's: type, discount, discount days or net days.

    Hold TERMS on the order; terms that say nothing which can be compared are a warning. To do: agree on the terms.
    """
    customer = facts.customer
    if customer is None or not order.terms:
        return
    stated = [(n, _told(t)) for n, t in enumerate(order.terms)]
    vague = [n for n, told in stated if not told]
    for n in vague:
        text = order.terms[n].text
        yield found(
            Code.TERMS_DIFFER,
            f"terms[{n}]",
            f"The terms say nothing that can be compared{f': {text}' if text else ''}; ours hold.",
            "Read them, and tell the partner how to send them.",
            value=text,
            severity=Severity.WARNING,
        )
    said = [(n, _differs(order.terms[n], customer)) for n, told in stated if told]
    if said and all(differs for _, differs in said):
        n, differs = said[0]
        yield found(
            Code.TERMS_DIFFER,
            f"terms[{n}]",
            f"Their terms differ from those of customer {customer.number}: {'; '.join(differs)}.",
            "Agree on the terms with the customer; a release accepts theirs for this order.",
            value=_told(order.terms[n]),
        )


def _told(terms: Terms) -> str:
    parts = [terms.type or ""]
    if terms.discount_percent:
        parts.append(f"{show(plain(terms.discount_percent))} % in {terms.discount_days} days")
    if terms.net_days is not None:
        parts.append(f"net {terms.net_days}")
    comparable = terms.type not in (None, "05", "14", "ZZ") or len(parts) > 1
    return ", ".join(p for p in parts if p) if comparable else ""


def _differs(terms: Terms, customer: Customer) -> list[str]:
    """Each of the four that both sides state and that is not the same, in words."""
    wrong = []
    if (
        terms.type
        and customer.terms_type
        and terms.type != customer.terms_type
        and terms.type not in ("14", "ZZ")
    ):
        wrong.append(f"type {terms.type}, not {customer.terms_type}")
    asked, agreed = terms.discount_percent, customer.discount_percent
    if asked is not None and agreed is not None and asked != agreed:
        wrong.append(f"discount {show(plain(asked))} %, not {show(plain(agreed))} %")
    elif asked and agreed is None and customer.net_days is not None:
        wrong.append(f"discount {show(plain(asked))} %, none is agreed")
    days, usual = terms.discount_days, customer.discount_days
    if asked and days is not None and usual is not None and days != usual:
        wrong.append(f"discount within {days} days, not {usual}")
    if terms.net_days is not None and customer.net_days is not None and terms.net_days != customer.net_days:
        wrong.append(f"net {terms.net_days} days, not {customer.net_days}")
    return wrong


def freight_as_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Who pays the freight (FOB01) is not what is agreed (`freight_payment`, else the customer's).

    Hold TERMS on the order. To do: agree on the freight terms; a release accepts theirs once.
    """
    if not order.freight:
        return
    agreed = facts.policies.freight_payment
    if not agreed and facts.customer is not None and facts.customer.freight_payment is not None:
        agreed = (facts.customer.freight_payment,)
    if not agreed:
        return
    for n, freight in enumerate(order.freight):
        if freight.payment not in agreed and freight.payment != "DF":  # DF: as agreed between us
            yield found(
                Code.FREIGHT_TERMS_DIFFER,
                f"freight[{n}].payment",
                f"Freight terms {freight.payment} (FOB01) are not agreed; agreed is {' or '.join(agreed)}.",
                "Agree on who pays the freight; a release accepts theirs for this order.",
                value=freight.payment,
            )


def allowances_agreed(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order takes an allowance (SAC A or P) that is not agreed (`allowances_agreed`).

    Hold TERMS on the order or line. To do: agree on it, or tell the partner that it will not be given.
    """
    agreed = facts.policies.allowances_agreed
    if agreed is None:
        return
    for n, each in enumerate(order.allowances):
        if _taken(each, agreed):
            yield _not_agreed(each, f"allowances[{n}]", "The order", agreed)
    for line in facts.lines:
        for n, each in enumerate(line.line.allowances):
            if _taken(each, agreed):
                yield _not_agreed(each, line.path(f"allowances[{n}]"), line.called(), agreed)


def _taken(each: Allowance, agreed: tuple[str, ...]) -> bool:
    return each.kind in ("A", "P") and (each.code or each.agency_code or "") not in agreed


def _not_agreed(each: Allowance, path: str, who: str, agreed: tuple[str, ...]) -> Finding:
    code = each.code or each.agency_code or "(no code)"
    return found(
        Code.ALLOWANCE_NOT_AGREED,
        path,
        f"{who} takes allowance {code}; agreed are {', '.join(agreed) or 'none'}.",
        "Agree on the allowance, or tell the partner that it will not be given.",
        value=code,
    )


def notes_read(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order or a line carries free text, which no machine has read.

    For information, or hold MANUAL on the order or line by `notes`. To do: read it; release the order.
    """
    holds = facts.policies.notes == "hold"
    if order.notes:
        yield from _note("notes", "The order", order.notes, (), holds)
    for line in facts.noted:
        document = line.line
        if document.notes or document.messages:
            yield from _note(line.path("notes"), line.called(), document.notes, document.messages, holds)


def _note(
    path: str, who: str, notes: tuple[Note, ...], messages: tuple[str, ...], holds: bool
) -> Iterator[Finding]:
    texts = [text for note in notes for text in (note.text, *note.lines) if text and text.strip()]
    texts += [text for text in messages if text.strip()]
    if texts:
        first = texts[0].strip()
        yield found(
            Code.NOTE_NEEDS_READING,
            path,
            f"{who} says: {first[:200]}{' ...' if len(first) > 200 or len(texts) > 1 else ''}",
            "Read it, and release the hold." if holds else "Read it.",
            severity=Severity.ERROR if holds else Severity.INFO,
        )


CHECKS = (currency_as_agreed, terms_as_agreed, freight_as_agreed, allowances_agreed, notes_read)

"""What a buyer holds against an 810 (spec B11, C4): against order, answer and notices, and its own arithmetic.

Takes the book and a received invoice; yields disagreements. Allowances and taxes are charges.py's, terms terms.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.invoice import Invoice, InvoicedLine
from edi_gateway.model.documents.purchase_order import Line
from edi_gateway.simulator.book import Book, Deal, acknowledged, items, line_in, may_be
from edi_gateway.simulator.judge import charges, terms
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.judge.shares import shares
from edi_gateway.simulator.matching import pairs
from edi_gateway.simulator.numbers import ZERO, extension, money, shown, total

CREDITS: Final = ("CR", "CN")
_CENT: Final = Decimal("0.01")


def judge(book: Book, invoice: Invoice, at: datetime) -> Iterator[Disagreement]:
    """All that is wrong with an invoice or a credit memo; the book does not know it yet."""
    if invoice.invoice_number in book.invoices:
        yield against(Rule.INVOICE_NUMBER_REPEATED, invoice, "This number was used before.")
    yield from _arithmetic(invoice)
    if invoice.type in CREDITS:
        yield from _credit(book, invoice)
    elif invoice.type == "RE":
        yield from _rebill(book, invoice)
    mine = shares(book, invoice)
    if not mine and (invoice.lines or invoice.po_number is not None):
        release = f", release {invoice.release_number}" if invoice.release_number else ""
        names = invoice.po_number or "for one of its lines"
        yield against(Rule.INVOICE_ORDER_UNKNOWN, invoice, f"No order {names}{release} was placed.")
    for deal, share in mine:
        yield from _of_order(book, deal, share, at)


def _of_order(book: Book, deal: Deal, invoice: Invoice, at: datetime) -> Iterator[Disagreement]:
    """What it bills of one order."""
    yield from _header(book, deal, invoice, at)
    yield from _lines(deal, invoice)
    if invoice.type in CREDITS:
        yield from _credited_lines(book, deal, invoice)
        return
    yield from _quantities(book, deal, invoice)
    if book.agreed.invoicing.per == "store":
        yield from _store(book, deal, invoice)
    yield from _rejected(book, deal, invoice)
    yield from charges.judge(book, deal, invoice)
    yield from terms.judge(book, deal, invoice)


def against(rule: Rule, invoice: Invoice, reason: str) -> Disagreement:
    return Disagreement(rule, "810", invoice.invoice_number, reason)


# --- by itself


def _arithmetic(invoice: Invoice) -> Iterator[Disagreement]:
    goods = total(extended(line, invoice) for line in invoice.lines)
    added = total(charges.signed(a) for a in charges.all_of(invoice))
    taxes = total(tax.amount for tax in charges.taxes_of(invoice) if tax.amount is not None)
    right = goods + added + taxes
    if invoice.total != right:
        yield against(
            Rule.INVOICE_TOTAL,
            invoice,
            f"TDS01 is {invoice.total}: lines {goods}, charges less allowances {added}, taxes {taxes} make {right}.",
        )
    stated = invoice.stated_totals.line_count
    if stated is not None and stated != len(invoice.lines):
        yield against(
            Rule.INVOICE_TOTALS, invoice, f"CTT01 counts {stated} lines, there are {len(invoice.lines)}."
        )
    yield from _discount(invoice)


def extended(line: InvoicedLine, invoice: Invoice) -> Decimal:
    if line.quantity is None or line.price is None:
        return ZERO
    return extension(line.quantity, line.price, line.price_basis, invoice.currency)


def _discount(invoice: Invoice) -> Iterator[Disagreement]:
    percent = next((t.discount_percent for t in invoice.terms if t.discount_percent is not None), None)
    subject, net, off = invoice.subject_to_discount, invoice.discounted_total, invoice.discount_amount
    if off is not None:
        if subject is not None and percent is not None and abs(off - money(subject * percent / 100)) > _CENT:
            yield against(
                Rule.INVOICE_DISCOUNT,
                invoice,
                f"TDS04 is {off}; {shown(percent)} % of {subject} is another amount.",
            )
        if net is not None and net != invoice.total - off:
            yield against(
                Rule.INVOICE_DISCOUNT,
                invoice,
                f"TDS03 is {net}; {invoice.total} less {off} is another amount.",
            )
    if subject is not None and abs(subject) > abs(invoice.total):
        yield against(
            Rule.INVOICE_DISCOUNT, invoice, f"TDS02 is {subject}, more than the total of {invoice.total}."
        )


# --- against the order


def _header(book: Book, deal: Deal, invoice: Invoice, at: datetime) -> Iterator[Disagreement]:
    order = deal.order
    if invoice.ordered_on is not None and invoice.ordered_on != order.ordered_on:
        yield against(
            Rule.INVOICE_ORDER_DATE,
            invoice,
            f"BIG03 is {invoice.ordered_on}, the order's date {order.ordered_on}.",
        )
    if invoice.currency is not None and invoice.currency != (order.currency or book.agreed.policies.currency):
        yield against(
            Rule.INVOICE_CURRENCY, invoice, f"It is in {invoice.currency}, the order in {order.currency}."
        )
    today = at.astimezone(ZoneInfo(book.agreed.calendar.zone)).date()
    if invoice.issued_on > today:
        yield against(Rule.INVOICE_DATE, invoice, f"It is dated {invoice.issued_on}; today is {today}.")
    left = [
        n.document.dates.shipped_on
        for n in book.notices.values()
        if any(i.key == deal.key for i in items(n.document))
    ]
    first = min((day for day in left if day is not None), default=None)
    if first is not None and invoice.issued_on < first:
        yield against(
            Rule.INVOICE_DATE, invoice, f"It is dated {invoice.issued_on}; the goods left on {first}."
        )
    yield from _place(deal, invoice)


def _place(deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    order = deal.order
    stores = {a.location for line in order.lines for a in line.allocations}
    stores |= {party.id for line in order.lines for party in line.parties if party.id}
    wanted = {party.id for party in order.parties if party.role in ("ST", "BY") and party.id} | stores
    for party in invoice.parties:
        if party.role == "ST" and party.id and wanted and party.id not in wanted and order.party("ST"):
            yield against(
                Rule.INVOICE_SHIP_TO, invoice, f"It names ship-to {party.id}, which the order does not."
            )


def _lines(deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    for told in invoice.lines:
        line = _line(deal, told)
        name = told.buyer_line or " ".join(f"{i.qualifier} {i.value}" for i in told.ids) or str(told.line)
        if line is None:
            if told.price_basis != "NC" and told.price != 0:
                yield against(
                    Rule.INVOICE_LINE_UNKNOWN,
                    invoice,
                    f"{name} is no line of {deal.order.po_number}, or not one alone.",
                )
            continue
        if not may_be(deal, line, pairs(told.ids)):
            yield against(
                Rule.INVOICE_ITEM, invoice, f"Line {name} names {' '.join(i.value for i in told.ids)}."
            )
        if told.unit != line.unit:
            yield against(
                Rule.INVOICE_UNIT, invoice, f"Line {name} is in {told.unit}, ordered was in {line.unit}."
            )
        if invoice.type in CREDITS:
            continue  # taken back as it was billed: _credited_lines
        _, price, basis = acknowledged(deal, line)
        if told.price != price or (told.price_basis or None) != (basis or None):
            if told.price_basis == "NC" or told.price == 0:
                continue
            yield against(
                Rule.INVOICE_PRICE,
                invoice,
                f"Line {name} is at {shown(told.price)} {told.price_basis or ''}; acknowledged was "
                f"{shown(price)} {basis or ''}".rstrip()
                + ".",
            )


def _line(deal: Deal, told: InvoicedLine) -> Line | None:
    return line_in(deal, told.buyer_line, pairs(told.ids))


def _quantities(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    """Over all invoices less credits, against all notices that stand; goods at no charge stand beside."""
    shipped: dict[int, Decimal] = {}
    for item in book.shipped():
        line = line_in(deal, item.line, item.ids) if item.key == deal.key else None
        if line is not None:
            shipped[id(line)] = shipped.get(id(line), ZERO) + item.quantity
    if not shipped and any(told.quantity for told in invoice.lines):
        yield against(
            Rule.INVOICE_BEFORE_NOTICE, invoice, f"No notice has told of any goods of {deal.order.po_number}."
        )
        return
    invoiced = invoiced_of(deal, [*book.invoices_of(deal.key), invoice])
    for line in deal.order.lines:
        here = any(_line(deal, told) is line for told in invoice.lines)
        sent = shipped.get(id(line), ZERO)
        if here and invoiced.get(id(line), ZERO) > sent:
            rule = Rule.INVOICE_QUANTITY_OVER if sent else Rule.INVOICE_BEFORE_NOTICE
            yield against(
                rule,
                invoice,
                f"Line {line.buyer_line or line.line}: {shown(invoiced[id(line)])} invoiced in all, "
                f"{shown(sent)} shipped.",
            )


def _store(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    """One a store: it names the store (N1 BY), and over all its invoices no more than the order gives it (SDQ)."""
    store = _buying(invoice)
    mine = [i for i in charges.standing(book, deal) if _buying(i) == store]
    invoiced = invoiced_of(deal, [*mine, invoice])
    for line in deal.order.lines:
        if not line.allocations or not any(_line(deal, told) is line for told in invoice.lines):
            continue
        given = {a.location: a.quantity for a in line.allocations}
        name = f"Line {line.buyer_line or line.line}"
        if store not in given:
            reason = f"{name} is for stores, and N1 BY names {store or 'none'}."
        elif invoiced.get(id(line), ZERO) > given[store]:
            got = shown(invoiced[id(line)])
            reason = f"{name}: {got} for store {store}, ordered for it were {shown(given[store])}."
        else:
            continue
        yield against(Rule.INVOICE_STORE, invoice, reason)


def _buying(invoice: Invoice) -> str | None:
    return next((party.id for party in invoice.parties if party.role == "BY"), None)


def invoiced_of(deal: Deal, invoices: list[Invoice]) -> dict[int, Decimal]:
    """How many of each line (by id of the record) were invoiced, less what was credited."""
    found: dict[int, Decimal] = {}
    for invoice in invoices:
        sign = -1 if invoice.type in CREDITS else 1
        for told in invoice.lines:
            line = _line(deal, told)
            if line is not None and told.quantity is not None and told.price_basis != "NC":
                found[id(line)] = found.get(id(line), ZERO) + sign * abs(told.quantity)
    return found


def _rejected(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    if book.agreed.invoicing.after_notice != "accepted":
        return
    for number, notice in book.notices.items():
        if notice.rejected and any(item.key == deal.key for item in items(notice.document)):
            yield against(
                Rule.INVOICE_NOTICE_REJECTED,
                invoice,
                f"Notice {number} was rejected, and no corrected one has come.",
            )


# --- credits


def _original(book: Book, invoice: Invoice) -> Invoice | None:
    number = invoice.original_invoice_number
    if number is None:
        number = next((r.value for r in invoice.references if r.qualifier == "OI"), None)
    return book.invoices.get(number or "")


def _credit(book: Book, invoice: Invoice) -> Iterator[Disagreement]:
    agreed = book.agreed.invoicing.credit_sign
    if (invoice.total < 0) != (agreed == "negative") and invoice.total != 0:
        yield against(
            Rule.CREDIT_SIGN, invoice, f"Its total is {invoice.total}; amounts of credits are to be {agreed}."
        )
    original = _original(book, invoice)
    if original is None:
        yield against(Rule.CREDIT_WITHOUT_ORIGINAL, invoice, "BIG10 names no invoice that came.")
        return
    before = total(abs(each.total) for each in _credits_of(book, original))
    if before + abs(invoice.total) > abs(original.total):
        yield against(
            Rule.CREDIT_OVER_ORIGINAL,
            invoice,
            f"{before + abs(invoice.total)} is credited of {original.invoice_number}, which came to {original.total}.",
        )


def _credits_of(book: Book, original: Invoice) -> list[Invoice]:
    mine = (each for each in book.invoices.values() if each.type in CREDITS)
    return [each for each in mine if _original(book, each) is original]


def _credited_lines(book: Book, deal: Deal, invoice: Invoice) -> Iterator[Disagreement]:
    """As they were invoiced, and over all credits no more of them."""
    whole = _original(book, invoice)
    if whole is None:
        return
    every = book.invoices_of(deal.key)
    original = next((each for each in every if each.invoice_number == whole.invoice_number), whole)
    credits = [each for each in every if each.type in CREDITS and _original(book, each) is whole]
    back = invoiced_of(deal, [each.model_copy(update={"type": "DI"}) for each in (*credits, invoice)])
    billed = invoiced_of(deal, [original])
    for told in invoice.lines:
        line = _line(deal, told)
        if line is None or told.quantity is None:
            continue
        name = f"Line {line.buyer_line or line.line}"
        mine = [each for each in original.lines if _line(deal, each) is line]
        if (told.price, told.price_basis) not in {(each.price, each.price_basis) for each in mine}:
            was = ", ".join(shown(each.price) for each in mine) or "nothing"
            yield against(
                Rule.CREDIT_LINE,
                invoice,
                f"{name} is taken back at {shown(told.price)}; {original.invoice_number} has it at {was}.",
            )
        elif back.get(id(line), ZERO) > billed.get(id(line), ZERO):
            yield against(
                Rule.CREDIT_LINE,
                invoice,
                f"{name}: {shown(back[id(line)])} are credited in all of {original.invoice_number}, which bills "
                f"{shown(billed.get(id(line), ZERO))}.",
            )


def _rebill(book: Book, invoice: Invoice) -> Iterator[Disagreement]:
    original = _original(book, invoice)
    if original is None:
        yield against(
            Rule.CREDIT_WITHOUT_ORIGINAL, invoice, "A rebill (RE), and BIG10 names no invoice that came."
        )
        return
    credited = total(abs(each.total) for each in _credits_of(book, original))
    if credited != abs(original.total):
        yield against(
            Rule.CREDIT_MISSING,
            invoice,
            f"{original.invoice_number} came to {original.total}, and {credited} of it are credited.",
        )

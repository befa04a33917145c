"""What a buyer holds against an 855 (spec B5.1, C2): against the order as it was placed, and what came before.

Takes the book and a received answer; yields disagreements. Pure, one idea a function.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from edi_gateway.model.documents.acknowledgment import AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.simulator.book import COMING, Book, Deal, line_in
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.matching import match
from edi_gateway.simulator.numbers import ZERO, shown, total

_AS_ORDERED = frozenset({"IA", "AC", "AR", "AA"})
_WAITS = frozenset({"IH", "IE", "IF", "IW"})
_REPRICED = frozenset({"IP", "IC", "IS"})
_DATED = frozenset({"IB", "DR", "BP"})
_WITHOUT_LINES = frozenset({"AK", "AT", "RJ"})
Answer = PurchaseOrderAcknowledgment


def judge(book: Book, answer: Answer, at: datetime) -> Iterator[Disagreement]:
    """All that is wrong with an answer; the book does not know it yet."""
    deal = book.deal(answer.po_number, answer.release_number)
    if deal is None:
        release = f", release {answer.release_number}" if answer.release_number else ""
        yield _against(Rule.ANSWER_ORDER_UNKNOWN, answer, f"No order {answer.po_number}{release} was placed.")
        return
    yield from _header(book, deal, answer)
    yield from _in_time(deal, answer, at)
    order = _answered(deal)
    if not answer.lines:
        yield from _without_lines(answer)
        return
    yield from _lines(order, answer)
    yield from _type(answer)
    yield from _totals(order, answer)
    yield from _dates(deal, order, answer, at.astimezone(ZoneInfo(book.agreed.calendar.zone)).date())
    yield from _cancelled(deal, answer)
    yield from _shipped_before(book, deal, answer)


def overdue(book: Book, now: datetime) -> Iterator[Disagreement]:
    """Orders that nobody has answered, and the time is over."""
    for deal in book.deals.values():
        for placed in deal.placed:
            if placed.due is not None and not placed.answered and placed.due < now:
                due = f"{placed.due.astimezone(now.tzinfo):%d %b %Y %H:%M}"
                yield Disagreement(
                    Rule.ANSWER_MISSING,
                    "855",
                    deal.order.po_number,
                    f"It was due by {due} and never came.",
                )


def _against(rule: Rule, answer: Answer, reason: str) -> Disagreement:
    return Disagreement(rule, "855", answer.po_number, reason)


def _answered(deal: Deal) -> PurchaseOrder:
    """The version that this answer speaks of: the oldest that waits for one, with its lines."""
    waiting = next((placed.order for placed in deal.placed if not placed.answered), None)
    return waiting if waiting is not None and waiting.lines else deal.order


def _header(book: Book, deal: Deal, answer: Answer) -> Iterator[Disagreement]:
    order = _answered(deal)
    if answer.ordered_on != order.ordered_on:
        yield _against(
            Rule.ANSWER_ORDER_DATE,
            answer,
            f"BAK04 is {answer.ordered_on}, the order's date {order.ordered_on}.",
        )
    waiting = any(not placed.answered for placed in deal.placed)
    update = book.agreed.answering.update_purpose
    if not deal.answers:
        if answer.purpose not in ("00", "06"):
            yield _against(Rule.ANSWER_PURPOSE, answer, f"BAK01 is {answer.purpose} on the first answer.")
        return
    known = deal.answers[-1].answer
    if not waiting and (_said(known) == _said(answer) or (answer.purpose == "00" and update != "00")):
        yield _against(Rule.ANSWER_REPEATED, answer, "It was answered already, and nobody asked again.")
    elif answer.purpose not in ("00", update):
        yield _against(
            Rule.ANSWER_PURPOSE,
            answer,
            f"BAK01 is {answer.purpose}; an answer that replaces another says {update}.",
        )


def _said(answer: Answer) -> tuple[object, ...]:
    return answer.type, answer.lines


def _in_time(deal: Deal, answer: Answer, at: datetime) -> Iterator[Disagreement]:
    waiting = next((placed for placed in deal.placed if not placed.answered), None)
    if waiting is not None and waiting.due is not None and at > waiting.due:
        due = waiting.due.astimezone(at.tzinfo)
        yield _against(
            Rule.ANSWER_LATE, answer, f"It came at {at:%d %b %H:%M}; it was due by {due:%d %b %H:%M}."
        )


def _without_lines(answer: Answer) -> Iterator[Disagreement]:
    if answer.type not in _WITHOUT_LINES:
        yield _against(
            Rule.ANSWER_LINE_MISSING, answer, f"BAK02 {answer.type} tells of lines, and there are none."
        )


def _lines(order: PurchaseOrder, answer: Answer) -> Iterator[Disagreement]:
    matched = match(order.lines, answer.lines)
    answered = {id(mine) for _, mine in matched}
    for line in order.lines:
        if id(line) not in answered:
            yield _against(Rule.ANSWER_LINE_MISSING, answer, f"{_name(line)} is not answered.")
    for told, mine in matched:
        if mine is None:
            yield _against(
                Rule.ANSWER_LINE_UNKNOWN,
                answer,
                f"Line {told.buyer_line or told.line} was never ordered, or is told twice.",
            )
        else:
            yield from _echo(mine, told, answer)
            yield from _quantities(mine, told, answer)
            yield from _price(mine, told, answer)


def _echo(line: Line, told: AnsweredLine, answer: Answer) -> Iterator[Disagreement]:
    name = _name(line)
    if told.buyer_line != line.buyer_line:
        yield _against(
            Rule.ANSWER_LINE_NUMBER,
            answer,
            f"{name}: PO101 was {line.buyer_line!r} and comes back as {told.buyer_line!r}.",
        )
    if told.ids != line.ids:
        yield _against(Rule.ANSWER_ITEM, answer, f"{name} names {_ids(told)}, ordered was {_ids(line)}.")
    if told.quantity != line.quantity or told.unit != line.unit:
        yield _against(
            Rule.ANSWER_QUANTITY,
            answer,
            f"{name} says {shown(told.quantity)} {told.unit}, ordered were {shown(line.quantity)} {line.unit}.",
        )


def _quantities(line: Line, told: AnsweredLine, answer: Answer) -> Iterator[Disagreement]:
    if not told.answers:
        yield _against(Rule.ANSWER_LINE_MISSING, answer, f"{_name(line)} has no ACK.")
        return
    for ack in told.answers:
        if ack.status == "IS" and not ack.ids:
            yield _against(
                Rule.ANSWER_SUBSTITUTE, answer, f"{_name(line)}: IS, and nothing says what comes instead."
            )
        if ack.unit is not None and ack.unit != line.unit:
            yield _against(
                Rule.ANSWER_UNIT, answer, f"{_name(line)}: ACK03 is {ack.unit}, ordered was in {line.unit}."
            )
    if line.quantity is None:
        return
    if len(told.answers) == 1 and told.answers[0].quantity is None:
        return  # one ACK alone may leave its quantity out: it means the line
    summed = total(ack.quantity if ack.quantity is not None else ZERO for ack in told.answers)
    if summed != line.quantity:
        yield _against(
            Rule.ANSWER_QUANTITY_SUM,
            answer,
            f"{_name(line)}: ACKs add up to {shown(summed)}, ordered were {shown(line.quantity)}.",
        )


def _price(line: Line, told: AnsweredLine, answer: Answer) -> Iterator[Disagreement]:
    quoted = next((q.price for q in told.quoted_prices if q.kind == "CON"), None)
    price = quoted if quoted is not None else told.price
    said = {ack.status for ack in told.answers}
    differs = line.price is not None and (price != line.price or told.price_basis != line.price_basis)
    if differs and not said & _REPRICED:
        yield _against(
            Rule.ANSWER_PRICE,
            answer,
            f"{_name(line)} comes back at {_at(price, told.price_basis)}, ordered was "
            f"{_at(line.price, line.price_basis)}, and {', '.join(sorted(said)) or 'no ACK'} does not say so.",
        )
    if "IP" in said and not differs and line.price is not None:
        yield _against(
            Rule.ANSWER_PRICE, answer, f"{_name(line)}: IP, and the price is the one that was ordered."
        )


def _at(price: Decimal | None, basis: str | None) -> str:
    return f"{shown(price)}{f' {basis}' if basis else ''}"


def _type(answer: Answer) -> Iterator[Disagreement]:
    said = {ack.status for told in answer.lines for ack in told.answers}
    wrong = ""
    if answer.type in _WITHOUT_LINES:
        wrong = "tells of no lines, and there are some"
    elif answer.type == "AD" and not said <= _AS_ORDERED:
        wrong = f"says that nothing has changed, and lines say {', '.join(sorted(said - _AS_ORDERED))}"
    elif answer.type in ("AC", "AE") and said <= _AS_ORDERED:
        wrong = "says that something has changed, and no line does"
    elif answer.type == "RD" and said & (COMING | _WAITS):
        wrong = f"refuses the order, and lines say {', '.join(sorted(said & (COMING | _WAITS)))}"
    elif answer.type == "AH" and not said & _WAITS:
        wrong = "says that the order is on hold, and no line is"
    if wrong:
        yield _against(Rule.ANSWER_TYPE, answer, f"BAK02 {answer.type} {wrong}.")


def _totals(order: PurchaseOrder, answer: Answer) -> Iterator[Disagreement]:
    stated = answer.stated_totals
    if stated.line_count is not None and stated.line_count != len(answer.lines):
        yield _against(
            Rule.ANSWER_TOTALS,
            answer,
            f"CTT01 counts {stated.line_count} lines, there are {len(answer.lines)}.",
        )
    summed = total(told.quantity for told in answer.lines if told.quantity is not None) % 10**10
    if stated.hash is not None and stated.hash != summed:
        yield _against(
            Rule.ANSWER_TOTALS, answer, f"CTT02 is {shown(stated.hash)}, the quantities are {shown(summed)}."
        )


def _dates(deal: Deal, order: PurchaseOrder, answer: Answer, today: date) -> Iterator[Disagreement]:
    for told, mine in match(order.lines, answer.lines):
        if mine is None:
            continue
        for ack in told.answers:
            days = [(ack.date_qualifier, ack.on), *((other.qualifier, other.on) for other in ack.dates)]
            promised = [(qualifier, day) for qualifier, day in days if day is not None]
            if ack.status in _DATED and not promised:
                yield _against(
                    Rule.ANSWER_DATE_MISSING,
                    answer,
                    f"{_name(mine)}: {ack.status} of {shown(ack.quantity)}, and no date.",
                )
            for qualifier, day in promised:
                last = last_ship_day(deal, order, mine) if qualifier in ("068", "079") else None
                if qualifier in ("067", "069", "017"):
                    last = last_delivery_day(order, mine)
                if last is not None and day > last:
                    yield _against(
                        Rule.ANSWER_DATE_TOO_LATE,
                        answer,
                        f"{_name(mine)} is promised for {day}; the last day is {last}.",
                    )
                if day < today:
                    yield _against(
                        Rule.ANSWER_DATE_PAST, answer, f"{_name(mine)} is promised for {day}, which is over."
                    )


def _cancelled(deal: Deal, answer: Answer) -> Iterator[Disagreement]:
    coming = [ack.status for told in answer.lines for ack in told.answers if ack.status in COMING]
    waiting = next((placed for placed in deal.placed if not placed.answered), None)
    about_cancellation = waiting.order.purpose == "01" if waiting is not None else deal.cancelled
    if about_cancellation and coming:
        yield _against(
            Rule.ANSWER_CANCELLED_ORDER,
            answer,
            f"The order was cancelled, and lines say {', '.join(sorted(set(coming)))}.",
        )


def _shipped_before(book: Book, deal: Deal, answer: Answer) -> Iterator[Disagreement]:
    order = deal.order
    sent: dict[int, Decimal] = {}
    for item in book.shipped():
        line = line_in(deal, item.line, item.ids) if item.key == deal.key else None
        if line is not None:
            sent[id(line)] = sent.get(id(line), ZERO) + item.quantity
    for told, mine in match(order.lines, answer.lines):
        came = sent.get(id(mine), ZERO)
        coming = total(a.quantity or ZERO for a in told.answers if a.status in COMING)
        if mine is not None and coming < came and told.answers:
            yield _against(
                Rule.ANSWER_BELOW_SHIPPED,
                answer,
                f"{_name(mine)}: {shown(coming)} are acknowledged, {shown(came)} were told as shipped.",
            )


def last_ship_day(deal: Deal, order: PurchaseOrder, line: Line) -> date | None:
    """The day after which a line may not leave any more: an extension, else the earliest that the line or the order
    names (038, 175, 001)."""
    if deal.last_day is not None:
        return deal.last_day
    names = ("ship_no_later", "cancel_if_not_shipped_by", "cancel_after")
    days = [getattr(line.dates, name) or getattr(order.dates, name) for name in names]
    return min((day for day in days if day is not None), default=None)


def last_delivery_day(order: PurchaseOrder, line: Line) -> date | None:
    """The day after which a line may not arrive any more (063, 074, 061)."""
    names = ("deliver_not_after", "deliver_on_or_before", "cancel_if_not_delivered_by")
    days = [getattr(line.dates, name) or getattr(order.dates, name) for name in names]
    return min((day for day in days if day is not None), default=None)


def _name(line: Line) -> str:
    return f"Line {line.buyer_line or line.line}"


def _ids(line: Line | AnsweredLine) -> str:
    return " ".join(f"{i.qualifier} {i.value}" for i in line.ids) or "no item"

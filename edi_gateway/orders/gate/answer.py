"""The 855, held against the order, our book, the answers that went and what has shipped (spec B5.1, C2, D9, D18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from edi_gateway.model.documents.acknowledgment import Answer
from edi_gateway.model.finding import Finding
from edi_gateway.model.order import LineState, OrderState
from edi_gateway.orders.answering.promising import BACKORDERED
from edi_gateway.orders.gate.before import (
    ACCEPTING,
    HOLDING,
    REFUSED,
    WITHOUT_DETAIL,
    accepted,
    breach,
    is_ship_date,
    told_price,
)
from edi_gateway.orders.gate.records import AnsweredLineView, Reply
from edi_gateway.orders.meaning.dates import day, merged
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, show, show_price

_AS_ORDERED: Final = frozenset({"IA", "AC", "AR"})
_QUANTITY_CHANGED: Final = frozenset({"IQ", "IC"})
_PRICE_CHANGED: Final = frozenset({"IP", "IC", "IE"})
_DATE_CHANGED: Final = frozenset({"DR", "IC", "IB", "BP", "SP"})
_GONE: Final = (LineState.CANCELLED, LineState.REJECTED)
_LATEST: Final = ("deliver_not_after", "deliver_on_or_before", "cancel_if_not_delivered_by", "required_by")
_EARLIEST: Final = ("deliver_not_before", "deliver_on_or_after")


def answer_names_order(reply: Reply) -> Iterator[Finding]:
    """The 855 names the order otherwise than the 850 did: PO number, release or date are not byte for byte theirs."""
    said, ordered = reply.said, reply.ordered
    pairs = (
        ("po_number", said.po_number, ordered.po_number),
        ("release_number", said.release_number, ordered.release_number),
        ("ordered_on", said.ordered_on, ordered.ordered_on or said.ordered_on),
    )
    for name, told, theirs in pairs:
        if told != theirs:
            yield breach(
                name,
                f"The 855 says {told or 'nothing'} where the 850 says {theirs or 'nothing'}.",
                "Mend the mapping of the 855: the buyer must find its own words again.",
                told,
            )


def answer_names_lines(reply: Reply) -> Iterator[Finding]:
    """A line of the 855 bears another line id, item number, quantity or unit than the line of the 850."""
    for view in reply.odd:
        line, told = view.ordered, view.told
        pairs = (
            ("buyer_line", told.buyer_line, line.buyer_line),
            ("ids", [i.value for i in told.ids], [i.value for i in line.ids]),
            ("quantity", told.quantity, line.quantity),
            ("unit", told.unit, line.unit if line.quantity is not None else told.unit),
        )
        for name, ours, theirs in pairs:
            if ours != theirs:
                yield breach(
                    view.at(name),
                    f"The 855 says {_plain(ours)} in {view.called()}, the 850 {_plain(theirs)}.",
                    "Mend the mapping of the 855: PO1 goes back as it came.",
                    _plain(ours),
                )


def answers_every_line(reply: Reply) -> Iterator[Finding]:
    """A line of the order is not answered: the buyer takes it as refused."""
    said = reply.said
    if said.type in WITHOUT_DETAIL or (not said.lines and said.type in REFUSED):
        return
    if len(said.lines) == len(reply.ordered.lines) and not reply.odd:
        return  # each of them is accepted as ordered
    answered = {told.line for told in said.lines if told.answers}
    for n, line in enumerate(reply.ordered.lines, 1):
        if n not in answered:
            yield breach(
                f"lines[{n - 1}]",
                f"The 850 orders line {line.buyer_line or n}, the 855 does not answer it.",
                "Answer every line; a line that is left out counts as refused.",
                n,
            )


def answers_add_up(reply: Reply) -> Iterator[Finding]:
    """The quantities of a line's answers come to less than what was ordered (the profile may say that a cut is left
    out: cut_quantity_as)."""
    policies = reply.profile.policies_of(reply.customer)
    for view in reply.odd:
        ordered = view.ordered.quantity
        if ordered is None or not is_sane(ordered):
            continue
        total, statuses = _total(view)
        if total is None or total >= ordered:
            continue
        if policies.cut_quantity_as == "IQ alone" and statuses & (_QUANTITY_CHANGED | HOLDING):
            continue
        yield breach(
            view.at("answers"),
            f"The 850 orders {show(ordered)} of {view.called()}, the answers of the 855 come to {show(total)}.",
            "Answer the rest too: accepted, backordered or refused.",
            show(total),
        )


def accepts_within_order(reply: Reply) -> Iterator[Finding]:
    """More of a line is accepted than was ordered, and nothing says that the quantity was changed with reason: the
    profile rounds up, or somebody has set another quantity."""
    rounds_up = reply.profile.policies_of(reply.customer).pack_rounding in ("up", "nearest")
    for view in reply.odd:
        ordered, told = view.ordered.quantity, accepted(view.told, view.ordered)
        if ordered is None or not is_sane(ordered) or told <= max(ordered, ZERO):
            continue
        agreed = rounds_up or (view.mine is not None and view.mine.quantity >= told)
        if agreed and any(answer.status in _QUANTITY_CHANGED for answer in view.told.answers):
            continue
        yield breach(
            view.at("answers"),
            f"The 850 orders {show(ordered)} of {view.called()}, the 855 accepts {show(told)}.",
            "Accept no more than was ordered, or tell the change (IQ) after the buyer has agreed.",
            show(told),
        )


def accepts_what_stands(reply: Reply) -> Iterator[Finding]:
    """Something is accepted that was cancelled or refused: the order, or the line."""
    ended = reply.state in (OrderState.CANCELLED, OrderState.REJECTED, OrderState.VOID)
    views = reply.odd if not ended else list(_all_lines(reply))
    for view in views:
        gone = ended or (view.mine is not None and view.mine.state in _GONE)
        told = accepted(view.told, view.ordered)
        if gone and (told > 0 or (not view.ordered.quantity and _accepts(view))):
            state = reply.state if ended or view.mine is None else view.mine.state
            yield breach(
                view.at("answers"),
                f"The 855 accepts {show(told)} of {view.called()}, which is {(state or 'gone').lower()} in our book.",
                "Say that it is deleted (ID) or refused; nothing of it will ship.",
                show(told),
            )


def keeps_what_shipped(reply: Reply) -> Iterator[Finding]:
    """An update takes back what has left already: less is accepted than has shipped."""
    if not reply.shipped or reply.said.type in WITHOUT_DETAIL:
        return
    told = {view.n + 1: accepted(view.told, view.ordered) for view in reply.odd}
    for number, gone in sorted(reply.shipped.items()):
        if gone > told.get(number, ZERO):
            yield breach(
                f"lines[{number - 1}].answers",
                f"{show(gone)} of line {number} have left, the 855 accepts {show(told.get(number, ZERO))}.",
                "Accept what has shipped; only the rest can be cancelled or refused.",
                show(gone),
            )


def price_within_order(reply: Reply) -> Iterator[Finding]:
    """The acknowledged price lies above the price of the 850, and the answer does not say that it was changed."""
    for view in reply.odd:
        told, theirs = told_price(view.told), view.ordered.price
        if told is None or theirs is None or told <= theirs or not _goes(view):
            continue
        if not any(answer.status in _PRICE_CHANGED for answer in view.told.answers):
            yield breach(
                view.at("price"),
                f"The 850 says {show_price(theirs)} in {view.called()}, the 855 acknowledges {show_price(told)} as if "
                "nothing had changed.",
                "Tell the price as changed (IP), or accept theirs.",
                show_price(told),
            )


def price_as_booked(reply: Reply) -> Iterator[Finding]:
    """The price of the 855 is not the one in our book: the invoice would differ from what was acknowledged."""
    for view in reply.odd:
        mine, told = view.mine, told_price(view.told)
        if mine is None or mine.state is not LineState.ACCEPTED or mine.price is None or told is None:
            continue
        if told != mine.price:
            yield breach(
                view.at("price"),
                f"The 855 acknowledges {show_price(told)} in {view.called()}, our book says {show_price(mine.price)}.",
                "Correct the price of the line; the 810 may use the acknowledged one only.",
                show_price(told),
            )


def promise_within_window(reply: Reply) -> Iterator[Finding]:
    """A date outside the buyer's window is promised without telling that it was moved, or a moved date is not told."""
    for view in reply.odd:
        mine = view.mine
        dated = [
            answer for answer in view.told.answers if answer.on is not None and answer.status in ACCEPTING
        ]
        for answer in dated:
            if answer.status not in _DATE_CHANGED and (window := _outside(view, answer, reply)) is not None:
                yield breach(
                    view.at("answers"),
                    f"The 850 wants {view.called()} {window}, the 855 promises it for {day(_on(answer))} and calls it "
                    f"{answer.status}.",
                    "Tell the date as moved (DR), or keep the buyer's.",
                    answer.on,
                )
        if mine is None or mine.state is not LineState.ACCEPTED or dated:
            continue
        promised = mine.promised_delivery or mine.promised_ship
        if promised is not None and _goes(view):
            yield breach(
                view.at("answers"),
                f"Our book promises {view.called()} for {day(promised)}, the 855 does not say so.",
                "Tell the date with the answer (DR).",
                promised,
            )


def promise_before_cancel_date(reply: Reply) -> Iterator[Finding]:
    """A ship date is promised after the day on which the buyer cancels (001, 175; D24)."""
    for view in reply.odd:
        last = view.mine.cancel_after if view.mine is not None else None
        for answer in view.told.answers:
            if (
                last is None
                or answer.on is None
                or answer.status not in ACCEPTING
                or not is_ship_date(answer)
            ):
                continue
            if answer.on > last:
                yield breach(
                    view.at("answers"),
                    f"The 850 cancels {view.called()} after {day(last)}, the 855 promises it for {day(answer.on)}.",
                    "Ask the buyer for an extension and record it, or cancel the line.",
                    answer.on,
                )


def answer_type_fits_lines(reply: Reply) -> Iterator[Finding]:
    """BAK02 says something else than the lines: accepted without change (AD) with a change in it, or refused with a
    line accepted, or accepted without detail (AK) though not every line is."""
    said = reply.said
    if said.type == "AD":
        for view in reply.odd:
            changed = {answer.status for answer in view.told.answers} - _AS_ORDERED
            if changed:
                yield breach(
                    "type",
                    f"BAK02 AD says that nothing was changed, {view.called()} says {', '.join(sorted(changed))}.",
                    "Say AC (accepted with change).",
                    said.type,
                )
    elif said.type in REFUSED:
        for view in reply.odd if said.lines else ():
            if _accepts(view) and accepted(view.told, view.ordered) > 0:
                yield breach(
                    "type",
                    f"BAK02 {said.type} refuses the order, {view.called()} is accepted.",
                    "Say AC (accepted with change).",
                    said.type,
                )
    elif said.type in WITHOUT_DETAIL:
        for number, mine in sorted(reply.lines.items()):
            if mine.state in (*_GONE, LineState.HELD):
                yield breach(
                    "type",
                    f"BAK02 {said.type} accepts every line, line {number} is {mine.state.lower()} in our book.",
                    "Send the lines (AC).",
                    said.type,
                )


def original_answer_once(reply: Reply) -> Iterator[Finding]:
    """A second 855 goes as an original, where the partner wants a change to be called one (update_purpose)."""
    wanted = reply.profile.answering.update_purpose
    if reply.before and reply.said.purpose == "00" and wanted != "00":
        yield breach(
            "purpose",
            f"An 855 of {_told_on(reply.before[-1].acknowledged_on)} has gone, this one is an original (00) too.",
            f"Send it as {wanted}.",
            reply.said.purpose,
        )


def answer_in_time(reply: Reply) -> Iterator[Finding]:
    """The first 855 goes after its time."""
    if not reply.before and reply.due_at is not None and reply.now is not None and reply.now > reply.due_at:
        yield breach(
            "acknowledged_on",
            f"The 850 was to be answered by {reply.due_at:%Y-%m-%d %H:%M} UTC, the 855 goes at "
            f"{reply.now:%Y-%m-%d %H:%M}.",
            "Nothing is to be mended; see why it waited.",
            reply.said.acknowledged_on,
        )


RULES = (
    *(answer_names_order, answer_names_lines, answers_every_line, answers_add_up, accepts_within_order),
    *(accepts_what_stands, keeps_what_shipped, price_within_order, price_as_booked, promise_within_window),
    *(promise_before_cancel_date, answer_type_fits_lines, original_answer_once, answer_in_time),
)


def _all_lines(reply: Reply) -> Iterator[AnsweredLineView]:
    for n, (told, line) in enumerate(zip(reply.said.lines, reply.ordered.lines, strict=False)):
        yield AnsweredLineView(n, line, told, reply.lines.get(n + 1))


def _accepts(view: AnsweredLineView) -> bool:
    return any(answer.status in ACCEPTING for answer in view.told.answers)


def _goes(view: AnsweredLineView) -> bool:
    """Whether any of the line is told to ship; a cut told as backordered (`cut_quantity_as` IB, no date) is not."""
    mine = view.mine
    goes = mine is None or (mine.accepted_quantity > 0 and mine.state is not LineState.INFORMATION)
    return goes and any(
        answer.status in ACCEPTING and (answer.status != BACKORDERED or answer.on is not None)
        for answer in view.told.answers
    )


def _total(view: AnsweredLineView) -> tuple[Decimal | None, set[str]]:
    """All that the answers of a line come to; None: one of them is about all of it."""
    total, statuses = ZERO, set()
    for answer in view.told.answers:
        statuses.add(answer.status)
        if answer.quantity is None:
            return None, statuses
        total = EXACT.add(total, answer.quantity)
    return total, statuses


def _outside(view: AnsweredLineView, answer: Answer, reply: Reply) -> str | None:
    """The buyer's window in words, when the date of the answer lies outside of it."""
    on = _on(answer)
    if is_ship_date(answer):
        first = view.mine.ship_from if view.mine is not None else None
        last = view.mine.ship_until if view.mine is not None else None
        verb = "shipped"
    else:
        asked = merged(reply.ordered.dates, view.ordered.dates)
        first = max((asked[name] for name in _EARLIEST if name in asked), default=None)
        last = min((asked[name] for name in _LATEST if name in asked), default=None)
        verb = "delivered"
    if (first is None or on >= first) and (last is None or on <= last):
        return None
    since = f" from {day(first)}" if first is not None else ""
    until = f" by {day(last)}" if last is not None else ""
    return f"{verb}{since}{until}"


def _on(answer: Answer) -> date:
    assert answer.on is not None  # asked before
    return answer.on


def _told_on(value: date | None) -> str:
    return "before" if value is None else day(value)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return show(value)
    if isinstance(value, list):
        return " ".join(value) or "nothing"
    return "nothing" if value is None else str(value)

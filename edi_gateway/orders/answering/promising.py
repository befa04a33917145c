"""What we promise of accepted lines whose goods ship from here: now, later, on a day not known yet, or not at all.

Pure: takes an order, its lines and Facts with shelves; gives the lines with their promises, findings, and what is left
to promise. Sources: spec B7.1, B7.2 (a soft promise at acceptance), B7.4, B7.5. Called by judge.py when an order comes
or changes, and by commands/ordering/promises.py when a line is accepted that was on hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Backorder, OwnPart
from edi_gateway.model.master_data import Customer
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.answering.availability import Availability
from edi_gateway.orders.hours.calendar import next_working_day
from edi_gateway.orders.judging.facts import Facts
from edi_gateway.orders.judging.identity import BLANKET
from edi_gateway.orders.meaning import units
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, exactly, is_sane, plain, show, six_places
from edi_gateway.orders.parts import reduced
from edi_gateway.orders.policy import resolve

BACKORDERED: Final = "IB"  # DE668; with the day on which it ships
PENDING: Final = "SP"  # accepted, schedule pending: nobody knows yet when it ships
_CODES: Final = (BACKORDERED, PENDING)
_SMALLEST: Final = Fraction(1, 1_000_000)  # that a measured quantity is told to


@dataclass(slots=True)
class Promised:
    """All lines of the order, in their order. `left`: what can be promised afterwards, by item; it counts once the
    order is accepted (Facts.promise)."""

    lines: tuple[OrderLine, ...]
    findings: list[Finding] = field(default_factory=list)
    left: dict[str, Availability] = field(default_factory=dict)


@dataclass(slots=True)
class _Wish:
    """An accepted line: `needed` base units, to ship from `first` to `last`."""

    line: OrderLine
    completion: Backorder
    available: Availability
    needed: Decimal
    first: date
    last: date

    @property
    def day(self) -> date | None:
        """The first day on which all of it can ship."""
        return self.available.earliest(self.needed, self.first)


def promise(
    order: PurchaseOrder,
    lines: Sequence[OrderLine],
    facts: Facts,
    *,
    customer: Customer | None,
    currency: str,
    ship_complete: bool,
    only: Collection[int] | None = None,
    own: Sequence[OwnPart] = (),
) -> Promised:
    """Promise what is accepted of `lines` (of these numbers, `only`). `own`: what the order has already.

    What is not kept in stock, tests, and agreements that ship nothing are left as they are. Lines that ship together
    (the order, or a line that says so) are promised for the day on which all is there; else what is there by the last
    day of the line's window goes, and the rest is backordered, or cut where the buyer wants the rest cancelled.
    """
    result = Promised(tuple(lines))
    if facts.test or facts.profile.test or not facts.data.shelves or order.type in BLANKET:
        return result
    promising = _Promising(order, facts, customer, currency, result)
    wanted = [
        line for line in lines if line.state is LineState.ACCEPTED and (only is None or line.line in only)
    ]
    open_ = {line.line for line in lines if line.state in (LineState.ACCEPTED, LineState.HELD)}
    kept = open_ - {line.line for line in wanted}
    promising.give_back([part for part in own if part.line not in kept])
    wishes = [wish for line in wanted if (wish := promising.wish(line, own)) is not None]
    if ship_complete:
        promising.together(wishes)
    else:
        for wish in wishes:
            if wish.completion == "ship complete":
                promising.together([wish])
            else:
                promising.alone(wish)
    changed = {line.line: line for line in promising.changed}
    result.lines = tuple(changed.get(line.line, line) for line in lines)
    return result


def is_cut(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> bool:
    """Whether less is accepted than before."""
    return any(now.accepted_quantity < was.accepted_quantity for was, now in zip(before, after, strict=True))


def no_more(line: OrderLine, document: Line, accepted: Decimal, currency: str) -> OrderLine:
    """The line with no more than `accepted`: of what it promises, what is not there falls first."""
    less = EXACT.subtract(line.accepted_quantity, accepted)
    left = replace(reduced(line, document, less, currency), answer_codes=_with(line.answer_codes, "IQ"))
    if line.backordered_quantity is None:
        return left
    later = EXACT.subtract(line.backordered_quantity, less)
    if later > 0:
        return replace(left, backordered_quantity=plain(later))
    codes = tuple(code for code in left.answer_codes if code not in _CODES)
    return replace(left, backordered_quantity=None, backordered_to=None, answer_codes=codes)


class _Promising:
    """One order being promised, on copies of what is available."""

    def __init__(
        self,
        order: PurchaseOrder,
        facts: Facts,
        customer: Customer | None,
        currency: str,
        result: Promised,
    ) -> None:
        self._order = order
        self._facts = facts
        self._customer = customer
        self._currency = currency
        self._result = result
        self.changed: list[OrderLine] = []

    def give_back(self, own: Sequence[OwnPart]) -> None:
        """What the order has set aside, or waits for, is there for it."""
        for part in own:
            available = self._available(part.sku)
            if available is None or part.shipped:
                continue
            if part.reserved:
                available.put_back(part.quantity, part.site)
            else:
                available.take(-part.quantity, part.due_on or self._facts.today)

    def wish(self, line: OrderLine, own: Sequence[OwnPart]) -> _Wish | None:
        """What a line needs; None when we keep none of it in stock, or cannot tell."""
        available = self._available(line.substitute or line.sku or "")
        if available is None or line.base_quantity is None or line.accepted_quantity <= 0:
            return None
        if not is_sane(line.base_quantity) or not is_sane(line.accepted_quantity):
            return None
        resolved = resolve(self._facts.profile, self._customer, self._order, self._order.lines[line.line - 1])
        first = self._facts.earliest(resolved.policies.lead_time_days)
        first = max(first, line.ship_from or first)
        shipped = sum((part.quantity for part in own if part.shipped and part.line == line.line), ZERO)
        fresh = replace(
            line,
            backordered_quantity=None,
            backordered_to=None,
            answer_codes=tuple(code for code in line.answer_codes if code not in _CODES),
        )
        if fresh != line:
            self.changed.append(fresh)
        needed = max(ZERO, EXACT.subtract(line.base_quantity, shipped))
        return _Wish(
            fresh, resolved.backorder, available, needed, first, max(first, line.ship_until or first)
        )

    def together(self, wishes: Sequence[_Wish]) -> None:
        """All on one day, or none: promised for the first day on which all is there."""
        days: list[date | None] = []
        for wish in wishes:
            day = wish.day
            days.append(day)
            wish.available.take(self._with_free(wish), day or wish.first)
        known = [day for day in days if day is not None]
        if len(known) < len(days):
            pending = any(
                wish.available.unconfirmed > 0 for wish, day in zip(wishes, days, strict=True) if day is None
            )
            for wish in wishes:
                self._later(wish, wish.line.accepted_quantity, None, pending)
            return
        if all(day <= wish.last for day, wish in zip(known, wishes, strict=True)):
            return
        day = self._working(max(known))
        for wish in wishes:
            if day > wish.last:
                line = replace(
                    wish.line,
                    promised_ship=day,
                    promised_delivery=None,
                    ship_from=day,
                    ship_until=day,
                    answer_codes=_with(wish.line.answer_codes, "DR"),
                )
                self.changed.append(line)
                message = f"All of it is there on {day}; they asked for {wish.last} at the latest."
                self._say(line, Severity.INFO, message)

    def alone(self, wish: _Wish) -> None:
        """What is there goes, the rest follows or is cut."""
        there = wish.available.promisable(wish.last)
        if there >= wish.needed:
            day = wish.available.earliest(wish.needed, wish.first)
            wish.available.take(self._with_free(wish), day or wish.first)
            return
        line = wish.line
        per = Fraction(line.base_quantity or ZERO) / Fraction(line.accepted_quantity)
        late = self._late(line, EXACT.subtract(wish.needed, there), per)
        going = EXACT.subtract(line.accepted_quantity, late)
        base = six_places(Fraction(late) * per)
        if wish.completion == "cancel remainder":
            self._cut(wish, going, late)
            wish.available.take(max(ZERO, EXACT.subtract(wish.needed, base)), wish.last)
            return
        day = wish.available.earliest(wish.needed, wish.first)
        wish.available.take(max(ZERO, EXACT.subtract(wish.needed, base)), wish.last)
        wish.available.take(base, day or wish.first)
        pending = day is None and wish.available.unconfirmed > 0
        self._later(wish, late, None if day is None else self._working(day), pending)

    def _late(self, line: OrderLine, short: Decimal, per: Fraction) -> Decimal:
        """How much of the line, in its unit, is late if so many base units are short: whole packs go, or stay."""
        step = self._step(line) or _SMALLEST
        going = Fraction(line.accepted_quantity) - Fraction(short) / per
        whole = exactly((going // step) * step) or ZERO
        return plain(EXACT.subtract(line.accepted_quantity, max(ZERO, whole)))

    def _step(self, line: OrderLine) -> Fraction | None:
        """The quantity, in the line's unit, that what goes must be a multiple of; None: any fraction."""
        item = self._facts.data.items.get(line.sku or "")
        if item is None:
            return Fraction(1)
        known = self._facts.units_of(item)
        aliases = self._facts.profile.policies_of(
            self._customer.number if self._customer else None
        ).unit_aliases
        row = units.read_unit(line.unit, item, known, aliases).row
        step = None if row is None else units.step_of(row, known)[0]
        if step is not None and (Fraction(line.accepted_quantity) / step).denominator == 1:
            return step
        return None if item.measured else Fraction(1)

    def _cut(self, wish: _Wish, going: Decimal, less: Decimal) -> None:
        line = wish.line
        said = f"{show(plain(going))} of {show(plain(line.accepted_quantity))} {line.unit} are there"
        if going > 0:
            kept = reduced(line, self._order.lines[line.line - 1], less, self._currency)
            cut = replace(kept, answer_codes=_with(line.answer_codes, "IQ"))
        else:
            number = self._customer.number if self._customer else None
            code = self._facts.profile.policies_of(number).cut_quantity_as
            code = code if code in ("IR", "ID") else "IR"
            cut = replace(line, state=LineState.REJECTED, reject_code=code, accepted_quantity=ZERO)
        self.changed.append(cut)
        self._say(line, Severity.WARNING, f"{said} by {wish.last}, and the buyer wants no backorder: cut.")

    def _later(self, wish: _Wish, quantity: Decimal, day: date | None, pending: bool) -> None:
        line = wish.line
        self.changed.append(
            replace(
                line,
                backordered_quantity=quantity,
                backordered_to=day,
                answer_codes=_with(line.answer_codes, BACKORDERED if day else PENDING),
            )
        )
        when = f"on {day}" if day else "on a day that nobody has confirmed" if pending else "on no known day"
        self._say(line, Severity.INFO, f"{show(plain(quantity))} {line.unit} can ship {when}.")

    def _with_free(self, wish: _Wish) -> Decimal:
        """Goods that go on top at no charge are taken too."""
        free = wish.line.free_quantity
        if free is None or not wish.line.base_quantity:
            return wish.needed
        per = Fraction(wish.line.base_quantity) / Fraction(wish.line.accepted_quantity)
        return EXACT.add(wish.needed, six_places(Fraction(free) * per))

    def _available(self, sku: str) -> Availability | None:
        mine = self._result.left.get(sku)
        if mine is None:
            known = self._facts.available(sku)
            if known is None:
                return None
            mine = self._result.left[sku] = known.copy()
        return mine

    def _working(self, day: date) -> date:
        return next_working_day(day, self._facts.profile.calendar)

    def _say(self, line: OrderLine, severity: Severity, message: str) -> None:
        self._result.findings.append(
            Finding(
                Code.STOCK_SHORT,
                severity,
                f"Line {line.line} ({line.substitute or line.sku}): {message}",
                at=f"lines[{line.line - 1}].quantity",
                rule="promise",
                value=line.substitute or line.sku,
                family=Family.STOCK,
            )
        )


def _with(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return codes if code in codes else (*codes, code)

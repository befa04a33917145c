"""Can we ship when they want it? (spec B5.5; D23, D24). The window is worked out in meaning/dates.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.orders.hours.calendar import has_working_day, shift
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts
from edi_gateway.orders.meaning.dates import Window, day, days_between


def _windows(facts: OrderFacts) -> Iterator[tuple[Window, str, str]]:
    """Each window once, with its path and whose it is: the order's, and those of lines with dates of their own."""
    own = [line for line in facts.lines if line.window is not facts.window]
    if len(own) < len(facts.lines) or not facts.lines:
        yield facts.window, "dates", "The order"
    for line in own:
        for n, window in enumerate(line.windows):
            yield window, line.path(f"schedules[{n}].on"), line.called()
        if not line.windows:
            yield line.window, line.path("dates"), line.called()


def window_possible(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The dates contradict each other: ship not before after no later than, requested day outside the window, or
    an arrival that the transit time makes impossible; or no working day lies between them.

    Hold DATE_WINDOW on the order or line. To do: ask the partner for dates that can be (860, or by hand).
    """
    calendar = facts.facts.profile.calendar
    for window, path, who in _windows(facts):
        first, last = window.first, window.last
        if window.is_empty and first is not None and last is not None:
            message = f"{who} is to leave from {day(first)} but by {day(last)} at the latest" + (
                f" ({window.transit_days} working days of transit)." if window.transit_days else "."
            )
        elif first is not None and last is not None and not has_working_day(first, last, calendar):
            message = f"{who} is to leave between {day(first)} and {day(last)}: no working day lies there."
        elif (requested := window.get("requested_ship")) is not None and (
            (first is not None and requested < first) or (last is not None and requested > last)
        ):
            message = (
                f"{who} is requested for {day(requested)}, outside its own window {_between(first, last)}."
            )
        else:
            continue
        yield found(
            Code.DATE_WINDOW_EMPTY,
            path,
            message,
            "Ask the partner for dates that can be met, and tell the customer.",
            value=last,
        )


def _between(first: date | None, last: date | None) -> str:
    return f"{f'from {day(first)}' if first else ''}{' ' if first and last else ''}{f'to {day(last)}' if last else ''}"


def window_not_past(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The last day to ship is over, or comes before the first day on which we can (today and the lead time).

    Hold DATE_WINDOW on the order or line; by `date_unmet` our first day instead (855 DR), or the line is refused.
    To do: agree on new dates.
    """
    for window, path, who in _windows(facts):
        if window.last is None or window.is_empty or window.last >= facts.earliest:
            continue
        if window.cancel_after is not None and window.cancel_after < facts.today:
            continue  # graver, and told by not_cancelled_by_date
        ours = facts.policies.date_unmet == "ours" and can_promise(window, facts)
        past = window.last < facts.today
        over = (
            f"was to leave by {day(window.last)}, which is over"
            if past
            else (f"is to leave by {day(window.last)}, before our lead time allows")
        )
        end = (
            f"; {day(facts.earliest)} is answered."
            if ours
            else f"; the first day we can is {day(facts.earliest)}."
        )
        yield found(
            Code.DATE_PAST if past else Code.DATE_BELOW_LEAD_TIME,
            path,
            f"{who} {over}{end}",
            "Nothing to do."
            if ours
            else "Agree on new dates with the partner (860), or release and ship late.",
            value=window.last,
            severity=Severity.WARNING if ours else Severity.ERROR,
        )


def can_promise(window: Window, facts: OrderFacts) -> bool:
    """A later day may be answered unless the partner cancels by then."""
    return window.cancel_after is None or facts.earliest <= window.cancel_after


def not_cancelled_by_date(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The day after which the partner cancels (001, 175) is over, or near (`cancel_warning_days`), or comes before
    the last day on which it lets us ship.

    Over: hold DATE_WINDOW. Near, or early: warning. To do: ship in time or get an extension on record; nothing is
    shipped after that day without one (D24).
    """
    for window, path, who in _windows(facts):
        cancel = window.cancel_after
        if cancel is None:
            continue
        latest = window.get("ship_no_later")
        if cancel < facts.today:
            yield found(
                Code.CANCEL_DATE_PASSED,
                path,
                f"{who} was to be cancelled if not shipped by {day(cancel)}.",
                "Ask the partner for an extension, or refuse.",
                value=cancel,
            )
        elif latest is not None and cancel < latest:
            yield found(
                Code.CANCEL_DATE_NEAR,
                path,
                f"{who} may leave until {day(latest)}, yet is cancelled after {day(cancel)}: the earlier day counts.",
                "Ship by the earlier day; tell the partner that its dates do not fit.",
                value=cancel,
                severity=Severity.WARNING,
            )
        elif days_between(facts.today, cancel) <= facts.policies.cancel_warning_days:
            yield found(
                Code.CANCEL_DATE_NEAR,
                path,
                f"{who} is cancelled if not shipped by {day(cancel)}.",
                "Ship in time, or ask for an extension now.",
                value=cancel,
                severity=Severity.WARNING,
            )


def date_given(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Nothing says when: it ships as soon as it can (received date and lead time, spec B5.5).

    For information. Nothing to do.
    """
    for window, path, who in _windows(facts):
        if not window.stated:
            yield found(
                Code.DATE_MISSING,
                path,
                f"{who} says no date: it ships as soon as it can, from {day(facts.earliest)}.",
                "Nothing to do.",
                severity=Severity.INFO,
            )


def order_date_plausible(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The order's own date is older than `stale_after_days`, or lies in the future (a day is left for time zones).

    Hold DATE_WINDOW on the order. To do: ask whether it is still wanted; release it if so.
    """
    ordered = order.ordered_on
    if ordered is None:
        return
    if ordered < shift(facts.today, -facts.policies.stale_after_days):
        yield found(
            Code.ORDER_STALE,
            "ordered_on",
            f"The order is dated {day(ordered)}, {days_between(ordered, facts.today)} days ago.",
            "Ask the partner whether it is still wanted; release it if so.",
            value=ordered,
        )
    elif ordered > shift(facts.today, 1):
        yield found(
            Code.ORDER_DATE_IN_FUTURE,
            "ordered_on",
            f"The order is dated {day(ordered)}, which is to come.",
            "Ask the partner for the right date; release it if it was meant.",
            value=ordered,
        )


CHECKS = (window_possible, window_not_past, not_cancelled_by_date, date_given, order_date_plausible)

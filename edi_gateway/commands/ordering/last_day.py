"""The buyer's last day (DTM 001 or 175): watched by deadlines; what still waits when it is over is cancelled.

Each line has its own; an extension moves it. Called by the other commands for the deadlines, by flow/deadlines.py
when one has passed (spec B5.5, D24).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ordering.answering import Correspondent
from edi_gateway.commands.ordering.carrying_on import Matter, end_some, open_matter
from edi_gateway.model.order import LineState, OrderLine
from edi_gateway.orders.holds import blocked
from edi_gateway.orders.hours.calendar import zone_of
from edi_gateway.orders.judging.identity import shares_of
from edi_gateway.orders.lifecycle import FINAL
from edi_gateway.orders.parts import without_stores
from edi_gateway.partners.profile import Calendar, Profile
from edi_gateway.store import deadlines


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What the end of a day has cancelled: lines by number, parts of lines as (line, store)."""

    lines: tuple[int, ...]
    parts: tuple[tuple[int, str], ...]
    whole: bool


def dates(profile: Profile, customer: str | None, day: date | None) -> list[tuple[str, datetime]]:
    """When this day is over, and when somebody should hear that it comes near; nothing without a day."""
    if day is None:
        return []
    over = end_of(day, profile.calendar)
    warned = over - timedelta(days=profile.policies_of(customer).cancel_warning_days)
    return [(deadlines.CANCEL, over), (deadlines.CANCEL_WARNING, warned)]


def first(lines: Sequence[OrderLine]) -> date | None:
    """The first last day of what is still open."""
    days = [line.cancel_after for line in lines if line.cancel_after and line.state not in FINAL]
    return min(days, default=None)


def watch(desk: Desk, profile: Profile, order_id: int, customer: str | None, day: date | None) -> None:
    """From now on this is the day of the order to wait for; None: there is none."""
    deadlines.close(desk.conn, [deadlines.CANCEL, deadlines.CANCEL_WARNING], [order_id], "CANCELLED")
    for kind, at in dates(profile, customer, day):
        deadlines.put(desk.conn, desk.ids, kind, order_id, at)


def cancel_waiting(desk: Desk, partners: Partners, order_id: int) -> Cancelled:
    """Cancel what still waits although its last day is over: lines on hold, and what stores that wait get of
    accepted lines. The buyer hears of it in one answer. Then the next day is watched, if there is one."""
    what = "Cancelling what waits after the last day"
    matter = open_matter(desk, order_id, what)
    who = Correspondent.named(desk, partners, matter.order.partner, what)
    calendar, now = who.profile.calendar, desk.clock()
    lines: list[OrderLine] = []
    done: list[int] = []
    parts: list[tuple[int, str]] = []
    for line in matter.lines:
        after = line
        if line.cancel_after is not None and end_of(line.cancel_after, calendar) <= now:
            after = _without_what_waits(matter, line)
            if after.state is not line.state:
                done.append(line.line)
            elif after is not line:
                parts += [
                    (line.line, store)
                    for store in after.cancelled_stores
                    if store not in line.cancelled_stores
                ]
        lines.append(after)
    cancelled = Cancelled(tuple(done), tuple(parts), all(line.state in FINAL for line in lines))
    if done or parts:
        text = f"{in_words(cancelled)} cancelled: the buyer's last day has passed."
        desk.record(
            "order cancelled",
            f"order {matter.order.number}",
            lines=done,
            parts=[list(part) for part in parts],
            why="last day",
        )
        kind = "cancelled" if cancelled.whole else "line cancelled" if done else "part cancelled"
        end_some(desk, who, matter, lines, kind, text)
    later = [
        replace(line, state=LineState.CANCELLED)
        if line.cancel_after is not None and end_of(line.cancel_after, calendar) <= now
        else line
        for line in lines
    ]
    watch(desk, who.profile, order_id, matter.order.customer, first(later))
    return cancelled


def in_words(cancelled: Cancelled) -> str:
    """As the beginning of a sentence: "The order was", "Line 2 and what 92:0666 gets of line 1 were"."""
    if cancelled.whole:
        return "The order was"
    told = [f"line {number}" for number in cancelled.lines]
    told += [f"what {store} gets of line {number}" for number, store in cancelled.parts]
    text = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
    return f"{text[0].upper()}{text[1:]} {'was' if len(told) == 1 else 'were'}"


def _without_what_waits(matter: Matter, line: OrderLine) -> OrderLine:
    if line.state is LineState.HELD:
        return replace(line, state=LineState.CANCELLED, accepted_quantity=line.accepted_quantity * 0)
    if line.state is not LineState.ACCEPTED:
        return line
    document = matter.document.lines[line.line - 1]
    waiting = blocked(matter.active, "A").stores
    stores = {share.key for share in shares_of(document)} & waiting - set(line.cancelled_stores)
    return without_stores(line, document, stores, matter.order.currency) if stores else line


@lru_cache(maxsize=4096)
def end_of(day: date, calendar: Calendar) -> datetime:
    """The moment at which a day of the partner's is over, UTC."""
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone_of(calendar)).astimezone(UTC)
    except OverflowError:  # the last or first day that there is
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

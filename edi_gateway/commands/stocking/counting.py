"""A warehouse's count (846) against our ledger: what differs is proposed, never overwritten silently (spec B9).

Takes an InventoryReport of a partner that runs a site of ours; books what differs by little, proposes the rest and
opens a case for it. Called by flow/taking/applying.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import MACHINE, Desk, Partners
from edi_gateway.commands.stocking.restocking import restock
from edi_gateway.commands.triage.cases import About, NewCase, open_cases, resolve
from edi_gateway.model.documents.inventory import InventoryReport
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.orders.fulfilment import counting
from edi_gateway.orders.fulfilment.counting import Compared, Key
from edi_gateway.orders.hours.calendar import local_date
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.store.book import cases
from edi_gateway.store.goods import stock, stock_proposals
from edi_gateway.store.goods.stock import Move
from edi_gateway.store.goods.stock_proposals import APPLIED, PENDING, SUPERSEDED, Proposal
from edi_gateway.store.master import facts

KIND: Final = "count"  # of moves
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class _News:
    """What a count brings: differences to decide, and those booked at once."""

    proposed: tuple[Proposal, ...]
    booked: tuple[Proposal, ...]


def take_count(desk: Desk, partners: Partners, arrived: Arrived) -> Applied:
    """Compare a count with the ledger. The same count again brings nothing new; an older one than we have is not
    looked at. Tests and the reports of partners who run no site of ours change nothing."""
    report = arrived.document
    assert isinstance(report, InventoryReport)
    profile, now = arrived.profile, desk.clock()
    today = local_date(now, profile.calendar)
    sites = [s for s in stock.sites(desk.conn, today).values() if s.warehouse == profile.key]
    if not sites or arrived.test:
        return Applied("IGNORED", business_key=report.reference)
    data = facts.read(desk.conn, profile.key, counting.needs(report), today)
    count = counting.read(report, sites, facts_on(data, profile, now=now))
    at = counting.counted_at(report, profile.calendar, arrived.received_at)
    newer, older = _newer(desk, count.said, at)
    found = [*count.findings, *([_old(older, at)] if older else [])]
    news = _compare(desk, arrived, count.said, newer, at)
    stock.counted(desk.conn, at, newer)
    about = f"{report.reference} of {profile.name}"
    if news.proposed:
        case = NewCase(_differs(news.proposed, about), profile.key, About(document_id=arrived.document_id))
        open_cases(desk, [case])
    desk.record(
        "stock counted",
        f"document {arrived.document_id}",
        partner=profile.key,
        reference=report.reference,
        at=at.isoformat(),
        compared=len(newer),
        booked=[_said(each) for each in news.booked],
        proposed=[_said(each) for each in news.proposed],
    )
    unread = any(finding.severity is Severity.ERROR for finding in found)
    return Applied("ERROR" if unread else "APPLIED", tuple(found), business_key=report.reference)


def _newer(desk: Desk, keys: Collection[Key], at: datetime) -> tuple[list[Key], list[Key]]:
    """What was counted later than we know, or at that very time; and what an older count speaks of."""
    last = stock.count_moments(desk.conn, {sku for _, sku in keys})
    newer = [key for key in sorted(keys) if key not in last or last[key] <= at]
    return newer, [key for key in sorted(keys) if key in last and last[key] > at]


def _compare(desk: Desk, arrived: Arrived, said: counting.Said, newer: Sequence[Key], at: datetime) -> _News:
    conn, skus = desk.conn, {sku for _, sku in newer}
    levels = {(s.site, s.sku): s for found in stock.levels(conn, skus, lock=True).values() for s in found}
    moved = stock.came_and_went(conn, skus, at)
    known = {(p.site, p.sku, p.bucket, p.theirs) for p in stock_proposals.of_moment(conn, newer, at)}
    compared = [
        each
        for key in newer
        for each in counting.compare(key, said[key], levels.get(key), moved.get(key, {}))
    ]
    differing = [
        each
        for each in compared  # of a replay some was said before
        if each.differs and (each.site, each.sku, each.bucket, each.theirs) not in known
    ]
    tolerance = arrived.profile.fulfilment.count_tolerance_percent
    proposed = tuple(_proposal(desk, arrived, d, PENDING, at) for d in differing if not d.within(tolerance))
    booked = tuple(_proposal(desk, arrived, d, APPLIED, at) for d in differing if d.within(tolerance))
    supersede(desk, {(each.site, each.sku, each.bucket) for each in compared}, before=at)
    stock_proposals.add(conn, [*proposed, *booked])
    book(desk, booked)
    return _News(proposed, booked)


def _proposal(desk: Desk, arrived: Arrived, found: Compared, state: str, at: datetime) -> Proposal:
    decided = state == APPLIED
    return Proposal(
        desk.ids.next(),
        arrived.document_id,
        found.site,
        found.sku,
        found.bucket,
        found.ours,
        found.theirs,
        state,
        at,
        desk.clock() if decided else None,
        MACHINE if decided else None,
        "within the tolerance" if decided else None,
    )


def book(desk: Desk, proposals: Sequence[Proposal]) -> None:
    """Bring the ledger to what was counted: by the difference, so that what has come and gone since then stays."""
    moves = [
        Move(
            p.site,
            p.sku,
            p.bucket,
            p.theirs - p.ours,
            KIND,
            f"count of {p.at:%Y-%m-%d %H:%M} UTC",
            p.document_id,
        )
        for p in proposals
    ]
    stock.move_all(desk.conn, desk.ids, desk.clock(), desk.actor.name, moves)
    more = {m.sku for m in moves if (m.quantity > 0) == (m.bucket == "on_hand")}
    restock(desk, more)


def supersede(desk: Desk, buckets: Collection[tuple[str, str, str]], *, before: datetime) -> None:
    """A newer count of (site, sku, bucket) is there: what an older one proposes is not decided any more, and its
    cases are over."""
    keys = {(site, sku) for site, sku, _ in buckets}
    waiting = stock_proposals.pending(desk.conn, keys)
    old = [p for p in waiting if p.at < before and (p.site, p.sku, p.bucket) in buckets]
    if not old:
        return
    ids = [each.id for each in old]
    stock_proposals.decide(desk.conn, ids, SUPERSEDED, by=desk.actor.name, at=desk.clock())
    settle(desk, {p.document_id for p in old if p.document_id is not None}, "A newer count is there.")


def settle(desk: Desk, documents: Collection[int], text: str) -> None:
    """Resolve the cases of counts of which nothing waits any more."""
    over = sorted(set(documents) - stock_proposals.undecided(desk.conn, documents))
    found = cases.open_of(desk.conn, document_id=over) if over else []
    resolve(desk, [case.id for case in found if case.code == Code.STOCK_DIFFERS], text)


def _said(each: Proposal) -> str:
    return f"{each.site} {Compared(each.site, each.sku, each.bucket, each.ours, each.theirs)}"


def _differs(proposed: Sequence[Proposal], about: str) -> Finding:
    told = "; ".join(_said(each) for each in proposed[:_SHOWN])
    more = f"; and {len(proposed) - _SHOWN} more" if len(proposed) > _SHOWN else ""
    return Finding(
        Code.STOCK_DIFFERS,
        Severity.WARNING,
        message=f"Count {about}: {told}{more}.",
        hint="`stock proposals` lists them; `stock apply` books what they counted, `stock reject` leaves ours.",
        rule="count",
        family=Family.STOCK,
    )


def _old(older: Sequence[Key], at: datetime) -> Finding:
    told = ", ".join(f"{sku} at {site}" for site, sku in older[:_SHOWN])
    return Finding(
        Code.STOCK_DIFFERS,
        Severity.INFO,
        message=f"This is the count of {at:%Y-%m-%d %H:%M} UTC; a later one is there of {told}"
        + (f" and {len(older) - _SHOWN} more." if len(older) > _SHOWN else "."),
        rule="count",
        family=Family.STOCK,
    )

"""Certificates that end: a case 60, 30 and 7 days before, and when they have ended, unless another one follows.

Takes ids of certificates; opens and settles cases, and sets the next deadline. Called by commands/partners/
certificates.py and flow/deadlines.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from edi_gateway.commands.desk import Desk
from edi_gateway.commands.triage.cases import NewCase, open_cases, resolve
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store import deadlines
from edi_gateway.store.book import cases
from edi_gateway.store.traffic import certificates
from edi_gateway.store.traffic.certificates import OURS, Certificate
from edi_gateway.triage.causes import cause

WARNINGS = (60, 30, 7, 0)  # days before the end; 0: it has come


def watch(desk: Desk, certificate_id: int, ends: datetime) -> None:
    """Look at it when its first warning is due (at once, when that is past)."""
    first = ends - timedelta(days=WARNINGS[0])
    deadlines.put(desk.conn, desk.ids, deadlines.CERTIFICATE, certificate_id, first)


def look(desk: Desk, certificate_id: int) -> None:
    """Its deadline has come: warn, unless it is withdrawn or another one takes its place in time."""
    one = certificates.load(desk.conn, certificate_id)
    if one is None or one.withdrawn_at is not None:
        return
    if _followed(desk, one):
        over(desk, one, "Another certificate takes its place.")
        return
    now = desk.clock()
    days = min((d for d in WARNINGS if one.ends - timedelta(days=d) <= now), default=None)
    if days is not None:
        _settle(desk, one, "It is nearer to its end now.", [d for d in WARNINGS if d > days])
        open_cases(desk, [NewCase(_finding(one, days), one.partner)])
    later = [one.ends - timedelta(days=d) for d in WARNINGS if days is None or d < days]
    if later:
        deadlines.put(desk.conn, desk.ids, deadlines.CERTIFICATE, one.id, min(later))


def over(desk: Desk, one: Certificate, text: str) -> None:
    """Nobody needs to see to its end any more."""
    deadlines.close(desk.conn, [deadlines.CERTIFICATE], [one.id])
    _settle(desk, one, text, WARNINGS)


def _followed(desk: Desk, one: Certificate) -> bool:
    """Whether others of the same party do all that it does, from before its end until well behind it."""
    needed = set(one.purposes.split())
    for other in certificates.standing(desk.conn, one.side):
        same = other.partner == one.partner and other.id != one.id
        if same and other.begins <= one.ends and other.ends > one.ends:
            needed -= set(other.purposes.split())
    return not needed


def _settle(desk: Desk, one: Certificate, text: str, stages: tuple[int, ...] | list[int]) -> None:
    marks = [cause(_finding(one, days), one.partner).fingerprint for days in stages]
    resolve(desk, [case.id for case in cases.open_by_causes(desk.conn, marks)], text)


def _finding(one: Certificate, days: int) -> Finding:
    """Always the same cause for the same certificate and warning."""
    whose = (
        f"Our certificate {one.serial}"
        if one.side == OURS
        else f"The certificate {one.serial} of {one.partner}"
    )
    if one.side == OURS and one.partner is not None:
        whose += f" for {one.partner}"
    told = (
        f"ended on {one.ends:%d %b %Y}"
        if days == 0
        else f"ends on {one.ends:%d %b %Y}, in {days} days or less"
    )
    if one.side == OURS:
        party = f" --partner {one.partner}" if one.partner else ""
        hint = (
            f"Make a new one and tell partners from when it counts: `edi-gateway certificates roll{party}`."
        )
    else:
        hint = f"Ask {one.partner} for the new one: `edi-gateway certificates import {one.partner} FILE`."
    return Finding(
        Code.CERTIFICATE_ENDS,
        Severity.ERROR if days <= WARNINGS[2] else Severity.WARNING,
        message=f"{whose} ({one.purposes.replace(' ', ' and ')}) {told}.",
        hint=hint,
        rule=f"certificate {one.fingerprint[:16]}, {days} days",
        family=Family.TRANSPORT,
    )

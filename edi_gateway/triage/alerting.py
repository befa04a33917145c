"""Who is told of what, and when: routes of alerts, quiet hours, the words of a digest (spec B13, B14.5).

Pure. Takes what there is to tell and the routes of config.toml. Called by commands/watch/alerting.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.service import families_of

_SHOWN = 50  # alerts that a mail tells one by one


@dataclass(frozen=True, slots=True)
class Route:
    """Where alerts of some families go. `roles`: to the users who have one, of the families whose queue is theirs where
    no `families` are named; `mail`: addresses besides; `least`: "cases" (all), "incidents", or "urgent" (of them).
    `quiet`: "18:00-07:00" in `zone`, in which nothing goes but what is urgent."""

    name: str
    families: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    mail: tuple[str, ...] = ()
    webhook: str | None = None
    least: str = "cases"
    quiet: str | None = None
    zone: str = "UTC"
    digest_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Alerting:
    """What config.toml says. `people`: user -> mail address; `again_hours`: the same cause is not told again before."""

    routes: tuple[Route, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    again_hours: int = 24
    give_up_hours: int = 48
    console: str | None = None  # how people reach the console, for links


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to be told once. `link`: a path of the console."""

    id: int
    topic: str
    family: str
    code: str
    partner: str | None
    urgent: bool
    cases: int
    text: str
    hint: str
    raised_at: datetime
    link: str
    incident_id: int | None = None
    case_id: int | None = None


def wants(route: Route, alert: Alert) -> bool:
    """Whether an alert goes that way."""
    if route.partners and alert.partner not in route.partners:
        return False
    if route.least != "cases" and alert.incident_id is None:
        return False
    if route.least == "urgent" and not alert.urgent:
        return False
    if alert.incident_id is not None and not route.families:
        return True
    families = route.families
    if not families and route.roles:
        families = frozenset(family.value for role in route.roles for family in families_of(role))
    return not families or alert.family in families


MENTIONS: Final = "mentions"  # what a mail about mentions stands under, where the others have their route


def reached(named: Sequence[str], people: Mapping[str, str], *, mails: bool = True) -> str:
    """Who of those that were named on a case is told by mail, and who is not, in words; nothing when nobody was.
    `mails`: a mail server is set."""
    if named and not mails:
        return (
            f"No mail server is set, so nobody tells {_all_of(named)}: it stands among their own work only."
        )
    known = [name for name in named if name in people]
    rest = [name for name in named if name not in people]
    said = []
    if known:
        said.append(f"{_all_of(known)} {'is' if len(known) == 1 else 'are'} told by mail.")
    if rest:
        verb = "has" if len(rest) == 1 else "have"
        said.append(
            f"{_all_of(rest)} {verb} no mail address (alerts.people): it stands among their own work only."
        )
    return " ".join(said)


def _all_of(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def go_at(route: Route, alert: Alert, now: datetime) -> datetime:
    """When it may go: what is urgent at once, the rest with its digest, behind the quiet hours."""
    if alert.urgent:
        return now
    return after_quiet(route, now + timedelta(minutes=route.digest_minutes))


def after_quiet(route: Route, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours in which it lies; UTC."""
    if route.quiet is None:
        return at
    begin, end = (time.fromisoformat(part) for part in route.quiet.split("-"))
    zone = ZoneInfo(route.zone)
    here = at.astimezone(zone)
    of_day = here.time()
    over_night = begin > end
    quiet = (of_day >= begin or of_day < end) if over_night else begin <= of_day < end
    if not quiet:
        return at
    day = here.date() + timedelta(days=1) if over_night and of_day >= begin else here.date()
    return datetime.combine(day, end, zone).astimezone(UTC)


def subject_of(alerts: Sequence[Alert]) -> str:
    """One line over a digest."""
    first = next((each for each in alerts if each.urgent), alerts[0])
    mark = "URGENT: " if first.urgent else ""
    rest = len(alerts) - 1
    return f"[EDI] {mark}{first.text}" + (f" (and {rest} more)" if rest else "")


def mail_of(alerts: Sequence[Alert], console: str | None) -> str:
    """A digest as text: incidents first, then the causes with the most cases."""
    parts = []
    ordered = sorted(alerts, key=lambda a: (not a.urgent, a.incident_id is None, -a.cases, a.id))
    for each in ordered[:_SHOWN]:
        lines = [
            f"{'URGENT  ' if each.urgent else ''}{each.text}",
            f"  What to do: {each.hint}" if each.hint else "",
        ]
        lines.append(f"  {each.raised_at:%Y-%m-%d %H:%M} UTC  {each.family} {each.code}")
        if console is not None:
            lines.append(f"  {console}{each.link}")
        parts.append("\n".join(line for line in lines if line))
    if len(ordered) > _SHOWN:
        parts.append(
            f"And {len(ordered) - _SHOWN} more{f': {console}/cases' if console is not None else ''}."
        )
    return "\n\n".join(parts) + "\n"


def json_of(alerts: Sequence[Alert], console: str | None) -> str:
    """A digest for a program."""
    return json.dumps(
        {
            "alerts": [
                {
                    "id": str(each.id),
                    "kind": "case" if each.incident_id is None else "incident",
                    "incident": None if each.incident_id is None else str(each.incident_id),
                    "case": None if each.case_id is None else str(each.case_id),
                    "topic": each.topic,
                    "family": each.family,
                    "code": each.code,
                    "partner": each.partner,
                    "urgent": each.urgent,
                    "cases": each.cases,
                    "text": each.text,
                    "hint": each.hint,
                    "raised_at": each.raised_at.isoformat(),
                    "link": None if console is None else f"{console}{each.link}",
                }
                for each in alerts
            ]
        },
        ensure_ascii=False,
    )


def family_of_incident(kind: str) -> Family:
    """The family that an incident of a kind is routed by."""
    return _FAMILIES.get(kind, Family.SYSTEM)


_FAMILIES = {
    "reject rate": Family.SYNTAX,
    "same error": Family.MAPPING,
    "partner silent": Family.TRANSPORT,
    "fetching fails": Family.TRANSPORT,
    "delivery fails": Family.TRANSPORT,
    "certificate ends": Family.TRANSPORT,
    "posting fails": Family.ERP_POST,
    "acks overdue": Family.ACK_997,
}

"""Who is told of what: each route of config.toml with those whom it reaches now, and those whom it cannot.

Takes the routes; gives a row each. Called by cli/ and by the console.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from edi_gateway.commands.watch.alerting import targets
from edi_gateway.store import users
from edi_gateway.store.watch.messages import MAIL
from edi_gateway.triage.alerting import Alerting, Route, after_quiet

_TOLD = {"cases": "cases and incidents", "incidents": "incidents", "urgent": "urgent incidents"}


@dataclass(frozen=True, slots=True)
class RouteRow:
    """`told`: of what; `families`, `partners`: only of these, all where empty. `to`: addresses. `unreached`: users of
    the route without an address in alerts.people. `quiet_until`: it is quiet now, but for urgent incidents."""

    route: str
    told: str
    families: tuple[str, ...]
    partners: tuple[str, ...]
    roles: tuple[str, ...]
    to: tuple[str, ...]
    unreached: tuple[str, ...]
    quiet: str | None
    quiet_until: datetime | None
    digest_minutes: int


def routes(conn: Connection, alerting: Alerting, now: datetime) -> list[RouteRow]:
    """In the order of config.toml."""
    people = {user.name: user.roles for user in users.every(conn)}
    return [_row(alerting, route, people, now) for route in alerting.routes]


def _row(alerting: Alerting, route: Route, people: dict[str, frozenset[str]], now: datetime) -> RouteRow:
    wanted = {name for name, roles in people.items() if roles & route.roles} | route.users
    until = after_quiet(route, now)
    return RouteRow(
        route=route.name,
        told=_TOLD[route.least],
        families=tuple(sorted(route.families)),
        partners=tuple(sorted(route.partners)),
        roles=tuple(sorted(route.roles)),
        to=tuple(
            target if channel == MAIL else target.partition("?")[0]  # a secret may stand behind it
            for channel, target in targets(alerting, route, people)
        ),
        unreached=tuple(sorted(wanted - set(alerting.people))),
        quiet=None if route.quiet is None else f"{route.quiet} {route.zone}",
        quiet_until=None if until == now else until,
        digest_minutes=route.digest_minutes,
    )

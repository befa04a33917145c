"""Pareto: what costs most, by cause, root cause, partner, item or check; in cases, hours or money (spec B14.4).

Takes a period; gives groups, the largest first, with their share and the vital few: the smallest set that makes up
four fifths. Called by cli and web.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.reports.causes.happenings import happenings, in_hours
from edi_gateway.reports.causes.queue import money

MEASURES: Final = ("cases", "hours", "money")
_VITAL: Final = Decimal(80)  # per cent
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Group:
    """`share`, `cumulative`: per cent of the measure; `vital`: one of the few that make up 80 %. `key`: the fingerprint
    of a cause, else as `name`. `unranked`: currencies of `amounts` that no rate brings into ours."""

    name: str
    key: str
    cases: int
    hours: Decimal
    amounts: dict[str, Decimal]
    share: Decimal
    cumulative: Decimal
    vital: bool
    unranked: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sum:
    name: str
    cases: int = 0
    seconds: int = 0
    cents: dict[str, int] = field(default_factory=dict)
    worth: int = 0
    unranked: set[str] = field(default_factory=set)

    def weight(self, measure: str) -> int:
        """By which it is ranked; of money what it is worth in our own currency."""
        return {"cases": self.cases, "hours": self.seconds, "money": self.worth}[measure]


def pareto(
    conn: Connection,
    by: str,
    measure: str,
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    hours: WorkingHours,
    test: bool = False,
) -> list[Group]:
    """`by`: one of happenings.BY; `measure`: one of MEASURES. Cases opened in [since, until)."""
    sums: dict[str, _Sum] = {}
    for one in happenings(conn, since, until, now, hours, test=test):
        key = one.keys[by]
        group = sums.get(key)
        if group is None:
            group = sums[key] = _Sum(one.words if by == "cause" else key)
        group.cases += 1
        group.seconds += one.seconds
        if one.cents:
            group.cents[one.currency] = group.cents.get(one.currency, 0) + one.cents
            group.worth += one.weight
            if not one.weight:
                group.unranked.add(one.currency)
    return _ranked(sums, measure)


def unranked(found: Iterable[Group]) -> list[str]:
    """The currencies among these that no rate brings into ours: their amounts are shown, and rank last."""
    return sorted({currency for group in found for currency in group.unranked})


def _ranked(sums: dict[str, _Sum], measure: str) -> list[Group]:
    whole = sum(group.weight(measure) for group in sums.values())
    found, so_far, vital = [], 0, whole > 0
    for key, group in sorted(sums.items(), key=lambda item: (-item[1].weight(measure), item[1].name)):
        weight = group.weight(measure)
        so_far += weight
        cumulative = _per_cent(so_far, whole)
        found.append(
            Group(
                *(group.name, key, group.cases, in_hours(group.seconds)),
                {currency: money(cents) for currency, cents in group.cents.items()},
                *(
                    _per_cent(weight, whole).quantize(_TENTH),
                    cumulative.quantize(_TENTH),
                    vital and weight > 0,
                ),
                tuple(sorted(group.unranked)),
            )
        )
        vital = vital and cumulative < _VITAL
    return found


def _per_cent(part: int, whole: int) -> Decimal:
    return Decimal(100) * part / whole if whole else Decimal(0)

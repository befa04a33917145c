"""`cases cause`, `pareto`, `recurring` and `times`: one cause whole, what costs most, what comes again, how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import short, word
from edi_gateway.cli.output import (
    WRONG_USAGE,
    fail,
    money,
    plain,
    print_json,
    print_table,
    say,
    screen,
    sentence,
)
from edi_gateway.cli.triage.cases import group, print_cases

if TYPE_CHECKING:
    from edi_gateway.reports.causes.pareto import Group

DaysOption = Annotated[int, typer.Option("--days", min=1, max=3660, help="Of so many days up to now.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="Or from this day on, e.g. 2026-01-01.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Up to this day and not including it.")]
TestOption = Annotated[bool, typer.Option("--test", help="Tests, too.")]
_SHOWN = 20  # cases of a cause


def _period(here: Here, days: int, since: str | None, until: str | None) -> tuple[datetime, datetime]:
    now = here.clock()
    end = _day(until, "--until") if until else now + timedelta(seconds=1)
    return (_day(since, "--since") if since else now - timedelta(days=days)), end


def _day(said: str, option: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(said), datetime.min.time(), UTC)
    except ValueError:
        fail(f"{option} is a day such as 2026-01-31; not {said[:40]!r}.", WRONG_USAGE)


@group.command()
def cause(
    ctx: typer.Context,
    digits: Annotated[str, typer.Argument(metavar="CAUSE", help="Its first digits, as in the list.")],
    json: JsonOption = False,
) -> None:
    """Show one cause: what it is, what hangs on it, its cases."""
    from edi_gateway.reports.book.cases import list_cases
    from edi_gateway.reports.causes import queue

    here: Here = ctx.obj
    now = here.clock()
    with here.reading() as conn:
        found = queue.one(conn, digits, now)
        if found is None:
            fail(f"{digits[:64]!r} begins no cause, or several: copy more from `cases list`.", WRONG_USAGE)
        days = queue.days(conn, found.fingerprint, now.date() - timedelta(days=29))
        standing = list_cases(conn, fingerprint=found.fingerprint, limit=_SHOWN)
    if json:
        told = [{"day": day, "opened": opened, "closed": closed} for day, opened, closed in days]
        print_json(plain(found) | {"trend": found.trend, "days": plain(told), "first_cases": plain(standing)})
        return
    say(f"[bold]{escape(found.cause)}[/bold]  [dim]{found.fingerprint[:16]}[/dim]")
    if found.hint:
        say(f"→ {escape(found.hint)}", 2, 2)
    risk = ", ".join(f"{money(amount)} {currency}" for currency, amount in found.amounts.items())
    facts = {
        "stage": found.stage,
        "family": found.family,
        "code": found.code,
        "rule": found.rule,
        "path": found.place,
        "value": found.value,
        "partner": found.partner,
        "owner": found.owner,
        "open": f"{found.cases} cases, {found.orders} orders",
        "at risk": risk,
        "due": f"{found.due_at:%Y-%m-%d %H:%M} UTC" if found.due_at else None,
        "first, last": f"{found.first_at:%Y-%m-%d %H:%M}, {found.last_at:%Y-%m-%d %H:%M} UTC",
        "trend": f"{found.trend}: {found.opened_week} in 7 days, {found.opened_before} in the 7 before; "
        f"{found.ever} ever",
        "root cause": found.root_cause,
    }
    for name, value in facts.items():
        if value:
            say(f"{name:13}{escape(value)}", 2, 13)
    print_cases(standing, closed=False)
    if found.cases > _SHOWN:
        screen.print(f"and {found.cases - _SHOWN} more")


@group.command()
def pareto(
    ctx: typer.Context,
    by: Annotated[
        str,
        typer.Option("--by", help="cause, root-cause, partner, item, check, family, stage, owner or action."),
    ] = "cause",
    measure: Annotated[str, typer.Option("--measure", help="cases, hours or money.")] = "cases",
    behind: Annotated[
        str | None,
        typer.Option(
            "--behind", help="The cases of this row instead: an item, a check, a cause's first digits."
        ),
    ] = None,
    days: DaysOption = 30,
    since: SinceOption = None,
    until: UntilOption = None,
    test: TestOption = False,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Rank what costs most, and mark the vital few.

    The few are the smallest set that makes up 80 %. Hours are working hours, without those in which a case waited for
    somebody else.
    """
    from edi_gateway.reports.causes.happenings import BY
    from edi_gateway.reports.causes.pareto import MEASURES, Group, unranked
    from edi_gateway.reports.causes.pareto import pareto as ranked

    here: Here = ctx.obj
    first, last = _period(here, days, since, until)
    wanted = (word(by, "--by", BY) or "", word(measure, "--measure", MEASURES) or "")
    if behind is not None:
        period = (first, last)
        _tell_behind(here, wanted[0], behind, period, test=test, json=json, csv=csv, xlsx=xlsx)
        return
    with here.reading() as conn:
        found = ranked(
            *(conn, *wanted, first, last),
            now=here.clock(),
            hours=here.settings.service.hours(),
            test=test,
        )
    if json or csv or xlsx:
        tell(found, Group, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("", "cases", "hours", "money", "%", "sum %", wanted[0]),
        (
            ("*" if g.vital else "", g.cases, g.hours, g.amounts, g.share, g.cumulative, _named(g, wanted[0]))
            for g in found
        ),
        "No case was opened in this time.",
        spare=("money", "hours"),
    )
    if found:
        screen.print(
            f"* the vital few: {sum(g.vital for g in found)} of {len(found)} make up 80 % of the {wanted[1]}."
        )
    if wanted[1] == "money" and (none := unranked(found)):
        sentence(f"Without a rate in [money] of config.toml, and so ranked last: {', '.join(none)}.")


def _tell_behind(
    here: Here,
    by: str,
    key: str,
    period: tuple[datetime, datetime],
    *,
    test: bool,
    json: bool,
    csv: bool,
    xlsx: Path | None,
) -> None:
    """The cases behind one row."""
    from edi_gateway.reports.causes.behind import CaseBehind
    from edi_gateway.reports.causes.behind import behind as cases_behind

    hours = here.settings.service.hours()
    with here.reading() as conn:
        found = cases_behind(conn, by, key, *period, now=here.clock(), hours=hours, test=test)
    if json or csv or xlsx:
        tell(found, CaseBehind, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("case", "opened", "hours", "money", "cause"),
        (
            (
                short(one.case_id),
                one.opened_at,
                one.hours,
                f"{one.amount} {one.currency}" if one.amount else "",
                one.cause,
            )
            for one in found
        ),
        "No case of it was opened in this time.",
    )


def _named(ranked: Group, by: str) -> str:
    return f"{ranked.key[:8]} {ranked.name}" if by == "cause" else ranked.name


@group.command()
def recurring(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Option("--kind", help="Only causes, partners, items or rules.")] = None,
    least: Annotated[
        int | None, typer.Option("--least", min=2, help="At least so many cases; default: service.recurs.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="In so many days; default: service.recurs_days.")
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List what comes again: a cause, partner, item or rule."""
    from edi_gateway.reports.causes.recurring import KINDS, Recurring
    from edi_gateway.reports.causes.recurring import recurring as counted

    here: Here = ctx.obj
    service = here.settings.service
    asked = kind.removesuffix("s") if kind else None
    with here.reading() as conn:
        found = counted(
            *(conn, here.clock()),
            least=least or service.recurs,
            days=days or service.recurs_days,
            kind=word(asked, "--kind", KINDS),
        )
    if json or csv or xlsx:
        tell(found, Recurring, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("what", "cases", "on days", "last", "improvement", "title"),
        ((r.kind, r.cases, r.days_with, r.last_at, short(r.improvement_id), r.title) for r in found),
        "Nothing came so often.",
    )


@group.command()
def times(
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", help="action, family, partner or person.")] = "action",
    days: DaysOption = 30,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Tell how long cases took, by what ended them.

    In working hours, without pauses; how many were taken and over in time, and how many were opened again.
    """
    from edi_gateway.reports.causes.times import BY, Times
    from edi_gateway.reports.causes.times import times as measured

    here: Here = ctx.obj
    first, last = _period(here, days, since, until)
    with here.reading() as conn:
        found = measured(conn, word(by, "--by", BY) or "", first, last)
    tell(found, Times, "No case ended in this time.", json=json, csv=csv, xlsx=xlsx)

"""`figures`: what the traffic, the book, the goods and the money come to, and the rows behind each number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.output import WRONG_USAGE, fail, plain, print_json, print_table, say, screen

if TYPE_CHECKING:
    from edi_gateway.reports.figures.figure import Figure, Span

_USUAL_DAYS = 30
_DAY = ["%Y-%m-%d"]


@app.command()
def figures(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One figure with its rows; all when left out.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="From this day on (UTC); default: 30 days.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Up to this day, with it; default: today.")
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Of its rows only those that do not count.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(help="Taken apart by `day`, `partner` or `set`, in place of rows.")
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Tell the figures of a span.

    Throughput, first-pass yield, no-touch rate, fill rates, times ...

    With a NAME: its definition, and every row that it is made of.
    """
    from edi_gateway.reports.figures import board
    from edi_gateway.reports.figures.figure import Row

    here: Here = ctx.obj
    if by not in (None, *get_args(board.By)):
        fail(f"--by takes one of: {', '.join(get_args(board.By))}.", WRONG_USAGE)
    span = span_of(here, since, until, partner)
    if name is None:
        with here.reading() as conn:
            found = board.figures(conn, span)
        if json or csv or xlsx:
            tell(found, board.FigureRow, "", json=json, csv=csv, xlsx=xlsx)
            return
        print_table(
            f"Figures from {span.since:%Y-%m-%d} to {span.until - timedelta(days=1):%Y-%m-%d}",
            ("figure", "value", "of", "median", "90 %", "95 %", "what it is"),
            (
                (
                    f.name,
                    worded(f.kind, f.value),
                    f.rows,
                    *(each if each is None else worded(f.kind, each) for each in (f.median, f.p90, f.p95)),
                    f.title,
                )
                for f in found
            ),
            "",
            spare=("90 %", "95 %", "median"),
        )
        screen.print("\nfigures NAME tells how one is defined, and the rows behind it.")
        return
    with here.reading() as conn:
        one = board.figure(conn, name, span)
    if one is None:
        fail(f"There is no figure {name!r}: {', '.join(board.DEFINITIONS)}.", WRONG_USAGE)
    if by is not None:
        parts = board.parts(one, cast("board.By", by))
        tell(parts, board.Part, "Nothing of that in this span.", json=json, csv=csv, xlsx=xlsx)
        return
    rows = [row for row in one.rows if row.passed is False] if failed else one.rows
    if csv or xlsx:
        tell(rows, Row, "", csv=csv, xlsx=xlsx)
    elif json:
        head = plain(one)
        del head["rows"]
        print_json(head)
        for row in rows:
            print_json(row)
    else:
        _tell(one)
        tell(rows, Row, "No rows.", spare=("kind", "subject", "reached", "weight", "set code"))


def span_of(
    here: Here, since: datetime | None, until: datetime | None, partner: str | None, days: int = _USUAL_DAYS
) -> Span:
    """From the first moment of `since` (default: so many days back) to the last of `until` (default: today), UTC."""
    from edi_gateway.reports.figures.figure import Span

    last = until.date() if until is not None else here.clock().date()
    first = since.date() if since is not None else last - timedelta(days=days - 1)
    if first > last:
        fail("--since lies after --until.", WRONG_USAGE)
    return Span(_midnight(first), _midnight(last + timedelta(days=1)), partner, here.clock())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _tell(one: Figure) -> None:
    screen.print(f"[bold]{one.title}[/bold]: {worded(one.kind, one.value)}")
    if one.kind == "share":
        screen.print(f"  {one.numerator:f} of {one.denominator:f}")
    elif one.kind != "count" and one.value is not None:
        screen.print(
            f"  median {worded(one.kind, one.median)}, nine of ten within {worded(one.kind, one.p90)}, "
            f"95 % within {worded(one.kind, one.p95)}"
        )
    say(f"{one.definition} (spec {one.spec})", 2, 2)


def worded(kind: str, value: Decimal | None) -> str:
    """A value with its unit; "n/a" where there is nothing to divide by."""
    if value is None:
        return "n/a"
    if kind == "share":
        return f"{value * 100:.2f} %"
    if kind == "count":
        return f"{value:f}"
    if kind == "hours" and value < 1:
        return f"{value * 60:.2f} min"
    return f"{value:.2f} {kind[0]}"

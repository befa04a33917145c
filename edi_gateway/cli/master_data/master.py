"""`master`: master data as it stands, the history of a row, what orders name that we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, remark, shown

if TYPE_CHECKING:
    from edi_gateway.reports.master.lists import MasterRow

group = typer.Typer(no_args_is_help=True, help="Master data as it stands and stood.")
app.add_typer(group, name="master")

KindArgument = Annotated[
    str, typer.Argument(metavar="KIND", help="items, units, xrefs, prices, ship-tos or customers.")
]
PartnerOption = Annotated[str | None, typer.Option("--partner", help="Only this partner's.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    kind: KindArgument,
    search: Annotated[
        str | None, typer.Option("--search", help="In numbers, names and descriptions.")
    ] = None,
    partner: PartnerOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 100,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List what stands of a kind."""
    from edi_gateway.reports.master.lists import KINDS, MasterRow, list_rows

    here: Here = ctx.obj
    if kind not in KINDS:
        fail(f"There is no kind {kind[:40]!r}; there are {', '.join(KINDS)}.", WRONG_USAGE)
    with here.reading() as conn:
        found = list_rows(conn, kind, search=search, partner=partner, limit=limit + 1)
    if csv or xlsx is not None:
        tell(found[:limit], MasterRow, "", csv=csv, xlsx=xlsx)
        return
    _tell(found[:limit], "Nothing of this kind is on file.", json)
    if len(found) > limit and not json:
        remark(f"There is more than the first {limit}; --search narrows it, --limit shows more.")


@group.command()
def history(
    ctx: typer.Context,
    kind: KindArgument,
    row: Annotated[str, typer.Argument(metavar="ROW", help="The id of a row, as listed.")],
    json: JsonOption = False,
) -> None:
    """List every version of a row.

    What it said, from when to when, and who said so.
    """
    from edi_gateway.reports.master import lists

    here: Here = ctx.obj
    if kind not in lists.KINDS:
        fail(f"There is no kind {kind[:40]!r}; there are {', '.join(lists.KINDS)}.", WRONG_USAGE)
    with here.reading() as conn:
        found = lists.history(conn, kind, row_id(row, "row"))
    if not found:
        fail(f"There is no row {row} among {kind}.")
    _tell(found, "", json)


@group.command()
def unresolved(
    ctx: typer.Context,
    partner: PartnerOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List names in waiting orders that nothing is known of."""
    from edi_gateway.reports.master.unresolved import Unresolved
    from edi_gateway.reports.master.unresolved import unresolved as look

    here: Here = ctx.obj
    with here.reading() as conn:
        found = look(conn, partner)
    if json or csv or xlsx is not None:
        tell(found, Unresolved, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("orders", "partner", "missing in", "they write", "amount", "since", "case", "why"),
        (
            (
                e.orders,
                e.partner,
                e.kind,
                e.value,
                e.amounts,
                e.since,
                short(e.case_id) if e.case_id else "",
                e.message,
            )
            for e in found
        ),
        "Every name in the orders that wait is known.",
        spare=("why", "since", "amount"),
    )


def _tell(found: list[MasterRow], nothing: str, json: bool) -> None:
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        "",
        ("row", "which", "says", "from", "until", "version", "state", "by", "at", "file"),
        (
            (
                *(short(r.id), _words(r.key), _words(r.values), r.since, r.until, r.version),
                *("superseded" if r.superseded else "stands", r.changed_by, r.changed_at, r.source),
            )
            for r in found
        ),
        nothing,
        spare=("file", "at", "by", "state", "version"),
    )


def _words(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {shown(value) or 'no'}" for name, value in values.items() if value is not None)

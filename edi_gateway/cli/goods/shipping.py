"""`ship` and `shipments`: goods picked, packed and gone, as people say it; and what has left."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.goods.releases import ReleaseArgument, print_units
from edi_gateway.cli.names import word
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    fail,
    print_json,
    print_table,
    say,
    screen,
    sentence,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edi_gateway.commands.master_data.csv_reading import Problem

ship = typer.Typer(no_args_is_help=True, help="Goods picked, packed and gone, at sites of our own.")
app.add_typer(ship, name="ship")
group = typer.Typer(no_args_is_help=True, help="What has left.")
app.add_typer(group, name="shipments")

CarrierNameOption = Annotated[
    str | None, typer.Option(help="The carrier's name, as the bill of lading has it.")
]
ModeOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="TD504: M motor, LT less than a truckload, U parcel ...")
]
FreightOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="FOB01, who pays the freight: CC collect, PP prepaid ...")
]
DAY = ["%Y-%m-%d"]
_RESTS = ("backorder", "cancel", "later")
_STATES = ("SHIPPED", "REVERSED")


@ship.command()
def confirm(
    ctx: typer.Context,
    releases: Annotated[
        list[str], typer.Argument(metavar="RELEASE...", help="All that left together, for one place.")
    ],
    lines: Annotated[
        list[str] | None,
        typer.Option(
            "--line", metavar="N=QTY", help="Of line N only so many left (one release only). Repeat it."
        ),
    ] = None,
    measured: Annotated[
        list[str] | None,
        typer.Option(
            "--measured",
            metavar="N=QTY",
            help="Line N, of goods that are weighed, really was so much in the item's base unit. Repeat it.",
        ),
    ] = None,
    carrier: Annotated[str | None, typer.Option(metavar="SCAC", help="Who carries it.")] = None,
    carrier_name: CarrierNameOption = None,
    mode: ModeOption = None,
    freight: FreightOption = None,
    pro: Annotated[str | None, typer.Option(help="The carrier's freight bill number.")] = None,
    bol: Annotated[str | None, typer.Option(help="Bill of lading; one is made when none is said.")] = None,
    tracking: Annotated[
        list[str] | None, typer.Option(help="Of a parcel; of several cartons in turn. Repeat it.")
    ] = None,
    trailer: Annotated[str | None, typer.Option(help="Trailer.")] = None,
    seal: Annotated[str | None, typer.Option(help="Seal of the trailer.")] = None,
    weight: Annotated[str | None, typer.Option(metavar="N[LB|KG]", help="Of all, e.g. 120LB.")] = None,
    cartons: Annotated[
        int | None, typer.Option(min=1, help="So many; else a carton a case, or as they were packed.")
    ] = None,
    pallets: Annotated[
        int | None, typer.Option(min=1, help="The cartons stand on so many; each gets its number.")
    ] = None,
    rest: Annotated[
        str | None, typer.Option(help="What becomes of what did not leave: backorder, cancel or later.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it left: 2026-01-31T17:30; UTC.")
    ] = None,
) -> None:
    """Goods have left.

    What is not named with --line left as it was released.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping.making_shipments import Packing
    from edi_gateway.commands.shipping.typed_confirm import Typed
    from edi_gateway.commands.shipping.typed_confirm import confirm as confirm_shipment
    from edi_gateway.model.fulfilment import Transport

    here: Here = ctx.obj
    if (lines or measured) and len(releases) > 1:
        fail(
            "--line says nothing of which release it is: confirm them from a CSV file (`ship import`).",
            WRONG_USAGE,
        )
    numbers = tuple(tracking or ())
    count = cartons or (len(numbers) if len(numbers) > 1 else 0)
    weighs, unit = _weight(weight)
    said = Typed(
        releases=tuple(dict.fromkeys(releases)),
        lines={(releases[0], line): quantity for line, quantity in (_line(text) for text in lines or ())},
        measured={(releases[0], line): weighed for line, weighed in (_line(text) for text in measured or ())},
        packing=Packing("count" if count else "case", count, numbers, pallets or 0),
        transport=Transport(
            carrier=carrier and carrier.upper(),
            carrier_name=carrier_name,
            mode=mode and mode.upper(),
            freight_payment=freight and freight.upper(),
            pro=pro,
            bol=bol,
            trailer=trailer,
            seal=seal,
            weight=weighs,
            weight_unit=unit,
        ),
        shipped_at=_moment(at),
        rest=word(rest, "--rest", _RESTS),
    )
    with here.desk() as desk:
        left = confirm_shipment(desk, partners_of(here, desk.conn), said)
    if left.number is None:
        sentence("Nothing has left; the release has ended.")
    else:
        sentence(f"Shipment {left.number}. `shipments show {left.number}` shows what is in it.")


def _line(text: str) -> tuple[int, Decimal]:
    line, _, quantity = text.partition("=")
    try:
        number, value = int(line), Decimal(quantity)
    except (ValueError, InvalidOperation):
        fail(f"{text[:40]!r} is no line and quantity: write --line 2=40.", WRONG_USAGE)
    if not value.is_finite() or number < 1:
        fail(f"{text[:40]!r} is no line and quantity: write --line 2=40.", WRONG_USAGE)
    return number, value


def _weight(text: str | None) -> tuple[Decimal | None, str | None]:
    if text is None:
        return None, None
    cleaned = text.strip().upper()
    unit = cleaned[-2:] if cleaned[-2:] in ("LB", "KG") else "LB"
    try:
        value = Decimal(cleaned.removesuffix(unit).strip())
    except InvalidOperation:
        fail(f"{text[:40]!r} is no weight: write 120LB or 54.5KG.", WRONG_USAGE)
    if not value.is_finite() or value <= 0:
        fail(f"{text[:40]!r} is no weight: write 120LB or 54.5KG.", WRONG_USAGE)
    return value, unit


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(
            f"{text[:40]!r} is no time: write 2026-01-31T17:30, or with its zone 2026-01-31T17:30-05:00.",
            WRONG_USAGE,
        )
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@ship.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns: docs/reference/csv.md.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would come of it; book nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Goods have left, as a CSV file says.

    All of it is booked, or nothing. The same key with the same content again is no second shipment.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping.ship_imports import import_ships

    here: Here = ctx.obj
    content = _read(file)
    with here.desk() as desk:
        report = import_ships(desk, partners_of(here, desk.conn), content, file.name, dry_run=dry_run)
    if json:
        print_json(report)
    elif report.problems:
        _tell(report.problems)
        sentence(
            f"{file.name}: {len(report.problems)} problem{'s' * (len(report.problems) != 1)}; nothing was booked."
        )
    else:
        for each in report.shipments:
            what = (
                f"shipment {each.number}"
                if each.number and not dry_run
                else "it left"
                if each.number
                else "nothing left"
            )
            sentence(f"{each.key}: {what}{' (known already)' if each.again else ''}.")
        verb = "would be" if dry_run else "were"
        sentence(f"{file.name}: {sum(not s.again for s in report.shipments)} {verb} booked.")
    if report.problems:
        raise SystemExit(FOUND_ERRORS)


@ship.command()
def pick(ctx: typer.Context, number: ReleaseArgument) -> None:
    """The goods of a release are taken from the shelf."""
    from edi_gateway.commands.shipping import packing

    here: Here = ctx.obj
    with here.desk() as desk:
        packing.pick(desk, number)
    sentence(f"{number} is picked.")


@ship.command()
def unpick(ctx: typer.Context, number: ReleaseArgument) -> None:
    """The goods of a release lie on the shelf again, in no carton."""
    from edi_gateway.commands.shipping import packing

    here: Here = ctx.obj
    with here.desk() as desk:
        packing.unpick(desk, number)
    sentence(f"{number} is on the shelf again.")


@ship.command()
def pack(
    ctx: typer.Context,
    number: ReleaseArgument,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE.csv", help="What lies in which carton: docs/reference/csv.md."),
    ] = None,
    cartons: Annotated[int | None, typer.Option(min=1, help="So many; else a carton a case.")] = None,
    pallets: Annotated[
        int | None, typer.Option(min=1, help="They stand on so many (without --file, which names its own).")
    ] = None,
) -> None:
    """The goods of a release lie in cartons; they get their numbers."""
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.shipping import packing, ship_imports
    from edi_gateway.commands.shipping.making_shipments import Packing

    here: Here = ctx.obj
    if file is not None and (cartons or pallets):
        fail(
            "The file says which cartons there are and on which pallets: leave --cartons and --pallets out.",
            WRONG_USAGE,
        )
    problems: Sequence[Problem] = ()
    content = None if file is None else _read(file)
    with here.desk() as desk:
        live = partners_of(here, desk.conn)
        if file is not None and content is not None:
            problems, count = ship_imports.pack_from(desk, live, number, content, file.name)
        else:
            how = Packing("count" if cartons else "case", cartons or 0, pallets=pallets or 0)
            count = len(packing.pack(desk, live, number, packing=how))
    if problems:
        _tell(problems)
        raise SystemExit(FOUND_ERRORS)
    sentence(
        f"{number} is packed: {count} cartons and pallets. `releases show {number}` shows their numbers."
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems:
        where = f"row {problem.row}" + (f", column {problem.column}" if problem.column else "")
        value = f" ({problem.value!r})" if problem.value is not None else ""
        screen.print(f"  [red]{where}[/red]", end="")
        screen.print(f"{value}: {problem.problem}", markup=False)


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only this buyer's.")] = None,
    site: Annotated[str | None, typer.Option(help="Only from this site.")] = None,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(_STATES)}.")] = None,
    po: Annotated[str | None, typer.Option("--po", help="Only with goods of this PO number.")] = None,
    bol: Annotated[str | None, typer.Option(help="Only on this bill of lading.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="Left on this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Left on this day or before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List shipments, the newest first."""
    from edi_gateway.reports.goods import shipping

    here: Here = ctx.obj
    wanted = word(state, "--state", _STATES)
    with here.reading() as conn:
        found = shipping.list_shipments(
            conn,
            partner=partner,
            site=site,
            state=wanted,
            po=po,
            bol=bol,
            since=_day(since),
            until=_day(until),
            limit=limit,
        )
    tell(
        found,
        shipping.ShipmentRow,
        "There are no such shipments.",
        json=json,
        csv=csv,
        xlsx=xlsx,
        spare=("test", "store", "notice due at", "pro", "expected on", "packages", "ship to"),
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@group.command()
def show(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="SHIPMENT", help="Its number, as in `shipments list`.")],
    json: JsonOption = False,
) -> None:
    """Show a shipment: what left, how, and in which cartons."""
    from edi_gateway.reports.goods import shipping

    here: Here = ctx.obj
    with here.reading() as conn:
        found = shipping.shipment(conn, number)
    if found is None:
        fail(f"There is no shipment {number}. `shipments list` shows them.", WRONG_USAGE)
    if json:
        print_json(found)
        return
    row = found.shipment
    say(f"[bold]Shipment {escape(row.number)}[/bold]  {row.state.lower()}")
    sentence(
        f"PO {row.orders} of {row.partner}, from {row.site or 'stock'} to {row.ship_to or 'its consumer'}."
    )
    how = [
        f"{name} {shown(value)}"
        for name, value in (
            *(("carrier", row.carrier), ("PRO", row.pro), ("BOL", row.bol), ("trailer", found.trailer)),
            *(("seal", found.seal), ("packages", row.packages), ("pallets", found.pallets)),
        )
        if value is not None
    ]
    if found.weight is not None:
        how.append(f"{shown(found.weight)} {found.weight_unit or ''}".strip())
    sentence(f"It left at {shown(row.shipped_at)} UTC" + (f"; {', '.join(how)}." if how else "."))
    due = f", due {shown(row.notice_due_at)} UTC" if row.notice_due_at else ""
    sentence(f"Ship notice: {row.notice_state.lower()}{due}. Invoice: {row.invoice_state.lower()}.")
    print_table(
        "",
        ("order", "line", "store", "item", "quantity", "", "kind"),
        ((p.order, p.line, p.store, p.sku, p.quantity, p.unit, p.kind) for p in found.parts),
        "It was taken back; nothing of it counts.",
    )
    if found.units:
        screen.print()
        print_units(found.units)

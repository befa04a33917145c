"""`purge`: personal data of orders erased, on request or by age; a preview unless --yes is said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import JsonOption
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, screen, sentence, shown

if TYPE_CHECKING:
    from edi_gateway.commands.privacy.erasing import Erasure

_AT_ONCE = 200


@app.command()
def purge(
    ctx: typer.Context,
    order: Annotated[
        list[str] | None, typer.Argument(metavar="[ORDER]...", help="Orders, by PO number or our own.")
    ] = None,
    older_than: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS", help="Those that ended so long ago, of partners that sell to consumers.", min=1
        ),
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Only this partner's.")] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; needed with --yes.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only shown.")] = False,
    json: JsonOption = False,
) -> None:
    """Erase personal data of orders that are at their end.

    Names, addresses, telephones and free text.

    Without an ORDER or --older-than it tells how long what is kept, and what was erased. With one it shows what would
    be erased, and what stays and why; --yes does it. Hashes, numbers, quantities and money stay, and the audit says who
    erased what. Files outside the database (posted orders, archives of partners, backups) are yours.
    """
    from edi_gateway.cli.book.orders import order_id
    from edi_gateway.commands.privacy import erasing
    from edi_gateway.flow.live import LivePartners
    from edi_gateway.store.privacy import traces

    here: Here = ctx.obj
    if order and older_than is not None:
        fail("Say either which ORDERs, or --older-than DAYS.", WRONG_USAGE)
    if not order and older_than is None:
        _tell_kept(here, json)
        return
    if yes and not why.strip():
        fail("--yes needs --why.", WRONG_USAGE)
    keep = timedelta(days=here.settings.retention.invoice_days)
    if older_than is None:
        wanted = [order_id(here, each, partner) for each in order or ()]
    else:
        before = here.clock() - timedelta(days=older_than)
        with here.reading() as conn:
            live = LivePartners()
            live.refresh(conn)
            sell = erasing.consumer_partners(one.profile for one in live.all())
            chosen = [key for key in sell if partner in (None, key)]
            wanted = traces.ended_before(conn, chosen, before, _AT_ONCE)
    done: list[Erasure] = []
    for each in wanted:
        with here.desk() as desk:
            done.append(erasing.erase(desk, each, why, keep) if yes else erasing.preview(desk, each, keep))
    if json:
        for one in done:
            print_json(one)
        return
    print_table(
        "Erased" if yes else "Would be erased",
        ("PO", "order", "sets", "segments", "snapshots", "texts", "stays"),
        (
            (one.po_number, one.number, one.sets, one.segments, one.snapshots, one.texts, "; ".join(one.left))
            for one in done
        ),
        "There is nothing to erase.",
    )
    if done and not yes:
        screen.print("\nNothing was changed. Say it again with --why and --yes.")
    elif len(done) == _AT_ONCE:
        sentence(f"That were {_AT_ONCE}; there may be more: say it again.")


def _tell_kept(here: Here, json: bool) -> None:
    """How long what is kept, and what was erased: the twin of the page "Retention"."""
    from edi_gateway.commands.privacy import erasing
    from edi_gateway.flow.live import LivePartners
    from edi_gateway.reports import privacy

    periods = here.settings.retention
    with here.reading() as conn:
        live = LivePartners()
        live.refresh(conn)
        sell = erasing.consumer_partners(one.profile for one in live.all())
        kept, found = privacy.kept(conn, sell), privacy.erased(conn)
    if json:
        print_json(
            {"retention": periods.model_dump(), "consumers": sorted(sell), "kept": kept, "erased": found}
        )
        return
    personal = (
        f"{periods.personal_days} days after an order's end" if periods.personal_days else "until asked for"
    )
    sentence(f"Bytes are kept {periods.bytes_days} days; the oldest are of {shown(kept.oldest) or 'no day'}.")
    sentence(
        f"Invoices are kept at least {periods.invoice_days} days, personal data of consumers {personal}."
    )
    sentence(
        f"Partners that sell to consumers: {', '.join(sorted(sell)) or 'none'}; "
        f"{kept.consumers} of their orders hold personal data, {kept.erased} orders were erased."
    )
    print_table(
        "Erased",
        ("order", "PO", "partner", "at", "by", "why", "whole"),
        ((e.number, e.po_number, e.partner, e.at, e.by, e.why, e.complete) for e in found),
        "Nothing was erased yet.",
    )

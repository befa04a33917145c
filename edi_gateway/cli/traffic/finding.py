"""`documents find` and `documents index`: any document by its numbers, days and words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, JsonOption, XlsxOption, tell
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import complain, print_table, remark, sentence
from edi_gateway.cli.traffic.documents import PartnerOption, documents_group, print_documents

DAY = ["%Y-%m-%d"]


@documents_group.command()
def find(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]...",
            help="Words of references, names and descriptions; `kestrel*` for all that begin so.",
        ),
    ] = None,
    control: Annotated[
        str | None,
        typer.Option(help="This ISA13, GS06 or ST02; also of what an acknowledgment speaks of."),
    ] = None,
    po: Annotated[str | None, typer.Option("--po", help="This PO number, theirs or our order's.")] = None,
    item: Annotated[str | None, typer.Option(help="This item: our SKU or their number of it.")] = None,
    partner: PartnerOption = None,
    set_code: Annotated[str | None, typer.Option("--set", help="Only this set, e.g. 850.")] = None,
    direction: Annotated[str | None, typer.Option(help="`in` or `out`.")] = None,
    state: Annotated[str | None, typer.Option(help="Only in this state, e.g. REJECTED; or REFUSED.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only of this day (2026-03-02, UTC) or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only of this day (UTC) or before.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DOCUMENT", help="Only older ones: the next page of a list.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """Find documents, the newest first.

    All that is given must hold. Words are found whole, in any case of letters.
    """
    from edi_gateway.reports.traffic import search
    from edi_gateway.reports.traffic.documents import DocumentRow
    from edi_gateway.store.traffic.documents import STATES

    here: Here = ctx.obj
    way = word(direction, "--direction", STATES)
    states = dict.fromkeys(one for each in ([way] if way else STATES) for one in STATES[each])
    wanted = search.Wanted(
        text=" ".join(text) if text else None,
        control=control,
        po_number=po,
        item=item,
        partner=partner,
        set_code=set_code,
        direction=way,
        state=word(state, "--state", (*states, search.REFUSED)),
        since=since.date() if since else None,
        until=until.date() if until else None,
        before=None if before is None else row_id(before, "document"),
        limit=limit,
    )
    with here.reading() as conn:
        found = search.find(conn, wanted)
    if json or csv or xlsx is not None:
        tell(found.documents, DocumentRow, "", json=json, csv=csv, xlsx=xlsx)
    else:
        print_documents(found.documents, "No such documents.")
        if found.more:
            remark(f"Older ones are there: --before {short(found.documents[-1].document_id)} shows the next.")
    if found.unsearched:
        complain(
            f"{found.unsearched} new documents or more are not in the index yet and were not looked through: "
            "`documents index` does it now."
        )


@documents_group.command()
def index(ctx: typer.Context) -> None:
    """Bring the index of words up to now.

    The daemon does it by itself while nothing waits; this is for after an upgrade, or without a daemon.
    """
    from edi_gateway.cli.composition import compose
    from edi_gateway.flow import words

    here: Here = ctx.obj
    works = compose(here).works
    done = 0
    while some := words.fill(works):
        done += some
    done += words.catch_up(works)
    sentence(f"{done} documents and transmissions were indexed.")


@documents_group.command()
def interchanges(
    ctx: typer.Context,
    direction: Annotated[str, typer.Option(help="`in` or `out`.")] = "in",
    control: Annotated[str, typer.Option(help="Only this ISA13.")] = "",
    partner: PartnerOption = None,
    state: Annotated[
        str | None, typer.Option(help="In: DONE, REJECTED, QUARANTINED, DUPLICATE. Out: READY, SENT, FAILED.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only of this day (UTC) or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only of this day (UTC) or before.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List interchanges that came or went, the newest first."""
    from edi_gateway.reports.traffic import interchanges

    here: Here = ctx.obj
    out = word(direction, "--direction", ("in", "out")) == "out"
    known = word(state, "--state", interchanges.WENT if out else interchanges.CAME) or ""
    read = interchanges.went if out else interchanges.came
    with here.reading() as conn:
        found = read(
            conn,
            control=control,
            partner=partner or "",
            state=known,
            since=since.date() if since else None,
            until=until.date() if until else None,
            limit=limit,
        )
    if json or csv or xlsx is not None:
        tell(found, interchanges.InterchangeRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Interchanges",
        ("interchange", "when", "partner", "from", "to", "control", "file", "sets", "state", "997", "test"),
        (
            (
                short(i.interchange_id),
                i.at,
                i.partner,
                i.sender,
                i.receiver,
                i.control,
                i.name,
                i.sets,
                i.state,
                i.acknowledged,
                i.test,
            )
            for i in found
        ),
        "No such interchanges.",
        spare=("to", "from", "997", "when"),
    )

"""`documents` and `transmissions`: what came in and went out, its bytes, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.exports import CsvOption, XlsxOption
from edi_gateway.cli.exports import tell as tell_rows
from edi_gateway.cli.names import row_id, short, word
from edi_gateway.cli.output import (
    WRONG_USAGE,
    Cut,
    fail,
    plain,
    print_json,
    print_table,
    say,
    screen,
    sentence,
    write,
)
from edi_gateway.cli.telling import mark
from edi_gateway.cli.triage import anatomy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from edi_gateway.reports.traffic.documents import DocumentRow, DocumentView

documents_group = typer.Typer(no_args_is_help=True, help="Transaction sets that came in and went out.")
transmissions_group = typer.Typer(no_args_is_help=True, help="Interchanges that went or go out.")
app.add_typer(documents_group, name="documents")
app.add_typer(transmissions_group, name="transmissions")

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DocumentArgument = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="The document's id, as in the list.")
]
TransmissionArgument = Annotated[
    str, typer.Argument(metavar="TRANSMISSION", help="The transmission's id, as in the list.")
]
PartnerOption = Annotated[str | None, typer.Option(help="Only this partner's.")]


@documents_group.command("list")
def list_documents(
    ctx: typer.Context,
    partner: PartnerOption = None,
    set_code: Annotated[str | None, typer.Option("--set", help="Only this set, e.g. 850.")] = None,
    direction: Annotated[str | None, typer.Option(help="`in` or `out`.")] = None,
    state: Annotated[str | None, typer.Option(help="Only in this state, e.g. REJECTED.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List documents, the newest first."""
    from edi_gateway.reports.traffic import documents
    from edi_gateway.store.traffic.documents import STATES

    here: Here = ctx.obj
    way = word(direction, "--direction", STATES)
    states = dict.fromkeys(one for each in ([way] if way else STATES) for one in STATES[each])
    with here.reading() as conn:
        found = documents.list_documents(
            conn,
            partner=partner,
            set_code=set_code,
            direction=way,
            state=word(state, "--state", states),
            limit=limit,
        )
    if json:
        for row in found:
            print_json(row)
        return
    print_documents(found, "No documents.")


def print_documents(found: Iterable[DocumentRow], nothing: str) -> None:
    """Documents as a table."""
    print_table(
        "Documents",
        ("document", "when", "", "set", "partner", "PO", "controls", "state", "ack", "test"),
        (
            (
                short(d.document_id),
                d.created_at,
                "→ in" if d.direction == "in" else "out →",
                d.set_code,
                d.partner,
                d.po_number,
                "/".join(filter(None, (d.interchange_control, d.group_control, d.control))),
                d.state,
                d.status,
                d.test,
            )
            for d in found
        ),
        nothing,
        spare=("controls", "ack", "partner"),
    )


@documents_group.command("show")
def show_document(
    ctx: typer.Context,
    document: DocumentArgument,
    json: JsonOption = False,
    marked: anatomy.MarkedOption = False,
    begin: anatomy.FromOption = None,
    segment: anatomy.SegmentOption = None,
    tree: anatomy.TreeOption = False,
    lineage: anatomy.LineageOption = False,
    compare: anatomy.CompareOption = False,
    timeline: anatomy.TimelineOption = False,
    second_opinion: anatomy.SecondOpinionOption = False,
) -> None:
    """Show one document: its way, its state, what was found in it.

    The options show the document itself, each in another way, as those of `cases show` do.
    """
    from edi_gateway.reports.traffic import documents

    here: Here = ctx.obj
    parts = anatomy.Parts(marked, begin, segment, tree, lineage, compare, timeline, second_opinion)
    with here.reading() as conn:
        view = documents.show_document(conn, row_id(document, "document"))
        look = anatomy.look_at(conn, document_id=row_id(document, "document"))
        if view is None or look is None:
            fail(f"There is no document {document}.", WRONG_USAGE)
        if json:
            print_json(plain(view) | anatomy.as_json(look, parts))
            return
        cut = cut_of(conn, view.document.receipt_id)
        _tell(view)
        anatomy.tell(look, parts, cut)


def cut_of(conn: Connection, receipt_id: int | None) -> Cut | None:
    """Gives the bytes of a receipt between two offsets, for marking them."""
    from edi_gateway.reports.traffic import raw

    if receipt_id is None:
        return None
    return lambda start, end: raw.receipt_bytes(conn, receipt_id, start, max(0, end - start))


def _tell(view: DocumentView) -> None:
    d = view.document
    way = "from" if d.direction == "in" else "to"
    screen.print(
        f"[bold]{escape(d.set_code)} {escape(d.control or '')}[/bold] {way} "
        f"{escape(d.partner or 'nobody known')}: {d.state}{mark(d.test)}"
    )
    facts = {
        "file": view.receipt_name,
        "interchange": d.interchange_control,
        "group": d.group_control,
        "version": d.version,
        "their verdict" if d.direction == "out" else "our verdict": d.status,
        "PO": d.po_number,
        "order": short(d.order_id),
        "transmission": short(d.transmission_id),
        "answers": short(view.answers_document_id),
        "published": view.snapshot,
    }
    for name, value in facts.items():
        if value:
            screen.print(f"  {name:14}{value}", markup=False)


@documents_group.command()
def raw(
    ctx: typer.Context,
    document: DocumentArgument,
    file: Annotated[bool, typer.Option("--file", help="The whole file that it came or went in.")] = False,
) -> None:
    """Print the bytes of a document as they came or went."""
    from edi_gateway.reports.traffic import raw

    here: Here = ctx.obj
    read = raw.file_of_document if file else raw.document_bytes
    with here.reading() as conn:
        content = read(conn, row_id(document, "document"))
    if content is None:
        fail(f"There are no bytes of a document {document}.", WRONG_USAGE)
    write(content)


@documents_group.command("resend")
def resend_document(ctx: typer.Context, document: DocumentArgument) -> None:
    """Send the file that bore it again: the same bytes."""
    from edi_gateway.commands.triage import documents

    here: Here = ctx.obj
    with here.desk() as desk:
        documents.resend(desk, row_id(document, "document"))
    screen.print("It goes out again with the next `run --once` or by the daemon.")


@transmissions_group.command("list")
def list_transmissions(
    ctx: typer.Context,
    partner: PartnerOption = None,
    state: Annotated[str | None, typer.Option(help="READY, SENT, FAILED or CANCELLED.")] = None,
    ack: Annotated[str | None, typer.Option(help="AWAITED, ACCEPTED, REJECTED or OVERDUE.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
    csv: CsvOption = False,
    xlsx: XlsxOption = None,
) -> None:
    """List transmissions, the newest first."""
    from edi_gateway.reports.traffic import documents

    here: Here = ctx.obj
    with here.reading() as conn:
        found = documents.list_transmissions(
            conn,
            partner=partner,
            state=word(state, "--state", ("READY", "SENT", "FAILED", "CANCELLED")),
            ack_state=word(ack, "--ack", ("NONE", "AWAITED", "ACCEPTED", "REJECTED", "OVERDUE")),
            limit=limit,
        )
    if json or csv or xlsx is not None:
        tell_rows(found, documents.TransmissionRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "Transmissions",
        (
            "transmission",
            "made",
            "partner",
            "control",
            "sets",
            "file",
            "bytes",
            "state",
            "sent",
            "997",
            "AS2",
            "test",
        ),
        (
            (
                short(t.transmission_id),
                t.created_at,
                t.partner,
                t.control,
                t.sets,
                t.name,
                t.size,
                t.state,
                t.sent_at,
                t.ack_state,
                t.as2,
                t.test,
            )
            for t in found
        ),
        "No transmissions.",
        spare=("bytes", "made", "control", "sent"),
    )
    for t in found:
        if t.last_error and t.state != "SENT":
            say(f"[red]{short(t.transmission_id)}:[/red] {escape(t.last_error)}", 0, 2)


@transmissions_group.command("show")
def show_transmission(
    ctx: typer.Context,
    transmission: TransmissionArgument,
    json: JsonOption = False,
    raw: Annotated[bool, typer.Option("--raw", help="Its bytes, to standard output.")] = False,
    receipts: Annotated[
        bool, typer.Option("--receipts", help="AS2: its receipts as they came, to standard output.")
    ] = False,
) -> None:
    """Show one transmission, its documents, its AS2 messages.

    An id of `transmissions incoming` shows that message, one of `transmissions receipts` with --receipts that receipt.
    """
    from edi_gateway.cli.traffic import as2_telling
    from edi_gateway.reports.traffic import as2, documents

    here: Here = ctx.obj
    wanted = row_id(transmission, "transmission")
    with here.reading() as conn:
        found = documents.list_transmissions(conn, transmission_id=wanted)
        inside = documents.list_documents(conn, transmission_id=wanted, limit=10_000)
        content = documents.transmission_bytes(conn, wanted) if raw else None
        messages = as2.of_transmission(conn, wanted)
        came = None if found else as2.message(conn, wanted)
        messages = [came] if came is not None else messages
        if receipts:
            content = as2.raw_receipts(conn, [each.as2_message_id for each in messages])
            content = content or as2.raw_receipt(conn, wanted)
    if came is not None and not receipts:
        print_json({"as2": [came]}) if json else as2_telling.tell(came)
        return
    if receipts and (messages or content):
        write(content or b"")
        return
    if not found:
        fail(f"There is no transmission {transmission}.", WRONG_USAGE)
    if raw:
        write(content or b"")
        return
    if json:
        print_json({"transmission": found[0], "documents": inside, "as2": messages})
        return
    t = found[0]
    screen.print(
        f"[bold]{escape(t.name)}[/bold] to {escape(t.partner)}: {t.state}, {t.size} bytes, interchange {t.control}"
        f"{mark(t.test)}"
    )
    if t.last_error:
        screen.print(f"  last error: {t.last_error}", markup=False)
    for d in inside:
        screen.print(f"  {d.set_code} {d.control}  {d.po_number or ''}  {d.state}", markup=False)
    for each in messages:
        as2_telling.tell(each)


@transmissions_group.command("incoming")
def list_incoming(
    ctx: typer.Context,
    partner: PartnerOption = None,
    state: Annotated[str | None, typer.Option(help="TAKEN, DUPLICATE or REFUSED.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List AS2 messages that came, the newest first."""
    from edi_gateway.reports.traffic import as2
    from edi_gateway.store.traffic.as2 import IN_STATES

    here: Here = ctx.obj
    with here.reading() as conn:
        found = as2.list_incoming(conn, partner=partner, state=word(state, "--state", IN_STATES), limit=limit)
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        "AS2 messages that came",
        ("message", "when", "partner", "state", "answered", "as", "bytes", "from", "Message-ID"),
        (
            (
                short(m.as2_message_id),
                m.created_at,
                m.partner,
                m.state,
                m.disposition,
                m.layers,
                m.size,
                m.peer,
                m.message_id,
            )
            for m in found
        ),
        "No AS2 messages.",
        spare=("Message-ID", "as", "bytes", "from"),
    )
    for m in found:
        if m.problem and m.state != "TAKEN":
            say(f"[red]{short(m.as2_message_id)}:[/red] {escape(m.problem)}", 0, 2)


@transmissions_group.command("receipts")
def list_receipts(
    ctx: typer.Context,
    partner: PartnerOption = None,
    state: Annotated[
        str | None,
        typer.Option(help="SETTLES, REFUSES, INVALID, UNMATCHED (theirs); ANSWERED, READY, SENT, FAILED."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List AS2 receipts that came and went, the newest first."""
    from edi_gateway.reports.traffic import as2
    from edi_gateway.store.traffic.as2 import RECEIPT_STATES

    here: Here = ctx.obj
    with here.reading() as conn:
        wanted = word(state, "--state", RECEIPT_STATES)
        found = as2.list_receipts(conn, partner=partner, state=wanted, limit=limit)
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        "AS2 receipts",
        ("receipt", "when", "partner", "whose", "state", "disposition", "signed by", "for"),
        (
            (
                short(r.receipt_id),
                r.at,
                r.partner,
                "theirs" if r.direction == "in" else "ours",
                r.state,
                r.disposition,
                r.signer_serial,
                r.original_message_id,
            )
            for r in found
        ),
        "No AS2 receipts.",
        spare=("for", "signed by"),
    )
    for r in found:
        if r.problem:
            say(f"[red]{short(r.receipt_id)}:[/red] {escape(r.problem)}", 0, 2)


@transmissions_group.command("send")
def send_files(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="A published partner's key.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Each goes under its own name.")],
) -> None:
    """Send a file to a partner as it is.

    Several go to a partner on AS2 as one message.

    For what a partner wants for a test, or what was made elsewhere.
    """
    from edi_gateway.cli.composition import partners_of
    from edi_gateway.commands.triage import documents
    from edi_gateway.transport.listing import outbound_name

    here: Here = ctx.obj
    for file in files:
        if not file.is_file():
            fail(f"There is no file {file}.", WRONG_USAGE)
        outbound_name(file.name)
    with here.desk() as desk:
        profile = partners_of(here, desk.conn).profile(partner)
        if profile is None:
            fail(f"No partner {partner[:40]!r} is published.", WRONG_USAGE)
        made = documents.send_files(desk, profile, [(file.name, file.read_bytes()) for file in files])
    sentence(f"Transmission {short(made)} goes out with the next `run --once` or by the daemon.")


@transmissions_group.command("resend")
def resend_transmission(ctx: typer.Context, transmission: TransmissionArgument) -> None:
    """Send it again: the same bytes, the same numbers."""
    from edi_gateway.commands.triage import documents

    here: Here = ctx.obj
    with here.desk() as desk:
        documents.resend_transmission(desk, row_id(transmission, "transmission"))
    screen.print("It goes out again with the next `run --once` or by the daemon.")


@transmissions_group.command("cancel")
def cancel_transmission(
    ctx: typer.Context,
    transmission: TransmissionArgument,
    why: Annotated[str, typer.Option("--why", help="The reason.")],
) -> None:
    """Do not send it any more.

    What it held is not made again by itself. One that went before stays as it went.
    """
    from edi_gateway.commands.triage import documents

    here: Here = ctx.obj
    wanted = row_id(transmission, "transmission")
    with here.desk() as desk:
        ended = documents.cancel_transmission(desk, wanted, why)
    sentence(f"Transmission {short(wanted)} will not be sent{'' if ended else ' again'}.")

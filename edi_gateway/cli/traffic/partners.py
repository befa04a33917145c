"""`partners`: who we exchange documents with; their files checked, published, paused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import short
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    fail,
    plain,
    print_finding,
    print_json,
    print_table,
    say,
    screen,
    sentence,
    shown,
)

if TYPE_CHECKING:
    from edi_gateway.commands.partners.proposals import Folders
    from edi_gateway.partners.registry import LoadedPartner
    from edi_gateway.reports.partners.health import PartnerRow

group = typer.Typer(no_args_is_help=True, help="Who we exchange documents with.")
app.add_typer(group, name="partners")

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
KeyArgument = Annotated[str, typer.Argument(metavar="PARTNER", help="The name of the partner's folder.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    trouble: Annotated[bool, typer.Option("--trouble", help="Only those with something wrong.")] = False,
    json: JsonOption = False,
) -> None:
    """List partners: their files, what is live, how they do.

    Sets that came and were refused are those of the last seven days.
    """
    from edi_gateway.commands.partners.drafts import check_all
    from edi_gateway.reports.partners.health import list_partners

    here: Here = ctx.obj
    with here.reading() as conn:
        live = {row.partner: row for row in list_partners(conn, here.clock())}
    rows: list[dict[str, Any]] = []
    drafts = {loaded.key: loaded for loaded in check_all(here.partners_folder, here.mappings_folder)}
    for key in sorted({*drafts, *live}):
        loaded, known = drafts.get(key), live.get(key)
        profile = loaded.profile if loaded else None
        rows.append(
            {
                "partner": key,
                "name": profile.name if profile else known.name if known else None,
                "address": f"{profile.them.qualifier}/{profile.them.id}" if profile else None,
                "connection": profile.connection.kind if profile else None,
                "test": profile.test if profile else None,
                "files": _files(loaded, known),
                "published": known.hash[:12] if known else None,
                "version": known.version if known else None,
                "proposed": known.proposed if known else 0,
                "paused": known is not None and known.paused_why is not None,
                "looked_at": known.looked_at if known else None,
                "received_at": known.received_at if known else None,
                "sent_at": known.sent_at if known else None,
                "sets": known.sets if known else 0,
                "refused": known.refused if known else 0,
                "open_cases": known.open_cases if known else 0,
                "acks_overdue": known.acks_overdue if known else 0,
                "undelivered": known.undelivered if known else 0,
                "certificate": known.certificate if known else None,
                "last_error": known.last_error if known else None,
                "troubles": known.troubles if known else (),
            }
        )
    if trouble:
        rows = [row for row in rows if row["troubles"]]
    if json:
        for row in rows:
            print_json(row)
        return
    columns = (
        *("partner", "name", "address", "connection", "test", "files", "version", "paused", "received_at"),
        *("sets", "refused", "open_cases"),
    )
    print_table(
        "Partners",
        tuple(column.replace("_", " ") for column in columns),
        (tuple(row[column] or "" for column in columns) for row in rows),
        "No partner is in trouble."
        if trouble
        else f"No partners in {here.partners_folder}. `partners new` writes the files of one.",
        spare=("name", "connection", "address", "sets", "refused", "received at"),
    )
    for row in rows:
        for told in row["troubles"]:
            say(f"[yellow]{escape(str(row['partner']))}:[/yellow] {escape(told)}", 0, 2)


def _files(loaded: LoadedPartner | None, known: PartnerRow | None) -> str:
    if loaded is None:
        return "missing"
    if not loaded.valid:
        return "mistakes"
    return "rolled back" if known is not None and known.held_back else "valid"


@group.command()
def show(ctx: typer.Context, partner: KeyArgument, json: JsonOption = False) -> None:
    """Show one partner: how it does, and its live profile.

    With what is proposed, and its versions.
    """
    from edi_gateway.reports.partners import health
    from edi_gateway.reports.partners.versions import list_versions
    from edi_gateway.reports.traffic.search import Wanted, find
    from edi_gateway.store import versions

    here: Here = ctx.obj
    with here.reading() as conn:
        known = {row.partner: row for row in health.list_partners(conn, here.clock())}.get(partner)
        if known is None:
            fail(f"{partner} is not published.")
        profile = health.profile_of(conn, partner)
        proposed = versions.proposals(conn, partner)
        found = list_versions(conn, partner, limit=5)
        traffic = find(conn, Wanted(partner=partner, limit=10)).documents
    if json:
        more = {"profile": dict(profile), "proposals": proposed, "versions": found, "traffic": traffic}
        print_json({**plain(known), **more})
        return
    sentence(f"{known.name} ({partner}), version {known.version} since {shown(known.live_since)}")
    for trouble in known.troubles:
        say(f"[yellow]{escape(trouble)}[/yellow]", 2, 2)
    came = f"last {shown(known.received_at)}" if known.received_at else "nothing yet"
    went = f"last {shown(known.sent_at)}" if known.sent_at else "nothing lately"
    sentence(
        f"Came: {came}, {known.sets} sets in 7 days, {known.refused} refused. Went: {went}, {known.documents} "
        f"documents. {known.open_cases} cases are open."
    )
    print_table(
        "Last traffic",
        ("document", "when", "", "set", "about", "state", "ack"),
        (
            (
                short(d.document_id),
                d.created_at,
                d.direction,
                d.set_code,
                d.po_number or d.business_key,
                d.state,
                d.status,
            )
            for d in traffic
        ),
        "Nothing has come from them or gone to them.",
    )
    print_table("Live profile", ("key", "value"), profile, "")
    for each in proposed:
        sentence(f"Proposed by {each.by}: {each.file}: {each.why}")
    print_table(
        "Versions",
        ("version", "at", "by", "changes", "why"),
        ((row.version, row.at, row.by, row.changes or "", row.why) for row in found),
        "",
    )


@group.command()
def check(
    ctx: typer.Context,
    partner: Annotated[
        str | None, typer.Argument(metavar="[PARTNER]", help="One partner; all when left out.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Find every mistake in the files, with line and reason."""
    here: Here = ctx.obj
    loaded = _loaded(here, partner)
    if not loaded:
        fail(
            f"There are no partners in {here.partners_folder}. `partners new` writes the files of one.",
            WRONG_USAGE,
        )
    for one in loaded:
        if json:
            print_json(
                {"partner": one.key, "valid": one.valid, "findings": [f.as_json() for f in one.findings]}
            )
            continue
        mark = "[green]valid[/green]" if one.valid else "[red]holds mistakes[/red]"
        screen.print(f"[bold]{escape(one.key)}[/bold]: {mark}")
        for finding in one.findings:
            print_finding(finding)
    if not all(one.valid for one in loaded):
        raise typer.Exit(FOUND_ERRORS)


def folders_of(here: Here) -> Folders:
    """Where the drafts of this working folder lie."""
    from edi_gateway.commands.partners.proposals import Folders

    return Folders(here.partners_folder, here.mappings_folder)


def _loaded(here: Here, partner: str | None) -> list[LoadedPartner]:
    from edi_gateway.commands.partners import drafts

    if partner is None:
        return drafts.check_all(here.partners_folder, here.mappings_folder)
    folder = here.partners_folder / partner
    if not folder.is_dir():
        fail(f"There is no folder {folder}.", WRONG_USAGE)
    return [drafts.check(folder, here.mappings_folder)]


@group.command()
def new(
    ctx: typer.Context,
    partner: KeyArgument,
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    them: Annotated[str | None, typer.Option(help="Their interchange address: QUALIFIER/ID.")] = None,
    us: Annotated[str | None, typer.Option(help="Ours, as they use it: QUALIFIER/ID.")] = None,
    customer: Annotated[str | None, typer.Option(help="Which customer of our books they are.")] = None,
    version: Annotated[
        str | None, typer.Option(help="GS08 of their 850: 004010, 005010, 004010VICS ...")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Their time zone, e.g. America/Chicago.")] = None,
    sftp: Annotated[
        str | None, typer.Option(help="USER@HOST[:PORT] of their server; else a directory.")
    ] = None,
    host_key: Annotated[
        str | None, typer.Option(help="The server's key, as `ssh-keyscan` prints it.")
    ] = None,
    as2: Annotated[str | None, typer.Option(help="URL of their AS2 server; else a directory.")] = None,
    as2_them: Annotated[
        str | None, typer.Option(help="AS2: their identifier, blanks and capitals too.")
    ] = None,
    as2_us: Annotated[str | None, typer.Option(help="AS2: our identifier, as agreed with them.")] = None,
) -> None:
    """Ask about a new partner and write its profile.

    What is given as an option is not asked.
    """
    from edi_gateway.partners.template import Answers
    from edi_gateway.partners.template import new as profile_text

    here: Here = ctx.obj
    here.require_home()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", partner):
        fail("A partner's key has small letters, digits, - and _ only, such as acme-foods.", WRONG_USAGE)
    folder = here.partners_folder / partner
    if folder.exists():
        fail(f"{folder} is there already.", WRONG_USAGE)
    if sftp is not None and as2 is not None:
        fail("They are reached by --sftp or by --as2; give one.", WRONG_USAGE)
    name = name or typer.prompt("Their name")
    them_qualifier, them_id = _address(
        them or typer.prompt("Their interchange address (ISA05/ISA06), e.g. ZZ/ACME")
    )
    us_qualifier, us_id = _address(
        us or typer.prompt("Our address as they use it (ISA07/ISA08), e.g. ZZ/SELLER")
    )
    if customer is None:
        customer = typer.prompt(
            "Our customer number for them (empty: unknown yet)", default="", show_default=False
        )
    connection: dict[str, str | int] = {}
    if sftp is not None:
        connection = _sftp(sftp, host_key or typer.prompt("The server's host key, e.g. ssh-ed25519 AAAA..."))
    elif as2 is not None:
        connection = {
            "us": as2_us or typer.prompt("Our AS2 identifier", default=us_id),
            "them": as2_them or typer.prompt("Their AS2 identifier", default=them_id),
            "url": as2,
        }
    answers = Answers(
        name=name,
        them_qualifier=them_qualifier,
        them_id=them_id,
        us_qualifier=us_qualifier,
        us_id=us_id,
        customer=customer or None,
        kind="sftp" if sftp else "as2" if as2 else "directory",
        connection=connection,
        version=version or typer.prompt("Version of their 850 (GS08)", default="004010"),
        zone=zone or typer.prompt("Their time zone", default="UTC"),
    )
    folder.mkdir(parents=True)
    (folder / "partner.toml").write_text(profile_text(partner, answers), "utf-8")
    sentence(f"Wrote {folder / 'partner.toml'}. It begins in test (test = true): nothing is posted.")
    found = _loaded(here, partner)[0]
    for finding in found.findings:
        print_finding(finding)
    sentence(f"Next: look through the file, then `edi-gateway partners publish {partner} --why ...`.")
    if as2 is not None:
        sentence(f"AS2 needs their certificate, too: `edi-gateway certificates import {partner} FILE`.")
    if not found.valid:
        raise typer.Exit(FOUND_ERRORS)


def _address(text: str) -> tuple[str, str]:
    qualifier, separator, identifier = text.partition("/")
    if not separator or len(qualifier.strip()) != 2 or not 0 < len(identifier.strip()) <= 15:
        fail(f"{text!r} is not QUALIFIER/ID, such as ZZ/ACME or 01/123456789.", WRONG_USAGE)
    return qualifier.strip(), identifier.strip()


def _sftp(text: str, host_key: str) -> dict[str, str | int]:
    match = re.fullmatch(r"([^@]+)@([^:@]+)(?::(\d{1,5}))?", text)
    if match is None:
        fail(f"{text!r} is not USER@HOST or USER@HOST:PORT.", WRONG_USAGE)
    user, host, port = match.groups()
    connection: dict[str, str | int] = {"host": host, "user": user, "host_key": host_key.strip()}
    return connection | ({"port": int(port)} if port else {})


@group.command()
def publish(
    ctx: typer.Context,
    partner: Annotated[
        str | None, typer.Argument(metavar="[PARTNER]", help="One partner; all when left out.")
    ] = None,
    *,
    why: Annotated[str, typer.Option("--why", help="The reason: every version has one.")],
    proposed: Annotated[
        bool, typer.Option("--proposed", help="Write what is proposed for it into the files first.")
    ] = False,
) -> None:
    """Check the files and make them live: a new version."""
    from edi_gateway.commands.partners import proposals
    from edi_gateway.commands.partners import publishing as partners
    from edi_gateway.partners import snapshots

    here: Here = ctx.obj
    if proposed:
        if partner is None:
            fail("Name the partner whose proposal goes live.", WRONG_USAGE)
        with here.desk() as desk:
            changed = proposals.go_live(desk, folders_of(here), partner, why)
        sentence(f"{partner}: what was proposed is {'live' if changed else 'live already'}.")
        return
    bad = False
    for one in _loaded(here, partner):
        if one.profile is None or not one.valid:
            bad = True
            screen.print(
                f"[bold]{escape(one.key)}[/bold]: [red]not published[/red]; the last good files stay live"
            )
            for finding in one.findings:
                print_finding(finding)
            continue
        draft = snapshots.snapshot(one.profile, one.folder, here.mappings_folder)
        with here.desk() as desk:
            changed = partners.publish(desk, draft, why)
        screen.print(
            f"[bold]{escape(one.key)}[/bold]: "
            + (f"live as {draft.hash[:12]}" if changed else "live already")
        )
    if bad:
        raise typer.Exit(FOUND_ERRORS)


@group.command()
def pause(
    ctx: typer.Context, partner: KeyArgument, why: Annotated[str, typer.Option("--why", help="The reason.")]
) -> None:
    """Take nothing in and send nothing out for a partner."""
    from edi_gateway.commands.partners import publishing as partners

    here: Here = ctx.obj
    with here.desk() as desk:
        partners.pause(desk, partner, why)
    sentence(f"{partner} is paused; what it sends waits at its side.")


@group.command()
def resume(ctx: typer.Context, partner: KeyArgument) -> None:
    """Take a paused partner's work up again."""
    from edi_gateway.commands.partners import publishing as partners

    here: Here = ctx.obj
    with here.desk() as desk:
        partners.resume(desk, partner)
    sentence(f"{partner} goes on.")

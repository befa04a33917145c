"""`partners proposals`, `propose`, `drop`: changes of a partner's files that wait until somebody publishes them."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.output import WRONG_USAGE, fail, print_finding, print_json, print_table, screen, sentence
from edi_gateway.cli.traffic.partners import KeyArgument, folders_of, group

FileArgument = Annotated[
    str,
    typer.Argument(metavar="FILE", help="partner.toml, partner/KEY/850.toml, 850.toml, tables/units.csv."),
]


@group.command("proposals")
def list_(
    ctx: typer.Context,
    partner: Annotated[
        str | None, typer.Argument(metavar="[PARTNER]", help="One; all when left out.")
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="What would change in the files, by lines.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List files that somebody wants changed and that are not live."""
    from edi_gateway.store import versions

    here: Here = ctx.obj
    with here.reading() as conn:
        found = versions.proposals(conn, partner)
    if json:
        for each in found:
            print_json(each)
        return
    print_table(
        "",
        ("partner", "file", "by", "at", "why"),
        (
            (
                p.partner if p.partner != versions.SHARED else "all",
                p.file if p.text is not None else f"{p.file} goes",
                p.by,
                p.at,
                p.why,
            )
            for p in found
        ),
        "Nothing is proposed.",
    )
    for each in found if lines else ():
        place = folders_of(here).place(each.partner, each.file)
        standing = place.read_text("utf-8-sig", "replace") if place.is_file() else ""
        both = (standing.splitlines(), (each.text or "").splitlines())
        told = difflib.unified_diff(
            *both, f"{each.file} as it stands", f"{each.file} as proposed", lineterm=""
        )
        screen.print("\n".join(told), markup=False)


@group.command()
def propose(
    ctx: typer.Context,
    partner: KeyArgument,
    file: FileArgument,
    why: Annotated[str, typer.Option("--why", help="The reason; whoever publishes it reads this.")],
    text: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="The file as it should be; without: it goes."),
    ] = None,
) -> None:
    """Propose a changed file.

    It is live once somebody publishes it with --proposed.
    """
    from edi_gateway.commands.partners import proposals

    here: Here = ctx.obj
    try:
        wanted = None if text is None else text.read_text("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{text} is not UTF-8.", WRONG_USAGE)
    with here.desk() as desk:
        made = proposals.propose(desk, folders_of(here), partner, {file: wanted}, why)
    for finding in made.findings:
        print_finding(finding)
    sentence(
        f"{', '.join(made.files)} proposed for {partner}; `edi-gateway try {partner}` shows what would become "
        f"different, `partners publish {partner} --proposed --why ...` makes it live."
    )


@group.command()
def drop(
    ctx: typer.Context,
    partner: KeyArgument,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="One file of it; all when left out.")
    ] = None,
) -> None:
    """Drop what is proposed for a partner; it never was."""
    from edi_gateway.commands.partners import proposals

    here: Here = ctx.obj
    with here.desk() as desk:
        gone = proposals.drop(desk, partner, file)
    if not gone:
        fail(f"Nothing is proposed for {partner}.")
    sentence(f"What was proposed for {partner} is dropped.")

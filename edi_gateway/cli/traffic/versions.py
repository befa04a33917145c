"""`partners versions`, `partners rollback`: what went live when, by whom and why, and how to go back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli import exports
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import fail, print_json, print_table, say, screen, sentence, shown
from edi_gateway.cli.traffic.partners import KeyArgument, group

if TYPE_CHECKING:
    from edi_gateway.partners.changes import Difference
    from edi_gateway.partners.snapshots import Snapshot
    from edi_gateway.reports.partners.versions import VersionDetail

VersionArgument = Annotated[int, typer.Argument(metavar="VERSION", help="Its number, as in the list.")]


@group.command()
def versions(
    ctx: typer.Context,
    partner: KeyArgument,
    version: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", help="Show what this one changed.")
    ] = None,
    against: Annotated[
        int | None, typer.Option("--against", help="Beside this version; default: the one before.")
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="The lines of each file as well.")] = False,
    json: exports.JsonOption = False,
    csv: exports.CsvOption = False,
    xlsx: exports.XlsxOption = None,
) -> None:
    """List what went live, or what one version changed.

    With who, when and why.
    """
    here: Here = ctx.obj
    if version is None:
        _list(here, partner, json=json, csv=csv, xlsx=xlsx)
    else:
        _show(here, partner, version, against, lines=lines, json=json)


def _list(here: Here, partner: str, *, json: bool, csv: bool, xlsx: Path | None) -> None:
    from edi_gateway.reports.partners.versions import VersionRow, list_versions

    with here.reading() as conn:
        found = list_versions(conn, partner)
    if json or csv or xlsx is not None:
        exports.tell(found, VersionRow, "", json=json, csv=csv, xlsx=xlsx)
        return
    print_table(
        "",
        ("version", "at", "by", "changes", "in", "why"),
        (
            (
                f"{row.version}{' live' if row.live else ''}",
                row.at,
                row.by,
                row.changes or "",
                row.files,
                f"back to {row.back_to}: {row.why}" if row.back_to is not None else row.why,
            )
            for row in found
        ),
        f"{partner} was never published.",
        spare=("in", "changes"),
    )


def _show(here: Here, partner: str, version: int, against: int | None, *, lines: bool, json: bool) -> None:
    from edi_gateway.reports.partners.versions import version_detail

    with here.reading() as conn:
        found = version_detail(conn, partner, version, against)
    if found is None:
        fail(f"There is no version {version if against is None else f'{version} or {against}'} of {partner}.")
    if json:
        print_json(found)
        return
    _tell(found, lines=lines)


def _tell(found: VersionDetail, *, lines: bool) -> None:
    row = found.version
    sentence(
        f"Version {row.version} of {found.partner}, {shown(row.at)} by {row.by}"
        f"{': ' + row.why if row.why else ''}{' (live)' if row.live else ''}"
    )
    if found.against is None:
        sentence("It is the first.")
        return
    sentence(f"Beside version {found.against}:" if found.differences else "Nothing is different.")
    tell_differences(found.differences)
    if lines:
        for _, text in found.lines:
            screen.print(text, markup=False)


def tell_differences(differences: tuple[Difference, ...] | list[Difference]) -> None:
    """What changed, a file at a time."""
    file = ""
    for each in differences:
        if each.file != file:
            file = each.file
            say(f"[bold]{escape(file)}[/bold]", 2, 2)
        told = (
            f"{each.now}"
            if each.was is None
            else f"{each.was} is gone"
            if each.now is None
            else f"{each.was} → {each.now}"
        )
        what = f"{each.kind} {each.name}".strip()
        say(f"{each.change:8}{escape(what)}: {escape(told if each.was or each.now else 'the file')}", 4, 8)


@group.command()
def rollback(
    ctx: typer.Context,
    partner: KeyArgument,
    version: VersionArgument,
    why: Annotated[str, typer.Option("--why", help="The reason, for the audit.")],
) -> None:
    """Bring an earlier version back, as a new version.

    The files stay as they are; they do not go live by themselves again until one that was rolled back changes.
    """
    from edi_gateway.commands.partners import publishing

    here: Here = ctx.obj
    draft = _draft(here, partner)
    with here.desk() as desk:
        made = publishing.roll_back(desk, partner, version, why, draft)
    sentence(f"{partner} is at version {made}, which is version {version} again.")
    sentence(
        f"The files in {here.partners_folder / partner} are not changed. They go live again when you publish them, or "
        "by themselves once a file that was rolled back changes."
    )


def _draft(here: Here, partner: str) -> Snapshot | None:
    """The files as they stand, if they can be published at all."""
    from edi_gateway.commands.partners import drafts
    from edi_gateway.partners import snapshots

    folder = here.partners_folder / partner
    if not folder.is_dir():
        return None
    loaded = drafts.check(folder, here.mappings_folder)
    if loaded.profile is None or not loaded.valid:
        return None
    return snapshots.snapshot(loaded.profile, folder, here.mappings_folder)

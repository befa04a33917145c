"""`guide`: what a partner's documents must look like, as the standard and the partner's rules say it together."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_finding, print_json, say, screen
from edi_gateway.cli.standard.reading import JsonOption, draft_of

if TYPE_CHECKING:
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.checking.guide import Guide
    from edi_gateway.x12.description import Asked, Place
    from edi_gateway.x12.example import Example

group = typer.Typer(no_args_is_help=True, help="What documents of a partner must look like.")
app.add_typer(group, name="guide")


@group.command()
def show(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's key.")],
    set_code: Annotated[str, typer.Argument(metavar="SET", help="The set, e.g. 850.")],
    version: Annotated[
        str | None, typer.Option("--version", help="GS08; default: what the profile says.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print structure, rules and an example that passes.

    As the partner's files stand; places that rules are about are marked with them. Exit code 1: the rules contradict
    one another, and no document could keep them all.
    """
    from edi_gateway.x12 import description
    from edi_gateway.x12.checking.guide import build, readable
    from edi_gateway.x12.dictionary import nearest
    from edi_gateway.x12.example import example

    here: Here = ctx.obj
    draft = draft_of(here, partner)
    wanted = version or _version(draft, set_code)
    read_as, _ = nearest(wanted)
    if not readable(read_as, set_code):
        fail(f"There is no set {set_code} in {read_as}.", WRONG_USAGE)
    guide = build(read_as, set_code, draft.rules_of(set_code))
    made = example(guide)
    places, asked = list(description.places(guide)), list(description.asked(guide))
    if json:
        print_json(
            {
                "partner": partner,
                "set": set_code,
                "version": wanted,
                "read_as": read_as,
                "hash": guide.hash,
                "places": [asdict(place) for place in places],
                "rules": [asdict(rule) for rule in asked],
                "example": ["*".join(segment) for segment in made.segments],
                "findings": [finding.as_json() for finding in made.findings],
            }
        )
    else:
        _tell(guide, partner, wanted, places, asked, made)
    if made.findings:
        raise typer.Exit(FOUND_ERRORS)


def _version(draft: PublishedPartner, set_code: str) -> str:
    """What the profile agrees on for a set; the older dictionary when it says nothing."""
    agreed = (row.version for row in draft.profile.documents if row.set == set_code)
    return next(agreed, "004010")


def _tell(
    guide: Guide, partner: str, version: str, places: list[Place], asked: list[Asked], made: Example
) -> None:
    title = f"{guide.set_code} of {partner}, {version}"
    if version != guide.version:
        title += f", read as {guide.version}"
    screen.print(f"[bold]{escape(title)}[/bold]")
    screen.print()
    for place in places:
        often = "any number" if place.most is None else "once" if place.most == 1 else f"up to {place.most}"
        mark = "+" if place.opens_loop else " "
        line = f"{'  ' * place.depth}{mark} {place.tag:<4}{place.use:<5} {often:<11} {place.name}"
        told = "".join(f"  [yellow]<{escape(rule)}>[/yellow]" for rule in place.rules)
        screen.print(escape(line) + told)
    screen.print()
    screen.print(f"[bold]Rules[/bold] ({len(asked)})" if asked else "No rules beyond the standard.")
    for rule in asked:
        silent = "" if rule.counts else f" (has no place in {guide.version})"
        say(
            f"[yellow]{escape(rule.id)}[/yellow]: {escape(rule.target)} {escape(rule.asks)}. "
            f"{rule.severity}{escape(silent)}",
            indent=2,
            hang=2,
        )
        if rule.message:
            say(escape(rule.message), indent=4)
    screen.print()
    if made.findings:
        screen.print("[red]No document can keep all of these rules[/red]; this one comes nearest:")
    else:
        screen.print("[bold]An example that passes[/bold]")
    for segment in made.segments:
        screen.print("  " + "*".join(segment) + "~", markup=False)
    for finding in made.findings:
        print_finding(finding)

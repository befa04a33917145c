"""A document taken apart on the screen: `cases show` and `documents show` with --marked, --tree, --lineage, --compare,
--timeline and --second-opinion. The same readings as the console's pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.names import short
from edi_gateway.cli.output import complain, plain, print_finding, say, screen, shown
from edi_gateway.cli.standard import second_opinions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edi_gateway.cli.output import Cut
    from edi_gateway.reports.triage.acknowledged import Acknowledged
    from edi_gateway.reports.triage.canonical import Canonical
    from edi_gateway.reports.triage.found import Told
    from edi_gateway.reports.triage.last_good import Beside
    from edi_gateway.reports.triage.marked import Marked
    from edi_gateway.reports.triage.one_case import Look
    from edi_gateway.x12.anatomy.segments import SegmentTold

MarkedOption = Annotated[
    bool, typer.Option("--marked", help="The raw document, what is wrong marked; large ones in windows.")
]
FromOption = Annotated[
    int | None,
    typer.Option("--from", min=0, metavar="BYTE", help="With --marked: one page of it, from here on."),
]
SegmentOption = Annotated[
    int | None, typer.Option("--segment", min=1, metavar="N", help="Explain this segment of it; ST is 1.")
]
TreeOption = Annotated[bool, typer.Option("--tree", help="Its loops and segments.")]
LineageOption = Annotated[
    bool, typer.Option("--lineage", help="The canonical document: behind each value its bytes and rows.")
]
CompareOption = Annotated[
    bool,
    typer.Option("--compare", help="What differs from this partner's last good one in structure and codes."),
]
TimelineOption = Annotated[bool, typer.Option("--timeline", help="Everything that happened to it.")]
SecondOpinionOption = Annotated[bool, typer.Option("--second-opinion", help="Ask pyx12, too.")]


@dataclass(frozen=True, slots=True)
class Parts:
    """What somebody asks to see."""

    marked: bool = False
    begin: int | None = None
    segment: int | None = None
    tree: bool = False
    lineage: bool = False
    compare: bool = False
    timeline: bool = False
    second_opinion: bool = False

    @property
    def any(self) -> bool:
        return self != Parts()


def look_at(conn: Connection, *, case_id: int | None = None, document_id: int | None = None) -> Look | None:
    """A look at a case or a document; None when there is none of this id."""
    from edi_gateway.reports.triage import subjects
    from edi_gateway.reports.triage.one_case import Look

    if case_id is not None:
        subject = subjects.of_case(conn, case_id)
    else:
        assert document_id is not None
        subject = subjects.of_document(conn, document_id)
    return None if subject is None else Look(conn, subject)


def as_json(look: Look, parts: Parts) -> dict[str, Any]:
    """The parts that are asked for, besides what is always told: findings with their rules, segments, the 997."""
    from edi_gateway.x12.second_opinion import NoSecondOpinion

    made: dict[str, Any] = {
        "findings": [
            {**one.finding.as_json(), "behind": one.behind, "rule_said": one.rule, "main": one.main}
            for one in look.found
        ],
        "explained": look.explained(parts.segment),
        "acknowledged": look.acknowledged,
        "carried": look.carried,
    }
    if parts.marked:
        made["marked"] = look.marked(begin=parts.begin)
    if parts.tree:
        made["tree"] = look.tree()
    if parts.lineage:
        made["canonical"] = look.canonical
    if parts.compare:
        made["compared"] = look.beside
    if parts.timeline:
        made["timeline"] = look.timeline
    if parts.second_opinion:
        try:
            made["second_opinion"] = second_opinions.as_json(look.second_opinion())
        except NoSecondOpinion as error:
            made["second_opinion"] = {"error": str(error)}
    return {name: plain(value) for name, value in made.items()}


def tell(look: Look, parts: Parts, cut: Cut | None) -> None:
    """The same on the screen; without any option the findings, their segments and the acknowledgment."""
    if not parts.any:
        _findings(look.found, cut)
    if not parts.any or parts.segment is not None:
        for segment in look.explained(parts.segment):
            _segment(segment, look.found)
    if not parts.any:
        for each in look.carried:
            tried = f", {each.attempts} attempts" if each.attempts else ""
            why = f": {each.last_error}" if each.last_error else ""
            say(f"{each.kind} {short(each.id)}, {escape(each.name)}: {each.state}{tried}{escape(why)}", 2, 4)
    if not parts.any and look.acknowledged is not None:
        _acknowledged(look.acknowledged)
    taken_apart = parts.tree or parts.lineage or parts.compare
    if taken_apart and look.why_not is not None:
        complain(look.why_not)
    if parts.marked:
        _marked(look.marked(begin=parts.begin))
    if parts.tree:
        _tree(look)
    if parts.lineage:
        _canonical(look.canonical)
    if parts.compare:
        _compared(look.beside)
    if parts.timeline:
        screen.print("[bold]Timeline[/bold] (UTC)")
        for one in look.timeline:
            by = f"{one.by}: " if one.by else ""
            say(f"{shown(one.at)}  {escape(by + one.text)}", 2, 18)
    if parts.second_opinion:
        _second_opinion(look)


def _findings(found: list[Told], cut: Cut | None) -> None:
    for one in found:
        print_finding(one.finding, cut)
        if one.rule:
            say(f"[dim]{escape(one.rule)}[/dim]", 10, 2)


def _segment(segment: SegmentTold, found: list[Told]) -> None:
    where = f" in loop {segment.where}" if segment.where else ""
    asked = f", {segment.use}, {segment.often}" if segment.use else ", it has no place here"
    screen.print(
        f"[bold]Segment {segment.position}: {escape(segment.tag)}[/bold] {escape(segment.name)}{where}{asked}"
    )
    say(escape(segment.text), 2, 4)
    for element in segment.elements:
        bad = any(found[number].finding for number in element.findings)
        colour = ("[red]", "[/red]") if bad else ("", "")
        code = f" = {element.meaning}" if element.meaning else ""
        value = f"{element.value or '(nothing)'}{code}"
        told = f"{element.at}  {element.name} ({element.number}, {element.form}, {element.use}): "
        say(f"{colour[0]}{escape(told + value)}{colour[1]}", 2, 8)
        if element.codes:
            more = f", and {element.more_codes} more" if element.more_codes else ""
            say(f"[dim]may be {escape(', '.join(element.codes))}{more}[/dim]", 8, 2)
        for rule in element.rules:
            say(f"[dim]guide: {escape(rule.id)}: {escape(rule.asks)}[/dim]", 8, 2)
    for note in segment.notes:
        say(f"[dim]note: {escape(note)}[/dim]", 2, 2)
    for rule in segment.rules:
        say(f"[dim]guide: {escape(rule.id)}: {escape(rule.asks)}[/dim]", 2, 2)


_WHEN = {"said": "What the {0} said", "waits": "What the {0} says", "would say": "What the {0} would say"}


def _acknowledged(said: Acknowledged) -> None:
    whose = "our" if said.by == "us" else "their"
    title = _WHEN[said.when].format(f"{said.set_code}").replace("the ", f"{whose} ", 1)
    screen.print(f"[bold]{escape(title)}[/bold]{f', {shown(said.at)} UTC' if said.at else ''}")
    if said.remark:
        say(escape(said.remark), 2, 2)
    for one in said.sentences:
        say(f"{escape(one.says)}  [dim]{escape(one.segment)}[/dim]", 2, 4)


def _marked(made: Marked | None) -> None:
    if made is None:
        complain("It is about no bytes.")
        return
    if made.gone:
        complain("Its bytes are not kept any more.")
        return
    for number, lines in enumerate(made.stretches):
        if number:
            screen.print("  [dim]...[/dim]")
        for line in lines:
            text, below = "", ""
            for piece in line.pieces:
                bad = any(key.startswith("f") for key in piece.keys)
                seen = piece.text or ("▯" if bad else "")
                text += f"[reverse]{escape(seen)}[/reverse]" if bad else escape(seen)
                below += ("^" if bad else " ") * len(seen)
            screen.print(f"[dim]{line.offset:>8}[/dim]  {text}")
            if below.strip():
                screen.print(f"{'':8}  {below.rstrip()}", markup=False)
    if not made.whole:
        screen.print(f"[dim](bytes {made.begin} to {made.end}; --from BYTE shows another page of them)[/dim]")


def _tree(look: Look) -> None:
    for branch in look.tree():
        turn = f" {branch.opens} {branch.turn}" if branch.opens else ""
        odd = "" if branch.placed else "  [red]has no place here[/red]"
        indent = "  " * branch.depth
        screen.print(
            f"{branch.position:>5}  {indent}{escape(branch.text)}  [dim]{escape(branch.name)}{turn}[/dim]{odd}"
        )
    read = look.read
    if read is not None and read.walk is None:
        complain("Nothing says what such a set looks like: it has no tree.")


def _canonical(made: Canonical | None) -> None:
    if made is None:
        return
    if not made.complete:
        complain("It is no whole document yet; these values could be read.")
    for value in made.values:
        screen.print(f"  {escape(value.path)} = [bold]{escape(value.value)}[/bold]")
        if value.trace is not None:
            stood = f", which says {value.stood!r}" if value.stood != value.value else ""
            table = f"; table {value.table}" if value.table else ""
            say(
                f"[dim]{escape(f'{value.where}, byte {value.offset}{stood}; row {value.row}{table}')}[/dim]",
                6,
                2,
            )
    if made.more:
        screen.print(f"  and {made.more} more")
    for one in made.unmapped:
        screen.print(
            f"  [yellow]no row reads[/yellow] {escape(one.segment)} {escape(one.value)}, byte {one.offset}"
        )


def _compared(made: Beside | None) -> None:
    if made is None:
        complain("There is no good document of this partner to lay beside it.")
        return
    screen.print(
        f"[bold]Beside {short(made.document_id)}[/bold] of {shown(made.at)} UTC, the last good one"
        f"{f' ({escape(made.business_key)})' if made.business_key else ''}"
    )
    for row in made.rows:
        if not row.says:
            screen.print(f"    {escape(row.here or '')}", style="dim")
            continue
        screen.print(f"  [red]![/red] {escape(row.here or '(nothing here)')}")
        screen.print(f"  [green]=[/green] {escape(row.there or '(nothing there)')}")
        for said in row.says:
            say(escape(said), 6, 2)


def _second_opinion(look: Look) -> None:
    from edi_gateway.x12.second_opinion import NoSecondOpinion

    try:
        second_opinions.tell_opinion(look.second_opinion())
    except NoSecondOpinion as error:
        complain(str(error))

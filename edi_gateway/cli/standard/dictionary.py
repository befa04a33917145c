"""`dictionary`: what X12 itself says about a set, a segment or an element, before any partner's rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, say, screen
from edi_gateway.cli.standard.reading import JsonOption

if TYPE_CHECKING:
    from edi_gateway.x12.dictionary import Dictionary, ElementDef, SegmentDef, Use
    from edi_gateway.x12.dictionary.told import Element

group = typer.Typer(no_args_is_help=True, help="What X12 itself says, without any partner.")
app.add_typer(group, name="dictionary")


@group.command()
def show(
    set_code: Annotated[
        str,
        typer.Argument(
            metavar="SET",
            help="The set, e.g. 850; or a segment or element of the envelope, e.g. ISA or TA105.",
        ),
    ],
    place: Annotated[
        str | None, typer.Argument(metavar="PLACE", help="A segment (PO1) or an element (PO107) of it.")
    ] = None,
    version: Annotated[
        str, typer.Option("--version", help="GS08, e.g. 005010 or 004030VICS; default 004010.")
    ] = "004010",
    json: JsonOption = False,
) -> None:
    """Print a set, or a segment or an element in it.

    A set as the places of its segments: must or may it stand there, how often, and in which loop (+ opens one). A
    segment with its elements and the notes that tie them together. An element with type, length and codes. Without a
    set: a segment wherever it stands, those of the envelope and the TA1 too. A release without a dictionary of its own
    is shown as it is read: by the nearest one, with what is known to differ.
    """
    from edi_gateway.x12.dictionary import VERSIONS, dictionary, nearest, reading
    from edi_gateway.x12.dictionary.told import places, position

    book = dictionary(reading(version))
    read_as, exact = nearest(version)
    stand = version if exact else f"{version}, read by {read_as}"
    if place and set_code not in book.sets and place.upper().startswith(set_code.upper()):
        set_code, place = place, None  # TA1 TA105 is TA105
    alone = position(book, set_code.upper()) if place is None and set_code not in book.sets else None
    if set_code not in book.sets and alone is None:
        other = next((each for each in VERSIONS if set_code in dictionary(each).sets), None)
        told = f"it is one of {other}" if other else f"there are {', '.join(sorted(book.sets))}"
        fail(f"There is no set {set_code} in {version}; {told}.", WRONG_USAGE)
    about = {} if alone else {"set": set_code}
    about |= {"version": version, "read_as": read_as}
    if place is None and alone is None:
        _set(book, set_code, stand, about if json else None)
        return
    found = alone or position(book, (place or "").upper())
    here = [] if alone else [each for each in places(book, set_code) if found and each.tag == found[0].tag]
    if found is None or not (here or alone or found[0].tag in ("ST", "SE")):
        fail(f"{place} is no segment and no element of a {set_code} in {version}.", WRONG_USAGE)
    segment, use = found
    if use is None:
        about |= {"segment": segment.tag, "name": segment.name}
        if json:
            print_json(about | {"places": [asdict(each) for each in here], **_of_segment(book, segment)})
            return
        screen.print(f"[bold]{escape(segment.tag)} {escape(segment.name)}[/bold], {escape(stand)}")
        for each in here:
            screen.print(f"  {each.path}: {each.use}, {_often(each.most)}", markup=False)
        _segment(book, segment)
    else:
        _one(book, segment, use, stand, about if json else None)


def _set(book: Dictionary, code: str, stand: str, about: dict[str, str] | None) -> None:
    from edi_gateway.x12.dictionary.told import places

    made = book.sets[code]
    if about is not None:
        rows = [asdict(each) for each in places(book, code)]
        print_json(about | {"name": made.name, "group": made.group, "places": rows})
        return
    screen.print(f"[bold]{code} {escape(made.name)}[/bold] (group {made.group}), {escape(stand)}")
    screen.print()
    for each in places(book, code):
        mark = "+" if each.opens_loop else " "
        line = f"{'  ' * each.depth}{mark} {each.tag:<4}{each.use:<5} {_often(each.most):<11} {each.name}"
        screen.print(line, markup=False)


def _segment(book: Dictionary, segment: SegmentDef) -> None:
    from edi_gateway.x12.dictionary.told import elements, note_said

    screen.print()
    for each in elements(book, segment.tag):
        _row(each, "  ")
        for component in each.components:
            _row(component, "    ")
    if segment.notes:
        screen.print()
    for note in segment.notes:
        screen.print(f"  {note_said(note)}", markup=False)


def _row(each: Element, indent: str) -> None:
    repeated = "" if each.repeat == 1 else f", up to {each.repeat} times"
    codes = "" if each.listed is None else f", {each.listed} codes{' (closed)' if each.closed else ''}"
    screen.print(
        f"{indent}{each.at:<6} {each.use:<8}{each.number:>4}  {each.name}: {each.form}{repeated}{codes}",
        markup=False,
    )


def _of_segment(book: Dictionary, segment: SegmentDef) -> dict[str, object]:
    from edi_gateway.x12.dictionary.told import elements, note_said

    return {
        "elements": [asdict(each) for each in elements(book, segment.tag)],
        "notes": [{"note": note, "says": note_said(note)} for note in segment.notes],
    }


def _one(book: Dictionary, segment: SegmentDef, use: Use, stand: str, about: dict[str, str] | None) -> None:
    from edi_gateway.x12.dictionary.told import elements, note_said

    row = next(each for each in elements(book, segment.tag) if each.at == f"{segment.tag}{use.position:02}")
    at = f"{use.position:02}"
    notes = [n for n in segment.notes if at in (n[i : i + 2] for i in range(1, len(n), 2))]
    made = book.elements.get(use.element)
    codes = None if made is None or made.codes is None else dict(sorted(made.codes.items()))
    if about is not None:
        said = [{"note": note, "says": note_said(note)} for note in notes]
        print_json(about | asdict(row) | {"notes": said, "codes": codes})
        return
    screen.print(f"[bold]{row.at} {escape(row.name)}[/bold] ({row.number}), {escape(stand)}")
    screen.print(
        f"  {row.form}; {row.use} be given" if row.use != "depends" else f"  {row.form}", markup=False
    )
    for note in notes:
        screen.print(f"  {note_said(note)}", markup=False)
    for component in row.components:
        _row(component, "  ")
    if made is not None and codes is not None:
        _codes(made, codes)


def _codes(made: ElementDef, codes: dict[str, str]) -> None:
    screen.print()
    told = "any other code is an error" if made.complete else "any other code is a warning"
    screen.print(f"  {len(codes)} codes; {told}:")
    for code, meaning in codes.items():
        if meaning:
            screen.print(f"  {code:<4}{meaning}", markup=False)
    bare = [code for code, meaning in codes.items() if not meaning]
    if bare:
        say(f"also {escape(' '.join(bare))}", indent=2, hang=2)


def _often(most: int | None) -> str:
    from edi_gateway.x12.dictionary.told import often

    return often(most)

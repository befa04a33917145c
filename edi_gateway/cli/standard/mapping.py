"""`map` and `mapping`: what a file says as canonical documents, by which rows, and what no row reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    Cut,
    fail,
    json_text,
    plain,
    print_finding,
    print_json,
    print_table,
    remark,
    say,
    screen,
    write,
)
from edi_gateway.cli.standard.reading import (
    FileArgument,
    FilesArgument,
    FileUnreadable,
    JsonOption,
    PartnerOption,
    ReadFile,
    Senders,
    draft_of,
    read_file,
)
from edi_gateway.model.finding import Code, Finding, Severity

if TYPE_CHECKING:
    from edi_gateway.mapping.catalog import Mapping
    from edi_gateway.mapping.lineage import Trace
    from edi_gateway.mapping.read import Reading, Unmapped
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.parsing.envelope import Interchange
    from edi_gateway.x12.reading import CheckedSet

group = typer.Typer(no_args_is_help=True, help="The rows that read and write documents.")
app.add_typer(group, name="mapping")

_ACKNOWLEDGMENTS = ("997", "999")  # they are matched to what was sent, never mapped


@dataclass
class Mapped:
    """One set as a canonical document. `reading` None: it could not be read, `findings` say why."""

    checked: CheckedSet
    reading: Reading | None
    findings: tuple[Finding, ...]
    lineage: tuple[Trace, ...] | None

    @property
    def failed(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)

    @property
    def document(self) -> Any:
        return None if self.reading is None else self.reading.document

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        return () if self.reading is None else self.reading.unmapped

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "set": self.checked.result.code,
            "control": self.checked.result.control,
            "document": None if self.document is None else self.document.model_dump(mode="json"),
            "unmapped": self.unmapped,
            "findings": [f.as_json() for f in self.findings],
        }
        return told | ({} if self.lineage is None else {"lineage": self.lineage})


# ---------------------------------------------------------------- map


@app.command("map")
def map_(
    ctx: typer.Context,
    file: FileArgument,
    partner: PartnerOption = None,
    json: JsonOption = False,
    lineage: Annotated[
        bool, typer.Option("--lineage", help="The segment, element, offset and row behind each field.")
    ] = False,
) -> None:
    """Print the canonical documents of a file.

    And what no mapping row read. A file with the addresses of a partner of the working folder is read by that
    partner's rules and rows, as its files stand.
    """
    here: Here = ctx.obj
    worst = 0
    with _reading(here, file, partner) as read:
        for one in _map_all(here, read, lineage):
            worst = max(worst, FOUND_ERRORS if one.failed else 0)
            if json:
                print_json(one.as_json())
            else:
                _tell(one, read.cut)
    raise typer.Exit(max(worst, read.exit_code))


@contextmanager
def _reading(here: Here, file: Path, partner: str | None) -> Iterator[ReadFile]:
    """A file that must be X12; ends with what is wrong when it is not."""
    if partner is not None:
        draft_of(here, partner)
    try:
        with read_file(file, Senders(here, partner, by_address=True)) as read:
            yield read
            read.require_x12("map")
    except FileUnreadable as error:
        fail(str(error), WRONG_USAGE)


def _map_all(here: Here, read: ReadFile, with_lineage: bool) -> Iterator[Mapped]:
    """Each set of a file, mapped."""
    from edi_gateway.x12 import reading
    from edi_gateway.x12.parsing.envelope import GroupStart, InterchangeEnd, InterchangeStart

    interchange: Interchange | None = None
    draft: PublishedPartner | None = None
    sets: list[tuple[CheckedSet, PublishedPartner | None]] = []
    for event in read.events():
        match event:
            case InterchangeStart():
                interchange = event.interchange
            case GroupStart():
                assert interchange is not None
                draft = read.senders.draft(interchange, event.group)
            case reading.CheckedSet():
                sets.append((event, draft))
            case InterchangeEnd():  # now it is known how its text is encoded
                for checked, of in sets:
                    yield _mapped(here, event.interchange, checked, of, with_lineage)
                sets = []


def _mapped(
    here: Here,
    interchange: Interchange,
    checked: CheckedSet,
    draft: PublishedPartner | None,
    with_lineage: bool,
) -> Mapped:
    from edi_gateway.mapping.compile import reader
    from edi_gateway.mapping.lineage import trace

    set_code, findings = checked.result.code, checked.result.findings
    if checked.walk is None or checked.guide is None:  # its own findings say why
        return Mapped(checked, None, findings, None)
    if not (here.mappings_folder / f"{set_code}.toml").is_file():
        return Mapped(checked, None, (*findings, _not_mapped(set_code)), None)
    mapping = _mapping(here, set_code, draft.profile.key if draft else None)
    reading = reader(mapping, checked.guide).read(checked.raw, checked.walk, interchange.encoding)
    traced = None
    if with_lineage:
        traced = trace(mapping, checked.guide, checked.raw, checked.walk, interchange.encoding)
    return Mapped(checked, reading, (*findings, *reading.findings), traced)


def _not_mapped(set_code: str) -> Finding:
    if set_code in _ACKNOWLEDGMENTS:
        return Finding(
            Code.MAPPING_MISSING,
            Severity.INFO,
            f"A {set_code} is matched to what was sent; there is nothing to map in it.",
        )
    return Finding(
        Code.MAPPING_MISSING,
        Severity.ERROR,
        f"Set {set_code} is not mapped: there is no {set_code}.toml in mappings/.",
        "Write one (docs/reference/mapping.md), or leave such sets to be acknowledged only.",
    )


def _mapping(here: Here, set_code: str, partner: str | None) -> Mapping:
    """The rows of a set, a partner's over them; ends with every mistake in them, by file and line."""
    from edi_gateway.mapping import catalog

    own = here.partners_folder / partner / f"{set_code}.toml" if partner else None
    return catalog.load(here.mappings_folder, set_code, own if own and own.is_file() else None)


def _tell(mapped: Mapped, cut: Cut) -> None:
    screen.print(f"[bold]{escape(mapped.checked.result.code)} {escape(mapped.checked.result.control)}[/bold]")
    if mapped.document is not None:
        document = mapped.document.model_dump(mode="json", exclude_defaults=True)
        write(json_text(document, indent=2) + "\n")
    if mapped.lineage is not None:
        print_table(
            "Lineage",
            ("field", "value", "element", "segment", "byte", "row", "written in"),
            (
                (
                    t.path,
                    str(plain(t.value)),
                    f"{t.segment}{t.element:02}" + (f"-{t.component}" if t.component else ""),
                    str(t.position),
                    str(t.offset),
                    t.row,
                    f"{t.file}:{t.line}",
                )
                for t in mapped.lineage
            ),
            "Nothing was read.",
        )
    for left in mapped.unmapped:
        place = f"{left.segment}{left.element:02}" if left.element else left.segment
        say(
            f"[yellow]not mapped[/yellow] {escape(place)}, segment {left.position}, byte {left.offset}: "
            f"{escape(left.value)}",
            2,
            4,
        )
    for finding in mapped.findings:
        print_finding(finding, cut)


# ---------------------------------------------------------------- mapping


@group.command()
def show(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="A partner; `-` for the rows of all.")],
    set_code: Annotated[str, typer.Argument(metavar="SET", help="e.g. 850")],
    json: JsonOption = False,
) -> None:
    """Show the rows as they apply to a partner, with file and line.

    The set's own file, the layers that the partner's file extends, and the partner's rows, merged.
    """
    from edi_gateway.mapping import catalog

    here: Here = ctx.obj
    if partner != "-" and not (here.partners_folder / partner).is_dir():
        fail(f"There is no partner {partner!r} in {here.partners_folder}.", WRONG_USAGE)
    if not (here.mappings_folder / f"{set_code}.toml").is_file():
        known = ", ".join(sorted(f.stem for f in here.mappings_folder.glob("[0-9]*.toml"))) or "none"
        fail(f"There is no {set_code}.toml in {here.mappings_folder}; there are: {known}.", WRONG_USAGE)
    rows = catalog.describe(_mapping(here, set_code, None if partner == "-" else partner))
    if json:
        for row in rows:
            print_json(row)
        return
    print_table(
        "",
        ("row", "element", "field", "notes", "written in"),
        ((r.selector, r.element, r.field, r.notes, f"{r.file}:{r.line}") for r in rows),
        "No rows.",
        spare=("notes",),
    )


@group.command()
def coverage(
    ctx: typer.Context, files: FilesArgument, partner: PartnerOption = None, json: JsonOption = False
) -> None:
    """Tell how much of files the rows read, and what nobody reads."""
    from edi_gateway.mapping.coverage import Coverage
    from edi_gateway.mapping.coverage import coverage as of_set

    here: Here = ctx.obj
    total = Coverage()
    left = 0
    for file in files:
        with _reading(here, file, partner) as read:
            for one in _map_all(here, read, False):
                if one.reading is None:
                    left += 1
                else:
                    total += of_set(one.checked.raw, one.reading)
    if json:
        print_json(
            {
                "sets": total.sets,
                "not_read": left,
                "present": total.present,
                "read": total.read,
                "share": round(total.share, 4),
                "unmapped": total.unmapped,
            }
        )
        return
    screen.print(
        f"{total.read} of {total.present} elements in {total.sets} set{'s' * (total.sets != 1)} are read: "
        f"{total.share:.1%}."
    )
    for place, count in sorted(total.unmapped.items(), key=lambda item: (-item[1], item[0])):
        screen.print(f"  {count:>6} x {place}", markup=False)
    if left:
        remark(f"{left} sets are not mapped, or could not be read; `map` says why.")

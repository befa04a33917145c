"""`mend`: the corrected bytes of a file, and what was changed in it; and how a case says what `mend` would do."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import (
    COLOURS,
    FOUND_ERRORS,
    OK,
    WRONG_USAGE,
    complaints,
    fail,
    place,
    print_json,
    screen,
    write,
)
from edi_gateway.cli.standard.reading import FileArgument, PartnerOption, Senders, draft_of, mapped_bytes
from edi_gateway.model.finding import Severity

if TYPE_CHECKING:
    from edi_gateway.x12.mending.pieces import Change, Left, Piece

_SHOWN = 60  # bytes of a change


@app.command()
def mend(
    ctx: typer.Context,
    file: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="OUT", help="Where the corrected file goes; else standard output."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be changed; write nothing.")
    ] = False,
    partner: PartnerOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object (docs/reference/json.md); with -o or --dry-run.")
    ] = False,
) -> None:
    """Put right what is certain: counts, trailers, padding, blanks.

    And wrapped lines. Lists each change, and what is left because only the sender knows what is right: no value of a
    document is ever changed. A file without such faults comes out byte for byte. Exit code 0: no ERROR is left; 1: at
    least one is; 2: the file cannot be read or is not X12.
    """
    here: Here = ctx.obj
    if json and out is None and not dry_run:
        fail("--json goes to standard output, and so does the file: say -o OUT or --dry-run.", WRONG_USAGE)
    if partner is not None:
        draft_of(here, partner)
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else mapped_bytes(file)
        if out is not None and str(file) != "-" and out.exists() and out.samefile(file):
            fail(f"{out} is the file itself, which stays as it came: name another one.", WRONG_USAGE)
    except OSError as error:
        fail(f"{file}: {error.strerror}.", WRONG_USAGE)
    if not _is_x12(content):
        fail(f"{file} is not X12; there is nothing to mend.", WRONG_USAGE)
    with _written(None if dry_run else out) as target:
        changes, left = _run(content, Senders(here, partner), None if dry_run else target)
    if json:
        told = {
            "file": str(file),
            "out": None if dry_run else str(out),
            "changes": [change.as_json() for change in changes],
            "left": [one.finding.as_json() | {"why": one.why} for one in left],
        }
        print_json(told)
    else:
        _tell(complaints if out is None and not dry_run else screen, str(file), changes, left)
        if out is not None and not dry_run:
            screen.print(f"Written to {out}.", markup=False)
    raise typer.Exit(FOUND_ERRORS if any(o.finding.severity is Severity.ERROR for o in left) else OK)


def _is_x12(content: bytes) -> bool:
    from edi_gateway.x12.parsing.envelope import InterchangeStart, read

    return any(isinstance(event, InterchangeStart) for event in read(memoryview(content)))


def _run(
    content: bytes, senders: Senders, target: Callable[[bytes], object] | None
) -> tuple[list[Change], list[Left]]:
    from edi_gateway.x12.mending.mend import mending
    from edi_gateway.x12.mending.pieces import Change, Left

    changes: list[Change] = []
    left: list[Left] = []
    pieces: Iterator[Piece] = mending(content, senders.guide)
    for piece in pieces:
        if isinstance(piece, Change):
            changes.append(piece)
        elif isinstance(piece, Left):
            left.append(piece)
        elif target is not None:
            target(piece)
    return sorted(changes, key=lambda change: change.offset), left


@contextlib.contextmanager
def _written(out: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Where the bytes go: standard output, or a file that is there whole or not at all."""
    if out is None:
        yield write
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    except OSError as error:
        fail(f"{out}: {error.strerror}.", WRONG_USAGE)
    try:
        with open(descriptor, "wb") as file:
            yield file.write
        os.chmod(name, 0o644)
        os.replace(name, out)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _tell(where: Console, name: str, changes: list[Change], left: list[Left]) -> None:
    where.print(f"[bold]{escape(name)}[/bold]: {_counted(len(changes), 'change')}")
    tell_changes(where, changes)
    kept = [one for one in left if one.finding.severity is not Severity.INFO]
    if kept:
        where.print("Left as it is, for a person to decide:")
    for one in kept:
        finding = one.finding
        colour = COLOURS[finding.severity]
        where.print(
            f"  [{colour}]{finding.severity.value:7}[/{colour}] {escape(place(finding))}{escape(finding.message)}"
            f"  [dim]{finding.code.value}[/dim]"
        )
        if one.why:
            where.print(f"          {escape(one.why)}")


def tell_changes(where: Console, changes: list[Change], indent: str = "  ") -> None:
    """Each change with its place, the bytes before and after, and why."""
    for change in changes:
        was, now = _visible(change.was), _visible(change.now)
        match bool(change.was), bool(change.now):
            case True, True:
                told = f"{was} becomes {now}"
            case True, False:
                told = f"{was} is taken out"
            case _:
                told = f"{now} is put in"
        where.print(f"{indent}byte {change.offset}: {escape(told)}")
        where.print(f"{indent}  [dim]{escape(change.why)}[/dim]")


def _visible(part: bytes) -> str:
    shown = "".join(
        char if char.isprintable() else {"\n": "␊", "\r": "␍", "\t": "␉"}.get(char, "·")
        for char in part[:_SHOWN].decode("latin-1")
    )
    return shown + ("..." if len(part) > _SHOWN else "")


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"

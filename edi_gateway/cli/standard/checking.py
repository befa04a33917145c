"""`check`: what is in a file and what is wrong with it, in plain words or as JSON, without a database.

A file is told while it is read. What is known last is told first (the verdict of a group stands before its sets): until
then the rest lies in temporary files, not in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Annotated, Any, Protocol, cast

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import WRONG_USAGE, complain, harmless, json_text, print_finding, screen, write
from edi_gateway.cli.standard.reading import (
    FilesArgument,
    FileUnreadable,
    JsonOption,
    PartnerOption,
    ReadFile,
    Senders,
    read_file,
)
from edi_gateway.model.finding import Finding, Severity

if TYPE_CHECKING:
    from edi_gateway.x12.parsing.envelope import Interchange
    from edi_gateway.x12.reading import CheckedSet, GroupEnd


@app.command()
def check(
    ctx: typer.Context,
    files: FilesArgument,
    partner: PartnerOption = None,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask pyx12 too, and list where it differs.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Check X12 files: what is wrong, and where.

    Findings in plain words with the bytes marked. Needs no database. With --partner the partner's own rules apply, as
    its files stand. Exit code 0: no ERROR; 1: at least one; 2: a file cannot be read or is not X12. What pyx12 thinks
    changes no exit code; with --json it is an object of its own behind the file's.
    """
    here: Here = ctx.obj
    senders = Senders(here, partner, mapped=False)
    senders.draft(None, None)  # a mistake in the partner's files is told before anything else
    worst = 0
    for path in files:
        try:
            with read_file(path, senders) as read, _later() as sets, _later() as groups, _later() as junk:
                _tell(read, _Json(read, sets, groups, junk) if json else _Words(read, sets, groups))
                if second_opinion:
                    from edi_gateway.cli.standard.second_opinions import tell

                    tell(read.name, read.cut(0, read.size), senders.guide, json=json)
        except FileUnreadable as error:  # the other files are read all the same
            complain(str(error))
            worst = WRONG_USAGE
        else:
            worst = max(worst, read.exit_code)
    raise typer.Exit(worst)


class _Teller(Protocol):
    """Is told what is in a file, in the order of its bytes."""

    def outside(self, findings: Iterable[Finding]) -> None: ...
    def checked(self, checked: CheckedSet) -> None: ...
    def group(self, end: GroupEnd) -> None: ...
    def interchange(self, interchange: Interchange) -> None: ...
    def end(self) -> None: ...


def _tell(read: ReadFile, teller: _Teller) -> None:
    from edi_gateway.x12 import reading
    from edi_gateway.x12.parsing.envelope import InterchangeEnd, Unreadable

    for event in read.events():
        match event:
            case reading.CheckedSet():
                teller.checked(event)
            case reading.GroupEnd():
                teller.group(event)
            case InterchangeEnd():
                teller.interchange(event.interchange)
            case Unreadable():
                teller.outside(event.findings)
    teller.end()


_MARK = "\0"  # where the verdict on a set will stand: its group may yet be rejected


class _Later:
    """Text that is told later; on disk once it is long."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text

    def write(self, text: str) -> None:
        self._text.write(text)

    def add(self, value: Any) -> None:
        """One more of a list of JSON values."""
        self._text.write((", " if self._text.tell() else "") + value)

    def pour(self, into: _Later | None = None, verdicts: Iterable[str] = ()) -> None:
        """Give all of it to another one, or to standard output; the verdicts in place of the marks, one by one."""
        self._text.seek(0)
        said = iter(verdicts)
        while text := self._text.read(1 << 16):
            first, *others = text.split(_MARK)
            text = first + "".join(next(said) + other for other in others)
            if into is not None:
                into._text.write(text)
            else:
                write(text)
        self._text.seek(0)
        self._text.truncate()


@contextmanager
def _later() -> Iterator[_Later]:
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", newline="") as text:
        yield _Later(cast(IO[str], text))


_VERDICTS = {"A": ("accepted", "green"), "E": ("accepted with errors", "yellow")}
_VERDICTS |= {"P": ("partially accepted", "yellow"), "R": ("rejected", "red")}


class _Words:
    """In plain words."""

    def __init__(self, read: ReadFile, sets: _Later, groups: _Later) -> None:
        self.read = read
        self.counts = dict.fromkeys(Severity, 0)
        self.sets, self.groups = sets, groups
        screen.print(f"[bold]{escape(read.name)}[/bold]  {read.size:,} bytes")

    def outside(self, findings: Iterable[Finding]) -> None:
        self._findings(findings)

    def checked(self, checked: CheckedSet) -> None:
        r = checked.result
        line = f"  set {r.code} {r.control}, {len(checked.raw.segments)} segments: "
        self.sets.write(f"{harmless(line)}{_MARK}\n")
        if r.findings:
            with screen.capture() as said:
                self._findings(r.findings, "    ")
            self.sets.write(said.get())

    def group(self, end: GroupEnd) -> None:
        g = end.group
        with screen.capture() as said:
            screen.print(
                f" group {escape(f'{g.code} {g.control}, {g.version}')}: {_verdict(end.result.status)}"
            )
            self._findings(end.result.findings)
        self.groups.write(said.get())
        words = {status: _shown(status) for status in {each.status for each in end.result.sets}}
        self.sets.pour(self.groups, (words[each.status] for each in end.result.sets))

    def interchange(self, interchange: Interchange) -> None:
        i = interchange
        screen.print(f"interchange {i.control} from {i.sender} to {i.receiver}, {i.version}", markup=False)
        self._findings(i.findings)
        self.groups.pour()

    def end(self) -> None:
        told = ", ".join(f"{n} {severity.value}" for severity, n in self.counts.items() if n)
        screen.print(told or "Nothing to find fault with.", end="\n\n")

    def _findings(self, findings: Iterable[Finding], indent: str = "  ") -> None:
        for finding in findings:
            self.counts[finding.severity] += 1
            print_finding(finding, self.read.cut, indent)


def _verdict(status: str) -> str:
    said, colour = _VERDICTS.get(status, (status, "default"))
    return f"[{colour}]{said}[/{colour}]"


def _shown(status: str) -> str:
    """The verdict as it comes out on this screen."""
    with screen.capture() as said:
        screen.print(_verdict(status), end="")
    return said.get()


class _Json:
    """As one JSON object on one line (docs/reference/json.md)."""

    def __init__(self, read: ReadFile, sets: _Later, groups: _Later, junk: _Later) -> None:
        self.sets, self.groups, self.junk = sets, groups, junk
        self.between = ""
        write(f'{{"file": {_value(read.name)}, "interchanges": [')

    def outside(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.junk.add(_value(finding.as_json()))

    def checked(self, checked: CheckedSet) -> None:
        r = checked.result
        about = _value({"code": r.code, "control": r.control})
        rest = {"segments": len(checked.raw.segments), "findings": [f.as_json() for f in r.findings]}
        self.sets.add(f'{about[:-1]}, "status": "{_MARK}", {_value(rest)[1:]}')

    def group(self, end: GroupEnd) -> None:
        g = end.group
        told = {
            "code": g.code,
            "control": g.control,
            "version": g.version,
            "read_as": g.read_as,
            "status": end.result.status,
            "findings": [f.as_json() for f in end.result.findings],
        }
        self.groups.add(f'{_value(told)[:-1]}, "sets": [')
        self.sets.pour(self.groups, (each.status for each in end.result.sets))
        self.groups.write("]}")

    def interchange(self, interchange: Interchange) -> None:
        i = interchange
        told = {
            "control": i.control,
            "sender": i.sender,
            "receiver": i.receiver,
            "version": i.version,
            "findings": [f.as_json() for f in i.findings],
        }
        write(f'{self.between}{_value(told)[:-1]}, "groups": [')
        self.groups.pour()
        write("]}")
        self.between = ", "

    def end(self) -> None:
        write('], "findings": [')
        self.junk.pour()
        write("]}\n")


def _value(value: Any) -> str:
    return json_text(value)

"""`check`: what is in a file and what is wrong with it, without a database; and how `ack` and `map` read theirs."""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import (
    FOUND_ERRORS,
    WRONG_USAGE,
    complain,
    fail,
    print_finding,
    print_json,
    screen,
)
from edi_gateway.model.finding import Finding, Severity

if TYPE_CHECKING:
    from edi_gateway.partners.registry import Registry
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.envelope import Group, Interchange
    from edi_gateway.x12.guide import Guide
    from edi_gateway.x12.reading import CheckedSet, GroupEnd

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE", help="X12 files; - is standard input.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file; - is standard input.")]
PartnerOption = Annotated[
    str | None, typer.Option("--partner", help="Read it by this partner's guide, as its files stand.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line (docs/reference/json.md).")]


@dataclass
class ReadGroup:
    end: GroupEnd
    sets: list[CheckedSet]


@dataclass
class ReadInterchange:
    interchange: Interchange
    groups: list[ReadGroup] = field(default_factory=list)


@dataclass
class ReadFile:
    """One file as read: its interchanges, and what was found outside them."""

    name: str
    content: bytes
    interchanges: list[ReadInterchange] = field(default_factory=list)
    outside: list[Finding] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        yield from self.outside
        for one in self.interchanges:
            yield from one.interchange.findings
            for group in one.groups:
                yield from group.end.result.findings
                for checked in group.sets:
                    yield from checked.result.findings

    @property
    def exit_code(self) -> int:
        if not self.interchanges:
            return WRONG_USAGE
        return FOUND_ERRORS if any(f.severity is Severity.ERROR for f in self.findings()) else 0


def read_file(path: Path, senders: Senders) -> ReadFile:
    """Everything in a file, checked. OSError when the file cannot be read."""
    from edi_gateway.x12 import reading
    from edi_gateway.x12.envelope import GroupStart, InterchangeEnd, InterchangeStart

    content = sys.stdin.buffer.read() if str(path) == "-" else mapped_bytes(path)
    result = ReadFile(str(path), content)
    sets: list[CheckedSet] = []
    for event in reading.read_all(content, senders.guide, senders.strict):
        if isinstance(event, InterchangeStart):
            result.interchanges.append(ReadInterchange(event.interchange))
        elif isinstance(event, GroupStart):
            sets = []
        elif isinstance(event, reading.CheckedSet):
            sets.append(event)
        elif isinstance(event, reading.GroupEnd):
            result.interchanges[-1].groups.append(ReadGroup(event, sets))
        elif not isinstance(event, InterchangeEnd):
            result.outside.extend(event.findings)
    return result


def mapped_bytes(path: Path) -> bytes:
    """The file's bytes without reading them all into memory; a pipe or an empty file as they are.

    What is sliced, measured and read in chunks here, mmap does as bytes do.
    """
    with path.open("rb") as file:
        if not path.is_file() or not os.fstat(file.fileno()).st_size:
            return file.read()
        return cast(bytes, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def read_x12(path: Path, senders: Senders, purpose: str) -> ReadFile:
    """A file that must be X12; ends with what is wrong when it is not."""
    try:
        read = read_file(path, senders)
    except OSError as error:
        fail(f"{path}: {error.strerror}.", WRONG_USAGE)
    if not read.interchanges:
        for finding in read.outside:
            print_finding(finding, read.content)
        fail(f"{path} is not X12; there is nothing to {purpose}.", WRONG_USAGE)
    return read


def draft_of(here: Here, key: str) -> PublishedPartner:
    """A partner as its files stand now; ends with every mistake in them when they cannot be used."""
    from edi_gateway.commands import drafts
    from edi_gateway.partners import registry, snapshots

    folder = here.partners_folder / key
    if not folder.is_dir():
        known = ", ".join(f.name for f in registry.folders(here.partners_folder)) or "none"
        fail(f"There is no partner {key!r} in {here.partners_folder}; there are: {known}.", WRONG_USAGE)
    loaded = drafts.check(folder, here.mappings_folder)
    if loaded.profile is None or not loaded.valid:
        mistakes = "".join(
            f"\n  {f.at}: {f.message}" for f in loaded.findings if f.severity is Severity.ERROR
        )
        fail(f"The files of {key} hold mistakes; mend them first:{mistakes}")
    return snapshots.thaw(snapshots.snapshot(loaded.profile, folder, here.mappings_folder).content)


@dataclass
class Senders:
    """Whose a file is, and so by which rules it is read: the partner that was named, or else, with `by_address`, the
    one among the working folder's files that has its addresses. None: nobody's, the standard reads it.
    """

    here: Here
    named: str | None
    by_address: bool = False
    _drafts: dict[str, PublishedPartner] = field(default_factory=dict)
    _guides: dict[tuple[str, str, str], Guide] = field(default_factory=dict)

    @cached_property
    def _registry(self) -> Registry:
        from edi_gateway.partners import registry

        loaded = [registry.load(folder).profile for folder in registry.folders(self.here.partners_folder)]
        return registry.Registry.of([profile for profile in loaded if profile is not None])

    def draft(self, i: Interchange, group: Group | None) -> PublishedPartner | None:
        """The partner of an interchange as its files stand; ends with every mistake in them."""
        key = self.named
        if key is None and self.by_address:
            ids = (group.sender, group.receiver) if group else (None, None)
            addresses = (i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver)
            found = self._registry.resolve(*addresses, *ids)
            key = found.key if found else None
        if key is None:
            return None
        if key not in self._drafts:
            self._drafts[key] = draft_of(self.here, key)
        return self._drafts[key]

    def guide(self, i: Interchange, group: Group, set_code: str) -> Guide | None:
        """What reads a set: the standard with the partner's rules."""
        from edi_gateway.x12.guide import build, readable

        if not readable(group.read_as, set_code):
            return None
        draft = self.draft(i, group)
        key = (draft.hash if draft else "", group.read_as, set_code)
        if key not in self._guides:
            self._guides[key] = build(group.read_as, set_code, draft.rules_of(set_code) if draft else ())
        return self._guides[key]

    def strict(self, i: Interchange, group: Group) -> bool:
        """Whether the partner's profile refuses releases of the standard without a dictionary of their own."""
        from edi_gateway.x12.dictionary import GROUP_OF

        draft = self.draft(i, group)
        return draft is not None and any(
            row.strict_version and row.direction == "in" and GROUP_OF.get(row.set) == group.code
            for row in draft.profile.documents
        )


# ---------------------------------------------------------------- check


@app.command()
def check(
    ctx: typer.Context, files: FilesArgument, partner: PartnerOption = None, json: JsonOption = False
) -> None:
    """Check X12 files: what is wrong, and where.

    Findings in plain words with the bytes marked. Needs no database. With --partner the partner's own rules apply, as
    its files stand. Exit code 0: no ERROR; 1: at least one; 2: a file cannot be read or is not X12.
    """
    here: Here = ctx.obj
    senders = Senders(here, partner)
    if partner is not None:
        draft_of(here, partner)
    worst = 0
    for path in files:
        try:
            read = read_file(path, senders)
        except OSError as error:  # the other files are read all the same
            complain(f"{path}: {error.strerror}.")
            worst = WRONG_USAGE
            continue
        if json:
            print_json(_as_json(read))
        else:
            _tell(read)
        worst = max(worst, read.exit_code)
    raise typer.Exit(worst)


def _as_json(read: ReadFile) -> dict[str, Any]:
    return {
        "file": read.name,
        "interchanges": [
            {
                "control": one.interchange.control,
                "sender": one.interchange.sender,
                "receiver": one.interchange.receiver,
                "version": one.interchange.version,
                "findings": [f.as_json() for f in one.interchange.findings],
                "groups": [
                    {
                        "code": group.end.group.code,
                        "control": group.end.group.control,
                        "version": group.end.group.version,
                        "read_as": group.end.group.read_as,
                        "status": group.end.result.status,
                        "findings": [f.as_json() for f in group.end.result.findings],
                        "sets": [
                            {
                                "code": checked.result.code,
                                "control": checked.result.control,
                                "status": checked.result.status,
                                "segments": len(checked.raw.segments),
                                "findings": [f.as_json() for f in checked.result.findings],
                            }
                            for checked in group.sets
                        ],
                    }
                    for group in one.groups
                ],
            }
            for one in read.interchanges
        ],
        "findings": [f.as_json() for f in read.outside],
    }


_VERDICTS = {"A": "[green]accepted[/green]", "E": "[yellow]accepted with errors[/yellow]"}
_VERDICTS |= {"P": "[yellow]partially accepted[/yellow]", "R": "[red]rejected[/red]"}


def _tell(read: ReadFile) -> None:
    screen.print(f"[bold]{escape(read.name)}[/bold]  {len(read.content):,} bytes")
    for finding in read.outside:
        print_finding(finding, read.content)
    for one in read.interchanges:
        i = one.interchange
        screen.print(f"interchange {i.control} from {i.sender} to {i.receiver}, {i.version}", markup=False)
        for finding in i.findings:
            print_finding(finding, read.content)
        for group in one.groups:
            g, result = group.end.group, group.end.result
            screen.print(f" group {escape(f'{g.code} {g.control}, {g.version}')}: {_verdict(result.status)}")
            for finding in result.findings:
                print_finding(finding, read.content)
            for checked in group.sets:
                r = checked.result
                count = f"{len(checked.raw.segments)} segments"
                screen.print(f"  set {escape(f'{r.code} {r.control}')}, {count}: {_verdict(r.status)}")
                for finding in r.findings:
                    print_finding(finding, read.content, indent="    ")
    counts = dict.fromkeys(Severity, 0)
    for finding in read.findings():
        counts[finding.severity] += 1
    told = ", ".join(f"{n} {severity.value}" for severity, n in counts.items() if n)
    screen.print(told or "Nothing to find fault with.", end="\n\n")


def _verdict(status: str) -> str:
    return _VERDICTS.get(status, status)

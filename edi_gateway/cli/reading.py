"""`check`, `ack`, `map`: what is in a file, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_finding, print_json, screen
from edi_gateway.model.finding import Finding, Severity

if TYPE_CHECKING:
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.envelope import Group, Interchange
    from edi_gateway.x12.guide import Guide
    from edi_gateway.x12.reading import CheckedSet, GroupEnd, GuideFor

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="X12 files; - is standard input.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file; - is standard input.")]
PartnerOption = Annotated[
    str | None, typer.Option("--partner", help="Check against this partner's guide, as its files stand.")
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


def read_file(path: Path, guide_for: GuideFor | None, strict: bool = False) -> ReadFile:
    """Everything in a file, checked."""
    from edi_gateway.x12 import reading
    from edi_gateway.x12.envelope import GroupStart, InterchangeEnd, InterchangeStart

    content = _content(path)
    result = ReadFile(str(path), content)
    sets: list[CheckedSet] = []
    for event in reading.read_all(content, guide_for or reading.standard_guide, strict):
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


def _content(path: Path) -> bytes:
    import sys

    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}", WRONG_USAGE)


def draft_of(here: Here, key: str) -> PublishedPartner:
    """A partner as its files stand now; ends with every mistake in them when they cannot be used."""
    from edi_gateway.partners import registry, snapshots

    folder = here.partners_folder / key
    if not folder.is_dir():
        known = ", ".join(f.name for f in registry.folders(here.partners_folder)) or "none"
        fail(f"There is no partner {key!r} in {here.partners_folder}; there are: {known}.", WRONG_USAGE)
    loaded = registry.check(folder, here.mappings_folder)
    if loaded.profile is None or not loaded.valid:
        for finding in loaded.findings:
            print_finding(finding)
        fail(f"The files of {key} hold mistakes; mend them first.")
    return snapshots.thaw(snapshots.snapshot(loaded.profile, folder, here.mappings_folder).content)


def guides_of(partner: PublishedPartner | None) -> GuideFor | None:
    """The guides of a partner's rules; None: the standard's."""
    if partner is None:
        return None
    from edi_gateway.x12.guide import build, readable

    def guide_for(_: Interchange, group: Group, set_code: str) -> Guide | None:
        if not readable(group.read_as, set_code):
            return None
        return build(group.read_as, set_code, partner.rules_of(set_code))

    return guide_for


def _strict(partner: PublishedPartner | None) -> bool:
    return partner is not None and any(d.strict_version for d in partner.profile.documents)


# ---------------------------------------------------------------- check


@app.command()
def check(
    ctx: typer.Context, files: FilesArgument, partner: PartnerOption = None, json: JsonOption = False
) -> None:
    """Read and check X12 files without a database: findings in plain words with the bytes marked."""
    here: Here = ctx.obj
    draft = draft_of(here, partner) if partner else None
    worst = 0
    for path in files:
        read = read_file(path, guides_of(draft), _strict(draft))
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
    screen.print(f"[bold]{read.name}[/bold]  {len(read.content):,} bytes")
    for finding in read.outside:
        print_finding(finding, read.content)
    for one in read.interchanges:
        i = one.interchange
        screen.print(f"interchange {i.control} from {i.sender} to {i.receiver}, {i.version}", markup=False)
        for finding in i.findings:
            print_finding(finding, read.content)
        for group in one.groups:
            g, result = group.end.group, group.end.result
            screen.print(f" group {g.code} {g.control}, {g.version}: {_verdict(result.status)}")
            for finding in result.findings:
                print_finding(finding, read.content)
            for checked in group.sets:
                r = checked.result
                count = f"{len(checked.raw.segments)} segments"
                screen.print(f"  set {r.code} {r.control}, {count}: {_verdict(r.status)}")
                for finding in r.findings:
                    print_finding(finding, read.content, indent="    ")
    counts = dict.fromkeys(Severity, 0)
    for finding in read.findings():
        counts[finding.severity] += 1
    told = ", ".join(f"{n} {severity.value}" for severity, n in counts.items() if n)
    screen.print(told or "Nothing to find fault with.", end="\n\n")


def _verdict(status: str) -> str:
    return _VERDICTS.get(status, status)


# ---------------------------------------------------------------- ack


@app.command()
def ack(ctx: typer.Context, file: FileArgument, partner: PartnerOption = None) -> None:
    """Print the acknowledgments (TA1, 997 or 999) that would go out for a file, a segment a line."""
    import sys

    here: Here = ctx.obj
    draft = draft_of(here, partner) if partner else None
    read = read_file(file, guides_of(draft), _strict(draft))
    if not read.interchanges:
        for finding in read.outside:
            print_finding(finding, read.content)
        fail(f"{file} is not X12; there is nothing to acknowledge.", WRONG_USAGE)
    for one in read.interchanges:
        text = _acknowledgment(here, one, draft)
        if text:
            sys.stdout.write(text)
    raise typer.Exit(read.exit_code)


def _acknowledgment(here: Here, one: ReadInterchange, draft: PublishedPartner | None) -> str:
    """The bytes as text, control numbers counted from 1; "" when nothing is due."""
    from edi_gateway.x12 import ack as acks
    from edi_gateway.x12 import writer

    i = one.interchange
    kind = "997" if draft is None else draft.profile.acknowledging.functional
    wish = "asked" if draft is None else draft.profile.acknowledging.ta1
    delimiters = i.delimiters
    groups = []
    due = [group for group in one.groups if acks.needs_ack(group.end.group)] if kind != "none" else []
    for number, group in enumerate(due, start=1):
        segments = acks.functional_ack(group.end.result, "999" if kind == "999" else "997", delimiters)
        body = writer.body_text(segments, delimiters)
        version = "005010X231A1" if kind == "999" else group.end.group.read_as
        sets = [(kind, f"{number:04}", body.value or "", len(segments))]
        groups.append(("FA", version, str(number), sets))
    ta1 = [acks.interchange_ack(i)] if acks.ta1_due(i, "requested" if wish == "asked" else wish) else []
    if not groups and not ta1:
        return ""
    envelope = writer.Envelope(
        sender_qualifier=i.receiver_qualifier,
        sender=i.receiver,
        receiver_qualifier=i.sender_qualifier,
        receiver=i.sender,
        gs_sender=due[0].end.group.receiver if due else i.receiver,
        gs_receiver=due[0].end.group.sender if due else i.sender,
        isa_version=i.version,
        version=due[0].end.group.read_as if due else "004010",
        usage=i.usage,
        delimiters=delimiters,
        line_end="\n",
        ack_requested=False,
        encoding="latin-1",
    )
    return writer.interchange(envelope, "000000001", here.clock(), groups, ta1).decode("latin-1")


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
    """Print the canonical documents of a file, and what no mapping row read."""
    here: Here = ctx.obj
    draft = draft_of(here, partner) if partner else None
    read = read_file(file, guides_of(draft), _strict(draft))
    if not read.interchanges:
        for finding in read.outside:
            print_finding(finding, read.content)
        fail(f"{file} is not X12; there is nothing to map.", WRONG_USAGE)
    worst = read.exit_code
    for one in read.interchanges:
        for group in one.groups:
            for checked in group.sets:
                mapped = _mapped(here, one.interchange, checked, draft, lineage)
                worst = max(worst, FOUND_ERRORS if mapped.failed else 0)
                if json:
                    print_json(mapped.as_json())
                else:
                    _tell_mapped(mapped, read.content)
    raise typer.Exit(worst)


@dataclass
class Mapped:
    """One set as a canonical document. `document` None: it could not be made, `findings` say why."""

    set_code: str
    control: str
    document: Any
    unmapped: tuple[Any, ...]
    findings: tuple[Finding, ...]
    lineage: tuple[Any, ...] | None

    @property
    def failed(self) -> bool:
        return self.document is None or any(f.severity is Severity.ERROR for f in self.findings)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "set": self.set_code,
            "control": self.control,
            "document": None if self.document is None else self.document.model_dump(mode="json"),
            "unmapped": self.unmapped,
            "findings": [f.as_json() for f in self.findings],
        }
        if self.lineage is not None:
            told["lineage"] = self.lineage
        return told


def _mapped(
    here: Here,
    interchange: Interchange,
    checked: CheckedSet,
    draft: PublishedPartner | None,
    with_lineage: bool,
) -> Mapped:
    from edi_gateway.mapping import catalog
    from edi_gateway.mapping.compile import reader
    from edi_gateway.mapping.lineage import trace
    from edi_gateway.model.finding import Code

    set_code, control = checked.result.code, checked.result.control
    findings = checked.result.findings
    known = (here.mappings_folder / f"{set_code}.toml").is_file()
    if checked.walk is None or checked.guide is None or not known:
        missing = Finding(
            Code.MAPPING_MISSING,
            Severity.ERROR if not known else Severity.INFO,
            f"Set {set_code} is not mapped: there is no {set_code}.toml in mappings/, or the set could not be read.",
            "Sets that are acknowledged only (997, 999) need no mapping.",
        )
        return Mapped(set_code, control, None, (), (*findings, missing), None)
    own = here.partners_folder / draft.profile.key / f"{set_code}.toml" if draft else None
    mapping = catalog.load(here.mappings_folder, set_code, own if own and own.is_file() else None)
    reading = reader(mapping, checked.guide).read(checked.raw, checked.walk, interchange.encoding)
    traced = (
        trace(mapping, checked.guide, checked.raw, checked.walk, interchange.encoding)
        if with_lineage
        else None
    )
    return Mapped(
        set_code, control, reading.document, reading.unmapped, (*findings, *reading.findings), traced
    )


def _tell_mapped(mapped: Mapped, content: bytes) -> None:
    import json as json_text

    screen.print(f"[bold]{mapped.set_code} {mapped.control}[/bold]")
    if mapped.document is not None:
        document = mapped.document.model_dump(mode="json", exclude_defaults=True)
        screen.print(json_text.dumps(document, indent=2, ensure_ascii=False), markup=False)
    if mapped.lineage is not None:
        for t in mapped.lineage:
            element = f"{t.segment}{t.element:02}" + (f"-{t.component}" if t.component else "")
            screen.print(
                f"  {t.path} = {t.value!r}  from {element}, segment {t.position}, byte {t.offset}  "
                f'["{t.row}"] {t.file}:{t.line}',
                markup=False,
            )
    for left in mapped.unmapped:
        place = f"{left.segment}{left.element:02}" if left.element else left.segment
        screen.print(
            f"  not mapped: {place}, segment {left.position}, byte {left.offset}: {left.value}", markup=False
        )
    for finding in mapped.findings:
        print_finding(finding, content)

"""How `check`, `ack` and `map` read a file: whose it is, and by which rules, without a database.

A file of any size takes no more memory than its largest set.
"""

from __future__ import annotations

import mmap
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, OK, WRONG_USAGE, fail, print_finding
from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Finding, Severity

if TYPE_CHECKING:
    from edi_gateway.partners.registry import Registry
    from edi_gateway.partners.snapshots import PublishedPartner
    from edi_gateway.x12.checking.guide import Guide
    from edi_gateway.x12.parsing.envelope import Group, Interchange, Limits
    from edi_gateway.x12.reading import Event

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE", help="X12 files; - is standard input.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file; - is standard input.")]
PartnerOption = Annotated[
    str | None, typer.Option("--partner", help="Read it by this partner's guide, as its files stand.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line (docs/reference/json.md).")]


class FileUnreadable(GatewayError):
    """{file}: {problem}."""


@dataclass
class ReadFile:
    """A file that is read once, checked, as far as whoever asks for its events goes on; of its sets, one is in memory
    at a time. `exit_code` holds when it was read to its end."""

    name: str
    size: int
    senders: Senders
    _file: BinaryIO
    _outside: list[Finding] = field(default_factory=list)
    _interchanges: int = 0
    _errors: bool = False

    def events(self) -> Iterator[Event]:
        """Everything in the file, in the order of its bytes; FileUnreadable when the disk fails."""
        from edi_gateway.x12 import reading
        from edi_gateway.x12.parsing.envelope import InterchangeEnd, InterchangeStart, Unreadable

        senders = self.senders
        chunks, limits = self._chunks(), senders.limits
        for event in reading.read_all(chunks, senders.guide, senders.strict, limits, totals=True):
            match event:
                case InterchangeStart():
                    self._interchanges += 1
                case reading.CheckedSet() | reading.GroupEnd():
                    self._note(event.result.findings)
                case InterchangeEnd():
                    self._note(event.interchange.findings)
                case Unreadable():
                    self._note(event.findings)
                    if not self._interchanges:
                        self._outside += event.findings
            yield event

    def _chunks(self) -> Iterator[bytes]:
        try:
            while chunk := self._file.read(1 << 16):
                yield chunk
        except OSError as error:
            raise FileUnreadable(file=self.name, problem=error.strerror) from None

    def _note(self, findings: Iterable[Finding]) -> None:
        self._errors = self._errors or any(f.severity is Severity.ERROR for f in findings)

    def cut(self, start: int, end: int) -> bytes:
        """The bytes from one offset up to another."""
        return os.pread(self._file.fileno(), end - start, start)

    @property
    def exit_code(self) -> int:
        if not self._interchanges:
            return WRONG_USAGE
        return FOUND_ERRORS if self._errors else OK

    def require_x12(self, purpose: str) -> None:
        """End with what is wrong when there was no interchange in it."""
        if not self._interchanges:
            for finding in self._outside:
                print_finding(finding, self.cut)
            fail(f"{self.name} is not X12; there is nothing to {purpose}.", WRONG_USAGE)


@contextmanager
def read_file(path: Path, senders: Senders) -> Iterator[ReadFile]:
    """A file, or what comes by standard input; FileUnreadable when there is none."""
    try:
        file = _at_rest(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file = _at_rest(file)
    except OSError as error:
        raise FileUnreadable(file=path, problem=error.strerror) from None
    with file:
        yield ReadFile(str(path), os.fstat(file.fileno()).st_size, senders, file)


def _at_rest(stream: BinaryIO) -> BinaryIO:
    """A stream laid down in a file of no name: its bytes are looked at more than once."""
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - read_file closes it
    shutil.copyfileobj(stream, file)
    file.seek(0)
    return file


def mapped_bytes(path: Path) -> bytes:
    """The file's bytes without reading them all into memory; a pipe or an empty file as they are.

    What is sliced, measured and read in chunks here, mmap does as bytes do.
    """
    with path.open("rb") as file:
        if not path.is_file() or not os.fstat(file.fileno()).st_size:
            return file.read()
        return cast(bytes, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def draft_of(here: Here, key: str, *, mapped: bool = True) -> PublishedPartner:
    """A partner as its files stand now; ends with every mistake in them when they cannot be used. Where nothing is
    `mapped` the mapping rows are not looked at: they, and the documents that they are about, take half a second."""
    from edi_gateway.partners import registry, snapshots

    folder = here.partners_folder / key
    if not folder.is_dir():
        known = ", ".join(f.name for f in registry.folders(here.partners_folder)) or "none"
        fail(f"There is no partner {key!r} in {here.partners_folder}; there are: {known}.", WRONG_USAGE)
    if mapped:
        from edi_gateway.commands.partners import drafts

        loaded = drafts.check(folder, here.mappings_folder)
    else:
        loaded = registry.check(folder, here.mappings_folder)
    if loaded.profile is None or not loaded.valid:
        mistakes = "".join(
            f"\n  {f.at}: {f.message}" for f in loaded.findings if f.severity is Severity.ERROR
        )
        fail(f"The files of {key} hold mistakes; mend them first:{mistakes}")
    return snapshots.thaw(snapshots.snapshot(loaded.profile, folder, here.mappings_folder).content)


@dataclass
class Senders:
    """Whose a file is, and so by which rules it is read: the partner that was named, or else, with `by_address`, the
    one among the working folder's files that has its addresses. None: nobody's, the standard reads it. `mapped`: it is
    read into documents, too.
    """

    here: Here
    named: str | None
    by_address: bool = False
    mapped: bool = True
    _drafts: dict[str, PublishedPartner] = field(default_factory=dict)
    _guides: dict[tuple[str, str, str], Guide] = field(default_factory=dict)

    @cached_property
    def _registry(self) -> Registry:
        from edi_gateway.partners import registry

        loaded = [registry.load(folder).profile for folder in registry.folders(self.here.partners_folder)]
        return registry.Registry.of([profile for profile in loaded if profile is not None])

    @cached_property
    def limits(self) -> Limits | None:
        """What hostile input may cost, as the working folder's config.toml says and the gateway itself takes it; None
        outside a working folder."""
        from edi_gateway.x12.parsing.envelope import Limits

        return Limits(segment_bytes=self.here.settings.limits.segment_bytes) if self.here.is_home else None

    def draft(self, i: Interchange | None, group: Group | None) -> PublishedPartner | None:
        """The partner of an interchange (None: that was named) as its files stand; ends with every mistake in them."""
        key = self.named
        if key is None and self.by_address and i is not None:
            ids = (group.sender, group.receiver) if group else (None, None)
            addresses = (i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver)
            found = self._registry.resolve(*addresses, *ids)
            key = found.key if found else None
        if key is None:
            return None
        if key not in self._drafts:
            self._drafts[key] = draft_of(self.here, key, mapped=self.mapped)
        return self._drafts[key]

    def guide(self, i: Interchange, group: Group, set_code: str) -> Guide | None:
        """What reads a set: the standard with the partner's rules."""
        from edi_gateway.x12.checking.guide import build, readable

        if not readable(group.read_as, set_code):
            return None
        draft = self.draft(i, group)
        key = (draft.hash if draft else "", group.read_as, set_code)
        if key not in self._guides:
            guide = build(group.read_as, set_code, draft.rules_of(set_code) if draft else ())
            self._guides[key] = self.here.compiling(guide)
        return self._guides[key]

    def strict(self, i: Interchange, group: Group) -> bool:
        """Whether the partner's profile refuses releases of the standard without a dictionary of their own."""
        from edi_gateway.x12.dictionary import GROUP_OF

        draft = self.draft(i, group)
        return draft is not None and any(
            row.strict_version and row.direction == "in" and GROUP_OF.get(row.set) == group.code
            for row in draft.profile.documents
        )

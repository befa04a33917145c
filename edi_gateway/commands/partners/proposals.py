"""Changes of a partner's files that are proposed from the console or by a fix, until they go live or are dropped.

The working folder stays the source. A proposal is a file as somebody wants it, kept in the database: nothing reads by
it. Going live writes it into the folder, refused when the file has changed there meanwhile, and publishes the folder
as always. So the command line, an editor and the console see the same drafts. Called by cli/ and web/.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.partners import drafts, publishing
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.partners.changes import PROFILE, digest
from edi_gateway.partners.registry import LoadedPartner
from edi_gateway.partners.snapshots import Snapshot, snapshot
from edi_gateway.store import versions
from edi_gateway.store.versions import SHARED, Proposal

_OWN: Final = "partner"
_KINDS: Final = frozenset({".toml", ".csv"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
_MOST: Final = 1 << 20  # characters of one file
_NEVER: Final = datetime(1900, 1, 1, tzinfo=UTC)  # of what is not kept


@dataclass(frozen=True, slots=True)
class Folders:
    """Where drafts lie: partners/ and mappings/ of the working folder."""

    partners: Path
    mappings: Path

    def place(self, partner: str, file: str) -> Path:
        """Where a file of a snapshot's name lies; Refused when no draft has such a name."""
        parts = file.split("/")
        if is_own(file) and not _NAME.fullmatch(partner):
            raise Refused(what=f"Proposing {file!r}", why=f"{partner!r} is no partner")
        good = all(_NAME.fullmatch(part) for part in parts) and Path(file).suffix in _KINDS
        if good and file == PROFILE:
            return self.partners / partner / PROFILE
        if good and parts[0] == _OWN and len(parts) == 3 and parts[1] == partner:
            return self.partners / partner / parts[2]
        if good and parts[0] != _OWN and len(parts) <= 3:
            return self.mappings.joinpath(*parts)
        raise Refused(
            what=f"Proposing {file!r}",
            why=f"a file is called partner.toml, partner/{partner}/850.toml, 850.toml or tables/units.csv",
        )


def is_own(file: str) -> bool:
    """Whether a file is one partner's; all others share it."""
    return file == PROFILE or file.startswith(f"{_OWN}/")


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a partner by now. `findings`: what the check says of it, warnings only."""

    partner: str
    files: tuple[str, ...]
    findings: tuple[Finding, ...]


def propose(
    desk: Desk, folders: Folders, partner: str, texts: Mapping[str, str | None], why: str
) -> Proposed:
    """Keep these files as proposed (None: the file goes), over what is proposed already. A file of mappings/ is
    proposed for all partners: each of them may be tried with it.

    Refused when the partner's files would hold a mistake then; every mistake is in the reason.
    """
    what = f"Proposing a change of {partner}"
    desk.require(what, PERMISSIONS["draft a change"])
    if not why.strip():
        raise Refused(what=what, why="it needs a reason")
    now = desk.clock()
    for file, text in texts.items():
        if text is not None and len(text) > _MOST:
            raise Refused(what=what, why=f"{file} has more than {_MOST} characters")
        standing = _standing(folders.place(partner, file))
        base = None if standing is None else digest(standing)
        if text is not None:
            text = text.replace("\r\n", "\n")
        whose = partner if is_own(file) else SHARED
        versions.propose(desk.conn, Proposal(whose, file, text, base, now, desk.actor.name, why))
    kept = versions.proposals(desk.conn, partner)
    with laid_out(folders, kept, partner) as drafted:
        loaded = _valid(drafted, partner, what)
    desk.record("change proposed", f"partner {partner}", files=sorted(texts), why=why)
    return Proposed(partner, tuple(each.file for each in kept), loaded.findings)


def text_of(conn: Connection, folders: Folders, partner: str, file: str) -> str:
    """A file as it is proposed, else as it stands; empty when there is none."""
    for each in versions.proposals(conn, partner):
        if each.file == file:
            return each.text or ""
    return _standing(folders.place(partner, file)) or ""


def snapshot_of(conn: Connection, folders: Folders, partner: str, *, proposed: bool = True) -> Snapshot:
    """The partner as it would be published: its files, with what is proposed over them unless that is to be left out.
    Refused when that holds a mistake."""
    with laid_out(folders, versions.proposals(conn, partner) if proposed else (), partner) as drafted:
        return _snapshot(drafted, partner, f"Reading the draft of {partner}")


def mistakes(
    conn: Connection, folders: Folders, partner: str, texts: Mapping[str, str | None]
) -> list[Finding]:
    """What would be wrong with the partner's files if these were among them, warnings too. Nothing is kept."""
    kept = {each.file: each for each in versions.proposals(conn, partner)}
    for file, text in texts.items():
        folders.place(partner, file)
        kept[file] = Proposal(partner, file, text, None, _NEVER, "", "")
    with laid_out(folders, kept.values(), partner) as drafted:
        if not (drafted.partners / partner).is_dir():
            return []
        return list(drafts.check(drafted.partners / partner, drafted.mappings).findings)


def go_live(desk: Desk, folders: Folders, partner: str, why: str) -> bool:
    """Write what is proposed into the folder and publish the partner; False when what is live says the same already.
    Of a file that all share the other partners are published as always: by hand, or by auto_publish.

    Refused when a file of the folder is not as it was when its change was proposed, or when a mistake is in the files.
    """
    what = f"Publishing what is proposed for {partner}"
    desk.require(what, PERMISSIONS["publish a partner"])
    proposed = versions.proposals(desk.conn, partner)
    if not proposed:
        raise Refused(what=what, why="nothing is proposed")
    for each in proposed:
        standing = _standing(folders.place(partner, each.file))
        found = None if standing is None else digest(standing)
        if standing != each.text and found != each.base:
            why_not = (
                f"{each.file} was changed in the folder since {each.by} proposed it; drop it and propose anew"
            )
            raise Refused(what=what, why=why_not)
    with laid_out(folders, proposed, partner) as drafted:
        made = _snapshot(drafted, partner, what)
    try:
        for each in proposed:
            _write(folders.place(partner, each.file), each.text)
    except OSError as error:
        raise Refused(what=what, why=f"{error.filename} cannot be written: {error.strerror}") from error
    changed = publishing.publish(desk, made, why)
    versions.forget_proposals(desk.conn, partner)
    return changed


def drop(desk: Desk, partner: str, file: str | None = None) -> int:
    """Forget what is proposed for a partner, or one file of it; how many files."""
    desk.require(f"Dropping what is proposed for {partner}", PERMISSIONS["draft a change"])
    gone = versions.forget_proposals(desk.conn, partner, file)
    if gone:
        desk.record("proposal dropped", f"partner {partner}", file=file)
    return gone


@contextmanager
def laid_out(folders: Folders, proposed: Iterable[Proposal], partner: str) -> Iterator[Folders]:
    """The folders with what is proposed over them: a copy, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="edi-gateway-draft-") as root:
        made = Folders(Path(root, folders.partners.name), Path(root, folders.mappings.name))
        for source, target in ((folders.partners, made.partners), (folders.mappings, made.mappings)):
            if source.is_dir():
                shutil.copytree(source, target, ignore=_only_drafts)
        for each in proposed:
            file = made.place(partner, each.file)
            if each.text is None:
                file.unlink(missing_ok=True)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(each.text, "utf-8")
        yield made


def _only_drafts(folder: str, names: list[str]) -> list[str]:
    return [n for n in names if Path(n).suffix not in _KINDS and not os.path.isdir(os.path.join(folder, n))]


def _snapshot(folders: Folders, partner: str, what: str) -> Snapshot:
    loaded = _valid(folders, partner, what)
    assert loaded.profile is not None
    return snapshot(loaded.profile, folders.partners / partner, folders.mappings)


def _valid(folders: Folders, partner: str, what: str) -> LoadedPartner:
    if not (folders.partners / partner).is_dir():
        raise Refused(what=what, why=f"there is no folder of {partner}")
    loaded = drafts.check(folders.partners / partner, folders.mappings)
    if loaded.profile is None or not loaded.valid:
        mistakes = (f"{f.at}: {f.message}" for f in loaded.findings if f.severity is Severity.ERROR)
        raise Refused(what=what, why="the files would hold a mistake: " + " ".join(mistakes))
    return loaded


def _standing(file: Path) -> str | None:
    """The text of a file; None when it is not there."""
    try:
        return file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as written:
        written.write(text.encode("utf-8"))
        written.flush()
        os.fsync(written.fileno())
    if file.exists():
        shutil.copymode(file, part)
    part.replace(file)

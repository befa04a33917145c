"""A partner as published: profile, guide rules and mapping files in one text, under its hash.

Takes a checked partner's folder and mappings/, gives the JSON that commands/partners/publishing.py stores; and back
from that JSON the profile, the rules and the sources, so that every machine reads alike (DESIGN section 6).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edi_gateway.model.errors import GatewayError
from edi_gateway.partners import rules
from edi_gateway.partners.profile import Profile
from edi_gateway.x12.checking.rules import Rule

_FORM = 1  # of the JSON; raised when its keys change
_OWN = "partner/"


class SnapshotUnreadable(GatewayError):
    """Snapshot {hash} cannot be read: {problem}. Publish the partner again."""


class FileNotText(GatewayError):
    """{file} is not UTF-8 and cannot be published: save it as UTF-8, or take it out of the folder."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is stored. `hash` is the SHA-256 of `content`, so the same files have the same hash everywhere."""

    partner: str
    hash: str
    content: str


@dataclass(frozen=True, slots=True)
class PublishedPartner:
    """What a snapshot says. `sources` are texts by the names that mapping.catalog gives them: 850.toml,
    tables/units.csv, partner/KEY/850.toml (the partner's own rows and rules)."""

    hash: str
    profile: Profile
    rules: Mapping[str, tuple[Rule, ...]]
    sources: Mapping[str, str]

    def rules_of(self, set_code: str) -> tuple[Rule, ...]:
        return self.rules.get(set_code, ())


def snapshot(profile: Profile, folder: Path, mappings: Path) -> Snapshot:
    """The partner as it stands in the files, ready to be stored. Check the folder first.

    Raises FileNotText for a .toml or .csv file that is not UTF-8, also for one that nothing refers to.
    """
    sources = _texts(mappings) | {
        f"{_OWN}{profile.key}/{name}": text for name, text in _texts(folder).items() if name != "partner.toml"
    }
    content = json.dumps(
        {"form": _FORM, "profile": profile.model_dump(mode="json"), "sources": sources},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return Snapshot(profile.key, _hash(content), content)


def with_source(content: str, name: str, text: str) -> Snapshot:
    """A snapshot that says the same but for one file of its sources."""
    stored = json.loads(content)
    stored["sources"][name] = text
    made = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Snapshot(stored["profile"]["key"], _hash(made), made)


def thaw(content: str) -> PublishedPartner:
    """The published partner of a snapshot's text; raises SnapshotUnreadable when it is not one of ours."""
    name = _hash(content)
    try:
        stored = json.loads(content)
        if stored["form"] != _FORM:
            raise SnapshotUnreadable(
                hash=name, problem=f"its form is {stored['form']}, this program reads {_FORM}"
            )
        profile = Profile.model_validate(stored["profile"])
        sources: dict[str, str] = stored["sources"]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotUnreadable(hash=name, problem=str(error)) from error
    own: dict[str, tuple[Rule, ...]] = {}
    for path, text in sources.items():
        if path.startswith(_OWN):
            file = PurePosixPath(path)
            own[file.stem] = rules.read(text, f"{profile.key}/{file.name}", file.stem).value or ()
    return PublishedPartner(name, profile, own, sources)


def _texts(folder: Path) -> dict[str, str]:
    files = (f for f in sorted(folder.rglob("*")) if f.suffix in (".toml", ".csv") and f.is_file())
    return {f.relative_to(folder).as_posix(): _text(f) for f in files}


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FileNotText(file=str(file)) from None


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()

"""Partners as files and as published: the only reader of partner.toml.

Takes partners/ and mappings/ folders or published snapshots, gives profiles, findings with file and line, and
the answer to "whose interchange is this?". Called by cli/, commands/partners/publishing.py and flow/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from edi_gateway.model.finding import Finding, Severity
from edi_gateway.partners import checks, draft, shape
from edi_gateway.partners.draft import Draft
from edi_gateway.partners.profile import Address, Profile

PROFILE_FILE = "partner.toml"


@dataclass(frozen=True, slots=True)
class LoadedPartner:
    """A partner's folder as read. `profile` is None when partner.toml has a mistake that leaves nothing to use."""

    key: str
    folder: Path
    profile: Profile | None
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        return self.profile is not None and not any(f.severity is Severity.ERROR for f in self.findings)


def folders(partners: Path) -> list[Path]:
    """The partners' folders, by name: every folder with a partner.toml."""
    if not partners.is_dir():
        return []
    return sorted(f for f in partners.iterdir() if (f / PROFILE_FILE).is_file())


def load(folder: Path) -> LoadedPartner:
    """The profile, with the mistakes of shape only (unknown keys, wrong types, what is missing)."""
    read = draft.read(folder / PROFILE_FILE, f"{folder.name}/{PROFILE_FILE}")
    if isinstance(read, Finding):
        return LoadedPartner(folder.name, folder, None, (read,))
    profile, findings = _profile(folder.name, read)
    return LoadedPartner(folder.name, folder, profile, findings)


def check(folder: Path, mappings: Path | None = None) -> LoadedPartner:
    """Every mistake in one partner's folder, each with file, line and reason (spec B15: lint).

    Looks at the neighbours in the same partners/ folder for addresses and folders used twice, and at `mappings`
    for the documents that are exchanged.
    """
    read = draft.read(folder / PROFILE_FILE, f"{folder.name}/{PROFILE_FILE}")
    if isinstance(read, Finding):
        return LoadedPartner(folder.name, folder, None, (read,))
    profile, findings = _profile(folder.name, read)
    surroundings = checks.Surroundings(
        folder=folder,
        neighbours=tuple(_neighbours(folder)),
        mappings=mappings,
    )
    found = [*findings, *(finding for rule in checks.CHECKS for finding in rule(read, surroundings))]
    return LoadedPartner(folder.name, folder, profile, tuple(sorted(set(found), key=_by_place)))


def check_all(partners: Path, mappings: Path | None = None) -> list[LoadedPartner]:
    """Every partner's folder, checked."""
    return [check(folder, mappings) for folder in meant(partners)]


def meant(partners: Path) -> list[Path]:
    """Every folder that is meant for a partner, by name; also one that holds files but, by a misspelling say, no
    partner.toml."""
    if not partners.is_dir():
        return []
    return sorted(f for f in partners.iterdir() if f.is_dir() and any(f.glob("*.toml")))


def _profile(key: str, read: Draft) -> tuple[Profile | None, tuple[Finding, ...]]:
    try:
        return Profile.model_validate({**read.raw, "key": key}), ()
    except ValidationError as error:
        return None, tuple(shape.mistakes(read, error))


def _neighbours(folder: Path) -> Iterator[Draft]:
    for other in folders(folder.parent):
        if other.name != folder.name:
            read = draft.read(other / PROFILE_FILE, f"{other.name}/{PROFILE_FILE}")
            if isinstance(read, Draft):
                yield read


def _by_place(finding: Finding) -> tuple[str, int, str]:
    file, _, line = str(finding.at).rpartition(":")
    return file, int(line), finding.message


@dataclass(frozen=True, slots=True)
class Registry:
    """The partners that are live: whose interchange, whose connection. Built anew when one is published."""

    profiles: Mapping[str, Profile]
    _by_address: Mapping[tuple[str, str, str, str], tuple[Profile, ...]] = field(repr=False)

    @staticmethod
    def of(profiles: Sequence[Profile]) -> Registry:
        by_address: dict[tuple[str, str, str, str], tuple[Profile, ...]] = {}
        for profile in profiles:
            for them in (profile.them, *profile.also_known_as):
                address = _pair(them.qualifier, them.id, profile.us.qualifier, profile.us.id)
                by_address[address] = (*by_address.get(address, ()), profile)
        return Registry({p.key: p for p in profiles}, by_address)

    def connection(self, key: str) -> Profile | None:
        """The profile whose connection this is."""
        return self.profiles.get(key)

    def resolve(
        self,
        sender_qualifier: str,
        sender: str,
        receiver_qualifier: str,
        receiver: str,
        gs_sender: str | None = None,
        gs_receiver: str | None = None,
    ) -> Profile | None:
        """The partner of (ISA05/06, ISA07/08) and, where several share that address, of (GS02/03); spec B1.

        None when nobody has this address, or when the group ids do not say which of several it is.
        """
        found = self._by_address.get(_pair(sender_qualifier, sender, receiver_qualifier, receiver), ())
        if len(found) > 1:
            found = tuple(p for p in found if _groups_fit(p, sender, gs_sender, gs_receiver))
        return found[0] if len(found) == 1 else None


def _pair(*parts: str) -> tuple[str, str, str, str]:
    a, b, c, d = (part.strip().upper() for part in parts)
    return a, b, c, d


def _groups_fit(profile: Profile, sender: str, gs_sender: str | None, gs_receiver: str | None) -> bool:
    ours: list[Address] = [
        a for a in (profile.them, *profile.also_known_as) if a.id.upper() == sender.strip().upper()
    ]
    fits_them = gs_sender is None or any(a.group.upper() == gs_sender.strip().upper() for a in ours)
    return fits_them and (gs_receiver is None or profile.us.group.upper() == gs_receiver.strip().upper())

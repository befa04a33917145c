"""What two sides have agreed on: profile, guides and mappings of a partner, as that partner's machine holds them.

Made from the same files as ours, turned round: what comes in for us goes out for them. Raises MappingInvalid and
ProfileUnusable for files with mistakes. Called by wire.py and play.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Reader, Writer, reader, writer
from edi_gateway.model.errors import GatewayError
from edi_gateway.partners import registry, snapshots
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.snapshots import PublishedPartner
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.dictionary import nearest

_mappings: dict[tuple[str, str], catalog.Mapping | None] = {}  # few partners, and a handful of sets each


class ProfileUnusable(GatewayError):
    """The files of {partner} cannot be played with: {problem}"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A partner's files as they were read. Guides, readers and writers are made when first asked for."""

    published: PublishedPartner
    _guides: dict[tuple[str, str], Guide | None] = field(default_factory=dict, repr=False)

    @property
    def profile(self) -> Profile:
        return self.published.profile

    def version(self, set_code: str) -> str:
        """GS08 of a set: as agreed; where no row says so, that of what they order with."""
        rows = self.profile.documents
        agreed = next((row.version for row in rows if row.set == set_code), None)
        return agreed or next((row.version for row in rows if row.set in ("850", "940")), "004010")

    def guide(self, set_code: str, read_as: str) -> Guide | None:
        key = (set_code, read_as)
        if key not in self._guides:
            known = readable(read_as, set_code)
            self._guides[key] = build(read_as, set_code, self.published.rules_of(set_code)) if known else None
        return self._guides[key]

    def mapping(self, set_code: str) -> catalog.Mapping | None:
        """None when there is no file for it. Files of the same words give the same mapping, which is kept."""
        key = (self.published.hash, set_code)
        if key not in _mappings:
            texts = self.published.sources
            known = f"{set_code}.toml" in texts
            _mappings[key] = catalog.load_texts(texts, set_code) if known else None
        return _mappings[key]

    def reader(self, set_code: str, guide: Guide) -> Reader | None:
        mapping = self.mapping(set_code)
        return None if mapping is None else reader(mapping, guide)

    def writer(self, set_code: str) -> Writer | None:
        mapping = self.mapping(set_code)
        guide = self.guide(set_code, nearest(self.version(set_code))[0])
        return None if mapping is None or guide is None else writer(mapping, guide)

    def counted(self, set_code: str) -> dict[str, str]:
        """What CTT01 counts by the agreed mapping: `HL`, `HL*I`, `PO1` ..."""
        mapping = self.mapping(set_code)
        rows = () if mapping is None else mapping.rows
        return {
            f"CTT{element.name}": element.compute.counted
            for row in rows
            if row.selector == "CTT"
            for element in row.elements
            if element.compute is not None
        }


def agreed(folder: Path, mappings: Path) -> Agreement:
    """What a partner's folder says."""
    loaded = registry.load(folder)
    if loaded.profile is None:
        raise ProfileUnusable(partner=folder.name, problem=loaded.findings[0].message)
    return of_profile(loaded.profile, folder, mappings)


def of_profile(profile: Profile, folder: Path, mappings: Path) -> Agreement:
    """The same with another profile than the folder's: what the other side believes was agreed."""
    return Agreement(snapshots.thaw(snapshots.snapshot(profile, folder, mappings).content))

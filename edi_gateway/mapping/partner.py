"""What reads and writes a published partner's documents: its guides, its mappings, compiled once and kept.

Takes a published partner (partners/snapshots.py), gives guides, readers and writers by set and version. Called by flow
for the live ones and by triage/trying for two versions side by side.
"""

from __future__ import annotations

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Reader, Writer, reader, writer
from edi_gateway.partners.profile import Documents, Profile
from edi_gateway.partners.snapshots import PublishedPartner
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.dictionary import nearest


class PartnerTools:
    """One published partner. Guides, readers and writers are made at first use."""

    def __init__(self, published: PublishedPartner) -> None:
        self.published = published
        self._guides: dict[tuple[str, str], Guide | None] = {}
        self._readers: dict[tuple[str, str], Reader | None] = {}
        self._writers: dict[tuple[str, str], Writer | None] = {}

    @property
    def profile(self) -> Profile:
        return self.published.profile

    @property
    def hash(self) -> str:
        return self.published.hash

    def guide(self, set_code: str, version: str) -> Guide | None:
        """The guide of a set at a dictionary version ("004010"); None when we know no such set."""
        key = (set_code, version)
        if key not in self._guides:
            known = readable(version, set_code)
            self._guides[key] = build(version, set_code, self.published.rules_of(set_code)) if known else None
        return self._guides[key]

    def reader(self, set_code: str, guide: Guide) -> Reader | None:
        """What turns a set that this guide has checked into its canonical document; None when no mapping file
        says how."""
        key = (set_code, guide.hash)
        if key not in self._readers:
            mapping = self.mapping(set_code)
            self._readers[key] = None if mapping is None else reader(mapping, guide)
        return self._readers[key]

    def writer(self, set_code: str, version: str) -> Writer | None:
        """What turns a canonical document into a set; None when no mapping file says how."""
        key = (set_code, version)
        if key not in self._writers:
            mapping, guide = self.mapping(set_code), self.guide(set_code, version)
            self._writers[key] = None if mapping is None or guide is None else writer(mapping, guide)
        return self._writers[key]

    def agreed(self, set_code: str, direction: str, version: str | None = None) -> Documents | None:
        """The row of the profile for this set; of several versions the one that reads alike, else the first."""
        rows = [d for d in self.profile.documents if d.set == set_code and d.direction == direction]
        for row in rows:
            if version is not None and nearest(row.version)[0] == version:
                return row
        return rows[0] if rows else None

    def mapping(self, set_code: str) -> catalog.Mapping | None:
        """The mapping of a set as published; None when there is no file for it."""
        return _mapping_of(self.published, set_code)


_KEPT = 64  # mappings of snapshots; far more than are live at once in one installation
_mappings_kept: dict[tuple[str, str], catalog.Mapping | None] = {}


def _mapping_of(published: PublishedPartner, set_code: str) -> catalog.Mapping | None:
    """The mapping of a set as published; None when there is no file for it. A snapshot never changes, so what
    was made of it is kept."""
    key = (published.hash, set_code)
    if key not in _mappings_kept:
        if len(_mappings_kept) >= _KEPT:
            _mappings_kept.clear()
        texts = published.sources
        _mappings_kept[key] = catalog.load_texts(texts, set_code) if f"{set_code}.toml" in texts else None
    return _mappings_kept[key]

"""The partners as published, ready for work: whose interchange it is, and what reads and writes its documents.

Takes live snapshots from the store (one cheap look a batch tells whether anything changed) and gives profiles,
guides, readers and writers, compiled once a snapshot. Called by the steps of flow.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sqlalchemy import Connection

from edi_gateway.mapping import catalog
from edi_gateway.mapping.compile import Reader, Writer, reader, writer
from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.partners.profile import Documents, Profile
from edi_gateway.partners.registry import Registry
from edi_gateway.partners.snapshots import PublishedPartner, thaw
from edi_gateway.store import snapshots
from edi_gateway.store.watch import switches
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.dictionary import nearest


@dataclass(slots=True)
class LivePartner:
    """One published partner. Guides, readers and writers are made at first use and kept."""

    published: PublishedPartner
    paused: bool
    _guides: dict[tuple[str, str], Guide | None] = field(default_factory=dict)
    _mappings: dict[str, catalog.Mapping | None] = field(default_factory=dict)
    _readers: dict[tuple[str, str], Reader | None] = field(default_factory=dict)
    _writers: dict[tuple[str, str], Writer | None] = field(default_factory=dict)

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
            mapping = self._mapping(set_code)
            self._readers[key] = None if mapping is None else reader(mapping, guide)
        return self._readers[key]

    def writer(self, set_code: str, version: str) -> Writer | None:
        """What turns a canonical document into a set; None when no mapping file says how."""
        key = (set_code, version)
        if key not in self._writers:
            mapping, guide = self._mapping(set_code), self.guide(set_code, version)
            self._writers[key] = None if mapping is None or guide is None else writer(mapping, guide)
        return self._writers[key]

    def agreed(self, set_code: str, direction: str, version: str | None = None) -> Documents | None:
        """The row of the profile for this set; of several versions the one that reads alike, else the first."""
        rows = [d for d in self.profile.documents if d.set == set_code and d.direction == direction]
        for row in rows:
            if version is not None and nearest(row.version)[0] == version:
                return row
        return rows[0] if rows else None

    def _mapping(self, set_code: str) -> catalog.Mapping | None:
        if set_code not in self._mappings:
            self._mappings[set_code] = _mapping_of(self.published, set_code)
        return self._mappings[set_code]


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


class LivePartners:
    """All live partners of this process; `refresh` follows what has been published since."""

    stopped: Stopped = RUNNING  # what is switched off, as of the last `refresh`

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stand: dict[str, tuple[str, bool]] = {}
        self._partners: dict[str, LivePartner] = {}
        self._registry = Registry.of(())

    def refresh(self, conn: Connection) -> None:
        """Look whether anything was published, paused, stopped or resumed, and follow."""
        stand = snapshots.hashes(conn)
        self.stopped = switches.stopped(conn)
        with self._lock:
            if stand == self._stand:
                return
            partners: dict[str, LivePartner] = {}
            for key, (digest, paused) in stand.items():
                known = self._partners.get(key)
                if known is not None and known.hash == digest:
                    known.paused = paused
                    partners[key] = known
                    continue
                content = snapshots.content(conn, digest)
                if content is not None:
                    partners[key] = LivePartner(thaw(content), paused)
            self._stand, self._partners = stand, partners
            self._registry = Registry.of([p.profile for p in partners.values()])

    def get(self, key: str) -> LivePartner | None:
        """The partner of this key; None when it is not published."""
        return self._partners.get(key)

    def all(self) -> list[LivePartner]:
        """All live partners, by key."""
        return [self._partners[key] for key in sorted(self._partners)]

    def of_interchange(
        self, isa: tuple[str, str, str, str], group: tuple[str, str] | None = None
    ) -> LivePartner | None:
        """Whose interchange it is: ISA05-08, and GS02/03 where several share that address; None: unknown."""
        profile = self._registry.resolve(*isa, *(group or (None, None)))
        return None if profile is None else self._partners.get(profile.key)

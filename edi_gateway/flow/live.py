"""The partners as published, ready for work: whose interchange it is, and what reads and writes its documents.

Takes live snapshots from the store (one cheap look a batch tells whether anything changed) and gives profiles,
guides, readers and writers, compiled once a snapshot. Called by the steps of flow.
"""

from __future__ import annotations

import threading
from copy import copy

from sqlalchemy import Connection

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.model.incident import RUNNING, Stopped
from edi_gateway.partners.registry import Registry
from edi_gateway.partners.snapshots import PublishedPartner, thaw
from edi_gateway.store import snapshots
from edi_gateway.store.watch import switches


class LivePartner(PartnerTools):
    """One published partner. `paused`: nothing is taken in or sent for it."""

    def __init__(self, published: PublishedPartner, paused: bool) -> None:
        super().__init__(published)
        self.paused = paused


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

    def fork(self) -> LivePartners:
        """The same partners, with what was compiled for them, to go their own way: a trial may publish a draft."""
        made = LivePartners()
        with self._lock:
            made._stand, made._registry = self._stand, self._registry
            made._partners = {key: copy(partner) for key, partner in self._partners.items()}
        return made

    def get(self, key: str) -> LivePartner | None:
        """The partner of this key; None when it is not published."""
        return self._partners.get(key)

    def once(self, conn: Connection, partner: LivePartner, digest: str) -> LivePartner:
        """The partner as another snapshot of theirs says; as they are when it is not there, or somebody else's."""
        content = snapshots.content(conn, digest)
        made = None if content is None else LivePartner(thaw(content), partner.paused)
        return made if made is not None and made.profile.key == partner.profile.key else partner

    def all(self) -> list[LivePartner]:
        """All live partners, by key."""
        return [self._partners[key] for key in sorted(self._partners)]

    def of_interchange(
        self, isa: tuple[str, str, str, str], group: tuple[str, str] | None = None
    ) -> LivePartner | None:
        """Whose interchange it is: ISA05-08, and GS02/03 where several share that address; None: unknown."""
        profile = self._registry.resolve(*isa, *(group or (None, None)))
        return None if profile is None else self._partners.get(profile.key)

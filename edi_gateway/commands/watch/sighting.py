"""What detectors look at, and what they see (spec B14.5). Made by flow/deadlines.py and commands/watch/detectors.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edi_gateway.commands.desk import Desk
from edi_gateway.model.incident import Kind, Stopped, Urgency
from edi_gateway.partners.profile import Profile
from edi_gateway.store.watch.incidents import Incident
from edi_gateway.triage.usual import Limits


@dataclass(frozen=True, slots=True)
class Disk:
    """Room where the database and what is posted lie, in bytes."""

    path: str
    size: int
    free: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something goes wrong, as one detector sees it now. `about`: what tells it from others of its kind. `touched`:
    (kind, id) of orders, cases, documents, transmissions."""

    kind: Kind
    urgency: Urgency
    about: str
    title: str
    message: str
    hint: str
    partner: str | None = None
    touched: tuple[tuple[str, int], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind.value} {self.about}".strip()


@dataclass(frozen=True, slots=True)
class Watched:
    """What the detectors look at. `profiles`: published and active; `paused`: those of them that are."""

    desk: Desk
    profiles: Sequence[Profile]
    paused: frozenset[str]
    stopped: Stopped
    limits: Limits
    disks: Sequence[Disk] = ()
    open_keys: Mapping[str, Incident] = field(default_factory=dict)
    is_open: Callable[[Profile, datetime], bool] = lambda _profile, _now: True

    @property
    def now(self) -> datetime:
        return self.desk.clock()

    def profile(self, key: str | None) -> Profile | None:
        return next((one for one in self.profiles if one.key == key), None)

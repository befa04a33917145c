"""The words of incidents: what can go wrong at large, how bad it is, and what is stopped for it (spec B14.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a detector looks for; the value is what people read."""

    REJECT_RATE = "reject rate"
    SAME_ERROR = "same error"
    PARTNER_SILENT = "partner silent"
    QUEUE_AGE = "queue age"
    CASES_OVERDUE = "cases overdue"
    FETCHING_FAILS = "fetching fails"
    DELIVERY_FAILS = "delivery fails"
    POSTING_FAILS = "posting fails"
    ACKS_OVERDUE = "acks overdue"
    CERTIFICATE_ENDS = "certificate ends"
    DISK_FULL = "disk full"
    BY_HAND = "by hand"  # a person opened it: a war room about what no detector sees


class Urgency(StrEnum):
    """URGENT goes out in quiet hours too."""

    URGENT = "URGENT"
    SERIOUS = "SERIOUS"
    MINOR = "MINOR"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What is switched off. `sets`: (set code, partner or None for all)."""

    sending: bool = False
    posting: bool = False
    sets: frozenset[tuple[str, str | None]] = field(default_factory=frozenset)

    def holds(self, set_code: str, partner: str) -> bool:
        """Whether this set of this partner waits."""
        return bool(self.sets) and ((set_code, None) in self.sets or (set_code, partner) in self.sets)

    def held(self, partner: str) -> frozenset[str]:
        """The sets of a partner that wait."""
        return frozenset(code for code, whose in self.sets if whose is None or whose == partner)


RUNNING = Stopped()

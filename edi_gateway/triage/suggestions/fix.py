"""A fix that is suggested for a case: what it would do, why it is suggested, what a person must add.

Made by the modules of triage/suggestions/, done by commands/triage/fixing.py, tried by flow/replays/trying.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What a fix does; each is one command."""

    IMPORT = "import"  # a row of master data: a cross-reference, a ship-to, a price
    VALUE = "value"  # a value of the order set
    RELEASE = "release"  # the hold released, what is held accepted once
    DUPLICATE = "duplicate"  # a PO that came twice: void, change or new
    REFUSE = "refuse"  # the order or a line of it, by 855
    COPY = "copy"  # a corrected copy of the file, replayed in its place
    ONCE = "once"  # the file taken this once, though it breaks a rule of the partner's guide
    RULE = "rule"  # a rule of the partner's guide, as a draft
    ROW = "row"  # a row of the mapping, as a draft
    TABLE = "table"  # a row of a code table, as a draft
    PROFILE = "profile"  # something else of the partner's profile, as a draft
    REFUSE_SET = "refuse set"  # the set, by a 997 that has not gone
    ADVISE = "advise"  # the set, by an 824
    MESSAGE = "message"  # a mail to the partner, drafted
    SEND = "send"  # once more, as it was
    IGNORE = "ignore"  # nothing is to be done, with the reason


#: What a person may or must add to a fix.
WHY, REASON, VALUE, ROOT_CAUSE, FILE = "why", "reason", "value", "root cause", "file"
_MANY: Final = 7  # roles: more of them are not told one by one
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fix:
    """`key` names it among the fixes of its case. `score`: how near a near miss is, of 100. `asks`: what must be
    given with it. `roles`: who may do it. `values`: what the command is given. `drafts`: it changes nothing before
    it is published. `replays`: what has the same cause is to be replayed after it."""

    key: str
    kind: Kind
    title: str
    why: str
    roles: frozenset[str]
    values: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    asks: tuple[str, ...] = (WHY,)
    score: int | None = None
    replays: bool = False

    @property
    def who(self) -> str:
        """Who may do it, in words."""
        return "everybody who works cases" if len(self.roles) >= _MANY else ", ".join(sorted(self.roles))

    @property
    def drafts(self) -> bool:
        return self.kind in (Kind.RULE, Kind.ROW, Kind.TABLE, Kind.PROFILE)

    @property
    def for_each(self) -> bool:
        """Whether it decides about one case, and may be done to each of a cause; what else there is holds for all of
        them at once, or is a replay."""
        return self.kind in (
            Kind.RELEASE,
            Kind.DUPLICATE,
            Kind.REFUSE,
            Kind.REFUSE_SET,
            Kind.ADVISE,
            Kind.IGNORE,
        )

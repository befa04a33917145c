"""What the envelope reader gives: interchanges, groups and sets as events, in the order of the bytes.

Made by x12.parsing.envelope.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edi_gateway.model.finding import Finding, Location
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.rawset import RawSet


@dataclass(slots=True)
class Group:
    """A functional group. `read_as` is the version of the dictionary that reads it, `stated_sets` is GE01,
    `own` the byte ranges of GS and GE. Findings are complete at GroupEnd."""

    code: str
    sender: str
    receiver: str
    date: str
    time: str
    control: str
    version: str
    read_as: str
    offset: int
    end: int
    control_at: Location
    stated_sets: int | None = None
    findings: list[Finding] = field(default_factory=list)
    own: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Interchange:
    """An interchange. `isa` has 17 strings, "ISA" first, blanks at the end of each taken off.

    `acks` are the TA1 segments in it, `ack_offsets` where they begin; `groups` counts the groups, `own` has the byte
    ranges of ISA, ISB, ISE, TA1 and IEA. `end`, `encoding` and the findings are complete at InterchangeEnd.
    """

    isa: list[str]
    delimiters: Delimiters
    offset: int
    end: int
    encoding: str = "ascii"
    findings: list[Finding] = field(default_factory=list)
    acks: list[list[str]] = field(default_factory=list)
    ack_offsets: list[int] = field(default_factory=list)
    groups: int = 0
    control_offset: int = 0  # of ISA13
    own: list[tuple[int, int]] = field(default_factory=list)

    @property
    def sender_qualifier(self) -> str:
        return self.isa[5]

    @property
    def sender(self) -> str:
        return self.isa[6]

    @property
    def receiver_qualifier(self) -> str:
        return self.isa[7]

    @property
    def receiver(self) -> str:
        return self.isa[8]

    @property
    def control(self) -> str:
        return self.isa[13]

    @property
    def version(self) -> str:
        return self.isa[12]

    @property
    def usage(self) -> str:
        return self.isa[15]

    @property
    def ack_requested(self) -> bool:
        return self.isa[14] == "1"

    def text(self, value: str) -> str:
        """A value as people read it: UTF-8 where the bytes are, else Latin-1."""
        if value.isascii() or self.encoding == "latin-1":
            return value
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value


@dataclass(slots=True)
class InterchangeStart:
    interchange: Interchange


@dataclass(slots=True)
class GroupStart:
    group: Group


@dataclass(slots=True)
class SetRead:
    raw: RawSet


@dataclass(slots=True)
class GroupEnd:
    group: Group


@dataclass(slots=True)
class InterchangeEnd:
    interchange: Interchange


@dataclass(slots=True)
class Unreadable:
    """Bytes outside of any interchange; the byte range stands in the findings."""

    findings: list[Finding]


Event = InterchangeStart | GroupStart | SetRead | GroupEnd | InterchangeEnd | Unreadable

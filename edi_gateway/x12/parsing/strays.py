"""Segments that belong to no group or no set, while they are read: where they stand, and what they tell.

Of a set whose ST is lost or misspelt the SE is left, of a group the GE; a trailer that is misspelt has the count and
the control number that it should have. So one fault is said once: what follows from it is not said beside it. Used by
x12.parsing.envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_gateway.model.finding import Finding
from edi_gateway.x12.parsing import interchange_checks
from edi_gateway.x12.parsing.trailers import is_count


@dataclass(slots=True)
class Strays:
    """`place` is the byte range not yet reported, `trailers` how many SE (in a group) or GE (outside) were among
    the segments, `last` the segment read last, `findings` what was reported."""

    place: tuple[int, int] | None = None
    trailers: int = 0
    last: Sequence[str] = ()
    findings: list[Finding] = field(default_factory=list)

    def add(self, elements: Sequence[str], offset: int, end: int, *, in_group: bool) -> None:
        self.place = (self.place[0], end) if self.place else (offset, end)
        self.last = elements
        self.trailers += elements[0].upper() == ("SE" if in_group else "GE")

    def report(self, place: tuple[int, int], *, in_group: bool) -> Finding:
        finding = interchange_checks.stray(*place, in_group=in_group)
        self.place = None
        self.findings.append(finding)
        return finding

    def explain(self, stated: str, count: int) -> bool:
        """Whether a count differs by the sets or groups that have lost their beginning."""
        return bool(self.trailers) and is_count(stated.strip(), count + self.trailers)

    def ended_by(self, count: int, control: str) -> bool:
        """Whether the last of them is a trailer that is misspelt: nothing but this count and control number."""
        return stands_for_trailer(self.last, count, control)


def stands_for_trailer(elements: Sequence[str], count: int, control: str) -> bool:
    """Whether a segment has what an SE, GE or IEA has: this count, this control number, and nothing else."""
    return len(elements) == 3 and is_count(elements[1], count) and bool(control) and elements[2] == control

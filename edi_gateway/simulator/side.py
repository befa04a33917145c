"""Somebody at the other end of the line: writes files as the partner does, reads and judges what comes, sends 997s.

What buyers (buyer.py) and warehouses (warehouse.py) have in common; its memory is its judge's book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from edi_gateway.simulator.agreement import Agreement
from edi_gateway.simulator.judge.judge import Judge
from edi_gateway.simulator.judge.rules import Disagreement
from edi_gateway.simulator.mail import Header, Received
from edi_gateway.simulator.wire import Body, Sent, Wire
from edi_gateway.x12.acks.ack import GroupResult, functional_ack

Verdict = Literal["accept", "reject", "in part"]


@dataclass
class Side:
    """`came`: every set, in order; `unanswered`: groups that no 997 was made for yet; `acknowledges`: by itself."""

    agreement: Agreement
    acknowledges: bool = True
    judge: Judge = field(init=False)
    wire: Wire = field(init=False)
    came: list[Received] = field(default_factory=list)
    unanswered: list[tuple[Header, GroupResult]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.judge = Judge(self.agreement)
        self.wire = Wire(self.agreement)

    @property
    def key(self) -> str:
        return self.agreement.profile.key

    def expect(self, sent: Sequence[Sent], rejected: int = 0) -> None:
        """Groups went out: their acknowledgments are awaited."""
        for group in sent:
            self.judge.awaited.sent(group.gs_code, group.control, len(group.sets), rejected, group.at)

    def read(self, content: bytes, file: str, at: datetime) -> list[Disagreement]:
        """A file of the gateway's: judged, kept, and acknowledged when `acknowledge` is asked next."""
        mail = self.wire.read(content, file, at)
        self.came += mail.sets
        self.unanswered += [(header, result) for header, result in mail.groups if header.gs_code != "FA"]
        return self.judge.hear(mail)

    def count(self, set_code: str) -> int:
        return sum(received.set_code == set_code for received in self.came)

    def acknowledge(self, at: datetime, verdict: Verdict = "accept", only: str | None = None) -> bytes | None:
        """The 997s of all groups that wait for one, or of those with this set only; None: none does."""
        chosen = [each for each in self.unanswered if only is None or only in {s.code for s in each[1].sets}]
        if not chosen:
            return None
        self.unanswered = [each for each in self.unanswered if each not in chosen]
        bodies = []
        for header, result in chosen:
            segments = functional_ack(
                _judged(result, verdict), "997", self.wire.marks(header.version), header.version
            )
            bodies.append(Body("997", segments, header.version))
        tests = {header.test for header, _ in chosen}
        content, _ = self.wire.interchange(bodies, at, test=tests == {True})
        return content

    def here(self, at: datetime) -> datetime:
        """The moment in their time zone."""
        return at.astimezone(ZoneInfo(self.agreement.profile.calendar.zone))

    def today(self, at: datetime) -> date:
        return self.here(at).date()


def _judged(result: GroupResult, verdict: Verdict) -> GroupResult:
    """The result as they want to tell it: as it is, or rejected whatever it is."""
    if verdict == "accept":
        return result
    sets = [replace(each, status="R") for each in result.sets]
    if verdict == "in part" and len(sets) > 1:
        sets[1:] = list(result.sets[1:])
    accepted = sum(each.accepted for each in sets)
    return replace(result, status="P" if accepted else "R", accepted=accepted, sets=tuple(sets))

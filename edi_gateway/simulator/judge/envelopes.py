"""What a buyer holds against envelopes and acknowledgments (spec C0, C5): addresses, numbers, versions, 997s in time.

Takes the book and a file as it was read; yields disagreements. Keeps the control numbers that it has seen in the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from edi_gateway.simulator.agreement import Agreement
from edi_gateway.simulator.book import Book
from edi_gateway.simulator.judge.rules import Disagreement, Rule
from edi_gateway.simulator.mail import Header, Mail, Received
from edi_gateway.x12.dictionary import nearest

_ALWAYS = ("997", "999")  # needs no row in [[documents]]


def judge(book: Book, agreement: Agreement, mail: Mail) -> Iterator[Disagreement]:
    """All that is wrong with a file but what its documents say."""
    for fault in mail.faults:
        yield Disagreement(Rule.ENVELOPE_UNREADABLE, "", mail.file, fault)
    seen: set[str] = set()
    for header, _ in mail.groups:
        if header.control not in seen:
            seen.add(header.control)
            yield from _counts_on(book, "ISA", header.control, header)
            yield from _addresses(agreement, header)
        yield from _counts_on(book, f"GS {header.gs_code}", header.gs_control, header)
    for received in mail.sets:
        yield from _agreed(agreement, received)
        for fault in received.faults:
            yield Disagreement(Rule.SET_BREAKS_STANDARD, received.set_code, received.header.control, fault)


def _counts_on(book: Book, scope: str, control: str, header: Header) -> Iterator[Disagreement]:
    """Each number is the one after the last; the range begins wherever the first of it does."""
    if not control.isdigit():
        return
    number, last = int(control), book.controls.get(scope)
    what = "ISA13" if scope == "ISA" else f"GS06 of {header.gs_code}"
    if last is not None and number <= last:
        yield Disagreement(
            Rule.ENVELOPE_CONTROL_REPEATED, "", control, f"{what} is {number}, {last} came before."
        )
    elif last is not None and number != last + 1:
        yield Disagreement(
            Rule.ENVELOPE_CONTROL_GAP, "", control, f"{what} is {number}, {last + 1} never came."
        )
    book.controls[scope] = max(number, last or 0)


def _addresses(agreement: Agreement, header: Header) -> Iterator[Disagreement]:
    us, them = agreement.profile.us, agreement.profile.them
    wanted = (us.qualifier, us.id, them.qualifier, them.id)
    if header.addresses != wanted:
        yield Disagreement(
            Rule.ENVELOPE_ADDRESS,
            "",
            header.control,
            f"ISA05-08 are {header.addresses}, agreed are {wanted}.",
        )
    if header.gs_addresses != (us.group, them.group):
        yield Disagreement(
            Rule.ENVELOPE_ADDRESS,
            "",
            header.control,
            f"GS02/03 are {header.gs_addresses}, not {(us.group, them.group)}.",
        )


def _agreed(agreement: Agreement, received: Received) -> Iterator[Disagreement]:
    row = agreement.profile.document(received.set_code, "out")
    if row is None:
        if received.set_code not in _ALWAYS:
            yield Disagreement(
                Rule.SET_NOT_AGREED,
                received.set_code,
                received.header.control,
                f"{received.set_code} was never agreed.",
            )
        return
    version = received.header.version
    if version != row.version:
        near = " (read alike)" if nearest(version)[0] == nearest(row.version)[0] else ""
        yield Disagreement(
            Rule.ENVELOPE_VERSION,
            received.set_code,
            received.header.control,
            f"GS08 is {version}, agreed is {row.version}{near}.",
        )


def tested(test: bool, received: Received, about: str) -> Iterator[Disagreement]:
    """`test`: how the order was placed; its documents say the same."""
    if test != received.test:
        said, right = ("T", "P") if received.test else ("P", "T")
        yield Disagreement(
            Rule.ENVELOPE_TEST_FLAG,
            received.set_code,
            about,
            f"ISA15 is {said}; the order was placed with {right}.",
        )


class Awaited:
    """Groups that were sent, and what their acknowledgment is to say."""

    def __init__(self, agreement: Agreement) -> None:
        self._within = timedelta(hours=agreement.profile.acknowledging.expect_within_hours)
        self._wanted = agreement.profile.acknowledging.functional != "none"
        self._groups: dict[tuple[str, str], _Group] = {}

    def sent(self, code: str, control: str, sets: int, rejected: int, at: datetime) -> None:
        """A group goes out; again, when the same file does. `rejected`: how many of its sets are broken on purpose."""
        group = self._groups.setdefault((code, control), _Group(sets, rejected, at))
        group.times += 1

    def judge(self, received: Received) -> Iterator[Disagreement]:
        ack = received.acknowledgment
        if ack is None:
            return
        about, group = f"{ack.code} {ack.control}", self._groups.get((ack.code, str(int(ack.control or 0))))
        code = received.set_code
        if group is None:
            yield Disagreement(Rule.ACK_UNKNOWN_GROUP, code, about, "No such group was sent.")
            return
        group.answered += 1
        if group.answered > group.times:
            yield Disagreement(Rule.ACK_REPEATED, code, about, f"It was sent {group.times} times.")
        if received.at > group.at + self._within:
            yield Disagreement(Rule.ACK_LATE, code, about, f"It was sent at {group.at:%d %b %H:%M}.")
        good = group.sets - group.rejected
        if (ack.stated, ack.received, ack.accepted) != (group.sets, group.sets, good):
            told = (ack.stated, ack.received, ack.accepted)
            yield Disagreement(
                Rule.ACK_COUNTS, code, about, f"AK9 counts {told}, {(group.sets, group.sets, good)} is right."
            )
        right = ("A", "E") if good == group.sets else ("P",) if good else ("R",)
        if ack.status not in right:
            yield Disagreement(
                Rule.ACK_VERDICT, code, about, f"AK901 is {ack.status}; {' or '.join(right)} is right."
            )

    def missing(self) -> Iterator[Disagreement]:
        for (code, control), group in self._groups.items():
            if self._wanted and not group.answered:
                yield Disagreement(
                    Rule.ACK_MISSING,
                    "997",
                    f"{code} {control}",
                    f"Sent at {group.at:%d %b %H:%M}, never acknowledged.",
                )


class _Group:
    def __init__(self, sets: int, rejected: int, at: datetime) -> None:
        self.sets, self.rejected, self.at = sets, rejected, at
        self.times = self.answered = 0

"""Acknowledgments that come in: what a partner's 997, 999 or TA1 says about what we sent (spec C5).

Takes a RawSet or a TA1 segment, gives records; called by flow.inbound, which matches them to what went out.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi_gateway.x12.parsing.rawset import RawSet

#: What the note of a TA1 means, in our words.
TA1_NOTES = {
    "000": "no error",
    "001": "control numbers of header and trailer differ",
    "002": "standard not supported",
    "003": "version of the envelope not supported",
    "004": "segment terminator invalid",
    "005": "sender qualifier invalid",
    "006": "sender id invalid",
    "007": "receiver qualifier invalid",
    "008": "receiver id invalid",
    "009": "receiver id unknown",
    "010": "authorization qualifier invalid",
    "011": "authorization invalid",
    "012": "security qualifier invalid",
    "013": "security information invalid",
    "014": "date invalid",
    "015": "time invalid",
    "016": "standards id invalid",
    "017": "version of the envelope invalid",
    "018": "control number invalid",
    "019": "acknowledgment request invalid",
    "020": "usage indicator invalid",
    "021": "number of groups wrong",
    "022": "structure of the envelope invalid",
    "023": "end of the file too early",
    "024": "content invalid, e.g. a GS",
    "025": "control number used before",
    "026": "element separator invalid",
    "027": "component separator invalid",
    "028": "delivery date invalid",
    "029": "delivery time invalid",
    "030": "delivery time code invalid",
    "031": "grade of service invalid",
}


@dataclass(frozen=True, slots=True)
class SetAck:
    """What is said about one set that we sent. `errors` are the AK3 and AK4 (IK3, IK4) under it, written with
    `*`; `notes` are AK502 to AK506."""

    code: str
    control: str
    status: str
    notes: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AckReading:
    """What is said about one group that we sent. `status` is AK901, "" when there is no AK9; `details` may be
    empty although the group was accepted: then all of its sets were."""

    code: str
    control: str
    version: str
    status: str
    stated: int | None
    received: int | None
    accepted: int | None
    notes: tuple[str, ...]
    details: tuple[SetAck, ...]

    @property
    def sets(self) -> tuple[tuple[str, str, str], ...]:
        """Code, control number and status of each set."""
        return tuple((each.code, each.control, each.status) for each in self.details)


@dataclass(frozen=True, slots=True)
class InterchangeAck:
    """What a TA1 says about one interchange that we sent: status A, E or R, and why."""

    control: str
    date: str
    time: str
    status: str
    note: str
    meaning: str


def read_functional_ack(raw: RawSet) -> AckReading:
    """A 997 or 999. What is missing is "" or None; never raises."""
    group = ["", "", ""]
    closing = [""] * 4
    notes: list[str] = []
    sets: list[SetAck] = []
    current: list[str] | None = None
    errors: list[str] = []
    for segment in raw.segments:
        match segment[0]:
            case "AK1":
                group = _padded(segment, 3)
            case "AK2":
                if current is not None:
                    sets.append(SetAck(current[0], current[1], "", (), tuple(errors)))
                current, errors = _padded(segment, 2), []
            case "AK3" | "AK4" | "IK3" | "IK4" | "CTX":
                errors.append("*".join(segment))
            case "AK5" | "IK5":
                code, control = current or ["", ""]
                found = tuple(note.strip() for note in segment[2:] if note.strip())
                sets.append(SetAck(code, control, _padded(segment, 1)[0], found, tuple(errors)))
                current, errors = None, []
            case "AK9":
                closing = _padded(segment, 4)
                notes = [note.strip() for note in segment[5:] if note.strip()]
    if current is not None:
        sets.append(SetAck(current[0], current[1], "", (), tuple(errors)))
    code, control, version = group
    status, stated, received, accepted = closing
    counts = (_count(stated), _count(received), _count(accepted))
    return AckReading(code, control, version, status, *counts, tuple(notes), tuple(sets))


def read_interchange_ack(segment: list[str]) -> InterchangeAck:
    """A TA1, split into its elements."""
    control, day, time, status, note = _padded(segment, 5)
    return InterchangeAck(control, day, time, status, note, TA1_NOTES.get(note, "note unknown"))


def _padded(segment: list[str], count: int) -> list[str]:
    """The first elements after the tag, "" for those that are not there."""
    return [element.strip() for element in (segment[1:] + [""] * count)[:count]]


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

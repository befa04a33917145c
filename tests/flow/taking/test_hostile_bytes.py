"""Two samples cut off at every byte, and with every byte flipped, through all that needs no database: read, checked
by the partner's guide, acknowledged by its profile, mapped by its rows.

Never a traceback; every byte lies in a segment or in a finding; what became invalid has its finding.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache

import pytest

from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling import answers
from edi_gateway.model.finding import Finding, Location, Severity
from edi_gateway.partners import registry
from edi_gateway.partners.snapshots import snapshot, thaw
from edi_gateway.x12.acks.ack import interchange_ack, needs_ack
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.envelope import Group, Interchange, InterchangeEnd, InterchangeStart, Unreadable
from edi_gateway.x12.reading import CheckedSet, GroupEnd, read_all
from tests.samples.sample import NOW, PARTNERS, ROOT, SAMPLES

pytestmark = pytest.mark.slow

FILES = {"01-mass-merchant": "kestrelmoor", "02-department-store": "aldermere"}
BLANKS = b" \t\r\n"


@cache
def live(key: str) -> LivePartner:
    """A partner of the repository, as if it were published."""
    loaded = registry.load(PARTNERS / key)
    assert loaded.profile is not None
    return LivePartner(thaw(snapshot(loaded.profile, loaded.folder, ROOT / "mappings").content), paused=False)


@dataclass
class Digest:
    """What became of some bytes: `places` are ranges of segments and findings, `segments` counts a set's."""

    findings: list[Finding] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    documents: int = 0

    @property
    def faults(self) -> int:
        return sum(finding.severity is not Severity.INFO for finding in self.findings)

    def left(self, data: bytes, terminators: bytes) -> list[bytes]:
        """Bytes that nothing accounts for, but blanks and terminators."""
        at, left = 0, []
        for start, end in [*sorted(self.places), (len(data), len(data))]:
            if data[at : max(at, start)].strip(terminators + BLANKS):
                left.append(data[at:start])
            at = max(at, end)
        return left


def digest(data: bytes, partner: LivePartner) -> Digest:
    """The road as far as it goes without a database."""
    made = Digest()

    def guide(_: Interchange, group: Group, set_code: str) -> Guide | None:
        return partner.guide(set_code, group.read_as)

    accepted: list[CheckedSet] = []
    for event in read_all(data, guide):
        match event:
            case InterchangeStart():
                accepted = []
            case CheckedSet():
                made.findings += event.result.findings
                made.places += zip(event.raw.offsets, event.raw.ends, strict=True)
                made.segments.append(len(event.raw.segments))
                if event.result.accepted:
                    accepted.append(event)
            case GroupEnd():
                made.findings += event.group.findings
                made.places += event.group.own
                if needs_ack(event.result):
                    _answer(event, partner)
            case InterchangeEnd():
                assert interchange_ack(event.interchange)[0] == "TA1"
                made.findings += event.interchange.findings
                made.places += event.interchange.own
                for checked in accepted:
                    _map(checked, event.interchange.encoding, partner, made)
            case Unreadable():
                made.findings += event.findings
    for finding in made.findings:
        finding.as_json()
        at = finding.at
        if isinstance(at, Location) and at.offset is not None and at.length is not None:
            made.places.append((at.offset, at.offset + at.length))
    return made


def _answer(end: GroupEnd, partner: LivePartner) -> None:
    """A 997 for whatever came is right by the standard: our own checker lets it go."""
    made = answers.acknowledgment(partner, end.result, end.group.read_as, test=False, now=NOW)
    assert made is not None
    row, found = made
    assert row["state"] == "QUEUED", found


def _map(checked: CheckedSet, encoding: str, partner: LivePartner, made: Digest) -> None:
    """A good set gives a document, or a finding that says why not."""
    if checked.guide is None or checked.walk is None:
        return
    reader = partner.reader(checked.raw.code, checked.guide)
    if reader is None:
        return
    reading = reader.read(checked.raw, checked.walk, encoding)
    made.findings += reading.findings
    failed = any(finding.severity is Severity.ERROR for finding in reading.findings)
    assert (reading.document is not None) or failed
    made.documents += reading.document is not None


@pytest.fixture(params=FILES)
def sample(request: pytest.FixtureRequest) -> tuple[bytes, LivePartner]:
    name = request.param
    return (SAMPLES / name / "input.edi").read_bytes(), live(FILES[name])


def test_a_sample_cut_off_at_every_byte(sample: tuple[bytes, LivePartner]) -> None:
    whole, partner = sample
    terminator = whole[105:106]
    last = len(whole.rstrip(BLANKS))  # with its terminator
    good = digest(whole, partner)
    assert (good.faults, good.documents) == (0, 1)
    for cut in range(len(whole)):
        made = digest(whole[:cut], partner)
        assert made.left(whole[:cut], terminator) == [], cut
        assert (made.faults > 0) == (cut < last), cut


def test_a_sample_with_every_single_byte_flipped(sample: tuple[bytes, LivePartner]) -> None:
    """Some flips give another good document (a letter of a name, N3 into N2): then it has as many segments."""
    whole, partner = sample
    good = digest(whole, partner)
    chance = random.Random(whole)
    unnoticed = 0
    for at in range(len(whole)):
        for mask in (1 << chance.randrange(8), 0xFF):
            data = whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :]
            made = digest(data, partner)
            assert made.left(data, whole[105:106] + data[105:106]) == [], (at, mask)
            if not made.faults:
                unnoticed += 1
                assert made.segments == good.segments, (at, mask)
                assert made.documents == 1, (at, mask)
    assert unnoticed < len(whole)  # of twice as many

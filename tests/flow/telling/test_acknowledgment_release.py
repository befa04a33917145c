"""An acknowledgment is written in the release that was agreed for it, whatever the release of the group."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_gateway.commands.partners import drafts
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.answers import acknowledgment
from edi_gateway.partners import snapshots
from edi_gateway.partners.profile import Documents
from edi_gateway.x12.reading import GroupEnd, read_all
from tests.x12.edi import ISA5, interchange

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("release", "body"),
    [
        ("004010", "AK1*PR*7~AK2*850*0001~AK5*R*6~AK9*R*1*1*0~"),
        ("005010", "AK1*PR*7*005010~AK2*850*0001~AK5*R*18~AK9*R*1*1*0~"),
    ],
)
def test_a_group_at_005010_is_answered_in_the_agreed_release(release: str, body: str) -> None:
    """At 004010 AK103 is not known, nor note 18 for a set in the wrong group: it is 6 there."""
    folder = ROOT / "partners" / "kestrelmoor"
    loaded = drafts.check(folder, ROOT / "mappings")
    assert loaded.profile is not None
    agreed = Documents(set="997", direction="out", version=release)
    profile = loaded.profile.model_copy(update={"documents": (*loaded.profile.documents, agreed)})
    partner = LivePartner(
        snapshots.thaw(snapshots.snapshot(profile, folder, ROOT / "mappings").content), paused=False
    )
    data = interchange(["BEG*00*SA*4500017**20260115", "PO1*1*48*EA"], version="005010", isa=ISA5, group="PR")
    [end] = [event for event in read_all(data) if isinstance(event, GroupEnd)]
    made = acknowledgment(partner, end.result, "005010", test=False, now=datetime(2026, 1, 15, tzinfo=UTC))
    assert made is not None
    row, findings = made
    assert (row["version"], row["body"], findings) == (release, body, [])

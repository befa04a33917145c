"""The 855 in the partner's delimiters, or in others when the profile has some; long names where they have a place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from edi_gateway.commands.partners import drafts
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.telling.answers import document_writer
from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine, PurchaseOrderAcknowledgment
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.finding import Code
from edi_gateway.partners import snapshots
from edi_gateway.partners.profile import Writing

ROOT = Path(__file__).parents[3]


def partner(writing: Writing) -> LivePartner:
    """Kestrelmoor as its files stand, but for how it is written to."""
    folder = ROOT / "partners" / "kestrelmoor"
    loaded = drafts.check(folder, ROOT / "mappings")
    assert loaded.profile is not None
    profile = loaded.profile.model_copy(update={"writing": writing})
    snapshot = snapshots.snapshot(profile, folder, ROOT / "mappings")
    return LivePartner(snapshots.thaw(snapshot.content), paused=False)


def answer(name: str) -> PurchaseOrderAcknowledgment:
    line = AnsweredLine(
        buyer_line="1",
        quantity=Decimal(20),
        unit="CA",
        price=Decimal("44.4"),
        answers=(Answer(status="IA", quantity=Decimal(20), unit="CA"),),
    )
    return PurchaseOrderAcknowledgment(
        purpose="00",
        type="AD",
        po_number="K-1",
        ordered_on=date(2026, 3, 2),
        parties=(Party(role="ST", name=name),),
        lines=(line,),
    )


@pytest.mark.parametrize(
    ("name", "others", "delimiters", "segment"),
    [
        ("STORE 12", (), "*>~^", "N1*ST*STORE 12~"),
        ("FIVE*STAR", ("|<!%",), "|<!%", "N1|ST|FIVE*STAR!"),
        ("FIVE*STAR|ONE", ("|<!%", "+:!%"), "+:!%", "N1+ST+FIVE*STAR|ONE!"),
    ],
)
def test_a_text_that_holds_a_delimiter_is_written_in_the_next_delimiters_of_the_profile(
    name: str, others: tuple[str, ...], delimiters: str, segment: str
) -> None:
    body, _, found, marks = document_writer(partner(Writing(other_delimiters=others)), "855")(answer(name))
    assert (found, marks) == ([], delimiters)
    assert segment in body


@pytest.mark.parametrize("others", [(), ("*<!%",)])
def test_a_text_that_holds_a_delimiter_is_not_written_when_no_others_help(others: tuple[str, ...]) -> None:
    body, _, found, marks = document_writer(partner(Writing(other_delimiters=others)), "855")(
        answer("FIVE*STAR")
    )
    assert (body, marks) == ("", "*>~^")
    assert {finding.code for finding in found} == {Code.DELIMITER_IN_DATA}


def test_a_name_that_is_too_long_goes_on_in_an_n2() -> None:
    name = "KESTRELMOOR DISTRIBUTION CENTRE NORTH FOR THE STORES OF THE LAKES AND THE PLAINS"
    body, segments, found, _ = document_writer(partner(Writing()), "855")(answer(name))
    assert found == []
    assert (
        "N1*ST*KESTRELMOOR DISTRIBUTION CENTRE NORTH FOR THE STORES OF THE~N2*LAKES AND THE PLAINS~" in body
    )
    assert segments == body.count("~")

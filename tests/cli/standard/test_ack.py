"""`ack`: the acknowledgment that would go out, segment for segment (spec C2)."""

from __future__ import annotations

import pytest

from tests.cli.papers import HEADER, interchange, order
from tests.cli.terminal import SAMPLES, Terminal

NO_QUALIFIED_ID = HEADER.replace("NORTH*92*0551", "NORTH*92")
TWO = interchange(
    7, order("K-1"), order("K-2", header=NO_QUALIFIED_ID, beg="99", control="0002"), ask_ta1=True
)


def answered(desk: Terminal, content: bytes, *words: str, code: int) -> list[str]:
    """Segments of the answer; it comes a segment a line."""
    (desk.home / "f").write_bytes(content)
    said = desk("ack", "f", *words)
    assert said.code == code, said.all
    return [line.removesuffix("~") for line in said.out.splitlines()]


def test_the_997_names_each_fault_of_each_set(empty: Terminal) -> None:
    """The second of two sets has 99 for BEG01 and an N103 without N104 (its tenth segment)."""
    assert answered(empty, TWO.replace(b"*1*P*>", b"*0*P*>"), code=1) == [
        "ISA*00*          *00*          *ZZ*TARNBROOK      *ZZ*KESTRELMOOR    *260302*1500*^*00501*000000001*0*P*>",
        "GS*FA*TARNBROOK*KESTRELMOOR*20260302*1500*1*X*005010",
        "ST*997*0001",
        "AK1*PO*7*005010",
        "AK2*850*0001",
        "AK5*A",
        "AK2*850*0002",
        "AK3*BEG*2**8",
        "AK4*1*353*7*99",
        "AK3*N1*10**8",
        "AK4*4*67*2",
        "AK5*R*5",
        "AK9*P*2*2*1",
        "SE*12*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]


def test_a_ta1_goes_between_isa_and_gs_when_it_is_asked_for(empty: Terminal) -> None:
    segments = answered(empty, TWO, code=1)
    assert segments[1] == "TA1*000000007*260302*0812*A*000"
    assert segments[2].startswith("GS*FA*")


def test_a_partner_that_gets_999s_gets_a_999(empty: Terminal) -> None:
    profile = empty.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(profile.read_text().replace('functional = "997"', 'functional = "999"'))
    segments = answered(empty, TWO, code=1)
    assert segments[3] == "ST*999*0001"
    assert segments[5:-4] == [
        "AK2*850*0001",
        "IK5*A",
        "AK2*850*0002",
        "IK3*BEG*2**8",
        "IK4*1*353*7*99",
        "IK3*N1*10**8",
        "CTX*BEG03>K-2",
        "IK4*4*67*2",
        "IK5*R*5",
    ]
    assert segments[-4:] == ["AK9*P*2*2*1", "SE*13*0001", "GE*1*1", "IEA*1*000000001"]


def test_a_partner_that_gets_neither_gets_nothing(empty: Terminal) -> None:
    profile = empty.home / "partners" / "kestrelmoor" / "partner.toml"
    profile.write_text(
        profile.read_text().replace('functional = "997"', 'functional = "none"').replace("asked", "never")
    )
    (empty.home / "f").write_bytes(TWO)
    said = empty("ack", "f")
    assert (said.code, said.out) == (1, "")
    assert "Interchange 000000007: nothing is due." in said.err


def test_the_rules_of_the_sender_count_as_they_would_when_it_is_sent(empty: Terminal) -> None:
    """Kestrelmoor must open a delivery window; a missing segment is told at the segment after its place."""
    content = interchange(7, order("K-1", header=HEADER.replace("DTM*064*20260316~\n", "")))
    segments = answered(empty, content, code=1)
    assert "AK5*R*5" in segments
    assert any(segment.startswith("AK3*DTM*") and segment.endswith("*3") for segment in segments)


def test_a_sender_whom_nobody_knows_is_shown_what_the_standard_asks(empty: Terminal) -> None:
    (empty.home / "f").write_bytes(interchange(7, order("K-1"), sender="NOBODY"))
    said = empty.ok("ack", "f")
    assert "NOBODY is no partner" in said.err
    assert said.out.splitlines()[0][35:50] == "TARNBROOK      "
    assert said.out.splitlines()[3:7] == ["AK1*PO*7*005010~", "AK2*850*0001~", "AK5*A~", "AK9*A*1*1*1~"]


def test_a_group_id_that_fits_no_gs_is_answered_with_that_of_the_interchange(empty: Terminal) -> None:
    content = interchange(7, order("K-1"), sender="NOBODY")
    start, end = content.index(b"GS*PO*"), content.index(b"*", content.index(b"GS*PO*") + 6)
    (empty.home / "f").write_bytes(content[: start + 6] + b"N" + content[end:])
    group = next(line for line in empty.ok("ack", "f").out.splitlines() if line.startswith("GS*"))
    assert group.split("*")[3] == "NOBODY"


def test_an_acknowledgment_is_not_acknowledged(empty: Terminal) -> None:
    said = empty.ok("ack", SAMPLES / "01-mass-merchant" / "expected.997.edi")
    assert said.out == ""
    assert "Interchange 000000001: nothing is due." in said.err


def test_two_groups_get_two_acknowledgments_in_one_interchange(empty: Terminal) -> None:
    one = interchange(7, order("K-1")).decode()
    start, end = one.index("GS*"), one.index("IEA*")
    second = one[start:end].replace("*7*X*", "*8*X*").replace("GE*1*7", "GE*1*8").replace("K-1", "K-2")
    segments = answered(empty, f"{one[:end]}{second}IEA*2*000000007~\n".encode(), code=0)
    assert [s for s in segments if s[:3] in ("GS*", "AK1", "AK9", "GE*", "IEA")] == [
        "GS*FA*TARNBROOK*KESTRELMOOR*20260302*1500*1*X*005010",
        "AK1*PO*7*005010",
        "AK9*A*1*1*1",
        "GE*1*1",
        "GS*FA*TARNBROOK*KESTRELMOOR*20260302*1500*2*X*005010",
        "AK1*PO*8*005010",
        "AK9*A*1*1*1",
        "GE*1*2",
        "IEA*2*000000001",
    ]


@pytest.mark.parametrize("content", [b"", b"not X12"])
def test_what_is_not_x12_is_not_acknowledged(empty: Terminal, content: bytes) -> None:
    (empty.home / "f").write_bytes(content)
    said = empty("ack", "f")
    assert said.code == 2
    assert "f is not X12; there is nothing to acknowledge." in said.err

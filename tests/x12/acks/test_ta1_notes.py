"""Each note of a TA1 that a receiver can see, and why the others are never said."""

from __future__ import annotations

import pytest

from edi_gateway.x12.acks.ack import interchange_ack
from edi_gateway.x12.acks.ack_reading import TA1_NOTES
from edi_gateway.x12.parsing.envelope import InterchangeEnd, Limits
from edi_gateway.x12.reading import read_all
from tests.x12.edi import ISA, interchange

GOOD = interchange(["BEG*00*SA*4500017**20260115", "PO1*1*48*EA*9.25**VP*AB-100"])

#: Note, letter, and what is done to the good interchange (old bytes, new bytes).
SEEN = [
    ("000", "A", b"", b""),
    ("001", "R", b"IEA*1*000000905", b"IEA*1*000000906"),
    ("002", "E", b"*U*00401*", b"*A*00401*"),
    ("003", "E", b"*00401*", b"*00901*"),
    ("004", "R", b"~", b"*"),
    ("005", "E", b"*ZZ*BUYER ", b"*XX*BUYER "),
    ("006", "E", b"*BUYER          *", b"*               *"),
    ("007", "E", b"*ZZ*SELLER", b"*YY*SELLER"),
    ("008", "E", b"*SELLER         *", b"*               *"),
    ("010", "E", b"ISA*00*", b"ISA*99*"),
    ("011", "E", b"ISA*00*", b"ISA*03*"),
    ("012", "E", b"*00*          *ZZ", b"*77*          *ZZ"),
    ("013", "E", b"*00*          *ZZ", b"*01*          *ZZ"),
    ("014", "E", b"*260115*1200*U", b"*260230*1200*U"),
    ("015", "E", b"*1200*U*", b"*1260*U*"),
    ("016", "E", b"*U*00401*", b"* *00401*"),
    ("017", "E", b"*00401*", b"*4010 *"),
    ("018", "R", b"000000905*0*P", b"00000090X*0*P"),
    ("019", "E", b"*0*P*>", b"*2*P*>"),
    ("020", "E", b"*0*P*>", b"*0*X*>"),
    ("021", "R", b"IEA*1*", b"IEA*2*"),
    ("022", "R", b"ST*850*", b"N1*" + b"1" * 200_000 + b"~ST*850*"),
    ("023", "R", b"IEA*1*000000905~", b""),
    ("024", "R", b"GS*PO", b"REF*DP*1~GS*PO"),
    ("026", "E", b"ISA*00*          *00*", b"ISA*00*          *00;"),
    ("027", "E", b"*0*P*>", b"*0*P*7"),
    ("028", "E", b"GS*PO", b"ISE*260230*1200~GS*PO"),
    ("029", "E", b"GS*PO", b"ISE*260116*2400~GS*PO"),
    ("030", "E", b"GS*PO", b"ISE*260116*1200*ESTN~GS*PO"),
    ("031", "E", b"GS*PO", b"ISB*HIGH~GS*PO"),
]

#: An interchange for a receiver whom nobody here knows is not refused, it waits for a person (009), and the reader
#: knows no receivers. A control number that came before (025) shows in the second interchange of a file, below.
NEVER = {"009"}


def ta1s(data: bytes) -> list[str]:
    limits = Limits(segment_bytes=100_000)
    return [
        "*".join(interchange_ack(event.interchange))
        for event in read_all(data, limits=limits)
        if isinstance(event, InterchangeEnd)
    ]


@pytest.mark.parametrize(("note", "letter", "old", "new"), SEEN, ids=[each[0] for each in SEEN])
def test_a_fault_of_the_interchange_has_its_note(note: str, letter: str, old: bytes, new: bytes) -> None:
    assert GOOD.count(old)
    [ta1] = ta1s(GOOD.replace(old, new, 1) if note != "004" else GOOD.replace(old, new))
    assert ta1.split("*")[4:] == [letter, note]


def test_what_is_asked_of_the_network_in_front_of_the_groups_is_read_and_no_fault() -> None:
    asked = GOOD.replace(b"GS*PO", b"ISB*1~ISE*260116*1200*ET~GS*PO")
    *_, end = read_all(asked)
    assert isinstance(end, InterchangeEnd)
    assert (end.interchange.findings, end.interchange.groups) == ([], 1)
    assert [asked[start:stop] for start, stop in end.interchange.own[1:3]] == [
        b"ISB*1",
        b"ISE*260116*1200*ET",
    ]


def test_what_is_asked_of_the_network_behind_a_group_belongs_nowhere() -> None:
    [ta1] = ta1s(GOOD.replace(b"IEA*1", b"ISB*1~IEA*1"))
    assert ta1.split("*")[4:] == ["R", "024"]


def test_a_control_number_that_came_before_in_the_file_is_noted() -> None:
    assert [ta1.split("*")[4:] for ta1 in ta1s(GOOD + GOOD)] == [["A", "000"], ["E", "025"]]


def test_all_notes_of_the_standard_are_accounted_for() -> None:
    seen = {each[0] for each in SEEN} | {"025"}
    assert seen | NEVER == set(TA1_NOTES)
    assert not seen & NEVER


def test_a_ta1_names_number_date_and_time_as_the_standard_wants_them_whatever_came() -> None:
    isa = ISA.replace("000000905", "905      ").replace("*260115*1200*", "*20260115*12*")
    data = interchange(["BEG*00*SA*4500017**20260115", "PO1*1*48*EA"], isa=isa)
    [ta1] = ta1s(data.replace(b"IEA*1*000000905", b"IEA*1*905"))
    assert ta1.startswith("TA1*000000905*260115*0012*E*")

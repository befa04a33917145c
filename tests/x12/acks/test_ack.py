"""The 997, 999 and TA1 are projections of findings; what comes in is read back."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.x12.acks.ack import (
    functional_ack,
    interchange_ack,
    needs_ack,
    read_functional_ack,
    read_interchange_ack,
    ta1_due,
)
from edi_gateway.x12.parsing.envelope import InterchangeEnd, SetRead, read
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import GroupEnd, read_all
from tests.x12.edi import ISA, ISA5, USUAL, Document, ack, document_of, interchange, only, x12

BEG = "BEG*00*SA*4500017**20260115"
PO1 = "PO1*1*48*EA*12.5**VP*AB-100"
GOOD = interchange([BEG, PO1])


def many(*bodies: list[str], version: str = "004010", isa: str = ISA) -> bytes:
    """One group with a set for each body."""
    sets = [
        f"ST*850*{number:04d}~{''.join(segment + '~' for segment in body)}SE*{len(body) + 2}*{number:04d}"
        for number, body in enumerate(bodies, start=1)
    ]
    gs = f"GS*PO*BUYER*SELLER*20260115*1200*7*X*{version}"
    return "~".join([isa, gs, *sets, f"GE*{len(sets)}*7", "IEA*1*000000905", ""]).encode("latin-1")


def whole(data: bytes, kind: str = "997", delimiters: Delimiters = USUAL) -> list[str]:
    """The acknowledgment of each group."""
    return [
        "~".join("*".join(segment) for segment in functional_ack(event.result, kind, delimiters))  # type: ignore[arg-type]
        for event in read_all(data)
        if isinstance(event, GroupEnd)
    ]


def test_a_good_group_is_accepted_set_by_set() -> None:
    assert whole(many([BEG, PO1], [BEG, PO1])) == [
        "AK1*PO*7~AK2*850*0001~AK5*A~AK2*850*0002~AK5*A~AK9*A*2*2*2",
    ]


def test_one_bad_set_of_three_is_rejected_and_the_group_accepted_in_part() -> None:
    assert whole(many([BEG, PO1], [PO1], [BEG, PO1])) == [
        "AK1*PO*7~AK2*850*0001~AK5*A~AK2*850*0002~AK3*BEG*2**3~AK5*R*5~AK2*850*0003~AK5*A~AK9*P*3*3*2",
    ]


def test_a_group_of_bad_sets_is_rejected() -> None:
    assert whole(many([PO1])) == ["AK1*PO*7~AK2*850*0001~AK3*BEG*2**3~AK5*R*5~AK9*R*1*1*0"]


def test_errors_that_were_noted_only_show_in_the_group() -> None:
    assert whole(many([BEG, PO1.replace("EA", "EA ")])) == [
        "AK1*PO*7~AK2*850*0001~AK3*PO1*3**8~AK4*3*355*5*EA~AK5*E*5~AK9*E*1*1*1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "ak9"),
    [
        (b"GE*1*7", b"GE*1*8", "AK9*R*1*1*0*4"),
        (b"GE*1*7", b"GE*3*7", "AK9*R*3*1*0*5"),
        (b"GE*1*7", b"GE*3*8", "AK9*R*3*1*0*4*5"),
        (b"GE*1*7~", b"", "AK9*R*1*1*0*3"),
    ],
)
def test_a_group_with_a_broken_envelope_is_rejected_with_all_its_sets(
    old: bytes, new: bytes, ak9: str
) -> None:
    assert whole(GOOD.replace(old, new)) == [f"AK1*PO*7~AK2*850*0001~AK5*R~{ak9}"]


def test_faults_of_the_set_envelope_are_notes_of_ak5() -> None:
    data = GOOD.replace(b"SE*4*0001", b"SE*9*0002").replace(b"EA", b"EACH")
    assert whole(data) == [
        "AK1*PO*7~AK2*850*0001~AK3*PO1*3**8~AK4*3*355*5*EACH~AK5*R*3*4*5~AK9*R*1*1*0",
    ]


def test_a_set_that_is_not_handled_is_listed_and_rejected() -> None:
    data = GOOD.replace(b"ST*850", b"ST*888")
    assert whole(data) == ["AK1*PO*7~AK2*888*0001~AK5*R*1~AK9*R*1*1*0"]


def test_a_set_in_the_wrong_group_is_rejected() -> None:
    assert whole(GOOD.replace(b"GS*PO", b"GS*PR")) == ["AK1*PR*7~AK2*850*0001~AK5*R*6~AK9*R*1*1*0"]


def test_a_group_that_is_not_handled_is_rejected() -> None:
    assert whole(GOOD.replace(b"GS*PO", b"GS*HC")) == ["AK1*HC*7~AK2*850*0001~AK5*R~AK9*R*1*1*0*1"]


def test_strict_reading_refuses_a_release_that_has_no_dictionary() -> None:
    data = interchange([BEG, PO1], version="004030")
    [end] = [event for event in read_all(data, strict=True) if isinstance(event, GroupEnd)]
    assert only(end.result.findings) == [Code.GROUP_VERSION_UNKNOWN]
    assert "*".join(functional_ack(end.result, "997", USUAL)[-1]) == "AK9*R*1*1*0*2"
    [end] = [event for event in read_all(GOOD, strict=True) if isinstance(event, GroupEnd)]
    assert end.result.status == "A"
    asked = []

    def strict(interchange: object, group: object) -> bool:
        asked.append((interchange, group))
        return False

    [end] = [event for event in read_all(data, strict=strict) if isinstance(event, GroupEnd)]
    assert (end.result.status, len(asked)) == ("A", 1)


def test_the_version_is_named_from_005010_on() -> None:
    data = many([BEG, PO1], version="005010", isa=ISA5).replace(b"ST*850*0001", b"ST*850*0001*005010X999")
    assert whole(data) == ["AK1*PO*7*005010~AK2*850*0001*005010X999~AK5*A~AK9*A*1*1*1"]


def test_a_999_says_the_same_in_its_own_segments() -> None:
    data = many([BEG, PO1.replace("EA", "EACH")], version="005010", isa=ISA5)
    assert whole(data, "999") == [
        "AK1*PO*7*005010~AK2*850*0001~IK3*PO1*3**8~CTX*BEG03>4500017~IK4*3*355*5*EACH~IK5*R*5~AK9*R*1*1*0",
    ]


@x12
def test_element_errors_of_a_segment_stand_under_one_ak3(document: Document) -> None:
    """
    BEG*00*SA*4500017**20261315~
    N1*ST**92~
    PO1*1*4X*EACH*12.5**VP*AB-100~
    """
    assert ack(document) == (
        "AK3*BEG*2**8~ AK4*5*373*8*20261315~ "
        "AK3*N1*3**8~ AK4*2*93*2~ AK4*4*67*2~ "
        "AK3*PO1*4**8~ AK4*2*330*6*4X~ AK4*3*355*5*EACH~ AK5*R*5~"
    ).replace("AK4*2*93*2~ ", "")


@x12
def test_a_segment_that_is_too_many_and_wrong_inside_has_two_ak3(document: Document) -> None:
    """
    BEG*00*SA*4500017**20260115~
    CUR*BY*USD~
    CUR*BY*US~
    PO1*1*48*EA*12.5**VP*AB-100~
    """
    assert ack(document) == "AK3*CUR*4**5~ AK3*CUR*4**8~ AK4*2*100*4*US~ AK5*R*5~"


def test_the_copy_of_bad_data_has_no_delimiters_and_at_most_99_characters() -> None:
    long = "A>B:C|D\x01\xe9" + "X" * 150
    document = document_of(interchange([BEG, "N9*L1*1", f"MSG*{long}", PO1.replace("EA", "E" * 120)]))
    [first, second] = [finding for finding in document.findings if finding.ack]
    result = document.group.result
    segments = functional_ack(result, "997", Delimiters("|", ":", "~", None))
    copies = [segment[4] for segment in segments if segment[0] == "AK4"]
    assert copies == ["A>BCD" + "X" * 93, "E" * 99]
    assert first.ack is not None
    assert second.ack == "AK4*3*355*5*" + "E" * 99


def test_a_composite_position_is_joined_with_the_separator_of_the_answer() -> None:
    document = document_of(interchange([BEG, PO1, "SLN*1**I*2*EACH>1"]))
    segments = functional_ack(document.group.result, "997", Delimiters("|", "<", "!", None))
    assert segments[3] == ["AK4", "5<1", "355", "5", "EACH"]


def test_no_more_than_99_elements_and_5_notes_are_said() -> None:
    document = document_of(
        interchange([BEG, "XX*1", PO1]).replace(b"*0001~", b"*1~").replace(b"SE*5", b"SE*6")
    )
    assert ack(document) == "AK3*XX*3**1~ AK5*R*4*5*7~"


def test_an_acknowledgment_is_not_answered_with_one() -> None:
    data = interchange(["AK1*PO*7", "AK9*A*1*1*1"], set_code="997")
    [end] = [event for event in read_all(data) if isinstance(event, GroupEnd)]
    assert not needs_ack(end.group)
    assert not needs_ack(end.result)
    [end] = [event for event in read_all(GOOD) if isinstance(event, GroupEnd)]
    assert needs_ack(end.group)


def test_a_group_number_used_twice_in_an_interchange_is_noted() -> None:
    group = GOOD[GOOD.index(b"GS*") : GOOD.index(b"IEA")]
    data = GOOD.replace(group, group * 2).replace(b"IEA*1", b"IEA*2")
    assert whole(data) == [
        "AK1*PO*7~AK2*850*0001~AK5*A~AK9*A*1*1*1",
        "AK1*PO*7~AK2*850*0001~AK5*A~AK9*E*1*1*1*19",
    ]


def test_the_same_interchange_twice_in_a_file_is_noted() -> None:
    ends = [event.interchange for event in read_all(GOOD + GOOD) if isinstance(event, InterchangeEnd)]
    assert [only(each.findings) for each in ends] == [[], [Code.INTERCHANGE_CONTROL_REPEATED]]
    assert interchange_ack(ends[1]) == ["TA1", "000000905", "260115", "1200", "E", "025"]


def test_a_ta1_goes_out_by_isa14_or_by_the_profile() -> None:
    [plain] = [event.interchange for event in read(GOOD) if isinstance(event, InterchangeEnd)]
    [asked] = [
        event.interchange
        for event in read(GOOD.replace(b"*0*P*", b"*1*P*"))
        if isinstance(event, InterchangeEnd)
    ]
    [broken] = [event.interchange for event in read(GOOD[:-10]) if isinstance(event, InterchangeEnd)]
    due = {
        policy: [ta1_due(each, policy) for each in (plain, asked, broken)]
        for policy in ("never", "requested", "errors", "always")
    }  # type: ignore[arg-type]
    assert due == {
        "never": [False, False, False],
        "requested": [False, True, False],
        "errors": [False, True, True],
        "always": [True, True, True],
    }


def test_an_interchange_of_ta1s_only_is_not_answered() -> None:
    data = f"{ISA}~TA1*000000012*260114*1100*A*000~IEA*0*000000905~".encode()
    [end] = [event.interchange for event in read(data) if isinstance(event, InterchangeEnd)]
    assert end.findings == []
    assert not ta1_due(end, "always")


def test_an_inbound_997_is_read_with_what_it_says_about_each_set() -> None:
    body = [
        "AK1*PR*12",
        "AK2*855*0001",
        "AK5*A",
        "AK2*855*0002",
        "AK3*PO1*7**8",
        "AK4*3*355*7*XX",
        "AK5*R*5*4",
        "AK9*P*2*2*1*5",
    ]
    [raw] = [event.raw for event in read(interchange(body, set_code="997")) if isinstance(event, SetRead)]
    reading = read_functional_ack(raw)
    assert (reading.code, reading.control, reading.status) == ("PR", "12", "P")
    assert (reading.stated, reading.received, reading.accepted, reading.notes) == (2, 2, 1, ("5",))
    assert reading.sets == (("855", "0001", "A"), ("855", "0002", "R"))
    assert reading.details[1].errors == ("AK3*PO1*7**8", "AK4*3*355*7*XX")
    assert reading.details[1].notes == ("5", "4")


def test_an_inbound_999_and_one_without_sets_are_read() -> None:
    body = ["AK1*PR*12*005010", "AK2*855*0001", "IK3*PO1*7**8", "IK4*3*355*7*XX", "IK5*E*5", "AK9*E*1*1*1"]
    [raw] = [
        event.raw for event in read(interchange(body, set_code="999", isa=ISA5)) if isinstance(event, SetRead)
    ]
    assert read_functional_ack(raw).sets == (("855", "0001", "E"),)
    assert read_functional_ack(raw).version == "005010"
    [raw] = [
        event.raw
        for event in read(interchange(["AK1*PR*12", "AK9*A*2*2*2"], set_code="997"))
        if isinstance(event, SetRead)
    ]
    assert read_functional_ack(raw).sets == ()
    assert read_functional_ack(raw).status == "A"


def test_an_inbound_997_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    [raw] = [
        event.raw
        for event in read(interchange(["AK1*PR", "AK2*855"], set_code="997"))
        if isinstance(event, SetRead)
    ]
    reading = read_functional_ack(raw)
    assert (reading.control, reading.status, reading.stated, reading.sets) == (
        "",
        "",
        None,
        (("855", "", ""),),
    )


def test_an_inbound_ta1_is_read() -> None:
    ta1 = read_interchange_ack(["TA1", "000000012", "260114", "1100", "R", "025"])
    assert (ta1.control, ta1.status, ta1.note, ta1.meaning) == (
        "000000012",
        "R",
        "025",
        "control number used before",
    )
    assert read_interchange_ack(["TA1"]).status == ""


@pytest.mark.parametrize(
    ("version", "isa", "quantity", "note"), [("004010", ISA, 330, 6), ("005010", ISA5, 380, 18)]
)
def test_a_set_that_st_misnames_is_checked_as_the_set_that_it_is(
    version: str, isa: str, quantity: int, note: int
) -> None:
    data = interchange([BEG, PO1.replace("48", "4x8")], version=version, isa=isa).replace(
        b"ST*850", b"ST*855"
    )
    [answer] = whole(data)
    errors = ["AK3*PO1*3**8", f"AK4*2*{quantity}*6*4x8"]
    assert answer.split("~")[1:-1] == ["AK2*855*0001", *errors, f"AK5*R*5*{note}"]


@pytest.mark.parametrize("named", ["", "85", "8 0"])
@pytest.mark.parametrize(("version", "isa"), [("004010", ISA), ("005010", ISA5)])
def test_what_can_name_no_set_is_a_missing_identifier_not_a_set_that_is_not_supported(
    named: str, version: str, isa: str
) -> None:
    data = interchange([BEG, PO1], version=version, isa=isa).replace(b"ST*850", b"ST*" + named.encode())
    [answer] = whole(data)
    assert answer.split("~")[2] == "AK5*R*6"

"""The X12 dictionary says what the standard says: spot checks by hand from spec C0-C5, and its own soundness."""

from __future__ import annotations

import pytest

from edi_gateway.x12.dictionary import (
    VERSIONS,
    Dictionary,
    LoopPart,
    Part,
    SegmentPart,
    dictionary,
)

OLD, NEW = dictionary("004010"), dictionary("005010")
BOTH = pytest.mark.parametrize("book", [OLD, NEW], ids=["004010", "005010"])


def spelled(book: Dictionary, tag: str) -> str:
    """A segment as spec C0 writes it: number, element, requirement and length of each use, then the notes."""
    segment = book.segments[tag]
    uses = []
    for use in segment.uses:
        element = book.elements.get(use.element)
        length = f" {element.type} {element.min}/{element.max}" if element else ""
        uses.append(f"{use.position:02} {use.element} {use.requirement}{length}")
    return ", ".join(uses) + (" : " + " ".join(segment.notes) if segment.notes else "")


def at(parts: tuple[Part, ...], path: str) -> Part:
    first, _, rest = path.partition("/")
    [found] = [part for part in parts if (part.id if isinstance(part, LoopPart) else part.tag) == first]
    if not rest:
        return found
    assert isinstance(found, LoopPart)
    return at(found.parts, rest)


def place(book: Dictionary, code: str, path: str) -> tuple[str, int | None]:
    """Requirement and maximum of the segment or loop at a path of a set."""
    part = at(book.sets[code].body, path)
    return part.requirement, part.max


def tags(parts: tuple[Part, ...]) -> list[str]:
    return [part.id if isinstance(part, LoopPart) else part.tag for part in parts]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("N1", "01 98 M ID 2/3, 02 93 X AN 1/60, 03 66 X ID 1/2, 04 67 X AN 2/80, 05 706 O ID 2/2, "
               "06 98 O ID 2/3 : R0203 P0304"),
        ("N3", "01 166 M AN 1/55, 02 166 O AN 1/55"),
        ("N4", "01 19 O AN 2/30, 02 156 O AN 2/2, 03 116 O AN 3/15, 04 26 O AN 2/3, 05 309 X ID 1/2, "
               "06 310 O AN 1/30 : C0605"),
        ("REF", "01 128 M ID 2/3, 02 127 X AN 1/30, 03 352 X AN 1/80, 04 C040 O : R0203"),
        ("PER", "01 366 M ID 2/2, 02 93 O AN 1/60, 03 365 X ID 2/2, 04 364 X AN 1/80, 05 365 X ID 2/2, "
                "06 364 X AN 1/80, 07 365 X ID 2/2, 08 364 X AN 1/80, 09 443 O AN 1/20 : P0304 P0506 P0708"),
        ("DTM", "01 374 M ID 3/3, 02 373 X DT 8/8, 03 337 X TM 4/8, 04 623 O ID 2/2, 05 1250 X ID 2/3, "
                "06 1251 X AN 1/35 : R020305 C0403 P0506"),
        ("N9", "01 128 M ID 2/3, 02 127 X AN 1/30, 03 369 X AN 1/45, 04 373 O DT 8/8, 05 337 X TM 4/8, "
               "06 623 O ID 2/2, 07 C040 O : R0203 C0605"),
        ("FOB", "01 146 M ID 2/2, 02 309 X ID 1/2, 03 352 O AN 1/80, 04 334 O ID 2/2, 05 335 X ID 3/3, "
                "06 309 X ID 1/2, 07 352 O AN 1/80, 08 54 O ID 2/2, 09 352 X AN 1/80 : C0302 C0405 C0706 C0809"),
        ("ITD", "01 336 O ID 2/2, 02 333 O ID 1/2, 03 338 O R 1/6, 04 370 X DT 8/8, 05 351 X N0 1/3, "
                "06 446 O DT 8/8, 07 386 O N0 1/3, 08 362 O N2 1/10, 09 388 O DT 8/8, 10 389 X N2 1/10, "
                "11 342 X R 1/5, 12 352 O AN 1/80, 13 765 X N0 1/2, 14 107 O ID 1/2, 15 954 O R 1/10"
                " : L03040513 L08040513 L091011"),
        ("SAC", "01 248 M ID 1/1, 02 1300 X ID 4/4, 03 559 X ID 2/2, 04 1301 X AN 1/10, 05 610 O N2 1/15, "
                "06 378 X ID 1/1, 07 332 X R 1/6, 08 118 O R 1/9, 09 355 X ID 2/2, 10 380 X R 1/15, "
                "11 380 O R 1/15, 12 331 O ID 2/2, 13 127 X AN 1/30, 14 770 O AN 1/20, 15 352 X AN 1/80, "
                "16 819 O AN 2/3 : R0203 P0304 P0607 P0910 C1110 L130204 C1413 C1615"),
        ("TD1", "01 103 O AN 3/5, 02 80 X N0 1/7, 03 23 O ID 1/1, 04 22 X AN 1/30, 05 79 O AN 1/50, "
                "06 187 O ID 1/2, 07 81 X R 1/10, 08 355 X ID 2/2, 09 183 X R 1/8, 10 355 X ID 2/2"
                " : C0102 C0304 C0607 P0708 P0910"),
        ("TD5", "01 133 O ID 1/2, 02 66 X ID 1/2, 03 67 X AN 2/80, 04 91 X ID 1/2, 05 387 X AN 1/35, "
                "06 368 X ID 2/2, 07 309 O ID 1/2, 08 310 X AN 1/30, 09 731 O ID 2/2, 10 732 O ID 2/2, "
                "11 733 X R 1/4, 12 284 X ID 2/2, 13 284 X ID 2/2, 14 284 O ID 2/2, 15 26 O AN 2/3"
                " : R0204050612 C0203 C0708 C1011 C1312 C1413 C1512"),
        ("TD3", "01 40 X ID 2/2, 02 206 O AN 1/4, 03 207 X AN 1/10, 04 187 O ID 1/2, 05 81 X R 1/10, "
                "06 355 X ID 2/2, 07 102 O ID 1/1, 08 407 O ID 2/2, 09 225 O AN 2/15, 10 24 X AN 4/4"
                " : E0110 C0203 C0405 P0506"),
        ("CTP", "01 687 O ID 2/2, 02 236 X ID 3/3, 03 212 X R 1/17, 04 380 X R 1/15, 05 C001 X, "
                "06 648 O ID 3/3, 07 649 X R 1/10, 08 782 O R 1/18, 09 639 O ID 2/2, 10 499 O AN 1/10, "
                "11 289 O N0 1/2 : P0405 C0607 C0902 C1002 C1103"),
        ("PID", "01 349 M ID 1/1, 02 750 O ID 2/3, 03 559 X ID 2/2, 04 751 X AN 1/12, 05 352 X AN 1/80, "
                "06 752 O ID 2/2, 07 822 O AN 1/15, 08 1073 O ID 1/1, 09 819 O AN 2/3"
                " : C0403 R0405 C0703 C0804 C0905"),
        ("PO4", "01 356 O N0 1/6, 02 357 X R 1/8, 03 355 X ID 2/2, 04 103 X AN 3/5, 05 187 O ID 1/2, "
                "06 384 X R 1/9, 07 355 X ID 2/2, 08 385 X R 1/9, 09 355 X ID 2/2, 10 82 X R 1/8, "
                "11 189 X R 1/8, 12 65 X R 1/8, 13 355 X ID 2/2, 14 810 O N0 1/6, 15 752 O ID 2/2, "
                "16 350 X AN 1/20, 17 350 O AN 1/20, 18 1470 O N0 1/9"
                " : P0203 C0506 P0607 P0809 C1013 C1113 C1213 L13101112 C1716 C1804"),
        ("SCH", "01 380 M R 1/15, 02 355 M ID 2/2, 03 98 O ID 2/3, 04 93 X AN 1/60, 05 374 M ID 3/3, "
                "06 373 M DT 8/8, 07 337 O TM 4/8, 08 374 X ID 3/3, 09 373 X DT 8/8, 10 337 X TM 4/8, "
                "11 326 O AN 1/45, 12 350 O AN 1/20 : C0304 L080910 C0908 C1008"),
        ("BEG", "01 353 M ID 2/2, 02 92 M ID 2/2, 03 324 M AN 1/22, 04 328 O AN 1/30, 05 373 M DT 8/8, "
                "06 367 O AN 1/30, 07 587 O ID 2/2, 08 1019 O ID 3/3, 09 1166 O ID 2/2, 10 1232 O ID 2/2, "
                "11 786 O ID 2/2, 12 640 O ID 2/2"),
        ("BAK", "01 353 M ID 2/2, 02 587 M ID 2/2, 03 324 M AN 1/22, 04 373 M DT 8/8, 05 328 O AN 1/30, "
                "06 326 O AN 1/45, 07 367 O AN 1/30, 08 127 O AN 1/30, 09 373 O DT 8/8, 10 640 O ID 2/2"),
        ("AK3", "01 721 M AN 2/3, 02 719 M N0 1/6, 03 447 O AN 1/6, 04 720 O ID 1/3"),
        ("AK4", "01 C030 M, 02 725 O N0 1/4, 03 723 M ID 1/3, 04 724 O AN 1/99"),
        ("AK9", "01 715 M ID 1/1, 02 97 M N0 1/6, 03 123 M N0 1/6, 04 2 M N0 1/6, 05 716 O ID 1/3, "
                "06 716 O ID 1/3, 07 716 O ID 1/3, 08 716 O ID 1/3, 09 716 O ID 1/3"),
    ],
)  # fmt: skip
def test_a_segment_of_004010_reads_as_the_spec_writes_it(tag, expected):
    assert spelled(OLD, tag) == expected


def test_po1_pairs_its_ids_up_to_25_and_never_a_price_basis_without_a_price():
    po1 = OLD.segments["PO1"]
    assert len(po1.uses) == 25
    assert [use.element for use in po1.uses[:9]] == [
        "350",
        "330",
        "355",
        "212",
        "639",
        "235",
        "234",
        "235",
        "234",
    ]
    assert po1.notes == (
        "C0302", "C0504", "P0607", "P0809", "P1011", "P1213", "P1415", "P1617", "P1819", "P2021", "P2223", "P2425",
    )  # fmt: skip
    assert [use.position for use in po1.uses] == list(range(1, 26))


def test_a_line_acknowledgment_has_29_elements_with_the_reason_behind_the_ids():
    ack = OLD.segments["ACK"]
    assert len(ack.uses) == 29
    assert [use.element for use in ack.uses[24:]] == ["235", "234", "559", "822", "1271"]
    assert ack.notes[:6] == ("P0203", "C0405", "P0708", "P0910", "P1112", "P1314")
    assert ack.notes[-3:] == ("P2526", "P2728", "C282729")


def test_a_destination_quantity_holds_ten_pairs_and_a_location():
    sdq = OLD.segments["SDQ"]
    assert [use.element for use in sdq.uses] == ["355", "66", *["67", "380"] * 10, "310"]
    assert [use.requirement for use in sdq.uses[:6]] == list("MOMMXX")
    assert sdq.notes == ("P0506", "P0708", "P0910", "P1112", "P1314", "P1516", "P1718", "P1920", "P2122")


def test_subline_and_item_identification_pair_their_ids_to_the_end():
    assert len(OLD.segments["SLN"].uses) == 28
    assert OLD.segments["SLN"].notes[:4] == ("P0405", "C0706", "C0806", "P0910")
    assert OLD.segments["SLN"].notes[-1] == "P2728"
    assert len(OLD.segments["LIN"].uses) == 31
    assert OLD.segments["LIN"].notes[-1] == "P3031"


@pytest.mark.parametrize(
    ("tag", "position", "old", "new"),
    [
        ("REF", 2, "127 AN 1/30", "127 AN 1/50"),
        ("N9", 2, "127 AN 1/30", "127 AN 1/50"),
        ("SAC", 13, "127 AN 1/30", "127 AN 1/50"),
        ("BAK", 8, "127 AN 1/30", "127 AN 1/50"),
        ("PER", 4, "364 AN 1/80", "364 AN 1/256"),
        ("PER", 8, "364 AN 1/80", "364 AN 1/256"),
        ("TD3", 3, "207 AN 1/10", "207 AN 1/15"),
        ("PO1", 2, "330 R 1/15", "380 R 1/15"),
        ("AK3", 2, "719 N0 1/6", "719 N0 1/10"),
        ("AK3", 3, "447 AN 1/6", "447 AN 1/4"),
        ("SI", 2, "1000 AN 2/2", "1000 AN 2/3"),
    ],
)
def test_005010_widens_what_the_spec_lists(tag, position, old, new):
    def said(book: Dictionary) -> str:
        element = book.elements[book.segments[tag].uses[position - 1].element]
        return f"{element.number} {element.type} {element.min}/{element.max}"

    assert (said(OLD), said(NEW)) == (old, new)


def test_005010_adds_elements_behind_those_of_004010():
    assert [use.element for use in NEW.segments["N4"].uses] == [
        "19",
        "156",
        "116",
        "26",
        "309",
        "310",
        "1715",
    ]
    assert NEW.segments["N4"].notes == ("C0605", "E0207", "C0704")
    assert [use.element for use in NEW.segments["AK1"].uses] == ["479", "28", "480"]
    assert [use.element for use in NEW.segments["AK2"].uses] == ["143", "329", "1705"]
    assert [use.element for use in NEW.segments["ST"].uses] == ["143", "329", "1705"]
    assert [use.element for use in NEW.composites["C030"].uses] == ["722", "1528", "1686"]
    assert len(OLD.segments["N4"].uses) == 6
    assert len(OLD.composites["C030"].uses) == 2


def test_the_isa_carries_a_standards_id_at_004010_and_a_repetition_separator_at_005010():
    assert len(OLD.segments["ISA"].uses) == len(NEW.segments["ISA"].uses) == 16
    assert (OLD.segments["ISA"].uses[10].element, NEW.segments["ISA"].uses[10].element) == ("I10", "I65")


@pytest.mark.parametrize(
    ("code", "path", "expected"),
    [
        ("850", "BEG", ("M", 1)),
        ("850", "REF", ("O", None)),
        ("850", "PER", ("O", 3)),
        ("850", "SAC", ("O", 25)),
        ("850", "SAC/SAC", ("M", 1)),
        ("850", "SAC/CUR", ("O", 1)),
        ("850", "DTM", ("O", 10)),
        ("850", "LDT", ("O", 12)),
        ("850", "AMT/FA1/FA2", ("M", None)),
        ("850", "N9", ("O", 1000)),
        ("850", "N9/MSG", ("O", 1000)),
        ("850", "N1", ("O", 200)),
        ("850", "N1/REF", ("O", 12)),
        ("850", "PO1", ("M", 100_000)),  # spec C0
        ("850", "PO1/SDQ", ("O", 500)),
        ("850", "PO1/SAC/CTP", ("O", 1)),
        ("850", "PO1/LS/LDT/LM/LQ", ("M", None)),
        ("850", "PO1/LS/LE", ("M", 1)),
        ("850", "PO1/N1/LDT/MAN", ("O", 10)),
        ("850", "PO1/SLN/PO3", ("O", 104)),
        ("850", "CTT", ("O", 1)),
        ("850", "CTT/AMT", ("O", 1)),
        ("855", "BAK", ("M", 1)),
        ("855", "CSH", ("O", 1)),
        ("855", "PO1", ("O", 100_000)),
        ("855", "PO1/ACK", ("O", 104)),
        ("855", "PO1/ACK/DTM", ("O", 1)),
        ("855", "PO1/SLN/ACK", ("O", 104)),
        ("855", "PO1/SLN/SAC", ("O", 10)),
        ("997", "AK2", ("O", None)),
        ("997", "AK2/AK3/AK4", ("O", 99)),
        ("997", "AK2/AK5", ("M", 1)),
        ("997", "AK9", ("M", 1)),
    ],
)
def test_a_place_in_a_set_of_004010_has_the_requirement_and_maximum_of_the_spec(code, path, expected):
    assert place(OLD, code, path) == expected


@pytest.mark.parametrize(
    ("code", "path", "expected"),
    [
        ("850", "TD5", ("O", None)),
        ("850", "LDT/QTY", ("O", None)),
        ("850", "LDT/MTX", ("O", None)),
        ("850", "N9/MTX", ("O", None)),
        ("850", "N9/PWK", ("O", None)),
        ("850", "N9/EFI", ("O", None)),
        ("850", "N1/IN2", ("O", None)),
        ("850", "PO1/N9/MTX", ("O", None)),
        ("850", "PO1/SLN/MEA", ("O", None)),
        ("850", "PO1/AMT/REF", ("O", None)),
        ("855", "N1/MTX", ("O", None)),
        ("855", "PO1/SLN/N9/MTX", ("O", None)),
        ("999", "AK2/IK3/CTX", ("O", 10)),
        ("999", "AK2/IK3/IK4/CTX", ("O", 10)),
        ("999", "AK2/IK5", ("M", 1)),
    ],
)
def test_a_place_in_a_set_of_005010_has_what_the_spec_changes(code, path, expected):
    assert place(NEW, code, path) == expected


def test_free_text_is_msg_at_004010_and_mtx_at_005010():
    def holds(parts: tuple[Part, ...], tag: str) -> int:
        return sum(
            holds(part.parts, tag) if isinstance(part, LoopPart) else part.tag == tag for part in parts
        )

    assert holds(NEW.sets["850"].body, "MSG") == holds(NEW.sets["855"].body, "MSG") == 0
    assert holds(OLD.sets["850"].body, "MSG") == 10
    assert holds(OLD.sets["850"].body, "MTX") == holds(OLD.sets["855"].body, "MTX") == 1  # both under ADV


def test_what_005010_moves_stands_in_the_new_place():
    header = tags(NEW.sets["850"].body)
    assert header[header.index("DTM") + 1] == "LIN"
    assert header[header.index("TXI") + 1 : header.index("TXI") + 3] == ["LDT", "AMT"]
    party = at(NEW.sets["850"].body, "N1")
    assert isinstance(party, LoopPart)
    assert tags(party.parts)[:4] == ["N1", "N2", "IN2", "N3"]


def test_999_is_a_set_of_005010_alone():
    assert "999" in NEW.sets
    assert "999" not in OLD.sets


@BOTH
def test_a_set_says_its_group_and_version(book):
    groups = {one.code: one.group for one in book.sets.values() if one.version == book.version}
    assert groups.pop("999", "FA") == "FA"
    assert groups == {
        "180": "AN", "214": "QM", "810": "IN", "812": "CD", "820": "RA", "824": "AG", "846": "IB", "850": "PO",
        "855": "PR", "856": "SH", "860": "PC", "861": "RC", "864": "TX", "865": "CA", "870": "RS", "875": "OG",
        "880": "GP", "940": "OW", "943": "AR", "944": "RE", "945": "SW", "947": "AW", "997": "FA",
    }  # fmt: skip


def test_the_999_repeats_a_context_and_takes_the_codes_of_a_guide():
    assert [(use.element, use.requirement, use.repeat) for use in NEW.segments["CTX"].uses] == [
        ("C998", "M", 10), ("721", "O", 1), ("719", "O", 1), ("447", "O", 1), ("C030", "O", 1), ("C999", "O", 1),
    ]  # fmt: skip
    assert "I5" in NEW.elements["618"].codes
    assert NEW.segments["IK5"].uses[0].element == "717"
    assert NEW.segments["IK4"].uses[2].element == "621"


def test_a_composite_unit_of_measure_is_five_times_unit_exponent_multiplier():
    assert [use.element for use in OLD.composites["C001"].uses] == ["355", "1018", "649"] * 5
    assert [use.requirement for use in OLD.composites["C001"].uses] == ["M"] + ["O"] * 14
    assert OLD.composites["C040"].notes == ("P0304", "P0506")
    assert [use.requirement for use in OLD.composites["C040"].uses] == list("MMXXXX")
    assert len(OLD.composites["C002"].uses) == 5


CLOSED = {
    "248": ("ACNPQRS", "ACNPQRS"),
    "349": ("FSX", "FSX"),
    "478": ("CD", "CD"),
    "715": ("AEMPRWX", "AEMPRWX"),
    "717": ("AEMRWX", "AEMRWX"),
    "736": ("01", "01"),
}


@pytest.mark.parametrize("number", CLOSED)
def test_a_closed_list_of_letters_holds_exactly_these_codes(number):
    for book, expected in zip((OLD, NEW), CLOSED[number], strict=True):
        assert set(book.elements[number].codes) == set(expected)
        assert book.elements[number].complete


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [("353", 65, 66), ("668", 26, 26), ("716", 23, 20), ("718", 25, 23), ("720", 8, 8), ("723", 10, 12)],
)
def test_a_closed_list_has_its_codes_at_each_version(number, old, new):
    assert (len(OLD.elements[number].codes), len(NEW.elements[number].codes)) == (old, new)
    assert OLD.elements[number].complete
    assert NEW.elements[number].complete


def test_a_code_that_came_later_is_not_a_code_of_before():
    assert "57" not in OLD.elements["353"].codes
    assert "57" in NEW.elements["353"].codes
    assert {"12", "13"} == set(NEW.elements["723"].codes) - set(OLD.elements["723"].codes)
    assert "RE" in OLD.elements["98"].codes
    assert "RE" not in NEW.elements["98"].codes


def test_no_list_is_closed_but_those_that_must_be():
    closed = [one.number for one in OLD.elements.values() if one.complete]
    assert sorted(closed) == [
        "248", "349", "353", "478", "668", "715", "716", "717", "718", "720", "723", "736", "I17", "I18",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("92", "SA NE KN DS DR BK BE RL RE RO PR NP NS OS SO SP CN CF EO ST WO RR IN ZZ"),
        ("98", "BY ST SF BT SE SU VN RI SO PR II MA Z7 OB BO CA CN SH WH DE DS EN PF SN LW RT IA"),
        ("66", "1 9 92 91 UL 15 2 33 94 ZZ"),
        ("235", "UP UK EN UA UI UD UN IN BP CB PI PL SK VN VP VC VA IT MG MF BO CL VE IZ SZ SM LT SN B8 HD CH "
                "ND N4 IB PO ON ZZ ST AK PR"),
        ("128", "IA DP MR PD VR VN CO 19 CR CT AN IT BM MB CN 2I SI PK AO LO IV OI RZ ZZ"),
        ("146", "CC PP PC PB TP DF PO BP MX NC"),
        ("336", "01 02 03 04 05 08 09 12 14 33 CO PP ZZ"),
        ("333", "1 2 3 5 7 15"),
        ("1300", "A260 B000 B950 C000 C300 C310 D170 D200 D240 D270 D360 D500 E170 F050 F180 F670 F800 F910 "
                 "G400 G470 G740 G821 G830 G970 H000 H750 H850 I170 I410 I530 I570 ZZZZ"),
        ("378", "1 2 3 4 5 6 Z"),
        ("331", "01 02 04 05 06 15 CC PP"),
        ("236", "RES RTL MSR UCP CON NET CAT WHL FCP"),
        ("374", "001 002 004 010 011 017 037 038 063 064 067 068 069 079 118"),
        ("355", "EA CA CT DZ PK BX PC LB KG GA FT IN SF PL P1 Z3 UN EV RL ST"),
        ("587", "AC AD AE AH AK AP AT RJ RD RF RO NA"),
        ("91", "M LT A U H"),
        ("88", "GM AA CP UC UP"),
        ("309", "OR DE AC FA ZZ"),
        ("54", "BY SE"),
        ("673", "33 17 QH 63 20 29"),
        ("639", "PE UM"),
        ("963", "ST TX CA CP GS FD VA ZZ"),
    ],
)  # fmt: skip
def test_an_everyday_code_of_the_spec_is_listed(number, codes):
    for book in (OLD, NEW):
        assert [code for code in codes.split() if code not in book.elements[number].codes] == []
        assert not book.elements[number].complete


@BOTH
def test_every_set_refers_to_segments_that_exist(book):
    def used(parts: tuple[Part, ...]) -> set[str]:
        return {
            tag for part in parts for tag in (used(part.parts) if isinstance(part, LoopPart) else {part.tag})
        }

    for one in book.sets.values():
        assert used(one.body) <= set(book.segments), one.code


@BOTH
def test_every_use_refers_to_an_element_that_exists_and_counts_from_one(book):
    for one in (*book.segments.values(), *book.composites.values()):
        assert [use.position for use in one.uses] == list(range(1, len(one.uses) + 1))
        for use in one.uses:
            assert use.element in (book.composites if use.element.startswith("C") else book.elements)
            assert use.requirement in ("M", "O", "X")
            assert use.repeat >= 1


@BOTH
def test_no_note_binds_a_mandatory_element_alone_and_every_x_stands_in_a_note(book):
    for one in (*book.segments.values(), *book.composites.values()):
        bound = {int(note[n : n + 2]) for note in one.notes for n in range(1, len(note), 2)}
        assert bound <= set(range(1, len(one.uses) + 1))
        assert {use.position for use in one.uses if use.requirement == "X"} <= bound, one.name


@BOTH
def test_a_loop_opens_with_a_segment_that_stands_once_in_each_turn(book):
    def loops(parts: tuple[Part, ...]) -> list[LoopPart]:
        found = [part for part in parts if isinstance(part, LoopPart)]
        return found + [inner for one in found for inner in loops(one.parts)]

    for one in book.sets.values():
        for loop in loops(one.body):
            assert loop.parts[0] == SegmentPart(loop.id, "M", 1)


@BOTH
def test_every_code_fits_its_element_and_lower_case_is_none(book):
    for one in book.elements.values():
        for code in one.codes or ():
            assert one.min <= len(code) <= one.max
            assert code == code.upper()


def test_a_version_is_read_once_and_an_unknown_one_is_refused():
    assert dictionary("005010") is NEW
    assert set(VERSIONS) == {"004010", "005010"}
    with pytest.raises(KeyError):
        dictionary("003060")


def test_what_is_not_in_the_dictionary_is_not_found():
    assert OLD.segments.get("XYZ") is None
    assert "XYZ" not in OLD.segments
    with pytest.raises(KeyError):
        OLD.elements["9998"]


def test_a_status_of_the_grocery_order_and_an_answer_about_payment_mean_what_the_standard_says():
    assert {code: OLD.elements["473"].codes[code] for code in "CFNR"} == {
        "C": "confirmation",
        "F": "cancellation",
        "N": "original",
        "R": "change",
    }
    assert OLD.elements["566"].codes["X"] == "equivalent item"
    assert OLD.elements["566"].codes["B0"] == "no substitute"
    assert OLD.elements["353"].codes["34"] == "payment declined"
    assert NEW.elements["353"].codes["57"] == "initial"


def test_an_emergency_plan_has_a_telephone_number_from_005010_on():
    """LH401 and LH402 go together at 005010; at 004010, and in the releases between, they need not."""
    between = dictionary("004060")
    assert (OLD.segments["LH4"].notes, between.segments["LH4"].notes) == (("P0812",), ("P0812",))
    assert set(NEW.segments["LH4"].notes) == {"P0102", "P0812"}


def test_a_telephone_number_may_be_longer_after_005010():
    assert [dictionary(release).elements["364"].max for release in ("004010", "005010", "006040")] == [
        80,
        256,
        2048,
    ]


@pytest.mark.parametrize(
    ("number", "kept", "left_out"),
    [
        ("133", "9 JD JO X Z", "C E F G L T Y"),
        ("88", "AI PB SI SR SS W X", "AN BC CT LT PL SN TN"),
        ("91", "7 GG GR W Y2", "AP BB LD MS"),
        ("639", "AA KR NT VQ WM", "MA NP RA SD TG TH VT"),
        ("92", "BL TR UD", "CB FF LN"),
        ("892", "17 26 ZZ", "18 27"),
        ("40", "2B 2G HY WY", "2C AA"),
        ("110", "BA TR", "GH TH"),
        ("143", "218 622 994", "102 999"),
        ("333", "09 10 16 ZZ", "9"),
        ("363", "DEL ZZZ", "AAH ZED"),
        ("479", "PO WT", "CU"),
        ("569", "DA SG SKA", "9 GL LN"),
        ("591", "ACH ZZZ", "FXP QIR"),
        ("647", "036 500 849 V", "101 141 W"),
        ("756", "AA AU", "AB AG"),
        ("812", "BPT PRD", "CBR WEB"),
        ("1005", "0001 0083 ZZZZ", "0005 0407"),
        ("1048", "PRL VEN", "RYL"),
        ("1065", "9 C L", "A B"),
        ("1650", "AM CA X8", "AL PA X9"),
    ],
)
def test_a_code_that_no_second_description_of_004010_has_is_none_of_004010(number, kept, left_out):
    """The lists of docs/reference/x12-coverage.md that two sources tell alike (G, J, K, L, M, N, P, R beside B)."""
    codes = OLD.elements[number].codes
    assert [code for code in kept.split() if code not in codes] == []
    assert [code for code in left_out.split() if code in codes] == []


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("40", "AA"),
        ("88", "MT"),
        ("92", "CB CD CE CG FF LN NA"),
        ("176", "RS"),
        ("309", "CG CM EB G J MO PM PV PZ Q TI X1"),
        ("365", "AE EA"),
        ("366", "1I A6 AJ AW AX C1 LG WV"),
        ("563", "AA AB HZ"),
        ("756", "AB AD AF AG"),
        ("812", "CBR PBR POP POS RCK TEL WEB"),
        ("1048", "RYL"),
        ("1065", "A B"),
        ("1650", "AL BO BR CB LC NB PA RH UC UR"),
    ],
)
def test_codes_came_with_005010(number, codes):
    """Two descriptions of 005010 have these, and none of 004010."""
    assert set(NEW.elements[number].codes) - set(OLD.elements[number].codes) == set(codes.split())


def test_a_list_that_no_second_description_tells_is_not_kept():
    assert OLD.elements["844"].codes is None
    for number, codes in {"91": "AP BB G", "335": "DAP DAT", "688": "BO SS", "892": "27"}.items():
        assert [code for code in codes.split() if code in NEW.elements[number].codes] == []

"""The sets beside 850, 855, 997 and 999: spot checks by hand from spec C3-C15, with the number of places (C0)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_gateway.x12.dictionary import LoopPart, Part
from tests.x12.dictionary.test_dictionary import BOTH, NEW, OLD, at, place, spelled, tags


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("BSN", "01 353 M ID 2/2, 02 396 M AN 2/30, 03 373 M DT 8/8, 04 337 M TM 4/8, 05 1005 O ID 4/4, 06 640 X "
            "ID 2/2, 07 641 O ID 3/3 : C0706"),
        ("HL", "01 628 M AN 1/12, 02 734 O AN 1/12, 03 735 M ID 1/2, 04 736 O ID 1/1"),
        ("PRF", "01 324 M AN 1/22, 02 328 O AN 1/30, 03 327 O AN 1/8, 04 373 O DT 8/8, 05 350 O AN 1/20, 06 367 "
            "O AN 1/30, 07 92 O ID 2/2"),
        ("SN1", "01 350 O AN 1/20, 02 382 M R 1/10, 03 355 M ID 2/2, 04 646 O R 1/15, 05 330 X R 1/15, 06 355 X "
            "ID 2/2, 07 728 O ID 1/2, 08 668 O ID 2/2 : P0506"),
        ("BIG", "01 373 M DT 8/8, 02 76 M AN 1/22, 03 373 O DT 8/8, 04 324 O AN 1/22, 05 328 O AN 1/30, 06 327 O "
            "AN 1/8, 07 640 O ID 2/2, 08 353 O ID 2/2, 09 306 O ID 1/2, 10 76 O AN 1/22"),
        ("TDS", "01 610 M N2 1/15, 02 610 O N2 1/15, 03 610 O N2 1/15, 04 610 O N2 1/15"),
        ("CAD", "01 91 O ID 1/2, 02 206 O AN 1/4, 03 207 O AN 1/10, 04 140 X AN 2/4, 05 387 X AN 1/35, 06 368 O "
            "ID 2/2, 07 128 O ID 2/3, 08 127 X AN 1/30, 09 284 O ID 2/2 : R0504 C0708"),
        ("ISS", "01 382 X R 1/10, 02 355 X ID 2/2, 03 81 X R 1/10, 04 355 X ID 2/2, 05 183 X R 1/8, 06 355 X ID "
            "2/2, 07 380 O R 1/15, 08 81 O R 1/10 : R010305 P0102 P0304 P0506"),
        ("BCH", "01 353 M ID 2/2, 02 92 M ID 2/2, 03 324 M AN 1/22, 04 328 O AN 1/30, 05 327 O AN 1/8, 06 373 M "
            "DT 8/8, 07 326 O AN 1/45, 08 367 O AN 1/30, 09 127 O AN 1/30, 10 373 O DT 8/8, 11 373 O DT 8/8, "
            "12 1166 O ID 2/2, 13 786 O ID 2/2, 14 587 O ID 2/2, 15 640 O ID 2/2, 16 1232 O ID 2/2"),
        ("BCA", "01 353 M ID 2/2, 02 587 O ID 2/2, 03 324 M AN 1/22, 04 328 O AN 1/30, 05 327 O AN 1/8, 06 373 M "
            "DT 8/8, 07 326 O AN 1/45, 08 367 O AN 1/30, 09 127 O AN 1/30, 10 373 O DT 8/8, 11 373 O DT 8/8, "
            "12 373 O DT 8/8, 13 92 O ID 2/2, 14 786 O ID 2/2, 15 640 O ID 2/2"),
        ("W05", "01 473 M ID 1/1, 02 285 M AN 1/22, 03 324 O AN 1/22, 04 472 X N0 6/6, 05 474 X AN 1/22, 06 640 "
            "O ID 2/2, 07 306 O ID 1/2 : P0405"),
        ("W20", "01 356 O N0 1/6, 02 357 X R 1/8, 03 355 X ID 2/2, 04 81 X R 1/10, 05 187 X ID 1/2, 06 188 X ID "
            "1/1, 07 395 O R 1/8, 08 183 X R 1/8, 09 355 X ID 2/2, 10 397 O AN 1/10 : P0203 P040506 P0809"),
        ("W66", "01 146 M ID 2/2, 02 91 M ID 1/2, 03 399 O ID 1/1, 04 400 O ID 2/2, 05 387 O AN 1/35, 06 433 O "
            "ID 2/2, 07 434 O AN 1/30, 08 625 X ID 1/1, 09 610 X N2 1/15, 10 140 O AN 2/4 : P0809"),
        ("W76", "01 330 M R 1/15, 02 81 X R 1/10, 03 355 X ID 2/2, 04 183 X R 1/8, 05 355 X ID 2/2, 06 398 O R "
            "1/10 : P0203 P0405 C0603"),
        ("G62", "01 432 X ID 2/2, 02 373 X DT 8/8, 03 176 X ID 1/2, 04 337 X TM 4/8, 05 623 O ID 2/2 : R0103 "
            "P0102 P0304"),
        ("W06", "01 514 M ID 1/1, 02 285 O AN 1/22, 03 373 O DT 8/8, 04 145 O AN 1/30, 05 531 O AN 1/12, 06 324 "
            "O AN 1/22, 07 474 X AN 1/22, 08 472 X N0 6/6, 09 152 O ID 2/3, 10 891 O ID 2/2, 11 640 O ID "
            "2/2, 12 306 O ID 1/2 : P0708"),
        ("W03", "01 382 M R 1/10, 02 81 O R 1/10, 03 355 X ID 2/2, 04 183 X R 1/8, 05 355 X ID 2/2, 06 80 X N0 "
            "1/7, 07 355 X ID 2/2 : C0203 P0405 P0607"),
        ("W27", "01 91 M ID 1/2, 02 140 X AN 2/4, 03 387 X AN 1/35, 04 146 O ID 2/2, 05 40 O ID 2/2, 06 206 O AN "
            "1/4, 07 207 O AN 1/10, 08 368 O ID 2/2, 09 152 O ID 2/3, 10 890 O ID 2/2 : R0203"),
        ("W17", "01 514 M ID 1/1, 02 373 M DT 8/8, 03 394 M AN 1/12, 04 285 O AN 1/22, 05 145 O AN 1/30, 06 176 "
            "X ID 1/2, 07 337 X TM 4/8, 08 474 X AN 1/22, 09 472 X N0 6/6 : P0607 P0809"),
        ("W14", "01 413 M R 1/7, 02 382 O R 1/10, 03 452 O R 1/9, 04 414 O N0 1/7, 05 80 O N0 1/7"),
        ("W15", "01 373 M DT 8/8, 02 31 X AN 1/22, 03 31 X AN 1/22, 04 353 O ID 2/2, 05 640 O ID 2/2, 06 306 O "
            "ID 1/2 : P0203"),
        ("BIA", "01 353 M ID 2/2, 02 755 M ID 2/2, 03 127 M AN 1/30, 04 373 M DT 8/8, 05 337 O TM 4/8, 06 306 O "
            "ID 1/2"),
        ("BGN", "01 353 M ID 2/2, 02 127 M AN 1/30, 03 373 M DT 8/8, 04 337 X TM 4/8, 05 623 O ID 2/2, 06 127 O "
            "AN 1/30, 07 640 O ID 2/2, 08 306 O ID 1/2, 09 786 O ID 2/2 : C0504"),
        ("RDR", "01 1292 O ID 2/2, 02 1293 X ID 2/2, 03 1294 X ID 2/2, 04 352 O AN 1/80, 05 1073 O ID 1/1 : "
            "E0203"),
        ("BCD", "01 373 M DT 8/8, 02 475 M AN 1/22, 03 305 M ID 1/2, 04 610 M N2 1/15, 05 478 M ID 1/1, 06 373 O "
            "DT 8/8, 07 76 X AN 1/22, 08 424 O AN 1/22, 09 373 O DT 8/8, 10 324 X AN 1/22, 11 353 O ID 2/2, "
            "12 640 O ID 2/2, 13 128 X ID 2/3, 14 127 X AN 1/30, 15 306 O ID 1/2 : R071014 P1314"),
        ("OTI", "01 110 M ID 1/2, 02 128 M ID 2/3, 03 127 M AN 1/30, 04 142 O AN 2/15, 05 124 O AN 2/15, 06 373 "
            "O DT 8/8, 07 337 O TM 4/8, 08 28 X N0 1/9, 09 329 O AN 4/9, 10 143 O ID 3/3, 11 480 O AN 1/12, "
            "12 353 O ID 2/2, 13 640 O ID 2/2, 14 346 O ID 2/2, 15 306 O ID 1/2, 16 305 O ID 1/2, 17 641 O "
            "ID 3/3 : C0908"),
        ("TED", "01 647 M ID 1/3, 02 3 O AN 1/60, 03 721 O AN 2/3, 04 719 O N0 1/6, 05 722 O N0 1/2, 06 725 O N0 "
            "1/4, 07 724 O AN 1/99, 08 961 O AN 1/99"),
        ("B10", "01 127 X AN 1/30, 02 145 O AN 1/30, 03 140 M AN 2/4, 04 71 O N0 1/3, 05 128 X ID 2/3, 06 127 X "
            "AN 1/30, 07 1073 O ID 1/1 : R0106 E0105 P0506"),
        ("AT7", "01 1650 X ID 2/2, 02 1651 X ID 2/2, 03 1652 X ID 2/2, 04 1651 X ID 2/2, 05 373 X DT 8/8, 06 337 "
            "X TM 4/8, 07 623 O ID 2/2 : E0103 P0102 P0304 C0605 C0706"),
        ("L11", "01 127 X AN 1/30, 02 128 X ID 2/3, 03 352 X AN 1/80 : R0103 P0102"),
        ("MS1", "01 19 X AN 2/30, 02 156 X AN 2/2, 03 26 X AN 2/3, 04 1654 X AN 7/7, 05 1655 X AN 7/7, 06 1280 O "
            "ID 1/1, 07 1280 O ID 1/1 : L010203 E0104 C0201 C0301 P0405 C0604 C0705"),
    ],
)  # fmt: skip
def test_a_segment_of_004010_reads_as_the_spec_writes_it(tag, expected):
    assert spelled(OLD, tag) == expected


@pytest.mark.parametrize(
    ("tag", "position", "old", "new"),
    [
        ("SN1", 5, "330 X", "380 X"),
        ("BLI", 3, "380 O", "380 X"),
        ("CAD", 1, "91 O", "91 M"),
        ("POC", 3, "330 O", "380 X"),
        ("POC", 4, "671 X", "671 O"),
        ("W01", 1, "330 M", "380 M"),
        ("W12", 2, "330 O", "380 O"),
        ("W76", 1, "330 M", "380 M"),
        ("W03", 2, "81 O", "81 X"),
        ("AT7", 2, "1651 X", "1651 O"),
        ("AT7", 4, "1651 X", "1651 O"),
        ("TED", 5, "722 O", "C030 O"),
        ("TED", 6, "725 O", "C999 O"),
        ("BIG", 11, None, "1005 O"),
        ("W05", 8, None, "92 O"),
        ("L11", 4, None, "373 O"),
        ("L11", 5, None, "1073 O"),
        ("MS1", 8, None, "116 O"),
        ("B10", 9, None, "337 O"),
    ],
)
def test_005010_changes_or_adds_an_element_as_the_spec_says(tag, position, old, new):
    def use(book):
        found = [one for one in book.segments[tag].uses if one.position == position]
        return f"{found[0].element} {found[0].requirement}" if found else None

    assert (use(OLD), use(NEW)) == (old, new)


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [("127", 30, 50), ("364", 80, 256), ("207", 10, 15), ("358", 10, 15), ("719", 6, 10)],
)
def test_005010_lengthens_an_element(number, old, new):
    assert (OLD.elements[number].max, NEW.elements[number].max) == (old, new)


@pytest.mark.parametrize(
    ("tag", "count", "last"),
    [
        ("IT1", 25, ("234", "P2425")),
        ("POC", 27, ("234", "P2627")),
        ("LIN", 31, ("234", "P3031")),
        ("BLI", 18, ("594", "P1213")),
        ("W12", 22, ("234", "P2122")),
        ("W01", 16, ("234", "P1516")),
    ],
)
def test_a_segment_pairs_its_ids_to_the_end_of_the_list(tag, count, last):
    segment = OLD.segments[tag]
    assert (len(segment.uses), segment.uses[-1].element, segment.notes[-1]) == (count, *last)


def count(parts: tuple[Part, ...]) -> int:
    """The places of a body as the spec lists them: a loop counts once, with the segment that opens it."""
    return sum(count(part.parts) if isinstance(part, LoopPart) else 1 for part in parts)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("180", 55, 55),
        ("214", 52, 22),
        ("810", 88, 92),
        ("812", 34, 37),
        ("824", 20, 21),
        ("846", 63, 63),
        ("856", 56, 57),
        ("860", 187, 199),
        ("865", 161, 176),
        ("940", 59, 65),
        ("943", 18, 18),
        ("944", 20, 25),
        ("945", 45, 50),
        ("947", 33, 33),
    ],
)
def test_a_set_has_as_many_places_as_the_spec_lists(code, old, new):
    assert (count(OLD.sets[code].body), count(NEW.sets[code].body)) == (old, new)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("856", "BSN DTM HL CTT"),
        (
            "810",
            "BIG NTE CUR REF YNQ PER N1 ITD DTM FOB PID MEA PWK PKG "
            "L7 BAL INC PAM LM N9 V1 FA1 IT1 TDS TXI CAD AMT SAC "
            "ISS CTT",
        ),
        ("940", "W05 N1 N9 G61 G62 NTE W09 W66 W6 R2 BNX LM LX W76"),
        ("945", "W06 N1 N9 G61 G62 NTE W27 W6 W28 W10 G72 LM LX W03"),
        ("943", "W06 N1 N9 G61 G62 NTE W27 W28 W10 W04 W03"),
        ("944", "W17 N1 N9 G61 G62 NTE W08 W18 G08 W07 W14"),
        ("947", "W15 N1 N9 G61 G62 NTE LM W19"),
        ("846", "BIA CUR DTM REF PER MEA N1 LM LIN CTT"),
        ("180", "BGN RDR PRF DTM N9 PER SAC G38 PKG TD1 TD5 NTE N1 LM BLI"),
        ("812", "BCD CUR N9 PER ITD DTM FOB SHD SAC N1 LM FA1 CDD"),
        ("824", "BGN N1 OTI"),
        ("214", "B10 L11 MAN K1 N1 MS3 LX"),
    ],
)
def test_a_set_of_004010_is_in_the_order_of_the_spec(code, expected):
    assert tags(OLD.sets[code].body) == expected.split()


@pytest.mark.parametrize(
    ("code", "path", "expected"),
    [
        ("856", "HL", ("M", 200000)),
        ("856", "HL/SN1", ("O", 1)),
        ("856", "HL/TD1", ("O", 20)),
        ("856", "HL/LH1/LH4", ("O", 1)),
        ("856", "HL/CLD/REF", ("O", 200)),
        ("856", "HL/MAN", ("O", None)),
        ("856", "HL/SDQ", ("O", 50)),
        ("856", "HL/LM/LQ", ("M", 100)),
        ("810", "NTE", ("O", 100)),
        ("810", "N9", ("O", 1)),
        ("810", "N9/MSG", ("M", 10)),
        ("810", "IT1", ("O", 200000)),
        ("810", "IT1/SAC/TXI", ("O", 10)),
        ("810", "IT1/SLN/SAC", ("O", 25)),
        ("810", "TDS", ("M", 1)),
        ("860", "POC/PKG", ("O", 200)),
        ("860", "POC/SLN/SAC", ("O", 10)),
        ("860", "CTT/AMT", ("O", 5)),
        ("865", "N9/MSG", ("O", 1000)),
        ("865", "POC/ACK", ("O", 104)),
        ("865", "POC/PD/PDD", ("O", None)),
        ("940", "LX", ("O", None)),
        ("940", "LX/W01/G69", ("O", 5)),
        ("940", "LX/W01/N1", ("O", 3)),
        ("940", "LX/W01/LS/LX/LH1/LFH", ("O", 20)),
        ("945", "LX/W12/N9", ("O", 200)),
        ("945", "LX/PAL", ("O", 1)),
        ("943", "W04", ("M", 9999)),
        ("944", "W07/W13/N9", ("O", 200)),
        ("947", "W19/N1/G61", ("O", 5)),
        ("846", "LIN", ("M", 10000)),
        ("846", "LIN/QTY", ("O", 99)),
        ("846", "LIN/QTY/SCH/MEA", ("O", 25)),
        ("846", "LIN/SLN/MAN", ("O", 100)),
        ("180", "BLI/QTY/LX/LM/LQ", ("M", 100)),
        ("812", "N1", ("M", 200)),
        ("812", "CDD/N11/N1/PCT", ("O", 2)),
        ("824", "OTI/TED/RED", ("O", 100)),
        ("824", "OTI/LM/LQ/RED", ("O", 100)),
        ("214", "L11", ("O", 300)),
        ("214", "LX/CD3/N1/N3", ("O", 3)),
    ],
)
def test_a_place_in_a_set_of_004010_has_the_requirement_and_maximum_of_the_spec(code, path, expected):
    assert place(OLD, code, path) == expected


@pytest.mark.parametrize(
    ("code", "path", "expected"),
    [
        ("856", "HL/TD3/AT9", ("O", 1)),
        ("856", "HL/LH1/LH4", ("O", 4)),
        ("810", "CRC", ("O", 1)),
        ("810", "IT1/SAC/TXI/DTM", ("O", 1)),
        ("810", "SAC/DTM", ("O", None)),
        ("860", "LDT/MTX", ("O", None)),
        ("860", "POC/SCH/REF", ("O", None)),
        ("865", "POC/LM/LQ", ("M", None)),
        ("865", "POC/SLN/N9/MTX", ("O", None)),
        ("940", "W6", ("O", 5)),
        ("940", "TD3/AT9", ("O", 1)),
        ("940", "LX/N9", ("O", None)),
        ("940", "LX/W01/N1/PER", ("O", 5)),
        ("945", "TD1", ("O", 5)),
        ("945", "LX/W12/N1/PER", ("O", 1)),
        ("944", "LX/W07", ("O", 9999)),
        ("944", "LX/MAN", ("O", 1)),
        ("812", "CDD/SAC/DTM", ("O", 5)),
        ("812", "CDD/FA1/FA2", ("M", None)),
        ("824", "OTI/TED/CTX", ("O", 10)),
        ("214", "LX/AT7/M7", ("O", 1)),
        ("214", "LX/OID/SDQ", ("O", 10)),
    ],
)
def test_a_place_in_a_set_of_005010_has_what_the_spec_changes(code, path, expected):
    assert place(NEW, code, path) == expected


@BOTH
@pytest.mark.parametrize(
    ("code", "path"), [("861", "LM/LQ"), ("861", "RCD/SLN/LM/LQ"), ("870", "HL/PO1/ISR/LM/LQ")]
)
def test_a_code_list_that_is_named_has_a_code_of_it(book, code, path):
    assert place(book, code, path) == ("M", 100)


@BOTH
@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("850", "PO1/LS/LDT"),
        ("860", "POC/LS/LDT"),
        ("846", "LIN/QTY/LS/REF"),
        ("940", "LX/W01/LS/LX"),
        ("945", "LX/W12/LS/LX"),
    ],
)
def test_a_bounded_loop_is_not_empty(book, code, path):
    loop = at(book.sets[code].body, path)
    assert isinstance(loop, LoopPart)
    assert (loop.requirement, loop.max) == ("M", None)


@BOTH
def test_an_element_is_relational_where_a_note_asks_for_it_and_nowhere_else(book):
    """What a note of C or L begins with is free to be there or not (FOB03 of C0302, spec C0)."""
    for tag in book.segments:
        segment = book.segments[tag]
        asked = {
            int(note[at : at + 2])
            for note in segment.notes
            for at in range(3 if note[0] in "CL" else 1, len(note), 2)
        }
        relational = {use.position for use in segment.uses if use.requirement == "X"}
        mandatory = {use.position for use in segment.uses if use.requirement == "M"}
        assert relational == asked - mandatory, tag


@pytest.mark.parametrize(
    ("element", "everyday"),
    [
        ("110", "TA TC TE TP TR GA GC GE GP GR IA IC IE IP IR BA"),
        ("432", "10 02 01 37 38 53 54 04 11 17"),
        ("647", "006 007 008 009 010 011 012 024 848 MA MB MC MD ME MF MG MH MI MJ MN H P Q"),
        ("735", "S O T P Q I F"),
        ("1005", "0001 0002 0003 0004 ZZZZ"),
        ("1650", "AF X3 X8 X4 X6 AG X2 X1 X5 D1 CD SD AH AP A7 A9 A3 CA K1"),
        ("1651", "AO AI B1 AS BS S1 P1"),
        ("363", "DEL WHI GEN"),
    ],
)
@pytest.mark.parametrize("book", [OLD, NEW], ids=["004010", "005010"])
def test_the_everyday_codes_of_the_spec_are_known(book, element, everyday):
    made = book.elements[element]
    assert made.codes is not None
    assert not made.complete
    assert [code for code in everyday.split() if not made.codes.get(code)] == []


COVERAGE = (Path(__file__).parents[3] / "docs" / "reference" / "x12-coverage.md").read_text("utf-8")


def named(text: str) -> set[str]:
    """Sets and segments in a text; "LH1 to LH6" names those between."""
    words = set(re.findall(r"\b[A-Z0-9]{2,3}\b", text))
    for before, first, last in re.findall(r"\b([A-Z]{2})(\d) to \1(\d)\b", text):
        words |= {f"{before}{number}" for number in range(int(first), int(last) + 1)}
    return words


@BOTH
def test_the_page_says_of_each_set_and_segment_how_far_it_is_checked(book):
    sets, segments = re.findall(r"^## (?:Sets|Segments)\n(.*?)(?=^## )", COVERAGE, re.DOTALL | re.MULTILINE)
    assert set(book.sets) - named(sets) == set()
    assert set(book.segments) - named(segments) == set()

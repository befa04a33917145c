"""Documents of releases without a dictionary of their own are read by the nearest one, and what is known to
differ is allowed: good ones made by hand have no finding, and what a release does not know is still said."""

from __future__ import annotations

import pytest

from edi_gateway.model.finding import Code
from edi_gateway.x12.dictionary import GROUP_OF, DictionaryError, dictionary, nearest, reading
from edi_gateway.x12.dictionary.loader import read_dictionary
from edi_gateway.x12.dictionary.versions import DATA, read_releases
from edi_gateway.x12.structure.machine import lay_out
from tests.x12.edi import ISA, ISA5, Document, codes, document_of, interchange, segments_of

LONG = "A-PRODUCT-ID-THAT-HAS-GROWN-BEYOND-THE-48-CHARACTERS-OF-OLD-1234567"  # 66 characters

GOOD = [
    ("003060", "850", "BEG*00*SA*4711**960115~NTE*GEN*CALL FIRST~REF*DP*17~ITD*01*3*2**10~DTM*010*960130***19~"
     "N9*ZZ*1~MSG*HANDLE WITH CARE~N1*ST*STORE*92*0553~PO1*1*2*EA*9.5**VN*AB-100~CTT*1"),
    ("003040", "850", "BEG*00*SA*4711**960115~PO1*1*2*EA*9.5**VN*AB-100~CTT*1"),
    ("003060", "856", "BSN*00*S1*960120*1200~NTE*GEN*FRAGILE~DTM*011*960120~HL*1**S~TD5**2*ABCD~HL*2*1*O~"
     "PRF*4711***960115~"
     "HL*3*2*I~LIN**VN*AB-100~SN1**2*EA~CTT*3"),
    ("003070", "810", "BIG*970105*I7*961220*4711~DTM*011*970104****D8*19970104~IT1*1*2*EA*9.5**VN*AB-100~"
     "TDS*1900"),
    ("003060", "214", "B10*PRO1*S1*ABCD~B2A*00~N9*BM*77~N1*ST*STORE*92*0553~LX*1~"
     "Q5*X4*960121*1200*CT**AKRON*OH~Q5*D1*960122*0900*CT"),
    ("003050", "940", "W05*N*O1*4711~N1*ST*STORE*92*0553~G62*10*960120~W66*CC*M~W01*10*EA**VN*AB-100~"
     "G69*BLUE WIDGET~W76*10"),
    ("004010VICS", "850", "BEG*00*SA*4711**20260115~N9*ZZ*1~MSG*HANDLE WITH CARE~PO1*1*2*EA*9.5**VN*AB-100~CTT*1"),
    ("004030VICS", "850", "BEG*00*SA*4711**20260115~N9*ZZ*1~MTX**HANDLE WITH CARE~"
     "PO1*1*2*EA*9.5**VN*AB-100~CTT*1"),
    ("004030VICS", "856", "BSN*00*S1*20260120*1200*0001~HL*1**S~TD5**2*ABCD~HL*2*1*O~PRF*4711~HL*3*2*P~"
     "MAN*GM*00100000010000000017~"
     "HL*4*3*I~LIN**UP*012345678905~SN1**2*EA~CTT*4"),
    ("004050", "880", "G01*20260120*I7*20260115*4711~G27*M***ABCD~N1*ST*STORE*92*0553~"
     "G17*10*CA*9.5*012345678905~G31*10*CA~G33*9500"),
    ("006040", "850", f"BEG*00*SA*4711**20260115~REF*DP*{LONG}~N9*ZZ*1~MTX**HANDLE WITH CARE~"
     f"PO1*1*2*EA*9.5**VN*{LONG}~"
     "ITD*01*3~ITD*02*3~ITD*05*3~CTT*1"),
    ("006040", "940", "W05*N*O1*4711~N1*ST*STORE*92*0553~W66*CC*M~PAL*4~LX*1~W01*10*EA**VN*AB-100~"
     "SLN*1**I~W6*FR~N9*LI*1~W76*10"),
    ("007030", "856", f"BSN*00*S1*20260120*1200*0001~HL*1**S~HL*2*1*O~PRF*4711~HL*3*2*I~LIN**VN*{LONG}~"
     "SN1**2*EA~CTT*3"),
    ("007030", "850", "BEG*00*SA*4711**20260115~" + "SAC*C*D240***500~" * 26 + "N1*ST*STORE~" * 201 +
     "PO1*1*2*EA*9.5**VN*AB-100~PAL*4~" + "SAC*A*C310***5~" * 26 + "CTT*1"),
    ("007030", "855", "BAK*00*AC*4711*20260115~" + "SAC*C*D240***500~" * 26 + "N1*ST*STORE~" * 201 +
     "PO1*1*2*EA*9.5**VN*AB-100~" + "SAC*A*C310***5~" * 26 + "CTT*1"),
    ("007030", "810", "BIG*20260105*I7*20251220*4711~" + "REF*DP*17~" * 13 + "N1*ST*STORE~" * 201 +
     "IT1*1*2*EA*9.5**VN*AB-100~TDS*1900"),
    ("007030", "860", "BCH*04*SA*4711**1*20260115~SPI*00~" + "N1*ST*STORE~" * 21 +
     "POC*1*CA*2*0*EA*9.5**VN*AB-100~PAL*4~CTT*1"),
    ("007010", "875", "G50*N*20260120*4711~" + "N9*DP*17~" * 51 + "N1*ST*STORE*92*0553~" * 11 +
     "G72*1*15*NUMBER~" * 101 + "G68*10*CA*9.5*012345678905~" + "N9*LI*1~" * 11 +
     "G72*1*15*NUMBER~" * 101 + "G76*10*CA"),
    ("007010", "880", "G01*20260120*I7*20260115*4711~" + "N9*DP*17~" * 11 + "N1*ST*STORE*92*0553~" * 11 +
     "G72*1*15*NUMBER~" * 101 + "G17*10*CA*9.5*012345678905~" + "N9*LI*1~" * 6 + "G72*1*15*NUMBER~" * 101 +
     "G31*10*CA~G33*9500"),
]  # fmt: skip


def read(version: str, code: str, body: str) -> Document:
    isa = ISA5 if nearest(version)[0] == "005010" else ISA
    return document_of(interchange(segments_of(body), set_code=code, version=version, isa=isa))


@pytest.mark.parametrize(("version", "code", "body"), GOOD, ids=[f"{row[0]}-{row[1]}" for row in GOOD])
def test_a_good_document_of_another_release_passes(version, code, body):
    document = read(version, code, body)
    assert [(finding.code, finding.message) for finding in document.findings] == []
    assert "?" not in document.paths
    assert document.group.result.status == "A"


@pytest.mark.parametrize(
    ("version", "code", "body", "expected"),
    [
        ("004010", "850", "BEG*00*SA*1**960115~PO1*1", [("BEG", 5, Code.DATE_INVALID)]),
        ("004010", "856", "BSN*00*S1*20260120*1200~NTE*GEN*X~HL*1**S", [("NTE", None, Code.SEGMENT_NOT_IN_SET)]),
        ("003060", "850", "BEG*00*SA*1**961315~PO1*1", [("BEG", 5, Code.DATE_INVALID)]),
        ("003060", "850", "BEG*00*SA*1**960115~MTX**X~PO1*1", [("MTX", None, Code.SEGMENT_UNEXPECTED)]),
        ("004030VICS", "850", "BEG*00*SA*1**260115~PO1*1", [("BEG", 5, Code.DATE_INVALID)]),
        ("005010", "850", f"BEG*00*SA*1**20260115~REF*DP*{LONG}~PO1*1", [("REF", 2, Code.ELEMENT_TOO_LONG)]),
        ("006040", "850", f"BEG*00*SA*1**20260115~REF*DP*{LONG}{LONG}~PO1*1", [("REF", 2, Code.ELEMENT_TOO_LONG)]),
    ],
)  # fmt: skip
def test_what_a_release_does_not_have_is_still_wrong(version, code, body, expected):
    assert codes(read(version, code, body)) == expected


@pytest.mark.parametrize(
    ("gs08", "expected"),
    [
        ("003010", "003070"),
        ("003060", "003070"),
        ("003072", "003070"),
        ("002040", "003070"),
        ("004010", "004010"),
        ("004010VICS", "004010"),
        ("004020", "004060"),
        ("004030VICS", "004060"),
        ("005010", "005010"),
        ("005010X231A1", "005010"),
        ("005011", "006040"),
        ("006040", "006040"),
        ("007030", "006040"),
        ("", "004010"),
        ("VICS", "004010"),
        ("4010", "004010"),
    ],
)
def test_the_digits_of_gs08_say_what_is_read(gs08, expected):
    assert reading(gs08) == expected


def test_codes_of_a_release_are_those_of_its_dictionary(tmp_path):
    for name, text in {
        "releases": "003010 004010 with 003070\n004010 004010\n005010 005010\n005011 005010 with 006040",
        "004010/elements": "353 ID 2/2 Purpose",
        "codes/353": "00 original\n[only 004010]\n01 cancel\n[from 005010]\n57 other",
    }.items():
        (tmp_path / f"{name}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(text)
    for folder in ("003070", "006040"):
        (tmp_path / folder).mkdir()
    listed = {v: set(read_dictionary(tmp_path, v).elements["353"].codes or ()) for v in ("003070", "006040")}
    assert listed == {"003070": {"00", "01"}, "006040": {"00", "57"}}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("003010 004010 with", 1, "a release, what reads it and the differences are expected"),
        ("3010 004010", 1, "a release, what reads it"),
        ("004010 004010\n\n004010 005010", 3, "004010 already stands in line 1"),
        ("004010 004010\n003010 004010", 2, "003010 does not come after the release above it"),
        ("004010 004030", 1, "004030 is no version of the dictionary; there are 004010 and 005010"),
        ("003010 004010 with 003080", 1, "003080 is no folder of differences"),
        ("003010 004010 with 005010", 1, "005010 is no folder of differences"),
        ("  004010 004010", 1, "an indented line, but no entry above it"),
        ("# nothing", 1, "no release stands here"),
    ],
)
def test_a_mistake_in_the_list_of_releases_names_file_line_and_reason(tmp_path, text, line, said):
    (tmp_path / "releases.txt").write_text(text)
    with pytest.raises(DictionaryError) as caught:
        read_releases(tmp_path)
    assert f"releases.txt, line {line}: " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("release", read_releases(DATA))
def test_what_reads_a_release_is_whole(release):
    book = dictionary(release.data)
    used = {use.element for tag in book.segments for use in book.segments[tag].uses}
    used |= {use.element for key in book.composites for use in book.composites[key].uses}
    assert used <= {*book.elements, *book.composites}
    for one in book.sets.values():
        assert {node.tag for node in lay_out(one)[0]} - {"ST", "SE"} <= set(book.segments)
    for key in {*book.sets} & {*dictionary(release.read_as).sets}:
        assert GROUP_OF[key] == book.sets[key].group

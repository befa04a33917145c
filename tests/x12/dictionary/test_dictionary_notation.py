"""A mistake in a data file of the dictionary is reported with its file, its line and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.x12.dictionary import DictionaryError, LoopPart, SegmentPart
from edi_gateway.x12.dictionary.loader import read_dictionary

ELEMENTS = """
    # what a heading may say
    98 ID 2/3 Entity
    93 AN 1/60 Name
    353 ID 2/2 Purpose
"""
SEGMENTS = """
    N1 Party: 98M 93X C001*2 2(98X 93X) / P0102 P0405..0607
    BEG Beginning: 353M
    REF Reference: 93
"""
COMPOSITES = "C001 Pair: 98M 93"
SETS = """
    850 PO Purchase Order
      BEG:M1 REF:O*
      N1:O200( REF:O12
               BEG:O1( REF:M3 ) )
"""


@pytest.fixture
def write(tmp_path: Path):
    """Writes a small standard of two versions, with some files as the test wants them."""

    def made(**files: str) -> Path:
        texts = {
            "004010/elements": ELEMENTS,
            "004010/segments": SEGMENTS,
            "004010/composites": COMPOSITES,
            "004010/sets": SETS,
            **{name.replace("__", "/"): text for name, text in files.items()},
        }
        for name, text in texts.items():
            file = tmp_path / f"{name.lstrip('_').replace('old', '004010').replace('new', '005010')}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = text.splitlines()
            first = next((line for line in lines if line.strip()), "")
            margin = len(first) - len(first.lstrip())
            file.write_text("\n".join(line[margin:] for line in lines))
        return tmp_path

    return made


def test_the_notation_reads_as_it_is_described(write):
    book = read_dictionary(write(), "004010")
    assert [(use.position, use.element, use.requirement, use.repeat) for use in book.segments["N1"].uses] == [
        (1, "98", "M", 1), (2, "93", "X", 1), (3, "C001", "O", 2),
        (4, "98", "X", 1), (5, "93", "X", 1), (6, "98", "X", 1), (7, "93", "X", 1),
    ]  # fmt: skip
    assert book.segments["N1"].notes == ("P0102", "P0405", "P0607")
    assert book.sets["850"].body == (
        SegmentPart("BEG", "M", 1),
        SegmentPart("REF", "O", None),
        LoopPart("N1", "O", 200, (
            SegmentPart("N1", "M", 1),
            SegmentPart("REF", "O", 12),
            LoopPart("BEG", "O", 1, (SegmentPart("BEG", "M", 1), SegmentPart("REF", "M", 3))),
        )),
    )  # fmt: skip


def test_a_version_is_its_differences_from_the_older_one(write):
    folder = write(
        new__elements="93 AN 1/80 Name",
        new__segments="N1 = 02:93 08:353X / -P0102 +C0801\nK1 Remark: 93M",
        new__sets="850 =\n  drop REF\n  swap N1/REF K1:M1\n  before N1/BEG/REF K1:O2\n  after BEG N1:O1",
    )
    book = read_dictionary(folder, "005010")
    assert (book.elements["93"].max, book.elements["98"].max) == (80, 3)
    assert book.segments["N1"].uses[7].element == "353"
    assert book.segments["N1"].notes == ("P0405", "P0607", "C0801")
    assert book.segments["BEG"].name == "Beginning"
    assert book.sets["850"].version == "005010"
    assert book.sets["850"].body == (
        SegmentPart("BEG", "M", 1),
        SegmentPart("N1", "O", 1),
        LoopPart("N1", "O", 200, (
            SegmentPart("N1", "M", 1),
            SegmentPart("K1", "M", 1),
            LoopPart("BEG", "O", 1, (
                SegmentPart("BEG", "M", 1), SegmentPart("K1", "O", 2), SegmentPart("REF", "M", 3),
            )),
        )),
    )  # fmt: skip


def test_a_code_list_has_sections_by_version_and_ranges(write):
    folder = write(
        codes__353="""
        # 353 Purpose
        complete
        00 original
        [from 005010]
        57 new
        also 90..92 AX..AZ
        [only 004010]
        77 old
        [all]
        ZZ mutual
        """
    )
    old = read_dictionary(folder, "004010").elements["353"]
    new = read_dictionary(folder, "005010").elements["353"]
    assert old.codes == {"00": "original", "77": "old", "ZZ": "mutual"}
    assert new.codes == {
        "00": "original", "57": "new", "ZZ": "mutual", "90": "", "91": "", "92": "", "AX": "", "AY": "", "AZ": "",
    }  # fmt: skip
    assert old.complete
    assert new.complete
    assert read_dictionary(folder, "004010").elements["98"].codes is None


def look_up(folder: Path, version: str, asked: str) -> None:
    book = read_dictionary(folder, version)
    for shelf in (book.elements, book.segments, book.sets):
        shelf.get(asked)


MISTAKES = [
    ("old__elements", "98 ID 3/2 Entity", "98", "line 1: the shortest length 3 is above the longest 2"),
    ("old__elements", "98 XX 2/3 Entity", "98", "line 1: an element is its number, type"),
    ("old__elements", "98 ID 2/3 A\n98 ID 2/3 B", "98", "line 2: 98 already stands in line 1"),
    ("old__elements", "# c\n\n  98 ID 2/3 A", "98", "line 3: an indented line, but no entry above it"),
    ("old__segments", "N1 Party 98M 93", "N1", "line 1: a name, a colon and the elements are expected"),
    ("old__segments", "K1 A: 93\nN1 Party: 98M 93Q", "N1", "line 2: '93Q' is not an element"),
    ("old__segments", "N1 Party: 98M 93 / P0103", "N1", "line 1: the note P0103 names a position"),
    ("old__segments", "N1 Party: 98M 93 / P0101", "N1", "line 1: the note P0101 names a position twice"),
    ("old__segments", "N1 Party: 98M 93 / Q0102", "N1", "line 1: 'Q0102' is not a note"),
    (
        "old__segments",
        "N1 Party: 98M 93 / P0102..0405",
        "N1",
        "line 1: 'P0102..0405' is not a series of pairs",
    ),
    ("old__segments", "N1 = 02:93", "N1", "line 1: nothing to change: no older version has it"),
    ("old__sets", "850 Purchase Order\n  BEG:M1", "850", "line 1: a set opens with its code"),
    ("old__sets", "850 PO Order\n  BEG:M1\n  REF:X1", "850", "line 3: 'REF:X1' is not a segment with"),
    ("old__sets", "850 PO Order\n  BEG:M1\n  REF:O0", "850", "line 3: 'REF:O0' is not a segment with"),
    ("old__sets", "850 PO Order\n  N1:O1(\n  BEG:M1", "850", "line 2: this bracket is never closed"),
    ("old__sets", "850 PO Order\n  BEG:M1 )", "850", "line 2: ')' "),
    ("old__sets", "850 PO Order\n  ( BEG:M1 )", "850", "line 2: a loop must open with a segment"),
    ("old__sets", "850 =\n  drop BEG", "850", "line 1: set 850 cannot be changed"),
    ("codes__98", "complete\nBY buyer\nST", "98", "line 3: the code 'ST' has no meaning beside it"),
    ("codes__98", "BY buyer\nBY buyer", "98", "line 2: 'BY' already stands in line 1"),
    ("codes__98", "B buyer", "98", "line 1: 'B' is not 2 to 3 characters long"),
    ("codes__98", "also BY B1..BZ", "98", "line 1: 'B1..BZ' is not a range of codes"),
    ("codes__98", "also B9..B1", "98", "line 1: 'B9..B1' is not a range of codes"),
    ("codes__98", "[since 005010]\nBY buyer", "98", "line 1: '[since 005010]' is not [all]"),
    ("old__segments", "N1 Party: 98M 999", "N1", "line 1: there is no element and no composite 999"),
    ("old__segments", "N1 Party: 98M C999", "N1", "line 1: there is no element and no composite C999"),
    ("old__sets", "850 PO Order\n  BEG:M1\n  REF:O1( CUR:O1 )", "850", "line 3: there is no segment CUR"),
    ("old__elements", "98 ID 2/3 Entit\u00e9", "98", "line 1: a character that is not ASCII"),
    ("codes__98", "BY buyer\nST caf\u00e9", "98", "line 2: a character that is not ASCII"),
    ("codes__98", "# nothing", "98", "line 1: a code list without a code"),
]


@pytest.mark.parametrize(("file", "text", "asked", "said"), MISTAKES, ids=[said for *_, said in MISTAKES])
def test_a_mistake_names_file_line_and_reason(write, file, text, asked, said):
    folder = write(**{file: text})
    with pytest.raises(DictionaryError) as caught:
        look_up(folder, "004010", asked)
    name = file.replace("old__", "004010/").replace("__", "/") + ".txt"
    assert f"{folder / name}, {said}" in str(caught.value)


CHANGES = [
    ("new__sets", "850 =\n  swap REF N1:O1\n  drop N1", "850", "line 3: 'N1' stands 2 times in that place"),
    ("new__segments", "N1 = 9:93", "N1", "line 1: '9:93' is not a position up to 8"),
    ("new__segments", "N1 = 02:93 / P0102", "N1", "line 1: '0102' is not a note"),
    ("new__segments", "N1 = 02:93 / +P0102", "N1", "line 1: '+P0102' neither adds a new note"),
    ("new__segments", "N1 = 02:93 / -C0102", "N1", "line 1: '-C0102' neither adds a new note"),
    ("new__sets", "850 =\n  remove BEG", "850", "line 2: 'remove' is not drop, swap, after or before"),
    ("new__sets", "850 =\n  drop BEG REF:O1", "850", "line 2: drop takes a path alone"),
    ("new__sets", "850 =\n  swap BEG", "850", "line 2: drop takes a path alone"),
    ("new__sets", "850 =\n  drop DTM", "850", "line 2: 'DTM' stands 0 times in that place"),
    ("new__segments", "N1 = 02:999", "N1", "line 1: there is no element and no composite 999"),
    ("new__sets", "850 =\n  drop REF\n  after BEG CUR:O1", "850", "line 3: there is no segment CUR"),
    ("new__sets", "850 =\n  drop BEG/REF", "850", "line 2: 'BEG' is a segment, not a loop"),
]


@pytest.mark.parametrize(("file", "text", "asked", "said"), CHANGES, ids=[said for *_, said in CHANGES])
def test_a_mistake_in_a_difference_names_file_line_and_reason(write, file, text, asked, said):
    folder = write(**{file: text})
    with pytest.raises(DictionaryError) as caught:
        look_up(folder, "005010", asked)
    assert f"{folder / file.replace('new__', '005010/')}.txt, {said}" in str(caught.value)

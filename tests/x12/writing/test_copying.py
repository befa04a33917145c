"""A file as text to be edited: unchanged text is the same bytes, and what was changed is told element by element."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.x12.anatomy import copying
from edi_gateway.x12.anatomy.copying import Change, Element

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = sorted(SAMPLES.glob("*/input.edi"))
ISA = "ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *260302*0812*U*00401*000000001*0*P*>"


@pytest.mark.parametrize("file", FILES, ids=[file.parent.name for file in FILES])
def test_text_that_nobody_has_changed_gives_the_very_same_bytes(file: Path) -> None:
    content = file.read_bytes()
    text, found = copying.to_text(content), copying.marks(content)
    assert found is not None
    if text is not None:  # a browser sends CR LF for every line break
        assert copying.to_bytes(text.replace("\n", "\r\n"), found) == content


@pytest.mark.parametrize("between", ["", "\n", "\r\n"])
def test_what_stands_between_segments_is_put_back(between: str) -> None:
    content = f"~{between}".join([ISA, "GS*PO*A*B", "REF*DP*12", "IEA*1*1", ""]).encode()
    text = copying.to_text(content)
    assert text is not None
    assert text.split("\n")[1:4] == ["GS*PO*A*B~", "REF*DP*12~", "IEA*1*1~"]
    found = copying.marks(content)
    assert found is not None
    edited = copying.to_bytes(text.replace("12~", "13~"), found)
    assert edited == content.replace(b"*12~", b"*13~")


def test_a_file_whose_bytes_a_browser_would_change_is_not_offered_as_text() -> None:
    assert copying.to_text(b"no X12") is None
    assert copying.to_text(f"{ISA}~REF*DP*1\x1b[2J~".encode()) is None  # a control character is not seen


def test_changes_are_told_segment_by_segment() -> None:
    was = "~".join([ISA, "BEG*99*SA*1", "REF*DP*12", "PO1*1*5*CA", ""]).encode()
    now = "~".join([ISA, "BEG*00*SA*1", "PO1*1*5*CA", "CTT*1", ""]).encode()
    same = tuple(Element(text, False) for text in ("SA", "1"))
    assert copying.changes(was, now) == [
        Change(
            "changed",
            2,
            (Element("BEG", False), Element("99", True), *same),
            (Element("BEG", False), Element("00", True), *same),
        ),
        Change("removed", 3, tuple(Element(text, True) for text in ("REF", "DP", "12")), ()),
        Change("added", 4, (), tuple(Element(text, True) for text in ("CTT", "1"))),
    ]
    assert copying.changes(was, was) == []

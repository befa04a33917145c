"""Carton labels for printers: the fields of the ZPL, read by a small reader that knows the language and not our code.

Source: the commands' syntax as printers' manuals give it: ^FO x,y; ^BY module; ^BC orientation,height,line,above,
check,mode; ^FH indicator; ^FD data ^FS. In the data of ^BC `>:` and `>;` start sets B and C, `>6` and `>5` change to
them, `>8` is FNC1, `>0` is >.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.papers import label_zpl
from edi_gateway.papers.completeness import Incomplete
from edi_gateway.papers.records import Place
from tests.papers import build, scanner

KNOWN = {"XA", "XZ", "CI", "PW", "LL", "LH", "FO", "A0", "FH", "FD", "FS", "BY", "BC", "GB"}


@dataclass(frozen=True)
class Field:
    x: int
    y: int
    kind: str  # text, code or rule
    data: str
    height: int
    module: int = 0


def formats(zpl: bytes) -> list[list[Field]]:
    """The fields of each ^XA ... ^XZ, with their text as the printer would see it."""
    text = zpl.decode("ascii")
    assert "~" not in text
    labels: list[list[Field]] = []
    x = y = height = module = 0
    kind, indicator = "", ""
    utf8 = False
    for command, rest in commands(text):
        assert command in KNOWN, command
        match command:
            case "XA":
                labels.append([])
            case "CI":
                utf8 = rest == "28"
            case "FO":
                x, y = map(int, rest.split(","))
                indicator = ""
            case "A0":
                kind, height = "text", int(rest.split(",")[1])
            case "BY":
                module = int(rest)
            case "BC":
                orientation, tall, *options = rest.split(",")
                assert (orientation, options) == ("N", ["N", "N", "N", "N"])
                kind, height = "code", int(tall)
            case "GB":
                width, tall, _ = rest.split(",")
                labels[-1].append(Field(x, y, "rule", width, int(tall)))
            case "FH":
                indicator = rest or "_"
            case "FD":
                assert utf8
                labels[-1].append(Field(x, y, kind, unescaped(rest, indicator), height, module))
    return labels


def commands(text: str) -> Iterator[tuple[str, str]]:
    assert text.startswith("^")
    for part in text[1:].split("^"):
        yield part[:2], part[2:].removesuffix("\n")


def unescaped(text: str, indicator: str) -> str:
    if not indicator:
        return text
    pieces = re.split(re.escape(indicator) + "([0-9A-F]{2})", text)
    raw = b"".join(bytes.fromhex(piece) if n % 2 else piece.encode("ascii") for n, piece in enumerate(pieces))
    return raw.decode("utf-8")


def scanned(data: str) -> str:
    """What a scanner reads from the data of a ^BC field; a GS1-128 symbol begins with FNC1 behind its start."""
    kind = {">:": "B", ">;": "C"}[data[:2]]
    assert data[2:4] == ">8"
    read, at = "", 4
    while at < len(data):
        if data[at] == ">":
            match data[at + 1]:
                case "6":
                    assert kind == "C"
                    kind = "B"
                case "5":
                    assert kind == "B"
                    kind = "C"
                case "0":
                    assert kind == "B"
                    read += ">"
                case other:
                    raise AssertionError(f">{other}")
            at += 2
        elif kind == "C":
            pair = data[at : at + 2]
            assert re.fullmatch(r"[0-9]{2}", pair), pair
            read += pair
            at += 2
        else:
            read += data[at]
            at += 1
    return read


def codes(fields: list[Field]) -> list[str]:
    return [scanned(each.data) for each in fields if each.kind == "code"]


def words(fields: list[Field]) -> str:
    return scanner.squeezed(" ".join(each.data for each in fields if each.kind == "text"))


def test_a_label_is_a_format_of_its_own_with_the_bar_codes_of_the_pdf() -> None:
    paper = label_zpl.draw(build.shipment())
    assert (paper.media_type, paper.pages, paper.notes) == ("application/zpl", 2, ())
    assert paper.content.startswith(b"^XA\n^CI28\n^PW812\n^LL1218\n")  # 4 and 6 inches of 203 dots
    assert paper.content.count(b"^XA") == paper.content.count(b"^XZ") == 2
    assert [codes(fields) for fields in formats(paper.content)] == [
        ["42060431", "910142", "00006141410000001019"],
        ["42060431", "910142", "00006141410000001026"],
    ]


def test_it_says_what_the_pdf_says() -> None:
    text = words(formats(label_zpl.draw(build.shipment()).content)[0])
    for part in (
        "SHIP FROM Tarnbrook Homeware Inc. 1200 Fell Road Dock 4 Dayton, OH 45402-1234",
        "SHIP TO Kestrelmoor Stores DC 599 No. 0599 88 Harrier Way Joliet, IL 60431",
        "PRO 4417002318",
        "PO 4500017 · DEPT 22",
        "CARTON 1 OF 2",
        "QTY 48 EA Stoneware mug, slate blue, 12 oz",
        "(00) 006141410000001019",
    ):
        assert part in text


@pytest.mark.parametrize(("dots", "width", "length", "module"), [(203, 812, 1218, 4), (300, 1200, 1800, 6)])
def test_the_bars_are_whole_dots_and_everything_is_on_the_label(
    dots: int, width: int, length: int, module: int
) -> None:
    """20 mil are 4.06 dots of 203, and 6 of 300; an SSCC is 156 of them, its quiet zones ten each."""
    fields = formats(label_zpl.draw(build.shipment(), dots).content)[0]  # type: ignore[arg-type]
    sscc = next(each for each in fields if each.kind == "code" and len(each.data) > 20)
    assert sscc.module == module
    assert sscc.x >= 10 * module
    assert sscc.x + (156 + 10) * module <= width
    assert sscc.height >= dots  # an inch and more
    assert all(0 <= each.x < width and each.y >= 0 and each.y + each.height <= length for each in fields)


def test_what_could_be_a_command_is_text() -> None:
    place = Place("^XZ~JA\\5E_5E Zoë 中", ("^FS^FDgone",), "Joliet", "IL", "60431")
    paper = label_zpl.draw(replace(build.shipment(), ship_to=place))
    assert len(formats(paper.content)) == 2
    assert "^XZ~JA\\5E_5E Zoë 中 ^FS^FDgone" in words(formats(paper.content)[0])
    assert b"\\5EXZ\\7EJA\\5C5E\\5F5E Zo\\C3\\AB \\E4\\B8\\AD" in paper.content
    assert paper.notes == ("中 (U+4E2D) may be missing in the printer's font: look at the label.",)


def test_outside_the_us_letters_change_the_code_set() -> None:
    toronto = Place("Kestrelmoor Canada", ("9 Plover Road",), "Toronto", "ON", "M5V 3L9", "CA")
    fields = formats(label_zpl.draw(replace(build.shipment(), ship_to=toronto)).content)[0]
    assert codes(fields)[0] == "421124M5V3L9"


def test_it_refuses_what_the_pdf_refuses() -> None:
    with pytest.raises(Incomplete) as caught:
        label_zpl.draw(replace(build.shipment(), po_number=" "))
    assert caught.value.missing == ("PO number",)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40))
def test_no_text_breaks_a_format(name: str) -> None:
    shipment = replace(build.shipment(), ship_to=replace(build.DC, name=f"A{name}"))
    labels = formats(label_zpl.draw(shipment).content)
    assert [codes(fields)[-1] for fields in labels] == ["00006141410000001019", "00006141410000001026"]
    assert [len([each for each in fields if each.kind == "rule"]) for fields in labels] == [7, 7]

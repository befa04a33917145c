"""The views of a document that the pages of a case and of a document share: what each needs, made ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from edi_gateway.reports.triage.found import Told
from edi_gateway.reports.triage.marked import PAGE, Marked
from edi_gateway.reports.triage.one_case import TREE, Look
from edi_gateway.web.console.call import Called
from edi_gateway.x12.anatomy.painting import Line
from edi_gateway.x12.second_opinion import NoSecondOpinion

PARTS: Final = (
    ("marked", "The document", "1"),
    ("tree", "Tree", "2"),
    ("canonical", "What it says", "3"),
    ("beside", "Last good one", "4"),
    ("timeline", "Timeline", "5"),
    ("second-opinion", "Second opinion", "6"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of a line. `bad`: numbers of the findings over it; `says`: their words; `fed`: of what it became."""

    offset: int
    text: str
    bad: tuple[int, ...]
    fed: tuple[int, ...]
    says: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    offset: int
    position: int | None
    pieces: tuple[Shown, ...]


def views(look: Look, base: str, part: str, begin: int | None, segment: int | None) -> dict[str, Any]:
    """The values of anatomy/_parts.html for one view; the others are not worked out."""
    if part not in (name for name, _, _ in PARTS):
        part = "marked"
    values: dict[str, Any] = dict.fromkeys(
        ("marked", "tree", "canonical", "beside", "timeline", "onward", "more_tree")
    )
    values |= {"parts": PARTS, "part": part, "base": base, "why_not": None, "stretches": (), "explained": ()}
    if part in ("tree", "canonical", "beside", "second-opinion"):
        values["why_not"] = look.why_not
    if part == "marked":
        made = values["marked"] = look.marked(begin=begin)
        values["stretches"] = lines_of(made, look.found)
        values["explained"] = look.explained(segment)
        if made is not None and begin is not None and begin + PAGE < made.end:
            values["onward"] = begin + PAGE
    elif part == "tree":
        first = segment or 1
        values["tree"] = look.tree(first)
        if look.read is not None and len(look.read.raw.segments) >= first + TREE:
            values["more_tree"] = first + TREE
    elif part == "canonical":
        values["canonical"] = look.canonical
        values["stretches"] = lines_of(look.marked(lineage=True), look.found)
    elif part == "beside":
        values["beside"] = look.beside
    elif part == "timeline":
        values["timeline"] = look.timeline
    return values


def lines_of(made: Marked | None, found: Sequence[Told]) -> list[list[ShownLine]]:
    """Painted lines with the words of what covers their pieces."""
    if made is None:
        return []
    return [[_line(line, found) for line in lines] for lines in made.stretches]


def _line(line: Line, found: Sequence[Told]) -> ShownLine:
    pieces = []
    for piece in line.pieces:
        bad = tuple(int(key[1:]) for key in piece.keys if key[0] == "f")
        fed = tuple(int(key[1:]) for key in piece.keys if key[0] == "t")
        says = " ".join(found[number].finding.message for number in bad)
        pieces.append(Shown(piece.offset, piece.text, bad, fed, says))
    return ShownLine(line.offset, line.position, tuple(pieces))


def opinion(call: Called, look: Look) -> Response:
    """The second opinion as a part of a page."""
    try:
        return call.show("anatomy/_opinion.html", opinion=look.second_opinion(), error=None)
    except NoSecondOpinion as error:
        return call.show("anatomy/_opinion.html", opinion=None, error=str(error))

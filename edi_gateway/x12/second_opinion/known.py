"""Disagreements with pyx12 that are explained: known.toml, each with a document and the rule that decides it.

Takes what we found in a file and a disagreement, gives the id of the entry that explains it. Called by
x12.second_opinion; `check --second-opinion` and docs/reference/second-opinion.md show the entries.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edi_gateway.model.finding import Code
from edi_gateway.x12.second_opinion.compare import Disagreement, Judged, Said, Spot

_FILE = Path(__file__).with_name("known.toml")
_STRUCTURE = frozenset({"place", "missing segment", "too many segments", "too many loops", "not used"})


@dataclass(frozen=True, slots=True)
class Match:
    """Which disagreements an entry explains: those to which all that it says applies.

    side: who finds it ("ours", "theirs"); levels, kinds: those of its Spot; value, words: a pattern for what stands
    there and for what is said; component: of this one; disturbed: the other one of the two found segments of the
    set out of their order; beside: we found something else wrong in the same "element" or "segment"; elsewhere: we
    found such a segment in the wrong place; found: we have one of these findings in the file.
    """

    side: str
    kinds: tuple[str, ...]
    levels: tuple[str, ...] = ("segment",)
    value: str = ""
    words: str = ""
    component: int = 0
    disturbed: bool = False
    beside: str = ""
    elsewhere: bool = False
    found: tuple[Code, ...] = ()

    def explains(self, judged: Judged, each: Disagreement) -> bool:
        spot, said = each.spot, each.ours or each.theirs
        others = judged.theirs if each.ours else judged.errors
        return (
            each.side == self.side
            and spot.kind in self.kinds
            and spot.level in self.levels
            and (not self.value or re.fullmatch(self.value, judged.value(spot), re.DOTALL) is not None)
            and (not self.words or (said is not None and re.search(self.words, said.words) is not None))
            and self.component in (0, spot.component)
            and (not self.disturbed or any(_disturbs(spot, other) for other in others))
            and (not self.beside or any(_beside(spot, other, self.beside) for other in _all(judged)))
            and (not self.elsewhere or any(_same_tag(each, *other) for other in judged.errors.items()))
            and (not self.found or not judged.codes.isdisjoint(self.found))
        )


@dataclass(frozen=True, slots=True)
class Known:
    """An entry: what pyx12 does (`fault`), what decides (`rule`), and a small document of a `set` at a `version`
    that shows it: `document` is what stands between ST and SE, or a whole file; `shows` the disagreements."""

    id: str
    fault: str
    rule: str
    set: str
    version: str
    document: tuple[str, ...]
    shows: tuple[str, ...]
    matches: tuple[Match, ...]


@cache
def known() -> tuple[Known, ...]:
    """All entries."""
    return tuple(_entries(tomllib.loads(_FILE.read_text("utf-8"))))


def explanation(judged: Judged, each: Disagreement) -> str | None:
    """The id of the first entry that explains a disagreement."""
    return next(
        (entry.id for entry in known() if any(match.explains(judged, each) for match in entry.matches)), None
    )


def _entries(read: dict[str, list[dict[str, object]]]) -> Iterator[Known]:
    for table in read["known"]:
        matches = [_match(each) for each in _tables(table.pop("match"))]
        texts = {key: _texts(value) if isinstance(value, list) else value for key, value in table.items()}
        yield Known(**texts, matches=tuple(matches))  # type: ignore[arg-type]


def _tables(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def _texts(value: list[str]) -> tuple[str, ...]:
    return tuple(value)


def _match(table: dict[str, object]) -> Match:
    found = tuple(Code(code) for code in _texts(table.pop("found", [])))  # type: ignore[arg-type]
    rest = {key: _texts(value) if isinstance(value, list) else value for key, value in table.items()}
    return Match(**rest, found=found)  # type: ignore[arg-type]


def _all(judged: Judged) -> Iterator[Spot]:
    yield from judged.errors
    yield from judged.remarks


def _disturbs(spot: Spot, other: Spot) -> bool:
    return other.level == spot.level and other.number == spot.number and other.kind in _STRUCTURE


def _same_tag(each: Disagreement, spot: Spot, said: Said) -> bool:
    return spot.kind == "place" and spot.number == each.spot.number and said.segment == each.segment


def _beside(spot: Spot, other: Spot, what: str) -> bool:
    same = (other.level, other.number, other.position) == (spot.level, spot.number, spot.position)
    return same and (what == "segment" or other.element == spot.element)

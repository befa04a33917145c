"""How one document differs from another of its kind in structure and qualifiers, not merely in its values.

Two segments are alike when they stand in the same place, carry the same codes of listed elements, and fill the same
others. Takes two sets that a guide has walked; gives rows side by side. Called by reports/triage/.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from edi_gateway.x12.anatomy.painting import visible
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.dictionary import Dictionary, dictionary
from edi_gateway.x12.parsing.rawset import RawSet

_FOUND = "What was found is in this one."
MOST = 2_000  # kinds of segments of a document that are compared


@dataclass(frozen=True, slots=True)
class Compared:
    """A kind of segment here and there: the first of it as text, None where there is none. `times`: how often each has
    it; `says`: what differs, nothing when they are alike."""

    place: str
    here: str | None
    there: str | None
    times: tuple[int, int]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Segments that are alike: their place, tag and what identifies them, with the first of them."""

    place: str
    signature: tuple[str, ...]
    segment: tuple[str, ...]
    text: str


def compare(
    here: tuple[RawSet, Guide, Sequence[int]],
    there: tuple[RawSet, Guide, Sequence[int]],
    apart: Collection[int] = (),
) -> list[Compared]:
    """Rows in the order of the document `here`, with what only the other one has at its place between them. `apart`:
    positions of segments (ST is 1) that have a row of their own, however many are like them."""
    ours, often = _kinds(*here)
    theirs, as_often = _kinds(*there)
    mine = [(kind.place, kind.signature) for kind in ours]
    other = [(kind.place, kind.signature) for kind in theirs]
    known = here[1].dictionary
    alone = _alone(*here, apart)
    rows: list[Compared] = []
    for what, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if what == "equal":
            rows += [
                Compared(
                    x.place, x.text, y.text, (often[x.place, x.signature], as_often[y.place, y.signature]), ()
                )
                for x, y in zip(ours[a:b], theirs[c:d], strict=True)
            ]
            continue
        rows += _between(known, ours[a:b], theirs[c:d], often, as_often)
    return [one for row in rows for one in _apart(row, alone)]


def _alone(
    raw: RawSet, guide: Guide, nodes: Sequence[int], apart: Collection[int]
) -> dict[tuple[str, str], list[str]]:
    """The segments that are to be shown by themselves, under the first of their kind: (place, its text) -> theirs."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    found: dict[tuple[str, str], list[str]] = {}
    for index, segment in enumerate(raw.segments):
        place = _place(guide, nodes, index, segment)
        text = _seen(raw.texts[index])
        begun = first.setdefault((place, _signature(guide.dictionary, segment)), text)
        if index + 1 in apart:
            found.setdefault((place, begun), []).append(text)
    return found


def _apart(row: Compared, alone: dict[tuple[str, str], list[str]]) -> Iterator[Compared]:
    """The row, and those of the segments like it that are shown by themselves."""
    texts = alone.get((row.place, row.here or ""), [])
    yield replace(row, says=(*row.says, _FOUND)) if row.here in texts else row
    for text in texts:
        if text != row.here:
            yield Compared(row.place, text, row.there, (1, row.times[1]), (_FOUND,))


def _place(guide: Guide, nodes: Sequence[int], index: int, segment: Sequence[str]) -> str:
    node = nodes[index] if index < len(nodes) else -1
    return guide.nodes[node].selector if node >= 0 else f"? {segment[0]}"


def _between(
    known: Dictionary,
    ours: Sequence[_Kind],
    theirs: Sequence[_Kind],
    often: dict[tuple[str, tuple[str, ...]], int],
    as_often: dict[tuple[str, tuple[str, ...]], int],
) -> Iterator[Compared]:
    """What stands in the one and not in the other: paired where the place is the same."""
    rest = list(theirs)
    for kind in ours:
        key = (kind.place, kind.signature)
        pair = max(
            (one for one in rest if one.place == kind.place), key=lambda one: _alike(kind, one), default=None
        )
        if pair is None:
            said = ("Only here: no segment like this in the other.",)
            there = as_often.get(key, 0)
            yield Compared(kind.place, kind.text, None, (often[key], there), said if not there else ())
            continue
        rest.remove(pair)
        times = (often[key], as_often[pair.place, pair.signature])
        yield Compared(kind.place, kind.text, pair.text, times, tuple(_differences(known, kind, pair)))
    for kind in rest:
        key = (kind.place, kind.signature)
        if not often.get(key):  # else it stands elsewhere here
            said = ("Only in the other: no segment like this here.",)
            yield Compared(kind.place, None, kind.text, (0, as_often[key]), said)


def _alike(one: _Kind, other: _Kind) -> int:
    return sum(a == b for a, b in zip(one.signature, other.signature, strict=False)) * 2 + (
        one.signature[1:2] == other.signature[1:2]
    )


def _differences(known: Dictionary, here: _Kind, there: _Kind) -> Iterator[str]:
    tag = here.segment[0]
    coded = _coded(known, tag)
    for number in range(1, max(len(here.segment), len(there.segment))):
        a = here.segment[number] if number < len(here.segment) else ""
        b = there.segment[number] if number < len(there.segment) else ""
        name = f"{tag}{number:02}"
        if bool(a) != bool(b):
            yield f"{name}: given only here" if a else f"{name}: given only in the other"
        elif number in coded and a != b:
            yield f"{name}: {_seen(a)} here, {_seen(b)} in the other"


def _seen(text: str) -> str:
    return visible(text.encode("latin-1", "replace"))


def _kinds(
    raw: RawSet, guide: Guide, nodes: Sequence[int]
) -> tuple[list[_Kind], dict[tuple[str, tuple[str, ...]], int]]:
    """The kinds of segments in the order of the first of each, and how many there are of each."""
    found: list[_Kind] = []
    often: dict[tuple[str, tuple[str, ...]], int] = {}
    for index, segment in enumerate(raw.segments):
        place = _place(guide, nodes, index, segment)
        signature = _signature(guide.dictionary, segment)
        key = (place, signature)
        if key not in often:
            if len(found) >= MOST:
                continue
            found.append(_Kind(place, signature, tuple(segment), _seen(raw.texts[index])))
        often[key] = often.get(key, 0) + 1
    return found, often


def _signature(known: Dictionary, segment: Sequence[str]) -> tuple[str, ...]:
    if segment[0] in ("ST", "SE"):
        return (segment[0],)
    coded = _coded(known, segment[0])
    said = [
        value if number in coded else ("given" if value else "")
        for number, value in enumerate(segment[1:], start=1)
    ]
    while said and not said[-1]:
        said.pop()
    return (segment[0], *said)


def _coded(known: Dictionary, tag: str) -> frozenset[int]:
    return _listed(known.version, tag) if tag in known.segments else frozenset()


@lru_cache(maxsize=4096)
def _listed(version: str, tag: str) -> frozenset[int]:
    """The elements of a segment whose codes are listed: what they say is structure, not a value."""
    known = dictionary(version)
    found = set()
    for number, use in enumerate(known.segments[tag].uses, start=1):
        element = known.elements.get(use.element) if use.element in known.elements else None
        if element is not None and element.type == "ID" and element.codes is not None:
            found.add(number)
    return frozenset(found)

"""Long text in parts, where the standard has a place for them: nothing is ever cut off.

Takes segments, gives segments; called by x12.compose and flow.answers. `pieces` is also the mapping's, for
fields that are lists of lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.checking.rules import Selector, parse


@dataclass(frozen=True, slots=True)
class Place:
    """Where the text of an element goes on: in `elements` of further segments `tag`, which repeat the other
    elements of the first when it is the same segment."""

    element: int
    tag: str
    elements: tuple[int, ...]


#: By tag. What is not here has no place to go on: a text too long for it is a finding.
PLACES: dict[str, Place] = {
    "N1": Place(2, "N2", (1, 2)),
    "N2": Place(1, "N2", (1, 2)),
    "N3": Place(1, "N3", (1, 2)),
    "PID": Place(5, "PID", (5,)),
    "MSG": Place(1, "MSG", (1,)),
    "MTX": Place(2, "MTX", (2,)),
    "NTE": Place(2, "NTE", (2,)),
}


def goes_on(tag: str, element: int) -> bool:
    """Whether a text too long for this element goes on in segments of another tag: `split_long` puts it there."""
    place = PLACES.get(tag)
    return place is not None and place.tag != tag and place.element == element


def pieces(text: str, maximum: int) -> Iterator[str]:
    """A long text in parts that fit, cut at the last blank that allows it (the blank goes), else anywhere."""
    while len(text) > maximum:
        cut = text.rfind(" ", 1, maximum + 1)
        if cut <= 0:
            yield text[:maximum]
            text = text[maximum:]
        else:
            yield text[:cut]
            text = text[cut + 1 :]
    if text:
        yield text


def split_long(segments: Sequence[Sequence[str]], guide: Guide) -> list[list[str]]:
    """The segments between ST and SE, texts that are too long spread over the places that they have. What has no
    place stays as it is, for the checker to say."""
    tags = guide.tags
    found: list[list[str]] = []
    at = 0
    while at < len(segments):
        segment = list(segments[at])
        at += 1
        place = PLACES.get(segment[0])
        if place is None or place.tag not in tags or not _is_long(segment, place, guide):
            found.append(segment)
        elif place.tag == segment[0]:
            found += _spread(segment, place, guide)
        else:  # the rest stands before what the next segment goes on with
            first, *rest = _parts(segment[place.element], _room(guide, segment, place.element))
            segment[place.element] = first
            found.append(segment)
            if at < len(segments) and segments[at][0] == place.tag:
                rest += [value for value in segments[at][1:] if value]
                at += 1
            found += _spread([place.tag, " ".join(rest)], PLACES[place.tag], guide, rest)
    return found


def _is_long(segment: Sequence[str], place: Place, guide: Guide) -> bool:
    elements = place.elements if place.tag == segment[0] else (place.element,)
    return any(
        len(segment[at]) > _room(guide, segment, at) for at in elements if at < len(segment) and segment[at]
    )


def _room(guide: Guide, segment: Sequence[str], element: int) -> int:
    """How many characters an element holds; less, when a rule of the guide about such segments asks for less."""
    use = guide.segment(segment[0]).uses[element - 1]
    asked = (number for selector, number in _limits(guide, segment[0], element) if selector.matches(segment))
    return min((guide.dictionary.elements[use.element].max, *asked))


@lru_cache(maxsize=256)
def _limits(guide: Guide, tag: str, element: int) -> tuple[tuple[Selector, int], ...]:
    """The rules that bound the length of an element whatever else stands in the document, each with its number."""
    bounding = (rule for rule in guide.rules if rule.kind in ("max", "length") and rule.number)
    found = ((parse(rule.target, rule.id), rule) for rule in bounding if not (rule.when or rule.unless))
    return tuple(
        (selector, rule.number or 0)
        for selector, rule in found
        if selector.path.split("/")[-1] == tag and (selector.element, selector.component) == (element, 0)
    )


def _parts(text: str, room: int) -> list[str]:
    return [part for piece in pieces(text, room) if (part := piece.strip(" "))]


def _spread(
    segment: list[str], place: Place, guide: Guide, values: Sequence[str] | None = None
) -> Iterator[list[str]]:
    """The segment as often as it takes; two texts a segment where there are two places in it."""
    if values is None:
        values = [segment[at] for at in place.elements if at < len(segment) and segment[at]]
    room = _room(guide, segment, place.element)
    texts = [part for value in values for part in _parts(value, room)]
    size = len(place.elements)
    for start in range(0, len(texts), size):
        one = list(segment) + [""] * (place.elements[-1] + 1 - len(segment))
        for number, at in enumerate(place.elements):
            one[at] = texts[start + number] if start + number < len(texts) else ""
        while not one[-1]:
            one.pop()
        yield one

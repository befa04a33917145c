"""The body of a set: `BEG:M1 REF:O* SAC:O25( CUR:O1 )`, and its differences from an older version.

Takes the indented lines of an entry, gives parts; called by `loader.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from edi_gateway.x12.dictionary.model import LoopPart, Part, SegmentPart
from edi_gateway.x12.dictionary.notation import Line

_PART: Final = re.compile(r"([A-Z][A-Z0-9]{1,2}):([MO])([1-9]\d*|\*)")


def read_body(lines: tuple[Line, ...]) -> tuple[Part, ...]:
    """The parts that the lines spell out; brackets may span lines."""
    tokens = _tokens(lines)
    parts = tuple(_parts(tokens, None))
    for line, token in tokens:
        line.fail(f"{token!r} closes no loop")
    return parts


def change_body(parts: tuple[Part, ...], lines: tuple[Line, ...]) -> tuple[Part, ...]:
    """The parts after the change of each line: drop, swap, after or before, a path, and what to put."""
    for line in lines:
        verb, _, rest = line.text.partition(" ")
        path, _, text = rest.strip().partition(" ")
        new = read_body((line._replace(text=text),))
        if verb not in _CHANGES:
            line.fail(f"{verb!r} is not drop, swap, after or before")
        if (verb == "drop") == bool(new):
            line.fail("drop takes a path alone; swap, after and before take a path and what to put there")
        parts = _changed(parts, path.split("/"), new, _CHANGES[verb], line)
    return parts


_Change = Callable[[Part, tuple[Part, ...]], tuple[Part, ...]]
_CHANGES: Final[dict[str, _Change]] = {
    "drop": lambda old, new: (),
    "swap": lambda old, new: new,
    "after": lambda old, new: (old, *new),
    "before": lambda old, new: (*new, old),
}


def _tokens(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str]]:
    for line in lines:
        for token in line.text.replace("(", " ( ").replace(")", " ) ").split():
            yield line, token


def _parts(tokens: Iterator[tuple[Line, str]], opened: Line | None) -> Iterator[Part]:
    """Parts up to the bracket that closes the loop opened in `opened`, or to the end."""
    held: SegmentPart | None = None
    for line, token in tokens:
        if token == "(":
            if held is None:
                line.fail("a loop must open with a segment in front of its bracket")
            inner = (SegmentPart(held.tag, "M", 1), *_parts(tokens, line))
            yield LoopPart(held.tag, held.requirement, held.max, inner)
            held = None
            continue
        if token == ")" and opened is not None:
            if held is not None:
                yield held
            return
        if held is not None:
            yield held
        match = _PART.fullmatch(token)
        if match is None:
            line.fail(f"{token!r} is not a segment with requirement and maximum, such as REF:O12 or N1:O*")
        tag, requirement, most = match.groups()
        held = SegmentPart(tag, requirement, None if most == "*" else int(most))
    if held is not None:
        yield held
    if opened is not None:
        opened.fail("this bracket is never closed")


def _changed(
    parts: tuple[Part, ...], path: list[str], new: tuple[Part, ...], change: _Change, line: Line
) -> tuple[Part, ...]:
    places = [n for n, part in enumerate(parts) if _id(part) == path[0]]
    if len(places) != 1:
        line.fail(f"{path[0]!r} stands {len(places)} times in that place of the older version, not once")
    at = places[0]
    part = parts[at]
    if len(path) == 1:
        middle = change(part, new)
    elif isinstance(part, LoopPart):
        inside = _changed(part.parts, path[1:], new, change, line)
        middle = (LoopPart(part.id, part.requirement, part.max, inside),)
    else:
        line.fail(f"{path[0]!r} is a segment, not a loop")
    return (*parts[:at], *middle, *parts[at + 1 :])


def _id(part: Part) -> str:
    return part.id if isinstance(part, LoopPart) else part.tag

"""Two documents about one order: what differs, which line is which, and what stands after a change (spec B5.2, B8).

Takes the PurchaseOrder that stands and the one that came, gives differences and the merged document.
Called by standing.py and commands/ (to show a difference).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder, StatedTotals
from edi_gateway.model.documents.shared import Dates

M = TypeVar("M", bound=BaseModel)
Difference = tuple[str, str, str]  # (path, was, is); an empty text where there was or is nothing
_NOT_CONTENT: Final = frozenset({"purpose", "line", "stated_totals", "ack_requested"})


@dataclass(frozen=True, slots=True)
class Pairs:
    """Lines of two documents matched: (index before, index now). Ambiguous ones are indexes of the new document."""

    pairs: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]  # indexes before
    added: tuple[int, ...]  # indexes now
    ambiguous: tuple[int, ...] = ()


def differences(was: PurchaseOrder, now: PurchaseOrder) -> tuple[Difference, ...]:
    """Every field that says something else, by value (9.5 is 9.50), lines matched and not by place.

    The purpose, our own line count and the stated totals are no content of the order.
    """
    found: list[Difference] = []
    for name in type(now).model_fields:
        if name in _NOT_CONTENT or name == "lines":
            continue
        found.extend(_walk(name, getattr(was, name), getattr(now, name)))
    paired = pair_lines(was.lines, now.lines)
    for before, index in paired.pairs:
        found.extend(_walk(f"lines[{index}]", was.lines[before], now.lines[index]))
    for index in paired.added:
        found.append((f"lines[{index}]", "", in_words(now.lines[index])))
    for before in paired.gone:
        found.append((f"was.lines[{before}]", in_words(was.lines[before]), ""))
    return tuple(found)


def pair_lines(was: Sequence[Line], now: Sequence[Line]) -> Pairs:
    """Which line is which, by the order of `now`; lines with the same key several times on both sides are paired as
    they stand, and none is ambiguous. For two documents that both say the whole order."""
    matched = match_lines(was, now)
    pairs = list(matched.pairs)
    left_was, left_now = list(matched.gone), [*matched.ambiguous]
    for index in matched.ambiguous:
        if left_was and _same_key(was[left_was[0]], now[index]):
            pairs.append((left_was.pop(0), index))
            left_now.remove(index)
    pairs.sort(key=lambda pair: pair[1])
    return Pairs(tuple(pairs), tuple(left_was), tuple(sorted([*left_now, *matched.added])))


def same_content(was: Line, now: Line) -> bool:
    """Whether two lines say the same, by value; our own count of them is no content."""
    return next(_walk("", was, now), None) is None


def in_words(line: Line) -> str:
    ids = ", ".join(f"{i.qualifier} {i.value}" for i in line.ids)
    return f"{line.buyer_line or line.line}: {line.quantity} {line.unit or ''} {ids} at {line.price}".strip()


def _walk(path: str, was: Any, now: Any) -> Iterator[Difference]:
    if was == now:
        return
    if isinstance(was, BaseModel) and type(was) is type(now):
        for name in type(was).model_fields:
            if name not in _NOT_CONTENT:
                yield from _walk(f"{path}.{name}", getattr(was, name), getattr(now, name))
    elif isinstance(was, tuple) and isinstance(now, tuple):
        for n in range(max(len(was), len(now))):
            yield from _walk(
                f"{path}[{n}]", was[n] if n < len(was) else None, now[n] if n < len(now) else None
            )
    elif isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            yield from _walk(f"{path}.{key}", was.get(key), now.get(key))
    else:
        yield path, _text(was), _text(now)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
    return str(value)


def _item_key(line: Line) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((i.qualifier, i.value) for i in line.ids))


def _same_key(one: Line, other: Line) -> bool:
    return one.buyer_line == other.buyer_line and _item_key(one) == _item_key(other)


def match_lines(was: Sequence[Line], now: Sequence[Line]) -> Pairs:
    """By the buyer's line id where it is unique on both sides, else by the item ids where they are; a line that
    could be several is ambiguous, one that is none is added (spec B8).
    """
    pairs: list[tuple[int, int]] = []
    left_was, left_now = dict(enumerate(was)), dict(enumerate(now))
    for key in (lambda line: line.buyer_line, lambda line: _item_key(line) or None):
        count_was = Counter(key(line) for line in left_was.values())
        count_now = Counter(key(line) for line in left_now.values())
        by_key = {key(line): n for n, line in left_was.items() if key(line) is not None}
        for n, line in list(left_now.items()):
            k = key(line)
            if k is not None and count_was.get(k) == 1 and count_now[k] == 1:
                pairs.append((by_key[k], n))
                del left_was[by_key[k]], left_now[n]
        # a line whose own id is known on neither side may still be named by its item
    before_ids = {line.buyer_line for line in was if line.buyer_line is not None}
    before_items = {_item_key(line) for line in left_was.values()}
    ambiguous = tuple(
        n
        for n, line in left_now.items()
        if (line.buyer_line is not None and line.buyer_line in before_ids) or _item_key(line) in before_items
    )
    added = tuple(n for n in left_now if n not in ambiguous)
    return Pairs(tuple(pairs), tuple(left_was), added, ambiguous)


def merged(was: PurchaseOrder, now: PurchaseOrder) -> tuple[PurchaseOrder | None, tuple[int, ...]]:
    """What stands after a 04 change, an 02 addition or an 03 deletion; None and the lines in doubt when it is not
    certain which line is meant. Lines that are not named stay as they are (spec B8); stated totals, which speak
    of the change and not of the order, do not.
    """
    matched = match_lines(was.lines, now.lines)
    doubtful = {*matched.ambiguous}
    if now.purpose == "02":
        doubtful |= {n for _, n in matched.pairs}
    if now.purpose == "03":
        doubtful |= set(matched.added)
    if doubtful:
        return None, tuple(sorted(doubtful))
    lines: list[Line] = list(was.lines)
    if now.purpose == "03":
        gone = {before for before, _ in matched.pairs}
        lines = [line for n, line in enumerate(lines) if n not in gone]
    else:
        for before, n in matched.pairs:
            lines[before] = _overlaid(was.lines[before], now.lines[n])
        lines.extend(now.lines[n] for n in matched.added)
    lines = [
        line if line.line == n else line.model_copy(update={"line": n}) for n, line in enumerate(lines, 1)
    ]
    header = _overlaid(was, now)
    update = {"lines": tuple(lines), "purpose": was.purpose, "stated_totals": StatedTotals()}
    return header.model_copy(update=update), ()


def _overlaid(was: M, now: M) -> M:
    """`was` with whatever `now` says instead; what `now` leaves out stays. Dates one by one."""
    update: dict[str, Any] = {}
    for name, field in type(now).model_fields.items():
        value = getattr(now, name)
        if value is None or value == () or value == {} or value == field.default:
            continue
        if isinstance(value, Dates):
            value = _overlaid(getattr(was, name), value)
        elif name in ("parties", "references"):
            value = _by_kind(getattr(was, name), value)
        update[name] = value
    return was.model_copy(update=update)


def _by_kind(was: Sequence[Any], now: Sequence[Any]) -> tuple[Any, ...]:
    """Parties by role and references by qualifier: a kind that is named replaces all of that kind."""

    def kind(record: Any) -> str:
        return str(getattr(record, "role", None) or getattr(record, "qualifier", ""))

    named = {kind(record) for record in now}
    return (*(record for record in was if kind(record) not in named), *now)

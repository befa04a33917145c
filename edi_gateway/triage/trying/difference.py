"""One thing that would have become different in one document, and how two values, segments or findings are compared.

Takes what two versions made of the same document, gives Differences: small facts whose `place` is general
(`lines[].price`, not `lines[3].price`), so that the same difference in a thousand documents is one group. Pure; called
by sets.py, judging.py and writing.py, gathered by groups.py.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from edi_gateway.model.finding import Finding, Location, Severity

APPEARS: Final = "appears"
GONE: Final = "is gone"
CHANGED: Final = "changes"
_LONGEST: Final = 300  # characters of a value that is shown
_NUMBER: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: verdict, finding, field, unread, 997, order, change, hold, line, 855 or another set of ours. `worse`:
    what went through would stop, or what goes out would be wrong. `said`: one sentence of it, of a finding."""

    what: str
    place: str
    change: str
    was: str | None = None
    now: str | None = None
    worse: bool = False
    said: str | None = None


def turned(what: str, was: str, now: str, ranks: Sequence[str]) -> Iterator[Difference]:
    """One word for the whole became another; worse when it stands further behind in `ranks`."""
    if was != now:
        worse = ranks.index(now) > ranks.index(was)
        yield Difference(what, f"{was} → {now}", CHANGED, was, now, worse)


def findings(what: str, was: Iterable[Finding], now: Iterable[Finding]) -> Iterator[Difference]:
    """What would be found in addition, and what not any more."""
    yield from things(what, was, now, _place_of, _as_told)


def things(
    what: str,
    was: Iterable[Any],
    now: Iterable[Any],
    key: Callable[[Any], str],
    told: Callable[[str, str, Any], Difference],
) -> Iterator[Difference]:
    """Of things that are alike by their key, those that are there on one side only."""
    old, new = list(was), list(now)
    before, after = Counter(map(key, old)), Counter(map(key, new))
    if before == after:
        return
    for change, mine, more, fewer in ((GONE, old, before, after), (APPEARS, new, after, before)):
        left = more - fewer
        for thing in mine:
            name = key(thing)
            if left[name] > 0:
                left[name] -= 1
                difference = told(name, change, thing)
                yield Difference(
                    what,
                    difference.place,
                    change,
                    difference.was,
                    difference.now,
                    difference.worse,
                    difference.said,
                )


def _place_of(finding: Finding) -> str:
    at = finding.at
    if isinstance(at, Location):
        where = at.segment or ""
        if at.element:
            where += f"{at.element:02d}" + (f"-{at.component}" if at.component else "")
        if at.loop and at.loop != at.segment:
            where = f"{at.loop}/{where}"
    else:
        where = general(at or "")
    rule = f" ({finding.rule})" if finding.rule else ""
    return f"{finding.code.value} {where}{rule}".replace("  ", " ").strip()


def _as_told(place: str, change: str, finding: Finding) -> Difference:
    value = None if finding.value is None else cut(finding.value)
    worse = change == APPEARS and finding.severity is Severity.ERROR
    was, now = (value, None) if change == GONE else (None, value)
    return Difference("", f"{finding.severity.value} {place}", change, was, now, worse, cut(finding.message))


def general(path: str) -> str:
    """lines[3].price -> lines[].price"""
    return _NUMBER.sub("[]", path)


def fields(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, str, Any, Any]]:
    """Where two nested values differ: (general path, change, was, now)."""
    if was == now:
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys([*was, *now]):
            yield from fields(was.get(name), now.get(name), f"{path}.{name}" if path else str(name))
    elif _is_list(was) and _is_list(now):
        for old, new in _paired(was, now):
            yield from fields(old, new, f"{path}[]")
    elif _is_nothing(was):
        if not _is_nothing(now):
            yield path, APPEARS, None, now
    elif _is_nothing(now):
        yield path, GONE, was, None
    else:
        yield path, CHANGED, was, now


def _is_nothing(value: Any) -> bool:
    return value is None or value == () or value == [] or value == {}


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _paired(was: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Items that stand for one another: of as many, one by one; else those beside the ones that stayed alike."""
    if len(was) == len(now):
        yield from zip(was, now, strict=True)
        return
    old, new = ([json.dumps(each, default=str, sort_keys=True) for each in side] for side in (was, now))
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            for n in range(max(b - a, d - c)):
                yield (was[a + n] if a + n < b else None), (now[c + n] if c + n < d else None)


def segments(
    what: str, was: Sequence[Sequence[str]], now: Sequence[Sequence[str]], *, worse: bool = False
) -> Iterator[Difference]:
    """Where two written sets differ, by segment and element."""
    if was == now:
        return
    old, new = (["*".join(each) for each in side] for side in (was, now))
    if len(old) == len(new) and all(a[0] == b[0] for a, b in zip(was, now, strict=True)):
        for n in range(len(old)):
            if old[n] != new[n]:
                yield from _elements(what, was[n], now[n], worse)
        return
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = list(was[a:b]), list(now[c:d])
        for before in gone[:]:
            same = next((after for after in come if after[0] == before[0]), None)
            if same is not None:
                gone.remove(before)
                come.remove(same)
                yield from _elements(what, before, same, worse)
        for each in gone:
            yield Difference(what, each[0], GONE, cut("*".join(each)), None, worse)
        for each in come:
            yield Difference(what, each[0], APPEARS, None, cut("*".join(each)), worse)


def _elements(what: str, was: Sequence[str], now: Sequence[str], worse: bool) -> Iterator[Difference]:
    both = (cut("*".join(was)), cut("*".join(now)))
    for n in range(1, max(len(was), len(now))):
        before, after = (side[n] if n < len(side) else "" for side in (was, now))
        if before != after:
            change = APPEARS if not before else GONE if not after else CHANGED
            yield Difference(what, f"{was[0]}{n:02d}", change, *both, worse)


def shown(value: Any) -> str | None:
    """A value for a person."""
    if value is None or isinstance(value, str):
        return None if value is None else cut(value)
    if isinstance(value, Mapping | list | tuple):
        return cut(json.dumps(value, default=str, ensure_ascii=False))
    return cut(str(value))


def cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

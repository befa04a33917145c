"""Whether a cron line of five fields can be read and ever comes true; used by checks/schedule.py.

Days of the week are names (mon-fri): programs disagree whether 0 is Sunday or Monday, so digits are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?P<from>\*|[a-z0-9]+)(?:-(?P<to>[a-z0-9]+))?(?:/(?P<step>\d+))?")


def faults(cron: str) -> Iterator[str]:
    """What is wrong with it, each in words; nothing when it is good."""
    fields = cron.lower().split()
    if len(fields) != len(_FIELDS):
        yield f"it has {len(fields)} fields, not 5"
        return
    chosen: list[set[int]] = []
    for text, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        values: set[int] = set()
        for part in text.split(","):
            outcome = _values(part, name, low, high, names)
            if isinstance(outcome, str):
                yield outcome
            else:
                values |= outcome
        chosen.append(values)
    days, months = chosen[2], chosen[3]
    if (
        fields[4] == "*"
        and days
        and months
        and not any(day <= _LONGEST[m - 1] for m in months for day in days)
    ):
        yield "that day never comes in those months"


def _values(part: str, name: str, low: int, high: int, names: tuple[str, ...]) -> set[int] | str:
    found = _PART.fullmatch(part)
    if found is None:
        return f'"{part}" is no {name}'
    if names == _DAYS and re.search(r"\d", part.split("/")[0]):
        return f'"{part}" is a day of the week by number, and programs disagree which day 0 is; write mon-fri'
    first, last, step = found["from"], found["to"], int(found["step"] or 1)
    if step == 0:
        return f'"{part}" has a step of 0'
    if first == "*":
        return f'"{part}" is no {name}' if last else set(range(low, high + 1, step))
    start = _number(first, low, names)
    end = start if last is None and not found["step"] else high if last is None else _number(last, low, names)
    if start is None or end is None or not low <= start <= high or not low <= end <= high:
        return f'"{part}" is no {name}'
    if start > end:
        return f'"{part}" ends before it starts'
    return set(range(start, end + 1, step))


def _number(word: str, low: int, names: tuple[str, ...]) -> int | None:
    if word.isdigit():
        return int(word)
    return names.index(word) + low if word in names else None

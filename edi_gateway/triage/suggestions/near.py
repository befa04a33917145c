"""Near misses: what is nearly the same as a code or a name, how nearly, and why. Pure; by rapidfuzz."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

CODE_CUTOFF: Final = 80  # of 100: one wrong digit in five
WORDS_CUTOFF: Final = 72
MOST: Final = 5
_SHORT: Final = (3, 4)  # characters: of two one is too much, five are enough for CODE_CUTOFF

_NOT_CODE: Final = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Near:
    """`key`: the candidate; `score` of 100; `why` in words."""

    key: str
    score: int
    why: str


def plain(code: str) -> str:
    """A code without what people put between its characters: `ab-12.00` and `AB1200` are alike."""
    return _NOT_CODE.sub("", code.upper())


def by_code(
    code: str, candidates: Iterable[tuple[str, str]], most: int = MOST, *, cutoff: int = CODE_CUTOFF
) -> list[Near]:
    """Candidates (their code, key) whose code is nearly this one."""
    named = list(candidates)
    wanted = plain(code)
    if len(wanted) < 2:
        return []
    found = process.extract(
        wanted,
        [plain(theirs) for theirs, _ in named],
        scorer=fuzz.ratio,
        score_cutoff=cutoff,
        limit=most,
    )
    return [Near(named[n][1], round(score), f"{named[n][0]} is nearly {code}") for _, score, n in found]


def by_short_code(code: str, candidates: Iterable[tuple[str, str]], most: int = MOST) -> list[Near]:
    """The same for a short code that nothing else tells apart: of three or four characters one is wrong, or two have
    changed places."""
    named = list(candidates)
    wanted = plain(code)
    found = by_code(code, named, most)
    if not _SHORT[0] <= len(wanted) <= _SHORT[1]:
        return found
    one_off = process.extract(
        wanted,
        [plain(theirs) for theirs, _ in named],
        scorer=OSA.normalized_similarity,
        score_cutoff=1 - 1 / len(wanted),
        limit=most,
    )
    return found + [
        Near(named[n][1], round(100 * score), f"{named[n][0]} is nearly {code}") for _, score, n in one_off
    ]


def by_words(text: str, candidates: Mapping[str, str], most: int = MOST) -> list[Near]:
    """Candidates (key -> text) that say nearly the same, whatever the order of the words."""
    if len(text.strip()) < 4:
        return []
    keys = list(candidates)
    found = process.extract(
        text,
        [candidates[key] for key in keys],
        scorer=fuzz.token_sort_ratio,
        processor=utils.default_process,
        score_cutoff=WORDS_CUTOFF,
        limit=most,
    )
    return [
        Near(keys[n], round(score), f'"{candidates[keys[n]]}" is nearly "{text}"') for _, score, n in found
    ]


def best(found: Iterable[Near], most: int = MOST) -> list[Near]:
    """One for each candidate, the nearest first; what is near by code and by words says both."""
    by_key: dict[str, list[Near]] = {}
    for each in found:
        by_key.setdefault(each.key, []).append(each)
    merged = [Near(key, max(each.score for each in some), _and(some)) for key, some in by_key.items()]
    return sorted(merged, key=lambda near: (-near.score, near.key))[:most]


def _and(some: Sequence[Near]) -> str:
    return ", and ".join(dict.fromkeys(each.why for each in sorted(some, key=lambda near: -near.score)))


def likeness(one: str, other: str) -> int:
    """How nearly two words or names are the same, of 100."""
    return round(fuzz.WRatio(one, other, processor=utils.default_process))

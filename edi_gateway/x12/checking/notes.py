"""Which relational notes of the standard a segment breaks (P0304: both or none; R, E, C and L likewise).

Takes the notes and the elements of a segment; gives positions, no words. Called by x12.checking.segments, and by
x12.example to make segments that keep them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache


def broken_notes(notes: Sequence[str], segment: Sequence[str]) -> Iterator[tuple[str, int, int, int]]:
    """Relational notes that a segment breaks: the note, the missing or the excluded position (else 0), and
    the position because of which. A note that any one of several would keep is not said to be broken when one of
    them is missing already by another note."""
    broken = list(_broken_notes(notes, segment))
    missed = {missing for note, missing, _, _ in broken if note[0] in "PC"}
    for note, missing, excluded, because in broken:
        if note[0] not in "RL" or missed.isdisjoint(_positions(note)):
            yield note, missing, excluded, because


def _broken_notes(notes: Sequence[str], segment: Sequence[str]) -> Iterator[tuple[str, int, int, int]]:
    for note in notes:
        positions = _positions(note)
        given = [at for at in positions if at < len(segment) and segment[at].strip(" ")]
        if not given and note[0] != "R":
            continue
        absent = [at for at in positions if at not in given]
        first, *others = positions
        match note[0]:
            case "P" if given and absent:
                yield note, _missed(absent, segment), 0, given[0]
            case "R" if not given:
                yield note, _missed(absent, segment), 0, first
            case "E" if len(given) > 1:
                yield note, 0, given[1], given[0]
            case "C" if first in given and absent:
                yield note, _missed(absent, segment), 0, first
            case "L" if first in given and not any(at in given for at in others):
                yield note, _missed(absent, segment), 0, first


def _missed(absent: Sequence[int], segment: Sequence[str]) -> int:
    """Which of several is missed: the one that holds blanks, else the first."""
    return next((at for at in absent if at < len(segment) and segment[at]), absent[0])


@cache
def _positions(note: str) -> tuple[int, ...]:
    return tuple(int(note[at : at + 2]) for at in range(1, len(note), 2))

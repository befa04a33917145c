"""A set refused in an acknowledgment that has been written and has not gone: its AK5 and AK9 are made anew.

Takes the segments of a 997 or 999 between ST and SE; gives them with one set more refused. Pure; called by
commands/triage/refusing.py.
"""

from __future__ import annotations

from collections.abc import Sequence

_IN_ERROR = "5"  # DE718: one or more segments in error


def refused(segments: Sequence[Sequence[str]], set_code: str, control: str) -> list[list[str]] | None:
    """None when the acknowledgment does not speak of this set, or refuses it already."""
    made = [list(segment) for segment in segments]
    about = next((n for n, s in enumerate(made) if s[0] == "AK2" and s[1:3] == [set_code, control]), None)
    if about is None:
        return None
    verdict = next(n for n in range(about, len(made)) if made[n][0] in ("AK5", "IK5"))
    if made[verdict][1] == "R":
        return None
    made[verdict] = [made[verdict][0], "R", _IN_ERROR]
    letters = [segment[1] for segment in made if segment[0] in ("AK5", "IK5")]
    accepted = sum(letter in "AE" for letter in letters)
    group = made[-1]
    group[1] = "R" if not accepted else "P"
    group[4] = str(accepted)
    return made

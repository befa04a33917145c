"""What came of a scenario against what it expects, in words; nothing when all is as it should be. Called by play.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edi_gateway.simulator.judge.rules import Disagreement
from edi_gateway.simulator.playing.scenario import Expected

Rows = Sequence[Mapping[str, Any]]


def judged(expected: Expected, found: Sequence[Disagreement], when: str) -> Iterator[str]:
    """Each planted disagreement as often as the scenario says, and no other."""
    left = list(found)
    for held in expected.judged:
        mine = [d for d in left if d.rule is held.rule and held.about in (None, d.about)]
        if len(mine) != held.times:
            about = f" about {held.about}" if held.about else ""
            yield f"{when}: the judge held {held.rule}{about} {len(mine)} times, expected were {held.times}"
        left = [d for d in left if d not in mine]
    for d in left:
        yield f"{when}: the judge holds {d.rule} against {d.document or 'interchange'} {d.about}: {d.reason}"


def counted(expected: Expected, rows: Mapping[str, Rows], when: str) -> Iterator[str]:
    """Codes of open cases and active holds, each as often as it is there."""
    for what, wanted in (("cases", expected.cases), ("holds", expected.holds)):
        if wanted is None:
            continue
        there: Counter[str] = Counter()
        for row in rows[what]:
            there[row["code"]] += row.get("cases", 1)
        for code, n in sorted((there - Counter(wanted)).items()):
            message = next(
                (row.get("message") or row.get("cause") for row in rows[what] if row["code"] == code), ""
            )
            yield f"{when}: {what}: {n} x {code} too many ({message})"
        for code, n in sorted((Counter(wanted) - there).items()):
            yield f"{when}: {what}: {n} x {code} missing"


def order(name: str, wanted: str, row: Mapping[str, Any], when: str) -> Iterator[str]:
    """How far an order is: its stage, before there is one its state."""
    found = next((row[key] for key in ("stage", "state") if row.get(key)), "not in the book")
    if wanted != found:
        yield f"{when}: order {name} is {found}, expected was {wanted}"

"""What pyx12 thinks of a file that `check` read: asked for by `--second-opinion`, told on the screen or as JSON."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from edi_gateway.cli.output import print_json, say, screen
from edi_gateway.x12.reading import GuideFor
from edi_gateway.x12.second_opinion import SECONDS, Disagreement, Document, Opinion, opinions
from edi_gateway.x12.second_opinion.known import known

_BYTES_A_SECOND = 100_000  # pyx12 reads about twice as many


def tell(name: str, content: bytes, guide_for: GuideFor, *, json: bool) -> None:
    """Asks pyx12 about one file, with a time limit that grows with its size. Raises NoSecondOpinion."""
    seconds = SECONDS + len(content) / _BYTES_A_SECOND
    [opinion] = opinions([Document(name, content, guide_for)], seconds=seconds)
    if json:
        print_json(as_json(opinion))
    else:
        tell_opinion(opinion)


def as_json(opinion: Opinion) -> dict[str, Any]:
    """An opinion as a JSON line says it."""
    return {
        "file": opinion.name,
        "accepted": opinion.accepted_by_pyx12,
        "rules_left_out": list(opinion.unsaid),
        "disagreements": [
            {
                "found_by": "us" if each.ours else "pyx12",
                "level": each.spot.level,
                "number": each.spot.number,
                "position": each.spot.position or None,
                "segment": each.segment or None,
                "element": each.spot.element or None,
                "component": each.spot.component or None,
                "kind": each.spot.kind,
                "message": _words(each),
                "known": each.known,
            }
            for each in opinion.disagreements
        ],
    }


def tell_opinion(opinion: Opinion) -> None:
    """An opinion on the screen."""
    faults = {entry.id: entry.fault for entry in known()}
    verdict = "[green]accepts[/green]" if opinion.accepted_by_pyx12 else "[red]does not accept[/red]"
    screen.print(f"[bold]pyx12[/bold] {verdict} what is in this file.")
    if opinion.unsaid:
        rules = escape(", ".join(opinion.unsaid))
        say(f"Rules that its maps cannot say, left out: {rules}.", indent=2, hang=2)
    for each in opinion.disagreements:
        who = "only pyx12" if each.theirs else "only we"
        say(f"{who}: {escape(_place(each))}{escape(_words(each))}", indent=2, hang=2)
        if each.known is not None:
            say(f"[dim]known: {escape(faults[each.known])}[/dim]", indent=4)
    if not opinion.disagreements:
        alike = opinion.accepted_by_us == opinion.accepted_by_pyx12
        said = "Nothing in which we differ." if alike else "We differ in nothing that it looks at."
        screen.print(f"  {said}")
    screen.print()


def _place(each: Disagreement) -> str:
    spot = each.spot
    if spot.level != "segment":
        return f"{spot.level} {spot.number}: "
    element = f"{spot.element:02}" if spot.element else ""
    return f"set {spot.number}, {each.segment or 'segment'}{element} (segment {spot.position}): "


def _words(each: Disagreement) -> str:
    said = each.ours or each.theirs
    return said.words if said else ""

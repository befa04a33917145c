"""Documents that carry markup, escape sequences, turned writing, templates and formulas in every element.

Gives the files; an element a document, so that each is read, refused, held or taken by itself.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "samples"
# what the standard's characters allow, and what they do not; short, because most elements are
ATTACKS = ("=<b>{{7+7}}", "@\x1b[2J<b>\x85", "\u202e<b>\u2066=1")


def interchange(control: int = 901) -> bytes:
    """Orders of a buyer: for every element and every attack one that carries it there."""
    text = (SAMPLES / "01-mass-merchant" / "input.edi").read_text("ascii").replace("\n", "")
    isa, gs, *segments, _, _ = text.removesuffix("~").split("~")
    body = segments[1:-1]
    sets: list[str] = []
    places = [(s, e) for s, segment in enumerate(body) for e in range(1, len(segment.split("*")))]
    for (s, e), attack in product(places, ATTACKS):
        elements = body[s].split("*")
        changed = "*".join((*elements[:e], attack, *elements[e + 1 :]))
        lines = [*body[:s], changed, *body[s + 1 :]]
        number = f"{len(sets) + 1:04}"
        lines = [line.replace("K7001001", f"K79{number}") for line in lines]
        sets.append("~".join((f"ST*850*{number}", *lines, f"SE*{len(lines) + 2}*{number}")))
    old = isa.split("*")[13]
    isa = isa.replace(old, f"{control:09}").replace("*P*>", "*P*:")
    group = gs.split("*")
    group[6] = str(control)
    ends = (f"GE*{len(sets)}*{control}", f"IEA*1*{control:09}")
    return ("~".join((isa, "*".join(group), *sets, *ends)) + "~").encode("utf-8")

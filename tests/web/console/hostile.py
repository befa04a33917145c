"""Documents that carry markup, escape sequences, turned writing, templates and formulas in every element.

Gives the files; an element a document, so that each is read, refused, held or taken by itself; and envelopes alike.
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
    whole = ["ST*850*NUMBER", *body, f"SE*{len(body) + 2}*NUMBER"]
    places = [(s, e) for s, segment in enumerate(whole) for e in range(1, len(segment.split("*")))]
    for (s, e), attack in product(places, ATTACKS):
        lines = [*whole[:s], _attacked(whole[s], e, attack), *whole[s + 1 :]]
        number = f"{len(sets) + 1:04}"
        sets.append("~".join(lines).replace("NUMBER", number).replace("K7001001", f"K79{number}"))
    isa, gs = _numbered(isa, gs, control)
    found = [_closed(isa, gs, sets, control)]
    # and of the envelope, each around one document
    for (s, e), attack in product([(0, 6), (0, 8), *((1, e) for e in range(1, 9))], ATTACKS):
        control += 1
        envelope = list(_numbered(isa, gs, control))
        envelope[s] = _attacked(envelope[s], e, attack.ljust(15) if s == 0 else attack)
        one = "~".join(whole).replace("NUMBER", "0001").replace("K7001001", f"K78{control}")
        found.append(_closed(*envelope, [one], control))
    return "".join(found).encode("utf-8")


def _attacked(segment: str, e: int, attack: str) -> str:
    elements = segment.split("*")
    return "*".join((*elements[:e], attack, *elements[e + 1 :]))


def _numbered(isa: str, gs: str, control: int) -> tuple[str, str]:
    old = isa.split("*")[13]
    group = gs.split("*")
    group[6] = str(control)
    return isa.replace(f"*{old}*", f"*{control:09}*").replace("*P*>", "*P*:"), "*".join(group)


def _closed(isa: str, gs: str, sets: list[str], control: int) -> str:
    return "~".join((isa, gs, *sets, f"GE*{len(sets)}*{control}", f"IEA*1*{control:09}")) + "~"

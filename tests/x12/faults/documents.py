"""Documents with one fault each, made from good ones by a rule such as "set 16.3 to EACH" or "move 2 to 3".

Takes the files of good/ (a set from its ST to its SE, one segment a line) and what is to be done; gives the bytes
of a file, and how it is to be read: ", strictly", ", with totals", ", under TARGET KIND VALUE when CONDITION" (a
partner's guide of this one rule), ", within 5 set_segments" (a limit). Knows nothing of what a fault should lead
to: that stands in faults.tsv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from edi_gateway.x12.checking.rules import NUMBERS, Rule
from edi_gateway.x12.parsing.envelope import Limits

HERE = Path(__file__).parent
GOOD = HERE / "good"
BASES = tuple(sorted(path.stem for path in GOOD.glob("*.edi")))

_ISA = (
    "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260115*1200*{}*{}*000000905*0*P*>"
)
_GROUPS = {
    "810": "IN",
    "820": "RA",
    "824": "AG",
    "846": "IB",
    "850": "PO",
    "855": "PR",
    "856": "SH",
    "860": "PC",
    "865": "CA",
    "940": "OW",
    "945": "SW",
    "997": "FA",
    "999": "FA",
}
_RANGE = r"(\d+)(?:-(\d+))?"


@dataclass(frozen=True)
class Segment:
    """A segment of a set under work; `origin` is its position in the good set, 0 for one that is new."""

    text: str
    origin: int = 0


@dataclass(frozen=True)
class Made:
    """A file with its one fault. `segments` are those of its set; the others say how it is to be read."""

    data: bytes
    segments: tuple[Segment, ...]
    strict: bool = False
    totals: bool = False
    rules: tuple[Rule, ...] = ()
    limits: Limits | None = None

    @property
    def places(self) -> list[tuple[str, int]]:
        """Tag and byte offset of each segment of the file, cut at its terminators."""
        found, at = [], 0
        for text in self.data.decode("latin-1").split("~"):
            found.append((text.split("*")[0].strip("\n"), at))
            at += len(text) + 1
        return found


def bases_of(name: str) -> list[str]:
    """ "850" stands for the good 850 of each release."""
    return [base for base in BASES if name in (base, base.split("-")[0])]


def good(base: str) -> list[Segment]:
    lines = (GOOD / f"{base}.edi").read_text("ascii").splitlines()
    return [Segment(line, number) for number, line in enumerate(lines, start=1)]


def make(base: str, done: str, probes: dict[int, str] | None = None) -> Made:
    """The good set with this fault in it, as a file. `probes`: other texts for segments of the good set."""
    segments = [Segment((probes or {}).get(each.origin, each.text), each.origin) for each in good(base)]
    done, how = _how(done)
    if not re.match(r"in [A-Z]|send|drop [A-Z]|put|leave|cut|break", done):
        segments = _changed(segments, _read(done))
        return replace(how, data=_file(base, segments), segments=tuple(segments))
    return replace(how, data=_enveloped(base, segments, _read(done)), segments=tuple(segments))


def _how(done: str) -> tuple[str, Made]:
    """What is done, and how the file that comes of it is to be read."""
    found = re.fullmatch(r"(.*), (strictly|with totals|under [A-Z].*|within \d+ \w+)", done, re.DOTALL)
    if found is None:
        return done, Made(b"", ())
    word, *rest = found[2].split(" ")
    match word:
        case "strictly":
            how = Made(b"", (), strict=True)
        case "with":
            how = Made(b"", (), totals=True)
        case "within":
            how = Made(b"", (), limits=Limits()._replace(**{rest[1]: int(rest[0])}))
        case _:
            how = Made(b"", (), rules=(_rule(" ".join(rest)),))
    return found[1], how


def _rule(text: str) -> Rule:
    asked, _, when = text.partition(" when ")
    target, kind, *values = asked.split(" ")
    number = int(values[0]) if kind in NUMBERS else None
    return Rule(text, target, kind, () if number else tuple(values), number, when or None)  # type: ignore[arg-type]


def _read(done: str) -> str:
    done = re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), done)
    return spelled_out(done)


def spelled_out(text: str) -> str:
    """ "{400000}" stands for so many letters."""
    return re.sub(r"\{(\d+)\}", lambda found: "X" * int(found[1]), text)


def _changed(segments: list[Segment], done: str) -> list[Segment]:
    """What is done to the segments of the set. The count in SE follows, but where SE itself is the fault."""
    made = _counted(_done(list(segments), done))
    return made if not done.startswith(f"set {len(segments)}.1 ") else _done(list(segments), done)


def _done(segments: list[Segment], done: str) -> list[Segment]:
    if found := re.fullmatch(r"set (\d+)\.(\d+) to ?(.*)", done, re.DOTALL):
        at = int(found[1]) - 1
        elements = segments[at].text.split("*")
        elements += [""] * (int(found[2]) + 1 - len(elements))
        elements[int(found[2])] = found[3]
        segments[at] = Segment("*".join(elements), segments[at].origin)
    elif found := re.fullmatch(r"write (\d+) (.*)", done):
        at = int(found[1]) - 1
        segments[at] = Segment(found[2], segments[at].origin)
    elif found := re.fullmatch(r"insert (\d+)(?: (\d+) times)? (.*)", done):
        at = int(found[1]) - 1
        segments[at:at] = [Segment(found[3])] * int(found[2] or 1)
    elif found := re.fullmatch(rf"drop {_RANGE}", done):
        del segments[int(found[1]) - 1 : int(found[2] or found[1])]
    elif found := re.fullmatch(rf"repeat {_RANGE} (\d+) times", done):
        first, last = int(found[1]) - 1, int(found[2] or found[1])
        copies = [Segment(each.text) for each in segments[first:last]] * (int(found[3]) - 1)
        segments[last:last] = copies
    elif found := re.fullmatch(rf"move {_RANGE} to (\d+)", done):
        first, last, to = int(found[1]) - 1, int(found[2] or found[1]), int(found[3]) - 1
        moved = segments[first:last]
        del segments[first:last]
        segments[to:to] = moved
    else:
        raise ValueError(done)
    return segments


def _counted(segments: list[Segment]) -> list[Segment]:
    last = segments[-1]
    if last.text.startswith("SE*"):
        elements = last.text.split("*")
        elements[1] = str(len(segments))
        segments[-1] = Segment("*".join(elements), last.origin)
    return segments


def _parts(base: str, segments: list[Segment]) -> list[str]:
    code, version = base.split("-")
    isa = _ISA.format("^", "00501") if version >= "005010" else _ISA.format("U", "00401")
    gs = f"GS*{_GROUPS[code]}*BUYER*SELLER*20260115*1200*7*X*{version}"
    return [isa, gs, *(each.text for each in segments), "GE*1*7", "IEA*1*000000905"]


def _file(base: str, segments: list[Segment]) -> bytes:
    return "".join(text + "~" for text in _parts(base, segments)).encode("latin-1")


def _enveloped(base: str, segments: list[Segment], done: str) -> bytes:
    """What is done to the envelope, or to the file."""
    parts = _parts(base, segments)
    where = {text.split("*")[0]: at for at, text in enumerate(parts)}
    before = after = ""
    if found := re.fullmatch(r"in ([A-Z]+) put (.*) for (.*)", done):
        at = where[found[1]]
        assert parts[at].count(found[3]), done
        parts[at] = found[2].join(parts[at].rsplit(found[3], 1))
    elif found := re.fullmatch(r"drop ([A-Z]+)", done):
        del parts[where[found[1]]]
    elif done == "send the set twice":
        parts[-2:] = [*parts[2:-2], "GE*2*7", parts[-1]]
    elif done == "send the group twice":
        parts[-1:] = [*parts[1:-1], "IEA*2*000000905"]
    elif done == "send the file twice":
        parts += parts
    elif found := re.fullmatch(r"put (.*) (before|after) (ISA|IEA)", done):
        before, after = (found[1], "") if found[2] == "before" else ("", found[1])
    elif found := re.fullmatch(r"put (.*) before ([A-Z]+)", done):
        parts.insert(where[found[2]], "" if found[1] == "a terminator" else found[1])
    text = before + "".join(part + "~" for part in parts) + after
    if done == "leave out the last terminator":
        text = text[:-1]
    elif found := re.fullmatch(r"cut after (\d+) bytes", done):
        text = text[: int(found[1])]
    elif found := re.fullmatch(r"break lines at (\d+)", done):
        width = int(found[1])
        text = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return text.encode("latin-1")

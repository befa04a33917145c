"""A folder of samples/: its inputs, what is expected of them, and how EDI is compared with EDI."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edi_gateway.partners import registry, rules
from edi_gateway.partners.registry import Registry
from edi_gateway.x12.checking.guide import Guide, build, readable
from edi_gateway.x12.parsing.envelope import Group, Interchange

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
PARTNERS = ROOT / "partners"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # the Monday on which all samples arrive (samples/README.md)


@dataclass(frozen=True, slots=True)
class Sample:
    """`inputs` in the order of arrival: before.edi, where something must have come before, then input.edi."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def inputs(self) -> list[bytes]:
        files = (self.folder / "before.edi", self.folder / "input.edi")
        return [file.read_bytes() for file in files if file.exists()]

    def edi(self, name: str) -> list[list[str]]:
        """The transaction sets that are expected, comparable; none when nothing is expected."""
        file = self.folder / f"expected.{name}.edi"
        return sets(file.read_bytes()) if file.exists() else []

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows that are expected; none when nothing is expected."""
        file = self.folder / f"expected.{name}.json"
        found: list[dict[str, Any]] = json.loads(file.read_text("utf-8")) if file.exists() else []
        return found


def samples() -> list[Sample]:
    return [Sample(folder) for folder in sorted(SAMPLES.glob("[0-9][0-9]-*"))]


def sets(content: bytes) -> list[list[str]]:
    """Each transaction set with the ISA and GS above it, as segments, in order.

    Without what counts on from other documents: control numbers, times, our order numbers, and how many sets
    travel together. Read by the 106 bytes of our own ISA.
    """
    found: list[list[str]] = []
    rest = content.decode("latin-1").lstrip()
    while rest:
        element, terminator = rest[3], rest[105]
        end = rest.index(terminator, rest.index(f"IEA{element}")) + 1
        isa = gs = ""
        for text in rest[:end].split(terminator):
            segment = text.strip("\r\n").split(element)
            masked = element.join(_masked(segment))
            match segment[0]:
                case "ISA":
                    isa = masked
                case "GS":
                    gs = masked
                case "ST":
                    found.append([isa, gs, masked])
                case "GE" | "IEA" | "":
                    pass
                case _:
                    found[-1].append(masked)
        rest = rest[end:].lstrip()
    return found


_COUNTED = {"ISA": (10, 13), "GS": (5, 6), "ST": (2,), "SE": (2,), "BAK": (8,)}


def _masked(segment: list[str]) -> list[str]:
    hidden = _COUNTED.get(segment[0], ())
    return ["#" if n in hidden and value else value for n, value in enumerate(segment)]


def guides() -> Registry:
    """The shipped partners, by their addresses."""
    loaded = [registry.load(folder).profile for folder in registry.folders(PARTNERS)]
    return Registry.of([profile for profile in loaded if profile is not None])


def guide_of(known: Registry, interchange: Interchange, group: Group, set_code: str) -> Guide | None:
    """The guide that the sender's rules make of the standard."""
    sender = known.resolve(
        interchange.sender_qualifier,
        interchange.sender,
        interchange.receiver_qualifier,
        interchange.receiver,
        group.sender,
        group.receiver,
    )
    file = PARTNERS / (sender.key if sender else "") / f"{set_code}.toml"
    own = rules.read(file.read_text("utf-8"), file.name, set_code).value or () if file.exists() else ()
    return build(group.read_as, set_code, own) if readable(group.read_as, set_code) else None

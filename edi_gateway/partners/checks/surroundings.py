"""What lies around a partner's folder and may contradict it: its neighbours and the mappings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edi_gateway.partners.draft import Draft


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`mappings` None: not known here, so nothing is said about documents without a mapping."""

    folder: Path
    neighbours: tuple[Draft, ...] = ()
    mappings: Path | None = None

"""What somebody on our side types and reads: commands with placeholders, and the lists that tell what came of it.

Takes the Machine of play.py; nothing of the gateway is asked but what its own commands tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from edi_gateway.model.errors import GatewayError

_PLACEHOLDER: Final = re.compile(r"\{(\w+):([^}]*)\}")
# what a placeholder is looked up in, by which column, and which column stands for it
_LISTED: Final[Mapping[str, tuple[tuple[str, ...], str, str]]] = {
    "order": (("orders", "list"), "po_number", "number"),
    "hold": (("holds", "list"), "code", "hold_id"),
    "case": (("cases", "list", "--each"), "code", "case_id"),
    "release": (("releases", "list"), "po_number", "number"),
    "shipment": (("shipments", "list"), "orders", "number"),
    "invoice": (("invoices", "list"), "po_number", "number"),
}


class StandsForNothing(GatewayError):
    """{placeholder} stands for nothing: {problem}"""


class Machine(Protocol):
    """A gateway in a working folder of its own, whose clock stands where it is put."""

    home: Path

    def set_clock(self, at: datetime) -> None: ...

    def run(self) -> None:
        """Take in, work and send all that waits."""

    def restart(self) -> None:
        """Stop the gateway, and start it again on what it left."""

    def call(self, words: Sequence[str], by: str) -> tuple[int, str]:
        """A command as somebody types it: exit code and what it printed."""


@dataclass(frozen=True, slots=True)
class OurSide:
    """`po_of`: the PO number of an order by its name in the scenario."""

    machine: Machine
    po_of: Callable[[str], str]

    def types(self, words: Sequence[str], by: str) -> tuple[list[str], int, str]:
        """The words as they were typed, exit code, and what was said. {po:K1}, {order:K1}, {release:K1}, {shipment:K1},
        {invoice:K1} stand for numbers, {hold:PRICE} and {case:PRICE_DIFFERS} for the first with this code."""
        typed = [_PLACEHOLDER.sub(self._meant, word) for word in words]
        code, said = self.machine.call(typed, by)
        return typed, code, said

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a list says."""
        _, said = self.machine.call([*words, "--json"], "lead")
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def order(self, name: str) -> dict[str, Any]:
        """The row of an order in our book; empty when it is not there."""
        po = self.po_of(name)
        return next((row for row in self.rows("orders", "list") if row["po_number"] == po), {})

    def _meant(self, found: re.Match[str]) -> str:
        kind, name = found.groups()
        if kind == "po":
            return self.po_of(name)
        if kind not in _LISTED:
            raise StandsForNothing(placeholder=found[0], problem=f"known are {', '.join(('po', *_LISTED))}")
        words, column, wanted = _LISTED[kind]
        value = name if column == "code" else self.po_of(name)
        row = next((row for row in self.rows(*words) if value in str(row.get(column, "")).split(", ")), None)
        if row is None:
            raise StandsForNothing(placeholder=found[0], problem="there is none")
        meant = row[wanted]
        return str(meant[0] if isinstance(meant, list) else meant)

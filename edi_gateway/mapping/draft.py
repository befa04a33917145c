"""What a set gives before it is a document: nested values, where each stood, what no row read, what was odd.

Plain records; made by careful.py, made into a document by read.py, told by lineage.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from edi_gateway.mapping.files.tables import TableRow
from edi_gateway.mapping.plan import PlanElement, PlanRow
from edi_gateway.model.finding import Code, Family, Finding, Severity


class Spot(NamedTuple):
    """A place in a set: index of the segment, element, component, repetition; 0 stands for the whole."""

    segment: int
    element: int = 0
    component: int = 0
    repetition: int = 0


class Delimited(NamedTuple):
    """What splits within an element. `repetition` is None when the interchange has no such separator."""

    component: str
    repetition: str | None


class Placed(NamedTuple):
    """A value read: its canonical path, where it stood, the row that read it and the table row that changed it."""

    path: str
    value: object
    spot: Spot
    row: PlanRow
    element: PlanElement
    table_row: TableRow | None


@dataclass(slots=True)
class Draft:
    """A document before validation: nested dicts, what no row read, what could not be read."""

    root: dict[str, Any] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)
    findings: list[tuple[Spot, Finding]] = field(default_factory=list)


def not_in_table(selector: str, table: str, code: str) -> Finding:
    return Finding(
        Code.CODE_NOT_IN_TABLE,
        Severity.WARNING,
        f"Table {table} has no code {code}; it is kept as it came.",
        f"Add the code to tables/{table}.csv, or ask the sender what it means.",
        rule=selector,
        value=code,
        family=Family.MAPPING,
    )

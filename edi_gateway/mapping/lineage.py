"""Which bytes fed which field, through which row: worked out from the stored bytes when somebody asks, never stored.

Takes the set as it was read, gives a Trace for each value of the document. Called by `map --lineage`, by cases that
mark the bytes behind a finding, and by whoever must echo a number as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edi_gateway.mapping import careful
from edi_gateway.mapping.catalog import Mapping
from edi_gateway.mapping.compile import reader
from edi_gateway.mapping.draft import Delimited, Placed
from edi_gateway.mapping.files.tables import TableRow
from edi_gateway.mapping.plan import GuideLike, Plan
from edi_gateway.mapping.read import loop_of, recoded
from edi_gateway.x12.checking.guide import Walk
from edi_gateway.x12.parsing.rawset import RawSet


@dataclass(frozen=True, slots=True)
class Trace:
    """A value and where it came from. `text` is what stood there; positions count from 1, offset and length are bytes.

    `row` is the selector of the mapping row, `file` and `line` say where its element is written; `table` is the row of
    the code table that changed the value, if one did.
    """

    path: str
    value: object
    text: str
    segment: str
    position: int
    loop: str
    element: int
    component: int | None
    repetition: int | None
    offset: int
    length: int
    row: str
    file: str
    line: int
    table: TableRow | None


def trace(
    mapping: Mapping, guide: GuideLike, raw: RawSet, walk: Walk, encoding: str = "ascii"
) -> tuple[Trace, ...]:
    """All values of a set's document, in the order of their bytes."""
    made = reader(mapping, guide).plan
    segments = recoded(raw.segments, encoding)
    found: list[Placed] = []
    _, component, _, repetition = raw.delimiters
    careful.read(made, segments, walk.nodes, Delimited(component, repetition), found.append)
    found.sort(key=lambda placed: placed.spot)
    return tuple(_trace(placed, made, raw, walk, segments[placed.spot.segment]) for placed in found)


def behind(traces: Iterable[Trace], path: str) -> tuple[Trace, ...]:
    """The traces of a canonical path: of a value (`lines[3].price`) or of all that is beneath a record (`lines[3]`)."""
    return tuple(t for t in traces if t.path == path or t.path.startswith((f"{path}.", f"{path}[")))


def _trace(placed: Placed, made: Plan, raw: RawSet, walk: Walk, segment: list[str]) -> Trace:
    spot = placed.spot
    offset, length = raw.place(*spot)
    text = segment[spot.element]
    for separator, number in (
        (raw.delimiters.repetition, spot.repetition),
        (raw.delimiters.component, spot.component),
    ):
        if number and separator:
            text = text.split(separator)[number - 1]
    row = placed.row.row
    assert row is not None
    at = placed.element.element.at
    return Trace(
        path=placed.path,
        value=placed.value,
        text=text,
        segment=segment[0],
        position=spot.segment + 1,
        loop=loop_of(made, walk, spot.segment),
        element=spot.element,
        component=spot.component or None,
        repetition=spot.repetition or None,
        offset=offset,
        length=length,
        row=row.selector,
        file=at.file,
        line=at.line,
        table=placed.table_row,
    )

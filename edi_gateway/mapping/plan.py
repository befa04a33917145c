"""A mapping put upon a guide: for each node of the set the rows that may take a segment there, in order of asking.

Takes a Mapping and a Guide, gives a Plan that the readers, the writer and the lineage follow. It holds no text and
makes no record itself. Called by compile.py and lineage.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Protocol

from edi_gateway.mapping.catalog import Mapping
from edi_gateway.mapping.convert import Converter, converter
from edi_gateway.mapping.files.fields import Kind, Slot, required_fields, slot
from edi_gateway.mapping.files.notation import ANY, Compute, Element, FieldPath, Row
from edi_gateway.mapping.files.tables import Table
from edi_gateway.model.documents.record import Record
from edi_gateway.x12.dictionary import Dictionary, SegmentDef, dictionary
from edi_gateway.x12.structure.machine import Node


class GuideLike(Protocol):
    """What of x12.guide.Guide is needed here."""

    @property
    def version(self) -> str: ...
    @property
    def set_code(self) -> str: ...
    @property
    def nodes(self) -> tuple[Node, ...]: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a group (06 and 07 of each pair), or one said once for all groups: its field and converter."""

    offset: int
    name: str
    converter: Converter
    maximum: int


@dataclass(frozen=True, slots=True, eq=False)
class PlanElement:
    """An Element with its slot, converter and size. `parts` and `shared` are those of a group."""

    element: Element
    slot: Slot | None
    converter: Converter | None
    maximum: int
    table: Table | None
    composite: bool
    repeats: bool
    sizes: tuple[int, ...]  # the longest text of each element or component of a span
    parts: tuple[Part, ...] = ()
    shared: tuple[Part, ...] = ()
    required: tuple[str, ...] = ()  # fields that a group must have to be a record

    @property
    def field(self) -> FieldPath | None:
        return self.element.compute.stated if self.element.compute else self.element.field

    @property
    def compute(self) -> Compute | None:
        return self.element.compute

    @property
    def positions(self) -> range:
        return range(self.element.first, self.element.last + 1)


@dataclass(slots=True, eq=False)
class PlanRow:
    """A row at its node. `model` is the record that its fields belong to: its own if it opens one, else the one around.

    The rivals are what rows asked after this one would read and this one does not: a row that is to be `alone` leaves
    the segment to them when it finds something there.
    `around` is the row in whose loop it stands; `below` are the rows for the segments of its own loop, by node.
    """

    ordinal: int
    row: Row | None
    node: Node | None
    model: type[Record]
    opens: Slot | None
    elements: tuple[PlanElement, ...]
    width: int
    around: PlanRow | None = None
    rival_positions: frozenset[int] = frozenset()
    rival_nodes: frozenset[int] = frozenset()
    below: dict[int, list[PlanRow]] = field(default_factory=dict)

    @property
    def holder(self) -> PlanRow:
        """The row whose record its fields belong to: itself, one around it, or the root."""
        return self if self.around is None or self.opens is not None else self.around.holder

    @property
    def read_positions(self) -> frozenset[int]:
        """Elements that the row reads, wholly or by component; the qualifier is one."""
        read = {p for e in self.elements for p in e.positions}
        read |= {part.offset for e in self.elements for part in e.shared}
        return frozenset(read | ({1} if self.row and self.row.qualifier else set()))

    @property
    def always(self) -> bool:
        """Takes any segment at its node: it makes a record of each and sets no condition."""
        row = self.row
        return row is not None and row.each is not None and row.qualifier is None and not row.conditions

    @property
    def spread(self) -> PlanElement | None:
        """The one list that a row without a record reads, when it reads nothing else.

        It goes on from segment to segment (`01 = "lines[]"`, the pairs of an SDQ); beside other fields a list stands
        in one segment.
        """
        if self.opens is not None or len(self.elements) != 1:
            return None
        element = self.elements[0]
        return element if element.parts or (element.field is not None and element.field.many) else None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`root` is a row without segment that stands for the document; `openers` are nodes whose loop has rows.

    `levels` are the rows of a tree's levels by their code, and `hierarchy` is the node of its loop; -1 without one.
    """

    mapping: Mapping
    nodes: tuple[Node, ...]
    version: str
    root: PlanRow
    rows: tuple[PlanRow, ...]
    openers: frozenset[int]
    levels: MappingOf[str, PlanRow]
    hierarchy: int

    @property
    def children(self) -> str:
        """The field that holds the levels beneath; empty without a tree."""
        return self.mapping.tree.children if self.mapping.tree else ""

    def computed(self) -> Iterator[tuple[PlanRow, PlanElement]]:
        return ((row, e) for row in self.rows for e in row.elements if e.compute)

    def node_of(self, selector: str) -> int:
        """Index of the node with this selector, -1 when this version has none."""
        return next((node.index for node in self.nodes if node.selector == selector), -1)


def build(mapping: Mapping, guide: GuideLike) -> Plan:
    """The plan of a mapping at a guide's version."""
    return _Builder(mapping, guide).run()


class _Builder:
    def __init__(self, mapping: Mapping, guide: GuideLike) -> None:
        self.mapping = mapping
        self.guide = guide
        self.dictionary: Dictionary = dictionary(guide.version)
        self.by_selector: dict[str, PlanRow] = {}
        self.root = PlanRow(0, None, None, mapping.model, None, (), 0)

    def run(self) -> Plan:
        nodes = {node.selector: node for node in self.guide.nodes}
        made: list[PlanRow] = []
        rows = {row.selector: row for row in self.mapping.rows if row.place in nodes}
        for row in sorted(rows.values(), key=lambda r: (nodes[r.place].index, *_exactness(r))):
            plan_row = self._row(row, nodes[row.place], len(made) + 1, rows)
            made.append(plan_row)
        for container in (self.root, *made):
            for beside in container.below.values():
                _set_rivals(beside)
        openers = frozenset(r.node.index for r in made if r.node is not None and r.node.opens_loop)
        levels = {r.row.level: r for r in made if r.row is not None and r.row.level is not None}
        hierarchy = next((r.node.index for r in levels.values() if r.node is not None), -1)
        return Plan(
            self.mapping,
            self.guide.nodes,
            self.guide.version,
            self.root,
            tuple(made),
            openers,
            levels,
            hierarchy,
        )

    def _row(self, row: Row, node: Node, ordinal: int, rows: dict[str, Row]) -> PlanRow:
        container = self._container(row, rows)
        opens = None
        model = container.model
        if row.opens is not None:
            found = self._slot(model, row.opens)
            assert found.record is not None
            opens, model = found, found.record
        if row.level is not None:
            model = self.mapping.levels[row.level]
        segment = self.dictionary.segments[node.tag]
        elements = tuple(
            self._element(e, node.tag, model)
            for e in sorted(row.elements, key=_order)
            if self._there(e, segment)
        )
        made = PlanRow(ordinal, row, node, model, opens, elements, len(segment.uses), container)
        container.below.setdefault(node.index, []).append(made)
        self.by_selector[row.selector] = made
        return made

    def _there(self, element: Element, segment: SegmentDef) -> bool:
        """Not every version has every element, and one that is a composite later has its first component only."""
        if element.last > len(segment.uses):
            return False
        composite = segment.uses[element.first - 1].element in self.dictionary.composites
        return composite or element.components is None or element.components[0] == 1

    def _container(self, row: Row, rows: dict[str, Row]) -> PlanRow:
        above = row.parent
        while above is not None:
            if above in rows:
                return self.by_selector[above]
            above = above.rpartition("/")[0] or None
        return self.root

    def _slot(self, model: type[Record], path: FieldPath) -> Slot:
        found = slot(model, path)
        assert isinstance(found, Slot), found  # the catalog has checked every path
        return found

    def _element(self, element: Element, tag: str, model: type[Record]) -> PlanElement:
        uses = self.dictionary.segments[tag].uses
        use = uses[element.first - 1]
        if element.pairs:
            listed = self._slot(model, element.pairs.each)
            assert listed.record is not None
            inner = listed.record
            parts = tuple(
                self._part(i, name, tag, element.first + i, inner) for i, name in enumerate(element.pairs.of)
            )
            shared = tuple(self._part(n, name, tag, n, inner) for n, name in element.pairs.with_)
            needed = tuple(name for name in required_fields(inner) if name in element.pairs.of)
            return PlanElement(element, listed, None, 0, None, False, False, (), parts, shared, needed)
        composite = self.dictionary.composites.get(use.element)
        spanned = uses[element.first - 1 : element.last]
        if composite is not None and element.components:
            spanned = composite.uses[element.components[0] - 1 : element.components[1]]
        kinds = [self.dictionary.elements[u.element] for u in spanned]
        kind = kinds[0]
        path = element.compute.stated if element.compute else element.field
        found = None if path is None else self._slot(model, path)
        table = self.mapping.tables[element.table] if element.table else None
        wanted: Kind = found.kind if found is not None else "number"
        made = converter(wanted, kind.type, element.convert)
        sizes = tuple(k.max for k in kinds)
        return PlanElement(
            element, found, made, kind.max, table, composite is not None, use.repeat > 1, sizes
        )

    def _part(self, offset: int, name: str, tag: str, position: int, model: type[Record]) -> Part:
        found = self._slot(model, FieldPath((name,)))
        kind = self.dictionary.elements[self.dictionary.segments[tag].uses[position - 1].element]
        return Part(offset, name, converter(found.kind, kind.type, None), kind.max)


def _set_rivals(beside: Sequence[PlanRow]) -> None:
    for i, row in enumerate(beside):
        later = beside[i + 1 :]
        row.rival_positions = frozenset(p for r in later for p in r.read_positions) - row.read_positions
        row.rival_nodes = frozenset(node for r in later for node in r.below) - frozenset(row.below)


def _exactness(row: Row) -> tuple[int, int, bool]:
    """Rows of one node are asked in this order: a qualifier, any qualifier, none; what is `else` after its row."""
    depth = row.selector.count("*")  # within a qualified loop before the plain one
    return (-depth, {None: 2, ANY: 1}.get(row.qualifier, 0), row.otherwise)


def _order(element: Element) -> tuple[int, int]:
    return element.first, element.components[0] if element.components else 0

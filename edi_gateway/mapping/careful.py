"""Reads a set by its plan element by element, and says of each value where it stood: the careful reader.

Slow and exact: it takes values that do not convert for what they are, unmapped with a finding. The fast reader
(generate/reader.py) must read every clean set exactly so. Called by read.py for sets with findings, and by lineage.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from edi_gateway.mapping.convert import Converter
from edi_gateway.mapping.draft import Delimited, Draft, Placed, Spot, not_in_table
from edi_gateway.mapping.files.notation import ANY, Condition
from edi_gateway.mapping.files.tables import TableRow
from edi_gateway.mapping.hierarchy import HL_ELEMENTS, ROOT, hang
from edi_gateway.mapping.plan import Plan, PlanElement, PlanRow
from edi_gateway.model.finding import Code, Family, Finding, Severity


class _Open(NamedTuple):
    """An open loop: the row that took its first segment (None: nobody did) and the record it fills."""

    first: int
    last: int
    row: PlanRow | None
    record: dict[str, Any]
    path: str


def read(
    plan: Plan,
    segments: Sequence[list[str]],
    nodes: Sequence[int],
    delimited: Delimited,
    placed: Callable[[Placed], None] | None = None,
) -> Draft:
    """A set's draft. `placed`, if given, hears of every value with its place."""
    return _Reading(plan, segments, nodes, delimited, placed).run()


class _Reading:
    def __init__(
        self,
        plan: Plan,
        segments: Sequence[list[str]],
        nodes: Sequence[int],
        delimited: Delimited,
        placed: Callable[[Placed], None] | None,
    ) -> None:
        self.plan = plan
        self.segments = segments
        self.nodes = nodes
        self.delimited = delimited
        self.placed = placed
        self.draft = Draft()
        self.values = 0  # read so far
        self.last = len(plan.nodes) - 1
        self.above = hang(plan, segments, nodes).above
        self.homes = {ROOT: (self.draft.root, "")}  # the record and path of each HL

    def run(self) -> Draft:
        open_loops = [_Open(0, self.last, self.plan.root, self.draft.root, "")]
        for index, node in enumerate(self.nodes):
            if node in (0, self.last):  # ST and SE
                continue
            if node < 0:
                self.draft.spots.append(Spot(index))
                continue
            while not open_loops[-1].first < node <= open_loops[-1].last:
                open_loops.pop()
            around = open_loops[-1]
            rows = around.row.below.get(node, ()) if around.row else ()
            if node == self.plan.hierarchy:
                opened = self._level(index)
            else:
                opened = next((o for row in rows if (o := self._take(row, index, around)) is not None), None)
            if opened is None:
                self.draft.spots.append(Spot(index))
            if node in self.plan.openers and (rows or around.row is None):
                open_loops.append(opened or _Open(node, self.plan.nodes[node].last, None, {}, ""))
        return self.draft

    # -- a segment

    def _level(self, index: int) -> _Open | None:
        """An HL whose record hangs where HL02 says; None when it has no home."""
        above = self.above.get(index)
        if above is None:
            return None
        segment = self.segments[index]
        row = self.plan.levels[_text(segment, 3)]
        assert row.node is not None
        record, path = self.homes[ROOT]
        if row.opens is not None:
            around, path = self.homes[above]
            beside = around.setdefault(row.opens.names[-1], [])
            record, path = {}, f"{path}{row.opens.names[-1]}[{len(beside)}]."
            beside.append(record)
            self.homes[index] = (record, path)
            self._store(row, row.elements[0], Spot(index, 3), segment[3], record, path)
        self.draft.spots += [Spot(index, p) for p, text in enumerate(segment) if p > HL_ELEMENTS and text]
        return _Open(row.node.index, row.node.last, row, record, path)

    def _take(self, row: PlanRow, index: int, around: _Open) -> _Open | None:
        """Reads the segment by the row; None when the row does not take it."""
        segment = self.segments[index]
        assert row.row is not None
        assert row.node is not None
        if row.row.qualifier is not None and not _qualifies(segment, row.row.qualifier):
            return None
        if not all(self._holds(condition, row, index) for condition in row.row.conditions):
            return None
        if row.opens is None:
            if self._taken(row, segment, around.record) or not self._anything(row, segment):
                return None
            self._chosen(row, index, around)
            return _Open(row.node.index, row.node.last, row, around.record, around.path)
        names = row.opens.names
        if row.row.one and names[-1] in _peek(around.record, names):
            return None
        path = f"{around.path}{'.'.join(names)}"
        record: dict[str, Any] = {}
        if row.row.each:
            beside: list[Any] = _peek(around.record, names).get(names[-1], [])
            path = f"{path}[{len(beside)}]"
            if row.row.number:
                record[row.row.number] = len(beside) + 1
        spots, findings = len(self.draft.spots), len(self.draft.findings)
        self._fields(row, index, record, f"{path}.")
        if not record and not row.node.opens_loop:
            del self.draft.spots[spots:], self.draft.findings[findings:]
            return None
        home = _reach(around.record, names)
        if row.row.each:
            home.setdefault(names[-1], []).append(record)
        else:
            home[names[-1]] = record
        return _Open(row.node.index, row.node.last, row, record, f"{path}.")

    def _chosen(self, row: PlanRow, index: int, around: _Open) -> None:
        """The fields of a row without a record. The qualifier is lost with the value when none could be read."""
        assert row.row is not None
        before, read = len(self.draft.spots), self.values
        self._fields(row, index, around.record, around.path)
        if row.row.qualifier is not None and self.values == read:
            self.draft.spots.insert(before, Spot(index, 1))

    def _holds(self, condition: Condition, row: PlanRow, index: int) -> bool:
        segment = self.segments[index]
        if condition.word == "alone":
            assert row.node is not None
            if row.rival_nodes and follows(self.nodes, index, row.node.last, row.rival_nodes):
                return False
            return not any(_text(segment, p) for p in row.rival_positions)
        text = segment[condition.element] if condition.element < len(segment) else ""
        match condition.word:
            case "present":
                return bool(text)
            case "absent":
                return not text
            case "is":
                return text in condition.codes
            case _:
                return text not in condition.codes

    def _taken(self, row: PlanRow, segment: list[str], record: dict[str, Any]) -> bool:
        """A field of the row is filled already: what repeats falls to the next row."""
        for element in row.elements:
            path = element.field
            if path is None or path.many:
                continue
            home = _peek(record, path.names)
            if path.key is not None:
                if _text(segment, path.key) in home.get(path.names[-1], ()):
                    return True
            elif path.names[-1] in home:
                return True
        return False

    def _anything(self, row: PlanRow, segment: list[str]) -> bool:
        if any(_text(segment, p) for e in row.elements for p in e.positions):
            return True
        return row.row is not None and row.row.qualifier is None and not any(segment[1:])

    # -- its elements

    def _fields(self, row: PlanRow, index: int, record: dict[str, Any], path: str) -> None:
        segment = self.segments[index]
        read = row.read_positions
        by_component: dict[int, list[PlanElement]] = {}
        for element in row.elements:
            if element.parts:
                self._groups(row, element, index, record, path)
            elif element.composite:
                by_component.setdefault(element.element.first, []).append(element)
            else:
                for position in element.positions:
                    self._element(row, element, index, position, record, path)
        for position, elements in by_component.items():
            self._components(row, elements, index, position, record, path)
        self.draft.spots += [Spot(index, p) for p, text in enumerate(segment) if p and text and p not in read]

    def _element(
        self, row: PlanRow, element: PlanElement, index: int, position: int, record: dict[str, Any], path: str
    ) -> None:
        text = _text(self.segments[index], position)
        separator = self.delimited.repetition if element.repeats else None
        if not text:
            return
        if not separator or separator not in text:
            self._store(row, element, Spot(index, position), text, record, path)
            return
        for repetition, piece in enumerate(text.split(separator), 1):
            spot = Spot(index, position, 0, repetition)
            if piece and (repetition == 1 or (element.field is not None and element.field.many)):
                self._store(row, element, spot, piece, record, path)
            elif piece:
                self.draft.spots.append(spot)

    def _components(
        self,
        row: PlanRow,
        elements: list[PlanElement],
        index: int,
        position: int,
        record: dict[str, Any],
        path: str,
    ) -> None:
        for number, text in enumerate(
            _text(self.segments[index], position).split(self.delimited.component), 1
        ):
            if not text:
                continue
            spot = Spot(index, position, number)
            for element in elements:
                assert element.element.components is not None
                first, last = element.element.components
                if first <= number <= last:
                    self._store(row, element, spot, text, record, path)
                    break
            else:
                self.draft.spots.append(spot)

    def _groups(
        self, row: PlanRow, element: PlanElement, index: int, record: dict[str, Any], path: str
    ) -> None:
        segment, size = self.segments[index], len(element.parts)
        assert element.slot is not None
        names = element.slot.names
        said = [(part, Spot(index, part.offset)) for part in element.shared if _text(segment, part.offset)]
        any_group = False
        for start in range(element.element.first, min(element.element.last + 1, len(segment)), size):
            given = [
                (p, Spot(index, start + p.offset)) for p in element.parts if _text(segment, start + p.offset)
            ]
            if not given:
                continue
            beside = _peek(record, names).get(names[-1], [])
            inside = f"{path}{'.'.join(names)}[{len(beside)}]."
            group = {p.name for p, _ in given}
            if not group.issuperset(element.required):
                self.draft.spots += [spot for _, spot in given]
                continue
            made: dict[str, Any] = {}
            for part, spot in [*given, *said]:
                text = _text(segment, spot.element)
                value = self._convert(row, element, part.converter, text, spot, inside + part.name)
                if value is not None:
                    made[part.name] = value
            _reach(record, names).setdefault(names[-1], []).append(made)
            any_group = True
        if not any_group:
            self.draft.spots += [spot for _, spot in said]

    def _store(
        self, row: PlanRow, element: PlanElement, spot: Spot, text: str, record: dict[str, Any], path: str
    ) -> None:
        field_path, converter = element.field, element.converter
        if field_path is None or converter is None:
            return
        table_row = None
        if element.table is not None:
            table_row = element.table.row(text)
            if table_row is None:
                self._not_in_table(row, element, spot, text)
            else:
                text = table_row.ours
        name, full = field_path.names[-1], path + ".".join(field_path.names)
        key = _text(self.segments[spot.segment], field_path.key) if field_path.key is not None else ""
        if field_path.many:
            full = f"{full}[{len(_peek(record, field_path.names).get(name, ()))}]"
        elif field_path.key is not None:
            full = f"{full}[{key}]"
        value = self._convert(row, element, converter, text, spot, full, table_row)
        if value is None:
            return
        home = _reach(record, field_path.names)
        if field_path.many:
            home.setdefault(name, []).append(value)
        elif field_path.key is not None:
            home.setdefault(name, {})[key] = value
        else:
            home[name] = value

    def _convert(
        self,
        row: PlanRow,
        element: PlanElement,
        converter: Converter,
        text: str,
        spot: Spot,
        path: str,
        table_row: TableRow | None = None,
    ) -> Any:
        """The value of a text, None with a finding when it is none."""
        try:
            value = converter.read(text)
        except ValueError:
            self._unreadable(row, spot, text, path, converter)
            return None
        self.values += 1
        if self.placed is not None:
            self.placed(Placed(path, value, spot, row, element, table_row))
        return value

    # -- what is wrong

    def _unreadable(self, row: PlanRow, spot: Spot, text: str, path: str, converter: Converter) -> None:
        assert row.row is not None
        kind = {"date": "a date", "number": "a number", "integer": "a whole number"}.get(
            converter.kind, "text"
        )
        finding = Finding(
            Code.VALUE_UNREADABLE,
            Severity.ERROR,
            f"{path} cannot be read: {text!r} is not {kind}.",
            "Ask the sender what was meant; the value is kept under unmapped.",
            rule=row.row.selector,
            value=text,
            family=Family.MAPPING,
        )
        self.draft.findings.append((spot, finding))
        self.draft.spots.append(spot)

    def _not_in_table(self, row: PlanRow, element: PlanElement, spot: Spot, text: str) -> None:
        assert row.row is not None
        assert element.table is not None
        self.draft.findings.append((spot, not_in_table(row.row.selector, element.table.name, text)))


def follows(nodes: Sequence[int], index: int, last: int, wanted: frozenset[int]) -> bool:
    """Whether one of the wanted nodes comes in the loop that the segment at an index opens."""
    first = nodes[index]
    for at in range(index + 1, len(nodes)):
        node = nodes[at]
        if node in wanted:
            return True
        if not (first < node <= last or node < 0):
            return False
    return False


def _qualifies(segment: list[str], qualifier: str) -> bool:
    code = _text(segment, 1)
    return bool(code) if qualifier == ANY else code == qualifier


def _text(segment: list[str], position: int) -> str:
    return segment[position] if position < len(segment) else ""


def _reach(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The dict that holds the last of the names, made on the way."""
    for name in names[:-1]:
        record = record.setdefault(name, {})
    return record


def _peek(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """As `_reach`, without making anything."""
    for name in names[:-1]:
        record = record.get(name, {})
    return record

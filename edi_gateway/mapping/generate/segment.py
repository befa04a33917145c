"""Makes Python of a row: the lines that put a record's fields into one segment. The lower half of writer.py.

Generated names: r the record, p its path, e the segment, C and R the separators of components and repetitions, N the
remarks, M the segments that are counted; x and l with a position are an element's text, or texts.
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from edi_gateway.mapping.convert import Converter, write_date, write_number
from edi_gateway.mapping.files.fields import may_be_none
from edi_gateway.mapping.files.notation import ANY, FieldPath
from edi_gateway.mapping.generate import remarks
from edi_gateway.mapping.generate.emitter import Emitter
from edi_gateway.mapping.generate.remarks import Remarks
from edi_gateway.mapping.plan import PlanElement, PlanRow
from edi_gateway.model.documents.record import Record
from edi_gateway.x12.writing.splitting import goes_on

_ENDLESS = 1_000_000  # characters: whoever writes the segments has a place for what is too long for one


class SegmentEmitter(Emitter):
    """Emits what fills a segment."""

    def _segment(self, depth: int, row: PlanRow, given: dict[int, str]) -> int:
        """Leaves the segment in `e`, without empty elements at its end. `given` are expressions by position."""
        assert row.node is not None
        cells = dict(given)
        if row.row is not None and row.row.qualifier not in (None, ANY):
            cells.setdefault(1, repr(row.row.qualifier))
        groups: list[PlanElement] = []
        composite: dict[int, list[PlanElement]] = {}
        for element in row.elements:
            position = element.element.first
            if element.parts:
                groups.append(element)
            elif element.composite:
                composite.setdefault(position, []).append(element)
            elif element.field is not None and element.field.many and element.repeats:
                self._repeated(depth, row, element)
                cells[position] = f"x{position}"
            elif element.field is not None and element.field.many and not element.compute:
                self._many(depth, row, element)
                cells |= {p: f"l{position}[{i}]" for i, p in enumerate(element.positions)}
            else:
                self._cell(depth, row, element)
                cells[position] = f"x{position}"
        for position, elements in composite.items():
            self._composite(depth, row, position, elements)
            cells[position] = f"x{position}"
        self._assemble(depth, row, cells, groups)
        self.emit(depth, "while e[-1] == '': e.pop()")
        return max(cells, default=0)

    def _assemble(
        self, depth: int, row: PlanRow, cells: dict[int, str], groups: Sequence[PlanElement]
    ) -> None:
        assert row.node is not None
        last = max(cells, default=0)
        stops = [element.element.first for element in groups] + [last + 1]
        texts = [cells.get(p, '""') for p in range(1, stops[0])]
        self.emit(depth, f"e = [{', '.join([repr(row.node.tag), *texts])}]")
        for at, element in enumerate(groups):
            self._span(depth, row, element, groups[:at], groups[at + 1 :])
            end = element.element.last
            after = [cells.get(p, '""') for p in range(end + 1, stops[at + 1])]
            if after or at + 1 < len(groups):
                self.emit(depth, f"e += [''] * ({end + 1} - len(e)) + [{', '.join(after)}]")

    def _span(
        self,
        depth: int,
        row: PlanRow,
        element: PlanElement,
        before: Sequence[PlanElement],
        after: Sequence[PlanElement],
    ) -> None:
        """The groups of a list in a span. Where a list has several spans, one goes on where the one before is full."""
        assert element.slot is not None
        names = element.slot.names
        name = ".".join(names)
        taken = sum(_places(e) for e in before if e.slot is not None and e.slot.names == names)
        left = sum(_places(e) for e in after if e.slot is not None and e.slot.names == names)
        guard, access = fetch("r", row.model, names)
        self.emit(depth, f"z = {access}{guard} or ()")
        listed = "enumerate(z)"
        if taken or left:
            end = f"{taken + _places(element)}" if left else ""
            listed = f"enumerate(z[{taken or ''}:{end}], {taken})"
        if not left:
            most = taken + _places(element)
            self.emit(depth, f"if len(z) > {most}: N.too_many(p, {name!r}, len(z), {most})")
        self.emit(depth, f"for j, v in {listed}:")
        simple = all(p.converter.kind == "text" for p in element.parts)
        if simple:
            for part in element.parts:
                self.emit(depth + 1, f"e.append(v.{part.name} or '')")
                told = f"(p, {name!r}, j), {part.name!r}, e[-1], {part.maximum}"
                self.emit(depth + 1, f"if len(e[-1]) > {part.maximum}: N.too_long({told})")
        else:
            self.emit(depth + 1, f"q = (p, {name!r}, j)")
            self._append_group(depth + 1, element, "e", "q")

    def _cell(self, depth: int, row: PlanRow, element: PlanElement) -> None:
        position = element.element.first
        if element.compute is not None:
            counted = f"M[{self.plan.node_of(element.compute.selector)}]"
            if element.compute.code is not None:
                counted = f"[e for e in {counted} if {self.constant('Q', element.compute.counts)}(e)]"
            if element.compute.what == "count":
                self.emit(depth, f"x{position} = str(len({counted}))")
            else:
                add = self.constant("S", _sum)
                self.emit(
                    depth,
                    f"x{position} = {add}({counted}, {element.compute.element}, {element.maximum}, N, p)",
                )
            return
        assert element.field is not None
        assert element.converter is not None
        assert row.node is not None
        access = self._read(row, element.field)
        self._value(
            depth,
            f"x{position}",
            access,
            element.converter,
            _ENDLESS if goes_on(row.node.tag, position) else element.maximum,
            _name(element.field, row),
            "p",
            element,
        )

    def _read(self, row: PlanRow, field: FieldPath) -> str:
        guard, access = fetch("r", row.model, field.names)
        if field.key is None:
            return f"({access}{guard})" if guard else access
        assert row.row is not None
        key = "k" if row.row.qualifier == ANY else repr(row.row.qualifier)
        return f"{access}.get({key})"

    def _value(
        self,
        depth: int,
        target: str,
        access: str,
        converter: Converter,
        maximum: int,
        name: str,
        around: str,
        element: PlanElement | None = None,
    ) -> None:
        """Leaves in `target` the text of a value, empty for None."""
        if converter.kind == "text":
            self.emit(depth, f"{target} = {access} or ''")
            if element is not None and element.table is not None:
                table = self.constant("T", element.table.write)
                self.emit(depth, f"if {target}:")
                self.emit(depth + 1, f"if {target} in {table}: {target} = {table}[{target}]")
                self.emit(
                    depth + 1, f"else: N.not_in_table({around}, {name!r}, {target}, {element.table.name!r})"
                )
            self.emit(
                depth, f"if len({target}) > {maximum}: N.too_long({around}, {name!r}, {target}, {maximum})"
            )
            return
        self.emit(depth, f"t = {access}")
        self.emit(depth, f"if t is None: {target} = ''")
        self.emit(depth, "else:")
        if converter.write is write_number:
            self.emit(depth + 1, f"{target} = str(t)")
            self.emit(
                depth + 1,
                f"if len({target}) > {maximum} or 'E' in {target}: "
                f"{target} = fit(t, {maximum}, N, {around}, {name!r})",
            )
        elif converter.write is write_date:
            self.emit(depth + 1, f"{target} = t.isoformat().replace('-', '')")
        else:
            write = self.constant("W", converter.write)
            self.emit(depth + 1, f"{target} = put(t, {write}, {maximum}, N, {around}, {name!r})")

    def _composite(self, depth: int, row: PlanRow, position: int, elements: Sequence[PlanElement]) -> None:
        last = max(e.element.components[1] for e in elements if e.element.components)
        cells = ['""'] * last
        name = str(elements[0].field)
        for element in elements:
            assert element.element.components is not None
            assert element.field is not None
            first, end = element.element.components
            if element.field.many:
                self._many(depth, row, element)
                for i in range(end - first + 1):
                    cells[first - 1 + i] = f"l{position}[{i}]"
            else:
                assert element.converter is not None
                self._value(
                    depth,
                    f"c{first}",
                    self._read(row, element.field),
                    element.converter,
                    element.maximum,
                    _name(element.field, row),
                    "p",
                    element,
                )
                cells[first - 1] = f"c{first}"
        if cells == ["c1"]:
            self.emit(depth, f"x{position} = c1")
            self.emit(depth, f"if C in c1: N.delimiter(p, {name!r}, c1)")
        else:
            self.emit(depth, f"x{position} = joined([{', '.join(cells)}], C, N, p, {name!r})")

    def _many(self, depth: int, row: PlanRow, element: PlanElement) -> None:
        """A list that must fit into one segment: `l` and its position, filled up with empty texts."""
        assert element.field is not None
        assert element.converter is not None
        position = element.element.first
        first, last = element.element.components or (element.element.first, element.element.last)
        places = last - first + 1
        name = str(element.field)
        self.emit(depth, f"l{position} = {self._read(row, FieldPath(element.field.names))} or ()")
        self.emit(
            depth, f"if len(l{position}) > {places}: N.too_many(p, {name!r}, len(l{position}), {places})"
        )
        self.emit(depth, f"if l{position}:")
        if element.converter.kind == "text":
            self.emit(depth + 1, f"for t, z in zip(l{position}, {element.sizes!r}):")
            self.emit(depth + 2, f"if len(t) > z: N.too_long(p, {name!r}, t, z)")
            self.emit(
                depth + 1, f"l{position} = [*l{position}[:{places}], *[''] * ({places} - len(l{position}))]"
            )
        else:
            write = self.constant("W", element.converter.write)
            self.emit(
                depth + 1,
                f"l{position} = [put(t, {write}, {element.maximum}, N, p, {name!r}) for t in l{position}[:{places}]]"
                f" + [''] * ({places} - len(l{position}))",
            )
        self.emit(depth, f"else: l{position} = {('',) * places!r}")

    def _repeated(self, depth: int, row: PlanRow, element: PlanElement) -> None:
        """A list in one element that may repeat."""
        assert element.field is not None
        assert element.converter is not None
        position, name = element.element.first, str(element.field)
        write = self.constant("W", element.converter.write)
        access = self._read(row, FieldPath(element.field.names))
        self.emit(
            depth, f"x{position} = repeated({access} or (), {write}, {element.maximum}, R, N, p, {name!r})"
        )

    def _append_group(self, depth: int, element: PlanElement, target: str, around: str) -> None:
        for part in element.parts:
            self._value(depth, "y", f"v.{part.name}", part.converter, part.maximum, part.name, around)
            self.emit(depth, f"{target}.append(y)")


def _places(element: PlanElement) -> int:
    """How many groups a span has room for."""
    return len(element.positions) // len(element.parts)


def _sum(segments: Sequence[Sequence[str]], element: int, maximum: int, notes: Remarks, around: Any) -> str:
    """The sum over segments as written; more digits than the element holds lose the first ones, as hash totals do."""
    total = sum((Decimal(s[element]) for s in segments if len(s) > element and s[element]), Decimal(0))
    text = write_number(total)
    if remarks.digits(text) > maximum:
        text = write_number(total % 10**maximum)
    return remarks.fit(Decimal(text), maximum, notes, around, "sum")


def fetch(record: str, model: type[Record], names: tuple[str, ...]) -> tuple[str, str]:
    """Code that reads a field, and the guard that follows it when a record on the way may be None."""
    guard = ""
    reached = record
    for name in names[:-1]:
        optional = may_be_none(model, name)
        reached = f"{reached}.{name}"
        if optional:
            guard += f" if {reached} is not None else None"
        inner = next(
            a
            for a in _types(model.model_fields[name].annotation)
            if isinstance(a, type) and issubclass(a, Record)
        )
        model = inner
    return guard, f"{reached}.{names[-1]}"


def _types(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) or (annotation,)


def _name(field: FieldPath, row: PlanRow) -> str:
    if field.key is None:
        return ".".join(field.names)
    assert row.row is not None
    return f"{'.'.join(field.names)}[{row.row.qualifier}]"

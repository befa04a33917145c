"""Makes Python of a row: the lines that put a segment's elements into a record. The lower half of reader.py.

Generated names: s the segment, n its length, i its index, v a text; un takes what nobody reads, notes the codes that
are not in their table; C and R are the separators of components and repetitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edi_gateway.mapping.generate.emitter import Emitter
from edi_gateway.mapping.plan import Part, PlanElement, PlanRow


class RecordEmitter(Emitter):
    """Emits what fills a record."""

    def _elements(self, depth: int, row: PlanRow, record: str, picked: Sequence[PlanRow]) -> None:
        """One test of the length a position, each inside the one before: short segments cost little."""
        assert row.row is not None
        read = row.read_positions
        starts: dict[int, list[PlanElement]] = {}
        for element in row.elements:
            starts.setdefault(element.element.first, []).append(element)
        beyond = max((*read, 0)) + 1
        for position in range(1, beyond):
            hole = position not in read
            if position not in starts and not hole:
                continue
            self.emit(depth, f"if n > {position}:")
            depth += 1
            if hole:
                self.emit(depth, f"if s[{position}]: un.append((i, {position}, 0, 0))")
            elif starts[position][0].parts:
                self._groups(depth, starts[position][0], record)
            elif starts[position][0].composite:
                self._components(depth, position, starts[position], record)
            else:
                self._plain(depth, row, starts[position][0], record, picked)
        self.emit(depth, f"if n > {beyond}: un.extend([(i, p, 0, 0) for p in range({beyond}, n) if s[p]])")

    def _plain(
        self, depth: int, row: PlanRow, element: PlanElement, record: str, picked: Sequence[PlanRow]
    ) -> None:
        first, last = element.element.first, element.element.last
        if first != last:
            self.emit(depth, f"for v in s[{first}:{last + 1}]:")
            self.emit(depth + 1, "if v:")
            self._store(depth + 2, row, element, record, "v", None)
            return
        self.emit(depth, f"v = s[{first}]")
        self.emit(depth, "if v:")
        named = "f" if picked and element.field is not None and element.field.key is None else None
        if element.repeats:
            self.emit(depth + 1, "for j, v in enumerate(v.split(R) if R and R in v else (v,), 1):")
            self.emit(depth + 2, "if v:")
            if element.field is not None and element.field.many:
                self._store(depth + 3, row, element, record, "v", named)
                return
            self.emit(depth + 3, "if j == 1:")
            self._store(depth + 4, row, element, record, "v", named)
            self.emit(depth + 3, f"else: un.append((i, {first}, 0, j))")
            return
        self._store(depth + 1, row, element, record, "v", named)

    def _store(
        self, depth: int, row: PlanRow, element: PlanElement, record: str, text: str, named: str | None
    ) -> None:
        path, converter = element.field, element.converter
        if path is None or converter is None:
            self.emit(depth, "pass")
            return
        if element.table is not None:
            table = self.constant("T", element.table.read)
            assert row.row is not None
            self.emit(depth, f"t = {table}.get(v)")
            note = (element.element.first, row.row.selector, element.table.name)
            self.emit(depth, f"if t is None: notes.append((i, *{note!r}, v))")
            self.emit(depth, "else: v = t")
        home, name = reach(record, path.names), named or repr(path.names[-1])
        value = converter.fast
        if path.many:
            self.emit(depth, f"{home}.setdefault({name}, []).append({value})")
        elif path.key is not None:
            self.emit(
                depth, f"{home}.setdefault({name}, {{}})[s[{path.key}] if n > {path.key} else ''] = {value}"
            )
        else:
            self.emit(depth, f"{home}[{name}] = {value}")

    def _components(self, depth: int, position: int, elements: Sequence[PlanElement], record: str) -> None:
        self.emit(depth, f"v = s[{position}]")
        self.emit(depth, "if v:")
        self.emit(depth + 1, "q = v.split(C) if C in v else (v,)")
        covered: set[int] = set()
        for element in elements:
            assert element.element.components is not None
            first, last = element.element.components
            covered |= set(range(first, last + 1))
            assert element.field is not None
            assert element.converter is not None
            home, name = reach(record, element.field.names), element.field.names[-1]
            self.emit(depth + 1, f"for v in q[{first - 1}:{last}]:")
            if element.field.many:
                self.emit(
                    depth + 2, f"if v: {home}.setdefault({name!r}, []).append({element.converter.fast})"
                )
            else:
                self.emit(depth + 2, f"if v: {home}[{name!r}] = {element.converter.fast}")
        name = self.constant("K", frozenset(covered))
        self.emit(depth + 1, f"if len(q) > {len(covered)}:")
        self.emit(
            depth + 2,
            f"un.extend([(i, {position}, j, 0) for j, v in enumerate(q, 1) if v and j not in {name}])",
        )

    def _groups(self, depth: int, element: PlanElement, record: str) -> None:
        """Pairs stand close in almost every segment: two slices read them, and only gaps need the slow way."""
        assert element.slot is not None
        first, last, size = element.element.first, element.element.last, len(element.parts)
        said = [part.offset for part in element.shared]
        if element.shared:
            self.emit(depth, "w = {}")
            for part in element.shared:
                self.emit(
                    depth,
                    f"if n > {part.offset} and (v := s[{part.offset}]): w[{part.name!r}] = {part.converter.fast}",
                )
        parts = self.constant("G", (element.parts, frozenset(element.required)))
        slow = f"groups(s, n, i, {first}, {last}, {parts}, {'w' if said else 'NOTHING'}, {tuple(said)!r}, un)"
        if size == 2 and set(element.required) == {p.name for p in element.parts}:
            left, right = element.parts
            made = f"{left.name!r}: {_converted(left, 'a')}, {right.name!r}: {_converted(right, 'b')}"
            made = f"{{{made}, **w}}" if said else f"{{{made}}}"
            stop = last + 1
            self.emit(
                depth,
                f"z = [{made} for a, b in zip(s[{first}:{stop}:2], s[{first + 1}:{stop}:2]) if a and b]",
            )
            self.emit(depth, f"if 2 * len(z) != {f'min(n, {stop})'} - {first}: z = {slow}")
        else:
            self.emit(depth, f"z = {slow}")
        name, home = element.slot.names[-1], reach(record, element.slot.names)
        self.emit(depth, f"if z: {home}.setdefault({name!r}, []).extend(z)")


def _converted(part: Part, variable: str) -> str:
    """The converter's expression over another variable; a conversion that needs `v` twice is called instead."""
    fast = part.converter.fast
    if fast == "v":
        return variable
    return fast.replace("(v)", f"({variable})").replace("len(v)", f"len({variable})")


def groups(
    segment: list[str],
    length: int,
    index: int,
    first: int,
    last: int,
    told: tuple[tuple[Part, ...], frozenset[str]],
    shared: dict[str, Any],
    said: tuple[int, ...],
    unmapped: list[tuple[int, int, int, int]],
) -> list[dict[str, Any]]:
    """Groups with gaps: an incomplete one is no record, and its elements are unmapped."""
    parts, required = told
    made: list[dict[str, Any]] = []
    for start in range(first, min(last + 1, length), len(parts)):
        given = [p for p in parts if start + p.offset < length and segment[start + p.offset]]
        if not given:
            continue
        if not required.issubset({p.name for p in given}):
            unmapped.extend((index, start + p.offset, 0, 0) for p in given)
            continue
        made.append({**{p.name: p.converter.read(segment[start + p.offset]) for p in given}, **shared})
    if not made:
        unmapped.extend((index, p, 0, 0) for p in said if p < length and segment[p])
    return made


def reach(record: str, names: tuple[str, ...]) -> str:
    return record + "".join(f".setdefault({name!r}, {{}})" for name in names[:-1])

"""Makes Python of a plan: functions that write a document as the segments of a set, in the order of the guide.

One function for each kind of record. What the document holds and no row writes, what is too long, what has no
segment to stand under: all of that becomes a finding, nothing is dropped in silence. Called by write.py.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from typing import Any

from edi_gateway.mapping.files.notation import ANY
from edi_gateway.mapping.files.tree import LEVEL, LOOP
from edi_gateway.mapping.generate import remarks
from edi_gateway.mapping.generate.remarks import Remarks
from edi_gateway.mapping.generate.segment import SegmentEmitter, fetch
from edi_gateway.mapping.plan import Plan, PlanElement, PlanRow
from edi_gateway.model.documents.record import Record
from edi_gateway.x12.writing import splitting

#: (document, component separator, repetition separator, remarks) -> body segments.
GeneratedWriter = Callable[[Record, str, "str | None", Remarks], list[list[str]]]


def generate(plan: Plan) -> GeneratedWriter:
    """The function for a plan. Its source is kept on it as `__doc__`, for whoever wants to look."""
    generator = _Generator(plan)
    source = generator.source()
    scope: dict[str, Any] = {
        "fit": remarks.fit,
        "put": remarks.put,
        "pieces": splitting.pieces,
        "joined": remarks.joined,
        "repeated": remarks.repeated,
        "left_over": remarks.left_over,
        "unwritten": remarks.unwritten,
        **generator.constants,
    }
    exec(compile(source, f"<writer of {plan.mapping.set_code} at {plan.version}>", "exec"), scope)
    made: GeneratedWriter = scope["write"]
    made.__doc__ = source
    return made


class _Generator(SegmentEmitter):
    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.counted = {plan.node_of(e.compute.selector) for _, e in plan.computed() if e.compute}

    def source(self) -> str:
        records = [row for row in self.plan.rows if row.opens is not None and self._writable(row)]
        for row in reversed(records):
            if row.row is None or row.row.level is None:
                self._record(row)
        self._levels()
        self.emit(0, "def write(r, C, R, N):")
        self.emit(1, "p = None; out = []")
        self.emit(1, f"M = {{{', '.join(f'{node}: []' for node in sorted(self.counted))}}}")
        self._below(1, self.plan.root)
        self._left(1, self.plan.root)
        self.emit(1, "return out")
        return "\n".join(self.lines)

    def _writable(self, row: PlanRow) -> bool:
        """Whether a row writes at this version. Where a set has a place twice, the first one is written."""
        told = row.row
        return (
            told is not None and told.write and (told.only is None or self.plan.version.startswith(told.only))
        )

    # -- records

    def _record(self, row: PlanRow) -> None:
        assert row.node is not None
        self.emit(0, f"def w{row.ordinal}(r, p, out, C, R, N, M): # {row.row.selector if row.row else ''}")
        width = self._segment(1, row, {})
        if not row.node.opens_loop:
            self.emit(1, "if len(e) > 1: out.append(e)")
        else:
            self.emit(1, "out.append(e)")
        self._count(1, row)
        self._below(1, row)
        self._left(1, row)
        if not width:
            self.emit(1, "return")

    # -- the levels of a tree

    def _hierarchy(self, depth: int) -> None:
        """The document's own HL is the first, and its number that of those beneath it."""
        top = next(row for row in self.plan.levels.values() if row.opens is None)
        self.emit(depth, "H = 0")
        self._level(depth, top)

    def _levels(self) -> None:
        """A function a level. They call each other, as the records lie in each other; H is the last HL01 given."""
        rows = [row for row in self.plan.levels.values() if row.opens is not None]
        for row in rows:
            self.emit(
                0, f"def w{row.ordinal}(r, p, u, H, out, C, R, N, M): # {row.row.selector if row.row else ''}"
            )
            self._level(1, row)
            self._left(1, row)
            self.emit(1, "return H")
        if rows:
            known = ", ".join(f"{row.row.level!r}: w{row.ordinal}" for row in rows if row.row)
            self.emit(0, f"L = {{{known}}}")

    def _level(self, depth: int, row: PlanRow) -> None:
        assert row.row is not None
        children = self.plan.children
        around, code = ('""', repr(row.row.level)) if row.opens is None else ("u", f"r.{LEVEL}")
        self.emit(depth, "H += 1; h = str(H)")
        self.emit(depth, f"e = [{LOOP!r}, h, {around}, {code}, '1' if r.{children} else '0']; out.append(e)")
        self._count(depth, row)
        self._below(depth, row)
        self.emit(depth, f"for j, v in enumerate(r.{children}):")
        self.emit(
            depth + 1, f"if v.{LEVEL} in L: H = L[v.{LEVEL}](v, (p, {children!r}, j), h, H, out, C, R, N, M)"
        )
        self.emit(depth + 1, f"else: N.no_level(p, f'{children}[{{j}}]', v.{LEVEL})")

    def _count(self, depth: int, row: PlanRow) -> None:
        if row.node is not None and row.node.index in self.counted:
            self.emit(depth, f"M[{row.node.index}].append(e)")

    def _below(self, depth: int, container: PlanRow) -> None:
        for node in sorted(container.below):
            if node == self.plan.hierarchy:
                self._hierarchy(depth)
                continue
            guarded: tuple[str, ...] = ()
            for row in container.below[node]:
                if not self._writable(row):
                    continue
                around = _record_of_pick(row)
                if (
                    around and around != guarded
                ):  # a record in which nothing was ever set has no dates to look for
                    self.emit(depth, f"if r.{'.'.join(around)}.__pydantic_fields_set__:")
                guarded = around
                self._row(depth + bool(around), row)

    def _row(self, depth: int, row: PlanRow) -> None:
        assert row.row is not None
        assert row.node is not None
        if row.opens is not None:
            self._call(depth, row)
            return
        under = any(self._writable(r) for rows in row.below.values() for r in rows)
        if under:
            self.emit(depth, f"m{row.ordinal} = len(out)")
        if row.spread is not None:
            self._spread(depth, row)
        elif row.row.qualifier == ANY:
            self._keyed(depth, row)
        else:
            self._single(depth, row)
        if under:
            self.emit(depth, f"h{row.ordinal} = len(out) > m{row.ordinal}")
            self._below(depth, row)
            self.emit(depth, f"if not h{row.ordinal} and len(out) > m{row.ordinal}:")
            self.emit(depth + 1, f"del out[m{row.ordinal}:]")
            name = ", ".join(_written(row))
            self.emit(depth + 1, f"N.headless(p, {name!r}, {row.row.place!r})")

    def _call(self, depth: int, row: PlanRow) -> None:
        assert row.opens is not None
        assert row.row is not None
        assert row.around is not None
        name = ".".join(row.opens.names)
        guard, access = fetch("r", row.around.holder.model, row.opens.names)
        self.emit(depth, f"v = {access}{guard}")
        if row.row.each:
            self.emit(depth, "if v:")
            self.emit(
                depth + 1, f"for j, v in enumerate(v): w{row.ordinal}(v, (p, {name!r}, j), out, C, R, N, M)"
            )
        else:
            self.emit(depth, f"if v is not None: w{row.ordinal}(v, (p, {name!r}, None), out, C, R, N, M)")

    # -- rows without a record of their own

    def _single(self, depth: int, row: PlanRow) -> None:
        """One segment, if any of its fields is filled."""
        assert row.row is not None
        tests = [
            f"{access}{guard} is not None"
            for e in row.elements
            if e.element.field is not None and e.element.field.key is None and not e.element.field.many
            for guard, access in [fetch("r", row.model, e.element.field.names)]
        ]
        computed = [e for e in row.elements if e.compute]
        if computed:
            tests.append(
                f"M[{self.plan.node_of(computed[0].compute.selector) if computed[0].compute else -1}]"
            )
        if row.row.picked and len(tests) == 1:
            self.emit(depth, f"if {tests[0]}:")
            depth += 1
        least = 2 if row.row.qualifier is not None else 1
        self._segment(depth, row, {1: repr(row.row.qualifier)} if row.row.qualifier is not None else {})
        if computed:
            self.emit(depth, f"if {' or '.join(tests)}: out.append(e)")
        else:
            self.emit(depth, f"if len(e) > {least}: out.append(e)")
        self._count(depth, row)

    def _keyed(self, depth: int, row: PlanRow) -> None:
        """A segment for each entry of a dict: element 01 is its key."""
        main = next(
            e for e in row.elements if e.element.field is not None and e.element.field.key is not None
        )
        assert main.element.field is not None
        _, access = fetch("r", row.model, main.element.field.names)
        self.emit(depth, f"for k in {access}:")
        self._segment(depth + 1, row, {1: "k"})
        self.emit(depth + 1, "out.append(e)")

    def _spread(self, depth: int, row: PlanRow) -> None:
        """A list over as many segments as it takes."""
        assert row.node is not None
        assert row.row is not None
        element = row.spread
        assert element is not None
        if element.parts:
            self._spread_groups(depth, row, element)
            return
        assert element.field is not None
        assert element.converter is not None
        first, places = element.element.first, len(element.positions)
        head = [repr(row.node.tag), *['""'] * (first - 1)]
        if row.row.qualifier is not None:
            head[1] = repr(row.row.qualifier)
        guard, access = fetch("r", row.model, element.field.names)
        self.emit(depth, f"v = {access}{guard}")
        self.emit(depth, "if v:")
        if element.converter.kind == "text":
            self.emit(depth + 1, f"v = [t for x in v for t in pieces(x, {element.maximum})]")
        else:
            write = self.constant("W", element.converter.write)
            self.emit(
                depth + 1,
                f"v = [put(x, {write}, {element.maximum}, N, p, {str(element.field)!r}) for x in v]",
            )
        self.emit(
            depth + 1,
            f"for j in range(0, len(v), {places}): out.append([{', '.join(head)}, *v[j:j + {places}]])",
        )

    def _spread_groups(self, depth: int, row: PlanRow, element: PlanElement) -> None:
        """Groups in as many segments as it takes; what is said once for all is the same in one segment."""
        assert element.slot is not None
        assert row.node is not None
        size = len(element.parts)
        most = len(element.positions) // size
        names = element.slot.names
        guard, access = fetch("r", row.model, names)
        said = [f"v.{part.name}" for part in element.shared]
        self.emit(depth, f"z = {access}{guard} or ()")
        self.emit(depth, "w = None; c = 0")
        self.emit(depth, "for j, v in enumerate(z):")
        inside = depth + 1
        self.emit(inside, f"u = ({', '.join(said)}{',' if said else ''})")
        self.emit(inside, f"if u != w or c == {most}:")
        self.emit(inside + 1, "if w is not None: out.append(e)")
        self.emit(inside + 1, "w = u; c = 0")
        shared = {part.offset: part for part in element.shared}
        before = element.element.first
        self.emit(inside + 1, f"q = (p, {'.'.join(names)!r}, j)")
        for position, part in shared.items():
            self._value(
                inside + 1, f"x{position}", f"v.{part.name}", part.converter, part.maximum, part.name, "q"
            )
        cells = [f"x{p}" if p in shared else '""' for p in range(1, before)]
        self.emit(inside + 1, f"e = [{', '.join([repr(row.node.tag), *cells])}]")
        tail = max(shared, default=0)
        self.emit(inside, f"q = (p, {'.'.join(names)!r}, j)")
        if tail > element.element.last:
            self._insert_before_tail(inside, row, element, tail)
        else:
            self._append_group(inside, element, "e", "q")
        self.emit(inside, "c += 1")
        self.emit(depth, "if w is not None: out.append(e)")

    def _insert_before_tail(self, depth: int, row: PlanRow, element: PlanElement, tail: int) -> None:
        """What is said once stands behind the groups (SDQ23): it is put there once, and groups go in before it."""
        first, size = element.element.first, len(element.parts)
        self.emit(depth, f"if c == 0 and x{tail}: e += [''] * {element.element.last - first + 1} + [x{tail}]")
        for part in element.parts:
            self._value(depth, "y", f"v.{part.name}", part.converter, part.maximum, part.name, "q")
            self.emit(depth, f"if x{tail}: e[{first} + {size} * c + {part.offset}] = y")
            self.emit(depth, "else: e.append(y)")

    # -- what nothing writes

    def _left(self, depth: int, holder: PlanRow) -> None:
        """Fields of a record that no row writes at this version, and keyed entries whose segment was not written."""
        written = set(self._paths(holder))
        self._left_in(depth, holder.model, (), written)
        for keyed, mains in self._companions(holder).items():
            names = keyed[:-1]
            access = "r." + ".".join(keyed)
            pairs = ", ".join(f"{code!r}: r.{'.'.join(main)}" for code, main in mains)
            self.emit(
                depth,
                f"if {access}: left_over({access}, {{{pairs}}}, N, p, {'.'.join((*names, keyed[-1]))!r})",
            )

    def _left_in(
        self, depth: int, model: type[Record], prefix: tuple[str, ...], written: set[tuple[str, ...]]
    ) -> None:
        missing = [
            n for n in model.model_fields if not any(w[: len(prefix) + 1] == (*prefix, n) for w in written)
        ]
        if missing:
            record = ".".join(("r", *prefix))
            tests = " or ".join(_filled(model, record, name) for name in missing)
            before = "".join(f"{n}." for n in prefix)
            self.emit(depth, f"if {tests}: unwritten({record}, {tuple(missing)!r}, N, p, {before!r})")
        deeper = {
            w[: len(prefix) + 1] for w in written if len(w) > len(prefix) + 1 and w[: len(prefix)] == prefix
        }
        for names in sorted(deeper):
            inner = model.model_fields[names[-1]].annotation
            if isinstance(inner, type) and issubclass(inner, Record):
                self._left_in(depth, inner, names, written)

    def _paths(self, holder: PlanRow) -> Iterator[tuple[str, ...]]:
        """Every field path that something writes into, or counts, for the records of a holder."""
        if self.plan.levels and (holder.row is None or holder.row.level is not None):
            yield (self.plan.children,)
        if holder.row is not None:
            if holder.row.number:
                yield (holder.row.number,)
            yield from _written_by(holder)
        for container in (self.plan.root, *self.plan.rows):
            if container.holder is not holder:
                continue
            for rows in container.below.values():
                for row in rows:
                    if not self._writable(row):
                        continue
                    if row.opens is not None:
                        yield row.opens.names
                    else:
                        yield from _written_by(row)

    def _companions(self, holder: PlanRow) -> dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]:
        """Keyed fields that go into the segment of another field: dates.times["010"] with dates.requested_ship."""
        found: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}
        for container in (self.plan.root, *self.plan.rows):
            if container.holder is not holder:
                continue
            for row in (r for rows in container.below.values() for r in rows if self._writable(r)):
                if row.opens is not None or row.row is None or row.row.qualifier in (None, ANY):
                    continue
                fields = [e.field for e in row.elements if e.field is not None]
                mains = [f.names for f in fields if f.key is None]
                for field in fields:
                    if field.key is not None and mains:
                        found.setdefault(field.names, []).append((row.row.qualifier, mains[0]))
        return found


def _record_of_pick(row: PlanRow) -> tuple[str, ...]:
    """`dates` for the rows of a pick that all write fields of dates; empty when that record may be None."""
    if row.row is None or not row.row.picked or row.row.qualifier == ANY:
        return ()
    prefixes = {e.field.names[:-1] for e in row.elements if e.field is not None}
    (only,) = prefixes if len(prefixes) == 1 else ((),)
    return () if not only or fetch("r", row.model, (*only, ""))[0] else only


def _written_by(row: PlanRow) -> Iterator[tuple[str, ...]]:
    for element in row.elements:
        if element.parts and element.slot is not None:
            yield element.slot.names
        elif element.field is not None:
            yield element.field.names


def _written(row: PlanRow) -> list[str]:
    """Names of the fields below a row, for a message."""
    below = (r for rows in row.below.values() for r in rows)
    return sorted(
        {
            ".".join(r.opens.names) if r.opens else ".".join(n)
            for r in below
            for n in [*_written_by(r), ("",)]
            if r.opens or n != ("",)
        }
    )


def _filled(model: type[Record], record: str, name: str) -> str:
    if typing.get_origin(model.model_fields[name].annotation) in (tuple, dict):
        return f"{record}.{name}"
    return f"{record}.{name} is not None"

"""Makes Python of a plan: one function that reads a clean set into nested dicts in a single pass.

Clean means that the checker found nothing that a conversion could stumble on, so the text of each element is known
to be what its type says. The code does what careful.py does, only faster; tests hold them equal. Called by read.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from edi_gateway.mapping import convert
from edi_gateway.mapping.careful import follows
from edi_gateway.mapping.files.notation import ANY, Condition
from edi_gateway.mapping.files.tree import LEVEL
from edi_gateway.mapping.generate.record import RecordEmitter, groups, reach
from edi_gateway.mapping.hierarchy import HL_ELEMENTS, ROOT
from edi_gateway.mapping.plan import Plan, PlanRow

#: (segments, nodes, component separator, repetition separator, where HLs hang as hierarchy.py says) -> root, unmapped
#: spots, codes not in their table.
FastReader = Callable[
    [Sequence[list[str]], Sequence[int], str, "str | None", Mapping[int, int]],
    tuple[dict[str, Any], list[tuple[int, int, int, int]], list[tuple[int, int, str, str, str]]],
]


def generate(plan: Plan) -> FastReader:
    """The function for a plan. Its source is kept on it as `__doc__`, for whoever wants to look."""
    writer = _Generator(plan)
    source = writer.source()
    scope: dict[str, Any] = {
        "Decimal": Decimal,
        "day": date.fromisoformat,
        "read_date": convert.read_date,
        "read_number": convert.read_number,
        "groups": groups,
        "follows": follows,
        "NOTHING": {},
        **writer.constants,
    }
    exec(compile(source, f"<reader of {plan.mapping.set_code} at {plan.version}>", "exec"), scope)
    made: FastReader = scope["read"]
    made.__doc__ = source
    return made


class _Generator(RecordEmitter):
    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.containers: dict[int, list[PlanRow]] = {}
        for row in (plan.root, *plan.rows):
            for node in row.below:
                self.containers.setdefault(node, []).append(row)

    def source(self) -> str:
        self.emit(0, "def read(segments, nodes, C, R, H):")
        self.emit(1, "root = {}; un = []; notes = []; total = len(nodes)")
        for row in self.plan.rows:
            if row.opens is not None and row.below:
                self.emit(1, f"r{row.ordinal} = NOTHING")
        for node in sorted(self.plan.openers):
            if self._doubtful(node):
                self.emit(1, f"k{node} = 0")
        if self.plan.levels:
            self.emit(1, f"W = {{{ROOT}: root}}")
        self.emit(1, "i = -1")
        self.emit(1, "for s in segments:")
        self.emit(2, "i += 1; g = nodes[i]; n = len(s)")
        self._tree(2, sorted(self.containers))
        self.emit(1, "return root, un, notes")
        return "\n".join(self.lines)

    # -- which node

    def _tree(self, depth: int, nodes: list[int]) -> None:
        """Finds the node by halves; what is no node of the mapping is unmapped."""
        if len(nodes) == 1:
            node = nodes[0]
            self.emit(depth, f"if g == {node}: # {self.plan.nodes[node].selector}")
            self._node(depth + 1, node)
            self.emit(depth, "else:")
            last = len(self.plan.nodes) - 1
            self.emit(depth + 1, f"if g != 0 and g != {last}: un.append((i, 0, 0, 0))")
            return
        middle = len(nodes) // 2
        self.emit(depth, f"if g < {nodes[middle]}:")
        self._tree(depth + 1, nodes[:middle])
        self.emit(depth, "else:")
        self._tree(depth + 1, nodes[middle:])

    def _doubtful(self, node: int) -> bool:
        """Whether it must be remembered which row took the segment that opened the loop of a node."""
        containers = self.containers.get(node, [])
        if len(containers) != 1 or not self._certain(containers[0]):
            return True
        rows = containers[0].below[node]
        return node == self.plan.hierarchy or not rows[0].always

    def _certain(self, container: PlanRow) -> bool:
        return container.node is None or not self._doubtful(container.node.index)

    def _node(self, depth: int, node: int) -> None:
        if node == self.plan.hierarchy:
            self._levels(depth, node)
            return
        containers = self.containers[node]
        if len(containers) == 1 and self._certain(containers[0]):
            self._rows(depth, node, containers[0])
            return
        word = "if"
        for container in containers:
            assert container.node is not None
            self.emit(depth, f"{word} k{container.node.index} == {container.ordinal}:")
            self._rows(depth + 1, node, container)
            word = "elif"
        self.emit(depth, "else:")
        self._nobody(depth + 1, node)

    def _levels(self, depth: int, node: int) -> None:
        """An HL: its level picks the rows, and its record goes to the one that H hangs it on."""
        self.emit(depth, "u = H.get(i)")
        self.emit(depth, "if u is None:")
        self._nobody(depth + 1, node)
        for code, row in self.plan.levels.items():
            self.emit(depth, f"elif s[3] == {code!r}:")
            self.emit(depth + 1, f"k{node} = {row.ordinal}")
            if row.opens is not None:
                self.emit(depth + 1, f"r{row.ordinal} = W[i] = {{{LEVEL!r}: {code!r}}}")
                name = row.opens.names[-1]
                self.emit(depth + 1, f"W[u].setdefault({name!r}, []).append(r{row.ordinal})")
        beyond = HL_ELEMENTS + 1
        self.emit(depth, f"if n > {beyond} and u is not None:")
        self.emit(depth + 1, f"un.extend([(i, p, 0, 0) for p in range({beyond}, n) if s[p]])")

    def _nobody(self, depth: int, node: int) -> None:
        self.emit(depth, "un.append((i, 0, 0, 0))")
        if node in self.plan.openers and self._doubtful(node):
            self.emit(depth, f"k{node} = 0")

    def _rows(self, depth: int, node: int, container: PlanRow) -> None:
        rows = list(container.below[node])
        word = "if"
        while rows:
            picked = _picked_alike(rows)
            row = rows[0]
            rows = rows[len(picked) or 1 :]
            tests = self._group_tests(picked, container) if picked else self._tests(row, container)
            if not tests:
                if word != "if":
                    self.emit(depth, "else:")
                    self._body(depth + 1, row, container, ())
                else:
                    self._body(depth, row, container, ())
                return
            self.emit(depth, f"{word} {' and '.join(tests)}:")
            self._body(depth + 1, row, container, picked)
            word = "elif"
        self.emit(depth, "else:")
        self._nobody(depth + 1, node)

    # -- whether a row takes the segment

    def _tests(self, row: PlanRow, container: PlanRow) -> list[str]:
        assert row.row is not None
        tests: list[str] = []
        if row.row.qualifier == ANY:
            tests.append("n > 1 and s[1]")
        elif row.row.qualifier is not None:
            tests.append(f"n > 1 and s[1] == {row.row.qualifier!r}")
        for condition in row.row.conditions:
            tests += self._condition(condition, row)
        if row.row.one and row.opens is not None:
            tests.append(f"{row.opens.names[-1]!r} not in {_peek(_variable(container), row.opens.names)}")
        if row.opens is None:
            tests += self._not_taken(row, container)
            tests += self._something(row)
        return tests

    def _group_tests(self, picked: Sequence[PlanRow], container: PlanRow) -> list[str]:
        first = picked[0]
        assert first.row is not None
        fields = {row.row.qualifier: _main(row).names[-1] for row in picked if row.row is not None}
        name = self.constant("P", fields)
        tests = [f"n > 1 and (f := {name}.get(s[1])) is not None"]
        for condition in first.row.conditions:
            tests += self._condition(condition, first)
        tests.append(f"f not in {_peek(_variable(container), _main(first).names)}")
        return tests

    def _condition(self, condition: Condition, row: PlanRow) -> list[str]:
        p = condition.element
        match condition.word:
            case "present":
                return [f"n > {p} and s[{p}]"]
            case "absent":
                return [f"(n <= {p} or not s[{p}])"]
            case "is" | "not":
                negation = "" if condition.word == "is" else "not "
                return [f"(s[{p}] if n > {p} else '') {negation}in {condition.codes!r}"]
        beyond = max(row.read_positions) + 1
        tests = [f"(n <= {p} or not s[{p}])" for p in sorted(row.rival_positions) if p < beyond]
        after = [p for p in row.rival_positions if p >= beyond]
        if after:
            tests.append(f"(n <= {beyond} or not any(s[{beyond}:{max(after) + 1}]))")
        assert row.node is not None
        if row.rival_nodes:
            low, high = row.node.index, row.node.last
            name = self.constant("B", row.rival_nodes)
            tests.append(
                f"not ({low} < (nodes[i + 1] if i + 1 < total else -1) <= {high} and follows(nodes, i, {high}, {name}))"
            )
        return tests

    def _not_taken(self, row: PlanRow, container: PlanRow) -> list[str]:
        assert row.node is not None
        tests: list[str] = []
        for element in row.elements:
            path = element.field
            if path is None or path.many:
                continue
            if row.node.max == 1 and path.key is None and self._only_reader(row, container, path.names):
                continue
            home = _peek(_variable(container), path.names)
            if path.key is not None:
                tests.append(
                    f"(s[{path.key}] if n > {path.key} else '') not in {home}.get({path.names[-1]!r}, NOTHING)"
                )
            else:
                tests.append(f"{path.names[-1]!r} not in {home}")
        return tests

    def _only_reader(self, row: PlanRow, container: PlanRow, names: tuple[str, ...]) -> bool:
        home = _variable(container)
        return not any(
            other is not row
            and other.opens is None
            and _variable(around) == home
            and element.field.names == names
            for around in (self.plan.root, *self.plan.rows)
            for rows in around.below.values()
            for other in rows
            for element in other.elements
            if element.field is not None
        )

    def _something(self, row: PlanRow) -> list[str]:
        assert row.row is not None
        positions = sorted({p for e in row.elements for p in e.positions})
        if any(c.word == "present" and c.element in positions for c in row.row.conditions):
            return []
        if row.row.qualifier is None and set(positions) >= set(range(1, row.width + 1)):
            return []
        given = [f"(n > {p} and s[{p}])" for p in positions]
        if row.row.qualifier is None:
            given.append("not any(s[1:])")
        return [f"({' or '.join(given)})"] if given else ["False"]

    # -- what the row makes of it

    def _body(self, depth: int, row: PlanRow, container: PlanRow, picked: Sequence[PlanRow]) -> None:
        around = _variable(container)
        assert row.node is not None
        assert row.row is not None
        record = around
        if row.opens is not None:
            record = f"r{row.ordinal}" if row.below else "d"
            name = row.opens.names[-1]
            if row.row.number:
                self.emit(depth, f"L = {reach(around, row.opens.names)}.setdefault({name!r}, [])")
                self.emit(depth, f"{record} = {{{row.row.number!r}: len(L) + 1}}")
            else:
                self.emit(depth, f"{record} = {{}}")
        self._elements(depth, row, record, picked)
        if row.opens is not None:
            self._keep(depth, row, around, record)
        if row.node.index in self.plan.openers and self._doubtful(row.node.index):
            self.emit(depth, f"k{row.node.index} = {row.ordinal}")

    def _keep(self, depth: int, row: PlanRow, around: str, record: str) -> None:
        assert row.opens is not None
        assert row.row is not None
        assert row.node is not None
        name, home = row.opens.names[-1], reach(around, row.opens.names)
        kept = (
            f"{home}.setdefault({name!r}, []).append({record})"
            if row.row.each
            else f"{home}[{name!r}] = {record}"
        )
        if row.row.number:
            self.emit(depth, f"L.append({record})")
        elif row.node.opens_loop:
            self.emit(depth, kept)
        else:
            self.emit(depth, f"if {record}: {kept}")
            self.emit(depth, "else: un = [u for u in un if u[0] != i]; un.append((i, 0, 0, 0))")


def _variable(container: PlanRow) -> str:
    """The dict that the fields of rows below a container go to."""
    holder = container.holder
    return "root" if holder.node is None else f"r{holder.ordinal}"


def _peek(record: str, names: tuple[str, ...]) -> str:
    return record + "".join(f".get({name!r}, NOTHING)" for name in names[:-1])


def _main(row: PlanRow) -> Any:
    return next(e.field for e in row.elements if e.field is not None and e.field.key is None)


def _picked_alike(rows: Sequence[PlanRow]) -> list[PlanRow]:
    """The rows in front that one `pick` made and that differ only in their field: one lookup serves them all."""
    alike: list[PlanRow] = []
    shape = None
    for row in rows:
        if row.row is None or not row.row.picked or row.row.qualifier == ANY:
            break
        plain = [e for e in row.elements if e.field is not None and e.field.key is None]
        if len(plain) != 1 or plain[0].table is not None or plain[0].composite or plain[0].field is None:
            break
        told = [
            (e.element.first, e.converter, e.field.names[:-1] if e is plain[0] else e.field)
            for e in row.elements
            if e.field is not None
        ]
        if shape is not None and told != shape:
            break
        shape = told
        alike.append(row)
    return alike

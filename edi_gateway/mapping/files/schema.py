"""Checks rows against the standard and the document model: every segment, element and field must exist and fit.

Takes the rows of notation.py, the dictionary's versions of the set and the model; gives problems with file and line.
Called by catalog.py. What a row means while reading and writing is plan.py's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edi_gateway.mapping import convert
from edi_gateway.mapping.files.fields import Slot, required_fields, slot
from edi_gateway.mapping.files.levels import records_of
from edi_gateway.mapping.files.notation import ANY, Element, FieldPath, Row
from edi_gateway.mapping.files.problems import Origin, Problems
from edi_gateway.mapping.files.tables import Table
from edi_gateway.mapping.files.tree import LEVEL, LOOP, Tree
from edi_gateway.model.documents.record import Record
from edi_gateway.x12.dictionary import VERSIONS, Dictionary, LoopPart, Part, Use, dictionary


def places(body: tuple[Part, ...], loops: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place of a set, as a selector without qualifiers: REF, N1, N1/N3. A loop is named by its first segment."""
    for part in body:
        if isinstance(part, LoopPart):
            inside = (*loops, part.id)
            yield "/".join(inside)
            yield from places(part.parts[1:], inside)
        else:
            yield "/".join((*loops, part.tag))


@dataclass(slots=True)
class Standard:
    """The versions of one set, and what stands where in each."""

    set_code: str
    versions: Mapping[str, Dictionary]
    places: Mapping[str, frozenset[str]]

    def use(self, version: str, tag: str, position: int) -> Use | None:
        segment = self.versions[version].segments.get(tag)
        return segment.uses[position - 1] if segment and position <= len(segment.uses) else None

    def knows(self, tag: str) -> bool:
        return any(tag in d.segments for d in self.versions.values())


def standard(set_code: str) -> Standard | None:
    """All that the dictionary has on a set; None when it has no such set."""
    versions = {v: d for v in VERSIONS if set_code in (d := dictionary(v)).sets}
    if not versions:
        return None
    return Standard(
        set_code, versions, {v: frozenset(places(d.sets[set_code].body)) for v, d in versions.items()}
    )


class Checker:
    """One pass over the rows of a mapping. `kept` are the rows that stand somewhere in the set."""

    def __init__(
        self,
        rows: tuple[Row, ...],
        model: type[Record],
        standard: Standard,
        tables: Mapping[str, Table],
        tree: Tree | None,
        problems: Problems,
    ) -> None:
        self.levels = records_of(tree, model, problems) if tree else {}
        self.standard, self.tables, self.problems = standard, tables, problems
        self.versions: dict[tuple[str, ...], list[str]] = {}
        self.kept = tuple(row for row in rows if self._has_place(row))
        self.by_selector = {row.selector: row for row in self.kept}
        self.model = model
        self.contexts: dict[str | None, type[Record] | None] = {None: model}
        self.read: dict[str | None, set[str]] = {}
        self.writers: dict[tuple[str, str | None, tuple[str, ...], str | None], tuple[str, Origin]] = {}

    def run(self) -> None:
        for row in self.kept:
            self._row(row)
        for context, model in self.contexts.items():
            if model is not None:
                self._complete(context, model)

    def _has_place(self, row: Row) -> bool:
        if any(row.place in places for places in self.standard.places.values()):
            return True
        if not row.shared:
            self.problems.add(row.at, f"the {self.standard.set_code} has no {row.place}")
        elif not self.standard.knows(row.path[-1]):
            self.problems.add(row.at, f"there is no segment {row.path[-1]}")
        return False

    def _versions(self, row: Row) -> list[str]:
        if row.path not in self.versions:
            there = [v for v, places in self.standard.places.items() if row.place in places]
            self.versions[row.path] = there
        return self.versions[row.path]

    # -- which record a row's fields belong to

    def context(self, row: Row) -> str | None:
        """Selector of the row whose record this row's fields belong to; None for the document."""
        above = row.parent
        while above is not None:
            owner = self.by_selector.get(above)
            if owner is not None and owner.opens is not None:
                return owner.selector
            above = above.rpartition("/")[0] or None
        return None

    def model_of(self, context: str | None) -> type[Record] | None:
        if context not in self.contexts:
            row = self.by_selector[context or ""]
            if row.level is not None:
                return self.levels.get(row.level)
            outer = self.model_of(self.context(row))
            found = slot(outer, row.opens) if outer and row.opens else None
            self.contexts[context] = found.record if isinstance(found, Slot) else None
        return self.contexts[context]

    # -- a row

    def _has_opener(self, row: Row) -> bool:
        """The loop that a row stands in must have a row for its first segment, unless no row takes that at all."""
        above = row.parent
        while above is not None:
            plain = "/".join(row.path[: above.count("/") + 1])
            if above not in self.by_selector and ("*" in above or any(r.place == plain for r in self.kept)):
                self.problems.add(row.at, f"{row.selector} stands in a loop that no row {above} opens")
                return False
            above = above.rpartition("/")[0] or None
        return True

    def _row(self, row: Row) -> None:
        if not self._has_opener(row):
            return
        if row.level is not None:
            self._level(row)
            return
        context = self.context(row)
        outer = self.model_of(context)
        if outer is None:  # the row above has a mistake of its own
            return
        inner, home = outer, context
        if row.opens is not None:
            found = self._slot(outer, row.opens, row.at)
            if found is None:
                return
            wanted = "list" if row.each else "one"
            if found.mixed:
                self.problems.add(row.at, f"{row.opens} holds the levels of a tree; [tree] fills it")
                return
            if found.record is None or found.holder != wanted:
                word = "a list of records" if row.each else "a single record"
                self.problems.add(row.at, f"{row.opens} is not {word}")
                return
            inner, home = found.record, row.selector
            self.contexts.setdefault(row.selector, inner)
            self._writes(row, context, row.opens.names, None, row.at)
            self.read.setdefault(context, set()).add(row.opens.names[0])
        if row.number:
            self._number(row, inner)
        seen: dict[tuple[int, int], Element] = {}
        for element in row.elements:
            self._twice(row, element, seen)
            self._element(row, element, inner, home)

    def _level(self, row: Row) -> None:
        """The levels of a tree fill one field together, each with records of its own."""
        record = self.levels.get(row.level or "")
        if record is None or row.opens is None:  # a mistake that is told, or the document
            return
        self.contexts[row.selector] = record
        for context in (None, row.selector):
            self.read.setdefault(context, set()).add(row.opens.names[0])
        self.read[row.selector].add(LEVEL)

    def _number(self, row: Row, inner: type[Record]) -> None:
        found = slot(inner, FieldPath((row.number or "",)))
        if isinstance(found, str):
            self.problems.add(row.at, found)
        elif found.kind != "integer" or found.holder != "one":
            self.problems.add(row.at, f"number = {row.number!r}: the field counts, so it must be an integer")
        else:
            self.read.setdefault(row.selector, set()).add(found.names[0])

    def _twice(self, row: Row, element: Element, seen: dict[tuple[int, int], Element]) -> None:
        spots = [(n, 0) for n in range(element.first, element.last + 1)]
        if element.components:
            spots = [(element.first, c) for c in range(element.components[0], element.components[1] + 1)]
        if element.pairs:
            spots += [(n, 0) for n, _ in element.pairs.with_]
        for spot in spots:
            clash = (
                seen.get(spot)
                or seen.get((spot[0], 0))
                or (None if spot[1] else _any_component(seen, spot[0]))
            )
            if clash is not None:
                beneath, above = sorted((clash, element), key=lambda e: _rank(e.at))
                twice = f"as {above.name} and as {beneath.name} ({beneath.at})"
                self.problems.add(above.at, f"{row.selector} reads element {spot[0]:02d} twice: {twice}")
                return
            seen[spot] = element

    def _element(self, row: Row, element: Element, model: type[Record], context: str | None) -> None:
        if element.pairs:
            self._pairs(row, element, model, context)
            return
        field = element.compute.stated if element.compute else element.field
        if element.compute and not self._computable(element):
            return
        if field is None:
            self._fits(row, element, None)
            return
        found = self._slot(model, field, element.at)
        if found is None:
            return
        wanted = "list" if field.many else "dict" if field.key else "one"
        if found.record is not None or found.holder != wanted:
            kind = {"list": "a list: write name[]", "dict": "keyed: write name[01]", "one": "a single value"}[
                found.holder
            ]
            self.problems.add(element.at, f"{field}: the field is {'a record' if found.record else kind}")
            return
        fits = self._fits(row, element, found)
        qualifier = row.qualifier if field.key else None
        if fits and not element.compute:
            self._writes(row, context, field.names, None if qualifier == ANY else qualifier, element.at)
        self.read.setdefault(context, set()).add(field.names[0])

    def _pairs(self, row: Row, element: Element, model: type[Record], context: str | None) -> None:
        assert element.pairs is not None
        found = self._slot(model, element.pairs.each, element.at)
        if found is None:
            return
        if found.record is None or found.holder != "list":
            self.problems.add(element.at, f"{element.pairs.each} is not a list of records")
            return
        spots = [(element.first + i, name) for i, name in enumerate(element.pairs.of)]
        spots += list(element.pairs.with_)
        for position, name in spots:
            inner = self._slot(found.record, FieldPath((name,)), element.at)
            if inner is not None and (inner.record or inner.holder != "one"):
                self.problems.add(element.at, f"{name}: a single value is wanted")
            elif inner is not None:
                self._fits(row, _at_position(element, position), inner)
        for position in range(element.first, element.last + 1):
            self._fits(row, _at_position(element, position), None)
        missing = set(required_fields(found.record)) - {name for _, name in spots}
        for name in sorted(missing):
            self.problems.add(element.at, f"{found.record.__name__}.{name} is required and nothing reads it")
        spans = [e for e in row.elements if e.pairs and e.pairs.each == element.pairs.each]
        if element is not spans[0] and (element.pairs != spans[0].pairs or element.pairs.with_):
            self.problems.add(element.at, f"the spans of {element.pairs.each} do not read the same fields")
        self._writes(row, context, found.names, None, spans[0].at)
        self.read.setdefault(context, set()).add(found.names[0])

    def _computable(self, element: Element) -> bool:
        compute = element.compute
        assert compute is not None
        if not any(compute.selector in places for places in self.standard.places.values()):
            self.problems.add(element.at, f"compute: the {self.standard.set_code} has no {compute.selector}")
            return False
        if compute.selector == LOOP and compute.code is not None and compute.code not in self.levels:
            self.problems.add(element.at, f"compute: {compute.code} is no level of [tree]")
            return False
        return True

    def _slot(self, model: type[Record], path: FieldPath, at: Origin) -> Slot | None:
        found = slot(model, path)
        if isinstance(found, str):
            self.problems.add(at, found)
            return None
        return found

    def _fits(self, row: Row, element: Element, found: Slot | None) -> bool:
        """The element exists in some version, and wherever it does its type can become the field's."""
        if element.table is not None and element.table not in self.tables:
            self.problems.add(element.at, f"table = {element.table!r}: there is no such table")
            return False
        if element.convert is not None and element.convert not in convert.NAMED:
            known = ", ".join(convert.NAMED)
            self.problems.add(
                element.at, f"as = {element.convert!r}: there is no such converter; known are {known}"
            )
            return False
        tag, versions = row.path[-1], self._versions(row)
        having = [v for v in versions if self.standard.use(v, tag, element.last) is not None]
        if versions and not having:
            self.problems.add(element.at, f"{tag} has no element {element.last:02d}")
            return False
        problem = next((p for v in having if (p := self._misfit(row, element, found, v))), None)
        if problem is not None:
            self.problems.add(element.at, problem)
        return problem is None

    def _misfit(self, row: Row, element: Element, found: Slot | None, version: str) -> str | None:
        tag = row.path[-1]
        use = self.standard.use(version, tag, element.first)
        assert use is not None
        read = self.standard.versions[version]
        composite = read.composites.get(use.element)
        if composite is None and element.components:
            if not self._composite_elsewhere(tag, element.first):
                return (
                    f"{tag}{element.first:02d} is no composite; write {element.first:02d} without component"
                )
            if element.components[0] > 1:  # this version does not have it, as others do not have an element
                return None
        if composite is not None:
            if not element.components:
                return f"{tag}{element.first:02d} is a composite; write {element.first:02d}.1 for its first component"
            if element.components[1] > len(composite.uses):
                return f"{tag}{element.first:02d} has no component {element.components[1]}"
            use = composite.uses[element.components[0] - 1]
        if found is None:
            return None
        named = convert.NAMED.get(element.convert or "")
        if named is not None and named.kind != found.kind:
            return f"as = {element.convert!r} makes a {named.kind}, the field is {found.kind}"
        if element.table and found.kind != "text":
            return f"table = {element.table!r}: codes are text, the field is {found.kind}"
        if element.convert:
            return None
        kind = read.elements[use.element].type
        if not convert.fits(found.kind, kind):
            return f"{'.'.join(found.names)} is {found.kind}, {tag}{element.name} is of type {kind}"
        return None

    def _composite_elsewhere(self, tag: str, position: int) -> bool:
        """Another version made a composite of the element: what it was before is the first component there."""
        return any(
            use.element in d.composites
            for version, d in self.standard.versions.items()
            if (use := self.standard.use(version, tag, position)) is not None
        )

    def _writes(
        self, row: Row, context: str | None, names: tuple[str, ...], qualifier: str | None, at: Origin
    ) -> None:
        if not row.write:
            return
        for version in self._versions(row):
            if row.only and not version.startswith(row.only):
                continue
            mine = (row.selector, at)
            theirs = self.writers.setdefault((version, context, names, qualifier), mine)
            if theirs == mine:
                continue
            (other, beneath), (selector, where) = sorted((theirs, mine), key=lambda claim: _rank(claim[1]))
            self.problems.add(
                where,
                f"{'.'.join(names)} is written by {selector} and by {other} ({beneath}) at {version}; "
                "give one of them write = false",
            )
            return

    def _complete(self, context: str | None, model: type[Record]) -> None:
        at = self.by_selector[context].at if context else Origin(f"{self.standard.set_code}.toml", 1)
        for name in required_fields(model):
            if name not in self.read.get(context, ()):
                self.problems.add(at, f"{model.__name__}.{name} is required and no row reads it")


def _rank(at: Origin) -> int:
    """Of two rows that cannot stand together the mistake is that of the file that lies over the other."""
    return 2 if at.file.startswith("partner/") else 1 if at.file.startswith("layers/") else 0


def _any_component(seen: Mapping[tuple[int, int], Element], position: int) -> Element | None:
    return next((element for (spot, _), element in seen.items() if spot == position), None)


def _at_position(element: Element, position: int) -> Element:
    return Element(position, position, element.at)

"""What the keys of a row mean: raw rows of sources.py become Rows, or problems with file and line.

The notation is described in docs/reference/mapping.md. Nothing here knows a document model or the standard; whether
a field or an element exists is checked by schema.py. Called by catalog.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edi_gateway.mapping.files.problems import Origin, Problems
from edi_gateway.mapping.files.sources import ELSE, RawRow
from edi_gateway.mapping.files.tree import LEVEL, LOOP, Tree

_STEP = re.compile(r"([A-Z][A-Z0-9]{1,2})(?:\*(.+))?")
_FIELD = re.compile(r"([a-z_]+(?:\.[a-z_]+)*)(\[\]|\[(\d\d)\])?")
_SPAN = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
_COMPUTE = re.compile(r"(count) ([^\s*]+)(?:\*(\S+))?|(sum) ([^\s*]+)(?:\*(\S+))?-(\d\d)")
_WORDS = ("each", "one", "only", "only_if", "write", "number", "like")
#: The qualifier of a picked row that takes any code: `pick = { "*" = "amounts[01]" }`.
ANY = "*"


@dataclass(frozen=True, slots=True)
class FieldPath:
    """`dates.requested_ship`, `lines[]` (many), `amounts[01]` (keyed by what element 01 holds)."""

    names: tuple[str, ...]
    many: bool = False
    key: int | None = None

    def __str__(self) -> str:
        tail = "[]" if self.many else "" if self.key is None else f"[{self.key:02d}]"
        return ".".join(self.names) + tail


@dataclass(frozen=True, slots=True)
class Pairs:
    """`06-25 = { each, of, with }`: groups of elements become records of a list; `with_` is said once for all."""

    each: FieldPath
    of: tuple[str, ...]
    with_: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Compute:
    """`compute = "count PO1"` or `"sum PO1-02"`: counted while writing; read into `stated` and checked.

    `code`: only segments whose element 01 (of an HL: 03, its level) is this, as in `"count HL*I"`.
    """

    what: str
    selector: str
    element: int
    stated: FieldPath | None = None
    code: str | None = None

    @property
    def told_by(self) -> int:
        """The element that tells the segments apart."""
        return 3 if self.selector == LOOP else 1

    def counts(self, segment: Sequence[str]) -> bool:
        """Whether a segment at the place of `selector` is one of them."""
        return self.code is None or (len(segment) > self.told_by and segment[self.told_by] == self.code)

    @property
    def counted(self) -> str:
        return self.selector + (f"*{self.code}" if self.code else "")


@dataclass(frozen=True, slots=True)
class Element:
    """One key of a row: an element, a span of elements, or components of one, and where it goes."""

    first: int
    last: int
    at: Origin
    field: FieldPath | None = None
    components: tuple[int, int] | None = None
    table: str | None = None
    convert: str | None = None
    pairs: Pairs | None = None
    compute: Compute | None = None

    @property
    def name(self) -> str:
        """As it is written in a file: 02, 06-25, 05.1."""
        span = f"{self.first:02d}" + (f"-{self.last:02d}" if self.last != self.first else "")
        if self.components is None:
            return span
        first, last = self.components
        return f"{span}.{first}" + (f"-{last}" if last != first else "")


@dataclass(frozen=True, slots=True)
class Condition:
    """`only_if`: alone, or element NN present, absent, is one of codes, not one of codes."""

    word: str
    element: int = 0
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([f"{self.element:02d}", self.word, *self.codes]) if self.element else self.word


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the merged mapping. `selector` is its stable id; `path` the tags of its loops and its own."""

    selector: str
    file: str
    line: int
    path: tuple[str, ...]
    parent: str | None
    qualifier: str | None
    otherwise: bool
    each: FieldPath | None
    one: FieldPath | None
    elements: tuple[Element, ...]
    conditions: tuple[Condition, ...]
    only: str | None
    write: bool
    number: str | None
    picked: bool
    shared: bool
    level: str | None = None  # the row is this level of the set's [tree]: it takes its HLs

    @property
    def at(self) -> Origin:
        return Origin(self.file, self.line)

    @property
    def place(self) -> str:
        """The selector without qualifiers: which segment of the set, e.g. PO1/N1/REF."""
        return "/".join(self.path)

    @property
    def opens(self) -> FieldPath | None:
        """Where the record goes that this row makes of a segment, None when its fields belong to the one around."""
        return self.each or self.one


def rows_of(raw: Iterable[RawRow], tree: Tree | None, problems: Problems) -> tuple[Row, ...]:
    """All rows that can be understood. With a tree, `S/TD1` is the TD1 in an HL of level S."""
    return tuple(row for one in raw if (row := _row(one, tree, problems)) is not None)


def _row(raw: RawRow, tree: Tree | None, problems: Problems) -> Row | None:
    if tree is not None and raw.selector.removesuffix(ELSE) in tree.levels:
        return _level(raw, tree, problems)
    steps = _steps(raw.selector, tree)
    if steps is None:
        problems.add(raw.at, _no_selector(raw.selector, tree))
        return None
    keys = dict(raw.keys)
    value = {word: keys.pop(word, (None, raw.at)) for word in _WORDS}
    each, one = (_field(value[word], problems) for word in ("each", "one"))
    elements = tuple(e for key, (v, at) in sorted(keys.items()) for e in _elements(key, v, at, problems))
    _check_words(raw, value, each, one, problems)
    if any(value[word][0] is not None and made is None for word, made in (("each", each), ("one", one))):
        return None
    return Row(
        selector=raw.selector,
        file=raw.at.file,
        line=raw.at.line,
        path=tuple(tag for tag, _ in steps),
        parent=_parent(raw.selector),
        qualifier=steps[-1][1],
        otherwise=raw.selector.endswith(ELSE),
        each=each,
        one=one,
        elements=elements,
        conditions=_conditions(*value["only_if"], problems),
        only=value["only"][0] if isinstance(value["only"][0], str) else None,
        write=value["write"][0] is not False,
        number=value["number"][0] if isinstance(value["number"][0], str) else None,
        picked=raw.picked,
        shared=raw.shared,
    )


def _level(raw: RawRow, tree: Tree, problems: Problems) -> Row | None:
    """The row of a level. Its HL is worked out, so that there is nothing to say of it."""
    if raw.selector not in tree.levels:
        problems.add(raw.at, "a level has no else")
        return None
    for key, (_, at) in (*raw.keys.items(), *raw.picks.items()):
        problems.add(
            at, f"{key}: a level says nothing of its {tree.loop}, which is worked out; only like = may stand"
        )
    level = tree.levels[raw.selector]
    each = FieldPath((tree.children,)) if level.record else None
    elements = (Element(3, 3, raw.at, FieldPath((LEVEL,))),) if level.record else ()
    return Row(
        selector=raw.selector,
        file=raw.at.file,
        line=raw.at.line,
        path=(tree.loop,),
        parent=None,
        qualifier=None,
        otherwise=False,
        each=each,
        one=None,
        elements=elements,
        conditions=(),
        only=None,
        write=True,
        number=None,
        picked=False,
        shared=raw.shared,
        level=raw.selector,
    )


def _no_selector(selector: str, tree: Tree | None) -> str:
    first = selector.split("/")[0]
    if len(first) == 1 and first.isalnum():
        if tree is None:
            return f'"{selector}": {first} would be a level, and there is no [tree]'
        return f'"{selector}": {first} is no level of [tree]; there are {", ".join(tree.levels)}'
    if tree is not None and first.split("*")[0] == tree.loop:
        return f'"{selector}": rows of {tree.loop} loops begin with their level: S/TD1'
    return f'"{selector}" is no selector: SEG, LOOP/SEG, SEG*QUALIFIER'


def _check_words(
    raw: RawRow,
    value: dict[str, tuple[Any, Origin]],
    each: FieldPath | None,
    one: FieldPath | None,
    problems: Problems,
) -> None:
    if each and one:
        problems.add(raw.at, "a row has each or one, not both; put the second into its else")
    for target, word in ((each, "each"), (one, "one")):
        if target and (target.many or target.key):
            problems.add(value[word][1], f"{word} names a field without brackets")
    only, at = value["only"]
    if only is not None and not (isinstance(only, str) and re.fullmatch(r"00\d{1,4}", only)):
        problems.add(at, f'only = {only!r}: the first digits of a version, such as "005"')
    write, at = value["write"]
    if write not in (None, False, True):
        problems.add(at, "write is true or false")
    number, at = value["number"]
    if number is not None and not isinstance(number, str):
        problems.add(at, f"number = {number!r}: the name of a field")
    elif number is not None and each is None:
        problems.add(at, "number counts the records of an each")


def _elements(key: str, value: Any, at: Origin, problems: Problems) -> tuple[Element, ...]:
    span = _SPAN.fullmatch(key)
    if span is None or len(span[1]) != 2 or (span[2] is not None and len(span[2]) != 2):
        problems.add(at, f"{key} is neither an element (01, 03-22) nor a word of the notation")
        return ()
    element = Element(int(span[1]), int(span[2] or span[1]), at)
    if not 1 <= element.first <= element.last:
        problems.add(at, f"{key} is no span of elements")
        return ()
    if isinstance(value, str):
        return _plain(element, value, problems)
    if not isinstance(value, dict):
        problems.add(at, f"{key} = {value!r}: a field's name or a table is wanted")
        return ()
    if value and all(_SPAN.fullmatch(k) for k in value):
        return tuple(e for k, v in value.items() for e in _component(element, k, v, problems))
    if "compute" in value:
        return _computed(element, value, problems)
    if "each" in value:
        return _pairs(element, value, problems)
    return _table(element, value, problems)


def _plain(element: Element, value: str, problems: Problems) -> tuple[Element, ...]:
    field = _field((value, element.at), problems)
    if field and element.last != element.first and not field.many:
        problems.add(
            element.at, f'several elements need a list: {element.name} = "{value}[]", or each and of'
        )
        return ()
    return (replace(element, field=field),) if field else ()


def _table(element: Element, value: dict[str, Any], problems: Problems) -> tuple[Element, ...]:
    _no_others(value, ("field", "table", "as"), element.at, problems)
    if "field" not in value:
        problems.add(element.at, f"{element.name} says no field")
        return ()
    table, convert = value.get("table"), value.get("as")
    for word, given in (("table", table), ("as", convert)):
        if given is not None and not isinstance(given, str):
            problems.add(element.at, f"{word} = {given!r}: a name is wanted")
            return ()
    made = _plain(element, str(value["field"]), problems)
    return tuple(replace(e, table=table, convert=convert) for e in made)


def _component(element: Element, key: str, value: Any, problems: Problems) -> tuple[Element, ...]:
    span = _SPAN.fullmatch(key)
    assert span is not None
    components = (int(span[1]), int(span[2] or span[1]))
    inner = replace(element, components=components)
    if element.first != element.last or not 1 <= components[0] <= components[1]:
        problems.add(element.at, f"{inner.name}: components are of one element")
        return ()
    if isinstance(value, dict):
        return _table(inner, value, problems)
    made = _field((value, element.at), problems)
    if made and components[0] != components[1] and not made.many:
        problems.add(element.at, f'several components need a list: {inner.name} = "{value}[]"')
    return (replace(inner, field=made),) if made else ()


def _pairs(element: Element, value: dict[str, Any], problems: Problems) -> tuple[Element, ...]:
    _no_others(value, ("each", "of", "with"), element.at, problems)
    each = _field((value["each"], element.at), problems)
    of, with_ = value.get("of"), value.get("with", {})
    if not isinstance(of, list) or not of or not all(isinstance(name, str) for name in of):
        problems.add(
            element.at, f'{element.name}: of lists the fields of a record, such as ["qualifier", "value"]'
        )
        return ()
    if not isinstance(with_, dict) or not all(re.fullmatch(r"\d\d", key) for key in with_):
        problems.add(element.at, f'{element.name}: with names elements and fields: {{ 01 = "unit" }}')
        return ()
    if (element.last - element.first + 1) % len(of):
        problems.add(element.at, f"{element.name} cannot be divided into groups of {len(of)}")
    shared = tuple((int(key), str(name)) for key, name in with_.items())
    return (replace(element, pairs=Pairs(each, tuple(of), shared)),) if each else ()


def _computed(element: Element, value: dict[str, Any], problems: Problems) -> tuple[Element, ...]:
    _no_others(value, ("compute", "stated"), element.at, problems)
    found = _COMPUTE.fullmatch(str(value["compute"]))
    if found is None:
        problems.add(element.at, f'compute = {value["compute"]!r}: "count SELECTOR" or "sum SELECTOR-NN"')
        return ()
    stated = _field((value["stated"], element.at), problems) if "stated" in value else None
    what, selector, code = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    compute = Compute(what, selector, int(found[7] or 0), stated, code)
    return (replace(element, compute=compute),)


def _no_others(value: dict[str, Any], known: tuple[str, ...], at: Origin, problems: Problems) -> None:
    for key in value:
        if key not in known:
            problems.add(at, f"{key} is not known here; known are {', '.join(known)}")


def _conditions(value: Any, at: Origin, problems: Problems) -> tuple[Condition, ...]:
    texts = [] if value is None else value if isinstance(value, list) else [value]
    made: list[Condition] = []
    for text in texts:
        match str(text).split():
            case ["alone"]:
                made.append(Condition("alone"))
            case [nn, ("present" | "absent") as word] if re.fullmatch(r"\d\d", nn):
                made.append(Condition(word, int(nn)))
            case [nn, ("is" | "not") as word, _, *_] as words if re.fullmatch(r"\d\d", nn):
                made.append(Condition(word, int(nn), tuple(words[2:])))
            case _:
                problems.add(
                    at, f'only_if = {text!r}: "alone", "NN present", "NN absent", "NN is A B", "NN not A B"'
                )
    return tuple(made)


def _field(given: tuple[Any, Origin], problems: Problems) -> FieldPath | None:
    value, at = given
    if value is None:
        return None
    found = _FIELD.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        problems.add(at, f"{value!r} is no field: name, record.name, name[], name[01]")
        return None
    return FieldPath(tuple(found[1].split(".")), found[2] == "[]", int(found[3]) if found[3] else None)


def _steps(selector: str, tree: Tree | None) -> list[tuple[str, str | None]] | None:
    steps: list[tuple[str, str | None]] = []
    for number, text in enumerate(selector.replace(ELSE, "").split("/")):
        if tree is not None and not number and text in tree.levels:
            steps.append((tree.loop, None))
            continue
        found = _STEP.fullmatch(text)
        if found is None or (tree is not None and not number and found[1] == tree.loop):
            return None
        steps.append((found[1], found[2]))
    return steps


def _parent(selector: str) -> str | None:
    above, slash, _ = selector.rpartition("/")
    return above if slash else None

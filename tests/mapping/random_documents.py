"""Random canonical documents for the law read(write(m)) == m, made along the rows that write them.

Their domain is the one that docs/reference/mapping.md states: what a row that is asked first would take does not
stand in the list of the rows after it, texts fit their elements, a record is not empty, totals of an 855 are right.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from edi_gateway.mapping.convert import Converter
from edi_gateway.mapping.files.notation import ANY
from edi_gateway.mapping.plan import Plan, PlanElement, PlanRow

_LETTERS = string.ascii_uppercase + string.digits
_LIKELY = 3


def random_document(seed: int, plan: Plan) -> dict[str, Any]:
    """A document as nested dicts; one number makes it."""
    draw = Random(seed)
    root: dict[str, Any] = {}
    _below(draw, plan, plan.root, root)
    if plan.levels:
        top = next(row for row in plan.levels.values() if row.opens is None)
        _below(draw, plan, top, root)
        _beneath(draw, plan, root, depth=0)
        _put(root, ("stated_totals", "line_count"), 1 + len(list(_walk(root))))
        shipped = (level.get("shipped_quantity") or Decimal(0) for level in _walk(root))
        _put(root, ("stated_totals", "hash"), sum(shipped, Decimal(0)))
        return root
    for _, element in plan.computed():
        assert element.compute is not None
        _put(root, _names(element), _computed(root, element.compute.what))
    return root


def _beneath(draw: Random, plan: Plan, record: dict[str, Any], depth: int) -> None:
    """Levels of any kind beneath a record, fewer the deeper it lies."""
    for _ in range(draw.randint(0, max(0, 3 - depth))):
        row = draw.choice([row for row in plan.levels.values() if row.opens is not None])
        assert row.row is not None
        made: dict[str, Any] = {"level": row.row.level}
        _below(draw, plan, row, made)
        _beneath(draw, plan, made, depth + 1)
        record.setdefault("children", []).append(made)


def _walk(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in record.get("children", ()):
        yield child
        yield from _walk(child)


def _computed(root: dict[str, Any], what: str) -> Any:
    lines = root.get("lines") or [item for group in root.get("groups", ()) for item in group.get("items", ())]
    if not lines and not root.get("stated_totals"):
        return None
    if what == "count":
        return len(lines)
    return sum((line.get("quantity") or Decimal(0) for line in lines), Decimal(0))


def _below(draw: Random, plan: Plan, container: PlanRow, record: dict[str, Any]) -> None:
    for node, rows in container.below.items():
        if node == plan.hierarchy:
            continue
        for number, row in enumerate(rows):
            _row(draw, plan, row, rows[:number], record)


def _row(draw: Random, plan: Plan, row: PlanRow, before: list[PlanRow], record: dict[str, Any]) -> None:
    told = row.row
    assert told is not None
    if not told.write or (told.only and not plan.version.startswith(told.only)):
        return
    if row.opens is not None:
        _records(draw, plan, row, before, record)
    elif row.spread is not None:
        if _maybe(draw):
            _element(draw, row, row.spread, record)
    elif told.qualifier == ANY:
        main = next(e for e in row.elements if e.field is not None)
        keys = draw.sample(("1", "TT", "ZZ"), draw.randint(0, 2))
        for key in keys:
            _put(record, (*_names(main), key), _value(draw, main.converter, main.maximum))
    else:
        _fields(draw, row, record)
        computed = any(e.compute for e in row.elements) and record.get("lines")
        if computed or any(_get(record, _names(e)) is not None for e in row.elements):
            _below(draw, plan, row, record)  # a segment below needs the one that opens its loop


def _records(draw: Random, plan: Plan, row: PlanRow, before: list[PlanRow], record: dict[str, Any]) -> None:
    assert row.opens is not None
    assert row.row is not None
    several = row.row.each is not None
    if any(b.row and b.row.one and _get(record, b.opens.names) is None for b in before if b.opens):
        return
    rivals = {p for b in before for p in b.rival_positions}
    wanted = sum(_maybe(draw) for _ in range(2)) if several else int(_maybe(draw))
    if row.node is not None and row.node.requirement == "M":
        wanted = max(wanted, 1)
    made: list[dict[str, Any]] = []
    for number in range(wanted):
        inner: dict[str, Any] = {}
        if row.row.number:
            inner[row.row.number] = number + 1
        _fields(draw, row, inner, rivals)
        if not rivals:
            _spare(row, before, inner)
        _below(draw, plan, row, inner)
        made.append(inner)
    if made:
        _put(record, row.opens.names, made if several else made[0])


def _spare(row: PlanRow, before: list[PlanRow], record: dict[str, Any]) -> None:
    """A qualifier that a row before this one owns would send the record there (G62, whose codes are short)."""
    owned = {b.row.qualifier for b in before if b.row is not None}
    first = next((e for e in row.elements if e.element.first == 1 and e.field is not None), None)
    if first is not None and record.get(_names(first)[-1]) in owned - {None}:
        record[_names(first)[-1]] = "ZZ"


def _fields(draw: Random, row: PlanRow, record: dict[str, Any], rivals: set[int] | None = None) -> None:
    """Required fields always, one of the rivals' always, so that no row before this one takes the segment."""
    assert row.node is not None
    required = {n for n, f in row.model.model_fields.items() if f.is_required()} if row.opens else set()
    if row.row and not row.row.parent and not row.opens:
        required = {n for n, f in row.model.model_fields.items() if f.is_required()}
    forced = next((e for e in row.elements if rivals and e.element.first in rivals), None)
    kept = [e for e in row.elements if e.compute is None]
    whole = row.opens is not None or row.node.requirement == "M"  # LE ends what LS began
    for number, element in enumerate(kept):
        names = _names(element)
        first = number == 0 and whole
        if first or element is forced or names[-1] in required or (len(names) == 1 and _maybe(draw)):
            _element(draw, row, element, record)
        elif len(names) > 1 and _maybe(draw):
            _dotted(draw, row, element, record)


def _dotted(draw: Random, row: PlanRow, element: PlanElement, record: dict[str, Any]) -> None:
    """A keyed companion (dates.times) stands only with the field that its segment is written for."""
    assert row.row is not None
    if element.field is None or element.field.key is None:
        _element(draw, row, element, record)
        return
    main = next(e for e in row.elements if e.field is not None and e.field.key is None)
    if _get(record, _names(main)) is not None:
        value = _value(draw, element.converter, element.maximum)
        _put(record, (*element.field.names, row.row.qualifier or ""), value)


def _element(draw: Random, row: PlanRow, element: PlanElement, record: dict[str, Any]) -> None:
    if element.parts:
        spans = [e for e in row.elements if e.parts and _names(e) == _names(element)]
        most = sum(len(e.positions) // len(e.parts) for e in spans)
        groups = draw.randint(1, min(3, most) if row.spread is None else 12)
        said = {p.name: _value(draw, p.converter, p.maximum) for p in element.shared if _maybe(draw)}
        listed = [
            {p.name: _value(draw, p.converter, p.maximum) for p in element.parts} | said
            for _ in range(groups)
        ]
        _put(record, _names(element), listed)
        return
    assert element.field is not None
    if element.field.key is not None:
        return
    size = min(element.sizes)
    value: Any = _value(draw, element.converter, size)
    if element.field.many:
        value = [value, *(_value(draw, element.converter, size) for _ in range(int(_maybe(draw))))]
    _put(record, element.field.names, value)


def _value(draw: Random, converter: Converter | None, maximum: int) -> Any:
    assert converter is not None
    match converter.kind:
        case "date":
            return date(1970, 1, 1) + timedelta(draw.randint(0, 36000))
        case "integer":
            return draw.randint(0, 10 ** min(maximum, 5) - 1)
        case "number":
            digits = draw.randint(-(10 ** min(maximum, 7)) + 1, 10 ** min(maximum, 7) - 1)
            return Decimal(digits).scaleb(-2 if maximum > 2 else 0)
        case _:
            return "".join(draw.choices(_LETTERS, k=draw.randint(1, min(maximum, 6))))


def _maybe(draw: Random) -> bool:
    return draw.randint(0, _LIKELY) == 0


def _names(element: PlanElement) -> tuple[str, ...]:
    if element.parts and element.slot is not None:
        return element.slot.names
    assert element.field is not None
    return element.field.names


def _get(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names[:-1]:
        record = record.get(name, {})
    return record.get(names[-1])


def _put(record: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    for name in names[:-1]:
        record = record.setdefault(name, {})
    if value is not None:
        record[names[-1]] = value

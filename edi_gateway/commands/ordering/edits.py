"""A value of an order that somebody sets: `lines[2].price`, `dates.ship_not_before`, `lines[0].sku`.

Takes a canonical path (lines counted from 0, as findings name them) and a text; gives a document in which it is
so. The document as received stays; edits are laid over it whenever the order is judged. Called by orders.py and
rejudge.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.orders.judging.revision import pair_lines
from edi_gateway.store.book.orders import Edit

SKU: Final = "sku"  # which item of ours a line means: no field of the document, but of its judgement
_LINE: Final = re.compile(r"lines\[(\d{1,6})\]\.(.+)")
# what the buyer recognises its order by, and what it only states, is not ours to set
_NOT_OURS: Final = frozenset(
    {
        "po_number",
        "release_number",
        "purpose",
        "buyer_line",
        "line",
        "lines",
        "stated_totals",
        "ack_requested",
    }
)


class NotSettable(ValueError):
    """Why a value cannot be set, as a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: a line (from 1) or None for the header, and the dotted field in it."""

    line: int | None
    field: str


def place(document: PurchaseOrder, path: str) -> Place:
    """The place that a path names; raises NotSettable."""
    match = _LINE.fullmatch(path.strip())
    line, field = (int(match[1]) + 1, match[2]) if match else (None, path.strip())
    if line is not None and line > len(document.lines):
        raise NotSettable(
            f"there is no {path.split('.')[0]}: the lines are lines[0] to lines[{len(document.lines) - 1}]"
        )
    if field.split(".")[0] in _NOT_OURS:
        raise NotSettable(f"{field} is the buyer's own word and cannot be set")
    if not (line is not None and field == SKU):
        _annotation(PurchaseOrder if line is None else Line, field)
    return Place(line, field)


def value(document: PurchaseOrder, where: Place) -> str | None:
    """What stands there, as text."""
    if where.field == SKU:
        return None
    found = _found(document if where.line is None else document.lines[where.line - 1], where.field)
    return None if found is None else str(found)


def check(where: Place, text: str | None) -> None:
    """Raise NotSettable when the text is no value for that place."""
    if where.field == SKU:
        if not text:
            raise NotSettable("name the item")
        return
    _parsed(where, text)


def laid_over(
    document: PurchaseOrder, edits: Sequence[Edit]
) -> tuple[PurchaseOrder, dict[int, dict[str, Any]]]:
    """The document with the edits in it, and which items were settled: line -> {"sku": ...}."""
    items: dict[int, dict[str, Any]] = {}
    lines = list(document.lines)
    for edit in edits:
        if edit.line is not None and edit.line > len(lines):
            continue
        if edit.field == SKU and edit.line is not None:
            items[edit.line] = {SKU: edit.now}
            continue
        parsed = _parsed(Place(edit.line, edit.field), edit.now)
        names = edit.field.split(".")
        if edit.line is None:
            document = _with(document, names, parsed)
        else:
            lines[edit.line - 1] = _with(lines[edit.line - 1], names, parsed)
    return document.model_copy(update={"lines": tuple(lines)}), items


@dataclass(frozen=True, slots=True)
class Overruled:
    """A value that somebody had set and that the buyer's change has touched. `theirs`: what stands there now, None
    also when the line is gone."""

    edit: Edit
    theirs: str | None
    gone: bool = False

    @property
    def path(self) -> str:
        return self.edit.field if self.edit.line is None else f"lines[{self.edit.line - 1}].{self.edit.field}"


def after_change(
    was: PurchaseOrder, now: PurchaseOrder, edits: Sequence[Edit]
) -> tuple[list[Edit], list[Overruled]]:
    """What a buyer's change leaves of what people set: edits of what it does not touch, at the line's new place, and
    those that it overrules. A price, a quantity and their unit go together, and all fall when the item changes."""
    paired = {before + 1: after + 1 for before, after in pair_lines(was.lines, now.lines).pairs}
    kept: list[Edit] = []
    overruled: list[Overruled] = []
    for edit in edits:
        if edit.line is None:
            theirs = value(now, Place(None, edit.field))
            untouched = theirs == value(was, Place(None, edit.field))
        elif edit.line not in paired:
            overruled.append(Overruled(edit, None, gone=True))
            continue
        else:
            before, after = was.lines[edit.line - 1], now.lines[paired[edit.line] - 1]
            theirs = value(now, Place(after.line, edit.field))
            names = _TOGETHER.get(edit.field, (edit.field,))
            untouched = all(_found(before, name) == _found(after, name) for name in names)
        if untouched:
            kept.append(edit if edit.line is None else replace(edit, line=paired[edit.line]))
        else:
            overruled.append(Overruled(edit, theirs))
    return kept, overruled


_TOGETHER: Final = {
    SKU: ("ids",),
    "quantity": ("quantity", "unit", "ids"),
    "unit": ("unit", "quantity", "price", "price_basis", "ids"),
    "price": ("price", "price_basis", "unit", "ids"),
    "price_basis": ("price", "price_basis", "unit", "ids"),
}


def _found(record: Any, field: str) -> Any:
    for name in field.split("."):
        record = getattr(record, name)
    return record


def _with(record: Any, names: Sequence[str], parsed: Any) -> Any:
    name, *deeper = names
    return record.model_copy(
        update={name: _with(getattr(record, name), deeper, parsed) if deeper else parsed}
    )


def _parsed(where: Place, text: str | None) -> Any:
    annotation = _annotation(PurchaseOrder if where.line is None else Line, where.field)
    try:
        return TypeAdapter(annotation).validate_python(text or None)
    except ValidationError as error:
        raise NotSettable(f"{text!r} is no value for {where.field}: {error.errors()[0]['msg']}") from None


def _annotation(model: type[BaseModel], field: str) -> Any:
    """The type of a dotted field whose value is a single one."""
    name, _, deeper = field.partition(".")
    known = model.model_fields.get(name)
    if known is None:
        raise NotSettable(f"there is no value {name} in an order")
    annotation: Any = known.annotation
    if deeper:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return _annotation(annotation, deeper)
        raise NotSettable(f"{name} holds no single values that could be set one by one")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        raise NotSettable(
            f"{name} is made of several values: name one of them, as {name}.{next(iter(annotation.model_fields))}"
        )
    if "tuple" in str(annotation) or "dict" in str(annotation):
        raise NotSettable(f"{name} is a list; correct the document and replay it instead")
    return Annotated[annotation, *known.metadata] if known.metadata else annotation

"""What a document model says about a field path: its type, and whether it is one value, a list or a dict.

Takes a pydantic model and a FieldPath, gives a Slot or the reason why there is none. Called by schema.py and plan.py.
"""

from __future__ import annotations

import difflib
import types
import typing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from edi_gateway.mapping.files.notation import FieldPath
from edi_gateway.model.documents.record import Record

Kind = Literal["text", "number", "integer", "date", "record"]
Holder = Literal["one", "list", "dict"]
_KINDS: dict[type, Kind] = {str: "text", Decimal: "number", int: "integer", date: "date"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a model. `through` says for each record on the way whether it may be None.

    `mixed`: its records are of several kinds (`record` is one of them); only the levels of a tree are.
    """

    names: tuple[str, ...]
    kind: Kind
    holder: Holder
    record: type[Record] | None
    required: bool
    through: tuple[bool, ...] = ()
    mixed: bool = False


def slot(model: type[Record], path: FieldPath) -> Slot | str:
    """The slot of a path in a model, or what is wrong with the path."""
    through: list[bool] = []
    for name in path.names[:-1]:
        step = _field(model, name)
        if step is None:
            return f"{model.__name__} has no field {name}{_near(model, name)}"
        if step.record is None or step.holder != "one":
            return f"{model.__name__}.{name} is no single record; {path} leads nowhere"
        through.append(may_be_none(model, name))
        model = step.record
    found = _field(model, path.names[-1])
    if found is None:
        return f"{model.__name__} has no field {path.names[-1]}{_near(model, path.names[-1])}"
    return Slot(
        path.names, found.kind, found.holder, found.record, found.required, tuple(through), found.mixed
    )


@cache
def _field(model: type[Record], name: str) -> Slot | None:
    info = model.model_fields.get(name)
    if info is None:
        return None
    holder: Holder = "one"
    kind = _bare(info.annotation)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        holder, kind = "list", _bare(args[0])
    elif origin is dict:
        holder, kind = "dict", _bare(args[1])
    if isinstance(kind, type) and issubclass(kind, Record):
        mixed = len(members(model, name)) > 1
        return Slot((name,), "record", holder, kind, info.is_required(), mixed=mixed)
    return Slot((name,), _KINDS[kind], holder, None, info.is_required())


@cache
def members(model: type[Record], name: str) -> dict[str, type[Record]]:
    """The records that a list may hold, by their names; empty for anything that is no list of records."""
    info = model.model_fields.get(name)
    if info is None or typing.get_origin(info.annotation) is not tuple:
        return {}
    inner = typing.get_args(info.annotation)[0]
    if typing.get_origin(inner) is typing.Annotated:
        inner = typing.get_args(inner)[0]
    kinds = (
        typing.get_args(inner) if typing.get_origin(inner) in (typing.Union, types.UnionType) else (inner,)
    )
    return {kind.__name__: kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Record)}


def literals(model: type[Record], name: str) -> tuple[str, ...]:
    """The values that a field may have when its annotation lists them."""
    info = model.model_fields.get(name)
    if info is None or typing.get_origin(info.annotation) is not Literal:
        return ()
    return typing.get_args(info.annotation)


def may_be_none(model: type[Record], name: str) -> bool:
    """Whether the field's annotation allows None."""
    annotation = model.model_fields[name].annotation
    return typing.get_origin(annotation) in (typing.Union, types.UnionType) and type(None) in typing.get_args(
        annotation
    )


def _bare(annotation: Any) -> Any:
    """The type without None and without the conditions of Annotated."""
    while True:
        origin = typing.get_origin(annotation)
        if origin in (typing.Union, types.UnionType):
            annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
        elif origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin is Literal:
            annotation = type(typing.get_args(annotation)[0])
        else:
            return annotation


def required_fields(model: type[Record]) -> tuple[str, ...]:
    return tuple(name for name, info in model.model_fields.items() if info.is_required())


def _near(model: type[Record], name: str) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    return f"; did you mean {close[0]}?" if close else ""

"""The base of every canonical record, and the type of its numbers. Everything in this folder builds on it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

_set = object.__setattr__


class Record(BaseModel):
    """Base of every canonical record: frozen, unknown names refused, numbers exact."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="utf8")

    def __eq__(self, other: object) -> bool:
        """As pydantic's, without what no record has (extra and private fields): writing JSON without defaults asks
        this of every empty part of a document, and then nearly always the two are one."""
        if self is other:
            return True
        if not isinstance(other, Record):
            return NotImplemented
        return type(self) is type(other) and self.__dict__ == other.__dict__

    @classmethod
    def of_known(cls, values: dict[str, Any]) -> Self:
        """A record of values that are of its types already, because they come out of other records: the same that
        `model_validate` makes of them, in a fifth of its time, for nothing is looked at but the names. For the lines
        of an answer on the hot path; what comes from outside is validated."""
        layout = _LAYOUTS.get(cls) or _lay_out(cls)
        if not layout.required <= values.keys() or not values.keys() <= layout.fields.keys():
            return cls.model_validate(values)  # which says what is wrong
        fields = layout.fields.copy()
        for name, make in layout.factories:
            fields[name] = make()
        fields.update(values)
        record = cls.__new__(cls)
        _set(record, "__dict__", fields)
        _set(record, "__pydantic_fields_set__", set(values))
        _set(record, "__pydantic_extra__", None)
        _set(record, "__pydantic_private__", None)
        return record


class _Layout(NamedTuple):
    """All fields of a kind of record in their order, with their defaults; what makes a default anew; what must be."""

    fields: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    required: frozenset[str]


_LAYOUTS: dict[type[Record], _Layout] = {}


def _lay_out(kind: type[Record]) -> _Layout:
    known = kind.model_fields
    makers: dict[str, Any] = {n: f.default_factory for n, f in known.items() if f.default_factory is not None}
    _LAYOUTS[kind] = _Layout(
        {name: field.default for name, field in known.items()},
        tuple(makers.items()),
        frozenset(name for name, field in known.items() if field.is_required()),
    )
    return _LAYOUTS[kind]


Number = Annotated[Decimal, Field(allow_inf_nan=False)]

"""The base of every canonical record, and the type of its numbers. Everything in this folder builds on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


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


Number = Annotated[Decimal, Field(allow_inf_nan=False)]

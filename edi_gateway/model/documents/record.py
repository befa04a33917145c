"""The base of every canonical record, and the type of its numbers. Everything in this folder builds on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Base of every canonical record: frozen, unknown names refused, numbers exact."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="utf8")


Number = Annotated[Decimal, Field(allow_inf_nan=False)]

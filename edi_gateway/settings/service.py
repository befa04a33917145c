"""The section [service]: our own hours, and what comes too often."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from edi_gateway.orders.hours.working_time import WorkingHours
from edi_gateway.partners.profile import Calendar
from edi_gateway.settings.section import Section


class Service(Section):
    """Our own hours, in which cases and holds are to be seen to, and what comes too often (spec B14.2, B14.4)."""

    zone: str = Field("UTC", description="Time zone of our working hours.")
    opens: time = Field(time(), description="Working hours begin, e.g. 08:00:00 ...")
    closes: time = Field(time(), description="... and end, e.g. 17:00:00; 00:00:00: at midnight.")
    working_days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(
        (0, 1, 2, 3, 4, 5, 6), description="0 Monday ... 6 Sunday."
    )
    holidays: tuple[date, ...] = Field((), description="Days on which nobody works.")
    recurs: int = Field(
        10, ge=2, description="A cause, a partner, an item or a rule that opens so many cases ..."
    )
    recurs_days: int = Field(30, ge=1, description="... within so many days gets an improvement record.")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is no time zone: write it like America/Chicago")
        return zone

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.closes != time() and self.closes <= self.opens:
            raise ValueError("working hours end before they begin")
        return self

    def hours(self) -> WorkingHours:
        """As commands and reports take them."""
        days = tuple(day.isoformat() for day in self.holidays)
        calendar = Calendar(zone=self.zone, working_days=self.working_days, holidays=days)
        return WorkingHours(calendar, self.opens, self.closes)

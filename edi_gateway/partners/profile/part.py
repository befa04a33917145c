"""What the records of a profile have in common, and the small ones: addresses, calendar, contacts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Part):
    """An interchange address: ISA qualifier and id, and the GS id (defaults to the ISA id)."""

    qualifier: str = Field(min_length=2, max_length=2)
    """ISA05 or ISA07."""
    id: str = Field(min_length=1, max_length=15)
    """ISA06 or ISA08, without the padding."""
    group_id: str | None = Field(default=None, min_length=2, max_length=15)
    """GS02 or GS03, when it is not the same as id."""

    @property
    def group(self) -> str:
        return self.group_id or self.id


class Calendar(Part):
    zone: str = "UTC"
    """Time zone of their dates, windows and deadlines."""
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """0 Monday ... 6 Sunday."""
    holidays: tuple[str, ...] = ()
    """ISO dates."""


class ContactPerson(Part):
    name: str
    """Who."""
    mail: str | None = None
    """Mail address."""
    phone: str | None = None
    """Telephone."""
    about: str | None = None
    """What to ask them."""

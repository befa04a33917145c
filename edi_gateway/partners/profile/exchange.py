"""What is exchanged and when, how our bytes look, and how receipt is acknowledged."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from edi_gateway.partners.profile.part import Part


class Schedule(Part):
    """When we look and when we send. `cron` has five fields in the partner's zone; else every `poll_seconds`."""

    poll_seconds: int = 60
    """Look for files this often; ignored when cron is given."""
    cron: str | None = None
    """Minute hour day month weekday, e.g. */15 6-22 * * mon-fri."""
    sending_window: str | None = None
    """"06:00-22:00" in the partner's zone; None: always."""


class Watching(Part):
    """When this partner's traffic is out of the usual. What is left out is learned, or is that of config.toml."""

    silence: Literal["watched", "ignored"] = "watched"
    """Watched: an incident opens when nothing has come by their usual hour."""
    silent_after: str | None = None
    """"10:00" in their zone, on working days: the first file is there by then. None: learned from their past."""
    reject_percent: Decimal | None = None
    """So many of a hundred sets refused open an incident; None: that of config.toml."""
    same_error: int | None = None
    """So many cases of one cause open an incident; None: that of config.toml."""


class Writing(Part):
    """How our bytes to them look."""

    element: str = Field(default="*", min_length=1, max_length=1)
    """Separates elements."""
    component: str = Field(default=">", min_length=1, max_length=1)
    """Separates components."""
    segment: str = Field(default="~", min_length=1, max_length=1)
    """Ends a segment."""
    repetition: str = Field(default="^", min_length=1, max_length=1)
    """Separates repetitions (005010 only)."""
    other_delimiters: tuple[str, ...] = ()
    """Tried in turn when a text holds one of these: element, component, segment, repetition, e.g. +:!%."""
    line_end: Literal["", "\n", "\r\n"] = ""
    """Put after each segment."""
    encoding: Literal["ascii", "latin-1", "utf-8"] = "latin-1"
    """Of names with accents."""
    file_name: str = "{sequence:012d}_{set}_{control}.edi"
    """Pattern of outbound names; sorts in the order of sending."""
    batch: Literal["one", "set", "all"] = "set"
    """An interchange a document, a set type, or everything that waits."""
    ask_ta1: bool = False
    """Ask for a TA1 (ISA14)."""


class Acknowledging(Part):
    """997/999/TA1, both directions."""

    functional: Literal["997", "999", "none"] = "997"
    """What we answer each of their groups with."""
    ta1: Literal["asked", "always", "errors", "never"] = "asked"
    """Asked: by their ISA14."""
    expect_within_hours: int = 24
    """For what we send."""
    expect: bool = True
    """Whether they acknowledge what we send."""
    sent_twice: Literal["again", "ignore"] = "again"
    """Their interchange comes a second time, byte for byte: its 997 and TA1 go again, or nothing does."""


class Documents(Part):
    """One row an X12 set that is exchanged."""

    set: str
    """850, 855 ..."""
    direction: Literal["in", "out"]
    """In: from them; out: to them."""
    version: str = "004010"
    """GS08 as written; read as the nearest dictionary."""
    strict_version: bool = False
    """Reject a group of another version instead of reading it as the nearest."""

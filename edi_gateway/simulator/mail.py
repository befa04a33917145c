"""What lies in the box: a set that came, with the bytes' own segments and when it was found there.

Made by wire.py, judged by judge/, kept by book.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from edi_gateway.model.documents.record import Record
from edi_gateway.x12.acks.ack import GroupResult
from edi_gateway.x12.acks.ack_reading import AckReading


@dataclass(frozen=True, slots=True)
class Header:
    """What the envelope of a group says. `at`: when the file was found, by the scenario's clock."""

    partner: str
    at: datetime
    file: str
    control: str  # ISA13
    test: bool
    addresses: tuple[str, str, str, str]  # ISA05 to ISA08
    gs_code: str = ""
    gs_addresses: tuple[str, str] = ("", "")
    gs_control: str = ""
    version: str = ""  # GS08


@dataclass(frozen=True, slots=True)
class Received:
    """One set. `record` is None when it could not be read, or is an acknowledgment; `segments` are those between ST
    and SE as they came; `counted` says what CTT01 counts by the agreed mapping (`HL`, `HL*I`); `faults` are what the
    checker holds against it."""

    set_code: str
    control: str  # ST02
    header: Header
    record: Record | None
    segments: Sequence[Sequence[str]]
    faults: tuple[str, ...] = ()
    counted: Mapping[str, str] | None = None
    acknowledgment: AckReading | None = None

    @property
    def at(self) -> datetime:
        return self.header.at

    @property
    def test(self) -> bool:
        return self.header.test


@dataclass(frozen=True, slots=True)
class Mail:
    """One file. `groups`: each with what the 997 for it is made of; `faults`: what is wrong with the envelopes."""

    file: str
    at: datetime
    groups: tuple[tuple[Header, GroupResult], ...]
    sets: tuple[Received, ...]
    faults: tuple[str, ...] = ()

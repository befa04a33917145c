"""What must be known about a receipt before its first set is worked: where each interchange ends, what bytes it
has, and whether its envelope holds.

A first pass over the bytes: a control number that comes twice and an envelope that is refused are verdicts on the
sets in it, but stand behind them. Called by flow/taking/road.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edi_gateway.x12.acks import ack
from edi_gateway.x12.parsing.envelope import GroupEnd, InterchangeEnd, Limits, read

Bytes = Callable[[], Iterator[bytes]]  # the chunks of a receipt, from the first, as often as asked


@dataclass(slots=True)
class Outline:
    """By offset: the SHA-256 of each interchange, the interchanges and groups whose envelope is refused, and
    whose addresses the first group of an interchange bears."""

    digests: dict[int, str] = field(default_factory=dict)
    refused_interchanges: set[int] = field(default_factory=set)
    refused_groups: set[int] = field(default_factory=set)


def outline(source: Bytes, limits: Limits) -> Outline:
    """Read it; one set in memory at a time."""
    found = Outline()
    spans: list[tuple[int, int]] = []
    for event in read(source(), limits):
        if isinstance(event, InterchangeEnd):
            interchange = event.interchange
            spans.append((interchange.offset, interchange.end))
            if ack.interchange_ack(interchange)[4] == "R":
                found.refused_interchanges.add(interchange.offset)
        elif isinstance(event, GroupEnd) and ack.group_result(event.group, ()).status == "R":
            found.refused_groups.add(event.group.offset)
    found.digests.update(_digests(source(), spans))
    return found


def _digests(pieces: Iterator[bytes], spans: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    position, piece = 0, b""
    for begin, end in spans:
        digest = hashlib.sha256()
        at = begin
        while at < end:
            while position + len(piece) <= at:
                position += len(piece)
                piece = next(pieces)
            part = piece[at - position : end - position]
            digest.update(part)
            at += len(part)
        yield begin, digest.hexdigest()

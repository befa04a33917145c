"""The ledger of control numbers, both ways: which numbers came and went, what is missing between them, what came twice.

Takes a span of time; gives a row for each pair of addresses (interchanges) and each kind of group (groups). A number
that we replayed ourselves is no repeat. Called by cli and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from edi_gateway.store.ids import first_of, moment_of
from edi_gateway.store.tables import documents, groups, interchanges, receipts, transmissions

SHOWN: Final = 50  # gaps and repeats of one row


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that are missing, both ends included."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Repeat:
    """A number that was there so often, and when it was worked the last time."""

    number: int
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Control numbers of one kind. `level`: ISA or GS; `of`: whose or for what ("ZZ:THEM to ZZ:US", "PO"; "" of our own
    interchanges); `numbers`: how many different ones; `missing`: how many are not there between the first and the
    last; `repeated`: how many were there more than once. `gaps` and `repeats`: the newest SHOWN of them."""

    direction: str
    partner: str | None
    level: str
    of: str
    first: int
    last: int
    numbers: int
    missing: int
    repeated: int
    gaps: tuple[Gap, ...]
    repeats: tuple[Repeat, ...]


def ledger(
    conn: Connection,
    since: datetime,
    *,
    partner: str | None = None,
    direction: str | None = None,
    faults: bool = False,
) -> list[LedgerRow]:
    """Numbers of this time and later, by partner. `faults`: only rows with a gap or a repeat."""
    first = first_of(since)
    found: list[LedgerRow] = []
    if direction in (None, "in"):
        found += _rows(conn, "in", "ISA", _interchanges_in(first, partner))
        found += _rows(conn, "in", "GS", _groups_in(first, partner))
    if direction in (None, "out"):
        found += _rows(conn, "out", "ISA", _interchanges_out(first, partner))
        found += _rows(conn, "out", "GS", _groups_out(first, partner))
    if faults:
        found = [row for row in found if row.missing or row.repeated]
    return sorted(found, key=lambda row: (row.partner or "", row.direction, row.level != "ISA", row.of))


def _interchanges_in(first: int, partner: str | None) -> Select[Any]:
    i, r = interchanges.c, receipts.c
    query = (
        select(i.id, i.control, i.partner, i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver)
        .join_from(interchanges, receipts, r.id == i.receipt_id)
        .where(i.id >= first, r.replay_of.is_(None))
    )
    return query if partner is None else query.where(i.partner == partner)


def _groups_in(first: int, partner: str | None) -> Select[Any]:
    i, r, g = interchanges.c, receipts.c, groups.c
    query = (
        select(g.id, g.control, i.partner, g.code)
        .join_from(groups, interchanges, i.id == g.interchange_id)
        .join(receipts, r.id == i.receipt_id)
        .where(g.id >= first, r.replay_of.is_(None))
    )
    return query if partner is None else query.where(i.partner == partner)


def _interchanges_out(first: int, partner: str | None) -> Select[Any]:
    t = transmissions.c
    query = select(t.id, t.control, t.partner).where(t.id >= first)
    return query if partner is None else query.where(t.partner == partner)


def _groups_out(first: int, partner: str | None) -> Select[Any]:
    """A group once in each transmission that bears it."""
    d = documents.c
    query = (
        select(func.max(d.id), d.group_control, d.partner, d.gs_code)
        .where(d.id >= first, d.direction == "out", d.transmission_id.is_not(None))
        .group_by(d.transmission_id, d.group_control, d.partner, d.gs_code)
    )
    return query if partner is None else query.where(d.partner == partner)


def _rows(conn: Connection, direction: str, level: str, numbers: Select[Any]) -> list[LedgerRow]:
    """Rows of (id, control number, partner, what it is of) in one pass; what is no number counts nowhere."""
    seen: dict[tuple[Any, ...], dict[int, list[int]]] = {}  # of -> number -> how often, the last id
    for number_id, control, *of in conn.execute(numbers.execution_options(yield_per=10_000)):
        if not control or not control.isascii() or not control.isdecimal():
            continue
        there = seen.setdefault(tuple(of), {}).setdefault(int(control), [0, 0])
        there[0] += 1
        there[1] = max(there[1], number_id)
    return [_row(direction, level, of, found) for of, found in seen.items()]


def _row(direction: str, level: str, of: tuple[Any, ...], found: dict[int, list[int]]) -> LedgerRow:
    partner, *rest = of
    ordered = sorted(found)
    gaps = [Gap(a + 1, b - 1) for a, b in pairwise(ordered) if b - a > 1]
    repeats = [Repeat(n, found[n][0], moment_of(found[n][1])) for n in ordered if found[n][0] > 1]
    return LedgerRow(
        direction=direction,
        partner=partner,
        level=level,
        of="{}:{} to {}:{}".format(*rest) if len(rest) == 4 else (rest[0] or "") if rest else "",
        first=ordered[0],
        last=ordered[-1],
        numbers=len(ordered),
        missing=sum(gap.count for gap in gaps),
        repeated=len(repeats),
        gaps=tuple(gaps[: -SHOWN - 1 : -1]),
        repeats=tuple(repeats[: -SHOWN - 1 : -1]),
    )

"""The ledger of control numbers, both ways: which numbers came and went, what is missing between them, what came twice.

Takes a span of time; gives a row for each pair of addresses (interchanges) and each kind of group (groups). A number
that we replayed ourselves is no repeat. Called by cli and the pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from edi_gateway.store.chunks import chunks
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the numbers of one kind stand: `of` and `control` in `source`, `number_id` tells when each was worked."""

    source: Select[Any]
    of: tuple[ColumnElement[Any], ...]
    control: ColumnElement[Any]
    number_id: ColumnElement[Any]


def _not_ours(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Of a receipt that is no replay of ours: there are few of those."""
    return column.not_in(select(receipts.c.id).where(receipts.c.replay_of.is_not(None)))


def _interchanges_in(first: int, partner: str | None) -> _Kept:
    i = interchanges.c
    of = (i.partner, i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver)
    source = select().select_from(interchanges).where(i.id >= first, _not_ours(i.receipt_id))
    return _Kept(source if partner is None else source.where(i.partner == partner), of, i.control, i.id)


def _groups_in(first: int, partner: str | None) -> _Kept:
    i, g = interchanges.c, groups.c
    source = select().select_from(groups.join(interchanges, i.id == g.interchange_id))
    source = source.where(g.id >= first, _not_ours(i.receipt_id))
    source = source if partner is None else source.where(i.partner == partner)
    return _Kept(source, (i.partner, g.code), g.control, g.id)


def _interchanges_out(first: int, partner: str | None) -> _Kept:
    t = transmissions.c
    source = select().select_from(transmissions).where(t.id >= first)
    return _Kept(
        source if partner is None else source.where(t.partner == partner), (t.partner,), t.control, t.id
    )


def _groups_out(first: int, partner: str | None) -> _Kept:
    """A group once in each transmission that bears it."""
    d = documents.c
    query = (
        select(func.max(d.id).label("id"), d.group_control, d.partner, d.gs_code)
        .where(d.id >= first, d.direction == "out", d.transmission_id.is_not(None))
        .group_by(d.transmission_id, d.group_control, d.partner, d.gs_code)
    )
    once = (query if partner is None else query.where(d.partner == partner)).subquery()
    return _Kept(
        select().select_from(once), (once.c.partner, once.c.gs_code), once.c.group_control, once.c.id
    )


def _rows(conn: Connection, direction: str, level: str, kept: _Kept) -> list[LedgerRow]:
    """The database gathers the numbers of each kind into one text: a row a number costs ten times as much."""
    gathered = kept.source.add_columns(*kept.of, func.aggregate_strings(kept.control, " ")).group_by(*kept.of)
    found: dict[tuple[Any, ...], list[int]] = {}
    twice: dict[tuple[Any, ...], set[int]] = {}
    for *of, said in conn.execute(gathered):
        ordered = _numbers(said or "")
        if ordered:
            found[tuple(of)] = ordered
            doubled = len(set(ordered)) < len(ordered)
            twice[tuple(of)] = {a for a, b in pairwise(ordered) if a == b} if doubled else set()
    last = _last(conn, kept, {number for numbers in twice.values() for number in numbers})
    return [
        _row(direction, level, of, ordered, {number: last[*of, number] for number in sorted(twice[of])})
        for of, ordered in found.items()
    ]


def _numbers(said: str) -> list[int]:
    """In their order; what is no number counts nowhere."""
    controls = said.split()
    if not (said.isascii() and "".join(controls).isdecimal()):
        controls = [each for each in controls if each.isascii() and each.isdecimal()]
    return sorted(map(int, controls))


def _last(conn: Connection, kept: _Kept, numbers: Collection[int]) -> dict[tuple[Any, ...], int]:
    """The last id of these numbers, by what they are of and the number itself."""
    found: dict[tuple[Any, ...], int] = {}
    for some in chunks(sorted(numbers)):
        written = {form for number in some for form in _written(number)}
        query = kept.source.add_columns(*kept.of, kept.control, func.max(kept.number_id))
        query = query.where(kept.control.in_(written)).group_by(*kept.of, kept.control)
        for *of, control, number_id in conn.execute(query):
            key = (*of, int(control))
            found[key] = max(number_id, found.get(key, 0))
    return found


def _written(number: int) -> list[str]:
    """A number as it may be written: with as many leading zeros as an ISA13 or GS06 has room for."""
    return [str(number).zfill(width) for width in range(1, 16)]


def _row(
    direction: str, level: str, of: tuple[Any, ...], ordered: list[int], twice: dict[int, int]
) -> LedgerRow:
    partner, *rest = of
    times = Counter(filter(twice.__contains__, ordered)) if twice else Counter()
    different = len(ordered) - sum(count - 1 for count in times.values())
    whole = ordered[-1] - ordered[0] + 1 == different
    gaps = [] if whole else [Gap(a + 1, b - 1) for a, b in pairwise(ordered) if b - a > 1]
    repeats = [Repeat(number, times[number], moment_of(last)) for number, last in twice.items()]
    return LedgerRow(
        direction=direction,
        partner=partner,
        level=level,
        of="{}:{} to {}:{}".format(*rest) if len(rest) == 4 else (rest[0] or "") if rest else "",
        first=ordered[0],
        last=ordered[-1],
        numbers=different,
        missing=sum(gap.count for gap in gaps),
        repeated=len(repeats),
        gaps=tuple(gaps[: -SHOWN - 1 : -1]),
        repeats=tuple(repeats[: -SHOWN - 1 : -1]),
    )

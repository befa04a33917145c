"""The ledger of control numbers, both ways: which numbers came and went, what is missing between them, what came twice.

Takes a span of time; gives a row for each pair of addresses (interchanges) and each kind of group (groups). A number
that we replayed ourselves is no repeat. Called by cli and the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, case, cast, func, literal, select

from edi_gateway.reports.reading import rows
from edi_gateway.store.ids import first_of
from edi_gateway.store.tables import documents, groups, interchanges, receipts, transmissions

SHOWN: Final = 50  # gaps and repeats of one row
_LOOKED_AT: Final = 20_000  # gaps, and repeats, of all rows


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
    """A number that was there so often, and when the last time was."""

    number: int
    times: int
    last_at: datetime | None


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


def _number(column: Any) -> ColumnElement[int]:
    return cast(column, BigInteger)


def _is_number(column: Any) -> ColumnElement[bool]:
    return and_(column != "", func.trim(column, "0123456789") == "")


def _interchanges_in(first: int, partner: str | None) -> Select[Any]:
    i, r = interchanges.c, receipts.c
    of = i.sender_qualifier + ":" + i.sender + " to " + i.receiver_qualifier + ":" + i.receiver
    query = (
        select(
            i.partner.label("partner"), of.label("of"), _number(i.control).label("number"),
            func.count().label("times"), func.max(i.received_at).label("at"),
        )
        .join_from(interchanges, receipts, r.id == i.receipt_id)
        .where(i.id >= first, r.replay_of.is_(None), _is_number(i.control))
        .group_by(
            *(i.partner, i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver),
            _number(i.control),
        )
    )  # fmt: skip
    return query if partner is None else query.where(i.partner == partner)


def _groups_in(first: int, partner: str | None) -> Select[Any]:
    i, r, g = interchanges.c, receipts.c, groups.c
    query = (
        select(
            i.partner.label("partner"), g.code.label("of"), _number(g.control).label("number"),
            func.count().label("times"), func.max(i.received_at).label("at"),
        )
        .join_from(groups, interchanges, i.id == g.interchange_id)
        .join(receipts, r.id == i.receipt_id)
        .where(g.id >= first, r.replay_of.is_(None), _is_number(g.control))
        .group_by(i.partner, g.code, _number(g.control))
    )  # fmt: skip
    return query if partner is None else query.where(i.partner == partner)


def _interchanges_out(first: int, partner: str | None) -> Select[Any]:
    t = transmissions.c
    query = (
        select(
            t.partner.label("partner"), literal("").label("of"),
            _number(t.control).label("number"), func.count().label("times"), func.max(t.created_at).label("at"),
        )
        .where(t.id >= first, _is_number(t.control))
        .group_by(t.partner, _number(t.control))
    )  # fmt: skip
    return query if partner is None else query.where(t.partner == partner)


def _groups_out(first: int, partner: str | None) -> Select[Any]:
    d = documents.c
    query = (
        select(
            d.partner.label("partner"), d.gs_code.label("of"), _number(d.group_control).label("number"),
            func.count(d.transmission_id.distinct()).label("times"), func.max(d.created_at).label("at"),
        )
        .where(d.id >= first, d.direction == "out", d.transmission_id.is_not(None), _is_number(d.group_control))
        .group_by(d.partner, d.gs_code, _number(d.group_control))
    )  # fmt: skip
    return query if partner is None else query.where(d.partner == partner)


def _rows(conn: Connection, direction: str, level: str, numbers: Select[Any]) -> list[LedgerRow]:
    """Passes over the numbers, with the one before each beside it: for the totals, the gaps, the repeats."""
    n = numbers.cte("numbers")
    before = func.lag(n.c.number).over(partition_by=(n.c.partner, n.c.of), order_by=n.c.number)
    gone = select(n, before.label("before")).cte("beside")
    b = gone.c
    gap = func.coalesce(b.number - b.before - 1, 0)
    totals = select(
        b.partner, b.of, func.min(b.number), func.max(b.number), func.count(), func.sum(gap),
        func.sum(case((b.times > 1, 1), else_=0)),
    ).group_by(b.partner, b.of)  # fmt: skip
    key = (b.partner, b.of)
    gaps: dict[tuple[Any, Any], list[Gap]] = {}
    wanted = (
        select(*key, b.before + 1, b.number - 1).where(gap > 0).order_by(b.number.desc()).limit(_LOOKED_AT)
    )
    for partner, of, first, last in rows(conn, wanted):
        gaps.setdefault((partner, of), []).append(Gap(first, last))
    repeats: dict[tuple[Any, Any], list[Repeat]] = {}
    wanted = (
        select(*key, b.number, b.times, b.at).where(b.times > 1).order_by(b.number.desc()).limit(_LOOKED_AT)
    )
    for partner, of, number, times, at in rows(conn, wanted):
        repeats.setdefault((partner, of), []).append(Repeat(number, times, at))
    return [
        LedgerRow(
            direction,
            partner,
            level,
            of or "",
            *(first, last, count, int(missing or 0), int(repeated or 0)),
            tuple(gaps.get((partner, of), ())[:SHOWN]),
            tuple(repeats.get((partner, of), ())[:SHOWN]),
        )
        for partner, of, first, last, count, missing, repeated in rows(conn, totals)
    ]

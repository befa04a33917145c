"""Causes with counts kept as they change; clocks, priority and money of cases; watchers, mentions, improvements.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from json import dumps
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("closed_at IS NULL")
_STANDS = sa.text("due_at IS NOT NULL")
_ORDER = ("due_at", sa.text("cents DESC"), "rank")


def upgrade() -> None:
    _cases()
    op.create_table(
        "case_segments",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("respond_by", MOMENT, nullable=False),
        sa.Column("responded_at", MOMENT),
        sa.Column("resolve_by", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_segments_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_case_segments"),
    )
    op.create_index("ix_case_segments_case_id", "case_segments", ["case_id"])
    op.create_index("ix_case_segments_ended_at", "case_segments", ["ended_at"])
    op.create_table(
        "case_mentions",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_mentions_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_case_mentions"),
    )
    op.create_index("ix_case_mentions_person", "case_mentions", ["person", "seen_at"])
    op.create_table(
        "case_watchers",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_watchers_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", "person", name="pk_case_watchers"),
    )
    op.create_index("ix_case_watchers_person", "case_watchers", ["person"])
    _causes()
    op.create_table(
        "improvements",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(80)),
        sa.Column("action", sa.Text()),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("fixed_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.String(80)),
        sa.Column("result", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_improvements"),
    )
    op.create_index("ix_improvements_state", "improvements", ["state"])
    op.create_index("ix_improvements_key", "improvements", ["kind", "key"])


def _cases() -> None:
    for column in (
        sa.Column("root_detail", sa.String(60)),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="3"),
        sa.Column("cents", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("rank", sa.Integer(), nullable=False, server_default="5"),
        sa.Column("segment", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("segment_at", MOMENT),
        sa.Column("respond_by", MOMENT),
        sa.Column("responded_at", MOMENT),
        sa.Column("resolve_by", MOMENT),
        sa.Column("waiting_for", sa.String(12)),
        sa.Column("waiting_since", MOMENT),
        sa.Column("paused_seconds", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("snoozed_until", MOMENT),
        sa.Column("action", sa.String(40)),
    ):
        op.add_column("cases", column)
    op.execute("UPDATE cases SET segment_at = opened_at, respond_by = due_at, resolve_by = due_at")
    op.drop_index("ix_cases_fingerprint", "cases")
    op.create_index("ix_cases_fingerprint", "cases", ["fingerprint", "opened_at"])
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    asked = ("closed_at", "owner", "state", "snoozed_until", "opened_at", "order_id", "currency", "test")
    for name, columns in (
        ("ix_cases_work", _ORDER),
        ("ix_cases_of_cause", ("fingerprint", *_ORDER, *asked)),
        ("ix_cases_of_owner", ("owner", *_ORDER)),
    ):
        op.create_index(name, "cases", list(columns), sqlite_where=_OPEN, postgresql_where=_OPEN)


def _causes() -> None:
    causes = op.create_table(
        "causes",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("place", sa.Text()),
        sa.Column("partner", sa.String(80)),
        sa.Column("value", sa.Text()),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(80)),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("tests", sa.Integer(), nullable=False),
        sa.Column("awake", sa.Integer(), nullable=False),
        sa.Column("wakes_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("ever", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("root_cause", sa.String(40)),
        sa.Column("root_detail", sa.String(60)),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_causes"),
    )
    for name, first in (
        ("ix_causes_queue", ()),
        ("ix_causes_family", ("family",)),
        ("ix_causes_partner", ("partner",)),
    ):
        op.create_index(name, "causes", [*first, *_ORDER], sqlite_where=_STANDS, postgresql_where=_STANDS)
    days = op.create_table(
        "cause_days",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "day", name="pk_cause_days"),
    )
    conn = op.get_bind()
    for fingerprint, rows in _by_fingerprint(conn):
        conn.execute(causes.insert(), _counted(fingerprint, rows))
        opened = Counter(row.opened_at[:10] for row in rows)
        closed = Counter(row.closed_at[:10] for row in rows if row.closed_at)
        for day in opened | closed:
            counts = {"opened": opened[day], "closed": closed[day]}
            conn.execute(
                days.insert(), {"fingerprint": fingerprint, "day": date.fromisoformat(day), **counts}
            )


def _by_fingerprint(conn: sa.Connection) -> Iterator[tuple[str, list[Any]]]:
    """The cases of each cause, which get their money in hundredths on the way."""
    found = conn.execute(
        sa.text(
            "SELECT id, fingerprint, family, code, partner, cause, hint, order_id, amount, currency, test, "
            "opened_at, due_at, closed_at, root_cause FROM cases ORDER BY fingerprint, id"
        )
    ).all()
    cents = sa.text("UPDATE cases SET cents = :cents WHERE id = :id")
    several = [{"id": row.id, "cents": _cents(row.amount)} for row in found if _cents(row.amount)]
    if several:
        conn.execute(cents, several)
    start = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end].fingerprint != found[start].fingerprint:
            yield found[start].fingerprint, list(found[start:end])
            start = end


def _counted(fingerprint: str, rows: list[Any]) -> dict[str, Any]:
    standing = [row for row in rows if row.closed_at is None]
    amounts: dict[str, int] = {}
    for row in standing:
        if row.amount is not None:
            amounts[row.currency or ""] = amounts.get(row.currency or "", 0) + _cents(row.amount)
    last = rows[-1]
    return {
        "fingerprint": fingerprint,
        "stage": "",  # as it is next opened
        "family": last.family,
        "code": last.code,
        "partner": last.partner,
        "cause": last.cause,
        "hint": last.hint,
        "cases": len(standing),
        "orders": len({row.order_id for row in standing} - {None}),
        "tests": sum(bool(row.test) for row in standing),
        "awake": len(standing),
        "due_at": min((row.due_at for row in standing), default=None),
        "cents": sum(amounts.values()),
        "amounts": dumps(amounts),
        "rank": 5 if standing else 9,
        "ever": len(rows),
        "first_at": min(row.opened_at for row in rows),
        "last_at": max(row.opened_at for row in rows),
        "root_cause": next((row.root_cause for row in reversed(rows) if row.root_cause), None),
    }


def _cents(amount: Any) -> int:
    if amount is None:
        return 0
    return int((Decimal(amount) * 100).to_integral_value(ROUND_HALF_UP))

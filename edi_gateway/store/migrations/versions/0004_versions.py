"""Versions of partners, what is proposed, what trials showed. What went live before is told by the audit.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.String(27)  # UTC as ISO text of fixed width
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    versions = op.create_table(
        "partner_versions",
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("back_to", sa.Integer()),
        sa.PrimaryKeyConstraint("partner", "n", name="pk_partner_versions"),
    )
    op.create_table(
        "partner_proposals",
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("base", sa.String(64)),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "file", name="pk_partner_proposals"),
    )
    op.create_table(
        "partner_trials",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("partner", sa.String(80), nullable=False),
        sa.Column("live", sa.String(64), nullable=False),
        sa.Column("draft", sa.String(64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner_trials"),
    )
    op.create_index("ix_partner_trials_partner", "partner_trials", ["partner"])
    op.add_column("live_profiles", sa.Column("aside", sa.Text()))
    if rows := _gone_live(op.get_bind()):
        op.bulk_insert(versions, rows)


def _gone_live(conn: sa.Connection) -> list[dict[str, object]]:
    """Each going-live that the audit tells of and whose snapshot is there."""
    live = sa.table("live_profiles", *map(sa.column, ("partner", "hash", "since", "by", "why")))
    audit = sa.table("audit", *map(sa.column, ("n", "at", "by", "action", "subject", "detail")))
    kept = sa.table("snapshots", sa.column("hash"), sa.column("partner"))
    partner_of = {row.hash: row.partner for row in conn.execute(sa.select(kept.c.hash, kept.c.partner))}
    found: dict[str, list[dict[str, object]]] = {}
    query = sa.select(audit).where(audit.c.action == "published").order_by(audit.c.n)
    for row in conn.execute(query):
        detail = json.loads(row.detail)
        partner = partner_of.get(detail.get("now"))
        if partner is not None:
            known = found.setdefault(partner, [])
            known.append({"hash": detail["now"], "at": row.at, "by": row.by, "why": detail.get("why")})
    for row in conn.execute(sa.select(live)):
        known = found.setdefault(row.partner, [])
        if not known or known[-1]["hash"] != row.hash:
            known.append({"hash": row.hash, "at": row.since, "by": row.by, "why": row.why})
    return [
        {"partner": partner, "n": n, **one, "back_to": None}
        for partner, known in sorted(found.items())
        for n, one in enumerate(known, 1)
    ]

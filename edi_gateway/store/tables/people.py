"""Who signs in to the console, their sessions, and the tokens of machines. No secret stands here in clear."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from edi_gateway.store.tables.base import Moment, metadata, row_id

logins = Table(
    "logins",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("password", Text, nullable=False),  # argon2id, with its parameters and salt
    Column("must_change", Boolean, nullable=False),  # somebody else chose it
    Column("changed_at", Moment, nullable=False),
    Column("totp", Text),  # secret of the second factor, sealed by the console's key
    Column("totp_step", BigInteger),  # the last time step whose code was used: none is taken twice
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("name", String(80), nullable=False, index=True),
    Column("stage", String(10), nullable=False),  # CODE, PASSWORD or IN: what is still asked
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("address", String(60), nullable=False),
    Column("browser", String(200), nullable=False),
)

attempts = Table(  # failed sign-ins, by user and by address
    "attempts",
    metadata,
    Column("whose", String(64), primary_key=True),  # SHA-256 of "user NAME" or "address ADDRESS"
    Column("failures", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    row_id(),
    Column("name", String(80), nullable=False),
    Column("token", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("roles", Text, nullable=False),  # comma-separated, spec B1
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)

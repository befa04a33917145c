"""Profiles, users, audit, workers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from edi_gateway.store.tables.base import Exact, Moment, metadata, row_id

snapshots = Table(
    "snapshots",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("partner", String(80), nullable=False),
    Column("content", Text, nullable=False),  # JSON: profile, guide rules, mapping files
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(80), nullable=False),
)

live_profiles = Table(
    "live_profiles",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("since", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text),
    Column("paused", Boolean, nullable=False, default=False),
    Column("paused_why", Text),
    Column(
        "aside", Text
    ),  # JSON: file -> SHA-256, what was rolled back and goes live by itself only once it changes
)

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("roles", Text, nullable=False),  # comma-separated, spec B1
    Column("limit_amount", Exact),
)

audit = Table(
    "audit",
    metadata,
    row_id("n"),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", Text, nullable=False),  # JSON: was, now, why, document hash
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_subject", "subject"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("doing", Text),
    Column("stopped", Boolean, nullable=False, default=False),  # it said good-bye, or was found dead
    Column("buried", Boolean, nullable=False, default=False),  # what it left was counted and taken up
)

polls = Table(  # what a connection showed at the last look, for standing still and for status
    "polls",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("turn", Integer, nullable=False),  # counts the looks: only the one that began last may commit
    Column("retry_at", Moment),  # after a refused login: when the schedule may look again
    Column("refused", String(64)),  # hash of the profile whose login was refused
    Column("at", Moment),
    Column("seen", Text),  # JSON of Standstill
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("last_received_at", Moment),
)

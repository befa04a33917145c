"""How a partner's files went live: each version, what is proposed meanwhile, and what a trial of it showed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from edi_gateway.store.tables.base import Moment, metadata, row_id

partner_versions = Table(  # each going-live, counted a partner; the last one is live
    "partner_versions",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text),
    Column("back_to", Integer),  # the version that it brought back
)

partner_proposals = Table(  # files as somebody wants them, until they are published or dropped
    "partner_proposals",
    metadata,
    Column("partner", String(80), primary_key=True),
    Column("file", String(200), primary_key=True),  # as a snapshot names its sources, or partner.toml
    Column("text", Text),  # null: the file goes
    Column("base", String(64)),  # SHA-256 of the file that was changed; null: there was none
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
)

partner_trials = Table(  # what a draft would have made different, run from the console
    "partner_trials",
    metadata,
    row_id(),
    Column("partner", String(80), nullable=False),
    Column("live", String(64), nullable=False),  # hashes of the two snapshots
    Column("draft", String(64), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("state", String(10), nullable=False),  # RUNNING DONE STOPPED FAILED
    Column("done", Integer, nullable=False),  # documents
    Column("whole", Integer, nullable=False),
    Column("result", Text),  # JSON of triage.trying
    Column("error", Text),
    Column("by", String(80), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),  # of the last sign of life
    Index("ix_partner_trials_partner", "partner"),
)

"""Replays of a cause: which cases are run again (or tried), how far it has come, and what became of each."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from edi_gateway.store.tables.base import Moment, metadata, row_id

replay_runs = Table(
    "replay_runs",
    metadata,
    row_id(),
    Column("kind", String(8), nullable=False),  # dry (tried only), replay
    Column("fingerprint", String(64)),  # of the cause; None: cases of several
    Column("cause", Text, nullable=False),  # in words
    Column("state", String(8), nullable=False),  # RUNNING DONE
    Column("total", Integer, nullable=False),  # cases
    Column(
        "skipped", Integer, nullable=False
    ),  # open cases of the cause about which nothing can be run again
    Column("by", String(80), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("incident_id", BigInteger),  # whose affected cases these are
    Column("since", Moment),  # of them those that were opened from then on
    Index("ix_replay_runs_state", "state"),
    Index("ix_replay_runs_fingerprint", "fingerprint"),
    Index("ix_replay_runs_incident_id", "incident_id"),
)

replay_items = Table(
    "replay_items",
    metadata,
    Column("run_id", BigInteger, ForeignKey("replay_runs.id"), primary_key=True),
    Column("case_id", BigInteger, primary_key=True),
    Column("kind", String(12), nullable=False),  # receipt, order, transmission, posting
    Column("subject", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),  # WAITING STARTED DONE
    Column("receipt_id", BigInteger),  # the receipt that repeats the subject
    Column("result", String(10)),  # PASSED CHANGED STAYED UNKNOWN
    Column("became", String(64)),  # fingerprint of the other cause
    Column("became_cause", Text),
    Column("said", Text),
    Index("ix_replay_items_run_state", "run_id", "state", "subject"),
    Index("ix_replay_items_case_id", "case_id"),
)

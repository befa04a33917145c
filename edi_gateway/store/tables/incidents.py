"""What goes wrong at large and what is stopped for it: incidents, switches, and the usual that they are judged by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from edi_gateway.store.tables.base import Moment, metadata, row_id

incidents = Table(
    "incidents",
    metadata,
    row_id(),
    Column("kind", String(30), nullable=False),  # model.incident.Kind
    Column("key", String(200), nullable=False),  # what it is about: kind and partner, set or cause
    Column("open_key", String(200), unique=True),  # the key while it is open: one incident, not one a pass
    Column("partner", String(80)),
    Column("severity", String(10), nullable=False),  # model.incident.Severity
    Column("state", String(10), nullable=False),  # OPEN RESOLVED (by itself) CLOSED (by hand)
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),  # as last seen
    Column("hint", Text, nullable=False),
    Column("owner", String(80)),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # the last time that its cause held
    Column("calm_since", Moment),  # since when its cause does not hold any more
    Column("ended_at", Moment),
    Column("ended_by", String(80)),
    Column("reason", Text),  # why it is over
    Column("root_cause", String(40)),  # of the tree that cases have
    Column("impact", Text),  # post-mortem: what it did to whom
    Column("course", Text),  # what happened, and why
    Column("remedy", Text),  # what is changed so that it does not come again
    Column("remedy_owner", String(80)),
    Index("ix_incidents_state", "state", "opened_at"),
)

incident_notes = Table(  # the timeline
    "incident_notes",
    metadata,
    row_id(),
    Column("incident_id", BigInteger, ForeignKey("incidents.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column(
        "kind", String(20), nullable=False
    ),  # opened, worse, calm, back, note, switch, told, resolved, closed
    Column("text", Text, nullable=False),
    Index("ix_incident_notes_incident_id", "incident_id"),
)

incident_subjects = Table(  # what it touches
    "incident_subjects",
    metadata,
    Column("incident_id", BigInteger, ForeignKey("incidents.id"), primary_key=True),
    Column("kind", String(14), primary_key=True),  # order, case, document, transmission, posting
    Column("subject", BigInteger, primary_key=True),
)

switches = Table(  # what is stopped; partners have theirs in live_profiles
    "switches",
    metadata,
    Column("key", String(200), primary_key=True),  # "sending", "posting", "set 850", "set 850 acme"
    Column("what", String(10), nullable=False),  # sending, posting, set
    Column("set_code", String(6)),
    Column("partner", String(80)),  # of a set; None: of all
    Column("since", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("incident_id", BigInteger),
)

tallies = Table(  # counts that are kept, so that nobody counts a million rows again
    "tallies",
    metadata,
    Column("kind", String(20), primary_key=True),  # mark: the id up to which the others are counted
    Column("key", String(200), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

partner_days = (
    Table(  # what came from a partner on a day of theirs: its usual hour and its usual share of bad sets
        "partner_days",
        metadata,
        Column("partner", String(80), primary_key=True),
        Column("day", Date, primary_key=True),  # in the partner's zone
        Column("first_at", Moment, nullable=False),
        Column("last_at", Moment, nullable=False),
        Column("files", Integer, nullable=False),
        Column("sets", Integer, nullable=False),
        Column("refused", Integer, nullable=False),  # of the sets: not taken (REJECTED, ERROR, QUARANTINED)
    )
)

erasures = Table(  # whose personal data is gone
    "erasures",
    metadata,
    row_id(),
    Column("order_id", BigInteger, nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
)

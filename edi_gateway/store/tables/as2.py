"""AS2: messages both ways with what was true of them on the wire, their receipts, and certificates."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from edi_gateway.store.tables.base import Moment, metadata, row_id

as2_messages = Table(
    "as2_messages",
    metadata,
    row_id(),
    Column("direction", String(3), nullable=False),  # in, out
    Column("partner", String(80), nullable=False),
    Column("message_id", Text, nullable=False),  # with its angle brackets
    # out: of every message; in: of one that was taken, so that the same Message-ID is not taken twice, and a message
    # that was refused does not block its retry
    Column("claim", String(64)),  # SHA-256 of direction, partner and Message-ID
    Column("transmission_id", BigInteger),  # out
    Column("receipt_id", BigInteger),  # in: the first of what it held
    # out: QUEUED SENT RECEIPT_PENDING RECEIPTED RECEIPT_REFUSED EXPIRED FAILED; in: TAKEN DUPLICATE REFUSED
    Column("state", String(20), nullable=False),
    Column("as2_from", String(128), nullable=False),
    Column("as2_to", String(128), nullable=False),
    Column("headers", Text, nullable=False),  # JSON: [[name, value], ...]
    Column("size", BigInteger, nullable=False),  # of the body
    Column("sha256", String(64), nullable=False),  # of the body
    Column("payload_sha256", String(64)),  # of what it held, in order
    Column("mics", Text, nullable=False),  # JSON: [[value, digest], ...]; out: one for each allowed algorithm
    Column("wish", Text),  # JSON of the receipt that the sender asked for
    Column("layers", Text),  # in words: encrypted aes-256-cbc, signed sha-256
    Column("signer_serial", String(50)),  # hexadecimal, as certificates are listed
    Column("recipient_serial", String(50)),
    Column("disposition", Text),  # out: theirs; in: ours
    Column("problem", Text),  # for our own people
    Column("peer", String(60)),  # in: the address that it came from
    Column("created_at", Moment, nullable=False),
    Column("first_sent_at", Moment),  # out
    Column("sent_at", Moment),  # out: the last time
    Column("receipted_at", Moment),
    UniqueConstraint("claim"),
    Index("ix_as2_messages_transmission_id", "transmission_id"),
    Index("ix_as2_messages_message_id", "message_id"),
    Index("ix_as2_messages_payload_sha256", "payload_sha256"),
    Index("ix_as2_messages_receipt_id", "receipt_id"),
)

as2_chunks = Table(  # the body of what we send: the same bytes each time
    "as2_chunks",
    metadata,
    Column("message_id", BigInteger, ForeignKey("as2_messages.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),  # at most 1 MiB
)

as2_receipts = Table(  # MDNs
    "as2_receipts",
    metadata,
    row_id(),
    Column("direction", String(3), nullable=False),  # in: theirs, of a message of ours; out: ours
    Column("partner", String(80), nullable=False),
    Column("message", BigInteger),  # as2_messages.id; none: it is for nothing that we sent
    Column("original_message_id", Text),
    Column("message_id", Text),  # of the MDN itself
    Column("headers", Text, nullable=False),  # JSON, as above
    Column("bytes", LargeBinary, nullable=False),  # as it came or went: evidence
    Column("disposition", Text),
    Column("mic", Text),  # value, digest
    Column("signer_serial", String(50)),
    Column("problem", Text),
    Column("at", Moment, nullable=False),
    # in: SETTLES, REFUSES, INVALID, UNMATCHED; out: ANSWERED (in the answer), READY, SENT, FAILED (asynchronous)
    Column("state", String(12), nullable=False),
    Column("url", Text),  # out, asynchronous
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("last_error", Text),
    Column("sent_at", Moment),
    Index("ix_as2_receipts_message", "message"),
    Index("ix_as2_receipts_state", "state", "partner"),
)

certificates = Table(
    "certificates",
    metadata,
    row_id(),
    Column("side", String(6), nullable=False),  # ours, theirs
    Column("partner", String(80)),  # ours: none means all partners
    Column("purposes", String(20), nullable=False),  # sign encrypt
    Column("certificate", Text, nullable=False),  # PEM
    Column("key", Text),  # PKCS#8, encrypted, PEM; never in clear
    Column("key_file", Text),  # instead of key: where it lies
    Column("fingerprint", String(64), nullable=False),  # SHA-256 of the certificate
    Column("serial", String(50), nullable=False),  # hexadecimal
    Column("subject", Text, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("not_after", Moment, nullable=False),
    Column("since", Moment, nullable=False),  # used and accepted from then
    Column("until", Moment),  # accepted until then; none: until not_after
    Column("added_at", Moment, nullable=False),
    Column("added_by", String(80), nullable=False),
    Column("withdrawn_at", Moment),
    Index("ix_certificates_side", "side", "partner"),
)

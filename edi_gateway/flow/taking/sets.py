"""One transaction set on its way: rejected, read into its canonical document, matched as an acknowledgment, or a case.

Takes a checked set and whose it is; puts its document row, findings and what follows into the Batch. Called by
flow/taking/road.py.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Protocol

from edi_gateway.commands.arrivals import Arrived
from edi_gateway.commands.ordering.take_orders import Incoming
from edi_gateway.digests import sha256_hex
from edi_gateway.flow.live import LivePartner
from edi_gateway.flow.taking import verdicts
from edi_gateway.flow.taking.acks import Received
from edi_gateway.flow.taking.applying import Arrival
from edi_gateway.flow.taking.batch import Order
from edi_gateway.flow.taking.history import History
from edi_gateway.flow.taking.record import NOTHING, Lost, Recorder
from edi_gateway.mapping.read import Reading
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Finding, Severity
from edi_gateway.orders.meaning.asked import asked
from edi_gateway.store.bulk import Row
from edi_gateway.x12.acks.ack_reading import read_functional_ack
from edi_gateway.x12.parsing.envelope import Group, Interchange, RawSet
from edi_gateway.x12.reading import CheckedSet

_ACKNOWLEDGMENTS = frozenset({"997", "999"})
_CURRENCY = re.compile(r"[A-Z]{3}")  # what is refused may say anything there


class Envelope(Protocol):
    """The interchange and group around a set."""

    @property
    def interchange_id(self) -> int: ...
    @property
    def interchange(self) -> Interchange: ...
    @property
    def group_id(self) -> int: ...
    @property
    def group(self) -> Group: ...


def take(
    record: Recorder,
    past: History,
    around: Envelope,
    partner: LivePartner,
    read: CheckedSet,
    *,
    refused: bool,
) -> None:
    """Work a set of a known partner. `refused`: its group's envelope does not hold, so no set of it counts."""
    result = read.result
    rejected = refused or not result.accepted
    row = document(record, around, read.raw, "REJECTED" if rejected else "APPLIED", partner)
    row["status"] = "R" if rejected else result.status
    if past.applied(row["set_hash"]):
        return  # a replay: this one went through the first time
    record.batch.documents.append(row)
    record.found(result.findings, row["id"])
    if not refused:  # else the group has the case
        lost = partial(_lost, partner, read, around.interchange.encoding) if rejected else _none
        record.cases_of(result.findings, row["id"], lost)
    if rejected:
        return
    if read.raw.code in _ACKNOWLEDGMENTS:
        reading = read_functional_ack(read.raw)
        came = (record.receipt.received_at, row["id"], around.interchange_id, record.test)
        record.batch.acknowledgments.append(Received(partner.profile.key, *came, reading=reading))
    else:
        _map(record, around, partner, read, row)


def _map(record: Recorder, around: Envelope, partner: LivePartner, read: CheckedSet, row: Row) -> None:
    """A good set becomes its canonical document; an order goes to judgement, another to what applies it."""
    raw, walk, guide = read.raw, read.walk, read.guide
    assert walk is not None  # an accepted set has been walked along its guide
    assert guide is not None
    if partner.agreed(raw.code, "in", around.group.read_as) is None:
        _fail(record, row, verdicts.not_agreed(raw, partner))
        return
    reader = partner.reader(raw.code, guide)
    if reader is None:
        _fail(record, row, verdicts.no_mapping(raw, partner))
        return
    reading = reader.read(raw, walk, around.interchange.encoding)
    record.found(reading.findings, row["id"])
    failed = [finding for finding in reading.findings if finding.severity is Severity.ERROR]
    if failed:
        row["state"] = "ERROR"
        record.cases_of(failed, row["id"], partial(_of_reading, partner, reading))
    elif reading.document is None:
        _fail(record, row, verdicts.no_mapping(raw, partner))
    elif isinstance(reading.document, PurchaseOrder):
        incoming = Incoming(reading.document, row["id"], record.said_test, read.result.findings)
        record.batch.order(partner, record.receipt.received_at, Order(incoming, row))
    else:
        test = record.test or partner.profile.test
        received_at = record.receipt.received_at
        arrived = Arrived(partner.profile, reading.document, row["id"], received_at, test)
        record.batch.arrivals.append(Arrival(arrived, record.receipt, record.interchange_id, row))


def _none() -> Lost:
    return NOTHING  # it becomes an order, whatever the guide wants seen of it


def _lost(partner: LivePartner, read: CheckedSet, encoding: str) -> Lost:
    """The order in a set that is refused, as far as its mapping makes one of it: what hangs on the case."""
    if read.walk is None or read.guide is None:
        return NOTHING
    reader = partner.reader(read.raw.code, read.guide)
    return NOTHING if reader is None else _of_reading(partner, reader.read(read.raw, read.walk, encoding))


def _of_reading(partner: LivePartner, reading: Reading) -> Lost:
    order = reading.document
    if not isinstance(order, PurchaseOrder):
        return NOTHING
    said = order.currency or ""
    currency = said if _CURRENCY.fullmatch(said) else partner.profile.policies.currency
    return Lost(order.po_number, asked(order, currency), currency)


def _fail(record: Recorder, row: Row, finding: Finding) -> None:
    row["state"] = "ERROR"
    record.found([finding], row["id"])
    record.case(finding, row["id"])


def document(record: Recorder, around: Envelope, raw: RawSet, state: str, partner: LivePartner | None) -> Row:
    """The row of an inbound set."""
    offset, end = raw.span
    return {
        "id": record.works.ids.next(),
        "direction": "in",
        "partner": record.partner,
        "set_code": raw.code[:6],
        "version": around.group.version[:12],
        "control": raw.control[:12],
        "group_control": around.group.control[:12],
        "interchange_control": around.interchange.control[:12],
        "gs_code": around.group.code[:2],
        "test": record.test,
        "state": state,
        "status": None,
        "receipt_id": record.receipt.id,
        "interchange_id": around.interchange_id,
        "group_id": around.group_id,
        "offset": offset,
        "length": end - offset,
        "segments": len(raw.segments),
        "business_key": None,
        "order_id": None,
        "set_hash": set_hash(raw),
        "snapshot": partner.hash if partner is not None else None,
        "canonical": None,
        "created_at": record.receipt.received_at,
    }


def set_hash(raw: RawSet) -> str:
    """SHA-256 of a set without ST02 and SE02 (spec B5.2): the same document in another envelope has it too."""
    text = "\n".join([raw.code, *raw.texts[1:-1]])
    return sha256_hex(text.encode("latin-1", "replace"))

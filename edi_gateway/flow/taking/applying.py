"""What comes in and is no order goes to the command that applies it.

Takes documents as they were read; gives what became of each. Called by flow/taking/batch.py in the commit of the
receipt, after the orders of the batch, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from edi_gateway.commands.arrivals import Applied, Apply, Arrived
from edi_gateway.commands.billing.payments import take_remittance
from edi_gateway.commands.shipping.advising import take_shipment
from edi_gateway.commands.stocking.counting import take_count
from edi_gateway.commands.telling.advices import take_advice
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Works
from edi_gateway.model.documents.application_advice import ApplicationAdvice
from edi_gateway.model.documents.inventory import InventoryReport
from edi_gateway.model.documents.record import Record
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.finding import Severity
from edi_gateway.store.bulk import Row
from edi_gateway.store.tables import receipts
from edi_gateway.store.traffic import findings
from edi_gateway.store.traffic.receipts import Waiting

BY_DOCUMENT: Final[Mapping[type[Record], Apply]] = {
    ApplicationAdvice: take_advice,
    InventoryReport: take_count,
    Remittance: take_remittance,
    ShippingAdvice: take_shipment,
}


@dataclass(slots=True)
class Arrival:
    """A document on its way to its command, and the row that is to tell what became of it."""

    arrived: Arrived
    receipt: Waiting
    interchange_id: int | None
    row: Row


def apply(works: Works, conn: Connection, arrival: Arrival) -> tuple[list[tuple[object, ...]], list[NewCase]]:
    """Apply one; rows of findings, and the cases that a replay can cure."""
    row, arrived = arrival.row, arrival.arrived
    row["canonical"] = arrived.document.model_dump_json(exclude_defaults=True)
    command = BY_DOCUMENT.get(type(arrived.document))
    if command is None:  # nothing comes of it here; it is kept as it was understood
        row["state"] = "IGNORED"
        return [], []
    first = _first(conn, arrival.receipt)
    applied: Applied = command(
        works.desk(conn),
        Published(works.live),
        arrived if first is None else replace(arrived, received_at=first),
    )
    row["state"] = applied.state
    row["business_key"] = applied.business_key
    row["order_id"] = applied.order_id
    about = About(
        receipt_id=arrival.receipt.id, interchange_id=arrival.interchange_id, document_id=arrived.document_id
    )
    found = findings.rows(
        works.ids,
        applied.findings,
        receipt_id=arrival.receipt.id,
        interchange_id=arrival.interchange_id,
        document_id=arrived.document_id,
    )
    cases = [
        NewCase(finding, arrived.profile.key, about, test=arrived.test)
        for finding in applied.findings
        if finding.severity is Severity.ERROR
    ]
    return found, cases


def _first(conn: Connection, receipt: Waiting) -> datetime | None:
    """When the receipt came that this one replays."""
    if receipt.replay_of is None:
        return None
    query = select(receipts.c.received_at).where(receipts.c.id == receipt.replay_of)
    return conn.execute(query).scalar()

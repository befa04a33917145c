"""Asynchronous receipts of ours: posted to the URL that the sender asked for, until they are there.

Takes ids of receipts that wait; called by flow/gateway.py, as work that flow/pump.py started.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.commands.triage.cases import NewCase, open_cases
from edi_gateway.flow.as2 import agreement
from edi_gateway.flow.steps import Steps
from edi_gateway.flow.works import Also, Works, nothing
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store.traffic import as2
from edi_gateway.transport.as2.extents import Extent
from edi_gateway.transport.errors import TransportError
from edi_gateway.transport.wire import Wire


def send(
    works: Works, steps: Steps, partner: str, receipt_ids: Sequence[int], also: Also = nothing
) -> dict[str, int]:
    """Post these receipts; each may fail by itself."""
    with logs.unit("receipts", partner=partner, receipts=len(receipt_ids)) as line:
        outcome = steps.outside("receipts", lambda: _send(works, partner, receipt_ids))
        steps.transaction("receipted", lambda conn: _told(works, conn, partner, outcome, also))
        line.add(sent=len(outcome["sent"]), failed=len(outcome["failed"]))
    return {"sent": len(outcome["sent"])}


def _send(works: Works, key: str, receipt_ids: Sequence[int]) -> dict[str, Any]:
    sent: list[int] = []
    failed: list[tuple[int, str]] = []
    with works.writer.reading() as conn:
        works.live.refresh(conn)
        found = [as2.load_receipt(conn, each) for each in receipt_ids]
    partner = works.live.get(key)
    wire = None if partner is None or partner.paused else works.transports(partner.profile)
    if isinstance(wire, Wire):
        try:
            for receipt in found:
                if receipt is None or receipt.state != "READY" or receipt.url is None:
                    continue
                if not agreement.may_ask_at(
                    wire.connection, receipt.url
                ):  # taken out of the profile meanwhile
                    failed.append(
                        (receipt.id, f"{receipt.url} is not in connection.receipts.may_ask_at any more")
                    )
                    continue
                try:
                    wire.post(receipt.headers, Extent.of(receipt.bytes), receipt.url)
                    sent.append(receipt.id)
                except TransportError as error:
                    failed.append((receipt.id, str(error)))
        finally:
            wire.close()
    else:
        failed = [(each, f"{key} is not on AS2, not published, or paused") for each in receipt_ids]
    return {"sent": sent, "failed": failed}


def _told(works: Works, conn: Connection, key: str, outcome: dict[str, Any], also: Also) -> None:
    also(conn)
    now = works.clock()
    partner = works.live.get(key)
    connection = None if partner is None else partner.profile.connection
    for receipt_id in outcome["sent"]:
        as2.change_receipt(conn, receipt_id, state="SENT", sent_at=now, next_attempt_at=None, last_error=None)
    for receipt_id, error in outcome["failed"]:
        receipt = as2.load_receipt(conn, receipt_id)
        if receipt is None or receipt.state != "READY":
            continue
        again = None
        if isinstance(connection, As2Connection):
            again = agreement.next_attempt(connection.retry, receipt.at, now)
        values = {"attempts": receipt.attempts + 1, "last_error": error, "next_attempt_at": again}
        as2.change_receipt(conn, receipt_id, state="READY" if again else "FAILED", **values)
        if again is None:
            finding = Finding(
                Code.AS2_RECEIPT_UNSENT,
                Severity.ERROR,
                message=f"Our receipt for {receipt.original_message_id} of {key} does not reach {receipt.url}: {error}",
                hint="Tell the partner that the message arrived; they will send it again, and get the same receipt.",
                rule="receipt",
                family=Family.TRANSPORT,
            )
            open_cases(works.desk(conn), [NewCase(finding, key)])

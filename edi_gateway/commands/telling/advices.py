"""What partners say of the content of our documents (824): accepted, or rejected with reasons (spec C14, D28).

Takes an application advice as it was read; notes on shipments and invoices what the partner said, and opens a case for
each rejection. A rejected notice is corrected by `shipments amend` or `shipments notice`; its invoice waits by profile.
Called through flow/taking/applying.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, update

from edi_gateway.commands.arrivals import Applied, Arrived
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.model.billing import InvoiceState
from edi_gateway.model.documents.application_advice import ApplicationAdvice, ApplicationError, JudgedDocument
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.store.book import notices
from edi_gateway.store.tables import documents as document_rows
from edi_gateway.store.tables import invoices
from edi_gateway.store.traffic import documents

_REJECTS: Final = frozenset({"E", "R", "P"})  # second letter of OTI01: with error, rejected, in part
_NAMES: Final = {
    "SI": "856",
    "2I": "856",
    "BM": "856",
    "IV": "810",
}  # OTI02 that says which document is meant
_UNPAID: Final = (InvoiceState.ISSUED.value, InvoiceState.SENT.value, InvoiceState.ACKED.value)


@dataclass(frozen=True, slots=True)
class _Ours:
    """A document of ours that an advice speaks of."""

    id: int
    set_code: str
    order_id: int | None
    number: str | None


def take_advice(desk: Desk, partners: Partners, arrived: Arrived) -> Applied:
    """Apply an 824; the same one again changes nothing."""
    advice = arrived.document
    assert isinstance(advice, ApplicationAdvice)
    partner = arrived.profile.key
    found: list[Finding] = []
    orders: set[int] = set()
    ledger = Ledger(desk)
    for judged in advice.documents:
        ours = _ours(desk.conn, partner, judged)
        if ours is None:
            found.append(_unmatched(advice, judged))
            continue
        rejected = judged.status[-1:] in _REJECTS
        touched = _note(desk, ledger, arrived, ours, judged, rejected=rejected)
        orders.update(touched)
        if rejected:
            open_cases(
                desk, [_rejected(arrived, ours, judged, min(touched, default=ours.order_id or 0) or None)]
            )
        desk.record(
            "advice taken",
            f"document {ours.id}",
            advice=advice.number,
            said=judged.status,
            errors=[error.code for error in judged.errors],
        )
    ledger.write()
    state = "ERROR" if found else "APPLIED"
    return Applied(state, tuple(found), advice.number, next(iter(orders)) if len(orders) == 1 else None)


def _ours(conn: Connection, partner: str, judged: JudgedDocument) -> _Ours | None:
    """By group and set number where they are said, else by the number of what the document is about; the last one."""
    c = document_rows.c
    mine = (c.direction == "out") & (c.partner == partner) & c.state.not_in(("INVALID", "CANCELLED"))
    if judged.set_code:
        mine &= c.set_code == judged.set_code
    if judged.group_control is not None:
        group = str(judged.group_control)
        by_numbers = mine & c.group_control.in_((group, group.zfill(9)))
        if judged.set_control:
            by_numbers &= c.control == judged.set_control
        one = _last(conn, by_numbers)
        if one is not None:
            return one
    wanted = _NAMES.get(judged.reference_qualifier)
    if wanted is not None and not judged.set_code:
        mine &= c.set_code == wanted
    return _last(conn, mine & (c.business_key == judged.reference)) or _by_bill(conn, partner, judged)


def _by_bill(conn: Connection, partner: str, judged: JudgedDocument) -> _Ours | None:
    """The notice of the shipment that left on this bill of lading."""
    if judged.reference_qualifier != "BM":
        return None
    document_id = notices.document_of_bill(conn, partner, judged.reference)
    return None if document_id is None else _last(conn, document_rows.c.id == document_id)


def _last(conn: Connection, condition: ColumnElement[bool]) -> _Ours | None:
    c = document_rows.c
    query = (
        select(c.id, c.set_code, c.order_id, c.business_key).where(condition).order_by(c.id.desc()).limit(1)
    )
    row = conn.execute(query).first()
    return None if row is None else _Ours(*row)


def _note(
    desk: Desk, ledger: Ledger, arrived: Arrived, ours: _Ours, judged: JudgedDocument, *, rejected: bool
) -> list[int]:
    """Write what they said on the shipment or the invoice; the orders that it concerns."""
    if ours.set_code == "856":
        shipped = notices.of_documents(desk.conn, [ours.id], lock=True)
        state = notices.REJECTED if rejected else notices.ACKED
        notices.change(desk.conn, [each.id for each in shipped], notice_state=state)
        order_ids = sorted({order.order_id for each in shipped for order in each.shipped.orders})
    else:
        order_ids = [] if ours.order_id is None else [ours.order_id]
    if ours.set_code == "810":
        c = invoices.c
        said = InvoiceState.REJECTED if rejected else InvoiceState.ACKED
        mine = (c.document_id == ours.id) & c.state.in_(_UNPAID)
        desk.conn.execute(update(invoices).where(mine).values(state=said.value))
    if rejected:
        documents.set_state(desk.conn, [ours.id], "REJECTED")
    word = "rejected" if rejected else "accepted"
    for order_id in order_ids:
        text = f"The partner has {word} our {ours.set_code} {ours.number or ''} (824 {judged.status})."
        ledger.event(order_id, f"advice {word}", text, arrived.document_id)
    return order_ids


def _rejected(arrived: Arrived, ours: _Ours, judged: JudgedDocument, order_id: int | None) -> NewCase:
    notice = ours.set_code == "856"
    first = judged.errors[0] if judged.errors else None
    finding = Finding(
        Code.NOTICE_REJECTED if notice else Code.INVOICE_REJECTED,
        Severity.ERROR,
        message=f"They reject our {ours.set_code} {ours.number or ''} (824 {judged.status}): {_words(judged.errors)}",
        hint="Correct the shipment (`shipments amend`); its notice then goes again."
        if notice
        else "Credit it and bill again (`invoices rebill`), or settle it with the partner.",
        rule=f"824 {first.code}" if first is not None else f"824 {judged.status}",
        value=first.bad_value if first is not None else None,
        family=Family.ASN_824 if notice else Family.INVOICE,
    )
    about = About(document_id=ours.id, order_id=order_id)
    return NewCase(finding, arrived.profile.key, about, test=arrived.test)


def _words(errors: Sequence[ApplicationError]) -> str:
    """The reasons in the partner's own words, with the place and the value where they say them."""
    if not errors:
        return "they give no reason."
    return "; ".join(_one(error) for error in errors) + "."


def _one(error: ApplicationError) -> str:
    parts: Iterable[str | None] = (
        error.message or f"error {error.code}",
        f"segment {error.segment}" if error.segment else None,
        f"value {error.bad_value!r}" if error.bad_value else None,
        f"expected {error.new_value!r}" if error.new_value else None,
    )
    return ", ".join(part for part in parts if part)


def _unmatched(advice: ApplicationAdvice, judged: JudgedDocument) -> Finding:
    return Finding(
        Code.ADVICE_UNMATCHED,
        Severity.ERROR,
        message=f"Advice {advice.number} speaks of {judged.reference_qualifier} {judged.reference}, "
        "which is no document of ours.",
        hint="Ask the partner which document is meant; nothing was changed.",
        value=judged.reference,
        family=Family.ASN_824,
    )

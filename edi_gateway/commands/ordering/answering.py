"""The 855 of an order: whether one is due now, what it says, and its row among the documents that wait to go.

Takes an order as it stands in the book; puts the answer into the Ledger. What it says is decided by
orders/answering/answers.py; how it is written is passed in. Called by take_orders.py, carrying_on.py and orders.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from edi_gateway.commands.desk import Desk, Partners, Refused, WriteDocument
from edi_gateway.commands.holding.gate import Past, hold_answer
from edi_gateway.commands.ledger import Ledger
from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.order import OrderLine, OrderState
from edi_gateway.orders.answering import answers
from edi_gateway.orders.gate.records import Reply, odd_lines
from edi_gateway.orders.holds import Blocking
from edi_gateway.orders.hours.calendar import deadline, local_date
from edi_gateway.partners.profile import Profile
from edi_gateway.store import snapshots
from edi_gateway.store.book.orders import StoredOrder
from edi_gateway.store.traffic.documents import Answer

# orders.answer_state
DUE: Final = "DUE"
SENT: Final = "SENT"
HELD_SENT: Final = "HELD_SENT"  # it said "on hold": an update follows
NONE: Final = "NONE"  # the partner wants none

_SET: Final = "855"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A partner whom we answer: the live profile, and what writes an 855 for it."""

    profile: Profile
    write: WriteDocument
    snapshot: str | None
    version: str
    answers: bool

    @staticmethod
    def of(conn: Connection, profile: Profile, write: WriteDocument) -> Correspondent:
        agreed = profile.document(_SET, "out")
        version = agreed.version if agreed is not None else "004010"
        live = snapshots.hashes(conn).get(profile.key)
        return Correspondent(
            profile=profile,
            write=write,
            snapshot=live[0] if live else None,
            version=version,
            answers=profile.answering.send and agreed is not None,
        )

    @staticmethod
    def named(desk: Desk, partners: Partners, partner: str, what: str) -> Correspondent:
        """The partner of an order; Refused when it is not published any more."""
        profile = partners.profile(partner)
        if profile is None:
            raise Refused(what=what, why=f"the partner {partner} is not published: publish it first")
        return Correspondent.of(desk.conn, profile, partners.write(partner, _SET))


@dataclass(frozen=True, slots=True)
class Answerable:
    """An order as far as its answer goes. `document`: as received; `rejected`: BAK02 when refused as a whole."""

    order_id: int
    number: str
    partner: str
    customer: str | None
    document: PurchaseOrder
    document_id: int
    lines: Sequence[OrderLine]
    holds: Sequence[Blocking]
    rejected: str | None
    test: bool
    state: OrderState
    currency: str
    due_at: datetime | None


def compose(
    who: Correspondent, order: Answerable, now: datetime, history: PurchaseOrderAcknowledgment | None = None
) -> PurchaseOrderAcknowledgment:
    """What the answer says now; after `history` it is an update."""
    return answers.answer(
        order.document,
        order.lines,
        order.holds,
        profile=who.profile,
        order_number=order.number,
        today=local_date(now, who.profile.calendar),
        rejected=order.rejected,
        history=history,
        customer=order.customer,
    )


def says_the_same(one: PurchaseOrderAcknowledgment, other: PurchaseOrderAcknowledgment) -> bool:
    """Whether the second tells the buyer nothing new."""
    plain = {"purpose": "", "acknowledged_on": None}
    return one.model_copy(update=plain) == other.model_copy(update=plain)


def send(
    ledger: Ledger,
    who: Correspondent,
    order: Answerable,
    said: PurchaseOrderAcknowledgment,
    past: Past | None = None,
) -> str:
    """Put the answer among the documents that wait to go; the order's answer state after that.

    An answer that would contradict what went before is not made: a hold says why, and it is still due. One that our
    own checker does not pass is kept as INVALID, with a case, and is still due. past: of an order in the book.
    """
    passed = hold_answer(ledger, _reply(ledger, who, order, said, past), order, past)
    if not passed.goes:
        return DUE
    body, segments, found, delimiters = who.write(said)
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    document_id = ledger.desk.ids.next()
    ledger.document(
        _row(who, order.partner, order.order_id, order.test, ledger.now)
        | {
            "id": document_id,
            "state": "INVALID" if wrong else "QUEUED",
            "body": body,
            "segments": segments,
            "delimiters": delimiters,
            "business_key": said.po_number,
            "canonical": said.model_dump_json(exclude_defaults=True),
            "answers_document_id": order.document_id,
        }
    )
    ledger.findings([*passed.notes, *found], document_id, order.order_id)
    if wrong:
        about = About(document_id=document_id, order_id=order.order_id)
        ledger.case(NewCase(_invalid(wrong[0]), order.partner, about, test=order.test))
        ledger.event(order.order_id, "answer invalid", "The 855 does not pass our own check.", document_id)
        return DUE
    ledger.event(order.order_id, "answered", f"Answered with an 855: {in_words(said)}.", document_id)
    return state_of(said)


def _reply(
    ledger: Ledger,
    who: Correspondent,
    order: Answerable,
    said: PurchaseOrderAcknowledgment,
    past: Past | None,
) -> Reply:
    """The answer beside what it is held against."""
    ours = {line.line: line for line in order.lines}
    shipped = {} if past is None else past.shipped
    return Reply(
        said=said,
        ordered=order.document,
        lines=ours,
        profile=who.profile,
        currency=order.currency,
        customer=order.customer,
        state=order.state,
        before=() if past is None or past.last is None else (past.last,),
        shipped=shipped,
        now=ledger.now,
        due_at=order.due_at,
        odd=odd_lines(said, order.document, ours, shipped),
    )


def state_of(said: PurchaseOrderAcknowledgment) -> str:
    """SENT, or HELD_SENT when something in it is on hold."""
    held = any(answer.status == "IH" for line in said.lines for answer in line.answers)
    return HELD_SENT if held else SENT


def send_again(
    ledger: Ledger, who: Correspondent, order: StoredOrder, last: Answer, document_id: int
) -> None:
    """The same answer once more, in a new envelope: the order came again (spec B5.2)."""
    ledger.document(
        _row(who, order.partner, order.id, order.test, ledger.now)
        | {
            "id": ledger.desk.ids.next(),
            "state": "QUEUED",
            "body": last.body,
            "segments": last.segments,
            "delimiters": last.delimiters,
            "business_key": order.po_number,
            "canonical": last.canonical,
            "answers_document_id": document_id,
        }
    )


def _row(who: Correspondent, partner: str, order_id: int, test: bool, now: datetime) -> dict[str, object]:
    return {
        "direction": "out",
        "partner": partner,
        "set_code": _SET,
        "version": who.version,
        "gs_code": "PR",
        "test": test,
        "order_id": order_id,
        "snapshot": who.snapshot,
        "created_at": now,
    }


_IN_WORDS: Final = {
    "AD": "accepted as ordered",
    "AK": "accepted as ordered, without detail",
    "AC": "accepted with changes",
    "AH": "on hold",
    "RD": "refused",
    "RJ": "refused, without detail",
}


def in_words(said: PurchaseOrderAcknowledgment) -> str:
    """BAK02 for a person."""
    return _IN_WORDS.get(said.type, said.type)


def _invalid(finding: Finding) -> Finding:
    return Finding(
        Code.OWN_DOCUMENT_INVALID,
        Severity.ERROR,
        message=f"Our 855 cannot go out: {finding.message}",
        hint=finding.hint
        or "Mend the mapping or the guide of the 855, publish the partner, and answer again.",
        at=finding.at,
        rule=finding.rule,
        value=finding.value,
        family=Family.ANSWER,
    )


def due_at(profile: Profile, received_at: datetime) -> datetime:
    """When the answer must be with the partner."""
    said = profile.answering
    return deadline(
        received_at, said.within_hours, profile.calendar, business_hours_only=said.business_hours_only
    )


def warned_at(profile: Profile, due: datetime) -> datetime:
    """When somebody should hear that it is not yet there."""
    return due - timedelta(hours=profile.answering.warn_hours_before)

"""Documents found by what stands in them, interchanges, what is not acknowledged both ways, control numbers,
certificates; read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime

from edi_gateway.reports.traffic import acknowledgments, certificates, interchanges, search
from edi_gateway.reports.traffic.acknowledgments import AwaitedRow, OwedRow
from edi_gateway.reports.traffic.certificates import CertificateRow
from edi_gateway.reports.traffic.documents import DocumentRow
from edi_gateway.reports.traffic.interchanges import InterchangeRow
from edi_gateway.reports.traffic.ledger import LedgerRow, ledger
from edi_gateway.web.console.api.terms import Before, Limit, Name
from edi_gateway.web.console.rooms import ApiRoom, Call

room = ApiRoom()

_DAYS = 30  # of the ledger, unless somebody says otherwise
Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: older ones are there; `unsearched`: so many of the newest are neither in the index yet nor looked at."""

    documents: list[DocumentRow]
    more: bool
    unsearched: int


@room.read("/search/documents", may="see documents")
def documents(
    call: Call,
    text: Annotated[
        str | None,
        Query(
            max_length=200, pattern=r"^[^\x00]*$", description="Words in it; the beginning of one with a *."
        ),
    ] = None,
    control: Name = None,
    po_number: Name = None,
    item: Name = None,
    partner: Name = None,
    set_code: Annotated[str | None, Query(pattern=r"^[A-Z0-9]{3}$")] = None,
    direction: Direction | None = None,
    state: Name = None,
    since: date | None = None,
    until: date | None = None,
    before: Before = None,
    limit: Limit = 100,
) -> Found:
    """Documents by any control number, PO number, item, partner, day and words, the newest first."""
    wanted = search.Wanted(
        text=text,
        control=control,
        po_number=po_number,
        item=item,
        partner=partner,
        set_code=set_code,
        direction=direction,
        state=state,
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    with call.reading() as conn:
        found = search.find(conn, wanted)
    return Found(list(found.documents), found.more, found.unsearched)


@room.read("/interchanges", may="see documents")
def interchanges_(
    call: Call,
    direction: Direction = "in",
    control: Name = None,
    partner: Name = None,
    before: Before = None,
    limit: Limit = 100,
) -> list[InterchangeRow]:
    """What came, or what went, by interchange, the newest first."""
    with call.reading() as conn:
        listed = interchanges.came if direction == "in" else interchanges.went
        return listed(conn, control=control or "", partner=partner or "", before=before, limit=limit)


@room.read("/acknowledgments/awaited", may="see documents")
def awaited(call: Call, partner: Name = None, late: bool = False, limit: Limit = 100) -> list[AwaitedRow]:
    """What we sent and nobody acknowledged yet, the first due first."""
    with call.reading() as conn:
        return acknowledgments.awaited(conn, call.deps.clock(), partner=partner, late=late, limit=limit)


@room.read("/acknowledgments/owed", may="see documents")
def owed(call: Call, partner: Name = None, late: bool = False, limit: Limit = 100) -> list[OwedRow]:
    """What we owe: acknowledgments that have not gone, orders that are not answered, what is set aside."""
    with call.reading() as conn:
        return acknowledgments.owed(conn, call.deps.clock(), partner=partner, late=late, limit=limit)


@room.read("/ledger", may="see documents")
def numbers(
    call: Call,
    partner: Name = None,
    direction: Direction | None = None,
    since: Annotated[AwareDatetime | None, Query(description="Default: 30 days ago.")] = None,
    faults: bool = False,
) -> list[LedgerRow]:
    """Control numbers by partner with their gaps and repeats. `faults`: only where there are some."""
    begin = since or call.deps.clock() - timedelta(days=_DAYS)
    with call.reading() as conn:
        return ledger(conn, begin, partner=partner, direction=direction, faults=faults)


@room.read("/certificates", may="see partners")
def certificates_(call: Call) -> list[CertificateRow]:
    """Certificates that are not withdrawn, the first to end first; never a key."""
    with call.reading() as conn:
        return certificates.list_certificates(conn, call.deps.clock())

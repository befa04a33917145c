"""By when a case is to be answered and solved, who is to see to it, and what may be said of it at its end.

Tables of spec B4 rule 7, B14.2 and B14.4, and words for them. Pure. Called by commands/ and reports/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from edi_gateway.model.finding import Family
from edi_gateway.orders.hours.working_time import WorkingHours

# working hours in which somebody should have seen to it, at the priority of all; what is not here: a day
RESPONSE_HOURS: Final[dict[Family, int]] = {
    Family.TRANSPORT: 2,
    Family.SYSTEM: 2,
    Family.ERP_POST: 2,
    Family.ANSWER: 2,
    Family.DOCS: 2,
    Family.ASN_824: 2,
    Family.WAREHOUSE: 4,
    Family.STOCK: 8,
    Family.CARRIER: 8,
    Family.INVOICE: 8,
    Family.SYNTAX: 4,
    Family.MAPPING: 4,
    Family.ACK_997: 4,
    Family.DUPLICATE: 8,
    Family.MASTER_DATA: 8,
    Family.ITEM: 8,
    Family.QTY_PACK: 8,
    Family.PRICE: 8,
    Family.DATE: 8,
    Family.CHANGE: 8,
}
_OTHERWISE_HOURS: Final = 24
_RESOLUTION: Final = 3  # times the response

PRIORITIES: Final[dict[int, str]] = {1: "urgent", 2: "high", 3: "normal", 4: "low"}
NORMAL: Final = 3
_QUARTERS: Final[dict[int, int]] = {1: 1, 2: 2, 3: 4, 4: 8}  # of the time that a normal case has

WAITING_FOR: Final = ("customer", "warehouse", "finance", "partner", "IT")  # spec B3.10

# whose queue a family is (roles of spec B1); what is not here: the representatives'
QUEUES: Final[dict[Family, str]] = {
    **dict.fromkeys(
        (Family.TRANSPORT, Family.SYNTAX, Family.MAPPING, Family.ACK_997, Family.ANSWER, Family.ASN_824),
        "EDI_ANALYST",
    ),
    **dict.fromkeys((Family.SYSTEM, Family.ERP_POST), "EDI_ANALYST"),
    **dict.fromkeys((Family.MASTER_DATA, Family.ITEM), "MASTER_DATA"),
    **dict.fromkeys((Family.STOCK, Family.WAREHOUSE, Family.CARRIER, Family.DOCS), "WAREHOUSE"),
    Family.CREDIT: "CREDIT",
    Family.INVOICE: "BILLING",
}

# how a case came to its end, so that each way can be timed (spec B14.2)
BY_ITSELF: Final = "gone by itself"
ACTIONS: Final[dict[str, str]] = {
    BY_ITSELF: "the machine found that nothing is left of it",
    "data corrected": "a value or a document was put right and ran again",
    "cross-reference added": "a code of theirs was tied to one of ours",
    "master data corrected": "a price, an item, a ship-to or terms were put right",
    "mapping changed": "a row of a mapping or a table was changed",
    "guide changed": "a rule of a partner's guide was relaxed or tightened",
    "profile changed": "the partner's profile was changed",
    "replayed": "it ran again without another change",
    "sent again": "a file or a posting went once more",
    "hold released": "somebody accepted it as it is, once",
    "rejected": "it was refused to the partner",
    "customer contacted": "customer or partner put it right",
    "ignored": "it needs nothing; the note says why",
}

# the tree of root causes (spec B14.4): whose it was, then what
ROOT_CAUSES: Final[dict[str, tuple[str, ...]]] = {
    "partner data": (
        "value wrong or missing",
        "against their own guide",
        "sent twice",
        "sent late",
        "not agreed",
    ),
    "our master data": (
        *("item or cross-reference missing", "price out of date", "ship-to missing", "terms out of date"),
        "unit or pack wrong",
    ),
    "mapping": ("row missing", "wrong element or table", "guide too strict", "guide too lax"),
    "our process": ("entered wrongly", "decided too late", "profile wrong", "nobody was asked"),
    "warehouse": ("short or damaged", "confirmed late", "confirmed wrongly", "labels"),
    "carrier": ("late", "lost or damaged", "data wrong"),
    "supplier": ("late", "short", "discontinued"),
    "system": ("connection down", "ERP did not answer", "program failed", "certificate or password"),
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two times of a case, UTC."""

    respond_by: datetime
    resolve_by: datetime


def clocks(family: Family, since: datetime, hours: WorkingHours, priority: int = NORMAL) -> Clocks:
    """By when somebody should have taken a case that came up at `since`, and by when it should be over."""
    response = RESPONSE_HOURS.get(family, _OTHERWISE_HOURS) * timedelta(hours=1) * _QUARTERS[priority] / 4
    return Clocks(hours.after(since, response), hours.after(since, response * _RESOLUTION))


def due_at(family: Family, since: datetime, hours: WorkingHours) -> datetime:
    """When somebody should have seen to a case or a hold of this family that came up at `since`."""
    return clocks(family, since, hours).respond_by


def queue_of(family: Family) -> str:
    """The role whose queue it is."""
    return QUEUES.get(family, "CSR")


def families_of(role: str) -> list[Family]:
    """The families whose queue is a role's."""
    return [family for family in Family if queue_of(family) == role]


def root_cause(said: str) -> tuple[str, str | None] | None:
    """The place in the tree that is meant by "our master data" or "our master data: price out of date", in any case
    of letters; None: there is no such place."""
    whose, _, what = (part.strip().casefold() for part in said.partition(":"))
    for name, details in ROOT_CAUSES.items():
        if name.casefold() == whose:
            if not what:
                return name, None
            return next(((name, detail) for detail in details if detail.casefold() == what), None)
    return None

"""Fixes that are suggested for a case: plain functions in a list, each with one idea, the likeliest first.

Each takes what is known of the case and yields fixes; none writes anything. Doing them is commands/triage/fixing.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from edi_gateway.triage.suggestions import (
    agreements,
    code_tables,
    decisions,
    documents,
    master_data,
    messages,
    senders,
)
from edi_gateway.triage.suggestions.fix import ROOT_CAUSE, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known

Suggest = Callable[[Known], Iterator[Fix]]


def nothing_to_do(known: Known) -> Iterator[Fix]:
    """The case ended with a reason, when nothing waits for it."""
    if known.hold is not None and known.hold.state == "ACTIVE":
        return
    roles = frozenset(
        {"ADMIN", "BILLING", "CREDIT", "CSR", "EDI_ANALYST", "LEAD", "MASTER_DATA", "SUPERVISOR", "WAREHOUSE"}
    )
    why = "It is accepted this once, or has been seen to otherwise."
    yield Fix("ignore", Kind.IGNORE, "Do nothing, and say why", why, roles, {}, (ROOT_CAUSE, WHY))


SUGGEST: Final[tuple[Suggest, ...]] = (
    master_data.cross_reference,
    master_data.one_of_several,
    master_data.ship_to,
    master_data.unit,
    code_tables.table_row,
    master_data.price,
    senders.address,
    documents.envelope,
    documents.code,
    documents.once,
    decisions.settle_duplicate,
    decisions.accept_once,
    documents.again,
    agreements.relax,
    agreements.mapping_row,
    documents.by_hand,
    decisions.refuse,
    documents.refuse_set,
    agreements.tighten,
    messages.message,
    nothing_to_do,
)


def suggest(known: Known) -> list[Fix]:
    """All fixes of a case that is open; of one that is not, none."""
    if known.case.state in ("RESOLVED", "CLOSED"):
        return []
    return [fix for each in SUGGEST for fix in each(known)]

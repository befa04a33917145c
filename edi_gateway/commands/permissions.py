"""Which roles may give which command, and see what (spec B1 user/role). docs/reference/roles.md is made from it.

Releasing a hold is not here: it depends on the hold and is orders/holds.py's to decide (spec B4).
"""

from __future__ import annotations

from typing import Final

from edi_gateway.commands.desk import ROLES

_EVERYBODY: Final = ROLES - {"AUDITOR"}  # an auditor reads

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "note an order": _EVERYBODY,
    "cancel an order": frozenset({"CSR", "LEAD", "SUPERVISOR"}),
    "reject an order": frozenset({"CSR", "LEAD", "SUPERVISOR"}),
    "set a value": frozenset({"CSR", "LEAD", "SUPERVISOR"}),
    "answer an order": frozenset({"CSR", "LEAD", "SUPERVISOR", "EDI_ANALYST"}),
    "resolve a duplicate": frozenset({"CSR", "LEAD", "SUPERVISOR"}),
    "place a hold": frozenset({"CSR", "LEAD", "SUPERVISOR", "CREDIT"}),
    "work a case": _EVERYBODY,
    "improve": frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR"}),
    "accept a document once": frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR"}),
    "refuse a document": frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR"}),
    "write to a partner": _EVERYBODY - {"WAREHOUSE", "CREDIT"},
    "import master data": frozenset({"MASTER_DATA"}),
    "approve an import": frozenset({"MASTER_DATA", "SUPERVISOR"}),
    "reject an import": frozenset({"MASTER_DATA", "SUPERVISOR"}),
    "draft a change": frozenset({"EDI_ANALYST", "ADMIN"}),
    "publish a partner": frozenset({"EDI_ANALYST", "ADMIN"}),
    "pause a partner": frozenset({"EDI_ANALYST", "ADMIN"}),
    "stop and resume": frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR", "ADMIN"}),
    "work an incident": _EVERYBODY,
    "erase personal data": frozenset({"ADMIN", "SUPERVISOR"}),
    "import stock": frozenset({"MASTER_DATA", "WAREHOUSE"}),
    "decide a stock proposal": frozenset({"WAREHOUSE", "SUPERVISOR"}),
    "release to the warehouse": frozenset({"CSR", "LEAD", "SUPERVISOR", "WAREHOUSE"}),
    "confirm a shipment": frozenset({"WAREHOUSE", "LEAD", "SUPERVISOR"}),
    "send a ship notice": frozenset({"WAREHOUSE", "LEAD", "SUPERVISOR", "EDI_ANALYST"}),
    "issue an invoice": frozenset({"BILLING", "SUPERVISOR"}),
    "credit an invoice": frozenset({"BILLING", "SUPERVISOR"}),
    "enter a payment": frozenset({"BILLING"}),
    "resend": frozenset({"EDI_ANALYST", "LEAD", "SUPERVISOR"}),
    "change certificates": frozenset({"EDI_ANALYST", "ADMIN"}),
    "manage users": frozenset({"ADMIN"}),
}

_ALL: Final = ROLES

SEEING: Final[dict[str, frozenset[str]]] = {
    "see cases": _ALL,
    "see orders": _ALL,
    "see documents": _ALL,
    "download documents": _ALL - {"WAREHOUSE"},
    "see partners": _ALL,
    "see master data": _ALL,
    "see figures": _ALL,
    "see incidents": _ALL,
    "see audit": frozenset({"AUDITOR", "ADMIN", "SUPERVISOR", "LEAD"}),
    "see users": frozenset({"ADMIN", "AUDITOR"}),
}  # in the console and by its API; the command line reads for whoever may open the database

"""Which order a document speaks of, and whether two documents say the same (spec B5.2).

Called by facts.needs, judge.py and commands/.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from edi_gateway.model.documents.purchase_order import Allocation, PurchaseOrder
from edi_gateway.partners.profile import Profile

BLANKET: Final = frozenset({"BK", "BE"})
_PURPOSE: Final = re.compile(r'"purpose":"(?:[^"\\]|\\.)*",')


def business_key(order: PurchaseOrder, profile: Profile) -> str:
    """partner|PO number|release, and the ship-to's code where a partner reuses its numbers for each DC."""
    key = f"{profile.key}|{order.po_number}|{order.release_number or ''}"
    if profile.policies.ship_to_reuse:
        party = order.party("ST")
        key += f"|{(party.id or '') if party else ''}"
    return key[:200]


def blanket_key(order: PurchaseOrder, profile: Profile) -> str | None:
    """The key of the blanket order that a release draws on, None when it is no release."""
    if order.type != "RL":
        return None
    return f"{profile.key}|{order.po_number}|"


def store_key(allocation: Allocation) -> str:
    """How a hold names a location of an SDQ: "qualifier:location"."""
    return f"{allocation.location_qualifier or '92'}:{allocation.location}"


def snapshot(order: PurchaseOrder) -> str:
    """The canonical JSON of a document, as the order book keeps it: defaults left out."""
    return order.model_dump_json(exclude_defaults=True)


def content_hash(order: PurchaseOrder, written: str | None = None) -> str:
    """SHA-256 of what is ordered, whatever the envelope and the purpose (BEG01). `written`: its snapshot, if made."""
    text = snapshot(order) if written is None else written
    return sha256(_PURPOSE.sub("", text, count=1).encode()).hexdigest()

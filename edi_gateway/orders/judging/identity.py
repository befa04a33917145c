"""Which order a document speaks of, and whether two documents say the same (spec B5.2).

Called by facts.needs, judge.py and commands/.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from edi_gateway.digests import sha256_hex
from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.partners.profile import Profile

BLANKET: Final = frozenset({"BK", "BE"})
_TEST: Final = "test:"  # before the key of a test order
_PURPOSE: Final = re.compile(r'"purpose":"(?:[^"\\]|\\.)*",')


def business_key(order: PurchaseOrder, profile: Profile, *, test: bool = False) -> str:
    """partner|PO number|release, and the ship-to's code where a partner reuses its numbers for each DC.

    What is a test stands by itself: it repeats, changes and cancels other tests only, and no real order is taken for
    the repetition of one (D36).
    """
    key = f"{_TEST if test else ''}{profile.key}|{order.po_number}|{order.release_number or ''}"
    if profile.policies.ship_to_reuse:
        party = order.party("ST")
        key += f"|{(party.id or '') if party else ''}"
    return key[:200]


def real_key(business_key: str) -> str:
    """The key under which a test order stands once it is a real one."""
    return business_key.removeprefix(_TEST)


def blanket_key(order: PurchaseOrder, profile: Profile, *, test: bool = False) -> str | None:
    """The key of the blanket order that a release draws on, None when it is no release."""
    if order.type != "RL":
        return None
    return f"{_TEST if test else ''}{profile.key}|{order.po_number}|"


class Share(NamedTuple):
    """What one place gets of a line: a pair of an SDQ, or an N1 ST under the line with its QTY (spec D7, D8).

    `key` is how a hold names the place; `n` which allocation or party of the line it is.
    """

    key: str
    qualifier: str | None
    location: str
    quantity: Decimal | None
    unit: str | None
    n: int

    def path(self, line: Line) -> str:
        """Where it stands, below the line."""
        return f"allocations[{self.n}].location" if line.allocations else f"parties[{self.n}].id"


def shares_of(line: Line) -> tuple[Share, ...]:
    """How a line is divided among places; empty when all of it goes to one."""
    if line.allocations:
        shares = []
        for n, each in enumerate(line.allocations):  # there may be thousands
            qualifier, location = each.location_qualifier, each.location
            key = f"{qualifier or '92'}:{location}"
            shares.append(Share(key, qualifier, location, each.quantity, each.unit, n))
        return tuple(shares)
    parties = [(n, p, p.id) for n, p in enumerate(line.parties) if p.role == "ST" and p.id]
    if len(parties) < 2 and not any(p.quantities for _, p, _ in parties):
        return ()
    shares = []
    for n, party, id in parties:
        said = party.quantities[0] if party.quantities else None
        shares.append(
            Share(
                f"{party.id_qualifier or '92'}:{id}",
                party.id_qualifier,
                id or "",
                said.quantity if said else None,
                said.unit if said else None,
                n,
            )
        )
    return tuple(shares)


def snapshot(order: PurchaseOrder) -> str:
    """The canonical JSON of a document, as the order book keeps it: defaults left out."""
    return order.model_dump_json(exclude_defaults=True)


def content_hash(order: PurchaseOrder, written: str | None = None) -> str:
    """SHA-256 of what is ordered, whatever the envelope and the purpose (BEG01). `written`: its snapshot, if made."""
    text = snapshot(order) if written is None else written
    return sha256_hex(_PURPOSE.sub("", text, count=1).encode())

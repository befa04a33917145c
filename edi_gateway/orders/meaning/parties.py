"""Where the goods go: party to ship-to, in the order of spec B5.7 (code, alias, address; D6, D7, D8, D21).

Takes parties and the ship-tos on file, gives a Place. Nothing is created silently. Called by order_facts.py
and by facts.needs for the keys that the store is to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.shared import Party
from edi_gateway.model.master_data import MasterData, ShipTo
from edi_gateway.orders.meaning.codes import codes

# qualifiers under which one site may be known besides the one that was sent
ALIASES: Final = ("92", "UL", "1", "9", "91", "94", "ZZ")
POSTAL: Final = "POSTAL"  # pseudo-qualifier in Needs: every ship-to of the partner with this postal code
DROP_SHIP: Final = frozenset({"DS", "DR"})

Way = Literal[
    "code", "alias", "address", "default", "dc of store", "stores", "consumer", "missing", "unknown"
]


@dataclass(frozen=True, slots=True)
class Place:
    """The ship-to that a party means and how we came to it. `key` is what the order book keeps of it."""

    way: Way
    ship_to: ShipTo | None = None
    party: Party | None = None

    @property
    def key(self) -> str | None:
        return key_of(self.ship_to) if self.ship_to else None


def key_of(ship_to: ShipTo) -> str:
    return f"{ship_to.qualifier}:{ship_to.code}"


def keys(party: Party) -> Iterator[tuple[str, str]]:
    """Every (qualifier, code) under which this party may be on file, and its postal code when it has no code."""
    if party.id:
        sent = party.id_qualifier or "92"
        for qualifier in (sent, *ALIASES):
            yield qualifier, party.id
            if party.id.strip() != party.id:
                yield qualifier, party.id.strip()
    elif party.postal_code:
        yield POSTAL, postal(party.postal_code)


def find(qualifier: str | None, code: str, data: MasterData) -> tuple[ShipTo | None, Way]:
    """By the code as sent, else under another qualifier when that is one place only."""
    sent = qualifier or "92"
    found = data.ship_tos.get((sent, code)) or data.ship_tos.get((sent, code.strip()))
    if found is not None:
        return found, "code"
    others = {
        key_of(s): s for q in ALIASES if (s := data.ship_tos.get((q, code.strip()))) is not None and q != sent
    }
    if len(others) == 1:
        return next(iter(others.values())), "alias"
    return None, "unknown"


def resolve(order: PurchaseOrder, data: MasterData, *, default: str | None, consumer: bool) -> Place:
    """The header's ship-to: N1 ST; without one the stores of SDQ, the contract's default, the buyer's DC."""
    party = order.party("ST")
    if party is None:
        if any(line.allocations for line in order.lines):
            return Place("stores")
        if default is not None:
            qualifier, _, code = default.rpartition(":")
            found, _ = find(qualifier or None, code, data)
            return Place("default" if found else "unknown", found)
        buyer = order.party("BY")
        if buyer is not None and buyer.id:
            store, _ = find(buyer.id_qualifier, buyer.id, data)
            if store is not None:
                return _served(store, data, buyer)
        return Place("missing")
    return resolve_party(party, data, consumer=consumer or order.type in DROP_SHIP)


def resolve_party(party: Party, data: MasterData, *, consumer: bool) -> Place:
    """One N1 ST: by code, alias or exact address; an address without code is normal for a consumer."""
    if party.id and party.id.strip():
        found, way = find(party.id_qualifier, party.id, data)
        return Place(way, found, party)
    found = by_address(party, data)
    if found is not None:
        return Place("address", found, party)
    return Place("consumer" if consumer else "unknown", None, party)


def _served(store: ShipTo, data: MasterData, party: Party) -> Place:
    """A store's goods go to the DC that serves it, when the file says so (cross-dock)."""
    if store.dc is None:
        return Place("code", store, party)
    qualifier, _, code = store.dc.rpartition(":")
    found, _ = find(qualifier or store.qualifier, code, data)
    return Place("dc of store" if found else "unknown", found, party)


def by_address(party: Party, data: MasterData) -> ShipTo | None:
    """The one ship-to on file with exactly this address, after normalising; None when none or several match."""
    if not party.address or not party.postal_code:
        return None
    wanted = _address(party.address, party.city, party.region, party.postal_code)
    hits = {
        key_of(s): s
        for s in data.ship_tos.values()
        if s.address and _address(s.address, s.city, s.region, s.postal_code) == wanted
    }
    return next(iter(hits.values())) if len(hits) == 1 else None


def address_differs(party: Party, ship_to: ShipTo) -> tuple[str, str] | None:
    """(theirs, on file) when the order gives an address and it is another one than ours; else None."""
    if not ship_to.address and not ship_to.postal_code:
        return None
    pairs = (
        (" ".join(party.address), " ".join(ship_to.address)),
        (party.city, ship_to.city),
        (party.region, ship_to.region),
        (party.postal_code, ship_to.postal_code),
    )
    for n, (theirs, ours) in enumerate(pairs):
        if not theirs or not ours:  # what only one side gives is no difference
            continue
        normal = postal if n == 3 else _words
        if normal(theirs) != normal(ours):
            return theirs, ours
    return None


def incomplete(party: Party) -> list[str]:
    """What a consumer's address lacks for a parcel, in words; empty when it will do (D6)."""
    missing = []
    if not _said(party.name):
        missing.append("a name")
    if not any(_said(text) for text in party.address):
        missing.append("a street")
    if not _said(party.city):
        missing.append("a city")
    country = (party.country or "US").strip().upper()
    country = {"USA": "US", "CAN": "CA"}.get(country, country)
    if country in _STATES and (party.region or "").strip().upper() not in _STATES[country]:
        missing.append("a state" if country == "US" else "a province")
    code = (party.postal_code or "").strip().upper()
    form = _POSTAL_FORMS.get(country)
    if not code and country not in ("HK", "IE", "AE"):
        missing.append("a postal code")
    elif form is not None and not form.fullmatch(code):
        missing.append(f"a postal code of {country} ({code} is none)")
    if not re.fullmatch(r"[A-Z]{2,3}", country):
        missing.append("a country")
    return missing


def postal(text: str) -> str:
    """Comparable: upper case, no blanks or dashes, and of a US ZIP+4 the ZIP only."""
    plain = re.sub(r"[\s-]", "", text.upper())
    return plain[:5] if len(plain) == 9 and plain.isdigit() else plain


def _said(text: str | None) -> bool:
    return text is not None and bool(text.strip())


_SHORT: Final = {
    "STREET": "ST",
    "AVENUE": "AVE",
    "ROAD": "RD",
    "DRIVE": "DR",
    "BOULEVARD": "BLVD",
    "LANE": "LN",
    "COURT": "CT",
    "PARKWAY": "PKWY",
    "HIGHWAY": "HWY",
    "SUITE": "STE",
    "BUILDING": "BLDG",
    "NORTH": "N",
    "SOUTH": "S",
    "EAST": "E",
    "WEST": "W",
}


def _words(text: str) -> str:
    return " ".join(_SHORT.get(word, word) for word in re.findall(r"\w+", text.upper()))


def _address(
    lines: tuple[str, ...], city: str | None, region: str | None, postal_code: str | None
) -> tuple[str, str, str, str]:
    return _words(" ".join(lines)), _words(city or ""), _words(region or ""), postal(postal_code or "")


_STATES: Final = {
    "US": codes(
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND "
        "OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP AA AE AP"
    ),
    "CA": codes("AB BC MB NB NL NS NT NU ON PE QC SK YT"),
}
_POSTAL_FORMS: Final = {
    "US": re.compile(r"\d{5}(-?\d{4})?"),
    "CA": re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"),
    "MX": re.compile(r"\d{5}"),
    "DE": re.compile(r"\d{5}"),
    "GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"),
}

"""Fixes of our master data: a cross-reference, a ship-to, a unit, a price. Near misses first."""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.finding import Code
from edi_gateway.orders.meaning.items import keys
from edi_gateway.store.master.nearby import Place
from edi_gateway.triage.suggestions import near
from edi_gateway.triage.suggestions.fix import VALUE, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known
from edi_gateway.x12.dictionary import dictionary

_IMPORT = frozenset({"MASTER_DATA"})
_SET = frozenset({"CSR", "LEAD", "SUPERVISOR"})
_DRAFT = frozenset({"EDI_ANALYST", "ADMIN"})
_UNITS = "355"  # element: unit or basis for measurement


def cross_reference(known: Known) -> Iterator[Fix]:
    """Items of ours whose numbers or description are nearly the line's."""
    if known.case.code not in (Code.ITEM_UNKNOWN, Code.ITEM_ID_INVALID) or known.asked is None:
        return
    theirs = list(keys(known.asked.ids))
    found = [
        each
        for _, value in theirs
        for each in near.by_code(value, [*known.numbers, *((sku, sku) for sku in known.descriptions)])
    ]
    if known.asked.description:
        found += near.by_words(known.asked.description, known.descriptions)
    for each in near.best(each for each in found if each.key in known.descriptions):
        title = f"{each.key} {known.descriptions[each.key]}"
        if theirs:
            qualifier, value = theirs[0]
            values = {
                "import": "xrefs",
                "partner": known.case.partner or "",
                "qualifier": qualifier,
                "value": value,
                "sku": each.key,
                "unit": known.asked.unit or "",
            }
            yield Fix(
                f"xref:{each.key}",
                Kind.IMPORT,
                f"Their {qualifier} {value} is our {title}",
                each.why,
                _IMPORT,
                values,
                (),
                each.score,
                replays=True,
            )
        values = {"field": f"lines[{known.asked.line - 1}].sku", "value": each.key}
        yield Fix(
            f"item:{each.key}",
            Kind.VALUE,
            f"On this line only: it is our {title}",
            each.why,
            _SET,
            values,
            (WHY,),
            each.score,
        )


def one_of_several(known: Known) -> Iterator[Fix]:
    """The line's numbers point to different items: one of them is meant."""
    if known.case.code != Code.ITEM_AMBIGUOUS or known.asked is None:
        return
    theirs = {near.plain(value) for _, value in keys(known.asked.ids)}
    for sku in sorted({sku for value, sku in known.numbers if near.plain(value) in theirs}):
        values = {"field": f"lines[{known.asked.line - 1}].sku", "value": sku}
        title = f"It is our {sku} {known.descriptions.get(sku, '')}".rstrip()
        yield Fix(f"item:{sku}", Kind.VALUE, title, "One of the line's numbers is its.", _SET, values)


def ship_to(known: Known) -> Iterator[Fix]:
    """The place under another code, or as the document names it."""
    if known.case.code not in (Code.SHIP_TO_UNKNOWN, Code.STORE_UNKNOWN):
        return
    qualifier, code, name, address = _named(known)
    if not code:
        return
    by_key = {f"{place.qualifier}:{place.code}": place for place in known.places}
    alike = near.by_code if name else near.by_short_code
    found = alike(code, [(place.code, key) for key, place in by_key.items()])
    if name and address:  # a like name at another address is another place
        said = " ".join([name, *address.values()])
        found += near.by_words(said, {key: _in_words(place) for key, place in by_key.items()})
    elif name:
        found += near.by_words(name, {key: place.name for key, place in by_key.items()})
    for each in near.best(found):
        place = by_key[each.key]
        values = _row(known, qualifier, code) | _address(place)
        yield Fix(
            f"ship-to:{each.key}",
            Kind.IMPORT,
            f"{code} is the place that we have as {place.code}: {_in_words(place)}",
            each.why,
            _IMPORT,
            values,
            (),
            each.score,
            replays=True,
        )
    kind = "store" if known.case.code == Code.STORE_UNKNOWN else "site"
    if not name:
        yield Fix(
            "ship-to:new",
            Kind.IMPORT,
            f"Put {code} on file under a name",
            "It is a place that they have not told us of; the order names none. Say what it is called.",
            _IMPORT,
            _row(known, qualifier, code) | {"name": "", "kind": kind},
            (VALUE,),
            replays=True,
        )
    else:
        values = _row(known, qualifier, code) | {"name": name, **address, "kind": kind}
        yield Fix(
            "ship-to:new",
            Kind.IMPORT,
            f"Put {code} on file as the order names it: {' '.join([name, *address.values()])}",
            "It is a place that they have not told us of.",
            _IMPORT,
            values,
            (),
            replays=True,
        )


def _named(known: Known) -> tuple[str, str, str, dict[str, str]]:
    """Qualifier, code, name and address of the place, as the document has them."""
    value = known.value
    qualifier, _, code = value.rpartition(":")
    parties = [*(known.asked.parties if known.asked else ()), *(known.po.parties if known.po else ())]
    for party in parties:
        if party.role == "ST" and party.id and party.id.strip() == (code or value):
            address = {
                "address_1": (party.address or ("",))[0],
                "city": party.city or "",
                "region": party.region or "",
                "postal_code": party.postal_code or "",
                "country": party.country or "",
            }
            told = {key: text for key, text in address.items() if text}
            return party.id_qualifier or "92", party.id.strip(), party.name or "", told
    return qualifier or "92", code or value, "", {}


def _row(known: Known, qualifier: str, code: str) -> dict[str, str]:
    return {
        "import": "ship-tos",
        "partner": known.case.partner or "",
        "qualifier": qualifier,
        "code": code,
    }


def _address(place: Place) -> dict[str, str]:
    names = ("name", "customer", "address_1", "address_2", "city", "region", "postal_code", "country")
    values = {name: str(getattr(place, name) or "") for name in (*names, "kind", "dc")}
    return values | {"transit_days": "" if place.transit_days is None else str(place.transit_days)}


def _in_words(place: Place) -> str:
    return " ".join(filter(None, [place.name, place.address_1, place.city, place.region, place.postal_code]))


def unit(known: Known) -> Iterator[Fix]:
    """A unit of the item that may be meant, on this line or always."""
    if known.case.code != Code.UNIT_UNKNOWN or known.asked is None:
        return
    names = dictionary("005010").elements[_UNITS].codes or {}
    said = (known.asked.unit or "").upper()
    for ours in known.units:
        score = near.likeness(names.get(said, said), names.get(ours, ours))
        theirs = names.get(said) or "is no code that we know"
        why = f"{ours} is {names.get(ours) or 'a unit of the item'}, {said} {theirs}"
        field = f"lines[{known.asked.line - 1}].unit"
        yield Fix(
            f"unit:{ours}",
            Kind.VALUE,
            f"On this line only: {said} means {ours}",
            why,
            _SET,
            {"field": field, "value": ours},
            (WHY,),
            score,
        )
        yield Fix(
            f"alias:{ours}",
            Kind.PROFILE,
            f"Their {said} always means {ours} (unit_aliases of the profile)",
            why,
            _DRAFT,
            {"alias": said, "unit": ours},
            (WHY,),
            score,
            replays=True,
        )


def price(known: Known) -> Iterator[Fix]:
    """Our price put right by theirs, or theirs by ours."""
    line, asked, order = known.line, known.asked, known.order
    if known.case.code not in (Code.PRICE_DIFFERS, Code.PRICE_NOT_ON_FILE) or order is None:
        return
    if line is None or asked is None or line.sku is None or asked.price is None or line.unit is None:
        return
    if line.contract_price is not None:
        yield Fix(
            "price:ours",
            Kind.VALUE,
            f"Answer with our price: {line.contract_price} instead of {asked.price} {order.currency}",
            "It is what the price list says; somebody else releases the hold.",
            _SET,
            {"field": f"lines[{asked.line - 1}].price", "value": str(line.contract_price)},
        )
    if asked.price_basis is None:
        values = {
            "import": "prices",
            "sku": line.sku,
            "unit": asked.unit or line.unit,
            "price": str(asked.price),
            "currency": order.currency,
            "customer": order.customer or "",
        }
        yield Fix(
            "price:theirs",
            Kind.IMPORT,
            f"Correct our price of {line.sku}: {asked.price} {order.currency} for {asked.unit or line.unit}",
            "If they are right and our price list is not. A second person approves it.",
            _IMPORT,
            values,
            (),
            replays=True,
        )

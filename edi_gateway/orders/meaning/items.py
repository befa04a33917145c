"""Which of our items a line means (spec B5 lines, D15, D16, D22).

Takes a line's ids and the cross-references of the day, gives a Match. Two ids that point to different items
are never settled by guessing. Called by order_facts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from edi_gateway.model.documents.shared import ItemId
from edi_gateway.model.master_data import Item, ItemXref, MasterData
from edi_gateway.orders.meaning import gtin
from edi_gateway.orders.meaning.codes import codes

# qualifiers of PO106ff that say something else than which item it is: size, colour, lot, dates, order numbers
_NO_ITEM: Final = codes("BO CL VE IZ SZ SM LT SN B8 HD CH PO ON PL DV LN CN DR ZB UX VX GE PU F8")  # DE235
OUR_QUALIFIERS: Final = (
    "VN",
    "VP",
    "VC",
    "VA",
    "SK",
)  # the seller's own number, taken as our SKU when no row says else


@dataclass(frozen=True, slots=True)
class Match:
    """What the ids came to. `sku` None: unknown, or `rivals` name the items between which they do not decide."""

    sku: str | None = None
    unit: str | None = None  # the packing level that a GTIN names
    by: ItemId | None = None
    rivals: tuple[tuple[ItemId, str], ...] = ()
    broken: tuple[ItemId, ...] = ()  # claim to be a GTIN and are none
    mended: tuple[tuple[ItemId, str], ...] = ()  # read with a correction


_NOTHING: Final = Match()
MOST_IDS: Final = 10  # pairs that PO1, LIN and IT1 hold


def our_qualifier(ids: Sequence[ItemId]) -> str:
    """Under which qualifier the buyer writes our item numbers; VN when it writes none."""
    return next((each.qualifier for each in ids if each.qualifier in OUR_QUALIFIERS), "VN")


def with_substitute(ids: Sequence[ItemId], sku: str) -> tuple[ItemId, ...]:
    """The buyer's numbers of a line, and ours of what goes instead, as the 855 told it (IS, ACK07 and 08)."""
    if any(each.value == sku for each in ids):
        return tuple(ids)
    return (*ids[: MOST_IDS - 1], ItemId(qualifier=our_qualifier(ids), value=sku))


def keys(ids: Sequence[ItemId]) -> Iterator[tuple[str, str]]:
    """Every (qualifier, value) under which a cross-reference for these ids may stand."""
    for each in ids:
        if each.qualifier in _NO_ITEM:
            continue
        yield each.qualifier, each.value
        trimmed = each.value.strip()
        if trimmed != each.value:
            yield each.qualifier, trimmed
        if trimmed.upper() != trimmed:
            yield each.qualifier, trimmed.upper()
        if each.qualifier in gtin.QUALIFIERS:
            for candidate in gtin.candidates(each.qualifier, each.value):
                yield "GTIN", candidate.gtin


def own_numbers(ids: Sequence[ItemId]) -> Iterator[str]:
    """Values that may be our SKU itself."""
    for each in ids:
        if each.qualifier in OUR_QUALIFIERS:
            yield each.value.strip()


def resolve(ids: Sequence[ItemId], unit: str | None, data: MasterData, partner: str) -> Match:
    """The one item that all ids which we know agree on. `unit` chooses between rows of one item at two levels."""
    sku = level = None
    by: ItemId | None = None
    others: list[tuple[ItemId, str]] = []
    broken: list[ItemId] = []
    mended: list[tuple[ItemId, str]] = []
    for each in ids:
        qualifier = each.qualifier
        if qualifier in _NO_ITEM:
            continue
        row, note = _row(each, unit, data, partner)
        if row is None:
            if gtin.looks_broken(qualifier, each.value):
                broken.append(each)
            found = (
                each.value.strip()
                if qualifier in OUR_QUALIFIERS and each.value.strip() in data.items
                else None
            )
            if found is None:
                continue
            row = ItemXref(None, qualifier, each.value, found)
        if isinstance(row, tuple):  # one number, several items
            others.extend((each, r.sku) for r in row)
            continue
        if note:
            mended.append((each, note))
        if sku is None:
            sku, level, by = row.sku, row.unit, each
        elif row.sku != sku:
            others.append((each, row.sku))
        elif level is None:
            level = row.unit
    if others:
        first = ((by, sku),) if by is not None and sku is not None else ()
        return Match(rivals=(*first, *others), broken=tuple(broken), mended=tuple(mended))
    if sku is None and not broken:
        return _NOTHING
    return Match(sku, level, by, (), tuple(broken), tuple(mended))


def _row(
    each: ItemId, unit: str | None, data: MasterData, partner: str
) -> tuple[ItemXref | tuple[ItemXref, ...] | None, str | None]:
    """The row for one id: the partner's by qualifier first, then the GTIN brought to 14 digits."""
    xrefs = data.xrefs
    rows = xrefs.get((each.qualifier, each.value))
    if rows is None:
        trimmed = each.value.strip()
        rows = xrefs.get((each.qualifier, trimmed)) or xrefs.get((each.qualifier, trimmed.upper()))
    if rows:
        best = _best(rows, unit, partner)
        if best is not None:
            return best, None
    if each.qualifier in gtin.QUALIFIERS:
        hits: list[tuple[ItemXref, str | None]] = []
        for candidate in gtin.candidates(each.qualifier, each.value):
            rows = xrefs.get(("GTIN", candidate.gtin))
            best = _best(rows, unit, partner) if rows else None
            if isinstance(best, tuple):
                return best, None
            if best is not None:
                hits.append((best, candidate.mended))
        if len({row.sku for row, _ in hits}) > 1:
            return tuple(row for row, _ in hits), None
        if hits:
            return hits[0]
    return None, None


def _best(
    rows: tuple[ItemXref, ...], unit: str | None, partner: str
) -> ItemXref | tuple[ItemXref, ...] | None:
    """The partner's own rows before everybody's; of one item the row at the ordered unit; two items: all."""
    if len(rows) == 1:
        return rows[0] if rows[0].partner in (partner, None) else None
    usable = [r for r in rows if r.partner == partner] or [r for r in rows if r.partner is None]
    if not usable:
        return None
    if len({r.sku for r in usable}) > 1:
        return tuple(usable)
    return next((r for r in usable if r.unit == unit), usable[0])


def replacement(item: Item, data: MasterData, today: date) -> Item | None:
    """The item that supersedes a discontinued one, following the chain; None when it ends in nothing sold."""
    seen = {item.sku}
    successor = item.successor
    while successor is not None and successor not in seen:
        seen.add(successor)
        found = data.items.get(successor)
        if found is None:
            return None
        if found.status in ("active", "phase-out") and (
            found.not_before is None or found.not_before <= today
        ):
            return found
        successor = found.successor
    return None

"""Fixes of a code that the code table of its mapping row does not have: one more row of the table, as a draft. Near
misses come from the table's own codes and from the units that the item has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.finding import Code
from edi_gateway.triage.suggestions import near
from edi_gateway.triage.suggestions.evidence import Miss
from edi_gateway.triage.suggestions.fix import VALUE, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known
from edi_gateway.triage.suggestions.near import Near
from edi_gateway.x12.dictionary import dictionary, nearest

_DRAFT: Final = frozenset({"EDI_ANALYST", "ADMIN"})
_CUTOFF: Final = 70  # of 100: PCK is nearly PK, two of three characters and their order
_ALL: Final = "All whose rows name the table are read so."
_LATER: Final = f"{_ALL} Orders that are taken already keep what was read: set it on the line."


def table_row(known: Known) -> Iterator[Fix]:
    """What they call so is what we call otherwise."""
    for miss in known.misses:
        if known.case.code != Code.CODE_NOT_IN_TABLE and miss.code != known.value:
            continue
        meanings = {row.ours: row.meaning for row in reversed(miss.table.rows)}
        values = {"table": miss.table.name, "theirs": miss.code}
        whose = f"a row of the code table {miss.table.name}"
        taken = known.order is not None  # it is judged by what was read: the row is for those to come
        rest = _LATER if taken else _ALL
        for each in _near(known, miss, meanings):
            meaning = meanings.get(each.key, "")
            said = f"{each.key} ({meaning})" if meaning else each.key
            yield Fix(
                f"table:{each.key}",
                Kind.TABLE,
                f"Their {miss.code} is our {said}: {whose}",
                f"{each.why}. {rest}",
                _DRAFT,
                values | {"ours": each.key, "meaning": meaning},
                (WHY,),
                each.score,
                replays=not taken,
            )
        yield Fix(
            "table",
            Kind.TABLE,
            f"Their {miss.code} is another code of ours: {whose}",
            f"Say our code, and behind a blank what it means. {rest}",
            _DRAFT,
            values,
            (VALUE, WHY),
            replays=not taken,
        )


def _near(known: Known, miss: Miss, meanings: dict[str, str]) -> list[Near]:
    """Ours by what they write nearly so, by the code's own name in X12, and by what the item is sold in."""
    found = near.by_code(miss.code, [(row.theirs, row.ours) for row in miss.table.rows], cutoff=_CUTOFF)
    names = _names(known, miss)
    name = names.get(miss.code)
    if name is not None:
        found += near.by_words(name, {ours: meaning for ours, meaning in meanings.items() if meaning})
    if known.case.code == Code.UNIT_UNKNOWN:
        for ours in known.units:
            word = names.get(ours) or meanings.get(ours) or ours
            alike = near.likeness(name or miss.code, word)
            found.append(Near(ours, alike, f"the item is sold in {ours}, {word}"))
    return near.best(found)


def _names(known: Known, miss: Miss) -> dict[str, str]:
    """What the standard calls the codes of the element."""
    book = dictionary(nearest((known.document.version if known.document else None) or "004010")[0])
    segment = book.segments.get(miss.at.segment or "")
    number = miss.at.element or 0
    if segment is None or not 0 < number <= len(segment.uses):
        return {}
    element = book.elements.get(segment.uses[number - 1].element)
    return dict(element.codes or {}) if element is not None else {}

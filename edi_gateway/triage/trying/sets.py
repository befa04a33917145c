"""What one version of a partner makes of a set that came in, and how two of them differ.

Takes a checked set and the partner's tools, gives a SetSide: verdict, findings, canonical document, its part of the
997. The steps are those of flow/taking/sets.py, without anything that follows. Called by trial.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from edi_gateway.mapping.partner import PartnerTools
from edi_gateway.mapping.read import Unmapped
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.triage.trying import difference
from edi_gateway.triage.trying.difference import APPEARS, GONE, Difference
from edi_gateway.x12.acks.ack import GroupResult, SetResult, functional_ack
from edi_gateway.x12.parsing.envelope import Group
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.reading import CheckedSet

ACKNOWLEDGMENTS: Final = frozenset({"997", "999"})
#: From what goes through to what stops earliest.
VERDICTS: Final = (
    *("accepted", "accepted with errors", "not readable", "no mapping", "not agreed", "rejected"),
    "set aside",
)
_MARKS: Final = Delimiters("*", ">", "~", "^")


@dataclass(frozen=True, slots=True)
class SetSide:
    """A set as one version reads it. `findings`: of its check and of its mapping."""

    verdict: str
    findings: tuple[Finding, ...] = ()
    document: Record | None = None
    unmapped: tuple[Unmapped, ...] = ()
    result: SetResult | None = None


NOBODYS: Final = SetSide("set aside")  # its addresses are nobody's: it is not looked into


def side(tools: PartnerTools, checked: CheckedSet, group: Group, encoding: str) -> SetSide:
    """What this version makes of a set."""
    result, raw = checked.result, checked.raw
    if not result.accepted:
        return SetSide("rejected", result.findings, result=result)
    good = "accepted" if result.status == "A" else "accepted with errors"
    if raw.code in ACKNOWLEDGMENTS:
        return SetSide(good, result.findings, result=result)
    if tools.agreed(raw.code, "in", group.read_as) is None:
        return SetSide("not agreed", result.findings, result=result)
    reader = None if checked.guide is None else tools.reader(raw.code, checked.guide)
    if reader is None or checked.walk is None:
        return SetSide("no mapping", result.findings, result=result)
    reading = reader.read(raw, checked.walk, encoding)
    found = (*result.findings, *reading.findings)
    if any(finding.severity is Severity.ERROR for finding in reading.findings):
        return SetSide("not readable", found, None, reading.unmapped, result)
    if reading.document is None:
        return SetSide("no mapping", found, None, reading.unmapped, result)
    return SetSide(good, found, reading.document, reading.unmapped, result)


def between(was: SetSide, now: SetSide) -> Iterator[Difference]:
    """What is different of one set."""
    yield from difference.turned("verdict", was.verdict, now.verdict, VERDICTS)
    if was is NOBODYS or now is NOBODYS:
        return
    if was.findings != now.findings:
        yield from difference.findings("finding", _told(was), _told(now))
    if was.document is not None and now.document is not None and was.document != now.document:
        for path, change, before, after in difference.fields(_plain(was.document), _plain(now.document)):
            yield Difference("field", path, change, difference.shown(before), difference.shown(after))
    if was.unmapped != now.unmapped:
        yield from difference.things("unread", was.unmapped, now.unmapped, _spot, _unread)
    if was.result != now.result:
        yield from _acknowledged(was.result, now.result)


def _plain(document: Record) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude_defaults=True)


def _told(side: SetSide) -> list[Finding]:
    return [f for f in side.findings if f.code is not Code.GROUP_VERSION_READ_AS_NEAREST]


def _spot(unmapped: Unmapped) -> str:
    element = f"{unmapped.element:02d}" if unmapped.element else ""
    within = f"{unmapped.loop}/" if unmapped.loop and unmapped.loop != unmapped.segment else ""
    return f"{within}{unmapped.segment}{element}"


def _unread(place: str, change: str, unmapped: Unmapped) -> Difference:
    value = difference.cut(unmapped.value)
    if change == APPEARS:
        return Difference("", f"{place}: no row reads it any more", change, None, value)
    return Difference("", f"{place}: a row reads it now", GONE, value, None)


def _acknowledged(was: SetResult | None, now: SetResult | None) -> Iterator[Difference]:
    """The set's part of the 997: AK2 to AK5."""
    if was is None or now is None:
        return
    old, new = _lines(was), _lines(now)
    if old != new:
        turned = was.status != now.status
        place = f"AK5 {was.status} → {now.status}" if turned else "other errors are named"
        yield Difference(
            "997", place, difference.CHANGED, "~".join(old), "~".join(new), turned and now.status == "R"
        )


def _lines(result: SetResult) -> list[str]:
    alone = GroupResult("PO", "1", "004010", result.status, 1, 1, 1, (), (result,))
    body = functional_ack(alone, "997", _MARKS)[1:-1]
    return ["*".join(segment) for segment in body]

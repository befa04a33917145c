"""Reads a transaction set into a canonical document: what the flow, the CLI and the simulator call.

Takes a RawSet and the guide's Walk over it, gives a Reading: the validated document, what no row read, what could
not be read. Data never raises: a value that is none, or a field that is missing, is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from edi_gateway.mapping import careful
from edi_gateway.mapping.convert import read_number
from edi_gateway.mapping.draft import Delimited, Spot, not_in_table
from edi_gateway.mapping.generate import reader as generate_reader
from edi_gateway.mapping.hierarchy import Hung, hang
from edi_gateway.mapping.plan import Plan, PlanElement
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Code, Family, Finding, Location, Severity
from edi_gateway.x12.checking.guide import Walk
from edi_gateway.x12.parsing.rawset import RawSet

#: Findings that leave every element readable as its type says; with any other the careful reader is taken.
HARMLESS = frozenset(
    {
        Code.CODE_INVALID,
        Code.CODE_UNLISTED,
        Code.GROUP_VERSION_READ_AS_NEAREST,
        Code.GUIDE_CONDITION_BROKEN,
        Code.ELEMENT_NOT_USED_BY_GUIDE,
        Code.SEGMENT_NOT_USED_BY_GUIDE,
        Code.LOWER_CASE,
        Code.SE_CONTROL_DIFFERS,
        Code.SE_COUNT_WRONG,
        Code.SEGMENT_MISSING,
        Code.SET_CONTROL_INVALID,
        Code.SET_CONTROL_REPEATED,
        Code.TRAILING_BLANKS,  # the checker took them off
        Code.TRAILING_EMPTY_ELEMENTS,
    }
)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something no row read. Positions count from 1, offset and length are bytes; element None: a whole segment."""

    segment: str
    position: int
    loop: str
    element: int | None
    component: int | None
    repetition: int | None
    offset: int
    length: int
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave. `document` is None when a required field is missing or a record cannot be."""

    document: Record | None
    unmapped: tuple[Unmapped, ...]
    findings: tuple[Finding, ...]


class Reader:
    """A mapping at a version, compiled. Make it once with compile.reader and keep it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._fast = generate_reader.generate(plan)
        self._validate = plan.mapping.model.model_validate
        self._computed = tuple(plan.computed())

    def read(self, raw: RawSet, walk: Walk, encoding: str = "ascii") -> Reading:
        """The document of a set. `encoding` is the interchange's, as the envelope found it."""
        segments = recoded(raw.segments, encoding)
        hung = hang(self.plan, segments, walk.nodes)
        root, spots, findings = self._draft(raw, walk, segments, hung)
        findings += [placed(f, self.plan, raw, walk, Spot(i, element)) for i, element, f in hung.findings]
        if self._computed:
            findings += self._check_computed(raw, walk, segments, root)
        document = None
        try:
            document = self._validate(root)
        except ValidationError as error:
            findings += _invalid(error, self.plan.mapping.set_code)
        unmapped = tuple(self._unmapped(raw, walk, segments, spot) for spot in spots) if spots else ()
        return Reading(document, unmapped, tuple(findings))

    def _draft(
        self, raw: RawSet, walk: Walk, segments: Sequence[list[str]], hung: Hung
    ) -> tuple[dict[str, Any], Iterable[tuple[int, int, int, int]], list[Finding]]:
        _, component, _, repetition = raw.delimiters
        if not walk.findings or all(f.code in HARMLESS for f in walk.findings):
            try:
                root, spots, notes = self._fast(segments, walk.nodes, component, repetition, hung.above)
            except (ValueError, ArithmeticError):  # worse than the checker thought: read it with care
                pass
            else:
                return root, spots, [self._noted(raw, walk, note) for note in notes]
        draft = careful.read(self.plan, segments, walk.nodes, Delimited(component, repetition))
        findings = [placed(finding, self.plan, raw, walk, spot) for spot, finding in draft.findings]
        return draft.root, draft.spots, findings

    def _noted(self, raw: RawSet, walk: Walk, note: tuple[int, int, str, str, str]) -> Finding:
        index, element, selector, table, code = note
        return placed(not_in_table(selector, table, code), self.plan, raw, walk, Spot(index, element))

    def _unmapped(
        self, raw: RawSet, walk: Walk, segments: Sequence[list[str]], spot: tuple[int, int, int, int]
    ) -> Unmapped:
        index, element, component, repetition = spot
        offset, length = raw.place(index, element, component, repetition)
        value = segments[index][element] if element else raw.delimiters.element.join(segments[index])
        for separator, number in (
            (raw.delimiters.repetition, repetition),
            (raw.delimiters.component, component),
        ):
            if number and separator:
                value = value.split(separator)[number - 1]
        return Unmapped(
            segments[index][0],
            index + 1,
            loop_of(self.plan, walk, index),
            element or None,
            component or None,
            repetition or None,
            offset,
            length,
            value,
        )

    def _check_computed(
        self, raw: RawSet, walk: Walk, segments: Sequence[list[str]], root: dict[str, Any]
    ) -> list[Finding]:
        found: list[Finding] = []
        for row, element in self._computed:
            assert row.node is not None
            places = [i for i, node in enumerate(walk.nodes) if node == row.node.index]
            stated = _stated(root, element)
            if not places or stated is None:
                continue
            real = self._counted(walk, segments, element)
            if (real - stated) % 10**10:  # a hash total keeps its last ten digits only
                found.append(
                    self._differs(raw, walk, Spot(places[0], element.element.first), element, stated, real)
                )
        return found

    def _counted(self, walk: Walk, segments: Sequence[list[str]], element: PlanElement) -> Decimal:
        compute = element.compute
        assert compute is not None
        node = self.plan.node_of(compute.selector)
        there = [s for s, n in zip(segments, walk.nodes, strict=False) if n == node and compute.counts(s)]
        if compute.what == "count":
            return Decimal(len(there))
        return sum((_number(s[compute.element]) for s in there if len(s) > compute.element), Decimal(0))

    def _differs(
        self, raw: RawSet, walk: Walk, spot: Spot, element: PlanElement, stated: Decimal, real: Decimal
    ) -> Finding:
        compute = element.compute
        assert compute is not None
        counts = compute.what == "count"
        what = (
            f"the number of {compute.counted}"
            if counts
            else f"the sum of {compute.counted}{compute.element:02d}"
        )
        finding = Finding(
            Code.LINE_COUNT_DIFFERS if counts else Code.HASH_TOTAL_DIFFERS,
            Severity.WARNING,
            f"The document says {stated}, {what} is {real}.",
            "Ask the sender whether something of the document was lost.",
            value=str(stated),
            family=Family.MAPPING,
        )
        return placed(finding, self.plan, raw, walk, spot)


def recoded(segments: Sequence[list[str]], encoding: str) -> Sequence[list[str]]:
    """The segments as text: bytes were read as Latin-1, so UTF-8 is brought right where it stands."""
    if encoding != "utf-8":
        return segments
    return [s if all(map(str.isascii, s)) else [_utf8(text) for text in s] for s in segments]


def _utf8(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def loop_of(plan: Plan, walk: Walk, index: int) -> str:
    node = walk.nodes[index] if index < len(walk.nodes) else -1
    return plan.nodes[node].loop if node >= 0 else ""


def placed(finding: Finding, plan: Plan, raw: RawSet, walk: Walk, spot: Spot) -> Finding:
    """A finding of this room with the place of its bytes."""
    offset, length = raw.place(*spot)
    at = Location(
        segment=raw.segments[spot.segment][0],
        position=spot.segment + 1,
        loop=loop_of(plan, walk, spot.segment) or None,
        element=spot.element or None,
        component=spot.component or None,
        repetition=spot.repetition or None,
        offset=offset,
        length=length,
    )
    return Finding(
        finding.code,
        finding.severity,
        finding.message,
        finding.hint,
        at,
        finding.rule,
        finding.value,
        family=finding.family,
    )


def _stated(root: dict[str, Any], element: PlanElement) -> Decimal | None:
    path = element.field
    value: Any = root
    for name in path.names if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return Decimal(value) if isinstance(value, int | Decimal) and path else None


def _number(text: str) -> Decimal:
    try:
        return read_number(text)
    except ValueError:
        return Decimal(0)


def _invalid(error: ValidationError, set_code: str) -> list[Finding]:
    """What pydantic says, in the words of this project."""
    found: list[Finding] = []
    for mistake in error.errors(include_url=False, include_context=False):
        path = canonical(mistake["loc"])
        if mistake["type"] == "missing":
            found.append(
                Finding(
                    Code.FIELD_MISSING,
                    Severity.ERROR,
                    f"{path} is missing; a document without it cannot be used.",
                    f"Look for its element in the {set_code}, and for the row that reads it in the mapping.",
                    at=path,
                    family=Family.MAPPING,
                )
            )
        else:
            found.append(
                Finding(
                    Code.VALUE_UNREADABLE,
                    Severity.ERROR,
                    f"{path} cannot be used: {mistake['msg'][:1].lower()}{mistake['msg'][1:]}.",
                    "Ask the sender what was meant.",
                    at=path,
                    value=str(mistake["input"])[:200],
                    family=Family.MAPPING,
                )
            )
    return found


def canonical(location: tuple[int | str, ...]) -> str:
    """("lines", 0, "price") -> lines[0].price; ("children", 0, "P", "pack") -> children[0].pack"""
    text = ""
    for before, step in zip((None, *location), location, strict=False):
        if isinstance(before, int) and isinstance(step, str) and not step.islower():
            continue  # which of several records it is
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text

"""Fixes of what is agreed with a partner: a guide rule relaxed or tightened, a mapping row changed. Drafts, each of
them: they are tried over what came before, and published, elsewhere (`edi-gateway try`, `partners publish`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edi_gateway.model.finding import Code, Effect, Family, Severity
from edi_gateway.triage.suggestions.fix import VALUE, WHY, Fix, Kind
from edi_gateway.triage.suggestions.known import Known

_DRAFT: Final = frozenset({"EDI_ANALYST", "ADMIN"})
# what the document should have said, as a target of a guide rule
_MISSING: Final[dict[str, tuple[str, str]]] = {
    Code.UNIT_MISSING: ("PO1:03", "the unit of every line"),
    Code.QUANTITY_MISSING: ("PO1:02", "the quantity of every line"),
    Code.SHIP_TO_MISSING: ("N1*ST", "the ship-to"),
    Code.NO_LINES: ("PO1", "a line"),
    Code.PRICE_ABSENT: ("PO1:04", "the price of every line"),
}


def relax(known: Known) -> Iterator[Fix]:
    """The rule that the document breaks asks for less."""
    rule, finding = _rule(known), known.finding
    if rule is None or finding is None or known.document is None:
        return
    base = {"set": known.document.set_code, "rule": rule}
    name = f'rule "{rule}"'
    if known.value and finding.code is Code.CODE_INVALID:
        yield _draft(
            "rule:add",
            f"Let the {name} allow {known.value} too",
            "If it is agreed with them.",
            base | {"add": known.value},
        )
    if finding.severity is Severity.ERROR:
        yield _draft(
            "rule:case",
            f"Take such documents and open a case for each (the {name})",
            "The partner is told nothing of it.",
            base | {"severity": "CASE"},
        )
        yield _draft(
            "rule:warning",
            f"Take such documents with a note in the 997 (the {name} only warns)",
            "They hear of it, and their orders go on.",
            base | {"severity": "WARNING"},
        )
    yield _draft(
        "rule:remove",
        f"Take the {name} out of their guide",
        "If they were never asked for it.",
        base | {"remove": "yes"},
    )


def tighten(known: Known) -> Iterator[Fix]:
    """What is let pass now is refused at the door from now on."""
    finding = known.finding
    if finding is None:
        return
    rule = _rule(known)
    if rule is not None and known.document is not None and finding.effect is Effect.HOLD:
        yield _draft(
            "rule:error",
            f'Refuse such documents by 997 from now on (rule "{rule}")',
            "It is the partner's to mend; nobody here needs to look at each.",
            {"set": known.document.set_code, "rule": rule, "severity": "ERROR"},
            replays=False,
        )
    missing = _MISSING.get(finding.code)
    if missing is not None and known.case.partner is not None:
        target, what = missing
        yield _draft(
            "rule:must",
            f"Let their guide ask for {what} ({target} must be used)",
            "A document without it is then refused by 997 instead of waiting here.",
            {"set": "850", "new": f"{target} must be there", "target": target},
            replays=False,
        )


def mapping_row(known: Known) -> Iterator[Fix]:
    """The row that read the value, or that should have read it."""
    finding, document = known.finding, known.document
    if (
        finding is None
        or document is None
        or finding.family is not Family.MAPPING
        or known.case.partner is None
    ):
        return
    if finding.code not in (Code.VALUE_UNREADABLE, Code.FIELD_MISSING, Code.CODE_NOT_IN_TABLE):
        return
    values = {"set": document.set_code, "selector": finding.rule or ""}
    where = f'the row ["{finding.rule}"]' if finding.rule else "a row"
    yield Fix(
        "row",
        Kind.ROW,
        f"Change {where} of their {document.set_code} mapping",
        'Say which keys the row has for them, as TOML: 02 = "quantity". '
        + ("" if finding.rule else 'Begin with its selector: ["PO1"] and a line break.'),
        _DRAFT,
        values,
        (VALUE, WHY),
        replays=True,
    )
    if finding.rule and finding.code is Code.VALUE_UNREADABLE:
        yield Fix(
            "row:off",
            Kind.ROW,
            f"Leave {where} out for this partner",
            "What it would read is then kept under unmapped.",
            _DRAFT,
            values | {"off": "yes"},
            replays=True,
        )


def _rule(known: Known) -> str | None:
    """The partner's own rule that was broken; None when the standard itself was."""
    finding, document = known.finding, known.document
    if finding is None or finding.rule is None or document is None:
        return None
    return finding.rule if finding.rule in known.rules.get(document.set_code, ()) else None


def _draft(key: str, title: str, why: str, values: dict[str, str], *, replays: bool = True) -> Fix:
    return Fix(key, Kind.RULE, title, why, _DRAFT, values, (WHY,), replays=replays)

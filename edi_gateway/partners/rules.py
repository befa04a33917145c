"""Guide rules of a partner: the `[[rules]]` tables of partners/KEY/SET.toml (docs/reference/guide-rules.md).

Takes the text of that file, gives x12 Rules and what is wrong with them, by line. The mapping rows in the same
file are the mapping's business. Called by checks/documents.py and snapshots.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from edi_gateway.model.finding import Finding, Outcome, Severity
from edi_gateway.partners.draft import Draft, KeyPath, nearest, parse
from edi_gateway.x12.checking.placing import place, without_room
from edi_gateway.x12.checking.rules import KINDS, LISTS, NUMBERS, Rule, RuleInvalid, RuleKind
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.dictionary import nearest as nearest_version
from edi_gateway.x12.structure.machine import lay_out

_CASE = "CASE"  # nothing for the partner, a case for us
_TEXTS = ("id", "target", "when", "unless", "message", "hint")
_SEVERITIES = (*(severity.value for severity in Severity), _CASE)
_KNOWN = (*_TEXTS, "having", "severity", *sorted(KINDS))


@dataclass(frozen=True, slots=True)
class _Row:
    """One table of the file and its place."""

    number: int
    table: dict[str, Any]

    @property
    def path(self) -> KeyPath:
        return ("rules", self.number)

    def at(self, key: str) -> KeyPath:
        return ("rules", self.number, key)


def read(text: str, name: str, set_code: str, version: str | None = None) -> Outcome[tuple[Rule, ...]]:
    """The rules that are good, in order, and a finding for each that is not.

    `name` is what findings call the file. With `version` (GS08) the targets are looked up in that dictionary.
    """
    draft = parse(text, name)
    if isinstance(draft, Finding):
        return Outcome((), (draft,))
    if not isinstance(draft.get("rules"), list):
        wrong = draft.get("rules") is not None
        return Outcome(
            (), (draft.mistake(("rules",), "rules are tables: write [[rules]]."),) if wrong else ()
        )
    good: list[Rule] = []
    findings: list[Finding] = []
    for number, table in enumerate(draft.items("rules")):
        if not isinstance(table, dict):
            findings.append(
                draft.mistake(("rules", number), f"rules[{number}] is no table.", "Write [[rules]].")
            )
            continue
        row = _Row(number, table)
        faults = list(_faults(draft, row))
        if not faults:
            rule = _rule(row, set_code)
            faults = list(_misplaced(draft, row, rule, set_code, version)) if version else []
            if rule.id in {known.id for known in good}:
                faults.append(
                    draft.mistake(row.path, f'There is a rule "{rule.id}" above.', "Give each its own id.")
                )
            good += [] if faults else [rule]
        findings += faults
    return Outcome(tuple(good), tuple(findings))


def _faults(draft: Draft, row: _Row) -> Iterator[Finding]:
    for key in row.table:
        if key not in _KNOWN:
            close = nearest(key, list(_KNOWN))
            yield draft.mistake(
                row.at(key),
                f"{key} is no key of a rule.",
                f"Did you mean {close}?" if close else f"Known are {', '.join(_KNOWN)}.",
            )
    for key in _TEXTS:
        if key in row.table and not (isinstance(row.table[key], str) and row.table[key]):
            yield draft.mistake(row.at(key), f"{key} must be a text in quotes.")
    if "target" not in row.table:
        yield draft.mistake(
            row.path, "The rule has no target.", 'Add e.g. target = "REF*DP" or "PO1/PO4:01".'
        )
    severity = row.table.get("severity", Severity.ERROR.value)
    if severity not in _SEVERITIES:
        yield draft.mistake(row.at("severity"), f"severity must be one of {', '.join(_SEVERITIES)}.")
    if "having" in row.table and not _texts(row.table["having"]):
        yield draft.mistake(row.at("having"), 'having must be a list of segments, e.g. ["N3", "N4"].')
    yield from _kind_faults(draft, row)


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) and text for text in value)


def _kind_faults(draft: Draft, row: _Row) -> Iterator[Finding]:
    kinds = [key for key in row.table if key in KINDS]
    if len(kinds) != 1:
        said = f"says {' and '.join(kinds)}" if kinds else "says nothing"
        yield draft.mistake(row.path, f"The rule {said}.", f"Give one of {', '.join(sorted(KINDS))}.")
        return
    kind, value = kinds[0], row.table[kinds[0]]
    if kind in LISTS:
        if not _texts(value if isinstance(value, list) else [value]):
            yield draft.mistake(row.at(kind), f"{kind} must be a text or a list of texts.")
    elif kind in NUMBERS:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield draft.mistake(row.at(kind), f"{kind} must be a whole number, 0 or more.")
    elif value is not True:
        yield draft.mistake(
            row.at(kind), f"{kind} = true is all that can be said.", "Remove the rule otherwise."
        )


def _rule(row: _Row, set_code: str) -> Rule:
    table = row.table
    kind = next(key for key in table if key in KINDS)
    value = table[kind]
    listed = value if isinstance(value, list) else [value]
    severity = table.get("severity", Severity.ERROR.value)
    return Rule(
        id=table.get("id") or f"{set_code} {table['target']} {kind}",
        target=table["target"],
        kind=cast(RuleKind, kind),
        values=tuple(listed) if kind in LISTS else (),
        number=value if kind in NUMBERS else None,
        when=table.get("when"),
        severity=Severity.WARNING if severity == _CASE else Severity(severity),
        message=table.get("message", ""),
        hint=table.get("hint", ""),
        unless=table.get("unless"),
        having=tuple(table.get("having", ())),
        case=severity == _CASE,
    )


def _misplaced(draft: Draft, row: _Row, rule: Rule, set_code: str, version: str) -> Iterator[Finding]:
    """The rule is about something that this set does not have."""
    known = dictionary(nearest_version(version)[0])
    definition = known.sets.get(set_code)
    if definition is None:
        yield draft.mistake(row.path, f"There is no set {set_code}, so there is nothing to rule about.")
        return
    nodes, _ = lay_out(definition)
    bare = replace(rule, having=(), when=None, unless=None)
    for key in ("target", "having", "when", "unless"):  # what is added last is what is wrong
        bare = replace(bare, **{key: getattr(rule, key)})
        try:
            place([bare], nodes, known)
        except RuleInvalid as error:
            reason = str(error.facts["reason"])
            wanted = rule.target if key == "target" else str(row.table[key])
            close = nearest(re.split(r"[:*=]", wanted)[0], [node.selector for node in nodes])
            yield draft.mistake(
                row.at(key),
                f"{rule.target}: {reason}.",
                f"Did you mean {close}?" if close and "no place" in reason else "",
            )
            return
    if reason := without_room(rule, known):
        yield draft.mistake(row.at(rule.kind), f"{rule.target}: {reason}.")

"""Judgement's knobs: tolerances, codes and units that can take effect (spec B4, B5)."""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.finding import Finding, Severity
from edi_gateway.model.gate import GATE_RULES
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft, KeyPath, dotted, nearest
from edi_gateway.x12.dictionary import dictionary

_TOLERANCES = ("price_buyer_lower", "price_buyer_higher")
_BY_CLASS = ("price_lower_by_class", "price_higher_by_class")
_LIMITS = (
    "lead_time_days",
    "transit_days",
    "stale_after_days",
    "maximum_line_quantity",
    "minimum_order",
    "cancel_warning_days",
)
_CODES = {"order_types": "92", "freight_payment": "146", "allowances_agreed": "1300"}


def limit_negative(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A limit below nothing."""
    for table in _tables(draft):
        paths: list[KeyPath] = [(*table, key) for key in _LIMITS]
        paths += [
            (*side, key) for side in _tolerances(draft, table) for key in ("percent", "per_unit", "per_line")
        ]
        for path in paths:
            value = draft.number(*path)
            if value is not None and value < 0:
                yield draft.mistake(path, f"{dotted(path)} is {value}; it cannot be below 0.")


def _tolerances(draft: Draft, table: KeyPath) -> list[KeyPath]:
    """Where tolerances stand in a table of policies: for all items, and for those of a class."""
    found: list[KeyPath] = [(*table, side) for side in _TOLERANCES]
    for side in _BY_CLASS:
        classes = draft.get(*table, side)
        if isinstance(classes, dict):
            found += [(*table, side, name) for name in classes]
    return found


def limit_empty(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A tolerance without a limit: every price would pass."""
    for table in _tables(draft):
        for side in _tolerances(draft, table):
            given = draft.get(*side)
            if isinstance(given, dict) and not given:
                yield draft.mistake(
                    side,
                    f"{dotted(side)} gives no limit, so every price would pass.",
                    "Give percent, per_unit or per_line; percent = 0 allows no difference.",
                )


def code_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A code of the standard that the standard does not have."""
    for table in _tables(draft):
        for key, element in _CODES.items():
            codes = dictionary("004010").elements[element].codes
            for n, code in enumerate(draft.items(*table, key)):
                if codes and isinstance(code, str) and code not in codes:
                    close = nearest(code, list(codes))
                    yield draft.mistake(
                        (*table, key, n),
                        f'{dotted((*table, key))} holds "{code}", which element {element} does not have.',
                        f"Did you mean {close}?" if close else "",
                        Severity.ERROR
                        if dictionary("004010").elements[element].complete
                        else Severity.WARNING,
                    )


def unit_alias_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An alias that is or means no unit code of two characters, or that leads to another alias."""
    for table in _tables(draft):
        aliases = draft.table(*table, "unit_aliases")
        codes = dictionary("004010").elements["355"].codes
        for alias, meant in aliases.items():
            path: KeyPath = (*table, "unit_aliases", alias)
            if not isinstance(meant, str):
                continue
            if len(meant) != 2 or (codes and meant not in codes):
                yield draft.mistake(
                    path, f'{dotted(path)} is "{meant}", which is no unit code.', "CA is case, EA each."
                )
            elif meant in aliases:
                yield draft.mistake(path, f"{dotted(path)} leads to {meant}, which is an alias itself.")


def blackout_unclear(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A blackout that names no item and no class, so that nothing at all would be sold, or both."""
    for table in _tables(draft):
        for n, entry in enumerate(draft.items(*table, "blackout")):
            if isinstance(entry, dict) and ("item" in entry) == ("item_class" in entry):
                path: KeyPath = (*table, "blackout", n)
                yield draft.mistake(path, f"{dotted(path)} must name either an item or an item_class.")


def chargeback_unknown(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A chargeback for a rule that the gate does not have."""
    for n, penalty in enumerate(draft.items("chargebacks")):
        rule = penalty.get("rule") if isinstance(penalty, dict) else None
        if isinstance(rule, str) and rule not in GATE_RULES:
            close = nearest(rule, list(GATE_RULES))
            yield draft.mistake(
                ("chargebacks", n, "rule"),
                f'{dotted(("chargebacks", n, "rule"))} is "{rule}", which is no rule of the gate.',
                f"Did you mean {close}?" if close else "docs/reference/gate.md lists them.",
            )


def chargeback_negative(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A penalty below nothing, or a share of more than the whole document."""
    for n, _ in enumerate(draft.items("chargebacks")):
        for key, most in (("amount", None), ("percent", 100)):
            path: KeyPath = ("chargebacks", n, key)
            value = draft.number(*path)
            if value is not None and (value < 0 or (most is not None and value > most)):
                limit = "cannot be below 0" if most is None else "lies between 0 and 100"
                yield draft.mistake(path, f"{dotted(path)} is {value}; it {limit}.")


def chargeback_switched_twice(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Two rows for one rule that say different severities: nobody could tell which holds."""
    said: dict[str, str] = {}
    for n, penalty in enumerate(draft.items("chargebacks")):
        if not isinstance(penalty, dict):
            continue
        rule, severity = penalty.get("rule"), penalty.get("severity")
        if (
            isinstance(rule, str)
            and isinstance(severity, str)
            and said.setdefault(rule, severity) != severity
        ):
            yield draft.mistake(
                ("chargebacks", n, "severity"),
                f'{dotted(("chargebacks", n, "severity"))} is "{severity}", and an earlier row of {rule} says '
                f'"{said[rule]}".',
            )


def _tables(draft: Draft) -> list[KeyPath]:
    return [("policies",), *(("customer_policies", number) for number in draft.table("customer_policies"))]

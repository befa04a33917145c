"""How a rule of a partner's guide that an element breaks is said: finding code, acknowledgment code, words.

Called by x12.checking.segments.
"""

from __future__ import annotations

from edi_gateway.model.finding import Code
from edi_gateway.x12.checking.rules import COUNTS, Rule


def broken_rule(rule: Rule, value: str, mark: str | None) -> tuple[Code, str, str]:
    """The code of a broken rule, its AK403 and its words, with {value!r} and {wanted} to be filled in. `mark`: the
    repetition separator of the interchange."""
    if rule.kind in COUNTS:
        return _repetitions(rule, value, mark)
    if rule.kind == "must_use" and (rule.when or rule.unless):
        return Code.CONDITIONAL_ELEMENT_MISSING, "2", _RULE_WORDS["must_use"][2]
    if rule.kind == "digits" and len(value) == rule.number:
        return Code.CHARACTER_INVALID, "6", _DIGITS
    if rule.kind in ("length", "digits"):
        text = _DIGITS if rule.kind == "digits" else _LENGTH
        if len(value) < (rule.number or 0):
            return Code.ELEMENT_TOO_SHORT, "4", text
        return Code.ELEMENT_TOO_LONG, "5", text
    return _RULE_WORDS[rule.kind]


def _repetitions(rule: Rule, value: str, mark: str | None) -> tuple[Code, str, str]:
    """Too many have a code in every acknowledgment, too few only in a 999 (I11): for a 997 they are missing."""
    parts = value.split(mark) if mark else [value]
    given = sum(map(bool, parts))
    if given > (rule.number or 0):
        return (
            Code.TOO_MANY_REPETITIONS,
            "12",
            f"is given {_times(given)}, it may be given {_times(rule.number or 0)}.",
        )
    least = "at least " if rule.kind == "min_use" else ""
    text = f"is given {_times(given)}, it must be given {least}{_times(rule.number or 0)}."
    return Code.GUIDE_CONDITION_BROKEN, "1", text


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


_DIGITS = "is {value!r}, it must be {wanted} digits."
_LENGTH = "is {value!r}, it must have {wanted} characters."


_RULE_WORDS = {
    "must_use": (Code.ELEMENT_MISSING, "1", "must be given."),
    "should_use": (Code.ELEMENT_MISSING, "1", "should be given."),
    "not_used": (Code.ELEMENT_NOT_USED_BY_GUIDE, "10", "is {value!r}, it is not used by this partner."),
    "codes": (Code.CODE_INVALID, "7", "is {value!r}, it must be one of {wanted}."),
    "equals": (Code.CODE_INVALID, "7", "is {value!r}, it must be {wanted}."),
    "min": (Code.ELEMENT_TOO_SHORT, "4", "is {value!r}, it must have at least {wanted} characters."),
    "max": (Code.ELEMENT_TOO_LONG, "5", "is {value!r}, it must have at most {wanted} characters."),
    "looks_like": (Code.GUIDE_CONDITION_BROKEN, "7", "is {value!r}, it must look like {wanted}."),
}

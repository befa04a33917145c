"""Runs the rules of a document and says what a breach costs: severity and penalty come from the partner's table.

Takes a Reply, Notice or Bill; gives findings GATE_BREACH with the rule's id. ERROR: the document is held. Called by
commands/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from edi_gateway.model.finding import Family, Finding, Severity
from edi_gateway.model.gate import GATE_RULES, GateSeverity
from edi_gateway.orders.gate import allowances, answer, cartons, credits, departure, goods, invoice, money
from edi_gateway.orders.gate.records import Bill, Notice, Reply
from edi_gateway.orders.meaning import numbers
from edi_gateway.partners.profile import Penalty, Profile

Rule = Callable[[Any], Iterator[Finding]]

ROOMS: Final = {
    "855": (answer,),
    "856": (goods, cartons, departure),
    "810": (invoice, money, allowances, credits),
}
RULES: Final[dict[str, tuple[Rule, ...]]] = {
    document: tuple(rule for room in rooms for rule in room.RULES) for document, rooms in ROOMS.items()
}
_FAMILIES: Final = {"855": Family.ANSWER, "856": Family.DOCS, "810": Family.INVOICE}
_MOST: Final = 5  # of one rule about one document; the last one counts the rest


def breaches_of_answer(reply: Reply) -> list[Finding]:
    """What an 855 would contradict; empty when it may go."""
    return _breaches("855", reply)


def breaches_of_notice(notice: Notice) -> list[Finding]:
    """What an 856 would contradict; empty when it may go."""
    return _breaches("856", notice)


def breaches_of_invoice(bill: Bill) -> list[Finding]:
    """What an 810 would contradict; empty when it may go."""
    return _breaches("810", bill)


def severity_of(profile: Profile, rule: str) -> GateSeverity:
    """What a breach does with this partner: as its table says, else by default."""
    for penalty in profile.chargebacks:
        if penalty.rule == rule and penalty.severity is not None:
            return penalty.severity
    return GATE_RULES[rule][1]


def _breaches(document: str, about: Reply | Notice | Bill) -> list[Finding]:
    found: list[Finding] = []
    for rule in RULES[document]:
        mine = list(rule(about))
        if mine:
            found += _told(rule.__name__, document, mine, about)
    return found


def _told(name: str, document: str, found: Sequence[Finding], about: Reply | Notice | Bill) -> list[Finding]:
    severity = severity_of(about.profile, name)
    if severity == "off":
        return []
    costs = penalty_in_words(about.profile, name, about.value, about.currency)
    told = [
        replace(
            each,
            severity=Severity.ERROR if severity == "hold" else Severity.WARNING,
            rule=name,
            message=f"{each.message}{costs}",
            family=_FAMILIES[document],
        )
        for each in found[:_MOST]
    ]
    more = len(found) - len(told)
    if more:
        last = told[-1]
        told[-1] = replace(
            last, message=f"{last.message} And {more} more like it.", value=f"{last.value} +{more}"
        )
    return told


def penalty_in_words(profile: Profile, rule: str, value: Decimal, currency: str) -> str:
    """What they are likely to charge back, to follow a message; nothing where their table does not name the rule."""
    mine = [penalty for penalty in profile.chargebacks if penalty.rule == rule]
    if not mine:
        return ""
    amounts = [amount for penalty in mine if (amount := _amount(penalty, value, currency)) is not None]
    likely = (
        f" Likely chargeback: {numbers.show_price(sum(amounts, numbers.ZERO))} {currency}" if amounts else ""
    )
    words = "; ".join(penalty.text for penalty in mine if penalty.text)
    if not likely:
        return f" They charge back for this{f': {words}' if words else ''}."
    return f"{likely}{f' ({words})' if words else ''}."


def _amount(penalty: Penalty, value: Decimal, currency: str) -> Decimal | None:
    """A fixed amount a document, a share of its value, or both together."""
    if penalty.amount is None and penalty.percent is None:
        return None
    share = numbers.EXACT.multiply(value, (penalty.percent or numbers.ZERO) / 100)
    return numbers.EXACT.add(penalty.amount or numbers.ZERO, numbers.money(share, currency))

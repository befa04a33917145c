"""From findings to holds: which finding holds what, how much hangs on it, and the facts that a release covers.

Takes findings with their effect and OrderFacts, gives NewHolds. Called by judge.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from edi_gateway.model.finding import Code, Effect, Finding
from edi_gateway.model.order import HoldCode, NewHold
from edi_gateway.orders.holds import RULES
from edi_gateway.orders.judging.effects import CONSEQUENCES
from edi_gateway.orders.judging.identity import content_hash
from edi_gateway.orders.judging.order_facts import LineFacts, OrderFacts
from edi_gateway.orders.meaning.numbers import EXACT, ZERO, is_sane, plain

_LINE: Final = re.compile(r"lines\[(\d+)\]")


def line_index(finding: Finding) -> int | None:
    """Which line (from 0) a finding is about, None for the order."""
    match = _LINE.match(finding.at) if isinstance(finding.at, str) else None
    return int(match[1]) if match else None


def raise_holds(findings: Iterable[Finding], facts: OrderFacts) -> tuple[NewHold, ...]:
    """One hold for each finding that holds; the same facts held twice make one."""
    holds: dict[tuple[object, ...], NewHold] = {}
    for finding in findings:
        code = CONSEQUENCES[finding.code].hold
        if finding.effect is not Effect.HOLD or code is None:
            continue
        index = line_index(finding)
        store = finding.value if finding.code is Code.STORE_UNKNOWN else None
        line = facts.lines[index] if index is not None and index < len(facts.lines) else None
        if (
            store is not None or code is HoldCode.CHANGE_PENDING
        ):  # one store of all lines; the order that stands
            line = None
        number = line.number if line is not None else None
        print_ = fingerprint(code, finding, line, facts)
        holds.setdefault(
            (code, number, store, print_),
            NewHold(
                code=code,
                line=number,
                blocks=_blocks(code, finding, facts),
                finding=finding,
                fingerprint=print_,
                family=CONSEQUENCES[finding.code].family,
                store=store,
                amount=line.amount if line is not None else total(facts),
            ),
        )
    return tuple(holds.values())


def _blocks(code: HoldCode, finding: Finding, facts: OrderFacts) -> str:
    """The steps that it stops: those of its kind, and a price that is accepted and fixed later only what follows."""
    if finding.code is Code.PRICE_DIFFERS and facts.policies.price_lower_outside == "accept then fix":
        return "R"
    return RULES[code].blocks


def total(facts: OrderFacts) -> Decimal:
    """What the lines come to, in the order's currency."""
    summed = ZERO
    for line in facts.lines:
        if line.amount is not None:
            summed = EXACT.add(summed, line.amount)
    return summed


def fingerprint(code: HoldCode, finding: Finding, line: LineFacts | None, facts: OrderFacts) -> str:
    """The facts that a hold is about, in words: when one changes, an earlier release no longer covers it (B4.4).

    Nothing of the day is in it: a release holds tomorrow too.
    """
    parts: list[tuple[str, object]] = [("finding", finding.code.value)]
    if line is not None:
        parts.append(("line", line.line.buyer_line or line.number))
        parts.append(("item", line.item.sku if line.item else _ids(line)))
    if finding.code is Code.ITEM_NOT_SOLD_THERE:
        parts.append(("place", finding.value))
    if code in _BY_QUANTITY and line is not None:
        parts += [("quantity", _number(line.line.quantity)), ("unit", line.line.unit)]
    if code is HoldCode.PRICE and line is not None:
        row = line.quote.row
        parts += [
            ("price", _number(line.line.price)),
            ("basis", line.line.price_basis),
            ("ours", f"{_number(row.price)} {row.unit}" if row else None),
            ("customer", facts.customer_number),
            ("currency", facts.currency),
        ]
    elif code is HoldCode.PACK_MULTIPLE and line is not None:
        pack = line.line.pack
        parts += [("pack", pack.pack if pack else None), ("step", line.fit.step if line.fit else None)]
    elif code is HoldCode.DATE_WINDOW:
        stated = line.window.stated if line is not None else facts.window.stated
        parts += [(name, day.isoformat()) for name, day in stated]
        parts.append(("ordered_on", facts.order.ordered_on))
    elif code in (HoldCode.MIN_ORDER, HoldCode.CUSTOMER_STOP) and line is None:
        parts += [("customer", facts.customer_number), ("amount", _number(total(facts)))]
    elif code in (HoldCode.DUP_PO, HoldCode.CHANGE_PENDING):
        known = facts.standing.known
        parts += [("known", known.number if known else None), ("content", content_hash(facts.order)[:16])]
    elif code is HoldCode.MANUAL:
        parts.append(("notes", "; ".join(_notes(facts, line))))
    elif code is not HoldCode.PRICE and finding.value is not None:
        parts.append(("value", finding.value))
    if isinstance(finding.at, str) and line is None:
        parts.append(("at", finding.at))
    return "; ".join(f"{name}={value}" for name, value in parts if value is not None)


_BY_QUANTITY: Final = frozenset(
    {
        HoldCode.PRICE,
        HoldCode.PACK_MULTIPLE,
        HoldCode.UOM,
        HoldCode.MAX_QTY,
        HoldCode.MIN_ORDER,
        HoldCode.TOTALS,
    }
)


def _number(number: Decimal | None) -> str | None:
    """The same text for 9.5 and 9.50."""
    if number is None:
        return None
    return format(plain(number), "f") if is_sane(number) else str(number)


def _ids(line: LineFacts) -> str:
    return ", ".join(f"{i.qualifier} {i.value}" for i in line.line.ids)


def _notes(facts: OrderFacts, line: LineFacts | None) -> list[str]:
    notes = facts.order.notes if line is None else line.line.notes
    texts = [text for note in notes for text in (note.text, *note.lines) if text]
    return texts if line is None else [*texts, *line.line.messages]

"""The 855 at the gate: the clean one passes, and each rule is broken by a story of its own, by nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.model.order import LineState, OrderState
from edi_gateway.orders.gate.judging import breaches_of_answer
from edi_gateway.orders.gate.records import Reply
from tests.orders import build
from tests.orders.gate.stories import (
    BOLTS,
    BOLTS_TOLD,
    MUGS,
    MUGS_TOLD,
    answer,
    answered_line,
    ordered,
    profile,
    reply,
    rules,
    without,
)

LATER = date(2025, 3, 20)
PROMISED = without(MUGS, promised_ship=LATER)
TO_68 = {"date_qualifier": "068", "on": LATER}


def test_a_clean_answer_goes() -> None:
    assert breaches_of_answer(reply()) == []
    assert reply().odd == ()


@pytest.mark.parametrize(
    "clean",
    [
        reply(answer(lines=(), type="AK")),
        reply(
            answer(lines=(), type="RJ"),
            lines=[without(line, state=LineState.REJECTED) for line in (MUGS, BOLTS)],
            state=OrderState.REJECTED,
        ),
        reply(answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 36), ("IR", 12)), BOLTS_TOLD, type="AC")),
        reply(answer(answered_line(1, 48, "4.00", "MUG", ("IH", 48)), BOLTS_TOLD, type="AC")),
        reply(
            answer(answered_line(1, 48, "4.00", "MUG", ("DR", 48, TO_68)), BOLTS_TOLD, type="AC"),
            lines=(PROMISED, BOLTS),
        ),
        reply(  # half of it waits, the other half is cut: nothing that is told goes on the day of our book
            answer(answered_line(1, 48, "4.00", "MUG", ("IH", 24), ("IB", 24)), BOLTS_TOLD, type="AC"),
            lines=(without(PROMISED, accepted_quantity=Decimal(24)), BOLTS),
            profile=profile(policies={"cut_quantity_as": "IB"}),
        ),
        reply(
            answer(answered_line(1, 48, "4.20", "MUG", ("IP", 48)), BOLTS_TOLD, type="AC"),
            lines=(without(MUGS, price=Decimal("4.20")), BOLTS),
        ),
        reply(
            answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 60)), BOLTS_TOLD, type="AC"),
            profile=profile(policies={"pack_rounding": "up"}),
        ),
        reply(
            answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 36)), BOLTS_TOLD, type="AC"),
            profile=profile(policies={"cut_quantity_as": "IQ alone"}),
        ),
        reply(
            answer(
                answered_line(1, 48, "4.00", "MUG", ("IA", 20), ("ID", 28)),
                BOLTS_TOLD,
                type="AC",
                purpose="05",
            ),
            before=(answer(),),
            shipped={1: Decimal(20)},
        ),
    ],
    ids=[
        "AK",
        "RJ",
        "cut",
        "on hold",
        "moved",
        "held and cut",
        "price told",
        "rounded up",
        "IQ alone",
        "rest cancelled",
    ],
)
def test_what_the_profile_and_the_buyer_allow_goes(clean: Reply) -> None:
    assert rules(breaches_of_answer(clean)) == []


BROKEN = {
    "answer_names_order": reply(answer(po_number="PO-01")),
    "answer_names_lines": reply(answer({**MUGS_TOLD, "buyer_line": "1"}, BOLTS_TOLD)),
    "answers_every_line": reply(answer(MUGS_TOLD)),
    "answers_add_up": reply(answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 36)), BOLTS_TOLD, type="AC")),
    "accepts_within_order": reply(answer(answered_line(1, 48, "4.00", "MUG", ("IA", 60)), BOLTS_TOLD)),
    "accepts_what_stands": reply(lines=(without(MUGS, state=LineState.CANCELLED), BOLTS)),
    "keeps_what_shipped": reply(
        answer(
            answered_line(1, 48, "4.00", "MUG", ("IA", 12), ("ID", 36)), BOLTS_TOLD, type="AC", purpose="05"
        ),
        before=(answer(),),
        shipped={1: Decimal(20)},
    ),
    "price_within_order": reply(
        answer(answered_line(1, 48, "4.20", "MUG"), BOLTS_TOLD),
        lines=(without(MUGS, price=Decimal("4.20")), BOLTS),
    ),
    "price_as_booked": reply(
        answer(answered_line(1, 48, "4.00", "MUG"), BOLTS_TOLD),
        lines=(without(MUGS, price=Decimal("3.90")), BOLTS),
    ),
    "promise_within_window": reply(
        answer(answered_line(1, 48, "4.00", "MUG", ("IA", 48, TO_68)), BOLTS_TOLD), lines=(PROMISED, BOLTS)
    ),
    "promise_before_cancel_date": reply(
        answer(answered_line(1, 48, "4.00", "MUG", ("DR", 48, TO_68)), BOLTS_TOLD, type="AC"),
        lines=(without(PROMISED, cancel_after=date(2025, 3, 19)), BOLTS),
    ),
    "answer_type_fits_lines": reply(
        answer(answered_line(1, 48, "4.00", "MUG", ("IQ", 36), ("IR", 12)), BOLTS_TOLD)
    ),
    "original_answer_once": reply(before=(answer(),)),
    "answer_in_time": reply(now=datetime(2025, 3, 4, 15, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_is_broken_by_its_story_and_nothing_else_is(rule: str) -> None:
    (found,) = breaches_of_answer(BROKEN[rule])
    assert (found.code, found.rule) == (Code.GATE_BREACH, rule)
    assert found.severity is (Severity.WARNING if rule == "answer_in_time" else Severity.ERROR)


def test_a_date_that_the_book_promises_is_told() -> None:
    (found,) = breaches_of_answer(reply(lines=(PROMISED, BOLTS)))
    assert (found.rule, found.at) == ("promise_within_window", "lines[0].answers")
    assert found.message == "Our book promises line 001 for 20 Mar 2025, the 855 does not say so."


def test_a_delivery_date_is_held_against_the_days_of_delivery() -> None:
    order = ordered(dates={"deliver_not_after": date(2025, 3, 18)})
    said = answer(
        answered_line(1, 48, "4.00", "MUG", ("IA", 48, {"date_qualifier": "067", "on": LATER})), BOLTS_TOLD
    )
    mine = without(MUGS, ship_until=None, ship_from=None, promised_delivery=LATER)
    (found,) = breaches_of_answer(reply(said, order=order, lines=(mine, BOLTS)))
    assert found.message == (
        "The 850 wants line 001 delivered by 18 Mar 2025, the 855 promises it for 20 Mar 2025 and calls it IA."
    )


def test_a_price_told_in_ctp_counts_as_told() -> None:
    told = {**MUGS_TOLD, "quoted_prices": [{"kind": "CON", "price": Decimal("4.20")}]}
    told["answers"] = [{"status": "IP", "quantity": Decimal(48), "unit": "EA"}]
    mine = without(MUGS, price=Decimal("4.20"))
    assert rules(breaches_of_answer(reply(answer(told, BOLTS_TOLD, type="AC"), lines=(mine, BOLTS)))) == []


def test_without_detail_means_that_every_line_is_accepted() -> None:
    held = reply(answer(lines=(), type="AK"), lines=(without(MUGS, state=LineState.HELD), BOLTS))
    assert rules(breaches_of_answer(held)) == ["answer_type_fits_lines"]


def test_nothing_of_a_cancelled_order_is_accepted() -> None:
    found = breaches_of_answer(reply(state=OrderState.CANCELLED))
    assert [(f.rule, f.at) for f in found] == [
        ("accepts_what_stands", "lines[0].answers"),
        ("accepts_what_stands", "lines[1].answers"),
    ]


def test_what_goes_wrong_everywhere_is_said_five_times_and_counted() -> None:
    lines = [build.line(1, "EA", "4.00", id=str(n)) for n in range(1, 9)]
    order = ordered(*lines)
    found = breaches_of_answer(reply(answer(lines=(), type="AC"), order=order, lines=()))
    assert len(found) == 5
    assert found[4].message == "The 850 orders line 5, the 855 does not answer it. And 3 more like it."


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"amount": "150"}, " Likely chargeback: 150.00 USD."),
        ({"percent": "3"}, " Likely chargeback: 5.94 USD."),  # 3 % of 192.00 + 6.00
        (
            {"amount": "150", "percent": "3", "text": "Vendor guide 7.2"},
            " Likely chargeback: 155.94 USD (Vendor guide 7.2).",
        ),
        ({"text": "Vendor guide 7.2"}, " They charge back for this: Vendor guide 7.2."),
        ({}, " They charge back for this."),
    ],
)
def test_the_likely_penalty_is_named(table: dict[str, str], told: str) -> None:
    costs = profile(chargebacks=[{"rule": "original_answer_once", **table}])
    (found,) = breaches_of_answer(reply(before=(answer(),), profile=costs))
    assert found.message.endswith(f"this one is an original (00) too.{told}")


@pytest.mark.parametrize(
    ("switch", "found"), [("off", []), ("warn", [Severity.WARNING]), ("hold", [Severity.ERROR])]
)
def test_a_partner_switches_a_rule(switch: str, found: list[Severity]) -> None:
    mild = profile(chargebacks=[{"rule": "answer_in_time", "severity": switch}])
    late = reply(now=datetime(2025, 3, 4, 15, 1, tzinfo=UTC), profile=mild)
    assert [each.severity for each in breaches_of_answer(late)] == found

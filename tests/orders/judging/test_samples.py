"""Every sample's 850s, judged and answered: the orders, findings, holds and 855s that stand beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.finding import Family, Severity
from edi_gateway.model.master_data import KnownOrder
from edi_gateway.model.order import Judgement
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.judging.facts import facts_on
from edi_gateway.orders.judging.judge import business_key, content_hash, judge, snapshot
from edi_gateway.orders.meaning.numbers import plain
from tests.orders.samples import master_data, orders
from tests.samples.sample import NOW, Sample, samples

BYTES_AT_FAULT = {"13-one-bad-set", "14-bad-date", "16-unknown-partner"}  # findings of the standard, not ours


def judged(sample: Sample) -> list[tuple[Judgement, PurchaseOrderAcknowledgment | None]]:
    """Each order in turn; one that was booked stands when the next comes."""
    book: dict[str, tuple[KnownOrder, ...]] = {}
    result = []
    for n, (profile, order, test) in enumerate(orders(sample), 1):
        data = master_data(profile.key)
        data.known = book
        facts = facts_on(data, profile, now=NOW, test=test)
        judgement = judge(order, facts)
        document = judgement.revised or order
        reply = None
        if judgement.lines:
            reply = answer(
                document,
                judgement.lines,
                judgement.holds,
                profile=profile,
                order_number="SO",
                today=facts.today,
                purpose=profile.answering.update_purpose if judgement.verdict == "change" else "00",
                rejected=judgement.reject_code,
                customer=judgement.customer,
            )
            known = KnownOrder(
                n, "SO", 1, judgement.state, content_hash(document), snapshot(document), order_type=order.type
            )
            key = business_key(order, profile)
            book[key] = (known,) if judgement.verdict == "change" else (*book.get(key, ()), known)
        result.append((judgement, reply))
    return result


def text(number: Decimal | None) -> str:
    """A number without trailing zeros, as X12 writes it."""
    return "?" if number is None else format(plain(number), "f")


def same(expected: str, number: Decimal | None) -> bool:
    return expected == "?" or number == Decimal(expected)


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_the_orders_of_a_sample_stand_as_expected(sample: Sample) -> None:
    booked = [j for j, _ in judged(sample) if j.lines]
    final = [
        j for n, j in enumerate(booked) if not any(later.verdict == "change" for later in booked[n + 1 :])
    ]
    expected = sample.rows("orders")
    assert len(final) == len(expected)
    for judgement, row in zip(final, expected, strict=True):
        assert (judgement.state, judgement.customer) == (row["state"], row["customer"])
        assert same(row["total"], judgement.total)
        assert [(ln.line, ln.buyer_line, ln.sku, ln.unit, ln.state.value) for ln in judgement.lines] == [
            (ln["line"], ln["buyer_line"], ln["sku"], ln["unit"], ln["state"]) for ln in row["lines"]
        ]
        for mine, theirs in zip(judgement.lines, row["lines"], strict=True):
            assert same(theirs["quantity"], mine.quantity)
            assert same(theirs["accepted"], mine.accepted_quantity)
            assert same(theirs["price"], mine.price)
        assert [(h.code, h.line, h.store) for h in judgement.holds] == [
            (h["code"], h["line"], h["store"]) for h in row["holds"]
        ]


@pytest.mark.parametrize(
    "sample", [s for s in samples() if s.name not in BYTES_AT_FAULT], ids=lambda s: s.name
)
def test_a_sample_has_exactly_the_findings_expected_of_judgement(sample: Sample) -> None:
    found = sorted(
        (f.code.value, f.severity.value, f.effect.value, str(f.at))
        for j, _ in judged(sample)
        for f in j.findings
    )
    assert found == sorted((r["code"], r["severity"], r["effect"], r["at"]) for r in sample.rows("findings"))


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_a_sample_is_answered_as_expected(sample: Sample) -> None:
    """BAK01, BAK02 and every ACK of the 855s expected, at once or at the deadline."""
    replies = {(r.po_number, r.purpose, *lines_of(r)) for _, r in judged(sample) if r is not None}
    for name in ("855", "later.855"):
        for segments in sample.edi(name):
            for body in bodies(segments):
                assert body in replies


def lines_of(reply: PurchaseOrderAcknowledgment) -> tuple[Any, ...]:
    return (reply.type, *((a.status, text(a.quantity), a.unit) for ln in reply.lines for a in ln.answers))


def bodies(segments: list[str]) -> list[tuple[Any, ...]]:
    found: list[list[Any]] = []
    for segment in segments:
        parts = segment.split("*")
        if parts[0] == "BAK":
            found.append([parts[3], parts[1], parts[2]])
        elif parts[0] == "ACK":
            found[-1].append((parts[1], parts[2], parts[3]))
    return [tuple(body) for body in found]


def test_findings_of_judgement_are_never_of_the_syntax_family() -> None:
    for sample in samples():
        for judgement, _ in judged(sample):
            assert all(f.family is not Family.SYNTAX and f.rule for f in judgement.findings)
            assert all(f.hint for f in judgement.findings if f.severity is Severity.ERROR)

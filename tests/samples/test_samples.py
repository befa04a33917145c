"""Every sample through the whole gateway, on both databases: what comes in, what goes out, what stands in the book."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.samples.house import House, Rows, house
from tests.samples.sample import Sample, samples, sets

LATER = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)  # every answer that waited is due by then
NAMES = [sample.name for sample in samples()]


@dataclass(slots=True)
class Outcome:
    """What became of one sample."""

    acknowledged: list[list[str]]
    answered: list[list[str]]
    rows: Rows
    answered_later: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """What became of all samples, and what was posted to the ERP, in the order of posting."""

    outcomes: dict[str, Outcome]
    posted: list[dict[str, Any]]


@pytest.fixture(scope="module")
def run(stocked: Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All samples, one after the other through one gateway; two days later what waited is answered."""
    home: Path = tmp_path_factory.mktemp("samples")
    found: dict[str, Outcome] = {}
    with house(stocked, home) as running:
        for sample in samples():
            found[sample.name] = _through(sample, running)
        running.wait_until(LATER)
        numbers = {row["po_number"]: name for name, one in found.items() for row in one.rows.orders}
        for answer in [
            one for content in running.sent() for one in sets(content) if one[2].startswith("ST*855")
        ]:
            found[numbers[answer[3].split("*")[3]]].answered_later.append(answer)
        return Run(found, running.posted())


@pytest.fixture
def outcomes(run: Run) -> dict[str, Outcome]:
    return run.outcomes


def _through(sample: Sample, running: House) -> Outcome:
    seen = running.mark()
    for number, content in enumerate(sample.inputs):
        running.take_in(f"{sample.name}-{number}.edi", content)
    sent = [one for content in running.sent() for one in sets(content)]
    return Outcome(
        [one for one in sent if one[2].startswith("ST*997")],
        [one for one in sent if one[2].startswith("ST*855")],
        running.rows(seen),
    )


@pytest.mark.parametrize("name", NAMES)
class TestSample:
    """One class so that a failure tells which sample and which side of it."""

    def test_is_acknowledged(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert outcomes[sample.name].acknowledged == sample.edi("997")

    def test_is_answered(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert outcomes[sample.name].answered == sample.edi("855")

    def test_stands_in_the_order_book(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert outcomes[sample.name].rows.orders == sample.rows("orders")

    def test_is_found_to_be(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert in_order(outcomes[sample.name].rows.findings) == in_order(sample.rows("findings"))

    def test_opens_the_cases_that_it_should(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert in_order(outcomes[sample.name].rows.cases) == in_order(sample.rows("cases"))

    def test_is_answered_when_the_answer_is_due(self, outcomes: dict[str, Outcome], sample: Sample) -> None:
        assert outcomes[sample.name].answered_later == sample.edi("later.855")


def test_what_is_accepted_or_cancelled_is_posted_and_nothing_that_waits_or_is_a_test(run: Run) -> None:
    last = {posting["order"]["number"]: posting["order"] for posting in run.posted}
    posted = sorted((order["po_number"], order["state"], Decimal(order["total"])) for order in last.values())
    book = [order for sample in samples() for order in sample.rows("orders") if not order["test"]]
    assert posted == sorted(
        (order["po_number"], order["state"], Decimal(order["total"]))
        for order in book
        if order["state"] in ("ACCEPTED", "CANCELLED")
    )


def test_a_posting_says_what_each_store_gets_and_whose_part_waits(run: Run) -> None:
    """Sample 08: of the three stores of line 1, 0199 is not on file; both of line 2 are."""
    postings = [p for p in run.posted if p["order"]["po_number"] == "AV-88020"]
    assert [(s["line"], s["store"], s["quantity"], s["waits"]) for s in postings[-1]["stores"]] == [
        (1, "92:0105", "16", False),
        (1, "92:0106", "12", False),
        (1, "92:0199", "8", True),
        (2, "92:0105", "8", False),
        (2, "92:0106", "16", False),
    ]


@pytest.fixture
def sample(name: str) -> Sample:
    return next(sample for sample in samples() if sample.name == name)


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=repr)

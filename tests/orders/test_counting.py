"""A warehouse's count beside our ledger: read into our items, sites and base units, and compared by bucket."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from edi_gateway.model.documents.inventory import InventoryReport
from edi_gateway.model.fulfilment import Site, StockLevel
from edi_gateway.orders.fulfilment.counting import Compared, Count, compare, counted_at, needs, read
from edi_gateway.partners.profile import Calendar
from tests.orders.build import books, facts

D = Decimal
EAST, WEST = Site("EAST", "Main", "acme", "0614141000012"), Site("WEST", "Other", "acme")
BOOKS = books()  # MUG by GTIN 012345678905, 12 a case; CHEESE by the pound, 20 a case


def report(*lines: dict[str, Any], **header: Any) -> InventoryReport:
    said = {"purpose": "00", "report_type": "SI", "reference": "INV-1", "on": "2025-03-03", **header}
    numbered = [{"line": n, **line} for n, line in enumerate(lines, 1)]
    return InventoryReport.model_validate({**said, "lines": numbered})


def line(sku: str, *quantities: str, qualifier: str = "VN", **more: Any) -> dict[str, Any]:
    """Quantities as "17 100 EA"."""
    told = [dict(zip(("kind", "value", "unit"), text.split(), strict=False)) for text in quantities]
    return {"ids": [{"qualifier": qualifier, "value": sku}], "quantities": told, **more}


def at(site: str, role: str = "WH") -> dict[str, Any]:
    return {"parties": [{"role": role, "id_qualifier": "92", "id": site}]}


def counted(count: Count) -> dict[tuple[str, str], dict[str, str]]:
    return {key: {kind: str(n) for kind, n in said.items()} for key, said in count.said.items()}


def told(count: Count) -> list[tuple[str, str | None, object]]:
    return [(finding.code.value, finding.value, finding.at) for finding in count.findings]


def test_quantities_come_in_base_units_summed_over_the_lines_of_an_item() -> None:
    said = report(
        line("MUG", "17 5 CA", "QH 3"),
        line("012345678905", "17 4 EA", "63 500 EA", "29 999", qualifier="UP"),
        line("CHEESE", "33 1.5 CA"),
        **at("EAST"),
    )
    count = read(said, [EAST, WEST], facts(BOOKS))
    assert counted(count) == {
        ("EAST", "MUG"): {"17": "64", "QH": "3"},
        ("EAST", "CHEESE"): {"33": "30"},
    }
    assert count.findings == []


@pytest.mark.parametrize(
    ("party", "sites", "site"),
    [
        (at("WEST"), [EAST, WEST], "WEST"),
        (at("0614141000012", "SF"), [EAST, WEST], "EAST"),
        ({}, [WEST], "WEST"),
        ({"parties": [{"role": "SU", "id": "EAST"}]}, [WEST], "WEST"),
    ],
)
def test_the_site_is_the_one_named_by_code_or_gln_or_the_only_one(
    party: dict[str, Any], sites: list[Site], site: str
) -> None:
    assert list(read(report(line("MUG", "17 5"), **party), sites, facts(BOOKS)).said) == [(site, "MUG")]


def test_a_line_may_speak_of_another_site_than_the_report() -> None:
    said = report(line("MUG", "17 5"), line("MUG", "17 6", **at("WEST")), **at("EAST"))
    assert counted(read(said, [EAST, WEST], facts(BOOKS))) == {
        ("EAST", "MUG"): {"17": "5"},
        ("WEST", "MUG"): {"17": "6"},
    }


@pytest.mark.parametrize(("party", "value"), [(at("NORTH"), "NORTH"), ({}, None)])
def test_a_site_that_the_sender_does_not_run_is_told_and_not_guessed(
    party: dict[str, Any], value: str | None
) -> None:
    count = read(report(line("MUG", "17 5"), **party), [EAST, WEST], facts(BOOKS))
    assert (count.said, told(count)) == ({}, [("SITE_UNKNOWN", value, "lines[0]")])


def test_what_cannot_be_read_is_told_and_its_item_does_not_count_at_all() -> None:
    said = report(
        line("NOPE", "17 5"),
        line("MUG", "17 5 EA"),
        line("MUG", "17 5 PL"),
        line("MUG", "20 0.5 EA"),
        line("CHEESE", "17 1E+40"),
        {
            "ids": [{"qualifier": "VN", "value": "CHEESE"}],
            "quantities": [{"kind": "17", "text": "not counted"}],
        },
        **at("EAST"),
    )
    count = read(said, [EAST], facts(BOOKS))
    assert count.said == {}
    assert told(count) == [
        ("ITEM_UNKNOWN", "NOPE", "lines[0]"),
        ("UNIT_UNKNOWN", "MUG PL", "lines[2]"),
        ("QUANTITY_FRACTIONAL", "MUG", "lines[3]"),
        ("QUANTITY_TOO_LARGE", "CHEESE", "lines[4]"),
    ]


LEVEL = StockLevel("EAST", "MUG", on_hand=D(100), hold=D(5), damaged=D(2), allocated=D(30))  # free: 63


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({"17": 100, "QH": 5, "20": 2, "33": 63}, []),
        ({"17": 98}, [("on_hand", 100, 98)]),
        ({"17": 100, "QH": 0, "20": 7}, [("hold", 5, 0), ("damaged", 2, 7)]),
        ({"33": 63}, []),
        ({"33": 60}, [("on_hand", 100, 97)]),
        ({"33": 60, "QH": 8}, [("on_hand", 100, 100), ("hold", 5, 8)]),
        ({"17": 100, "33": 93}, []),  # they do not know of what is allocated: what is on hand counts
        ({}, []),
    ],
)
def test_each_bucket_is_compared_and_for_sale_alone_says_what_is_on_hand(
    said: dict[str, int], differs: list[tuple[str, int, int]]
) -> None:
    found = compare(("EAST", "MUG"), {kind: D(n) for kind, n in said.items()}, LEVEL, {})
    wanted = [
        Compared("EAST", "MUG", name, D(ours), D(theirs)) for name, ours, theirs in differs if ours != theirs
    ]
    assert [each for each in found if each.differs] == wanted


def test_what_left_after_the_count_is_not_missing_in_it() -> None:
    found = compare(("EAST", "MUG"), {"17": D(110)}, LEVEL, {"on_hand": D(-10)})
    assert [each.differs for each in found] == [False]


def test_what_we_have_no_row_of_is_nothing_of_ours() -> None:
    assert compare(("EAST", "MUG"), {"17": D(4), "QH": D(0)}, None, {}) == [
        Compared("EAST", "MUG", "on_hand", D(0), D(4)),
        Compared("EAST", "MUG", "hold", D(0), D(0)),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "percent", "within"),
    [
        ("100", "98", "2", True),
        ("100", "102.1", "2", False),
        ("100", "100", "0", True),
        ("100", "99", "0", False),
        ("0", "1", "50", False),
        ("-100", "-98", "2", True),
    ],
)
def test_small_is_in_proportion_to_what_we_thought_to_have(
    ours: str, theirs: str, percent: str, within: bool
) -> None:
    assert Compared("EAST", "MUG", "on_hand", D(ours), D(theirs)).within(D(percent)) is within


RECEIVED = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)  # 10:00 in New York


@pytest.mark.parametrize(
    ("on", "clock", "moment"),
    [
        ("2025-03-03", "0600", datetime(2025, 3, 3, 11, 0, tzinfo=UTC)),
        ("2025-03-03", "235959", RECEIVED),  # not after it came
        ("2025-03-03", None, RECEIVED),
        ("2025-03-02", None, datetime(2025, 3, 3, 5, 0, tzinfo=UTC)),  # the end of that day
        ("2025-03-02", "2575", datetime(2025, 3, 3, 5, 0, tzinfo=UTC)),
        ("9999-12-31", "0600", RECEIVED),
        ("0001-01-01", None, RECEIVED),
    ],
)
def test_the_moment_of_a_count_is_in_the_zone_of_the_warehouse(
    on: str, clock: str | None, moment: datetime
) -> None:
    said = report(on=date.fromisoformat(on), at=clock)
    assert counted_at(said, Calendar(zone="America/New_York"), RECEIVED) == moment


def test_the_store_is_asked_for_all_numbers_that_may_be_items() -> None:
    asked = needs(report(line("MUG"), line("012345678905", qualifier="UP")))
    assert asked.skus == {"MUG"}
    assert {("VN", "MUG"), ("UP", "012345678905"), ("GTIN", "00012345678905")} <= asked.xrefs

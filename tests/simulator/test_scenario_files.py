"""What a scenario file may say, what is refused, and orders made of few words or by chance."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from edi_gateway.simulator.playing import ordering
from edi_gateway.simulator.playing.catalogue import Catalogue, NotOnFile
from edi_gateway.simulator.playing.scenario import Habits, Random, ScenarioInvalid, laid_over, load, span

MONDAY = date(2026, 3, 2)
CATALOGUE = Catalogue(Path(__file__).parents[2] / "samples" / "master-data")
BUYER = Habits(
    ids=("UK", "IN"), unit="CA", line_numbers="001", order={"dates": {"deliver_not_before": "+14"}}
)


def written(tmp_path: Path, text: str, house: str = "") -> Path:
    (tmp_path / "house.toml").write_text(house, "utf-8")
    file = tmp_path / "one.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("{ run = true, wait = '1d' }", "a step says one of"),
        ("{ fails = true }", "a step says one of"),
        ("{ wait = 'soon' }", "'soon' is no span of time"),
        ("{ ship = 'perhaps' }", "Input should be 'right'"),
        ("{ pays = 'in full' }", "Extra inputs are not permitted"),
        ("{ expect = { judged = [{ rule = 'NO_SUCH_RULE' }] } }", "Input should be 'ENVELOPE_UNREADABLE'"),
    ],
)
def test_a_mistake_in_a_step_is_told(tmp_path: Path, steps: str, problem: str) -> None:
    file = written(tmp_path, f'title = "x"\nsteps = [{steps}]\n')
    with pytest.raises(ScenarioInvalid, match=problem) as error:
        load(file)
    assert str(file) in str(error.value)


def test_a_file_that_is_no_toml_and_one_that_is_not_there(tmp_path: Path) -> None:
    for file in (written(tmp_path, "title ="), tmp_path / "none.toml"):
        with pytest.raises(ScenarioInvalid):
            load(file)


def test_what_the_house_says_holds_where_the_scenario_does_not_say_otherwise(tmp_path: Path) -> None:
    house = "[partners.a]\nname = 'A'\n[partners.a.shipping]\nstructure = '0001'\nwithin_minutes = 30\n"
    file = written(tmp_path, "title = 'x'\nsteps = []\n[partners.a.shipping]\nstructure = '0003'\n", house)
    assert load(file, tmp_path / "house.toml").partners == {
        "a": {"name": "A", "shipping": {"structure": "0003", "within_minutes": 30}}
    }


def test_documents_of_a_profile_are_added_to_and_other_lists_replaced() -> None:
    under = {
        "documents": [{"set": "850", "direction": "in"}, {"set": "856", "direction": "out", "version": "1"}],
        "x": [1],
    }
    over = {"documents": [{"set": "856", "direction": "out", "version": "2"}], "x": [2]}
    assert laid_over(under, over) == {
        "documents": [{"set": "850", "direction": "in"}, {"set": "856", "direction": "out", "version": "2"}],
        "x": [2],
    }


def test_spans_of_time() -> None:
    assert span("2d 3h 30m") == timedelta(days=2, hours=3, minutes=30)
    assert span("45m") == timedelta(minutes=45)


def test_an_order_of_few_words() -> None:
    said = {"partner": "kestrelmoor", "to": "0551", "lines": [{"item": "TB-1001", "quantity": 120}]}
    order = ordering.compose("K1", said, BUYER, CATALOGUE, "C-1000", MONDAY)
    (line,) = order.lines
    assert (order.po_number, order.ordered_on, order.dates.deliver_not_before) == (
        "K1",
        MONDAY,
        date(2026, 3, 16),
    )
    assert [(p.role, p.id, p.city) for p in order.parties] == [("ST", "0551", "MILLBROOK")]
    assert (line.buyer_line, line.quantity, line.unit, line.price) == (
        "001",
        120,
        "CA",
        Decimal("43.08"),
    )  # from 100
    assert [(i.qualifier, i.value) for i in line.ids] == [("UK", "10410000010010"), ("IN", "550001001")]
    assert (order.stated_totals.line_count, order.stated_totals.hash) == (1, 120)


def test_an_order_for_stores_and_what_is_left_out() -> None:
    said = {
        "partner": "aldermere",
        "dates": {"deliver_not_before": "none"},
        "lines": [{"item": "TB-1001", "unit": "EA", "ids": [], "stores": {"0101": 12, "0102": 24}}],
    }
    order = ordering.compose("A1", said, BUYER, CATALOGUE, "C-2000", MONDAY)
    (line,) = order.lines
    assert order.dates.deliver_not_before is None
    assert (line.quantity, [(a.location, a.quantity, a.unit) for a in line.allocations]) == (
        36,
        [("0101", 12, "EA"), ("0102", 24, "EA")],
    )
    assert line.price == Decimal("3.91")  # of the customer's price group, since January


def test_what_is_not_on_file_can_only_be_ordered_in_full() -> None:
    for lines in ([{"item": "TB-0000", "quantity": 1}], [{"item": "TB-3011", "quantity": 1}]):
        with pytest.raises(NotOnFile):
            ordering.compose(
                "K1", {"partner": "kestrelmoor", "lines": lines}, BUYER, CATALOGUE, "C-1000", MONDAY
            )


def test_an_order_that_is_none_says_why() -> None:
    with pytest.raises(ScenarioInvalid, match=r"order K1.*no_such_field"):
        ordering.compose(
            "K1", {"partner": "kestrelmoor", "no_such_field": 1}, BUYER, CATALOGUE, "C-1000", MONDAY
        )


def test_chance_repeats_itself_with_its_seed_and_not_with_another() -> None:
    wanted = Random(partner="kestrelmoor", orders=3, lines=(2, 4), quantity=(5, 9))
    once, again, other = (
        ordering.by_chance(wanted, seed, BUYER, CATALOGUE, "C-1000", MONDAY) for seed in (7, 7, 8)
    )
    assert once == again != other
    assert list(once) == ["R1", "R2", "R3"]
    for order in once.values():
        assert 2 <= len(order["lines"]) <= 4
        assert all(5 <= line["quantity"] <= 9 for line in order["lines"])
        assert order["to"] in ("0551", "0552", "0553")  # 0790 is of a customer who is stopped

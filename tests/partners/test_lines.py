"""Where keys stand in a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_gateway.partners.lines import line_of, lines_of

TEXT = '''# a comment with key = 1 in it
name = "A # B"

[them]
id = """two
lines = "quoted" """
"quoted key" = 'it = [not] a table'

[[documents]]
set = "850"

[[documents]]
set = "855"
tags = [
  "a",
  { of = 1, to = 2 },
]

[policies.price_buyer_lower]
percent.each = 0.5
'''


def test_every_table_array_item_and_key_has_its_line() -> None:
    assert lines_of(TEXT) == {
        (): 1,
        ("name",): 2,
        ("them",): 4,
        ("them", "id"): 5,
        ("them", "quoted key"): 7,
        ("documents",): 9,
        ("documents", 0): 9,
        ("documents", 0, "set"): 10,
        ("documents", 1): 12,
        ("documents", 1, "set"): 13,
        ("documents", 1, "tags"): 14,
        ("documents", 1, "tags", 0): 15,
        ("documents", 1, "tags", 1): 16,
        ("documents", 1, "tags", 1, "of"): 16,
        ("documents", 1, "tags", 1, "to"): 16,
        ("policies",): 19,
        ("policies", "price_buyer_lower"): 19,
        ("policies", "price_buyer_lower", "percent"): 20,
        ("policies", "price_buyer_lower", "percent", "each"): 20,
    }


def test_a_key_that_is_not_written_is_placed_at_the_nearest_table_around_it() -> None:
    places = lines_of(TEXT)
    assert line_of(places, ("documents", 1, "direction")) == 12
    assert line_of(places, ("calendar", "zone")) == 1


def test_a_text_that_ends_in_quotes_of_its_own_does_not_swallow_the_next_key() -> None:
    assert lines_of('a = """x""""\nb = 1\n')[("b",)] == 2


def test_windows_line_ends_count_once() -> None:
    assert lines_of("a = 1\r\n\r\n[b]\r\nc = 2\r\n") == {(): 1, ("a",): 1, ("b",): 3, ("b", "c"): 4}


ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("*.toml"), *ROOT.glob("mappings/**/*.toml"), *ROOT.glob("partners/*/*.toml")])


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path in what tomllib read."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_every_key_of_every_file_that_we_ship_is_on_the_line_where_it_is_found(file: Path) -> None:
    text = file.read_text("utf-8")
    places, lines = lines_of(text), text.splitlines()
    found = list(paths(tomllib.loads(text)))
    assert set(places) == set(found)
    for path in found:
        if path and isinstance(path[-1], str):
            assert path[-1] in lines[places[path] - 1], path

"""Fixtures of the console's tests: `site`, over a folder in which nothing has come; `busy`, over one with cases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from edi_gateway.cli.context import Here
from tests.cli.conftest import _made, _stocked, copied
from tests.cli.terminal import MONDAY, Terminal
from tests.web.console.browsing import Site

__all__ = ["_made", "_stocked"]

# a price that differs, an item that nobody knows, a bad date, a sender whom we do not know
_SAMPLES = {
    "kestrelmoor": ("04-price-differs", "13-one-bad-set", "14-bad-date", "16-unknown-partner"),
}


@pytest.fixture
def site(_made: Path, tmp_path: Path) -> Iterator[Site]:
    """Nothing is published, nothing has come."""
    terminal = copied(_made, tmp_path)
    with closing(Here(terminal.home, "test")) as here, Site(here) as made:
        yield made


@pytest.fixture(scope="session")
def _busy(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("busy") / "home"
    shutil.copytree(_stocked, home)
    terminal = Terminal(home)
    terminal.set_clock(MONDAY)
    for partner, samples in _SAMPLES.items():
        for sample in samples:
            terminal.drop_sample(partner, sample)
    assert terminal("run", "--once").code == 1  # something needs a person
    return home


@pytest.fixture
def busy(_busy: Path, tmp_path: Path) -> Iterator[Site]:
    """Partners are published, master data is there, four files came, and there are cases; it is five minutes later."""
    terminal = copied(_busy, tmp_path, MONDAY + timedelta(minutes=5))
    with closing(Here(terminal.home, "test")) as here, Site(here) as made:
        yield made

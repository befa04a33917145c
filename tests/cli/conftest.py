"""Working folders: `empty` as `init` makes it, `shop` with partners published and master data imported."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import MONDAY, SAMPLES, Terminal, run

KINDS = ("customers", "items", "xrefs", "prices", "ship-tos")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "home"
    assert run(["init", str(home)], home.parent).code == 0
    config = home / "config.toml"
    config.write_text(
        config.read_text().replace("# poll_interval_seconds = 0.1", "poll_interval_seconds = 0.02")
    )
    Terminal(home).set_clock(MONDAY)
    return home


@pytest.fixture(scope="session")
def _stocked(_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("stocked") / "home"
    shutil.copytree(_made, home)
    terminal = Terminal(home)
    terminal.ok("partners", "publish", "--why", "agreed")
    for kind in KINDS:
        terminal.bring(kind, SAMPLES / "master-data" / f"{kind}.csv")
    return home


@pytest.fixture
def empty(_made: Path, tmp_path: Path) -> Terminal:
    """What `init` makes; nothing is published, nothing imported."""
    return copied(_made, tmp_path)


@pytest.fixture
def shop(_stocked: Path, tmp_path: Path) -> Terminal:
    """The invented partners are published and their master data is imported; it is Monday, 2 March 2026, 15:00 UTC."""
    return copied(_stocked, tmp_path)


@pytest.fixture(scope="session")
def _held(_stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("held") / "home"
    shutil.copytree(_stocked, home)
    terminal = Terminal(home)
    terminal.set_clock(MONDAY)
    terminal.drop_sample("kestrelmoor", "04-price-differs")
    assert terminal("run", "--once").code == 1  # something needs a person
    return home


@pytest.fixture
def held(_held: Path, tmp_path: Path) -> Terminal:
    """As `shop`; K7001004 is in the book with line 3 on hold for its price, and its 997 went out."""
    terminal = copied(_held, tmp_path, MONDAY + timedelta(minutes=5))
    assert len(terminal.sent("kestrelmoor")) == 1
    return terminal


def copied(source: Path, folder: Path, now: datetime = MONDAY) -> Terminal:
    """A terminal in a copy of a working folder, at this time."""
    shutil.copytree(source, folder / "home")
    terminal = Terminal(folder / "home")
    terminal.set_clock(now)
    return terminal

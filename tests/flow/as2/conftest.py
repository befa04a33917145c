"""The fixture `sides`: two companies with an AS2 agreement, each on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.as2 import peer as peers
from tests.flow.as2.peer import Peer
from tests.flow.as2.sides import Side, two_sides


@pytest.fixture
def sides(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    """(us, them): documents go from the first to the second."""
    with two_sides(sqlite_template, tmp_path) as (us, them):
        us.agree(them)
        them.agree(us)
        yield us, them


@pytest.fixture
def peer(sides: tuple[Side, Side]) -> Iterator[Peer]:
    """Their server, in front of their gateway."""
    us, them = sides
    made = Peer(them, peers.honest)
    us.agree(them, url=made.url)
    yield made
    made.close()

"""The fixture `sides`: two companies with an AS2 agreement, each on a database of its own.

On SQLite; a test marked `on_both` runs on PostgreSQL as well: those whose outcome rests on what two transactions do to
one another, or on what SQL says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.databases import Swept, new_swept
from tests.flow.as2 import peer as peers
from tests.flow.as2.peer import Peer
from tests.flow.as2.sides import Side, sides_on, two_sides


@pytest.fixture
def sides(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    """(us, them): documents go from the first to the second."""
    opened: AbstractContextManager[tuple[Side, Side]]
    if getattr(request, "param", "sqlite") == "sqlite":
        opened = two_sides(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        both: Sequence[Swept] = request.getfixturevalue("swept_pair")
        opened = sides_on([each.sweep() for each in both], tmp_path)
    with opened as (us, them):
        us.agree(them)
        them.agree(us)
        yield us, them


@pytest.fixture(scope="session")
def swept_pair() -> tuple[Swept, Swept]:
    """Two PostgreSQL databases that are emptied before every test."""
    return new_swept(), new_swept()


@pytest.fixture
def peer(sides: tuple[Side, Side]) -> Iterator[Peer]:
    """Their server, in front of their gateway."""
    us, them = sides
    made = Peer(them, peers.honest)
    us.agree(them, url=made.url)
    yield made
    made.close()

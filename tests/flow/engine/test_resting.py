"""A process that found nothing rests longer each time, and gets up for what one of its threads commits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from edi_gateway.flow.resting import Rest
from edi_gateway.store.database import connect


class Counted(threading.Event):
    """A `stop` that lets no time pass, and says how often it was looked at; set by its fiftieth look."""

    looks = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.looks += 1
        return self.looks >= 50


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[Rest]:
    engine = connect(f"sqlite:///{tmp_path / 'some.db'}")
    made = Rest(engine)
    yield made
    made.close()
    made.get_up()
    by_another(engine)
    assert not made._stirred  # what is closed hears nothing
    engine.dispose()


def commit(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE IF NOT EXISTS some (n INTEGER)"))


def by_another(engine: Engine) -> None:
    thread = threading.Thread(target=commit, args=(engine,))
    thread.start()
    thread.join()


def test_another_threads_commit_ends_the_rest_and_ones_own_does_not(rest: Rest) -> None:
    own, others = Counted(), Counted()
    rest.get_up()
    commit(rest._engine)
    rest.take(own)
    assert own.looks > 0
    rest.get_up()
    by_another(rest._engine)  # after the look and before the rest: it is not slept over
    rest.take(others)
    assert others.looks == 0


def test_rests_grow_to_a_second_and_are_short_again_after_something_was_found(rest: Rest) -> None:
    stop = threading.Event()
    stop.set()
    lengths = []
    for _ in range(5):
        lengths.append(rest._next)
        rest.take(stop)
    assert lengths == [0.2, 0.4, 0.8, 1.0, 1.0]
    rest.found()
    assert rest._next == 0.2
    rest.take(stop)
    by_another(rest._engine)
    rest.take(stop)
    assert rest._next == 0.2

"""Writing on SQLite: one at a time, in turn; and a connection that cannot begin is not the end."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import text

from edi_gateway.flow.steps import Direct, Writer, _Turns
from edi_gateway.store.database import connect


def test_turns_are_given_in_the_order_of_asking() -> None:
    turns, said = _Turns(), []
    asked = [threading.Event() for _ in range(3)]

    def ask(n: int) -> None:
        asked[n].set()
        with turns:
            said.append(n)

    with turns:
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
        for n, thread in enumerate(threads):
            thread.start()
            asked[n].wait()
            while len(turns._waiting) <= n:
                pass
        said.append(-1)
    with turns:  # who has just had it comes last
        said.append(9)
    for thread in threads:
        thread.join()
    assert said == [-1, 0, 1, 2, 9]


def test_who_has_the_turn_may_take_it_again() -> None:
    turns = _Turns()
    with turns, turns:
        pass
    done = threading.Thread(target=turns.__enter__)
    done.start()
    done.join(5)
    assert not done.is_alive()


def test_a_connection_with_a_half_read_result_does_not_stop_the_next_writer(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    writer = Writer(engine)
    with writer.begin() as conn:
        conn.execute(text("CREATE TABLE t (n INTEGER)"))
        conn.execute(text("INSERT INTO t VALUES (1), (2), (3)"))
    conn = engine.connect()
    cursor = conn.connection.cursor()  # an exception in the middle of a loop leaves such a one behind
    cursor.execute("SELECT n FROM t")
    cursor.fetchone()
    conn.close()
    other = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with other.begin() as another:
        another.execute(text("INSERT INTO t VALUES (4)"))
    with writer.begin() as fresh:
        fresh.execute(text("INSERT INTO t VALUES (5)"))
    assert (
        Direct(writer).transaction("count", lambda c: c.execute(text("SELECT count(*) FROM t")).scalar()) == 5
    )
    engine.dispose()
    other.dispose()

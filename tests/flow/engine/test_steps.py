"""Writing on SQLite: one at a time, in turn; and a connection that cannot begin is not the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

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


def _at_the_same_time(writer: Writer, works: list[Callable[[Connection], str]]) -> list[str]:
    """What became of each, all of them waiting for the writer when it becomes free."""
    became = [""] * len(works)

    def write(n: int) -> None:
        try:
            became[n] = writer.run(works[n])
        except ValueError as error:
            became[n] = f"raised {error}"

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(works))]
    with writer.gate:
        for thread in threads:
            thread.start()
        while len(writer._wanted) < len(works):
            pass
    for thread in threads:
        thread.join(30)
    return became


def test_what_several_threads_write_at_once_is_one_commit_and_each_gets_its_own_answer(
    tmp_path: Path,
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    writer = Writer(engine)
    with writer.begin() as conn:
        conn.execute(text("CREATE TABLE t (n INTEGER)"))
    commits: list[int] = []
    event.listen(engine, "commit", lambda _: commits.append(1))

    def put(n: int, conn: Connection) -> str:
        conn.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})
        if n == 2:
            raise ValueError("not this one")
        return f"put {n}"

    became = _at_the_same_time(writer, [partial(put, n) for n in range(5)])

    assert became == ["put 0", "put 1", "raised not this one", "put 3", "put 4"]
    assert len(commits) == 1
    with engine.connect() as conn:
        assert sorted(conn.execute(text("SELECT n FROM t")).scalars()) == [0, 1, 3, 4]


def test_where_the_database_refuses_one_write_the_others_are_written_by_themselves(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    writer = Writer(engine)
    with writer.begin() as conn:
        conn.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        conn.execute(text("INSERT INTO t VALUES (1)"))

    def put(n: int, conn: Connection) -> str:
        try:
            conn.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})
        except IntegrityError as error:
            if conn.in_nested_transaction():
                raise
            raise ValueError("it is there") from error
        return f"put {n}"

    assert _at_the_same_time(writer, [partial(put, n) for n in range(3)]) == [
        "put 0",
        "raised it is there",
        "put 2",
    ]
    with engine.connect() as conn:
        assert sorted(conn.execute(text("SELECT n FROM t")).scalars()) == [0, 1, 2]

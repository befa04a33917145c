"""The engine: work left in a transaction is done once, its rows and its checkpoint committed together."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy import Engine as Database

from edi_gateway.flow.engine import Carrier, Engine, WorkFailedError, worker_name
from edi_gateway.flow.steps import Steps, Writer


@contextmanager
def running(database: Database, carriers: dict[str, Carrier], workers: int = 1) -> Iterator[Engine]:
    engine = Engine(Writer(database), worker=worker_name(), workers=workers, poll_seconds=0.01)
    engine.launch(carriers)
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture
def noted(database: Database) -> Callable[[], list[str]]:
    with database.begin() as conn:
        conn.execute(text("CREATE TABLE noted (what VARCHAR(20))"))

    def read() -> list[str]:
        with database.begin() as conn:
            return sorted(conn.execute(text("SELECT what FROM noted")).scalars())

    return read


def note(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
    insert = text("INSERT INTO noted VALUES (:what)")
    steps.transaction("note", lambda conn: conn.execute(insert, payload).rowcount)
    return {"said": steps.outside("say", lambda: payload["what"])}


def wait(engine: Engine, *ids: str) -> dict[str, str]:
    until = time.monotonic() + 120
    while len(states := engine.ended(ids)) < len(ids):
        assert time.monotonic() < until
        engine.wait_for_an_end(0.05)
    return states


def test_work_left_twice_under_one_key_is_done_once(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    with running(database, {"note": note}) as engine:
        for _ in range(2):
            with database.begin() as conn:
                work_id = engine.enqueue(conn, "note", "1", {"what": "a"})
        assert wait(engine, work_id) == {"note:1": "SUCCESS"}
    assert noted() == ["a"]


def test_work_left_in_a_transaction_that_is_rolled_back_was_never_left(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    with running(database, {"note": note}) as engine:
        with database.connect() as conn:
            engine.enqueue(conn, "note", "1", {"what": "a"})
            conn.rollback()
        assert engine.ended(["note:1"]) == {"note:1": "LOST"}
    assert noted() == []


def test_a_step_that_fails_leaves_nothing_and_says_so(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    def fail(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
        def work(conn: Any) -> None:
            conn.execute(text("INSERT INTO noted VALUES ('b')"))
            raise ValueError("a bug")

        steps.transaction("fail", work)
        return {}

    with running(database, {"fail": fail}) as engine:
        with database.begin() as conn:
            engine.enqueue(conn, "fail", "1", {})
        assert wait(engine, "fail:1") == {"fail:1": "ERROR"}
    assert noted() == []


def test_an_engine_may_be_started_again_in_the_same_process(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    for what in ("a", "b"):
        with running(database, {"note": note}) as engine:
            with database.begin() as conn:
                engine.enqueue(conn, "note", what, {"what": what})
            wait(engine, f"note:{what}")
    assert noted() == ["a", "b"]


def test_whoever_waits_is_woken_by_the_end_of_a_piece_of_work(
    database: Database, noted: Callable[[], list[str]]
) -> None:
    with running(database, {"note": note}) as engine:
        with database.begin() as conn:
            engine.enqueue(conn, "note", "1", {"what": "a"})
        begun = time.monotonic()
        engine.wait_for_an_end(60)
        assert time.monotonic() - begun < 30
    assert noted() == ["a"]


@pytest.mark.parametrize("asleep", ["before", "within"])
def test_a_worker_believed_dead_that_goes_on_commits_nothing_more(
    database: Database, noted: Callable[[], list[str]], asleep: str
) -> None:
    """It fell asleep before its transaction or within it; another execution has taken the work up meanwhile."""
    if asleep == "within" and database.dialect.name == "sqlite":
        pytest.skip("on SQLite its transaction holds off every other writer")
    fell_asleep, wake_up, executions = threading.Event(), threading.Event(), itertools.count(1)

    def carry(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
        execution = next(executions)

        def sleep() -> None:
            if execution == 1:
                fell_asleep.set()
                assert wake_up.wait(200)

        def write(conn: Connection) -> None:
            conn.execute(text("INSERT INTO noted VALUES (:what)"), {"what": f"by {execution}"})
            if asleep == "within":
                sleep()

        if asleep == "before":
            steps.outside("sleep", sleep)
        steps.transaction("write", write)
        more = text("INSERT INTO noted VALUES ('more')")
        steps.transaction("write more", lambda conn: conn.execute(more).rowcount)
        return {}

    with running(database, {"carry": carry}, workers=2) as engine:
        with database.begin() as conn:
            work_id = engine.enqueue(conn, "carry", "1", {})
        assert fell_asleep.wait(120)
        engine.resume([work_id], frozenset())
        assert wait(engine, work_id) == {work_id: "SUCCESS"}
        wake_up.set()
        until = time.monotonic() + 60
        while engine.busy:
            assert time.monotonic() < until
            engine.wait_for_an_end(0.1)
    assert noted() == ["by 2", "more"]


def test_an_engine_that_is_not_started_takes_no_work(database: Database) -> None:
    engine = Engine(Writer(database), worker=worker_name())
    with database.begin() as conn, pytest.raises(WorkFailedError, match="not started"):
        engine.enqueue(conn, "note", "1", {})

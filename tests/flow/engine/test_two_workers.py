"""Two workers at once on PostgreSQL, each a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, select, text

from edi_gateway.flow.steps import Direct, Writer
from edi_gateway.flow.taking import inbound
from edi_gateway.flow.telling import outbound
from edi_gateway.store import audit, control_numbers, tables
from tests.flow import papers
from tests.flow.conftest import on_postgres
from tests.flow.shop import PARTNER, Shop

pytestmark = pytest.mark.postgres
T = TypeVar("T")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def engine() -> Iterator[Engine]:
    yield from on_postgres()


def race(engine: Engine, home: Path, receipts: Sequence[Sequence[int]]) -> list[int]:
    """Each list of receipts is worked by a process; all begin at once. How many orders each booked."""
    url = engine.url.render_as_string(hide_password=False)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.flow.racer", url, str(home), str(20 + n), *map(str, ids)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n, ids in enumerate(receipts)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [int(worker.communicate(timeout=120)[0]) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()


def test_the_same_order_in_two_files_before_two_workers_is_one_order(shop: Shop) -> None:
    gateway = shop.start()
    numbers = [f"K{n}" for n in range(10)]
    left = [gateway.receive("a", f"{n}.edi", [papers.orders(600 + i, n)]) for i, n in enumerate(numbers)]
    right = [gateway.receive("b", f"{n}.edi", [papers.orders(700 + i, n)]) for i, n in enumerate(numbers)]
    booked = race(shop.engine, shop.home, [left, right])
    assert sum(booked) == 10
    assert sorted(shop.states()) == numbers
    states = [row["state"] for row in shop.rows(tables.documents, direction="in")]
    assert sorted(states) == ["APPLIED"] * 10 + ["DUPLICATE"] * 10
    answers = shop.rows(tables.documents, set_code="855")
    assert len(answers) == 20  # each order, and each repetition of it
    with shop.engine.begin() as conn:
        assert audit.verify(conn) is None


def test_the_same_receipt_before_two_workers_is_worked_once(shop: Shop) -> None:
    gateway = shop.start()
    ids = [gateway.receive("a", f"{n}.edi", [papers.orders(600 + n, f"K{n}")]) for n in range(10)]
    booked = race(shop.engine, shop.home, [ids, list(reversed(ids))])
    assert sum(booked) == 10
    assert len(shop.rows(tables.documents, direction="in")) == 10


def test_two_gateways_on_one_database_share_the_work(shop: Shop, tmp_path: Path) -> None:
    for n in range(6):
        shop.drop(f"{n}.edi", papers.orders(600 + n, f"K{n}"))
    url = shop.engine.url.render_as_string(hide_password=False)
    script = (
        "import sys; from pathlib import Path; from edi_gateway.store.database import connect; "
        "from tests.flow.shop import Shop; Shop(connect(sys.argv[1]), Path(sys.argv[2]), node=int(sys.argv[3])).run()"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", script, url, str(shop.home), str(node)], cwd=ROOT)
        for node in (30, 40)
    ]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    assert len(shop.states()) == 6
    assert len(shop.rows(tables.receipts)) == 6
    controls = sorted(int(row["control"]) for row in shop.rows(tables.transmissions))
    assert controls == list(range(1, len(controls) + 1))
    assert {row["state"] for row in shop.rows(tables.transmissions)} == {"SENT"}
    assert [file.name for file in shop.inbox(PARTNER).iterdir() if file.is_file()] == []


def test_what_a_killed_workers_session_still_holds_is_waited_for(shop: Shop) -> None:
    """The server may end the session of a killed process a moment later: its locks must not look like work done."""
    gateway = shop.start()
    ids = [gateway.receive("a", f"{n}.edi", [papers.orders(600 + n, f"K{n}")]) for n in range(2)]
    counts: dict[str, int] = {}
    with shop.engine.connect() as killed:
        transaction = killed.begin()
        killed.execute(select(tables.receipts).with_for_update())
        works = gateway.works
        worker = threading.Thread(
            target=lambda: counts.update(inbound.work_small(works, Direct(works.writer), ids))
        )
        worker.start()
        _until_somebody_waits_for_a_lock(shop.engine)
        transaction.rollback()
        worker.join(timeout=60)
    assert counts["orders"] == 2
    assert {row["state"] for row in shop.rows(tables.receipts)} == {"DONE"}


class Hesitant(Direct):
    """Waits before each of its commits."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self.about_to_commit, self.go_on = threading.Event(), threading.Event()

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        def and_wait(conn: Connection) -> T:
            result = work(conn)
            self.about_to_commit.set()
            assert self.go_on.wait(60)
            return result

        return super().transaction(name, and_wait)


def test_an_acknowledgment_that_comes_before_we_have_noted_the_sending_is_kept(shop: Shop) -> None:
    gateway = shop.start()
    works, steps, hesitant = gateway.works, Direct(gateway.works.writer), Hesitant(gateway.works.writer)
    inbound.work_small(works, steps, [gateway.receive("a", "a.edi", [papers.orders(501, "K1")])])
    partner = works.live.get(PARTNER)
    assert partner is not None
    with works.writer.begin() as conn:
        ids = outbound.bundle(works, conn, partner)
    ack = gateway.receive("a", "997.edi", [papers.functional_ack(601, "1", [("0001", "A")])])
    reading = threading.Thread(target=inbound.work_small, args=(works, hesitant, [ack]))
    reading.start()
    assert hesitant.about_to_commit.wait(60)
    sending = threading.Thread(target=outbound.send, args=(works, steps, PARTNER, ids))
    sending.start()
    _until_somebody_waits_for_a_lock(shop.engine)
    hesitant.go_on.set()
    reading.join(60)
    sending.join(60)
    assert {row["sets"]: row["ack_state"] for row in shop.rows(tables.transmissions)} == {
        "855": "ACCEPTED",
        "997": "NONE",
    }
    assert [row["state"] for row in shop.rows(tables.documents, set_code="855")] == ["ACKED"]
    assert shop.rows(tables.deadlines, kind="ack", state="OPEN") == []


def test_a_deadlock_is_tried_again(shop: Shop) -> None:
    writer, both = Writer(shop.engine), threading.Barrier(2)
    first = iter([True, True])

    def take(mine: str, theirs: str) -> None:
        def draw(conn: Connection) -> None:
            control_numbers.draw(conn, mine)
            if next(first, False):
                both.wait(60)
            control_numbers.draw(conn, theirs)

        writer.run(draw)

    threads = [threading.Thread(target=take, args=pair) for pair in (("x", "y"), ("y", "x"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    drawn = {row["scope"]: row["value"] for row in shop.rows(tables.control_numbers)}
    assert (drawn["x"], drawn["y"]) == (2, 2)


def _until_somebody_waits_for_a_lock(engine: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with engine.connect() as conn:
            if conn.execute(waiting).scalar():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits: a lock was passed over")

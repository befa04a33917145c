"""The scheduler: a job a partner, made from what is published; jobs only leave work, and two do no harm."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from edi_gateway import scheduler
from edi_gateway.commands.partners.publishing import pause, resume
from edi_gateway.reports.traffic.search import Wanted, find
from edi_gateway.scheduler import Scheduler
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.conftest import engine, stocked_file
from tests.flow.shop import PARTNER, Shop

__all__ = ["engine", "stocked_file"]


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path / "home")


def jobs(one: Scheduler) -> set[str]:
    return {job.id for job in one._jobs.get_jobs()}


def test_each_active_partner_has_a_job_and_a_paused_one_has_none(shop: Shop) -> None:
    gateway = shop.start()
    one = Scheduler(gateway)
    one.follow()
    assert jobs(one) == {"poll:aldermere", "poll:harborside", "poll:kestrelmoor", "poll:pinwheel"}
    with shop.engine.begin() as conn:
        pause(gateway.works.desk(conn), PARTNER, "they move house")
    one.follow()
    assert jobs(one) == {"poll:aldermere", "poll:harborside", "poll:pinwheel"}
    with shop.engine.begin() as conn:
        resume(gateway.works.desk(conn), PARTNER)
    one.follow()
    assert jobs(one) == {"poll:aldermere", "poll:harborside", "poll:kestrelmoor", "poll:pinwheel"}


def test_two_schedulers_in_the_same_minute_leave_one_look(shop: Shop) -> None:
    one, other = Scheduler(shop.start()), Scheduler(shop.start())
    one._ask(PARTNER, 60)
    other._ask(PARTNER, 60)
    assert [row["key"] for row in shop.rows(tables.work, kind="look")] == [f"{PARTNER}:20260302150000"]
    shop.clock.skip(seconds=60)
    one._ask(PARTNER, 60)
    assert len(shop.rows(tables.work, kind="look")) == 2


def test_what_is_to_happen_before_following_happens_first(shop: Shop) -> None:
    seen: list[int] = []
    one = Scheduler(shop.start(), lambda: seen.append(len(jobs(one))))
    one.follow()
    one.follow()
    assert seen == [0, 4]


def test_a_late_job_is_still_done_once_and_nothing_left_out_goes_by_unseen(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    from apscheduler.events import EVENT_JOB_MISSED, JobExecutionEvent

    one = Scheduler(shop.start())
    one.follow()
    (job,) = [job for job in one._jobs.get_jobs() if job.id == f"poll:{PARTNER}"]
    one._jobs.start(paused=True)
    job = one._jobs.get_job(f"poll:{PARTNER}")
    assert (job.coalesce, job.misfire_grace_time, job.max_instances) == (True, 300, 1)
    one._jobs.shutdown()
    event = JobExecutionEvent(EVENT_JOB_MISSED, f"poll:{PARTNER}", "default", None)
    scheduler._tell(event)
    said = capsys.readouterr()
    assert "schedule missed" in said.out + said.err
    assert PARTNER in said.out + said.err


def test_a_daemon_works_what_comes_fills_the_index_and_stops_when_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "_ASIDE_SECONDS", 0.05)
    gateway, stop = shop.start(), threading.Event()
    running = threading.Thread(target=scheduler.daemon, args=(gateway, stop), kwargs={"patience_seconds": 1})
    running.start()
    try:
        deadline = time.monotonic() + 120
        while not shop.rows(tables.heartbeats) and time.monotonic() < deadline:
            time.sleep(0.05)
        shop.drop("a.edi", papers.orders(501, "K1"))
        gateway.ask_to_look(PARTNER, "now")
        while not shop.sent() and time.monotonic() < deadline:
            time.sleep(0.05)
        shop.clock.skip(seconds=60)  # what is old enough goes into the index of words while nothing waits
        while not shop.rows(tables.word_days) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stop.set()
        running.join(60)
    assert not running.is_alive()
    assert shop.states() == {"K1": "ACCEPTED"}
    with shop.engine.connect() as conn:
        assert {"850", "855"} <= {d.set_code for d in find(conn, Wanted(po_number="K1")).documents}
    assert [row["stopped"] for row in shop.rows(tables.heartbeats)] == [True]

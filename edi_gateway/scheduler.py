"""When partners are looked at and upkeep is done: APScheduler, whose jobs only leave work, and the daemon's loops.

Takes a Gateway; jobs are made anew from the published profiles, none is stored. Two schedulers at once do no harm:
what they leave is named by partner and minute. Called by cli/ (daemon, worker).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from edi_gateway import logs
from edi_gateway.flow import words
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.resting import Rest
from edi_gateway.partners.profile import Profile

_GRACE_SECONDS = 300  # a job that comes late by less is still done, once
_JITTER_SHARE = 10  # a tenth of the interval, so that partners are not all looked at in the same second
_FOLLOW_SECONDS = 10  # how often the schedule follows what was published
_TIDY_HOURS = 6
_ASIDE_SECONDS = 5.0  # between two looks at what is to be indexed, while there is work or nothing to index
_AFTER_FAILURE_SECONDS = 5.0

_EVENTS = {
    EVENT_JOB_MISSED: "schedule missed",
    EVENT_JOB_MAX_INSTANCES: "schedule still running",
    EVENT_JOB_ERROR: "schedule failed",
}


class Scheduler:
    """The schedule of one process. `start` it, `stop` it; it follows the published profiles by itself.

    `before_following` is called each time before it looks what is published (it may publish drafts).
    """

    def __init__(self, gateway: Gateway, before_following: Callable[[], None] | None = None) -> None:
        self._gateway = gateway
        self._before_following = before_following
        self._known: dict[str, str] = {}  # partner -> hash of the profile that its job was made from
        self._jobs = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "misfire_grace_time": _GRACE_SECONDS, "max_instances": 1},
        )
        self._jobs.add_listener(_tell, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)

    def start(self) -> None:
        """Make the jobs and begin."""
        self.follow()
        self._jobs.add_job(self.follow, IntervalTrigger(seconds=_FOLLOW_SECONDS), id="follow")
        self._jobs.add_job(self._gateway.tidy, IntervalTrigger(hours=_TIDY_HOURS, jitter=600), id="tidy")
        self._jobs.start()

    def stop(self) -> None:
        """No more jobs; one that runs is waited for (they only leave a row)."""
        if self._jobs.running:
            self._jobs.shutdown(wait=True)

    def follow(self) -> None:
        """Make, change and remove the jobs of partners by what is published, paused and active now."""
        if self._before_following is not None:
            self._before_following()
        wanted = {partner.profile.key: partner for partner in self._gateway.active_partners()}
        for key in set(self._known) - set(wanted):
            self._jobs.remove_job(f"poll:{key}")
            del self._known[key]
        for key, partner in wanted.items():
            if self._known.get(key) != partner.hash:
                schedule = partner.profile.schedule
                grain = min(60, schedule.poll_seconds)
                self._jobs.add_job(
                    self._ask,
                    _trigger(partner.profile),
                    args=[key, grain],
                    id=f"poll:{key}",
                    replace_existing=True,
                )
                self._known[key] = partner.hash
                if not schedule.cron:  # else its first time is when its line says
                    self._ask(key, grain)

    def _ask(self, partner: str, grain: int) -> None:
        """Leave a look, named by its minute (by its part of the minute for those looked at more often)."""
        if not self._gateway.may_look(partner):
            return
        moment = int(self._gateway.works.clock().timestamp()) // grain * grain
        self._gateway.ask_to_look(partner, f"{datetime.fromtimestamp(moment, UTC):%Y%m%d%H%M%S}")


def _trigger(profile: Profile) -> CronTrigger | IntervalTrigger:
    schedule = profile.schedule
    if schedule.cron:
        return CronTrigger.from_crontab(schedule.cron, timezone=ZoneInfo(profile.calendar.zone))
    seconds = schedule.poll_seconds
    return IntervalTrigger(seconds=seconds, jitter=seconds // _JITTER_SHARE or None)


def _tell(event: Any) -> None:
    """Nothing that APScheduler leaves out goes by unseen."""
    facts: dict[str, Any] = {"job": event.job_id}
    if getattr(event, "exception", None) is not None:
        facts["error"] = f"{type(event.exception).__name__}: {event.exception}"
    logs.say("warning", _EVENTS[event.code], **facts)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, for the length of the block; a second signal ends at once."""
    stop = threading.Event()
    before: dict[signal.Signals, Any] = {}

    def ask(number: int, _frame: object) -> None:
        logs.say("info", "asked to stop", signal=signal.Signals(number).name)
        stop.set()
        for each, handler in before.items():
            signal.signal(each, handler)

    for each in (signal.SIGTERM, signal.SIGINT):
        before[each] = signal.signal(each, ask)
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def daemon(
    gateway: Gateway,
    stop: threading.Event,
    *,
    patience_seconds: int = 30,
    before_following: Callable[[], None] | None = None,
) -> None:
    """Schedule and work until `stop`; then finish what is in hand.

    `before_following` is done before the schedule looks at what is published: it may publish.
    """
    scheduler = Scheduler(gateway, before_following)
    _run(gateway, stop, patience_seconds, scheduler.start, scheduler.stop)


def worker(gateway: Gateway, stop: threading.Event, *, patience_seconds: int = 30) -> None:
    """Work until `stop`, leaving the schedule to another process."""
    _run(gateway, stop, patience_seconds, lambda: None, lambda: None)


class _Aside:
    """What is done beside the work: the index of words. While work waits, only a little now and then."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._due = 0.0

    def do(self, *, busy: bool) -> int:
        """How many documents were indexed. A failure stops no work."""
        if time.monotonic() < self._due:
            return 0
        try:
            done = words.fill(self._gateway.works)
        except Exception as error:
            logs.say("error", "index of words failed", error=f"{type(error).__name__}: {error}"[:500])
            done = 0
        if busy or not done:
            self._due = time.monotonic() + _ASIDE_SECONDS
        return done


def _run(
    gateway: Gateway,
    stop: threading.Event,
    patience_seconds: int,
    begin: Callable[[], None],
    end: Callable[[], None],
) -> None:
    logs.say("info", "started", worker=gateway.engine.worker)
    gateway.open()
    aside = _Aside(gateway)
    rest = Rest(gateway.works.writer.engine)
    try:
        begin()
        while not stop.is_set():
            rest.get_up()
            try:
                busy = gateway.work()
            except Exception as error:  # the database is away, say: a daemon waits and goes on
                logs.say("error", "work failed", error=f"{type(error).__name__}: {error}"[:500])
                stop.wait(_AFTER_FAILURE_SECONDS)
                continue
            if aside.do(busy=bool(busy) or gateway.engine.busy) or busy:
                rest.found()
            else:
                rest.take(stop)
    finally:
        rest.close()
        end()
        gateway.close(patience_seconds)
        logs.say("info", "stopped", worker=gateway.engine.worker)

"""The gateway as one object: everything that flow does, with the engine that carries it.

Composed by cli/main.py from the database, the clock, transports and postings; used by `run`, `daemon` and `worker`
and by commands that let something be worked again. The steps themselves are plain functions in the other modules.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from edi_gateway import logs
from edi_gateway.commands.desk import Actor
from edi_gateway.commands.watch.sighting import Disk
from edi_gateway.flow import deadlines, fulfilment, pump, upkeep
from edi_gateway.flow.as2 import answering
from edi_gateway.flow.as2.keyring import Keyring
from edi_gateway.flow.engine import Carrier, Engine, worker_name
from edi_gateway.flow.live import LivePartner, LivePartners
from edi_gateway.flow.replays import carrying
from edi_gateway.flow.replays.carrying import Replayed
from edi_gateway.flow.steps import Steps, Writer
from edi_gateway.flow.taking import inbound, receive
from edi_gateway.flow.taking.receive import PollResult
from edi_gateway.flow.telling import messages, outbound, posting
from edi_gateway.flow.works import Also, Options, Transports, Works, nothing
from edi_gateway.model.clock import Clock
from edi_gateway.posting.base import Posting
from edi_gateway.store import work
from edi_gateway.store.ids import Ids
from edi_gateway.store.traffic import documents
from edi_gateway.transport.errors import BadName, BadNamePattern
from edi_gateway.transport.telling.base import Teller
from edi_gateway.x12.writing.writer import EnvelopeInvalid

_GLANCE_SECONDS = 0.2  # between two looks whether there is more to start
_BEATS = 3  # in the time after which a silent worker is dead
_LOOK_AGAIN = timedelta(seconds=15)  # how long one run waits for a file to stand still


@dataclass(slots=True)
class RunReport:
    """What one run did. `finished` is False when something still waits that could have gone on."""

    started_at: datetime
    ended_at: datetime
    polls: list[PollResult] = field(default_factory=list)
    finished: bool = True


class Gateway:
    """Use it as a context: entering starts the engine, leaving lets what is in hand finish for a while."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        ids: Ids,
        transports: Transports,
        postings: Mapping[str, Posting],
        options: Options | None = None,
        keyring: Keyring | None = None,
        disks: Callable[[], Sequence[Disk]] | None = None,
        tellers: Mapping[str, Teller] | None = None,
        workers: int = 1,
        poll_seconds: float = 0.1,
    ) -> None:
        self.works = Works(
            Writer(database), clock, ids, LivePartners(), transports, postings, options or Options()
        )
        if keyring is not None:
            self.works.keyring = keyring
        if disks is not None:
            self.works.disks = disks
        if tellers is not None:
            self.works.tellers = tellers
        self.engine = Engine(
            self.works.writer, worker=worker_name(), workers=workers, poll_seconds=poll_seconds
        )
        self._beaten = float("-inf")
        self._polls: list[PollResult] = []

    # --- starting and stopping

    def __enter__(self) -> Gateway:
        self.open()
        return self

    def open(self) -> None:
        """Start the engine, and take up what dead workers left."""
        with self.works.writer.begin() as conn:
            upkeep.beat(self.works, conn, self.engine.worker)
            self.works.live.refresh(conn)
        self.engine.launch(self._carriers())
        upkeep.sweep(self.works, self.engine)

    def __exit__(self, *_: object) -> None:
        self.close(0)

    def close(self, patience_seconds: int) -> None:
        """Take no more work, let what is in hand finish for so long, say good-bye."""
        self.engine.close(patience_seconds)
        with self.works.writer.begin() as conn:
            upkeep.beat(self.works, conn, self.engine.worker, stopped=True)

    def _carriers(self) -> dict[str, Carrier]:
        works = self.works

        def poll(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            return steps.outside("poll", lambda: self._poll(payload["partner"], done(pump.POLL, payload)))

        def batch(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            return inbound.work_small(works, steps, payload["receipts"], done(pump.BATCH, payload))

        def large(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            return inbound.work_large(works, steps, payload["receipts"][0], done(pump.LARGE, payload))

        def send(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            partner, ids = payload["partner"], payload["transmissions"]
            return outbound.send(works, steps, partner, ids, done(pump.SEND, payload))

        def post(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            return posting.post(works, steps, payload["postings"], done(pump.POST, payload))

        def answer(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            partner, ids = payload["partner"], payload["receipts"]
            return answering.send(works, steps, partner, ids, done(pump.ANSWER, payload))

        def tell(steps: Steps, payload: dict[str, Any]) -> dict[str, Any]:
            return messages.send(works, steps, payload["messages"], done(pump.TELL, payload))

        def done(kind: str, payload: dict[str, Any]) -> Also:
            """With its last commit a piece of work says that it is done: the pump need not ask the engine."""
            return lambda conn: work.done_keys(conn, kind, [payload["row"]])

        return {
            pump.POLL: poll,
            pump.BATCH: batch,
            pump.LARGE: large,
            pump.SEND: send,
            pump.POST: post,
            pump.ANSWER: answer,
            pump.TELL: tell,
        }

    # --- the way in

    def poll(self, partner: str, also: Also = nothing) -> PollResult:
        """Look into a partner's folder now, here: fetch, commit, settle."""
        with self.works.writer.reading() as conn:
            self.works.live.refresh(conn)
        known = self.works.live.get(partner)
        if known is None or known.paused or not known.profile.active:
            return PollResult(partner, 0, 0, 0)
        return receive.poll(self.works, known, also)

    def _poll(self, partner: str, also: Also) -> dict[str, Any]:
        try:
            result = self.poll(partner, also)
        except Exception as error:  # of the program or the database: whoever runs once is told of it too
            problem = f"{type(error).__name__}: {error}"[:300]
            self._polls.append(PollResult(partner, 0, 0, 0, error=problem))
            raise
        self._polls.append(result)
        return {"seen": result.seen, "received": result.received}

    def receive(self, connection: str, name: str, chunks: Iterable[bytes]) -> int:
        """Take in a file that came by hand; its receipt id."""
        return receive.receive(self.works, connection, name, chunks)

    def may_look(self, partner: str) -> bool:
        """Whether the schedule may look at this partner's folder now; a person may whenever they like."""
        with self.works.writer.reading() as conn:
            self.works.live.refresh(conn)
            known = self.works.live.get(partner)
            if known is None or receive.posts_to_us(self.works, known):
                return False
            return receive.is_due(conn, known, self.works.clock())

    def ask_to_look(self, partner: str, when: str) -> None:
        """Leave a poll to be done. `when` names the occasion: the same one twice is one look."""
        with self.works.writer.begin() as conn:
            key = f"{partner}:{when}"
            work.add(conn, self.works.ids, self.works.clock, "look", {key: {"partner": partner}})

    # --- work

    def work(self) -> int:
        """One pass over everything that waits: starts it, bundles, judges deadlines; how many things."""
        started = len(self._pump())
        done = self.works.writer.run(self._judge)
        done += fulfilment.carry(self.works)
        done += carrying.carry(self.works)
        done += self._bundle()
        if done:
            started += len(self._pump())
        self._beat()
        return started + done

    def _pump(self) -> list[str]:
        return self.works.writer.run(lambda conn: pump.pump(self.works, self.engine, conn))

    def _judge(self, conn: Connection) -> int:
        self.works.live.refresh(conn)
        return deadlines.judge(self.works, conn)

    def _bundle(self) -> int:
        made = 0
        now = self.works.clock()
        with self.works.writer.reading() as conn:
            partners = documents.partners_waiting(conn, now)
        for key in partners:
            partner = self.works.live.get(key)
            if partner is not None:
                made += self._bundle_for(partner)
        return made

    def _bundle_for(self, partner: LivePartner) -> int:
        with logs.unit("bundle", partner=partner.profile.key) as line:
            try:
                made = self.works.writer.run(lambda conn: outbound.bundle(self.works, conn, partner))
            except (EnvelopeInvalid, BadName, BadNamePattern) as error:
                line.add(error=str(error))
                with self.works.writer.begin() as conn:
                    outbound.put_off(self.works, conn, partner, str(error))
                return 0
            line.add(transmissions=len(made))
            if not made:
                line.skip()
        return len(made)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten < self.works.options.patience_seconds / _BEATS:
            return
        self._beaten = now
        with self.works.writer.begin() as conn:
            upkeep.beat(self.works, conn, self.engine.worker)
        upkeep.sweep(self.works, self.engine)

    def drain(self, seconds: float = 3600.0) -> bool:
        """Work until nothing waits that could go on now; False when the time was up before.

        What comes in is worked first, so that one bundle takes the answers to all of it; orders are posted
        meanwhile, for that is mostly waiting for the disk.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._beat()
            if self._pump() or self._going_on() or self.engine.busy:
                self.engine.wait_for_an_end(_GLANCE_SECONDS)
            elif not self.work():
                if not self.engine.leftovers():
                    return True
                self.engine.wait_for_an_end(_GLANCE_SECONDS)
        return False

    def _going_on(self) -> bool:
        with self.works.writer.reading() as conn:
            return bool(work.taken(conn, pump.KINDS))

    def run_once(self, partners: Sequence[str] | None = None) -> RunReport:
        """Poll all (or these), work all that waits, send all that can go, tell what was done."""
        started_at = self.works.clock()
        self._polls.clear()
        with logs.unit("run") as line:
            active = [partner.profile.key for partner in self.active_partners()]
            wanted = active if partners is None else list(partners)
            self._look(wanted)
            finished = self.drain()
            again = [p for p in self._polls if p.next_look is not None and not p.error]
            pauses = [p.next_look - self.works.clock() for p in again if p.next_look is not None]
            if pauses and min(pauses) <= _LOOK_AGAIN:
                time.sleep(max(0.0, max(p for p in pauses if p <= _LOOK_AGAIN).total_seconds()))
                self._look([p.partner for p in again])
                finished = self.drain()
            line.add(received=sum(p.received for p in self._polls), finished=finished)
        return RunReport(started_at, self.works.clock(), list(self._polls), finished)

    def active_partners(self) -> list[LivePartner]:
        """Partners that are published, active and not paused."""
        with self.works.writer.reading() as conn:
            self.works.live.refresh(conn)
        return [p for p in self.works.live.all() if p.profile.active and not p.paused]

    def _look(self, partners: Sequence[str]) -> None:
        for partner in partners:
            self.ask_to_look(partner, f"now-{self.works.ids.next()}")

    # --- again

    def replay(self, case_ids: Sequence[int], actor: Actor, with_file: bytes | None = None) -> list[Replayed]:
        """Run again what the cases (and all open ones of the same cause) are about; what changed, case by case.

        `with_file`: a corrected copy that takes the place of the one document; the original stays as it came.
        """
        run = carrying.start(self.works, case_ids, actor, with_file)
        self.drain()
        with self.works.writer.reading() as conn:
            return carrying.results(conn, run.id)

    def tidy(self) -> None:
        """Forget what is old enough."""
        upkeep.tidy(self.works, self.engine)

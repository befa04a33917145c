"""The engine: runs pieces of work durably with DBOS, on the gateway's own database. The only importer of dbos.

Takes work (a kind, a key made of rows, ids) and the functions that carry each kind; gives them `Steps` whose
transactions commit our rows and the step's checkpoint together. Called by flow/gateway.py.

docs/explanation/durability.md tells how it holds together and what was measured.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, SQLAlchemyDatasource
from dbos._serialization import Serializer
from sqlalchemy import Connection, create_engine, event
from sqlalchemy import Engine as Database

from edi_gateway import logs
from edi_gateway.flow.steps import Steps, Writer
from edi_gateway.model.errors import GatewayError
from edi_gateway.store.database import CHECKPOINT_PAGES

T = TypeVar("T")
Payload = dict[str, Any]
Carrier = Callable[[Steps, Payload], Payload]

APPLICATION = "edi-gateway"
VERSION = (
    "road-1"  # pinned: a changed program goes on with what an older one began; raise it when steps change
)
ROAD, WIRE = "road", "wire"  # queues: our own computing, and waiting for other people's machines
_BUSY_SECONDS = 30.0  # how long SQLite waits for another process
_SETTLING_SECONDS = 0.01  # from the end of a piece of work until DBOS has written it down
RUNNING = frozenset({"PENDING", "ENQUEUED", "DELAYED"})


class WorkFailedError(GatewayError):
    """A piece of work failed: {problem}"""


def worker_name() -> str:
    """A name no other worker has or had: host, process, chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def is_gone(worker: str) -> bool:
    """Whether the worker's process certainly is no more: it was on this machine, and its number is free."""
    host, pid, _ = worker.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class _Json(Serializer):
    """Arguments and results as JSON: ids and counts only, so nothing in the database can run as code."""

    def name(self) -> str:
        return "json"

    def serialize(self, data: Any) -> str:
        if isinstance(data, BaseException):
            return json.dumps({"__failed__": f"{type(data).__name__}: {data}"})
        return json.dumps(data)

    def deserialize(cls, serialized_data: str) -> Any:
        data = json.loads(serialized_data)
        if isinstance(data, dict) and "__failed__" in data:
            return WorkFailedError(problem=data["__failed__"])
        return data


class _Durable:
    """Steps of a running workflow."""

    def __init__(self, datasource: SQLAlchemyDatasource, isolation: str, writer: Writer) -> None:
        self._datasource = datasource
        self._isolation = isolation
        self._writer = writer

    def transaction(self, name: str, work: Callable[[Connection], T]) -> T:
        def body() -> T:
            return work(self._datasource.sql_session().connection())

        options: Any = {"name": name, "isolation_level": self._isolation}
        with self._writer.gate:
            return self._datasource.run_tx_step(options, body)

    def outside(self, name: str, work: Callable[[], T]) -> T:
        return DBOS.run_step({"name": name}, work)


class Engine:
    """One worker's engine. DBOS keeps one engine a process, so there is one of these at a time.

    `workers` is how many pieces of our own computing run at once, `lines` how many conversations with other
    machines; `poll_seconds` how often it looks for work.
    """

    def __init__(
        self, writer: Writer, *, worker: str, workers: int = 1, lines: int = 8, poll_seconds: float = 0.1
    ) -> None:
        self.worker = worker
        self._writer = writer
        self._database = writer.engine
        self._workers = workers
        self._lines = lines
        self._poll_seconds = poll_seconds
        self._client: DBOSClient | None = None
        self._in_hand = _InHand()

    def launch(self, carriers: Mapping[str, Carrier]) -> None:
        """Start taking work of these kinds. What a dead worker left is not taken here but by flow/upkeep.py."""
        url = self._database.url.render_as_string(hide_password=False)
        sqlite = self._database.dialect.name == "sqlite"
        library = logging.getLogger("dbos")
        if not library.handlers:  # else DBOS writes to the console by itself
            library.addHandler(logging.NullHandler())
            library.addFilter(_one_line)
        # our engine and its own: WAL is a property of the file, synchronous=FULL SQLite's default
        DBOS.migrate(url)
        self._client = DBOSClient(
            system_database_engine=self._database,
            application_name=APPLICATION,
            serializer=_Json(),
            use_listen_notify=False,
            lazy=True,
        )
        for queue, width in ((ROAD, self._workers), (WIRE, self._lines)):
            self._client.register_queue(
                queue, worker_concurrency=width, polling_interval_sec=self._poll_seconds
            )
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": url,
            "application_version": VERSION,
            "executor_id": self.worker,
            "serializer": _Json(),
            "log_level": "WARNING",
            "use_listen_notify": False,
            "run_migrations": False,
            "sys_db_pool_size": 4 + self._workers + self._lines,
            "scheduler_polling_interval_sec": 3600.0,
            # asks the database nothing while nobody waits for a message; stopping waits for it
            "notification_listener_polling_interval_sec": 0.05,
        }
        if sqlite:
            config["system_database_engine"] = self._own_engine(url)
        DBOS(config=config)
        datasource = SQLAlchemyDatasource.create(database_url=url, engine=self._database, serializer=_Json())
        steps = _Durable(datasource, "SERIALIZABLE" if sqlite else "READ COMMITTED", self._writer)
        for kind, carrier in carriers.items():
            DBOS.workflow(name=kind)(_workflow(carrier, steps, self._in_hand))
        DBOS.launch()
        logs.say("debug", "engine started", worker=self.worker, kinds=sorted(carriers))

    def _own_engine(self, url: str) -> Database:
        """DBOS's own way to our SQLite file, as it would make it itself, but waiting in turn with our writers."""
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

        @event.listens_for(engine, "connect")
        def _settle(connection: Any, _record: Any) -> None:
            connection.isolation_level = "IMMEDIATE"
            connection.execute("PRAGMA foreign_keys = ON")
            # whoever commits carries the log over by its own measure: with the usual one DBOS would, all the time
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

        self._writer.take_turns(engine)
        return engine

    def close(self, patience_seconds: int = 0) -> None:
        """Take no more work, let what runs finish for so long, and stop."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_seconds)
        self._client = None
        logs.say("debug", "engine stopped", worker=self.worker)

    def enqueue(self, conn: Connection, kind: str, key: str, payload: Payload, queue: str = ROAD) -> str:
        """Leave a piece of work, in the caller's own transaction; its id. The same kind and key twice is one."""
        if self._client is None:
            raise WorkFailedError(problem="the engine is not started")
        options: EnqueueOptions = {
            "workflow_name": kind,
            "queue_name": queue,
            "workflow_id": f"{kind}:{key}",
            "app_version": VERSION,
        }
        self._client.enqueue_in_transaction(conn, options, payload)
        return options["workflow_id"]

    def status(self, ids: Iterable[str]) -> dict[str, str]:
        """The state of each of these that is known (RUNNING has those not at their end)."""
        wanted = list(ids)
        if not wanted:
            return {}
        found = DBOS.list_workflows(workflow_ids=wanted, load_input=False, load_output=False)
        return {one.workflow_id: one.status for one in found}

    def ended(self, ids: Iterable[str]) -> dict[str, str]:
        """Those of these that are at their end: SUCCESS, ERROR, CANCELLED, or LOST when nobody knows of them."""
        wanted = list(ids)
        states = self.status(wanted)
        return {i: states.get(i, "LOST") for i in wanted if states.get(i) not in RUNNING}

    def is_gone(self, worker: str) -> bool:
        """Whether the worker's process certainly is no more."""
        return is_gone(worker)

    @property
    def busy(self) -> bool:
        """Whether a piece of work is in hand here. It may have said in its last commit that it is done."""
        return self._in_hand.count > 0

    def leftovers(self) -> bool:
        """Whether anything of this version has not been brought to its end by anybody."""
        return bool(
            DBOS.list_workflows(
                status=sorted(RUNNING), app_version=VERSION, limit=1, load_input=False, load_output=False
            )
        )

    def wait_for_an_end(self, seconds: float) -> None:
        """Wait until a piece of work of this worker has ended since the last call, or so long."""
        if self._in_hand.ended.wait(seconds):
            self._in_hand.ended.clear()
            time.sleep(_SETTLING_SECONDS)

    def begun_by(self, worker: str) -> dict[str, Payload]:
        """What this worker has begun and not ended: id -> payload."""
        found = DBOS.list_workflows(status="PENDING", executor_id=worker, load_output=False)
        return {one.workflow_id: _argument(one.input) for one in found}

    def workers(self) -> set[str]:
        """All workers that have begun work which is not at its end."""
        found = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {one.executor_id for one in found if one.executor_id}

    def resume(self, ids: list[str], on_the_wire: frozenset[str]) -> None:
        """Let live workers go on with these, each from its last committed step; kinds by queue."""
        for queue in (ROAD, WIRE):
            of_queue = [i for i in ids if (i.partition(":")[0] in on_the_wire) == (queue == WIRE)]
            if of_queue:
                DBOS.resume_workflows(of_queue, queue_name=queue)

    def cancel(self, ids: list[str]) -> None:
        """Do not go on with these."""
        if ids:
            DBOS.cancel_workflows(ids)

    def forget(self, before: datetime, at_most: int = 1000) -> int:
        """Delete the engine's own notes of work that ended before then; how many."""
        old = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=at_most,
            load_input=False,
            load_output=False,
        )
        if old:
            DBOS.delete_workflows([one.workflow_id for one in old])
        return len(old)


class _InHand:
    """The pieces of work that this process has in hand; `ended` is set when one of them has ended."""

    def __init__(self) -> None:
        self.count = 0
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.count -= 1
        self.ended.set()


def _workflow(carrier: Carrier, steps: Steps, in_hand: _InHand) -> Callable[[Payload], Payload]:
    def run(payload: Payload) -> Payload:
        with in_hand:
            return carrier(steps, payload)

    return run


def _one_line(record: logging.LogRecord) -> bool:
    """DBOS logs a failed step with its whole stack; ours says what failed, and where, once (logs.unit)."""
    record.exc_info = None
    return True


def _argument(given: Any) -> Payload:
    arguments = given["args"] if given else ()
    return dict(arguments[0]) if arguments else {}

"""Two companies on AS2, each with a gateway of its own: database, keys, profile of the other, a real HTTP server.

What leaves and comes is looked at in their databases. No engine runs: the steps are called as the engine would.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from edi_gateway.commands.partners import certificates
from edi_gateway.commands.partners.certificates import Key, Use
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.flow import deadlines
from edi_gateway.flow.as2 import answering, receiving
from edi_gateway.flow.as2.keyring import Keyring
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.telling import outbound
from edi_gateway.flow.works import Works
from edi_gateway.partners import registry
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import tables
from edi_gateway.store.database import connect, reading
from edi_gateway.store.ids import Ids
from edi_gateway.store.traffic import as2, outbox, receipts
from edi_gateway.store.traffic import certificates as rows
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.keys import making
from edi_gateway.transport.keys import reading as keys
from edi_gateway.transport.keys.reading import Described
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.transport.wire import Wire
from edi_gateway.web.as2.app import As2App, Bounds
from edi_gateway.web.listener import Listener
from tests.databases import BOTH
from tests.flow.shop import Clock
from tests.samples.sample import NOW

on_both = pytest.mark.parametrize("sides", BOTH, indirect=True)
PASSPHRASE = "a mill by the stream"
NAMES = ("TARNBROOK", "FERNHILL")
LONG_SINCE = NOW - timedelta(days=1)


@cache
def pair(name: str, kind: making.Kind = "rsa-2048") -> tuple[Described, str]:
    """A certificate and its locked key; made once a test process."""
    described, private = making.new(name, kind, LONG_SINCE, 700)
    return described, keys.locked(private, PASSPHRASE)


@dataclass
class Side:
    """One company. `name` is its AS2 identifier, and its key as a partner in small letters."""

    name: str
    engine: Engine
    home: Path
    clock: Clock
    node: int
    port: int = 0  # 0: any
    works: Works = field(init=False)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        read_secret = secrets_from({}, self.home)
        self.works = Gateway(
            self.engine,
            clock=self.clock,
            ids=Ids(self.clock, self.node),
            transports=self._wire,
            postings={},
            keyring=Keyring(read_secret, lambda: PASSPHRASE),
        ).works
        app = As2App(partial(receiving.take, self.works), Bounds(size=8 << 20, seconds=20, silence=5))
        self.listener = Listener(app, host="127.0.0.1", port=self.port)
        self.listener.start()
        with self.works.writer.begin() as conn:
            if not rows.standing(conn, "ours"):
                described, locked = pair(self.name)
                certificates.add_ours(
                    self.works.desk(conn), described, Key(locked=locked), Use(since=LONG_SINCE)
                )

    def close(self) -> None:
        self.listener.stop()
        self.engine.dispose()

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.port}/as2"

    def _wire(self, profile: Profile) -> Wire:
        wire = open_transport(profile.connection, root=self.home, read_secret=secrets_from({}, self.home))
        assert isinstance(wire, Wire)
        return wire

    def agree(self, other: Side, more: str = "", url: str | None = None, *, inside: bool = True) -> None:
        """Publish the profile of the other; `more` tables of its connection. `inside`: addresses of our own network
        may be called."""
        folder = self.home / "partners" / other.key
        folder.mkdir(parents=True, exist_ok=True)
        line = f"[connection.line]\ninternal_addresses = {'true' if inside else 'false'}\n"
        line += "answer_seconds = 3.0\nconnect_seconds = 2.0\n"
        (folder / "partner.toml").write_text(
            f'name = "{other.name}"\n[them]\nqualifier = "ZZ"\nid = "{other.name}"\n'
            f'[us]\nqualifier = "ZZ"\nid = "{self.name}"\n[[documents]]\nset = "850"\ndirection = "in"\n'
            f'[connection]\nkind = "as2"\nus = "{self.name}"\nthem = "{other.name}"\nurl = "{url or other.url}"\n'
            f"{line}{more}",
            "utf-8",
        )
        loaded = registry.load(folder)
        assert loaded.profile is not None, loaded.findings
        with self.works.writer.begin() as conn:
            desk = self.works.desk(conn)
            publish(desk, snapshot(loaded.profile, folder, self.home / "mappings"), "for the test")
            known = [row.partner for row in rows.standing(conn, "theirs")]
            if other.key not in known:
                certificates.add_theirs(desk, pair(other.name)[0], Use(other.key, LONG_SINCE))

    # --- out

    def queue(self, partner: Side, *contents: bytes) -> list[int]:
        """Transmissions that wait to go, as bundling leaves them."""
        made: list[int] = []
        with self.works.writer.begin() as conn:
            for content in contents:
                made.append(self.works.ids.next())
                row = {
                    "id": made[-1],
                    "partner": partner.key,
                    "control": f"{len(made):09d}",
                    "name": f"order-{len(made)}.edi",
                    "bytes": content,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "documents": 1,
                    "sets": "850",
                    "test": False,
                    "state": "READY",
                    "created_at": self.clock(),
                    "ack_state": "NONE",
                }
                outbox.add_transmissions(conn, [row])
        return made

    def send(self, partner: Side) -> None:
        """Whatever is to go now, goes."""
        with reading(self.engine) as conn:
            ready = outbound.sendable(conn, self.clock()).get(partner.key, [])
        if ready:
            outbound.send(self.works, Direct(self.works.writer), partner.key, ready)

    def answer(self) -> None:
        """Asynchronous receipts that are to go now, go."""
        with reading(self.engine) as conn:
            due = as2.due_receipts(conn, self.clock())
        for partner, ready in due.items():
            answering.send(self.works, Direct(self.works.writer), partner, ready)

    def judge(self) -> None:
        """What is due is dealt with."""
        self.works.writer.run(lambda conn: deadlines.judge(self.works, conn))

    # --- what there is

    def table(self, table: Table, **where: Any) -> list[dict[str, Any]]:
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        with reading(self.engine) as conn:
            return [dict(row) for row in conn.execute(query.order_by(*table.primary_key.columns)).mappings()]

    def states(self, direction: str) -> list[str]:
        """Of messages, oldest first."""
        return [row["state"] for row in self.table(tables.as2_messages, direction=direction)]

    def transmissions(self) -> list[str]:
        return [row["state"] for row in self.table(tables.transmissions)]

    def mdns(self, direction: str) -> list[tuple[str, str]]:
        """(state, disposition) of receipts, oldest first."""
        found = self.table(tables.as2_receipts, direction=direction)
        return [(row["state"], row["disposition"]) for row in found]

    def received(self) -> list[tuple[str, bytes]]:
        """(name, bytes) of what came in and was taken."""
        with reading(self.engine) as conn:
            found = conn.execute(
                select(tables.receipts.c.id, tables.receipts.c.name).order_by(tables.receipts.c.id)
            )
            return [(row.name, b"".join(receipts.read(conn, row.id))) for row in found.all()]

    def cases(self) -> list[tuple[str, str]]:
        """(code, message) of the open cases."""
        found = self.table(tables.cases)
        return [
            (row["code"], row["message"]) for row in found if row["state"] in ("NEW", "ASSIGNED", "WAITING")
        ]


@contextmanager
def two_sides(template: Path, folder: Path) -> Iterator[tuple[Side, Side]]:
    """Tarnbrook, who sends, and Fernhill, with one clock; each on a copy of an upgraded SQLite file."""
    urls: list[str] = []
    for name in NAMES:
        shutil.copyfile(template, folder / f"{name.lower()}.db")
        urls.append(f"sqlite:///{folder / f'{name.lower()}.db'}")
    with sides_on(urls, folder) as sides:
        yield sides


@contextmanager
def sides_on(urls: Sequence[str], folder: Path) -> Iterator[tuple[Side, Side]]:
    """The same on these two databases."""
    clock = Clock(NOW)
    sides: list[Side] = []
    try:
        for node, (name, url) in enumerate(zip(NAMES, urls, strict=True), 1):
            sides.append(Side(name, connect(url), folder / name.lower(), clock, node))
        yield sides[0], sides[1]
    finally:
        for side in sides:
            side.close()

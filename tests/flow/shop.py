"""A gateway over real folders for tests of the flow: files dropped, files sent, rows read, and every sending noted.

Partners and master data are those of the samples (tests/samples/house.py stocks the database).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select

from edi_gateway.commands.partners.publishing import publish
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.works import Options
from edi_gateway.partners import registry
from edi_gateway.partners.profile import DirectoryConnection, Profile
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.posting.files import FilePosting
from edi_gateway.store import tables
from edi_gateway.store.ids import Ids
from edi_gateway.transport.base import Incoming, Transport
from edi_gateway.transport.directory import DirectoryTransport
from tests.samples.sample import NOW, PARTNERS, ROOT

PARTNER = "kestrelmoor"


class Clock:
    """Goes on from the day of the samples by itself; `skip` puts it forward."""

    def __init__(self, start: datetime = NOW) -> None:
        self._start = start
        self._begun = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

    def skip(self, **period: float) -> None:
        self._start += timedelta(**period)


def note(notes: Path, name: str, content: bytes) -> None:
    """One line for a sending that is about to begin."""
    with notes.open("a", encoding="ascii") as file:
        file.write(f"{name} {hashlib.sha256(content).hexdigest()}\n")


class NotingTransport(DirectoryTransport):
    """Notes each sending (name and hash) before it: what was sent twice must have been the same. Nothing is flushed
    to the disk: a process is killed here, not the machine, and what a process has written stays."""

    def __init__(self, connection: DirectoryConnection, notes: Path) -> None:
        super().__init__(connection)
        self._notes = notes

    def send(self, name: str, content: bytes) -> None:
        note(self._notes, name, content)
        super().send(name, content)


class Shop:
    """`start` gives a gateway on it (a context); several one after the other are several runs of the program."""

    def __init__(self, engine: Engine, home: Path, options: Options | None = None, node: int = 2) -> None:
        self.engine = engine
        self.home = home
        self.clock = Clock()
        self.options = options or Options()
        self._node = node
        (home / "posted").mkdir(parents=True, exist_ok=True)
        self.inbox(PARTNER).mkdir(parents=True, exist_ok=True)
        self.outbox(PARTNER).mkdir(parents=True, exist_ok=True)

    def start(self) -> Gateway:
        self._node += 1
        return Gateway(
            self.engine,
            clock=self.clock,
            ids=Ids(self.clock, self._node),
            transports=self.transport,
            postings={"files": FilePosting(self.home / "posted")},
            options=self.options,
            poll_seconds=0.02,  # more often costs more of the two cores than it saves
        )

    def transport(self, profile: Profile) -> Transport:
        pair = DirectoryConnection(
            inbound=str(self.inbox(profile.key)), outbound=str(self.outbox(profile.key)), settle_seconds=0
        )
        return NotingTransport(pair, self.home / "sendings")

    def inbox(self, partner: str) -> Path:
        return self.home / "exchange" / partner / "in"

    def outbox(self, partner: str) -> Path:
        return self.home / "exchange" / partner / "out"

    def drop(self, name: str, content: bytes, partner: str = PARTNER) -> None:
        """A file lies in the partner's folder."""
        self.inbox(partner).mkdir(parents=True, exist_ok=True)
        (self.inbox(partner) / name).write_bytes(content)

    def run(self, partners: list[str] | None = None) -> None:
        """One run of the program, from start to end."""
        with self.start() as gateway:
            assert gateway.run_once(partners or [PARTNER]).finished

    def sent(self, partner: str = PARTNER) -> list[str]:
        """What lies in the outbound folder, in the order of names."""
        return [file.read_text("latin-1") for file in sorted(self.outbox(partner).iterdir())]

    def sendings(self) -> list[tuple[str, str]]:
        """(name, SHA-256) of each sending, also of those that a killed process began."""
        notes = self.home / "sendings"
        lines = notes.read_text("ascii").splitlines() if notes.exists() else []
        return [(line.split()[0], line.split()[1]) for line in lines]

    def rows(self, table: Table, *order: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of a table, by its key or by `order`."""
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        columns = [table.c[name] for name in order] or list(table.primary_key.columns)
        with self.engine.begin() as conn:
            return [dict(row) for row in conn.execute(query.order_by(*columns)).mappings()]

    def states(self) -> dict[str, str]:
        """PO number -> state of the order; a PO number that stands twice is an error."""
        found: dict[str, str] = {}
        for row in self.rows(tables.orders):
            assert row["po_number"] not in found
            found[row["po_number"]] = row["state"]
        return found

    def cases(self) -> list[str]:
        """Codes of the open cases, oldest first."""
        open_ones = [row for row in self.rows(tables.cases) if row["state"] in ("NEW", "ASSIGNED", "WAITING")]
        return [row["code"] for row in open_ones]


class UnreachableTransport(DirectoryTransport):
    """A partner whose server is away: everything fails until `up`."""

    def __init__(self, connection: DirectoryConnection, error: Exception) -> None:
        super().__init__(connection)
        self.error: Exception | None = error

    def look(self) -> Iterator[Incoming]:
        if self.error is not None:
            raise self.error
        return super().look()

    def send(self, name: str, content: bytes) -> None:
        if self.error is not None:
            raise self.error
        super().send(name, content)


def publish_with(shop: Shop, tmp_path: Path, was: str, now: str) -> None:
    """The partner's profile with one thing changed."""
    folder = tmp_path / PARTNER
    folder.mkdir()
    for file in (PARTNERS / PARTNER).iterdir():
        text = file.read_text("utf-8")
        assert file.name != "partner.toml" or was in text
        (folder / file.name).write_text(text.replace(was, now), "utf-8")
    loaded = registry.load(folder)
    assert loaded.profile is not None, loaded.findings
    with shop.engine.begin() as conn:
        publish(
            shop.start().works.desk(conn), snapshot(loaded.profile, folder, ROOT / "mappings"), "for the test"
        )

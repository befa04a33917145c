"""A whole gateway for tests: the shipped partners published, the master data of samples/ imported, a clock that stands.

`stock` fills a database, `House` runs a Gateway on it over folders. Files come in and go out; `rows` reads what became
of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from edi_gateway.commands.desk import MACHINE, Actor, Desk
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.flow.gateway import Gateway
from edi_gateway.partners import registry
from edi_gateway.partners.profile import DirectoryConnection, Profile
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.posting.files import FilePosting
from edi_gateway.store import tables
from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.ids import Ids
from edi_gateway.transport.base import Transport
from edi_gateway.transport.directory import DirectoryTransport
from tests.samples.sample import NOW, PARTNERS, ROOT, SAMPLES

KINDS = ("customers", "items", "xrefs", "prices", "ship-tos")


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the database, as samples expect it."""

    orders: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    cases: list[dict[str, Any]]


class Clock:
    """Stands where it was put."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def stock(url: str, partners: Path = PARTNERS, mappings: Path = ROOT / "mappings") -> None:
    """Every table, the partners of a folder, and samples/master-data; nothing lies anywhere yet (`fill`)."""
    engine = connect(url)
    upgrade(engine)
    clock = Clock()
    with engine.begin() as conn:
        desk = Desk(conn, Ids(clock, 1), clock, Actor(MACHINE, frozenset({MACHINE})))
        for loaded in registry.check_all(partners, mappings):
            assert loaded.profile is not None, loaded.findings
            publish(desk, snapshot(loaded.profile, loaded.folder, mappings), "for the tests")
        for kind in KINDS:
            content = (SAMPLES / "master-data" / f"{kind}.csv").read_bytes()
            report = import_csv(desk, kind, content, f"{kind}.csv")
            assert report.problems == []
    engine.dispose()


def fill(url: str) -> None:
    """The sites of samples/master-data, and what lies there."""
    engine, clock = connect(url), Clock()
    with engine.begin() as conn:
        desk = Desk(conn, Ids(clock, 9), clock, Actor(MACHINE, frozenset({MACHINE})))
        sites, counts = (
            (SAMPLES / "master-data" / f"{kind}.csv").read_bytes() for kind in ("sites", "stock")
        )
        assert import_csv(desk, "sites", sites, "sites.csv").problems == []
        assert import_stock(desk, "stock", counts, "stock.csv").problems == []
    engine.dispose()


class House:
    """A gateway on a stocked database, in a working folder of its own."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = engine
        self.home = home
        self.clock = Clock()
        (home / "posted").mkdir(parents=True)
        self.gateway = Gateway(
            engine,
            clock=self.clock,
            ids=Ids(self.clock, 2),
            transports=self._transport,
            postings={"files": FilePosting(home / "posted")},
            poll_seconds=0.02,
        )
        self._taken: set[Path] = set()

    def _transport(self, profile: Profile) -> Transport:
        folder = self.home / "exchange" / profile.key
        for name in ("in", "out"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        pair = DirectoryConnection(inbound=str(folder / "in"), outbound=str(folder / "out"), settle_seconds=0)
        return DirectoryTransport(pair)

    def take_in(self, name: str, content: bytes) -> None:
        """A file arrives and everything that can be done at once is done."""
        self.gateway.receive("cli", name, [content])
        assert self.gateway.drain(60)

    def wait_until(self, now: datetime) -> None:
        """The clock is put forward, and what falls due is done."""
        self.clock.now = now
        assert self.gateway.drain(60)

    def sent(self) -> list[bytes]:
        """Files sent since the last call, in the order of sending."""
        files = sorted(f for f in self.home.glob("exchange/*/out/*") if f not in self._taken)
        self._taken.update(files)
        return [f.read_bytes() for f in files]

    # --- what became of it

    def mark(self) -> int:
        """Rows made from here on have higher ids."""
        return self.gateway.works.ids.next()

    def rows(self, since: int = 0) -> Rows:
        """Orders, findings and open cases made since a mark."""
        with self.engine.begin() as conn:
            return Rows(self._orders(conn, since), self._findings(conn, since), self._cases(conn, since))

    def orders(self) -> list[dict[str, Any]]:
        return self.rows().orders

    def _orders(self, conn: Connection, since: int) -> list[dict[str, Any]]:
        columns = tables.orders.c
        query = select(tables.orders).where(columns.id > since).order_by(columns.id)
        return [
            {
                "po_number": row["po_number"],
                "state": row["state"],
                "revision": row["revision"],
                "customer": row["customer"],
                "total": _number(row["total"]),
                "test": row["test"],
                "lines": self._lines(conn, row["id"]),
                "holds": self._holds(conn, row["id"]),
            }
            for row in conn.execute(query).mappings().all()
        ]

    def _lines(self, conn: Connection, order_id: int) -> list[dict[str, Any]]:
        columns = tables.order_lines.c
        query = select(tables.order_lines).where(columns.order_id == order_id).order_by(columns.line)
        return [
            {
                "line": row["line"],
                "buyer_line": row["buyer_line"],
                "sku": row["sku"],
                "quantity": _number(row["quantity"]),
                "unit": row["unit"],
                "accepted": _number(row["accepted_quantity"]),
                "price": _number(row["price"]),
                "state": row["state"],
            }
            for row in conn.execute(query).mappings()
        ]

    def _holds(self, conn: Connection, order_id: int) -> list[dict[str, Any]]:
        columns = tables.holds.c
        query = select(columns.code, columns.line, columns.store).where(
            columns.order_id == order_id, columns.state == "ACTIVE"
        )
        return sorted((dict(row) for row in conn.execute(query).mappings()), key=repr)

    def _findings(self, conn: Connection, since: int) -> list[dict[str, Any]]:
        """All that was found, with a place that people can read."""
        columns = tables.findings.c
        query = select(columns.code, columns.severity, columns.effect, columns.path, columns.location)
        return [
            {
                "code": row["code"],
                "severity": row["severity"],
                "effect": row["effect"],
                "at": row["path"] or _place(row["location"]),
            }
            for row in conn.execute(query.where(columns.id > since).order_by(columns.id)).mappings()
        ]

    def _cases(self, conn: Connection, since: int) -> list[dict[str, Any]]:
        columns = tables.cases.c
        query = select(columns.family, columns.code).where(columns.state != "CLOSED", columns.id > since)
        return [dict(row) for row in conn.execute(query.order_by(columns.id)).mappings()]

    def posted(self) -> list[dict[str, Any]]:
        """What was handed to the ERP."""
        return [json.loads(f.read_text("utf-8")) for f in sorted((self.home / "posted").glob("*.json"))]


@contextmanager
def house(engine: Engine, home: Path) -> Iterator[House]:
    """A House whose gateway runs while the block does."""
    built = House(engine, home)
    with built.gateway:
        yield built


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _place(location: str | None) -> str | None:
    if not location:
        return None
    at = json.loads(location)
    parts = [at.get("segment"), at.get("position"), f"{at['element']:02}" if at.get("element") else None]
    return " ".join(str(part) for part in parts if part is not None)

"""What has left becomes 856s and 810s: 1,000 shipments of 10 cartons, durable, gate and audit on.

`python -m benchmarks.bench_ship [runs]` measures on SQLite, one process, FULL sync on: 1,000 orders of 10 lines are
taken, given stock, handed over and confirmed, each line in a carton with a number of its own; timed is what follows of
itself: 1,000 ship notices and 1,000 invoices, held against what went before, checked, written and queued. Medians, and
the bar.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import orders
from edi_gateway import logs
from edi_gateway.commands.desk import Numbers
from edi_gateway.commands.master_data.importing import import_csv
from edi_gateway.commands.partners.publishing import publish
from edi_gateway.commands.shipping.typed_confirm import Carton, Typed, confirm
from edi_gateway.commands.stocking.stock_imports import import_stock
from edi_gateway.flow import fulfilment
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Options
from edi_gateway.partners import registry
from edi_gateway.partners.profile import DirectoryConnection, Documents, Fulfilment, Invoicing, Penalty
from edi_gateway.partners.snapshots import snapshot
from edi_gateway.store import tables
from edi_gateway.store.book import parts
from edi_gateway.store.database import connect, upgrade
from edi_gateway.store.ids import Ids
from edi_gateway.transport.directory import DirectoryTransport

ROOT = Path(__file__).parents[1]
PARTNER = "kestrelmoor"
SHIPMENTS, LINES = 1000, 10
BAR = 10.0
_ONE_DAY = (
    "shipped_in_window",
)  # all leave on one day, which is not every order's: looked at, and only noted
KINDS = ("customers", "items", "xrefs", "prices", "ship-tos")


class Clock:
    """The real one, and put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@contextmanager
def gateway(home: Path, clock: Clock) -> Iterator[Gateway]:
    """A stocked gateway whose partner's orders ship from here, with more of everything than anybody wants."""
    engine = connect(f"sqlite:///{home / 'gateway.db'}")
    upgrade(engine)
    for name in ("in", "out"):
        (home / name).mkdir()
    pair = DirectoryConnection(inbound=str(home / "in"), outbound=str(home / "out"), settle_seconds=0)
    running = Gateway(
        engine,
        clock=clock,
        ids=Ids(clock, 2),
        transports=lambda _profile: DirectoryTransport(pair),
        postings={},
        options=Options(numbers=Numbers(gs1_prefix="4012345")),
    )
    with engine.begin() as conn:
        desk = running.works.desk(conn)
        for loaded in registry.check_all(ROOT / "partners", ROOT / "mappings"):
            if loaded.key != PARTNER:
                continue
            assert loaded.profile is not None
            known = {(row.set, row.direction) for row in loaded.profile.documents}
            more = [
                Documents(set=code, direction="out", version="005010")
                for code in ("856", "810")
                if (code, "out") not in known
            ]
            profile = loaded.profile.model_copy(
                update={
                    "fulfilment": Fulfilment(ours=True),
                    "invoicing": Invoicing(after_notice="made"),
                    "chargebacks": tuple(Penalty(rule=rule, severity="warn") for rule in _ONE_DAY),
                    "documents": (*loaded.profile.documents, *more),
                    "posting": "none",
                }
            )
            publish(desk, snapshot(profile, loaded.folder, ROOT / "mappings"), "for the benchmark")
        for kind in KINDS:
            content = (ROOT / "samples" / "master-data" / f"{kind}.csv").read_bytes()
            import_csv(desk, kind, content, f"{kind}.csv")
        import_csv(
            desk, "sites", b"code,name,city,region,postal_code\nEAST,East,Baltimore,MD,21230\n", "sites.csv"
        )
        skus = conn.execute(select(tables.items.c.sku)).scalars()
        rows = "".join(f"EAST,{sku},99999999\n" for sku in sorted(set(skus)))
        import_stock(desk, "stock", f"site,sku,on_hand\n{rows}".encode(), "stock.csv")
    with running:
        yield running
    engine.dispose()


def measure(seed: int) -> tuple[float, int, int]:
    """Seconds, notices and invoices made."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder, gateway(Path(folder), clock) as running:
        home = Path(folder)
        content = orders.purchase_orders(SHIPMENTS, LINES, seed, on=clock().date())
        (home / "in" / "orders.edi").write_bytes(content)
        running.run_once([PARTNER])
        clock.ahead = timedelta(days=18)
        running.run_once([PARTNER])  # all of it goes to the warehouse
        _confirm_all(running)
        started = time.perf_counter()
        while fulfilment.carry(running.works):
            pass
        took = time.perf_counter() - started
        with running.works.writer.reading() as conn:
            c = tables.documents.c
            counted = dict(
                tuple(row)
                for row in conn.execute(
                    select(c.set_code, func.count())
                    .where(c.direction == "out", c.state != "INVALID")
                    .group_by(c.set_code)
                )
            )
        return took, counted.get("856", 0), counted.get("810", 0)


def _confirm_all(running: Gateway) -> None:
    """Every release leaves whole, a carton a line."""
    works = running.works
    with works.writer.reading() as conn:
        c = tables.releases.c
        found = conn.execute(select(c.id, c.number).where(c.state == "RELEASED").order_by(c.id))
        numbers = {row.id: row.number for row in found}
        asked = parts.of_release(conn, numbers)
    assert len(numbers) == SHIPMENTS
    waiting = list(numbers.items())
    for start in range(0, len(waiting), 50):
        with works.writer.begin() as conn:
            works.live.refresh(conn)
            desk = works.desk(conn)
            for release_id, number in waiting[start : start + 50]:
                cartons = tuple(Carton(((number, part.line, part.quantity),)) for part in asked[release_id])
                confirm(desk, Published(works.live), Typed(releases=(number,), cartons=cartons))


def main(runs: int) -> None:
    logs.configure("console", "WARNING")
    results = [measure(seed) for seed in range(1, runs + 1)]
    took = statistics.median(result[0] for result in results)
    _, notices, invoices = results[0]
    print(
        f"{SHIPMENTS:,} shipments of {LINES} cartons to {notices:,} notices and {invoices:,} invoices: {took:.2f} s; "
        f"bar {BAR} s: {'held' if took <= BAR and notices == invoices == SHIPMENTS else 'MISSED'}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

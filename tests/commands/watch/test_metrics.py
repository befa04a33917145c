"""Numbers for monitoring: exact, the same whether counted already or not, and never from all rows that ever came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from edi_gateway.reports.figures.metrics import metrics, quantile
from edi_gateway.store import tables
from edi_gateway.store.ids import Ids, first_id
from tests.commands.desks import NOW
from tests.commands.watch.test_detectors import Watch


@pytest.fixture
def w(swept: Engine) -> Watch:
    return Watch(swept)


def told(w: Watch) -> dict[str, dict[tuple[str, ...], float]]:
    with w.office.engine.begin() as conn:
        found = metrics(conn, w.office.clock())
    return {one.name: {sample.labels: sample.value for sample in one.samples} for one in found}


def test_documents_are_counted_once_whether_kept_or_not(w: Watch) -> None:
    w.sets(3)
    w.sets(2, "REJECTED")
    counts = {("in", "acme", "850", "APPLIED"): 3, ("in", "acme", "850", "REJECTED"): 2}
    assert told(w)["edi_gateway_documents"] == counts
    w.office.clock.move(minutes=3)
    w.go()  # counts them
    w.sets(4)
    counts[("in", "acme", "850", "APPLIED")] = 7
    assert told(w)["edi_gateway_documents"] == counts
    w.office.clock.move(minutes=3)
    w.go()
    assert told(w)["edi_gateway_documents"] == counts


def test_what_a_partner_writes_into_st01_makes_no_counts_of_its_own(w: Watch) -> None:
    for code in ("8|0", "x\x1b[2J", "８５０", "9999", "850"):
        row = {"direction": "in", "partner": "acme", "set_code": code, "state": "REJECTED", "test": False}
        w.put(tables.documents, created_at=w.office.clock(), **row)
    counts = {("in", "acme", "other", "REJECTED"): 4, ("in", "acme", "850", "REJECTED"): 1}
    assert told(w)["edi_gateway_documents"] == counts
    w.office.clock.move(minutes=3)
    w.go()
    assert told(w)["edi_gateway_documents"] == counts


def test_queues_ages_latencies_and_certificates_are_those_of_the_rows(w: Watch) -> None:
    ready = {"partner": "acme", "control": "1", "name": "a", "bytes": b"", "sha256": "", "documents": 1}
    ready |= {"sets": "855", "state": "READY", "ack_state": "AWAITED"}
    w.put(tables.transmissions, created_at=NOW - timedelta(minutes=5), **ready)
    for seconds in (1, 2, 3, 4):
        row: dict[str, Any] = {"partner": "acme", "connection": "acme", "name": "a", "size": 1, "sha256": ""}
        done = NOW + timedelta(seconds=seconds)
        w.put(tables.receipts, received_at=NOW, done_at=done, state="DONE", **row)
    certificate = {"side": "ours", "purposes": "sign", "certificate": "", "fingerprint": "", "serial": "AB"}
    certificate |= {"subject": "", "added_by": "ann", "not_before": NOW, "since": NOW, "added_at": NOW}
    w.put(tables.certificates, not_after=NOW + timedelta(days=9, hours=12), **certificate)
    found = told(w)
    assert found["edi_gateway_queue"][("transmissions",)] == 1
    assert found["edi_gateway_queue_age_seconds"][("transmissions",)] == 300
    assert found["edi_gateway_outbox_age_seconds"] == {("acme",): 300}
    assert found["edi_gateway_acknowledgments"] == {("acme", "awaited"): 1}
    assert found["edi_gateway_latency_seconds"] == {
        ("worked", "0.5"): 2,
        ("worked", "0.9"): 4,
        ("worked", "0.99"): 4,
    }
    assert found["edi_gateway_certificate_days"] == {("ours", "", "AB"): 9.5}
    assert [quantile([1, 2, 3], q) for q in (0.0, 0.5, 1.0)] == [1, 2, 3]


def test_no_scrape_goes_through_whole_tables(sqlite_url: str) -> None:
    """What SQLite says that it scans from end to end is small: nothing of what ever came, or was made of it."""
    from edi_gateway.store.database import connect

    engine = connect(sqlite_url)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    with engine.begin() as conn:
        conn.execute(insert(tables.tallies), {"kind": "mark", "key": "documents", "n": 1})
        metrics(conn, NOW)
        queries = list(asked)
        scans = set()
        for statement, parameters in queries:
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                words = row[3].split()
                if words[0] == "SCAN":
                    scans.add(words[1])
    engine.dispose()
    assert len(queries) > 15
    assert scans <= {"tallies", "switches", "heartbeats", "certificates", "causes", "incidents"}


def test_a_span_of_time_is_a_range_of_ids_whatever_the_time() -> None:
    made = Ids(lambda: NOW, 5).next()
    assert first_id(NOW) <= made < first_id(NOW + timedelta(milliseconds=1))
    assert first_id(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert first_id(datetime(9000, 1, 1, tzinfo=UTC)) == (1 << 63) - 1  # no database knows a larger one

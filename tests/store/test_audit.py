"""The audit chain: what is written is found whole, and any row changed, removed or put in is found."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from edi_gateway.store import audit
from edi_gateway.store.audit import Broken, Entry
from edi_gateway.store.database import reading
from edi_gateway.store.tables import audit as rows

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def log(swept: Engine) -> Engine:
    """Five entries in two transactions."""
    with swept.begin() as conn:
        audit.append(conn, [Entry(NOW, "ann", "release", "hold 1", {"why": "agreed by phone, see note é"})])
    with swept.begin() as conn:
        audit.append(
            conn, [Entry(NOW, "bob", "import", f"items {n}", {"was": None, "n": n}) for n in range(4)]
        )
    return swept


def _verified(engine: Engine) -> Broken | None:
    with reading(engine) as conn:
        return audit.verify(conn)


def test_an_empty_log_is_whole(swept: Engine) -> None:
    assert _verified(swept) is None


def test_a_log_as_it_was_written_is_whole(log: Engine) -> None:
    assert _verified(log) is None
    with reading(log) as conn:
        assert conn.execute(select(rows.c.n).order_by(rows.c.n)).scalars().all() == [1, 2, 3, 4, 5]
        head = audit.head(conn)
    assert head[0] == 5
    assert len(head[1]) == 64


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("by", "eve"),
        ("action", "nothing"),
        ("subject", "hold 2"),
        ("detail", "{}"),
        ("at", datetime(2026, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_changed_row_is_found(log: Engine, column: str, value: object) -> None:
    with log.begin() as conn:
        conn.execute(update(rows).where(rows.c.n == 3).values({column: value}))
    assert _verified(log) == Broken(3, "its content is not what was written")


def test_a_row_changed_together_with_its_hash_is_found_at_the_next(log: Engine) -> None:
    with log.begin() as conn:
        previous = conn.execute(select(rows.c.hash).where(rows.c.n == 2)).scalar_one()
        forged = audit._hash(3, "2026-01-15T12:00:00.000000Z", "eve", "import", "items 1", "{}", previous)
        conn.execute(update(rows).where(rows.c.n == 3).values(by="eve", detail="{}", hash=forged))
    assert _verified(log) == Broken(4, "it does not follow the row before it")


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_removed_row_is_found_the_last_one_too(log: Engine, n: int) -> None:
    with log.begin() as conn:
        conn.execute(delete(rows).where(rows.c.n == n))
    assert _verified(log) == Broken(n, "it is missing")


@pytest.mark.parametrize("n", [0, 6])
def test_a_row_that_was_put_in_is_found(log: Engine, n: int) -> None:
    with log.begin() as conn:
        head = audit.head(conn)[1]
        made = audit._hash(n, "2026-01-15T12:00:00.000000Z", "eve", "x", "y", "{}", head)
        row = {"n": n, "at": NOW, "by": "eve", "action": "x", "subject": "y", "detail": "{}"}
        conn.execute(insert(rows), {**row, "previous": head, "hash": made})
    assert _verified(log) == Broken(n, "it does not belong here")


def test_a_rolled_back_entry_leaves_no_hole(log: Engine) -> None:
    with log.connect() as conn, conn.begin() as transaction:
        audit.append(conn, [Entry(NOW, "ann", "x", "y")])
        transaction.rollback()
    with log.begin() as conn:
        audit.append(conn, [Entry(NOW, "ann", "x", "y")])
    assert _verified(log) is None
    with reading(log) as conn:
        assert audit.head(conn)[0] == 6


def test_writers_at_the_same_time_chain_one_after_the_other(log: Engine) -> None:
    def write(name: str) -> None:
        for n in range(10):
            with log.begin() as conn:
                audit.append(conn, [Entry(NOW, name, "x", str(n)), Entry(NOW, name, "y", str(n))])

    threads = [threading.Thread(target=write, args=(name,)) for name in ("ann", "bob", "cleo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _verified(log) is None
    with reading(log) as conn:
        assert audit.head(conn)[0] == 65


def test_what_is_recorded_is_written_with_the_commit_and_at_its_end(swept: Engine) -> None:
    with swept.begin() as conn:
        audit.record(conn, Entry(NOW, "ann", "release", "hold 1"))
        assert conn.execute(select(rows)).all() == []
        audit.record(conn, Entry(NOW, "ann", "release", "hold 2"))
    assert _verified(swept) is None
    with reading(swept) as conn:
        assert conn.execute(select(rows.c.subject).order_by(rows.c.n)).scalars().all() == ["hold 1", "hold 2"]


def test_what_is_rolled_back_is_not_written_a_savepoint_loses_its_own_only(swept: Engine) -> None:
    with swept.connect() as conn:
        with conn.begin() as transaction:
            audit.record(conn, Entry(NOW, "ann", "x", "rolled back"))
            transaction.rollback()
        with conn.begin():
            audit.record(conn, Entry(NOW, "ann", "x", "before"))
            lost = conn.begin_nested()
            audit.record(conn, Entry(NOW, "ann", "x", "lost"))
            lost.rollback()
            with conn.begin_nested():
                audit.record(conn, Entry(NOW, "ann", "x", "outer"))
                inner = conn.begin_nested()
                audit.record(conn, Entry(NOW, "ann", "x", "inner, lost"))
                inner.rollback()
            audit.record(conn, Entry(NOW, "ann", "x", "after"))
    with reading(swept) as conn:
        written = conn.execute(select(rows.c.subject).order_by(rows.c.n)).scalars().all()
    assert written == ["before", "outer", "after"]
    assert _verified(swept) is None


def test_a_closed_connection_takes_what_it_did_not_commit_along(swept: Engine) -> None:
    with swept.connect() as conn:
        audit.record(conn, Entry(NOW, "ann", "x", "lost"))
    with swept.begin() as conn:
        audit.record(conn, Entry(NOW, "ann", "x", "kept"))
    with reading(swept) as conn:
        assert conn.execute(select(rows.c.subject)).scalars().all() == ["kept"]

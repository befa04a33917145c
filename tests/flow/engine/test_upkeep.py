"""Workers that die: their work goes on, and a receipt that kills whoever touches it is set aside."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from edi_gateway.flow import pump, upkeep
from edi_gateway.flow.engine import is_gone, worker_name
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.taking import inbound
from edi_gateway.flow.works import Works
from edi_gateway.store import tables
from tests.flow import papers
from tests.flow.shop import Shop


class Book:
    """An engine that only keeps the books: what was left for it, and what became of it."""

    worker = "here:1:a"

    def __init__(self) -> None:
        self.left: dict[str, dict[str, Any]] = {}
        self.states: dict[str, str] = {}
        self.owner: dict[str, str] = {}
        self.gone: set[str] = set()

    def enqueue(
        self, conn: Connection, kind: str, key: str, payload: dict[str, Any], queue: str = "road"
    ) -> str:
        work_id = f"{kind}:{key}"
        self.left[work_id], self.states[work_id] = payload, "ENQUEUED"
        return work_id

    def take(self, worker: str) -> dict[str, Any]:
        """The worker begins what was left last."""
        work_id = list(self.left)[-1]
        self.states[work_id], self.owner[work_id] = "PENDING", worker
        return self.left[work_id]

    def ended(self, ids: Iterable[str]) -> dict[str, str]:
        found = {i: self.states.get(i, "LOST") for i in ids}
        return {i: state for i, state in found.items() if state not in ("PENDING", "ENQUEUED")}

    def workers(self) -> set[str]:
        return {w for i, w in self.owner.items() if self.states[i] == "PENDING"}

    def begun_by(self, worker: str) -> dict[str, dict[str, Any]]:
        mine = [i for i, w in self.owner.items() if w == worker and self.states[i] == "PENDING"]
        return {i: self.left[i] for i in mine}

    def resume(self, ids: list[str], on_the_wire: frozenset[str]) -> None:
        self.states.update(dict.fromkeys(ids, "ENQUEUED"))

    def cancel(self, ids: list[str]) -> None:
        self.states.update(dict.fromkeys(ids, "CANCELLED"))

    def forget(self, before: datetime, at_most: int = 1000) -> int:
        return 0

    def is_gone(self, worker: str) -> bool:
        return worker in self.gone


def start(works: Works, book: Book) -> list[str]:
    with works.writer.begin() as conn:
        return pump.pump(works, book, conn)


def die(works: Works, book: Book, worker: str) -> None:
    """A worker takes what was left last and dies; another one sweeps."""
    book.take(worker)
    book.gone.add(worker)
    assert upkeep.sweep(works, book) == 1


def attempts(shop: Shop) -> list[int]:
    return [row["attempts"] for row in shop.rows(tables.receipts)]


def test_a_receipt_whose_workers_keep_dying_runs_alone_and_becomes_a_case(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    works = gateway.works
    good = gateway.receive("cli", "good.edi", [papers.orders(501, "K1")])
    bad = gateway.receive("other", "bad.edi", [papers.orders(502, "K2")])
    (together,) = start(works, book)
    assert book.left[together]["receipts"] == [good, bad]
    die(works, book, "there:1:a")
    assert book.states[together] == "ENQUEUED"  # taken up as it was
    die(works, book, "there:2:b")
    assert book.states[together] == "CANCELLED"  # no third time together
    first, second = start(works, book)
    assert (book.left[first]["receipts"], book.left[second]["receipts"]) == ([good], [bad])
    inbound.work_small(works, Direct(works.writer), [good])
    book.states[first] = "SUCCESS"
    die(works, book, "there:3:c")
    assert [work_id.split(":")[0] for work_id in start(works, book)] == [
        "post"
    ]  # of K1: nothing else is left
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.cases() == ["WORKER_FAILED"]
    (case,) = shop.rows(tables.cases)
    assert case["receipt_id"] == bad
    assert {row["id"]: row["state"] for row in shop.rows(tables.receipts)} == {
        good: "DONE",
        bad: "QUARANTINED",
    }


def test_a_worker_is_dead_when_it_has_been_silent_for_too_long_and_not_before(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    works = gateway.works
    gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    start(works, book)
    with works.writer.begin() as conn:
        upkeep.beat(works, conn, "there:1:a")
    book.take("there:1:a")
    shop.clock.skip(seconds=works.options.patience_seconds - 5)
    assert upkeep.sweep(works, book) == 0
    shop.clock.skip(seconds=10)
    assert upkeep.sweep(works, book) == 1
    assert attempts(shop) == [2]


def test_a_worker_that_said_good_bye_leaves_its_work_at_once(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    start(gateway.works, book)
    with gateway.works.writer.begin() as conn:
        upkeep.beat(gateway.works, conn, "there:1:a", stopped=True)
    book.take("there:1:a")
    assert upkeep.sweep(gateway.works, book) == 1


def test_a_death_that_two_workers_see_at_once_is_counted_once(shop: Shop) -> None:
    """After a reboot every worker looks for dead ones at the same time; a receipt is not to be set aside for it."""
    gateway, book = shop.start(), Book()
    gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    (batch,) = start(gateway.works, book)
    with gateway.works.writer.begin() as conn:
        upkeep.beat(gateway.works, conn, "there:1:a")
    book.take("there:1:a")
    book.gone.add("there:1:a")
    other = copy.deepcopy(book)  # what another worker has seen before this one sweeps
    assert upkeep.sweep(gateway.works, book) == 1
    assert upkeep.sweep(gateway.works, other) == 1
    assert (book.states[batch], other.states[batch]) == ("ENQUEUED", "ENQUEUED")
    assert attempts(shop) == [2]


def test_who_asks_for_a_look_while_one_goes_on_gets_another(shop: Shop) -> None:
    """The one that goes on may have listed the folder before the file that they ask for lay there."""
    gateway, book = shop.start(), Book()
    gateway.ask_to_look("kestrelmoor", "first")
    (first,) = start(gateway.works, book)
    gateway.ask_to_look("kestrelmoor", "second")
    gateway.ask_to_look("kestrelmoor", "third")
    assert start(gateway.works, book) == []
    book.states[first] = "SUCCESS"
    (second,) = start(gateway.works, book)
    book.states[second] = "SUCCESS"
    assert start(gateway.works, book) == []


def test_what_a_dead_worker_had_done_but_not_noted_is_noted_before_a_run_ends(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    notes = "dbos.workflow_status" if shop.engine.dialect.name == "postgresql" else "workflow_status"
    with shop.engine.begin() as conn:
        begun = text(f"UPDATE {notes} SET status = 'PENDING', executor_id = 'there:1:a' WHERE name = 'send'")
        conn.execute(begun)
    shop.run()
    with shop.engine.begin() as conn:
        states = conn.execute(text(f"SELECT DISTINCT status FROM {notes}")).scalars().all()
    assert states == ["SUCCESS"]


def test_work_that_failed_waits_before_it_is_tried_again(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    (first,) = start(gateway.works, book)
    book.states[first] = "ERROR"
    assert start(gateway.works, book) == []
    shop.clock.skip(seconds=30)
    (second,) = start(gateway.works, book)
    assert second != first
    assert attempts(shop) == [2]


def test_pumping_twice_starts_nothing_twice(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    gateway.ask_to_look("kestrelmoor", "202603021500")
    gateway.ask_to_look("kestrelmoor", "202603021500")
    assert len(start(gateway.works, book)) == 2
    assert start(gateway.works, book) == []


def test_receipts_of_one_connection_are_worked_one_after_the_other(shop: Shop) -> None:
    gateway, book = shop.start(), Book()
    one = gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    (first,) = start(gateway.works, book)
    two = gateway.receive("cli", "b.edi", [papers.orders(502, "K2")])
    three = gateway.receive("other", "c.edi", [papers.orders(503, "K3")])
    (second,) = start(gateway.works, book)
    assert book.left[second]["receipts"] == [three]
    inbound.work_small(gateway.works, Direct(gateway.works.writer), [one])
    book.states[first] = "SUCCESS"
    third = next(work_id for work_id in start(gateway.works, book) if work_id.startswith("batch:"))
    assert book.left[third]["receipts"] == [two]


def test_a_bug_on_one_receipt_does_not_hold_up_its_neighbours(shop: Shop, monkeypatch: Any) -> None:
    from edi_gateway.flow.taking import sets

    def break_on(record: Any, around: Any, raw: Any, *rest: Any) -> Any:
        if "K2" in raw.texts[1]:
            raise ZeroDivisionError("a bug")
        return whole(record, around, raw, *rest)

    whole = sets.document
    monkeypatch.setattr(sets, "document", break_on)
    for n in (1, 2, 3):
        shop.drop(f"{n}.edi", papers.orders(500 + n, f"K{n}"))
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K3": "ACCEPTED"}
    assert shop.cases() == ["WORKER_FAILED"]


def test_what_is_long_done_is_forgotten(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    shop.clock.skip(days=8)
    with shop.start() as gateway:
        gateway.tidy()
    assert [row["kind"] for row in shop.rows(tables.work)] == []
    assert len(shop.rows(tables.heartbeats)) == 1


def test_a_process_that_is_not_there_is_gone_and_this_one_is_not() -> None:
    mine = worker_name()
    host = mine.rsplit(":", 2)[0]
    assert not is_gone(mine)
    assert not is_gone(f"{host}:1:abcd")
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert is_gone(f"{host}:{child}:abcd")
    assert not is_gone(f"another-host:{child}:abcd")


def test_bytes_that_are_old_enough_go_and_what_came_of_them_stays(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    shop.run()
    shop.clock.skip(days=shop.options.keep_bytes_days + 1)
    works = shop.start().works
    assert upkeep.purge(works) == 3
    assert upkeep.purge(works) == 0
    assert shop.rows(tables.receipt_chunks) == []
    assert [bytes(row["bytes"]) for row in shop.rows(tables.transmissions)] == [b"", b""]
    assert shop.states() == {"K1": "ACCEPTED"}
    assert shop.rows(tables.audit)[-1]["action"] == "bytes purged"


def test_a_profile_that_gives_no_envelope_is_a_case_and_holds_up_nobody(shop: Shop, monkeypatch: Any) -> None:
    from edi_gateway.x12.writing import writer

    def refuse(*_: object) -> bytes:
        raise writer.EnvelopeInvalid(reason="the ids are too long")

    shop.drop("a.edi", papers.orders(501, "K1"))
    with monkeypatch.context() as patch:
        patch.setattr(writer, "interchange", refuse)
        shop.run()
    assert shop.cases() == ["OWN_DOCUMENT_INVALID"]
    assert shop.rows(tables.transmissions) == []
    shop.clock.skip(minutes=6)
    shop.run()
    controls = [row["control"] for row in shop.rows(tables.transmissions)]
    assert controls == ["000000001", "000000002"]  # the failed attempt has used up none


def test_a_bug_in_sending_is_told_and_tried_again_later(shop: Shop, monkeypatch: Any) -> None:
    from edi_gateway.transport.directory import DirectoryTransport

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    shop.drop("a.edi", papers.orders(501, "K1"))
    with monkeypatch.context() as patch:
        patch.setattr(DirectoryTransport, "send", break_down)
        shop.run()
    assert shop.cases() == ["WORKER_FAILED"]
    shop.clock.skip(minutes=6)
    shop.run()
    assert {row["state"] for row in shop.rows(tables.transmissions)} == {"SENT"}

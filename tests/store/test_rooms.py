"""Receipts, control numbers, work, deadlines: what each room promises, on both databases."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from edi_gateway.store import control_numbers, deadlines, work
from edi_gateway.store.book import orders
from edi_gateway.store.database import connect, reading
from edi_gateway.store.ids import Ids, order_number
from edi_gateway.store.tables import receipt_chunks
from edi_gateway.store.tables import receipts as receipt_rows
from edi_gateway.store.traffic import receipts

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture
def ids() -> Ids:
    return Ids(clock, 1)


class TestIds:
    def test_a_clock_that_stands_still_gives_rising_ids_without_end(self, ids: Ids) -> None:
        made = [*ids.block(5000), ids.next()]
        assert made == sorted(set(made))
        assert len(made) == 5001

    def test_a_clock_that_goes_back_does_no_harm(self) -> None:
        times = iter([NOW, NOW - timedelta(hours=1), NOW + timedelta(milliseconds=1)])
        ids = Ids(lambda: next(times), 0)
        first, second, third = ids.next(), ids.next(), ids.next()
        assert (second - first, third - first) == (1, 1 << 22)

    def test_workers_with_different_numbers_never_make_the_same_id(self) -> None:
        assert not set(Ids(clock, 0).block(10_000)) & set(Ids(clock, 1023).block(10_000))

    def test_an_id_holds_milliseconds_since_2024_worker_and_sequence(self) -> None:
        made = Ids(lambda: datetime(2024, 1, 1, 0, 0, 1, tzinfo=UTC), 3).block(2)
        assert made == [(1000 << 22) + (3 << 12), (1000 << 22) + (3 << 12) + 1]

    @pytest.mark.parametrize("node", [-1, 1024])
    def test_a_worker_number_out_of_range_is_refused(self, node: int) -> None:
        with pytest.raises(ValueError, match="node must be"):
            Ids(clock, node)

    def test_order_numbers_are_short_sort_like_ids_and_have_no_letters_that_look_alike(self) -> None:
        numbers = [order_number(order_id) for order_id in (0, 31, 32, 1 << 40, (1 << 63) - 1)]
        assert numbers[:3] == ["SO-0000000000000", "SO-000000000000Z", "SO-0000000000010"]
        assert numbers == sorted(numbers)
        assert {len(number) for number in numbers} == {16}
        assert not set("".join(numbers)[3:]) & set("ILU")


class TestReceipts:
    def test_bytes_come_back_as_they_came_in_pieces_of_a_mebibyte_at_most(
        self, swept: Engine, ids: Ids
    ) -> None:
        content = bytes(range(256)) * 10_000  # 2.56 MB
        chunks = [content[:10], content[10:2_000_000], b"", content[2_000_000:]]
        with swept.begin() as conn:
            receipt = receipts.add(conn, ids, clock, "acme", "a.edi", chunks)
        with reading(swept) as conn:
            sizes = [len(row.bytes) for row in conn.execute(select(receipt_chunks))]
            assert b"".join(receipts.read(conn, receipt.id)) == content
            assert receipts.read_many(conn, [receipt.id]) == {receipt.id: content}
        assert sizes == [1 << 20, 1 << 20, 2_560_000 - (2 << 20)]
        assert (receipt.verdict, receipt.size, receipt.duplicate_of) == ("new", 2_560_000, None)
        assert receipt.sha256 == hashlib.sha256(content).hexdigest()

    def test_an_empty_file_is_a_receipt_too(self, swept: Engine, ids: Ids) -> None:
        with swept.begin() as conn:
            receipt = receipts.add(conn, ids, clock, "acme", "empty", [])
            assert list(receipts.read(conn, receipt.id)) == []
        assert (receipt.verdict, receipt.size) == ("new", 0)

    def test_the_same_bytes_again_are_identical_whatever_their_name_and_a_replay_is_a_replay(
        self, swept: Engine, ids: Ids
    ) -> None:
        with swept.begin() as conn:
            first = receipts.add(conn, ids, clock, "acme", "a.edi", [b"ISA*"])
            other = receipts.add(conn, ids, clock, "acme", "a.edi", [b"ISA+"])
            again = receipts.add(conn, ids, clock, "zenith", "b.edi", [b"IS", b"A*"])
            third = receipts.add(conn, ids, clock, "acme", "c.edi", [b"ISA*"])
            replay = receipts.add(conn, ids, clock, "replay", "a.edi", [b"ISA*"], replay_of=first.id)
        assert [(r.verdict, r.duplicate_of) for r in (first, other, again, third, replay)] == [
            ("new", None), ("new", None), ("identical", first.id), ("identical", first.id), ("replay", None),
        ]  # fmt: skip

    def test_what_waits_is_what_is_not_done_oldest_first(self, swept: Engine, ids: Ids) -> None:
        with swept.begin() as conn:
            made = [receipts.add(conn, ids, clock, "acme", str(n), [bytes([n])]).id for n in range(4)]
            receipts.set_state(conn, made[:1], "DONE", at=NOW)
            receipts.set_state(conn, made[1:2], "WORKING", worked_sets=500, attempts=1)
        with swept.begin() as conn:
            waiting = receipts.lock(conn, list(reversed(made[:3])))
            assert [(w.id, w.worked_sets, w.attempts) for w in waiting] == [
                (made[1], 500, 1),
                (made[2], 0, 0),
            ]
            assert [w.id for w in receipts.lock(conn, [made[0], made[3]])] == [made[3]]
        with reading(swept) as conn:
            done = conn.execute(select(receipt_rows.c.done_at).where(receipt_rows.c.id == made[0])).scalar()
        assert done == NOW


class TestControlNumbers:
    def test_numbers_follow_each_other_by_scope_and_begin_where_they_are_told(self, swept: Engine) -> None:
        with swept.begin() as conn:
            assert control_numbers.draw(conn, "ISA|a") == [1]
            assert control_numbers.draw(conn, "ISA|a", 3) == [2, 3, 4]
            assert control_numbers.draw(conn, "ISA|b", 2, first=5001) == [5001, 5002]
            assert control_numbers.draw(conn, "ISA|b", first=5001) == [5003]
            assert control_numbers.draw(conn, "ISA|a", 0) == []

    def test_after_the_last_number_comes_one_again(self, swept: Engine) -> None:
        with swept.begin() as conn:
            assert control_numbers.draw(conn, "ISA", 4, first=8, wrap=9) == [8, 9, 1, 2]
            assert control_numbers.draw(conn, "ISA", 9, first=8, wrap=9) == [3, 4, 5, 6, 7, 8, 9, 1, 2]

    def test_a_rolled_back_transaction_leaves_no_gap(self, swept: Engine) -> None:
        with swept.begin() as conn:
            control_numbers.draw(conn, "ISA")
        with swept.connect() as conn, conn.begin() as transaction:
            assert control_numbers.draw(conn, "ISA", 2) == [2, 3]
            transaction.rollback()
        with swept.begin() as conn:
            assert control_numbers.draw(conn, "ISA") == [2]

    def test_many_workers_draw_every_number_once(self, swept: Engine) -> None:
        drawn: list[int] = []
        rolled_back = 0
        lock = threading.Lock()

        def worker(n: int) -> None:
            nonlocal rolled_back
            for turn in range(10):
                with swept.connect() as conn, conn.begin() as transaction:
                    numbers = control_numbers.draw(conn, "ISA", 1 + (n + turn) % 3)
                    if turn % 4 == 3:
                        transaction.rollback()
                        rolled_back += 1
                    else:
                        with lock:
                            drawn.extend(numbers)

        threads = [threading.Thread(target=worker, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert rolled_back == 8
        assert sorted(drawn) == list(range(1, len(drawn) + 1))

    def test_every_start_gets_a_worker_number_of_its_own(self, swept: Engine) -> None:
        with swept.begin() as conn:
            nodes = [control_numbers.claim_node(conn) for _ in range(1025)]
        assert nodes == [*range(1024), 0]


class TestWork:
    def test_work_left_twice_is_done_once(self, swept: Engine, ids: Ids) -> None:
        with swept.begin() as conn:
            work.add(conn, ids, clock, "post", {"a": {"order": 1}, "b": {"order": 2}})
            work.add(conn, ids, clock, "post", {"a": {"order": 9}})
            work.add(conn, ids, clock, "send", {"a": {}})
            waiting = work.ready(conn, "post", 10, NOW)
            assert [(item.key, item.payload) for item in waiting] == [
                ("a", {"order": 1}),
                ("b", {"order": 2}),
            ]
            work.mark_taken(conn, [item.id for item in waiting])
            assert work.ready(conn, "post", 10, NOW) == []
            assert [item.key for item in work.taken(conn, ["post", "send"])] == ["a", "b"]
            work.done(conn, [waiting[0].id])
            work.put_off(conn, "post", ["b"], None)
            assert [item.key for item in work.ready(conn, "post", 10, NOW)] == ["b"]
            assert [item.key for item in work.ready(conn, "send", 10, NOW)] == ["a"]

    def test_work_is_not_taken_before_it_is_due(self, swept: Engine, ids: Ids) -> None:
        with swept.begin() as conn:
            work.add(conn, ids, clock, "send", {"later": {}}, due_at=NOW + timedelta(seconds=1))
            assert work.ready(conn, "send", 10, NOW) == []
            assert [item.key for item in work.ready(conn, "send", 10, NOW + timedelta(seconds=1))] == [
                "later"
            ]


class TestDeadlines:
    def test_what_is_due_comes_longest_overdue_first_until_it_is_dealt_with(
        self, swept: Engine, ids: Ids
    ) -> None:
        hour = timedelta(hours=1)
        with swept.begin() as conn:
            deadlines.add(
                conn, ids, [("answer", 1, NOW), ("answer", 2, NOW + hour), ("cancel", 1, NOW - hour)]
            )
            due = deadlines.due(conn, NOW)
            assert [(d.kind, d.subject) for d in due] == [("cancel", 1), ("answer", 1)]
            deadlines.finish(conn, [due[0].id])
            deadlines.close(conn, ["answer"], [2])
            assert [(d.kind, d.subject) for d in deadlines.due(conn, NOW + hour)] == [("answer", 1)]

    def test_a_deadline_that_is_put_again_moves_and_is_open_once_more(self, swept: Engine, ids: Ids) -> None:
        later = NOW + timedelta(days=1)
        with swept.begin() as conn:
            deadlines.put(conn, ids, "hold until", 7, NOW)
            deadlines.close(conn, ["hold until"], [7], "CANCELLED")
            deadlines.put(conn, ids, "hold until", 7, later)
            assert deadlines.due(conn, NOW) == []
            assert [d.due_at for d in deadlines.due(conn, later)] == [later]


class TestClaims:
    def test_a_business_key_belongs_to_the_first_order_until_it_is_given_back(self, swept: Engine) -> None:
        with swept.begin() as conn:
            assert orders.claim(conn, {"acme|1": 10, "acme|2": 11}) == {"acme|1", "acme|2"}
            assert orders.claim(conn, {"acme|2": 12, "acme|3": 13}) == {"acme|3"}
            orders.release_key(conn, 11)
            assert orders.claim(conn, {"acme|2": 14}) == {"acme|2"}

    @pytest.mark.postgres
    def test_of_two_workers_that_claim_the_same_keys_one_gets_each(self, postgres_url: str) -> None:
        engine = connect(postgres_url)
        keys = [f"acme|{n}" for n in range(50)]
        won: list[set[str]] = []

        def claim(order: list[str]) -> None:
            with engine.begin() as conn:
                won.append(orders.claim(conn, {key: n for n, key in enumerate(order)}))

        threads = [threading.Thread(target=claim, args=(order,)) for order in (keys, keys[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        engine.dispose()
        assert sorted(map(len, won)) == [0, 50]

"""When a file has stood still. Rules: edi_gateway/transport/standstill.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.partners.profile import DirectoryConnection, SftpConnection
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.standstill import Standstill

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SFTP = SftpConnection(host="files.example", user="us", host_key="ssh-ed25519 AAAA", settle_seconds=10)
FOLDER = DirectoryConnection(inbound="in", outbound="out", settle_seconds=2)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def file(name: str = "a.edi", size: int = 100, modified: datetime | None = NOON) -> Incoming:
    return Incoming(name=name, size=size, modified=modified, token=name)


def test_on_a_server_it_takes_two_looks_far_enough_apart() -> None:
    standstill = Standstill.of(SFTP)
    assert standstill.ready([file()], after(0)) == []
    assert standstill.ready([file()], after(9.9)) == []
    assert standstill.ready([file()], after(10)) == [file()]


@pytest.mark.parametrize("server_clock", [timedelta(days=-400), timedelta(0), timedelta(days=400)])
def test_a_server_s_wrong_clock_neither_speeds_up_nor_delays(server_clock: timedelta) -> None:
    standstill = Standstill.of(SFTP)
    lying = file(modified=NOON + server_clock)
    assert standstill.ready([lying], after(0)) == []
    assert standstill.ready([lying], after(10)) == [lying]


@pytest.mark.parametrize("changed", [file(size=101), file(modified=after(1)), file(modified=None)])
def test_a_file_that_changed_starts_from_the_look_that_saw_the_change(changed: Incoming) -> None:
    standstill = Standstill.of(SFTP)
    assert standstill.ready([file()], after(0)) == []
    assert standstill.ready([changed], after(10)) == []
    assert standstill.ready([changed], after(19)) == []
    assert standstill.ready([changed], after(20)) == [changed]


def test_a_file_that_was_away_for_a_look_starts_again() -> None:
    standstill = Standstill.of(SFTP)
    standstill.ready([file()], after(0))
    standstill.ready([], after(5))
    assert standstill.ready([file()], after(11)) == []


def test_a_folder_here_shares_our_clock_so_an_old_file_is_taken_at_once() -> None:
    standstill = Standstill.of(FOLDER)
    assert standstill.ready([file("old", modified=after(-2)), file("new", modified=after(-1))], NOON) == [
        file("old", modified=after(-2))
    ]


def test_a_file_from_the_future_is_taken_once_it_stood_still_at_two_looks() -> None:
    standstill = Standstill.of(FOLDER)
    odd = file(modified=after(86_400))
    assert standstill.ready([odd], NOON) == []
    assert standstill.ready([odd], after(2)) == [odd]


@pytest.mark.parametrize(
    "connection",
    [SFTP.model_copy(update={"settle_seconds": 0.0}), SFTP.model_copy(update={"done_suffix": ".done"})],
)
def test_without_settling_time_or_with_a_done_file_the_first_look_is_enough(
    connection: SftpConnection,
) -> None:
    assert Standstill.of(connection).ready([file()], NOON) == [file()]


def test_what_was_not_fetched_although_ready_is_ready_again() -> None:
    standstill = Standstill.of(SFTP)
    standstill.ready([file()], after(0))
    assert standstill.ready([file()], after(10)) == [file()]
    assert standstill.ready([file()], after(11)) == [file()]


def test_the_next_look_is_worth_it_when_the_first_waiting_file_is_due() -> None:
    standstill = Standstill.of(SFTP)
    assert standstill.next_look(after(0)) is None
    standstill.ready([file("a")], after(0))
    standstill.ready([file("a"), file("b")], after(4))
    assert standstill.next_look(after(4)) == after(10)
    assert standstill.next_look(after(60)) == after(60)
    standstill.ready([file("a"), file("b")], after(10))
    assert standstill.next_look(after(10)) == after(14)
    standstill.ready([file("a"), file("b")], after(14))
    assert standstill.next_look(after(14)) is None


def test_a_file_taken_for_its_age_is_not_waited_for() -> None:
    standstill = Standstill.of(FOLDER)
    assert standstill.ready([file(modified=after(-60))], NOON) == [file(modified=after(-60))]
    assert standstill.next_look(NOON) is None


def test_the_memory_outlives_the_process_and_does_not_grow() -> None:
    before = Standstill.of(SFTP)
    before.ready([file("gone"), file("a", modified=None), file("b")], after(0))
    before.ready([file("a", modified=None), file("b")], after(4))
    after_restart = Standstill.of(SFTP, before.to_json())
    assert "gone" not in before.to_json()
    assert after_restart.ready([file("a", modified=None), file("b")], after(10)) == [
        file("a", modified=None),
        file("b"),
    ]


def test_our_clock_set_back_by_a_year_does_not_hold_a_file_for_a_year() -> None:
    standstill = Standstill.of(SFTP)
    standstill.ready([file()], after(0))
    year_ago = NOON - timedelta(days=365)
    assert standstill.ready([file()], year_ago) == []
    assert standstill.ready([file()], year_ago + timedelta(seconds=10)) == [file()]


@given(
    sizes=st.lists(st.integers(0, 3), min_size=2, max_size=12),
    gaps=st.lists(st.integers(0, 15), min_size=12, max_size=12),
    restart=st.booleans(),
)
def test_on_a_server_ready_means_unchanged_for_the_settling_time(
    sizes: list[int], gaps: list[int], restart: bool
) -> None:
    """Against the plain definition: all looks of the last ten seconds and the one before saw the same size."""
    standstill = Standstill.of(SFTP)
    now, history = NOON, list[tuple[datetime, int]]()
    for size, gap in zip(sizes, gaps, strict=False):
        now += timedelta(seconds=gap)
        history.append((now, size))
        if restart:
            standstill = Standstill.of(SFTP, standstill.to_json())
        same_since = now
        for at, seen in reversed(history):
            if seen != size:
                break
            same_since = at
        assert bool(standstill.ready([file(size=size)], now)) == ((now - same_since).total_seconds() >= 10)

"""Receiving: nothing is heard of before it is committed, nothing is taken twice, and trouble on the line is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edi_gateway.partners.profile import DirectoryConnection, Profile
from edi_gateway.store import tables
from edi_gateway.store.traffic import receipts
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.directory import DirectoryTransport
from edi_gateway.transport.errors import Unreachable
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop


class Stubborn(DirectoryTransport):
    """Lets nothing be archived until `willing`."""

    willing = False

    def settle(self, file: Incoming) -> None:
        if not self.willing:
            raise Unreachable(where="the folder", problem="it went away")
        super().settle(file)


@pytest.fixture
def stubborn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Stubborn]]:
    def transport(profile: Profile) -> Stubborn:
        return Stubborn(Shop.transport(shop, profile).connection)

    monkeypatch.setattr(shop, "transport", transport)
    yield Stubborn
    Stubborn.willing = False


def poll(shop: Shop) -> None:
    shop.start().poll(PARTNER)


def test_a_file_that_could_not_be_archived_is_not_taken_again(shop: Shop, stubborn: type[Stubborn]) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    poll(shop)
    poll(shop)
    (receipt,) = shop.rows(tables.receipts)
    assert not receipt["settled"]
    stubborn.willing = True
    poll(shop)
    (receipt,) = shop.rows(tables.receipts)
    assert receipt["settled"]
    assert not (shop.inbox(PARTNER) / "a.edi").exists()


def test_the_same_name_and_bytes_dropped_anew_is_a_receipt_of_its_own(
    shop: Shop, stubborn: type[Stubborn]
) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    poll(shop)
    (shop.inbox(PARTNER) / "a.edi").unlink()  # archived, but we died before we could note it
    stubborn.willing = True
    poll(shop)
    shop.drop("a.edi", papers.orders(501, "K1"))
    poll(shop)
    assert [(r["name"], r["verdict"], r["settled"]) for r in shop.rows(tables.receipts)] == [
        ("a.edi", "new", True),
        ("a.edi", "identical", True),
    ]


def test_each_receipt_leaves_work_in_the_commit_that_keeps_its_bytes(shop: Shop) -> None:
    content = papers.orders(501, "K1")
    shop.drop("a.edi", content)
    poll(shop)
    (receipt,) = shop.rows(tables.receipts)
    (work,) = shop.rows(tables.work, kind="inbound")
    assert (work["key"], work["state"]) == (str(receipt["id"]), "READY")
    with shop.engine.begin() as conn:
        assert b"".join(receipts.read(conn, receipt["id"])) == content


def test_a_file_over_the_limit_stays_and_is_told_once(shop: Shop) -> None:
    """A gigabyte and a byte, by the default limit; it takes no room on the disk, and none of it is read."""
    with (shop.inbox(PARTNER) / "big.edi").open("wb") as file:
        file.truncate((1 << 30) + 1)
    poll(shop)
    poll(shop)
    assert shop.rows(tables.receipts) == []
    assert (shop.inbox(PARTNER) / "big.edi").exists()
    assert shop.cases() == ["POLL_FAILED"]
    (case,) = shop.rows(tables.cases)
    assert "big.edi has 1073741825 bytes; more than 1073741824 are not taken in" in case["message"]


def test_a_folder_that_is_not_there_is_a_case_at_once(shop: Shop) -> None:
    shop.inbox(PARTNER).rmdir()
    result = shop.start().poll(PARTNER)
    assert result.error is not None
    assert shop.cases() == ["POLL_FAILED"]
    assert [row["failures"] for row in shop.rows(tables.polls)] == [1]


def test_a_line_that_is_down_is_a_case_at_the_third_failure_and_forgotten_when_it_is_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_self: DirectoryTransport) -> Iterator[Incoming]:
        raise Unreachable(where="the folder", problem="no route")

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryTransport, "look", down)
        poll(shop)
        poll(shop)
        assert shop.cases() == []
        poll(shop)
        poll(shop)
    assert shop.cases() == ["POLL_FAILED"]
    poll(shop)
    (row,) = shop.rows(tables.polls)
    assert (row["failures"], row["last_error"]) == (0, None)
    assert shop.cases() == []


def test_files_are_received_in_the_order_of_their_times(shop: Shop) -> None:
    import os

    for n, name in enumerate(["c.edi", "a.edi", "b.edi"]):
        shop.drop(name, papers.orders(501 + n, f"K{n}"))
        os.utime(shop.inbox(PARTNER) / name, (1_700_000_000 + n, 1_700_000_000 + n))
    poll(shop)
    assert [row["name"] for row in shop.rows(tables.receipts)] == ["c.edi", "a.edi", "b.edi"]


def test_nothing_is_fetched_from_a_paused_partner_and_its_receipts_wait(shop: Shop, tmp_path: Path) -> None:
    from edi_gateway.commands.partners.publishing import pause, resume

    gateway = shop.start()
    with shop.engine.begin() as conn:
        pause(gateway.works.desk(conn), PARTNER, "their warehouse moves")
    shop.drop("a.edi", papers.orders(501, "K1"))
    assert gateway.poll(PARTNER).seen == 0
    gateway.receive("cli", "b.edi", [papers.orders(502, "K2")])
    shop.run([])
    assert shop.states() == {}
    (receipt,) = shop.rows(tables.receipts)
    assert receipt["state"] == "RECEIVED"
    with shop.engine.begin() as conn:
        resume(gateway.works.desk(conn), PARTNER)
    shop.clock.skip(minutes=6)
    shop.run()
    assert shop.states() == {"K1": "ACCEPTED", "K2": "ACCEPTED"}


class Interrupted(DirectoryTransport):
    """Does something else between a file's bytes and their commit."""

    def __init__(self, connection: DirectoryConnection, meanwhile: Callable[[], None]) -> None:
        super().__init__(connection)
        self._meanwhile = meanwhile

    def fetch(self, file: Incoming) -> Iterator[bytes]:
        yield from super().fetch(file)
        self._meanwhile()


def test_of_two_looks_at_once_the_one_that_began_last_receives(shop: Shop) -> None:
    """A worker that stood still for long is believed dead; its look is begun anew, and then it goes on."""
    shop.drop("a.edi", papers.orders(501, "K1"))
    slow = shop.start()
    pair = Shop.transport(shop, shop_profile(shop)).connection
    assert isinstance(pair, DirectoryConnection)
    slow.works.transports = lambda _: Interrupted(pair, lambda: poll(shop))
    result = slow.poll(PARTNER)
    assert (result.received, result.error) == (0, None)
    (receipt,) = shop.rows(tables.receipts)
    assert (receipt["name"], receipt["settled"]) == ("a.edi", True)
    assert [file.name for file in (shop.inbox(PARTNER) / "archive").iterdir()] == ["a.edi"]


def shop_profile(shop: Shop) -> Profile:
    works = shop.start().works
    with works.writer.reading() as conn:
        works.live.refresh(conn)
    partner = works.live.get(PARTNER)
    assert partner is not None
    return partner.profile


def test_a_look_on_which_the_program_fails_is_told_by_the_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(DirectoryTransport, "look", break_down)
    with shop.start() as gateway:
        (look,) = gateway.run_once([PARTNER]).polls
    assert look.error == "ZeroDivisionError: a bug"

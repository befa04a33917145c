"""The whole road over a real SFTP server: polled, acknowledged, answered, archived; away, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_gateway.partners.profile import Profile
from edi_gateway.scheduler import Scheduler
from edi_gateway.store import tables
from edi_gateway.transport.base import Transport
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.kept import Kept
from edi_gateway.transport.secrets import secrets_from
from tests.flow import papers
from tests.flow.replays.test_replay import publish_with
from tests.flow.shop import PARTNER, Shop
from tests.servers.sshd import Sshd, new_key, running_sshd

pytestmark = pytest.mark.sshd


class SftpShop(Shop):
    """A shop whose partner is reached over the server `server`, with the key `key_file`."""

    server: Sshd
    key_file: Path | None = None
    kept: Kept | None = None

    def transport(self, profile: Profile) -> Transport:
        read_secret = secrets_from(os.environ, self.home)
        changes = {} if self.key_file is None else {"key_file": str(self.key_file)}
        connection = self.server.connection(**changes)
        return open_transport(connection, root=self.home, read_secret=read_secret, kept=self.kept)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "sshd") as running:
        yield running


@pytest.fixture
def sftp_shop(shop: Shop, server: Sshd) -> SftpShop:
    made = SftpShop(shop.engine, shop.home)
    made.server = server
    return made


def test_an_order_on_the_partners_server_is_answered_there_and_archived(sftp_shop: SftpShop) -> None:
    server = sftp_shop.server
    (server.outbox / "po.edi").write_bytes(papers.orders(501, "K1"))
    sftp_shop.run()
    assert sftp_shop.states() == {"K1": "ACCEPTED"}
    assert [file.name for file in server.outbox.glob("*.edi")] == []
    assert [file.name for file in (server.outbox / "archive").iterdir()] == ["po.edi"]
    sent = [file.read_text("latin-1") for file in sorted(server.inbox.iterdir())]
    assert ["997" if "ST*997*" in text else "855" for text in sent] == ["997", "855"]
    assert sftp_shop.cases() == []


def test_while_the_server_is_away_nothing_is_lost_and_when_it_is_back_all_goes_on(
    sftp_shop: SftpShop,
) -> None:
    server = sftp_shop.server
    (server.outbox / "po.edi").write_bytes(papers.orders(501, "K1"))
    server.stop()
    with sftp_shop.start() as gateway:
        (poll,) = gateway.run_once([PARTNER]).polls
    assert poll.error
    assert sftp_shop.states() == {}
    server.start()
    sftp_shop.clock.skip(hours=1)
    sftp_shop.run()
    assert sftp_shop.states() == {"K1": "ACCEPTED"}
    assert len(list(server.inbox.iterdir())) == 2


def logins(server: Sshd) -> int:
    return (server.home.parent / "sshd.log").read_text("utf-8", "replace").count("Accepted publickey")


def looks(shop: SftpShop, minutes: int) -> list[int]:
    """In which of these minutes the schedule looked."""
    found = []
    with shop.start() as gateway:
        schedule = Scheduler(gateway)
        for minute in range(minutes):
            schedule._ask(PARTNER, 60)
            before = shop.rows(tables.polls, partner=PARTNER)
            gateway.drain()
            if shop.rows(tables.polls, partner=PARTNER) != before:
                found.append(minute)
            shop.clock.skip(minutes=1)
    return found


def test_a_login_that_is_refused_is_tried_ever_less_often_and_a_case_until_it_works(
    sftp_shop: SftpShop, tmp_path: Path
) -> None:
    """After a minute, two, four ...; a person may look at any time, and another profile is tried at once."""
    sftp_shop.key_file = new_key(tmp_path / "wrong")
    assert looks(sftp_shop, 10) == [0, 1, 3, 7]
    (row,) = sftp_shop.rows(tables.polls, partner=PARTNER)
    assert row["failures"] == 4
    assert "refuses our login" in row["last_error"]
    assert sftp_shop.cases() == ["POLL_FAILED"]

    with sftp_shop.start() as gateway:
        (poll,) = gateway.run_once([PARTNER]).polls
    assert poll.error
    assert looks(sftp_shop, 2) == []
    publish_with(sftp_shop, tmp_path, "poll_seconds = ", "# once poll_seconds = ")
    assert looks(sftp_shop, 2) == [0]

    sftp_shop.key_file = None
    sftp_shop.clock.skip(hours=1)
    assert looks(sftp_shop, 2) == [0, 1]
    (row,) = sftp_shop.rows(tables.polls, partner=PARTNER)
    assert (row["failures"], row["last_error"], row["retry_at"]) == (0, None, None)
    assert sftp_shop.cases() == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_waits_for_a_login_goes_in_its_order_once_we_are_let_in(
    sftp_shop: SftpShop, tmp_path: Path
) -> None:
    sftp_shop.key_file = new_key(tmp_path / "wrong")
    with sftp_shop.start() as gateway:
        gateway.receive(PARTNER, "po.edi", [papers.orders(501, "K1")])
        gateway.drain()
    tried = [(row["state"], row["attempts"]) for row in sftp_shop.rows(tables.transmissions)]
    assert tried == [("READY", 1), ("READY", 0)]  # one knock for both
    assert sftp_shop.cases() == ["DELIVERY_FAILED"]
    sftp_shop.key_file = None
    sftp_shop.clock.skip(minutes=2)
    with sftp_shop.start() as gateway:
        gateway.drain()
    assert [row["state"] for row in sftp_shop.rows(tables.transmissions)] == ["SENT", "SENT"]
    assert sftp_shop.cases() == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_connection_is_kept_from_one_use_to_the_next(sftp_shop: SftpShop) -> None:
    """The poll, the sending of the answers, and the next poll: one login, in whatever threads they run."""
    server = sftp_shop.server
    sftp_shop.kept = Kept(60)
    try:
        for n in range(3):
            (server.outbox / f"{n}.edi").write_bytes(papers.orders(501 + n, f"K{n}"))
            sftp_shop.run()
        assert set(sftp_shop.states().values()) == {"ACCEPTED"}
        assert len(list(server.inbox.iterdir())) == 6
        assert logins(server) == 1
        server.stop()
        server.start()
        sftp_shop.run()  # what broke while it rested is made again
        assert sftp_shop.cases() == []
        assert logins(server) == 2
    finally:
        sftp_shop.kept.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_over_the_limit_stays_on_the_server_and_is_told_once(sftp_shop: SftpShop) -> None:
    """A gigabyte and a byte by the default limit; it takes no room, and none of it is fetched."""
    server = sftp_shop.server
    with (server.outbox / "huge.edi").open("wb") as file:
        file.truncate((1 << 30) + 1)
    (server.outbox / "small.edi").write_bytes(papers.orders(501, "K1"))
    sftp_shop.run()
    sftp_shop.run()
    assert sftp_shop.states() == {"K1": "ACCEPTED"}
    assert (server.outbox / "huge.edi").exists()
    assert sftp_shop.cases() == ["POLL_FAILED"]
    assert [row["name"] for row in sftp_shop.rows(tables.receipts)] == ["small.edi"]

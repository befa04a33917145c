"""The whole road over a real SFTP server: polled, acknowledged, answered, archived; away, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_gateway.partners.profile import Profile
from edi_gateway.transport.base import Transport
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.secrets import secrets_from
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.servers.sshd import Sshd, running_sshd

pytestmark = pytest.mark.sshd


class SftpShop(Shop):
    """A shop whose partner is reached over the server `server`."""

    server: Sshd

    def transport(self, profile: Profile) -> Transport:
        read_secret = secrets_from(os.environ, self.home)
        return open_transport(self.server.connection(), root=self.home, read_secret=read_secret)


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

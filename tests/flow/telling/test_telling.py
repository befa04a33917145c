"""Alerts leave beside the road: through a real mail server, again when it was away, with the same id, never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection

from edi_gateway.commands.telling.messages import Draft, send
from edi_gateway.commands.watch import alerting
from edi_gateway.flow.pump import TELL
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.telling import messages
from edi_gateway.flow.works import Options
from edi_gateway.reports.watch.messages import failing
from edi_gateway.store import tables
from edi_gateway.transport.telling.base import Teller
from edi_gateway.transport.telling.mail import MailServer, SmtpMailer
from edi_gateway.transport.telling.webhook import HttpHook, Signing
from edi_gateway.triage.alerting import Alerting, Route
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.samples.sample import NOW
from tests.servers.mail import mail_server, web_server

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # where no SQL differs


def tellers(port: int) -> dict[str, Teller]:
    mail = MailServer(host="127.0.0.1", port=port, tls="none", sender="edi@seller.example", timeout_seconds=5)
    hook = HttpHook({"desk": Signing(lambda: "k3y")}, lambda: NOW, timeout_seconds=5)
    return {"mail": SmtpMailer(mail), "webhook": hook}


def test_a_case_is_told_by_mail_and_webhook_while_the_road_goes_on_and_again_when_it_failed(
    shop: Shop,
) -> None:
    with mail_server() as box, web_server() as hooked:
        route = Route("desk", mail=("ann@seller.example",), webhook=hooked.url, digest_minutes=0)
        shop.options = Options(alerting=Alerting((route,), console="https://edi.seller.example"))
        box.busy = True
        shop.drop("orders.edi", papers.interchange(501, [papers.bad_purchase_order("K1")]))
        with shop.start() as gateway:
            gateway.works.tellers = tellers(box.port)
            gateway.run_once([PARTNER])
            (mail,) = shop.rows(tables.messages, channel="mail")
            assert (mail["state"], mail["attempts"], "451" in mail["last_error"]) == ("WAITING", 1, True)
            assert len(hooked.calls) == 1
            assert "997" in "".join(shop.sent())
            box.busy = False
            shop.clock.skip(minutes=2)
            gateway.drain()
    (mail,) = shop.rows(tables.messages, channel="mail")
    assert (mail["state"], mail["attempts"]) == ("SENT", 2)
    (letter,) = box.mails
    assert letter["Message-ID"] == f"<{mail['id']}@seller.example>"
    assert "https://edi.seller.example/causes/" in letter.get_content()
    (told,) = json.loads(hooked.calls[0][1])["alerts"]
    assert (told["kind"], told["code"], told["partner"], told["cases"]) == (
        "case",
        "CODE_INVALID",
        PARTNER,
        1,
    )


@on_sqlite
def test_whoever_dies_between_sending_and_writing_it_down_sends_the_same_again(shop: Shop) -> None:
    with mail_server() as box:
        gateway = shop.start()
        works = gateway.works
        works.tellers = tellers(box.port)
        with shop.engine.begin() as conn:
            message = send(works.desk(conn), Draft("ann@seller.example", "Hello", "Text"))

        class Dies(Direct):
            def transaction(self, name: str, work: Any) -> Any:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            messages.send(works, Dies(works.writer), [message])
        done: list[str] = []

        def also(_: Connection) -> None:
            done.append(TELL)

        messages.send(works, Direct(works.writer), [message], also)
        messages.send(works, Direct(works.writer), [message])  # it is sent: not a third time
    assert [mail["Message-ID"] for mail in box.mails] == [f"<{message}@seller.example>"] * 2
    assert [row["state"] for row in shop.rows(tables.messages)] == ["SENT"]
    assert done == [TELL]


@on_sqlite
def test_what_fails_for_too_long_is_given_up_and_shown_and_can_be_sent_again(shop: Shop) -> None:
    works = shop.start().works  # no mail server is set
    with shop.engine.begin() as conn:
        message = send(works.desk(conn), Draft("ann@seller.example", "Hello", "Text"))
    pauses = []
    for _ in range(9):
        before = works.clock()
        messages.send(works, Direct(works.writer), [message])
        (row,) = shop.rows(tables.messages)
        pauses.append(round((row["due_at"] - before).total_seconds() / 60))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert row["last_error"] == "no mail server is set: [mail] in config.toml"
    shop.clock.skip(hours=49)
    messages.send(works, Direct(works.writer), [message])
    with shop.engine.begin() as conn:
        assert (failing(conn).failed, failing(conn).trying) == (1, 0)
        alerting.retry(works.desk(conn), [message])
        assert (failing(conn).failed, messages.sendable(works, conn)) == (0, [message])

"""Mails at a real SMTP server, webhooks at a real web server: what arrives, what is refused, what cannot be forged."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edi_gateway.transport.telling.base import Outgoing
from edi_gateway.transport.telling.mail import MailServer, SmtpMailer
from edi_gateway.transport.telling.webhook import HttpHook, Signing
from tests.servers.mail import Letterbox, mail_server, web_server

NOW = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)


def letter(target: str = "ann@example.com", subject: str = "A case", body: str = "Look.\n") -> Outgoing:
    return Outgoing(77, target, subject, body, NOW, "hook")


def mailer(box: Letterbox, **more: Any) -> SmtpMailer:
    settings = {"tls": "none", "sender": "edi@seller.example", "timeout_seconds": 5} | more
    return SmtpMailer(MailServer(host="127.0.0.1", port=box.port, **settings))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, which is its own authority."""
    folder = tmp_path_factory.mktemp("authority")
    wanted = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3 -subj /CN=127.0.0.1"
    more = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *wanted.split(), *more], cwd=folder, check=True, capture_output=True)
    return folder


def test_a_mail_arrives_as_text_with_the_same_id_each_time_and_no_header_can_be_put_in() -> None:
    hostile = "PO \x1b[31m1\r\nBcc: thief@example.com\r\n\r\nbuy\u202ecod"
    with mail_server() as box:
        said = mailer(box).tell([letter(subject=hostile, body="one\x1b[2Jtwo\n.\nthree"), letter()])
    assert said == [None, None]
    first, second = box.mails
    assert box.recipients == ["ann@example.com", "ann@example.com"]
    assert (first["To"], first["From"], first["Bcc"]) == ("ann@example.com", "edi@seller.example", None)
    assert first["Subject"] == "PO ·[31m1 Bcc: thief@example.com buy·cod"
    assert first["Message-ID"] == second["Message-ID"] == "<77@seller.example>"
    assert first.get_content().splitlines() == ["one·[2Jtwo", ".", "three"]


def test_what_the_server_will_never_take_is_told_from_what_it_may_take_later() -> None:
    with mail_server() as box:
        box.refuses = {"nobody@example.com"}
        said = mailer(box).tell(
            [letter("nobody@example.com"), letter("ann@example.com\nBcc: x@y.z"), letter()]
        )
        assert [None if each is None else each.permanent for each in said] == [True, True, None]
        assert "550 no such person here" in str(said[0])
        box.busy = True
        (busy,) = mailer(box).tell([letter()])
    assert busy is not None
    assert (busy.permanent, "451 try again later" in str(busy)) == (False, True)
    (away,) = mailer(box).tell([letter()])  # the server is gone
    assert away is not None
    assert not away.permanent


def test_a_line_is_closed_by_tls_that_is_verified_and_the_login_is_right_or_refused(authority: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    with mail_server(tls=context, login=("edi", "s3cret")) as box:
        ca = authority / "cert.pem"
        good = mailer(box, tls="starttls", ca_file=ca, user="edi", password=lambda: "s3cret")
        assert good.tell([letter()]) == [None]
        (bad,) = mailer(box, tls="starttls", ca_file=ca, user="edi", password=lambda: "guess").tell(
            [letter()]
        )
        (untrusted,) = mailer(box, tls="starttls", user="edi", password=lambda: "s3cret").tell([letter()])
        (open_line,) = mailer(box).tell([letter()])
    assert "535" in str(bad)
    assert "certificate verify failed" in str(untrusted)
    assert "530" in str(open_line)  # it takes nothing in clear
    assert len(box.mails) == 1


def test_a_webhook_is_signed_over_its_time_and_body_and_follows_nobody_elsewhere() -> None:
    with web_server() as hooked:
        hook = HttpHook({"hook": Signing(lambda: "k3y")}, lambda: NOW, timeout_seconds=5)
        body = '{"alerts": ["Ünïcode"]}'
        assert hook.tell([letter(hooked.url, body=body)]) == [None]
        (headers, came) = hooked.calls[0]
        assert came == body.encode()
        assert headers["X-EDI-Gateway-Delivery"] == "77"
        assert headers["X-EDI-Gateway-Timestamp"] == "1768489200"  # 2026-01-15 15:00 UTC
        made = hmac.new(b"k3y", b"1768489200." + came, hashlib.sha256).hexdigest()
        assert headers["X-EDI-Gateway-Signature"] == f"sha256={made}"
        verdicts = []
        for status in (302, 410, 429, 503):
            hooked.status = status
            (said,) = hook.tell([letter(hooked.url)])
            assert said is not None
            verdicts.append(said.permanent)
        assert verdicts == [True, True, False, False]
        assert len(hooked.calls) == 5  # no redirect was followed
    (away,) = hook.tell([letter(hooked.url)])
    assert away is not None
    assert not away.permanent

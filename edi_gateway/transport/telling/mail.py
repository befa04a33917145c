"""Mail by SMTP (smtplib): plain text, one recipient a mail, TLS and login where they are set.

What stands in a subject is one line whatever it was made of: no header can be put in. Called by flow/telling/
messages.py.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.showing import harmless
from edi_gateway.transport.telling.base import NotTold, Outgoing, RefusedForGood

_LONGEST_SUBJECT = 150
_FOR_GOOD = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls`: from the first byte ("tls"), asked for ("starttls"), or none. `password` reads the secret when it is
    needed; `ca_file`: whom to trust instead of the system's authorities."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    sender: str
    user: str | None = None
    password: Callable[[], str] | None = None
    ca_file: Path | None = None
    timeout_seconds: int = 20


class SmtpMailer:
    """Sends over one connection, as many as there are."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def tell(self, messages: Sequence[Outgoing]) -> list[NotTold | None]:
        where = f"{self._server.host}:{self._server.port}"
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException, GatewayError) as problem:  # ssl.SSLError is an OSError
            failure = NotTold(where=where, problem=_words(problem))
            return [failure] * len(messages)
        said: list[NotTold | None] = []
        try:
            for each in messages:
                said.append(self._one(line, where, each))
        finally:
            try:
                line.quit()
            except (OSError, smtplib.SMTPException):
                line.close()
        return said

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        line: smtplib.SMTP
        if server.tls == "tls":
            line = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=self._trust()
            )
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        try:
            if server.tls == "starttls":
                line.starttls(context=self._trust())
            if server.user is not None:
                line.login(server.user, server.password() if server.password is not None else "")
        except BaseException:
            line.close()
            raise
        return line

    def _trust(self) -> ssl.SSLContext:
        ca = self._server.ca_file
        return ssl.create_default_context(cafile=None if ca is None else str(ca))

    def _one(self, line: smtplib.SMTP, where: str, each: Outgoing) -> NotTold | None:
        try:
            line.send_message(written(self._server.sender, each))
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            kind = RefusedForGood if code in _FOR_GOOD else NotTold
            return kind(where=f"{where} for {each.target}", problem=f"{code} {_text(said)}")
        except smtplib.SMTPResponseException as refused:
            kind = RefusedForGood if refused.smtp_code in _FOR_GOOD else NotTold
            return kind(where=where, problem=_words(refused))
        except ValueError as problem:  # an address that is none
            return RefusedForGood(where=each.target, problem=str(problem))
        except (OSError, smtplib.SMTPException) as problem:
            return NotTold(where=where, problem=_words(problem))
        return None


def written(sender: str, each: Outgoing) -> EmailMessage:
    """The mail as it goes, always the same for the same message. Raises ValueError for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender)
    mail["To"] = _address(each.target)
    mail["Subject"] = one_line(each.subject)
    mail["Date"] = each.created_at
    mail["Message-ID"] = f"<{each.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(harmless(part) for part in each.body.splitlines()) + "\n")
    return mail


def _address(text: str) -> Address:
    if text != one_line(text):
        raise ValueError("an address is one line")
    return Address(addr_spec=text)


def one_line(text: str) -> str:
    """Text of anybody's as it may stand in a header."""
    line = harmless(" ".join(text.split()))
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 3]}..."


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)}"
    if isinstance(problem, socket.gaierror):
        return "the name leads nowhere"
    return one_line(str(problem)) or type(problem).__name__


def _text(said: bytes | str) -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)

"""What can go wrong between us and an AS2 server, besides what every transport knows (transport/errors.py)."""

from __future__ import annotations

from edi_gateway.transport.errors import TimedOut, TransportError


class TookTooLong(TimedOut):
    """{where} took more than {seconds:g} s while we wanted to {action}. We hung up and try again; a slow server needs
    a larger {setting} in [connection.line]."""


class ServerRefused(TransportError):
    """{where} answered {status}{reason}: it did not take the message. We try again; if it goes on, ask the partner
    what its server says about it."""


class LoginRefused(TransportError):
    """{where} answered {status}: it refuses our login. Check user, password and client certificate in
    [connection.line] with the partner. We try again ever less often."""

    at_login = True


class Redirected(TransportError):
    """{where} sends us elsewhere ({target}). We follow no redirect to another host: ask the partner for the right
    URL, and put it into connection.url."""

    permanent = True


class InsideAddress(TransportError):
    """{where} leads to {address}, an address inside of our own network. Nothing was sent. If that is meant, say
    internal_addresses = true in [connection.line]."""

    permanent = True


class ServerUntrusted(TransportError):
    """{where} shows a TLS certificate that we do not trust ({problem}). Nothing was sent. Ask the partner; a private
    authority goes into connection.line.ca_file, a single certificate into connection.line.pinned_certificate_file."""

    permanent = True
    at_login = True


class BadTrust(TransportError):
    """{where}: {problem}. See ca_file, pinned_certificate_file, client_certificate_file and client_key_file in
    [connection.line]."""

    permanent = True
    at_login = True


class AnswerTooLarge(TransportError):
    """{where} answers with more than {limit} bytes, which is no receipt. We hung up and try again."""

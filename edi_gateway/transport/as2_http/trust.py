"""Whom we trust on a TLS connection, and what we show: a context from a partner's [connection.line].

Verified always: against the public authorities, a private one, or a single pinned certificate. Called by http_wire.py.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

from edi_gateway.partners.profile import As2Line
from edi_gateway.transport.as2_http.errors import BadTrust
from edi_gateway.transport.secrets import SecretMissing, SecretReader


class _Pinned(ssl.SSLContext):
    """Takes one certificate and no other, whatever name stands in it and whoever issued it."""

    pinned: bytes = b""

    def wrap_socket(self, sock: socket.socket, *args: Any, **named: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **named)
        if wrapped.getpeercert(binary_form=True) != self.pinned:
            wrapped.close()
            raise ssl.SSLCertVerificationError("it is not the pinned certificate")
        return wrapped


def context(
    line: As2Line, where: str, root: Path, read_secret: SecretReader, *, login: bool
) -> ssl.SSLContext:
    """What a connection is made with. `login`: show our client certificate (only to the partner's own server).

    Raises BadTrust when a file of it cannot be used.
    """
    made: ssl.SSLContext
    try:
        if line.pinned_certificate_file is not None:
            text = _text(read_secret, line.pinned_certificate_file)
            pinned = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
            pinned.check_hostname = False
            pinned.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            pinned.load_verify_locations(cadata=text)
            pinned.pinned = ssl.PEM_cert_to_DER_cert(text.strip())
            made = pinned
        elif line.ca_file is not None:
            made = ssl.create_default_context(cadata=_text(read_secret, line.ca_file))
        else:
            made = ssl.create_default_context()
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if login and line.client_certificate_file is not None:
            passphrase = line.client_key_passphrase_env and read_secret("env", line.client_key_passphrase_env)
            key = root / line.client_key_file if line.client_key_file else None
            # without a passphrase OpenSSL would ask on the terminal, and a daemon would hang
            made.load_cert_chain(root / line.client_certificate_file, key, lambda: passphrase or "")
    except SecretMissing as problem:
        raise BadTrust(where=where, problem=str(problem).rstrip(".")) from None
    except (ssl.SSLError, OSError, ValueError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise BadTrust(where=where, problem=f"its certificates cannot be used ({said})") from None
    return made


def _text(read_secret: SecretReader, name: str) -> str:
    return read_secret("file", name)

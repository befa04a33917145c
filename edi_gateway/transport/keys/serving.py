"""From a certificate as we keep it to what the AS2 layer works with.

Takes texts and times of rows, gives Trusted and Identity. Called by flow/as2/keyring.py, which may not touch keys.
"""

from __future__ import annotations

from datetime import datetime

from edi_gateway.transport.as2.terms import Identity, Purpose, Trusted
from edi_gateway.transport.keys.reading import key, stored


def trusted(pem: str, purposes: str, since: datetime, until: datetime | None) -> Trusted:
    """A partner's. `purposes`: words of Purpose."""
    return Trusted(stored(pem), since, until, frozenset(map(Purpose, purposes.split())))


def identity(
    pem: str,
    private: bytes,
    passphrase: str | None,
    what: str,
    purposes: str,
    since: datetime,
    until: datetime | None,
) -> Identity:
    """Ours. `private`: its key as PEM or DER. Raises CertificateUnusable when it does not open."""
    opened = key(private, passphrase, what)
    return Identity(stored(pem), opened, since, until, frozenset(map(Purpose, purposes.split())))

"""Certificates as messages need them: partners' and ours with opened keys, by partner, as the database has them now.

Takes rows and the passphrase, gives Trusted and Identity records; each key is opened once a process. Called by
flow/as2/sending.py and receiving.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.model.errors import GatewayError
from edi_gateway.store.traffic import certificates
from edi_gateway.store.traffic.certificates import OURS, Certificate
from edi_gateway.transport.as2.terms import Identity, Purpose, Trusted
from edi_gateway.transport.keys import serving
from edi_gateway.transport.secrets import SecretReader


@dataclass(frozen=True, slots=True)
class Ring:
    """What serves with one partner. Whether a certificate's time has come is for whoever uses it."""

    ours: tuple[Identity, ...] = ()
    theirs: tuple[Trusted, ...] = ()


@dataclass(slots=True)
class Keyring:
    """`passphrase` gives what locks our keys, when one is to be opened; it may raise GatewayError."""

    read_secret: SecretReader
    passphrase: Callable[[], str]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stand: object = None
    _rows: list[Certificate] = field(default_factory=list)
    _identities: dict[int, Identity | None] = field(default_factory=dict, repr=False)
    _rings: dict[str, Ring] = field(default_factory=dict, repr=False)

    def of(self, conn: Connection, partner: str) -> Ring:
        """The partner's certificates, and ours: where there are any for this partner alone, those for all only decrypt.
        A key that cannot be opened is left out, and the log says why."""
        stand = certificates.stand(conn)
        with self._lock:
            if stand != self._stand:
                self._rows = certificates.standing(conn)
                self._stand = stand
                self._rings.clear()
                self._identities = {
                    row.id: self._identities[row.id] for row in self._rows if self._known(row)
                }
            if partner not in self._rings:
                self._rings[partner] = self._ring(partner)
            return self._rings[partner]

    def _known(self, row: Certificate) -> bool:
        known = self._identities.get(row.id)
        return known is not None and known.until == row.until

    def _ring(self, partner: str) -> Ring:
        theirs = tuple(
            serving.trusted(row.certificate, row.purposes, row.since, row.until)
            for row in self._rows
            if row.side != OURS and row.partner == partner
        )
        mine = [row for row in self._rows if row.side == OURS and row.partner in (partner, None)]
        own = any(row.partner is not None for row in mine)
        ours: list[Identity] = []
        for row in mine:
            identity = self._identity(row)
            if identity is not None and own and row.partner is None:  # still decrypts, if they use it
                identity = replace(identity, purposes=identity.purposes & {Purpose.ENCRYPT})
            if identity is not None:
                ours.append(identity)
        return Ring(tuple(ours), theirs)

    def _identity(self, row: Certificate) -> Identity | None:
        if row.id not in self._identities:
            try:
                self._identities[row.id] = self._opened(row)
            except GatewayError as error:
                logs.say("error", "key not opened", certificate=row.serial, error=str(error))
                return None  # asked again at the next change or start: the secret may be there by then
        return self._identities[row.id]

    def _opened(self, row: Certificate) -> Identity:
        what = f"The key of our certificate {row.serial}"
        private = (row.key or "").encode("ascii")
        passphrase: str | None = None
        if row.key_file is not None:
            private = self.read_secret("file", row.key_file).encode()
        if b"ENCRYPTED" in private:
            passphrase = self.passphrase()
        return serving.identity(
            row.certificate, private, passphrase, what, row.purposes, row.since, row.until
        )

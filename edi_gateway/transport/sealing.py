"""Secrets that the database may keep, sealed under a key that it does not hold.

Takes the key's text (any passphrase of some length, or the file that `key_of` makes); gives a Seal. Composed by cli/.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edi_gateway.model.errors import GatewayError

_LEAST = 20  # characters of a key that somebody chose


class SealBroken(GatewayError):
    """A sealed secret of the database cannot be opened: the key in {where} is not the one that it was sealed under."""


class KeyUnusable(GatewayError):
    """The key in {where} cannot be used: {problem}."""


class Seal:
    """Seals and opens. `where` names the key in errors."""

    def __init__(self, key: str, where: str) -> None:
        if len(key.strip()) < _LEAST:
            raise KeyUnusable(where=where, problem=f"it is shorter than {_LEAST} characters")
        derived = HKDF(hashes.SHA256(), 32, None, b"edi-gateway sealed secrets").derive(key.strip().encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        self._where = where

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises SealBroken."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBroken(where=self._where) from None


def key_of(file: Path, random: Callable[[int], bytes]) -> str:
    """The key in a file that only its owner may read; made when it is not there."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if file.stat().st_mode & 0o077:
            raise KeyUnusable(where=file, problem="others may read it; say `chmod 600` to it") from None
        return file.read_text("ascii", errors="replace")
    with os.fdopen(handle, "wb") as made:
        made.write(base64.urlsafe_b64encode(random(32)) + b"\n")
        made.flush()
        os.fsync(made.fileno())
    return file.read_text("ascii")

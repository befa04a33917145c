"""What guards the console's door: how passwords are hashed, secrets sealed and chance is drawn.

Composed by cli/ once; tests take a cheap hasher. Called by the other modules of this room.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edi_gateway.commands.desk import Refused
from edi_gateway.model.clock import Clock

SHORTEST, LONGEST = (
    12,
    200,
)  # characters of a password (NIST SP 800-63B: length counts, not kinds of characters)
_SECRET_BYTES = 20  # of a second factor (RFC 4226 section 4: 160 bits)
SECRET_LENGTH = 32  # characters: as apps take it, in base 32


class Sealing(Protocol):
    """Seals a secret for the database, and opens it."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Locks:
    """`random`: so many bytes by chance. `real_clock`: what authenticator apps go by, whatever the gateway's shows."""

    sealing: Sealing
    random: Callable[[int], bytes]
    real_clock: Clock
    hasher: PasswordHasher = field(default_factory=PasswordHasher)  # argon2id, RFC 9106's second choice
    turns: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(2)
    )  # a hash takes 64 MiB and a core
    nobody: str = field(init=False)  # a hash for names that nobody has, so that they take the same time

    def __post_init__(self) -> None:
        object.__setattr__(self, "nobody", self.hash(self.new_token()))

    def new_token(self) -> str:
        """256 bits that nobody guesses, as text for cookies and headers."""
        return base64.urlsafe_b64encode(self.random(32)).decode().rstrip("=")

    def new_password(self) -> str:
        """A password to be shown once: four groups that can be typed, 100 bits."""
        drawn = base64.b32encode(self.random(15)).decode().lower()[:20]
        return "-".join(drawn[i : i + 5] for i in range(0, 20, 5))

    def new_secret(self) -> str:
        """The secret of a second factor, as apps take it."""
        return base64.b32encode(self.random(_SECRET_BYTES)).decode()

    def hash(self, password: str) -> str:
        with self.turns:
            return self.hasher.hash(_same(password))

    def fits(self, hashed: str, password: str) -> bool:
        """Whether it is this password; takes its time either way."""
        with self.turns:
            try:
                return self.hasher.verify(hashed, _same(password))
            except (VerificationError, InvalidHashError):
                return False


def hash_of(token: str) -> str:
    """What the database keeps of a token. Plain SHA-256 is enough for 256 bits of chance."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def require_strong(what: str, name: str, password: str) -> None:
    """Raise Refused for a password that would soon be guessed, or that nobody can type."""
    why = None
    if not SHORTEST <= len(password) <= LONGEST:
        why = f"a password has {SHORTEST} to {LONGEST} characters"
    elif len(set(password)) < 5:
        why = "it is the same few characters again and again"
    elif len(password.casefold().replace(name.casefold(), "")) < SHORTEST - 4:
        why = "it is little more than the user's name"
    if why is not None:
        raise Refused(what=what, why=why)


def _same(password: str) -> str:
    """However a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)

"""What flow needs of a line to an AS2 server: one post, one answer. The line itself is as2_http/http_wire.py.

It is no Transport: nothing lies there to be looked for, and what is posted is packed before, once and for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from edi_gateway.partners.profile import As2Connection

Headers = Sequence[tuple[str, str]]


class Body(Protocol):
    """What is posted; it may be read more than once."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def chunks(self) -> Iterable[bytes]:
        """All of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a post that it took; `status` is 200 to 299."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Wire(ABC):
    """One partner's line. All methods raise TransportError and nothing else."""

    @property
    @abstractmethod
    def connection(self) -> As2Connection:
        """The record that it was opened with."""

    @abstractmethod
    def post(self, headers: Headers, body: Body, url: str | None = None) -> Answer:
        """Post to the partner's URL, or to another one (for receipts), which never sees our login."""

    @abstractmethod
    def close(self) -> None:
        """Let go of connections; the next call makes them again."""

"""What a teller is: it takes messages that are written already, and says of each whether it went.

Knows no store and no alert. Called by flow/telling/messages.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edi_gateway.model.errors import GatewayError


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`id`: the same at each attempt, so that whoever gets it twice can tell. `target`: a mail address or a URL;
    `body`: text of a mail, JSON of a webhook; `route`: whose secret signs it."""

    id: int
    target: str
    subject: str
    body: str
    created_at: datetime
    route: str | None = None


class NotTold(GatewayError):
    """{where}: {problem}"""

    permanent = False  # True: trying again does no good until somebody changes something


class RefusedForGood(NotTold):
    """{where} does not take it: {problem}"""

    permanent = True


class Teller(Protocol):
    """One channel. Never raises: of each message, in their order, None when it went, else why not."""

    def tell(self, messages: Sequence[Outgoing]) -> list[NotTold | None]: ...

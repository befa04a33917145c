"""What a posting is: it hands an accepted order to the system that ships it.

Takes an idempotency key and the order as bytes; gives what became of it. Called by flow from the postings rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from edi_gateway.model.errors import GatewayError


@dataclass(frozen=True, slots=True)
class PostResult:
    """`external_id` is what the other side calls the order; `messages` are its words, for people."""

    external_id: str
    status: Literal["posted"]
    messages: tuple[str, ...] = ()


class PostingError(GatewayError):
    """{where}: {problem}"""

    permanent: ClassVar[bool] = False  # True: trying again does no good until somebody changes something


class Posting(Protocol):
    def post_all(self, orders: Sequence[tuple[str, bytes]]) -> list[PostResult | PostingError]:
        """Hand them over, each key with its bytes; what became of each. One that fails does not stop the others.

        The same key with the same bytes again gives the same result; with other bytes KeyReused.
        """


class KeyReused(PostingError):
    """{where}: {key} was posted before, as {external_id}, with other content. Nothing was changed. An order that
    changes is posted under a key of its own; see who removed or edited the posted order."""

    permanent = True

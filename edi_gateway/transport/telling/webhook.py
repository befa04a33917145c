"""Webhooks: JSON posted to a web address, signed with HMAC-SHA256 over a timestamp and the body.

    X-EDI-Gateway-Delivery: the message's id, the same at each attempt
    X-EDI-Gateway-Timestamp: seconds since 1970, when this attempt was made
    X-EDI-Gateway-Signature: sha256=HEX of HMAC-SHA256(secret, TIMESTAMP "." BODY)

Whoever gets it compares the signature in constant time, refuses an old timestamp, and takes an id once. No redirect is
followed; TLS is verified. Called by flow/telling/messages.py.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from edi_gateway.model.clock import Clock
from edi_gateway.model.errors import GatewayError
from edi_gateway.model.showing import harmless
from edi_gateway.transport.telling.base import NotTold, Outgoing, RefusedForGood

_AGAIN = frozenset({408, 425, 429})  # of the 400s: not now, but later


@dataclass(frozen=True, slots=True)
class Signing:
    """How the calls of one route are signed."""

    secret: Callable[[], str]


class HttpHook:
    """Posts one message after the other."""

    def __init__(self, signing: Mapping[str, Signing], clock: Clock, timeout_seconds: float = 10.0) -> None:
        self._signing = signing
        self._clock = clock
        self._timeout = timeout_seconds

    def tell(self, messages: Sequence[Outgoing]) -> list[NotTold | None]:
        with httpx.Client(timeout=self._timeout, follow_redirects=False) as client:
            return [self._one(client, each) for each in messages]

    def _one(self, client: httpx.Client, each: Outgoing) -> NotTold | None:
        body = each.body.encode("utf-8")
        at = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "edi-gateway",
            "X-EDI-Gateway-Delivery": str(each.id),
            "X-EDI-Gateway-Timestamp": at,
        }
        try:
            signing = self._signing.get(each.route or "")
            if signing is not None:
                headers["X-EDI-Gateway-Signature"] = signature(signing.secret(), at, body)
            answer = client.post(each.target, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, GatewayError) as problem:
            return NotTold(where=_where(each.target), problem=str(problem) or type(problem).__name__)
        status = answer.status_code
        if 200 <= status < 300:
            return None
        kind = RefusedForGood if 300 <= status < 500 and status not in _AGAIN else NotTold
        reason = harmless(answer.reason_phrase)
        return kind(where=_where(each.target), problem=f"it answered {status} {reason}".rstrip())


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What X-EDI-Gateway-Signature holds."""
    made = hmac.new(secret.encode("utf-8"), timestamp.encode("ascii") + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def _where(url: str) -> str:
    """The address without what may be secret in it."""
    return url.partition("?")[0]

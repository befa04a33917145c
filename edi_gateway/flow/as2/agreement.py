"""A partner's AS2 agreement (the profile) in the words of the AS2 layer.

Pure: takes an As2Connection, gives Packing, Policy, and when to try again. Called by the other modules of this room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate

from edi_gateway.partners.profile import As2Connection, As2Retry
from edi_gateway.transport.as2.terms import (
    SAFE_DIGESTS,
    Cipher,
    Compression,
    Digest,
    KeyTransport,
    Limits,
    Packing,
    Payload,
    Policy,
    ReceiptWish,
    Scheme,
)

USER_AGENT = "edi-gateway"


@lru_cache(maxsize=256)
def packing(connection: As2Connection) -> Packing:
    """How messages to this partner are packed, and the receipt that they ask for."""
    sending, receipts = connection.sending, connection.receipts
    digest = None if sending.sign == "none" else Digest(sending.sign)
    wish = None
    if receipts.ask != "none":
        url = receipts.receipt_url if receipts.ask == "async" else None
        wish = ReceiptWish(signed=receipts.signed, digests=(digest or Digest.SHA256,), url=url)
    return Packing(
        digest=digest,
        scheme=Scheme.RSA_PSS if sending.signature == "rsa-pss" else None,
        cipher=None if sending.encrypt == "none" else Cipher(sending.encrypt),
        key_transport=KeyTransport(sending.key_transport),
        compression=Compression(sending.compress),
        wish=wish,
    )


@lru_cache(maxsize=256)
def policy(connection: As2Connection) -> Policy:
    """What is demanded of this partner's messages."""
    demands = connection.demands
    return Policy(
        must_be_signed=demands.signed,
        must_be_encrypted=demands.encrypted,
        digests=frozenset(map(Digest, demands.digests)),
        schemes=frozenset(map(Scheme, demands.signatures)),
        ciphers=frozenset(map(Cipher, demands.ciphers)),
        key_transports=frozenset(map(KeyTransport, demands.key_transports)),
        limits=Limits(unpacked=demands.unpacked_bytes),
    )


@lru_cache(maxsize=256)
def receipt_policy(connection: As2Connection) -> Policy:
    """What is demanded of this partner's receipts: how well they are signed. Whether at all is `judge`'s to say."""
    demands = connection.demands
    return Policy(
        must_be_signed=False,
        must_be_encrypted=False,
        digests=frozenset(map(Digest, demands.digests)) or SAFE_DIGESTS,
        schemes=frozenset(map(Scheme, demands.signatures)) or frozenset(Scheme),
        ciphers=frozenset(map(Cipher, demands.ciphers)),
        key_transports=frozenset(map(KeyTransport, demands.key_transports)),
        limits=Limits(unpacked=8 << 20),
    )


def next_attempt(retry: As2Retry, first: datetime, now: datetime) -> datetime | None:
    """When a message goes again that went first at `first` and failed at `now`; None: its time is up.

    The pause is the first that reaches beyond what has passed already, so it does not matter who counts the attempts.
    """
    passed = now - first
    pause = next(
        (
            minutes
            for minutes, total in zip(retry.minutes, accumulate(retry.minutes), strict=True)
            if timedelta(minutes=total) > passed
        ),
        retry.minutes[-1],
    )
    again = now + timedelta(minutes=pause)
    return None if again - first > timedelta(hours=retry.give_up_hours) else again


def may_ask_at(connection: As2Connection, url: str) -> bool:
    """Whether an asynchronous receipt may go to this URL."""
    for allowed in connection.receipts.may_ask_at:
        if url == allowed or (allowed.endswith("*") and url.startswith(allowed[:-1])):
            return True
    return False


def payloads_sha256(payloads: Sequence[Payload]) -> str:
    """Of one document its hash; of several the hash of theirs in order."""
    hashes: list[bytes] = []
    for payload in payloads:
        made = sha256()
        for chunk in payload.content.chunks():
            made.update(chunk)
        hashes.append(made.digest())
    return hashes[0].hex() if len(hashes) == 1 else sha256(b"".join(hashes)).hexdigest()

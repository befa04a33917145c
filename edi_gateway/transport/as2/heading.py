"""What the HTTP headers of a message or receipt say: who, to whom, which message, which receipt is wished.

Takes a head, gives a frozen heading; also writes the wish. Tolerant where products are known to differ: any AS2-Version
or none, a missing Message-ID, brackets or none around it, micalgs in any spelling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edi_gateway.transport.as2.cms.algorithms import digest_named
from edi_gateway.transport.as2.faults import Fault
from edi_gateway.transport.as2.identifiers import read_identifier
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.terms import (
    UNSUPPORTED_FORMAT,
    UNSUPPORTED_MIC_ALGORITHMS,
    Digest,
    Limits,
    ReceiptWish,
    Refused,
)

_PROTOCOLS = ("pkcs7-signature", "x-pkcs7-signature")


@dataclass(frozen=True, slots=True)
class Heading:
    """The envelope of what came by HTTP; as written by the other side, nothing of it proven."""

    as2_from: str
    as2_to: str
    message_id: str | None  # exactly as it stands there, brackets or not (RFC 4130 5.3.3)
    subject: str | None
    wish: ReceiptWish | None
    version: str | None


def read_headers(
    pairs: Iterable[tuple[bytes | str, bytes | str]], limits: Limits = Limits()
) -> tuple[Head, Heading] | Refused:
    """The headers of a request or answer. Refused when sender or receiver are not told, something that counts is told
    twice, or there are more lines than `limits` has: such a message cannot be answered by a receipt."""
    try:
        head = Head.of(pairs, limits)
        return head, Heading(
            as2_from=read_identifier(head.get("AS2-From")),
            as2_to=read_identifier(head.get("AS2-To")),
            message_id=head.get("Message-ID") or None,
            subject=head.get("Subject"),
            wish=_wish(head),
            version=head.get("AS2-Version"),
        )
    except Fault as fault:
        return Refused(fault.disposition, fault.problem)


def _wish(head: Head) -> ReceiptWish | None:
    """The receipt that they ask for; none without Disposition-Notification-To (RFC 4130 7.3)."""
    if not head.get("Disposition-Notification-To"):
        return None
    options = _options(head.get("Disposition-Notification-Options") or "")
    protocol_required, protocols = options.get("signed-receipt-protocol", (False, []))
    micalg_required, micalgs = options.get("signed-receipt-micalg", (False, []))
    known: dict[Digest, str] = {}
    for name in micalgs:
        if (digest := digest_named(name)) is not None:
            known.setdefault(digest, name)
    signed = any(name.lower() in _PROTOCOLS for name in protocols)
    cannot = None
    if protocols and protocol_required and not signed:
        cannot = UNSUPPORTED_FORMAT
    elif micalgs and micalg_required and not known:
        cannot = UNSUPPORTED_MIC_ALGORITHMS
    return ReceiptWish(
        signed=signed,
        digests=tuple(known),
        url=(head.get("Receipt-Delivery-Option") or "").strip("<> ") or None,
        spelled=tuple(known.values()),
        cannot=cannot,
    )


def _options(text: str) -> dict[str, tuple[bool, list[str]]]:
    """signed-receipt-micalg=required,sha-256,sha1; ...: by name whether it is required, and the values."""
    found: dict[str, tuple[bool, list[str]]] = {}
    for option in text.split(";"):
        name, equals, values = option.partition("=")
        if equals:
            words = [word.strip(' "\t') for word in values.split(",")]
            required = words[0].lower() == "required"
            if words[0].lower() in ("required", "optional"):
                words = words[1:]
            found.setdefault(name.strip().lower(), (required, [word for word in words if word]))
    return found


def write_wish(wish: ReceiptWish, notify: str) -> list[tuple[str, str]]:
    """The headers that ask for this receipt; `notify` is for people."""
    headers = [("Disposition-Notification-To", notify)]
    if wish.signed:
        names = ", ".join(digest.micalg for digest in wish.digests or (Digest.SHA256,))
        headers.append(
            (
                "Disposition-Notification-Options",
                f"signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, {names}",
            )
        )
    if wish.url is not None:
        headers.append(("Receipt-Delivery-Option", wish.url))
    return headers

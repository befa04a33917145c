"""MDNs (RFC 4130 7, RFC 3798): ours written, theirs read and judged.

Nothing of a refusal's cause goes into ours but the disposition. Theirs counts only for a message that we sent, from
whom we sent it to, signed where we asked for that, with the MIC that we worked out.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from cryptography import x509

from edi_gateway.transport.as2.cms.algorithms import digest_named
from edi_gateway.transport.as2.cms.signing import digest_of, scheme_for
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.faults import malformed
from edi_gateway.transport.as2.heading import Heading
from edi_gateway.transport.as2.identifiers import write_identifier
from edi_gateway.transport.as2.mime.entity import decoded
from edi_gateway.transport.as2.mime.head import Head, read_head, visible
from edi_gateway.transport.as2.packing import Entity, multipart, one_line, signed_entity
from edi_gateway.transport.as2.terms import (
    Answer,
    Awaited,
    Digest,
    Disposition,
    Identity,
    Limits,
    Mic,
    Policy,
    Receipt,
    Scheme,
    Verdict,
)

_AUTOMATIC = "automatic-action/MDN-sent-automatically"
_DISPOSITION = re.compile(
    r"\s*([a-z-]+)\s*(?:/\s*([a-z-]+)\s*(?:,[^:]*)?(?::\s*(.*?))?)?\s*\Z", re.IGNORECASE
)
_LONGEST_TEXT = 4096
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\u00a0-\U0010ffff]")


def write_receipt(
    heading: Heading,
    disposition: Disposition,
    mic: Mic | None,
    *,
    identity: Identity | None,
    policy: Policy,
    message_id: str,
    user_agent: str,
    at: datetime,
    scheme: Scheme | None = None,
) -> Answer:
    """The MDN for the message with this heading. Signed when its sender asked for that and there is an identity."""
    fields = [
        ("Reporting-UA", one_line(user_agent)),
        ("Original-Recipient", f"rfc822; {write_identifier(heading.as2_to)}"),
        ("Final-Recipient", f"rfc822; {write_identifier(heading.as2_to)}"),
    ]
    if heading.message_id is not None:
        fields.append(("Original-Message-ID", re.sub(r"[^ -~]", "?", heading.message_id)))
    fields.append(("Disposition", f"{_AUTOMATIC}; {disposition}"))
    if mic is not None:
        fields.append(("Received-Content-MIC", re.sub(r"[^ -~]", "?", str(mic))))
    text = "The message was received." if disposition.good else f"The message was not taken: {disposition}."
    entity = multipart(
        "multipart/report",
        (("report-type", "disposition-notification"),),
        [
            _part("text/plain; charset=us-ascii", f"{text}\r\n".encode()),
            _part("message/disposition-notification", Head(tuple(fields)).dump()),
        ],
    )
    signer: x509.Certificate | None = None
    if heading.wish is not None and heading.wish.signed and identity is not None:
        wished = (digest for digest in heading.wish.digests if digest in policy.digests)
        digest = next(wished, Digest.SHA256)
        hashed = digest_of(entity.whole(), digest)
        entity = signed_entity(entity, hashed, identity, digest, scheme_for(identity, scheme), at)
        signer = identity.certificate
    headers = (
        ("AS2-Version", "1.2"),
        ("AS2-From", write_identifier(heading.as2_to)),
        ("AS2-To", write_identifier(heading.as2_from)),
        ("Message-ID", one_line(message_id)),
        ("Subject", "Message disposition notification"),
        ("Date", format_datetime(at)),
        ("EDIINT-Features", "multiple-attachments"),
        ("MIME-Version", "1.0"),
    )
    return Answer(message_id, (*headers, *entity.head.lines), entity.body.read(), signer)


def _part(content_type: str, content: bytes) -> Extent:
    head = Head((("Content-Type", content_type), ("Content-Transfer-Encoding", "7bit")))
    return Entity(head, Extent.of(content)).whole()


def read_report(
    parts: Iterable[Extent], signer: x509.Certificate | None, limits: Limits, scratch: Scratch
) -> Receipt:
    """What the parts of a multipart/report say. Raises Fault when it is no MDN."""
    fields: Head | None = None
    text = ""
    for part in parts:
        part_head, part_body = read_head(part, limits)
        content = decoded(part_body, part_head.transfer_encoding(), scratch)
        match part_head.content_type().word:
            case "message/disposition-notification" if fields is None:
                fields, _ = read_head(content, limits)
            case "text/plain":
                text = text or content.read(_LONGEST_TEXT).decode("utf-8", "replace")
    if fields is None:
        raise malformed("a receipt holds no disposition")
    original = fields.get("Original-Message-ID")
    return Receipt(
        original_message_id=None if original is None else visible(original),
        disposition=_disposition(fields.get("Disposition") or ""),
        mic=_mic(fields.get("Received-Content-MIC") or ""),
        signer=signer,
        text=_CONTROL.sub("", text).strip(),
    )


def _disposition(text: str) -> Disposition:
    _, semicolon, rest = text.partition(";")
    found = _DISPOSITION.match(rest)
    if not semicolon or found is None:
        raise malformed("a receipt's disposition cannot be read")
    kind, modifier, reason = found[1].lower(), found[2], visible(found[3] or "")[:200]
    return Disposition(kind, modifier.lower() if modifier else None, reason or None)


def _mic(text: str) -> Mic | None:
    value, _, name = text.rpartition(",")
    digest = digest_named(name)
    try:
        hashed = b64decode("".join(value.split()), validate=True)
    except ValueError:
        return None
    return None if digest is None else Mic(b64encode(hashed).decode(), digest, visible(name).strip())


def judge(receipt: Receipt, heading: Heading, sent: Awaited) -> Verdict:
    """Whether it counts as the receipt of this message; a refusal counts, too, once it is certain who refused."""
    if (receipt.original_message_id or "").strip("<> ") != sent.message_id.strip("<> "):
        return Verdict(False, "It is for another message.")
    if (heading.as2_from, heading.as2_to) != (sent.as2_to, sent.as2_from):
        return Verdict(False, "It is not from whom the message went to.")
    if sent.wish is None:
        return Verdict(False, "We asked for no receipt.")
    if sent.wish.signed and receipt.signer is None:
        return Verdict(False, "It is not signed, though we asked for that.")
    if not receipt.disposition.good:
        return Verdict(True)
    if receipt.mic is None:
        return Verdict(False, "It shows no MIC that we can compare.")
    if receipt.mic.digest not in {mic.digest for mic in sent.mics}:
        return Verdict(False, f"Its MIC is by {receipt.mic.digest.micalg}, which we did not ask for.")
    if not any(receipt.mic.equals(mic) for mic in sent.mics):
        return Verdict(False, "Its MIC is not that of what we sent.")
    return Verdict(True)

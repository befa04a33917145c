"""What may be written about an incident: a draft in neutral words, for a person to look through (spec B13, B14.5).

Pure. No internal note, no amount and nothing of credit stands in it. Called by reports/watch/incidents.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edi_gateway.model.incident import Kind

_NAMED = 20  # POs that a draft names one by one


@dataclass(frozen=True, slots=True)
class Draft:
    """`to`: "partner" or "us"."""

    to: str
    subject: str
    text: str


# what a partner is told of each kind, and asked; what is not here concerns our own people only
_TO_PARTNER: Final[Mapping[str, tuple[str, str, str]]] = {
    Kind.REJECT_RATE: (
        "Your EDI documents since {at}",
        "Since {at} UTC we have had to refuse an unusual share of the documents that you send. "
        "Our functional acknowledgments (997 or 999) name the segments and elements.",
        "Has anything changed on your side? Please hold further documents of this kind until we have spoken.",
    ),
    Kind.SAME_ERROR: (
        "A question on your EDI documents since {at}",
        "Since {at} UTC several of your documents hold the same thing that we cannot take as it is.",
        "We will come back to you with the details; nothing needs to be sent again yet.",
    ),
    Kind.PARTNER_SILENT: (
        "No EDI documents from you today",
        "We usually have your first documents by this time of the day, and have received none.",
        "Is anything waiting on your side, or has your connection to us changed?",
    ),
    Kind.FETCHING_FAILS: (
        "We cannot reach your EDI server",
        "Since {at} UTC we cannot fetch files from your server.",
        "Could you see whether it stands, and whether our access to it has changed?",
    ),
    Kind.DELIVERY_FAILS: (
        "We cannot deliver EDI documents to you",
        "Since {at} UTC our documents do not reach you. Nothing is lost: they go out, unchanged, as soon as your side "
        "takes them.",
        "Could you see whether your server stands, and whether our access to it has changed?",
    ),
    Kind.ACKS_OVERDUE: (
        "Acknowledgments outstanding",
        "For several interchanges that we sent we have no functional acknowledgment (997 or 999).",
        "Could you see whether they have arrived and were processed? We can send the same bytes again.",
    ),
}


def about_incident(
    kind: str, partner: str | None, title: str, since: datetime, po_numbers: Sequence[str]
) -> Draft:
    """A draft about an incident. Times are UTC."""
    named = ", ".join(po_numbers[:_NAMED])
    rest = len(po_numbers) - _NAMED
    pos = (
        f"Purchase orders concerned: {named}{f' and {rest} more' if rest > 0 else ''}." if po_numbers else ""
    )
    at = f"{since:%Y-%m-%d %H:%M}"
    said = _TO_PARTNER.get(kind) if partner is not None else None
    if said is None:
        text = [f"{title} (since {at} UTC).", pos, "What we do: ...", "Next word at: ..."]
        return Draft("us", f"Incident: {title}", _joined(text))
    subject, told, asked = (part.format(at=at) for part in said)
    return Draft("partner", subject, _joined(["Good day,", told, pos, asked, "Kind regards"]))


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"

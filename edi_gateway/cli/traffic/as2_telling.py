"""An AS2 message in words: who to whom, how it was packed, when it went, and what its receipts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from edi_gateway.cli.names import short
from edi_gateway.cli.output import screen, shown

if TYPE_CHECKING:
    from edi_gateway.reports.traffic.as2 import MessageView, ReceiptView


def tell(message: MessageView) -> None:
    """The message and its receipts."""
    way = "→" if message.direction == "out" else "←"
    us, them = message.as2_from, message.as2_to
    if message.direction == "in":
        us, them = them, us
    screen.print(
        f"[bold]AS2 message {short(message.as2_message_id)}[/bold] {escape(us)} {way} {escape(them)}: {message.state}"
    )
    _facts(
        {
            "Message-ID": message.message_id,
            "content": f"{message.size} bytes, {message.layers or 'packed as agreed'}",
            "MIC": "; ".join(message.mics),
            "signed by": message.signer_serial,
            "encrypted for": message.recipient_serial,
            "made": message.created_at if message.direction == "out" else None,
            "first sent": message.first_sent_at,
            "last sent": message.sent_at,
            "came": message.created_at if message.direction == "in" else None,
            "came from": message.peer,
            "receipted": message.receipted_at,
            "disposition": message.disposition,
            "problem": message.problem,
        }
    )
    for name, value in message.headers:
        screen.print(f"    {name}: {value}", markup=False)
    for receipt in message.receipts:
        _tell(receipt)


def _tell(receipt: ReceiptView) -> None:
    whose = "their receipt" if receipt.direction == "in" else "our receipt"
    screen.print(f"  [bold]{whose}[/bold]: {receipt.state}")
    _facts(
        {
            "at": receipt.at,
            "disposition": receipt.disposition,
            "MIC": receipt.mic,
            "signed by": receipt.signer_serial,
            "goes to": receipt.url,
            "attempts": receipt.attempts or None,
            "problem": receipt.problem or receipt.last_error,
        },
        4,
    )


def _facts(facts: dict[str, object], indent: int = 2) -> None:
    for name, value in facts.items():
        if value:
            screen.print(f"{' ' * indent}{name:15}{shown(value)}", markup=False)

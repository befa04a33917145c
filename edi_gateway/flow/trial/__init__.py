"""The dry run: what would become of receipts and orders if they were run again now; nothing of it stays."""

from edi_gateway.flow.trial.records import (
    Change,
    Subject,
    Tried,
    TriedAnswer,
    TriedCase,
    TriedHold,
    TriedLine,
    TriedOrder,
    TriedSet,
)
from edi_gateway.flow.trial.trial import tried

__all__ = [
    "Change",
    "Subject",
    "Tried",
    "TriedAnswer",
    "TriedCase",
    "TriedHold",
    "TriedLine",
    "TriedOrder",
    "TriedSet",
    "tried",
]

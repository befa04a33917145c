"""What stops the opening of a message. Raised inside of this folder only; who opens turns it into Refused."""

from __future__ import annotations

from edi_gateway.transport.as2.terms import UNEXPECTED_PROCESSING_ERROR, Disposition


class Fault(Exception):
    """The message cannot be taken: what the partner is told, and one sentence for our own people.

    `by_chance` says that bytes damaged at random could cause it. Below an encryption that protects only against
    reading (CBC), such a fault is answered like a failed decryption, so that nobody can decrypt by asking.
    """

    def __init__(self, disposition: Disposition, problem: str, *, by_chance: bool = False) -> None:
        super().__init__(problem)
        self.disposition = disposition
        self.problem = problem
        self.by_chance = by_chance


def malformed(problem: str, disposition: Disposition = UNEXPECTED_PROCESSING_ERROR) -> Fault:
    """A structure that cannot be read."""
    return Fault(disposition, problem, by_chance=True)

"""Notes down what was found in a receipt, and opens the cases for what needs a person.

Takes findings while a receipt is read; puts rows and cases into the Batch of the commit. Called by flow/taking/road.py
and flow/taking/sets.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Effect, Finding, Severity
from edi_gateway.store.traffic import findings
from edi_gateway.store.traffic.receipts import Waiting


@dataclass(frozen=True, slots=True)
class Lost:
    """The purchase order in a document that becomes none: its number, and what it comes to as the buyer wrote it."""

    po_number: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


NOTHING: Final = Lost()


def _nothing() -> Lost:
    return NOTHING


@dataclass(slots=True)
class Recorder:
    """For one receipt. `partner`, `interchange_id` and `test` follow what is being read."""

    works: Works
    receipt: Waiting
    batch: Batch = field(default_factory=Batch)
    partner: str | None = None
    interchange_id: int | None = None
    test: bool = False
    said_test: bool = False

    def found(self, found: Sequence[Finding], document_id: int | None = None) -> None:
        """Findings about the receipt, the open interchange or a document."""
        if found:
            self.batch.findings += findings.rows(
                self.works.ids,
                found,
                receipt_id=self.receipt.id,
                interchange_id=self.interchange_id,
                document_id=document_id,
            )

    def case(self, finding: Finding, document_id: int | None = None, lost: Lost = NOTHING) -> None:
        """A case for this finding. `lost`: the order that the document does not become for it."""
        about = About(receipt_id=self.receipt.id, interchange_id=self.interchange_id, document_id=document_id)
        self.batch.cases.append(
            NewCase(
                *(finding, self.partner, about, lost.amount, lost.currency, self.test),
                po_number=lost.po_number,
            )
        )

    def cases_of(
        self, found: Iterable[Finding], document_id: int | None = None, lost: Callable[[], Lost] = _nothing
    ) -> None:
        """A case for the first of each cause that is an ERROR, or that a guide wants to be seen; the findings
        have them all."""
        causes: set[tuple[str, str | None]] = set()
        order: Lost | None = None
        for finding in found:
            cause = (finding.code.value, finding.rule)
            wanted = finding.severity is Severity.ERROR or finding.effect is Effect.HOLD
            if wanted and cause not in causes:
                causes.add(cause)
                order = lost() if order is None else order
                self.case(finding, document_id, order)

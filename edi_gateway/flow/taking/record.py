"""Notes down what was found in a receipt, and opens the cases for what needs a person.

Takes findings while a receipt is read; puts rows and cases into the Batch of the commit. Called by flow/taking/road.py
and flow/taking/sets.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edi_gateway.commands.triage.cases import About, NewCase
from edi_gateway.flow.taking.batch import Batch
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Effect, Finding, Severity
from edi_gateway.store.traffic import findings
from edi_gateway.store.traffic.receipts import Waiting


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

    def case(self, finding: Finding, document_id: int | None = None) -> None:
        """A case for this finding."""
        about = About(receipt_id=self.receipt.id, interchange_id=self.interchange_id, document_id=document_id)
        self.batch.cases.append(NewCase(finding, self.partner, about, test=self.test))

    def cases_of(self, found: Iterable[Finding], document_id: int | None = None) -> None:
        """A case for the first of each cause that is an ERROR, or that a guide wants to be seen; the findings
        have them all."""
        causes: set[tuple[str, str | None]] = set()
        for finding in found:
            cause = (finding.code.value, finding.rule)
            wanted = finding.severity is Severity.ERROR or finding.effect is Effect.HOLD
            if wanted and cause not in causes:
                causes.add(cause)
                self.case(finding, document_id)

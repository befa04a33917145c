"""Writes a canonical document as the body of a set: what the flow and the simulator call.

Takes the document and the partner's delimiters, gives segments between ST and SE in the guide's order; composites are
joined. What cannot be said without loss is a finding; with an ERROR there are no segments at all.
"""

from __future__ import annotations

from edi_gateway.mapping.generate import writer as generate_writer
from edi_gateway.mapping.generate.remarks import Remarks
from edi_gateway.mapping.plan import Plan
from edi_gateway.model.documents.record import Record
from edi_gateway.model.finding import Outcome
from edi_gateway.x12.parsing.header import Delimiters


class Writer:
    """A mapping at a version, compiled. Make it once with compile.writer and keep it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._write = generate_writer.generate(plan)

    def write(self, document: Record, delimiters: Delimiters) -> Outcome[list[list[str]]]:
        """The body segments; None when a finding is an ERROR: nothing is cut or left out to make it fit."""
        if not isinstance(document, self.plan.mapping.model):
            raise TypeError(
                f"a {self.plan.mapping.model.__name__} is wanted, not a {type(document).__name__}"
            )
        remarks = Remarks()
        segments = self._write(document, delimiters.component, delimiters.repetition, remarks)
        return Outcome(None if remarks.failed() else segments, tuple(remarks.findings))

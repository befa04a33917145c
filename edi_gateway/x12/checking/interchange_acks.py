"""What is wrong with a TA1 that came in. Nobody acknowledges an acknowledgment: it is said here, and to no one else.

Called by x12.reading at the end of an interchange.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.x12.checking.segments import Context, Problem, problems
from edi_gateway.x12.dictionary import dictionary
from edi_gateway.x12.parsing.envelope import Interchange
from edi_gateway.x12.parsing.trailers import element_at

_CONTROL, _STATUS = 1, 4
_UNKNOWABLE = (Code.ELEMENT_MISSING, Code.NUMBER_INVALID, Code.CHARACTER_INVALID, Code.CODE_INVALID)


def problems_of_acks(interchange: Interchange) -> Iterator[Finding]:
    """The elements of each TA1 against the dictionary; an error only where it is not known what it says."""
    book = dictionary("005010" if interchange.version >= "00405" else "004010")
    context = Context(book, interchange.delimiters)
    for elements, offset in zip(interchange.acks, interchange.ack_offsets, strict=True):
        for problem in problems(book.segments["TA1"], (), context, elements):
            yield Finding(
                problem.code,
                _severity(problem),
                problem.message,
                problem.hint,
                element_at("TA1", elements, problem.element, offset),
                value=problem.value,
            )


def _severity(problem: Problem) -> Severity:
    if problem.severity is not Severity.ERROR:
        return problem.severity
    unknowable = problem.element in (_CONTROL, _STATUS) and problem.code in _UNKNOWABLE
    return Severity.ERROR if unknowable else Severity.WARNING

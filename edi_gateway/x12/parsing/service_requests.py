"""ISB and ISE, which may stand between ISA and the first group: what the sender asks of the network.

ISB01 asks for a grade of service (M, one character), ISE for delivery not before a date (01 M), a time (02 M)
and, in 03, how far that clock is from universal time (two characters). They ask a network, not the receiver: who
has the interchange need do nothing but say what is wrong in them (TA1 notes 028 to 031). Called by
x12.parsing.envelope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from edi_gateway.model.finding import Code, Finding, Severity
from edi_gateway.x12.parsing.trailers import element_at, is_date

#: A test each element must pass, what it is, and the TA1 note when it does not.
_Ask = tuple[Callable[[str], object], str, str]

_ASKED: dict[str, tuple[_Ask, ...]] = {
    "ISB": ((re.compile(r"[A-Z0-9]").fullmatch, "a grade of service (one letter or digit)", "031"),),
    "ISE": (
        (is_date, "a date (YYMMDD)", "028"),
        (re.compile(r"([01]\d|2[0-3])[0-5]\d", re.ASCII).fullmatch, "a time (HHMM)", "029"),
        (re.compile(r"(?:[A-Z0-9]{2})?").fullmatch, "a time code (two letters or digits)", "030"),
    ),
}


def is_request(tag: str) -> bool:
    return tag in _ASKED


def request(elements: Sequence[str], offset: int) -> Iterator[Finding]:
    """What is wrong with an ISB or ISE that begins at `offset`."""
    tag = elements[0]
    for number, (passes, wanted, note) in enumerate(_ASKED[tag], start=1):
        value = elements[number].rstrip() if number < len(elements) else ""
        if not passes(value):
            yield Finding(
                Code.ISA_ELEMENT_INVALID,
                Severity.WARNING,
                f"{tag}{number:02} is {value!r}, not {wanted}.",
                "Nothing to do here; the sender may want to know that his network cannot read what he asks.",
                element_at(tag, list(elements), number, offset),
                value=value,
                ack=f"TA1****E*{note}",
            )

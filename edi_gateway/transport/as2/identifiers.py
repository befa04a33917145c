"""AS2 identifiers (RFC 4130 6.2): 1 to 128 printable characters, quoted where they hold blanks, quotes or backslashes.

Takes and gives text of a header; identifiers themselves are compared as they are, with their case.
"""

from __future__ import annotations

import re

from edi_gateway.transport.as2.faults import Fault
from edi_gateway.transport.as2.terms import UNEXPECTED_PROCESSING_ERROR

_LONGEST = 128
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\Z')
_PRINTABLE = re.compile(r"[ -~]+\Z")


def is_identifier(name: str) -> bool:
    return len(name) <= _LONGEST and bool(_PRINTABLE.match(name)) and name == name.strip()


def read_identifier(text: str | None) -> str:
    """The identifier that a header AS2-From or AS2-To holds. Raises Fault when it holds none."""
    text = (text or "").strip()
    if quoted := _QUOTED.match(text):
        text = re.sub(r"\\(.)", r"\1", quoted[1]).strip()
    if not is_identifier(text):
        raise Fault(UNEXPECTED_PROCESSING_ERROR, "AS2-From or AS2-To is missing, or no AS2 identifier.")
    return text


def write_identifier(name: str) -> str:
    """As a header has it. Raises ValueError for what is no identifier."""
    if not is_identifier(name):
        raise ValueError(f"{name!r} is no AS2 identifier: 1 to 128 printable ASCII characters")
    if re.search(r'[ "\\]', name):
        return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return name

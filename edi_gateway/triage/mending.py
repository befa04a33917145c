"""What a machine would put right in the file that a case is about, as a suggestion to whoever works the case.

Takes the bytes of a receipt and the words of what opened the case; gives the mend, or None when it would not
cure that. Pure. Called by `cases show` and by triage/suggestions/documents.py.
"""

from __future__ import annotations

from edi_gateway.x12.mending.mend import mended
from edi_gateway.x12.mending.pieces import Mended

LARGEST = 20_000_000  # bytes: what is shown beside a case is not worth more memory


def suggested(content: bytes, message: str) -> Mended | None:
    """The mend of a file, when it cures the finding that says `message`."""
    if len(content) > LARGEST:
        return None
    found = mended(content)
    cured = any(message in change.why for change in found.changes)
    return found if cured and not any(one.finding.message == message for one in found.left) else None

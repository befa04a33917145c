"""What pyx12 thinks of one stored document, read by the guide that read it when it came: only when somebody asks.

Takes a document as it was read again; gives the opinion. Called by the CLI and the pages; it runs pyx12 in a process of
its own and takes a second or more.
"""

from __future__ import annotations

from edi_gateway.reports.triage.rereading import Reread
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.envelope import Group, Interchange
from edi_gateway.x12.second_opinion import Document, NoSecondOpinion, Opinion, opinions

SECONDS = 60.0
LARGEST = 1_000_000  # bytes; pyx12 reads about 200,000 a second


def second_opinion(read: Reread | None, seconds: float = SECONDS) -> Opinion:
    """Raises NoSecondOpinion."""
    if read is None:
        raise NoSecondOpinion(reason="there is no document here that can be taken apart")
    content = read.source
    if len(content) > LARGEST:
        raise NoSecondOpinion(
            reason=f"the document has {len(content)} bytes, too many to ask about on a page"
        )

    def guide_for(_: Interchange, group: Group, set_code: str) -> Guide | None:
        return read.guide

    name = f"{read.raw.code} {read.raw.control}"
    [found] = opinions([Document(name, content, guide_for)], seconds=seconds)
    return found

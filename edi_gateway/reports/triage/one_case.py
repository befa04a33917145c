"""One case, or one document, taken apart as far as somebody asks: what each part needs is read once.

Takes a Subject; gives the parts of the page. Called by the CLI and the pages.
"""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection, select

from edi_gateway.reports.triage import marked
from edi_gateway.reports.triage.acknowledged import Acknowledged, acknowledged
from edi_gateway.reports.triage.canonical import Canonical, canonical
from edi_gateway.reports.triage.found import Told, told
from edi_gateway.reports.triage.last_good import Beside, beside
from edi_gateway.reports.triage.rereading import LARGEST, Reread, reread
from edi_gateway.reports.triage.second_opinion import second_opinion
from edi_gateway.reports.triage.subjects import Carried, Subject, carried
from edi_gateway.reports.triage.timeline import Happening, timeline
from edi_gateway.store.tables import documents
from edi_gateway.x12.anatomy.segments import SegmentTold
from edi_gateway.x12.anatomy.tree import Branch, branches
from edi_gateway.x12.second_opinion import Opinion

TREE = 500  # segments of the tree on a page


class Look:
    """A look at a case or a document; nothing is read before it is asked for."""

    def __init__(self, conn: Connection, subject: Subject) -> None:
        self._conn = conn
        self.subject = subject

    @cached_property
    def read(self) -> Reread | None:
        """The document read again; None when there is none, or it cannot be taken apart: `why_not` says why."""
        return None if self.subject.document_id is None else reread(self._conn, self.subject.document_id)

    @cached_property
    def why_not(self) -> str | None:
        """Why there is no document to take apart; None when there is one."""
        if self.read is not None:
            return None
        if self.subject.document_id is None:
            return "No transaction set belongs to this."
        d = documents.c
        wanted = select(d.length).where(d.id == self.subject.document_id)
        length = self._conn.execute(wanted).scalar_one_or_none()
        if (length or 0) > LARGEST:
            return (
                f"The document has {length:,} bytes: too many to be taken apart here. What is wrong is shown in "
                "windows; download it to see it whole."
            )
        return "Its bytes are not kept any more, or cannot be read as a transaction set."

    @cached_property
    def found(self) -> list[Told]:
        return told(self._conn, self.subject, self.read)

    def marked(self, *, lineage: bool = False, begin: int | None = None) -> marked.Marked | None:
        return marked.marked(self._conn, self.subject, self.found, self.read, lineage=lineage, begin=begin)

    def explained(self, position: int | None = None) -> tuple[SegmentTold, ...]:
        return marked.explained(self.found, self.read, position)

    def tree(self, first: int = 1, most: int = TREE) -> list[Branch]:
        """Nothing when the set could not be walked."""
        read = self.read
        if read is None or read.guide is None or read.walk is None:
            return []
        return branches(read.raw, read.guide, read.walk.nodes, first, most)

    @cached_property
    def canonical(self) -> Canonical | None:
        return canonical(self.read)

    @cached_property
    def beside(self) -> Beside | None:
        return beside(self._conn, self.read, marked.positions(self.found, self.read))

    @cached_property
    def acknowledged(self) -> Acknowledged | None:
        if self.subject.document_id is None:
            return None
        return acknowledged(self._conn, self.subject.document_id, self.read)

    @cached_property
    def carried(self) -> list[Carried]:
        """What it is about that is no document: a transmission, a posting."""
        return carried(self._conn, self.subject)

    @cached_property
    def timeline(self) -> list[Happening]:
        return timeline(self._conn, self.subject)

    def second_opinion(self) -> Opinion:
        """Runs pyx12. Raises NoSecondOpinion."""
        return second_opinion(self.read)

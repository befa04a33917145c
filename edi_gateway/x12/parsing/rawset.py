"""A transaction set as it came: its segments, and where each of them, each element and component stands.

Made by the envelope, one in memory at a time; read by the guide, the mapping and the lineage.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_gateway.model.finding import Finding
from edi_gateway.x12.parsing.header import Delimiters
from edi_gateway.x12.parsing.tokens import Run


class RawSet:
    """One transaction set.

    code, control, convention: ST01, ST02 and ST03, "" if missing.
    segments: ST..SE inclusive (SE absent if missing), each split at the element separator, [0] = tag.
        Composites and repetitions are not split. The checker brings what it reads leniently into order
        here (tags and codes in upper case, no trailing blanks); `texts` keeps what came.
    offsets, ends: byte range of each segment in the receipt, without its terminator; parallel to segments.
        None for a set that we write, terminators of one byte and nothing else between: worked out when asked.
    findings: what is wrong with ST, SE and the set as a whole.
    """

    __slots__ = (
        "_ends",
        "_offsets",
        "_runs",
        "_segments",
        "code",
        "control",
        "convention",
        "delimiters",
        "findings",
        "texts",
    )

    def __init__(
        self,
        code: str,
        control: str,
        segments: list[list[str]],
        offsets: list[int] | None,
        ends: list[int] | None,
        delimiters: Delimiters,
        findings: list[Finding] | None = None,
        *,
        convention: str = "",
    ) -> None:
        self.code = code
        self.control = control
        self.convention = convention
        self._segments: list[list[str]] | None = segments
        self.delimiters = delimiters
        self.findings = findings if findings is not None else []
        self.texts = [delimiters.element.join(segment) for segment in segments]
        self._offsets = offsets
        self._ends = ends
        self._runs: Sequence[Run] = ()

    @classmethod
    def of_runs(cls, runs: Sequence[Run], delimiters: Delimiters, findings: list[Finding]) -> RawSet:
        """A set from what the lexer cut; segments and places are worked out only when somebody asks."""
        self = cls.__new__(cls)
        texts: list[str] = []
        for run in runs:
            texts += run.texts
        self.texts = texts
        self._segments = None
        header = texts[0].split(delimiters.element)
        self.code = header[1] if len(header) > 1 else ""
        self.control = header[2] if len(header) > 2 else ""
        self.convention = header[3] if len(header) > 3 else ""
        self.delimiters = delimiters
        self.findings = findings
        self._offsets = None
        self._ends = None
        self._runs = runs
        return self

    @property
    def segments(self) -> list[list[str]]:
        if self._segments is None:
            separator = self.delimiters.element
            self._segments = [text.split(separator) for text in self.texts]
        return self._segments

    @property
    def offsets(self) -> list[int]:
        if self._offsets is None:
            self._work_out()
        assert self._offsets is not None
        return self._offsets

    @property
    def ends(self) -> list[int]:
        if self._ends is None:
            self._work_out()
        assert self._ends is not None
        return self._ends

    @property
    def span(self) -> tuple[int, int]:
        """Byte offset of ST and end of the last segment, without working out all that stands between."""
        if self._runs:
            return self._runs[0].offset, self._runs[-1].end
        return self.offsets[0], self.ends[-1]

    @property
    def regular(self) -> bool:
        """Whether nothing but a terminator and the usual line end stands between any two of its segments."""
        return bool(self._runs) and all(run.offsets is None for run in self._runs)

    def _work_out(self) -> None:
        self._offsets, self._ends = [], []
        if not self._runs:
            at = 0
            for text in self.texts:
                self._offsets.append(at)
                self._ends.append(at + len(text))
                at += len(text) + 1
        for run in self._runs:
            offsets, ends = run.places()
            self._offsets += offsets
            self._ends += ends

    def place(self, index: int, element: int = 0, component: int = 0, repetition: int = 0) -> tuple[int, int]:
        """Byte offset and length of a segment (by index), or of an element, repetition or component in it.

        Positions count from 1, 0 means the whole. What is not there has length 0 and the offset where it
        would stand.
        """
        offset, end = self._range(index)
        if not element:
            return offset, end - offset
        _, split, _, repeat = self.delimiters
        start, text = _piece(self.texts[index], self.delimiters.element, element + 1)
        if repetition and repeat:
            at, text = _piece(text, repeat, repetition)
            start += at
        if component:
            at, text = _piece(text, split, component)
            start += at
        folds = self._folds(index)
        first = _unfold(start, folds)
        last = _unfold(start + len(text) - 1, folds) + 1 if text else first
        return offset + first, last - first

    def _range(self, index: int) -> tuple[int, int]:
        """Where a segment begins and ends; in a regular set without working out the places of all."""
        if self._offsets is None and len(self._runs) == 1 and self._runs[0].offsets is None:
            [run] = self._runs
            offset = run.offset + sum(map(len, run.texts[:index])) + run.gap * index
            return offset, offset + len(run.texts[index])
        return self.offsets[index], self.ends[index]

    def _folds(self, index: int) -> tuple[int, ...]:
        for run in self._runs:
            if index < len(run.texts):
                return run.folds.get(index, ())
            index -= len(run.texts)
        return ()


def _piece(text: str, separator: str, position: int) -> tuple[int, str]:
    """The piece of `text` at a position (from 1) and where it starts."""
    pieces = text.split(separator)
    if position > len(pieces):
        return len(text), ""
    return sum(len(piece) + 1 for piece in pieces[: position - 1]), pieces[position - 1]


def _unfold(at: int, folds: tuple[int, ...]) -> int:
    """Where a character of the text without line ends stood in the text with them."""
    for fold in folds:
        if fold <= at:
            at += 1
    return at

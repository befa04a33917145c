"""A second opinion on documents: pyx12 reads them by our guides rendered as its maps, in a process of its own.

Takes documents and the guides that read them, gives where the two disagree. Called by `check --second-opinion` and
the tests. Nothing of pyx12's own acknowledgment is used.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edi_gateway.model.errors import GatewayError
from edi_gateway.model.finding import Severity
from edi_gateway.x12.checking.guide import Guide
from edi_gateway.x12.parsing.envelope import (
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    Unreadable,
)
from edi_gateway.x12.reading import CheckedSet, GroupEnd, GuideFor, read_all, standard_guide
from edi_gateway.x12.second_opinion.compare import Disagreement, Judged, Said, Spot, disagreements
from edi_gateway.x12.second_opinion.known import explanation
from edi_gateway.x12.second_opinion.maps import Rendered, render

__all__ = ["Disagreement", "Document", "NoSecondOpinion", "Opinion", "Said", "Spot", "opinions"]

RUNNER = "edi_gateway.x12.second_opinion.runner"
SECONDS = 120.0  # for all documents of one call; pyx12 reads about 8,000 segments a second


class NoSecondOpinion(GatewayError):
    """pyx12 gave no second opinion: {reason}. Our own findings stand; try with fewer or smaller files."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file and what says which guide reads its sets."""

    name: str
    content: bytes
    guide_for: GuideFor = standard_guide


@dataclass(frozen=True, slots=True)
class Opinion:
    """What came of one document. `unsaid`: ids of guide rules that pyx12's maps cannot say, and that were left out
    of the comparison; `accepted`: whether each of the two finds no error at all."""

    name: str
    sets: int
    disagreements: tuple[Disagreement, ...]
    unsaid: tuple[str, ...]
    accepted_by_us: bool
    accepted_by_pyx12: bool


@dataclass(slots=True)
class _Ours:
    """One document as we read it."""

    judged: Judged = field(default_factory=Judged)
    guides: dict[str, Guide] = field(default_factory=dict)
    unsaid: set[str] = field(default_factory=set)
    accepted: bool = True


def opinions(documents: Sequence[Document], *, seconds: float = SECONDS) -> list[Opinion]:
    """Asks pyx12 about all documents, in one process. Raises NoSecondOpinion when it does not answer in time."""
    rendered: dict[str, Rendered] = {}
    with tempfile.TemporaryDirectory(prefix="edi-gateway-") as folder:
        job: list[dict[str, Any]] = []
        read: list[_Ours] = []
        for number, document in enumerate(documents):
            ours = _read(document, rendered)
            file = Path(folder, f"{number}.edi")
            file.write_bytes(document.content)
            maps = {key: str(Path(folder, guide.hash)) for key, guide in ours.guides.items()}
            job.append({"file": str(file), "maps": maps})
            read.append(ours)
        for name, made in rendered.items():
            place = Path(folder, name)
            place.mkdir()
            for file_name, text in made.files.items():
                (place / file_name).write_text(text, "utf-8")
        answers = _run(job, seconds)
    return [
        Opinion(
            document.name,
            ours.judged.sets,
            tuple(disagreements(ours.judged, answer, explanation)),
            tuple(sorted(ours.unsaid)),
            ours.accepted,
            not answer["errors"] and answer["broken"] is None,
        )
        for document, ours, answer in zip(documents, read, answers, strict=True)
    ]


def _run(job: list[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", RUNNER],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoSecondOpinion(reason=f"it was not done after {seconds:g} seconds") from None
    except OSError as error:
        raise NoSecondOpinion(reason=f"it could not be started ({error.strerror})") from None
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(job):
        last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise NoSecondOpinion(reason=f"its process ended early ({last})")
    return answers


def _read(document: Document, rendered: dict[str, Rendered]) -> _Ours:
    """Our own findings by place, and the guides that pyx12 is to read by."""
    ours = _Ours()
    interchanges = groups = 0
    interchange: Interchange | None = None
    version = ""
    for event in read_all(document.content, document.guide_for):
        match event:
            case InterchangeStart():
                interchanges, interchange = interchanges + 1, event.interchange
            case GroupStart():
                groups, version = groups + 1, event.group.version
            case CheckedSet():
                _take_set(ours, event, f"{interchanges}|{version}|{event.raw.code}", rendered)
            case GroupEnd():
                for finding in event.result.findings:
                    ours.judged.envelope(finding, "group", groups)
                    ours.accepted &= finding.severity is not Severity.ERROR
            case Unreadable():
                ours.judged.codes.update(finding.code for finding in event.findings)
            case InterchangeEnd():
                assert interchange is not None
                for finding in interchange.findings:
                    ours.judged.envelope(finding, "interchange", interchanges)
                    ours.accepted &= finding.severity is not Severity.ERROR
    return ours


def _take_set(ours: _Ours, read: CheckedSet, key: str, rendered: dict[str, Rendered]) -> None:
    separator = read.raw.delimiters.element
    ours.judged.texts.append([text.split(separator) for text in read.raw.texts])
    unsaid: frozenset[str] = frozenset()
    if read.guide is not None:
        guide = ours.guides.setdefault(key, read.guide)
        if guide.hash not in rendered:
            rendered[guide.hash] = render(guide)
        unsaid = rendered[guide.hash].unsaid
        ours.unsaid |= unsaid
    for finding in read.result.findings:
        ours.judged.add(finding, ours.judged.sets, unsaid)
        ours.judged.envelope(finding, "set", ours.judged.sets)
        ours.accepted &= finding.severity is not Severity.ERROR

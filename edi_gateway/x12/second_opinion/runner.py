"""The process in which pyx12 reads documents: `python -m edi_gateway.x12.second_opinion.runner < job.json`.

Takes a job of many documents on standard input, gives a JSON line for each: what pyx12 finds wrong, segment by
segment. Nothing else imports pyx12, and nothing here knows what we found ourselves.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from functools import cache
from pathlib import Path
from typing import Any

from pyx12.map_if import load_map_file
from pyx12.map_walker import walk_tree
from pyx12.params import ParamsBase
from pyx12.x12file import X12Reader

from edi_gateway.x12.second_opinion.maps import SET_FILE, SET_LOOP

_ENVELOPE = ("ISA", "GS", "GE", "IEA", "TA1")


@cache
def _map(folder: str) -> Any:
    return load_map_file(SET_FILE, ParamsBase(), folder)


class _Reading:
    """One document as pyx12 reads it."""

    def __init__(self, maps: dict[str, str]) -> None:
        self.maps = maps
        self.errors: list[dict[str, Any]] = []
        self.interchange = self.group = self.set = 0
        self.position = 0
        self.version = ""
        self.walker: Any = None
        self.node: Any = None

    def read(self, text: str) -> None:
        source = X12Reader(io.StringIO(text, newline=""))
        for segment in source:
            self._segment(source, segment)
        source.cleanup()
        self._from_reader(source)

    def _segment(self, source: Any, segment: Any) -> None:
        tag = segment.get_seg_id() or ""
        if tag == "ISA":
            self.interchange += 1
        elif tag == "GS":
            self.group += 1
            self.version = segment.get_value("GS08") or ""
        elif tag == "ST":
            self.set += 1
            self.position = 0
            self._open(segment.get_value("ST01") or "")
        if tag in _ENVELOPE:
            self.walker = None
        else:
            self.position += 1
        self._from_reader(source)
        if self.walker is not None and tag != "ST":
            self._walk(source, segment, tag)
        if tag == "SE":
            self.walker = None

    def _open(self, code: str) -> None:
        """Stands at the ST of the map of this set; sets without a map are passed over."""
        folder = self.maps.get(f"{self.interchange}|{self.version}|{code}")
        self.walker = None
        if folder is None:
            return
        self.walker = walk_tree()
        self.walker.forceWalkCounterToLoopStart(SET_LOOP, f"{SET_LOOP}/ST")
        self.node = _map(folder).getnodebypath(f"{SET_LOOP}/ST")

    def _walk(self, source: Any, segment: Any, tag: str) -> None:
        try:
            node, _, _, errors = self.walker.walk_errors(
                self.node, segment, source.get_seg_count(), source.get_cur_line(), source.get_ls_id()
            )
            for error in errors:
                about = error.seg_data.get_seg_id() if error.seg_data is not None else tag
                self._note("segment", error.err_cde, error.err_str, tag=about)
            if node is None:
                return
            self.node = node
            if tag == "SE":
                return
            for error in node.is_valid_errors(segment)[1]:
                whole = error.map_node is None
                self._note("element", error.err_cde, error.err_str, tag=tag, place=error.refdes, whole=whole)
        except Exception as error:  # theirs: what it cannot judge it should not stop at
            self._note("segment", "crash", f"{type(error).__name__}: {error}", tag=tag)

    def _from_reader(self, source: Any) -> None:
        for level, code, text, _, _ in source.pop_errors():
            self._note(
                {"isa": "interchange", "gs": "group", "st": "set", "seg": "segment"}[level], code, text
            )

    def _note(
        self,
        level: str,
        code: str,
        text: str,
        tag: str = "",
        place: str | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self.errors.append(
            {
                "level": level,
                "interchange": self.interchange,
                "group": self.group,
                "set": self.set,
                "position": self.position,
                "tag": tag,
                "place": str(place or ""),
                "whole": whole,
                "code": code,
                "text": text,
            }
        )


def main() -> None:
    logging.disable(logging.CRITICAL)
    for document in json.load(sys.stdin):
        reading = _Reading(document["maps"])
        broken = None
        try:
            reading.read(Path(document["file"]).read_bytes().decode("latin-1"))
        except Exception as error:  # theirs: what it cannot read is an answer, too
            broken = f"{type(error).__name__}: {error}"
        answer = {"errors": reading.errors, "sets": reading.set, "broken": broken}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

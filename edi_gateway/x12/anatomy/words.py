"""The words of a document by which people look for it: what the standard calls text, control numbers, item numbers.

Takes the bytes of a set; gives words without order. A plain word is letters and digits in small letters; one that says
what it is begins with a letter and `_`: `c_113` a control number, `p_k7001004` a PO number, `s_tb1001` an item. Called
by flow/words.py when documents are indexed, by reports/traffic/search.py for what is looked for, and by
reports/traffic/words.py and triage/trying for the PO of a document that was refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from edi_gateway.x12.dictionary import dictionary, nearest

MOST: Final = 2_000  # words of one document
LONGEST: Final = 60  # characters of a word
READ: Final = 262_144  # bytes of a document that are looked at

_WORD: Final = re.compile(r"[^\W_]+")
_PO, _ITEM = "324", "234"
_CONTROLS: Final = frozenset({"28", "329", "I12"})  # which an acknowledgment speaks of
_NAMED: Final = {_PO: "p", _ITEM: "s"} | dict.fromkeys(_CONTROLS, "c")


def words_of(content: bytes, version: str) -> set[str]:
    """The words of a set, ST to SE with its last terminator; nothing for what is none."""
    found: set[str] = set()
    for texts in _texts(content, version):
        for name, value in texts:
            found.update(plain(value))
            if name:
                found.update(named(name, value))
        if len(found) >= MOST:
            break
    return found


def po_number_of(content: bytes, version: str) -> str | None:
    """The first PO number that a set names, as it is written; also of a set that was refused."""
    for texts in _texts(content, version):
        for name, value in texts:
            if name == "p":
                return value.strip()[:LONGEST]
    return None


def po_number_in(segments: Iterable[Sequence[str]], version: str) -> str | None:
    """The same of segments that are split already: [tag, element, ...]."""
    read_as = nearest(version)[0]
    for tag, *elements in segments:
        for number, name in _kinds(read_as, tag.upper()):
            if name == "p" and number <= len(elements) and elements[number - 1]:
                return elements[number - 1].strip()[:LONGEST]
    return None


def _texts(content: bytes, version: str) -> Iterator[list[tuple[str, str]]]:
    """Segment by segment the texts that it holds, each with the letter of the kind that it is of, or ""."""
    if len(content) < 4 or content[:2].upper() != b"ST":
        return
    text = _text(content[:READ])
    separator, terminator = text[2], text[-1] if len(content) <= READ else _terminator(text)
    read_as = nearest(version)[0]
    for segment in text.split(terminator):
        tag, *elements = segment.strip("\r\n ").split(separator)
        yield [
            (name, elements[number - 1])
            for number, name in _kinds(read_as, tag.upper())
            if number <= len(elements) and elements[number - 1]
        ]


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _terminator(text: str) -> str:
    """Of a document that is cut short: what stands after its first segment's control number."""
    found = re.match(r"ST(.)[^\W_]+\1[^\W_]+", text, re.IGNORECASE)
    return text[found.end()] if found and found.end() < len(text) else "~"


@lru_cache(maxsize=4096)
def _kinds(version: str, tag: str) -> tuple[tuple[int, str], ...]:
    """The elements of a segment that hold text, each with the letter of the kind that it is of, or ""."""
    known = dictionary(version)
    definition = known.segments.get(tag)
    if definition is None or tag in ("ST", "SE"):
        return ()
    made = []
    for number, use in enumerate(definition.uses, start=1):
        element = known.elements.get(use.element)
        name = _NAMED.get(use.element, "")
        if name or element is None or element.type == "AN":  # a composite is looked at whole
            made.append((number, name))
    return tuple(made)


def plain(text: str) -> Iterator[str]:
    """The words of a text."""
    for word in _WORD.findall(text.casefold()):
        yield word[:LONGEST]


def named(kind: str, value: str) -> Iterator[str]:
    """The word that says a value and what it is; nothing for a value without a letter or digit."""
    told = "".join(plain(value))[:LONGEST]
    if kind == "c":
        told = told.lstrip("0") or told[-1:]
    if told:
        yield f"{kind}_{told}"

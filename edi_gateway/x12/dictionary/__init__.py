"""The X12 standard as data: `dictionary(version)` gives it, `nearest(gs08)` says which one reads a group,
`reading(gs08)` with what differences.

The data stand under `data/` in a notation of our own (docs/reference/dictionary-notation.md); how far each
part is checked stands in docs/reference/x12-coverage.md. Called by x12.guide, the mapping and the CLI.
"""

from __future__ import annotations

from edi_gateway.x12.dictionary.loader import dictionary
from edi_gateway.x12.dictionary.model import (
    CompositeDef,
    Dictionary,
    ElementDef,
    LoopPart,
    Part,
    SegmentDef,
    SegmentPart,
    SetDef,
    Use,
)
from edi_gateway.x12.dictionary.notation import DictionaryError
from edi_gateway.x12.dictionary.versions import GROUP_OF, VERSIONS, nearest, reading

__all__ = [
    "GROUP_OF",
    "VERSIONS",
    "CompositeDef",
    "Dictionary",
    "DictionaryError",
    "ElementDef",
    "LoopPart",
    "Part",
    "SegmentDef",
    "SegmentPart",
    "SetDef",
    "Use",
    "dictionary",
    "nearest",
    "reading",
]

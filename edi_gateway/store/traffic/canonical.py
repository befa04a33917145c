"""Canonical documents out of the JSON that rows keep; the last ones read are remembered, since one order is read for
several steps in a row (its ship notice, its invoice, what both are held against).

Takes text that `model_dump_json` wrote; gives the frozen record. Called by store/ and by commands that read a row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeVar, cast

from edi_gateway.model.documents.record import Record

_SMALL: Final = (
    16_384  # characters; what is larger is read each time, so that memory stays bounded (some 30 MB)
)


_R = TypeVar("_R", bound=Record)


def read(kind: type[_R], text: str) -> _R:
    """The document that stands in `text`. Raises pydantic's ValidationError for what no version of ours wrote."""
    if len(text) > _SMALL:
        return kind.model_validate_json(text)
    return cast("_R", _kept(kind, text))


@lru_cache(maxsize=256)
def _kept(kind: type[Record], text: str) -> Record:
    return kind.model_validate_json(text)

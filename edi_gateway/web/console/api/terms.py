"""What the API's parameters may be, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import StringConstraints


@dataclass(frozen=True, slots=True)
class Problem:
    """Why not, in words for people."""

    error: str


Key = Annotated[int, Path(ge=0, lt=1 << 63, description="An id.")]
Name = Annotated[str | None, Query(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="Leave out the first so many.")]
Before = Annotated[
    int | None,
    Query(ge=0, lt=1 << 63, description="Only those with smaller ids: the last one of the page before."),
]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]

SAYS_NO: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "Not JSON."},
    401: {"model": Problem, "description": "No token, or one that opens nothing (any more)."},
    403: {"model": Problem, "description": "The token's roles do not allow it."},
    404: {"model": Problem, "description": "There is no such thing."},
    409: {"model": Problem, "description": "A rule of the gateway refuses it."},
    413: {"model": Problem, "description": "Too much."},
    422: {"model": Problem, "description": "A parameter is not as described."},
}

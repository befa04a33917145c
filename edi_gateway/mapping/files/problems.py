"""Mistakes in mapping files: collected while loading, raised together. Used by every module of this room that loads."""

from __future__ import annotations

from dataclasses import dataclass

from edi_gateway.model.errors import GatewayError


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where something is written: a file as the catalog calls it, and a line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where, and what to do about it in plain words."""

    at: Origin
    text: str

    def __str__(self) -> str:
        return f"{self.at}: {self.text}"


class MappingInvalid(GatewayError):
    """The mapping of the {set_code} cannot be used; correct these lines:\n{listing}"""

    def __init__(self, set_code: str, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(set_code=set_code, listing="\n".join(f"  {p}" for p in self.problems))


class Problems:
    """A growing list of mistakes, so that all of them are told at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, at: Origin, text: str) -> None:
        self.found.append(Problem(at, text))

    def raise_if_any(self, set_code: str) -> None:
        if self.found:
            raise MappingInvalid(set_code, tuple(self.found))
